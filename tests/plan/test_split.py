"""Exact splitting, fitting and rounding: worked examples and invariants."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.errors import InfeasibleError
from kit.plan import allocation
from kit.plan.allocation import split
from kit.plan.margins import fit, rounded
from kit.plan.target import proposal
from kit.plan.units import fine_unit

PUBLISHED = {"a": 300, "b": 250, "c": 200, "d": 150}


def exact_sum(found) -> Decimal:
    return sum((Decimal(repr(float(one))) for one in found), Decimal(0))


def test_largest_remainder():
    assert split(100, {"a": 1, "b": 1, "c": 1}).tolist() == [34, 33, 33]
    assert split(10, {"a": 0.5, "b": 0.3, "c": 0.2}).tolist() == [5, 3, 2]
    assert split(1_234_567, {"a": 2, "b": 1}, unit=1000).tolist() == [823_567, 411_000]


def test_locks_floors_and_caps_hold():
    held = {"locks": {"a": 123.45}, "floors": {"d": 200}, "caps": {"b": 250}}
    found = split(1000, {"a": 5, "b": 3, "c": 1, "d": 1}, **held)
    assert found["a"] == 123.45 and found["d"] >= 200 and found["b"] == 250
    assert exact_sum(found) == 1000


def test_zero_is_no_potential_and_empty_is_not_set():
    assert split(100, {"a": 0, "b": 1}).tolist() == [0, 100]
    unset = float("nan")
    assert split(100, {"a": unset, "b": 1}, locks={"a": 40, "b": unset}).tolist() == [40, 60]
    with pytest.raises(InfeasibleError, match="'a' has no weight"):
        split(100, {"a": unset, "b": 1})
    with pytest.raises(InfeasibleError, match="100 not handed out"):
        split(100, {"a": 0, "b": 0})


def test_published_example_names_what_is_not_handed_out():
    words = "add up to 900 but the total is 1,000: 100 not handed out"
    with pytest.raises(InfeasibleError, match=words):
        split(1000, PUBLISHED, locks=PUBLISHED)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"locks": {"a": 600, "b": 500}}, "add up to 1,100 but the total is 1,000: 100 too much"),
        ({"floors": {"a": 700, "b": 500}}, "add up to 1,200 but the total is 1,000: 200 too much"),
        ({"caps": dict.fromkeys("abcd", 200)}, "take 800 at the most .* 200 not handed out"),
        ({"locks": {"a": 50}, "floors": {"a": 60}}, "lock of 'a' is 50, below its floor of 60"),
        ({"locks": {"a": 50}, "caps": {"a": 40}}, "lock of 'a' is 50, above its cap of 40"),
        ({"floors": {"a": 50}, "caps": {"a": 40}}, "floor of 'a' is 50 .* above its cap of 40"),
        ({"floors": {"a": 5}, "unit": 7, "caps": {"a": 6}}, "floor of 'a' is 7 .* cap of 0"),
        ({"locks": {"East": 5}}, "lock for 'East' fits no part"),
        ({"floors": {"a": -1}}, "floor of 'a' is -1"),
        ({"unit": 0}, "unit is 0"),
    ],
)
def test_conflicts_are_named_with_their_amount(more, words):
    with pytest.raises(InfeasibleError, match=words):
        split(1000, PUBLISHED, **more)


def test_bad_totals_and_weights_are_refused():
    for total in (-5, float("nan"), float("inf")):
        with pytest.raises(InfeasibleError, match="The total is"):
            split(total, {"a": 1})
    with pytest.raises(InfeasibleError, match="weight of 'a' is -1"):
        split(5, {"a": -1, "b": 2})
    with pytest.raises(InfeasibleError, match="1,000 not handed out"):
        split(1000, {})


amounts = st.one_of(st.integers(0, 10**7), st.floats(0, 1e7).map(lambda one: round(one, 2)))
bounds = st.dictionaries(st.sampled_from("abcdef"), amounts, max_size=4)


@settings(max_examples=150, deadline=None)
@given(
    total=amounts,
    weights=st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 1e9), min_size=1),
    unit=st.sampled_from([0.01, 0.5, 1, 7, 10, 1000]),
    locks=bounds,
    floors=bounds,
    caps=bounds,
)
def test_parts_sum_exactly_or_the_conflict_is_named(total, weights, unit, locks, floors, caps):
    locks, floors, caps = (
        {part: amount for part, amount in some.items() if part in weights}
        for some in (locks, floors, caps)
    )
    try:
        found = split(total, weights, unit=unit, locks=locks, floors=floors, caps=caps)
    except InfeasibleError as error:
        named = ("too much", "not handed out", "lock of", "floor of")
        assert any(word in str(error) for word in named)
        return
    assert exact_sum(found) == Decimal(repr(float(total)))
    assert list(found.index) == list(weights)
    assert all(found[part] == one for part, one in locks.items())
    assert all(found[part] >= one for part, one in floors.items())
    assert all(found[part] <= one for part, one in caps.items())
    idle = {part for part, weight in weights.items() if not weight} - {*locks, *floors}
    assert all(found[part] == 0 for part in idle)


@settings(max_examples=100, deadline=None)
@given(
    total=st.integers(0, 10**9),
    weights=st.dictionaries(st.sampled_from("abcdef"), st.floats(1e-3, 1e9), min_size=1),
    unit=st.sampled_from([1, 10, 1000]),
)
def test_plain_splits_are_always_found_and_near_their_share(total, weights, unit):
    found = split(total, weights, unit=unit)
    share = {part: total * one / sum(weights.values()) for part, one in weights.items()}
    assert found.sum() == total
    assert all(abs(found[part] - share[part]) <= 2 * unit for part in weights)


def test_finer_units_for_small_amounts():
    assert fine_unit(150_000, parts=3, unit=1000) == 1000
    assert fine_unit(149_999, parts=3, unit=1000) == 100
    assert fine_unit(999, parts=3, unit=1000) == 0
    assert fine_unit(-5, parts=3, unit=1000) == 0


def test_fitting_keeps_the_cross_ratio_and_both_margins():
    seed = np.array([[1.0, 2.0], [3.0, 1.0]])
    found = fit(seed, rows=np.array([40.0, 60.0]), columns=np.array([70.0, 30.0]))
    assert np.allclose(found.sum(axis=1), [40, 60]) and np.allclose(found.sum(axis=0), [70, 30])
    assert found[0, 0] * found[1, 1] / (found[0, 1] * found[1, 0]) == pytest.approx(1 / 6)
    assert seed[0, 0] == 1.0


def test_fitting_refuses_what_cannot_be():
    with pytest.raises(InfeasibleError, match="1.00 apart"):
        fit(np.ones((2, 2)), rows=np.array([1.0, 1]), columns=np.array([1.0, 2]))
    with pytest.raises(InfeasibleError, match="Zeros in the table leave 5.00"):
        fit(np.array([[0.0, 1], [0.0, 1]]), rows=np.array([5.0, 5]), columns=np.array([5.0, 5]))


@settings(max_examples=60, deadline=None)
@given(
    cells=st.integers(1, 6).flatmap(
        lambda wide: st.lists(
            st.lists(st.floats(0.01, 1000), min_size=wide, max_size=wide), min_size=1, max_size=6
        )
    ),
    total=st.integers(1, 10**6),
    unit=st.sampled_from([1.0, 1000.0]),
)
def test_rounded_tables_keep_every_margin(cells, total, unit):
    seed = np.array(cells)
    rows = split(total * unit + 0.25, dict(enumerate(seed.sum(axis=1))), unit=unit).to_numpy()
    columns = split(total * unit + 0.25, dict(enumerate(seed.sum(axis=0))), unit=unit).to_numpy()
    table = fit(seed, rows=rows, columns=columns)
    found = rounded(table, unit=unit, rows=rows, columns=columns)
    assert np.array_equal(found.sum(axis=1), rows) and np.array_equal(found.sum(axis=0), columns)
    assert (np.abs(found - table) <= 2 * unit).all()
    again = rounded(table, unit=unit, rows=rows, columns=columns)
    assert np.array_equal(found, again)


@pytest.mark.parametrize("wide", [1e2, 1e5, 1e9])
def test_tables_of_many_orders_of_magnitude_are_fitted(wide):
    seed = np.array([[1.0, wide], [wide, 1.0]])
    rows, columns = np.array([1000.0, 1000.25]), np.array([1000.25, 1000.0])
    table = fit(seed, rows=rows, columns=columns)
    assert table.sum(axis=1) == pytest.approx(rows, rel=1e-8)
    assert table.sum(axis=0) == pytest.approx(columns, rel=1e-8)
    odds = table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    assert odds == pytest.approx(wide**-2, rel=1e-6)


def test_rounding_needs_whole_sums():
    with pytest.raises(InfeasibleError, match="not whole units of 10"):
        rounded(np.ones((2, 2)), unit=10, rows=np.array([12.0, 15]), columns=np.array([20.0, 7]))


def test_who_left_before_the_period_carries_nothing(make_case):
    months = pd.period_range("2024-07", "2025-06", freq="M")
    rows = [{"date": month.start_time, "amount": 1e5, "rep_id": "R1"} for month in months]
    rows += [{"date": month.start_time, "amount": 1e5, "rep_id": "R2"} for month in months[-3:]]
    roster = [
        {"rep_id": rep, "valid_from": since, "name": rep, "team": "East-1", "region": "East",
         "hired_on": since, "capacity": 1.0}
        for rep, since in (("R1", "2020-01-01"), ("R2", "2025-04-01"))
    ]  # fmt: skip
    case = make_case(
        sales=rows, roster=roster, scope="team:East-1",
        settings={"targets.leavers": {"R2": "2025-06-30"}},
    )  # fmt: skip
    found = allocation.children(case, proposal(case)).set_index("scope")["target"]
    assert found.get("rep:R2", 0.0) == 0 and found["rep:R1"] == found.sum() > 0
