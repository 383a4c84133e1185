"""The packet: one self-contained HTML file made from a scope's executed notebooks."""

from __future__ import annotations

import datetime as dt
import hashlib
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from nbformat import NotebookNode

import kit
from kit.data.discreet import NAMING
from kit.parameters import dump
from kit.publish.chapters import ChaptersPreprocessor
from kit.publish.exporter import css_text, export, stylesheet
from kit.settings import Settings
from kit.show.words import Words

_PACKAGES = (
    "pandas", "numpy", "duckdb", "pyarrow", "scipy", "scikit-learn", "seaborn", "matplotlib",
    "holidays", "papermill", "nbconvert",
)  # fmt: skip
_OTHERS = ("incentives", "next", "risks")  # of the review: what people cost, and who they are
_KEYS = ("contents", "at_a_glance", "foot", "snapshot", "parameters", "parameters_hash",
         "versions", "company", "region", "team", "rep", "role")  # fmt: skip


@dataclass(frozen=True)
class PacketFacts:
    """What the frame of a packet says.

    Parameters
    ----------
    company, title, kind, period : str
        The company's and the scope's names for the eye, the scope's kind, the period's name.
    as_of : date
    language : str
        `en` or `zh`.
    currency : str
    snapshot : str
        Hash of the data.
    parameters : mapping of str to str
        The resolved parameters, as `readable_parameters` gives them.
    parameters_hash : str
    versions : mapping of str to str
    role : str
        Whose sections are shown; empty: everybody's.
    sections : tuple of str or None
        Their names; None: all.
    """

    company: str
    title: str
    kind: str
    period: str
    as_of: dt.date
    language: str
    currency: str
    snapshot: str
    parameters: Mapping[str, str]
    parameters_hash: str
    versions: Mapping[str, str]
    role: str = ""
    sections: tuple[str, ...] | None = None


def render(notebooks: Iterable[NotebookNode], facts: PacketFacts) -> str:
    """Lay executed notebooks out as one HTML page.

    Parameters
    ----------
    notebooks : iterable of NotebookNode
        In reading order. Of cells tagged `lang-en` and `lang-zh` the chosen language stays; the
        outputs of cells tagged `headline` come first; cells tagged `parameters` or `analyst`,
        code, streams, errors and widgets are left out, and for a role what is not in its sections.
    facts : PacketFacts

    Returns
    -------
    str
        HTML with no script and no request to anywhere.
    """
    words = Words(facts.language, facts.currency)
    chapters = ChaptersPreprocessor(
        glance=words.t("packet.at_a_glance"),
        only=None if facts.sections is None else list(facts.sections),
        enabled=True,
    )
    told = frame(facts, words)
    told |= {"css": stylesheet("packet"), "page": "packet"}
    return export(notebooks, "packet", language=facts.language, arrange=chapters, resources=told)


def frame(facts: PacketFacts, words: Words) -> dict[str, Any]:
    """What every page of a scope says around what was found: facts, period, day, role and foot."""
    period, as_of = words.period(facts.period), words.t("packet.as_of", when=facts.as_of)
    foot = dict.fromkeys((facts.company, facts.title, period, as_of))
    return {
        "facts": facts,
        "period": period,
        "as_of": as_of,
        "role": words.term("role", facts.role) if facts.role else "",
        "foot": css_text(" · ".join(foot)),
        "words": {f"packet.{key}": words.t(f"packet.{key}") for key in _KEYS},
    }


def readable_parameters(settings: Settings, *, kind: str = "company") -> dict[str, str]:
    """The resolved parameters as dotted keys and text; where the data lie is left out.

    For scopes of another kind than the company, so are those that name people or parts of it, and
    what others are paid by.

    Examples
    --------
    >>> found = readable_parameters(Settings(company="sample", data_dir="data"))
    >>> found["targets.growth"], found["track.red"], "data_dir" in found
    ('0.08', '0.8', False)
    """
    found: dict[str, str] = {}

    def walk(at: str, value: Any) -> None:
        if isinstance(value, Mapping) and value:
            for key, below in value.items():
                walk(f"{at}.{key}" if at else str(key), below)
        elif isinstance(value, list | tuple):
            found[at] = ", ".join(str(one) for one in value) or "–"
        else:
            found[at] = "–" if value in (None, "", {}) else str(value)

    told = settings.model_dump(mode="json", exclude={"sources", "data_dir"})
    if kind != "company":
        told["review"] = {one: at for one, at in told["review"].items() if one not in _OTHERS}
        told["targets"] = {one: at for one, at in told["targets"].items() if one not in NAMING}
    walk("", told)
    return found


def parameters_hash(settings: Settings, **more: str) -> str:
    """Hash of all that decides a packet beside the data: settings, period, scope and the like."""
    text = dump(settings.model_copy(update={"data_dir": ""}))
    text += "".join(f"\n{name}={value}" for name, value in sorted(more.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = [("kit", kit.__version__), ("Python", ".".join(platform.python_version_tuple()[:2]))]
    for name in _PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def versions() -> dict[str, str]:
    """Versions of the kit, of Python and of the packages that figures and pages come from."""
    return dict(_versions())

