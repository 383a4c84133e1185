"""The page for the meeting: one section of a scope's notebooks on a page of its own, to print."""

from __future__ import annotations

from collections.abc import Iterable

from nbformat import NotebookNode

from kit.publish.chapters import SectionPreprocessor
from kit.publish.exporter import export, stylesheet
from kit.publish.packet import PacketFacts, frame
from kit.show.words import Words

NAME = "meeting.html"
_SECTION = "meeting"
_OPENED = 'class="packet-chapter"'


def render(notebooks: Iterable[NotebookNode], facts: PacketFacts) -> str:
    """Lay the section for the meeting out as a page of its own.

    Parameters
    ----------
    notebooks : iterable of NotebookNode
        In reading order.
    facts : PacketFacts

    Returns
    -------
    str
        HTML with no script and no request to anywhere; empty where no notebook has the section, or
        nothing stands in it.
    """
    words = Words(facts.language, facts.currency)
    told = frame(facts, words) | {
        "css": stylesheet("meeting"),
        "page": "meeting",
        "beside": words.t("packet.meeting"),
        "evidence": words.t("packet.evidence"),
    }
    arrange = SectionPreprocessor(section=_SECTION, enabled=True)
    page = export(notebooks, "meeting", language=facts.language, arrange=arrange, resources=told)
    return page if _OPENED in page else ""
