"""SWOT: each finding has a figure, and pairs concern the same place."""

from __future__ import annotations

import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose.crossing import PAIR_COLUMNS
from kit.diagnose.market_share import market_share
from kit.diagnose.swot import COLUMNS, swot


def business(**late) -> list[dict]:
    """Two lines of ten customers; pieces of a line from 2025-07 as given."""
    rows = []
    for month in pd.period_range("2023-01", "2025-09", freq="M"):
        for number in range(10):
            line = ("pumps", "meters")[number % 2]
            pieces = late.get(line, 10.0) if month >= pd.Period("2025-07") else 10.0
            rows.append({"date": f"{month}-{1 + number:02d}", "customer_id": f"C{number}",
                         "line": line, "product_id": line, "quantity": pieces,
                         "amount": 10.0 * pieces, "list_amount": 10.0 * pieces})  # fmt: skip
    return rows


TARGET = {"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1,
          "target": 3000.0}  # fmt: skip


def market(**now) -> list[dict]:
    return [
        {"period": period, "region": "East", "line": line, "competitor_share": 0.2,
         "market_size": size if period == "2025Q3" else 10_000.0,
         "own_share": share if period == "2025Q3" else 0.15}
        for line, (size, share) in now.items() for period in ("2024Q3", "2025Q3")
    ]  # fmt: skip


def quadrants(found):
    return {
        name: set(zip(rows["finding"], rows["subject"], strict=True))
        for name, rows in found.entries.groupby("quadrant")
    }


def test_inside_and_outside_of_the_same_line_meet(make_case):
    case = make_case(
        sales=business(pumps=5.0, meters=15.0), targets=[TARGET],
        market=market(pumps=(10_000.0, 0.05), meters=(16_000.0, 0.15)), events=[],
    )  # fmt: skip
    found = swot(case)
    assert list(found.entries.columns) == list(COLUMNS)
    assert list(found.pairs.columns) == list(PAIR_COLUMNS)
    told = quadrants(found)
    assert ("part_ahead", "meters") in told["strength"]
    assert ("part_behind", "pumps") in told["weakness"]
    assert told["opportunity"] == {("market_growth", "East · meters")}
    assert told["threat"] == {("share_lost", "East · pumps")}
    pairs = found.pairs.set_index("pair")["where"].to_dict()
    assert pairs == {"so": ("line:meters",), "wt": ("line:pumps",)}
    money = found.entries.set_index("finding")["effect"]
    assert money["market_growth"] == pytest.approx(900.0)
    assert money["share_lost"] == pytest.approx(-1000.0)
    assert found.missing == () and found.market is None


def test_missing_tables_are_named(make_case):
    found = swot(make_case(sales=business(pumps=5.0), targets=[TARGET]))
    assert found.missing == ("market", "events") and found.market is None
    assert not set(found.entries["quadrant"]) & {"threat"}
    one = market(pumps=(1.0, 0.1))[1:]
    found = swot(make_case(sales=business(pumps=5.0), targets=[TARGET], market=one, events=[]))
    assert found.missing == () and found.market.reason == "no_market_pair"


def test_a_lost_customer_is_an_opportunity_to_win_back(make_case):
    rows = [row for row in business() if row["customer_id"] != "C4" or row["date"] < "2025-06"]
    found = swot(make_case(sales=rows, targets=[TARGET]))
    one = found.entries[found.entries["finding"] == "win_back"].iloc[0]
    assert (one["quadrant"], one["subject"]) == ("opportunity", "Customer C4")
    assert one["effect"] == pytest.approx(300.0)
    assert one["touches"] == ("region:East", "line:pumps")


def test_what_differs_in_region_does_not_meet(sample_company):
    _, _, company = sample_company
    found = swot(company)
    assert {"weakness", "opportunity", "threat"} <= set(found.entries["quadrant"])
    touches = found.entries["touches"].map(lambda both: dict(one.split(":") for one in both
                                                             if ":" in one))  # fmt: skip
    for one in found.pairs.itertuples():
        inside, outside = touches[one.inside], touches[one.outside]
        assert all(inside[key] == outside[key] for key in inside.keys() & outside.keys())
    signs = found.entries["quadrant"].isin(["strength", "opportunity"])
    known = found.entries["effect"].notna()
    assert ((found.entries["effect"] > 0) == signs)[known].all()
    assert found.entries.groupby("quadrant").size().max() <= 4


def test_the_competitor_in_the_east_is_a_threat_beside_the_fallen_conversion(sample_company):
    _, _, company = sample_company
    found = swot(reopen(company, scope="region:East"))
    threats = found.entries[found.entries["quadrant"] == "threat"]
    assert threats["finding"].iloc[0] == "event_share"
    assert threats["facts"].iloc[0]["competitor"] > threats["facts"].iloc[0]["competitor_before"]
    whole = found.pairs[found.pairs["where"] == ("whole",)]
    assert set(whole["pair"]) == {"wt"}


def test_a_rep_reads_own_rows_only(sample_company):
    _, _, company = sample_company
    found = swot(reopen(company, scope="rep:R018"))
    assert not set(found.entries["finding"]) & {"market_growth", "share_lost"}


def test_empty_and_unavailable(make_case):
    case = make_case(sales=[{"date": "2025-08-01", "amount": 3000.0}], targets=[TARGET])
    found = swot(case)
    assert found.pairs.empty
    assert isinstance(swot(make_case(sales=[])), Unavailable)


def test_a_growing_market_where_more_share_was_lost_is_no_opportunity(make_case):
    case = make_case(
        sales=business(pumps=5.0), targets=[TARGET], events=[],
        market=market(pumps=(12_000.0, 0.05), meters=(12_000.0, 0.14)),
    )  # fmt: skip
    told = quadrants(swot(case))
    assert told["opportunity"] == {("market_growth", "East · meters")}  # +300 against −120
    assert ("share_lost", "East · pumps") in told["threat"]  # +300 against −1,200


def test_shares_are_those_of_the_market_room(sample_company):
    _, _, company = sample_company
    cells = market_share(company).cells.set_index(["region", "line"])
    rows = swot(company).entries
    rows = rows[rows["finding"].isin(["share_gained", "share_lost"])]
    assert len(rows)
    for facts in rows["facts"]:
        assert facts["share"] == cells.loc[(facts["region"], facts["line"]), "share"]
