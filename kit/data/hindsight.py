"""Seeing data as they stood on a day: what came later is taken away again."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kit.data.calendar import FiscalCalendar
from kit.data.frames import ScopeData, kept
from kit.errors import UnknownPeriodError

_DATED = {
    "sales": "date",
    "activities": "date",
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
        Without rows dated after the day, targets not yet valid, actions' rows recorded later, and
        rows for periods not yet begun (market, assessments, actions without a day of record), but
        for market sizes without an own share, which are forecasts; of expenses after it only the budget is left; credits only of orders that are left; `peers` only of whole
        months. A receipt that came later is an open invoice. An opportunity that closed later is
        open; the stage, amount and expected close of an opportunity that moved later are those of
        its last stage event until then, and the stage is null where it closed later and no event
        tells. Refused rows without a readable day stay, as no day is theirs. Roster, customers and products stay, for they are no results.
    """
    now = pd.Timestamp(day)
    frames = dict(data.frames)
    for name, column in _DATED.items():
        if name in frames:
            seen = frames[name][column] <= now
            frames[name] = kept(frames[name], seen).reset_index(drop=True)
    for name in ("market", "assessments", "actions"):
        if name in frames:
            periods = frames[name]["period"].to_numpy()
            begun = {one: _begun(calendar, one, day) for one in set(periods)}
            seen = np.array([begun[one] for one in periods], dtype=bool)
            if name == "market":
                seen |= frames[name]["own_share"].isna().to_numpy()
            if name == "actions":  # recorded on a day: known from then on, whatever its period
                recorded = frames[name]["recorded_on"]
                seen = np.where(recorded.isna(), seen, recorded <= now)
            frames[name] = kept(frames[name], seen)
            frames[name] = frames[name].reset_index(drop=True)
    if "expenses" in frames:
        spent = frames["expenses"]
        known = (spent["date"] <= now) | spent["budget"].notna()
        spent = spent.assign(amount=spent["amount"].where(spent["date"] <= now))
        frames["expenses"] = kept(spent, known).reset_index(drop=True)
    if "targets" in frames:
        valid = frames["targets"]["valid_from"]
        valid = valid.isna() | (valid <= now)
        frames["targets"] = kept(frames["targets"], valid).reset_index(drop=True)
    if len(frames.get("credits", ())):
        orders = set(frames["sales"]["order_id"].to_numpy())
        left = [one in orders for one in frames["credits"]["order_id"].to_numpy()]
        frames["credits"] = kept(frames["credits"], left).reset_index(drop=True)
    for name in ("excluded", "source_days"):
        if name in frames:  # what has no readable day is no day's
            dated = frames[name]["date"]
            seen = (dated <= now) | dated.isna()
            frames[name] = kept(frames[name], seen).reset_index(drop=True)
    if "receipts" in frames:
        paid = frames["receipts"]["received_on"]
        frames["receipts"] = frames["receipts"].assign(received_on=paid.where(paid <= now))
    if "peers" in frames:
        ends = pd.to_datetime(frames["peers"]["month"]) + pd.offsets.MonthEnd(0)
        frames["peers"] = kept(frames["peers"], ends <= now).reset_index(drop=True)
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
        competitor=deals["competitor"].mask(later),
    )
    open_now = found["status"] == "open"
    past = pd.Series(index=deals.index, dtype="str")
    if moves is not None and len(moves):
        asked = set(deals.loc[open_now, "opportunity_id"].to_numpy())
        moves = kept(moves, [one in asked for one in moves["opportunity_id"].to_numpy()])
        moves = moves.sort_values("entered_on", kind="stable")
        last = moves.drop_duplicates("opportunity_id", keep="last").set_index("opportunity_id")
        last = last.reindex(deals["opportunity_id"]).set_axis(deals.index)
        past = last["stage"]
        for column in ("amount", "expected_close_on"):
            known = open_now & last[column].notna()
            found[column] = found[column].mask(known, last[column])
    stage = found["stage"].where(~open_now | past.isna(), past)
    return found.assign(stage=stage.mask(later & past.isna()))
