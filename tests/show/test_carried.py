"""What is handed on from one case to the next is what the next would find itself."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pandas as pd
import pytest

from kit.data import sample
from kit.data.case import open_case, reopen
from kit.plan import (
    allocation,
    bottom_up,
    budget,
    cascade,
    collections,
    headcount,
    joint_risk,
    required_funnel,
    schedule,
    target,
)
from kit.settings import TargetSettings
from kit.show import carried as carrying
from kit.show.carried import carried

MOVES = [
    {"targets.growth": 0.2, "targets.reserve": 0.1, "targets.locks": {"team:East-1": 5e6}},
    {"targets.split": "even", "targets.unit": 10.0}, {"targets.lam": 0.3},
    {"targets.blend": {"history": 0.2, "potential": 0.0, "capacity": 0.8}},
    {"targets.trust": [0.0, 1.0, 9.0], "targets.ramp": [0.1]}, {"track.interval": 0.6},
]  # fmt: skip


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    from pathlib import Path
    from shutil import copytree

    root = tmp_path_factory.mktemp("carried")
    copytree(Path(__file__).parents[2] / "parameters" / "sample", root / "parameters" / "sample")
    sample.write(root / "outputs" / "sample" / "data")
    return open_case(
        root / "parameters" / "sample" / "company.yml", scope="region:East", period="2025Q4",
        overrides={"targets.split": "equal_chance"},
    )  # fmt: skip


def worked(case):
    """A case on which the plan was made, and what is shown of it."""
    plan = target.proposal(case)
    shares = cascade.cascade(case, plan)
    amount = plan.target
    bottom_up.bottom_up(case)
    allocation.mix(case, plan)
    joint_risk.joint_risk(case, target=6e7)
    required_funnel.required_funnel(case, amount)
    headcount.headcount(case, amount)
    budget.budget(case, amount)
    collections.collections(case, amount)
    return plan, shares, schedule.parts(case, amount)


def remembered(case):
    return vars(case).get("_remembered", {})


def name(function):
    return f"{function.__module__}.{function.__qualname__}"


@pytest.mark.parametrize("move", MOVES, ids=lambda one: next(iter(one)))
def test_what_is_shown_is_what_a_fresh_case_gives(opened, move):
    worked(opened)
    after = carried(opened, reopen(opened, overrides=move))
    fresh = reopen(opened, overrides=move)
    assert not remembered(fresh)
    handed_on = set(remembered(after))
    assert bool(handed_on) == (next(iter(move)) != "track.interval")
    for found, known in zip(worked(after), worked(fresh), strict=True):
        if isinstance(known, pd.DataFrame):
            pd.testing.assert_frame_equal(found, known, check_exact=True)
            assert {**found.attrs} == {**known.attrs} or str(found.attrs) == str(known.attrs)
        else:
            assert (found.target, found.handed_out, found.chance) == (
                known.target, known.handed_out, known.chance
            )  # fmt: skip
            pd.testing.assert_frame_equal(found.views, known.views, check_exact=True)


def test_a_growth_lever_leaves_the_slow_work_done(opened):
    worked(opened)
    after = carried(opened, reopen(opened, overrides={"targets.growth": 0.2}))
    known = {name(one[0]) for one in remembered(after)}
    assert {"kit.plan.hierarchy.level", "kit.plan.baseline.outlook"} <= known
    assert "kit.plan.target.proposal" not in known


def test_each_reads_no_more_of_the_target_than_is_declared(opened):
    """Each function is run once more with settings that note what is read of them."""
    read = set()

    class Noting(TargetSettings):
        def __getattribute__(self, key):
            if key in TargetSettings.model_fields:
                read.add(key)
            return super().__getattribute__(key)

    worked(opened)
    checked = set()
    noting = Noting(**opened.settings.targets.model_dump())
    for function, arguments, *named in list(remembered(opened)):
        reads = carrying._READS.get(name(function))
        if reads is None:
            continue
        settings = opened.settings.model_copy(update={"targets": noting})
        fresh = replace(opened, settings=settings, data=replace(opened.data))
        read.clear()
        function(fresh, *arguments, **dict(named))
        assert read <= reads, name(function)
        checked.add(name(function))
    assert len(checked) >= 20


def test_what_is_declared_exists():
    for one in carrying._READS:
        module, _, function = one.rpartition(".")
        assert hasattr(getattr(importlib.import_module(module), function), "__wrapped__"), one


def test_other_rows_or_settings_hand_on_nothing(opened):
    worked(opened)
    other = replace(opened, data=replace(opened.data))
    assert carried(opened, other) is other and not remembered(other)
    day = reopen(opened, as_of="2025-10-20")
    assert not remembered(carried(opened, day))
