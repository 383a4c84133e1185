"""The cells of a table: each figure in the way of its column, all amounts in one unit."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from kit.show import amounts
from kit.show.columns import COUNTED_MEASURES, IN_UNIT_OF_MEASURE, OVER, RATES
from kit.show.figures.svg import width
from kit.show.html_table import prose
from kit.show.palette import STATUS
from kit.show.section_links import section_link
from kit.show.words import Words

_LONG = 22  # letters from which on a cell gets a line of decent length
_LEAST_RATE = 0.1  # things a day, below which a rate tells nothing
_MONEY = ("money", "signed_money")
_IN_UNIT_OF_ROW = frozenset(("value", "threshold", "median", "low", "high", "before"))


class Cells:
    """Writes the cells of one frame."""

    def __init__(
        self, frame: pd.DataFrame, words: Words, *, measure: str, kinds: dict, largest: float = 0.0
    ) -> None:
        rates = {"low": "percent", "high": "percent"} if "conversion" in frame else {}
        self.frame, self.words, self.kinds = frame, words, {**rates, **kinds}
        rows = len(frame)
        self.measures = list(frame["measure"]) if "measure" in frame else [measure] * rows
        self.units = list(frame["kind"]) if "kind" in frame else [""] * rows
        self.facts = list(frame["facts"]) if "facts" in frame else [{}] * rows
        self.scale = amounts.money_scale(
            max(self._largest(), largest), words.currency, language=words.language
        )

    def kind(self, name: str) -> str:
        return self.kinds.get(name) or self.words.kind(name)

    def column(self, name: str) -> list[str]:
        values = list(self.frame[name])
        digits = self._digits(name, values)
        return [self.cell(name, value, row, digits) for row, value in enumerate(values)]

    def cell(self, name: str, value: Any, row: int, digits: int) -> str:
        kind = self._kind(name, row)
        if isinstance(value, bool):
            return "✓" if value else ""
        if kind == "status":
            return status_sign(value, self.words, family=name)
        if kind == "section" and value:
            return section_link(str(value), self.words)
        if kind == "text":
            text = self._text(name, value, row)
        elif amounts.missing(value) or pd.isna(value):
            text = amounts.NONE
        elif name in OVER and value < 0 and kind in ("money", "count"):
            html_of = self.cell(name, -value, row, digits)
            return self.words.t("table.over", n=html_of) if re.search("[1-9]", html_of) else html_of
        elif kind in _MONEY:
            text = amounts.decimal(
                value / self.scale[0], self.words.language, digits=self.scale[1],
                signed=kind == "signed_money",
            )  # fmt: skip
        elif kind == "number" and name in RATES and 0 < abs(value) < _LEAST_RATE:
            text = amounts.NONE
        elif kind == "number" and name not in _IN_UNIT_OF_ROW and name not in RATES:
            text = amounts.decimal(value, self.words.language, digits=digits)
        else:
            text = getattr(self.words, kind)(value)
        if kind in ("date", "month", "period"):
            text = text.replace(" ", "\u00a0")
        text = html.escape(text)
        return prose(text) if width(text, 1) > _LONG else text

    def unit_line(self, shown: Sequence[str]) -> str:
        """The unit of the money, and whether there are other amounts beside it."""
        found = {
            self._kind(name, row)
            for name in shown
            if self.kind(name) in _MONEY or name in _IN_UNIT_OF_ROW
            for row in range(len(self.frame))
        }
        if not found & set(_MONEY):
            return ""
        mixed = "measure" in shown and found & {"count", "number"}
        return self.words.t("table.unit_mixed" if mixed else "table.unit", unit=self.scale[2])

    def _kind(self, name: str, row: int) -> str:
        if name in self.kinds:
            return self.kinds[name]
        if name in _IN_UNIT_OF_ROW and self.units[row]:
            if "rule" in self.frame and self.frame["rule"].iloc[row] == "coverage":
                return "multiple"
            return str(self.units[row])
        if name in IN_UNIT_OF_MEASURE and self.measures[row] in COUNTED_MEASURES:
            return "number" if name in RATES else "count"
        if name in _IN_UNIT_OF_ROW and "measure" in self.frame:
            return "money"
        return self.words.kind(name)

    def _text(self, name: str, value: Any, row: int) -> str:
        if amounts.missing(value) or (not isinstance(value, (list, dict)) and pd.isna(value)):
            return amounts.NONE
        if name == "step":
            return self.words.step(value)
        facts = self.facts[row] if isinstance(self.facts[row], Mapping) else {}
        if "subject" in self.frame:
            facts = {"subject": self.frame["subject"].iloc[row], **facts}
        return self.words.term(name, value, facts)

    def _digits(self, name: str, values: Sequence[Any]) -> int:
        known = [abs(float(one)) for one in values if isinstance(one, (int, float)) and one == one]
        return 0 if all(one == round(one) for one in known) else 2 if max(known) < 10 else 1

    def _largest(self) -> float:
        largest = 0.0
        for name in self.frame.columns:
            for row, value in enumerate(self.frame[name]):
                if self._kind(name, row) in _MONEY and isinstance(value, (int, float)):
                    largest = max(largest, 0.0 if amounts.missing(float(value)) else abs(value))
        return largest


def status_sign(status: Any, words: Words, *, family: str = "status") -> str:
    """A status as sign and word in HTML; the sign's shape tells it without colour."""
    sign, _ = STATUS.get(str(status), ("", ""))
    word = html.escape(words.term(family, status))
    if not sign:
        return word
    return (
        f'<span class="kit-status kit-{html.escape(str(status))}">'
        f'<span aria-hidden="true">{sign}</span> {word}</span>'
    )
