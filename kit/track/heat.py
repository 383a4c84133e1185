"""Attainment by part and month: the children of a scope, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.data.territory import children, display
from kit.scope import Scope
from kit.track import goals
from kit.track.booked import Booked, booked
from kit.track.status import ratio, status

ROWS = 30  # parts shown; of more, the worst and the best are, and the rest together
FEWEST = 6  # months shown at least, as far as there are any
MOST = 12
OTHERS = "others"
COLUMNS = ("scope", "part", "period", "start", "end", "target", "actual", "attainment", "status",
           "running")  # fmt: skip



@dataclass(frozen=True)
class Heat:
    """Attainment of a scope and its parts by month.

    Parameters
    ----------
    cells : DataFrame
        scope (empty for the rest), part, period, start, end, target (of a running month the part
        due by `as_of`), actual, attainment (NaN without a target), status, running; parts in order,
        the scope itself first, months in order within each.
    parts : DataFrame
        scope, part, attainment (over all months shown), count (parts in the row); as in `cells`.
    months : tuple of str
    folded : int
        Parts that the row `others` holds; 0 where all are shown.
    """

    cells: pd.DataFrame
    parts: pd.DataFrame
    months: tuple[str, ...]
    folded: int


@once
def heat(case: Case, *, measure: str = "bookings") -> Heat | Unavailable:
    """Attainment of the scope and of each of its parts, month by month.

    Parameters
    ----------
    case : Case
    measure : str

    Returns
    -------
    Heat or Unavailable
        The months of the period that have begun, and as many before them as make six; twelve at
        the most. Unavailable for a scope without parts (reason `heat_no_parts`) or where neither
        scope nor parts have a target (reason `no_target`).

    Notes
    -----
    attainment = actual ÷ target, each part along its own schedule, by the version valid on each day
    (`kit.track.goals.by_day`); of a running month actual ÷ what was due by `as_of`. A rep's targets
    count on the days on which the roster has the rep in the scope. Status by
    `settings.track.red` and `amber`. Parts are sorted by attainment over all months shown, the
    worst first, those without a target last. Where there are more than 30, the 15 worst and the 14
    best are shown and the rest between them, as one row: Σ actual ÷ Σ target.
    """
    own = booked(case, measure=measure)
    if isinstance(own, Unavailable):
        return own
    parts = children(case)
    if parts.empty:
        return Unavailable(reason="heat_no_parts")
    spans = _spans(case, own)
    if not spans:
        return Unavailable(reason="trend_early")
    reach = {"start": spans[0].start, "end": spans[-1].end, "measure": measure}
    daily = goals.by_day(case, **reach)
    rows = [_line(case, own, daily, spans, str(case.scope), display(case, case.scope))]
    narrow = _narrow(case)
    for text, part in zip(parts["scope"], parts["part"], strict=True):
        child = _child(narrow, Scope.parse(text), measure=measure)
        found = booked(child, measure=measure)
        if isinstance(found, Unavailable):
            continue
        daily = goals.by_day(child, **reach)
        if child.scope.kind == "rep":
            daily = daily.where(_there(case, child.scope.id, daily.index))
        rows.append(_line(child, found, daily, spans, text, part))
    lines, folded = _folded(rows)
    if all(np.isnan(one["target"]).all() for one in lines):
        return Unavailable(reason="no_target")
    return _framed(case, lines, spans, folded)


def _spans(case: Case, own: Booked) -> tuple[Period, ...]:
    """The months shown."""
    last = min(case.as_of, case.period.end)
    start = min(case.period.start, last)
    spans = list(case.calendar.between(start, last, "month"))[-MOST:]
    while spans and len(spans) < FEWEST:
        before = case.calendar.previous(spans[0])
        if not own.whole(before):
            break
        spans.insert(0, before)
    return tuple(spans)


def _line(
    case: Case, found: Booked, daily: pd.Series, spans: Sequence[Period], scope: str, part: str
) -> dict:
    due = daily.loc[: pd.Timestamp(case.as_of)]
    ends = [pd.Timestamp(min(one.end, case.as_of)) for one in spans]
    pairs = list(zip(spans, ends, strict=True))
    known = [due.loc[pd.Timestamp(one.start) : end].dropna() for one, end in pairs]
    target = [float(one.sum()) if len(one) else np.nan for one in known]
    actual = [found.upto(one, case.as_of) for one in spans]
    return {"scope": scope, "part": part, "count": 1,
            "target": np.array(target), "actual": np.array(actual)}  # fmt: skip


def _there(case: Case, rep: str, days: pd.DatetimeIndex) -> np.ndarray:
    """On which days the roster has a rep in the case's scope."""
    rows = case.data.frame("roster")
    rows = rows[rows["rep_id"] == rep]
    if case.scope.kind != "company":
        rows = rows[rows[SCOPE_COLUMNS[case.scope.kind]] == case.scope.id]
    found = np.zeros(len(days), dtype=bool)
    for start, end in zip(rows["valid_from"], rows["valid_to"], strict=True):
        found |= (days >= start) & (days <= (days[-1] if pd.isna(end) else end))
    return found


