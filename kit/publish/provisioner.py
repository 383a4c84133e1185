"""Jupyter's way to the warm server: a provisioner that forks kernels instead of starting them."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from kit.publish import forkserver

_STEP = 0.002  # seconds


class ForkProvisioner(LocalProvisioner):
    """Forks a kernel from the warm server; starts an ordinary one where forking is not to be had.

    Any client of Jupyter may use it by naming the kernelspec `sales-target-kit`.
    """

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Launch a kernel; `cmd` is used as it stands only where no kernel can be forked."""
        if not forkserver.available():
            return await super().launch_kernel(cmd, **kwargs)
        self.process, ready = forkserver.fork(
            cmd[cmd.index("-f") :],
            folder=str(kwargs.get("cwd") or os.getcwd()),
            environment=dict(kwargs.get("env") or os.environ),
        )
        self.pid = self.pgid = self.process.pid
        try:
            while not ready.poll():
                await asyncio.sleep(_STEP)
            ready.recv()
        except EOFError:
            raise RuntimeError("the forked kernel ended before it was ready") from None
        finally:
            ready.close()
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the kernel's end, in small steps."""
        if not self.process:
            return 0
        while (code := await self.poll()) is None:
            await asyncio.sleep(_STEP)
        self.process = None
        return code
