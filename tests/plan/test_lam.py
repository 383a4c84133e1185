"""λ as a parameter: quotas at forecast + λ × deviation, and the difference to the target told."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.errors import SettingsError
from kit.plan import (
    allocation,
    annual_table,
    cascade,
    equal_chance,
    gap,
    ledger,
    limits,
)
from kit.plan.street import beyond, shared
from kit.plan.target import proposal
from kit.show import origin
from kit.show import split as page
from kit.show.words import Words

TEAMS = {"R1": "East-1", "R2": "East-1", "R3": "East-2", "R4": "East-2", "R5": "East-2"}
quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
lams = st.floats(-3, 3).map(lambda one: round(one, 3))


def exact_sum(found) -> Decimal:
    return sum((Decimal(repr(float(one))) for one in found), Decimal(0))


@pytest.fixture
def region(make_case):
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
    return make_case(sales=sales, roster=roster, as_of="2025-06-30",
                     settings={"targets.split": "equal_chance"})  # fmt: skip


def changed(case, **some):
    wanted = case.settings.targets.model_copy(update=some)
    return replace(case, settings=case.settings.model_copy(update={"targets": wanted}))


def amounts_of(lam, **bounds):
    """Four parts by hand: forecasts 100k, 200k, 50k and none; the last has a tenth of the blend."""
    parts = pd.DataFrame(
        {"scope": list("abcd"), "part": list("abcd"), "last_year": np.nan,
         "weight": [0.3, 0.4, 0.2, 0.1], "baseline": [100e3, 200e3, 50e3, np.nan],
         "sd": [10e3, 50e3, 30e3, np.nan]}
    )  # fmt: skip
    return parts, limits.Bounds({("region:East", key): pair for key, pair in bounds.items()}, {})


def test_worked_by_hand(region):
    case = changed(region, lam=0.5)
    parts, bounds = amounts_of(0.5)
    found = shared(case, parts, 400_000.0, bounds=bounds)
    assert found["target"].tolist() == [105_000, 225_000, 65_000, 40_000]
    assert found["split_by"].tolist() == ["equal_chance"] * 3 + ["blend"]
    assert found.attrs["lam"] == 0.5 and found.attrs["handed_down"] == 435_000
    assert beyond(400_000, found.attrs["handed_down"]) == (0.0, 35_000)
    parts, bounds = amounts_of(-3, a=(80e3, np.inf), b=(0.0, 40e3), c=(12_345.67, 12_345.67))
    found = shared(changed(region, lam=-3), parts, 400_000.0, bounds=bounds)
    # 70k is below the floor of 80k, 50k above the cap of 40k, and the third is locked
    assert found["target"].tolist() == [80_000, 40_000, 12_345.67, 40_000]
    assert beyond(400_000, found.attrs["handed_down"]) == (227_654.33, 0.0)


@settings(max_examples=60, deadline=None)
@given(
    mean=st.lists(st.floats(1e4, 1e7), min_size=1, max_size=6),
    spread=st.floats(0, 1),
    lam=lams,
    floor=st.floats(0, 2),
    cap=st.floats(0, 3),
)
def test_quotas_are_clipped_and_nothing_else(mean, spread, lam, floor, cap):
    mean = np.array(mean)
    sd = spread * mean * np.linspace(0.5, 1.5, len(mean))
    low, high = np.zeros(len(mean)), np.full(len(mean), np.inf)
    low[0], high[-1] = floor * mean[0], max(cap, floor) * mean[-1]
    found = equal_chance.quotas(
        1e6, np.full(len(mean), 1 / len(mean)), mean=mean, sd=sd, low=low, high=high, lam=lam
    )
    assert found.lam == lam
    assert np.allclose(found.amounts, np.clip(mean + lam * sd, low, high))


@settings(max_examples=12, deadline=None, suppress_health_check=quiet)
@given(lam=lams, reserve=st.sampled_from([0.0, 0.05]), lock=st.sampled_from([None, 33_333.33]))
def test_every_part_at_every_level_and_the_difference(region, lam, reserve, lock):
    case = changed(region, lam=lam, reserve=reserve, locks={"rep:R3": lock} if lock else {})
    plan = proposal(case)
    found = cascade.cascade(case, plan)
    first = allocation.children(case, plan)
    held = limits.bounds(case)
    for above, rows in found.groupby("above", sort=False):
        inner = case if above == str(case.scope) else cascade.narrowed(
            case, allocation.hierarchy.Scope.parse(above))  # fmt: skip
        parts = allocation.hierarchy.parts(inner)
        low, high = held.of(above, parts["scope"])
        wanted = np.clip(parts["baseline"] + lam * parts["sd"], low, high)
        assert (rows["split_by"] == "equal_chance").all()
        assert (np.abs(rows["target"].to_numpy() - wanted) <= 1000.01).all()
    assert set(found.attrs["lams"].values()) == {lam}
    for row in found.dropna(subset=["handed_down"]).itertuples():
        down = exact_sum(found.loc[found["above"] == row.scope, "target"])
        assert float(down) == row.handed_down
        sides = Decimal(repr(row.not_handed_out)) - Decimal(repr(row.over_assigned))
        assert down + sides == Decimal(repr(row.target))
        assert row.not_handed_out >= 0 and row.over_assigned >= 0
        if row.target > 0:
            assert row.over_assignment == pytest.approx(row.handed_down / row.target)
    assert first.attrs["handed_down"] == float(exact_sum(first["target"]))
    short, over = beyond(plan.handed_out, first.attrs["handed_down"])
    whole = exact_sum(first["target"]) + Decimal(repr(short)) - Decimal(repr(over))
    assert whole + Decimal(repr(plan.reserve)) == Decimal(repr(plan.target))
    way = gap.street(plan, found).set_index("measure")
    money = way["amount"]
    assert "padding" not in way.index
    assert money["handed_out"] - money["not_handed_out"] + money["over_assigned"] == pytest.approx(
        money["street_quota"]
    )
    assert way.loc["over_assignment", "share"] == pytest.approx(
        money["street_quota"] / plan.target
    )


@pytest.mark.parametrize("lam", [-3.0, -0.4, 0.0, 0.7, 3.0])
def test_months_mix_and_cube_stay_exact_against_what_is_handed_down(region, lam):
    case = changed(region, lam=lam)
    plan = proposal(case)
    first = allocation.children(case, plan)
    down = first.attrs["handed_down"]
    grid = allocation.grid(case, plan)
    assert grid.groupby("scope", sort=False)["target"].sum().tolist() == pytest.approx(
        first["target"].tolist()
    )
    assert allocation.handed_down(case, plan.handed_out) == down
    assert allocation.mix(case, plan)["target"].sum() == pytest.approx(down)
    cube = allocation.cube(case, plan)
    by_month = cube.groupby(["scope", "period"], sort=False)["target"].sum()
    assert by_month.tolist() == pytest.approx(grid["target"].tolist())
    whole = cascade.cascade(case, plan)
    months = cascade.by_month(case, plan, parts=whole)
    sums = months.groupby(["above", "scope"], sort=False)["target"].agg(exact_sum)
    assert [float(one) for one in sums] == whole["target"].tolist()
    assert (months["target"] >= 0).all()


def test_locks_of_the_call_reach_the_mix_by_its_parts(region):
    case = changed(region, lam=0.2)
    plan = proposal(case)
    parts = allocation.children(case, plan, locks={"team:East-1": 44_444.0})
    assert allocation.mix(case, plan, parts=parts)["target"].sum() == pytest.approx(
        parts["target"].sum()
    )


def test_the_ledger_and_the_annual_table_take_the_quotas(region):
    case = changed(region, lam=1.0)
    plan = proposal(case)
    whole = cascade.cascade(case, plan)
    rows = ledger.rows(case, plan, whole).set_index("scope")["target"]
    assert rows["region:East"] == plan.target
    assert rows[whole["scope"]].tolist() == whole["target"].tolist()
    table = annual_table.table(case)
    lines = table.groupby(["scope", "kind", "above"], sort=False)["target"].sum()
    assert lines["", "rest", "region:East"] == pytest.approx(
        plan.target - lines.xs("region:East", level="above").drop("rest", level="kind").sum()
    )
    assert lines["team:East-1", "team", "region:East"] == rows["team:East-1"]


def test_without_it_each_scope_has_its_own(region):
    plan = proposal(region)
    found = cascade.cascade(region, plan)
    assert len({round(one, 6) for one in found.attrs["lams"].values()}) == 3
    assert "over_assigned" not in found and found.attrs["fixed"] is False
    solved = found.attrs["lam"]
    again = allocation.children(changed(region, lam=solved), plan)
    assert again["target"].tolist() == pytest.approx(
        found.loc[found["above"] == "region:East", "target"].tolist(), abs=1000
    )


def test_it_has_no_effect_on_another_split(region):
    for way in ("blend", "even"):
        plain = changed(region, split=way)
        plan = proposal(plain)
        one, other = (cascade.cascade(case, plan) for case in (plain, changed(plain, lam=2.0)))
        pd.testing.assert_frame_equal(one, other)
        assert other.attrs["lam"] is None


def test_parts_without_any_forecast_are_split_by_the_blend(region):
    parts, bounds = amounts_of(1)
    parts = parts.assign(baseline=np.nan, sd=np.nan)
    found = shared(changed(region, lam=1.0), parts, 400_000.0, bounds=bounds)
    assert found["target"].tolist() == [120_000, 160_000, 80_000, 40_000]
    assert found.attrs["lam"] is None


@pytest.mark.parametrize("wrong", [3.1, -4, float("nan"), float("inf"), "much"])
def test_out_of_range_is_refused(make_case, wrong):
    with pytest.raises(SettingsError, match="lam"):
        make_case(settings={"targets.lam": wrong})
    assert make_case(settings={"targets.lam": ""}).settings.targets.lam is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_read(region, language):
    words = Words(language, "CNY")
    for lam, side, key in ((2.5, "above", "over"), (-2.5, "below", "under"), (0.0, "on", None)):
        case = changed(region, lam=lam)
        plan = proposal(case)
        parts = allocation.children(case, plan)
        whole = cascade.cascade(case, plan, parts=parts)
        away = abs(parts.attrs["handed_down"] - plan.target)
        for found in (parts, whole):
            told = page.rule(found, words).html
            assert words.t(f"carried.fixed_{side}", lam=abs(lam)) in told
            if key:
                share = away / plan.target
                assert words.t(f"carried.together_{key}", share=share, amount=away) in told
        drawn = page.carried(whole, words).html
        assert words.heading("over_assignment") in drawn
        street = origin.street(gap.street(plan, whole), words).html
        shown = "over_assigned" if key == "over" else "not_handed_out"
        assert not key or words.t(f"street.{shown}") in street
        assert not re.search(r"\{\w+", told + drawn + street)
