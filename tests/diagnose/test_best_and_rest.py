"""The best beside the rest: groups by hand, chance, anonymity, and what makes a fair comparison."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kit.diagnose.best_and_rest import best_and_rest

PLAIN = {"calendar": {"country": ""}}


def company(make_case, *, reps=16, seed=1, quarters=8, scope="company", busy=4, rich=0):
    """The first `busy` reps visit twice as much and sell more; the first `rich` inherit more."""
    rng = np.random.default_rng(seed)
    spans = pd.period_range(end="2025Q3", periods=quarters, freq="Q")
    sales, done = [], []
    for at in range(reps):
        rep = f"R{at:02d}"
        for number, quarter in enumerate(spans):
            visits = rng.poisson(200 if at < busy else 100)
            done.append({"date": quarter.start_time, "rep_id": rep, "kind": "visit",
                         "count": float(visits)})  # fmt: skip
            done.append({"date": quarter.end_time.normalize(), "rep_id": rep, "kind": "call",
                         "count": float(rng.poisson(100))})  # fmt: skip
            amount = visits * 10.0 * (10 if at >= reps - rich else 1) + number
            sales.append({"date": quarter.start_time, "rep_id": rep, "customer_id": f"C{at}",
                          "amount": amount, "list_amount": None})  # fmt: skip
    sales.append({"date": spans[-1].end_time.normalize(), "rep_id": "R00", "amount": 0.0})
    return make_case(sales=sales, activities=done, scope=scope, settings=PLAIN)


def test_means_by_hand_and_what_is_distinct(make_case):
    case = company(make_case)
    found = best_and_rest(case)
    assert (found.best, found.rest, found.quarter) == (4, 12, True)
    assert (str(found.start), str(found.end)) == ("2024-10-01", "2025-09-30")
    table = found.frame.set_index("regressor")
    done = case.data.frame("activities")
    year = done[(done["date"] >= "2024-10-01") & (done["kind"] == "visit")]
    worked = sum(
        case.calendar.working_days(q.start_time.date(), q.end_time.date())
        for q in pd.period_range("2024Q4", "2025Q3", freq="Q")
    )
    rates = year.groupby("rep_id")["count"].sum() / worked
    assert table.loc["visit", "best"] == pytest.approx(rates.iloc[:4].mean())
    assert table.loc["visit", "rest"] == pytest.approx(rates.iloc[4:].mean())
    row = table.loc["visit"]
    assert row["difference"] == pytest.approx(row["best"] - row["rest"])
    assert row["low"] < row["difference"] < row["high"] and row["distinct"]
    assert not table.loc["call", "distinct"]
    assert np.isnan(table.loc["result", "p"]) and not table.loc["result", "distinct"]


def test_chance_as_scipy(make_case):
    case = company(make_case, busy=2, seed=4)
    found = best_and_rest(case).frame.set_index("regressor")
    done = case.data.frame("activities")
    year = done[(done["date"] >= "2024-10-01") & (done["kind"] == "call")]
    rates = year.groupby("rep_id")["count"].sum()
    sales = case.data.sales
    sums = sales[sales["date"] >= "2024-10-01"].groupby("rep_id")["amount"].sum()
    top = sums.sort_values(ascending=False).index[:4]
    told = stats.permutation_test(
        (rates[top], rates.drop(top)), lambda a, b: a.mean() - b.mean(), n_resamples=np.inf,
        rng=0,
    )  # fmt: skip
    assert found.loc["call", "p"] == pytest.approx(told.pvalue, abs=0.04)


def test_alike_groups_are_seldom_told_apart(make_case):
    hits = [best_and_rest(company(make_case, busy=0, seed=seed, quarters=6), times=400)
            .frame.set_index("regressor").loc["call", "distinct"] for seed in range(8)]  # fmt: skip
    assert sum(hits) <= 1


def test_fair_ranks_look_past_rich_accounts(make_case):
    """Four reps with rich accounts have the best results, four busy ones the best for theirs."""
    case = company(make_case, busy=0, rich=4, seed=2)
    raw, fair = best_and_rest(case), best_and_rest(case, fair=True)
    rows = [one.frame.set_index("regressor") for one in (raw, fair)]
    assert rows[0].loc["potential", "distinct"] and not raw.fair
    assert fair.fair and not rows[1].loc["potential", "distinct"]


def test_no_name_stands_in_the_result(make_case):
    found = best_and_rest(company(make_case))
    assert not re.search(r"R\d\d|Name", found.frame.to_csv())


@pytest.mark.parametrize("reps, expected", [(5, None), (6, (3, 3)), (11, (3, 8)), (20, (5, 15))])
def test_three_people_in_each_group_at_least(make_case, reps, expected):
    found = best_and_rest(company(make_case, reps=reps, quarters=5), times=50)
    if expected is None:
        assert found.reason == "few_people"
    else:
        assert (found.best, found.rest) == expected
        assert found.quarter == (reps >= 12)


def test_a_rep_sees_nobody_else(make_case):
    assert best_and_rest(company(make_case, reps=1, scope="rep:R00")).reason == "others_needed"


def test_fair_needs_potential(make_case):
    found = best_and_rest(company(make_case, quarters=2), fair=True)
    assert found.reason == "no_potential"


def test_the_sample(sample_company):
    found = best_and_rest(sample_company[2], times=500)
    table = found.frame.set_index("regressor")
    assert found.best >= 3 and table.loc["visit", "difference"] > 0
    assert table.loc["quote", "difference"] > 0
