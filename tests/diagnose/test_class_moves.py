"""Class moves and their money."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.tables import Unavailable
from kit.diagnose.class_moves import class_moves

NOW, BEFORE, LONG = "2025-05-05", "2024-05-05", "2023-09-15"


def row(customer, amount, date):
    return {"customer_id": customer, "amount": amount, "date": date}


def test_moves_by_hand(make_case):
    case = make_case(
        sales=[
            row("a", 80.0, BEFORE), row("b", 15.0, BEFORE), row("c", 5.0, BEFORE),
            row("b", 85.0, NOW), row("a", 10.0, NOW), row("n", 5.0, NOW), row("x", 1.0, LONG),
        ]
    )  # fmt: skip
    moves = class_moves(case).moves.set_index(["before", "now"])
    assert moves["effect"].to_dict() == {
        ("A", "B"): -70.0, ("B", "A"): 70.0, ("C", "none"): -5.0, ("none", "C"): 5.0,
    }  # fmt: skip
    assert moves["customers"].tolist() == [1, 1, 1, 1]


def test_two_years_are_needed(make_case):
    case = make_case(sales=[row("a", 1.0, "2024-01-15"), row("a", 1.0, NOW)])
    assert class_moves(case) == Unavailable(reason="customers_short", detail="2024-01-15")
    assert class_moves(make_case(sales=[])) == Unavailable(reason="no_customer_orders")


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"), st.integers(-500, 9000), st.sampled_from([NOW, BEFORE])
        ),
        min_size=1,
        max_size=30,
    )
)
def test_effects_sum_to_the_change(make_case, rows):
    known = [row(who, amount / 100, date) for who, amount, date in rows]
    case = make_case(sales=[*known, row("z", 1.0, LONG)])
    found = class_moves(case)
    change = sum(one["amount"] * (1 if one["date"] == NOW else -1) for one in known)
    assert found.moves["effect"].sum() == pytest.approx(change, abs=1e-6)
    assert found.customers["effect"].sum() == pytest.approx(change, abs=1e-6)
    assert found.moves["customers"].sum() == len({who for who, *_ in rows})
    assert not ((found.moves["before"] == "none") & (found.moves["now"] == "none")).any()


def test_the_sample_sums(sample_company):
    case = sample_company[2]
    found = class_moves(case)
    sales = case.data.sales
    now = sales.loc[sales["date"].between("2024-10-01", "2025-09-30"), "amount"].sum()
    before = sales.loc[sales["date"].between("2023-10-01", "2024-09-30"), "amount"].sum()
    assert found.moves["effect"].sum() == pytest.approx(now - before, abs=0.01)
