"""Alerts: each rule just on and just beyond its threshold, and their order."""

from __future__ import annotations

import pandas as pd
import pytest

from kit.errors import SettingsError
from kit.settings.alerts import AlertSettings
from kit.track import alerts as found
from kit.track.alerts import alerts, every
from kit.track.alerts.rules import severity

PLAIN = {"calendar.country": ""}


def target(scope, amount, period="2025Q3"):
    return {"scope": scope, "period": period, "measure": "bookings", "version": 1,
            "target": float(amount)}  # fmt: skip


def steady(start, end, *, amount=10.0, **more):
    """An order on every working day."""
    days = pd.bdate_range(start, end)
    return [{"date": str(day.date()), "amount": amount, **more} for day in days]


def rules(case):
    return [(one.severity, one.rule, one.part) for one in every(case)]


def of(case, rule):
    """What a rule raises, before alerts are gathered."""
    columns = ["severity", "rule", "part", "value", "threshold", "kind", "since", "signal"]
    table = pd.DataFrame([[getattr(one, name) for name in columns] for one in every(case)],
                         columns=columns)  # fmt: skip
    return table[table["rule"] == rule]


@pytest.mark.parametrize(
    ("goal", "severity"),
    [(100 / 0.95, None), (100 / 0.949, "amber"), (100 / 0.8, "amber"), (100 / 0.799, "red")],
)
def test_attainment_of_a_closed_period(make_case, goal, severity):
    case = make_case(
        sales=[{"date": "2025-07-10", "amount": 100.0}], targets=[target("region:East", goal)],
        settings=PLAIN,
    )  # fmt: skip
    table = of(case, "attainment")
    assert table["severity"].tolist() == ([severity] if severity else [])
    if severity:
        row = table.iloc[0]
        assert row["value"] == pytest.approx(100 / goal)
        assert row["threshold"] == {"red": 0.8, "amber": 0.95}[severity]
        assert (row["part"], row["kind"]) == ("East", "percent")


def test_pace_of_the_scope_and_its_parts(make_case):
    """Half of each target is due; East-1 has all of it, East-2 a fifth, the region six tenths."""
    case = make_case(
        sales=[
            *steady("2025-07-01", "2025-08-14", amount=1.0, rep_id="R1", team="East-1"),
            *steady("2025-07-01", "2025-08-14", amount=0.2, rep_id="R2", team="East-2"),
        ],
        roster=[
            {"rep_id": f"R{n}", "valid_from": "2020-01-01", "name": f"N{n}", "region": "East",
             "team": f"East-{n}", "capacity": 1.0} for n in (1, 2)
        ],
        targets=[target("region:East", 132), target("team:East-1", 66), target("team:East-2", 66)],
        as_of="2025-08-14",
        settings=PLAIN,
    )  # fmt: skip
    table = of(case, "pace")
    assert table["part"].tolist() == ["East", "East-2"]
    assert table["value"].tolist() == pytest.approx([0.6, 0.2], rel=0.1)
    assert table["severity"].tolist() == ["red", "red"]


@pytest.mark.parametrize(
    ("august", "severity"), [(85.0, None), (84.0, "amber"), (71.0, "amber"), (69.0, "red")]
)
def test_month_below_the_month_before(make_case, august, severity):
    case = make_case(
        sales=[{"date": "2025-06-02", "amount": 100.0}, {"date": "2025-07-01", "amount": 100.0},
               {"date": "2025-08-01", "amount": august}, {"date": "2025-09-01", "amount": 1.0}],
        as_of="2025-09-10", settings=PLAIN,
    )  # fmt: skip
    table = of(case, "mom_drop")
    assert table["severity"].tolist() == ([severity] if severity else [])
    if severity:
        assert table["value"].iloc[0] == pytest.approx(august / 100 - 1)
        assert table["threshold"].iloc[0] == -0.15


def test_month_before_the_period_is_not_told_again(make_case):
    case = make_case(
        sales=[{"date": "2025-05-01", "amount": 100.0}, {"date": "2025-06-02", "amount": 10.0},
               {"date": "2025-07-01", "amount": 1.0}], as_of="2025-07-15", settings=PLAIN,
    )  # fmt: skip
    assert of(case, "mom_drop").empty


@pytest.mark.parametrize(("august", "grows"), [(70.0, True), (100.0, False)])
def test_rolling_gap(make_case, august, grows):
    """Gaps by month from April: 10, 10, 10, 10, then 30 or 0; rolling 30, 30 and then 50 or 20."""
    months = ["2025-04", "2025-05", "2025-06", "2025-07", "2025-08"]
    amounts = [90.0, 90.0, 90.0, 90.0, august]
    case = make_case(
        sales=[{"date": "2025-04-01", "amount": 0.0}]
        + [{"date": f"{m}-03", "amount": one} for m, one in zip(months, amounts, strict=True)],
        targets=[target("region:East", 100, period=month) for month in months],
        as_of="2025-09-05", settings=PLAIN,
    )
    table = of(case, "rolling_gap")
    assert len(table) == grows
    if grows:
        row = table.iloc[0]
        assert (row["value"], row["threshold"], row["kind"]) == (50.0, 30.0, "money")


def receipt(invoice, due, amount, *, customer="C1", received=None):
    return {
        "invoice_id": invoice, "received_on": received, "customer_id": customer, "rep_id": "R1",
        "invoiced_on": "2025-05-01", "due_on": due, "amount": amount,
    }  # fmt: skip


