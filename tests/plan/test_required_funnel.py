"""The required funnel: repeat business, conversions, what open deals cover, and by when."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.plan.conversions import conversions
from kit.plan.repeat import repeat_business
from kit.plan.required_funnel import required_funnel
from kit.show import needs
from kit.show.words import Words

MONTHS = pd.period_range("2022-07", "2025-06", freq="M")
STAGES = {"diagnose.stages": ["lead", "proposal", "won"]}


def monthly(customer="C1", amount=100.0):
    return [{"date": one.to_timestamp(), "amount": amount, "customer_id": customer}
            for one in MONTHS]  # fmt: skip


def deal(number, created, closed=None, status="open", amount=50.0, customer="C1", stage="lead"):
    return {"opportunity_id": f"D{number}", "rep_id": "R1", "customer_id": customer,
            "created_on": created, "closed_on": closed, "status": status, "stage": stage,
            "amount": amount}  # fmt: skip


def event(number, on, stage):
    return {"opportunity_id": f"D{number}", "entered_on": on, "stage": stage}


@pytest.fixture
def funnel(make_case):
    """Of ten leads a proposal came from eight, of these four were won, 30 days after the lead.

    All of March 2025; the proposals came on the 21st day of the deal, the losses on the 25th. One
    lead came five days before the plan; a proposal is so old that no win ever took as long.
    """

    def build(**more):
        deals, events = [], []
        for number in range(10):
            status = "won" if number < 4 else "lost"
            closed = "2025-03-31" if status == "won" else "2025-03-25"
            deals.append(deal(number, "2025-03-01", closed, status))
            events.append(event(number, "2025-03-01", "lead"))
            if number < 8:
                events.append(event(number, "2025-03-21", "proposal"))
        deals += [deal(10, "2025-06-25"), deal(11, "2024-12-01")]
        events += [event(10, "2025-06-25", "lead"), event(11, "2024-12-01", "lead"),
                   event(11, "2024-12-20", "proposal")]  # fmt: skip
        tables = {"sales": monthly(), "opportunities": deals, "stage_events": events}
        settings = {**STAGES, **more.pop("settings", {})}
        return make_case(**{**tables, **more}, settings=settings)

    return build


def test_repeat_business_by_hand(make_case):
    rows = monthly() + [{"date": "2024-08-10", "amount": 500.0, "customer_id": "C2"}]
    won = [deal(1, "2024-07-01", "2024-09-01", "won", 60.0),
           deal(2, "2023-07-01", "2023-09-01", "won", 60.0),
           deal(3, "2024-07-01", "2024-08-10", "won", 400.0, customer="C2")]  # fmt: skip
    found = repeat_business(make_case(sales=rows, opportunities=won))
    # C1 bought 1,200 in each year before and 300 in each third quarter, 60 of them as a deal.
    assert found.level == pytest.approx((300 - 60) / 1200)
    assert (found.base, found.customers, found.years) == (1700, 2, 2)
    assert found.amount == pytest.approx(0.2 * 1700)
    assert found.spread == pytest.approx(0, abs=1e-9)
    without = repeat_business(make_case(sales=rows))
    assert without.level == pytest.approx(300 / 1200)


def test_repeat_business_of_deals_without_a_customer(make_case):
    new = [{"date": "2024-08-10", "amount": 300.0, "customer_id": "C2"}]
    won = [deal(1, "2024-07-01", "2024-09-01", "won", 60.0, customer=None)]
    found = repeat_business(make_case(sales=monthly()[12:] + new, opportunities=won))
    assert found.level == pytest.approx((300 - 60 * 300 / 600) / 1200) and found.years == 1


def test_repeat_spread_between_years(make_case):
    lean = [{**one, "amount": 50.0} if "2024-07" <= str(one["date"])[:7] <= "2024-09" else one
            for one in monthly()]  # fmt: skip
    found = repeat_business(make_case(sales=lean))
    levels = np.array([300 / 1200, 150 / 1200])
    assert found.level == pytest.approx(450 / 2400)
    assert found.spread == pytest.approx(found.base * np.sqrt(np.var(levels, ddof=1) * 1.5))


def test_no_repeat_history(make_case):
    found = repeat_business(make_case(sales=monthly()[24:]))
    assert found == Unavailable(reason="no_repeat_history", detail="2024-07-01")
    assert repeat_business(make_case()).reason == "no_repeat_orders"
    nameless = [{**one, "customer_id": None} for one in monthly()]
    found = repeat_business(make_case(sales=nameless))
    assert found == Unavailable(reason="no_repeat_customers", detail="2025Q3")


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", ("begin on 1 Jul 2024", "not known and so not taken off: all of")),
     ("zh", ("订单从2024年7月1日才开始", "复购额未知，因此未作扣除：1,300元全部按需赢单计算"))],
)  # fmt: skip
def test_the_page_says_why_no_repeat_business_is_taken_off(make_case, language, told):
    found = required_funnel(make_case(sales=monthly()[24:]), 1300.0)
    assert (found.repeat, found.new_business) == (None, 1300.0)
    assert found.repeat_unknown.reason == "no_repeat_history"
    html = needs.required_funnel(found, Words(language, "CNY")).html
    for one in told:
        assert one in html
    known = required_funnel(make_case(sales=monthly()), 1300.0)
    assert known.repeat_unknown is None
    assert told[1][:5] not in needs.required_funnel(known, Words(language, "CNY")).html


def test_conversions_by_hand(funnel):
    found = conversions(funnel()).set_index("stage")
    assert found["left"].to_dict() == {"lead": 11, "proposal": 8}  # D11 left the lead
    assert found["onward"].to_dict() == {"lead": 9, "proposal": 4}
    assert found["conversion"].tolist() == pytest.approx([9 / 11, 0.5])
    assert found["cycle_days"].tolist() == [30, 10] == found["slow_days"].tolist()
    assert found["have"].tolist() == [1, 1]
    assert found["in_time"].tolist() == [1, 0]  # the old proposal is not counted on
    inside = found["conversion"].between(found["conversion_low"], found["conversion_high"])
    assert inside.all()


def test_the_chain_by_hand(funnel):
    found = required_funnel(funnel(), 1300.0)
    assert found.repeat == pytest.approx(300)  # 1,200 × 300 ÷ 1,200
    assert (found.new_business, found.deal_size, found.repeat_years) == (1000, 50, 2)
    steps = found.steps.set_index("step")
    assert steps.index.tolist() == ["won", "proposal", "lead"]
    lead = 20 / 0.5 / (9 / 11)
    assert steps["needed"].tolist() == [20, 40, np.ceil(lead)]
    # The one open lead is worth 9/11 proposals and 9/22 wins: whole ones covered are rounded down.
    assert steps["covered"].tolist() == [0, 0, 1]
    assert steps["missing"].tolist() == [20, 40, np.ceil(lead) - 1]
    assert [str(one.date()) for one in steps["by"]] == ["2025-09-30", "2025-09-20", "2025-08-31"]
    assert not steps["late"].any()
    assert (steps["low"] <= steps["needed"]).all() and (steps["needed"] <= steps["high"]).all()
    assert (steps["high"] - steps["low"]).is_monotonic_increasing


def test_days_that_have_passed_are_named(funnel):
    july = required_funnel(funnel(period="2025-07", as_of="2025-07-31"), 1300.0)
    assert july.steps.set_index("step")["late"].to_dict() == {
        "won": False, "proposal": False, "lead": False,
    }  # fmt: skip
    slow = funnel(period="2025-07", as_of="2025-07-31")
    slow.data.frames["stage_events"].loc[:, "entered_on"] -= pd.Timedelta(5, "D")
    assert required_funnel(slow, 1300.0).steps.set_index("step")["late"]["lead"]


def test_activities_per_opportunity(funnel):
    visits = [{"date": "2025-03-10", "rep_id": "R1", "kind": "visit", "count": 36.0},
              {"date": "2025-07-10", "rep_id": "R1", "kind": "visit", "count": 999.0}]  # fmt: skip
    steps = required_funnel(funnel(activities=visits), 1300.0).steps.set_index("step")
    lead = 20 / 0.5 / (9 / 11)  # twelve opportunities were created in the twelve months
    assert steps.loc["visit", "needed"] == np.ceil(lead * 3)
    assert steps.loc["visit", "conversion"] == pytest.approx(1 / 3)
    assert steps.loc["visit", "by"] == steps.loc["lead", "by"]


def test_what_comes_after_the_cutoff_changes_nothing(funnel):
    case = funnel()
    later = funnel(
        sales=monthly() + [{"date": "2025-08-01", "amount": 9e6, "customer_id": "C9"}],
        opportunities=[
            *case.data.frame("opportunities").to_dict("records"),
            deal(99, "2025-07-02", "2025-09-01", "won", 9e6),
        ],
    )
    assert required_funnel(case, 1300.0).steps.equals(required_funnel(later, 1300.0).steps)


def test_planted_conversions_lie_in_the_interval(make_case):
    rng = np.random.default_rng(3)
    created = pd.Timestamp("2024-07-15") + pd.to_timedelta(rng.integers(0, 300, 800), unit="D")
    won = rng.uniform(size=800) < 0.3
    deals = [deal(at, day, day + pd.Timedelta(20, "D"), "won" if hit else "lost")
             for at, (day, hit) in enumerate(zip(created, won, strict=True))]  # fmt: skip
    case = make_case(sales=monthly(), opportunities=deals)
    found = conversions(case).iloc[0]
    assert found["stage"] == "lead" and found["left"] == 800
    assert found["conversion_low"] < 0.3 < found["conversion_high"]
    needed = required_funnel(case, 30_300.0).steps.set_index("step")
    assert needed.loc["lead", "low"] < 600 / 0.3 < needed.loc["lead", "high"]


def test_a_target_below_the_repeat_business_needs_no_deals(funnel):
    found = required_funnel(funnel(), 200.0)
    assert found.new_business == 0
    assert (found.steps["needed"] == 0).all() and (found.steps["missing"] == 0).all()


def test_what_is_missing_is_said(make_case, funnel):
    gone = Unavailable(reason="no_basis")
    assert required_funnel(make_case(sales=monthly()), gone) is gone
    plain = required_funnel(make_case(sales=monthly()), 1300.0)
    assert plain.pipeline == Unavailable(table="opportunities")
    assert plain.steps[["step", "needed"]].values.tolist() == [["order", 10]]
    none = make_case(sales=monthly(), opportunities=[deal(1, "2025-01-01")])
    assert required_funnel(none, 1300.0).reason == "no_won_deals"
    assert required_funnel(make_case(), 1300.0).reason == "no_won_deals"
    young = required_funnel(funnel(sales=monthly()[-3:]), 1300.0)
    assert young.repeat is None and young.new_business == 1300


def test_no_win_ever_leaves_the_earlier_steps_open(funnel):
    case = funnel()
    events = case.data.frame("stage_events")
    settings = {"diagnose.stages": ["visit_planned", "lead", "proposal", "won"]}
    case = funnel(stage_events=events.to_dict("records"), settings=settings)
    steps = required_funnel(case, 1300.0).steps.set_index("step")
    assert np.isnan(steps.loc["visit_planned", "needed"]) and steps.loc["lead", "needed"] == 49


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_seen(funnel, make_case, language):
    words = Words(language, "CNY")
    visits = [{"date": "2025-03-10", "rep_id": "R1", "kind": "visit", "count": 36.0}]
    view = needs.required_funnel(required_funnel(funnel(activities=visits), 1300.0), words)
    assert "<svg" in view.html and "49" in view.html and "49" in view.alt
    assert "needs." not in view.html
    plain = needs.required_funnel(required_funnel(make_case(sales=monthly()), 1300.0), words)
    assert "10" in plain.html and "<svg" not in plain.html
    assert needs.required_funnel(required_funnel(make_case(), 1.0), words).title
