"""Every phrase, heading and figure that people read, in their language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from babel.lists import format_list

from kit.errors import KitError, nearest
from kit.show import amounts
from kit.show.catalogue import phrases
from kit.show.columns import COUNTED_MEASURES, FAMILIES, IN_UNIT_OF_MEASURE, OVER, kind
from kit.show.phrase import Phrase


@dataclass(frozen=True)
class Words:
    """The words of one language and one currency.

    Parameters
    ----------
    language : str
        `en` or `zh`.
    currency : str
        ISO code of the currency that all amounts are in.

    Examples
    --------
    >>> words = Words("en", "CNY")
    >>> words.money(3_214_000), words.percent(0.824), words.heading("gap")
    ('¥3.21M', '82.4%', 'Gap')
    >>> Words("zh", "CNY").t("packet.as_of", when="2025-09-30")
    '数据截至2025年9月30日'
    """

    language: str = "en"
    currency: str = "CNY"

    def __post_init__(self) -> None:
        phrases(self.language)

    def has(self, key: str) -> bool:
        """Whether the catalogue has the key."""
        return key in phrases(self.language)

    def t(self, key: str, **facts: Any) -> str:
        """The phrase of a key with its facts put in; `kit.show.phrase` has the ways of writing.

        Raises
        ------
        KitError
            Where the catalogue has no such key, or the phrase needs a fact that is not given.
        """
        known = phrases(self.language)
        if key not in known:
            hint = nearest(key, known)
            raise KitError(f"Words: no phrase '{key}' in {self.language}. {hint}")
        try:
            return Phrase(self).vformat(known[key], (), facts)
        except (KeyError, IndexError) as error:
            given = ", ".join(facts) or "none"
            raise KitError(
                f"Words: the phrase '{key}' needs the fact {error}; given: {given}."
            ) from None

    def term(self, family: str, value: Any, facts: Mapping[str, Any] | None = None) -> str:
        """The word for a key such as a status or a rule; a value that is no key stays as it is.

        Examples
        --------
        >>> Words("en", "CNY").term("status", "red"), Words("en", "CNY").term("part", "华东")
        ('Behind', '华东')
        """
        if amounts.missing(value):
            return amounts.NONE
        for key in (f"{FAMILIES.get(family, family)}.{value}", f"{family}.{value}"):
            if self.has(key):
                return self.t(key, **(facts or {}))
        return str(value)

    def heading(self, column: str) -> str:
        """The heading of a column; one that is a period is written as such, another as it is.

        Examples
        --------
        >>> Words("zh").heading("gap"), Words("en").heading("2025-08"), Words("en").heading("x_y")
        ('缺口', 'Aug 2025', 'x y')
        """
        key = f"heading.{column}"
        return self.t(key) if self.has(key) else self.period(column).replace("_", " ").strip()

    def kind(self, column: str) -> str:
        """What a column holds; see `kit.show.columns.kind`."""
        return kind(column)

    def money(self, value: Any) -> str:
        """An amount, compact: ¥12.3M; 1,235万元."""
        return amounts.money(value, self.currency, language=self.language)

    def signed_money(self, value: Any) -> str:
        """An amount with its sign: +¥12.3M."""
        return amounts.money(value, self.currency, language=self.language, signed=True)

    def percent(self, share: Any) -> str:
        """A fraction as a percentage with one decimal."""
        return amounts.percent(share, self.language)

    def signed_percent(self, share: Any) -> str:
        """A fraction as a percentage with its sign."""
        return amounts.percent(share, self.language, signed=True)

    def share(self, share: Any) -> str:
        """A fraction in whole percent, for sentences."""
        return amounts.percent(share, self.language, digits=0)

    def chance(self, share: Any) -> str:
        """A probability in whole percent; never a false certainty.

        Examples
        --------
        >>> words = Words("en", "CNY")
        >>> words.chance(0.347), words.chance(0.002), words.chance(0.999), words.chance(1.0)
        ('35%', '<1%', '>99%', '100%')
        """
        if not amounts.missing(share) and 0 < share < 0.01:
            return "<" + amounts.percent(0.01, self.language, digits=0)
        if not amounts.missing(share) and 0.99 < share < 1:
            return ">" + amounts.percent(0.99, self.language, digits=0)
        return amounts.percent(share, self.language, digits=0)

    def points(self, share: Any) -> str:
        """A difference of two fractions in percentage points."""
        if amounts.missing(share):
            return amounts.NONE
        number = amounts.decimal(float(share) * 100, self.language, digits=1, signed=True)
        return self.t("unit.points", n=number)

    def count(self, value: Any) -> str:
        """A number of things, in whole ones."""
        return amounts.decimal(value, self.language)

    def counted(self, things: str, value: Any) -> str:
        """A number of things with their name: 1 deal, 12 deals."""
        one = "_one" if value == 1 and self.has(f"counted.{things}_one") else ""
        return self.t(f"counted.{things}{one}", n=self.count(value))

    def signed_count(self, value: Any) -> str:
        """A number of things with its sign."""
        return amounts.decimal(value, self.language, signed=True)

    def number(self, value: Any) -> str:
        """A number with as many decimals as its size needs: 0.25, 5.5, 12.3, 1,200."""
        if amounts.missing(value):
            return amounts.NONE
        most = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        rounded = round(value, most)
        digits = next(one for one in range(most + 1) if round(rounded, one) == rounded)
        return amounts.decimal(value, self.language, digits=digits)

    def multiple(self, value: Any) -> str:
        """A ratio as a multiple: 1.6×."""
        if amounts.missing(value):
            return amounts.NONE
        return self.t("unit.multiple", n=amounts.decimal(value, self.language, digits=1))

    def days(self, value: Any) -> str:
        """A number of days."""
        if amounts.missing(value):
            return amounts.NONE
        key = "unit.day" if round(float(value)) == 1 else "unit.days"
        return self.t(key, n=amounts.decimal(value, self.language))

    def date(self, day: Any) -> str:
        """A day: 30 Sep 2025; 2025年9月30日."""
        return amounts.date(day, self.language)

    def month(self, day: Any) -> str:
        """A month: Sep 2025; 2025年9月."""
        return amounts.month(day, self.language)

    def period(self, name: Any) -> str:
        """A period: Q3 2025; 2025年第3季度."""
        return amounts.period(name, self.language)

    def step(self, step: Any) -> str:
        """A funnel step such as `proposal → won` in words.

        Examples
        --------
        >>> Words("zh", "CNY").step("proposal → won")
        '方案 → 赢单'
        """
        if amounts.missing(step):
            return amounts.NONE
        return " → ".join(self.term("step", stage.strip()) for stage in str(step).split("→"))

    def scope(self, scope: Any) -> str:
        """A scope in words: `region:East` as Region East; a text that is no scope as it is.

        Examples
        --------
        >>> Words("en").scope("region:East"), Words("zh").scope("company"), Words("en").scope("x")
        ('Region East', '公司', 'x')
        """
        kind, _, name = self.text(scope).partition(":")
        key = f"scope.{kind}"
        return self.t(key, name=name) if self.has(key) else self.text(scope)

    def text(self, value: Any) -> str:
        """A name or a text as it is."""
        return amounts.NONE if amounts.missing(value) else str(value)

    def list(self, values: Iterable[Any]) -> str:
        """Several names as a list: a, b and c; a、b和c."""
        names = [self.text(one) for one in values]
        return format_list(names, locale=amounts.locale(self.language)) if names else amounts.NONE

    def amount(self, value: Any, measure: str = "bookings") -> str:
        """A figure of a measure: money, or a count where the measure is counted."""
        return self.count(value) if measure in COUNTED_MEASURES else self.money(value)

    def signed_amount(self, value: Any, measure: str = "bookings") -> str:
        """A figure of a measure with its sign."""
        counted = measure in COUNTED_MEASURES
        return self.signed_count(value) if counted else self.signed_money(value)

    def cell(self, column: str, value: Any, *, measure: str = "bookings") -> str:
        """A value of a column as a sentence or a card writes it.

        Examples
        --------
        >>> Words("en", "CNY").cell("attainment", 1.041), Words("en", "CNY").cell("status", "red")
        ('104.1%', 'Behind')
        """
        found = kind(column)
        if column in OVER and not amounts.missing(value) and value < 0:
            return self.t("table.over", n=self.amount(-value, measure))
        if found == "money" and column in IN_UNIT_OF_MEASURE:
            return self.amount(value, measure)
        if column == "step":
            return self.step(value)
        if found in ("text", "status"):
            return self.term(column, value)
        return getattr(self, found)(value)
