"""The posts a rep held over a span: place, level, share of a full post, and the days with one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from kit.data.case import Case
from kit.data.frames import ScopeData
from kit.data.once import once

_PLACE = ["team", "region", "capacity", "manager_id", "level"]


class Held(NamedTuple):
    """A post from a first to a last day; what the roster leaves empty is null."""

    first: pd.Timestamp
    last: pd.Timestamp
    team: str | None
    region: str | None
    capacity: float
    manager_id: str | None
    level: str | None


def held(case: Case, rep_id: str, *, start: dt.date, end: dt.date) -> tuple[Held, ...]:
    """A rep's roster rows that touch a span, cut to it, in order of time.

    Parameters
    ----------
    case : Case
    rep_id : str
    start, end : date
        Both included.

    Returns
    -------
    tuple of Held
        A row ends where the rep's next one begins; an empty capacity counts 1.
    """
    begin, stop = pd.Timestamp(start), pd.Timestamp(end)
    return tuple(
        one._replace(first=max(one.first, begin), last=min(one.last, stop))
        for one in _every(case.data).get(rep_id, ())
        if one.first <= stop and one.last >= begin
    )


def days_held(case: Case, rows: Sequence[Held]) -> float:
    """Working days of posts above nothing (calendar days of a post that has no working day)."""
    return float(sum(
        case.calendar.working_days(one.first.date(), one.last.date())
        or (one.last - one.first).days + 1
        for one in rows if one.capacity > 0
    ))  # fmt: skip


@once
def _every(data: ScopeData) -> Mapping[str, tuple[Held, ...]]:
    rows = data.frame("roster").sort_values(["rep_id", "valid_from"], kind="stable")
    following = rows.groupby("rep_id", sort=False)["valid_from"].shift(-1) - pd.Timedelta(1, "D")
    last = rows["valid_to"].fillna(pd.Timestamp("2262-01-01"))
    last = last.where(following.isna() | (last <= following), following)
    rows = rows.assign(last=last, capacity=rows["capacity"].fillna(1.0).astype(float))
    found: dict[str, list[Held]] = {}
    for one in rows[["rep_id", "valid_from", "last", *_PLACE]].itertuples(index=False):
        texts = [None if pd.isna(text) else text for text in one[3:]]
        if one.valid_from <= one.last:
            found.setdefault(one.rep_id, []).append(Held(one.valid_from, one.last, *texts))
    return {rep_id: tuple(each) for rep_id, each in found.items()}
