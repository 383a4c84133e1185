"""alerts.csv: the alerts of a packet, and of all packets of a period, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from kit.data.formulas import defused
from kit.scope import Scope

NAME = "alerts.csv"
COLUMNS = (
    "alert_id", "scope", "owner", "owner_name", "severity", "rule", "subject", "value",
    "threshold", "unit", "signal", "q", "since", "evidence", "advice", "as_of",
)  # fmt: skip
SEVERITIES = ("red", "amber")
_MARK = "\ufeff"  # without it a spreadsheet reads UTF-8 as the code page of its machine
OTHERS = "other_payers"  # the subject that stands for all other customers


def alerts_csv(records: Iterable[Mapping[str, Any]]) -> str:
    """The alerts of one or several packets as CSV text; no cell can be read as a formula.

    Parameters
    ----------
    records : iterable of mapping
        Findings of packets, with `alerts` as `kit.show.alerts.rows` makes them.

    Returns
    -------
    str
        `COLUMNS`, after a byte order mark; the red ones first, else in the order of the packets. An
        alert that several packets tell has one row: as the packet of its own scope tells it, or
        else the gravest. A customer overdue has one row, that of the widest scope, which holds all
        that is owed.
        value and threshold are in `unit` (percent and multiple: fractions), signal is yes, no or
        empty, since and as_of are days.

    Examples
    --------
    >>> record = {"scope": "region:East", "as_of": "2025-08-20", "alerts": [{"alert_id": "a1",
    ...     "scope": "region:East", "severity": "red", "part": "=1+1", "value": 0.5,
    ...     "owner": "rep:R2", "owner_name": "Li"}]}
    >>> alerts_csv([record]).splitlines()[1]
    "a1,region:East,rep:R2,Li,red,,'=1+1,0.5,,,,,,,,2025-08-20"
    """
    target = io.StringIO()
    target.write(_MARK)
    writer = csv.DictWriter(target, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for one in _customers_once(gathered(records)):
        told = {**one, "subject": one.get("part")}
        writer.writerow({name: _cell(told.get(name)) for name in COLUMNS})
    return target.getvalue()


def gathered(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The alerts of packets, each once, with `as_of` and `packet`, the scope of their packet."""
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        for one in record.get("alerts") or ():
            told = {**one, "as_of": record.get("as_of"), "packet": str(record.get("scope"))}
            key = str(one.get("alert_id"))
            if key not in found or _closer(told) < _closer(found[key]):
                found[key] = told
    return sorted(found.values(), key=_grave)


def _customers_once(some: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the rows of customers that a wider scope's row tells of."""
    widest: dict[str, int] = {}
    for one in some:
        if _customer(one):
            key, size = str(one["subject"]), _size(str(one["scope"]))
            widest[key] = max(widest.get(key, size), size)
    return [
        one for one in some
        if not _customer(one) or _size(str(one["scope"])) == widest[str(one["subject"])]
    ]  # fmt: skip


def _customer(one: Mapping[str, Any]) -> bool:
    return one.get("rule") == "receipts_overdue" and one.get("subject") not in (None, "", OTHERS)


def _closer(one: Mapping[str, Any]) -> tuple:
    return (one["packet"] != one.get("scope"), _grave(one), _size(one["packet"]))


def _grave(one: Mapping[str, Any]) -> int:
    named = one.get("severity")
    return SEVERITIES.index(named) if named in SEVERITIES else len(SEVERITIES)


def _size(packet: str) -> int:
    """Narrower packets first."""
    return -("company", "region", "team", "rep").index(Scope.parse(packet).kind)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        return defused(value)
    return repr(value) if isinstance(value, float) else value
