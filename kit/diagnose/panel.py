"""Reps over periods: the result of each beside what the rep did and what was given to the rep."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.diagnose.circumstance import places, potential, promotions, tenure

KINDS = ("visit", "call", "quote", "demo")
BEHAVIOUR = (*KINDS, "discount")
CIRCUMSTANCE = ("promotion", "tenure", "potential")
REGRESSORS = (*BEHAVIOUR, *CIRCUMSTANCE)
LEAST_PRESENCE = 1 / 3  # of a period's working days, in full posts; below, a figure is all noise
_KNOWN = 0.5  # share of the rows in which a regressor is known
_GRACE = dt.timedelta(days=7)  # days without a row that are no gap in the records
_FRAME = ["rep_id", "period", "start", "days", "result"]


@dataclass(frozen=True)
class Panel:
    """One row a rep and period.

    Parameters
    ----------
    frame : DataFrame
        rep_id, period, start, days (working days at work × share of a full post), result (money
        booked for each of them), then the regressors and, of each activity and the discount,
        `<name>_same`, that of the period alone. Sorted by rep and time; nulls where not known.
    regressors : tuple of str
        Those that the data have and that differ between the reps of a period.
    left_out : DataFrame
        regressor, reason: `no_data`, `mostly_unknown` (in more than half of the rows), or `alike`
        (the same for all reps of each period).
    kind : str
        Kind of the periods: `quarter`, or `explicit`.
    worked : float
        Working days of a period, in the mean.
    """

    frame: pd.DataFrame
    regressors: tuple[str, ...]
    left_out: pd.DataFrame
    kind: str
    worked: float

    @property
    def complete(self) -> pd.DataFrame:
        """The rows in which every regressor is known."""
        return self.frame.dropna(subset=list(self.regressors)).reset_index(drop=True)


@once
def panel(case: Case) -> Panel | Unavailable:
    """Lay out what each rep brought, did and was given, period by period, up to `as_of`.

    Returns
    -------
    Panel or Unavailable
        Unavailable for a rep's own scope (`others_needed`), which reads nobody else's rows, and
        where no period is complete (`no_periods`).

    Notes
    -----
    Periods are the calendar's own, quarters mostly: deals take months, so that a month's visits and
    a month's orders would belong to different deals. Only whole periods count, from the first order
    to the last. Activities are known from the first to the last that is recorded. By regressor:

    - visit, call, quote, demo: activities ÷ days, over this period and the one before together, as
      what is done acts later; this period alone where nothing is known of the one before.
    - discount: 1 − Σ amount ÷ Σ list amount over the same two periods, of lines with a list amount.
    - promotion: events of kind `promotion` in the period that touch the rep's region or all.
    - tenure: months from hire to the period's middle.
    - potential: see `kit.diagnose.circumstance.potential`; money a day of a full post.

    `days` does not hold the ramp of newcomers: tenure tells of it. Rows with less than a third of a
    full post in the period are left out.
    """
    if case.scope.kind == "rep":
        return Unavailable(reason="others_needed")
    spans = _spans(case)
    if not spans:
        return Unavailable(reason="no_periods")
    worked = _working_days(case, spans)
    days = _days(case, spans)
    frame = days.reset_index(name="days")
    each = pd.MultiIndex.from_frame(frame[["rep_id", "at"]])
    sales = case.data.sales
    at = places(sales["date"], spans)
    sums = sales.groupby(["rep_id", at])[["amount"]].sum()
    frame["result"] = sums["amount"].reindex(each).fillna(0.0).to_numpy() / frame["days"]
    frame["start"] = pd.to_datetime([spans[one].start for one in frame["at"]])
    frame["period"] = pd.Series([spans[one].name for one in frame["at"]], dtype="str")
    columns = {
        **_activities(case, spans, days),
        **_discounts(case, spans, each),
        "promotion": promotions(case, spans, frame),
        "tenure": tenure(case, spans, frame),
        "potential": potential(case, spans, frame),
    }
    frame = frame.assign(**{name: np.asarray(one, dtype=float) for name, one in columns.items()})
    least = LEAST_PRESENCE * np.array(worked)[frame["at"]]
    frame = frame[frame["days"] >= least]
    frame = frame.sort_values(["rep_id", "at"], kind="stable").reset_index(drop=True)
    named, left_out = _usable(frame)
    same = [f"{one}_same" for one in named if f"{one}_same" in frame]
    shown = frame[[*_FRAME, *named, *same]]
    return Panel(shown, named, left_out, case.calendar.kind, float(np.mean(worked)))


def _spans(case: Case) -> list[Period]:
    """The calendar's periods that are over on `as_of` and that the orders cover wholly."""
    days = case.data.sales["date"]
    days = days[days <= pd.Timestamp(case.as_of)]
    if days.empty:
        return []
    first = days.min().date()
    last = min(case.as_of, (case.through or days.max().date()) + _GRACE)
    spans = case.calendar.between(first, case.as_of, "")
    return [one for one in spans if one.start + _GRACE >= first and one.end <= last]


