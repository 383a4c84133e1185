"""The errors a user of the kit can meet; every one says where, what was found and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 60


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
    """A set of locks, floors, caps or totals cannot all hold; the message names the conflict."""


class BatchError(KitError):
    """A batch cannot start or cannot write its results."""


def nearest(name: str, known: Iterable[str], *, show: int = 12, before: str = "") -> str:
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
    names = [str(one) for one in known]
    folded = {one.casefold(): one for one in reversed(names)}
    near = get_close_matches(name.casefold(), list(folded), cutoff=0.6)
    near.sort(key=lambda one: one[:1] != name[:1].casefold())  # few mistype the first letter
    if near:
        return f"Did you mean '{before}{_short(folded[near[0]])}'?"
    if not names:
        return "There is none."
    rest = len(names) - show
    listed = ", ".join(before + _short(one) for one in names[:show])
    return f"Known: {listed}" + (f" and {rest} more." if rest > 0 else ".")


def _short(name: str) -> str:
    """A name that is no longer than an error can bear."""
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
