"""KPIs: each by hand on a small company, beside the diagnosis of the same parts, and anonymous."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.review.kpi_parts import of_children
from kit.review.kpi_sales import high_margin_lines
from kit.review.kpi_values import KPIS, Found, values
from kit.review.kpis import kpis

DAYS = {"created_on": "2025-06-10", "stage": "proposal"}


def _sale(date, amount, *, rep="R1", customer="C1", **more):
    return {"rep_id": rep, "date": date, "amount": amount, "customer_id": customer,
            "customer_since": "2019-01-01", "cost": amount / 2, **more}  # fmt: skip


def _deal(number, status, amount, **more):
    return {"opportunity_id": f"D{number}", "rep_id": "R1", "status": status, "amount": amount,
            "closed_on": None if status == "open" else "2025-07-10", **DAYS, **more}  # fmt: skip


def _invoice(number, due, received, amount):
    return {"invoice_id": f"I{number}", "rep_id": "R1", "invoiced_on": "2025-06-20",
            "due_on": due, "received_on": received, "amount": amount}  # fmt: skip


def _target(amount, *, period="2025Q3", measure="bookings", scope="region:East"):
    return {"scope": scope, "period": period, "measure": measure, "version": 1, "target": amount}


SALES = [
    _sale("2023-09-01", 10.0), _sale("2024-05-10", 40.0), _sale("2024-08-10", 80.0),
    _sale("2025-05-10", 50.0), _sale("2025-08-10", 60.0, line="premium", cost=12.0),
    _sale("2025-08-11", 40.0, customer="C2", customer_since="2025-08-11"),
]  # fmt: skip


@pytest.fixture
def region(make_case):
    return make_case(
        sales=SALES,
        targets=[_target(200.0), _target(90.0, measure="margin"), _target(400.0, period="2025Q4")],
        opportunities=[
            _deal(1, "won", 30.0), _deal(2, "won", 50.0, closed_on="2025-07-30"),
            _deal(3, "lost", 20.0), _deal(4, "lost", 100.0),
            _deal(5, "open", 60.0, expected_close_on="2025-11-01"),
            _deal(6, "open", 500.0, expected_close_on="2026-03-01"),
        ],
        receipts=[
            _invoice(1, "2025-07-20", "2025-07-25", 100.0), _invoice(2, "2025-08-20", None, 60.0),
            _invoice(3, "2025-09-20", "2025-10-05", 40.0), _invoice(4, "2025-06-25", None, 900.0),
            _invoice(5, "2025-08-20", None, -70.0),
        ],
    )  # fmt: skip


def test_each_figure_by_hand(region):
    found = kpis(region).set_index("kpi")["value"]
    assert list(found.index) == list(KPIS)
    by_hand = {
        "revenue": 100.0, "growth": 0.25, "margin_rate": 0.68, "high_margin_share": 0.6,
        "win_rate_count": 0.5, "win_rate_amount": 0.4, "cycle_days": 40.0, "deal_size": 40.0,
        "new_customer_share": 0.4, "collections_rate": 0.5, "coverage_next": 60 / 400,
        "customers_kept": 1.0, "repeat_rate": 0.5, "productivity": 100.0,
    }  # fmt: skip
    for name, expected in by_hand.items():
        assert found[name] == pytest.approx(expected), name
    assert found[["satisfaction", "expense_ratio"]].isna().all()


def test_what_a_figure_is_held_against(region):
    found = kpis(region).set_index("kpi")
    assert found.loc["revenue", ["target", "last_period", "last_year"]].tolist() == [200, 50, 80]
    assert found.loc["growth", "target"] == pytest.approx(200 / 80 - 1)
    assert found.loc["margin_rate", "target"] == pytest.approx(0.45)
    assert found.loc["coverage_next", "basis"] == "next_target"
    assert found.loc["productivity", "target"] == pytest.approx(200.0)
    assert found.loc["high_margin_share", "detail"] == ("premium",)


def test_without_a_next_target_this_one_stands_in(make_case):
    deals = [_deal(1, "open", 60.0, expected_close_on="2025-11-01")]
    case = make_case(sales=SALES, opportunities=deals, targets=[_target(200.0)])
    row = kpis(case).set_index("kpi").loc["coverage_next"]
    assert (row["value"], row["basis"]) == (pytest.approx(0.3), "this_target")


def test_what_is_unknown_says_why(make_case):
    found = kpis(make_case(sales=SALES, opportunities=[])).set_index("kpi")
    assert found.loc["collections_rate", "table"] == "receipts"
    assert found.loc["win_rate_count", "reason"] == "no_decided_deals"
    assert found.loc["coverage_next", "reason"] == "no_target_to_cover"
    assert found.loc[found["value"].isna(), ["reason", "table"]].notna().any(axis=1).all()


def test_lines_may_be_named(make_case):
    given = {"review.scorecard.high_margin_lines": ["standard"]}
    case = make_case(sales=SALES, settings=given)
    assert high_margin_lines(case) == ("standard",)
    assert kpis(case).set_index("kpi").at["high_margin_share", "value"] == pytest.approx(0.4)
    assert high_margin_lines(make_case(sales=SALES[:3])) == ()


def test_the_best_part_is_named_and_few_deals_do_not_make_it_the_best(make_case):
    roster = [
        {"rep_id": rep, "valid_from": "2020-01-01", "name": rep, "team": "E1", "region": "East"}
        for rep in ("R1", "R2", "R3")
    ]
    deals = [_deal(n, "won" if n % 2 else "lost", 9.0) for n in range(20)]
    deals += [_deal(n, "won" if n % 4 else "lost", 9.0, rep_id="R2") for n in range(20, 40)]
    deals += [_deal(99, "won", 9.0, rep_id="R3")]
    sales = [_sale("2025-08-10", 60.0), _sale("2025-08-10", 90.0, rep="R2")]
    case = make_case(sales=sales, roster=roster, opportunities=deals, scope="team:E1")
    found = kpis(case).set_index("kpi")
    assert found.loc["revenue", ["best", "best_name", "best_of"]].isna().all()  # a sum: no best
    assert found.loc["win_rate_count", ["best", "best_name"]].tolist() == [0.75, "R2"]


def _peers(count, high):
    figures = {"bookings": 30.0, "margin": 12.0, "won": 3.0, "lost": 9.0}
    return [
        {"month": pd.Timestamp(f"2025-{month:02d}-01"), "measure": name, "peers": count,
         "mean": mean, "median": mean, "low": high and mean - 5, "high": high and mean + 5}
        for month in (7, 8, 9) for name, mean in figures.items()
    ]  # fmt: skip


def test_a_rep_stands_beside_anonymous_peers(make_case):
    case = make_case(sales=SALES, scope="rep:R1", peers=_peers(6, 1.0), opportunities=[])
    found = kpis(case).set_index("kpi")
    columns = ["best", "best_of", "peers"]
    assert found.loc["revenue", columns].tolist() == [105.0, "upper_quartile", 6]
    assert found.loc["margin_rate", columns].tolist() == [pytest.approx(0.4), "peers_mean", 6]
    assert found.loc["win_rate_count", "best"] == pytest.approx(0.25)
    assert found["best_name"].isna().all()


def test_of_three_peers_the_mean_alone_is_told(make_case):
    case = make_case(sales=SALES, scope="rep:R1", peers=_peers(3, None))
    row = kpis(case).set_index("kpi").loc["revenue"]
    assert (row["best"], row["best_of"]) == (90.0, "peers_mean")
    part_of_a_month = make_case(
        sales=SALES, scope="rep:R1", as_of="2025-09-15", peers=_peers(6, 1.0)
    )
    assert kpis(part_of_a_month)["best"].isna().all()


@pytest.mark.parametrize("tables", [
    {"sales": []},
    {"sales": [_sale("2025-07-10", -5.0)], "opportunities": [], "receipts": []},
    {"sales": [_sale("2025-07-10", 0.0, cost=None, customer=None)], "targets": [_target(0.0)]},
    {"sales": SALES, "opportunities": [_deal(1, "won", 0.0)], "targets": [_target(-5.0)]},
])  # fmt: skip
@pytest.mark.parametrize("scope", ["company", "region:East", "rep:R1"])
def test_nothing_breaks_on_little_data(make_case, tables, scope):
    found = kpis(make_case(**tables, scope=scope))
    numbers = found.select_dtypes("number").to_numpy(dtype=float)
    assert list(found["kpi"]) == list(KPIS) and not np.isinf(numbers).any()


def test_before_the_period_begins_nothing_is_known(make_case):
    found = kpis(make_case(sales=SALES, as_of="2025-06-30"))
    assert isinstance(found, Unavailable) and found.reason == "not_started"


def test_parts_give_what_their_own_packets_would(sample_company):
    case = sample_company[2]
    lines = high_margin_lines(case)
    for name in ("East", "North"):
        part, own = of_children(case)[name], reopen(case, scope=f"region:{name}")
        here, there = values(part, lines), values(own, lines)
        for kpi in KPIS:
            assert isinstance(here[kpi], Found), kpi
            assert here[kpi].value == pytest.approx(there[kpi].value), kpi


def test_revenue_of_the_parts_sums_to_the_whole(sample_company):
    case = sample_company[2]
    whole = values(case)["revenue"].value
    assert sum(values(one)["revenue"].value for one in of_children(case).values()) == pytest.approx(
        whole
    )


def test_what_was_planted_shows(sample_company):
    case = sample_company[2]
    east = kpis(reopen(case, scope="region:East")).set_index("kpi")
    assert east.at["win_rate_count", "value"] < 0.75 * east.at["win_rate_count", "last_year"]
    company = kpis(case).set_index("kpi")
    assert company.at["win_rate_count", "best_name"] != "East"
    assert company["value"].notna().all()
