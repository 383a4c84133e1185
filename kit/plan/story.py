"""The story of target setting: what is proposed, how it compares, its chance, what it takes."""

from __future__ import annotations

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.plan import collections, headcount, required_funnel, scenario, smart, target
from kit.plan.calibration import calibration
from kit.plan.target import Proposal
from kit.scenarios import find
from kit.statement import MOST, Statement, Term, directed, foremost, known

_MONEY = 0.5  # amounts up to this size are written as nothing
_SHARE = 0.0005  # shares up to this size are written as nothing
_OF_CHANCE = ("smart_too_high", "smart_too_low")  # evidence that tells of the chance
_LITTLE = 0.005  # of the target, below which people are not told to be short


def statements(case: Case) -> tuple[Statement, ...]:
    """What target setting says of the case's bookings target, in at most six statements.

    Parameters
    ----------
    case : Case

    Returns
    -------
    tuple of Statement
        Of these, as far as they are known: the scenario; the target proposed, where it comes from,
        what of it is reserve, and how it lies beside last year; the target in force; what comes if
        things go on as before; the chance; won deals, full posts and cash; why it fails the SMART
        check; what the other scenarios ask for. Amounts are money without sign. All rest on results
        that the chapter computes anyway. Where nothing can be proposed, one statement says so.

    Examples
    --------
    >>> from kit.data.sample.at_hand import at_hand
    >>> from kit.data.sample.company import make
    >>> case = at_hand(make(planted=False), period="2025Q3", as_of="2025-08-20")
    >>> statements(case)[0].section
    'target'
    """
    plan = target.proposal(case)
    if isinstance(plan, Unavailable):
        facts = {"period": case.period.name}
        return (Statement("plan.no_proposal", facts, section="target", tone="open"),)
    ranked = [
        (0, _scenario(case)),
        (0, _proposed(case, plan)),
        (2, _decided(plan)),
        (3, _beside_baseline(plan)),
        (1, _chance(case, plan)),
        (5, _deals(case, plan.target)),
        (6, _people(case, plan.target)),
        (7, _cash(case, plan.target)),
        (4, _smart(case, plan)),
    ]
    if sum(one is not None for _, one in ranked) < MOST:  # they take long to work out
        ranked.append((8, _scenarios(case)))
    return foremost(ranked)


def _proposed(case: Case, plan: Proposal) -> Statement:
    """The amount, the view it was taken from, its reserve, and how it lies beside last year."""
    facts = {"period": case.period.name, "target": plan.target,
             "method": Term("story.plan.method", plan.method)}  # fmt: skip
    key = "proposed"
    if known(plan.last_year, plan.growth) and plan.last_year > 0:
        keys = {"up": "proposed_more", "down": "proposed_less", "flat": "proposed_same"}
        key, facts["share"] = directed(plan.growth, **keys, least=_SHARE)
        facts["last_year"] = plan.last_year
    if case.scope.kind != "rep" and plan.reserve > _MONEY:
        facts["reserve"] = plan.reserve
        key = f"{key}_reserve"
    return Statement(f"plan.{key}", facts, section="target")


def _decided(plan: Proposal) -> Statement | None:
    """The target that stands, beside the proposal; of a part without one, that none is decided."""
    given = plan.in_force if plan.handed is None else plan.handed.target
    if given is None:
        if plan.handed is None:
            return None
        return Statement("plan.undecided", section="target", tone="open")
    if not given > _MONEY:
        return None
    keys = {"up": "decided_more", "down": "decided_less", "flat": "decided_same"}
    key, size = directed(given - plan.target, **keys, least=_MONEY)
    return Statement(f"plan.{key}", {"decided": given, "size": size}, section="target")


def _beside_baseline(plan: Proposal) -> Statement | None:
    """What comes if things go on as before, and how much more or less the target asks for."""
    if not known(plan.baseline) or not plan.baseline > 0 or plan.method == "baseline":
        return None
    facts = {"baseline": plan.baseline}
    keys = {"up": "asks_more", "down": "asks_less", "flat": "asks_same"}
    key, facts["size"] = directed(plan.target - plan.baseline, **keys, least=_MONEY)
    if known(plan.low, plan.high) and 0 <= plan.low < plan.high:
        facts |= {"low": plan.low, "high": plan.high}
        key = f"{key}_range"
    return Statement(f"plan.{key}", facts, section="origin")


