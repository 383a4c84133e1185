"""Rows of the actions that the gate refused: they stand in no review until they are mended."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kit.data.case import Case
from kit.data.formulas import restored
from kit.errors import BatchError

_TABLE = "actions"
_REPORT = ["file", "line", "column", "value", "rule"]


def refused(case: Case) -> tuple[int, pd.DataFrame]:
    """Rows of the actions that the gate refused, which no review shows.

    Returns
    -------
    int, DataFrame
        How many; and file, line, column, value and rule of the first of them. None of a case built
        by hand.

    Raises
    ------
    BatchError
        Where the snapshot's report cannot be read.
    """
    if case.origin is None:
        return 0, pd.DataFrame(columns=_REPORT)
    from kit.data.snapshot import open_snapshot

    gate = open_snapshot(case.origin.snapshot).manifest["gate"]
    many = sum(one["refused"] for one in gate if one["table"] == _TABLE)
    if not many:
        return 0, pd.DataFrame(columns=_REPORT)
    path = Path(case.origin.snapshot) / "refused.csv"
    try:
        rows = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except OSError as error:
        raise BatchError(f"{path}: cannot be read ({error.strerror}).") from None
    rows = rows.loc[rows["table"] == _TABLE, _REPORT]
    return many, rows.map(restored).reset_index(drop=True)
