"""What pickers offer, labels and the values they stand for, and how they look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kit.scope import Scope
from kit.show.palette import BAD
from kit.show.words import Words

BUSY = "kit-busy"
LOOK = f"""<style>
.{BUSY} {{ opacity: .4; }}
.kit-failed .kit-note {{ border-color: {BAD}; color: {BAD}; }}
.kit-controls .kit-note {{ border: 0; margin: 0; padding: 0; font-size: .82rem; }}
</style>"""


def scopes(offered: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """(label, scope) pairs: `Region East`; company and reps by name.

    Parameters
    ----------
    offered : mapping
        scopes and names, as `kit.data.case.choices` has them.
    words : Words

    Examples
    --------
    >>> scopes({"scopes": ["company", "region:East"], "names": {"company": "Acme"}}, Words("en"))
    [('Acme', 'company'), ('Region East', 'region:East')]
    """
    pairs = []
    for text in offered["scopes"]:
        scope = Scope.parse(text)
        name = offered["names"].get(text) or scope.id
        area = scope.kind in ("region", "team")
        pairs.append((words.t(f"control.{scope.kind}", name=name) if area else name, text))
    return pairs


def options(found: Iterable[tuple[Any, Any]], current: str) -> list[tuple[str, str]]:
    """(label, value) pairs that hold the current value and no label twice.

    Examples
    --------
    >>> options([("Li", "rep:R1"), ("Li", "rep:R2")], "rep:R1")
    [('Li (rep:R1)', 'rep:R1'), ('Li (rep:R2)', 'rep:R2')]
    """
    pairs = [(str(label), str(value)) for label, value in found]
    if current not in [value for _, value in pairs]:
        pairs.append((current, current))
    labels = [label for label, _ in pairs]
    return [
        (label if labels.count(label) == 1 else f"{label} ({value})", value)
        for label, value in pairs
    ]
