"""Errors in the page's language: what cannot hold together, for whom, and by how much."""

from __future__ import annotations

import re
from functools import cache

from kit.errors import InfeasibleError, KitError
from kit.show.catalogue import phrases
from kit.show.words import Words

_FAMILY = "infeasible."
_BOUNDS = ("kind", "other")  # facts that name a lock, a floor, a cap or a limit


def told(error: Exception, words: Words) -> str:
    """An error as a sentence in the page's language.

    Parameters
    ----------
    error : Exception
        The English phrases of the family `infeasible` are the texts of `InfeasibleError`: where one
        fits, its facts are put into the phrase of the page's language. Other errors stay English.
    words : Words

    Examples
    --------
    >>> error = InfeasibleError("The lock of 'region:East' is 5, above its cap of 4. Change one of "
    ...                         "them.")
    >>> told(error, Words("zh"))
    'East区域的锁定额为 5，高于其上限 4。请修改其中一项。'
    """
    text = str(error)
    if isinstance(error, InfeasibleError):
        for key, pattern in _patterns():
            found = pattern.fullmatch(text)
            if found:
                facts = found.groupdict()
                facts |= {one: words.t(f"bound.{facts[one]}") for one in _BOUNDS if one in facts}
                return words.t(key, **facts)
    return text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern], ...]:
    """The English phrases as patterns, with a group for each placeholder."""
    known = {key: text for key, text in phrases("en").items() if key.startswith(_FAMILY)}
    if not known:
        raise KitError(f"Words: no phrases '{_FAMILY}…' in en.")
    return tuple((key, _pattern(text)) for key, text in known.items())


def _pattern(phrase: str) -> re.Pattern:
    pieces = re.split(r"\{(\w+)(?::\w+)?\}", phrase)
    for at, piece in enumerate(pieces):
        fact = f"(?P<{piece}>{'[a-z]+' if piece in _BOUNDS else '.+?'})"
        pieces[at] = fact if at % 2 else re.escape(piece)
    return re.compile("".join(pieces))
