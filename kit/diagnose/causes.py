"""The causes of the gap: one list in money, in which nothing is counted twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import channel_shift, cycle, overlaps, prices, standout, turnover, volume
from kit.diagnose.catalogue import COLUMNS, Cause
from kit.diagnose.newcomers import taken_over
from kit.diagnose.reference import Reference, reference

MATERIAL = 0.02  # share of the reference from which on a cause is named
DUST = 1e-6  # money that is left over by the arithmetic alone
OF_GAP, MINOR = 0.20, 0.01  # or this share of the variance, if this share of the reference


@once
def causes(case: Case) -> pd.DataFrame | Unavailable:
    """List what moved bookings away from the target to date, in money.

    Returns
    -------
    DataFrame or Unavailable
        cause (key), subject (text, may be empty), category (key), effect (money; a negative one
        cost bookings), low and high (its interval, 95 %; null where the method has none: customers,
        prices, and what is unexplained), share (effect ÷ variance; null where the variance is
        zero), confidence (`confirmed`: tested, beyond chance or beyond what is usual in this
        company's own past; `likely`: measured, but not tested or from few data; `candidate`: a
        pattern only; empty for what is unexplained), evidence (key), facts (dict for the phrases),
        section (of the packet, that shows the evidence), scope (where it lies), owner_role (key),
        action (key). Most costly first, then what helped, most helpful first, then `unexplained`.
        The effects sum to actual − target to date (actual − last year, where there is no target).
        Unavailable as `kit.diagnose.reference` is.

    Notes
    -----
    Each cause stands with what was measured. What two of them would both count is taken from one:

    1. customers lost and new beyond the ordinary coming and going (`kit.diagnose.turnover`); who
       comes and goes as usual is in last year's figures, too, and stays in the rest;
    2. a channel whose customers buy less and elsewhere (`kit.diagnose.channel_shift`), without 1;
    3. price of the kept customers, what lost and what gained apart (`kit.diagnose.prices`), without
       the customers of 2;
    4. posts vacant, and newcomers among customers they took over (`kit.diagnose.newcomers`),
       without the customers of 1 and 2;
    5. the funnel, in the order in which it runs, so that each counts only what came through the
       ones before: the number of deals, their pace, the conversion that cost most and the one that
       helped most, the size of those won (`kit.diagnose.volume`, `kit.diagnose.cycle`), without
       deals of the customers of 1, 2 and 4 and without the price of 3;
    6. of what is left, and no more than that, for it says where and not why: the region, team, rep,
       line or channel that stands out most (`kit.diagnose.standout`);
    7. unexplained. It may go the other way: something made up for the causes.

    A cause of 1 to 6 is named from 2 % of the reference on, or from 20 % of the variance if that is
    1 % of the reference. Without a last year, 1 to 3 and the deals cannot be told.
    """
    found = reference(case)
    if isinstance(found, Unavailable):
        return found
    enough, named = least(found), []
    apart, price = set(), pd.Series(dtype=float)
    lines = shifted = None
    if found.factor is not None:
        named, apart = turnover.named(case, least=enough)
        shifted = channel_shift.channel_shift(case, apart=frozenset(apart), least=enough)
        if shifted is not None:
            named.append(shifted[0])
            apart |= shifted[1]
        lines = prices.lines(case, () if shifted is None else shifted[1])
        by_sign = prices.prices(case, lines, least=enough)
        price = lines.loc[np.sign(lines["price"]).isin(list(by_sign)), "price"]
        named += by_sign.values()
    posts = volume.capacity(case, found, apart=frozenset(apart))
    if posts is not None and abs(posts.effect) >= enough:
        named.append(posts)
        if posts.evidence == "capacity_accounts":
            apart |= taken_over(case, found)
    named += _funnel(case, found, apart=apart, lines=lines if len(price) else None,
                     vacant=posts if posts in named else None)  # fmt: skip
    left = found.variance - sum(one.effect for one in named)
    out = standout.part(case, found, left=left, apart=apart, price=price, least=enough)
    if out is not None:
        named.append(overlaps.within_rest(out, left))
    return _frame(case, named, found)


def top(
    case: Case, n: int = 3, *, found: pd.DataFrame | Unavailable | None = None
) -> pd.DataFrame | Unavailable:
    """The n most costly causes where the result is short, else the n most helpful.

    The columns are those of `causes`, whose table may be given as `found` where it is at hand.
    Where fewer than n are named and the unexplained part lies on the same side and is large enough
    to be named, it stands last.
    """
    table = causes(case) if found is None else found
    if isinstance(table, Unavailable):
        return table
    short = table["effect"].sum() < 0
    table = table[table["effect"] < 0 if short else table["effect"] > 0]
    rest = table["cause"] == "unexplained"
    small = rest & (table["effect"].abs() < least(reference(case)))
    return table[~small].head(n).reset_index(drop=True)


def least(found: Reference) -> float:
    """Money from which on a cause is named."""
    whole = abs(found.total) or abs(found.actual)
    return min(MATERIAL * whole, max(OF_GAP * abs(found.variance), MINOR * whole))


def _funnel(
    case: Case, found: Reference, *, apart: set[str], lines: pd.DataFrame | None,
    vacant: Cause | None,
) -> list[Cause]:  # fmt: skip
    """Number, pace, conversion and size of the deals that no cause before counts."""
    deals = volume.deals(case, found, apart=apart)
    if vacant is not None and vacant.evidence == "capacity" and deals and deals.effect < 0:
        deals = overlaps.without_money(deals, vacant.effect)  # posts vacant find no deals
    steps = [volume.conversion(case, helped=helped) for helped in (False, True)]
    steps = [one and overlaps.without_customers(case, one, apart) for one in steps]
    size = volume.deal_size(case)
    if size is not None and lines is not None:
        size = overlaps.without_price(size, lines)
    found_all = [deals, cycle.cycle(case), *steps, size]
    return [one for one in found_all if one is not None and abs(one.effect) >= least(found)]


def _frame(case: Case, named: list[Cause], found: Reference) -> pd.DataFrame:
    ordered = sorted(named, key=lambda one: (one.effect >= 0, -abs(one.effect), one.subject))
    rest = found.variance - sum(one.effect for one in ordered)
    rest = 0.0 if abs(rest) < DUST else rest
    why = "" if found.factor is not None else "unexplained_no_last_year"
    if rest * found.variance < 0 and not why:
        why = "unexplained_against"
    facts = {"variance": found.variance}
    rows = [*ordered, Cause("unexplained", "", rest, facts, why, confidence="")]
    scope = str(case.scope)
    made = [one.row(found.variance, scope=scope) for one in rows]
    return pd.DataFrame(made, columns=list(COLUMNS))
