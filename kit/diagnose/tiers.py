"""Contribution tiers: which reps carry the bookings, newcomers and part-timers by a full post."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose.abc import classes
from kit.diagnose.productivity import LEAST_PEERS, productivity

TIERS = ("core", "steady", "to_lift")
_NAMED = {"A": "core", "B": "steady", "C": "to_lift"}


@dataclass(frozen=True)
class Tiers:
    """The reps of a scope by what they contribute to its bookings in the period so far.

    Parameters
    ----------
    reps : DataFrame
        rep_id, rep, marks (as in `kit.diagnose.productivity`), amount (money), share (of the reps'
        bookings), cumulative, posts, productivity (amount ÷ posts), tier_by_amount, tier_by_post
        (null without half a full post in a month), tier, basis (`amount` or `post`). Largest first.
    summary : DataFrame
        tier, people, amount, share: a row each tier; who has no tier yet is `too_new`.
    limits : tuple of float
        Cumulated shares at which core and steady end.
    elsewhere : float
        Bookings of the scope by people without a post in it, in no tier.
    """

    reps: pd.DataFrame
    summary: pd.DataFrame
    limits: tuple[float, float]
    elsewhere: float


@once
def tiers(case: Case) -> Tiers | Unavailable:
    """Sort the reps into core, steady and to lift by cumulated share of bookings.

    Parameters
    ----------
    case : Case
        The limits are `settings.diagnose.people.tier_limits`.

    Returns
    -------
    Tiers or Unavailable
        Unavailable in a rep's own scope (`one_person`), with fewer than three reps (`few_people`),
        without bookings (`no_rows`), or as `productivity`.

    Notes
    -----
    Reps are taken from the largest down; who crosses a limit belongs to the upper tier, and equals
    are in one tier (`kit.diagnose.abc.classes`). `tier_by_post` sorts what each would bring at a
    full post, which is amount ÷ posts. A rep with a mark (newcomer, part-timer, not there all the
    time) is sorted by that one and never by raw bookings; the others by raw bookings.
    """
    if case.scope.kind == "rep":
        return Unavailable(reason="one_person")
    found = productivity(case)
    if isinstance(found, Unavailable):
        return found
    rows = found.reps
    if len(rows) < LEAST_PEERS:
        return Unavailable(reason="few_people")
    whole = float(rows["amount"].where(rows["amount"] > 0, 0.0).sum())
    if not whole > 0:
        return Unavailable(reason="no_rows")
    limits = case.settings.diagnose.people.tier_limits
    rows = rows.sort_values(["amount", "rep_id"], ascending=[False, True], ignore_index=True)
    by_amount = classes(rows["amount"], limits=limits).map(_NAMED)
    by_post = classes(rows["productivity"], limits=limits).map(_NAMED)
    marked = rows["marks"].map(bool)
    share = rows["amount"] / whole
    table = pd.DataFrame(
        {
            "rep_id": rows["rep_id"], "rep": rows["rep"], "marks": rows["marks"],
            "amount": rows["amount"], "share": share, "cumulative": share.cumsum(),
            "posts": rows["posts"], "productivity": rows["productivity"],
            "tier_by_amount": by_amount, "tier_by_post": by_post,
            "tier": by_amount.mask(marked, by_post).astype(object).where(
                ~marked | by_post.notna(), None
            ),
            "basis": np.where(marked, "post", "amount"),
        }
    )  # fmt: skip
    return Tiers(table, _summary(table), limits, found.elsewhere)


def _summary(table: pd.DataFrame) -> pd.DataFrame:
    tier = table["tier"].where(table["tier"].notna(), "too_new")
    each = table.groupby(tier)
    order = [one for one in (*TIERS, "too_new") if one in set(tier) or one in TIERS]
    found = pd.DataFrame(
        {"people": each.size(), "amount": each["amount"].sum(), "share": each["share"].sum()}
    ).reindex(order, fill_value=0)
    return found.rename_axis("tier").reset_index()
