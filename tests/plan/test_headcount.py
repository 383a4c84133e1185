"""Headcount: posts needed by month, and hires by the month they join."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.plan.bottom_up import bottom_up
from kit.plan.headcount import headcount
from kit.plan.schedule import seasonality
from kit.show import needs
from kit.show.words import Words

MONTHS = pd.period_range("2022-01", "2025-06", freq="M")
SALES = [{"date": one.to_timestamp() + pd.Timedelta(9, "D"), "amount": 100_000.0}
         for one in MONTHS]  # fmt: skip


@pytest.fixture
def case(make_case):
    def build(scope="team:East-1", **more):
        return make_case(**{"sales": SALES, "scope": scope, **more})

    return build


def test_twice_the_result_needs_twice_the_posts(case):
    found = headcount(case(), 600_000.0)
    assert found.productivity == pytest.approx(100_000)
    assert (found.posts, found.brought, found.shortfall) == pytest.approx((1, 300_000, 300_000))
    assert (found.gap, found.required) == pytest.approx((1, 2))
    months = found.months
    assert (months["required"] - months["posts"]).tolist() == pytest.approx(months["gap"].tolist())
    assert (months["gap"] * months["productivity"]).sum() == pytest.approx(found.shortfall)
    assert months["target"].sum() == 600_000
    assert [str(one.date()) for one in months["full_by"]] == [
        "2025-04-01", "2025-05-01", "2025-06-01",
    ]  # fmt: skip


def test_hires_come_up_along_the_ramp(case):
    starts = headcount(case(), 600_000.0).starts
    assert starts["period"].tolist() == ["2025-07", "2025-08", "2025-09"]
    july, august, september = 300_000 * seasonality(case())
    assert starts["brings"].tolist() == pytest.approx([
        0.25 * july + 0.5 * august + 0.75 * september, 0.25 * august + 0.5 * september,
        0.25 * september,
    ])  # fmt: skip
    assert starts["hires"].tolist() == [2, 4, 12]


def test_early_plans_can_hire_early(case):
    found = headcount(case(as_of="2025-03-31"), 600_000.0)
    assert found.starts["period"].iloc[0] == "2025-04"
    assert found.starts["brings"].iloc[0] == pytest.approx(300_000) and found.hires == 1


def test_it_is_the_capacity_view(case):
    subject = case(scope="company")
    assert headcount(subject, 1e6).brought == pytest.approx(bottom_up(subject).basis.amount)


def test_planned_hires_and_leavers_count(case):
    full = {"targets.ramp": [1.0], "targets.hires": [{"on": "2025-07-01", "posts": 1}]}
    joined = headcount(case(scope="company", settings=full), 600_000.0)
    assert joined.posts == pytest.approx(2) and joined.shortfall == pytest.approx(0, abs=1)
    gone = headcount(case(settings={"targets.leavers": {"R1": "2025-07-31"}}), 600_000.0)
    assert gone.months["posts"].tolist() == [1, 0, 0]
    july = 300_000 * seasonality(case()).iloc[0]
    assert gone.shortfall == pytest.approx(600_000 - july)


def test_enough_posts_need_no_hires(case):
    found = headcount(case(), 200_000.0)
    assert found.shortfall < 0 and found.gap < 0 and found.starts["hires"].tolist() == [0, 0, 0]


def test_what_is_missing_is_said(case, make_case):
    gone = Unavailable(reason="no_basis")
    assert headcount(case(), gone) is gone
    assert headcount(case(scope="rep:R1"), 1e6).reason == "one_post"
    assert isinstance(headcount(make_case(scope="team:East-1"), 1e6), Unavailable)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_seen(case, language):
    words = Words(language, "CNY")
    for amount in (600_000.0, 200_000.0):
        view = needs.headcount(headcount(case(), amount), words)
        assert "needs." not in view.html and "<table" in view.html
    over = case(period="2025-06", as_of="2025-06-30", settings={"targets.ramp": [0, 0, 0]})
    late = headcount(over, 600_000.0)
    assert np.isnan(late.starts["hires"].iloc[-1])
    assert needs.headcount(late, words).html