def _chance(case: Case, plan: Proposal) -> Statement | None:
    """How likely the proposal is, beside what is asked for; or why that is not told."""
    if not known(plan.chance):
        found = calibration(case)
        untold = isinstance(found, Unavailable) or found.reason == "few_cuts"
        key = "chance_unknown" if untold else "chance_withheld"
        return Statement(f"plan.{key}", section="certainty", tone="open")
    low, high = case.settings.targets.achievable
    facts = {"chance": plan.chance, "low": low, "high": high}
    if plan.chance < low:
        return Statement("plan.chance_low", facts, section="certainty", tone="bad")
    if plan.chance > high:
        return Statement("plan.chance_high", facts, section="certainty", tone="open")
    return Statement("plan.chance_fits", facts, section="certainty", tone="good")


def _deals(case: Case, amount: float) -> Statement | None:
    """How many deals or orders must be won, and how many of them the open deals are worth."""
    found = required_funnel.required_funnel(case, amount)
    if isinstance(found, Unavailable):
        return None
    first = found.steps.iloc[0]
    if not known(float(first["needed"])):
        return None
    facts = {"n": int(first["needed"]), "size": found.deal_size, "repeat": found.repeat or 0.0}
    again = "_repeat" if facts["repeat"] > _MONEY else ""
    if not facts["n"]:
        return Statement("plan.repeat_enough", facts, section="needs", tone="good")
    if first["step"] == "order":
        return Statement(f"plan.orders{again}", facts, section="needs")
    covered = float(first["covered"])
    if not known(covered):
        return Statement(f"plan.deals{again}", facts, section="needs")
    facts |= {"covered": int(covered), "missing": int(first["missing"])}
    if not facts["missing"]:
        return Statement(f"plan.deals_covered{again}", facts, section="needs", tone="good")
    return Statement(f"plan.deals_missing{again}", facts, section="needs")


def _people(case: Case, amount: float) -> Statement | None:
    """Whether the people there can carry the target."""
    found = headcount.headcount(case, amount)
    if isinstance(found, Unavailable) or not known(found.shortfall, found.gap):
        return None
    if not found.brought > _MONEY:
        return None
    keys = {"up": "people_short", "down": "people_enough", "flat": "people_enough"}
    key, size = directed(found.shortfall, **keys, least=_MONEY)
    if key == "people_enough" or size < _LITTLE * amount:
        facts = {"brought": found.brought}
        return Statement("plan.people_enough", facts, section="needs", tone="good")
    facts = {"brought": found.brought, "size": size, "posts": found.gap}
    return Statement("plan.people_short", facts, section="needs", tone="bad")


def _cash(case: Case, amount: float) -> Statement | None:
    """The cash to expect in the period, and what of its bookings is paid later."""
    found = collections.collections(case, amount)
    if isinstance(found, Unavailable) or min(found.collections, found.beyond) < _MONEY:
        return None
    facts = {"cash": found.collections, "beyond": found.beyond}
    return Statement("plan.cash", facts, section="needs")


def _smart(case: Case, plan: Proposal) -> Statement | None:
    """Why the proposal fails the SMART check, beside the chance, which is said already."""
    found = smart.check(case, plan)
    why = found.loc[found["verdict"] == "no", "evidence"]
    why = tuple(Term("story.plan.unmet", one) for one in why if one not in _OF_CHANCE)
    if not why:
        return None
    return Statement("plan.smart_fails", {"why": why}, section="smart", tone="bad")


def _scenario(case: Case) -> Statement | None:
    """The scenario under which all of this is seen."""
    name = case.origin.scenario if case.origin else ""
    if not name:
        return None
    title = find(case.origin.config, name).title
    return Statement("plan.scenario", {"title": title}, section="levers")


def _scenarios(case: Case) -> Statement | None:
    """What the company's other scenarios ask for."""
    table = scenario.each(case)
    if isinstance(table, Unavailable):
        return None
    usable = table[(table["scenario"] != "") & (table["fault"] == "") & (table["target"] > _MONEY)]
    usable = usable[usable["scenario"] != case.origin.scenario] if case.origin else usable
    if len(usable) < 2 or usable["target"].max() - usable["target"].min() < _MONEY:
        return None
    least, most = usable.loc[usable["target"].idxmin()], usable.loc[usable["target"].idxmax()]
    facts = {
        "least": float(least["target"]), "lowest": least["title"],
        "most": float(most["target"]), "highest": most["title"],
    }  # fmt: skip
    return Statement("plan.scenarios", facts, section="levers")
