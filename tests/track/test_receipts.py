"""Cash against plan, overdue by age, days sales outstanding, late payers, cash to come."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.plan.collections import collections
from kit.show import receipts as shows
from kit.show.words import Words
from kit.track.cash_ahead import cash_ahead, cash_record
from kit.track.receipts import dso, receipts

PLAIN = {"calendar.country": ""}


def invoice(name, invoiced, due, amount, received=None, *, customer="C1", order=None, rep="R1"):
    return {"invoice_id": name, "invoiced_on": invoiced, "due_on": due, "amount": float(amount),
            "received_on": received, "customer_id": customer, "order_id": order,
            "rep_id": rep}  # fmt: skip


ROWS = [
    invoice("A", "2025-07-01", "2025-08-20", 100, order="O1"),  # due today, not paid: 0 days
    invoice("B", "2025-06-01", "2025-07-21", 50, customer="C2", order="O2"),  # 30 days
    invoice("C", "2025-06-01", "2025-07-20", 70, customer="C2", order="O2"),  # 31 days
    invoice("D", "2025-05-01", "2025-06-01", 30, customer="C3"),  # 80 days
    invoice("E", "2025-01-01", "2025-02-01", 20, customer="C2"),  # 200 days
    invoice("F", "2025-08-10", "2025-09-10", 400),
    invoice("G", "2025-08-11", None, 10),
    invoice("H", "2025-07-05", "2025-08-05", 60, "2025-07-30", customer="C2", order="O2"),
    invoice("H", "2025-07-05", "2025-08-05", 40, "2025-08-15", customer="C2", order="O2"),
    invoice("I", "2024-05-01", "2024-06-30", 80, "2024-07-04", customer="C2", order="O2"),
    invoice("J", "2025-08-01", "2025-09-01", -15),  # a credit note
    invoice("K", "2025-09-01", "2025-10-01", 999),  # made later
    invoice("L", "2025-06-01", "2025-07-01", 90, "2025-08-25", customer="C3"),  # paid later
]
SALES = [
    {"order_id": "O1", "date": "2025-06-25", "amount": 100.0, "channel": "direct"},
    {"order_id": "O2", "date": "2025-05-25", "amount": 300.0, "channel": "distributor"},
]
CUSTOMERS = [{"customer_id": "C2", "name": "<Two>"}, {"customer_id": "C3", "name": "Three"}]


def targets(cash=500, bookings=None):
    rows = [{"measure": "collections", "target": cash}, {"measure": "bookings", "target": bookings}]
    return [
        {"scope": "region:East", "period": "2025Q3", "version": 1, **one, "target": float(one["target"])}
        for one in rows if one["target"] is not None
    ]  # fmt: skip


@pytest.fixture
def case(make_case):
    return make_case(
        sales=SALES, receipts=ROWS, customers=CUSTOMERS, targets=targets(), as_of="2025-08-20",
        settings=PLAIN,
    )  # fmt: skip


def test_ages_by_hand(case):
    ages = receipts(case).ages.set_index("age")
    assert ages["amount"].to_dict() == {
        "not_due": 400, "days_0_30": 100 + 50, "days_31_60": 70 + 90, "days_61_90": 30,
        "over_90": 20, "no_due_day": 10,
    }  # fmt: skip
    assert ages["invoices"].tolist() == [1, 2, 2, 1, 1, 1]
    assert ages.loc["days_31_60", "customers"] == 2
    found = receipts(case)
    assert found.open == 770 and found.overdue == 360
    assert found.overdue_share == pytest.approx(360 / 770)
    assert found.ages["share"].sum() == pytest.approx(1)
    assert found.credit == -15


def test_late_payers_by_hand(case):
    payers = receipts(case).payers.set_index("customer_id")
    assert list(payers.index) == ["C2", "C3", "C1"]
    assert payers.loc["C2", ["customer", "amount", "invoices", "late_days", "open"]].tolist() == [
        "<Two>", 140, 3, 200, 140]  # fmt: skip
    assert payers.loc["C2", "paid_late"] == pytest.approx((60 * -6 + 40 * 10) / 100)
    assert payers.loc["C2", "paid_late_before"] == 4
    assert payers.loc["C3", ["amount", "late_days"]].tolist() == [120, 80]
    assert payers.loc["C1", ["amount", "late_days", "open"]].tolist() == [100, 0, 510]
    assert math.isnan(payers.loc["C1", "paid_late"])
    channels = receipts(case).channels.set_index("channel")
    assert channels["amount"].to_dict() == {"": 140, "distributor": 120, "direct": 100}
    assert channels.loc["distributor", "paid_late"] == pytest.approx(0.4)


def test_cash_against_the_target(case):
    found = receipts(case)
    assert (found.actual, found.target, found.gap) == (100, 500, 400)
    assert found.attainment == pytest.approx(0.2)
    assert found.target_to_date > 0 and found.pace_index == pytest.approx(100 / found.target_to_date)
    assert found.months["actual"].tolist()[:2] == [60, 40]
    assert found.months["running"].tolist() == [False, True, False]
    assert isinstance(found.ahead, Unavailable) and math.isnan(found.landing)  # 3 payments: too few


def test_dso_is_that_of_the_plan(case):
    rows = case.data.frame("receipts")
    billed = 100 + 50 + 70 + 400 + 10 + 100 + 90  # invoiced from 23 May to 20 August
    assert receipts(case).dso == pytest.approx(770 / billed * 90)
    # on 30 June open: B, C, D, E, L; invoiced in the 90 days before: B, C, D, L
    assert dso(rows, dt.date(2025, 6, 30)) == pytest.approx(260 / 240 * 90)
    assert math.isnan(dso(rows, dt.date(2024, 5, 15)))  # the receipts begin on 1 May


def steady(delay=20, *, until="2025-08-20", start="2024-01-01", terms=30, amount=100.0):
    """An invoice a day on the day of its order, each paid after so many days."""
    rows, sales = [], []
    for number, day in enumerate(pd.date_range(start, until)):
        came = day + pd.Timedelta(delay, "D")
        paid = str(came.date()) if came <= pd.Timestamp(until) else None
        due = str((day + pd.Timedelta(terms, "D")).date())
        sales.append({"order_id": f"S{number}", "date": str(day.date()), "amount": amount})
        rows.append(invoice(f"S{number}", str(day.date()), due, amount, paid, order=f"S{number}"))
    return sales, rows


def test_cash_to_come_follows_the_customers_own_delays(make_case):
    sales, rows = steady()
    case = make_case(sales=sales, receipts=rows, as_of="2025-08-20", settings=PLAIN)
    found = cash_ahead(case)
    assert found.running == pytest.approx(2000)  # the 20 open invoices, none due yet
    assert found.overdue == 0 and found.waiting == 0 and found.beyond == pytest.approx(0)
    # 365 orders in 261 working days; of the 29 ahead, those up to 10 September are paid in time
    early = len(pd.bdate_range("2025-08-21", "2025-09-10"))
    assert found.coming == pytest.approx(36500 / 261 * early)
    assert found.total == pytest.approx(2000 + found.coming)


def test_what_falls_beyond_the_period(make_case):
    sales, rows = steady(60)
    case = make_case(sales=sales, receipts=rows, as_of="2025-08-20", settings=PLAIN)
    found = cash_ahead(case)
    assert found.owed == pytest.approx(6000)
    # invoices up to 1 August (60 days before 30 September) are paid in time: 41 of the 60 open
    assert found.overdue + found.running == pytest.approx(4100)
    assert found.beyond == pytest.approx(1900)
    # due after 30 days: those of 22 June to 21 July are overdue by the end of 20 August
    assert found.overdue == pytest.approx(3000)
    assert found.coming == 0  # what is booked from now on is paid after 60 days
    assert receipts(case).overdue == pytest.approx(3000)


def test_how_long_an_invoice_has_waited_counts(make_case):
    """Each day two invoices of 100, paid after 10 and after 50 days; 20 days are left."""
    rows = []
    for wait in (10, 50):
        sales, found = steady(wait, until="2025-09-10")
        name = f"{wait}-"
        rows += [
            {**one, "invoice_id": name + one["invoice_id"], "order_id": None} for one in found
        ]
    case = make_case(sales=sales[:1], receipts=rows, as_of="2025-09-10", settings=PLAIN)
    found = cash_ahead(case)
    # up to 9 days old: half of 200 in time; 10 to 29 days: none; 30 to 49 days: all of 100
    assert found.running + found.overdue == pytest.approx(10 * 100 + 20 * 0 + 20 * 100)
    assert found.owed == pytest.approx(10 * 200 + 40 * 100)
    assert found.beyond == pytest.approx(3000)


def test_receipts_without_any_order(make_case):
    _, rows = steady()
    case = make_case(receipts=rows, targets=targets(), as_of="2025-08-20", settings=PLAIN)
    found = receipts(case)
    assert found.ahead == Unavailable(reason="no_orders_yet") and found.channels.empty
    assert found.open == 2000 and found.record.empty and math.isnan(found.planned)
    assert "No order" in shows.ahead(found, Words("en", "CNY")).html
    assert shows.overdue(found, Words("en", "CNY")).html


def test_the_record_of_past_periods(make_case):
    sales, rows = steady()
    case = make_case(sales=sales, receipts=rows, as_of="2025-08-20", settings=PLAIN)
    record = cash_record(case)
    assert record["period"].tolist() == ["2024Q3", "2024Q4", "2025Q1", "2025Q2"]
    # 37 working days into Q2 is 21 May: from 22 May to 30 June 40 invoices of 100 are paid
    assert str(record["day"].iloc[-1].date()) == "2025-05-21"
    assert record["actual"].iloc[-1] == 4000
    assert record["error"].abs().max() < 0.05
    assert receipts(case).error == pytest.approx(record["error"].abs().mean())


def test_nothing_of_later_is_used_in_the_record(make_case):
    sales, rows = steady()
    slow = [
        {**one, "received_on": None} if one["invoiced_on"] > "2025-07-01" else one for one in rows
    ]
    first, second = (
        cash_record(make_case(sales=sales, receipts=found, as_of="2025-08-20", settings=PLAIN))
        for found in (rows, slow)
    )
    assert first["expected"].tolist() == second["expected"].tolist()


def test_the_plan_made_at_the_start(make_case):
    sales, rows = steady(until="2025-08-20")
    case = make_case(sales=sales, receipts=rows, targets=targets(9000, 9200), as_of="2025-08-20",
                     settings=PLAIN)  # fmt: skip
    found = receipts(case)
    plan = collections(case, 9200.0)
    assert found.months["planned"].tolist() == plan.months["collections"].tolist()
    assert found.planned == pytest.approx(plan.collections)
    july, august = plan.months["collections"][:2]
    assert found.planned_to_date == pytest.approx(july + august * 14 / 21)
    assert found.months["variance"].iloc[0] == pytest.approx(3100 - july)
    assert np.isnan(found.months["variance"].iloc[1])
    text = shows.cash(found, Words("en", "CNY")).html
    assert "of cash has come" in text and "Days sales outstanding: 20 days" in text


def test_a_closed_period_expects_nothing(make_case):
    sales, rows = steady(until="2025-09-30")
    case = make_case(sales=sales, receipts=rows, as_of="2025-09-30", settings=PLAIN)
    found = receipts(case)
    assert found.ahead.total == 0 and found.landing == found.actual
    assert "The period is over" in shows.ahead(found, Words("en", "CNY")).html


def test_missing_and_empty_tables(make_case):
    assert receipts(make_case()) == Unavailable(table="receipts")
    assert receipts(make_case(receipts=[])) == Unavailable(reason="no_receipts")
    assert cash_record(make_case(receipts=[])).empty
    for language in ("en", "zh"):
        words = Words(language, "CNY")
        note = shows.cash(receipts(make_case(receipts=[])), words)
        assert "kit-missing" in note.html
        assert shows.overdue(receipts(make_case()), words).html == ""


def test_what_the_reader_is_told(case):
    found = receipts(case)
    text = shows.overdue(found, Words("en", "CNY"), most=1).html
    assert "¥360 of ¥770 in open invoices is overdue (47%), owed by 3 customers" in text
    assert "&lt;Two&gt;" in text and "<Two>" not in text
    assert "Also overdue: 2 customers with ¥220" in text and "Three ¥120 (80 days)" in text
    assert "Open credit notes of ¥15" in text
    assert "逾期" in shows.overdue(found, Words("zh", "CNY")).html
