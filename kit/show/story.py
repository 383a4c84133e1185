"""The story of a chapter: its statements as sentences, on the page and in the record."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

from kit.show.view import View
from kit.show.words import Words
from kit.statement import Statement, Term

_SPACE = {"en": " "}  # what stands between sentences; Chinese has nothing


def story(statements: Iterable[Statement], words: Words, *, chapter: str) -> View:
    """The statements as one paragraph, each sentence with an id and a link to its evidence.

    Parameters
    ----------
    statements : iterable of Statement
        In the order in which they are said.
    words : Words
    chapter : str
        Name of the chapter, such as `track`.

    Returns
    -------
    View
        A sentence's id is `said-<chapter>-<n>`, where `<chapter>-<n>` is the id of its record; see
        `records`. Where a packet leaves the section out, the link becomes plain text.

    Examples
    --------
    >>> said = [Statement("nothing", {}, section="standing", tone="open")]
    >>> print(story(said, Words("en"), chapter="track").html)
    <p class="kit-story"><span class="kit-said" id="said-track-1" data-tone="open"><a \
class="kit-section" href="#section-standing">There are no figures to tell of here.</a></span></p>
    """
    told = records(statements, words, chapter=chapter)
    between = _SPACE.get(words.language, "")
    if not told:
        return View("")
    page = between.join(_span(one) for one in told)
    text = between.join(one["text"] for one in told)
    return View(f'<p class="kit-story">{page}</p>', title=text)


def spans(
    statements: Iterable[Statement], words: Words, *, chapter: str, start: int = 1
) -> list[str]:
    """Each statement as a sentence in HTML, with the id of its record, for lists.

    Parameters
    ----------
    statements : iterable of Statement
    words : Words
    chapter : str
    start : int
        Number of the first among all statements of the chapter.
    """
    return [_span(one) for one in records(statements, words, chapter=chapter, start=start)]


def records(
    statements: Iterable[Statement], words: Words, *, chapter: str, start: int = 1
) -> list[dict[str, Any]]:
    """The statements as records for `findings(story={chapter: ...})`.

    Returns
    -------
    list of dict
        id (`<chapter>-<n>`, from 1), key, text (the sentence as the page has it), section, tone,
        facts (the figures it was written from).

    Examples
    --------
    >>> one, = records([Statement("nothing")], Words("zh"), chapter="track")
    >>> one["id"], one["text"]
    ('track-1', '此处没有可说明的数据。')
    """
    return [
        {
            "id": f"{chapter}-{number}",
            "key": one.key,
            "text": sentence(one, words),
            "section": one.section,
            "tone": one.tone,
            "facts": {name: _plain(fact, words) for name, fact in one.facts.items()},
        }
        for number, one in enumerate(statements, start=start)
    ]


def sentence(statement: Statement, words: Words) -> str:
    """A statement in words.

    Raises
    ------
    KitError
        Where the catalogue has no such phrase, or the phrase names a fact that is not given.

    Examples
    --------
    >>> sentence(Statement("nothing"), Words("en"))
    'There are no figures to tell of here.'
    """
    facts = {name: _told(fact, words) for name, fact in statement.facts.items()}
    key = f"story.{statement.key}"
    if facts.get("n") == 1 and words.has(f"{key}_one"):
        key = f"{key}_one"
    text = words.t(key, **facts)
    return text[:-1] if text.endswith("..") else text  # a name that ends with a full stop


def _span(told: dict[str, Any]) -> str:
    text, section, tone = (html.escape(told[name]) for name in ("text", "section", "tone"))
    if section:
        text = f'<a class="kit-section" href="#section-{section}">{text}</a>'
    marked = f' data-tone="{tone}"' if tone else ""
    return f'<span class="kit-said" id="said-{html.escape(told["id"])}"{marked}>{text}</span>'


def _told(fact: Any, words: Words) -> Any:
    """A fact as the phrase can take it: terms in words, also within a list."""
    if isinstance(fact, Term):
        facts = {name: _told(one, words) for name, one in fact.facts.items()}
        return words.term(fact.family, fact.key, facts)
    if isinstance(fact, tuple):
        return tuple(_told(one, words) for one in fact)
    return fact


def _plain(fact: Any, words: Words) -> Any:
    """A fact as the record keeps it: a term with its key, words and facts."""
    if isinstance(fact, Term):
        facts = {name: _plain(one, words) for name, one in fact.facts.items()}
        return {"key": fact.key, "text": _told(fact, words), "facts": facts}
    return [_plain(one, words) for one in fact] if isinstance(fact, tuple) else fact
