"""Segments: each customer in one, and their money adds up."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose.rfm import SEGMENTS, customers, segments, terciles


def orders(customer, *, start, end="2025-09-30", every=30, amount=10.0):
    days = pd.date_range(start, end, freq=f"{every}D")
    return [{"customer_id": customer, "amount": amount, "date": str(one.date())} for one in days]


def crowd():
    """Twelve customers whose segments can be said by hand."""
    rows = []
    for number in range(4):
        rows += orders(f"small{number}", start="2023-01-01", every=60, amount=1.0)
        rows += orders(f"middle{number}", start="2023-01-02", every=40, amount=10.0)
    for number in range(2):
        rows += orders(f"top{number}", start="2023-01-03", every=14, amount=90.0)
    rows += orders("silent", start="2023-01-01", end="2024-12-31", every=14, amount=90.0)
    rows += orders("left", start="2023-01-01", end="2023-06-30", every=14, amount=90.0)
    rows += orders("fresh", start="2025-08-01", every=20, amount=5.0)
    rows.append({"customer_id": "back", "amount": -3.0, "date": "2025-08-01"})
    return rows


def test_segments_by_hand(make_case):
    case = make_case(sales=crowd())
    found = customers(case).set_index("customer_id")["segment"]
    assert found["top0"] == found["top1"] == "champions"
    assert found["middle0"] in ("loyal", "promising") and found["small0"] == "occasional"
    assert (found["silent"], found["left"], found["fresh"], found["back"]) == (
        "lapsed_large", "gone", "new", "gone",
    )  # fmt: skip


def test_every_customer_is_in_one_segment_and_the_money_adds_up(make_case):
    case = make_case(sales=crowd())
    table = segments(case)
    sales = case.data.sales
    year = sales[(sales["date"] > "2024-09-30") & (sales["date"] <= "2025-09-30")]
    assert table["customers"].sum() == sales["customer_id"].nunique()
    assert table["amount"].sum() == pytest.approx(year["amount"].sum())
    assert table["amount_share"].sum() == pytest.approx(1.0) == table["share"].sum()
    assert table["segment"].tolist() == [one for one in SEGMENTS if one in set(table["segment"])]


def test_who_came_before_the_data_or_by_the_customers_table_is_not_new(make_case):
    rows = [
        {**one, "customer_since": "2020-01-01"} if one["customer_id"] == "fresh" else one
        for one in crowd()
    ]
    assert "new" not in set(segments(make_case(sales=rows))["segment"])
    young = [{**one, "date": "2025-08-05"} for one in crowd()]
    assert "new" not in set(segments(make_case(sales=young))["segment"])


@given(st.lists(st.integers(0, 6), min_size=1, max_size=30))
def test_terciles_rise_with_the_value_and_ties_share_one(values):
    values = pd.Series(values, dtype=float)
    found = terciles(values)
    assert found.between(1, 3).all()
    assert pd.DataFrame({"v": values, "t": found}).groupby("v")["t"].nunique().eq(1).all()
    assert found[values.sort_values().index].is_monotonic_increasing


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.integers(0, 14), st.integers(-300, 3000), st.integers(0, 1000)), min_size=12,
        max_size=60,
    )
)  # fmt: skip
def test_any_orders_fall_into_segments(make_case, rows):
    last = pd.Timestamp("2025-09-30")
    sales = [
        {"customer_id": f"c{who}", "amount": amount / 10,
         "date": str((last - pd.Timedelta(days=back)).date())}
        for who, amount, back in rows
    ]  # fmt: skip
    case = make_case(sales=sales)
    table = customers(case)
    assert sorted(table["customer_id"]) == sorted({one["customer_id"] for one in sales})
    assert set(table["segment"]) <= set(SEGMENTS)
    found = segments(case)
    if not isinstance(found, Unavailable):
        assert found["customers"].sum() == len(table)


@pytest.mark.parametrize("many", [0, 1, 9])
def test_few_customers_are_not_segmented(make_case, many):
    rows = [row for n in range(many) for row in orders(f"c{n}", start="2025-01-01")]
    assert segments(make_case(sales=rows)) == Unavailable(reason="few_customers", detail=str(many))


def test_in_the_sample_the_lost_customer_is_a_large_lapsed_one(sample_company):
    _, truths, company = sample_company
    (lost,) = truths.one("lost_customer").subject
    table = customers(reopen(company, scope="region:West")).set_index("customer_id")
    assert table.loc[lost, "segment"] == "lapsed_large"
