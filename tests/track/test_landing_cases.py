"""Cases seen at a point: months, calendars, product lines, dates; and the pipeline's view."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from kit.track import expected_pipeline, landing, months, views

PLAIN = {"calendar.country": ""}


def daily(start, end, *, amount=1.0, **more):
    return [
        {"date": str(day.date()), "amount": amount, **more} for day in pd.bdate_range(start, end)
    ]


def test_months_at_the_point(make_case):
    """2025-08-20 is the 14th of August's 21 working days: two thirds of every month."""
    case = make_case(sales=daily("2024-01-01", "2025-08-20"), as_of="2025-08-20", settings=PLAIN)
    found = months.seen(case)
    one = found.course
    assert (one.many, one.over, one.cycle) == (3, 1, 12)
    assert [str(period) for period in found.periods[-2:]] == ["2025Q2", "2025Q3"]
    assert len(found.periods) == 7
    assert one.booked(-1)[0] == 23 + 14
    assert one.days(len(one) - 1) == (37, 66)
    assert one.booked(len(one) - 2)[0] == 22 + 15  # April, and 15 of May's 22 working days
    assert found.points[-2:] == (dt.date(2025, 5, 21), dt.date(2025, 8, 20))
    assert one.total(len(one) - 2)[0] == 65


def test_a_month_that_is_over(make_case):
    case = make_case(sales=daily("2024-01-01", "2025-08-20"), as_of="2025-07-31", settings=PLAIN)
    found = months.seen(case)
    assert found.course.over == 1 and found.course.passed.sum() == 0
    assert found.points[-2] == dt.date(2025, 4, 30)
    told = landing.forecast(case)
    assert (told.months_over, told.days_over, told.days) == (1, 23, 66)
    later = make_case(sales=daily("2024-01-01", "2025-08-20"), as_of="2025-08-01", settings=PLAIN)
    assert landing.forecast(later).months_over is None


def test_days_off_after_a_working_day_go_with_it(make_case):
    rows = daily("2024-01-01", "2025-07-04")
    friday = make_case(sales=rows, as_of="2025-07-04", settings=PLAIN)
    sunday = make_case(sales=rows, as_of="2025-07-06", settings=PLAIN)
    points = [months.seen(one).points[-2] for one in (friday, sunday)]
    assert points == [dt.date(2025, 4, 4), dt.date(2025, 4, 6)]  # four working days in, a Friday


def test_before_the_period(make_case):
    case = make_case(sales=daily("2023-01-02", "2025-05-15"), as_of="2025-05-15", settings=PLAIN)
    found = months.seen(case)
    assert found.course.over == -2 and found.course.booked(-1)[0] == 0.0
    told = landing.forecast(case, target=60.0)
    assert told.landing == pytest.approx(66, rel=0.03) and told.days_over == 0
    said = told.views.set_index("view")["landing"]
    assert said[["run_rate", "pace", "pipeline"]].isna().all()


def test_orders_that_keep_to_dates(make_case):
    """One order on the 28th: past months are taken at the 28th too, whatever day of work it is."""
    days = pd.date_range("2022-01-28", "2025-07-28", freq="MS") + pd.Timedelta(27, "D")
    rows = [{"date": str(day.date()), "amount": 100.0} for day in days]
    case = make_case(sales=rows, as_of="2025-07-28", settings=PLAIN)
    assert {point.day for point in months.seen(case).points} == {28}
    assert landing.forecast(case).landing == pytest.approx(300, rel=0.05)


def test_one_past_period_and_none(make_case):
    one = make_case(sales=daily("2025-04-01", "2025-07-31"), as_of="2025-07-31", settings=PLAIN)
    found = landing.forecast(one, target=66.0)
    assert (found.n_backtest, found.note, found.chance) == (1, "few_periods", None)
    assert found.landing == pytest.approx(66, rel=0.05)
    first = make_case(sales=daily("2025-07-01", "2025-07-31"), as_of="2025-07-31", settings=PLAIN)
    found = landing.forecast(first)
    assert found.n_backtest == 0 and found.error is None
    assert found.landing == pytest.approx(66)  # the run rate alone
    assert found.views["error"].isna().all()


