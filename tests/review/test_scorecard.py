"""Scorecards: scores, ranks and their course, by hand, as invariants and against real quotas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kit.data.case import open_case, reopen
from kit.data.tables import Unavailable
from kit.diagnose.retention import retention
from kit.parameters import data_folder, load
from kit.review import score_rates, scorecard
from kit.review.kpi_parts import part_case
from kit.review.score import scorecard as cards
from kit.review.score import scored
from kit.review.score_weights import COMPONENTS, weighted, weights
from kit.review.scored_trend import scored_trend
from kit.scope import Scope
from kit.settings.scorecard import ScorecardSettings

ROSTER = [
    {"rep_id": f"R{n}", "valid_from": "2020-01-01", "name": f"Rep {n}", "team": "East-1",
     "region": "East", "capacity": 1.0, "manager_id": "M1", "hired_on": "2020-01-01"}
    for n in (1, 2, 3)
] + [{"rep_id": "M1", "valid_from": "2020-01-01", "name": "Boss", "region": "East"}]  # fmt: skip
OLD = {"bookings": 0.6, "margin": 0.15, "new_customers": 0.1, "activity": 0.15}
WEIGHTS = {"review.scorecard.weights": OLD}


def _sale(rep, date, amount, *, cost=0.0, customer="C1", **more):
    return {"rep_id": rep, "date": date, "amount": amount, "cost": cost, "customer_id": customer,
            "customer_since": "2019-01-01", **more}  # fmt: skip


def _target(scope, amount, *, period="2025Q3", measure="bookings"):
    return {"scope": scope, "period": period, "measure": measure, "version": 1, "target": amount}


def _visits(**counts):
    return [
        {"date": "2025-07-15", "rep_id": rep, "kind": "visit", "count": count}
        for rep, count in counts.items()
    ]


TABLES = {
    "sales": [
        _sale("R1", "2024-06-01", 1.0), _sale("R1", "2024-08-01", 50.0),
        _sale("R1", "2025-07-10", 120.0, cost=60.0),
        _sale("R2", "2025-07-10", 80.0, cost=40.0), _sale("R3", "2025-09-10", 50.0, cost=25.0),
    ],
    "roster": ROSTER,
    "targets": [_target("rep:R1", 100.0), _target("rep:R2", 100.0), _target("rep:R3", 0.0)],
    "activities": _visits(R1=30, R2=10, R3=10),
}  # fmt: skip


@pytest.fixture
def region(make_case):
    return make_case(**TABLES, settings=WEIGHTS)


def test_scores_by_hand(region):
    table = scorecard.reps(region).set_index("rep")
    assert table.loc["Rep 1", "attainment"] == 1.2
    assert table.loc["Rep 1", "yoy"] == pytest.approx(1.4)
    assert table.loc["Rep 2", "attainment"] == 0.8
    # 0.6 bookings, 0.15 margin, 0.15 activity, capped at 1.5; nobody had new customers
    expected = (0.6 * 1.2 + 0.15 * 1 + 0.15 * 1.5) / 0.9
    assert table.loc["Rep 1", "score"] == pytest.approx(expected)
    assert table.loc["Rep 2", "score"] == pytest.approx((0.6 * 0.8 + 0.15 + 0.15) / 0.9)
    assert table.loc["Rep 1", "known"] == pytest.approx(0.9)
    assert table.loc[["Rep 1", "Rep 2"], "rank"].tolist() == [1.0, 2.0]


def test_below_half_of_the_weight_there_is_no_score(region):
    third = scorecard.reps(region).set_index("rep").loc["Rep 3"]  # a target of zero
    assert np.isnan(third["attainment"]) and np.isnan(third["score"]) and np.isnan(third["rank"])
    assert third["known"] == pytest.approx(0.3)


def test_who_has_neither_target_nor_sales_nor_activity_has_no_card(region):
    assert "Boss" not in set(scorecard.reps(region)["rep"])


def test_actuals_sum_to_the_scope(region):
    assert scorecard.reps(region)["actual"].sum() == 250.0


def test_a_ratio_is_shown_uncapped_and_capped_within_the_score(make_case):
    tables = {**TABLES, "targets": [_target("rep:R1", 10.0), _target("rep:R2", 8.0)]}
    found = cards(make_case(**tables, settings={**WEIGHTS, "review.scorecard.cap": 2.0}))
    row = found[found["part"] == "Rep 1"].iloc[0]
    assert row["attainment"] == row["bookings"] == pytest.approx(12.0)
    assert row["score"] == pytest.approx((0.6 * 2 + 0.15 * 1 + 0.15 * 2) / 0.9)


def test_every_level_below_the_reader_has_its_rows(make_case):
    case = make_case(**TABLES, scope="company", settings=WEIGHTS)
    found = cards(case)
    assert found["kind"].tolist() == ["region", "team", "rep", "rep", "rep"]
    assert set(cards(make_case(**TABLES, settings=WEIGHTS))["kind"]) == {"team", "rep"}
    assert set(cards(make_case(**TABLES, scope="team:East-1"))["kind"]) == {"rep"}


def test_a_reps_own_packet_has_no_rank_and_nobody_else(make_case):
    tables = {**TABLES, "sales": [one for one in TABLES["sales"] if one["rep_id"] == "R1"]}
    for settings in ({}, {"review.scorecard.rank_for_reps": True}):
        found = cards(make_case(**tables, scope="rep:R1", settings=settings))
        assert found["scope"].tolist() == ["rep:R1"]
        assert found[["rank", "of", "quarter"]].isna().all(axis=None)


def test_a_rep_may_be_told_the_quarter_among_anonymous_peers(make_case):
    peers = [
        {"month": pd.Timestamp(f"2025-{month:02d}-01"), "measure": "bookings", "peers": 6,
         "mean": 30.0, "median": 30.0, "low": 20.0, "high": 39.0}
        for month in (7, 8, 9)
    ]  # fmt: skip
    sales = [_sale("R1", "2025-07-10", 120.0, cost=60.0)]
    given = {"sales": sales, "scope": "rep:R1", "peers": peers}
    told = cards(make_case(**given, settings={"review.scorecard.rank_for_reps": True}))
    assert told["quarter"].tolist() == [1.0]
    assert cards(make_case(**given))["quarter"].isna().all()


def test_a_small_quota_is_marked_and_does_not_count(make_case):
    sales = [_sale(f"R{n}", "2025-07-10", 80_000.0, cost=40_000.0) for n in range(1, 6)]
    goals = [_target("rep:R1", 1_000.0), *(_target(f"rep:R{n}", 100_000.0) for n in range(2, 6))]
    found = cards(make_case(sales=sales, targets=goals)).set_index("scope")
    row = found.loc["rep:R1"]
    assert row["attainment"] == pytest.approx(80.0) and row["small_quota"]
    assert np.isnan(row["bookings"]) and np.isnan(row["rank"])
    others = found[(found["kind"] == "rep") & ~found["small_quota"]]
    assert (others["rank"] == 1.0).all() and (others["of"] == 4).all()


def test_a_quota_that_was_always_small_is_the_reps_usual_one(make_case):
    periods = ("2025Q1", "2025Q2", "2025Q3")
    sales = [_sale("R1", "2024-12-01", 1.0)]
    sales += [_sale(f"R{n}", "2025-07-10", 900.0, cost=9.0) for n in range(1, 6)]
    goals = [_target("rep:R1", 1_000.0, period=one) for one in periods]
    goals += [_target(f"rep:R{n}", 100_000.0) for n in range(2, 6)]
    found = cards(make_case(sales=sales, targets=goals)).set_index("scope")
    assert not found.loc["rep:R1", "small_quota"]


def test_a_rep_who_was_elsewhere_for_a_part_is_not_held_to_the_whole_quota(make_case):
    west = {"valid_from": "2025-08-16", "region": "West", "team": "West-1"}
    roster = [*ROSTER[1:3], {**ROSTER[0], "valid_to": "2025-08-15"}, {**ROSTER[0], **west}]
    found = cards(make_case(**{**TABLES, "roster": roster}, settings=WEIGHTS)).set_index("scope")
    row = found.loc["rep:R1"]
    assert row["moved"] and np.isnan(row["bookings"]) and np.isnan(row["attainment"])


def test_where_orders_go_by_their_own_region_a_regions_reps_are_not_held_to_whole_quotas(make_case):
    sales = [*TABLES["sales"], _sale("R9", "2025-07-10", 90.0, cost=45.0)]
    found = cards(make_case(**{**TABLES, "sales": sales}, settings=WEIGHTS)).set_index("scope")
    assert found.loc["rep:R1", "moved"] and np.isnan(found.loc["rep:R1", "bookings"])
    company = cards(make_case(**{**TABLES, "sales": sales}, scope="company", settings=WEIGHTS))
    assert not company["moved"].any()


def test_scores_by_managers_and_customers_count_against_what_is_required(make_case):
    given = [("planning", 4.0, "manager"), ("planning", 1.0, "self"), ("service", 3.0, "customer")]
    rows = [
        {"rep_id": "R1", "period": "2025Q3", "dimension": name, "score": score, "source": source}
        for name, score, source in given
    ]  # fmt: skip
    found = cards(make_case(**TABLES, assessments=rows, settings={
        "diagnose.people.required_scores": {"service": 4.0}
    })).set_index("scope")  # fmt: skip
    assert found.loc["rep:R1", "assessment"] == pytest.approx(4 / 3)
    assert found.loc["rep:R1", "satisfaction"] == pytest.approx(0.75)
    assert found.loc["team:East-1", "assessment"] == pytest.approx(4 / 3)


def test_the_goals_weights_stand_in(make_case):
    goals = [{"name": "planning", "measure": "planning", "target": 4.0, "weight": 0.3},
             {"name": "won back", "measure": "quantity", "target": 9.0, "weight": 0.1}]  # fmt: skip
    rows = [{"rep_id": "R1", "period": "2025Q3", "dimension": "planning", "score": 5.0,
             "source": "manager"}]  # fmt: skip
    case = make_case(**TABLES, assessments=rows, settings={
        "review.scorecard.weigh_by": "goals", "targets.goals": goals
    })  # fmt: skip
    made = weights(case)
    assert made["bookings"] == pytest.approx(0.6) and made["assessment"] == 0.3
    assert sum(made.values()) == pytest.approx(1)
    row = cards(case).set_index("scope").loc["rep:R1"]
    assert row["assessment"] == pytest.approx(1.25)
    assert row["score"] == pytest.approx((0.6 * 1.2 + 0.3 * 1.25) / 0.9)


def test_the_trend_ends_with_this_period_and_starts_with_the_first_known(make_case):
    sales = [_sale("R1", f"{day}-10", 100.0, cost=50.0) for day in
             ("2024-10", "2024-11", "2025-02", "2025-05", "2025-08")]  # fmt: skip
    sales += [_sale("R2", f"2025-{month}-10", 50.0, cost=25.0) for month in ("05", "08")]
    goals = [_target(f"rep:{rep}", 100.0, period=one) for one in ("2025Q1", "2025Q2", "2025Q3")
             for rep in ("R1", "R2")]  # fmt: skip
    case = make_case(sales=sales, targets=goals, settings=WEIGHTS)
    found = cards(case).set_index("scope")
    assert found.loc["rep:R1", "trend"][-1] == found.loc["rep:R1", "score"]
    course = scored_trend(case)
    own = course[course["scope"] == "rep:R1"]
    assert own["period"].tolist() == ["2025Q1", "2025Q2", "2025Q3"]
    assert own["attainment"].tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("tables", [
    {"sales": []},
    {"sales": [_sale("R1", "2025-07-10", -5.0)]},
    {"sales": [_sale("R1", "2025-07-10", 0.0)], "targets": [_target("rep:R1", 0.0)]},
    {"sales": [_sale("R1", "2025-07-10", -5.0, cost=None)], "targets": [_target("rep:R1", 9.0)]},
    {"sales": [_sale(None, "2025-07-10", 5.0)]},
    {"sales": TABLES["sales"][:3], "activities": [], "receipts": [], "assessments": []},
])  # fmt: skip
@pytest.mark.parametrize("scope", ["company", "region:East", "team:East-1", "rep:R1"])
def test_nothing_breaks_on_little_data(make_case, tables, scope):
    case = make_case(**tables, scope=scope)
    for found in (cards(case), scorecard.reps(case), scored_trend(case)):
        if not isinstance(found, Unavailable):
            numbers = found.select_dtypes("number").to_numpy(dtype=float)
            assert not np.isinf(numbers).any()


def test_before_the_period_begins_there_is_no_card(make_case):
    found = cards(make_case(**TABLES, as_of="2025-06-30"))
    assert isinstance(found, Unavailable) and found.reason == "not_started"


def test_weights_must_sum_to_one():
    with pytest.raises(ValidationError, match=r"add up to 0.8.*change one of them by \+0.2"):
        ScorecardSettings(weights={"bookings": 0.7, "margin": 0.1})
    with pytest.raises(ValidationError, match="bokings"):
        ScorecardSettings(weights={"bokings": 1.0})
    assert sum(ScorecardSettings().weights.values()) == pytest.approx(1)


shares = st.lists(st.floats(0.01, 1), min_size=8, max_size=8)
ratios = st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=8, max_size=8)


@given(shares=shares, ratios=ratios, cap=st.floats(1, 5))
def test_a_score_lies_between_nothing_and_the_cap(shares, ratios, cap):
    given_weights = dict(zip(COMPONENTS, np.array(shares) / sum(shares), strict=True))
    table = pd.DataFrame([dict(zip(COMPONENTS, ratios, strict=True))])
    row = weighted(table, given_weights, cap=cap).iloc[0]
    known = sum(given_weights[name] for name, one in table.iloc[0].items() if pd.notna(one))
    assert row["known"] == pytest.approx(known)
    assert np.isnan(row["score"]) if known == 0 else -1e-9 <= row["score"] <= cap + 1e-9


@given(ratios=ratios)
def test_on_the_mark_in_all_that_is_known_scores_one(ratios):
    table = pd.DataFrame([{name: None if one is None else 1.0 for name, one in
                           zip(COMPONENTS, ratios, strict=True)}])  # fmt: skip
    score = weighted(table, ScorecardSettings().weights, cap=1.5)["score"].iloc[0]
    assert np.isnan(score) or score == pytest.approx(1)


def test_customers_kept_agree_with_the_retention_of_each_part(sample_company):
    case = sample_company[2]
    for kind, ids in (("region", ("East", "North")), ("team", ("East-2",)), ("rep", ("R018",))):
        found = score_rates.kept_shares(case, kind)
        for one in ids:
            told = retention(part_case(case, Scope(kind, one))).measures.set_index("view")
            assert found[one] == pytest.approx(told.at["kept", "value"])


def test_the_sample_ranks_the_region_whose_conversion_fell_last_in_attainment(sample_company):
    found = cards(sample_company[2])
    regions = found[found["kind"] == "region"].set_index("part")
    assert regions["attainment"].idxmin() == "East"
    assert regions.loc["East", "trend"][-1] < min(regions.loc["East", "trend"][:-1])
    assert set(found["kind"]) == {"region", "team", "rep"}
    for _, rows in found.groupby("kind"):
        scored = rows[rows["score"].notna()]
        places = scored["score"].rank(ascending=False, method="min")
        assert scored["rank"].tolist() == places.tolist()
        assert (scored["of"] == len(scored)).all()


CONFIG = Path(__file__).resolve().parents[2] / "parameters" / "adventureworks" / "company.yml"
DATA = data_folder(CONFIG, load(CONFIG))
real = pytest.mark.skipif(not DATA.is_dir(), reason=f"the AdventureWorks files are not at {DATA}")


@pytest.fixture(scope="module")
def adventureworks(tmp_path_factory):
    first = open_case(CONFIG, out=str(tmp_path_factory.mktemp("adventureworks")))
    return lambda period: reopen(first, period=period)


@real
def test_each_real_rep_and_period_agrees_with_the_independent_figures(adventureworks):
    expected = pd.read_csv(DATA / "expected_attainment.csv", dtype={"EmployeeKey": str})
    assert len(expected) == 95
    for period, rows in expected.groupby("PeriodStart"):
        found = scored(adventureworks(period)).set_index("scope")
        found = found.loc["rep:" + rows["EmployeeKey"]]
        assert found["target"].to_numpy() == pytest.approx(rows["Quota"].to_numpy(), abs=1e-6)
        assert found["actual"].to_numpy() == pytest.approx(rows["Actual"].to_numpy(), abs=1e-6)
        assert found["attainment"].to_numpy() == pytest.approx(
            rows["Attainment"].to_numpy(), abs=1e-6
        )


@real
def test_a_real_quota_of_a_thousand_is_marked_and_not_ranked_by(adventureworks):
    found = scorecard.reps(adventureworks("2013-09-29")).set_index("scope")
    row = found.loc["rep:290"]
    assert row["target"] == 1_000 and row["small_quota"] and np.isfinite(row["attainment"])
    assert np.isnan(row["rank"]) and found["small_quota"].sum() == 1
    assert found["rank"].count() == len(found) - 1
