"""What reps do against what comes of it: many or few visits and quotes, good or poor results."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.productivity import (
    LEAST_PEERS,
    beside_others,
    peers_of,
    productivity,
    seen,
    whole_months,
    workers,
)
from kit.diagnose.reference import within
from kit.diagnose.results import results

KINDS = ("visit", "quote")
_CHANCE = 2.0  # standard deviations of a Poisson count
_COLUMNS = ["rep_id", "rep", "marks", "behaviour", "count", "days", "per_day", "median", "multiple",
            "attainment", "beside", "by", "good_from", "quadrant"]  # fmt: skip


@once
def behaviour(case: Case) -> pd.DataFrame | Unavailable:
    """Lay visits and quotes for each working day beside the result.

    Returns
    -------
    DataFrame or Unavailable
        rep_id, rep, marks, behaviour (`visit`, `quote`), count, days (working days × share of a
        full post), per_day = count ÷ days, median (of the others, three or more), multiple =
        per_day ÷ median in two decimals, attainment (actual ÷ target to date), beside (productivity
        ÷ the others' median − 1), by (`target`, or `peers` where there is no target; what decides
        good or poor), good_from (share of what was due, or of the others' median, from which a
        result is good), quadrant: `many_good`, `many_poor`, `few_good`, `few_poor`, `usual_good`,
        `usual_poor`; null where a side is unknown. By kind, the busiest first. Unavailable without
        activities, without visits or quotes in the span (`no_visits`), with fewer than three reps
        (`few_people`), or as `productivity`.

    Notes
    -----
    Many and few are more than `settings.diagnose.people.activity_band` from the median and further
    than chance moves a count (two standard deviations of a Poisson count of median × days), told by
    the multiple in two decimals, as it is shown; good is `settings.track.amber` of what was due, or
    of the others' median, or more: what is not behind on the page is not short here. The ramp is no
    excuse for few visits, so `days` does not hold it. In a rep's own scope the median is that of
    the anonymous peers over the complete months.
    """
    if not case.data.has("activities"):
        return Unavailable(table="activities")
    found, reached = productivity(case), results(case)
    if isinstance(found, Unavailable) or isinstance(reached, Unavailable):
        return found if isinstance(found, Unavailable) else reached
    own = case.scope.kind == "rep"
    if not own and len(reached) < LEAST_PEERS:
        return Unavailable(reason="few_people")
    span = seen(case)
    done = within(case.data.frame("activities"), span.start, span.end)
    counts = done[done["kind"].isin(KINDS)].groupby(["kind", "rep_id"])["count"].sum()
    kinds = [one for one in KINDS if one in set(counts.index.get_level_values(0))]
    if not kinds:
        return Unavailable(reason="no_visits")
    people = reached.assign(days=reached["rep_id"].map(_days(case)).astype(float))
    people["beside"] = people["rep_id"].map(found.reps.set_index("rep_id")["beside"])
    parts = []
    for kind in kinds:
        rows = people.assign(behaviour=kind)
        rows["count"] = rows["rep_id"].map(counts[kind]).fillna(0.0)
        rows["per_day"] = rows["count"] / rows["days"].where(rows["days"] > 0)
        if own:
            rows["median"] = _peers_a_day(case, kind)
        else:
            rows["median"] = beside_others(rows["per_day"])["median"]
        parts.append(
            rows.sort_values(["per_day", "rep_id"], ascending=[False, True], na_position="last")
        )
    table = pd.concat(parts, ignore_index=True)
    table["multiple"] = (table["per_day"] / table["median"].where(table["median"] > 0)).round(2)
    table["good_from"] = case.settings.track.amber
    table["by"] = np.where(table["attainment"].notna(), "target", "peers")
    return table.assign(quadrant=_quadrants(case, table))[_COLUMNS]


def _quadrants(case: Case, table: pd.DataFrame) -> pd.Series:
    band = case.settings.diagnose.people.activity_band
    index, usual = table["multiple"], table["median"] * table["days"]
    clear = (index - 1).abs() * usual > _CHANCE * np.sqrt(usual)
    number = np.select(
        [clear & (index > 1 + band), clear & (index < 1 - band)], ["many", "few"], "usual"
    )
    mark = table["attainment"].where(table["attainment"].notna(), table["beside"] + 1)
    outcome = np.where(mark >= table["good_from"], "_good", "_poor")
    found = pd.Series(number, index=table.index, dtype=object) + outcome
    return found.mask(index.isna() | mark.isna(), None)


def _days(case: Case) -> dict[str, float]:
    """Working days of each rep in the scope × the share of a full post."""
    return {
        one.rep_id: case.calendar.working_days(one.active_from, one.active_to) * one.capacity
        for one in workers(case).itertuples(index=False)
    }


def _peers_a_day(case: Case, kind: str) -> float:
    months = whole_months(case, seen(case))
    _, middle = peers_of(case, kind, months)
    if not len(months):
        return np.nan
    worked = case.calendar.working_days(months[0], months[-1] + pd.offsets.MonthEnd(0))
    return middle / worked if worked else np.nan
