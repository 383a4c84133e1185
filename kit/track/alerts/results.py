"""Alerts about results: attainment, pace, milestones, months and the rolling gap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from kit.data import measures
from kit.data.case import Case
from kit.data.elapsed import elapsed
from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.data.territory import display
from kit.plan.milestones import milestones
from kit.scope import Scope
from kit.track import changes, pacing, parts, trend
from kit.track.alerts.rules import (
    EXACT,
    Alert,
    first_day,
    fixed,
    limits,
    raised,
    severity,
)
from kit.track.alerts.signals import signals


def paces(case: Case) -> Iterator[Alert]:
    """Pace of the scope and its parts under `track.red` or `track.amber`; closed: attainment.

    Not before `alerts.fewest_days` working days of the period, or half of them, are over. It is
    about target_to_date − actual.
    """
    done, left = elapsed(case.calendar, case.period, as_of=case.as_of)
    if not case.closed and done < min(case.settings.alerts.fewest_days, (done + left) / 2):
        return
    rule = "attainment" if case.closed else "pace"
    track = case.settings.track
    table = pacing.standing(case)
    for row in table.itertuples(index=False):
        scope = Scope.parse(row.scope) if row.scope else None
        if scope is None or row.status == "no_target" or np.isnan(row.pace_index):
            continue
        grave, limit = severity(case, rule, row.pace_index, amber=track.amber, red=track.red)
        if grave and raised(case, rule, scope):
            yield Alert(
                grave, rule, scope, row.part, row.pace_index, limit, "percent",
                stake=row.target_to_date - row.actual, since=_pace_since(case, scope, rule),
                facts={"pace": row.pace_index, "actual": row.actual, "due": row.target_to_date},
                **_judged(case, scope),
            )  # fmt: skip


def missed(case: Case) -> Iterator[Alert]:
    """While the period runs: the last milestone due, with the days of grace over, was not met.

    `alerts.grace` working days after a milestone's day what has come in the month counts. It is
    about what lacks; red under `track.red` of what was due.
    """
    target = in_force(case)
    if not target or target <= 0 or case.closed or case.as_of < case.period.start:
        return
    table = milestones(case, target)
    got = measures.daily(case, start=case.period.start, end=case.period.end)
    if isinstance(table, Unavailable) or isinstance(got, Unavailable) or not raised(
        case, "milestone", case.scope
    ):
        return
    held: Alert | None = None
    for row in table.itertuples(index=False):
        day = row.date.date() if isinstance(row.date, pd.Timestamp) else row.date
        judged = _later(case, day, case.settings.alerts.grace)
        if judged > case.as_of:
            break
        month = case.calendar.period(row.period)
        start = max(month.start, case.period.start)
        actual = float(got.loc[pd.Timestamp(start) : pd.Timestamp(min(judged, month.end))].sum())
        if not row.target > 0:
            continue
        value = actual / row.target
        grave, limit = severity(case, "milestone", value, amber=1.0, red=case.settings.track.red)
        if not grave:
            held = None
            continue
        since = judged if held is None else held.since
        held = Alert(
            grave, "milestone", case.scope, display(case, case.scope), value, limit, "percent",
            stake=row.target - actual, since=since,
            facts={"day": day, "target": row.target, "actual": actual,
                   "grace": case.settings.alerts.grace},
        )  # fmt: skip
    if held is not None:
        yield held


def months(case: Case) -> Iterator[Alert]:
    """The last closed month fell by more than `track.mom_drop`, or the rolling gap grew.

    A fall beyond what season and noise explain is red, one within them amber; where that cannot be
    tested, it is red from twice the threshold. The rolling gap is an alert where it is positive in
    the last closed month and larger than a month before, while the period runs.
    """
    frame = trend.months(case)
    inside = frame["start"] >= pd.Timestamp(case.period.start)
    place = np.flatnonzero(~frame["running"] & inside)
    if not len(place):
        return
    last, part = place[-1], display(case, case.scope)
    rows = frame[["mom", "rolling_gap", "actual"]].to_numpy(dtype=float)
    drop = -case.settings.track.mom_drop
    amber, red = limits(case, "mom_drop", amber=drop, red=2 * drop)
    mom = rows[last, 0]
    if mom < amber - EXACT and raised(case, "mom_drop", case.scope):
        told = verdict(case, case.scope, "month_fall")
        beyond = mom <= red if not told["signal"] else told["signal"] == "yes"
        falling = [at for at in place if rows[at, 0] < amber - EXACT]
        yield Alert(
            fixed(case, "mom_drop", "red" if beyond else "amber"), "mom_drop", case.scope, part,
            mom, amber, "percent", stake=rows[last - 1, 2] - rows[last, 2],
            since=_month_end(case, frame, _unbroken(falling, last)),
            facts={"change": mom, "fall": -mom, "month": frame["period"].iloc[last],
                   "told": "explained" if told["signal"] == "no" else ""}, **told,
        )  # fmt: skip
    growing = [at for at in place if _grows(rows[:, 1], at)]
    if not case.closed and last in growing and raised(case, "rolling_gap", case.scope):
        gap, before = rows[last, 1], rows[last - 1, 1] if last else np.nan
        yield Alert(
            fixed(case, "rolling_gap", "amber"), "rolling_gap", case.scope, part, gap, before,
            "money", stake=gap, since=_month_end(case, frame, _unbroken(growing, last)),
            facts={"gap": gap, "before": before},
        )  # fmt: skip


def falls(case: Case) -> Iterator[Alert]:
    """The signals: falls of bookings, of leads and of the conversion beyond season and noise."""
    table = signals(case)
    sizes = pacing.standing(case)
    due = float(sizes["target_to_date"].iloc[0]) if len(sizes) else 0.0
    for row in table[table["signal"]].itertuples(index=False):
        rule = "bookings_fall" if row.test == "month_fall" else row.test
        scope = Scope.parse(row.scope)
        if not raised(case, rule, scope):
            continue
        stake = row.usual - row.value if rule == "bookings_fall" else -row.change * max(due, 0.0)
        staged = rule != "conversion_fall" or case.data.has("stage_events")
        kind = {"bookings_fall": "money", "leads_fall": "count"}.get(rule, "percent")
        yield Alert(
            fixed(case, rule, "red"), rule, scope, row.part, row.value, row.usual, kind,
            stake=stake, since=row.since.date(), signal="yes", q=row.q,
            facts={"change": row.change, "fall": -row.change, "value": row.value,
                   "usual": row.usual, "points": 100 * (row.usual - row.value), "n": row.n,
                   "told": "" if staged else "closed"},
        )  # fmt: skip


def _judged(case: Case, scope: Scope) -> dict:
    """The verdict on a pace; a target that was missed is missed, whatever explains it."""
    found = verdict(case, scope, "bookings_fall")
    excused = case.closed and found["signal"] == "no"
    return {"signal": "", "q": float("nan")} if excused else found


def verdict(case: Case, scope: Scope, test: str) -> dict:
    """Whether season and noise explain a scope's fall: `signal` and `q`, empty where not tested."""
    table = signals(case)
    row = table[(table["scope"] == str(scope)) & (table["test"] == test) & table["p"].notna()]
    if not len(row):
        return {"signal": "", "q": float("nan")}
    return {"signal": "yes" if row["signal"].iloc[0] else "no", "q": float(row["q"].iloc[0])}


