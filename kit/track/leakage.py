"""Columns of opportunities that were filled in after the outcome, and so must predict nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.scope import Scope
from kit.track.column_tests import EMPTY, FILLED, Outcomes, found_in

LEAST = 100  # closed deals without which nothing is said
LEAST_EACH = 30  # of them won, and lost

_KNOWN = ("opportunity_id", "rep_id", "created_on", "closed_on", "status")  # what is told by design
COLUMNS = ("column", "rule", "statistic", "detail", "outcome", "other", "count")


def column_leaks(
    columns: pd.DataFrame,
    status: pd.Series,
    *,
    created_on: pd.Series,
    closed_on: pd.Series,
    passed: Sequence[str] = (),
) -> pd.DataFrame | Unavailable:
    """Name the columns that tell how or when a deal ended, as none known beforehand can.

    Parameters
    ----------
    columns : DataFrame
        One row a deal, any columns, as numbers, dates or texts; texts that are all numbers or all
        days are taken for such.
    status : Series
        open, won or lost, in the order of `columns`.
    created_on, closed_on : Series
        Days; closed_on is only read of closed deals.
    passed : sequence of str
        Columns that are not tried, such as the deal's number and the outcome itself.

    Returns
    -------
    DataFrame or Unavailable
        column, rule, statistic (the area or the share that gives it away), detail (the value, or
        for `cycle` what it is: days, weeks, months, closed_on or rank), outcome (won or lost, for
        `one_sided`), other (share of open deals, for `filled` and `overwritten`), count (closed
        deals, and for `apart` open ones, that it rests on); a row for each rule that
        a column breaks, in the order of `columns`. Empty: none. Unavailable (`few_closed_deals`)
        with fewer than 100 closed deals or 30 of either outcome.

    Notes
    -----
    A column leaks where one of these holds; see `kit.track.column_tests` for each.

    `filled`: closed deals have it and open ones of the same age have not, or the other way round.
    `overwritten`: closed deals all have one value that open ones of the same age hardly ever have.
    `cycle`: it is closed_on − created_on in days or weeks, or closed_on itself.
    `separates`: it alone tells won from lost with an area under the ROC curve of .85 or more.
    `one_sided`: a value that open deals hardly ever have stands for one outcome only.
    `apart`: it alone tells closed from open deals of the same age, area .95 or more.

    A rule cannot see a column that was filled in late, but with values no better than a good guess;
    nor one that leaks little. So a column that is not named is not thereby proved honest.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> created = pd.Series(pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(400) % 180, "D"))
    >>> won = rng.random(400) < 0.5
    >>> days = pd.Series(rng.integers(20, 90, 400))
    >>> told = pd.DataFrame({"signed": np.where(won, "yes", ""), "size": rng.normal(size=400)})
    >>> status = pd.Series(np.where(won, "won", "lost"))
    >>> closed = created + pd.to_timedelta(days, "D")
    >>> found = column_leaks(told.assign(age=days), status, created_on=created, closed_on=closed)
    >>> found[["column", "rule"]].drop_duplicates("column").to_numpy().tolist()
    [['signed', 'separates'], ['age', 'cycle']]
    """
    outcomes = Outcomes.of(status, created_on=created_on, closed_on=closed_on)
    if outcomes.closed.sum() < LEAST or min(outcomes.won.sum(), outcomes.lost.sum()) < LEAST_EACH:
        return Unavailable(reason="few_closed_deals", detail=str(int(outcomes.closed.sum())))
    rows = [
        {"column": name, **one}
        for name in columns.columns
        if name not in passed
        for one in found_in(columns[name], outcomes)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


@once
def leaks(case: Case) -> pd.DataFrame | Unavailable:
    """The optional columns of a case's opportunities that were filled in after the outcome.

    Returns
    -------
    DataFrame or Unavailable
        As `column_leaks`, of the columns as the files have them today: stage, amount, expected
        close, source, customer, product and reason of loss. What stage_events tell of the past is
        not touched by a leak of today's value. Unavailable without the table.

        On a past day `late_columns` is asked of the files to their end as well: a column that is
        emptied when a deal ends looks honest on a day on which nobody knows which deals it will be
        emptied of. What came later so only serves to name columns that must not be used.

    Notes
    -----
    Only the kit's own columns are here; `kit.track.raw_leaks.raw_leaks` tries all columns of the
    company's file.
    """
    if not case.data.has("opportunities"):
        return Unavailable(table="opportunities")
    known = _leaks_of(case.data.frame("opportunities"))
    emptied = _emptied(_to_the_end(case))
    if isinstance(known, Unavailable):
        return known if emptied.empty else emptied
    emptied = emptied[~emptied["column"].isin(known["column"])]
    return known if emptied.empty else pd.concat([known, emptied], ignore_index=True)


@once
def late(case: Case) -> tuple[str, ...]:
    """Columns that were not known yet on `as_of` of deals that no stage event tells of.

    Returns
    -------
    tuple of str
        Empty where the case is seen on the last day of its data, or was built by hand. On a past
        day `stage`, which the files hold as it was at their end, and what `late_columns` names: who
        has such a column is a deal that had not closed by then.
    """
    deals = _to_the_end(case)
    return () if deals is None else tuple(dict.fromkeys(("stage", *late_columns(deals))))


def late_columns(deals: pd.DataFrame) -> tuple[str, ...]:
    """Columns that open deals have and closed ones of the same age have not.

    Parameters
    ----------
    deals : DataFrame
        Opportunities, with status, created_on and closed_on.

    Returns
    -------
    tuple of str
        In the order of the columns; empty with too few closed deals.
    """
    return tuple(_emptied(deals)["column"])


def _emptied(deals: pd.DataFrame | None) -> pd.DataFrame:
    found = None if deals is None else _leaks_of(deals)
    if found is None or isinstance(found, Unavailable):
        return pd.DataFrame(columns=list(COLUMNS))
    filled = found["rule"] == "filled"
    kept = filled & (found["statistic"] <= EMPTY) & (found["other"] >= FILLED)
    return found[kept].reset_index(drop=True)


def _leaks_of(deals: pd.DataFrame) -> pd.DataFrame | Unavailable:
    return column_leaks(
        deals, deals["status"], created_on=deals["created_on"], closed_on=deals["closed_on"],
        passed=_KNOWN,
    )  # fmt: skip


@once
def _to_the_end(case: Case) -> pd.DataFrame | None:
    """The opportunities on the last day of the data; None where that is today.

    Those of the case's scope, or of the company where the scope has too few that closed.
    """
    if case.origin is None:
        return None
    from kit.data.snapshot import open_snapshot

    found = open_snapshot(case.origin.snapshot)
    if found.data_through is None or case.as_of >= found.data_through:
        return None
    deals = found.read(case.scope).frame("opportunities")
    if not isinstance(_leaks_of(deals), Unavailable):
        return deals
    return found.read(Scope.parse("company")).frame("opportunities")
