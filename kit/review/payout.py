"""Payout: what each rep is paid for the period, by component, to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.review.credited import Stint, collected_share, credited, quota
from kit.review.incentives import (
    earned,
    minor_unit,
    needs_quota,
    reached,
    rounded,
    target_pay_of,
)
from kit.review.outlook_pay import Outlook, outlook, team_result
from kit.review.pay_rows import (
    COLUMNS,
    blank,
    of_other_periods,
    prizes,
    taken_back,
    topped_up,
)
from kit.review.plans import held_plans, no_pay, other_period_plans
from kit.settings.incentives import PRIZES, Component, Plan

STATES = ("actual", "landing", "target")
_OF_REP = ["rep_id", "rep", "team", "plan", "attainment", "tier", "pay", "low", "high", "held",
           "complete"]  # fmt: skip


@dataclass(frozen=True)
class Payouts:
    """What reps are paid in one state of the period.

    Parameters
    ----------
    components : DataFrame
        A row each rep, stint and component: rep_id, rep, plan, component (its name), kind
        (individual, team, prize, progress, clawback, guarantee), measure, team, region, start, end,
        quota, credited, attainment, tier (attainment from which the tier reached counts), rate (of
        that tier), by_rate (whether that is of the amount; else a multiple of target pay), pay,
        low, high (of a landing), held (earned, paid when collected), place (of a prize), note.
        Money as Decimal in whole minor units, null where it cannot be known.
    reps : DataFrame
        A row a rep: rep_id, rep, team, plan, attainment and tier (of the plan's first individual
        component), pay, low, high, held (sums of the components), complete (False where a part
        cannot be known).
    at : str
        `actual`, `landing` or `target`.
    rounding : tuple of str
        Rules by which components were rounded.
    unit : Decimal
        Minor unit of the currency.
    running : bool
        Whether the period is not over.
    """

    components: pd.DataFrame
    reps: pd.DataFrame
    at: str
    rounding: tuple[str, ...]
    unit: Decimal
    running: bool = False

    @property
    def total(self) -> Decimal:
        """Sum of all that is known."""
        return sum(self.reps["pay"].dropna(), Decimal(0).quantize(self.unit))

    @property
    def held(self) -> Decimal:
        """Sum of what is earned and paid once the orders are collected."""
        return sum(self.reps["held"].dropna(), Decimal(0).quantize(self.unit))


@once
def payouts(case: Case, *, at: str = "actual") -> Payouts | Unavailable:
    """What each rep of the scope is paid under the plans of `review.incentives`.

    Parameters
    ----------
    case : Case
    at : str
        `actual`: as of the case's day. `landing`: with the landing forecast of each rep (the actual
        of a closed period). `target`: at exactly 100 % of each quota.

    Returns
    -------
    Payouts or Unavailable
        Unavailable without a plan (`no_incentives`), where no rep falls under one
        (`no_plan_holds`), and where the plans are for another kind of period than the case's
        (`other_pay_period`, its detail the plan's `every`).

    Notes
    -----
    Every component is rounded by itself, by the plan's rule; a rep's total is the sum of the
    rounded. A rep who moved has a row for each stint: credits by day, the quota by working days,
    see `kit.review.credited.stints`. Prizes, hold-backs and clawbacks are not forecast: at `target`
    none are counted, at `landing` of a running period no prizes and no hold-back; a plan of prizes
    alone then has no row. A region or team sees the orders booked in it, so of a rep who also sold
    elsewhere a part. Where only some of the plans are for the case's kind of period, what is paid
    under the others is null (`other_pay_period`).

    Raises
    ------
    SettingsError
        Where two plans hold for one rep equally closely.
    ValueError
        Where `at` is not known.
    """
    if at not in STATES:
        raise ValueError(f"at='{at}' is not known. Choose one of {', '.join(STATES)}.")
    missing = no_pay(case)
    if missing is not None:
        return missing
    held, others = held_plans(case), other_period_plans(case)
    unit = minor_unit(case.settings.currency)
    rows: list[dict[str, Any]] = []
    for stint, name, plan in held:
        for part, component in plan.components.items():
            if component.kind not in PRIZES:
                rows.append(_row(case, stint, name, plan, part, component, at=at, unit=unit))
    if at == "actual" or (at == "landing" and case.closed):
        rows += prizes(case, held)
    if at != "target":
        rows += taken_back(case, held)
    rows += topped_up(case, held, rows, unit=unit)
    rows += of_other_periods(others)
    rows.sort(key=lambda one: (one["rep_id"], one["start"]))
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"attainment": "float64"})
    rules = tuple(sorted({plan.rounding for _, _, plan in held}))
    reps = _by_rep(frame, (*others, *held), unit=unit)
    return Payouts(frame, reps, at, rules, unit, not case.closed)


def _row(
    case: Case, stint: Stint, name: str, plan: Plan, part: str, component: Component, *,
    at: str, unit: Decimal,
) -> dict[str, Any]:
    """One component of one stint."""
    made = blank(stint, name, part, component)
    if component.kind == "team":
        found = team_result(case, stint, measure=component.measure, at=at)
    else:
        found = _result(case, stint, plan, component, at=at)
    made |= {"quota": found.quota, "credited": found.amount, "note": found.note}
    if found.quota is None and needs_quota(component):
        return made | {"note": found.note or "no_quota"}
    if found.quota is not None and found.quota > 0 and found.amount is not None:
        made["attainment"] = float(Fraction(found.amount) / Fraction(found.quota))
        tier = reached(component, credited=found.amount, quota=found.quota)
        made |= {"tier": tier.at, "rate": tier.rate if tier.rate is not None else tier.multiple}
    elif found.quota == 0:
        made["note"] = found.note or "zero_quota"
    if found.amount is None:
        return made

    def paid(amount: Decimal | None) -> Decimal | None:
        if amount is None:
            return None
        full = earned(
            component, credited=amount, quota=found.quota, part=stint.worked,
            target_pay=target_pay_of(plan, stint.level),
        )  # fmt: skip
        return None if full is None else rounded(full, unit=unit, rule=plan.rounding)

    made |= {"pay": paid(found.amount), "low": paid(found.low), "high": paid(found.high)}
    waits = at == "actual" or (at == "landing" and case.closed)
    if component.held_until_paid and waits and made["pay"] is not None:
        made |= _kept_back(case, stint, plan, component, made["pay"], unit=unit)
    return made


def _result(case: Case, stint: Stint, plan: Plan, component: Component, *, at: str) -> Outlook:
    """Quota and credit of an individual component."""
    goal = quota(case, stint, measure=component.measure)
    if at == "target":
        return Outlook(goal, goal, note="" if goal is not None else "no_quota")
    done = credited(case, stint, measure=component.measure, returns=plan.clawback.returns)
    if done is None:
        return Outlook(goal, None, note="no_measure")
    if at == "actual" or case.closed or stint.end < case.as_of:
        return Outlook(goal, done, done, done)
    return outlook(case, stint, measure=component.measure, goal=goal, done=done)


def _kept_back(
    case: Case, stint: Stint, plan: Plan, component: Component, full: Decimal, *, unit: Decimal
) -> dict[str, Any]:
    """What is paid now and what waits for the cash; together they are the full pay."""
    share = collected_share(case, stint)
    if share is None:
        return {"note": "no_receipts"} if full else {}
    waiting = Fraction(full) * Fraction(repr(component.held_until_paid)) * (1 - share)
    held = rounded(waiting, unit=unit, rule=plan.rounding)
    return {"pay": full - held, "low": full - held, "high": full - held, "held": held}


def _by_rep(frame: pd.DataFrame, held: tuple, *, unit: Decimal) -> pd.DataFrame:
    leading: dict[str, str | None] = {}
    for stint, _, plan in held:
        own = [part for part, one in plan.components.items() if one.kind == "individual"]
        leading[stint.rep_id] = own[0] if own else None
    found = []
    for rep, rows in frame.groupby("rep_id", sort=False):
        first = rows[rows["component"] == leading[str(rep)]]
        done, goal = _whole(first["credited"]), _whole(first["quota"])
        share = None if done is None or not goal else float(Fraction(done) / Fraction(goal))
        sums: dict[str, Any] = {
            column: None if rows[column].isna().all() else
            sum(rows[column].dropna(), Decimal(0).quantize(unit))
            for column in ("pay", "low", "high", "held")
        }  # fmt: skip
        for end in ("low", "high"):  # an interval of a part alone would be none of the sum
            sums[end] = None if (rows[end].isna() & rows["pay"].notna()).any() else sums[end]
        last = rows.iloc[-1]
        found.append(
            {"rep_id": rep, "rep": last["rep"], "team": last["team"], "plan": last["plan"],
             "attainment": share, "tier": first["tier"].iloc[-1] if len(first) else None,
             **sums, "complete": bool(rows["pay"].notna().all())}
        )  # fmt: skip
    types = {"attainment": "float64", "complete": "bool"}
    return pd.DataFrame(found, columns=_OF_REP).astype(types)


def _whole(amounts: pd.Series) -> Decimal | None:
    return None if amounts.isna().any() or not len(amounts) else sum(amounts, Decimal(0))