def _working_days(case: Case, spans: Sequence[Period]) -> list[int]:
    return [case.calendar.working_days(one.start, one.end) for one in spans]


def _days(case: Case, spans: Sequence[Period]) -> pd.Series:
    """Working days of each rep in the scope and span × capacity, by rep_id and number of span."""
    rows = case.data.frame("roster").sort_values(["rep_id", "valid_from"], kind="stable")
    if case.scope.kind != "company":
        rows = rows[(rows[SCOPE_COLUMNS[case.scope.kind]] == case.scope.id).fillna(False)]
    worked = case.calendar.workdays(spans[0].start, spans[-1].end)
    parts = []
    for number, span in enumerate(spans):
        start, end = pd.Timestamp(span.start), pd.Timestamp(span.end)
        there = rows[(rows["valid_from"] <= end) & ~(rows["valid_to"] < start)]
        first = worked.searchsorted(there["valid_from"].clip(lower=start))
        last = worked.searchsorted(there["valid_to"].fillna(end).clip(upper=end), side="right")
        days = (last - first) * there["capacity"].fillna(1.0)
        parts.append(pd.DataFrame({"rep_id": there["rep_id"], "at": number, "days": days}))
    found = pd.concat(parts).groupby(["rep_id", "at"])["days"].sum()
    return found[found > 0]


def _before(index: pd.MultiIndex) -> pd.MultiIndex:
    """The same reps a period earlier."""
    reps, at = index.get_level_values(0), index.get_level_values(1)
    return pd.MultiIndex.from_arrays([reps, at - 1], names=index.names)


def _activities(case: Case, spans: Sequence[Period], days: pd.Series) -> dict[str, np.ndarray]:
    """Each kind of activity a day, over two periods and, as `_same`, over one."""
    if not case.data.has("activities"):
        return {}
    done = case.data.frame("activities")
    done = done[(done["date"] <= pd.Timestamp(case.as_of)) & done["kind"].isin(KINDS)]
    if done.empty:
        return {}
    at, found = places(done["date"], spans), {}
    first, last = done["date"].min().date() - _GRACE, done["date"].max().date() + _GRACE
    told = np.array([one.start >= first and one.end <= last for one in spans])
    known = told[days.index.get_level_values(1)]
    base = pd.Series(np.where(known, days, np.nan), index=days.index)
    for kind in (one for one in KINDS if (done["kind"] == one).any()):
        own = done["kind"] == kind
        counts = done.loc[own, "count"].groupby([done.loc[own, "rep_id"], at[own]]).sum()
        counts = counts.reindex(days.index).fillna(0.0)
        found[kind], found[f"{kind}_same"] = _two(counts, base)
    return found


def _two(over: pd.Series, under: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """A ratio of sums over this period and the one before, and over this one alone."""
    before = _before(over.index)
    both = [one.to_numpy() + one.reindex(before).fillna(0.0).to_numpy() for one in (over, under)]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = both[0] / both[1], over.to_numpy() / under.to_numpy()
    wide, own = (np.where(np.isfinite(one), one, np.nan) for one in ratios)
    return np.where(under.isna(), np.nan, wide), own


def _discounts(
    case: Case, spans: Sequence[Period], each: pd.MultiIndex
) -> dict[str, np.ndarray]:
    rows = case.data.sales
    rows = rows[(rows["list_amount"] > 0) & rows["rep_id"].notna()]
    if rows.empty:
        return {}
    at = places(rows["date"], spans)
    sums = rows.groupby(["rep_id", at])[["amount", "list_amount"]].sum().reindex(each)
    wide, own = _two(sums["list_amount"] - sums["amount"], sums["list_amount"])
    return {"discount": wide, "discount_same": own}


def _usable(frame: pd.DataFrame) -> tuple[tuple[str, ...], pd.DataFrame]:
    """The regressors that can tell reps of a period apart, and why the others cannot."""
    known = {one: frame[one].notna().mean() if one in frame else 0.0 for one in REGRESSORS}
    reasons = {one: "no_data" if not share else "mostly_unknown"
               for one, share in known.items() if not share >= _KNOWN}  # fmt: skip
    rows = frame.dropna(subset=[one for one in REGRESSORS if one not in reasons])
    for name in (one for one in REGRESSORS if one not in reasons):
        spread = rows[name] - rows.groupby("at")[name].transform("mean")
        if not spread.abs().max() > 1e-9 * rows[name].abs().max():
            reasons[name] = "alike"
    named = tuple(one for one in REGRESSORS if one not in reasons)
    left_out = [(one, reasons[one]) for one in REGRESSORS if one in reasons]
    return named, pd.DataFrame(left_out, columns=["regressor", "reason"], dtype="str")
