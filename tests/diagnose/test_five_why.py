"""Five times why: the walk goes where the money is, and each step holds figures that add up."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose import bridges, five_why, funnel, losses
from kit.diagnose.branch import costliest, down, root, tables
from kit.diagnose.reference import reference

TARGET = {"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1}


def months(first="2023-01", last="2025-09"):
    return pd.period_range(first, last, freq="M")


def orders(*, price=1.0, gone=(), half=()) -> list[dict]:
    """Eight customers of two reps and two lines, one order a month; changes from 2025-07 on."""
    rows = []
    for month in months():
        late = month >= pd.Period("2025-07")
        for number in range(8):
            customer, line = f"C{number}", ("pumps", "meters")[number % 2]
            if late and customer in gone:
                continue
            pieces = 5.0 if late and line in half else 10.0
            net = 90.0 * pieces * (price if late else 1.0)
            rows.append(
                {"date": f"{month}-{1 + number:02d}", "customer_id": customer, "line": line,
                 "rep_id": f"R{number // 4}", "quantity": pieces, "product_id": f"P-{line}",
                 "list_amount": 100.0 * pieces, "amount": net}
            )  # fmt: skip
    return rows


def goal(amount=21_600.0):
    return [{**TARGET, "target": amount}]


def statements(found):
    return found.steps["statement"].tolist()


def test_lower_prices_end_with_the_line_and_its_customers(make_case):
    found = five_why.walk(make_case(sales=orders(price=0.9), targets=goal()))
    assert statements(found) == ["short_of_target", "effect_price", "line_price",
                                 "discounts_spread"]  # fmt: skip
    price = found.steps.iloc[2]
    assert price["facts"]["discount"] == pytest.approx(0.19)
    assert price["facts"]["reference_discount"] == pytest.approx(0.10)
    assert found.steps.iloc[3]["facts"]["more"] == 4 == found.steps.iloc[3]["facts"]["customers"]
    assert found.question == "price_all"


def test_a_lost_customer_is_named_with_its_last_order(make_case):
    found = five_why.walk(make_case(sales=orders(gone=["C3"]), targets=goal()))
    assert statements(found)[-1] == "largest_lost"
    last = found.steps.iloc[-1]
    assert (last["facts"]["customer"], str(last["facts"]["when"])) == ("Customer C3", "2025-06-04")
    assert last["effect"] == pytest.approx(-2700.0)
    assert found.facts["customer"] == "Customer C3" and found.question == "lost_customer"


def test_in_a_team_a_lost_customer_may_have_been_handed_over(make_case):
    rows = orders(gone=["C3"])
    target = [{**TARGET, "scope": "team:East-1", "target": 21_600.0}]
    found = five_why.walk(make_case(sales=rows, targets=target, scope="team:East-1"))
    assert statements(found)[-2:] == ["effect_gone", "largest_gone"]


def test_a_line_that_sells_less_is_walked_down_to(make_case):
    found = five_why.walk(make_case(sales=orders(half=["pumps"]), targets=goal()))
    assert statements(found) == ["short_of_target", "part_line", "effect_volume", "smaller_orders"]
    effects = found.steps["effect"].tolist()
    assert effects == pytest.approx([-5400.0] * 4)
    assert found.steps.iloc[1]["facts"]["weight"] == pytest.approx(0.5)


def test_handing_customers_over_makes_nobody_fail(make_case):
    rows = orders(half=["pumps"])
    rows = [{**row, "rep_id": "R1"} if row["date"] >= "2025-04" else row for row in rows]
    case = make_case(sales=rows, targets=goal())
    branch = root(case, reference(case))
    reps = dict(tables(branch)).get("rep")
    assert reps is None or "R0" not in reps.index
    assert "part_rep" not in statements(five_why.walk(case))


def test_no_last_year_and_no_shortfall_say_so(make_case):
    short = make_case(sales=[{"date": "2025-08-01", "amount": 5.0}], targets=goal())
    found = five_why.walk(short)
    assert statements(found) == ["short_of_target"] and found.question == "where"
    over = make_case(sales=orders(), targets=goal(10.0))
    assert five_why.walk(over) == Unavailable(reason="why_not_short")
    none = make_case(sales=orders(), as_of="2025-06-30", targets=goal())
    assert isinstance(five_why.walk(none), Unavailable)


@pytest.mark.parametrize("rows", [[], orders()[:3], [{"date": "2025-08-01", "amount": -5.0}]])
def test_tiny_tables_do_not_break_it(make_case, rows):
    found = five_why.walk(make_case(sales=rows, targets=goal()))
    assert len(found.steps) >= 1 and found.steps["effect"].iloc[0] < 0


def test_the_branch_of_a_part_sums_to_its_row(make_case):
    case = make_case(sales=orders(half=["pumps"]), targets=goal())
    branch = root(case, reference(case))
    dimension, row = costliest(branch)
    child = down(branch, dimension, row)
    assert (dimension, row.name) == ("line", "pumps")
    assert child.found.total == pytest.approx(row["reference"])
    assert child.found.variance == pytest.approx(row["effect"])
    held = bridges.sums(child.found.before, "customer_id").sum() * child.found.factor
    assert held == pytest.approx(child.found.total)
    assert set(child.case.data.sales["line"]) == {"pumps"}
    assert not child.case.data.has("opportunities")


def test_the_planted_conversion_of_the_east_is_found(sample_company):
    _, _, company = sample_company
    for case in (company, reopen(company, scope="region:East")):
        found = five_why.walk(case)
        told = found.steps.set_index("statement")
        assert {"part_line", "effect_volume", "funnel_step", "loss_reason_event"} <= set(told.index)
        assert told.loc["funnel_step", "facts"]["stage"] == "proposal"
        assert told.loc["loss_reason_event", "facts"]["reason"] == "competitor product"
        assert found.question == "loss_reason"
    first = five_why.walk(company).steps.iloc[1]
    assert (first["statement"], first["facts"]["part"]) == ("part_region", "East")


def test_the_other_planted_causes_are_walked_to(sample_company):
    _, _, company = sample_company
    south = five_why.walk(reopen(company, scope="region:South"))
    assert statements(south)[1:3] == ["effect_price", "line_price"]
    west = five_why.walk(reopen(company, scope="region:West"))
    assert west.question == "lost_customer"
    assert west.steps.iloc[-1]["facts"]["share"] > 0.9


def test_reasons_share_out_the_fall_of_the_conversion(sample_company):
    _, _, company = sample_company
    case = reopen(company, scope="region:East")
    branch = root(case, reference(case))
    table = losses.by_reason(branch, "proposal")
    step = funnel.measured(branch.case).set_index("stage").loc["proposal"]
    fall = step["reference_conversion"] - step["conversion"]
    assert (table["rate"] - table["rate_before"]).sum() == pytest.approx(fall)


def test_every_step_holds_a_figure(sample_company):
    _, _, company = sample_company
    for scope in ("company", "region:West", "team:East-1", "rep:R018"):
        found = five_why.walk(reopen(company, scope=scope))
        for one in found.steps.to_dict("records"):
            numbers = [fact for fact in one["facts"].values() if isinstance(fact, (int, float))]
            assert numbers and all(math.isfinite(number) for number in numbers), one


def test_a_step_names_the_part_it_is_measured_in(sample_company):
    _, _, company = sample_company
    found = five_why.walk(company)
    told = found.steps.set_index("statement")["facts"]
    assert told["part_line"]["parent"] == "East"
    assert told["funnel_step"]["part"] == "East · Instruments standard"
    assert told["effect_volume"]["cost"] == pytest.approx(
        -float(found.steps.set_index("statement")["effect"]["effect_volume"])
    )
    assert found.among[0] == ("region", "line", "channel")
    assert "region" not in found.among[1] and len(found.among) == 2