def _narrow(case: Case) -> Case:
    """The case with only those columns of its sales that figures of its parts are made from."""
    columns = ["order_id", "rep_id", "team", "region", *measures.USED]
    frames = {**case.data.frames, "sales": case.data.sales[columns]}
    return replace(case, data=replace(case.data, frames=frames))


def _child(case: Case, scope: Scope, *, measure: str) -> Case:
    """The case of a part, with the part's own rows of what the measure is made from."""
    frames = {**case.data.frames, "sales": measures.sales(case, scope=scope)}
    if measure == "collections":
        frames["receipts"] = measures.receipts(case, scope=scope)
    return replace(case, scope=scope, data=replace(case.data, scope=scope, frames=frames))


def _overall(line: dict) -> float:
    known = ~np.isnan(line["target"])
    return ratio(line["actual"][known].sum(), line["target"][known].sum())


def _folded(rows: list[dict]) -> tuple[list[dict], int]:
    """The scope, then its parts, the worst first; the middle of too many put together."""
    whole, parts = rows[0], [{**one, "overall": _overall(one)} for one in rows[1:]]
    parts.sort(key=lambda one: (np.isnan(one["overall"]), one["overall"], one["scope"]))
    whole = {**whole, "overall": _overall(whole)}
    if len(parts) <= ROWS:
        return [whole, *parts], 0
    aimed = [one for one in parts if not np.isnan(one["overall"])]
    aimless = parts[len(aimed) :]
    low = min(ROWS // 2, len(aimed))
    high = max(len(aimed) - (ROWS - 1 - ROWS // 2), low)
    middle = [*aimed[low:high], *aimless]
    target = np.array([one["target"] for one in middle])
    known = ~np.isnan(target)
    sums = np.where(known.any(axis=0), np.where(known, target, 0.0).sum(axis=0), np.nan)
    actual = np.array([one["actual"] for one in middle])
    rest = {"scope": "", "part": OTHERS, "count": len(middle), "target": sums,
            "actual": np.where(known, actual, 0.0).sum(axis=0)}  # fmt: skip
    rest["overall"] = _overall(rest)
    return [whole, *aimed[:low], rest, *aimed[high:]], len(middle)


def _framed(case: Case, lines: list[dict], spans: Sequence[Period], folded: int) -> Heat:
    limits = {"red": case.settings.track.red, "amber": case.settings.track.amber}
    rows = []
    for line in lines:
        for at, span in enumerate(spans):
            target, actual = float(line["target"][at]), float(line["actual"][at])
            share = ratio(actual, target)
            aim = None if np.isnan(target) else target
            rows.append(
                (line["scope"], line["part"], span.name, pd.Timestamp(span.start),
                 pd.Timestamp(span.end), target, actual, share,
                 status(share, target=aim, **limits), span.end > case.as_of)
            )  # fmt: skip
    texts = dict.fromkeys(("scope", "part", "period", "status"), "str")
    cells = pd.DataFrame(rows, columns=list(COLUMNS)).astype({**texts, "running": "bool"})
    parts = pd.DataFrame(
        {
            "scope": [one["scope"] for one in lines],
            "part": [one["part"] for one in lines],
            "attainment": [one["overall"] for one in lines],
            "count": [one["count"] for one in lines],
        }
    ).astype({"scope": "str", "part": "str", "attainment": "float64"})
    return Heat(cells, parts, tuple(one.name for one in spans), folded)
