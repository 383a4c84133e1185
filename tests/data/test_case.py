"""Cases: opened from files, seen on a day, opened again."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from kit.data.case import choices, find_config, open_case, reopen
from kit.data.hindsight import seen_on
from kit.data.measures import actuals
from kit.data.targets import in_force
from kit.errors import KitError, SettingsError, UnknownPeriodError, UnknownScopeError
from kit.plan import history
from kit.scope import Scope


@pytest.fixture
def opened(small_config, small_snapshot):
    """Open a case of the small company without building its snapshot again."""

    def build(**more):
        return open_case(small_config, snapshot=small_snapshot.folder, **more)

    return build


def test_what_is_left_out_follows_from_the_data(opened, small_snapshot):
    case = opened()
    assert (str(case.scope), case.period.name) == ("company", "2025Q3")
    assert case.as_of == dt.date(2025, 9, 10) and not case.closed
    assert case.snapshot_id == small_snapshot.id
    assert opened(period="2025Q2").as_of == dt.date(2025, 6, 30)
    assert opened(period="2025Q4").as_of == dt.date(2025, 9, 10)  # no order tells more


def test_targets_and_actuals_come_together(opened):
    case = opened(scope="rep:R03", as_of="2025-09-30")
    assert in_force(case) == 900.0
    assert actuals(case, start=case.period.start, end=case.period.end) == 900.0
    assert in_force(opened(scope="company")) == 300.0 * sum(range(1, 17))


def test_nothing_after_the_day_is_there(opened):
    data = opened(as_of="2025-08-15").data
    day = pd.Timestamp("2025-08-15")
    assert data.sales["date"].max() == pd.Timestamp("2025-08-10")
    assert data.frame("activities")["date"].max() <= day
    assert data.frame("stage_events")["entered_on"].max() <= day
    assert data.frame("receipts")["received_on"].isna().all() and len(data.frame("receipts")) == 16
    peers = opened(scope="rep:R05", as_of="2025-08-15").data.frame("peers")
    assert peers["month"].max() == pd.Timestamp("2025-07-01")


def test_opportunities_stand_as_they_stood(opened):
    deals = opened(as_of="2025-08-31").data.frame("opportunities")
    assert set(deals["status"]) == {"open"} and set(deals["stage"]) == {"proposal"}
    assert set(deals["amount"]) == {450.0}
    assert deals["closed_on"].isna().all() and deals["loss_reason"].isna().all()
    earlier = opened(as_of="2025-08-19").data.frame("opportunities")
    assert set(earlier["stage"]) == {"lead"} and set(earlier["amount"]) == {400.0}
    closed = opened(as_of="2025-09-01").data.frame("opportunities")
    assert set(closed["status"]) == {"won", "lost"} and set(closed["amount"]) == {500.0}
    assert opened(as_of="2025-07-01").data.frame("opportunities").empty


def test_without_stage_events_the_stage_of_then_is_unknown(make_case):
    deal = {"rep_id": "R1", "created_on": "2025-07-01", "stage": "won", "status": "won",
            "amount": 5.0}  # fmt: skip
    case = make_case(
        opportunities=[
            {**deal, "opportunity_id": "1", "closed_on": "2025-08-01"},
            {**deal, "opportunity_id": "2", "closed_on": "2025-07-15"},
        ]
    )
    seen = seen_on(case.data, dt.date(2025, 7, 20), calendar=case.calendar).frame("opportunities")
    assert seen["stage"].isna().tolist() == [True, False]
    assert seen["status"].tolist() == ["open", "won"]


def test_targets_and_periods_that_came_later_are_unknown(make_case):
    goal = {"scope": "region:East", "measure": "bookings", "period": "2025Q3"}
    score = {"rep_id": "R1", "dimension": "skill", "score": 3.0}
    case = make_case(
        targets=[
            {**goal, "version": 1, "target": 10.0},
            {**goal, "version": 2, "target": 5.0, "valid_from": "2025-09-01"},
        ],
        assessments=[{**score, "period": "2025Q3"}, {**score, "period": "2025Q4"}],
    )
    seen = seen_on(case.data, dt.date(2025, 8, 31), calendar=case.calendar)
    assert seen.frame("targets")["target"].tolist() == [10.0]
    assert seen.frame("assessments")["period"].tolist() == ["2025Q3"]
    assert len(case.data.frame("targets")) == 2


def test_a_case_opens_again(opened):
    case = opened(as_of="2025-08-15", overrides={"targets.growth": 0.5})
    rep = reopen(case, scope="rep:R01")
    assert (rep.scope, rep.as_of, rep.period) == (Scope("rep", "R01"), case.as_of, case.period)
    assert rep.settings.targets.growth == 0.5
    assert reopen(case, overrides={"language": "zh"}).settings.targets.growth == 0.5
    before = reopen(case, period=case.calendar.period("2025Q2"))
    assert (before.period.name, before.as_of) == ("2025Q2", dt.date(2025, 6, 30))
    assert reopen(case, period="2025Q4").as_of == dt.date(2025, 9, 10)
    assert reopen(case, as_of="2025-07-31").data.sales["date"].max() == pd.Timestamp("2025-07-10")


def test_choices_are_those_of_the_data(opened, small):
    found = choices(opened(scope="rep:R01"))
    assert found["scopes"][:5] == ["company", *(f"region:{one}" for one in sorted(small.REGIONS))]
    assert len(found["scopes"]) == 1 + 4 + 4 + 16
    assert found["names"]["rep:R01"] == "Person01" and found["names"]["company"] == "Small company"
    assert found["periods"] == ["2025Q2", "2025Q3"]
    assert (found["first"], found["last"]) == (dt.date(2025, 6, 10), dt.date(2025, 9, 10))


def test_a_case_built_by_hand_offers_itself(make_case):
    case = make_case()
    assert choices(case)["scopes"] == ["region:East"]
    with pytest.raises(SettingsError, match="built by hand"):
        reopen(case)


def test_the_config_is_looked_for_upwards(small_config, monkeypatch):
    notebooks = small_config.parents[2] / "notebooks"
    notebooks.mkdir(exist_ok=True)
    monkeypatch.chdir(notebooks)
    assert find_config("parameters/small/company.yml") == small_config
    assert find_config("parameters/small") == small_config
    with pytest.raises(SettingsError, match="no such file"):
        find_config("parameters/other/company.yml")


def test_snapshots_lie_below_the_projects_root(small_config, small_snapshot, monkeypatch):
    monkeypatch.chdir(small_config.parent)
    case = open_case(small_config)
    assert case.snapshot_id == small_snapshot.id
    outputs = small_config.parents[2] / "outputs"
    assert small_snapshot.folder == outputs / "small" / "snapshot" / case.snapshot_id


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"as_of": "2025-06-30"}, SettingsError, "lies before the period 2025Q3"),
        ({"as_of": "yesterday"}, SettingsError, "as_of: 'yesterday' is not a date"),
        ({"as_of": "2025-02-30"}, SettingsError, "is not a date"),
        ({"period": "2025q3"}, UnknownPeriodError, "Did you mean '2025Q3'"),
        ({"scope": "rep:R99"}, UnknownScopeError, "Did you mean"),
        ({"scope": "regoin:East"}, UnknownScopeError, "Did you mean 'region'"),
        ({"overrides": {"targets.growht": 1}}, SettingsError, "Did you mean 'growth'"),
        ({"language": "fr"}, SettingsError, "language"),
    ],
)
def test_what_is_wrong_is_said(opened, more, error, said):
    with pytest.raises(error, match=said) as caught:
        opened(**{"period": "2025Q3", **more})
    assert isinstance(caught.value, KitError)


def test_a_period_that_the_orders_do_not_reach_is_planned_from_what_is_known(opened):
    """Days without data are no days without sales: they would drag every forecast down."""
    case = opened(period="2026Q1")
    assert history.cutoff(case) == case.as_of == dt.date(2025, 9, 10)
    assert opened(period="2026Q1", as_of="2025-12-31").as_of == dt.date(2025, 12, 31)
    with pytest.raises(SettingsError, match="lies before the period 2026Q1"):
        opened(period="2026Q1", as_of="2025-09-09")


@pytest.mark.parametrize(
    ("period", "said"), [("1999Q1", "before the data begin"), ("2031Q1", "more than two years")]
)
def test_a_period_far_from_the_orders_is_refused(opened, period, said):
    with pytest.raises(UnknownPeriodError, match=said):
        opened(period=period)
