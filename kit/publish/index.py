"""The index of a period: one page that leads to all of its packets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader

from kit.publish.exporter import POLICY, TEMPLATES, html_language, stylesheet
from kit.publish.meeting_page import NAME as MEETING
from kit.scope import KINDS, Scope
from kit.show.outcome import outcome
from kit.show.palette import STATUS
from kit.show.words import Words

AHEAD = ("landing", "chance_of_target")
COLUMNS = ("target", "actual", "attainment", "gap", *AHEAD)
_HEADLINE = "bookings"


@dataclass(frozen=True)
class Line:
    """One scope in the index.

    Parameters
    ----------
    scope : Scope
    title : str
        The scope's name for the eye.
    found : mapping or None
        The packet's findings; None where there is no packet.
    earlier : bool
        Whether the packet is one of an earlier batch.
    meeting : bool
        Whether there is a page for the meeting beside the packet.
    error : mapping or None
        notebook, cell, error and message, where the newest run of the scope failed.
    """

    scope: Scope
    title: str
    found: Mapping[str, Any] | None
    earlier: bool = False
    error: Mapping[str, Any] | None = None
    meeting: bool = False


def render(lines: Iterable[Line], *, company: str, period: str, words: Words) -> str:
    """Write the index as one HTML page with no script.

    Parameters
    ----------
    lines : iterable of Line
        One per scope; sorted here by kind and name.
    company, period : str
        For the eye.
    words : Words

    Returns
    -------
    str
    """
    ordered = sorted(lines, key=lambda one: (KINDS.index(one.scope.kind), one.title, one.scope.id))
    rows = [_row(one, words) for one in ordered if one.found is not None]
    told = [name for name in COLUMNS if any(row["figures"].get(name) is not None for row in rows)]
    over = all(row["over"] for row in rows)
    if over:  # what landed is the actual
        told = [name for name in told if name not in AHEAD]
    headings = {name: words.heading(name) for name in COLUMNS}
    if not any(row["over"] for row in rows):
        headings["gap"] = words.t("card.to_go")
    failed = [_failed(one, words) for one in ordered if one.error is not None]
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("index.html.j2").render(
        lang=html_language(words.language),
        policy=POLICY,
        css=stylesheet("index"),
        company=company,
        period=words.period(period),
        period_name=period,
        count=words.t("index.count", n=len(rows)),
        days=sorted({row["as_of"] for row in rows}),
        headings=[(name, headings[name]) for name in told],
        status_heading=words.heading("outcome" if over else "status"),
        rows=rows,
        failed=failed,
        any_earlier=any(row["earlier"] for row in rows),
        t=words.t,
    )


def _row(line: Line, words: Words) -> dict:
    found = line.found or {}
    measures = found.get("measures") or {}
    measure = _HEADLINE if _HEADLINE in measures else next(iter(sorted(measures)), _HEADLINE)
    figures = measures.get(measure, {})
    money = Words(words.language, found.get("currency") or words.currency)
    status = figures.get("status") or "no_target"
    target, due = figures.get("target"), figures.get("target_to_date")
    over = target is None or target == due
    family = "status"
    if over:
        family, status = "outcome", outcome(status, figures.get("attainment"))
    as_of = found.get("as_of")
    kind = words.t(f"packet.{line.scope.kind}")
    return {
        "link": quote(f"{line.scope.folder}/packet.html"),
        "meeting": quote(f"{line.scope.folder}/{MEETING}") if line.meeting else "",
        "title": line.title,
        "kind": kind if line.title == line.scope.id else f"{kind} {line.scope.id}".strip(),
        "as_of": words.t("packet.as_of", when=as_of) if as_of else "",
        "status": status,
        "symbol": STATUS.get(status, STATUS["unknown"])[0],
        "word": words.term(family, status),
        "over": over,
        "figures": figures,
        "cells": {
            name: money.cell(name, figures.get(name), measure=measure) for name in COLUMNS
        },
        "earlier": line.earlier,
    }


def _failed(line: Line, words: Words) -> dict:
    error = line.error or {}
    notebook, cell = error.get("notebook") or "", error.get("cell")
    where = words.t("index.failed_at", notebook=notebook, cell=cell) if cell else notebook
    what = ": ".join(part for part in (error.get("error"), error.get("message")) if part)
    return {
        "title": line.title,
        "kind": words.t(f"packet.{line.scope.kind}"),
        "where": where,
        "what": what,
    }
