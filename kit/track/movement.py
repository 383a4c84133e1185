"""The movement bridge: how the open deals due in the period became those of today."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.track.deal_states import Told, described, owners, told

STEPS = ("created", "pulled_in", "increased", "decreased", "pushed_out", "lost", "won")
_SIGN = {"decreased": -1, "pushed_out": -1, "lost": -1, "won": -1}
_UNTOLD = ("pulled_in", "increased", "decreased", "pushed_out")  # without stage_events


@dataclass(frozen=True)
class Movement:
    """Open deals due within the period, from its start to `as_of`; amounts are money.

    Parameters
    ----------
    steps : DataFrame
        step (see `STEPS`), effect (signed money), count (deals); start + Σ effect = end. Effect and
        count are null where they are not known.
    parts : DataFrame
        scope, part, start, the steps as amounts above 0, end; a row each part of the scope, each
        balancing, then unassigned where there is any. Empty for a rep.
    deals : DataFrame
        opportunity_id, rep, customer, stage, entry (start, created, pulled_in), entered (money
        then), change, left (won, lost, pushed_out, or empty: open), amount (money last), for each
        deal that has any part in the bridge; largest first.
    start, end : float
        Start is NaN where it is not known.
    start_count, end_count : int
    since, until : date
        The bridge leads from the end of the day before `since` to the end of `until`.
    history : bool
        Whether stage_events tell how deals stood at the start.
    undated, undated_amount : int, float
        Open deals without an expected close: in no period's pipeline.
    """

    steps: pd.DataFrame
    parts: pd.DataFrame
    deals: pd.DataFrame
    start: float
    end: float
    start_count: int
    end_count: int
    since: dt.date
    until: dt.date
    history: bool
    undated: int
    undated_amount: float

    def amount(self, step: str) -> float:
        """The signed effect of one step."""
        return float(self.steps.set_index("step").loc[step, "effect"])


@once
def movement(case: Case) -> Movement | Unavailable:
    """How the pipeline due in the period moved since the period's start.

    Parameters
    ----------
    case : Case

    Returns
    -------
    Movement or Unavailable
        Unavailable without opportunities and before the period begins (reason `not_started`).

    Notes
    -----
    start + created + pulled in + increased − decreased − pushed out − lost − won = end.

    A deal is in the pipeline while it is open and its expected close lies at the period's end or
    before it (an overdue one is still to come). The deals are compared at two days, the eve of the
    period and `as_of` (or the period's last day): a deal pushed out and pulled in again in between
    has not moved. Each counts once:

    - It enters: as start, if it was in the pipeline on the eve, with its amount then; as created,
      if it came since, with the amount first told; else as pulled in, with its amount on the eve: it
      was due later, had no date, or was closed and has been opened again.
    - Its last amount − the amount it entered with is an increase or a decrease. So a deal that is
      won for more than was expected is increased, and won at its last amount.
    - It leaves with its last amount: as won, whatever its expected close was, so that won is all
      that was won since the start; as lost, if it was in the pipeline on the eve or due when last
      seen before; as pushed out, if it is still open and due later, a deal that came since only
      where it was due when first told. Else it is in the end.

    Deals that came, and were never due when first or last told, have no part.
    A deal belongs to its rep of today, and to the team and region the rep was in on the day it was
    created, as everywhere: the tables hold no change of owner, so none appears here.

    Without stage_events nobody knows how deals stood on the eve: created, won, lost and end are
    told from the deals' rows, the rest is null.

    Examples
    --------
    >>> from kit.data.case import open_case
    >>> case = open_case(scope="region:East", period="2025Q3", as_of="2025-08-20")
    ... # doctest: +SKIP
    >>> movement(case).steps[["step", "effect"]]  # doctest: +SKIP
    """
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    if case.as_of < case.period.start:
        return Unavailable(reason="not_started", detail=case.as_of.isoformat())
    seen = told(case)
    flows = _flows(case, seen)
    place, names = owners(case)
    until = min(case.as_of, case.period.end)
    now = seen.on(until)
    nowhere = now.open & np.isnat(now.expected)
    sums = _sums(flows, np.zeros(len(flows), dtype=int), 1).iloc[0]
    parts = _parts(flows, place, names) if len(names) > 1 else pd.DataFrame()
    if not seen.history:
        sums = sums.where(~sums.index.isin(("start", *_UNTOLD)))
        parts = parts.assign(**{name: np.nan for name in ("start", *_UNTOLD) if len(parts)})
    change = flows["change"]
    counts = {
        **{name: int((flows["entry"] == name).sum()) for name in ("created", "pulled_in")},
        **{name: int((flows["left"] == name).sum()) for name in ("won", "lost", "pushed_out")},
        "increased": int((change > 0).sum()),
        "decreased": int((change < 0).sum()),
    }
    known = {step: seen.history or step not in _UNTOLD for step in STEPS}
    steps = pd.DataFrame(
        {
            "step": pd.array(STEPS, dtype="str"),
            "effect": [_SIGN.get(one, 1) * float(sums[one]) + 0.0 for one in STEPS],
            "count": pd.array([counts[one] if known[one] else None for one in STEPS], "Int64"),
        }
    )
    return Movement(
        steps=steps,
        parts=parts,
        deals=_named(case, seen, flows),
        start=float(sums["start"]),
        end=float(sums["end"]),
        start_count=int((flows["entry"] == "start").sum()),
        end_count=int((flows["left"] == "").sum()),
        since=case.period.start,
        until=until,
        history=seen.history,
        undated=int(nowhere.sum()),
        undated_amount=float(now.amount[nowhere].sum()),
    )


def _flows(case: Case, seen: Told) -> pd.DataFrame:
    """entry, entered, change, left, amount of each deal that takes part; index: its place."""
    known = seen.known
    eve = case.period.start - dt.timedelta(1)
    until, end = min(case.as_of, case.period.end), np.datetime64(case.period.end)
    before, now, sight = seen.on(eve), seen.on(until), seen.last_seen()
    there, here = before.open & (before.expected <= end), now.open & (now.expected <= end)
    over = (known.closed > np.datetime64(eve)) & (known.closed <= np.datetime64(until))
    over &= seen.closable & (known.created <= known.closed)
    vanished = there & ~now.open & ~over  # closed on the last day, opened again after the period
    won = over & known.won
    lost = (over & ~known.won & (there | (sight.expected <= end))) | vanished
    new = known.created > np.datetime64(eve)
    pushed = (there | new & (seen.first_expected <= end)) & now.open & ~here
    part = there | here | won | lost | pushed
    entry = np.where(there, "start", np.where(new, "created", "pulled_in"))
    left = np.select([won, lost, pushed], ["won", "lost", "pushed_out"], "")
    ended = over & (known.amount != 0)
    last = np.where(ended, known.amount, now.amount)
    entered = np.where(new, seen.first_amount, before.amount)
    if not seen.history:
        entered = last
    flows = pd.DataFrame(
        {
            "entry": entry, "entered": entered, "change": last - entered,
            "left": left, "amount": last,
        }
    )  # fmt: skip
    return flows[part]


def _sums(flows: pd.DataFrame, group: np.ndarray, many: int) -> pd.DataFrame:
    """start, the steps and end as amounts, a row each group."""

    def total(column: str, there: pd.Series) -> np.ndarray:
        chosen = there.to_numpy()
        weights = flows[column].to_numpy()[chosen]
        return np.bincount(group[chosen], weights=weights, minlength=many)

    change = flows["change"]
    return pd.DataFrame(
        {
            **{one: total("entered", flows["entry"] == one) for one in ("start", "created", "pulled_in")},
            "increased": total("change", change > 0),
            "decreased": -total("change", change < 0),
            **{one: total("amount", flows["left"] == one) for one in ("pushed_out", "lost", "won")},
            "end": total("amount", flows["left"] == ""),
        }
    )  # fmt: skip


def _parts(flows: pd.DataFrame, place: np.ndarray, names: pd.DataFrame) -> pd.DataFrame:
    group = place[flows.index.to_numpy()]
    sums = _sums(flows, group, len(names)) + 0.0
    shown = np.bincount(group, minlength=len(names)) > 0
    frame = pd.concat([names, sums], axis=1)
    return frame[shown].reset_index(drop=True)


def _named(case: Case, seen: Told, flows: pd.DataFrame) -> pd.DataFrame:
    at = flows.index.to_numpy()
    stages = np.array(seen.known.stages, dtype=object)[seen.last_seen().stage[at]]
    who = described(case).iloc[at].reset_index(drop=True)
    frame = pd.concat([who.assign(stage=stages), flows.reset_index(drop=True)], axis=1)
    order = ["amount", "opportunity_id"]
    return frame.sort_values(order, ascending=[False, True], kind="stable", ignore_index=True)
