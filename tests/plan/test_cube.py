"""Tables of three and more dimensions: fitted, rounded, and what a case makes of them."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.errors import InfeasibleError
from kit.plan import allocation, cube, mix
from kit.plan.exact import split
from kit.plan.street import summed
from kit.plan.target import proposal


def one_way(seed, total, *, unit):
    """Margins of each dimension in whole units, by the seed's shares."""
    return {
        (axis,): split(total, dict(enumerate(cube.margin(seed, (axis,)))), unit=unit).to_numpy()
        for axis in range(seed.ndim)
    }


def test_a_fitted_cube_keeps_its_odds():
    seed = np.random.default_rng(3).gamma(2.0, size=(3, 4, 2))
    margins = {(0,): np.array([5.0, 3, 2]), (1,): np.full(4, 2.5), (2,): np.array([7.0, 3])}
    found = cube.fit(seed, margins=margins)
    for axes, sums in margins.items():
        assert np.allclose(cube.margin(found, axes), sums)

    def odds(table):
        return table[0, 0, 0] * table[1, 1, 0] / (table[0, 1, 0] * table[1, 0, 0])

    assert odds(found) == pytest.approx(odds(seed))


def test_forty_reps_twelve_months_four_lines():
    seed = np.random.default_rng(1).gamma(2.0, size=(40, 12, 4))
    margins = one_way(seed, 200_000_000, unit=1000)
    start = time.process_time()
    found = cube.split(seed, margins=margins, unit=1000)
    assert time.process_time() - start < 2  # ten times what is asked, as machines differ
    assert not found.given_up and (found.table >= 0).all() and (found.table % 1000 == 0).all()
    for axes, sums in margins.items():
        assert np.array_equal(cube.margin(found.table, axes), sums)
    fitted = cube.fit(seed, margins=margins)
    assert np.abs(found.table - fitted).max() <= 2000
    assert np.array_equal(found.table, cube.split(seed, margins=margins, unit=1000).table)


@pytest.mark.parametrize("pairs", [((0, 1), (2,)), ((0, 1), (0, 2)), ((0, 1), (0, 2), (1, 2))])
def test_tables_as_margins_are_exact_too(pairs):
    whole = np.random.default_rng(5).integers(0, 9, size=(6, 5, 4)).astype(float)
    margins = {axes: cube.margin(whole, axes) for axes in pairs}
    seed = np.random.default_rng(6).gamma(2.0, size=whole.shape)
    found = cube.split(seed, margins=margins, unit=1)
    assert found.given_up == ()
    for axes, sums in margins.items():
        assert np.array_equal(cube.margin(found.table, axes), sums)


def test_a_table_that_no_whole_cube_has_is_given_up_and_named():
    # rows, columns and layers of a 2 x 2 x 2 cube of halves: no whole cube has all three tables
    twos = np.ones((2, 2))
    margins = {(0, 1): twos, (0, 2): np.array([[2.0, 0], [0, 2]]), (1, 2): twos}
    found = cube.rounded(np.full((2, 2, 2), 0.5), margins=margins, unit=1)
    for axis in range(3):
        assert cube.margin(found.table, (axis,)).tolist() == [2, 2]
    assert np.array_equal(cube.margin(found.table, (0, 1)), twos)
    for axes in set(margins) - set(found.given_up):
        assert np.array_equal(cube.margin(found.table, axes), margins[axes])


def test_a_rest_below_the_unit_stands_in_one_cell():
    seed = np.ones((2, 3, 2))
    margins = {(0,): np.array([5000.25, 7000]), (1,): np.array([4000, 4000.25, 4000]),
               (2,): np.array([6000, 6000.25])}  # fmt: skip
    found = cube.split(seed, margins=margins, unit=1000).table
    odd = np.argwhere(found % 1000 != 0)
    assert odd.tolist() == [[0, 1, 1]]
    for axes, sums in margins.items():
        assert np.array_equal(cube.margin(found, axes), sums)


def test_what_cannot_be_is_refused():
    with pytest.raises(InfeasibleError, match="5.00 apart"):
        cube.fit(np.ones((2, 2)), margins={(0,): np.array([5.0, 5]), (1,): np.array([10.0, 5])})
    with pytest.raises(InfeasibleError, match="do not fit a table of 2"):
        cube.fit(np.ones((2, 2)), margins={(2,): np.ones(2)})
    with pytest.raises(InfeasibleError, match="not whole units of 10"):
        cube.rounded(np.full((2, 2), 7.5), margins={(0,): np.array([12.0, 18])}, unit=10)


def person(rep, *, team="East-1"):
    return {"rep_id": rep, "valid_from": "2020-01-01", "name": rep, "team": team,
            "region": "East", "capacity": 1.0, "hired_on": "2020-01-01"}  # fmt: skip


def by_line(rep, *, lines, months=range(1, 13), years=(2023, 2024, 2025), **more):
    """A rep's sales by line, on the tenth of each month, up to June 2025."""
    return [
        {"rep_id": rep, "date": f"{year}-{month:02d}-10", "line": line, "amount": amount, **more}
        for year in years
        for month in months
        for line, amount in lines.items()
        if (year, month) < (2025, 7)
    ]


