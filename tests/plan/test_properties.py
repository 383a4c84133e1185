"""Whatever the weights, locks, caps and units: parts sum to the whole, or it is said why."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.errors import InfeasibleError
from kit.plan import allocation, cascade, cube, equal_chance
from kit.plan.exact import split
from kit.plan.target import proposal

TEAMS = {"R1": "East-1", "R2": "East-1", "R3": "East-2", "R4": "East-2", "R5": "East-2"}
SCOPES = ["team:East-1", "team:East-2", *(f"rep:{rep}" for rep in TEAMS)]
NAMED = ("too much", "not handed out", "lock of", "floor of", "cap of", "apart")
PADDING = {"region": 0.05, "team": 0.03}

quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
amounts = st.one_of(
    st.integers(0, 300).map(lambda one: one * 1000.0),
    st.floats(0, 4e5).map(lambda one: round(one, 2)),
)
limits = st.dictionaries(st.sampled_from(SCOPES), amounts, max_size=3)
small = st.dictionaries(
    st.sampled_from(SCOPES), st.floats(0, 1e5).map(lambda one: round(one, 2)), max_size=3
)
large = st.dictionaries(
    st.sampled_from(SCOPES), st.floats(1e5, 6e5).map(lambda one: round(one, 2)), max_size=2
)


def exact_sum(found) -> Decimal:
    return sum((Decimal(repr(float(one))) for one in found), Decimal(0))


@pytest.fixture(params=["blend", "equal_chance", "even", "padded"])
def region(make_case, request):
    roster = [
        {"rep_id": rep, "valid_from": "2020-01-01", "name": rep, "team": team, "region": "East",
         "capacity": 1.0, "hired_on": "2020-01-01"}
        for rep, team in TEAMS.items()
    ]  # fmt: skip
    sales = [
        {"rep_id": rep, "team": team, "date": f"{year}-{month:02d}-10",
         "amount": 9_000.0 * (number + 1) * (1 + 0.2 * ((7 * month + 3 * number + year) % 5))}
        for year in (2023, 2024, 2025)
        for month in range(1, 13)
        for number, (rep, team) in enumerate(TEAMS.items())
        if (year, month) < (2025, 7)
    ]  # fmt: skip
    way = {"targets.padding": PADDING} if request.param == "padded" else {
        "targets.split": request.param}  # fmt: skip
    return make_case(sales=sales, roster=roster, as_of="2025-06-30", settings=way)


def check(case, plan, found, *, locks, floors, caps):
    """Sums of every level, and every lock, floor and cap."""
    padding = case.settings.targets.padding
    goals = dict(zip(found["scope"], found["target"], strict=True))
    goals[str(case.scope)] = plan.handed_out
    handed = dict(zip(found["scope"], found["handed_down"], strict=True))
    for above, rows in found.groupby("above", sort=False):
        total = exact_sum(rows["target"])
        if above in handed:
            assert total == Decimal(repr(float(handed[above])))
        if not padding:
            assert total == Decimal(repr(float(goals[above])))
        assert float(total) == pytest.approx(
            goals[above] * (1 + padding.get(above.partition(":")[0], 0)), abs=1001
        )
    for scope, amount in locks.items():
        assert goals[scope] == amount
    for scope, amount in floors.items():
        assert goals[scope] >= amount - 1e-9
    for scope, amount in caps.items():
        assert goals[scope] <= amount + 1e-9


@settings(max_examples=12, deadline=None, suppress_health_check=quiet)
@given(locks=small, floors=small, caps=large)
def test_every_level_sums_or_the_conflict_is_named(region, locks, floors, caps):
    plan = proposal(region)
    try:
        found = cascade.cascade(region, plan, locks=locks, floors=floors, caps=caps)
    except InfeasibleError as error:
        assert any(word in str(error) for word in NAMED), error
        return
    check(region, plan, found, locks=locks, floors=floors, caps=caps)


@settings(max_examples=8, deadline=None, suppress_health_check=quiet)
@given(locks=limits, floors=limits, caps=limits)
def test_wild_limits_hold_or_are_refused_by_name(region, locks, floors, caps):
    plan = proposal(region)
    held = {"locks": locks, "floors": floors, "caps": caps}
    try:
        found = cascade.cascade(region, plan, **held)
    except InfeasibleError as error:
        assert any(word in str(error) for word in NAMED), error
        return
    check(region, plan, found, **held)


@settings(max_examples=3, deadline=None, suppress_health_check=quiet)
@given(locks=small)
def test_months_of_every_level_sum_too(region, locks):
    plan = proposal(region)
    try:
        whole = cascade.cascade(region, plan, locks=locks)
    except InfeasibleError:
        return
    found = cascade.by_month(region, plan, parts=whole)
    sums = found.groupby(["above", "scope"], sort=False)["target"].agg(exact_sum)
    assert [float(one) for one in sums] == whole["target"].tolist()
    below = found.groupby(["above", "period"], sort=False)["target"].agg(exact_sum)
    own = found.set_index(["scope", "period"])["target"]
    for (above, period), total in below.items():
        if (above, period) in own.index and not region.settings.targets.padding:
            assert total == Decimal(repr(float(own[above, period])))
    assert (found["target"] >= 0).all()


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(1, 4)),
    total=st.integers(0, 10**7),
    unit=st.sampled_from([1.0, 10.0, 1000.0]),
    zeros=st.floats(0, 0.6),
    seed=st.integers(0, 10**6),
)
def test_cubes_keep_every_margin_or_the_conflict_is_named(shape, total, unit, zeros, seed):
    rng = np.random.default_rng(seed)
    cells = rng.gamma(0.5, size=shape) * (rng.random(shape) >= zeros)
    if not cells.sum():
        return
    margins = {
        (axis,): split(total, dict(enumerate(cube.margin(cells, (axis,)))), unit=unit).to_numpy()
        for axis in range(3)
    }
    try:
        found = cube.split(cells, margins=margins, unit=unit)
    except InfeasibleError as error:
        assert "Zeros" in str(error) or "rests" in str(error) or "whole units" in str(error)
        assert zeros or total % unit
        return
    assert found.given_up == () and (found.table >= 0).all()
    assert not found.table[cells == 0].any()
    for axes, sums in margins.items():
        assert np.array_equal(cube.margin(found.table, axes), sums)


@settings(max_examples=100, deadline=None)
@given(
    mean=st.lists(st.floats(1, 1e6), min_size=2, max_size=6),
    spread=st.floats(0.01, 1),
    total=st.floats(0.2, 3),
    cap=st.floats(0.5, 4),
)
def test_equal_chance_quotas_sum_and_share_one_lambda(mean, spread, total, cap):
    mean = np.array(mean)
    sd = mean * spread * np.linspace(0.5, 1.5, len(mean))
    high = np.full(len(mean), np.inf)
    high[0] = cap * mean[0]
    whole = total * mean.sum()
    found = equal_chance.quotas(
        whole, np.full(len(mean), 1 / len(mean)), mean=mean, sd=sd,
        low=np.zeros(len(mean)), high=high,
    )  # fmt: skip
    assert found.amounts.sum() == pytest.approx(whole)
    free = (found.amounts > 0) & (found.amounts < high)
    lams = (found.amounts - mean)[free] / sd[free]
    assert np.allclose(lams, found.lam, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("unit", [0.5, 7, 1000])
def test_any_unit(region, unit):
    plan = proposal(region)
    changed = region.settings.model_copy(
        update={"targets": region.settings.targets.model_copy(update={"unit": float(unit)})}
    )
    case = replace(region, settings=changed)
    found = cascade.cascade(case, plan, locks={"rep:R3": 33_333.33})
    assert found.set_index("scope").loc["rep:R3", "target"] == 33_333.33
    for above, rows in found.groupby("above", sort=False):
        total = float(exact_sum(rows["target"]))
        handed = found.set_index("scope")["handed_down"].get(above)
        assert handed is None or total == handed
    assert allocation.grid(case, plan)["target"].sum() == pytest.approx(
        allocation.handed_down(case, plan.handed_out)
    )
