"""Cross tables: what is expected, what stands out, and how seldom something does by chance.

`python tests/track/test_cross.py 2000` measures the share of false names on many more worlds.
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from ipfn import ipfn

from kit.data.calendar import FiscalCalendar
from kit.data.case import Case, ScopeData
from kit.data.tables import TABLES, Unavailable
from kit.parameters import nested, validate
from kit.scope import Scope
from kit.show import trend as show
from kit.show.words import Words
from kit.track import unusual
from kit.track.cross import CELLS, Cross, cross

VALUES = {
    "team": ("East-1", "East-2", "East-3"),
    "line": ("Consumables", "Instruments", "Service", "Spares"),
    "customer_class": ("A", "B", "C"),
    "channel": ("direct", "distributor", "online"),
}
SHAPE = tuple(len(one) for one in VALUES.values())
FIRST, LAST = dt.date(2023, 1, 2), dt.date(2025, 8, 24)
START = dt.date(2025, 7, 1)
ALL = slice(None)


def world(seed, *, a_week=110, spread=1.0, planted=None, factor=1.0) -> Case:
    """A region whose orders come by chance, of sizes as uneven as real ones.

    Teams, lines, classes and channels each have their own size and growth, pairings their own
    level; from the quarter's start on, `factor` times as many orders come at the `planted` place
    (team, line, class, channel).
    """
    rng = np.random.default_rng(seed)
    base = np.exp(0.4 * rng.standard_normal(SHAPE))
    for axis, many in enumerate(SHAPE):
        shape = [1] * 4
        shape[axis] = many
        base = base * rng.dirichlet(np.full(many, 4.0)).reshape(shape)
    base /= base.sum()
    growth = [rng.normal(0, 0.15, many) / 52 for many in SHAPE]
    weeks = np.arange((LAST - FIRST).days // 7 + 1)
    rate = a_week * base * (1 + 0.25 * np.sin(2 * np.pi * weeks / 52)).reshape(-1, 1, 1, 1, 1)
    for axis, one in enumerate(growth):
        shape = [len(weeks), 1, 1, 1, 1]
        shape[axis + 1] = len(one)
        rate = rate * np.exp(np.outer(weeks, one)).reshape(shape)
    if planted:
        rate[(START - FIRST).days // 7 :, *planted] *= factor
    count = rng.poisson(rate).reshape(len(weeks), -1)
    cell = np.concatenate([np.repeat(np.arange(base.size), one) for one in count])
    mondays = np.datetime64(FIRST) + 7 * np.repeat(weeks, count.sum(axis=1))
    days = (mondays + rng.integers(0, 5, cell.size)).astype("datetime64[us]")
    orders = pd.DataFrame({"cell": cell, "date": days}).sort_values("date", kind="stable")
    places = np.unravel_index(orders["cell"].to_numpy(), SHAPE)
    sales = pd.DataFrame(
        {
            "order_id": [f"O{n}" for n in range(len(orders))],
            "date": orders["date"].to_numpy(),
            "amount": 1000 * rng.lognormal(0, spread, len(orders)),
            "rep_id": "R1", "region": "East",
            **{name: pd.Categorical.from_codes(at, VALUES[name]).astype("str")
               for name, at in zip(VALUES, places, strict=True)},
        }
    ).astype(dict.fromkeys(("order_id", "rep_id", "region"), "str"))  # fmt: skip
    return a_case(sales)


def a_case(sales, *, scope="region:East", period="2025Q3", as_of="2025-08-24") -> Case:
    settings = validate(nested({"company": "t", "data_dir": ".", "calendar.country": ""}),
                        origin="t")  # fmt: skip
    calendar = FiscalCalendar(settings.calendar)
    frames = {"sales": sales, "roster": TABLES["roster"].empty()}
    where = Scope.parse(scope)
    return Case(
        settings=settings, calendar=calendar, scope=where, period=calendar.period(period),
        as_of=dt.date.fromisoformat(as_of), data=ScopeData(where, frames, frozenset()),
    )  # fmt: skip


def false_names(count: int, **how) -> float:
    """Share of worlds without anything planted in which any cell of any table is named."""
    return float(np.mean([len(cross(world(seed, **how)).named) > 0 for seed in range(count)]))


def test_expected_is_last_years_table_with_this_years_sums():
    now = np.array([[60.0, 40.0, 20.0], [30.0, 30.0, 60.0], [10.0, 5.0, 45.0]])
    before = np.array([[30.0, 30.0, 10.0], [20.0, 20.0, 40.0], [10.0, 1.0, 30.0]])
    found = unusual.expected(now, before)
    assert found.sum(axis=0) == pytest.approx(now.sum(axis=0))
    assert found.sum(axis=1) == pytest.approx(now.sum(axis=1))
    # Odds ratios are last year's: no cell moved but with its row and its column.
    ratio = found * 1.0 / before
    assert ratio[0, 0] * ratio[1, 1] == pytest.approx(ratio[0, 1] * ratio[1, 0])
    fitted = ipfn.ipfn(before.copy(), [now.sum(axis=1), now.sum(axis=0)], [[0], [1]],
                       convergence_rate=1e-12, max_iteration=5000).iteration()  # fmt: skip
    assert found == pytest.approx(fitted, rel=1e-6)


def test_growth_of_a_row_and_of_a_column_are_nobodys_deviation():
    before = np.array([[30.0, 10.0], [20.0, 50.0], [5.0, 5.0]])
    now = before * np.array([[2.0], [0.5], [1.0]]) * np.array([1.5, 1.0])
    assert unusual.expected(now, before) == pytest.approx(now)


def test_new_lines_and_returns_break_nothing():
    now = np.array([[10.0, 20.0, 5.0], [30.0, 40.0, 0.0], [-3.0, 1.0, 0.0]])
    before = np.array([[10.0, 0.0, 0.0], [30.0, 40.0, 0.0], [0.0, 0.0, 0.0]])
    found = unusual.expected(now, before)
    assert np.isfinite(found).all()
    assert found.sum(axis=1) == pytest.approx(now.sum(axis=1))
    assert found[2] == pytest.approx(now[2])  # a row of returns is taken as it is
    nothing = np.zeros((2, 2))
    assert (unusual.expected(nothing, nothing) == 0).all()


def test_benjamini_and_hochberg_by_hand():
    """Limits .1 × rank ÷ 5: .02, .04, .06, .08, .10. The third is above its own, not the fourth."""
    p = np.array([0.001, 0.070, 0.065, 0.035, 0.9])
    assert unusual.discoveries(p).tolist() == [True, True, True, True, False]
    assert unusual.discoveries(np.array([np.nan, 0.5])).tolist() == [False, False]
    assert not unusual.discoveries(np.full(3, np.nan)).any()


def test_a_planted_cell_is_found_and_named():
    """Instruments through distributors fall to a quarter; in some worlds they are few."""
    right, wrong = [], []
    for seed in range(8):
        named = cross(world(seed, a_week=500, planted=(ALL, 1, ALL, 1), factor=0.25)).named
        alike = named[(named["rows"] == "line") & (named["columns"] == "channel")]
        assert len(alike) <= 1  # its row and column are not named with it
        for one in alike.to_dict("records"):
            hit = (one["row"], one["column"]) == ("Instruments", "distributor")
            (right if hit else wrong).append(one)
    assert len(right) >= 6 and len(wrong) <= 1
    assert all(one["deviation"] < 0 and one["p"] < 0.01 for one in right)


def test_a_planted_gain_is_found_too():
    found = cross(world(11, a_week=800, planted=(1, ALL, 2, ALL), factor=4.0))
    first = found.named.iloc[0]
    assert {first["row"], first["column"]} == {"East-2", "C"} and first["deviation"] > 0


def test_without_anything_planted_hardly_ever_a_name():
    """Sixty worlds of six tables each; a world counts where any cell of any table is named."""
    assert false_names(60, a_week=60) <= 0.10


@pytest.mark.parametrize("how", [{"spread": 1.5}, {"a_week": 25}, {"a_week": 25, "spread": 1.5}])
def test_nor_with_few_orders_of_very_uneven_size(how):
    assert false_names(30, **how) <= 0.10


def test_amounts_add_up_and_nothing_after_the_day_counts():
    case = world(3)
    found = cross(case)
    sales = case.data.sales
    here = sales[(sales["date"] >= "2025-07-01")]["amount"].sum()
    then = sales[(sales["date"] >= "2024-07-01") & (sales["date"] <= str(found.before_end))]
    for pair in found.pairs:
        table = found.table(pair)
        assert list(table.columns) == list(CELLS)
        assert table["actual"].sum() == pytest.approx(here)
        assert table["expected"].sum() == pytest.approx(here)
        assert table["last_year"].sum() == pytest.approx(then["amount"].sum())
        assert table["deviation"].sum() == pytest.approx(0, abs=1e-6 * here)
    assert ("region", "team") not in found.pairs and len(found.pairs) == 6
    later = sales.assign(date=sales["date"].mask(sales.index == 0, pd.Timestamp("2025-08-25")))
    earlier = cross(replace(case, data=replace(case.data, frames={
        **case.data.frames, "sales": later})))  # fmt: skip
    assert earlier.cells["actual"].sum() == pytest.approx(found.cells["actual"].sum())


def test_the_same_working_days_of_last_year():
    """As of Sunday 24 August 2025, 39 working days; the 39th of 2024Q3 is Thursday 22 August."""
    found = cross(world(3))
    assert (found.start, found.end) == (START, dt.date(2025, 8, 24))
    assert (found.before_start, found.before_end) == (dt.date(2024, 7, 1), dt.date(2024, 8, 22))


def test_small_values_are_put_together_and_missing_ones_named():
    case = world(5)
    sales = case.data.sales
    many = sales.assign(
        line=np.where(np.arange(len(sales)) % 3 == 0,
                      [f"L{n % 40:02d}" for n in range(len(sales))], sales["line"]),
        channel=sales["channel"].mask(sales["channel"] == "online"),
    )  # fmt: skip
    found = cross(replace(case, data=replace(case.data, frames={
        **case.data.frames, "sales": many})))  # fmt: skip
    table = found.table(("line", "channel"))
    assert "others" in set(table["row"]) and len(set(table["row"])) == 24
    assert set(table["column"]) == {"direct", "distributor", "unknown"}
    assert table["actual"].sum() == pytest.approx(found.table(("team", "line"))["actual"].sum())


def test_a_rep_has_line_and_class_only_and_says_where_data_are_few():
    sales = world(2, a_week=80).data.sales
    rep = a_case(sales, scope="rep:R1")
    assert cross(rep).pairs == (("line", "class"),)
    few = a_case(sales.iloc[::60].reset_index(drop=True), scope="rep:R1")
    found = cross(few)
    assert found.reason == "cross_few" and int(found.detail) > 0
    assert found.detail in show.cross(found, Words("en", "CNY")).title


def test_what_cannot_be_said(make_case):
    sales = world(2, a_week=30).data.sales
    before = cross(a_case(sales, as_of="2025-06-20"))
    assert before == Unavailable(reason="trend_early")
    young = sales[sales["date"] >= "2024-09-01"].reset_index(drop=True)
    assert cross(a_case(young)) == Unavailable(reason="cross_no_year")
    assert cross(make_case()) == Unavailable(reason="cross_no_year")
    alike = sales.assign(line="x", channel="y", team="z")
    assert cross(a_case(alike)) == Unavailable(reason="cross_one")
    words = Words("zh", "CNY")
    assert all(words.has(f"unavailable.{one}")
               for one in ("trend_early", "cross_no_year", "cross_one", "cross_few"))  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_shown(language):
    words = Words(language, "CNY")
    found = cross(world(0, a_week=500, planted=(ALL, 1, ALL, 1), factor=0.25))
    assert isinstance(found, Cross)
    view = show.cross(found, words)
    first = found.named.iloc[0]
    assert words.money(abs(first["deviation"])) in view.html
    assert "▶" in view.html and view.html.count("<table") <= show.TABLES
    quiet = replace(found, named=found.named.iloc[:0], cells=found.cells.assign(named=False))
    plain = show.cross(quiet, words)
    assert "<table" not in plain.html and words.count(found.tested) in plain.html


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for how in ({}, {"a_week": 25}, {"spread": 1.5}, {"a_week": 25, "spread": 1.5}):
        print(how, false_names(many, **how), flush=True)
