"""Shapley values: whole, even-handed, blind to who does nothing and to any order."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.diagnose.shapley import shapley
from kit.errors import SettingsError

value = st.integers(-50, 50).map(lambda tenth: tenth / 10)
sides = st.integers(1, 6).flatmap(
    lambda count: st.tuples(*(st.lists(value, min_size=count, max_size=count),) * 2)
)


def named(values):
    return {f"f{at}": one for at, one in enumerate(values)}


def product(at):
    return math.prod(at.values())


def mean_over_all_orders(function, before, now):
    """The definition itself: change the factors one by one, in every order."""
    found = dict.fromkeys(before, 0.0)
    orders = list(itertools.permutations(before))
    for order in orders:
        at = dict(before)
        for name in order:
            was = function(at)
            at[name] = now[name]
            found[name] += (function(at) - was) / len(orders)
    return found


@settings(max_examples=60, deadline=None)
@given(sides)
def test_effects_sum_to_the_change(pair):
    before, now = map(named, pair)
    found = shapley(product, before, now)
    assert sum(found.values()) == pytest.approx(product(now) - product(before), abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(sides.filter(lambda pair: len(pair[0]) <= 5))
def test_it_is_the_mean_over_all_orders(pair):
    before, now = map(named, pair)
    found = shapley(product, before, now)
    assert found == pytest.approx(mean_over_all_orders(product, before, now), abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(sides, st.randoms(use_true_random=False))
def test_the_order_in_which_factors_are_named_does_not_matter(pair, random):
    before, now = map(named, pair)
    names = list(before)
    random.shuffle(names)
    other = shapley(product, {one: before[one] for one in names}, now)
    assert other == pytest.approx(shapley(product, before, now), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(value, value, sides)
def test_factors_that_do_the_same_get_the_same(was, became, pair):
    before, now = map(named, pair)
    before |= {"twin": was, "other": was}
    now |= {"twin": became, "other": became}
    found = shapley(product, before, now)
    assert found["twin"] == pytest.approx(found["other"], abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(value, value, sides)
def test_who_does_nothing_gets_nothing_and_who_adds_gets_what_was_added(was, became, pair):
    before, now = map(named, pair)
    alone = shapley(product, before, now)

    def added(at):
        return math.prod(at[name] for name in alone) + at["added"]

    idle = {"added": was, "idle": 1.0}
    found = shapley(added, before | idle, now | {"added": became, "idle": 7.0})
    assert found["idle"] == 0
    assert found["added"] == pytest.approx(became - was, abs=1e-8)
    assert {one: found[one] for one in alone} == pytest.approx(alone, abs=1e-8)


def test_what_cannot_be_shared_out_is_refused():
    with pytest.raises(SettingsError, match="a, b"):
        shapley(product, {"a": 1.0}, {"b": 1.0})
    many = dict.fromkeys(map(str, range(13)), 1.0)
    with pytest.raises(SettingsError, match="at most 12"):
        shapley(product, many, many)
