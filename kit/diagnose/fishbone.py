"""The fishbone: which fields of causes hold evidence, which hold none, which cannot be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import causes as listed
from kit.diagnose.obstacles import obstacles
from kit.diagnose.reference import Reference, reference
from kit.diagnose.verdicts import CONFIRMED, REFUTED

CATEGORIES = ("people", "tools", "product", "method", "market", "data")
FOUND, NOTHING, NO_DATA = "found", "nothing", "no_data"
COLUMNS = ("category", "state", "cause", "subject", "effect", "share", "weight", "confidence",
           "evidence", "count", "missing", "section", "facts")  # fmt: skip
_MOST = 2  # causes of a bone that are named
# Tables that tell of a category; those beside the orders and the roster may be missing.
_TELL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "people": ("assessments", "activities"),
        "tools": ("opportunities",),
        "product": ("products",),
        "method": ("opportunities", "stage_events"),
        "market": ("customers", "market", "events"),
        "data": (),
    }
)


# An obstacle that is evidence of a category without money of its own.
_OBSTACLE = MappingProxyType({"tools": "missing_tracking", "market": "competition"})


@dataclass(frozen=True)
class Fishbone:
    """The bones of a gap.

    Parameters
    ----------
    bones : DataFrame
        At least a row for each category, in the order of `CATEGORIES`: category, state (`found`;
        `nothing`: looked for and not found; `no_data`: could not be looked for), cause (key),
        subject, effect (money; null where the evidence has none), share (of the variance), weight
        (|effect| ÷ the largest; 0 without), confidence (as the causes have it, else empty),
        evidence (key), count (causes gathered in the row), missing (tables, tuple), section, facts.
    variance : float
        Actual − reference; the bones are the causes on its side.
    reference : float
    """

    bones: pd.DataFrame
    variance: float
    reference: float


def fishbone(
    case: Case, *, found: pd.DataFrame | Unavailable | None = None
) -> Fishbone | Unavailable:
    """Lay the evidence found on the six bones: people, tools, product, method, market, data.

    Parameters
    ----------
    case : Case
    found : DataFrame, optional
        The table of `kit.diagnose.causes`, where it is at hand.

    Returns
    -------
    Fishbone or Unavailable
        Unavailable as `kit.diagnose.causes` is.

    Notes
    -----
    Of each bone the two costliest causes are named and the rest gathered. A bone without a cause
    says `nothing` only where what it looks for could be seen: people by the roster, product and
    market by a last year, method by deals, tools by how well deals are kept, data by a small
    unexplained rest. Without a cause of their own, tools and market name the obstacles
    `missing_tracking` and `competition` where these are confirmed: evidence without money, for what
    competition costs is in the conversion of the funnel.
    """
    table = listed.causes(case) if found is None else found
    if isinstance(table, Unavailable):
        return table
    held = reference(case)
    if isinstance(held, Unavailable):
        return held
    side = table[table["effect"] * (held.variance or -1.0) > 0]
    rest = side["cause"] == "unexplained"
    side = side[~(rest & (side["effect"].abs() < listed.least(held)))]
    largest = float(side["effect"].abs().max()) if len(side) else 0.0
    rows: list[dict[str, Any]] = []
    for category in CATEGORIES:
        own = side[side["category"] == category]
        missing = tuple(name for name in _TELL[category] if not case.data.has(name))
        made = _named(own, largest)
        if category in _OBSTACLE and not made:
            made = _obstacle(case, _OBSTACLE[category])
        state = NOTHING if _seen(case, held, category) else NO_DATA
        for one in made or [{"category": category, "state": state}]:
            rows.append({**_EMPTY, "missing": missing, **one, "category": category})
    bones = pd.DataFrame(rows, columns=list(COLUMNS))
    return Fishbone(bones, held.variance, held.total)


_EMPTY: Mapping[str, Any] = MappingProxyType(
    {"state": FOUND, "cause": "", "subject": "", "effect": float("nan"), "share": float("nan"),
     "weight": 0.0, "confidence": "", "evidence": "", "count": 0, "section": "", "facts": {}}
)  # fmt: skip


def _named(own: pd.DataFrame, largest: float) -> list[dict[str, Any]]:
    """The costliest causes of a bone and, as one row, the rest."""
    own = own.sort_values("effect", key=abs, ascending=False, kind="stable")
    names = [one for one in ("cause", "subject", "effect", "share", "confidence", "evidence",
                             "section", "facts") if one in own]  # fmt: skip
    made = [
        {**one, "count": 1, "weight": abs(one["effect"]) / largest}
        for one in own[names].head(_MOST).to_dict("records")
    ]
    rest = own.iloc[_MOST:]
    if len(rest):
        effect = float(rest["effect"].sum())
        made.append({"effect": effect, "share": float(rest["share"].sum()), "count": len(rest),
                     "weight": abs(effect) / largest})  # fmt: skip
    return made


def _obstacle(case: Case, name: str) -> list[dict[str, Any]]:
    row = _judged(case, name)
    if row["verdict"] != CONFIRMED:
        return []
    facts = {**row["facts"], "value": row["value"], "threshold": row["threshold"]}
    return [{"cause": name, "evidence": f"obstacle_{row['rule']}", "count": 1,
             "section": row["section"], "confidence": CONFIRMED, "facts": facts}]  # fmt: skip


def _judged(case: Case, name: str) -> pd.Series:
    return obstacles(case).set_index("obstacle").loc[name]


def _seen(case: Case, held: Reference, category: str) -> bool:
    """Whether what a bone looks for could have been seen."""
    if category == "people":
        return len(case.data.frame("roster")) > 0
    if category == "tools":
        return _judged(case, "missing_tracking")["verdict"] == REFUTED
    if category == "method":
        return case.data.has("opportunities")
    return category == "data" or held.factor is not None
