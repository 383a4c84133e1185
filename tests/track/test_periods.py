"""Sub-periods of a period, hand-worked: weeks, days, holidays, 4-4-5 and explicit starts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.errors import SettingsError
from kit.plan import baseline
from kit.show import trend as show
from kit.show.figures.days import days as days_figure
from kit.show.words import Words
from kit.track import changes, pacing, trend
from kit.track.periods import COLUMNS, periods

PLAIN = {"calendar.country": ""}


def target(period, amount, *, version=1, valid_from=None, measure="bookings"):
    return {"scope": "region:East", "period": period, "measure": measure, "version": version,
            "target": float(amount), "valid_from": valid_from}  # fmt: skip


def sale(day, amount):
    return {"date": day, "amount": float(amount)}


def test_weeks_of_a_running_month(make_case):
    """July 2025 starts on a Tuesday: four working days in the first week, 23 in all."""
    case = make_case(
        sales=[sale("2025-07-01", 0), sale("2025-07-02", 50), sale("2025-07-07", 30),
               sale("2025-07-13", 12),
               sale("2025-07-14", 7), sale("2025-07-16", 999)],  # the last is not known yet
        targets=[target("2025-07", 230)],
        period="2025-07", as_of="2025-07-15", settings={**PLAIN, "track.rolling": 2},
    )  # fmt: skip
    table = periods(case, kind="week").set_index("period")
    assert list(table.index) == [f"2025-W{n}" for n in range(27, 32)]
    assert str(table["start"].iloc[0].date()) == "2025-07-01"  # clipped to the period
    assert str(table["end"].iloc[-1].date()) == "2025-07-31"
    assert table["working_days"].tolist() == [4, 5, 5, 5, 4]
    assert table["target"].tolist() == pytest.approx([40, 50, 50, 50, 40])
    assert table["actual"].tolist()[:3] == [50, 42, 7]
    assert table["actual"].isna().tolist() == [False, False, False, True, True]
    assert table["running"].tolist() == [False, False, True, False, False]
    assert table["variance"].tolist()[:2] == pytest.approx([10, -8])
    assert table["variance_share"].tolist()[:2] == pytest.approx([0.25, -0.16])
    assert table["rolling_gap"].tolist()[1] == pytest.approx(-10 + 8)
    assert math.isnan(table["rolling_gap"].iloc[0]) and math.isnan(table["rolling_gap"].iloc[2])
    assert table["cumulated_actual"].tolist()[:3] == [50, 92, 99]
    assert table["cumulated_target"].tolist()[:3] == pytest.approx([40, 90, 110])  # two days of W29
    assert table["cumulated_actual"].isna().tolist()[3:] == [True, True]


def test_the_last_cumulated_figures_are_those_of_the_standing(make_case):
    case = make_case(
        sales=[sale(f"2025-{m:02d}-{d:02d}", 10 * m + d) for m in range(1, 10) for d in (1, 8, 20)],
        targets=[target("2025Q3", 9000)], as_of="2025-08-20", settings=PLAIN,
    )  # fmt: skip
    whole = pacing.standing(case).iloc[0]
    for kind in ("day", "week", "month", "quarter"):
        table = periods(case, kind=kind)
        last = table[table["cumulated_actual"].notna()].iloc[-1]
        assert last["cumulated_actual"] == pytest.approx(whole["actual"]), kind
        assert last["cumulated_target"] == pytest.approx(whole["target_to_date"]), kind
        inside = table[table["start"] >= "2025-07-01"]
        assert inside["target"].sum() == pytest.approx(9000), kind
        assert inside["actual"].sum() == pytest.approx(whole["actual"]), kind


def test_a_target_that_changed_counts_by_the_version_valid_on_each_day(make_case):
    """23 working days: 14 (1 to 20 July is 14) at 10 a day, then 9 at 20 a day."""
    case = make_case(
        sales=[sale("2025-07-01", 1)],
        targets=[target("2025-07", 230),
                 target("2025-07", 460, version=2, valid_from="2025-07-21")],
        period="2025-07", as_of="2025-07-31", settings=PLAIN,
    )  # fmt: skip
    daily = periods(case, kind="day").set_index("period")["target"]
    assert daily["2025-07-18"] == pytest.approx(10) and daily["2025-07-21"] == pytest.approx(20)
    assert daily["2025-07-19"] == 0  # a Saturday
    weeks = periods(case, kind="week")
    assert weeks["target"].tolist() == pytest.approx([40, 50, 50, 100, 80])
    assert weeks["cumulated_target"].tolist() == pytest.approx([40, 90, 140, 380, 460])
    assert weeks["cumulated_target"].iloc[-1] == changes.due_by_day(case).iloc[-1]
    (month,) = periods(case, kind="month")["target"]
    assert month == pytest.approx(320)  # 14 × 10 + 9 × 20


def test_a_first_version_that_came_late_counts_from_the_start(make_case):
    case = make_case(
        sales=[sale("2025-07-01", 1)], targets=[target("2025-07", 230, valid_from="2025-07-15")],
        period="2025-07", as_of="2025-07-31", settings=PLAIN,
    )  # fmt: skip
    assert periods(case, kind="week")["target"].tolist() == pytest.approx([40, 50, 50, 50, 40])


def test_holiday_week(make_case):
    """National Day 2025: 1 to 8 October off in China; 28 September and 11 October are worked."""
    case = make_case(
        sales=[sale("2024-10-01", 0), sale("2024-10-08", 40), sale("2025-10-03", 5),
               sale("2025-10-09", 44), sale("2025-10-11", 6)],
        targets=[target("2025-10", 180)], period="2025-10", as_of="2025-10-12",
    )  # fmt: skip
    weeks = periods(case, kind="week").set_index("period")
    assert weeks["working_days"].tolist() == [0, 3, 5, 5, 5]
    assert weeks["target"].tolist() == pytest.approx([0, 30, 50, 50, 50])
    first, second = weeks.iloc[0], weeks.iloc[1]
    assert first["actual"] == 5 and math.isnan(first["variance_share"])  # no target to compare with
    assert second["actual"] == 50 and not second["running"]
    # Its three working days are the first three of October last year: 8, 9 and 10 October.
    assert second["last_year"] == 40 and second["yoy"] == pytest.approx(0.25)


def test_days_are_compared_by_their_number(make_case):
    """The first working day of July: Tuesday the 1st in 2025, Monday the 1st in 2024."""
    case = make_case(
        sales=[sale("2024-07-01", 8), sale("2024-07-02", 20), sale("2025-07-01", 10),
               sale("2025-07-02", 15)],
        period="2025-07", as_of="2025-07-02", settings=PLAIN,
    )  # fmt: skip
    days = periods(case, kind="day")
    assert len(days) == 31 and not days["running"].any()  # the day of the data is over
    assert days["last_year"].tolist()[:2] == [8, 20]
    assert days["yoy"].tolist()[:2] == pytest.approx([0.25, -0.25])
    assert days["target"].isna().all() and days["variance"].isna().all()


def test_running_month_against_as_many_working_days_of_last_year(make_case):
    case = make_case(
        sales=[sale("2024-07-01", 1), sale("2024-08-05", 20), sale("2024-08-06", 500),
               sale("2025-08-04", 24)],
        as_of="2025-08-05", settings=PLAIN,
    )  # fmt: skip
    row = periods(case, kind="month").set_index("period").loc["2025-08"]
    assert row["running"] and row["last_year"] == 20 and row["yoy"] == pytest.approx(0.2)
    coming = periods(case, kind="month").set_index("period").loc["2025-09"]
    assert math.isnan(coming["actual"]) and not coming["running"]
    assert coming["last_year"] == 0.0  # all of September 2024


def test_months_of_weeks_in_a_4_4_5_year(make_case):
    """The year begins on 30 December 2024; Q1 is 4 + 4 + 5 weeks of five working days."""
    case = make_case(
        sales=[sale("2024-12-30", 10), sale("2025-01-26", 20), sale("2025-01-27", 5)],
        targets=[target("2025Q1", 650)], period="2025Q1", as_of="2025-02-23",
        settings={**PLAIN, "calendar.pattern": "4-4-5", "calendar.anchor": "2024-12-30"},
    )  # fmt: skip
    months = periods(case, kind="month").tail(3)
    assert months["working_days"].tolist() == [20, 20, 25]
    assert months["target"].tolist() == pytest.approx([200, 200, 250])
    assert months["actual"].tolist()[:2] == [30, 5]
    assert months["running"].tolist() == [False, False, False]  # 23 February ends the second
    weeks = periods(case, kind="week")
    assert len(weeks) == 13 and set(weeks["working_days"]) == {5.0}
    assert weeks["target"].tolist() == pytest.approx([50] * 13)


def test_explicit_starts(make_case):
    case = make_case(
        sales=[sale("2012-06-30", 1), sale("2012-09-28", 30), sale("2012-12-27", 7)],
        targets=[target("2012-09-28", 650)], period="2012-09-28", as_of="2012-12-27",
        settings={**PLAIN, "calendar.starts": ["2012-06-30", "2012-09-28", "2012-12-28"]},
    )  # fmt: skip
    (only,) = periods(case, kind="quarter").to_dict("records")
    assert only["period"] == "2012-09-28" and only["target"] == 650 and only["actual"] == 37
    months = periods(case, kind="month").set_index("period")
    assert months.loc["2012-09", "cumulated_actual"] == 30  # of the period only
    assert months["cumulated_target"].iloc[-1] == pytest.approx(650)
    assert periods(case, kind="week")["actual"].sum() == 37
    assert periods(case, kind="day")["last_year"].isna().all()


@pytest.mark.parametrize(("day", "done"), [("2025-07-01", 1), ("2025-09-30", 66)])
def test_first_and_last_day(make_case, day, done):
    case = make_case(
        sales=[sale("2024-01-01", 1), sale("2025-07-01", 30)], targets=[target("2025Q3", 660)],
        as_of=day, settings=PLAIN,
    )  # fmt: skip
    for kind in ("day", "week", "month", "quarter"):
        table = periods(case, kind=kind)
        last = table[table["cumulated_actual"].notna()].iloc[-1]
        assert last["cumulated_actual"] == 30
        assert last["cumulated_target"] == pytest.approx(
            660 if done == 66 else pacing.target_to_date(case, 660)
        )
        assert bool(table["running"].any()) == (done == 1 and kind != "day")


def test_before_the_period(make_case):
    case = make_case(sales=[sale("2025-06-02", 1)], as_of="2025-06-20", settings=PLAIN)
    table = periods(case, kind="week")
    assert table["actual"].isna().all() and table["cumulated_target"].isna().all()
    assert show.steps(table, Words("en", "CNY")).html


def test_forecast_is_the_one_made_before_the_period(make_case):
    rng = np.random.default_rng(3)
    sales = [sale(f"{m}-10", 100 + 20 * (m.month % 4) + rng.normal(0, 4))
             for m in pd.period_range("2022-01", "2025-08", freq="M")]  # fmt: skip
    sales = [sale("2022-01-01", 0), *sales]
    case = make_case(sales=sales, as_of="2025-08-20", settings=PLAIN)
    said = baseline.outlook(case)
    found = periods(case, kind="month").set_index("period")["forecast"]
    expected = said.frame.tail(3)["mean"].to_numpy()
    assert found.loc["2025-07":"2025-09"].to_numpy() == pytest.approx(expected)
    assert found.loc[:"2025-06"].isna().all()
    for kind in ("day", "week", "quarter"):
        assert periods(case, kind=kind)["forecast"].sum() == pytest.approx(said.mean), kind
    # Later months do not change it.
    changed = make_case(sales=[*sales[:-2], sale("2025-07-10", 9999)], as_of="2025-08-20",
                        settings=PLAIN)  # fmt: skip
    assert periods(changed, kind="quarter")["forecast"].iloc[0] == pytest.approx(said.mean)


def test_a_part_of_a_quarter_without_a_target_of_its_own(make_case):
    case = make_case(
        sales=[sale("2025-01-01", 1)], targets=[target("2025Q3", 660)], period="2025-07",
        as_of="2025-07-31", settings=PLAIN,
    )  # fmt: skip
    (month,) = periods(case, kind="month").tail(1).to_dict("records")
    assert month["target"] > 0 and month["target"] == pytest.approx(month["cumulated_target"])


def test_months_of_the_trend_are_those_begun(make_case):
    case = make_case(sales=[sale("2025-03-03", 5)], as_of="2025-08-05", settings=PLAIN)
    mine = periods(case, kind="month")
    assert list(mine.columns) == list(COLUMNS) and mine["period"].iloc[-1] == "2025-09"
    both = mine[mine["actual"].notna()][list(trend.COLUMNS)]
    pd.testing.assert_frame_equal(trend.months(case), both.reset_index(drop=True))


def test_what_cannot_be_said(make_case):
    assert periods(make_case(), measure="collections") == Unavailable(table="receipts")
    with pytest.raises(SettingsError, match="kind 'weak'.*week"):
        periods(make_case(), kind="weak")
    empty = periods(make_case(settings=PLAIN), kind="week")
    assert empty["actual"].fillna(0).eq(0).all() and empty["yoy"].isna().all()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_shown(make_case, language):
    case = make_case(
        sales=[sale("2024-07-01", 1), sale("2025-07-02", 5000), sale("2025-08-18", 2500)],
        targets=[target("2025Q3", 9000)], as_of="2025-08-20", settings=PLAIN,
    )  # fmt: skip
    words = Words(language, "CNY")
    weeks = show.steps(periods(case, kind="week"), words)
    assert weeks.html.count("<tr>") == 15  # 14 weeks and the heading
    assert words.t("table.so_far", period=words.period("2025-W34").replace(" ", "\u00a0")) in (
        weeks.html
    )
    drawn = days_figure(periods(case, kind="day"), words)
    assert "<svg" in drawn.html and words.date("2025-07-02") in drawn.title
    year = make_case(sales=[sale("2024-07-01", 1)], period="2025", as_of="2025-08-20",
                     settings=PLAIN)  # fmt: skip
    assert show.steps(periods(year, kind="week"), words).html.count("<tr>") == show.LONGEST + 1
