"""A channel that loses business while another takes up a part of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.diagnose.catalogue import CONFIRMED, Cause
from kit.diagnose.reference import Reference, reference, values
from kit.diagnose.usual_change import (
    FEWEST,
    ceiling,
    earlier,
    known,
    longer,
    off_course,
)

CHANCE, ONE_SIDED = 0.05, 1.645  # of a test, and the standard deviations that go with it
MOVED = 0.1  # of what is missing that must turn up in other channels to speak of a shift


def channel_shift(
    case: Case, *, apart: frozenset[str], least: float
) -> tuple[Cause, frozenset[str]] | None:
    """The channel whose customers buy less, and more of it elsewhere, with those customers.

    Parameters
    ----------
    case : Case
    apart : frozenset of str
        Customers who are causes by themselves; they are left out.
    least : float
        Money below which nothing is named.

    Notes
    -----
    A customer is at home in the channel of most of its earlier business. For the customers of each
    channel, `elsewhere` is what they buy through other channels, as a share of all that they bought
    a year before (× factor, for the period): a fall of what they buy at home does not raise it.
    Business has shifted where it is above what one more of up to seven earlier periods would exceed
    with a chance of 1 % ÷ number of channels (the latest is left out, for a shift may begin before
    a period does); or with a chance of 5 %, if the effect is below zero with 95 %, too: both at
    once happen by chance once in 400 times.

    The effect is how far all that these customers bought, through whichever channel and at
    whichever prices, is off its course: their growth in earlier periods and that of the other
    customers, as far as it told of theirs (`kit.diagnose.usual_change.off_course`; new customers
    left out on both sides). It holds what went away and what became cheaper, and not what only
    moved. Nothing is named unless a tenth of what is missing turned up in the other channels;
    without four earlier periods there is no test and nothing is named: `kit.diagnose.standout` may.
    """
    found = reference(case)
    if found.factor is None:
        return None
    best = None
    for row in _channels(case, apart=apart):
        unsure = row["effect"] + ONE_SIDED * row["usual"] >= 0
        shifted = row["elsewhere"] > row["sure" if unsure else "level"]
        there = row["moved"] >= -MOVED * row["effect"]
        if not (shifted and there) or row["effect"] > -least:
            continue
        if best is None or row["effect"] < best["effect"]:
            best = row
    if best is None:
        return None
    half = 1.96 * best["usual"]
    names = ("moved", "gained", "elsewhere", "elsewhere_before", "reference", "actual")
    facts = {"dimension": "channel", **{name: best[name] for name in names}}
    ends = {"low": best["effect"] - half, "high": best["effect"] + half}
    cause = Cause("volume_part", best["channel"], best["effect"], facts, "channel_shift", **ends,
                  confidence=CONFIRMED)  # fmt: skip
    return cause, best["customers"]


@once
def _channels(case: Case, *, apart: frozenset[str]) -> tuple[dict[str, Any], ...]:
    """Of the customers at home in each channel: money, what they buy elsewhere, and the usual."""
    found = reference(case)
    sales = case.data.sales[["date", "customer_id", "channel", "amount"]]
    sales = sales[sales["customer_id"].notna() & sales["channel"].notna()]
    sales = sales[(sales["date"] < pd.Timestamp(found.end) + pd.Timedelta(days=1))]
    sales = sales[~sales["customer_id"].isin(apart).to_numpy()]
    home = _home(sales, found)
    at_home = sales["customer_id"].map(home)
    amounts = values(sales, "bookings").to_numpy()
    sides = []
    for first, last in ((found.before_start, found.before_end), (found.start, found.end)):
        there = sales["date"] >= pd.Timestamp(first)
        there &= sales["date"] < pd.Timestamp(last) + pd.Timedelta(days=1)
        sides.append(np.flatnonzero(there))
    before, now = sides
    if not len(before):
        return ()
    sides[1] = known([(now, before)], sales)[0][0]
    old = known(earlier(case, sales["date"]), sales)[1:]
    names = sorted(set(home))
    if len(names) < 2 or len(old) < FEWEST:
        return ()
    codes = pd.Categorical(at_home, names).codes

    def held(rows: np.ndarray) -> np.ndarray:
        some = rows[codes[rows] >= 0]
        return np.bincount(codes[some], amounts[some], len(names))

    past = [(held(one), held(zero)) for one, zero in old]
    start, actual = held(before), held(sides[1])
    channel = sales["channel"].to_numpy(dtype=object)
    made = []
    for at, name in enumerate(names):
        mine = codes == at
        level = [
            _elsewhere(amounts, channel, mine, one, name) / zeros[at]
            for (one, _), (_, zeros) in zip(old, past, strict=True) if zeros[at] > 0
        ]  # fmt: skip
        grew = _growth(actual, start, at)
        growths = [one for one in (_growth(*pair, at) for pair in past) if one is not None]
        course = None if grew is None else off_course(grew, growths)
        if len(level) < FEWEST or course is None:
            continue
        held_then, there = float(start[at]), float(start[at]) * found.factor
        share = _elsewhere(amounts, channel, mine, now, name) / there
        usual = float(np.mean(level))
        made.append(
            {"channel": name, "level": ceiling(level, chance=CHANCE),
             "sure": ceiling(level, tests=len(names)), "elsewhere": share,
             "elsewhere_before": usual, "moved": (share - usual) * there,
             "gained": _gained(amounts, channel, mine, now, before, name),
             "reference": there, "actual": float(actual[at]), "effect": course[0] * held_then,
             "usual": course[1] * held_then * longer(case, found),
             "customers": frozenset(home.index[home == name])}
        )  # fmt: skip
    return tuple(made)


def _home(sales: pd.DataFrame, found: Reference) -> pd.Series:
    """The channel of most business before the period, by customer; of all, where there is none."""
    past = sales[sales["date"] < pd.Timestamp(found.start)]
    new = sales[~sales["customer_id"].isin(past["customer_id"])]
    rows = pd.concat([past, new])
    sums = rows.groupby(["customer_id", "channel"], sort=True)["amount"].sum().reset_index()
    sums = sums.sort_values(["customer_id", "amount", "channel"], ascending=[True, False, True])
    return sums.drop_duplicates("customer_id").set_index("customer_id")["channel"]


def _growth(now: np.ndarray, before: np.ndarray, at: int) -> tuple[float, float] | None:
    """Growth of one part, and of all others; None where one of them had nothing before."""
    others = before.sum() - before[at]
    if before[at] <= 0 or others <= 0:
        return None
    return float(now[at] / before[at] - 1), float((now.sum() - now[at]) / others - 1)


def _elsewhere(
    amounts: np.ndarray, channel: np.ndarray, mine: np.ndarray, rows: np.ndarray, name: str
) -> float:
    """What some customers bought in a period through channels other than one."""
    some = rows[mine[rows]]
    return float(amounts[some[channel[some] != name]].sum())


def _gained(
    amounts: np.ndarray, channel: np.ndarray, mine: np.ndarray, now: np.ndarray,
    before: np.ndarray, name: str,
) -> str:  # fmt: skip
    """The other channel in which these customers' bookings rose most."""
    sums = [
        pd.Series(amounts[some]).groupby(channel[some]).sum()
        for some in (rows[mine[rows] & (channel[rows] != name)] for rows in (now, before))
    ]
    rise = sums[0].sub(sums[1], fill_value=0.0)
    return str(rise.idxmax()) if len(rise) else ""
