"""What speaks against a plan: the ramp, leave, a territory moved, a cause above the person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.elapsed import year_ago
from kit.data.measures import actuals
from kit.data.tables import Unavailable
from kit.diagnose.load import load
from kit.plan.capacity import ramped
from kit.review import misses, taken_customers
from kit.review.posts_held import days_held, held
from kit.scope import Scope

EVENTS = 3  # the latest, that are told
FEWEST = 3  # others, below whom nothing is said of them
UNSEEN = ("customers_moved", "region_short", "quota_far")  # cannot be told from one rep's own rows
_TOLERANCE = 1.05  # a quota lowered within a twentieth of what the post was lowered by


@dataclass(frozen=True)
class Circumstance:
    """One thing that may explain misses better than the person's work.

    Parameters
    ----------
    key : str
        `on_ramp`, `short_tenure`, `absent`, `post_reduced`, `territory_moved`, `customers_moved`,
        `vacancy_cover`, `overload`, `region_short`, `quota_far`, `largest_lost` or `event`.
    strong : bool
        Whether it alone is enough not to propose a plan but to look at it together.
    facts : dict
        What it rests on, by name.
    """

    key: str
    strong: bool
    facts: dict[str, Any] = field(default_factory=dict)


def against(case: Case, found: pd.DataFrame, rep_id: str) -> tuple[Circumstance, ...]:
    """What speaks against a plan for a rep, over the misses in a row; the strong ones first.

    Parameters
    ----------
    case : Case
        The limits are those of `settings.review.people`.
    found : DataFrame
        From `kit.review.misses.misses`.
    rep_id : str

    Returns
    -------
    tuple of Circumstance
        Empty where nothing is known that speaks against it, or there is no miss in a row.

    Notes
    -----
    Strong: on the ramp on the day; no post on a tenth of the working days of the misses; a smaller
    post whose quota was not lowered with it; a move to another team or region since the period
    before the misses; customers with 15 % of the bookings of the year before now with others; in at
    least half of the missed periods, more than half of the region's other reps (of the scope's,
    where those are fewer than three) missed too and together they were short; a quota more than
    1.25 times last year's bookings where others' lie that much lower; the largest customer lost for
    a confirmed cause. The weaker ones are told beside it.
    A rep's own scope cannot know of `UNSEEN`.
    """
    run = misses.run(found, rep_id)
    if run.empty:
        return ()
    made = [
        *_tenure(case, rep_id), *_posts(case, found, run, rep_id), *_moved(case, run, rep_id),
        *taken_customers.customers(case, run, rep_id), *_overload(case, rep_id),
        *_region(case, found, run, rep_id), *_quota(case, found, run, rep_id),
        *_events(case, run),
    ]  # fmt: skip
    found_all = [Circumstance(*one) for one in made]
    return tuple(sorted(found_all, key=lambda one: not one.strong))


def _span(run: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    return pd.Timestamp(run["start"].min()), pd.Timestamp(run["end"].max())


def _eve(run: pd.DataFrame) -> pd.Timestamp:
    """First day of the period before the misses, by the length of the first of them."""
    first = run.iloc[0]
    start, end = pd.Timestamp(first["start"]), pd.Timestamp(first["end"])
    return start - (end - start)


def _tenure(case: Case, rep_id: str) -> list[tuple]:
    roster = case.data.frame("roster")
    hired = roster.loc[roster["rep_id"] == rep_id, "hired_on"].dropna()
    if hired.empty:
        return []
    hired_on = hired.max()
    day = Period(case.as_of, case.as_of, "", "day")
    share = float(ramped(hired.tail(1), day, ramp=case.settings.targets.ramp)[0])
    if share < 1:
        return [("on_ramp", True, {"hired_on": hired_on, "share": share})]
    ends = hired_on + pd.DateOffset(months=case.settings.review.people.probation_months)
    young = ends > pd.Timestamp(case.as_of)
    return [("short_tenure", False, {"hired_on": hired_on})] if young else []


def _posts(case: Case, found: pd.DataFrame, run: pd.DataFrame, rep_id: str) -> list[tuple]:
    made, days, there = [], 0.0, 0.0
    for one in run.itertuples(index=False):
        days += case.calendar.working_days(one.start, one.end)
        there += days_held(case, held(case, rep_id, start=one.start, end=one.end))
    away = max(days - there, 0.0)
    if away > 0:
        limit = case.settings.review.people.absent
        facts = {"days": away, "share": away / days}
        made.append(("absent", away / days >= limit, facts))
    start, end = _eve(run), _span(run)[1]
    rows = [one for one in held(case, rep_id, start=start.date(), end=end.date()) if one.capacity]
    for was, now in reversed(list(zip(rows, rows[1:], strict=False))):
        if now.capacity < was.capacity:
            facts = {"when": now.first, "before": was.capacity, "after": now.capacity}
            made.append(("post_reduced", not _lowered(found, rep_id, facts), facts))
            break
    return made


def _lowered(found: pd.DataFrame, rep_id: str, facts: dict[str, Any]) -> bool:
    """Whether the quota fell about as far as the post."""
    own = found[(found["rep_id"] == rep_id) & (found["target"] > 0)]
    starts, ends = pd.to_datetime(own["start"]), pd.to_datetime(own["end"])
    before, after = own[ends < facts["when"]], own[starts >= facts["when"]]
    if before.empty or after.empty:
        return False
    fell = after["target"].iloc[-1] / before["target"].iloc[-1]
    return bool(fell <= facts["after"] / facts["before"] * _TOLERANCE)


def _moved(case: Case, run: pd.DataFrame, rep_id: str) -> list[tuple]:
    start, end = _eve(run), _span(run)[1]
    rows = held(case, rep_id, start=start.date(), end=end.date())
    for place in ("region", "team"):
        known = [one for one in rows if getattr(one, place) is not None]
        for was, now in reversed(list(zip(known, known[1:], strict=False))):
            before, after = getattr(was, place), getattr(now, place)
            if before != after:
                facts = {"when": now.first, "before": before, "after": after}
                return [("territory_moved", True, facts)]
    return []


def _overload(case: Case, rep_id: str) -> list[tuple]:
    found = load(case)
    if isinstance(found, Unavailable):
        return []
    rows = found[(found["rep_id"] == rep_id) & found["over"].map(bool)]
    return [("overload", False, {"times": float(one)}) for one in rows["highest"]]


def _region(case: Case, found: pd.DataFrame, run: pd.DataFrame, rep_id: str) -> list[tuple]:
    """Periods in which the rep's region was short without the rep; a small one's whole scope."""
    rules, region = case.settings.review.people, run["region"].iloc[-1]
    others = found[(found["basis"] == "counted") & (found["rep_id"] != rep_id)]
    short, groups = [], set()
    for period in run["period"]:
        rows = others[others["period"] == period]
        near = rows[(rows["region"] == region).fillna(False).astype(bool)]
        group, rows = ("region", near) if len(near) >= FEWEST else ("scope", rows)
        if len(rows) < FEWEST or rows["missed"].mean() <= rules.others_missed:
            continue
        reached = rows["actual"].sum() / rows["target"].sum()
        if reached < rules.miss_below:
            groups.add(group)
            short.append((reached, rows["missed"].mean()))
    if not short:
        return []
    attainment, share = (float(np.mean(side)) for side in zip(*short, strict=True))
    facts = {
        "periods": len(short), "of": len(run), "attainment": attainment, "share": share,
        "group": "region" if groups == {"region"} else "scope",
    }  # fmt: skip
    return [("region_short", 2 * len(short) >= len(run), facts)]


def _quota(case: Case, found: pd.DataFrame, run: pd.DataFrame, rep_id: str) -> list[tuple]:
    far = case.settings.review.people.quota_far
    own = _asked(case, run)
    if np.isnan(own) or own <= far:
        return []
    others = found[(found["rep_id"] != rep_id) & (found["basis"] == "counted")]
    others = others[others["period"].isin(run["period"])]
    asked = [_asked(case, rows) for _, rows in others.groupby("rep_id")]
    known = [one for one in asked if not np.isnan(one)]
    usual = float(np.median(known)) if len(known) >= FEWEST else np.nan
    strong = bool(not np.isnan(usual) and own > far * usual)
    return [("quota_far", strong, {"times": own, "usual": usual})]


def _asked(case: Case, rows: pd.DataFrame) -> float:
    """Quotas ÷ bookings of the same periods last year; null where a year ago is not known."""
    scope, target, before = Scope("rep", rows["rep_id"].iloc[0]), 0.0, 0.0
    first = case.data.sales["date"].min()
    for name, goal in zip(rows["period"], rows["target"], strict=True):
        span = case.calendar.period(name)
        past = year_ago(case.calendar, span, as_of=span.end)
        if past is None or pd.isna(first) or pd.Timestamp(past.start) < first.normalize():
            return np.nan
        target += goal
        before += float(actuals(case, scope=scope, start=past.start, end=past.end))
    return target / before if before > 0 else np.nan


def _events(case: Case, run: pd.DataFrame) -> list[tuple]:
    """Competitors, policies and changes inside during the misses, for the rep's region or all."""
    start, end = _span(run)
    rows = case.data.frame("events")
    rows = rows[(rows["date"] >= start) & (rows["date"] <= end) & (rows["kind"] != "promotion")]
    here = rows["region"].isna() | (rows["region"] == run["region"].iloc[-1])
    rows = rows[here.fillna(False).astype(bool)].sort_values(["date", "label"]).tail(EVENTS)
    return [
        ("event", False, {"label": one.label, "when": one.date})
        for one in rows.itertuples(index=False)
    ]
