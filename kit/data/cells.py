"""How one cell of text becomes a number, a date or a text: SQL that repairs what is unambiguous."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data.sql import BLANKS, literal

SQL_TYPES = {"text": "VARCHAR", "date": "DATE", "number": "DOUBLE", "integer": "BIGINT"}
PLAIN_NUMBER = r"'[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?'"
PLAIN_DATE = r"'\d{4}-\d{2}-\d{2}([ T]\d{2}:.*)?'"

CLEAN_TEXT = "'[!-~]+( [!-~]+)*'"  # quick to see, and most texts are
_NOT_FINITE = r"'(?i)[+-]?(nan|inf|infinity)'"
_WIDE = "０１２３４５６７８９．，－＋（）￥＄／：−"
_NARROW = "0123456789.,-+()¥$/:-"
_GROUPED = r"'[+-]?((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)([eE][+-]?\d+)?'"
_SIGNS = "¥$€元"
_AMBIGUOUS = r"'\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})( .*)?'"
_PARTED = (
    r"'(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?([ T].*)?|(\d{2})(\d{2}))'"
)
_SERIAL = r"'[2-7]\d{4}(\.\d+)?'"


@dataclass(frozen=True)
class Cell:
    """SQL for one column, over the raw text in a given expression.

    Parameters
    ----------
    read : str
        What is read from the text; NULL where it is empty or cannot be read.
    value : str
        The value of the column's type, from what was read.
    plain : str
        True where the text needed no repair.
    fault : str
        Rule of a text that is filled but gives no value.
    repair : str
        Rule of the repair of a text that is not plain.
    """

    read: str
    value: str
    plain: str
    fault: str
    repair: str


def trimmed(raw: str) -> str:
    """The text without surrounding blanks; NULL where nothing is left."""
    return f"nullif(trim({raw}, {BLANKS}), '')"


def cell(
    kind: str, raw: str, *, read: str = "", format: str = "", scale: float = 1.0
) -> Cell:
    """SQL that reads a column of one of the canonical types.

    Parameters
    ----------
    kind : str
        `text`, `date`, `number` or `integer`.
    raw : str
        SQL expression of the raw text.
    read : str
        Name of the column that holds `Cell.read`, where an inner query worked it out.
    format : str
        strptime format of a date; ISO dates are read beside it.
    scale : float
        Factor of a number.

    Examples
    --------
    >>> import duckdb
    >>> one = cell("number", "'（1,234.50）'")
    >>> duckdb.execute(f"SELECT {one.value}, {one.plain}, {one.repair}").fetchone()
    (-1234.5, False, 'accounting_negative')
    """
    if kind == "date":
        return _date(raw, read, format)
    if kind == "text":
        clean = f"regexp_full_match({raw}, {CLEAN_TEXT})"
        bare = trimmed(_odd(raw, CLEAN_TEXT))
        found = f"CASE WHEN {clean} THEN {raw} ELSE {bare} END"
        return Cell(found, read or found, f"({clean} OR {raw} = {bare})", "NULL", "'blanks'")
    found = number(raw)
    value = f"CASE WHEN isfinite({read or found}) THEN ({read or found}) * {scale!r} END"
    if kind == "integer":
        value = f"CASE WHEN {value} = trunc({value}) THEN try_cast({value} AS BIGINT) END"
    bare = f"trim({raw}, {BLANKS})"
    fault = (
        f"CASE WHEN regexp_full_match({bare}, {_NOT_FINITE}) "
        f"OR isinf({found}) THEN 'not_finite' ELSE 'not_a_number' END"
    )
    narrow = _narrow(raw)
    repair = (
        f"CASE WHEN {narrow} LIKE '%(%' THEN 'accounting_negative' "
        f"WHEN regexp_matches({narrow}, '[{_SIGNS}]') THEN 'currency_sign' "
        f"WHEN {narrow} LIKE '%,%' THEN 'thousands' "
        f"WHEN {narrow} <> {trimmed(raw)} THEN 'full_width' ELSE 'blanks' END"
    )
    plain = f"regexp_full_match({raw}, {PLAIN_NUMBER})"
    return Cell(found, value, plain, fault, repair)


def number(raw: str) -> str:
    """SQL of the number that a text holds, repaired where that is unambiguous, else NULL.

    Surrounding blanks, full-width digits, currency signs, accounting negatives and thousands
    separators in groups of three are understood; a percent sign or a decimal comma is not. A number
    too large for a DOUBLE is infinite.

    Examples
    --------
    >>> import duckdb
    >>> found = ["1,234.50", "¥ 12", "(7)", "12%", "1,5"]
    >>> [duckdb.execute(f"SELECT {number(literal(one))}").fetchone()[0] for one in found]
    [1234.5, 12.0, -7.0, None, None]
    """
    signs = f"(\\s*[{_SIGNS}]\\s*)"
    narrow = _narrow(_odd(raw, PLAIN_NUMBER))
    bare = f"regexp_replace({narrow}, '^([+-]?){signs}|{signs}$', '\\1', 'g')"
    # A currency sign may stand within the parentheses or beside them.
    bare = f"regexp_replace({bare}, '^\\({signs}?([^()+-]+?){signs}?\\)$', '-\\2')"
    return (
        f"CASE WHEN regexp_full_match({raw}, {PLAIN_NUMBER}) THEN try_cast({raw} AS DOUBLE) "
        f"WHEN regexp_full_match({bare}, {_GROUPED}) "
        f"THEN try_cast(replace({bare}, ',', '') AS DOUBLE) END"
    )


def _date(raw: str, read: str, format: str) -> Cell:
    plain = f"regexp_full_match({raw}, {PLAIN_DATE})"
    narrow = _narrow(_odd(raw, PLAIN_DATE))
    iso = f"WHEN {plain} THEN try_cast(left({raw}, 10) AS DATE)"
    if format:
        stated = f"CAST(try_strptime({trimmed(raw)}, {literal(format)}) AS DATE)"
        found = (
            f"CASE WHEN {stated} IS NOT NULL THEN {stated} {iso} WHEN regexp_full_match({narrow}, "
            f"{PLAIN_DATE}) THEN try_cast(left({narrow}, 10) AS DATE) END"
        )
        plain = f"({plain} OR {raw} = {trimmed(raw)})"
        return Cell(found, read or found, plain, "'not_a_date'", "'blanks'")
    found = (
        f"CASE {iso} WHEN regexp_full_match({narrow}, {_PARTED}) "
        f"THEN try_cast(regexp_replace({narrow}, {_PARTED}, '\\1-\\2\\5-\\3\\6') AS DATE) "
        f"WHEN regexp_full_match({narrow}, {_SERIAL}) "
        f"THEN DATE '1899-12-30' + CAST(floor(CAST({narrow} AS DOUBLE)) AS INTEGER) END"
    )
    narrow = _narrow(raw)
    fault = (
        f"CASE WHEN regexp_full_match({narrow}, {_AMBIGUOUS}) "
        "THEN 'ambiguous_date' ELSE 'not_a_date' END"
    )
    repair = (
        f"CASE WHEN regexp_full_match({narrow}, {_SERIAL}) THEN 'serial_date' "
        f"WHEN regexp_full_match({trimmed(raw)}, {PLAIN_DATE}) THEN 'blanks' ELSE 'date_form' END"
    )
    return Cell(found, read or found, plain, fault, repair)


def _odd(raw: str, plain: str) -> str:
    """The text where it is not plain: NULL costs nothing to repair, and most cells are plain."""
    return f"(CASE WHEN NOT regexp_full_match({raw}, {plain}) THEN {raw} END)"


def _narrow(raw: str) -> str:
    return f"translate({trimmed(raw)}, {literal(_WIDE)}, {literal(_NARROW)})"
