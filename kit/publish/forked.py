"""A process forked from the warm server: it becomes a Jupyter kernel.

Imports as little as it can: whatever stands here is run again in every kernel.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait


def become_kernel(
    arguments: Sequence[str], *, folder: str, environment: Mapping[str, str], ready: Connection
) -> None:
    """Be an IPython kernel until told to stop, or until the process that asked for it is gone.

    Parameters
    ----------
    arguments : sequence of str
        Of the kernel: `-f`, the connection file and so on.
    folder : str
        Where it runs.
    environment : mapping of str to str
    ready : Connection
        Gets one message when the kernel's sockets are there to connect to.
    """
    os.setsid()  # an interrupt from the terminal is the batch's to handle
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    with open(os.devnull, "r+b") as nowhere:
        for stream in range(3):
            os.dup2(nowhere.fileno(), stream)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()

    from kit.publish.batch_kernel import BatchKernelApp

    app = BatchKernelApp.instance()
    app.initialize(list(arguments))
    ready.send(True)
    ready.close()
    app.start()


def _end_with_parent() -> None:
    wait([parent_process().sentinel])
    os._exit(1)
