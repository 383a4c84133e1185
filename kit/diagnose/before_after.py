"""Before and after a day: what changed, how sure that is, and against those it did not touch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.calendar import Day, as_day
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.territory import children
from kit.diagnose.level_line import level_line
from kit.diagnose.monthly import Monthly, monthly
from kit.diagnose.noise import SEED, noise, p_value
from kit.diagnose.placebo import LEAST_SIDE, Placebo, around, place, placebo
from kit.diagnose.segments import levels
from kit.diagnose.shift_tests import ALPHA, jumps
from kit.scope import Scope

MOST_SIDE = 12
COLUMNS = ("view", "before", "after", "change", "low", "high", "effect", "p")


@dataclass(frozen=True)
class BeforeAfter:
    """What changed from before a day to after it.

    Parameters
    ----------
    frame : DataFrame
        view: `own` (the scope), `others` (those it is held against), `against` (the difference of
        the two); before, after (mean level a month), change (after ÷ before − 1, of `against`
        (1 + own) ÷ (1 + others) − 1; after − before where amounts are not all above 0), low, high
        (95 % interval), effect (money or count a month), p (of no change).
    day : date
    months : int
        Months on each side.
    start : Timestamp
        First month that counts as after.
    logs : bool
        Whether changes are ratios.
    group : str
        Who the others are: `parts` (the scope's other parts), `peers` (mean of the other scopes of
        its kind), or empty: none.
    placebo : Placebo or None
        Test of the day against all other dates, of `against` where there is one.
    assumes : tuple of str
        What has to hold for the change to be the day's: same_season, nothing_else, parallel.
    """

    frame: pd.DataFrame
    day: dt.date
    months: int
    start: pd.Timestamp
    logs: bool
    group: str
    placebo: Placebo | None
    assumes: tuple[str, ...]


@once
def before_after(
    case: Case,
    day: Day,
    *,
    measure: str = "bookings",
    part: Scope | None = None,
    months: int = MOST_SIDE,
    seed: int = SEED,
) -> BeforeAfter | Unavailable:
    """Compare as many months after a day with as many before it, season taken out.

    Parameters
    ----------
    case : Case
    day : date
        The month it lies in counts as after where it lies in its first half.
    measure : str
        As for `kit.diagnose.monthly.monthly`.
    part : Scope, optional
        A part of the case's scope, held against its other parts together.
    months : int
        Months on each side, at the most.
    seed : int
        Of the simulated months.

    Returns
    -------
    BeforeAfter or Unavailable
        Unavailable where a side has fewer than 3 months (reason `before_after_short`, detail how
        many), or as for `monthly`.

    Notes
    -----
    change = mean after − mean before, on logarithms where all amounts are above 0. Its interval
    comes from series simulated without a change, with the autocorrelation of what the levels leave,
    treated in the same way (`kit.diagnose.noise`): 95 % of them lie within it, measured in their
    own spread.

    Difference in differences: the same of the line less that of the others, whose season and noise
    in common fall away. It takes for granted that both would have gone on alike. Others are the
    other parts of the case's scope for a part, else the anonymous mean of the peers (three or more,
    calendar months), as far as they are known for these months.
    """
    when = as_day(day)
    series = monthly(case, measure=measure, scope=part)
    if isinstance(series, Unavailable):
        return series
    at = place(series.months, when)
    side = min(months, at, len(series.points) - at)
    if side < LEAST_SIDE:
        return Unavailable(reason="before_after_short", detail=str(side))
    rows = [_row("own", series, at, side, seed)]
    held, group, others = series, "", _others(case, series, part)
    if others is not None:
        series = replace(series, months=series.months.iloc[-len(others.points) :])
        series = replace(series, points=series.points[-len(others.points) :])
        at = place(series.months, when)
        if min(side, at) == side and others.logs == series.logs:
            group = "parts" if part is not None else "peers"
            held = replace(series, points=series.points - others.points)
            rows += [_row("others", others, at, side, seed), _row("against", held, at, side, seed)]
            rows[-1] |= _worth(rows[0], rows[-1], logs=series.logs)
    assumes = ("same_season", "nothing_else") + (("parallel",) if group else ())
    return BeforeAfter(
        frame=pd.DataFrame(rows, columns=list(COLUMNS)),
        day=when,
        months=side,
        start=series.months["start"].iloc[at],
        logs=series.logs,
        group=group,
        placebo=placebo(held, when),
        assumes=assumes,
    )


def _row(view: str, series: Monthly, at: int, side: int, seed: int) -> dict:
    steps = around(at, side, len(series.points))
    which = steps.index(at)
    own = level_line(series.points[:, None], at=steps)
    found, spread = jumps(own.line, steps)
    change = float(found[which, 0])
    if np.ptp(own.line - levels(own.line, np.array(steps)[:, None])) <= 1e-12 * np.abs(
        series.points
    ).max(initial=1.0):
        half, p = np.nan, np.nan
    else:
        drawn = noise(own, at=steps, seed=seed)
        rest = own.line - levels(own.line, np.array(steps)[:, None])
        like, _ = drawn.like(rest[:, 0], places=drawn.lines.found.places[-1])
        by_luck, spreads = jumps(drawn.lines.line[:, like], steps)
        sizes = np.abs(by_luck[which]) / spreads
        half = float(np.quantile(sizes, 1 - ALPHA) * spread[0])
        p = p_value(abs(change) / spread[0], sizes)
    path = levels(own.line, np.array(steps)[:, None])[:, 0]
    before, after = float(path[at - 1]), float(path[at])
    ends = [change, change - half, change + half]
    if series.logs:
        before, after = float(np.exp(before)), float(np.exp(after))
        ends = [float(np.expm1(one)) for one in ends]
    change, low, high = ends
    return {"view": view, "before": before, "after": after, "change": change, "low": low,
            "high": high, "effect": after - before, "p": p}  # fmt: skip


def _worth(own: dict, against: dict, *, logs: bool) -> dict:
    """The difference in the scope's own unit: what it lies above what the others' path gave."""
    if not logs:
        return {"before": np.nan, "after": np.nan, "effect": against["change"]}
    expected = own["after"] / (1 + against["change"])
    return {"before": np.nan, "after": np.nan, "effect": own["after"] - expected}


def _others(case: Case, series: Monthly, part: Scope | None) -> Monthly | None:
    """The months of those it is held against, ending with the same month; None where unknown."""
    if part is not None:
        rest = [Scope.parse(one) for one in children(case)["scope"] if one != str(part)]
        found = [monthly(case, measure=series.measure, scope=one) for one in rest]
        found = [one for one in found if not isinstance(one, Unavailable)]
        if not found or series.measure not in measures.MEASURES:
            return None
        shared = min(len(series.points), *(len(one.points) for one in found))
        sums = np.sum([one.months["actual"].to_numpy()[-shared:] for one in found], axis=0)
        return _like(series, sums)
    peers = case.data.frames.get("peers")
    if peers is None or case.scope.kind == "company":
        return None
    rows = peers[peers["measure"] == series.measure]
    known = pd.Series(rows["mean"].to_numpy(), index=pd.to_datetime(rows["month"]))
    calendar = series.months["start"].dt.is_month_start & series.months["end"].dt.is_month_end
    if known.empty or not calendar.all() or not known.index.is_unique:
        return None
    values = known.reindex(series.months["start"]).to_numpy(dtype=float)
    gaps = np.flatnonzero(np.isnan(values))
    values = values[int(gaps[-1]) + 1 if len(gaps) else 0 :]
    return _like(series, values) if len(values) >= 24 else None


def _like(series: Monthly, values: np.ndarray) -> Monthly:
    """Other values of the same months, the working days taken out as there."""
    months = series.months.iloc[-len(values) :].assign(actual=values)
    if not series.logs or not (values > 0).all():
        return Monthly(series.measure, months, values, logs=False)
    taken = np.log(series.months["actual"].to_numpy()) - series.points
    return Monthly(series.measure, months, np.log(values) - taken[-len(values) :], logs=True)