def test_overdue_receipts_by_customer(make_case):
    case = make_case(
        sales=[{"date": "2025-08-20", "customer_id": "C1"},
               {"date": "2025-08-20", "customer_id": "C2"}],
        receipts=[
            receipt("I1", "2025-07-20", 10.0),  # 31 days
            receipt("I2", "2025-07-21", 99.0),  # 30 days: not older than 30
            receipt("I3", "2025-05-22", 5.0, customer="C2"),  # 90 days
            receipt("I4", "2025-05-21", 7.0, customer="C3", received="2025-08-21"),  # not yet
            receipt("I5", "2025-05-22", 7.0, customer="C4", received="2025-08-20"),  # paid
        ],
        as_of="2025-08-20",
        settings=PLAIN,
    )  # fmt: skip
    table = of(case, "receipts_overdue")
    assert table["part"].tolist() == ["C3", "Customer C2", "Customer C1"]
    assert table["value"].tolist() == [91.0, 90.0, 31.0]
    assert table["severity"].tolist() == ["red", "red", "amber"]
    assert set(table["kind"]) == {"days"} and set(table["threshold"]) == {30.0}


def deal(
    number, amount, *, created="2025-07-01", expected="2025-09-10", closed=None, status="open"
):
    return {"opportunity_id": f"D{number}", "rep_id": "R1", "created_on": created,
            "expected_close_on": expected, "closed_on": closed, "stage": "proposal",
            "status": status, "amount": amount}  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "severity"), [(300.0, None), (299.0, "amber"), (100.0, "amber"), (99.0, "red")]
)
def test_coverage_of_the_gap(make_case, amount, severity):
    case = make_case(
        sales=[{"date": "2025-08-20", "amount": 100.0}],
        targets=[target("region:East", 200)],
        opportunities=[
            deal(1, amount - 50),
            deal(2, 50, closed="2025-08-25", status="won"),  # open on the day
            deal(3, 1e6, expected="2025-10-01"),  # next period
            deal(4, 1e6, created="2025-08-21"),  # not yet there
            deal(5, 1e6, closed="2025-08-19", status="lost"),
        ],
        as_of="2025-08-20",
        settings=PLAIN,
    )
    table = of(case, "coverage")
    assert table["severity"].tolist() == ([severity] if severity else [])
    if severity:
        assert table["value"].iloc[0] == pytest.approx(amount / 100)


def test_coverage_only_while_short_and_running(make_case):
    for amount, as_of in ((200.0, "2025-08-20"), (100.0, "2025-09-30")):
        case = make_case(
            sales=[{"date": "2025-08-20", "amount": amount}],
            targets=[target("region:East", 200)],
            opportunities=[deal(1, 1.0)], as_of=as_of, settings=PLAIN,
        )  # fmt: skip
        assert of(case, "coverage").empty


@pytest.mark.parametrize(
    ("as_of", "severity"), [("2025-08-08", None), ("2025-08-11", "amber"), ("2025-08-18", "red")]
)
def test_no_order_for_long(make_case, as_of, severity):
    """Daily orders up to 1 August; 5 working days of silence are none, 11 are grave."""
    case = make_case(sales=steady("2025-01-01", "2025-08-01"), as_of=as_of, settings=PLAIN)
    table = of(case, "stale_data")
    assert table["severity"].tolist() == ([severity] if severity else [])


def test_silence_that_is_usual_is_no_alert(make_case):
    days = pd.date_range("2024-01-01", "2025-07-31", freq="MS")
    case = make_case(
        sales=[{"date": str(day.date()), "amount": 1.0} for day in days],
        as_of="2025-08-20", settings=PLAIN,
    )  # fmt: skip
    assert of(case, "stale_data").empty


def test_gravest_first_and_stable(make_case):
    case = make_case(
        sales=[
            {"date": "2025-06-02", "amount": 100.0}, {"date": "2025-07-01", "amount": 100.0},
            {"date": "2025-08-01", "amount": 80.0}, {"date": "2025-09-29", "amount": 60.0},
        ],
        targets=[target("region:East", 500)],
        settings=PLAIN,
    )  # fmt: skip
    table = alerts(case)
    assert list(table.columns) == list(found.COLUMNS)
    found_rules = [one for one in rules(case) if one[1] != "milestone"]
    assert found_rules == [("red", "attainment", "East"), ("amber", "mom_drop", "East")]
    assert table["rule"].tolist() == ["attainment"] and "mom_drop" in table["also"].iloc[0]
    pd.testing.assert_frame_equal(table, alerts(case))


def test_nothing_to_tell(make_case):
    table = alerts(make_case(settings=PLAIN))
    assert table.empty and list(table.columns) == list(found.COLUMNS)


@pytest.mark.parametrize(
    ("rule", "limits"), [("mom_drop", {"amber": 0.15}), ("pace", {"amber": -1}), ("mom_drop", {"red": -2})]
)
def test_a_limit_with_the_wrong_sign_is_refused(rule, limits):
    with pytest.raises(ValueError, match=f"rules.{rule}"):
        AlertSettings(rules={rule: limits})


def test_a_red_milder_than_amber_is_refused(make_case):
    rule = {"alerts.rules": {"pace": {"amber": 0.5, "red": 0.95}}}
    case = make_case(settings=rule)
    with pytest.raises(SettingsError, match=r"alerts.rules.pace: red \(0.95\) is milder than amber"):
        severity(case, "pace", 0.7, amber=0.95, red=0.8)
