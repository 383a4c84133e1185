"""The causes of the gap: one list in money, in which nothing is counted twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import bridges, effects, standout, volume
from kit.diagnose.catalogue import COLUMNS, Cause
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
        cost bookings), share (effect ÷ variance; null where the variance is zero), evidence (key),
        facts (dict for the phrases), owner_role (key), action (key). Most costly first, then what
        helped, most helpful first, then `unexplained`. The effects sum to actual − target to date
        (actual − last year, where there is no target). Unavailable as `kit.diagnose.reference` is.

    Notes
    -----
    The variance is shared out in this order, each cause taking no more than is left for it:

    1. customers lost and customers new, the `settings.diagnose.largest` largest of each by name
       and the rest gathered (`kit.diagnose.customers`); in a team or a rep's scope a lost one is
       `gone_customer`, for a colleague may have taken it over;
    2. price, of the kept customers, what lost and what gained apart (`kit.diagnose.effects`);
    3. from the rest, which is volume and mix, and only in the rest's direction: the funnel step
       whose conversion changed most money; posts not filled; the number of deals; their size
       (`kit.diagnose.volume`);
    4. of what is still left, the region, team, rep, line or channel that stands out most
       (`kit.diagnose.standout`);
    5. unexplained.

    A cause of 1 to 4 is named from 2 % of the reference on, or from 20 % of the variance if that is
    1 % of the reference. Small customers won and lost are the daily coming and going and stay in
    the rest. Without a last year, 1 and 2 cannot be told.
    """
    found = reference(case)
    if isinstance(found, Unavailable):
        return found
    named: list[Cause] = []
    apart, price = set(), pd.Series(dtype=float)
    if found.factor is not None:
        named, apart = _customers(case, found)
        lines = effects.by_line(case)
        prices = _prices(found, lines)
        price = lines.loc[np.sign(lines["price"]).isin(list(prices)), "price"]
        named += list(prices.values())
    left = found.variance - sum(one.effect for one in named)
    for one in _volume(case, found, left=left):
        named.append(one)
        left -= one.effect
    out = standout.part(case, found, left=left, apart=apart, price=price, least=least(found))
    if out is not None:
        named.append(_capped(out, left))
    return _frame(named, found)


def top(
    case: Case, n: int = 3, *, found: pd.DataFrame | Unavailable | None = None
) -> pd.DataFrame | Unavailable:
    """The n most costly causes where the result is short, else the n most helpful.

    The columns are those of `causes`, whose table may be given as `found` where it is at hand. Where
    fewer than n are named and the unexplained part lies on the same side and is large enough to be
    named, it stands last.
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


def _customers(case: Case, found: Reference) -> tuple[list[Cause], set[str]]:
    """Customers lost and new, the largest by name and the rest gathered; and the ids of all."""
    table = effects.statuses(case)
    names = bridges.customer_names(found)
    before = bridges.sums(found.before, "customer_id") * found.factor
    now = bridges.sums(found.now, "customer_id")
    wide = case.scope.kind in ("company", "region")
    gone = "lost_customer" if wide else "gone_customer"
    named = []
    for one in table[table["status"] != "kept"].sort_index().itertuples():
        held, brought = float(before.get(one.Index, 0.0)), float(now.get(one.Index, 0.0))
        effect = brought - held
        lost = one.status == "lost"
        if abs(effect) < least(found) or (effect < 0) != lost:
            continue
        name = names.get(one.Index, one.Index)
        facts = {"customer_id": one.Index, "customer": name, "reference": held, "actual": brought,
                 "when": one.last if lost else one.first}  # fmt: skip
        named.append(Cause(gone if lost else "new_customer", name, effect, facts))
    gathered: list[Cause] = []
    for cause in (gone, "new_customer"):
        kind = [one for one in named if one.cause == cause]
        kind.sort(key=lambda one: (-abs(one.effect), one.facts["customer_id"]))
        most = case.settings.diagnose.largest
        gathered += kind[:most]
        if rest := kind[most:]:
            facts = {"count": len(rest)}
            gathered.append(Cause(f"{cause}s", "", sum(one.effect for one in rest), facts))
    return gathered, {one.facts["customer_id"] for one in named}


def _prices(found: Reference, lines: pd.DataFrame) -> dict[int, Cause]:
    """The price cause that cost (−1) and the one that helped (1), each named for its main line."""
    both = {}
    for sign in (-1, 1):
        side = lines[np.sign(lines["price"]) == sign]
        effect = float(side["price"].sum())
        if side.empty or abs(effect) < least(found):
            continue
        main = side.loc[side["price"].abs().idxmax()]
        line = str(main.name) or bridges.UNKNOWN
        facts = {"line": line, "line_effect": float(main["price"])}
        listed = main["listed"] > 0 and main["listed_before"] > 0
        if main["priced"] > 0:
            facts["price_ratio"] = float(1 + main["price"] / main["priced"])
        if listed:
            facts["discount"] = float(1 - main["net"] / main["listed"])
            facts["reference_discount"] = float(1 - main["net_before"] / main["listed_before"])
        evidence = "price" if listed and "price_ratio" in facts else "price_plain"
        both[sign] = Cause("price", line, effect, facts, evidence)
    return both


def _volume(case: Case, found: Reference, *, left: float) -> list[Cause]:
    """Causes behind volume and mix, each capped to what is left in that direction."""
    named: list[Cause] = []
    posts = volume.capacity(case, found)
    deals = volume.deals(case, found)
    if posts and deals and deals.effect < 0:  # posts not filled also mean deals not found
        rest = min(deals.effect - posts.effect, 0.0)
        deals = Cause(deals.cause, deals.subject, rest, deals.facts)
    for one in (volume.conversion(case, helped=left > 0), posts, deals, volume.deal_size(case)):
        if one is None or one.effect * left <= 0:
            continue
        taken = _capped(one, left)
        if abs(taken.effect) >= least(found):
            named.append(taken)
            left -= taken.effect
    return named


def _capped(cause: Cause, left: float) -> Cause:
    """The cause with no more money than is left; its fact `measured` keeps what was measured."""
    facts = {**cause.facts, "measured": cause.effect}
    effect = cause.effect if abs(cause.effect) <= abs(left) else left
    return Cause(cause.cause, cause.subject, effect, facts, cause.evidence)


def _frame(named: list[Cause], found: Reference) -> pd.DataFrame:
    ordered = sorted(named, key=lambda one: (one.effect >= 0, -abs(one.effect), one.subject))
    rest = found.variance - sum(one.effect for one in ordered)
    rest = 0.0 if abs(rest) < DUST else rest
    why = "" if found.factor is not None else "unexplained_no_last_year"
    facts = {"variance": found.variance}
    rows = [*ordered, Cause("unexplained", "", rest, facts, why)]
    return pd.DataFrame([one.row(found.variance) for one in rows], columns=list(COLUMNS))
