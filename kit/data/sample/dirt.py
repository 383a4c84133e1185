"""Dirty rows put into the sample company's order files, every one written down."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kit.data.sample.layout import LAYOUTS, place
from kit.data.sample.truths import DirtyRow

COUNTS = {
    "exact_duplicate": 14,
    "unknown_reference": 7,
    "not_a_date": 6,
    "negative_quantity": 6,
    "not_a_number": 7,
    "wrong_currency": 5,
}
_DAYS = {
    "en": ("{year}-02-30", "{year}-13-07", "{year}-06-31"),
    "zh": ("{year}/02/30", "{year}/13/07", "{year}/06/31"),
}
_TEXTS = {"en": ("see contract", "to be agreed", "free of charge"), "zh": ("见合同", "待定", "免费")}
_COLUMNS = {
    "unknown_reference": "rep_id",
    "not_a_date": "date",
    "negative_quantity": "quantity",
    "not_a_number": "amount",
    "wrong_currency": "currency",
}


def soiled(
    files: Mapping[str, pd.DataFrame], language: str, *, rng: np.random.Generator
) -> tuple[dict[str, pd.DataFrame], tuple[DirtyRow, ...]]:
    """Put dirty rows among the clean ones.

    Every dirty row is an extra row with one fault: a copy of a clean row that follows it, or a row
    of an order of its own. What is left once all of them are refused is the clean table.

    Parameters
    ----------
    files : mapping of str to DataFrame
        Order files named like `orders-2024.csv`, all text, under the company's own headers.
    language : str
    rng : Generator

    Returns
    -------
    dict of str to DataFrame
        The files with the dirty rows in them.
    tuple of DirtyRow
        By file and line.
    """
    names = sorted(files)
    sizes = np.array([len(files[name]) for name in names])
    extra: dict[str, list] = {name: [] for name in names}
    for kind, count in COUNTS.items():
        for number in range(count):
            name = names[rng.choice(len(names), p=sizes / sizes.sum())]
            row, at = _row(files[name], kind, number, name=name, language=language, rng=rng)
            extra[name].append((at, kind, row))
    out, dirty = {}, []
    for name in names:
        out[name], found = _inserted(files[name], extra[name], name=name, language=language)
        dirty += found
    return out, tuple(dirty)


def _row(frame: pd.DataFrame, kind: str, number: int, *, name: str, language: str, rng):
    """A dirty row and the place after which it stands."""
    header = {key: pair[place(language)] for key, pair in LAYOUTS["orders"].columns.items()}
    sold = np.flatnonzero(~frame[header["quantity"]].str.startswith("-"))
    at = int(sold[rng.integers(len(sold))])
    row = frame.iloc[at].to_dict()
    if kind == "exact_duplicate":
        return row, min(at + int(rng.integers(0, 4)), len(frame) - 1)
    year = name.removeprefix("orders-").removesuffix(".csv")
    row[header["order_id"]] = f"SO{year[2:]}-9{list(COUNTS).index(kind)}{number:03d}"
    row[header["line_no"]] = "1"
    column = header[_COLUMNS[kind]]
    row[column] = {
        "unknown_reference": "R999",
        "not_a_date": _DAYS[language][number % 3].format(year=year),
        "negative_quantity": f"-{row[column]}",
        "not_a_number": _TEXTS[language][number % 3],
        "wrong_currency": "USD",
    }[kind]
    return row, at


def _inserted(frame: pd.DataFrame, extra: list, *, name: str, language: str):
    header = {key: pair[place(language)] for key, pair in LAYOUTS["orders"].columns.items()}
    steps = [at + 0.5 + turn / 1000 for turn, (at, _, _) in enumerate(extra)]
    added = pd.DataFrame([row for _, _, row in extra], columns=frame.columns, index=steps)
    kinds = pd.Series([kind for _, kind, _ in extra], index=steps, dtype="str")
    clean = frame.set_axis(np.arange(len(frame), dtype=float))
    both = pd.concat([clean, added]).sort_index(kind="stable")
    dirty = []
    for line, step in enumerate(both.index, start=2):
        if step in kinds.index:
            kind = kinds[step]
            column = _COLUMNS.get(kind, "")
            value = both.loc[step, header[column]] if column else ""
            dirty.append(DirtyRow(name, line, kind, column, value))
    return both.reset_index(drop=True), dirty
