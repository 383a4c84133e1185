"""Scopes: whom a packet is about, how that is written, and the folder it gets."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from kit.errors import UnknownScopeError, nearest

KINDS = ("company", "region", "team", "rep")

_UNSAFE = re.compile(r"[^\w.\-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # on Windows
_LONGEST, _MOST_BYTES = 60, 120


@dataclass(frozen=True, order=True)
class Scope:
    """One scope: the company, a region, a team or a rep.

    Parameters
    ----------
    kind : str
        One of `company`, `region`, `team`, `rep`.
    id : str
        The region's, team's or rep's identifier as the data write it; empty for the company.

    Examples
    --------
    >>> Scope.parse("region:East").folder
    'region-East'
    >>> str(Scope.parse("company"))
    'company'
    """

    kind: str
    id: str = ""

    @classmethod
    def parse(cls, text: str) -> Scope:
        """Read `company`, `region:East`, `team:East-2` or `rep:R007`.

        Raises
        ------
        UnknownScopeError
            Where the text has another form.
        """
        kind, colon, name = str(text).partition(":")
        if kind == "company" and not colon:
            return cls("company")
        if kind == "company":
            raise UnknownScopeError(f"Scope '{text}': the company has no name. Write company.")
        if kind not in KINDS[1:]:
            hint = nearest(kind, KINDS)
            raise UnknownScopeError(
                f"Scope '{text}': '{kind}' is no kind of scope. {hint} "
                "Write company, region:NAME, team:NAME or rep:ID."
            )
        if not name:
            raise UnknownScopeError(f"Scope '{text}' names no {kind}. Write {kind}:NAME.")
        return cls(kind, name)

    def __str__(self) -> str:
        return self.kind if self.kind == "company" else f"{self.kind}:{self.id}"

    @property
    def folder(self) -> str:
        """A folder name that is safe on any file system and differs for scopes that differ.

        Letters of any script, digits, `_`, `-` and `.` stay. Where anything else had to go, or the
        name was too long, a hash of the whole name follows.

        Examples
        --------
        >>> Scope("region", "华东").folder
        'region-华东'
        >>> Scope("region", "../../x").folder.startswith("region-x-")
        True
        """
        return self.kind if self.kind == "company" else f"{self.kind}-{safe_name(self.id)}"


def safe_name(name: str) -> str:
    """A name for a folder or file that is safe on any file system and differs for names that differ.

    Examples
    --------
    >>> safe_name("2025Q3"), safe_name("华东")
    ('2025Q3', '华东')
    >>> safe_name("../../x").startswith("x-")
    True
    """
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip("._ ")[:_LONGEST]
    plain = plain.encode("utf-8")[:_MOST_BYTES].decode("utf-8", "ignore")
    if _RESERVED.fullmatch(plain):
        plain = plain.replace(".", "_")
    elif plain == name:
        return plain
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain}-{digest}" if plain else digest
