"""Two cases of one scope and period beside each other: what changes, for whom, with what chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.data.territory import display
from kit.errors import SettingsError
from kit.plan.allocation import children
from kit.plan.baseline import Outlook, outlook
from kit.plan.cascade import narrowed
from kit.plan.street import kept_for
from kit.plan.target import proposal
from kit.scenarios import find
from kit.scope import Scope
from kit.settings import Settings

RESERVE, HELD = "reserve", "held"  # rows of what is not handed out, and held for planned hires
_COLUMNS = [
    "scope", "part", "target_a", "target_b", "change", "change_share", "chance_a", "chance_b",
]  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """Two cases of one scope and period beside each other.

    Parameters
    ----------
    title_a, title_b : str
        The scenarios' titles; empty for the parameters as they are, without a scenario.
    parts : DataFrame
        scope, part, target_a, target_b, change (b − a), change_share (change ÷ target_a, null where
        that is 0), chance_a, chance_b (fractions, null where not known); the whole scope first,
        then its parts, then the reserve (scope `reserve`) where one of the two keeps any.
    settings : DataFrame
        setting (dotted key), value_a, value_b; one row a parameter that differs, None where unset.
    """

    title_a: str
    title_b: str
    parts: pd.DataFrame
    settings: pd.DataFrame


def titled(case: Case) -> str:
    """The title of the scenario that a case is in; empty where it is in none."""
    if case.origin is None or not case.origin.scenario:
        return ""
    return find(case.origin.config, case.origin.scenario).title


def compare(case_a: Case, case_b: Case) -> Comparison | Unavailable:
    """What changes from one case to another, for whom, and with what chance.

    Parameters
    ----------
    case_a, case_b : Case
        Of the same scope and period, seen on the same day; see `of`.

    Returns
    -------
    Comparison or Unavailable
        Unavailable where one of the two cannot be given a target; see `kit.plan.target.proposal`.

    Raises
    ------
    SettingsError
        Where the cases differ in scope, period or day.
    InfeasibleError
        Where the locks, floors and caps of one of them cannot hold together.

    Notes
    -----
    The chance of a part is that of its own outlook reaching what it is given. Chances of parts say
    nothing of the whole's: parts move together only in part.
    """
    _require_alike(case_a, case_b)
    plans = [proposal(one) for one in (case_a, case_b)]
    for plan in plans:
        if isinstance(plan, Unavailable):
            return plan
    rows = {str(case_a.scope): display(case_a, case_a.scope)}
    sides, kept, alike = [], [], _same_outlook(case_a, case_b)
    for case, plan in zip((case_a, case_b), plans, strict=True):
        found = {str(case.scope): (plan.target, plan.chance)}
        parts = children(case, plan)
        for one in () if isinstance(parts, Unavailable) else parts.itertuples(index=False):
            rows[one.scope] = one.part
            ahead = _outlook(case_a if alike else case, one.scope)
            known = isinstance(ahead, Outlook)
            found[one.scope] = (one.target, ahead.chance(one.target) if known else None)
        held = () if isinstance(parts, Unavailable) else parts.attrs["held"].get(str(case.scope), ())
        sides.append(found)
        kept.append({RESERVE: plan.reserve, HELD: kept_for(held)})
    for name in (RESERVE, HELD):
        if any(one[name] for one in kept):
            rows[name] = name
            for side, one in zip(sides, kept, strict=True):
                side[name] = (one[name], None)
    frame = pd.DataFrame({"scope": list(rows), "part": list(rows.values())})
    for letter, side in zip("ab", sides, strict=True):
        pairs = [side.get(one, (None, None)) for one in rows]
        frame[f"target_{letter}"] = pd.array([target for target, _ in pairs], dtype="float64")
        frame[f"chance_{letter}"] = pd.array([chance for _, chance in pairs], dtype="float64")
    frame["change"] = frame["target_b"] - frame["target_a"]
    before = frame["target_a"]
    frame["change_share"] = frame["change"] / before.where(before != 0)
    return Comparison(
        title_a=titled(case_a),
        title_b=titled(case_b),
        parts=frame[_COLUMNS],
        settings=differing(case_a.settings, case_b.settings),
    )


def differing(settings_a: Settings, settings_b: Settings) -> pd.DataFrame:
    """The parameters in which two sets differ.

    Returns
    -------
    DataFrame
        setting (dotted key, such as `targets.blend.history`), value_a, value_b; None where unset.

    Examples
    --------
    >>> one = Settings(company="a", data_dir=".")
    >>> other = one.model_copy(update={"seed": 7})
    >>> differing(one, other).to_dict("records")
    [{'setting': 'seed', 'value_a': 0, 'value_b': 7}]
    """
    one, other = (dict(_flat(found.model_dump(mode="json"))) for found in (settings_a, settings_b))
    keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
    return pd.DataFrame(
        {
            "setting": pd.Series(keys, dtype="str"),
            "value_a": pd.Series([one.get(key) for key in keys], dtype="object"),
            "value_b": pd.Series([other.get(key) for key in keys], dtype="object"),
        }
    )


def _require_alike(case_a: Case, case_b: Case) -> None:
    for name in ("scope", "period", "as_of"):
        one, other = getattr(case_a, name), getattr(case_b, name)
        if one != other:
            raise SettingsError(
                f"Two cases with another {name} cannot be compared: {one} and {other}. "
                f"Open both with the same {name}."
            )


@once
def _outlook(case: Case, scope: str) -> Outlook | Unavailable:
    return outlook(narrowed(case, Scope.parse(scope)))


def _same_outlook(case_a: Case, case_b: Case) -> bool:
    """Whether two cases differ only in what no outlook asks for, so that one serves both."""
    one, other = case_a.settings, case_b.settings
    aims = one.targets.model_copy(update={"trust": other.targets.trust})
    same = one.model_copy(update={"targets": other.targets}) == other and aims == one.targets
    return case_a.data is case_b.data and same


def _flat(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, found in tree.items():
        if isinstance(found, Mapping):
            yield from _flat(found, f"{above}{key}.")
        else:
            yield f"{above}{key}", found
