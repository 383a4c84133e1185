"""Which habits go with results here: a rep's own ups and downs, month by month."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import funnel
from kit.diagnose.circumstance import places
from kit.diagnose.driver_doubts import holm
from kit.diagnose.panel_effects import own_moves
from kit.review.deeds import DOING, KINDS, by_span, post_days

LEAST_ROWS, LEAST_REPS, LEAST_MONTHS = 24, 3, 6
CLEAR, _SURE = 0.05, 0.01  # chance of a link; of one activity moving with another
_FADED = 0.5  # of a slope: what is left of a false friend's, at the most
_PRESENCE = 1 / 3  # of a month's working days, in full posts
_COLUMNS = ["habit", "rows", "correlation", "p", "p_adjusted", "alone", "friend", "slope",
            "slope_low", "slope_high", "link"]  # fmt: skip


@once
def links(case: Case, *, times: int = 1999, seed: int = 1980) -> pd.DataFrame | Unavailable:
    """Hold what reps can choose to do against what comes of it, over reps and months.

    Parameters
    ----------
    case : Case
    times, seed : int
        Of the rotations.

    Returns
    -------
    DataFrame or Unavailable
        habit (see `kit.review.deeds`), rows (rep-months), correlation (of a rep's own moves), p,
        p_adjusted (Holm, over the habits), alone (p with the other activities equal; of activities
        alone), friend (the habit it goes along with), slope, slope_low, slope_high (an elasticity:
        0.5 says that doing 10 % more goes with 5 % more; 95 % by jackknife over reps), link: `goes`
        (clear, and not for another's sake), `along` (moves with one that goes), `none`, `unknown`
        (fewer than 24 rep-months, 3 reps or 6 months). Unavailable for a rep's own scope
        (`others_needed`) and where no habit is known (`no_habits`).

    Notes
    -----
    The result is the money of the deals won in a month (bookings, where there are no
    opportunities) a working day of a full post. Both sides are set in relation to the rep's own
    mean, and each month's mean is taken off, so that neither rich territories nor seasons, which
    move the rich ones more, tell anything: what is left says whether a rep who does more than usual
    wins more than usual. How often chance does as well is
    told by rotation: each rep's months are turned by a random number of places against the results,
    which keeps what hangs together in time, and keeps each rep's rows together. A habit which is
    clear by itself, but of which less than half remains when the other activities are held equal,
    and nothing clear, is a false friend and does not go. It is an association, not a proof of
    cause.
    """
    if case.scope.kind == "rep":
        return Unavailable(reason="others_needed")
    spans, days = _rep_months(case)
    if days.empty:
        return Unavailable(reason="no_habits")
    habits = by_span(case, spans, days=days, only=DOING)
    wide = habits.pivot(index=["rep_id", "at"], columns="habit", values="value")
    names = [one for one in DOING if one in wide]
    if not names:
        return Unavailable(reason="no_habits")
    table = wide[names].assign(result=_results(case, spans, days))
    table = table[table["result"].notna()].sort_index()
    rng = np.random.default_rng(seed)
    rows = [{"habit": one, **_alone(table, one, times=times, rng=rng)} for one in names]
    found = pd.DataFrame(rows)
    found["p_adjusted"] = holm(found["p"].to_numpy(dtype=float))
    found = found.join(_beside_others(table, names, times=times, rng=rng), on="habit")
    clear = found["p_adjusted"] < CLEAR
    false = found["faded"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    goes = clear & ~(false & ~(found["alone"] < CLEAR))
    found["friend"] = _friends(table, found, goes, times=times, rng=rng)
    found["link"] = np.select(
        [goes, found["friend"].notna(), found["p"].isna()], ["goes", "along", "unknown"], "none"
    )
    return found[_COLUMNS]


def rotation(
    x: np.ndarray, y: np.ndarray, groups: np.ndarray, *, times: int, rng: np.random.Generator
) -> float:
    """Chance that two series, each of several groups in time, go together as much by luck.

    Each group's x is turned by a random number of places against its y, the end going before the
    beginning; two-sided.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x, groups = rng.normal(size=60), np.repeat(["a", "b", "c"], 20)
    >>> rotation(x, x, groups, times=199, rng=rng)
    0.005
    """
    met, drawn = 0.0, np.zeros(times)
    for one in pd.unique(groups):
        mine, theirs = x[groups == one], y[groups == one]
        turned = (np.arange(len(mine))[None, :] - np.arange(len(mine))[:, None]) % len(mine)
        sums = mine[turned] @ theirs
        met += sums[0]
        drawn += sums[rng.integers(0, len(mine), times)]
    return float((1 + (np.abs(drawn) >= abs(met) * (1 - 1e-9)).sum()) / (times + 1))


@once
def won_a_day(case: Case) -> pd.Series:
    """The money that `links` looks at, a working day of a full post: mean of each rep's months."""
    spans, days = _rep_months(case)
    return _results(case, spans, days).groupby(level=0).mean()


@once
def _rep_months(case: Case) -> tuple[list[Period], pd.Series]:
    """The months, and the working days × share of a full post of each rep who was there."""
    spans = _months(case)
    if not spans:
        return spans, pd.Series(dtype=float)
    worked = np.array([case.calendar.working_days(one.start, one.end) for one in spans])
    days = post_days(case, spans)
    return spans, days[days >= _PRESENCE * worked[days.index.get_level_values("at")]]


def _months(case: Case) -> list[Period]:
    """The last whole calendar months up to `as_of` that the orders cover."""
    dates = case.data.sales["date"]
    if dates.empty:
        return []
    after = pd.Timestamp(case.as_of) + pd.Timedelta(1, "D")
    last = min(after, dates.max() + pd.offsets.MonthEnd(0) + pd.Timedelta(1, "D"))
    firsts = pd.date_range(dates.min(), last, freq="MS")
    return [
        Period(one.date(), (one + pd.offsets.MonthEnd(0)).date(), f"{one:%Y-%m}", "month")
        for one in firsts[:-1][-case.settings.review.practices.link_months :]
    ]


def _results(case: Case, spans: Sequence[Period], days: pd.Series) -> pd.Series:
    """Money a day of each rep and month; null in months in which nobody had any."""
    if case.data.has("opportunities"):
        rows = funnel.closed(case)
        rows = rows[rows["status"] == "won"]
    else:
        rows = case.data.sales
    at = places(rows["date"], spans)
    sums = rows["amount"].groupby([rows["rep_id"], at]).sum().reindex(days.index).fillna(0.0)
    told = sums.abs().groupby(level=1).transform("sum") > 0
    return (sums / days).where(told)


def _moves(table: pd.DataFrame, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray] | None:
    """Own relative moves of result and habits, and the rep of each row; None where too few."""
    known = table[["result", *names]].dropna()
    many = known.groupby(level=0)["result"].transform("size")
    known = known[many >= LEAST_MONTHS]
    usual = known.groupby(level=0).transform("mean")
    known = (known / usual)[(usual > 0).all(axis=1)]
    reps = known.index.get_level_values(0)
    if len(known) < LEAST_ROWS or reps.nunique() < LEAST_REPS:
        return None
    values = known.to_numpy(dtype=float)
    moved = own_moves(values, groups=reps, strata=known.index.get_level_values(1))
    still = moved.std(axis=0) <= 1e-9 * np.maximum(np.abs(values).max(axis=0), 1e-300)
    return None if still.any() else (moved, reps.to_numpy())


def _alone(table: pd.DataFrame, name: str, *, times: int, rng) -> dict[str, float]:
    rows = int(table[["result", name]].notna().all(axis=1).sum())
    found = _moves(table, [name])
    if found is None:
        unknown = ("correlation", "p", "slope", "slope_low", "slope_high")
        return {"rows": rows, **dict.fromkeys(unknown, np.nan)}
    moved, reps = found
    slope, low, high = _slope(moved[:, 1], moved[:, 0], reps)
    return {
        "rows": len(moved), "correlation": float(np.corrcoef(moved.T)[0, 1]),
        "p": rotation(moved[:, 1], moved[:, 0], reps, times=times, rng=rng),
        "slope": slope, "slope_low": low, "slope_high": high,
    }  # fmt: skip


def _slope(x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> tuple[float, float, float]:
    """Slope of own moves with its 95 % interval by jackknife over groups."""
    sums = pd.DataFrame({"xy": x * y, "xx": x * x}).groupby(groups).sum()
    total, count = sums.sum(), len(sums)
    slope = float(total["xy"] / total["xx"])
    rest = total["xx"] - sums["xx"]
    without = (total["xy"] - sums["xy"]) / rest.where(rest > 1e-9 * total["xx"])
    if without.isna().any():
        return slope, np.nan, np.nan
    error = float(np.sqrt((count - 1) / count * ((without - slope) ** 2).sum()))
    reach = stats.t.ppf(0.975, count - 1) * error
    return slope, float(slope - reach), float(slope + reach)


def _beside_others(table: pd.DataFrame, names: Sequence[str], *, times: int, rng) -> pd.DataFrame:
    """Chance and fading of each activity with the others held equal, by habit."""
    empty = pd.DataFrame({"alone": [], "faded": []}, index=pd.Index([], name="habit"), dtype=float)
    kinds = [one for one in names if one in KINDS]
    while kinds and (found := _moves(table, kinds)) is None:
        kinds.pop()
    if len(kinds) < 2:
        return empty
    moved, reps = found
    rows = {}
    for at, name in enumerate(kinds, start=1):
        rest = np.delete(moved, [0, at], axis=1)
        x, y = (one - rest @ np.linalg.lstsq(rest, one, rcond=None)[0]
                for one in (moved[:, at], moved[:, 0]))  # fmt: skip
        simple = moved[:, at] @ moved[:, 0] / (moved[:, at] ** 2).sum()
        part = x @ y / (x**2).sum() if (x**2).sum() > 0 else np.nan
        faded = not abs(part) >= _FADED * abs(simple) or np.sign(part) != np.sign(simple)
        rows[name] = (rotation(x, y, reps, times=times, rng=rng), float(faded))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["alone", "faded"])


def _friends(
    table: pd.DataFrame, found: pd.DataFrame, goes: pd.Series, *, times: int, rng
) -> list[str | None]:
    """The activity that goes with results and with which one that does not moves along."""
    strong = found.loc[goes & (found["slope"] > 0) & found["habit"].isin(KINDS)]
    strong = strong.sort_values("p")["habit"]
    told: list[str | None] = []
    for name, does in zip(found["habit"], goes, strict=True):
        friend = None
        for other in () if does or name not in KINDS else strong:
            moved = _moves(table, [name, other])
            if moved is None:
                continue
            (_, one, two), reps = moved[0].T, moved[1]
            if one @ two > 0 and rotation(one, two, reps, times=times, rng=rng) < _SURE:
                friend = other
                break
        told.append(friend)
    return told