@pytest.fixture
def team(make_case):
    rows = by_line("R1", lines={"a": 60_000.0, "b": 20_000.0})
    rows += by_line("R2", lines={"a": 10_000.0, "b": 50_000.0}, channel="web", customer_class="B")
    return make_case(
        sales=rows, roster=[person("R1"), person("R2")], scope="team:East-1",
        settings={"targets.reserve": 0.1},
    )  # fmt: skip


def test_lines_classes_and_channels_sum_to_what_is_handed_out(team):
    offer = proposal(team)
    found = allocation.mix(team, offer)
    assert found.columns.tolist() == [*mix.DIMENSIONS, "last_year", "share", "target"]
    assert summed(found["target"]) == offer.handed_out
    assert found["last_year"].sum() == pytest.approx(3 * 140_000)
    lines = found.groupby("line")["target"].sum() / offer.handed_out
    assert lines.to_dict() == pytest.approx({"a": 0.5, "b": 0.5}, abs=0.01)
    # class B was never sold directly: such a cell stays without a target
    assert not ((found["customer_class"] == "B") & (found["channel"] == "direct")).any()


def test_parts_months_and_lines_agree_with_the_other_tables(team):
    offer = proposal(team)
    parts = allocation.children(team, offer, locks={"rep:R1": 123_456.78})
    found = allocation.cube(team, offer, parts=parts)
    assert found.columns.tolist() == ["scope", "part", "period", "line", "target"]
    assert summed(found["target"]) == offer.handed_out and (found["target"] >= 0).all()
    grid = allocation.grid(team, offer, parts=parts)
    cells = found.groupby(["scope", "period"], sort=False)["target"].agg(summed)
    assert cells.tolist() == grid["target"].tolist()
    by_part = found.groupby("scope", sort=False)["target"].agg(summed)
    assert by_part.tolist() == parts["target"].tolist()
    lines = allocation.mix(team, offer).groupby("line")["target"].agg(summed)
    assert found.groupby("line")["target"].agg(summed).to_dict() == lines.to_dict()
    first = found[found["scope"] == "rep:R1"].groupby("line")["target"].sum()
    assert first["a"] > first["b"]  # each rep's own mix is followed


def test_the_mix_is_that_of_the_same_season(make_case):
    rows = by_line("R1", lines={"heating": 1000.0}, months=(1, 2, 3, 10, 11, 12))
    rows += by_line("R1", lines={"cooling": 1000.0}, months=(7, 8, 9))
    rows += by_line("R1", lines={"pipes": 100.0})
    case = make_case(sales=rows, roster=[person("R1")], scope="team:East-1",
                     settings={"targets.value": 100_000, "targets.method": "given"})  # fmt: skip
    found = allocation.mix(case, proposal(case)).groupby("line")["target"].sum()
    assert "heating" not in found or found["heating"] == 0
    assert found["cooling"] == pytest.approx(100_000 * 10 / 11, rel=0.01)


def test_a_line_that_came_since_counts_with_its_latest_period(make_case):
    rows = by_line("R1", lines={"old": 1000.0})
    rows += by_line("R1", lines={"new": 500.0}, months=(4, 5, 6), years=(2025,))
    case = make_case(sales=rows, roster=[person("R1")], scope="team:East-1",
                     settings={"targets.value": 90_000, "targets.method": "given"})  # fmt: skip
    found = allocation.mix(case, proposal(case)).groupby("line")["target"].sum()
    assert found["new"] == pytest.approx(30_000, rel=0.02)


def test_few_large_lines_and_the_rest_together(make_case):
    lines = {f"line {number:02d}": 1000.0 + number for number in range(20)}
    case = make_case(sales=by_line("R1", lines=lines), roster=[person("R1")], scope="team:East-1")
    offer = proposal(case)
    found = allocation.mix(case, offer)
    assert found["line"].nunique() == 13 and mix.OTHERS in set(found["line"])
    assert summed(found["target"]) == offer.handed_out


def test_without_last_years_season_or_lines_it_says_so(make_case):
    young = by_line("R1", lines={"a": 1000.0}, years=(2025,))
    case = make_case(sales=young, roster=[person("R1")], scope="team:East-1",
                     settings={"targets.value": 90_000})  # fmt: skip
    assert allocation.mix(case, proposal(case)).reason == "no_same_season"
    assert allocation.cube(case, proposal(case)).reason == "no_same_season"
    plain = by_line("R1", lines={None: 1000.0}, channel=None, customer_class=None)
    case = make_case(sales=plain, roster=[person("R1")], scope="team:East-1")
    assert allocation.mix(case, proposal(case)) == Unavailable(table="products")
    lacking = Unavailable(reason="no_basis")
    assert allocation.mix(case, lacking) is lacking and allocation.cube(case, lacking) is lacking


def test_shrinkage_keeps_the_margins_and_leans_small_cells():
    amounts = np.array([[900.0, 0.0], [0.0, 100.0]])
    for many in (2, 2000):
        found = mix.shrunk(amounts, np.full((2, 2), many / 4))
        for axis in (0, 1):
            assert np.allclose(found.sum(axis=axis), [0.9, 0.1])
    few, lots = (mix.shrunk(amounts, np.full((2, 2), many / 4))[0, 1] for many in (2, 2000))
    assert few == pytest.approx(0.09 * 4 / 6) and lots < 0.001


def test_frames_of_a_case_are_the_same_each_time(team):
    offer = proposal(team)
    pd.testing.assert_frame_equal(allocation.cube(team, offer), allocation.cube(team, offer))
