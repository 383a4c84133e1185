"""A workbook as a file: written whole or not at all, and the same bytes whenever it is written."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import tempfile
import zipfile
from pathlib import Path

from openpyxl import Workbook

from kit.errors import BatchError

_STAMP = (1980, 1, 1, 0, 0, 0)


def store(book: Workbook, path: Path, *, day: dt.date) -> None:
    """Write a workbook's file, its dates set to a given day.

    Raises
    ------
    BatchError
        Where it cannot be written; what was there stays.
    """
    made = io.BytesIO()
    book.save(made)
    stamp = f"{day.isoformat()}T00:00:00Z".encode()
    handle = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, handle = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(number, "wb") as file, zipfile.ZipFile(made) as old:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
                for name in old.namelist():
                    content = old.read(name)
                    if name == "docProps/core.xml":
                        content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, content)
                    entry = zipfile.ZipInfo(name, _STAMP)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    new.writestr(entry, content)
        os.chmod(handle, 0o644)
        os.replace(handle, path)
    except OSError as error:
        if handle:
            Path(handle).unlink(missing_ok=True)
        raise BatchError(f"{path}: cannot be written ({error.strerror}).") from None
