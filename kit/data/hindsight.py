"""Seeing data as they stood on a day: what came later is taken away again."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kit.data.calendar import FiscalCalendar
from kit.data.frames import ScopeData
from kit.errors import UnknownPeriodError

_DATED = {
    "sales": "date",
    "activities": "date",
    "expenses": "date",
    "events": "date",
    "stage_events": "entered_on",
    "opportunities": "created_on",
    "receipts": "invoiced_on",
}


def seen_on(data: ScopeData, day: dt.date, *, calendar: FiscalCalendar) -> ScopeData:
    """The rows of a scope as they stood at the end of a day.

    Parameters
    ----------
    data : ScopeData
    day : date
    calendar : FiscalCalendar
        For the tables that name a period.

    Returns
    -------
    ScopeData
        Without rows dated after the day, targets not yet valid, and rows for periods not yet begun
        (market, assessments, actions); credits only of orders that are left; `peers` only of whole
        months. A receipt that came later is an open invoice. An opportunity that closed later is
        open; the stage, amount and expected close of an opportunity that moved later are those of
        its last stage event until then, and the stage is null where it closed later and no event
        tells. Roster, customers and products stay, for they are no results.
    """
    now = pd.Timestamp(day)
    frames = dict(data.frames)
    for name, column in _DATED.items():
        if name in frames:
            frames[name] = frames[name][frames[name][column] <= now].reset_index(drop=True)
    for name in ("market", "assessments", "actions"):
        if name in frames:
            begun = [_begun(calendar, period, day) for period in frames[name]["period"]]
            frames[name] = frames[name][pd.array(begun, dtype=bool)].reset_index(drop=True)
    if "targets" in frames:
        valid = frames["targets"]["valid_from"]
        frames["targets"] = frames["targets"][valid.isna() | (valid <= now)].reset_index(drop=True)
    if len(frames.get("credits", ())):
        kept = frames["credits"]["order_id"].isin(frames["sales"]["order_id"].unique())
        frames["credits"] = frames["credits"][kept].reset_index(drop=True)
    if "receipts" in frames:
        paid = frames["receipts"]["received_on"]
        frames["receipts"] = frames["receipts"].assign(received_on=paid.where(paid <= now))
    if "peers" in frames:
        ends = pd.to_datetime(frames["peers"]["month"]) + pd.offsets.MonthEnd(0)
        frames["peers"] = frames["peers"][ends <= now].reset_index(drop=True)
    if "opportunities" in frames:
        moves = frames.get("stage_events")
        frames["opportunities"] = _reopened(frames["opportunities"], moves, now)
    return ScopeData(data.scope, frames, data.missing)


def _begun(calendar: FiscalCalendar, name: str, day: dt.date) -> bool:
    """Whether a period has begun; a name that is no period of the calendar counts as begun."""
    try:
        return calendar.period(name).start <= day
    except UnknownPeriodError:
        return True


def _reopened(
    deals: pd.DataFrame, moves: pd.DataFrame | None, now: pd.Timestamp
) -> pd.DataFrame:
    later = deals["closed_on"] > now
    found = deals.assign(
        status=deals["status"].mask(later, "open"),
        closed_on=deals["closed_on"].mask(later),
        loss_reason=deals["loss_reason"].mask(later),
    )
    open_now = found["status"] == "open"
    past = pd.Series(index=deals.index, dtype="str")
    if moves is not None and len(moves):
        last = moves.sort_values("entered_on", kind="stable").drop_duplicates(
            "opportunity_id", keep="last"
        )
        last = last.set_index("opportunity_id")
        past = deals["opportunity_id"].map(last["stage"])
        for column in ("amount", "expected_close_on"):
            then = deals["opportunity_id"].map(last[column])
            found[column] = found[column].where(~open_now | then.isna(), then)
    stage = found["stage"].where(~open_now | past.isna(), past)
    return found.assign(stage=stage.mask(later & past.isna()))
