"""Capacity: how many full posts a scope has, newcomers counted by their ramp."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.tables import SCOPE_COLUMNS

_PLACE = ["rep_id", "team", "region", "hired_on"]


def posts(case: Case, spans: Sequence[Period]) -> pd.DataFrame:
    """Full posts of each rep of the case's scope, span by span.

    Parameters
    ----------
    case : Case
    spans : sequence of Period

    Returns
    -------
    DataFrame
        Index rep_id, one column a span's name: capacity × ramp × share of the span's days on which
        the rep is in the scope. Reps who are not in it on any of the days are left out.

    See Also
    --------
    places : the same by team and region.
    """
    found = places(case, spans)
    return found.groupby("rep_id", sort=True)[[one.name for one in spans]].sum()


def places(case: Case, spans: Sequence[Period]) -> pd.DataFrame:
    """Full posts of each rep in each team and region of the case's scope, span by span.

    Parameters
    ----------
    case : Case
    spans : sequence of Period

    Returns
    -------
    DataFrame
        rep_id, team, region, hired_on, and one column a span's name, in full posts; a row each
        roster row that lies in the scope on a day of the spans, by rep and time.

    Notes
    -----
    A roster row ends where the rep's next one begins. Nobody counts after the last day that
    `targets.leavers` names. The dated roster is taken as known: it holds the planned moves too.
    """
    rows = case.data.frame("roster").sort_values(["rep_id", "valid_from"], kind="stable")
    far = np.datetime64("9999-12-31")
    came = rows["valid_from"].to_numpy().astype("datetime64[D]")
    left = rows["valid_to"].to_numpy().astype("datetime64[D]")
    left = np.where(np.isnat(left), far, left)
    following = rows.groupby("rep_id", sort=False)["valid_from"].shift(-1)
    following = following.to_numpy().astype("datetime64[D]") - np.timedelta64(1, "D")
    left = np.where(np.isnat(following), left, np.minimum(left, following))
    gone = case.settings.targets.leavers
    last_day = [np.datetime64(gone[one], "D") if one in gone else far for one in rows["rep_id"]]
    left = np.minimum(left, np.array(last_day, dtype="datetime64[D]"))
    capacity = rows["capacity"].fillna(1.0).to_numpy()
    found, days = rows[_PLACE].copy(), np.zeros(len(rows), dtype=int)
    for span in spans:
        first = np.maximum(came, np.datetime64(span.start))
        last = np.minimum(left, np.datetime64(span.end))
        there = np.maximum((last - first).astype(int) + 1, 0)
        days = days + there
        ramp = ramped(rows["hired_on"], span, ramp=case.settings.targets.ramp)
        found[span.name] = capacity * there / span.days * ramp
    inside = days > 0
    if case.scope.kind != "company":
        column = rows[SCOPE_COLUMNS[case.scope.kind]]
        inside &= (column == case.scope.id).fillna(False).to_numpy(dtype=bool)
    return found[inside].reset_index(drop=True)


def hires(case: Case, spans: Sequence[Period]) -> pd.DataFrame:
    """Full posts of the people who are planned to join the case's scope, span by span.

    Returns
    -------
    DataFrame
        team, region, hired_on, posts (full posts once ramped), and one column a span's name, in
        full posts with the ramp; a row each of `targets.hires`. A team's region is the roster's.

    Notes
    -----
    A hire without team and region belongs to the company alone, one without a team to the company
    and the region: their share of a team cannot be known.
    """
    roster = case.data.frame("roster")
    home = roster.dropna(subset=["team"]).drop_duplicates("team", keep="last")
    home = dict(zip(home["team"], home["region"], strict=True))
    rows = []
    for hire in case.settings.targets.hires:
        region = hire.region or home.get(hire.team) or None
        own = {"region": region, "team": hire.team or None, "rep": None}
        if case.scope.kind == "company" or own[case.scope.kind] == case.scope.id:
            joined = pd.Series([pd.Timestamp(hire.on)])
            row = {"team": hire.team or None, "region": region, "hired_on": joined[0],
                   "posts": hire.posts}  # fmt: skip
            for span in spans:
                first = max(hire.on, span.start)
                there = max((span.end - first).days + 1, 0) / span.days
                ramp = ramped(joined, span, ramp=case.settings.targets.ramp)[0]
                row[span.name] = hire.posts * there * ramp
            rows.append(row)
    columns = ["team", "region", "hired_on", "posts", *(one.name for one in spans)]
    return pd.DataFrame(rows, columns=columns)


def ramped(hired_on: pd.Series, span: Period, *, ramp: Sequence[float]) -> np.ndarray:
    """The share of a full quota that reps carry in a span, by their months of tenure.

    Parameters
    ----------
    hired_on : Series of dates
        Empty counts as long ago.
    span : Period
        Its last day decides: the month of hire is month 1.
    ramp : sequence of float
        Shares for months 1, 2, …; later months carry 1. Before the hire it is 0.

    Examples
    --------
    >>> import datetime as dt
    >>> july = Period(dt.date(2025, 7, 1), dt.date(2025, 7, 31), "2025-07", "month")
    >>> hired = pd.Series(pd.to_datetime(["2025-06-20", "2020-01-01", "2025-08-01", None]))
    >>> ramped(hired, july, ramp=[0.25, 0.5, 0.75]).tolist()
    [0.5, 1.0, 0.0, 1.0]
    """
    hired = hired_on.to_numpy().astype("datetime64[M]")
    months = (np.datetime64(span.end, "M") - hired).astype(int) + 1
    steps = np.array([0.0, *ramp, 1.0])
    return steps[np.where(np.isnat(hired), len(steps) - 1, months.clip(0, len(steps) - 1))]
