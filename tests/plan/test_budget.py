"""Expenses at the planned level: the variable part, last year, and the budget."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kit.data.hindsight import seen_on
from kit.data.tables import Unavailable
from kit.plan.budget import budget
from kit.plan.schedule import parts
from kit.show import needs
from kit.show.words import Words

MONTHS = pd.period_range("2023-01", "2025-06", freq="M")
BOOKED = dict(zip(MONTHS, 1e5 + 2e4 * np.sin(np.arange(len(MONTHS)) ** 2), strict=True))
SALES = [{"date": month.to_timestamp() + pd.Timedelta(9, "D"), "amount": amount}
         for month, amount in BOOKED.items()]  # fmt: skip
LAST = sum(amount for month, amount in BOOKED.items() if month.quarter == 3 and month.year == 2024)


def spent(noise=0.0, months=MONTHS):
    rng = np.random.default_rng(7)
    return [
        {"date": month.to_timestamp(), "region": "East", "kind": kind,
         "amount": fixed + variable * BOOKED[month] + noise * rng.standard_normal()}
        for month in months
        for kind, fixed, variable in (("travel", 1000.0, 0.02), ("rent", 5000.0, 0.0))
    ]  # fmt: skip


def budgeted(*months):
    return [{"date": month, "region": "East", "kind": kind, "amount": 9e9, "budget": 3000.0}
            for month in months for kind in ("travel", "rent")]  # fmt: skip


def test_last_year_and_the_variable_part(make_case):
    found = budget(make_case(sales=SALES, expenses=spent()), LAST + 60_000)
    kinds = found.kinds.set_index("expense")
    assert kinds["variable"].to_dict() == pytest.approx({"travel": 0.02, "rent": 0}, abs=1e-9)
    travel = 3000 + 0.02 * (LAST + 60_000)
    assert kinds.loc["travel", "planned"] == pytest.approx(travel)
    assert kinds.loc["rent", "planned"] == pytest.approx(15_000)
    assert kinds.loc["travel", "last_year"] == pytest.approx(3000 + 0.02 * LAST)
    assert kinds.loc["travel", "ratio"] == pytest.approx((3000 + 0.02 * LAST) / LAST)
    assert found.planned == pytest.approx(travel + 15_000) == kinds["planned"].sum()
    assert found.share == pytest.approx(found.planned / found.amount)
    assert found.kinds["expense"].tolist() == ["rent", "travel"]
    assert found.low == pytest.approx(found.planned) == found.high  # nothing scatters
    assert found.budget is None and found.over is None and found.budgeted_months == 0


def test_noise_widens_the_interval_and_leaves_the_truth_near(make_case):
    found = budget(make_case(sales=SALES, expenses=spent(noise=100.0)), LAST)
    kinds = found.kinds.set_index("expense")
    assert kinds.loc["travel", "variable"] == pytest.approx(0.02, abs=0.005)
    assert (kinds["low"] < kinds["planned"]).all() and (kinds["planned"] < kinds["high"]).all()
    assert kinds["variable"].between(0, kinds["ratio"]).all()


def test_the_budget_is_compared_month_by_month(make_case):
    rows = spent() + budgeted("2025-07-01", "2025-08-01")
    case = make_case(sales=SALES, expenses=rows)
    found = budget(case, LAST)
    assert (found.budgeted_months, found.months, found.budget) == (2, 3, 12_000)
    months = parts(case, LAST)["target"].to_numpy()[:2]
    before = np.array([BOOKED[pd.Period(one, "M")] for one in ("2024-07", "2024-08")])
    travel = (1000 + 0.02 * before + 0.02 * (months - before)).sum()
    assert found.compared == pytest.approx(travel + 10_000)
    assert found.over == pytest.approx(found.compared - 12_000)
    whole = budget(
        make_case(sales=SALES, expenses=rows + budgeted("2025-09-01")), LAST
    )
    assert whole.compared == pytest.approx(whole.planned) and whole.budgeted_months == 3
    assert (found.unbudgeted, whole.unbudgeted) == (("2025-09",), ())


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "no budget for Sep 2025"), ("zh", "费用表中没有2025年9月的预算")],
)
def test_the_months_without_a_budget_are_named(make_case, language, told):
    words = Words(language, "CNY")
    rows = spent() + budgeted("2025-07-01", "2025-08-01")
    html = needs.budget(budget(make_case(sales=SALES, expenses=rows), LAST), words).html
    assert told in html
    rows += budgeted("2025-09-01")
    whole = needs.budget(budget(make_case(sales=SALES, expenses=rows), LAST), words).html
    assert told[:12] not in whole


def test_a_budget_of_a_month_to_come_is_compared(make_case):
    case = make_case(sales=SALES, expenses=spent() + budgeted("2025-09-01"), as_of="2025-07-10")
    seen = replace(case, data=seen_on(case.data, case.as_of, calendar=case.calendar))
    found = budget(seen, LAST)
    assert (found.budgeted_months, found.budget) == (1, 6_000)
    assert found.unbudgeted == ("2025-07", "2025-08")


def test_what_was_spent_after_the_cutoff_is_not_known(make_case):
    plain = budget(make_case(sales=SALES, expenses=spent()), LAST)
    later = budget(make_case(sales=SALES, expenses=spent() + budgeted("2025-07-01")), LAST)
    assert later.planned == plain.planned


def test_a_short_history_takes_all_as_variable(make_case):
    months = MONTHS[-6:]
    rows = [one for one in SALES if one["date"].to_period("M") in months]
    found = budget(make_case(sales=rows, expenses=spent(months=months)), 600_000.0)
    assert not found.kinds["from_regression"].any() and found.last_year is None
    sold = sum(BOOKED[one] for one in months)
    rent = found.kinds.set_index("expense").loc["rent"]
    assert rent["variable"] == pytest.approx(30_000 / sold)
    assert rent["planned"] == pytest.approx(30_000 / sold * 600_000, rel=1e-6)


def test_what_is_missing_is_said(make_case):
    gone = Unavailable(reason="no_basis")
    case = make_case(sales=SALES, expenses=spent())
    assert budget(case, gone) is gone
    assert budget(make_case(sales=SALES), 1.0) == Unavailable(table="expenses")
    team = make_case(sales=SALES, expenses=spent(), scope="team:East-1")
    assert budget(team, 1.0).reason == "no_expenses_of_scope"
    assert budget(make_case(sales=SALES, expenses=[]), 1.0).reason == "no_expenses"
    assert budget(make_case(expenses=spent()), 1.0).reason == "no_expenses"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_seen(make_case, language):
    words = Words(language, "CNY")
    for rows in (spent(), spent() + budgeted("2025-07-01")):
        found = budget(make_case(sales=SALES, expenses=rows), LAST)
        view = needs.budget(found, words)
        assert "needs." not in view.html and "travel" in view.html
        assert words.t("needs.total") in view.html