def test_zero_history(make_case):
    rows = daily("2022-01-03", "2025-06-30", amount=0.0) + daily("2025-07-01", "2025-07-31")
    found = landing.forecast(make_case(sales=rows, as_of="2025-07-31", settings=PLAIN), target=66.0)
    assert np.isfinite([found.landing, found.low, found.high]).all()
    assert found.landing >= 23


def test_a_week_pattern(make_case):
    """4-4-5 quarters of thirteen weeks; the first fiscal month of four weeks is over."""
    case = make_case(
        sales=daily("2022-01-03", "2025-07-27", amount=2.0), as_of="2025-07-27",
        settings={**PLAIN, "calendar.pattern": "4-4-5", "calendar.anchor": "2024-12-30"},
    )  # fmt: skip
    assert str(case.period.start) == "2025-06-30"
    found = landing.forecast(case, target=130.0)
    assert (found.months_over, found.days_over, found.days) == (1, 20, 65)
    assert found.landing == pytest.approx(130.0, rel=1e-6)
    said = found.views.set_index("view")["landing"].drop("pipeline")
    assert said.to_numpy() == pytest.approx(130.0)


def test_explicit_periods_are_their_own_months(make_case):
    starts = [str(day.date()) for day in pd.date_range("2021-01-05", "2025-07-05", freq="91D")]
    case = make_case(
        sales=daily("2021-01-05", "2025-07-31"), period=starts[-1], as_of="2025-07-31",
        settings={**PLAIN, "calendar.starts": starts},
    )  # fmt: skip
    one = months.seen(case).course
    assert (one.many, one.cycle) == (1, 4)
    assert landing.forecast(case).landing == pytest.approx(65.0, rel=0.01)


@pytest.mark.parametrize(
    ("period", "as_of", "many"),
    [("2025-07", "2025-07-10", 1), ("2025", "2025-05-20", 12), ("2025-W30", "2025-07-23", 1),
     ("2025Q2..2025Q3", "2025-07-31", 6), ("2025-07-10", "2025-07-09", 1)],
)  # fmt: skip
def test_other_kinds_of_periods(make_case, period, as_of, many):
    case = make_case(
        sales=daily("2022-01-03", as_of), period=period, as_of=as_of, settings=PLAIN
    )
    assert months.seen(case).course.many == many
    found = landing.forecast(case, target=1.0)
    whole = case.calendar.working_days(case.period.start, case.period.end)
    assert found.landing == pytest.approx(whole, rel=0.05)


def test_product_lines_lend_their_misses(make_case):
    rows = daily("2023-01-02", "2025-07-31", line="a") + daily("2023-01-02", "2025-07-31", line="b")
    rows += daily("2023-01-02", "2025-07-31", line="returns", amount=-0.1)
    case = make_case(sales=rows, as_of="2025-07-31", settings=PLAIN)
    one = months.seen(case).course
    assert one.series == 3  # the scope and the two lines that sold
    np.testing.assert_allclose(one.booked(-1), [23 * 1.9, 23, 23])
    assert months.seen(case, measure="new_customers").course.series == 1


# the pipeline's view


def quarters(first="2023Q3", last="2025Q3"):
    return pd.period_range(first, last, freq="Q")


def deal(number, created, expected, *, closed=None, won=True, amount=10.0):
    status = "open" if closed is None else "won" if won else "lost"
    return {"opportunity_id": f"D{number}", "rep_id": "R1", "customer_id": "C1",
            "created_on": created, "expected_close_on": expected, "closed_on": closed,
            "status": status, "amount": amount}  # fmt: skip


