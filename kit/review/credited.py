"""What counts for whom: the stints of reps, their credits and their share of the quota."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from kit.data import measures, targets, territory
from kit.data.calendar import Day, Period, as_day
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.review.incentives import exact, minor_unit, rounded
from kit.review.returns import lines, paid_shares
from kit.scope import Scope

QUOTA_OF = {"cash_on_orders": "bookings"}  # the measure whose quota counts, where another's


@dataclass(frozen=True)
class Stint:
    """Days of a period that a rep spent in one place at one level.

    Parameters
    ----------
    rep_id, rep : str
    team, region, level : str or None
    start, end : date
        Within the period.
    part : Fraction
        Working days of the stint ÷ the rep's working days on the roster in the period: the share
        of the rep's quota that it has.
    worked : Fraction
        Working days of the stint ÷ those of the period: the share of the target pay that it has.
    """

    rep_id: str
    rep: str
    team: str | None
    region: str | None
    level: str | None
    start: dt.date
    end: dt.date
    part: Fraction = Fraction(1)
    worked: Fraction = Fraction(1)

    @property
    def scope(self) -> Scope:
        """The rep's own scope."""
        return Scope("rep", self.rep_id)

    def place(self, within: str) -> str | None:
        """The unit among which a prize is decided: the company, the region or the team."""
        return {"company": "company", "region": self.region, "team": self.team}[within]


@once
def stints(case: Case, *, period: Period | None = None) -> tuple[Stint, ...]:
    """The stints of the scope's reps in a period, the case's where left out, by rep and day.

    Returns
    -------
    tuple of Stint
        Of a region or team, those spent there. A change of the post's capacity alone begins none.

    Notes
    -----
    A quota is for the whole period, so that a stint has the share of it that it has of the rep's
    working days on the roster; somebody who joins in the middle has the quota that was set, whole.
    Target pay goes by the working days of the period.
    """
    period = period or case.period
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    rows = case.data.frame("roster")
    rows = rows.assign(
        first=rows["valid_from"].clip(lower=start),
        last=rows["valid_to"].fillna(end).clip(upper=end),
    )
    rows = kept(rows, rows["first"] <= rows["last"])
    rows = rows.sort_values(["rep_id", "first"], kind="stable")
    names, total = territory.rep_names(case.data), _days(case, period.start, period.end)
    found: list[Stint] = []
    for rep, group in rows.groupby("rep_id", sort=True):
        spans = _joined(group)
        days = [_days(case, one["start"], one["end"]) for one in spans]
        whole = sum(days) or 1
        for span, count in zip(spans, days, strict=True):
            if case.scope.kind == "rep" or _inside(case.scope, span):
                found.append(
                    Stint(str(rep), names.get(str(rep), str(rep)), **span,
                          part=Fraction(count, whole), worked=Fraction(count, total or 1))
                )  # fmt: skip
    return tuple(one for one in found if case.scope.kind != "rep" or one.rep_id == case.scope.id)


def quota(
    case: Case, stint: Stint, *, measure: str = "bookings", period: Period | None = None
) -> Decimal | None:
    """The stint's share of the rep's quota, in whole minor units; None where none is set.

    It is the one in force on the case's day, of an earlier period that on its last day.
    """
    period = period or case.period
    found = targets.in_force(
        case, scope=stint.scope, measure=QUOTA_OF.get(measure, measure), period=period,
        as_of=min(case.as_of, period.end) if period != case.period else case.as_of,
    )  # fmt: skip
    if found is None:
        return None
    return _quantized(case, Fraction(exact(found)) * stint.part)


