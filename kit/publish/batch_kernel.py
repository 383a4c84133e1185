"""The IPython kernel of a batch: it runs one cell after another, and nobody talks to it between."""

from __future__ import annotations

from typing import Any

from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

_FILE = "-f"


class BatchKernelApp(IPKernelApp):
    """IPython's kernel without what a notebook run from its first cell to its last has no use for.

    It keeps no history, listens for nothing that is printed past Python, and has no thread that
    sorts messages among subshells: kernels before version 7 of ipykernel had none, and for one
    client that waits for each answer it only hands every message on.
    """

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Take the connection file at once; what else is told goes the usual way."""
        self.capture_fd_output = False
        self.update_config(Config({"HistoryManager": {"enabled": False}}))
        if argv and len(argv) == 2 and argv[0] == _FILE:
            self.connection_file = argv[1]
        else:
            super().parse_command_line(argv)

    def init_control(self, context: Any) -> None:
        """Set up the control channel, and have the shell's messages read where cells run."""
        super().init_control(context)
        self.shell_channel_thread = None
