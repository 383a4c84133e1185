"""The story of the diagnosis: how far off, what did it, where, what is proven, what may help."""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import bridges, causes, five_why, measures
from kit.diagnose.obstacles import obstacles
from kit.diagnose.reference import Reference, reference
from kit.diagnose.verdicts import CONFIRMED, REFUTED
from kit.statement import Statement, Term, directed, foremost, known

_MONEY = 0.5  # amounts up to this size are written as nothing
_FAR = 10.0  # times the reference, from which on a percentage says nothing
_NO_NAMES = (bridges.OTHERS, bridges.UNKNOWN)


def statements(case: Case) -> tuple[Statement, ...]:
    """What the diagnosis says of the case's bookings, in at most six statements.

    Parameters
    ----------
    case : Case

    Returns
    -------
    tuple of Statement
        Of these, as far as they are known: the difference from the target (to date; from last year
        where there is none), what cost most or, where the result is above, helped most, with
        confidence, what went the other way, what remains unexplained, the part in which it lies,
        the usual obstacles confirmed, what the best measures are assumed to win back. Amounts are
        money without sign. Where there is nothing to compare with, one statement says so.

    Examples
    --------
    >>> from kit.data.sample.at_hand import at_hand
    >>> from kit.data.sample.company import make
    >>> case = at_hand(make(planted=False), period="2025Q3", as_of="2025-08-20")
    >>> statements(case)[0].section
    'difference'
    """
    found = reference(case)
    if isinstance(found, Unavailable):
        started = found.reason != "not_started"
        key = "no_reference" if started else "not_started"
        return (Statement(f"diagnose.{key}", {"period": case.period.name}, tone="open"),)
    short = found.variance < 0
    table = causes.causes(case)
    return foremost(
        [
            (1, _difference(case, found)),
            (2, _causes(case, table, found)),
            (7, _offset(table, short=short)),
            (4, _rest(table, found)),
            (3, _where(case, found) if short else _best(case)),
            (6, _obstacles(case)),
            (5, _measures(case, table) if short else None),
        ]
    )


def _difference(case: Case, found: Reference) -> Statement:
    """How far the result is from what it is held against."""
    against = "last_year" if found.target is None else "target" if case.closed else "due"
    if against == "last_year" and not case.closed:
        against = "last_year_days"
    key, size = directed(found.variance, up="above", down="below", flat="even", least=_MONEY)
    facts = {"period": case.period.name, "as_of": found.end, "size": size}
    if found.total > 0 and size <= _FAR * found.total:
        facts |= {"reference": found.total, "share": size / found.total}
    elif key != "even":
        key = f"{key}_plain"
    tone = {"above": "good", "below": "bad"}.get(key.removesuffix("_plain"), "")
    return Statement(f"diagnose.{key}_{against}", facts, section="difference", tone=tone)


def _small(found: Reference) -> bool:
    return abs(found.variance) < causes.MINOR * abs(found.total)


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["cause"] != "unexplained"]


def _causes(case: Case, table: pd.DataFrame, found: Reference) -> Statement:
    """What moved the result most in the direction it went, with money and confidence."""
    short = found.variance < 0
    most = _named(causes.top(case, case.settings.diagnose.causes, found=table))
    if most.empty and _named(table).empty:
        key, tone = ("no_cause_small", "") if _small(found) else ("no_cause", "open")
        return Statement(f"diagnose.{key}", section="causes", tone=tone)
    if most.empty:
        key = "no_cause_short" if short else "no_cause_above"
        return Statement(f"diagnose.{key}", section="causes", tone="open")
    items = tuple(
        Term(
            "story.diagnose", "item",
            {"cause": _cause(one), "size": abs(one["effect"]), "confidence": one["confidence"]},
        )
        for one in most.to_dict("records")
    )  # fmt: skip
    facts = {"causes": items, "n": len(items)}
    key = "diagnose.cost" if short else "diagnose.helped"
    return Statement(key, facts, section="causes", tone="bad" if short else "good")


def _cause(row: dict) -> Term:
    return Term("story.diagnose.cause", row["cause"], {**row["facts"], "subject": row["subject"]})


def _offset(table: pd.DataFrame, *, short: bool) -> Statement | None:
    """The largest cause that went against the direction of the result."""
    named = _named(table)
    against = named[named["effect"] > 0 if short else named["effect"] < 0]
    if against.empty:
        return None
    row = against.loc[against["effect"].abs().idxmax()].to_dict()
    facts = {"cause": _cause(row), "size": abs(row["effect"])}
    key = "diagnose.offset_gain" if short else "diagnose.offset_cost"
    return Statement(key, facts, section="causes", tone="good" if short else "bad")


