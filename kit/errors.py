"""The errors a user of the kit can meet; every one says where, what was found and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from numbers import Integral, Number
from string import Formatter
from typing import Any

_LONGEST = 60
_LISTED = 12


class KitError(Exception):
    """Base of all errors that a user can mend; the `kit` command shows them without a traceback."""


class SettingsError(KitError):
    """A parameter is missing, misspelt or out of range."""


class SourceError(KitError):
    """A source file, sheet, table or column is missing or cannot be read."""


class LossError(KitError):
    """The gate refused a larger share of a table's rows than the parameters allow."""


class UnknownScopeError(KitError):
    """A scope is not written as the kit writes scopes, or the data hold no such scope."""


class UnknownPeriodError(KitError):
    """A period is not written as the kit writes periods, or the calendar has no such period."""


class InfeasibleError(KitError):
    """A set of locks, floors, caps or totals cannot all hold; the message names the conflict.

    Parameters
    ----------
    text : str
        What is said in English, with a `{placeholder}` for each fact; without facts as it is.
    key : str
        What kind of conflict it is, the same in every version; a page words it by
        `infeasible.<key>` and the facts. Empty: only the English is known.
    under : sequence of InfeasibleError
        Told below it, each on a line of its own.
    **facts
        Amounts as numbers, scopes, periods and names as texts, days as dates, or lists of these.
        They are kept as plain values, so they cross from one process to another.

    Examples
    --------
    >>> error = InfeasibleError("The {kind} is {amount}.", key="negative_whole", kind="total",
    ...                         amount=-12500.5)
    >>> str(error), error.key, error.facts
    ('The total is -12,500.5.', 'negative_whole', {'kind': 'total', 'amount': -12500.5})
    """

    def __init__(
        self, text: str = "", /, *, key: str = "", under: Sequence[InfeasibleError] = (),
        **facts: Any,
    ) -> None:  # fmt: skip
        super().__init__(text)
        self.key = key
        self.under = tuple(under)
        self.facts = {name: _plain(value) for name, value in facts.items()}

    def __str__(self) -> str:
        (text,) = self.args
        if self.facts:
            text = text.format_map({name: _said(one) for name, one in self.facts.items()})
        return "\n  ".join([text, *map(str, self.under)])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    @property
    def figures(self) -> dict[str, str]:
        """The facts that are numbers, as the English text writes them."""
        asked = {name: way for _, name, way, _ in Formatter().parse(self.args[0]) if name}
        said = {name: _said(one) for name, one in self.facts.items()}
        return {name: format(one, asked.get(name, ""))
                for name, one in said.items() if isinstance(one, _Figure)}  # fmt: skip


class BatchError(KitError):
    """A batch cannot start or cannot write its results."""


def written(amount: float) -> str:
    """An amount as errors write it: thousands grouped, no more decimals than it has, six at most.

    Examples
    --------
    >>> written(12_345_678_901.5), written(-300), written(0.1 + 0.2), written(-1e-9)
    ('12,345,678,901.5', '-300', '0.3', '-1e-09')
    """
    rounded = round(float(amount), 6)
    if not rounded and amount:
        return f"{amount:g}"
    shown = f"{rounded:,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _plain(value: Any) -> Any:
    """A fact as a value of Python itself."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Number):
        return int(value) if isinstance(value, Integral) else float(value)
    if isinstance(value, dt.date):
        return dt.date(value.year, value.month, value.day)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value)


def _said(fact: Any) -> Any:
    """A fact as the English text holds it; a number still takes a way of writing."""
    if isinstance(fact, list):
        return ", ".join(str(_said(one)) for one in fact)
    return _Figure(fact) if isinstance(fact, int | float) else fact


class _Figure(float):
    """A number that is written as errors write amounts where the text asks for no other way."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec) if spec else written(self)

    __str__ = written


def nearest(name: str, known: Iterable[str], *, show: int = _LISTED, before: str = "") -> str:
    """Say which known name is nearest to a wrong one, or list the known ones.

    Parameters
    ----------
    name : str
        What was found.
    known : iterable of str
        What is allowed.
    show : int
        How many known names are listed at the most where none is near.
    before : str
        Put before each known name that is shown, such as `region:`.

    Returns
    -------
    str
        A sentence to put at the end of an error.

    Examples
    --------
    >>> nearest("growht", ["growth", "reserve"])
    "Did you mean 'growth'?"
    >>> nearest("xyz", ["growth", "reserve"])
    'Known: growth, reserve.'
    """
    near, listed, rest = suggested(name, known, show=show)
    if near:
        return f"Did you mean '{before}{near}'?"
    if not listed and not rest:
        return "There is none."
    told = ", ".join(before + one for one in listed)
    return f"Known: {told}" + (f" and {rest} more." if rest > 0 else ".")


def suggested(
    name: str, known: Iterable[str], *, show: int = _LISTED
) -> tuple[str, list[str], int]:
    """The known name that is nearest to a wrong one, else known ones and how many more there are.

    Examples
    --------
    >>> suggested("growht", ["growth", "reserve"]), suggested("x", ["growth", "reserve"], show=1)
    (('growth', [], 0), ('', ['growth'], 1))
    """
    names = [str(one) for one in known]
    folded = {one.casefold(): one for one in reversed(names)}
    near = get_close_matches(name.casefold(), list(folded), cutoff=0.6)
    near.sort(key=lambda one: one[:1] != name[:1].casefold())  # few mistype the first letter
    if near:
        return _short(folded[near[0]]), [], 0
    return "", [_short(one) for one in names[:show]], max(len(names) - show, 0)


def _short(name: str) -> str:
    """A name that is no longer than an error can bear."""
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
