"""People: tiers, revenue for a full post, capabilities, behaviour, joint orders and load."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose.behaviour import behaviour
from kit.diagnose.capability import capability, disagreements
from kit.diagnose.joint_deals import compared, joint_deals, orders_of, shares_apart
from kit.diagnose.load import load
from kit.diagnose.productivity import beside_others, per_post, productivity
from kit.diagnose.results import results
from kit.diagnose.shortfalls import correlation, shortfalls
from kit.diagnose.tiers import tiers


def person(rep, *, hired="2015-01-01", capacity=1.0, team="East-1", start="2020-01-01", end=None):
    return {"rep_id": rep, "valid_from": start, "valid_to": end, "name": f"Name {rep}",
            "team": team, "region": "East", "hired_on": hired, "capacity": capacity}  # fmt: skip


def sale(rep, amount, day="2025-07-15", **more):
    return {"rep_id": rep, "date": day, "amount": amount, "cost": amount * 0.6, **more}


STAFF = [person("R1"), person("R2"), person("R3"), person("R4", capacity=0.5),
         person("R5", hired="2025-08-01", start="2025-08-01")]  # fmt: skip
SOLD = {"R1": 500.0, "R2": 300.0, "R3": 100.0, "R4": 200.0, "R5": 60.0}


@pytest.fixture
def team(make_case):
    rows = [sale(rep, amount, "2025-08-15") for rep, amount in SOLD.items()]
    rows += [sale("R1", 250.0, "2024-08-15"), sale("R4", 400.0, "2024-08-15")]
    return make_case(sales=rows, roster=STAFF)


def test_revenue_is_divided_by_full_posts_with_part_time_presence_and_ramp(team):
    found = productivity(team)
    rows = found.reps.set_index("rep_id")
    assert rows.loc["R1", ["posts", "productivity"]].tolist() == [1.0, 500.0]
    assert rows.loc["R4", ["posts", "productivity"]].tolist() == [0.5, 400.0]
    worked = [team.calendar.working_days(f"2025-{one}-01", f"2025-{one}-{end}")
              for one, end in (("07", 31), ("08", 31), ("09", 30))]  # fmt: skip
    posts = (0.25 * worked[1] + 0.5 * worked[2]) / sum(worked)
    assert rows.loc["R5", "posts"] == pytest.approx(posts)
    assert rows.loc["R5", "productivity"] == pytest.approx(60 / posts)
    assert rows.loc["R1", "growth"] == pytest.approx(1.0)
    assert rows.loc["R4", "growth"] == pytest.approx(-0.5)  # 400 ÷ 0.5 a year before
    assert np.isnan(rows.loc["R5", "productivity_before"])
    assert rows.loc["R5", "marks"] == ("newcomer", "part_period")
    assert rows.loc["R4", "marks"] == ("part_time",)
    assert found.amount == 1160.0 and found.elsewhere == 0.0
    assert found.posts_before == pytest.approx(3.5)  # four people, one of them at half a post
    assert found.growth == pytest.approx((1160 / found.posts) / (650 / 3.5) - 1)


def test_the_median_is_that_of_the_others_from_three_on(team):
    rows = productivity(team).reps.set_index("rep_id")["productivity"]
    found = productivity(team).reps.set_index("rep_id")["median"]
    for rep in rows.index:
        assert found[rep] == pytest.approx(rows.drop(rep).median())
    assert beside_others(pd.Series([1.0, 2.0, np.nan, 3.0]))["median"].tolist()[2] == 2.0


def test_who_has_no_post_in_the_scope_is_left_out_and_said(make_case):
    case = make_case(sales=[sale(one, 10.0) for one in ("R1", "R2", "R3", "X")],
                     roster=[person(one) for one in ("R1", "R2", "R3")])  # fmt: skip
    assert productivity(case).elsewhere == 10.0
    assert tiers(case).elsewhere == 10.0
    assert set(tiers(case).reps["rep_id"]) == {"R1", "R2", "R3"}


def test_posts_are_not_held_against_other_peoples_revenue(make_case):
    rows = [sale("R1", 10.0), sale("X", 11.0)]
    case = make_case(sales=rows, roster=[person("R1"), person("R2"), person("R3")])
    assert productivity(case) == tiers(case) == Unavailable(
        reason="sold_by_others", detail="region:East"
    )


def test_newcomers_and_part_timers_are_never_sorted_by_raw_revenue(team):
    found = tiers(team).reps.set_index("rep_id")
    assert found["basis"].to_dict() == {
        "R1": "amount", "R2": "amount", "R4": "post", "R3": "amount", "R5": "post"
    }
    assert found.loc["R1", "tier"] == "core"
    assert found.loc["R4", "tier_by_amount"] == "steady"
    assert found.loc["R4", "tier"] == found.loc["R4", "tier_by_post"]
    assert found.loc["R5", "tier_by_amount"] == "to_lift"
    assert found.loc["R5", "tier"] == "steady"


def test_a_newcomer_of_a_week_has_no_tier_yet(make_case):
    staff = [*STAFF[:3], person("N", hired="2025-09-25", start="2025-09-25")]
    case = make_case(sales=[sale(one, 100.0) for one in ("R1", "R2", "R3")]
                     + [sale("N", 90.0, "2025-09-26")], roster=staff)  # fmt: skip
    found = tiers(case)
    assert found.reps.set_index("rep_id").loc["N", "tier"] is None
    assert found.summary.set_index("tier").loc["too_new", "people"] == 1


def test_two_people_and_one_are_not_ranked(make_case):
    two = make_case(sales=[sale("R1", 10.0), sale("R2", 5.0)])
    assert tiers(two) == Unavailable(reason="few_people")
    assert load(two) == Unavailable(reason="few_people")
    one = make_case(sales=[sale("R1", 10.0)], scope="rep:R1")
    assert tiers(one) == Unavailable(reason="one_person")
    scored = make_case(sales=[sale("R1", 1.0)], scope="rep:R1", assessments=[])
    assert shortfalls(scored).reason == "one_person"
    assert productivity(one).reps["median"].isna().all()


def test_without_sales_people_or_a_begun_period_nothing_is_made_up(make_case):
    assert tiers(make_case(sales=[], roster=STAFF[:3])) == Unavailable(reason="no_rows")
    assert productivity(make_case(sales=[], roster=[])) == Unavailable(reason="no_reps")
    early = make_case(sales=[sale("R1", 1.0, "2025-06-01")], as_of="2025-06-15")
    assert productivity(early).reason == "not_started"
    returns = make_case(sales=[sale(one, -5.0) for one in ("R1", "R2", "R3")])
    assert tiers(returns) == Unavailable(reason="no_rows")
    assert (productivity(returns).reps["productivity"] == -5.0).all()
    idle = make_case(sales=[], roster=[person("R1", capacity=0.0)])
    assert productivity(idle).reason == "no_posts"


def test_nothing_is_divided_below_half_a_post_in_a_month():
    found = per_post(pd.Series([9.0, 9.0]), pd.Series([0.16, 0.17]), months=3.0)
    assert np.isnan(found[0]) and found[1] == pytest.approx(9 / 0.17)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=8).filter(lambda one: sum(one) > 1))
def test_tiers_hold_everyone_once_and_never_lie_above_a_larger_one(make_case, amounts):
    rows = [sale(f"R{at}", amount) for at, amount in enumerate(amounts)]
    found = tiers(make_case(sales=rows))
    assert found.summary["people"].sum() == len(amounts)
    assert found.summary["amount"].sum() == pytest.approx(sum(amounts))
    rank = found.reps["tier"].map({"core": 0, "steady": 1, "to_lift": 2})
    assert rank.is_monotonic_increasing
    assert rank.iloc[0] == 0


def score(rep, value, *, dimension="planning", period="2025Q2", source="manager"):
    return {"rep_id": rep, "period": period, "dimension": dimension, "score": value,
            "source": source}  # fmt: skip


def test_the_newest_scores_are_averaged_over_their_sources(make_case):
    case = make_case(
        sales=[sale(f"R{at}", 1.0) for at in range(1, 5)],
        assessments=[
            score("R1", 1.0, period="2025Q1"), score("R1", 2.0), score("R1", 5.0, source="self"),
            score("R2", 4.0), score("R3", 4.0, period="2026Q1"), score("R4", 3.0, period="spring"),
            score("R9", 3.0),
        ],
    )  # fmt: skip
    rows = capability(case).scores.set_index("rep_id")
    assert rows["score"].to_dict() == {"R1": 3.5, "R2": 4.0}
    assert rows.loc["R1", "sources"] == 2 and rows.loc["R1", "period"] == "2025Q2"
    apart = disagreements(case).iloc[0]
    assert (apart["source"], apart["other"], apart["difference"]) == ("self", "manager", 3.0)


def test_scores_of_a_running_period_do_not_count(make_case):
    sales = [sale(f"R{at}", 1.0 * at) for at in range(1, 10)]
    reps = [f"R{at}" for at in range(1, 10)]
    running = [score(rep, 5.0, period="2025Q3") for rep in reps]
    over = [score(rep, float(at % 5 + 1)) for at, rep in enumerate(reps)]
    on = {"sales": sales, "as_of": "2025-09-29"}
    case = make_case(**on, assessments=running + over)
    found = capability(case).scores
    assert set(found["period"]) == {"2025Q2"} and found["score"].tolist() == [
        1.0, 2.0, 3.0, 4.0, 5.0, 1.0, 2.0, 3.0, 4.0
    ]  # fmt: skip
    assert shortfalls(case)["correlation"].notna().any()
    early = make_case(**on, assessments=running)
    assert capability(early) == shortfalls(early) == Unavailable(reason="no_scores")
    closed = make_case(sales=sales, assessments=running + over)
    assert set(capability(closed).scores["period"]) == {"2025Q3"}


def test_of_periods_that_end_together_the_shorter_counts(make_case):
    case = make_case(
        sales=[sale("R1", 1.0)], as_of="2026-03-15", period="2025Q4",
        assessments=[score("R1", 1.0, period="2025"), score("R1", 4.0, period="2025Q4")],
    )  # fmt: skip
    assert capability(case).scores[["period", "score"]].values.tolist() == [["2025Q4", 4.0]]


def test_required_scores_are_parameters(make_case):
    wanted = {"diagnose.people.required_score": 3.5,
              "diagnose.people.required_scores": {"CRM": 5}}  # fmt: skip
    case = make_case(
        sales=[sale("R1", 1.0)], settings=wanted,
        assessments=[score("R1", 3.0), score("R1", 4.5, dimension="CRM")],
    )  # fmt: skip
    found = capability(case)
    assert found.scores["short"].tolist() == [0.5, 0.5]
    assert found.dimensions["reps_short"].tolist() == [1, 1]


def test_no_scores_one_source_no_table(make_case):
    sales = [sale("R1", 1.0)]
    assert capability(make_case(sales=sales)).table == "assessments"
    assert capability(make_case(sales=sales, assessments=[])).reason == "no_scores"
    case = make_case(sales=sales, assessments=[score("R1", 3.0)])
    assert disagreements(case).reason == "one_source"


def test_rank_correlation_and_its_chance_agree_with_scipy():
    rng = np.random.default_rng(3)
    one, other = rng.integers(1, 6, 25).astype(float), rng.normal(size=25)
    found, chance = correlation(one, other)
    assert found == pytest.approx(stats.spearmanr(one, other).statistic)
    test = stats.permutation_test(
        (one,), lambda side: stats.spearmanr(side, other).statistic, permutation_type="pairings",
        n_resamples=2_000, rng=np.random.default_rng(1),
    )  # fmt: skip
    assert chance == pytest.approx(test.pvalue, abs=0.04)
    assert np.isnan(correlation(np.ones(9), np.arange(9.0))).all()


@pytest.mark.parametrize(("many", "verdict"), [(24, "goes"), (14, "candidate")])
def test_a_capability_that_goes_with_revenue_is_found_and_noise_is_not(make_case, many, verdict):
    rng = np.random.default_rng(11)
    reps = [f"R{at:02d}" for at in range(many)]
    rows = [sale(rep, 100.0 + 20 * at + rng.normal(0, 20)) for at, rep in enumerate(reps)]
    scored = [score(rep, 1 + 4 * at / many) for at, rep in enumerate(reps)]
    scored += [score(rep, float(rng.integers(1, 6)), dimension="noise") for rep in reps]
    found = shortfalls(make_case(sales=rows, assessments=scored)).set_index(["dimension", "result"])
    assert found.loc[("planning", "productivity"), "verdict"] == verdict
    assert found.loc[("noise", "productivity"), "verdict"] == "not_distinct"
    assert found.loc[("planning", "attainment"), "verdict"] == "unknown"


def test_chance_alone_names_few_pairs():
    rng = np.random.default_rng(5)
    named = 0
    for _ in range(60):
        chances = [
            correlation(rng.integers(1, 6, 24).astype(float), rng.normal(size=24), draws=499)[1]
            for _ in range(8)
        ]
        named += bool((stats.false_discovery_control(chances) <= 0.1).any())
    assert named / 60 <= 0.2


def did(rep, kind, count, day="2025-07-10"):
    return {"date": day, "rep_id": rep, "kind": kind, "count": count}


def test_quadrants_name_only_who_lies_clearly_off_the_median(make_case):
    visits = {"R1": 200.0, "R2": 40.0, "R3": 110.0, "R4": 100.0, "R5": 95.0}
    due = {"R1": 100.0, "R2": 100.0, "R3": 300.0, "R4": 100.0, "R5": 100.0}
    case = make_case(
        sales=[sale(rep, 200.0) for rep in visits],
        targets=[{"scope": f"rep:{rep}", "period": "2025Q3", "measure": "bookings", "version": 1,
                  "target": target} for rep, target in due.items()],
        activities=[did(rep, "visit", count) for rep, count in visits.items()]
        + [did("R1", "call", 900.0)],
    )  # fmt: skip
    found = behaviour(case).set_index("rep_id")
    assert found["quadrant"].to_dict() == {
        "R1": "many_good", "R2": "few_good", "R3": "usual_poor", "R4": "usual_good",
        "R5": "usual_good",
    }  # fmt: skip
    assert set(found["behaviour"]) == {"visit"}
    assert (found["good_from"] == case.settings.track.amber).all()
    assert found.loc["R1", "median"] * found.loc["R1", "days"] == pytest.approx(97.5)


def test_without_targets_the_others_median_decides_and_part_timers_count_by_their_post(make_case):
    staff = [person("R1"), person("R2"), person("R3"), person("R4", capacity=0.5)]
    case = make_case(
        sales=[sale(f"R{at}", 100.0 * at) for at in range(1, 5)], roster=staff,
        activities=[did(f"R{at}", "visit", 100.0) for at in range(1, 4)]
        + [did("R4", "visit", 50.0)],
    )  # fmt: skip
    found = behaviour(case).set_index("rep_id")
    assert set(found["by"]) == {"peers"}
    assert found["multiple"].tolist() == pytest.approx([1.0] * 4)
    assert found.loc["R1", "quadrant"] == "usual_poor"
    assert found.loc["R4", "quadrant"] == "usual_good"
    assert behaviour(make_case(sales=[sale("R1", 1.0)])).table == "activities"
    calls = make_case(sales=[sale(f"R{at}", 1.0) for at in range(3)],
                      activities=[did("R1", "call", 3.0)])  # fmt: skip
    assert behaviour(calls).reason == "no_visits"


@pytest.mark.parametrize(("amount", "told"), [(98.9, "many_good"), (94.0, "many_poor")])
def test_who_is_not_behind_is_not_short(make_case, amount, told):
    reps = ["R1", "R2", "R3", "R4"]
    case = make_case(
        sales=[sale("R1", amount), *(sale(one, 100.0) for one in reps[1:])],
        targets=[{"scope": f"rep:{one}", "period": "2025Q3", "measure": "bookings", "version": 1,
                  "target": 100.0} for one in reps],
        activities=[did("R1", "visit", 300.0), *(did(one, "visit", 100.0) for one in reps[1:])],
    )  # fmt: skip
    assert behaviour(case).set_index("rep_id").loc["R1", "quadrant"] == told


def test_multiples_that_look_the_same_are_in_one_group(make_case):
    band = 1 - make_case(sales=[]).settings.diagnose.people.activity_band
    visits = {"R1": 10_000.0, "R2": 10_000.0, "R3": 10_000.0,
              "R4": round(10_000 * band) - 9.0, "R5": round(10_000 * band) + 9.0}  # fmt: skip
    case = make_case(
        sales=[sale(one, 100.0) for one in visits],
        activities=[did(one, "visit", count) for one, count in visits.items()],
    )  # fmt: skip
    found = behaviour(case).set_index("rep_id").loc[["R4", "R5"]]
    assert found["multiple"].nunique() == 1 and found["quadrant"].nunique() == 1


def test_loads_are_over_the_limit_as_they_are_shown(make_case):
    limit = make_case(sales=[]).settings.diagnose.people.overload
    orders = {"R1": 1000, "R2": 1000, "R3": 1000, "R4": round(1000 * limit) + 4}
    case = make_case(sales=[
        sale(rep, 1.0, order_id=f"{rep}-{at}", customer_id="C")
        for rep, many in orders.items() for at in range(many)
    ])  # fmt: skip
    assert load(case).set_index("rep_id").loc["R4", "over"] == ()


def test_attainment_of_who_worked_elsewhere_too_is_not_told(make_case):
    staff = [person("R1", end="2025-07-31"), person("R1", start="2025-08-01", team="East-2"),
             person("R2"), person("R3")]  # fmt: skip
    goals = [{"scope": f"rep:R{at}", "period": "2025Q3", "measure": "bookings", "version": 1,
              "target": 100.0} for at in (1, 2)]  # fmt: skip
    case = make_case(scope="team:East-1", roster=staff, targets=goals,
                     sales=[sale(f"R{at}", 50.0) for at in (1, 2, 3)])  # fmt: skip
    found = results(case).set_index("rep_id")["attainment"]
    assert np.isnan(found["R1"]) and found["R2"] == 0.5 and np.isnan(found["R3"])


def shared(number, size, *, customer, day, kind="A"):
    one = {"order_id": f"J{number}", "customer_id": customer, "customer_class": kind,
           "line_no": "1"}  # fmt: skip
    return [sale(rep, size * share, day, share=share, **one)
            for rep, share in (("R1", 0.6), ("R2", 0.4))]  # fmt: skip


def test_the_size_of_a_joint_order_is_that_of_the_whole(make_case):
    rows = shared(1, 1000.0, customer="C1", day="2025-07-01")
    rows += [sale("R1", 600.0, order_id="S1"), sale("R1", -5.0, order_id="S2")]
    found = orders_of(make_case(sales=rows, credits=[])).set_index("order_id")
    assert found["size"].to_dict() == {"J1": pytest.approx(1000.0), "S1": 600.0}
    assert found["joint"].to_dict() == {"J1": True, "S1": False}
    alone = make_case(sales=rows[:1], credits=[], scope="region:East")  # the other share is unseen
    assert orders_of(alone)["size"].tolist() == [pytest.approx(1000.0)]


@pytest.mark.parametrize("more", [0.0, 800.0])
def test_a_planted_effect_of_working_together_is_found_and_none_is_not(make_case, more):
    rng = np.random.default_rng(8)
    rows, number = [], 0
    for customer in range(40):
        base = 1000.0 if customer % 2 else 3000.0
        for day in pd.date_range("2024-01-03", "2025-08-20", freq="37D"):
            number += 1
            size = base + rng.normal(0, 200)
            one = {"customer": f"C{customer}", "day": str(day.date()), "kind": "AB"[customer % 2]}
            if number % 6 == 0:
                rows += shared(number, size + more, **one)
            else:
                rows.append(sale("R1", size, one["day"], customer_id=one["customer"],
                                 customer_class=one["kind"], order_id=f"S{number}"))  # fmt: skip
    found = joint_deals(make_case(sales=rows, credits=[]))
    size = found.frame[found.frame["result"] == "size"].set_index("matched")
    assert size["difference"].tolist() == pytest.approx([more] * 2, abs=90)
    assert set(size["verdict"]) == ({"more"} if more else {"not_distinct"})
    if more:
        one = size.loc["same_customer"]
        assert found.adds == pytest.approx(one["difference"] * one["orders"])
    else:
        assert found.adds is None


def test_strata_weigh_by_their_joint_orders():
    value = pd.Series([10.0, 4.0, 6.0, 100.0, 50.0] * 5)
    joint = pd.Series([True, False, False, True, False] * 5)
    stratum = pd.Series([0, 0, 0, 1, 1] * 5)
    found = compared(value, joint, stratum=stratum, cluster=pd.Series(np.arange(25) // 5))
    assert found[:3] == (55.0, 27.5, 27.5)
    few = compared(value[:5], joint[:5], stratum=stratum[:5], cluster=pd.Series(range(5)))
    assert few[-1] == "too_few" and np.isnan(few[2])


def test_the_interval_of_two_shares_agrees_with_statsmodels():
    from statsmodels.stats.proportion import confint_proportions_2indep

    expected = confint_proportions_2indep(18, 20, 150, 200, compare="diff", method="newcomb")
    assert shares_apart(0.9, 20, 0.75, 200) == pytest.approx(expected, abs=1e-9)


def test_joint_orders_need_the_table_and_ten_of_them(make_case):
    assert joint_deals(make_case(sales=[sale("R1", 1.0)])).table == "credits"
    few = make_case(sales=shared(1, 10.0, customer="C", day="2025-07-01"), credits=[])
    assert joint_deals(few) == Unavailable(reason="few_joint", detail="1")
    assert joint_deals(make_case(sales=[], credits=[], scope="rep:R1")).reason == "one_person"


def test_load_is_counted_for_a_full_post_and_against_the_others(make_case):
    staff = [person("R1"), person("R2"), person("R3"), person("R4", capacity=0.5),
             person("R5", end="2025-08-01")]  # fmt: skip
    counts = {"R1": 10, "R2": 10, "R3": 20, "R4": 10}
    deals = [{"opportunity_id": f"{rep}{at}", "rep_id": rep, "created_on": "2025-06-01",
              "stage": "lead", "status": "open"} for rep, many in counts.items()
             for at in range(many)]  # fmt: skip
    deals[0] |= {"status": "won", "closed_on": "2025-10-20"}  # still open on the day
    case = make_case(sales=[sale(one, 1.0) for one in counts], roster=staff, opportunities=deals)
    found = load(case).set_index("rep_id")
    assert "R5" not in found.index
    assert found["deals_load"].to_dict() == {"R1": 0.5, "R2": 0.5, "R3": 2.0, "R4": 2.0}
    assert found.loc["R4", "over"] == ("deals", "customers", "orders")
    assert found.loc["R1", "over"] == ()
    no_deals = load(make_case(sales=[sale(one, 1.0) for one in counts], roster=staff))
    assert no_deals["deals"].isna().all() and no_deals["orders_load"].notna().all()


def test_the_planted_star_and_slack_are_told_by_what_they_do(sample_company):
    _, _, case = sample_company
    found = behaviour(case).set_index(["rep_id", "behaviour"])["quadrant"]
    assert found["R023", "visit"] == found["R023", "quote"] == "many_good"
    assert found["R018", "visit"] == found["R018", "quote"] == "few_poor"
    assert tiers(case).reps.set_index("rep_id").loc["R021", "basis"] == "post"
    assert joint_deals(case).adds is None  # orders are shared at random


def test_a_reps_own_scope_holds_that_rep_alone(sample_company):
    _, _, case = sample_company
    own = reopen(case, scope="rep:R001")
    frames = [productivity(own).reps, behaviour(own), load(own), capability(own).scores,
              results(own)]  # fmt: skip
    assert all(set(frame["rep_id"]) == {"R001"} for frame in frames)
    assert productivity(own).reps["peers"].iloc[0] >= 3
    assert load(own)["deals_load"].isna().all()
    for one in (tiers(own), shortfalls(own), joint_deals(own)):
        assert one == Unavailable(reason="one_person")


def test_reps_of_the_regions_bring_the_companys_revenue(sample_company):
    _, _, case = sample_company
    whole = productivity(case)
    parts = [productivity(reopen(case, scope=f"region:{one}")) for one in ("East", "North")]
    both = whole.reps[whole.reps["rep_id"].isin(pd.concat([one.reps for one in parts])["rep_id"])]
    assert sum(one.amount for one in parts) == pytest.approx(both["amount"].sum())
