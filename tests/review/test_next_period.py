"""The next target: reach and evidence, carry-over, the parts, what is asked for, and the plan."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.plan import chance
from kit.review import carry_over, next_parts, next_target, plan_structure, resources
from kit.review.coming import ahead, deciding
from kit.review.reach import moved

SPREAD = np.linspace(-0.2, 0.2, 41)
RULES = {"mean": 100.0, "errors": SPREAD, "band": (0.3, 0.8), "limit": 0.1, "unit": 0.01}


def sales(*, months=39, level=1000.0, noise=0.03, rep="R1", seed=7):
    draw = np.random.default_rng(seed)
    days = pd.date_range("2025-09-01", periods=months, freq="-1MS")
    return [
        {"date": day.date().isoformat(), "rep_id": rep, "amount": level * draw.normal(1, noise)}
        for day in days
    ]


def target(amount, period="2025Q3", scope="region:East"):
    return {"scope": scope, "period": period, "measure": "bookings", "version": 1,
            "target": amount}  # fmt: skip


def test_relief_stops_where_the_chance_enters_the_band_and_says_why():
    found = moved(112.0, **RULES)
    assert found.rule == "relieved" and found.evidence == "baseline" and found.within
    assert chance.of_target(found.amount, mean=100.0, errors=SPREAD) >= 0.3
    assert chance.of_target(found.amount + 0.02, mean=100.0, errors=SPREAD) < 0.3


def test_where_the_largest_relief_is_not_enough_it_says_so():
    found = moved(130.0, **RULES)
    assert (found.amount, found.relief) == (pytest.approx(117), pytest.approx(13))
    assert found.within is False


def test_without_evidence_the_asked_amount_is_kept():
    for errors, proven in ((np.empty(0), True), (SPREAD, False)):
        found = moved(130.0, **{**RULES, "errors": errors}, proven=proven)
        assert (found.amount, found.rule, found.evidence, found.relief) == (130.0, "kept", "", 0.0)


def test_a_cause_outside_the_teams_hands_is_evidence_without_any_chance():
    rules = {**RULES, "errors": np.empty(0)}
    found = moved(100.0, **rules, outside=4.0)
    assert (found.amount, found.evidence, found.within) == (96.0, "cause", None)
    assert moved(100.0, **rules, outside=40.0).amount == 90.0


@settings(max_examples=200, deadline=None)
@given(
    st.floats(1, 1e7), st.floats(-0.3, 0.3), st.floats(0.2, 3), st.floats(0, 1),
    st.floats(0, 0.5), st.sampled_from([0.01, 1.0, 1000.0]), st.booleans(),
)  # fmt: skip
def test_an_amount_is_never_moved_beyond_its_limit(
    asked, carry, ratio, outside, limit, unit, proven
):
    found = moved(
        asked, mean=asked / ratio, errors=SPREAD, band=(0.3, 0.8), limit=limit, unit=unit,
        carried=carry * asked, outside=outside * asked, proven=proven,
    )  # fmt: skip
    wanted = max(asked + carry * asked, 0.0)
    slack = asked / 50 + 0.02  # a unit is at most a fiftieth of what is asked
    assert found.relief <= limit * asked + slack
    assert found.raised <= limit * asked + slack
    assert min(wanted, asked * (1 - limit)) - slack <= found.amount
    assert found.amount <= max(wanted, asked * (1 + limit)) + slack
    assert (found.rule == "kept") == (found.evidence == "")
    if not proven and outside == 0:
        assert found.rule == "kept"


def test_a_gap_is_carried_over_only_by_rule_within_the_year_and_up_to_the_limit(make_case):
    def case(period="2025Q3", as_of="2025-09-30", goal=4000.0, **rules):
        more = {f"review.next.{name}": one for name, one in rules.items()}
        return make_case(sales=sales(noise=0.0), period=period, as_of=as_of, settings=more,
                         targets=[target(goal, period)])  # fmt: skip

    none = carry_over.carry_over(case())
    assert (none.gap, none.share, none.reason) == (1000.0, None, "no_rule")
    assert none.amount(4000.0, most=0.1, unit=1) == 0.0
    half = carry_over.carry_over(case(carry_over="0.5"))
    assert half.reason == "" and half.amount(10_000.0, most=0.1, unit=1) == 500.0
    assert half.amount(1000.0, most=0.1, unit=1) == 100.0
    assert carry_over.carry_over(case(carry_over="none")).reason == "no_rule"
    assert carry_over.carry_over(case(goal=2000.0, carry_over=0.5)).reason == "no_rule"
    surplus = carry_over.carry_over(case(goal=2000.0, carry_surplus=0.5))
    assert surplus.amount(10_000.0, most=0.1, unit=1) == -500.0
    last = case("2024Q4", "2024-12-31", carry_over=0.5)
    assert carry_over.carry_over(last).reason == "year_ends"
    assert carry_over.carry_over(case(as_of="2025-08-31", carry_over=0.5)).reason == "running"


def test_without_a_target_nothing_is_carried_over(make_case):
    found = carry_over.carry_over(make_case(sales=sales()))
    assert (found.gap, found.reason) == (None, "no_target")


def test_what_is_carried_over_stands_on_its_own_line(make_case):
    case = make_case(
        sales=sales(), targets=[target(3600.0)],
        settings={"review.next.carry_over": 0.5, "targets.growth": 0, "targets.unit": 1},
    )  # fmt: skip
    found = next_target.suggest(case)
    assert found.carried == pytest.approx(min(0.5 * found.gap, 0.1 * found.asked), abs=1)
    assert found.target == found.asked + found.carried - found.relief + found.raised


def test_the_calendar_may_end(make_case):
    starts = [f"{year}-{month:02d}-01" for year in range(2022, 2026) for month in (1, 4, 7, 10)]
    case = make_case(
        sales=sales(), period="2025-07-01",
        settings={"calendar.starts": starts[:-1], "calendar.ends_on": "2025-09-30"},
    )  # fmt: skip
    for function in (next_target.suggest, next_parts.parts, plan_structure.structure):
        assert function(case).reason == "calendar_ends"


def test_growth_may_be_asked_for_the_next_period_alone(make_case):
    more = {"review.next.growth": 0.5, "targets.unit": 1}
    case = make_case(sales=sales(noise=0.0), settings=more)
    found = next_target.suggest(case)
    days = [case.calendar.working_days(dt.date(year, 10, 1), dt.date(year, 12, 31))
            for year in (2025, 2024)]  # fmt: skip
    assert found.asked == pytest.approx(3000 * 1.5 * days[0] / days[1], abs=1)


def test_next_target_is_growth_held_in_reach(make_case):
    draw = np.random.default_rng(7)
    rows = [
        {"date": day.date().isoformat(), "rep_id": "R1",
         "amount": (1000.0 + 100 * (day.month in (5, 11))) * draw.normal(1, 0.03)}
        for day in pd.date_range("2022-07-01", "2025-09-01", freq="MS")
    ]  # fmt: skip
    found = next_target.suggest(
        make_case(sales=rows, settings={"targets.growth": 0.0, "targets.unit": 1})
    )
    before = sum(one["amount"] for one in rows if "2024-10" <= one["date"] < "2025-01")
    assert found.period == "2025Q4" and found.last_year == pytest.approx(before)
    assert found.baseline == pytest.approx(3100.0, rel=0.05)
    far = next_target.suggest(
        make_case(sales=rows, settings={"targets.growth": 1.0, "targets.unit": 1})
    )
    assert far.rule == "relieved" and far.target == pytest.approx(far.asked * 0.9, abs=1)
    assert far.within is False


def test_next_target_without_history_says_so(make_case):
    case = make_case(sales=[{"date": "2025-09-10", "rep_id": "R1", "amount": 1.0}])
    assert isinstance(next_target.suggest(case), Unavailable)


def test_a_record_that_speaks_against_the_chance_withholds_it(make_case, monkeypatch):
    case = make_case(sales=sales(), settings={"targets.growth": 1.0, "targets.unit": 1})
    free = next_target.suggest(case)
    assert free.rule == "relieved" and free.chance is not None
    bad = next_target.feedback(case).__class__(
        next_target.feedback(case).score, "withheld", 1.0, 0.65
    )
    monkeypatch.setattr(next_target, "feedback", lambda case: bad)
    held = next_target.suggest.__wrapped__(case)
    assert (held.rule, held.chance, held.withheld) == ("kept", None, "record")


def test_deciding_parameters_give_just_the_amount(make_case):
    case = ahead(make_case(sales=sales(), settings={"targets.unit": 1}))
    assert deciding(case, 3100.0)["method"] == "growth"
    young = ahead(make_case(sales=sales(months=5)))
    assert deciding(young, 3000.0) == {"method": "given", "value": 3000.0}


@pytest.fixture(scope="module")
def east(sample_company):
    return reopen(sample_company[2], scope="region:East")


def test_parts_add_up_and_every_line_explains_itself(east):
    found = next_parts.parts(east)
    rows = found.table
    assert rows["target"].sum() == found.carried_by_parts == found.handed_out
    assert found.target == found.handed_out + found.reserve
    explained = rows["asked"] + rows["carried"] - rows["relief"] + rows["raised"] + rows["balance"]
    assert np.allclose(explained, rows["target"])
    assert (rows["relief"] <= 0.1 * rows["asked"]).all()
    assert ((rows["relief"] > 0) <= (rows["evidence"] != "")).all()
    below = found.below[found.below["above"] == "region:East"]
    assert below["target"].tolist() == rows["target"].tolist()
    for team in below["scope"]:
        own = found.below.loc[found.below["above"] == team, "target"].sum()
        assert own == below.set_index("scope").loc[team, "target"]


def test_a_rep_has_no_parts_and_nobody_elses_figures(east):
    rep = reopen(east, scope="rep:R001")
    assert next_parts.parts(rep).reason == "no_children"
    plan = plan_structure.structure(rep)
    assert plan.parts == () and len(plan.own.people) == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 10**4), st.floats(0.9, 1.1)), min_size=1, max_size=8),
       st.floats(0.9, 1.1))  # fmt: skip
def test_balanced_parts_sum_exactly_and_stay_within_the_limit(lines, ratio):
    from types import SimpleNamespace

    from kit.parameters import validate

    model = validate({"company": "t", "data_dir": "."}, origin="t")
    case = SimpleNamespace(settings=model)
    asked = np.array([float(one) for one, _ in lines])
    moves = np.array([share for _, share in lines])
    total = round(float(asked.sum() * ratio), 2)
    table = pd.DataFrame({"scope": [f"team:{n}" for n in range(len(asked))], "asked": asked,
                          "moved": asked * moves})  # fmt: skip
    found = next_parts.balanced(case, table, total=total)
    assert sum(found) == pytest.approx(total, abs=1e-6)
    slack = max(total / len(asked) / 50, 0.02) + 0.02
    assert (found >= asked * 0.9 - slack).all() and (found <= asked * 1.1 + slack).all()


def test_of_alternatives_the_one_that_may_bring_most_is_asked_for():
    table = pd.DataFrame({
        "cause": ["price", "price", "cycle"], "subject": ["", "", ""],
        "measure": ["a", "b", "verify"], "expected_low": [1.0, 2.0, np.nan],
        "expected_high": [5.0, 9.0, np.nan],
    })  # fmt: skip
    assert resources.best(table)["measure"].tolist() == ["b"]


def test_money_is_told_only_where_a_parameter_gives_it(east):
    plain = resources.asked(
        reopen(east, overrides={"review.next.day_cost": "", "review.next.post_cost": ""})
    )
    assert plain.table["cost_low"].isna().all() and plain.hires_cost is None
    priced = resources.asked(
        reopen(east, overrides={"review.next.day_cost": 1000, "review.next.post_cost": 50_000})
    )
    assert priced.table["cost_high"].tolist() == (1000 * priced.table["days_high"]).tolist()
    assert priced.hires_cost == priced.hires * 50_000
    assert set(plain.kinds["resource"]) == set(plain.table["resource"]) <= set(resources.KINDS)
    assert plain.kinds["expected_high"].sum() == pytest.approx(plain.table["expected_high"].sum())


def test_measures_are_sorted_into_what_they_ask_for(make_case):
    case = make_case(settings={"review.next.budget": "[fair]"})
    kinds = {"fill_posts": "heads", "fair": "budget", "train_step": "training", "x": "time"}
    for name, resource in kinds.items():
        kind = "training" if name == "train_step" else "resources"
        assert resources.resource_of(case, name, kind) == resource


def test_the_plan_goes_from_the_objective_to_the_people(east):
    plan = plan_structure.structure(east)
    assert plan.objective and plan.own.scope == "region:East"
    assert [one.scope for one in plan.parts] == ["team:East-1", "team:East-2"]
    people = {name for one in plan.parts for name in one.people}
    assert people == set(plan.own.people) and len(people) == 6
    assert set(plan.own.actions["resource"]) <= set(resources.KINDS)


@pytest.mark.parametrize("rows", [[], sales(months=3), sales(months=30, noise=0.0),
                                  sales(months=30, level=-100.0)])  # fmt: skip
def test_nothing_breaks_on_small_constant_or_negative_data(make_case, rows):
    case = make_case(sales=rows)
    for function in (next_target.suggest, next_parts.parts, resources.asked,
                     plan_structure.structure):  # fmt: skip
        found = function(case)
        assert found is not None
    coming = next_target.suggest(case)
    if not isinstance(coming, Unavailable):
        assert np.isfinite(coming.target) and coming.target >= 0


def test_a_period_that_runs_has_no_gap_yet(east):
    found = next_target.suggest(reopen(east, as_of=dt.date(2025, 8, 15)))
    assert found.gap is None and found.carry_rule == "running"