@once
def credited(
    case: Case,
    stint: Stint,
    *,
    measure: str = "bookings",
    returns: str = "now",
    period: Period | None = None,
) -> Decimal | None:
    """What counts for a rep in a stint, in whole minor units, rounded once.

    Parameters
    ----------
    case : Case
    stint : Stint
    measure : str
        bookings = Σ amount; margin = Σ (amount − cost), lines without a cost left out;
        collections = cash received on the rep's invoices in the stint; cash_on_orders = Σ amount of
        the stint's orders × the share of the order's invoices that is paid by `as_of`. A shared
        order counts by share. Its cash is followed by the rep in whose name the invoices run; to
        the others it counts as paid to the degree that the rep's other orders are, for only so is
        the pay the same in the rep's own case as in the company's.
    returns : str
        `now`: a return counts on its day. `then`: one of an order of an earlier period is left out
        here; see `kit.review.clawbacks`.
    period : Period, optional
        The one the stint lies in, where it is not the case's.

    Returns
    -------
    Decimal or None
        None where the table or every cost is missing.
    """
    if measure == "collections":
        found = measures.actuals(
            case, measure=measure, start=stint.start, end=stint.end, scope=stint.scope
        )
        return None if isinstance(found, Unavailable) else _quantized(case, Fraction(exact(found)))
    rows = _between(lines(case, stint.rep_id), stint.start, min(stint.end, case.as_of))
    if returns == "then":
        rows = kept(rows, rows["sold_on"] >= pd.Timestamp((period or case.period).start))
    if measure == "margin":
        if len(rows) and rows["margin"].isna().all():
            return None
        return _summed(case, rows["margin"].dropna())
    if measure == "cash_on_orders":
        if not case.data.has("receipts"):
            return None
        return _quantized(case, _cash(case, rows))
    return _summed(case, rows["amount"])


@once
def collected_share(case: Case, stint: Stint) -> Fraction | None:
    """Share of the stint's bookings that is paid by `as_of`, 0 to 1; None without receipts."""
    booked, cash = credited(case, stint), credited(case, stint, measure="cash_on_orders")
    if booked is None or cash is None or booked <= 0:
        return None
    return max(Fraction(0), min(Fraction(1), Fraction(cash) / Fraction(booked)))


def _joined(rows: pd.DataFrame) -> list[dict]:
    """Roster rows as spans; those that follow one another in the same place are one."""
    found: list[dict] = []
    for row in rows.itertuples(index=False):
        place = {name: _text(getattr(row, name)) for name in ("team", "region", "level")}
        first, last = row.first.date(), row.last.date()
        if found:
            before = found[-1]
            if first <= before["end"]:  # rows overlap: the later one counts from its first day
                before["end"] = first - dt.timedelta(1)
            same = all(before[name] == one for name, one in place.items())
            if same and before["end"] + dt.timedelta(1) == first:
                before["end"] = last
                continue
        found.append({**place, "start": first, "end": last})
    return [one for one in found if one["start"] <= one["end"]]


def _inside(scope: Scope, span: dict) -> bool:
    column = SCOPE_COLUMNS.get(scope.kind)
    return column is None or span[column] == scope.id


def _days(case: Case, start: Day, end: Day) -> int:
    return case.calendar.working_days(as_day(start), as_day(end))


def _text(found: object) -> str | None:
    return None if found is None or pd.isna(found) else str(found)


def _between(rows: pd.DataFrame, start: dt.date, end: dt.date) -> pd.DataFrame:
    return kept(rows, rows["date"].between(pd.Timestamp(start), pd.Timestamp(end)))


def _cash(case: Case, rows: pd.DataFrame) -> Fraction:
    """What of a rep's orders is paid; those not followed as the others are."""
    seen = rows["seen"]
    paid = rows["amount"] * rows["order_id"].map(paid_shares(case)).fillna(0.0)
    cash = sum((Fraction(exact(one)) for one in paid[seen]), Fraction(0))
    known = sum((Fraction(exact(one)) for one in rows.loc[seen, "amount"]), Fraction(0))
    rest = sum((Fraction(exact(one)) for one in rows.loc[~seen, "amount"]), Fraction(0))
    return cash + (rest * cash / known if known > 0 else Fraction(0))


def _summed(case: Case, amounts: pd.Series) -> Decimal:
    return _quantized(case, sum((Fraction(exact(one)) for one in amounts), Fraction(0)))


def _quantized(case: Case, amount: Fraction) -> Decimal:
    return rounded(amount, unit=minor_unit(case.settings.currency))
