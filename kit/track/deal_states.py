"""Every deal of a scope as it stood on a day: open or not, in which stage, worth how much, due when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS
from kit.data.territory import children, placed, rep_names
from kit.plan.deals import Deals, deals

LOST = "lost"  # the stage event of a lost deal; that of a won one is the last of diagnose.stages
UNASSIGNED = "unassigned"
_NO_DAY = np.datetime64("NaT", "D")


class States(NamedTuple):
    """All deals at the end of one day; an entry each deal of `kit.plan.deals.deals`.

    Parameters
    ----------
    open : array of bool
    stage : array of int
        Place in `Deals.stages`; 0 where no event tells.
    amount : array
        Money, as told last by then; as told first where nothing was told yet.
    expected, entered : array of days
        The close expected, told likewise; since when the deal stands in its stage.
    """

    open: np.ndarray
    stage: np.ndarray
    amount: np.ndarray
    expected: np.ndarray
    entered: np.ndarray


@dataclass(frozen=True)
class Told:
    """What stage events tell of the deals, gaps filled with what was told before.

    Parameters
    ----------
    known : Deals
    amount, expected, entered : array
        Of each stage event: as last told by it, and since when its deal stands in the stage.
    first_amount, first_expected : array
        Of each deal, as first told; where no event tells, as the deal's row has it.
    sight : array of int
        Of each deal, its last event before the day it closed, else its last; −1 without one.
    spells : tuple of arrays
        deal, from, to: deals that were closed from a day on and open again on another.
    closable : array of bool
        False for a deal that is won or lost on nobody knows which day: it is never open.
    """

    known: Deals
    amount: np.ndarray
    expected: np.ndarray
    entered: np.ndarray
    first_amount: np.ndarray
    first_expected: np.ndarray
    sight: np.ndarray
    spells: tuple[np.ndarray, np.ndarray, np.ndarray]
    closable: np.ndarray

    @property
    def history(self) -> bool:
        """Whether there is any stage event."""
        return len(self.known.moved) > 0

    def on(self, day: dt.date) -> States:
        """The deals as they stood at the end of a day."""
        known, now = self.known, np.datetime64(day)
        there = (known.created <= now) & ~(known.closed <= now) & self.closable
        deal, since, until = self.spells
        there[deal[(since <= now) & (until > now)]] = False
        last = np.full(len(known.created), -1)
        seen = int(np.searchsorted(known.moved, now, side="right"))
        last[known.deal[:seen]] = np.arange(seen)
        return States(there, *self._at(last))

    def last_seen(self) -> States:
        """Each deal as it was last seen before it closed, or stands now; `open` is true for all."""
        return States(np.ones(len(self.known.created), dtype=bool), *self._at(self.sight))

    def _at(self, event: np.ndarray) -> tuple[np.ndarray, ...]:
        known = self.known
        stage = np.zeros(len(event), dtype=int)
        amount, expected = self.first_amount.copy(), self.first_expected.copy()
        entered = known.created.copy()
        seen = event >= 0
        at = event[seen]
        stage[seen] = known.stage[at]
        amount[seen] = np.where(np.isnan(self.amount[at]), amount[seen], self.amount[at])
        expected[seen] = np.where(np.isnat(self.expected[at]), expected[seen], self.expected[at])
        entered[seen] = self.entered[at]
        return stage, amount, expected, entered


@once
def told(case: Case) -> Told:
    """What the stage events known on `as_of` tell of the scope's deals.

    Notes
    -----
    Of two events on one day that of the later stage counts. A deal counts as closed from an event
    of the stage won or lost on, where a later event shows it open again (a deal reopened); else its
    own closed_on says when it closed.
    """
    known = deals(case)
    many, size = len(known.moved), len(known.created)
    order = np.argsort(known.deal, kind="stable")  # a deal's events stand together, in time
    deal, stage = known.deal[order], known.stage[order]
    first = np.ones(many, dtype=bool)
    first[1:] = deal[1:] != deal[:-1]
    begins = np.maximum.accumulate(np.where(first, np.arange(many), 0)) if many else np.arange(0)
    amount = _carried(known.moved_amount[order], begins, np.nan, np.isnan)
    expected = _carried(known.moved_expected[order], begins, _NO_DAY, np.isnat)
    changed = first.copy()
    changed[1:] |= stage[1:] != stage[:-1]
    run = np.maximum.accumulate(np.where(changed, np.arange(many), 0)) if many else begins
    moved = known.moved[order]
    rows = case.data.frame("opportunities")
    return Told(
        known=known,
        amount=_back(amount, order),
        expected=_back(expected, order),
        entered=_back(moved[run], order),
        first_amount=_first(known.moved_amount[order], deal, known.amount, np.isnan),
        first_expected=_first(known.moved_expected[order], deal, known.expected, np.isnat),
        sight=_sight(known, size),
        spells=_spells(case, known, deal, stage, moved),
        closable=((rows["status"] == "open") | rows["closed_on"].notna()).to_numpy(dtype=bool),
    )


@once
def described(case: Case) -> pd.DataFrame:
    """Who has each deal and who would buy: opportunity_id, rep and customer, names where known."""
    rows = case.data.frame("opportunities")
    customers = case.data.frame("customers").drop_duplicates("customer_id", keep="last")
    bought = customers.set_index("customer_id")["name"]
    return pd.DataFrame(
        {
            "opportunity_id": rows["opportunity_id"].to_numpy(),
            "rep": _named(rows["rep_id"], rep_names(case.data)),
            "customer": _named(rows["customer_id"], bought.dropna().to_dict()),
        }
    )


@once
def owners(case: Case) -> tuple[np.ndarray, pd.DataFrame]:
    """To which part of the scope each deal belongs.

    Returns
    -------
    (array of int, DataFrame)
        Each deal's place in the frame: scope and part (the name to show), sorted by scope; the last
        row is unassigned. Without parts (a rep) all deals are in one row, the scope's own.

    Notes
    -----
    As the snapshot lays deals out: by the rep's region and team on the day the deal was created.
    The table holds one rep a deal, so a deal handed over counts for its present rep from the start.
    """
    rows, below = case.data.frame("opportunities"), children(case)
    if below.empty:
        own = pd.DataFrame({"scope": [str(case.scope)], "part": [""]}, dtype="str")
        return np.zeros(len(rows), dtype=int), own
    kind = str(below["scope"].iloc[0]).partition(":")[0]
    if kind == "rep":
        found = rows["rep_id"].astype("object")
        names, shown = sorted(set(found.dropna())), rep_names(case.data)
    else:
        place = placed(case.data.frame("roster"), rows["rep_id"], days=rows["created_on"])
        found = place[SCOPE_COLUMNS[kind]].astype("object")
        names, shown = sorted({*found.dropna(), *_ids(below["scope"])}), {}
    at = pd.Index(names, dtype="object").get_indexer(found.to_numpy())
    frame = pd.DataFrame(
        {
            "scope": [*(f"{kind}:{one}" for one in names), UNASSIGNED],
            "part": [*(shown.get(one, one) for one in names), UNASSIGNED],
        },
        dtype="str",
    )
    return np.where(at < 0, len(names), at), frame


def _named(keys: pd.Series, names: Mapping[str, str]) -> np.ndarray:
    """Names by key; the key itself where there is no name."""
    return np.array([names.get(one, one) for one in keys.to_numpy(dtype=object)], dtype=object)


def _ids(scopes: pd.Series) -> list[str]:
    return [one.partition(":")[2] for one in scopes]


def _carried(values: np.ndarray, begins: np.ndarray, none, missing) -> np.ndarray:
    """Each value, where it is missing the deal's last one before it."""
    if not len(values):
        return values
    last = np.maximum.accumulate(np.where(missing(values), -1, np.arange(len(values))))
    return np.where(last >= begins, values[np.maximum(last, 0)], none)


