"""The loop: review, scenario, plan, ledger, track; the same figures everywhere."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from kit.data.case import open_case, reopen
from kit.data.targets import in_force
from kit.plan import cascade, ledger, target
from kit.review import next_parts, next_scenario, next_target
from kit.track import pacing

DAY = "2025-11-15"


@pytest.fixture(scope="module")
def company(sample_company):
    quick = {"review.next.parts": 1, "review.next.periods": 1}  # parts are judged from these rows
    return reopen(sample_company[2], overrides=quick)


@pytest.fixture(scope="module")
def written(company):
    return next_scenario.scenario(company)


def opened(case, found, scope):
    """The next period in its course, under the scenario."""
    over = {f"targets.{name}": one for name, one in found.changes["targets"].items()}
    return open_case(
        case.origin.config, scope=scope, period=found.period, as_of=DAY,
        snapshot=case.origin.snapshot, overrides=over,
    )  # fmt: skip


def test_target_setting_shows_what_the_review_suggested(company, written):
    assert (written.period, written.name) == ("2025Q4", "2025Q4-from-review")
    coming = opened(company, written, "company")
    plan = target.proposal(coming)
    assert plan.target == next_target.suggest(company).target
    below = cascade.cascade(coming, plan)
    expected = next_parts.parts(company).below
    keys = ["above", "scope", "target"]
    pd.testing.assert_frame_equal(
        below[keys].reset_index(drop=True), expected[keys].reset_index(drop=True)
    )
    assert below["scope"].str.startswith("rep:").sum() >= 27
    assert next_scenario.differences(company, written).empty


@pytest.mark.parametrize("name", ["East", "South", "West", "North"])
def test_a_regions_page_shows_what_the_company_hands_it(company, written, name):
    coming = opened(company, written, f"region:{name}")
    rows = next_parts.parts(company).table.set_index("scope")
    plan = target.proposal(coming)
    assert plan.target == plan.handed_out == rows.loc[f"region:{name}", "target"]
    below = next_parts.parts(company).below
    inside = cascade.cascade(coming, plan)
    keys = zip(below["above"], below["scope"], strict=True)
    known = dict(zip(keys, below["target"], strict=True))
    assert {(one.above, one.scope): one.target for one in inside.itertuples()}.items() <= (
        known.items()
    )
    rep = inside.loc[inside["scope"].str.startswith("rep:"), "scope"].iloc[0]
    assert target.proposal(opened(company, written, rep)).target == (
        inside.set_index("scope").loc[rep, "target"]
    )


def test_the_ledger_and_the_running_period_have_the_same_target(company, written):
    coming = opened(company, written, "company")
    plan = target.proposal(coming)
    rows = ledger.rows(coming, plan, cascade.cascade(coming, plan), author="A", reason="review")
    known = coming.data.frame("targets")
    table = pd.concat([known, rows], ignore_index=True).astype(known.dtypes.to_dict())
    frames = {**coming.data.frames, "targets": table}
    running = replace(coming, data=replace(coming.data, frames=frames))
    assert in_force(running) == next_target.suggest(company).target
    standing = pacing.standing(running)
    assert standing["target"].iloc[0] == plan.target
    again = next_target.suggest(running)
    assert again.period == "2026Q1" and again.gap is None


def test_a_regions_own_review_gives_a_scenario_for_the_region(company):
    east = reopen(company, scope="region:East")
    found = next_scenario.scenario(east)
    assert found.name == "2025Q4-from-review-region-East"
    coming = opened(east, found, "region:East")
    plan = target.proposal(coming)
    assert plan.target == next_target.suggest(east).target
    assert next_scenario.differences(east, found).empty


def test_what_the_next_period_has_otherwise_is_set_as_the_review_had_it(company):
    team = reopen(company, scope="team:East-2", overrides={"targets.reserve": 0.1})
    team = replace(team, settings=team.settings.model_copy(update={
        "targets": team.settings.targets.model_copy(update={"blend": {"history": 1.0}})
    }))  # fmt: skip
    found = next_scenario.scenario(team)
    assert found.changes["targets"]["blend"] == {"history": 1.0, "capacity": 0.0}
    assert found.changes["targets"]["reserve"] == 0.1
    assert "blend" in found.replaced
    assert next_scenario.differences(team, found).empty


def test_floors_and_caps_of_locked_parts_are_emptied(company):
    team = reopen(company, scope="team:East-2", overrides={"targets.caps": {"rep:R005": 4e6}})
    found = next_scenario.scenario(team)
    assert found.changes["targets"]["caps"] == {"rep:R005": ""}
    assert next_scenario.differences(team, found).empty


def test_a_case_built_by_hand_has_a_scenario_too(make_case):
    days = pd.date_range("2022-07-01", "2025-09-01", freq="MS")
    sales = [{"date": one.date().isoformat(), "rep_id": rep, "amount": 1000.0 + 50 * place}
             for place, one in enumerate(days) for rep in ("R1", "R2")]  # fmt: skip
    found = next_scenario.scenario(make_case(sales=sales, scope="team:East-1"))
    locks = found.changes["targets"]["locks"]
    assert set(locks) == {"rep:R1", "rep:R2"}
    assert sum(locks.values()) == found.parts.handed_out
