"""Months against target, the month before and last year, hand-worked."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.plan import schedule
from kit.track import trend

PLAIN = {"calendar.country": ""}


def monthly(amounts, *, start="2024-06", day=3):
    """One order a month on a given day of it; the first month also has one on its first day."""
    rows = []
    for month, amount in zip(pd.period_range(start, periods=len(amounts), freq="M"), amounts, strict=True):
        rows.append({"date": f"{month}-{day:02d}", "amount": float(amount)})
    return [{"date": f"{start}-01", "amount": 0.0}, *rows]


def target(period, amount):
    return {"scope": "region:East", "period": period, "measure": "bookings", "version": 1,
            "target": float(amount)}  # fmt: skip


def test_closed_months(make_case):
    case = make_case(
        sales=monthly([100, 110, 120, 100, 90, 80, 100, 120, 130, 110, 100, 90, 100, 132, 60, 90]),
        targets=[target("2025-07", 120), target("2025-08", 80), target("2025-09", 100)],
        settings=PLAIN,
    )
    table = trend.months(case).set_index("period")
    assert table.index[0] == "2024-07" and table.index[-1] == "2025-09"
    assert len(table) == 15 and not table["running"].any()
    july, august, september = (table.loc[f"2025-{month:02d}"] for month in (7, 8, 9))
    assert (july["variance"], august["variance"], september["variance"]) == (12, -20, -10)
    assert july["variance_share"] == pytest.approx(0.1)
    assert july["mom"] == pytest.approx(0.32) and july["yoy"] == pytest.approx(0.2)
    assert july["last_year"] == 110.0
    assert august["mom"] == pytest.approx(60 / 132 - 1) and august["yoy"] == pytest.approx(-0.5)
    assert september["moving_average"] == pytest.approx((132 + 60 + 90) / 3)
    assert september["rolling_gap"] == pytest.approx(-12 + 20 + 10)
    assert math.isnan(august["rolling_gap"])  # June has no target: the window is not full
    assert table["moving_average"].iloc[0] != table["moving_average"].iloc[0]  # only two months
    assert table.loc["2024-07", "mom"] == pytest.approx(0.1)
    assert math.isnan(table.loc["2024-07", "yoy"])


def test_running_month_by_the_same_number_of_working_days(make_case):
    """As of 5 August: 3 working days. July's third is the 3rd, last August's the 5th."""
    case = make_case(
        sales=[
            {"date": "2024-08-01", "amount": 10.0},
            {"date": "2024-08-05", "amount": 20.0},
            {"date": "2024-08-06", "amount": 500.0},
            {"date": "2025-07-01", "amount": 8.0},
            {"date": "2025-07-03", "amount": 12.0},
            {"date": "2025-07-04", "amount": 500.0},
            {"date": "2025-08-04", "amount": 24.0},
            {"date": "2025-08-06", "amount": 999.0},
        ],
        as_of="2025-08-05",
        settings=PLAIN,
    )
    row = trend.months(case).iloc[-1]
    assert row["period"] == "2025-08" and row["running"]
    assert row["actual"] == 24.0
    assert row["last_year"] == 30.0
    assert row["yoy"] == pytest.approx(-0.2)
    assert row["mom"] == pytest.approx(0.2)
    assert math.isnan(row["rolling_gap"]) and math.isnan(row["moving_average"])


def test_targets_come_from_the_schedule_of_each_quarter(make_case):
    case = make_case(
        sales=monthly([100] * 16),
        targets=[target("2025Q3", 660.0), target("2025Q2", 65.0)],
        settings=PLAIN,
    )
    table = trend.months(case).set_index("period")
    assert table.loc["2025-07":"2025-09", "target"].sum() == pytest.approx(660.0)
    assert table.loc["2025-04":"2025-06", "target"].sum() == pytest.approx(65.0)
    assert table.loc[:"2025-03", "target"].isna().all()
    due = schedule.due(case, 660.0)
    assert table.loc["2025-07", "target"] == pytest.approx(due.loc["2025-07-31"])


def test_month_only_partly_in_the_data_is_compared_with_nothing(make_case):
    case = make_case(
        sales=[{"date": "2025-07-15", "amount": 5.0}, {"date": "2025-08-15", "amount": 50.0},
               {"date": "2025-09-15", "amount": 60.0}], settings=PLAIN,
    )  # fmt: skip
    table = trend.months(case)
    assert table["period"].tolist() == ["2025-07", "2025-08", "2025-09"]
    assert table["mom"].isna().tolist() == [True, True, False]
    assert table["last_year"].isna().all()


def test_ratios_to_nothing_or_less_are_null(make_case):
    case = make_case(
        sales=monthly([100] * 12 + [-5, 0, 40, -10]), targets=[target("2025-08", 0)],
        settings=PLAIN,
    )  # fmt: skip
    table = trend.months(case).set_index("period")
    assert np.isnan(table.loc["2025-07", "mom"])  # June was negative
    assert np.isnan(table.loc["2025-08", "mom"])  # July was zero
    assert table.loc["2025-09", "mom"] == pytest.approx(-1.25)
    assert np.isnan(table.loc["2025-08", "variance_share"])
    assert table.loc["2025-08", "variance"] == 40.0


def test_no_data_at_all(make_case):
    table = trend.months(make_case(settings=PLAIN))
    assert list(table.columns) == list(trend.COLUMNS)
    assert trend.months(make_case(), measure="collections") == Unavailable(table="receipts")


def test_explicit_periods_share_months(make_case):
    case = make_case(
        sales=monthly([10] * 30, start="2011-01", day=28),
        targets=[target("2012-06-30", 90.0), target("2012-09-28", 180.0)],
        period="2012-09-28",
        as_of="2012-12-27",
        settings={
            **PLAIN,
            "calendar.starts": ["2012-03-30", "2012-06-30", "2012-09-28", "2012-12-28"],
        },
    )
    table = trend.months(case).set_index("period")
    assert table.index[-1] == "2012-12" and bool(table["running"].iloc[-1])
    assert table.loc["2012-07":"2012-11", "target"].notna().all()
    september = table.loc["2012-09", "target"]  # two working days of the later period
    assert 0 < september < 90.0
