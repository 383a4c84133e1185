"""The funnel bridge: worked by hand, whole to the cent, and true to what was planted."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose.funnel_bridge import FunnelBridge, funnel_bridge

TARGET = {"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1}
THEN, NOW = "2024-08-20", "2025-08-20"


def deal(number, day, status, amount=100.0, stage="lead"):
    created = str((pd.Timestamp(day) - pd.DateOffset(months=2)).date())
    return {"opportunity_id": f"D{number}", "rep_id": "R1", "created_on": created,
            "closed_on": day, "stage": stage, "status": status, "amount": amount}  # fmt: skip


def deals(day, won, lost, amount=100.0):
    return [
        deal(f"{day}-{at}", day, "won" if at < won else "lost", amount) for at in range(won + lost)
    ]


def sold(then, now):
    first = {"date": "2024-03-01", "amount": 1.0}  # the data begin before what is compared
    return [{"date": THEN, "amount": then}, {"date": NOW, "amount": now}, first]


def by_factor(found):
    return found.factors.set_index("factor")["effect"].to_dict()


def test_by_hand(make_case):
    # 4 decided, half won, 100 each, 50 beside them: 250. Then 6 decided, half won, 100 each: 300.
    case = make_case(sales=sold(250, 300), opportunities=deals(THEN, 2, 2) + deals(NOW, 3, 3))
    found = funnel_bridge(case, against="last_year")
    assert (found.reference, found.actual, found.by_step) == (250.0, 300.0, False)
    assert by_factor(found) == pytest.approx(
        {"deals": 100, "conversion": 0, "deal_size": 0, "other_orders": -50}
    )
    assert found.factors["reference"].tolist() == pytest.approx([4, 0.5, 100, 50])
    assert found.factors["actual"].tolist() == pytest.approx([6, 0.5, 100, 0])
    assert (found.before_start, found.before_end) == (dt.date(2024, 7, 1), dt.date(2024, 9, 30))


def test_two_factors_share_what_they_did_together(make_case):
    # 4 × 0.5 × 100 = 200 → 8 × 0.25 × 100 = 200: doubled and halved.
    case = make_case(sales=sold(200, 200), opportunities=deals(THEN, 2, 2) + deals(NOW, 2, 6))
    found = by_factor(funnel_bridge(case, against="last_year"))
    # deals first: +200, −200; conversion first: −100, +100.
    assert found == pytest.approx(
        {"deals": 150, "conversion": -150, "deal_size": 0, "other_orders": 0}
    )


def test_against_the_target_last_years_deals_are_scaled(make_case):
    target = [{**TARGET, "target": 500.0}]
    both = deals(THEN, 2, 2) + deals(NOW, 2, 2)
    case = make_case(sales=sold(250, 250), opportunities=both, targets=target)
    found = funnel_bridge(case)
    assert found.factors["reference"].tolist() == pytest.approx([8, 0.5, 100, 100])
    assert by_factor(found) == pytest.approx(
        {"deals": -200, "conversion": 0, "deal_size": 0, "other_orders": -50}
    )
    alone = funnel_bridge(make_case(sales=sold(250, 250), opportunities=both))
    assert alone.against == "last_year" and alone.reference == 250.0


def test_conversion_by_step_multiplies_to_the_share_won(make_case):
    rows, events = [], []
    for day, reached in ((THEN, (8, 4, 2)), (NOW, (8, 4, 1))):
        entered, qualified, won = reached
        for at in range(entered):
            one = deal(f"{day}-{at}", day, "won" if at < won else "lost")
            rows.append(one)
            stages = ["lead", *(["qualified", "proposal"] if at < qualified else [])]
            events += [{"opportunity_id": one["opportunity_id"], "stage": stage,
                        "entered_on": one["created_on"]} for stage in stages]  # fmt: skip
    case = make_case(sales=sold(200, 100), opportunities=rows, stage_events=events)
    found = funnel_bridge(case, against="last_year")
    table = found.factors
    assert found.by_step
    assert table["step"].tolist() == [
        "", "lead → qualified", "qualified → proposal", "proposal → won", "", ""
    ]  # fmt: skip
    assert table["actual"].tolist()[:5] == pytest.approx([8, 0.5, 1, 0.25, 100])
    assert table["effect"].tolist() == pytest.approx([0, 0, 0, -100, 0, 0])
    assert not table["distinct"].any()  # eight deals prove nothing


many = st.integers(0, 6)
cents = st.integers(-100_000, 1_000_000).map(lambda found: found / 100)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(many, many, many, many, cents, cents, cents, cents, st.sampled_from([None, 0.0, 777.77]))
def test_the_effects_sum_to_the_cent(
    make_case, won, lost, won_now, lost_now, size, size_now, then, now, target
):
    rows = deals(THEN, won, lost, abs(size)) + deals(NOW, won_now, lost_now, abs(size_now))
    goal = [] if target is None else [{**TARGET, "target": target}]
    case = make_case(sales=sold(then, now), opportunities=rows, targets=goal)
    found = funnel_bridge(case)
    if isinstance(found, Unavailable):
        return
    assert found.factors["effect"].notna().all()
    assert found.factors["effect"].sum() == pytest.approx(found.actual - found.reference, abs=1e-6)
    whole = now - (then if target is None else target)
    assert found.actual - found.reference == pytest.approx(whole, abs=1e-6)


def test_none_won_is_a_matter_of_conversion_alone(make_case):
    case = make_case(sales=sold(200, 0), opportunities=deals(THEN, 2, 2) + deals(NOW, 0, 4))
    found = funnel_bridge(case, against="last_year")
    assert by_factor(found) == pytest.approx(
        {"deals": 0, "conversion": -200, "deal_size": 0, "other_orders": 0}
    )
    assert pd.isna(found.factors.set_index("factor").loc["deal_size", "actual"])


def test_what_cannot_be_known_is_said(make_case):
    sales = sold(200, 100)
    assert funnel_bridge(make_case(sales=sales)) == Unavailable(table="opportunities")
    none = make_case(sales=sales, opportunities=[])
    assert funnel_bridge(none) == Unavailable(reason="no_deals")
    later = make_case(sales=sales, opportunities=deals(NOW, 2, 2))
    assert funnel_bridge(later) == Unavailable(reason="no_deals_before")
    bare = deals(THEN, 1, 1, None) + deals(NOW, 1, 1, None)
    unpriced = make_case(sales=sales, opportunities=bare)
    assert funnel_bridge(unpriced) == Unavailable(reason="no_deal_amounts")
    goal = [{**TARGET, "target": 10.0}]
    new = make_case(sales=sales[1:2], opportunities=deals(NOW, 1, 1), targets=goal)
    assert funnel_bridge(new) == Unavailable(reason="no_last_year")
    assert funnel_bridge(new, against="last_period") == Unavailable(reason="no_last_period")


def test_a_deal_that_closes_later_is_not_yet_known(make_case):
    rows = deals(THEN, 2, 2) + deals(NOW, 1, 0) + deals("2025-09-10", 5, 0)
    case = make_case(sales=sold(200, 100), opportunities=rows, as_of="2025-08-31")
    assert funnel_bridge(case, against="last_year").factors["actual"].iloc[0] == 1


def test_the_planted_fall_is_the_largest_effect(sample_company):
    _, _, company = sample_company
    found = funnel_bridge(reopen(company, scope="region:East"))
    assert isinstance(found, FunnelBridge)
    table = found.factors.set_index("step")
    assert table["effect"].idxmin() == "proposal → won"
    assert table["distinct"].sum() == 1 and table.loc["proposal → won", "distinct"]
    assert table["effect"].sum() == pytest.approx(found.actual - found.reference, abs=1e-6)
    for scope in ("region:North", "team:East-1", "rep:R003"):
        for against in ("target", "last_year", "last_period"):
            one = funnel_bridge(reopen(company, scope=scope), against=against)
            assert one.factors["effect"].sum() == pytest.approx(
                one.actual - one.reference, abs=1e-6
            )
