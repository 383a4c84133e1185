"""What the gate refused, in amounts: by hand, rule by rule."""

from __future__ import annotations

import duckdb
import pytest

from kit.data.ledger import inspect
from kit.parameters import validate

ROSTER = "rep_id,valid_from,name\nR1,2020-01-01,Wang\n"
ORDERS = """order_id,line_no,date,rep_id,region,quantity,amount,cost,currency
O1,1,2025-07-01,R1,East,1,10.10,4,CNY
O1,1,2025-07-01,R1,East,1,10.10,4,CNY
O2,1,2025-07-01,R9,East,2,20.20,,CNY
O3,1,2025-02-30,R1,East,3,30.30,1,CNY
O4,1,2025-07-02,R1,,4,n/a,1,CNY
O5,1,2025-07-02,R1,,5,50.50,1,USD
O6,1,2025-07-02,R1,,-6,60.60,1,CNY
O7,1,2025-07-02,R1,East,7
"""
RECEIPTS = """invoice_id,received_on,order_id,rep_id,invoiced_on,amount
I1,2025-08-01,O1,R1,2025-07-01,5
I1,2025-08-01,O1,R1,2025-07-01,5
I2,,O1,R9,2025-07-01,7
I3,2025-13-01,O1,R1,2025-07-01,9
"""
ACTIVITIES = """date,rep_id,kind,count
2025-07-01,R1,visit,2
2025-07-01,R9,visit,3
"""


@pytest.fixture
def report(tmp_path):
    tables = {"roster": ROSTER, "orders": ORDERS, "receipts": RECEIPTS, "activities": ACTIVITIES}
    sources = {}
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        head = text.split("\n", 1)[0].split(",")
        sources[name] = {"file": f"{name}.csv", "columns": {one: one for one in head}}
    model = validate({"company": "t", "data_dir": ".", "sources": sources}, origin="test")
    with duckdb.connect() as connection:
        return inspect(model, tmp_path, config_folder=tmp_path, connection=connection,
                       work_folder=tmp_path / "work")  # fmt: skip


def told(frame, table, *names):
    rows = frame[frame["table"] == table].set_index("rule")
    return {rule: tuple(None if one != one else one for one in row)
            for rule, row in rows[list(names)].iterrows()}  # fmt: skip


def test_each_refused_order_counts_by_what_can_be_read(report):
    found = told(report.losses, "orders", "rows", "unread", "amount", "quantity", "margin")
    assert found == {
        "exact_duplicate": (1, 0, 10.10, 1.0, 6.10),
        "unknown_reference": (1, 0, 20.20, 2.0, 0.0),  # without a cost there is no margin
        "not_a_date": (1, 0, 30.30, 3.0, 29.30),
        "not_a_number": (1, 1, None, 4.0, None),
        "wrong_currency": (1, 1, None, 5.0, None),  # cannot be added to amounts in CNY
        "negative_quantity": (1, 0, 60.60, -6.0, 59.60),
        "ragged_line": (1, 1, None, None, None),
    }
    orders = report.losses[report.losses["table"] == "orders"].set_index("rule")
    assert orders["date"].isna().sum() == 2  # the day that is none, and the line that is none
    assert bool(orders["rep_id"].isna()["ragged_line"])
    assert orders["region"].dropna().to_dict() == {
        "exact_duplicate": "East", "unknown_reference": "East", "not_a_date": "East"
    }  # fmt: skip


def test_open_invoices_are_no_cash(report):
    found = told(report.losses, "receipts", "rows", "unread", "amount")
    assert found == {"exact_duplicate": (1, 0, 5.0), "not_a_date": (1, 0, 9.0)}


def test_the_files_are_summed_before_any_rule(report):
    rows = report.sources.assign(date=report.sources["date"].dt.strftime("%m-%d"))
    assert rows.set_index(["table", "date"])["rows"].to_dict() == {
        ("orders", "07-01"): 3, ("orders", "07-02"): 3, ("receipts", "08-01"): 2,
        ("activities", "07-01"): 2,
    }  # fmt: skip
    sums = rows.set_index(["table", "date"])
    assert sums.loc[("orders", "07-01"), "amount"] == pytest.approx(40.40)
    assert sums.loc[("orders", "07-02"), "amount"] == pytest.approx(60.60)
    assert sums.loc[("receipts", "08-01"), "amount"] == 10.0
    assert sums.loc[("activities", "07-01"), "quantity"] == 5.0
