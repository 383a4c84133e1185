"""The sales plan as a nested list: objective, target, actions, resources and people."""

from __future__ import annotations

import html
from typing import Any

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.next_period import measure
from kit.show.view import View, together
from kit.show.words import Words

_NAMED = 6  # people that are named
_OPEN = 4  # parts that lie open


def structure(found: Any, words: Words) -> View:
    """The plan from the objective down to the people, part by part.

    Parameters
    ----------
    found : PlanStructure or Unavailable
        See `kit.review.plan_structure.PlanStructure`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    lines = [_objective(found, words)]
    if found.goals:
        lines.append(words.t("plan_structure.goals", goals=list(found.goals)))
    views = [notes.points(lines), _branch(found.own, words)]
    views += [_branch(one, words) for one in found.parts[:_OPEN]]
    rest = found.parts[_OPEN:]
    if rest:
        head = words.t("plan_structure.more", n=len(rest))
        views.append(folded([_branch(one, words) for one in rest], head))
    return together(views)


def _objective(found: Any, words: Words) -> str:
    if found.objective:
        return words.t("plan_structure.objective", objective=found.objective)
    if found.cause is None:
        return words.t("plan_structure.no_objective")
    facts = {"subject": found.cause["subject"], **(found.cause["facts"] or {})}
    return words.t("plan_structure.from_cause",
                   cause=words.term("cause", found.cause["cause"], facts))  # fmt: skip


def _branch(one: Any, words: Words) -> View:
    """One part as a titled list, its actions as a list within."""
    title = words.term("part", one.part)
    items = [html.escape(_target(one, words)), html.escape(_people(one, words))]
    rows = [f"<li>{html.escape(_action(row, words))}</li>"
            for row in one.actions.to_dict("records")]  # fmt: skip
    if rows:
        head = html.escape(words.t("plan_structure.actions"))
        items.append(f'{head}<ul class="kit-points">{"".join(rows)}</ul>')
    else:
        items.append(html.escape(words.t("plan_structure.no_actions")))
    body = "".join(f"<li>{item}</li>" for item in items)
    return View(f'<p class="kit-title">{html.escape(title)}</p><ul class="kit-points">{body}</ul>',
                title=title)  # fmt: skip


def _target(one: Any, words: Words) -> str:
    key = "target" if amounts.missing(one.growth) else "target_growth"
    return words.t(f"plan_structure.{key}", target=one.target, growth=one.growth)


def _people(one: Any, words: Words) -> str:
    names = list(one.people[:_NAMED])
    more = len(one.people) - len(names)
    if not names:
        carried = words.t("plan_structure.nobody")
    elif more > 0:
        carried = words.t("plan_structure.carried_more", names=words.text(_joined(names, words)),
                          n=more)  # fmt: skip
    else:
        carried = words.t("plan_structure.carried", names=names)
    if not one.owner:
        return carried
    gap = "" if words.language == "zh" else " "
    return f"{words.t('plan_structure.owner', owner=one.owner)}{gap}{carried}"


def _joined(names: list[str], words: Words) -> str:
    return ("、" if words.language == "zh" else ", ").join(names)


def _action(row: Any, words: Words) -> str:
    return words.t(
        "plan_structure.action",
        what=measure(row, words),
        resource=words.t(f"next_period.resource.{row['resource']}"),
        owner=words.term("owner_role", row["owner_role"]),
        due=row["due_on"],
        low=row["expected_low"],
        high=row["expected_high"],
    )
