"""Folders for kernels' sockets: short names in the temporary folder, gone with their process."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

import psutil

_NAME = re.compile(r"kit-(\d+)-\w+", re.ASCII)


def folder() -> AbstractContextManager[str]:
    """A folder of this process for one kernel's sockets, whose paths must be short."""
    return tempfile.TemporaryDirectory(prefix=f"kit-{os.getpid()}-")


def sweep() -> None:
    """Remove this user's folders of processes that were killed before they could do so."""
    for found in Path(tempfile.gettempdir()).glob("kit-*"):
        name = _NAME.fullmatch(found.name)
        if name and not psutil.pid_exists(int(name[1])) and found.owner() == _user():
            shutil.rmtree(found, ignore_errors=True)


def _user() -> str:
    return psutil.Process().username()
