"""Who can be compared with whom: settled reps in whole periods, and how alike two of them are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.data.territory import rep_names
from kit.diagnose.circumstance import LEAST_HISTORY, places, potential, tenure
from kit.diagnose.panel import panel
from kit.plan.capacity import ramped
from kit.review.deeds import post_days

_ENOUGH = 3  # periods, rather than more of them without a known potential
_BASIS = ("potential", "market", "tenure", "capacity", "region", "line")


@dataclass(frozen=True)
class Comparable:
    """The reps who can be compared, period by period, and how far apart they are.

    Parameters
    ----------
    rows : DataFrame
        rep_id, at (number of the period), period, days (working days × share of a full post),
        result (money booked a day of a full post), potential (money a day of a full post that the
        rep's accounts brought before the first period), tenure (months), capacity, region, team;
        those of reps who were settled and there, in enough periods.
    spans : tuple of Period
        The periods, in order.
    distances : DataFrame
        Reps by reps: 0 for two who are alike in everything, 1.4 for two as unlike as any two are in
        the mean (the root of the mean square over all that is known of both).
    basis : tuple of str
        What the distances rest on: potential, market, tenure, capacity, region, line.
    left_out : DataFrame
        rep_id, rep, reason: `ramp` (too short in the company), `absent`, `few_periods`.
    """

    rows: pd.DataFrame
    spans: tuple[Period, ...]
    distances: pd.DataFrame
    basis: tuple[str, ...]
    left_out: pd.DataFrame


@once
def comparable(case: Case) -> Comparable | Unavailable:
    """Lay out the reps of a scope who can be held beside one another.

    Returns
    -------
    Comparable or Unavailable
        Unavailable as `kit.diagnose.panel.panel`: for a rep's own scope (`others_needed`), and
        where no period is complete (`no_periods`).

    Notes
    -----
    Over the last whole periods up to the case's own (`settings.review.practices.periods`). The
    potential of a rep's territory is what its accounts brought in the 364 days before the first of
    them, by whomever they were served: nothing that was sold since makes a territory look rich. An
    account belongs to the rep of its last orders; see `kit.diagnose.circumstance.potential`. It
    needs 180 days of orders before: the first periods are given up for it where three are left,
    else it is not known. Where
    the market table is there, the size of the region's market in the lines that the rep sells, for
    each full post, is a second measure. Nobody counts in a period in which they were on the ramp,
    less than twelve months in the company or away for a fifth of it; the limits are settings.
    """
    found = panel(case)
    if isinstance(found, Unavailable):
        return found
    rules = case.settings.review.practices
    frame = found.frame[found.frame["start"] <= pd.Timestamp(case.period.start)]
    starts = sorted(frame["start"].unique())[-rules.periods :]
    if not starts:
        return Unavailable(reason="no_periods")
    starts = _with_history(case, starts)
    spans = tuple(case.calendar.containing(pd.Timestamp(one).date(), "") for one in starts)
    frame = frame[frame["start"].isin(starts)][["rep_id", "period", "start", "days", "result"]]
    frame = frame.assign(at=frame["start"].map({one: n for n, one in enumerate(starts)}))
    frame = frame.reset_index(drop=True)
    there, home = post_days(case, spans, full=True), _home(case, spans[-1].end)
    keys = pd.MultiIndex.from_frame(frame[["rep_id", "at"]])
    worked = np.array([case.calendar.working_days(one.start, one.end) for one in spans])
    present = there.reindex(keys).to_numpy()
    frame["capacity"] = frame["days"] / np.where(present > 0, present, np.nan)
    frame["tenure"] = tenure(case, spans, frame)
    frame["potential"] = _before(case, spans, frame, worked)
    frame = frame.join(home, on="rep_id")
    new = _new(case, spans, frame)
    away = present < rules.presence * worked[frame["at"]]
    rows = frame[~new & ~away]
    often = rows.groupby("rep_id")["at"].transform("size") >= rules.least_periods
    rows = rows[often].sort_values(["rep_id", "at"], ignore_index=True)
    matrix, basis = _distances(case, rows, spans)
    left = _left_out(case, frame, new, away, set(rows["rep_id"]))
    return Comparable(rows.drop(columns="start"), spans, matrix, basis, left)


def _with_history(case: Case, starts: list) -> list:
    """The periods before which accounts can be valued, if three of them are left; else all."""
    first = case.data.sales["date"].min() + pd.Timedelta(LEAST_HISTORY, "D")
    later = [one for one in starts if one >= first]
    return later if len(later) >= _ENOUGH else starts


def _home(case: Case, day) -> pd.DataFrame:
    """Team and region of each rep by the last row in the scope that had begun on a day."""
    rows = case.data.frame("roster").sort_values(["rep_id", "valid_from"], kind="stable")
    if case.scope.kind != "company":
        rows = rows[(rows[SCOPE_COLUMNS[case.scope.kind]] == case.scope.id).fillna(False)]
    begun = rows[rows["valid_from"] <= pd.Timestamp(day)]
    last = begun.drop_duplicates("rep_id", keep="last")
    return last.set_index("rep_id")[["team", "region"]]


def _before(
    case: Case, spans: tuple[Period, ...], rows: pd.DataFrame, worked: np.ndarray
) -> np.ndarray:
    """Potential of the accounts held in each period by what they brought before the first one."""
    first = spans[0].start
    long = [Period(first, one.end, one.name, "range") for one in spans]
    ratio = np.array([case.calendar.working_days(one.start, one.end) for one in long]) / worked
    return potential(case, long, rows.assign(days=rows["days"] * ratio[rows["at"]]))


def _new(case: Case, spans: tuple[Period, ...], rows: pd.DataFrame) -> np.ndarray:
    """Whether a rep was on the ramp in a period, or not long enough in the company at its start."""
    hired = case.data.frame("roster").groupby("rep_id")["hired_on"].min()
    hired = pd.to_datetime(rows["rep_id"].map(hired))
    months = case.settings.review.practices.settled_months
    since = (rows["start"] - hired).dt.days / (365.25 / 12)
    short = (since < months).to_numpy(copy=True)
    ramp = case.settings.targets.ramp
    for number, span in enumerate(spans):
        day = Period(span.start, span.start, "", "day")
        own = (rows["at"] == number).to_numpy()
        short[own] |= ramped(hired[own], day, ramp=ramp) < 1
    return short


def _distances(
    case: Case, rows: pd.DataFrame, spans: tuple[Period, ...]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    each = rows.groupby("rep_id", sort=True)
    reps = pd.Index(sorted(rows["rep_id"].unique()), name="rep_id")
    mix = _mix(case, reps, spans)
    places_of = each["region"].last()
    figures = {
        "potential": np.log(each["potential"].mean().where(lambda one: one > 0)),
        "market": _market(case, mix, places_of, each["capacity"].mean(), spans),
        "tenure": np.log1p(each["tenure"].mean()),
        "capacity": each["capacity"].mean(),
    }
    apart = {name: np.abs(np.subtract.outer(one.to_numpy(float), one.to_numpy(float)))
             for name, one in figures.items() if len(one)}  # fmt: skip
    known, home = places_of.notna().to_numpy(), places_of.astype(object).to_numpy()
    other = (home[:, None] != home[None, :]).astype(float)
    apart["region"] = np.where(known[:, None] & known[None, :], other, np.nan)
    if mix is not None:
        shares = mix.to_numpy()
        apart["line"] = np.abs(shares[:, None] - shares[None]).sum(axis=2) / 2
    total, count, basis = np.zeros((len(reps), len(reps))), np.zeros((len(reps), len(reps))), []
    for name in (one for one in _BASIS if one in apart):
        square = apart[name] ** 2
        between = square[~np.eye(len(reps), dtype=bool)]
        mean = between[np.isfinite(between)].mean() if np.isfinite(between).any() else 0.0
        if not mean > 1e-12:
            continue
        basis.append(name)
        total += np.where(np.isfinite(square), 2 * square / mean, 0.0)
        count += np.isfinite(square)
    found = np.sqrt(total / np.maximum(count, 1))
    return pd.DataFrame(found, index=reps, columns=reps.rename(None)), tuple(basis)


def _mix(case: Case, reps: pd.Index, spans: tuple[Period, ...]) -> pd.DataFrame | None:
    """Share of each product line in a rep's bookings over the periods; None without lines."""
    sales = case.data.sales
    inside = places(sales["date"], (Period(spans[0].start, spans[-1].end, "", "range"),)) >= 0
    sold = sales[inside & sales["line"].notna() & (sales["amount"] > 0)]
    if sold.empty or len(reps) < 2:
        return None
    sums = sold.groupby(["rep_id", "line"])["amount"].sum().unstack("line").reindex(reps)
    return sums.div(sums.sum(axis=1, min_count=1), axis=0).where(lambda one: one.notna(), 0.0)


def _market(case: Case, mix, home: pd.Series, capacity: pd.Series, spans) -> pd.Series:
    """Log of the market behind a rep's lines in its region, for each full post there."""
    empty = pd.Series(np.nan, index=home.index)
    market = case.data.frame("market")
    market = market[market["period"].isin([one.name for one in spans])]
    if mix is None or market.empty or market["line"].isna().all():
        return empty
    size = market.groupby(["region", "line"])["market_size"].mean().unstack("line")
    size = size.reindex(columns=mix.columns).reindex(home).set_axis(home.index)
    behind = (size * mix.reindex(home.index)).sum(axis=1, min_count=1)
    posts = capacity.groupby(home).transform("sum")
    return np.log((behind / posts.where(posts > 0)).where(lambda one: one > 0))


def _left_out(case: Case, frame, new, away, kept: set[str]) -> pd.DataFrame:
    marks = frame.assign(new=new, away=away)
    marks = marks[~marks["rep_id"].isin(kept)].groupby("rep_id")[["new", "away"]].any()
    reason = np.select([marks["new"], marks["away"]], ["ramp", "absent"], "few_periods")
    shown = rep_names(case.data)
    return pd.DataFrame(
        {"rep_id": marks.index, "rep": [shown.get(one, one) for one in marks.index],
         "reason": reason.astype(object)}
    )  # fmt: skip
