"""Holidays that lay in the neighbouring month last year."""

from __future__ import annotations

import pytest

from kit.show import trend as show
from kit.show.words import Words
from kit.track import trend
from kit.track.shifted import COLUMNS, days_off, shifted


def by_working_day(case, *, years=(2023, 2024, 2025, 2026), until="2026-12-31", growth=0.0):
    """10 on every working day, growing by year."""
    days = case.calendar.workdays(f"{years[0]}-01-01", until)
    return [
        {"date": str(day.date()), "amount": 10.0 * (1 + growth) ** (day.year - years[0])}
        for day in days
    ]


@pytest.fixture
def steady(make_case):
    """A company that sells ten a working day in China, 10 % more each year."""

    def build(**asked):
        rows = by_working_day(make_case(), growth=0.1)
        return make_case(sales=rows, **asked)

    return build


def test_days_off_of_the_spring_festival(make_case):
    """2024: 10 to 17 February; 2025: 28 January to 4 February. Shifted weekends count against."""
    calendar = make_case().calendar
    off = {name: days_off(make_case(), calendar.period(name))
           for name in ("2024-01", "2024-02", "2025-01", "2025-02", "2025-07")}  # fmt: skip
    assert off == {"2024-01": 1, "2024-02": 3, "2025-01": 4, "2025-02": 1, "2025-07": 0}


def test_spring_festival_in_january_this_year_and_in_february_last_year(steady):
    case = steady(period="2025Q1", as_of="2025-03-31")
    (row,) = shifted(case).to_dict("records")
    assert (row["first"], row["second"], row["festival"]) == ("2025-01", "2025-02", "spring")
    assert (row["now"], row["before"], row["moved"]) == ("2025-01", "2024-02", 2.0)
    months = trend.months(case).set_index("period")["yoy"]
    assert row["yoy_first"] == months["2025-01"] < 0.0  # 19 working days against 22
    assert row["yoy_second"] == months["2025-02"] > 0.1
    assert row["yoy"] == pytest.approx(1.1 * (19 + 19) / (22 + 18) - 1)
    assert not row["running"]


def test_both_months_so_far_by_as_many_working_days(steady):
    """Alone each month misleads; the two together show the growth of a tenth exactly."""
    case = steady(period="2025Q1", as_of="2025-02-14")
    (row,) = shifted(case).to_dict("records")
    assert row["running"] and row["yoy"] == pytest.approx(0.1)
    assert row["yoy_first"] < 0


def test_back_in_february(steady):
    (row,) = shifted(steady(period="2026Q1", as_of="2026-03-31")).to_dict("records")
    assert (row["now"], row["before"]) == ("2026-02", "2025-01")
    assert row["yoy_first"] > 0.1 > row["yoy_second"]


@pytest.mark.parametrize(
    ("period", "as_of"),
    [("2025Q3", "2025-09-30"), ("2025Q1", "2025-01-20"), ("2023Q1", "2023-03-31")],
)
def test_nothing_to_say(steady, period, as_of):
    """No holiday moved; February not begun; no year before."""
    found = shifted(steady(period=period, as_of=as_of))
    assert list(found.columns) == list(COLUMNS) and found.empty
    assert show.shifted(found, Words("en")).html == ""


def test_no_country_no_festival(make_case):
    plain = make_case(settings={"calendar.country": ""})
    rows = by_working_day(plain)
    case = make_case(sales=rows, period="2025Q1", as_of="2025-03-31",
                     settings={"calendar.country": ""})  # fmt: skip
    assert shifted(case).empty


def test_easter_in_another_country(make_case):
    """Germany: Good Friday and Easter Monday on 29 March and 1 April 2024: no two days moved."""
    case = make_case(settings={"calendar.country": "DE"}, period="2025Q2", as_of="2025-06-30",
                     sales=by_working_day(make_case()))  # fmt: skip
    assert shifted(case).empty


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentence(steady, language):
    words = Words(language, "CNY")
    for as_of in ("2025-02-14", "2025-03-31"):
        view = show.shifted(shifted(steady(period="2025Q1", as_of=as_of)), words)
        assert words.t("trend.festival.spring") in view.title
        assert words.period("2024-02").replace(" ", "\u00a0") in view.title
