"""Putting facts into a phrase, each written the way its placeholder says."""

from __future__ import annotations

import string
from typing import Any

from kit.errors import KitError
from kit.show.columns import FAMILIES


class Phrase(string.Formatter):
    """Puts facts into a phrase, each written the way its placeholder says.

    A way is a method of `Words` such as `{effect:money}`, `share` (whole percent), `chance`,
    `count` or `date`; a family of keys such as `{measure:measure}`; or things that are counted,
    such as `{n:deals}`. Without one, a fact is written as it is.
    """

    _WAYS = frozenset(
        "money signed_money percent signed_percent share points chance count signed_count number "
        "multiple days date month period step scope text list".split()
    )

    def __init__(self, words: Any) -> None:
        self.words = words

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec in self._WAYS:
            return getattr(self.words, format_spec)(value)
        if self.words.has(f"counted.{format_spec}"):
            return self.words.counted(format_spec, value)
        if format_spec in FAMILIES.values() or format_spec in FAMILIES:
            return self.words.term(format_spec, value)
        if format_spec:
            raise KitError(f"Words: no way of writing is called '{format_spec}'.")
        return self.words.text(value)
