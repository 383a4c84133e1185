"""The figures a notebook hands on to the batch: unseen by the reader, read by `kit.publish`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from kit.data.tables import Unavailable

MIME = "application/vnd.sales-target-kit.findings+json"


class Findings:
    """Displays as nothing and carries its parts as JSON."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self.parts = plain(parts)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({MIME: self.parts}, raw=True)  # with no text beside it, no empty line is shown

    def __repr__(self) -> str:
        return ""


def findings(**parts: Any) -> Findings:
    """Hand figures on to the batch.

    Parameters
    ----------
    **parts
        Plain values, mappings, frames (a list of rows), series, dataclasses.

    Examples
    --------
    >>> findings(gap=np.float64(3.5), as_of=dt.date(2025, 9, 30), landing=float("nan")).parts
    {'gap': 3.5, 'as_of': '2025-09-30', 'landing': None}
    """
    return Findings(parts)


def plain(found: Any) -> Any:
    """A value as JSON knows it: missing is null, dates are ISO text, frames are lists of rows."""
    if isinstance(found, pd.DataFrame):
        return [plain(row) for row in found.to_dict("records")]
    if isinstance(found, pd.Series):
        return plain(found.to_dict())
    if isinstance(found, Unavailable):
        return None
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        return {one.name: plain(getattr(found, one.name)) for one in dataclasses.fields(found)}
    if isinstance(found, Mapping):
        return {str(key): plain(value) for key, value in found.items()}
    if isinstance(found, (list, tuple, set, frozenset, np.ndarray)):
        values = sorted(found, key=str) if isinstance(found, (set, frozenset)) else found
        return [plain(value) for value in values]
    return _scalar(found)


def _scalar(found: Any) -> Any:
    if found is None or found is pd.NaT or found is pd.NA:
        return None
    if isinstance(found, np.generic):
        found = found.item()
    if isinstance(found, float):
        return found if math.isfinite(found) else None
    if isinstance(found, (bool, int, str)):
        return found
    if isinstance(found, (dt.datetime, pd.Timestamp)):
        midnight = found.time() == dt.time(0)
        return found.date().isoformat() if midnight else found.isoformat()
    return found.isoformat() if isinstance(found, dt.date) else str(found)
