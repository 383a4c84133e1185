"""Classes by cumulated share, and concentration."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.data.tables import Unavailable
from kit.diagnose.abc import abc, classes
from kit.diagnose.concentration import concentration
from kit.settings import Settings

AMOUNTS = st.lists(
    st.floats(-1e6, 1e7, allow_nan=False).map(lambda one: round(one, 2)), min_size=1, max_size=40
)


def order(customer, amount, *, date="2025-08-01", cost=0.0, **more):
    return {"customer_id": customer, "amount": amount, "date": date, "cost": cost, **more}


def test_the_customer_that_crosses_a_limit_belongs_to_the_upper_class():
    found = classes(pd.Series([50.0, 25.0, 10.0, 6.0, 5.0, 4.0], index=list("abcdef")))
    assert found.to_dict() == {"a": "A", "b": "A", "c": "A", "d": "B", "e": "B", "f": "C"}


def test_a_limit_that_is_met_exactly_ends_the_class():
    assert classes(pd.Series([0.6, 0.2, 0.15, 0.05])).tolist() == ["A", "A", "B", "C"]


def test_equal_amounts_share_a_class_and_nothing_earned_is_c():
    assert set(classes(pd.Series([5.0] * 30))) == {"A"}
    assert classes(pd.Series([10.0, 0.0, -4.0, None])).tolist() == ["A", "C", "C", None]
    assert classes(pd.Series([-1.0, -2.0])).tolist() == ["C", "C"]


@given(AMOUNTS)
def test_classes_fall_with_the_amount_and_hold_their_limits(amounts):
    amounts = pd.Series(amounts, dtype=float)
    found = classes(amounts)
    ranks = found.map({"A": 0, "B": 1, "C": 2})
    order = amounts.sort_values(ascending=False, kind="stable").index
    assert ranks[order].is_monotonic_increasing
    assert amounts.groupby(amounts).ngroups >= pd.DataFrame({"a": amounts, "c": found}).groupby(
        "a"
    )["c"].nunique().sum()
    positive = amounts.clip(lower=0)
    if positive.sum() > 0:
        assert positive[found == "A"].sum() >= 0.8 * positive.sum() * (1 - 1e-6)
        assert positive[found != "C"].sum() >= 0.95 * positive.sum() * (1 - 1e-6)


def test_revenue_and_margin_put_customers_into_different_classes(make_case):
    case = make_case(
        sales=[
            order("big", 800.0, cost=790.0), order("mid", 150.0, cost=50.0),
            order("low", 50.0, cost=60.0), order("old", 999.0, date="2024-09-30"),
        ]
    )  # fmt: skip
    found = abc(case)
    table = found.customers.set_index("customer_id")
    assert table["by_amount"].to_dict() == {"big": "A", "mid": "B", "low": "C"}
    assert table["by_margin"].to_dict() == {"big": "B", "mid": "A", "low": "C"}
    assert table["share"].to_dict() == {"big": 0.8, "mid": 0.15, "low": 0.05}
    assert found.classes["amount"].sum() == 1000.0 and found.classes["customers"].sum() == 3
    assert found.cross["customers"].sum() == 3
    assert (found.losing, found.losing_amount, found.losing_margin) == (1, 50.0, -10.0)


def test_returns_are_in_no_share_and_are_not_below_cost(make_case):
    case = make_case(
        sales=[
            order("big", 800.0, cost=500.0), order("low", 200.0, cost=240.0),
            order("back", -600.0, cost=-400.0), order("zero", 0.0, cost=5.0),
        ]
    )  # fmt: skip
    found = abc(case)
    share = found.customers.set_index("customer_id")["share"]
    assert share.dropna().to_dict() == {"big": 0.8, "low": 0.2}
    each = found.classes.set_index("class")
    assert each["share"].to_dict() == {"A": 0.8, "B": 0.2, "C": 0.0}
    assert each["margin_share"].to_dict() == {"A": 1.0, "B": 0.0, "C": 0.0}
    assert each["amount"].sum() == 400.0 and each["customers"].sum() == 4
    assert (found.losing, found.losing_amount, found.losing_margin) == (1, 200.0, -40.0)
    assert (found.returns, found.returns_amount) == (2, -600.0)


def test_returns_alone_have_no_shares(make_case):
    found = abc(make_case(sales=[order("a", -5.0), order("b", -1.0)]))
    assert found.customers["share"].isna().all() and found.classes["share"].isna().all()
    assert (found.losing, found.returns, found.returns_amount) == (0, 2, -6.0)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([order("a", -5.0)], "no_positive_orders"),
        ([order("a", 0.0), order("b", -1.0)], "no_positive_orders"),
        ([order("a", 5.0), order("a", -5.0)], "no_positive_customers"),
    ],
)
def test_concentration_of_returns_has_a_reason_of_its_own(make_case, rows, reason):
    assert concentration(make_case(sales=rows)) == Unavailable(reason=reason)


def test_without_costs_there_is_no_class_by_margin(make_case):
    case = make_case(sales=[order("a", 8.0, cost=None), order("b", 2.0, cost=1.0)])
    found = abc(case)
    assert found.customers.set_index("customer_id")["by_margin"].isna().to_dict() == {
        "a": True, "b": False,
    }  # fmt: skip
    none = abc(make_case(sales=[order("a", 8.0, cost=None)]))
    assert none.cross.empty and none.classes["margin"].isna().all()


def test_limits_are_parameters(make_case):
    rows = [order("a", 60.0), order("b", 40.0)]
    loose = {"diagnose": {"customers": {"class_limits": [0.5, 0.9]}}}
    assert abc(make_case(sales=rows)).customers["by_amount"].tolist() == ["A", "A"]
    assert abc(make_case(sales=rows, settings=loose)).customers["by_amount"].tolist() == ["A", "B"]
    with pytest.raises(ValueError, match="the first must be below the second"):
        Settings.model_validate(
            {"company": "x", "data_dir": ".", "diagnose": {"customers": {"class_limits": [1, 0.5]}}}
        )


@pytest.mark.parametrize("rows", [[], [order(None, 5.0)], [order("a", 5.0, date="2023-01-01")]])
def test_without_customers_nothing_is_told(make_case, rows):
    case = make_case(sales=rows)
    assert abc(case) == concentration(case) == Unavailable(reason="no_customer_orders")


def test_concentration_by_hand(make_case):
    case = make_case(sales=[order("a", 60.0), order("b", 30.0), order("c", 10.0), order("d", -5.0)])
    found = concentration(case)
    now = found.measures.set_index("view")["value"]
    assert now["customers"] == 3 and now["first"] == 0.6 and now["five"] == pytest.approx(1.0)
    assert now["fifth"] == 0.6 and now["hhi"] == pytest.approx(4600.0)
    assert now["equal"] == pytest.approx(1 / 0.46)
    pairs = abs(np.subtract.outer([60, 30, 10], [60, 30, 10])).sum()
    assert now["gini"] == pytest.approx(pairs / (2 * 3 * 100))
    assert found.measures["before"].isna().all()
    assert found.curve["share"].tolist() == pytest.approx([0.0, 0.6, 0.9, 1.0])


def test_equal_customers_are_not_concentrated(make_case):
    found = concentration(make_case(sales=[order(f"c{n}", 7.0) for n in range(20)]))
    now = found.measures.set_index("view")["value"]
    assert now["gini"] == pytest.approx(0.0, abs=1e-12) and now["equal"] == pytest.approx(20.0)
    assert found.curve["share"].tolist() == pytest.approx(found.curve["rank"].tolist())
