"""Change points: since when a scope has been on another level, and what events lie beside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.diagnose.monthly import SERIES, Monthly, monthly
from kit.diagnose.noise import SEED
from kit.diagnose.placebo import placebo
from kit.diagnose.segments import levels
from kit.diagnose.shift_tests import ALPHA, Tested, tested

NEAR = 1  # months between an event and a change point that lie beside one another
POINTS = ("period", "start", "before", "after", "change", "low", "high", "effect", "p")
EVENTS = ("date", "label", "kind", "region", "period", "p", "dates")


@dataclass(frozen=True)
class Shifts:
    """The change points of a measure.

    Parameters
    ----------
    measure : str
    months : DataFrame
        period, start, end, actual, adjusted (without season and, where they tell, working days),
        level (what the levels say, with the growth between them).
    points : DataFrame
        A row each change point: period and start of its first month; before and after (the levels
        there), change (after ÷ before − 1; after − before where amounts are not all above 0, and
        for rates), low, high (95 % interval of change, its month taken as known), effect (after −
        before, a month), p.
    events : DataFrame
        Events that touched the scope: date, label, kind, region, period (of the change point they
        lie beside, empty: none), p and dates (placebo test: among how many dates; null where it
        could not be tested).
    p_none : float
        Probability that months without any shift show as much.
    phi : float
        Autocorrelation of the noise, as used.
    growth : float
        Steady growth a year beside the levels; 0 where there is none.
    logs : bool
        Whether changes are ratios.
    run : int
        How many months at the end lie on one side of their level; negative below it.
    """

    measure: str
    months: pd.DataFrame
    points: pd.DataFrame
    events: pd.DataFrame
    p_none: float
    phi: float
    growth: float
    logs: bool
    run: int


@once
def shifts(case: Case, *, measure: str = "bookings", seed: int = SEED) -> Shifts | Unavailable:
    """Find the months from which on a measure has lain on another level.

    Parameters
    ----------
    case : Case
    measure : str
        As for `kit.diagnose.monthly.monthly`.
    seed : int
        Of the simulated months.

    Returns
    -------
    Shifts or Unavailable
        As for `monthly`.

    Notes
    -----
    The method is that of `kit.diagnose.shift_tests.tested`. A level lasts three months or more. An
    event is said to lie beside a change point where it is at most a month from that month: it is a
    coincidence, and no more is claimed of it unless `kit.diagnose.placebo` could test it.
    """
    series = monthly(case, measure=measure)
    if isinstance(series, Unavailable):
        return series
    found = tested(series.points, seed=seed)
    months = _months(series, found)
    points = _points(series, found, months)
    grown = float(found.own.growth[-1, 0] - found.own.growth[0, 0]) / (len(months) - 1) * 12
    return Shifts(
        measure=measure,
        months=months,
        points=points,
        events=_events(case, series, points),
        p_none=found.p_none,
        phi=found.phi,
        growth=float(np.expm1(grown)) if series.logs else grown,
        logs=series.logs,
        run=run(months["adjusted"].to_numpy(), months["level"].to_numpy()),
    )


def run(values: np.ndarray, level: np.ndarray) -> int:
    """How many values at the end lie on one side of the level; negative below it.

    Examples
    --------
    >>> run(np.array([2.0, 3.0, 0.5, 0.8]), np.ones(4)), run(np.ones(3), np.ones(3))
    (-2, 0)
    """
    side = np.where(np.isclose(values, level), 0.0, np.sign(values - level))
    other = np.flatnonzero(side != side[-1])
    return int(side[-1]) * (len(side) - 1 - (int(other[-1]) if len(other) else -1))


def overview(case: Case, *, seed: int = SEED) -> pd.DataFrame | Unavailable:
    """The latest change point of bookings, deals created, win rate, discount and visits per post.

    Returns
    -------
    DataFrame or Unavailable
        series, period (empty: none), start, before, after, change, low, high, p, count (change
        points found), logs. Measures that the data do not have are left out; Unavailable where none
        has them.
    """
    rows, first = [], None
    for measure in SERIES:
        found = shifts(case, measure=measure, seed=seed)
        if isinstance(found, Unavailable):
            first = first or found
            continue
        last = found.points.iloc[-1].to_dict() if len(found.points) else {}
        empty = dict.fromkeys(POINTS, np.nan) | {"period": "", "start": pd.NaT}
        rows.append({"series": measure, **empty, **last, "count": len(found.points),
                     "logs": found.logs})  # fmt: skip
    return pd.DataFrame(rows) if rows else first or Unavailable(reason="no_rows")


def touching(case: Case) -> pd.DataFrame:
    """The events up to `as_of` that touched the scope: those of all regions and of its own."""
    table = case.data.frame("events")
    table = table[table["date"] <= pd.Timestamp(case.as_of)]
    if case.scope.kind != "company":
        mine = _regions(case)
        table = table[table["region"].isna() | table["region"].isin(mine)]
    return table.sort_values(["date", "label"], kind="stable").reset_index(drop=True)


def _regions(case: Case) -> set[str]:
    if case.scope.kind == "region":
        return {case.scope.id}
    roster = case.data.frame("roster")
    here = roster[SCOPE_COLUMNS[case.scope.kind]] == case.scope.id
    return set(roster.loc[here.fillna(False).astype(bool), "region"].dropna())


def _months(series: Monthly, found: Tested) -> pd.DataFrame:
    own = found.own
    marks = np.array(found.places, dtype=int)[:, None]
    path = (levels(own.line, marks) + own.growth)[:, 0]
    adjusted = (own.line + own.growth)[:, 0]
    if series.logs:
        path, adjusted = np.exp(path), np.exp(adjusted)
    return series.months.assign(adjusted=adjusted, level=path)


def _points(series: Monthly, found: Tested, months: pd.DataFrame) -> pd.DataFrame:
    rows = []
    each = zip(found.places, found.p, found.changes, found.halves, strict=True)
    for at, p, step, half in each:
        after = float(months["level"].iloc[at])
        ends = [step, step - half, step + half]
        if series.logs:
            before = after / float(np.exp(step))
            ends = [float(np.expm1(one)) for one in ends]
        else:
            before = after - step
        rows.append(
            {"period": months["period"].iloc[at], "start": months["start"].iloc[at],
             "before": before, "after": after,
             **dict(zip(("change", "low", "high"), ends, strict=True)),
             "effect": after - before, "p": p}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(POINTS))


def _events(case: Case, series: Monthly, points: pd.DataFrame) -> pd.DataFrame:
    table = touching(case)
    first = series.months["start"].iloc[0]
    rows = []
    for one in table[table["date"] >= first].to_dict("records"):
        month = pd.Period(one["date"], "M")
        away = [abs((pd.Period(day, "M") - month).n) for day in points["start"]]
        beside = bool(away) and min(away) <= NEAR
        test = placebo(series, one["date"].date()) if beside else None
        rows.append(
            {**one, "period": points["period"].iloc[int(np.argmin(away))] if beside else "",
             "p": test.p if test else np.nan, "dates": test.dates if test else np.nan}
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(EVENTS))


def significant(p: float) -> bool:
    """Whether a probability is below the 5 % at which this room speaks of a shift."""
    return bool(p < ALPHA)
