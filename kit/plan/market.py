"""The market view: how large the market will be, times the share of it that is intended."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.errors import UnknownPeriodError
from kit.plan.basis import Basis
from kit.plan.history import cutoff

_YEARS = 3  # how far back the same season is looked for
_PERIODS = 4  # latest periods that the market's growth is taken from
_FINER = {"range": ("quarter", "month"), "year": ("quarter", "month"),
          "half": ("quarter", "month"), "quarter": ("month",)}  # fmt: skip


def market(case: Case) -> Basis | Unavailable:
    """The size of the scope's market in the period, times the intended share.

    Returns
    -------
    Basis or Unavailable
        Facts: market_size (money), share (fraction), share_from (the period whose own share it is;
        empty where `targets.market_share` gives it), share_before (own share of the same season
        that the size is taken from, None where not known), size_from (period that the size is taken
        from) and, where that is not the case's, market_growth (a year) and years. Unavailable for
        teams and reps (reason `no_own_market`), without the table, without the same season
        within three years (reason `no_market_size`) and without a share (reason
        `no_market_share`).

    Notes
    -----
    A row of a period that is not over counts only where it has no own share: a share is known when
    the period is over, so such a row is a forecast of the market, and one with a share is a result
    that the plan could not know. Without a forecast, the size of the same season, the latest known,
    grows by the market's own year-on-year growth: size of the latest periods, up to four, ÷ size of
    the same regions and lines in the periods a year before them − 1. The own share, where none is
    intended, is that of the latest known period, regions and lines weighing by their size.
    """
    if case.scope.kind not in ("company", "region"):
        return Unavailable(reason="no_own_market", detail=str(case.scope))
    if not case.data.has("market"):
        return Unavailable(table="market")
    rows = _known(case)
    found = _sized(case, rows)
    if isinstance(found, Unavailable):
        return found
    size, facts = found
    share, since = case.settings.targets.market_share, ""
    if share is None:
        share, since = _own_share(case, rows)
    if share is None:
        return Unavailable(reason="no_market_share", detail=case.period.name)
    carried = "market" if facts["size_from"] == case.period.name else "market_carried"
    facts |= {"market_size": size, "share": share, "share_from": since}
    return Basis(size * share, carried + ("" if since else "_intended"), facts)


def _known(case: Case) -> pd.DataFrame:
    """The scope's rows that a plan may know, with the ends of their periods."""
    rows, last = case.data.frame("market"), cutoff(case)
    if case.scope.kind == "region":
        rows = rows[rows["region"] == case.scope.id]
    spans = {name: _span(case, name) for name in rows["period"].unique()}
    ends = rows["period"].map({name: one and one.end for name, one in spans.items()})
    over = ends.map(lambda end: isinstance(end, dt.date) and end <= last).astype(bool)
    rows = rows.assign(end=ends, over=over)
    return rows[rows["end"].notna() & (over | rows["own_share"].isna())]


def _span(case: Case, name: str) -> Period | None:
    try:
        return case.calendar.period(name)
    except UnknownPeriodError:
        return None


def _sized(case: Case, rows: pd.DataFrame) -> tuple[float, dict] | Unavailable:
    """Market size of the period, as given or as carried on from the same season before."""
    one, years = case.period, 0
    while True:
        cells = _cells(case, rows, one)
        if cells is not None:
            break
        years += 1
        try:
            one = case.calendar.year_ago(one)
        except UnknownPeriodError:
            years = _YEARS + 1
        if years > _YEARS:
            return Unavailable(reason="no_market_size", detail=case.period.name)
    size = float(cells["market_size"].sum())
    grown = _growth(case, rows) if years else None
    if years and grown is None:
        return Unavailable(reason="no_market_size", detail=case.period.name)
    facts = {
        "size_from": one.name,
        "market_growth": grown,
        "years": years,
        "share_before": _share(cells),
    }
    return size * (1 + (grown or 0.0)) ** years, facts


def _cells(case: Case, rows: pd.DataFrame, period: Period) -> pd.DataFrame | None:
    """The rows of a period, or of the finer periods it is made of; None where there are not all."""
    found = rows[rows["period"] == period.name]
    if len(found):
        return found
    for kind in _FINER.get(period.kind, ()):
        names = [one.name for one in case.calendar.parts(period, kind)]
        found = rows[rows["period"].isin(names)]
        if names and found["period"].nunique() == len(names):
            return found
    return None


def _growth(case: Case, rows: pd.DataFrame) -> float | None:
    """The market's growth on the year before, over the latest periods; None where not known."""
    over = rows[rows["over"]]
    latest = over.sort_values("end", kind="stable")["period"].drop_duplicates(keep="last")
    now = before = 0.0
    seen = 0
    for name in reversed(latest.tolist()):
        if seen == _PERIODS:
            break
        try:
            ago = case.calendar.year_ago(case.calendar.period(name)).name
        except UnknownPeriodError:
            continue
        both = over[over["period"] == name].merge(
            over[over["period"] == ago], on=["region", "line"], suffixes=("", "_before")
        )
        if len(both):
            seen += 1
            now += both["market_size"].sum()
            before += both["market_size_before"].sum()
    return float(now / before - 1) if before > 0 else None


def _own_share(case: Case, rows: pd.DataFrame) -> tuple[float | None, str]:
    told = rows[rows["over"] & rows["own_share"].notna()]
    if told.empty:
        return None, ""
    name = told.sort_values("end", kind="stable")["period"].iloc[-1]
    return _share(told[told["period"] == name]), name


def _share(cells: pd.DataFrame) -> float | None:
    cells = cells[cells["own_share"].notna()]
    size = cells["market_size"].sum()
    return float((cells["market_size"] * cells["own_share"]).sum() / size) if size > 0 else None