def _back(values: np.ndarray, order: np.ndarray) -> np.ndarray:
    found = np.empty_like(values)
    found[order] = values
    return found


def _first(values: np.ndarray, deal: np.ndarray, rows: np.ndarray, missing) -> np.ndarray:
    """Of each deal the first value told, else its row's."""
    found, there = rows.copy(), np.flatnonzero(~missing(values))[::-1]
    found[deal[there]] = values[there]
    return found


def _sight(known: Deals, size: int) -> np.ndarray:
    before = ~(known.moved >= known.closed[known.deal])
    last = np.full(size, -1)
    firsts = np.arange(len(known.moved))[::-1]
    last[known.deal[firsts]] = firsts  # a deal that closed on the day it came: its first event
    at = np.flatnonzero(before)
    last[known.deal[at]] = at
    return last


def _spells(
    case: Case, known: Deals, deal: np.ndarray, stage: np.ndarray, moved: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spans of days in which a deal was closed before it was opened again."""
    over = {case.settings.diagnose.stages[-1], LOST}
    ends = np.isin(stage, [at for at, name in enumerate(known.stages) if name in over])
    again = np.flatnonzero(ends[:-1] & ~ends[1:] & (deal[:-1] == deal[1:])) if len(ends) else []
    at = np.asarray(again, dtype=int)
    start = at.copy()
    while len(at):  # several closing events in a row: closed since the first of them
        more = (start > 0) & ends[start - 1] & (deal[start - 1] == deal[start])
        if not more.any():
            break
        start = np.where(more, start - 1, start)
    return deal[at], moved[start], moved[at + 1]
