"""The weekly record: what happened in which week, what is suggested, and the sums, by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace

import pandas as pd
import pytest
from openpyxl import load_workbook

from kit.data.hindsight import seen_on
from kit.publish import record_book
from kit.show import weekly_record as shown
from kit.show.words import Words
from kit.track.weekly_record import weekly_record, weeks
from kit.track.weekly_sums import per_rep

PLAIN = {"calendar.country": ""}


def deal(number, created, *, rep="R1", customer="C1", close="2025-12-31", stage="lead", **more):
    return {"opportunity_id": number, "rep_id": rep, "customer_id": customer, "created_on": created,
            "expected_close_on": close, "stage": stage, "status": "open", "amount": 100.0,
            **more}  # fmt: skip


def event(number, on, stage):
    return {"opportunity_id": number, "entered_on": on, "stage": stage}


@pytest.fixture
def case(make_case):
    """Wednesday 20 August 2025: the running week is 18 to 24 August, the last 11 to 17."""
    return make_case(
        as_of="2025-08-20",
        settings=PLAIN,
        sales=[
            {"date": "2025-08-12", "amount": 30.0, "customer_id": "C9", "order_id": "O1"},
            {"date": "2025-08-12", "amount": 20.0, "customer_id": "C9", "order_id": "O1"},
            {"date": "2025-08-14", "amount": 10.0, "customer_id": "C9", "order_id": "O2"},
            {"date": "2025-08-10", "amount": 99.0, "customer_id": "C9", "order_id": "O3"},
        ],
        opportunities=[
            deal("made", "2025-08-12"),
            deal("moved", "2025-07-01", stage="qualified", customer="C2"),
            deal("late", "2025-07-01", close="2025-08-15", customer="C3"),
            deal("won", "2025-07-01", status="won", closed_on="2025-08-19", customer="C4"),
            deal("lost", "2025-07-01", status="lost", closed_on="2025-08-18", loss_reason="price"),
            deal("unsaid", "2025-07-01", status="lost", closed_on="2025-08-18"),
            deal("quiet", "2025-07-01", customer="C5"),
            deal("blank", "2025-08-19", close="", customer="C6"),
        ],
        stage_events=[
            event("made", "2025-08-12", "lead"), event("moved", "2025-07-01", "lead"),
            event("moved", "2025-08-13", "qualified"), event("moved", "2025-08-20", "proposal"),
            event("late", "2025-07-01", "lead"), event("quiet", "2025-07-01", "lead"),
            event("won", "2025-08-19", "won"), event("lost", "2025-08-18", "lost"),
        ],
        receipts=[
            {"invoice_id": "I1", "invoiced_on": "2025-07-01", "due_on": "2025-08-18", "amount": 7.0,
             "rep_id": "R1", "customer_id": "C1"},
            {"invoice_id": "I2", "invoiced_on": "2025-07-01", "due_on": "2025-08-23", "amount": 8.0,
             "rep_id": "R1", "customer_id": "C2"},
            {"invoice_id": "I3", "invoiced_on": "2025-07-01", "due_on": "2025-08-18", "amount": 9.0,
             "rep_id": "R1", "customer_id": "C1", "received_on": "2025-08-19"},
        ],
        activities=[
            {"date": "2025-08-11", "rep_id": "R1", "kind": "visit", "count": 2},
            {"date": "2025-08-17", "rep_id": "R1", "kind": "visit", "count": 1},
            {"date": "2025-08-18", "rep_id": "R1", "kind": "call", "count": 5},
        ],
    )  # fmt: skip


def row(case, week, number):
    found = weekly_record(case)
    (one,) = found[(found["week"] == week) & (found["number"] == number)].itertuples()
    return one


def test_the_weeks(case):
    assert {name: one.name for name, one in weeks(case).items()} == {
        "last": "2025-W33", "running": "2025-W34",
    }  # fmt: skip


def test_what_happened_in_which_week(case):
    found = weekly_record(case)
    told = {
        week: {one.number: one.event for one in own.itertuples() if one.item == "deal"}
        for week, own in found.groupby("week")
    }
    assert told["last"] == {"made": "created", "moved": "moved"}
    assert told["running"] == {
        "moved": "moved", "won": "won", "lost": "lost", "unsaid": "lost", "late": "due",
        "blank": "created",
    }  # fmt: skip
    orders = found[found["item"] == "order"]
    assert orders[["week", "customer_id", "number", "amount"]].to_numpy().tolist() == [
        ["last", "C9", "2", 60.0]
    ]
    bills = found[found["item"] == "invoice"]
    assert sorted(zip(bills["customer_id"], bills["status"], bills["next_step"], strict=True)) == [
        ("C1", "overdue", "call_payment"), ("C2", "open", "remind_payment"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("week", "number", "reason", "days", "step", "due"),
    [
        ("running", "late", "overdue", 5, "new_date", "2025-08-21"),
        ("running", "blank", "no_date", 1, "set_date", "2025-08-22"),
        ("last", "made", "running", 8, "qualify", "2025-12-31"),
        ("running", "moved", "running", 0, "decide", "2025-12-31"),
        ("running", "won", None, None, "after_win", "2025-08-26"),
        ("running", "lost", "price", None, "after_loss", None),
        ("running", "unsaid", "unknown", None, "after_loss", None),
    ],
)
def test_why_it_is_not_closed_and_what_is_suggested(case, week, number, reason, days, step, due):
    one = row(case, week, number)
    assert one.next_step == step
    assert (None if pd.isna(one.reason) else one.reason) == reason
    assert (None if pd.isna(one.days) else one.days) == days
    assert (None if pd.isna(one.due_on) else str(one.due_on.date())) == due


def test_a_day_of_payment_on_a_weekend_is_told_for_monday(case):
    found = weekly_record(case)
    (one,) = found[(found["item"] == "invoice") & (found["customer_id"] == "C2")].itertuples()
    assert (str(one.day.date()), str(one.due_on.date())) == ("2025-08-23", "2025-08-25")


def test_nothing_after_the_day_is_known(case):
    """Seen from the 13th: the deal that moved again and those that closed later are open."""
    day = dt.date(2025, 8, 13)
    then = replace(case, as_of=day, data=seen_on(case.data, day, calendar=case.calendar))
    found = weekly_record(then)
    deals = found[found["item"] == "deal"]
    assert {one.number: one.event for one in deals.itertuples()} == {
        "made": "created", "moved": "moved", "late": "due",
    }  # fmt: skip
    one = row(then, "running", "moved")
    assert (one.stage, one.status) == ("qualified", "open")
    orders = found[found["item"] == "order"]
    assert orders.set_index("week")["amount"].to_dict() == {"last": 99.0, "running": 50.0}


def test_a_stuck_deal_is_told_so(make_case):
    """Twenty deals went on after ten days each, so one that stands for eleven is stuck."""
    past = [deal(f"P{n}", "2025-01-01", status="won", closed_on="2025-02-01") for n in range(20)]
    moves = [event(f"P{n}", day, stage) for n in range(20)
             for day, stage in (("2025-01-01", "lead"), ("2025-01-11", "qualified"))]  # fmt: skip
    case = make_case(
        as_of="2025-08-20", settings=PLAIN,
        opportunities=[*past, deal("slow", "2025-08-09", close="2025-08-24"),
                       deal("fine", "2025-08-10", close="2025-08-24")],
        stage_events=[*moves, event("slow", "2025-08-09", "lead"),
                      event("fine", "2025-08-10", "lead")],
    )  # fmt: skip
    one = row(case, "running", "slow")
    assert (one.reason, one.days, one.limit_days, one.next_step) == ("stuck", 11, 10, "unstick")
    assert str(one.due_on.date()) == "2025-08-22"
    assert row(case, "running", "fine").reason == "running"
    # entered on the 10th, ten days make the 20th, which is today: the next working day
    assert str(row(case, "running", "fine").due_on.date()) == "2025-08-21"


def test_the_sums_by_rep(case):
    found = per_rep(case).set_index("week")
    last, now = found.loc["last"], found.loc["running"]
    assert (last["visit"], last["call"], last["customers"]) == (3, 0, 3)  # C1, C2 and C9
    assert (last["ordered"], last["won"], last["lost"]) == (60.0, 0, 0)
    assert (now["call"], now["won"], now["won_amount"], now["lost"]) == (5, 1, 100.0, 2)
    assert now["reasons"] == (("price", 1), ("unknown", 1))
    assert now["customers"] == 4  # C2, C4, C1 (lost) and C6; the late deal and invoices do not count
    # by Sunday the 24th: the late deal, the one without a date and the call for payment
    assert now["next_steps"] == 3


def test_reps_without_anything_are_there_and_those_who_left_are_not(make_case):
    people = [
        {"rep_id": rep, "valid_from": "2020-01-01", "valid_to": last, "name": rep, "team": "East-1",
         "region": "East", "capacity": 1.0}
        for rep, last in (("R1", ""), ("R2", "2025-08-12"), ("R3", "2025-08-01"))
    ]  # fmt: skip
    case = make_case(roster=people, as_of="2025-08-20", settings=PLAIN)
    found = per_rep(case)
    assert list(zip(found["week"], found["rep_id"], strict=True)) == [
        ("last", "R1"), ("last", "R2"), ("running", "R1"),
    ]  # fmt: skip
    assert found["visit"].isna().all()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_what_is_suggested_and_leaves_markup_text(make_case, language):
    case = make_case(
        as_of="2025-08-20", settings=PLAIN, scope="rep:R1",
        opportunities=[deal("D1", "2025-08-19", customer="<i>C")],
    )  # fmt: skip
    words = Words(language, "CNY")
    html = shown.weekly_record(weekly_record(case), words).html
    assert words.t("record.step.qualify") in html and "&lt;i&gt;C" in html
    assert words.t("record.suggested") in html
    assert words.t("unavailable.no_record_last") in html
    sums = shown.sums(per_rep(case), words).html
    assert words.t("record.column.customers") in sums


def test_a_long_week_is_cut_on_the_page_and_whole_in_the_file(make_case, english, tmp_path):
    case = make_case(
        as_of="2025-08-20", settings=PLAIN,
        opportunities=[deal(f"D{n:02d}", "2025-08-19", amount=float(n)) for n in range(40)],
    )  # fmt: skip
    html = shown.weekly_record(weekly_record(case), english).html
    assert "15 smaller lines stand in the file only" in html
    assert "D39" in html and "D14" not in html
    file = record_book.save(case, weekly_record(case), english, path=str(tmp_path / "r.xlsx"))
    assert load_workbook(file).active.max_row == 4 + 40


@pytest.fixture
def english():
    return Words("en", "CNY")


def test_the_book_can_be_filled_in_and_runs_nothing(make_case, english, tmp_path):
    case = make_case(
        as_of="2025-08-20", settings=PLAIN,
        opportunities=[deal("D1", "2025-08-19", customer="=cmd()"),
                       deal("=D2", "2025-08-12", customer="+1")],
    )  # fmt: skip
    file = record_book.save(case, weekly_record(case), english, path=str(tmp_path / "r.xlsx"))
    sheet = load_workbook(file).active
    heads = [cell.value for cell in sheet[4]]
    assert heads == ["Week", "Sales rep", "Customer", "What happened", "Amount", "How it stands",
                     "Next step (suggested)", "Due", "Next step agreed", "Agreed for", "Done on",
                     "Remark"]  # fmt: skip
    running, last = sheet[5], sheet[6]
    assert [one.value for one in running][:3] == ["this week", "Name R1", "'=cmd()"]
    assert last[2].value == "'+1"
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert [cell.value for cell in running[8:]] == [None] * 4
    assert running[4].value == 100


def test_a_deal_of_both_weeks_has_one_line_in_the_book(make_case, english, tmp_path):
    case = make_case(
        as_of="2025-08-20", settings=PLAIN,
        opportunities=[deal("D1", "2025-08-19"), deal("D2", "2025-08-12")],
    )  # fmt: skip
    found = weekly_record(case)
    this = found[(found["item"] == "deal") & (found["number"] == "D1")]
    both = pd.concat([found, this.assign(week="last")], ignore_index=True)
    file = record_book.save(case, both, english, path=str(tmp_path / "r.xlsx"))
    lines = [[cell.value for cell in line[:4]] for line in load_workbook(file).active["A5:D9"]]
    told = [(week, what.split()[1]) for week, _, _, what in lines if week]
    assert sorted(told) == [("last week", "D2"), ("this week", "D1")]


def test_the_same_record_gives_the_same_bytes(case, english, tmp_path):
    found = {
        hashlib.sha256(
            record_book.save(
                case, weekly_record(case), english, path=str(tmp_path / f"{n}.xlsx")
            ).read_bytes()
        ).hexdigest()
        for n in range(2)
    }
    assert len(found) == 1


def test_the_whole_company_has_no_book_of_its_own(make_case, english, tmp_path):
    case = make_case(scope="company", as_of="2025-08-20", settings=PLAIN)
    path = tmp_path / "r.xlsx"
    assert record_book.save(case, weekly_record(case), english, path=str(path)) is None
    assert not path.exists()


def test_a_company_without_these_tables_has_an_empty_record(make_case):
    case = make_case(as_of="2025-08-20", settings=PLAIN)
    assert weekly_record(case).empty
    assert per_rep(case)["customers"].tolist() == [0, 0]


def test_one_rep_sees_the_lines_and_a_manager_the_sums(make_case, english):
    rows = [deal("D1", "2025-08-19"), deal("D2", "2025-08-19", rep="R2")]
    people = [{"rep_id": rep, "valid_from": "2020-01-01", "name": rep, "team": "East-1",
               "region": "East", "capacity": 1.0} for rep in ("R1", "R2")]  # fmt: skip
    team = make_case(opportunities=rows, roster=people, as_of="2025-08-20", settings=PLAIN)
    html = shown.either(weekly_record(team), per_rep(team), english).html
    assert "Customers followed" in html and "Deal D1" not in html
    own = make_case(scope="rep:R1", opportunities=rows[:1], roster=people[:1], as_of="2025-08-20",
                    settings=PLAIN)  # fmt: skip
    assert "Deal D1" in shown.either(weekly_record(own), per_rep(own), english).html
