"""The digest of one owner: what is theirs to look after, in a few lines of plain text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kit.publish.alerts_csv import OTHERS, SEVERITIES
from kit.show.alerts import matter
from kit.show.palette import STATUS
from kit.show.words import Words

LONGEST = 2000  # bytes; the shortest limit among the services that digests are sent to
_LINE = 220  # letters of one sentence
_DEALS = ("deal_overdue", "deal_stuck")  # of a rep's own deals, whatever scope tells of them
_EVERYWHERE = ("executive", "analyst")  # whose scope is the whole company
_MARKUP = re.compile(r"([<@*_~\[`#|])")
_GAP = "\u200b"  # of no width: the text reads the same, and starts no markup


@dataclass(frozen=True)
class Digest:
    """What one owner is told.

    Parameters
    ----------
    owner, title, body : str
    alerts : tuple of (str, str)
        Id and severity of each alert told.
    """

    owner: str
    title: str
    body: str
    alerts: tuple[tuple[str, str], ...]


def by_owner(
    alerts: Iterable[Mapping[str, Any]], *, least: str = "amber"
) -> dict[str, list[Mapping[str, Any]]]:
    """The alerts of each owner, as grave as `least` or graver, by owner.

    A customer that packets of wider scopes tell of too is told once: with figures where they are
    the owner's to see. So are a rep's deals: as the rep's own packet tells, or else the gravest.
    """
    graver = SEVERITIES[: SEVERITIES.index(least) + 1]
    found: dict[str, dict[tuple, Mapping[str, Any]]] = {}
    for one in alerts:
        owner = one.get("owner")
        if one.get("severity") not in graver or not owner:
            continue
        there = found.setdefault(str(owner), {})
        key = ("", str(one.get("alert_id")))
        if one.get("subject"):
            key = (str(one.get("rule")), str(one["subject"]))
            if owner in _EVERYWHERE or one["subject"] == OTHERS:
                key = (*key, str(one.get("scope")))
        elif _own_deals(owner, one):
            key = ("deals", "")
        if key not in there or theirs(owner, one) and not theirs(owner, there[key]):
            there[key] = one
    return {owner: list(some.values()) for owner, some in sorted(found.items())}


def digest(
    owner: str, alerts: Iterable[Mapping[str, Any]], *, words: Words, company: str, period: str
) -> Digest:
    """Write one owner's digest.

    Parameters
    ----------
    owner : str
    alerts : iterable of mapping
        The owner's, as `kit.publish.alerts_csv.gathered` gives them, the gravest first.
    words : Words
    company : str
        For the eye.
    period : str

    Returns
    -------
    Digest
        At most 2000 bytes; what has no room is counted in the last line, and told another time.

    Notes
    -----
    Where an alert's scope is not the owner's (a rep owns a customer, the figures are a region's),
    only the matter and the advice are told, no figure; but a wider scope's alert that a rep owns
    because all the deals are that rep's is told with its deals. Names stay text: marks that a
    service would take for markup or for a call to everybody are followed by a space of no width.
    """
    some = list(alerts)
    day = max((str(one["as_of"]) for one in some if one.get("as_of")), default=None)
    who = next((one["owner_name"] for one in some if one.get("owner_name")), owner)
    foot = words.t("alert.foot", period=period, day=day)
    told: list[str] = []
    ids: list[tuple[str, str]] = []
    for place, one in enumerate(some):
        text = _told(one, owner, words)
        more = words.t("alert.more", n=len(some) - place)
        if _bytes("\n\n".join([*told, text, more, foot])) > LONGEST:
            told.append(more)
            break
        told.append(text)
        ids.append((str(one["alert_id"]), str(one["severity"])))
    title = words.t("alert.subject", company=_plain(company), n=len(some), owner=_plain(who), day=day)
    return Digest(owner, _cut(title, 120), "\n\n".join([*told, foot]), tuple(ids))


def theirs(owner: str, one: Mapping[str, Any]) -> bool:
    """Whether the owner may see an alert's figures: the scope, or one it lies in, is theirs."""
    return owner in _EVERYWHERE or owner in (one.get("seen_by") or ())


def _own_deals(owner: str, one: Mapping[str, Any]) -> bool:
    """Whether an alert is about deals that are all the owner's own.

    Of a scope that is not the rep's to see, a rep owns an alert only where no deal is another's.
    """
    if one.get("rule") not in _DEALS or not owner.startswith("rep:"):
        return False
    return one.get("scope") == owner or not theirs(owner, one)


def _told(one: Mapping[str, Any], owner: str, words: Words) -> str:
    severity = str(one["severity"])
    sign = STATUS.get(severity, ("",))[0]
    head = matter({"part": _plain(one.get("part")), "rule": one["rule"]}, words)
    lines = [f"{sign} {words.term('severity', severity)} · {_cut(head, _LINE)}"]
    mine = theirs(owner, one) or _own_deals(owner, one)
    if mine and one.get("evidence"):
        lines.append(_cut(_plain(one["evidence"]), _LINE))
    if one.get("since") and mine:
        lines.append(words.t("alert.since", day=one["since"]))
    if one.get("advice"):
        lines.append(f"→ {_cut(_plain(one['advice']), _LINE)}")
    return "\n".join(lines)


def _plain(found: Any) -> str:
    """A text on one line that no service reads as markup."""
    text = "".join(
        " " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in str(found or "")
    )
    text = "".join(one for one in text if unicodedata.category(one) != "Cf")
    return _MARKUP.sub(rf"\1{_GAP}", " ".join(text.split())).replace("://", f":{_GAP}//")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
