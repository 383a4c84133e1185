"""The IPython kernel of a batch: it runs one cell after another, and nobody talks to it between."""

from __future__ import annotations

from typing import Any

from ipykernel.kernelapp import IPKernelApp


class BatchKernelApp(IPKernelApp):
    """IPython's kernel without the thread that sorts messages among subshells.

    Kernels before version 7 of ipykernel had none; for one client that waits for each answer it
    only hands every message on.
    """

    def init_control(self, context: Any) -> None:
        """Set up the control channel, and have the shell's messages read where cells run."""
        super().init_control(context)
        self.shell_channel_thread = None
