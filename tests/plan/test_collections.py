"""The collections plan: delays learned with open invoices, and cash that sums exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from kit.data.tables import Unavailable
from kit.plan.collections import collections
from kit.plan.delays import delays
from kit.plan.payments import habits
from kit.plan.schedule import due
from kit.show import needs
from kit.show.words import Words

DAYS = pd.date_range("2024-01-01", "2025-06-30")
CUTOFF = pd.Timestamp("2025-06-30")
WAIT = 45


def orders(days=DAYS, amount=1000.0):
    return [{"date": day, "amount": amount, "order_id": f"O{at}"} for at, day in enumerate(days)]


def invoices(days=DAYS, amount=1000.0, wait=WAIT, lag=0):
    rows = []
    for at, day in enumerate(days):
        invoiced = day + pd.Timedelta(lag, "D")
        waited = wait[at] if isinstance(wait, (list, np.ndarray)) else wait
        received = invoiced + pd.Timedelta(int(waited), "D")
        rows.append({"invoice_id": f"I{at}", "order_id": f"O{at}", "rep_id": "R1",
                     "invoiced_on": invoiced, "due_on": invoiced + pd.Timedelta(30, "D"),
                     "received_on": received, "amount": amount})  # fmt: skip
    return rows


def test_fixed_delays_by_hand(make_case):
    case = make_case(sales=orders(), receipts=invoices())
    found = collections(case, 900_000.0)
    owing = due(case, 900_000.0)
    assert (found.collectible, found.days_median, found.days_slow) == pytest.approx((1, 45, 45))
    by_hand = [owing.get(end - pd.Timedelta(WAIT, "D"), 0.0)
               for end in pd.to_datetime(["2025-07-31", "2025-08-31", "2025-09-30"])]  # fmt: skip
    assert found.months["from_plan"].cumsum().tolist() == pytest.approx(by_hand, abs=0.02)
    # 45 days of 1,000 are open; the oldest is paid on 1 July and the youngest on 14 August.
    assert found.open_now == 45_000
    assert found.months["from_before"].tolist() == pytest.approx([31_000, 14_000, 0])
    assert found.overdue_now == 15_000
    assert found.dso == pytest.approx(45) and found.before_beyond == pytest.approx(0, abs=0.01)
    assert found.months["last_year"].tolist() == [31_000, 31_000, 30_000]


def test_money_sums_exactly(make_case):
    found = collections(make_case(sales=orders(), receipts=invoices()), 123_457.0)
    assert found.from_plan + found.beyond == pytest.approx(123_457 * found.collectible, abs=1e-9)
    months = found.months
    both = months["from_before"] + months["from_plan"]
    assert np.allclose(both, months["collections"], atol=1e-9)
    assert months["collections"].sum() == pytest.approx(found.collections, abs=0.005)
    assert months["target"].sum() == pytest.approx(123_457)


def test_taxes_and_unpaid_invoices_make_the_collectible_share(make_case):
    rows = invoices(amount=1130.0, lag=3)
    for at in range(0, len(rows), 10):
        rows[at]["received_on"] = None  # one in ten is never paid
    found = collections(make_case(sales=orders(), receipts=rows), 900_000.0)
    assert found.collectible == pytest.approx(1.13 * 0.9, abs=0.005)
    assert found.order_days == 48 and found.days_median == 45
    assert found.from_plan + found.beyond == pytest.approx(900_000 * found.collectible)
    assert found.before_beyond > 50 * 1130


def test_orders_not_invoiced_yet_still_bring_cash(make_case):
    case = make_case(sales=orders(), receipts=invoices(lag=5))
    assert habits(case).waiting["amount"].tolist() == [1000.0] * 5
    found = collections(case, 900_000.0)
    assert found.months["from_before"].sum() == pytest.approx(50_000)


def test_a_plan_made_early_counts_what_is_booked_meanwhile(make_case):
    early = make_case(sales=orders(), receipts=invoices(), as_of="2025-05-31")
    found = collections(early, 900_000.0)
    # June is expected as last June; growth is not known with less than two years of data.
    assert found.months["from_before"].sum() == pytest.approx(45_000, rel=0.1)
    assert found.open_now == 45_000


def test_open_invoices_do_not_make_payers_quick():
    rng = np.random.default_rng(5)
    start, wait = rng.integers(0, 120, 4000), rng.exponential(60, 4000)
    end = np.minimum(start + wait, 150)
    paid = start + wait <= 150
    found = delays(end - start, paid, amounts=np.ones(4000))
    assert found.within(np.array([42]))[0] == pytest.approx(1 - np.exp(-42.5 / 60), abs=0.03)
    assert np.median(wait[paid]) < 30 < found.within(np.array([42]))[0] * 60


def test_delays_are_kaplan_meier(make_case):
    rng = np.random.default_rng(11)
    waited, paid = rng.integers(0, 90, 500), rng.uniform(size=500) < 0.7
    data = stats.CensoredData(uncensored=waited[paid], right=waited[~paid])
    theirs = stats.ecdf(data).cdf
    mine = delays(waited, paid, amounts=np.full(500, 3.0)).within(theirs.quantiles.astype(int))
    assert np.allclose(mine, theirs.probabilities)


def test_late_entry_and_weights_by_counting():
    rng = np.random.default_rng(2)
    entry = rng.integers(0, 20, 300)
    waited = entry + rng.integers(0, 60, 300)
    paid, money = rng.uniform(size=300) < 0.8, rng.integers(1, 5, 300)
    unpaid, by_hand = 1.0, []
    for day in range(waited.max() + 1):
        at_risk = money[(entry <= day) & (waited >= day)].sum()
        came = money[(waited == day) & paid].sum()
        unpaid *= 1 - (came / at_risk if at_risk else 0)
        by_hand.append(1 - unpaid)
    mine = delays(waited, paid, amounts=money, entered=entry)
    assert np.allclose(mine.within(np.arange(len(by_hand))), by_hand)


def test_new_habits_replace_old_ones(make_case):
    late = pd.Timestamp("2024-11-01")
    wait = [20 if day < late else 60 for day in DAYS]
    found = collections(make_case(sales=orders(), receipts=invoices(wait=wait)), 900_000.0)
    assert found.days_median == 60


def test_terms_have_delays_of_their_own(make_case):
    rows = invoices(wait=[10 if at % 2 else 70 for at in range(len(DAYS))])
    for at, one in enumerate(rows):
        one["due_on"] = one["invoiced_on"] + pd.Timedelta(0 if at % 2 else 60, "D")
    found = habits(make_case(sales=orders(), receipts=rows))
    assert {terms: one.days(0.5) for terms, one in found.by_terms.items()} == {0: 10, 60: 70}


def test_what_comes_after_the_cutoff_changes_nothing(make_case):
    plain = collections(make_case(sales=orders(), receipts=invoices()), 900_000.0)
    longer = pd.date_range("2024-01-01", "2025-09-30")
    later = make_case(sales=orders(longer), receipts=invoices(longer))
    assert collections(later, 900_000.0).months.equals(plain.months)


def test_what_is_missing_is_said(make_case):
    gone = Unavailable(reason="no_basis")
    case = make_case(sales=orders(), receipts=invoices())
    assert collections(case, gone) is gone
    assert collections(make_case(sales=orders()), 1.0) == Unavailable(table="receipts")
    few = collections(make_case(sales=orders(), receipts=invoices(DAYS[:29])), 1.0)
    assert few == Unavailable(reason="few_receipts", detail="29")


@given(
    wait=st.lists(st.integers(0, 400), min_size=60, max_size=60),
    amount=st.floats(0, 1e9),
    open_share=st.floats(0, 0.4),
)
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_cash_always_sums(make_case, wait, amount, open_share):
    days = pd.date_range("2024-03-01", periods=60, freq="5D")
    rows = invoices(days, wait=wait)
    for at in range(int(open_share * 60)):
        rows[at * 2]["received_on"] = None
    found = collections(make_case(sales=orders(days), receipts=rows), amount)
    if isinstance(found, Unavailable):
        assert found.reason == "few_receipts"
        return
    assert found.from_plan + found.beyond == pytest.approx(amount * found.collectible, abs=0.01)
    assert (found.months[["from_plan", "from_before"]] >= -0.011).all().all()
    assert 0 <= found.collectible <= 1 + 1e-9 and found.beyond >= -0.011


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_seen(make_case, language):
    words = Words(language, "CNY")
    found = collections(make_case(sales=orders(), receipts=invoices()), 900_000.0)
    view = needs.collections(found, words)
    assert "<svg" in view.html and "needs." not in view.html
    assert words.money(found.beyond) in view.html
    assert needs.collections(Unavailable(table="receipts"), words).title


def test_invoices_of_a_scope_without_any_order_have_habits_too(make_case):
    found = habits(make_case(sales=orders()[:0], receipts=invoices()))
    assert found.from_invoice.days(0.5) == WAIT and len(found.waiting) == 0
