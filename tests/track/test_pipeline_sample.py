"""Pipeline and receipts of the sample company: figures that agree, and the planted late payers."""

from __future__ import annotations

import html
import re

import pytest

from kit.data import measures
from kit.data.case import reopen
from kit.show import deal_ages as ages_shown
from kit.show import pipeline_now as pipeline_shown
from kit.show import receipts as receipts_shown
from kit.show.figures.movement import movement as drawn
from kit.show.words import Words
from kit.track.ageing import ageing
from kit.track.cash_ahead import cash_record
from kit.track.movement import movement
from kit.track.pipeline import pipeline_now
from kit.track.receipts import receipts
from kit.track.slips import slips
from kit.track.win_probability import win_probability

DAY = "2025-08-20"
REGIONS = ("East", "North", "South", "West")


@pytest.fixture(scope="module")
def company(sample_company):
    _, truths, case = sample_company
    return truths, reopen(case, as_of=DAY)


@pytest.fixture(scope="module")
def east(company):
    return reopen(company[1], scope="region:East")


def late_distributors(truths, case):
    """Customers of the planted channel with an invoice since the planted day that is overdue."""
    planted = truths.one("late_distributors")
    sales, rows = case.data.sales, case.data.frame("receipts")
    orders = sales.loc[sales["channel"].isin(planted.subject), "order_id"]
    late = rows["received_on"].isna() & (rows["due_on"] < DAY) & (rows["invoiced_on"] >= planted.start)
    late &= rows["order_id"].isin(orders) & (rows["amount"] > 0)
    names = case.data.frame("customers").drop_duplicates("customer_id").set_index("customer_id")["name"]
    return set(rows.loc[late, "customer_id"].map(names))


@pytest.mark.parametrize("scope", ["company", *(f"region:{one}" for one in REGIONS)])
def test_every_planted_late_payer_shows(company, scope):
    truths, whole = company
    case = reopen(whole, scope=scope)
    wanted = late_distributors(truths, case)
    assert len(wanted) > 15
    found = receipts(case)
    for language in ("en", "zh"):
        shown = html.unescape(receipts_shown.overdue(found, Words(language, "CNY")).html)
        assert [one for one in sorted(wanted) if one not in shown] == []
    channels = found.channels.set_index("channel")
    moved = channels["paid_late"] - channels["paid_late_before"]
    assert moved["distributor"] == pytest.approx(truths.one("late_distributors").size, abs=10)
    assert abs(moved["direct"]) < 5
    assert "“distributor”" in receipts_shown.overdue(found, Words("en", "CNY")).html


def test_the_bridge_agrees_with_the_rest(company):
    whole = movement(company[1])
    assert whole.start + whole.steps["effect"].sum() == pytest.approx(whole.end, abs=0.01)
    assert whole.parts["part"].tolist() == list(REGIONS)
    ends = {}
    for region in REGIONS:
        case = reopen(company[1], scope=f"region:{region}")
        ends[region] = movement(case).end
        now = pipeline_now(case)
        assert now.open == pytest.approx(ends[region]) and now.count == movement(case).end_count
        assert ageing(case).count == now.count + now.later
        assert slips(case).open == ageing(case).count
    assert whole.parts.set_index("part")["end"].to_dict() == pytest.approx(ends)
    rows = company[1].data.frame("opportunities")
    won = (rows["status"] == "won") & rows["closed_on"].between("2025-07-01", DAY)
    assert -whole.amount("won") == pytest.approx(rows.loc[won, "amount"].sum())


def test_weighted_is_that_of_the_chances(east):
    now, chances = pipeline_now(east), win_probability(east)
    due = chances.deals[chances.deals["expected_close_on"] <= "2025-09-30"]
    assert len(due) == now.count
    assert now.weighted == pytest.approx((due["amount"] * due["by_end"]).sum())
    assert now.landings.set_index("case").loc["weighted", "amount"] == pytest.approx(
        now.booked + now.weighted
    )


def test_cash_agrees_with_the_measure(east):
    found = receipts(east)
    cash = measures.actuals(east, measure="collections", start="2025-07-01", end=DAY)
    assert found.actual == pytest.approx(cash)
    assert found.months["actual"].sum() == pytest.approx(cash)
    assert found.ages["amount"].sum() == pytest.approx(found.open)
    assert found.payers["amount"].sum() == pytest.approx(found.overdue)
    assert found.channels["amount"].sum() == pytest.approx(found.overdue)
    assert found.ahead.total + found.ahead.beyond == pytest.approx(
        found.ahead.owed + found.ahead.coming
    )
    assert cash_record(east)["error"].abs().iloc[:3].max() < 0.10  # before customers paid late


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("scope", ["team:East-1", "rep:R001", "rep:R007"])
def test_small_scopes_show_all_of_it(company, scope, language):
    case, words = reopen(company[1], scope=scope), Words(language, "CNY")
    cash = receipts(case)
    views = [
        pipeline_shown.coverage(pipeline_now(case), words), drawn(movement(case), words),
        ages_shown.ageing(ageing(case), words), ages_shown.slips(slips(case), words),
        receipts_shown.cash(cash, words), receipts_shown.overdue(cash, words),
        receipts_shown.ahead(cash, words),
    ]  # fmt: skip
    for view in views:
        assert view.html and "nan" not in re.sub("<svg.*?</svg>", "", view.html, flags=re.S).lower()
    others = {"Brian Qian", "David Li", "Frank Wu"} if scope == "rep:R001" else set()
    assert not any(one in view.html for one in others for view in views)
