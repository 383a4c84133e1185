"""Pay to the cent: hand-worked plans, invariants, and a second opinion by integrating slices."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.errors import SettingsError
from kit.review.credited import credited, quota, stints
from kit.review.incentives import earned, rounded, shared_prizes
from kit.review.next_step import next_step
from kit.review.pay_overview import overview
from kit.review.payout import payouts
from kit.review.payout_cost import payout_cost
from kit.settings.incentives import Component, IncentiveSettings

CENT = Decimal("0.01")
STEPS = [{"at": 0, "rate": 0.01}, {"at": 0.8, "rate": 0.02}, {"at": 1, "rate": 0.04}]


def plan(**component):
    return {"review.incentives": {"plans": {"p": {"components": {"own": component}}}}}


def plans(**found):
    return {"review.incentives": {"plans": found}}


def sale(rep, date, amount, **more):
    return {"rep_id": rep, "date": date, "amount": amount, **more}


def goal(rep, amount, *, period="2025Q3", measure="bookings", kind="rep"):
    return {"scope": f"{kind}:{rep}", "period": period, "measure": measure, "version": 1,
            "target": amount}  # fmt: skip


def pay(component, credited_, quota_, **more):
    found = earned(Component(**component), credited=Decimal(credited_), quota=quota_ and
                   Decimal(quota_), **more)  # fmt: skip
    return found if found is None else float(found)


def paid(found, rep="R1"):
    return found.reps.set_index("rep_id").loc[rep, "pay"]


# --- the arithmetic of one component ---------------------------------------------------------


@pytest.mark.parametrize(
    ("slices", "amount", "expected"),
    [
        ("marginal", 500, 5.0),
        ("marginal", 800, 8.0),  # exactly at 80 %: the next slice is still empty
        ("marginal", 1000, 8.0 + 4.0),  # exactly at 100 %
        ("marginal", 1250, 8.0 + 4.0 + 10.0),
        ("whole", 799.99, 7.9999),
        ("whole", 800, 16.0),  # a tier that is met exactly is reached
        ("whole", 1000, 40.0),
        ("whole", 1250, 50.0),
        ("marginal", -300, 0.0),
    ],
)
def test_tiers_by_hand(slices, amount, expected):
    assert pay({"tiers": STEPS, "slices": slices}, amount, 1000) == pytest.approx(expected)


def test_threshold_met_exactly_counts_all_slices():
    component = {"tiers": STEPS, "threshold": 0.5}
    assert pay(component, "499.99", 1000) == 0.0
    assert pay(component, 500, 1000) == 5.0


def test_caps():
    assert pay({"tiers": STEPS, "cap": 1.1}, 2000, 1000) == 8 + 4 + 4
    assert pay({"tiers": STEPS, "cap_pay": 9}, 2000, 1000) == 9
    assert pay({"tiers": STEPS, "cap_pay": 9}, 2000, 1000, part=Fraction(1, 3)) == 3


def test_decelerator_pays_less_above():
    slower = [{"at": 0, "rate": 0.02}, {"at": 1, "rate": 0.005}]
    assert pay({"tiers": slower}, 1200, 1000) == 20 + 1


def test_target_pay_by_weight():
    tiers = [{"at": 0, "multiple": 0.8}, {"at": 0.8, "multiple": 1.8}, {"at": 1, "multiple": 2.2}]
    component = {"weight": 0.7, "tiers": tiers}
    ote = {"target_pay": Decimal(30000)}
    assert pay(component, 1000, 1000, **ote) == 21000  # 0.8 × 0.8 + 0.2 × 1.8 = 1 of 70 %
    assert pay(component, 1100, 1000, **ote) == 21000 + 21000 * 0.1 * 2.2
    assert pay(component, 500, 500, **ote, part=Fraction(1, 2)) == 10500


def test_zero_quota_and_no_quota():
    tiers = [{"at": 0, "rate": 0.0}, *STEPS[1:]]
    assert pay({"tiers": tiers}, 500, 0) == 0
    assert pay({"tiers": tiers, "zero_quota": "base_rate"}, 500, 0) == 10  # first rate above 0
    assert pay({"tiers": tiers}, 500, None) is None
    assert pay({"tiers": [{"at": 0, "rate": 0.02}]}, 500, None) == 10  # a flat rate needs none
    assert pay({"weight": 1}, 500, 0, target_pay=Decimal(100)) == 0


def test_rounding_rules():
    for text, even, up in (("0.125", "0.12", "0.13"), ("0.135", "0.14", "0.14"),
                           ("-0.125", "-0.12", "-0.13")):  # fmt: skip
        assert rounded(Decimal(text), unit=CENT) == Decimal(even)
        assert rounded(Decimal(text), unit=CENT, rule="half_up") == Decimal(up)
    with pytest.raises(ValueError, match="half_even, half_up"):
        rounded(Decimal(1), unit=CENT, rule="nearest")


def test_ties_share_the_prizes_of_their_places():
    figures = {name: Fraction(one, 10) for name, one in zip("abcd", (12, 12, 11, 10), strict=True)}
    shared = shared_prizes(figures, [300, 100, 50], ties="share", unit=CENT)
    assert shared == {"a": (1, Decimal(200)), "b": (1, Decimal(200)), "c": (3, Decimal(50)),
                      "d": (4, Decimal(0))}  # fmt: skip
    each = shared_prizes(figures, [300, 100, 50], ties="each", unit=CENT)
    assert [each[one][1] for one in "abcd"] == [300, 300, 50, 0]
    three = shared_prizes(dict.fromkeys("abc", Fraction(1)), [100], ties="share", unit=CENT)
    assert three["a"][1] == Decimal("33.33")  # rounded down: no more than was set out


# --- invariants ------------------------------------------------------------------------------

rates = st.lists(st.integers(0, 800), min_size=1, max_size=5)
starts = st.lists(st.integers(1, 200), min_size=0, max_size=4, unique=True)


def built(rate, start, slices="marginal"):
    at = [0, *sorted(start)][: len(rate)]
    tiers = [{"at": a / 100, "rate": r / 1e4} for a, r in zip(at, rate, strict=False)]
    return Component(tiers=tiers, slices=slices), tiers


def integrated(tiers, amount, goal_):
    """A second opinion: the rate at each cent, summed over the stretches in which it is one."""
    cuts = sorted({Fraction(0), Fraction(amount)} | {
        min(Fraction(str(one["at"])) * goal_, Fraction(amount)) for one in tiers})  # fmt: skip
    total = Fraction(0)
    for low, high in zip(cuts, cuts[1:], strict=False):
        middle = (low + high) / 2 / goal_
        rate = [one["rate"] for one in tiers if Fraction(str(one["at"])) <= middle][-1]
        total += Fraction(str(rate)) * (high - low)
    return total


@settings(max_examples=60, deadline=None)
@given(rates, starts, st.integers(1, 10**8), st.integers(0, 10**8), st.integers(0, 10**6))
def test_marginal_pay_is_continuous_and_never_falls(rate, start, quota_, amount, more):
    component, tiers = built(rate, start)
    goal_, low, high = Decimal(quota_), Decimal(amount), Decimal(amount + more)
    first = earned(component, credited=low, quota=goal_)
    second = earned(component, credited=high, quota=goal_)
    assert 0 <= second - first <= Fraction(max(rate), 10**4) * more
    assert first == integrated(tiers, amount, Fraction(quota_))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 100), st.integers(1, 500))
def test_sharing_an_order_pays_no_more_than_the_whole(cents_, share, rate):
    component = Component(tiers=[{"at": 0, "rate": rate / 1e4}])
    whole = Decimal(cents_) * CENT
    first = rounded(whole * share / 100, unit=CENT)
    parts = [
        rounded(earned(component, credited=one, quota=None), unit=CENT)
        for one in (first, whole - first)
    ]
    full = rounded(earned(component, credited=whole, quota=None), unit=CENT)
    assert abs(sum(parts) - full) <= CENT  # the two roundings


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=8),
       st.lists(st.integers(0, 9999), min_size=1, max_size=4))  # fmt: skip
def test_shared_prizes_never_exceed_the_pot(figures, prizes):
    ranked = {str(at): Fraction(one) for at, one in enumerate(figures)}
    found = shared_prizes(ranked, prizes, ties="share", unit=CENT)
    assert sum(one for _, one in found.values()) <= sum(prizes)


# --- payouts of small cases ------------------------------------------------------------------


def test_no_plan_is_said(make_case):
    case = make_case(sales=[sale("R1", "2025-08-01", 100)], targets=[goal("R1", 100)])
    for one in (payouts, payout_cost, next_step, overview):
        assert one(case) == Unavailable(reason="no_incentives")


def test_nobody_with_a_quota(make_case):
    case = make_case(sales=[sale("R1", "2025-08-01", 100)], settings=plan(tiers=STEPS))
    assert payouts(case) == Unavailable(reason="no_plan_holds")
    assert next_step(case) == Unavailable(reason="no_plan_holds")


def test_states_by_hand(make_case):
    case = make_case(
        sales=[sale("R1", "2025-08-01", 900.0, cost=400.0), sale("R1", "2024-08-01", 300.0)],
        targets=[goal("R1", 1000)], settings=plan(tiers=STEPS),
    )  # fmt: skip
    assert paid(payouts(case)) == Decimal("10.00")  # 800 × 1 % + 100 × 2 %
    assert paid(payouts(case, at="landing")) == Decimal("10.00")
    assert paid(payouts(case, at="target")) == Decimal("12.00")
    cost = payout_cost(case)
    assert (cost.total, cost.target, cost.below_target) == (10, 12, 10)
    assert cost.share_of_bookings == pytest.approx(10 / 900)
    assert cost.share_of_margin == pytest.approx(10 / 500)
    by = cost.pays_for.set_index("part")["pay"]
    assert (by["as_last_year"], by["growth"]) == (3, 7)  # 300 × 1 % came last year too
    step = next_step(case).iloc[0]
    assert (step["needed"], step["pay_added"], step["at"]) == (100, 2, 1.0)
    assert step["closed"] and step["per_day"] is None
    with pytest.raises(ValueError, match="actual, landing, target"):
        payouts(case, at="now")


def test_accelerator_and_share_above_target(make_case):
    case = make_case(sales=[sale("R1", "2025-08-01", 1500.0)], targets=[goal("R1", 1000)],
                     settings=plan(tiers=STEPS))  # fmt: skip
    cost = payout_cost(case)
    assert (cost.total, cost.above_target) == (32, 20)  # 12 up to 100 %, 500 × 4 %
    assert cost.accelerators == 10  # 500 × (4 % − 2 %)
    assert next_step(case)["step"].tolist() == ["top"]
    curve = cost.curve[cost.curve["step"]].set_index("attainment")
    assert curve.loc[1.0, "pay"] == 12 and curve.loc[1.5, "cost"] == pytest.approx(32 / 1500)


def test_shared_order_counts_by_share(make_case):
    rows = [sale(rep, "2025-08-01", 1000.01 * share, order_id="O1", share=share)
            for rep, share in (("R1", 0.4), ("R2", 0.6))]  # fmt: skip
    case = make_case(sales=rows, targets=[goal("R1", 1000), goal("R2", 1000)],
                     settings=plan(tiers=[{"at": 0, "rate": 0.01}]))  # fmt: skip
    found = payouts(case)
    assert found.reps["pay"].tolist() == [Decimal("4.00"), Decimal("6.00")]
    assert found.components["credited"].tolist() == [Decimal("400.00"), Decimal("600.01")]


MOVED = [
    {"rep_id": "R1", "valid_from": "2024-01-01", "valid_to": "2025-07-31", "name": "Li",
     "team": "East-1", "region": "East"},
    {"rep_id": "R1", "valid_from": "2025-08-01", "name": "Li", "team": "South-1",
     "region": "South"},
]  # fmt: skip
TWO = plans(
    east={"regions": ["East"], "components": {"own": {"tiers": [{"at": 0, "rate": 0.01}]}}},
    south={"regions": ["South"], "target_pay": 6600, "components": {"own": {"weight": 1}}},
)


def test_transfer_in_the_middle_splits_quota_and_pay(make_case):
    case = make_case(
        sales=[sale("R1", "2025-07-10", 500.0),
               sale("R1", "2025-08-10", 430.0, region="South", team="South-1")],
        roster=MOVED, targets=[goal("R1", 660)], settings={**TWO, "calendar.country": ""},
        scope="company",
    )  # fmt: skip
    first, second = stints(case)
    assert (first.part, second.part) == (Fraction(23, 66), Fraction(43, 66))  # working days
    assert (quota(case, first), quota(case, second)) == (Decimal(230), Decimal(430))
    assert payouts(case).components["pay"].tolist() == [Decimal("5.00"), Decimal("4300.00")]
    assert paid(payouts(case)) == Decimal("4305.00")
    found = payouts(case).reps.iloc[0]
    assert found["attainment"] == pytest.approx(930 / 660)


def test_region_sees_its_own_stint_alone(make_case):
    case = make_case(
        sales=[sale("R1", "2025-07-10", 500.0)], roster=MOVED, targets=[goal("R1", 660)],
        settings={**TWO, "calendar.country": ""},
    )  # fmt: skip
    assert payouts(case).components["pay"].tolist() == [Decimal("5.00")]


def test_a_new_capacity_alone_begins_no_stint(make_case):
    later = {"valid_from": "2025-08-01", "valid_to": None, "capacity": 0.5}
    rows = [{**MOVED[0], "capacity": 1.0}, {**MOVED[0], **later}]
    case = make_case(sales=[sale("R1", "2025-07-10", 5.0)], roster=rows)
    assert [(one.start, one.end) for one in stints(case)] == [
        (dt.date(2025, 7, 1), dt.date(2025, 9, 30))
    ]


def test_zero_and_missing_quota_are_named(make_case):
    case = make_case(
        sales=[sale("R1", "2025-08-01", 100.0), sale("R2", "2025-08-01", 100.0)],
        targets=[goal("R1", 0)],
        settings=plans(p={"teams": ["East-1"], "components": {"own": {"tiers": STEPS}}}),
    )
    found = payouts(case).components.set_index("rep_id")
    assert found["note"].to_dict() == {"R1": "zero_quota", "R2": "no_quota"}
    assert found.loc["R1", "pay"] == 0 and found.loc["R2", "pay"] is None
    assert payouts(case).reps["complete"].tolist() == [True, False]
    assert next_step(case).empty
    assert payout_cost(case).missing == 1


BACK = [
    sale("R1", "2025-05-05", 1200.0), sale("R1", "2025-08-05", 1000.0),
    sale("R1", "2025-08-20", -400.0),
    sale("R1", "2025-08-21", -700.0),
]  # fmt: skip


def test_return_takes_back_what_was_paid_then(make_case):
    """The last sale goes first: 1,000 of this quarter, then 100 of the last, at its 4 %."""
    shared = {"sales": BACK, "targets": [goal("R1", 1000), goal("R1", 1000, period="2025Q2")]}
    part = {"components": {"own": {"tiers": STEPS}}}
    now = payouts(make_case(**shared, settings=plans(p=part)))
    assert now.components["credited"].tolist() == [Decimal(-100)] and paid(now) == 0
    then = payouts(make_case(**shared, settings=plans(p={**part, "clawback": {"returns": "then"}})))
    rows = then.components.set_index("kind")
    assert rows.loc["individual", "credited"] == 0
    assert rows.loc["clawback", "pay"] == Decimal("-4.00")  # 20 paid for 1,200; 16 for 1,100
    assert paid(then) == Decimal("-4.00")
    blind = payouts(make_case(
        sales=BACK, targets=[goal("R1", 1000)],
        settings=plans(p={**part, "clawback": {"returns": "then"}}),
    ))  # fmt: skip
    assert blind.components["note"].tolist() == ["", "no_earlier_quota"]


def invoice(order, amount, due, received=None, number="1"):
    return {"invoice_id": number, "order_id": order, "rep_id": "R1", "invoiced_on": "2025-05-05",
            "due_on": due, "received_on": received, "amount": amount}  # fmt: skip


@pytest.mark.parametrize(
    ("received", "expected"),
    [(None, -8), ("2025-06-10", 0), ("2025-07-10", 0), ("2025-09-29", 0)],
)
def test_unpaid_invoices_take_pay_back(make_case, received, expected):
    """200 of 400 stay unpaid 60 days past 1 July: half of what the order brought at 4 %."""
    case = make_case(
        sales=[sale("R1", "2025-05-01", 1000.0, order_id="A"),
               sale("R1", "2025-05-05", 400.0, order_id="B")],
        receipts=[invoice("B", 200.0, "2025-07-01", received),
                  invoice("B", 200.0, "2025-07-01", "2025-06-01", "2")],
        targets=[goal("R1", 1000), goal("R1", 1000, period="2025Q2")],
        settings=plans(p={"components": {"own": {"tiers": STEPS}},
                          "clawback": {"unpaid_after": 60}}),
    )  # fmt: skip
    rows = payouts(case).components
    found = rows.loc[rows["kind"] == "clawback", "pay"].sum()
    assert found == expected


def test_cash_that_comes_is_paid_again(make_case):
    case = make_case(
        period="2025Q4", as_of="2025-12-31", sales=[sale("R1", "2025-05-05", 1200.0, order_id="B")],
        receipts=[invoice("B", 200.0, "2025-06-01", "2025-11-01"),
                  invoice("B", 1000.0, "2025-06-01", "2025-05-09", "2")],
        targets=[goal("R1", 1000, period="2025Q4"), goal("R1", 1000, period="2025Q2")],
        settings=plans(p={"components": {"own": {"tiers": STEPS}},
                          "clawback": {"unpaid_after": 60}}),
    )  # fmt: skip
    rows = payouts(case).components.set_index("kind")
    assert rows.loc["clawback", "pay"] == 8 and rows.loc["clawback", "note"] == "restored"


def test_hold_back_and_cash_on_orders(make_case):
    case = make_case(
        sales=[sale("R1", "2025-07-05", 600.0, order_id="A"),
               sale("R1", "2025-07-06", 400.0, order_id="B")],
        receipts=[{**invoice("A", 678.0, "2025-09-01", "2025-08-01"), "invoiced_on": "2025-07-05"}],
        targets=[goal("R1", 1000)],
        settings=plans(p={"components": {
            "own": {"tiers": STEPS, "held_until_paid": 0.5},
            "cash": {"measure": "cash_on_orders", "tiers": [{"at": 0, "rate": 0.1}]},
        }}),
    )  # fmt: skip
    rows = payouts(case).components.set_index("component")
    # 12.00 earned, half of it waits for 40 % of the orders; VAT is no matter: shares count
    assert (rows.loc["own", "pay"], rows.loc["own", "held"]) == (Decimal("9.60"), Decimal("2.40"))
    assert (rows.loc["cash", "credited"], rows.loc["cash", "pay"]) == (600, 60)
    assert payout_cost(case).earned == Decimal("72.00")


def test_without_receipts_nothing_is_held(make_case):
    case = make_case(sales=[sale("R1", "2025-07-05", 1000.0)], targets=[goal("R1", 1000)],
                     settings=plan(tiers=STEPS, held_until_paid=0.5))  # fmt: skip
    row = payouts(case).components.iloc[0]
    assert (row["pay"], row["held"], row["note"]) == (12, None, "no_receipts")


CONTEST = plans(p={"components": {
    "top": {"kind": "prize", "prizes": [300, 100], "within": "team", "min_attainment": 0.9},
    "rise": {"kind": "progress", "prizes": [50], "min_attainment": 0.5, "within": "team"},
}})  # fmt: skip


@pytest.fixture
def contest(make_case):
    return make_case(
        sales=[sale("R1", "2025-08-01", 110.0), sale("R2", "2025-08-01", 220.0),
               sale("R3", "2025-08-01", 80.0), sale("R3", "2025-05-01", 40.0),
               sale("R1", "2025-05-01", 100.0)],
        targets=[goal("R1", 100), goal("R2", 200), goal("R3", 100),
                 goal("R1", 100, period="2025Q2"), goal("R3", 100, period="2025Q2")],
        settings=CONTEST,
    )  # fmt: skip


def test_prizes_of_a_team(contest):
    rows = payouts(contest).components.set_index(["component", "rep_id"])
    assert rows["pay"]["top"].tolist() == [200, 200, 0]  # two at 110 %: 300 + 100 shared
    assert rows["note"]["top"].tolist() == ["", "", "below_least"]
    assert rows["pay"]["rise"].tolist()[::2] == [0, 50]  # from 40 % to 80 % beats 100 % to 110 %
    assert rows["note"]["rise"]["R2"] == "no_last_period"


def test_a_prize_still_open_is_a_step_however_far(contest):
    steps = next_step(replace(contest, as_of=dt.date(2025, 9, 29)))
    assert steps[["rep_id", "step", "needed", "pay_added"]].values.tolist() == [
        ["R3", "prize", 30, 100]
    ]


@pytest.mark.parametrize(("amount", "expected"), [(80, []), (84.99, []), (85, [5]), (87, [3])])
def test_a_prize_of_a_closed_period_is_told_within_5_percent(make_case, amount, expected):
    case = make_case(
        sales=[sale("R1", "2025-08-01", amount)], targets=[goal("R1", 100)],
        settings=plan(kind="prize", prizes=[300], min_attainment=0.9),
    )  # fmt: skip
    assert next_step(case)["needed"].tolist() == expected


@pytest.mark.parametrize("kind", ["prize", "progress"])
def test_a_plan_of_prizes_alone_pays_nothing_at_target(make_case, kind):
    shared = {
        "sales": [sale("R1", "2025-08-01", 110.0), sale("R1", "2025-05-01", 90.0)],
        "targets": [goal("R1", 100), goal("R1", 100, period="2025Q2")],
        "settings": plans(p={"components": {"ranking": {"kind": kind, "prizes": [6000, 3000]}}}),
    }
    case, running = make_case(**shared), make_case(**shared, as_of="2025-08-15")
    whole = payouts(case)
    for found in (payouts(case, at="target"), payouts(running, at="landing")):
        assert found.components.empty and found.reps.empty and found.total == 0
        assert list(found.components) == list(whole.components)
        assert list(found.reps) == list(whole.reps)
    assert paid(whole) == 6000
    assert overview(case)["pay_target"].isna().all() and len(overview(running)) == 1
    assert (payout_cost(case).earned, payout_cost(case).target) == (6000, None)
    assert not payout_cost(running).landing_complete
    next_step(running)


def test_a_progress_prize_waits_for_last_periods_that_lie_elsewhere(make_case):
    """R1 came from the South, so the East cannot tell whether R1 or R2 rose more."""
    roster = [
        {**MOVED[0], "team": "South-1", "region": "South", "valid_to": "2025-06-30"},
        {**MOVED[1], "team": "East-1", "region": "East", "valid_from": "2025-07-01"},
        *({"rep_id": rep, "valid_from": "2020-01-01", "name": rep, "team": "East-1",
           "region": "East"} for rep in ("R2", "R3")),
    ]  # fmt: skip
    south = {"region": "South", "team": "South-1"}
    rows = [sale("R1", "2025-05-01", 50.0, **south), sale("R1", "2025-08-01", 120.0),
            sale("R2", "2025-05-01", 80.0), sale("R2", "2025-08-01", 110.0),
            sale("R3", "2025-05-01", 60.0), sale("R3", "2025-08-01", 70.0)]  # fmt: skip
    targets = [goal(rep, 100, period=one) for rep in ("R1", "R2", "R3")
               for one in ("2025Q2", "2025Q3")]  # fmt: skip
    part = {"kind": "progress", "prizes": [50]}

    def region(scope, sales, least):
        case = make_case(sales=sales, targets=targets, roster=roster, scope=scope,
                         settings=plan(**part, min_attainment=least))  # fmt: skip
        found = payouts(case)
        east = found.components[found.components["region"] == "East"].set_index("rep_id")
        return east, found.reps.set_index("rep_id")["complete"]

    seen, complete = region("company", rows, 1)
    assert seen["pay"].to_dict() == {"R1": 50, "R2": 0, "R3": 0} and complete.all()
    blind, complete = region("region:East", rows[1:], 1)
    assert blind["pay"].isna().all() and set(blind["note"]) == {"others_needed"}
    assert blind["place"].isna().all() and not complete.any()
    out, complete = region("region:East", rows[1:], 1.25)  # R1 is in for nothing
    assert set(out["note"]) == {"below_least"} and complete.all()
    fewer = [rows[0], sale("R1", "2025-08-01", 60.0), *rows[2:]]
    first, _ = region("company", fewer, 1)
    second, complete = region("region:East", fewer[1:], 1)
    assert first["pay"].to_dict() == second["pay"].to_dict() == {"R1": 0, "R2": 50, "R3": 0}
    assert complete.all()


@pytest.mark.parametrize(
    ("every", "period", "as_of", "fits"),
    [
        ("quarter", "2025Q3", "2025-09-30", True),
        ("quarter", "2025", "2025-12-31", False),
        ("quarter", "2025H2", "2025-12-31", False),
        ("quarter", "2025-08", "2025-08-31", False),
        ("quarter", "2025Q2..2025Q3", "2025-09-30", True),
        ("month", "2025-08", "2025-08-31", True),
        ("month", "2025Q3", "2025-09-30", False),
        ("half", "2025H2", "2025-12-31", True),
        ("year", "2025", "2025-12-31", True),
    ],
)
def test_pay_is_for_the_plans_own_period(make_case, every, period, as_of, fits):
    case = make_case(
        period=period, as_of=as_of, sales=[sale("R1", "2025-08-01", 100.0)],
        targets=[goal("R1", 100, period=period)],
        settings=plans(p={"every": every, "target_pay": 100, "components": {"own": {"weight": 1}},
                          "teams": ["East-1"]}),
    )  # fmt: skip
    found = [one(case) for one in (payouts, payout_cost, next_step, overview)]
    found += [payouts(case, at=at) for at in ("landing", "target")]
    if fits:
        assert not any(isinstance(one, Unavailable) for one in found)
        assert paid(found[0]) == paid(found[-1]) == 100
    else:
        assert found == [Unavailable(reason="other_pay_period", detail=every)] * 6


@pytest.mark.parametrize(
    ("calendar", "period"),
    [({"pattern": "4-4-5", "anchor": "2025-01-05"}, "2025Q3"),
     ({"starts": ["2025-04-01", "2025-07-01"], "ends_on": "2025-09-30"}, "2025-07-01")],
)  # fmt: skip
def test_quarters_of_weeks_and_explicit_periods_are_the_plans_own(make_case, calendar, period):
    case = make_case(
        period=period, sales=[sale("R1", "2025-08-01", 100.0)],
        targets=[goal("R1", 100, period=period)],
        settings={**plans(p={"target_pay": 100, "components": {"own": {"weight": 1}}}),
                  "calendar": {"country": "", **calendar}},
    )  # fmt: skip
    assert paid(payouts(case)) == 100


def test_plans_for_several_periods_leave_none_out_unsaid(make_case):
    part = {"target_pay": 100, "components": {"own": {"weight": 1}}}
    shared = {
        "sales": [sale("R1", "2025-08-01", 100.0), sale("R2", "2025-08-01", 100.0)],
        "targets": [goal("R1", 100), goal("R2", 100)],
    }
    case = make_case(**shared, settings=plans(
        a={**part, "reps": ["R1"]}, b={**part, "reps": ["R2"], "every": "year"}))  # fmt: skip
    for at in ("actual", "landing", "target"):
        found = payouts(case, at=at)
        assert found.components["note"].tolist() == ["", "other_pay_period"]
        assert found.reps["complete"].tolist() == [True, False]
        assert found.reps["pay"].tolist() == [100, None]
    cost = payout_cost(case)
    assert (cost.earned, cost.bookings, cost.missing) == (100, 100, 1)
    assert set(next_step(case)["rep_id"]) == {"R1"}
    none = make_case(**shared, settings=plans(
        a={**part, "reps": ["R1"], "every": "year"},
        b={**part, "reps": ["R2"], "every": "month"}))  # fmt: skip
    assert payouts(none) == Unavailable(reason="other_pay_period", detail="month, year")


def test_a_rep_alone_learns_no_rank_and_no_team(make_case):
    case = make_case(
        scope="rep:R1", sales=[sale("R1", "2025-08-01", 110.0)],
        targets=[goal("R1", 100), goal("East-1", 100, kind="team")],
        settings=plans(p={"target_pay": 100, "components": {
            "own": {"weight": 0.5}, "team": {"kind": "team", "weight": 0.5},
            "top": {"kind": "prize", "prizes": [300]},
        }}),
    )  # fmt: skip
    rows = payouts(case).components.set_index("component")
    assert rows["note"].to_dict() == {"own": "", "team": "others_needed", "top": "others_needed"}
    assert paid(payouts(case)) == 55
    assert not payouts(case).reps["complete"].iloc[0]
    assert set(next_step(case)["step"]) == {"top"}


def test_team_component(make_case):
    case = make_case(
        sales=[sale("R1", "2025-08-01", 50.0), sale("R2", "2025-08-01", 70.0)],
        targets=[goal("R1", 100), goal("R2", 100), goal("East-1", 200, kind="team")],
        settings=plans(p={"target_pay": 100, "components": {
            "own": {"weight": 0.5}, "team": {"kind": "team", "weight": 0.5}}}),
    )  # fmt: skip
    assert payouts(case).reps["pay"].tolist() == [25 + 30, 35 + 30]


def test_guarantee_tops_up_a_newcomer(make_case):
    roster = [{"rep_id": "R1", "valid_from": "2025-08-01", "name": "New", "team": "East-1",
               "region": "East", "hired_on": "2025-08-01"}]  # fmt: skip
    case = make_case(
        sales=[sale("R1", "2025-09-01", 43.0)], roster=roster, targets=[goal("R1", 430)],
        settings={**plans(p={"target_pay": 6600, "guarantee": [1, 0.5],
                             "components": {"own": {"weight": 1}}}), "calendar.country": ""},
    )  # fmt: skip
    rows = payouts(case).components.set_index("kind")["pay"]
    assert rows["individual"] == 430  # a tenth of 6,600 × 43 of 66 days
    assert rows["guarantee"] == 2100 + 1100 - 430  # 21 days in full, 22 days by half


def newcomer(make_case, *, targets, scope, part, amount=43.0):
    roster = [{"rep_id": "R1", "valid_from": "2025-08-01", "name": "New", "team": "East-1",
               "region": "East", "hired_on": "2025-08-01"}]  # fmt: skip
    case = make_case(
        scope=scope, sales=[sale("R1", "2025-09-01", amount)], roster=roster, targets=targets,
        settings={**plans(p={"teams": ["East-1"], "target_pay": 6600, "guarantee": [1, 0.5],
                             "components": {"own": {"weight": 0.7}, **part}}),
                  "calendar.country": ""},
    )  # fmt: skip
    return payouts(case).components.set_index("kind").loc["guarantee"], payouts(case).reps.iloc[0]


def test_guarantee_waits_for_what_cannot_be_seen(make_case):
    part = {"team": {"kind": "team", "weight": 0.3}}
    targets = [goal("East-1", 430, kind="team")]
    region, whole = newcomer(make_case, targets=targets, scope="region:East", part=part)
    assert region["pay"] == 3200 - 129  # no quota yet, so no own pay; 10 % of the team's 1,290
    alone, rep = newcomer(make_case, targets=targets, scope="rep:R1", part=part)
    assert (alone["pay"], alone["low"], alone["note"]) == (None, None, "others_needed")
    assert not rep["complete"]
    beyond, _ = newcomer(make_case, targets=[goal("R1", 430), *targets], scope="rep:R1", part=part,
                         amount=500.0)  # fmt: skip
    assert (beyond["pay"], beyond["note"]) == (0, "")  # own pay alone lies above the guarantee
    cash, _ = newcomer(
        make_case, targets=[*targets, goal("R1", 430, measure="collections")], scope="region:East",
        part={"team": {"measure": "collections", "weight": 0.3}},
    )  # fmt: skip
    assert (cash["pay"], cash["note"]) == (None, "no_measure")


def test_closer_plan_wins_and_a_draw_is_an_error(make_case):
    part = {"components": {"own": {"tiers": [{"at": 0, "rate": 0.01}]}}}
    double = {"components": {"own": {"tiers": [{"at": 0, "rate": 0.02}]}}}
    shared = {"sales": [sale("R1", "2025-08-01", 100.0)], "targets": [goal("R1", 100)]}
    case = make_case(**shared, settings=plans(a=part, b={**double, "teams": ["East-1"]}))
    assert paid(payouts(case)) == 2
    with pytest.raises(SettingsError, match="a and b both hold for rep R1"):
        payouts(make_case(**shared, settings=plans(a=part, b=double)))


@pytest.mark.parametrize(
    ("component", "said"),
    [
        ({"tiers": [{"at": 0.5, "rate": 0.1}]}, "tier 1 .at 0.5.*gap below"),
        ({"tiers": [*STEPS, {"at": 0.9, "rate": 0.1}]}, "tier 4 .at 0.9.*tier before, at 1"),
        ({"tiers": [{"at": 0, "rate": -0.1}]}, "rate of -0.1"),
        ({"tiers": [{"at": 0, "multiple": 1}]}, "needs a rate and no multiple"),
        ({"weight": 0.5, "tiers": STEPS}, "needs a multiple and no rate"),
        ({}, "needs a weight, or 'tiers'"),
        ({"kind": "team", "tiers": STEPS}, "needs a 'weight'"),
        ({"kind": "prize"}, "needs 'prizes'"),
        ({"tiers": STEPS, "prizes": [1]}, "belong to kind prize"),
        ({"tiers": STEPS, "cap": 0.4, "threshold": 0.5}, "cap 0.4 .*threshold 0.5.*raise the cap"),
    ],
)
def test_wrong_components_are_told_with_plan_and_tier(component, said):
    found = {"plans": {"field": {"target_pay": 1, "components": {"own": component}}}}
    with pytest.raises(ValidationError, match=said) as error:
        IncentiveSettings.model_validate(found)
    assert "plans.field.components.own" in str(error.value)


def test_weights_sum_to_one_and_need_target_pay():
    two = {"a": {"weight": 0.5}, "b": {"kind": "team", "weight": 0.4}}
    with pytest.raises(ValidationError, match="a, b add up to 0.9"):
        IncentiveSettings.model_validate({"plans": {"p": {"target_pay": 1, "components": two}}})
    with pytest.raises(ValidationError, match="'target_pay'"):
        IncentiveSettings.model_validate({"plans": {"p": {"components": {"a": {"weight": 1}}}}})


@pytest.mark.parametrize(
    "rows",
    [[], [sale("R1", "2025-08-01", -50.0)], [sale("R1", "2025-08-01", 5.0, cost=None)]],
)
def test_odd_cases_break_nothing(make_case, rows):
    full = {"target_pay": 100, "guarantee": [1], "clawback": {"returns": "then", "unpaid_after": 1},
            "components": {
                "own": {"weight": 0.5, "held_until_paid": 0.5},
                "team": {"kind": "team", "weight": 0.5},
                "margin": {"measure": "margin", "tiers": STEPS},
                "cash": {"measure": "collections", "tiers": [{"at": 0, "rate": 0.1}]},
                "top": {"kind": "prize", "prizes": [5], "within": "company"},
                "rise": {"kind": "progress", "prizes": [5]},
            }}  # fmt: skip
    for as_of, scope in (("2025-09-30", "region:East"), ("2025-08-15", "company"),
                         ("2025-08-15", "rep:R1")):  # fmt: skip
        case = make_case(sales=rows, targets=[goal("R1", 100)], settings=plans(p=full), scope=scope,
                         as_of=as_of)  # fmt: skip
        for at in ("actual", "landing", "target"):
            found = payouts(case, at=at)
            known = found.components["pay"].dropna()
            assert found.total == sum(known, Decimal(0))
        assert len(overview(case)) == 1
        cost = payout_cost(case)
        if case.scope.kind == "rep":
            assert cost == Unavailable(reason="cost_of_many")
        else:
            assert cost.pays_for["pay"].sum() == cost.earned
        next_step(case)


def test_the_yen_has_no_cents(make_case):
    case = make_case(sales=[sale("R1", "2025-08-01", 150.0)], targets=[goal("R1", 1000)],
                     settings={**plan(tiers=STEPS), "currency": "JPY"})  # fmt: skip
    assert str(paid(payouts(case))) == "2"  # 1.5, half to even


# --- the sample ------------------------------------------------------------------------------


def test_sample_rep_and_region_agree(sample_company):
    _, _, case = sample_company
    region, rep = reopen(case, scope="region:East"), reopen(case, scope="rep:R004")
    rows = {}
    for name, one in (("region", region), ("rep", rep)):
        found = payouts(one)
        parts = found.components.groupby("rep_id", sort=False)["pay"]
        sums = parts.agg(lambda some: sum(some.dropna(), Decimal(0)))
        assert sums.tolist() == found.reps["pay"].tolist()  # to the cent
        own = found.components
        own = own[(own["rep_id"] == "R004") & own["kind"].isin(["individual", "clawback"])]
        rows[name] = own[["pay", "held"]].values.tolist()
    assert rows["region"] == rows["rep"] and len(rows["rep"])
    assert set(payouts(rep).components["rep_id"]) == {"R004"}


def test_sample_credits_sum_to_what_the_region_booked(sample_company):
    _, _, case = sample_company
    region = reopen(case, scope="region:East")
    done = sum(credited(region, one) for one in stints(region))
    rows = region.data.sales
    inside = rows[rows["date"].between("2025-07-01", "2025-09-30")]
    assert float(done) == pytest.approx(inside["amount"].sum(), abs=0.06)


def test_sample_region_gives_nobody_the_prize_of_one_who_moved_in(sample_company):
    """R007 came to the South in May 2025; the rise on the first quarter lies in the East."""
    _, _, case = sample_company
    kept_, awarded = {}, reopen(case, period="2025Q2")
    for one in (awarded, reopen(awarded, scope="region:South")):
        rows = payouts(replace(one, as_of=dt.date(2025, 6, 30))).components
        rows = rows[(rows["kind"] == "progress") & (rows["region"] == "South")]
        kept_[one.scope.kind] = rows.set_index("rep_id")[["pay", "place", "note"]]
    assert kept_["company"].loc["R007", "place"] == 1
    assert kept_["region"]["pay"].isna().all() and kept_["region"]["place"].isna().all()
    assert set(kept_["region"]["note"]) == {"others_needed"}


def test_before_the_period_begins_nothing_is_taken_or_paid_again(make_case):
    case = make_case(
        period="2025Q4", as_of="2025-08-15", sales=[sale("R1", "2025-05-05", 1200.0, order_id="B")],
        receipts=[invoice("B", 1200.0, "2025-07-01")],
        targets=[goal("R1", 1000, period="2025Q4"), goal("R1", 1000, period="2025Q2")],
        settings=plans(p={"components": {"own": {"tiers": STEPS}},
                          "clawback": {"unpaid_after": 60}}),
    )  # fmt: skip
    assert payouts(case).components["kind"].tolist() == ["individual"]
    assert paid(payouts(case)) == 0