def deals(*, half=True):
    """A quarter: two deals open after a month and due, of which one is won; one created and won."""
    found = []
    for number, one in enumerate(quarters()):
        start, end = one.start_time, one.end_time
        day = lambda n, start=start: str((start + pd.Timedelta(n, "D")).date())  # noqa: E731
        now = one == quarters()[-1]
        closed = None if now else day(60)
        due = str(end.date())
        found.append(deal(f"{number}a", day(2), due, closed=closed))
        found.append(deal(f"{number}b", day(3), due, closed=closed, won=not half))
        if not now:
            found.append(deal(f"{number}c", day(40), due, closed=day(70), amount=4.0))
    return found


def orders_of(rows):
    won = [{"date": row["closed_on"], "amount": row["amount"]} for row in rows
           if row["status"] == "won"]  # fmt: skip
    first = [{"date": str(one.start_time.date()), "amount": 6.0} for one in quarters()]
    return won + first


def test_pipeline_by_hand(make_case):
    """6 booked; 20 open and due, half of it won in the past; 4 of every 14 came otherwise."""
    rows = deals()
    case = make_case(
        sales=orders_of(rows), opportunities=rows, as_of="2025-07-31", settings=PLAIN
    )
    found = months.seen(case)
    usual = np.full(len(found.periods), 14.0)
    told = expected_pipeline.landings(case, found, usual)
    assert told[-1] == pytest.approx(6 + 20 * 0.5 + 4)
    assert np.isnan(told[:3]).all()  # deals begin within the first quarter; then two are needed
    assert told[3] == pytest.approx(20)
    richer = usual.copy()
    richer[-1] = 28.0  # twice as much is expected: so is what comes beside the deals now due
    assert expected_pipeline.landings(case, found, richer)[-1] == pytest.approx(6 + 10 + 8)
    unknown = np.full(len(found.periods), np.nan)
    assert expected_pipeline.landings(case, found, unknown)[-1] == pytest.approx(20)


def test_pipeline_counts_only_deals_due(make_case):
    rows = deals()
    late = deal("late", "2025-07-10", "2025-12-31", amount=1000.0)
    over = deal("overdue", "2025-07-10", "2025-07-20", amount=20.0)
    case = make_case(
        sales=orders_of(rows), opportunities=[*rows, late, over], as_of="2025-07-31",
        settings=PLAIN,
    )  # fmt: skip
    found = months.seen(case)
    told = expected_pipeline.landings(case, found, np.full(len(found.periods), 14.0))
    assert told[-1] == pytest.approx(6 + 40 * 0.5 + 4)


def test_past_pipelines_are_seen_as_they_stood(make_case):
    """A deal lost after the point of a past period was open at it, one won before it was not."""
    rows = [*deals(), deal("early", "2025-04-02", "2025-06-30", closed="2025-04-20", amount=50.0)]
    case = make_case(
        sales=orders_of(rows), opportunities=rows, as_of="2025-07-31", settings=PLAIN
    )
    found = months.seen(case)
    told = expected_pipeline.landings(case, found, np.full(len(found.periods), 14.0))
    assert told[-2] == pytest.approx(6 + 50 + 20 * 0.5 + 4)
    assert told[-1] == pytest.approx(20)


def test_landing_without_opportunities_has_no_pipeline(make_case):
    case = make_case(sales=daily("2023-01-02", "2025-07-31"), as_of="2025-07-31", settings=PLAIN)
    found = landing.forecast(case).views.set_index("view")
    assert list(found.index) == list(views.VIEWS)
    assert np.isnan(found.loc["pipeline", "landing"]) and found.loc["pipeline", "weight"] == 0.0


def test_the_pipeline_takes_part(make_case):
    rows = deals()
    case = make_case(
        sales=orders_of(rows), opportunities=rows, as_of="2025-07-31", settings=PLAIN
    )
    found = landing.forecast(case, target=15.0)
    view = found.views.set_index("view")
    assert view.loc["pipeline", "landing"] == pytest.approx(20, rel=0.1)
    assert view.loc["pipeline", "weight"] > 0
    other = landing.forecast(case, measure="quantity")
    assert other.views["landing"].isna().iloc[-1]
