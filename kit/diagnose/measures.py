"""What to do about each confirmed cause, what it takes and what it may bring."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import causes as listed
from kit.settings.measures import Measure

CONFIRMED, LIKELY = "confirmed", "likely"
VERIFY = "verify"
COLUMNS = ("cause", "subject", "confidence", "measure", "text", "kind", "owner_role", "effort",
           "days_low", "days_high", "effect", "cost_low", "cost_high", "recovers_low",
           "recovers_high", "expected_low", "expected_high", "metric", "due_on", "section",
           "facts")  # fmt: skip


@dataclass(frozen=True)
class Remedies:
    """What can be done.

    Parameters
    ----------
    table : DataFrame
        cause, subject, confidence, measure (key; `verify` for a cause that is not confirmed), text
        (the company's own words; may be empty), kind, owner_role, effort (`low`, `medium`,
        `high`), days_low and days_high (person-days), effect (the cause's money), cost_low and
        cost_high (what it costs at least and at most, from zero up), recovers_low and recovers_high
        (shares: assumptions), expected_low and expected_high (money a period; null for `verify`),
        metric (key), due_on (day it is measured), section, facts.
    low, high : float
        Money a period of the best measure of each confirmed cause, together.
    confirmed, open : int
        How many causes are confirmed, and how many still to be verified.
    """

    table: pd.DataFrame
    low: float
    high: float
    confirmed: int
    open: int


def measures(
    case: Case, *, found: pd.DataFrame | Unavailable | None = None
) -> Remedies | Unavailable:
    """Name measures for each confirmed cause that costs money.

    Parameters
    ----------
    case : Case
    found : DataFrame, optional
        The table of `kit.diagnose.causes`, where it is at hand.

    Returns
    -------
    Remedies or Unavailable
        Unavailable as `kit.diagnose.causes` is.

    Notes
    -----
    `settings.diagnose.measures` holds the catalogue; a cause without an entry gets those of its
    category. With the interval [low, high] of a cause's effect (the effect itself, where none is
    known) and the share [r1, r2] that such a measure is assumed to win back,

        expected_low = r1 × max(−high, 0)    expected_high = r2 × max(−low, 0)

    a period. The shares are assumptions, taken from no data. Measures of one cause stand in their
    order, those of price and product first where the evidence names an event at the time (such as a
    competitor's launch). They are alternatives: they win back the same money. A cause counts
    as confirmed by its column `confidence`; where there is none, by a tested evidence. Others get
    the one step that verifies them, and no money.
    """
    table = listed.causes(case) if found is None else found
    if isinstance(table, Unavailable):
        return table
    rows: list[dict[str, Any]] = []
    low = high = 0.0
    known = 0
    waiting: list[dict[str, Any]] = []
    cost = table[(table["effect"] < 0) & (table["cause"] != "unexplained")]
    for cause in cost.to_dict("records"):
        if confidence(cause) != CONFIRMED:
            waiting.append(_verify(case, cause))
            continue
        own = list(_of(case, cause))
        rows += own
        known += 1
        if own:
            best = max(own, key=lambda one: (one["expected_high"], one["expected_low"]))
            low += best["expected_low"]
            high += best["expected_high"]
    found_all = pd.DataFrame(rows + waiting, columns=list(COLUMNS))
    return Remedies(found_all, low, high, known, len(waiting))


def confidence(cause: Mapping[str, Any]) -> str:
    """How sure a cause is: as its row says, else by whether its evidence was tested.

    A customer who is gone from a team or a rep may have been handed over, and is not confirmed.
    """
    found = cause.get("confidence")
    if isinstance(found, str) and found:
        return found
    open_ = str(cause["evidence"]).endswith("_untested") or str(cause["cause"]).startswith("gone_")
    return LIKELY if open_ else CONFIRMED


def _of(case: Case, cause: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The measures of a cause: what meets an event first, then what is thought to bring most."""
    settings = case.settings.diagnose.measures
    least, most = _cost(cause)
    meets = "price_product" if "event" in cause["facts"] else ""
    for keys in ((cause["cause"],), (cause["category"],)):
        fit = [(name, one) for name, one in settings.all.items() if set(keys) & set(one.causes)]
        if fit:
            break
    fit.sort(key=lambda pair: (pair[1].kind != meets, -sum(pair[1].recovers), pair[0]))
    due = case.as_of + dt.timedelta(days=settings.measured_after)
    for name, one in fit[: settings.each]:
        yield {
            **_base(cause), "measure": name, "text": one.text, "kind": one.kind,
            "owner_role": one.owner, "effort": _effort(one, settings.effort),
            "days_low": one.days[0], "days_high": one.days[1],
            "recovers_low": one.recovers[0], "recovers_high": one.recovers[1],
            "expected_low": one.recovers[0] * least, "expected_high": one.recovers[1] * most,
            "metric": one.metric, "due_on": due,
        }  # fmt: skip


def _verify(case: Case, cause: dict[str, Any]) -> dict[str, Any]:
    due = case.as_of + dt.timedelta(days=case.settings.review.action_days)
    return {**_base(cause), "measure": VERIFY, "text": "", "kind": "procedure",
            "owner_role": cause["owner_role"], "effort": "low", "days_low": 1.0, "days_high": 2.0,
            "recovers_low": math.nan, "recovers_high": math.nan, "expected_low": math.nan,
            "expected_high": math.nan, "metric": VERIFY, "due_on": due}  # fmt: skip


def _base(cause: dict[str, Any]) -> dict[str, Any]:
    least, most = _cost(cause)
    return {"cause": cause["cause"], "subject": cause["subject"], "effect": cause["effect"],
            "confidence": confidence(cause), "section": cause.get("section") or "causes",
            "cost_low": least, "cost_high": most, "facts": cause["facts"]}  # fmt: skip


def _cost(cause: dict[str, Any]) -> tuple[float, float]:
    """What a cause costs at least and at most, both from zero up."""
    ends = []
    for name in ("high", "low"):
        end = cause.get(name)
        end = cause["effect"] if end is None or pd.isna(end) else end
        ends.append(max(-float(end), 0.0))
    return min(ends), max(ends)


def _effort(one: Measure, limits: tuple[float, float]) -> str:
    most = one.days[1]
    return "low" if most <= limits[0] else "medium" if most <= limits[1] else "high"
