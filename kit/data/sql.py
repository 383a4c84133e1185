"""Names, texts and paths of the company's as they stand in SQL."""

from __future__ import annotations

from pathlib import Path

BLANKS = "' \t\r\n\u00a0\u200b\u3000\ufeff'"  # what SQL trims; a literal


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier.

    Examples
    --------
    >>> identifier('a"; DROP TABLE b')
    '"a""; DROP TABLE b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a quoted SQL literal.

    Examples
    --------
    >>> literal("O'Neill")
    "'O''Neill'"
    """
    return "'" + text.replace("'", "''") + "'"


def path_literal(path: Path) -> str:
    """A path as a literal in which DuckDB sees no pattern."""
    return literal("".join(f"[{one}]" if one in "*?[" else one for one in str(path)))


def first_line(error: Exception) -> str:
    """The first line of what DuckDB says of an error."""
    return str(error).strip().splitlines()[0]
