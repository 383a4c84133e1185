"""What is shown of pay: amounts to the cent, sentences that fit, figures that can be read."""

from __future__ import annotations

import html
import re

import pytest

from kit.data.tables import Unavailable
from kit.review.next_step import next_step
from kit.review.pay_overview import overview
from kit.review.payout import payouts
from kit.review.payout_cost import payout_cost
from kit.show import rewards
from kit.show.figures.rewards import pay_curve

STEPS = [{"at": 0, "rate": 0.01}, {"at": 0.8, "rate": 0.02}, {"at": 1, "rate": 0.04}]


def text(view):
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", view.html).split()))


def goal(rep, amount, period="2025Q3"):
    return {"scope": f"rep:{rep}", "period": period, "measure": "bookings", "version": 1,
            "target": amount}  # fmt: skip


@pytest.fixture
def paid(make_case):
    def build(*, reps=2, as_of="2025-09-30", **component):
        names = [f"R{at}" for at in range(1, reps + 1)]
        return make_case(
            sales=[
                {"rep_id": rep, "rep": "<b>", "date": "2025-07-10", "amount": 950.0 + 100 * at,
                 "cost": 400.0}
                for at, rep in enumerate(names)
            ],
            roster=[{"rep_id": rep, "valid_from": "2020-01-01", "name": f"<b>{rep}",
                     "team": "East-1", "region": "East"} for rep in names],
            targets=[goal(rep, 1000) for rep in names], as_of=as_of,
            settings={"review.incentives": {"plans": {"p": {"components": {
                "own": {"tiers": STEPS, **component}}}}}},
        )  # fmt: skip

    return build


def all_views(case, words):
    return (
        rewards.payouts(overview(case), payouts(case), words),
        rewards.cost(payout_cost(case), words),
        rewards.next_steps(next_step(case), words),
    )


def test_no_plan_is_one_line_everywhere(make_case, words):
    case = make_case(sales=[{"date": "2025-08-01", "amount": 5.0}])
    for view in all_views(case, words):
        assert view.title == words.t("unavailable.no_incentives")
        assert "<table" not in view.html
    assert pay_curve(payout_cost(case), words).html == ""
    missing = Unavailable(reason="no_plan_holds")
    assert rewards.components(missing, words).title == words.t("unavailable.no_plan_holds")


def test_pay_stands_to_the_cent_with_its_rounding(paid, english):
    told = text(rewards.payouts(overview(paid()), payouts(paid()), english))
    assert "Pay for the period: ¥25.00." in told  # 11.00 and 14.00
    assert "Each part is rounded to ¥0.01, a half to the even digit" in told
    assert "1% of the amount" not in told and "4% of the amount" in told
    assert "At the landing" not in told


def test_names_are_escaped_and_many_reps_fold(paid, words):
    case = paid(reps=11)
    view, _, steps = all_views(case, words)
    assert "<b>" not in view.html + steps.html and "&lt;b&gt;" in view.html
    assert words.t("rewards.each", n=3) in text(view)


def test_running_period_has_a_landing_or_says_nothing(paid, words):
    case = paid(as_of="2025-08-15")
    view, cost, steps = all_views(case, words)
    total = rewards.cents(payouts(case).total, words)
    assert words.t("rewards.paid_running", total=total) in text(view)
    assert "nan" not in text(view) + text(cost) + text(steps)
    step = next_step(case).iloc[0]
    assert rewards.cents(step["per_day"], words) in text(steps)


def test_cost_in_sentences(paid, english):
    told = text(rewards.cost(payout_cost(paid()), english))
    assert "The plan costs ¥25.00: 1.25% of the bookings of those it holds for." in told
    assert "¥2.00 is paid for what lies above 100%; higher rates from 100% on add ¥1.00" in told
    assert "With everyone at exactly 100% it would be ¥24.00." in told


def test_no_higher_rate_is_not_called_one(paid, english):
    case = paid(tiers=[{"at": 0, "rate": 0.01}])
    assert "at no higher rate" in text(rewards.cost(payout_cost(case), english))


def test_curve_is_drawn_with_its_numbers(paid, words, drawn):
    view = pay_curve(payout_cost(paid()), words)
    found = drawn(view)
    assert not found.cut()
    assert "1.20%" in view.title and "1.67%" in view.title  # 12 of 1,000; 20 of 1,200
    assert view.alt.count("%") >= 10


def test_a_threshold_is_a_jump_of_the_curve(paid):
    curve = payout_cost(paid(threshold=0.9)).curve
    before, at = (curve[(curve["attainment"] - one).abs() < 1e-9]["pay"].iloc[0]
                  for one in (0.899999, 0.9))  # fmt: skip
    assert (before, at) == (0.0, pytest.approx(20.0))


def test_two_parts_of_a_kind_are_told_apart(make_case, english):
    part = {"tiers": STEPS}
    case = make_case(
        sales=[{"date": "2025-07-10", "amount": 950.0}], targets=[goal("R1", 1000)],
        settings={"review.incentives": {"plans": {"p": {"components": {"a": part, "b": part}}}}},
    )  # fmt: skip
    told = text(rewards.components(payouts(case), english))
    assert "Own bookings (a)" in told and "Own bookings (b)" in told


@pytest.mark.parametrize("every", ["month", "half", "year"])
def test_another_period_is_named_in_both_languages(make_case, words, every):
    case = make_case(
        sales=[{"date": "2025-07-10", "amount": 950.0}], targets=[goal("R1", 1000)],
        settings={"review.incentives": {"plans": {"p": {
            "every": every, "components": {"own": {"tiers": STEPS}}}}}},
    )  # fmt: skip
    period = words.t(f"rewards.every.{every}")
    for view in (*all_views(case, words), rewards.components(payouts(case), words)):
        assert view.title == words.t("unavailable.other_pay_period", detail=period)
        assert period in view.title and "<table" not in view.html
    assert pay_curve(payout_cost(case), words).html == ""


def test_a_plan_for_another_period_is_noted_beside_those_that_fit(make_case, words):
    part = {"components": {"own": {"tiers": STEPS}}}
    case = make_case(
        sales=[{"rep_id": rep, "date": "2025-07-10", "amount": 950.0} for rep in ("R1", "R2")],
        targets=[goal("R1", 1000), goal("R2", 1000)],
        settings={"review.incentives": {"plans": {
            "a": {**part, "reps": ["R1"]}, "b": {**part, "reps": ["R2"], "every": "year"}}}},
    )  # fmt: skip
    view, cost, _ = all_views(case, words)
    assert words.t("rewards.note.other_pay_period") in text(view)
    assert words.t("rewards.incomplete_one", n=1) in text(view) + text(cost)


@pytest.mark.parametrize("as_of", ["2025-09-30", "2025-08-15"])
def test_a_plan_of_prizes_alone_is_shown(make_case, words, as_of):
    case = make_case(
        as_of=as_of, sales=[{"date": "2025-07-10", "amount": 1100.0}],
        targets=[goal("R1", 1000)],
        settings={"review.incentives": {"plans": {"p": {"components": {
            "top": {"kind": "prize", "prizes": [6000, 3000]}}}}}},
    )  # fmt: skip
    view, cost, steps = all_views(case, words)
    assert "6,000.00" in text(view) and "nan" not in text(view) + text(cost) + text(steps)
    assert pay_curve(payout_cost(case), words).html == ""
