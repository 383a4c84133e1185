"""What was kept from year to year, the bridge of the money, cohorts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose.retention import kept_money, retention

NOW, BEFORE, LONG = "2025-05-05", "2024-05-05", "2023-09-15"


def row(customer, amount, date):
    return {"customer_id": customer, "amount": amount, "date": date}


def test_retention_and_bridge_by_hand(make_case):
    case = make_case(
        sales=[
            row("grew", 100.0, BEFORE), row("grew", 150.0, NOW), row("fell", 60.0, BEFORE),
            row("fell", 20.0, NOW), row("lost", 40.0, BEFORE), row("new", 30.0, NOW),
            row("back", 9.0, LONG), row("back", 12.0, NOW), row("back", 13.0, "2025-06-01"),
        ]
    )  # fmt: skip
    found = retention(case)
    now = found.measures.set_index("view")["value"]
    assert now["kept"] == pytest.approx(2 / 3) and now["gross"] == pytest.approx(0.6)
    assert now["net"] == pytest.approx(0.85) and now["repeat"] == pytest.approx(1 / 4)
    assert found.bridge.set_index("part")["amount"].to_dict() == {
        "before": 200.0, "lost": -40.0, "shrunk": -40.0, "grown": 50.0, "back": 25.0, "new": 30.0,
        "now": 225.0,
    }  # fmt: skip
    assert found.bridge["customers"].tolist() == [3, 1, 1, 1, 1, 1, 4]
    assert found.measures.set_index("view")["before"].isna().to_dict() == {
        "kept": True, "gross": True, "net": True, "repeat": False,
    }  # fmt: skip


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"), st.integers(-900, 9000), st.sampled_from([NOW, BEFORE, LONG])
        ),
        min_size=1,
        max_size=25,
    )
)
def test_the_bridge_sums(make_case, rows):
    case = make_case(
        sales=[*(row(who, amount / 100, date) for who, amount, date in rows), row("z", 1.0, LONG)]
    )
    found = retention(case)
    amounts = found.bridge.set_index("part")["amount"]
    assert amounts.drop("now").sum() == pytest.approx(amounts["now"], abs=1e-6)
    many = found.bridge.set_index("part")["customers"]
    stayed = many["before"] - many["lost"]
    assert stayed == many["shrunk"] + many["grown"]
    assert stayed + many["new"] + many["back"] == many["now"]
    gross = found.measures.set_index("view").loc["gross", "value"]
    assert np.isnan(gross) or 0 <= gross <= 1 + 1e-9


def test_returns_alone_are_neither_new_nor_back(make_case):
    case = make_case(
        sales=[
            row("stays", 100.0, BEFORE), row("stays", 90.0, NOW), row("never", -7.0, NOW),
            row("long", 50.0, LONG), row("long", -5.0, NOW), row("long2", -2.0, BEFORE),
            row("free", 0.0, NOW),
        ]
    )  # fmt: skip
    bridge = retention(case).bridge.set_index("part")
    assert bridge["amount"].to_dict() == {
        "before": 98.0, "lost": 0.0, "shrunk": -10.0, "grown": 0.0, "back": 0.0, "new": 0.0,
        "returns": -10.0, "now": 78.0,
    }  # fmt: skip
    assert bridge["customers"].to_dict() == {
        "before": 1, "lost": 0, "shrunk": 1, "grown": 0, "back": 0, "new": 0, "returns": 3,
        "now": 1,
    }  # fmt: skip


def test_who_ordered_the_year_before_and_returned_all_is_not_back(make_case):
    case = make_case(
        sales=[
            row("C1", 9.0, LONG), row("C3", 5.0, LONG), row("C3", 40.0, BEFORE),
            row("C3", -40.0, "2024-06-01"), row("C3", 30.0, NOW), row("C2", 20.0, BEFORE),
            row("C2", 20.0, NOW), row("C2", -25.0, "2025-06-01"),
        ]
    )  # fmt: skip
    found = retention(case)
    bridge = found.bridge.set_index("part")
    assert bridge.loc["grown", ["customers", "amount"]].tolist() == [1, 30.0]
    assert bridge.loc["shrunk", ["customers", "amount"]].tolist() == [1, -25.0]
    assert bridge["customers"].drop(["before", "grown", "shrunk", "now"]).sum() == 0
    now = found.measures.set_index("view")["value"]
    assert now["kept"] == 1.0 and now["gross"] == 0.0 and now["net"] == -0.25


@pytest.mark.parametrize("amount", [-5.0, 0.0])
def test_returns_alone_have_a_reason_of_their_own(make_case, amount):
    case = make_case(sales=[row("a", amount, NOW), row("a", amount, LONG)])
    assert retention(case) == Unavailable(reason="no_positive_orders")


def test_without_money_before_nothing_is_kept():
    nothing = kept_money(pd.Series({"a": 5.0}), pd.Series({"a": -1.0}))
    assert all(np.isnan(one) for one in nothing.values())


def test_too_short_a_history_is_named(make_case):
    short = retention(make_case(sales=[row("a", 5.0, NOW)]))
    assert short == Unavailable(reason="customers_short", detail=NOW)
    assert retention(make_case(sales=[])) == Unavailable(reason="no_customer_orders")


def test_cohorts_wait_until_all_have_had_the_time(make_case):
    sales = [row("first", 1.0, "2022-12-30"), row("first", 1.0, "2024-12-01")]
    sales += [row("soon", 1.0, "2024-02-01"), row("soon", 1.0, "2024-04-01")]
    sales += [row("late", 1.0, "2024-03-01"), row("late", 1.0, "2024-12-31")]
    sales += [row("once", 1.0, "2025-05-01"), row("again", 1.0, "2025-04-02"),
              row("again", 1.0, "2025-04-09")]  # fmt: skip
    found = retention(make_case(sales=sales)).cohorts.set_index("period")
    assert found["customers"].to_dict() == {"2024Q1": 2, "2025Q2": 2}
    assert found.loc["2024Q1", ["d90", "d180", "d365"]].tolist() == [0.5, 0.5, 1.0]
    assert found.loc["2025Q2", "d90"] == 0.5
    assert found.loc["2025Q2", ["d180", "d365"]].isna().all()


def test_the_sample_keeps_nearly_all_and_west_lost_its_customer_money(sample_company):
    company = sample_company[2]
    found = retention(company)
    amounts = found.bridge.set_index("part")["amount"]
    sales = company.data.sales
    now = sales.loc[sales["date"].between("2024-10-01", "2025-09-30"), "amount"].sum()
    assert amounts["now"] == pytest.approx(now) == pytest.approx(amounts.drop("now").sum())
    assert found.measures.set_index("view").loc["kept", "value"] > 0.9
    west = retention(reopen(company, scope="region:West")).bridge.set_index("part")["amount"]
    assert west["shrunk"] + west["lost"] < -0.1 * west["before"]