def _rest(table: pd.DataFrame, found: Reference) -> Statement | None:
    """What of the difference the causes leave unexplained, or count too much."""
    rest = table[table["cause"] == "unexplained"].iloc[0]
    size = abs(float(rest["effect"]))
    if rest["evidence"] == "unexplained_no_last_year":
        return Statement("diagnose.no_last_year", section="causes", tone="open")
    named = len(_named(table))
    if not named:
        return None  # no cause is named, which is said already
    facts = {"size": size, "n": named}
    if size < causes.least(found):
        return Statement("diagnose.explained", facts, section="causes")
    if rest["effect"] * found.variance < 0:
        return Statement("diagnose.more_than_all", facts, section="causes", tone="open")
    whole = abs(found.variance)
    if size > whole:
        key = "unexplained_loss" if rest["effect"] < 0 else "unexplained_gain"
        return Statement(f"diagnose.{key}", facts, section="causes", tone="open")
    facts["share"] = size / whole
    return Statement("diagnose.unexplained_share", facts, section="causes", tone="open")


def _where(case: Case, found: Reference) -> Statement | None:
    """The part that the shortfall comes from, as the walk down has it; of a small one, none."""
    chain = five_why.walk(case)
    if _small(found) or isinstance(chain, Unavailable):
        return None
    steps = chain.steps[chain.steps["statement"].str.startswith("part_")]
    if steps.empty:
        return None
    last = steps.iloc[-1]["facts"]
    if min(last["actual"], last["reference"]) < _MONEY or last["part"] in _NO_NAMES:
        return None
    facts = {name: last[name] for name in ("part", "actual", "reference")}
    if len(steps) == 1:
        return Statement("diagnose.where", facts, section="difference", tone="bad")
    facts["parent"] = steps.iloc[0]["facts"]["part"]
    return Statement("diagnose.where_in", facts, section="difference", tone="bad")


def _best(case: Case) -> Statement | None:
    """The product line that is furthest above what was expected of it."""
    table = bridges.by(case, "line")
    if isinstance(table, Unavailable):
        return None
    table = table[~table["part"].isin(_NO_NAMES) & (table["effect"] > _MONEY)]
    table = table[(table["actual"] > _MONEY) & (table["reference"] > _MONEY)]
    if len(table) < 2:
        return None
    row = table.loc[table["effect"].idxmax()]
    facts = {name: row[name] for name in ("part", "actual", "reference")}
    return Statement("diagnose.best", facts, section="difference", tone="good")


def _obstacles(case: Case) -> Statement | None:
    """Which of the usual obstacles are confirmed, and how many cannot be decided."""
    table = obstacles(case)
    open_ = int((~table["verdict"].isin([CONFIRMED, REFUTED])).sum())
    sure = table.loc[table["verdict"] == CONFIRMED, "obstacle"]
    if open_ == len(table):
        return Statement("diagnose.obstacles_unseen", section="obstacles", tone="open")
    facts = {"which": tuple(Term("story.diagnose.obstacle", one) for one in sure), "open": open_}
    key = "obstacles_sure" if len(sure) else "obstacles_none"
    key = f"{key}_open" if open_ else key
    tone = "bad" if len(sure) else "open" if open_ else ""
    return Statement(f"diagnose.{key}", facts, section="obstacles", tone=tone)


def _measures(case: Case, table: pd.DataFrame) -> Statement | None:
    """What the best measures against the confirmed causes are assumed to win back."""
    found = measures.measures(case, found=table)
    if isinstance(found, Unavailable):
        return None
    if not found.confirmed:
        if not found.open:
            return None
        facts = {"n": found.open}
        return Statement("diagnose.verify", facts, section="remedies", tone="open")
    worth = found.table["expected_high"].astype(float)
    if worth.isna().all() or not known(found.low, found.high) or found.high < _MONEY:
        return None
    best = found.table.loc[worth.idxmax()]
    measure = best["text"] or Term("remedy", best["measure"])
    facts = {"low": found.low, "high": found.high, "measure": measure}
    key = "measures" if found.low >= _MONEY else "measures_up_to"
    return Statement(f"diagnose.{key}", facts, section="remedies")
