"""Amounts as people type them: 1.5M, 150万, ¥1,500,000."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_UNITS = {
    "": 1, "k": 10**3, "m": 10**6, "b": 10**9, "bn": 10**9,
    "千": 10**3, "万": 10**4, "萬": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "億": 10**8,
}  # fmt: skip
_TYPED = re.compile(
    r"(?P<digits>(?:\d{1,3}(?P<mark>[ ,'])\d{3}(?:(?P=mark)\d{3})*|\d+)(?:\.\d+)?|\.\d+)"
    rf" ?(?P<unit>{'|'.join(_UNITS)})",
    re.IGNORECASE | re.ASCII,
)
_LONGEST = 30
_DIGITS = 2  # amounts are money: to a hundredth


def amount(text: str) -> float | None:
    """The amount of money that a person typed; None for an empty text.

    Parameters
    ----------
    text : str
        Digits, in groups of three or not, with a decimal point; before or after them the sign of
        a currency; after them k, m, b, 千, 万, 百万, 千万 or 亿. Full-width characters count too.

    Raises
    ------
    ValueError
        Where it is no amount of 0 or more, or can be read in two ways, as 1,5.

    Examples
    --------
    >>> amount("1,200,000"), amount("1.5M"), amount("150万"), amount(" "), amount("0")
    (1200000.0, 1500000.0, 1500000.0, None, 0.0)
    """
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").strip()
    if not plain:
        return None
    plain = plain.removesuffix("元").strip()
    signs = [at for at, one in enumerate(plain) if unicodedata.category(one) == "Sc"]
    if len(signs) == 1 and signs[0] in (0, len(plain) - 1):
        plain = plain.replace(plain[signs[0]], "").strip()
    found = _TYPED.fullmatch(" ".join(plain.split()))
    if found is None or len(plain) > _LONGEST:
        raise ValueError(f"'{text}' is no amount of 0 or more.")
    digits = Decimal(found["digits"].replace(found["mark"] or ",", ""))
    return float(round(digits * _UNITS[found["unit"].lower()], _DIGITS))


def written(found: float) -> str:
    """An amount in full, its thousands set apart.

    Examples
    --------
    >>> written(1500000.0), written(0.5)
    ('1,500,000', '0.5')
    """
    return f"{found:,.0f}" if float(found).is_integer() else f"{found:,}"
