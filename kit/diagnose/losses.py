"""Why deals were lost at a step more often than in the year before, and how long they stood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy.stats import mannwhitneyu

from kit.data.stages import passages
from kit.diagnose import funnel
from kit.diagnose.branch import Branch
from kit.diagnose.reference import within

UNKNOWN = "unknown"
_NEAR = pd.Timedelta(days=45)  # how far from the period's start an event is laid beside it
_LONGER = 1.10  # a median stay that is so much longer is worth saying
_FEWEST = 10  # stays on either side


@dataclass(frozen=True)
class Reason:
    """A loss reason that rose: key of the statement, money and figures."""

    statement: str
    effect: float
    facts: Mapping[str, Any]


def by_reason(branch: Branch, stage: str) -> pd.DataFrame:
    """Deals lost from a stage by reason, in the period and in the year before.

    Returns
    -------
    DataFrame
        Indexed by reason (`unknown` where none is given): count, before (deals), rate, rate_before
        (÷ the deals that left the stage), p (that both rates are the same).
    """
    left = funnel.departures(branch.case)
    left = left[left["stage"] == stage]
    deals = funnel.closed(branch.case).set_index("opportunity_id")["loss_reason"]
    left = left.assign(reason=left["opportunity_id"].map(deals).fillna(UNKNOWN).astype(object))
    start, end, before = funnel.spans(branch.case)
    sides = within(left, start, end), within(left, before, start - dt.timedelta(days=1))
    counts = [side.loc[~side["onward"].astype(bool), "reason"].value_counts() for side in sides]
    table = pd.concat(dict(zip(("count", "before"), counts, strict=True)), axis=1).fillna(0)
    table = table.astype(int).sort_index()
    many, many_before = (len(side) for side in sides)
    table["rate"] = table["count"] / many if many else float("nan")
    table["rate_before"] = table["before"] / many_before if many_before else float("nan")
    table["p"] = [
        funnel.differ(one.count_, many, one.before, many_before)
        for one in table.rename(columns={"count": "count_"}).itertuples()
    ]
    return table


def risen(branch: Branch, step: Mapping[str, Any]) -> Reason | None:
    """The loss reason that rose most at a funnel step.

    Parameters
    ----------
    branch : Branch
    step : mapping
        stage, entered, conversion, reference_conversion of the step.

    Returns
    -------
    Reason or None
        None where no reason is recorded or none rose beyond chance (5 % ÷ number of reasons).

    Notes
    -----
    The fall of the conversion is the sum of the rises of the reasons' rates, so that

        effect of a reason = effect of the step × rise of its rate ÷ fall of the conversion
    """
    table = by_reason(branch, step["stage"])
    known = table[table.index != UNKNOWN]
    rise = (known["rate"] - known["rate_before"]).sort_index()
    rise = rise[known["p"] < funnel.ALPHA / max(len(known), 1)]
    fall = step["reference_conversion"] - step["conversion"]
    if rise.empty or rise.max() <= 0 or fall <= 0:
        return None
    reason = str(rise.idxmax())
    row = known.loc[reason]
    whole = _effect(branch, step["stage"])
    facts = {"reason": reason, "rate": float(row["rate"]), "rate_before": float(row["rate_before"]),
             "count": int(row["count"]), "entered": step["entered"], "stage": step["stage"],
             "part": branch.name}  # fmt: skip
    effect = whole * float(rise[reason]) / fall
    event = _event(branch)
    if event is None:
        return Reason("loss_reason", effect, facts)
    facts |= {"event": str(event["label"]), "when": event["date"].date()}
    return Reason("loss_reason_event", effect, facts)


def slower(branch: Branch, stage: str, *, limit: float) -> dict[str, Any] | None:
    """Median stay in a stage of deals that left it, if longer than the year before, else None.

    Mann-Whitney test of the stays (days), one-sided at `limit`, ten stays on either side at least,
    and a median longer by a tenth.
    """
    case = branch.case
    if not case.data.has("stage_events"):
        return None
    events = case.data.frame("stage_events")
    events = events[events["entered_on"] < pd.Timestamp(case.as_of) + pd.Timedelta(days=1)]
    stays = passages(funnel.decided(case), events, stages=case.settings.diagnose.stages)
    stays = stays[(stays["stage"] == stage) & stays["left_on"].notna()]
    stays = stays.assign(date=stays["left_on"],
                         days=(stays["left_on"] - stays["entered_on"]).dt.days)  # fmt: skip
    start, end, before = funnel.spans(case)
    now = within(stays, start, end)["days"]
    past = within(stays, before, start - dt.timedelta(days=1))["days"]
    if min(len(now), len(past)) < _FEWEST or now.median() <= _LONGER * past.median():
        return None
    if mannwhitneyu(now, past, alternative="greater").pvalue >= limit:
        return None
    return {"stage": stage, "days": float(now.median()), "days_before": float(past.median()),
            "count": len(now), "part": branch.name}  # fmt: skip


def _effect(branch: Branch, stage: str) -> float:
    table = funnel.measured(branch.case)
    return float(table.loc[table["stage"] == stage, "effect"].iloc[0])


def _event(branch: Branch) -> pd.Series | None:
    """The competitor's event nearest to the period's start that touched the branch's region."""
    case = branch.case
    table = case.data.frame("events")
    start = pd.Timestamp(case.period.start)
    near = (table["date"] - start).abs() <= _NEAR
    seen = table["date"] <= pd.Timestamp(case.as_of)
    table = table[(table["kind"] == "competitor") & near & seen]
    if case.scope.kind == "region":
        table = table[table["region"].isna() | (table["region"] == case.scope.id)]
    if table.empty:
        return None
    table = table.assign(away=(table["date"] - start).abs()).sort_values(["away", "label"])
    return table.iloc[0]