def _grows(gaps: np.ndarray, at: int) -> bool:
    before = gaps[at - 1] if at else np.nan
    return bool(gaps[at] > 0 and gaps[at] > before + EXACT * abs(before))


def _unbroken(places: list[int], last: int) -> int:
    """The first of the places from which on they follow one another up to the last."""
    while last - 1 in places:
        last -= 1
    return last


def _month_end(case: Case, frame: pd.DataFrame, place: int) -> dt.date:
    end = case.calendar.period(frame["period"].iloc[place]).end
    return min(end, case.as_of)


def _pace_since(case: Case, scope: Scope, rule: str) -> dt.date:
    """The first day from which on the pace was under the amber limit, as each day was seen then."""
    own = scope == case.scope
    if own:
        child = case
    else:
        known = {one.scope: one for one in parts.parts(case)}
        if scope not in known:
            return case.as_of
        child = parts.part_case(parts.narrow(case), known[scope])
    found = changes.paces(child)
    if isinstance(found, Unavailable) or not len(found):
        return case.as_of
    amber, red = limits(case, rule, amber=case.settings.track.amber, red=case.settings.track.red)
    limit = max(amber, red)
    pace = found["pace_index"].to_numpy(dtype=float)
    below = pace < limit - EXACT
    return first_day(found["date"].to_numpy().astype("datetime64[D]"), below) or case.as_of


def _later(case: Case, day: dt.date, working_days: int) -> dt.date:
    """The working day that many after a day; the day itself with none."""
    if not working_days:
        return day
    days = case.calendar.workdays(day + dt.timedelta(1), day + dt.timedelta(3 * working_days + 40))
    return days[working_days - 1].date()
