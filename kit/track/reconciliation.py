"""The line that closes a table: parts, what belongs to none, what was refused, and the files."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from kit.data.case import Case
from kit.data.measures import ACTIVITIES
from kit.data.tables import Unavailable
from kit.track.pacing import UNASSIGNED, standing

CENT = 0.005

# Of each measure: the table it is made from, and the column of a refused row's amount; none where
# a row alone does not tell what it would count.
_READ = MappingProxyType(
    {
        "bookings": ("orders", "amount"),
        "quantity": ("orders", "quantity"),
        "margin": ("orders", "margin"),
        "new_customers": ("orders", ""),
        "collections": ("receipts", "amount"),
        **dict.fromkeys(ACTIVITIES, ("activities", "")),
        "activities": ("activities", "quantity"),
    }
)


@dataclass(frozen=True)
class Reconciliation:
    """How the rows of a table of standings come to what the company's files hold.

    Parameters
    ----------
    measure : str
    parts : float
        Sum of the parts' actuals; the scope's own where it has no parts.
    unassigned : float
        What belongs to none of them.
    excluded : float
        What the refused rows of the scope and period come to, as far as it can be read.
    total : float
        Of the company what its files hold for the days of the period up to `as_of`, summed on its
        own, before any rule; of a part of it parts + unassigned + excluded, for the files do not
        say of every row whose it is.
    rows : int
        Refused rows of the scope and period.
    unread : int
        Of these, how many have no amount that can be read (or one in another currency).
    undated : int
        Further refused rows of the scope, of any time, whose day cannot be read.
    undated_amount : float
        What these come to.
    from_files : bool
        Whether `total` was summed on its own.
    countable : bool
        Whether a refused row tells what it would count: it does not of new customers, nor of one
        kind of activity; then `excluded` is 0 and `rows` says how many there are.
    """

    measure: str
    parts: float
    unassigned: float
    excluded: float
    total: float
    rows: int
    unread: int
    undated: int
    undated_amount: float
    from_files: bool
    countable: bool = True

    @property
    def difference(self) -> float:
        """total − (parts + unassigned + excluded): 0 but for rounding."""
        return self.total - (self.parts + self.unassigned + self.excluded)

    @property
    def balances(self) -> bool:
        """Whether the difference is less than half a cent."""
        size = max(abs(self.total), abs(self.parts), 1.0)
        return abs(self.difference) < max(CENT, 1e-12 * size)


def reconciliation(
    case: Case, *, measure: str = "bookings"
) -> Reconciliation | Unavailable:
    """Close the table of `kit.track.pacing.standing`.

    Parameters
    ----------
    case : Case
    measure : str
        One of `kit.data.measures.MEASURES`.

    Returns
    -------
    Reconciliation or Unavailable
        Unavailable where the measure's table is missing, and where the case was built by hand,
        without the gate's report (reason `no_reconciliation`).

    Notes
    -----
    parts + unassigned + excluded = total, for the days from the period's start up to the earlier of
    its end and `as_of`. A region, team or rep is told of those refused rows whose region, team or
    rep can be read; see `kit.data.losses`.
    """
    found = standing(case, measure=measure)
    if isinstance(found, Unavailable):
        return found
    refused = case.data.frames.get("excluded")
    if refused is None:
        return Unavailable(reason="no_reconciliation")
    table, column = _READ[measure]
    start, end = pd.Timestamp(case.period.start), pd.Timestamp(min(case.period.end, case.as_of))
    refused = refused[refused["table"] == table]
    inside = refused[refused["date"].between(start, end)]
    undated = refused[refused["date"].isna()]
    whole = float(found["actual"].iloc[0])
    rest = float(found.loc[found["part"] == UNASSIGNED, "actual"].sum())
    excluded = float(inside[column].sum()) if column else 0.0
    sources = case.data.frames.get("source_days")
    from_files = case.scope.kind == "company" and sources is not None and column in sources
    total = whole + excluded
    if from_files:
        days = sources[(sources["table"] == table) & sources["date"].between(start, end)]
        total = float(days[column].sum())
    return Reconciliation(
        measure=measure,
        parts=whole - rest,
        unassigned=rest,
        excluded=excluded,
        total=total,
        rows=int(inside["rows"].sum()),
        unread=int(inside["unread"].sum()) if column else 0,
        undated=int(undated["rows"].sum()),
        undated_amount=float(undated[column].sum()) if column else 0.0,
        from_files=from_files,
        countable=bool(column),
    )
