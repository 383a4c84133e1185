"""What the notebooks found, gathered from their outputs into one record per scope."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from kit.parameters import merge
from kit.show.findings import MIME

FIGURES = (
    "target", "actual", "attainment", "gap", "target_to_date", "pace_index", "landing",
    "landing_low", "landing_high", "chance_of_target", "status", "next_target",
)  # fmt: skip
REASON = ("cause", "subject", "text", "effect", "share")
SUMMARY = ("scope", "period", "as_of", "measure", *FIGURES)


def collect(notebooks: Iterable[Mapping]) -> dict:
    """Merge the findings that executed notebooks left in their outputs.

    Parameters
    ----------
    notebooks : iterable of NotebookNode
        In reading order; where two set the same key, the later one wins, and lists are replaced.

    Returns
    -------
    dict

    Examples
    --------
    >>> def notebook(found):
    ...     output = {"output_type": "display_data", "data": {MIME: found}}
    ...     return {"cells": [{"cell_type": "code", "outputs": [output]}]}
    >>> collect([notebook({"measures": {"bookings": {"target": 5.0}}}),
    ...          notebook({"measures": {"bookings": {"actual": 4.0}}})])
    {'measures': {'bookings': {'target': 5.0, 'actual': 4.0}}}
    """
    merged: dict = {}
    for notebook in notebooks:
        for cell in notebook["cells"]:
            for output in cell.get("outputs", ()):
                found = output.get("data", {}).get(MIME)
                if isinstance(found, str):
                    found = json.loads(found)
                if isinstance(found, Mapping):
                    merged = merge(merged, found)
    return _plain(merged)


def complete(found: Mapping[str, Any], *, head: Mapping[str, Any]) -> dict:
    """Give the record all standard keys, null or empty where no notebook set them.

    Parameters
    ----------
    found : mapping
        What `collect` returned.
    head : mapping
        company, scope, period, as_of, currency and snapshot; they win over what was found.

    Returns
    -------
    dict
        With `measures`, `reasons`, `next_target` and `actions` beside the head and all else found.

    Examples
    --------
    >>> one = complete({"measures": {"bookings": {"actual": 4.0}}}, head={"scope": "company"})
    >>> one["measures"]["bookings"]["actual"], one["measures"]["bookings"]["target"]
    (4.0, None)
    >>> one["reasons"], one["next_target"]
    ([], None)
    """
    measures = found.get("measures") or {}
    reasons = found.get("reasons") or []
    return {
        **found,
        **head,
        "measures": {
            name: {**dict.fromkeys(FIGURES), **_figures(found)} for name, found in measures.items()
        },
        "reasons": [{**dict.fromkeys(REASON), **reason} for reason in reasons],
        "next_target": found.get("next_target"),
        "actions": found.get("actions") or [],
    }


def dump(found: Mapping[str, Any]) -> str:
    """Write a record as JSON: sorted keys, floats as they are, not a number as null.

    Examples
    --------
    >>> print(dump({"b": float("nan"), "a": 0.1}), end="")
    {
     "a": 0.1,
     "b": null
    }
    """
    text = json.dumps(_plain(found), ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return text + "\n"


def summary_rows(records: Iterable[Mapping[str, Any]]) -> list[dict]:
    """One row per scope and measure, with the figures as the records have them.

    Examples
    --------
    >>> record = {"scope": "company", "measures": {"bookings": {"target": 5.0}}}
    >>> row, = summary_rows([record])
    >>> row["measure"], row["target"], row["actual"]
    ('bookings', 5.0, None)
    """
    rows = []
    for record in records:
        for measure, figures in record["measures"].items():
            head = {name: record.get(name) for name in ("scope", "period", "as_of")}
            rows.append(
                {**head, "measure": measure, **{name: figures.get(name) for name in FIGURES}}
            )
    return rows


def summary_csv(records: Iterable[Mapping[str, Any]]) -> str:
    """The summary of a batch as CSV text; no cell can be read as a formula by a spreadsheet.

    Examples
    --------
    >>> record = {"scope": "region:East", "measures": {"=cmd()": {"target": 0.1}}}
    >>> summary_csv([record]).splitlines()[1]
    "region:East,,,'=cmd(),0.1,,,,,,,,,,,"
    """
    target = io.StringIO()
    writer = csv.DictWriter(target, SUMMARY, lineterminator="\n")
    writer.writeheader()
    for row in summary_rows(records):
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return target.getvalue()


def _figures(found: Mapping[str, Any]) -> dict:
    """A measure's figures; Jupyter hands not a number on as a text, which is no figure."""
    texts = {name for name in FIGURES if isinstance(found.get(name), str)} - {"status"}
    return {name: None if name in texts else value for name, value in found.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return repr(value) if isinstance(value, float) else value


def _plain(found: Any) -> Any:
    """Plain containers, and null for what is not a finite number."""
    if isinstance(found, Mapping):
        return {str(key): _plain(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [_plain(value) for value in found]
    if isinstance(found, float) and (found != found or found in (float("inf"), float("-inf"))):
        return None
    return found
