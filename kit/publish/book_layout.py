"""How a target book is laid out: where its figures stand, and how text and facts are written."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import get_currency_precision
from openpyxl.utils import get_column_letter

from kit.data.formulas import defused

FORMAT = 1
META = "kit"  # the hidden sheet by which the book is read back
HEAD, FIRST_ROW, FIRST_COLUMN = 9, 10, 5  # row of the headings; first row and column of figures
_LONGEST = 32_000  # characters that a cell holds
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


def shown(text: object) -> str:
    """A text as a cell shows it: on one line, and never run.

    Examples
    --------
    >>> shown("=1+1"), shown("a\\nb"), shown("华东")
    ("'=1+1", 'a b', '华东')
    """
    return defused(_CONTROL.sub(" ", str(text)).strip())[:_LONGEST]


def seal(lines: Sequence[str]) -> str:
    """A hash over the lines of the hidden sheet."""
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def column(place: int) -> str:
    """The letter of the column of the n-th period, from 0."""
    return get_column_letter(FIRST_COLUMN + place)


def decimals(currency: str) -> int:
    """How many decimals an amount of a currency has at the most; 2 for one that is not known.

    Examples
    --------
    >>> decimals("CNY"), decimals("JPY"), decimals("KWD")
    (2, 0, 3)
    """
    return get_currency_precision(currency)


def as_json(found: Mapping[str, Any]) -> str:
    """JSON in ASCII, without the _x that spreadsheets read as the start of a character's number.

    Examples
    --------
    >>> as_json({"a_x": "华"})
    '{"a_\\\\u0078": "\\\\u534e"}'
    """
    return json.dumps(found).replace("_x", "_\\u0078")
