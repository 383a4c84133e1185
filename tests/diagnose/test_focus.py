"""Focus: expected return by hand, shares that add up, and nobody ranked among too few."""

from __future__ import annotations

import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose.focus import COLUMNS, focus
from kit.diagnose.funnel import closed
from kit.diagnose.leaving_record import record
from kit.diagnose.reference import within


def business(**amounts) -> list[dict]:
    """An order a month by customer: (money before 2025-07, money since)."""
    return [
        {"date": f"{month}-15", "customer_id": name, "customer_class": "A",
         "amount": late if month >= pd.Period("2025-07") else early}
        for name, (early, late) in amounts.items()
        for month in pd.period_range("2023-06", "2025-09", freq="M")
        if (late if month >= pd.Period("2025-07") else early)
    ]  # fmt: skip


FOUR = {"C1": (100.0, 100.0), "C2": (100.0, 40.0), "C3": (100.0, 100.0), "C4": (300.0, 300.0)}


def test_expected_is_potential_times_probability_by_hand(make_case):
    found = focus(make_case(sales=business(**FOUR)))
    assert list(found.table.columns) == list(COLUMNS)
    rows = found.table.set_index("id")
    # C2 sold 120, and 300 in each earlier span; its peers sold 300, 300 and 900
    second = rows.loc["C2"]
    assert (second["now"], second["own_best"], second["peers"]) == pytest.approx((120, 300, 600))
    assert second["potential"] == pytest.approx(480.0)
    assert second["probability"] == pytest.approx(5 / 6)  # orders in all of the last four spans
    assert second["expected"] == pytest.approx(400.0)
    assert found.table["id"].iloc[0] == "C2"
    assert (found.count, found.picked, found.deals) == (4, 1, False)
    assert found.potential_share == pytest.approx(480 / rows["potential"].sum())


def test_shares_and_the_picked(make_case):
    many = {f"C{n:02d}": (100.0, 10.0 * n) for n in range(1, 11)}
    found = focus(make_case(sales=business(**many)))
    assert (found.count, found.picked) == (10, 2)
    assert found.table["top"].tolist() == [True] * 2 + [False] * 8
    assert found.table["share"].sum() == pytest.approx(1.0)
    assert found.table["cumulative"].iloc[-1] == pytest.approx(1.0)
    assert found.table["expected"].is_monotonic_decreasing
    assert found.expected_share == pytest.approx(found.table["share"].head(2).sum())


def test_the_win_rate_is_shrunk_to_the_scopes(make_case):
    deals = [
        {"opportunity_id": f"{name}{n}", "rep_id": "R1", "customer_id": name, "amount": 1.0,
         "created_on": "2025-05-01", "closed_on": "2025-06-01", "stage": "won",
         "status": "won" if n < won else "lost"}
        for name, won in (("C1", 10), ("C2", 0)) for n in range(10)
    ]  # fmt: skip
    found = focus(make_case(sales=business(**FOUR), opportunities=deals))
    chance = found.table.set_index("id")["probability"]
    assert chance["C1"] == pytest.approx(5 / 6 * (10 + 5) / 20)
    assert chance["C2"] == pytest.approx(5 / 6 * (0 + 5) / 20)
    assert chance["C3"] == pytest.approx(5 / 6 * 0.5)
    assert found.deals


def test_those_who_lapsed_are_left_out_where_nothing_tells_how_many_come_back(make_case):
    rows = business(**FOUR, C5=(500.0, 0.0))
    whole = focus(make_case(sales=rows))
    assert "C5" not in set(whole.table["id"])
    assert (whole.left_out, whole.left_as) == (1, "lapsed") and pd.isna(whole.comeback)
    team = focus(make_case(sales=rows, scope="team:East-1"))
    assert "C5" not in set(team.table["id"])
    assert (team.left_out, team.left_as) == (1, "handed_over")


def test_those_who_lapsed_have_the_chance_of_those_who_came_back(make_case):
    rows = business(**FOUR, C5=(500.0, 0.0))
    rows += [
        {"date": f"{month}-15", "customer_id": f"X{n}", "customer_class": "A", "amount": 50.0}
        for n in range(10) for month in pd.period_range("2023-06", "2024-05", freq="M")
    ]  # fmt: skip
    found = focus(make_case(sales=rows)).table.set_index("id")
    case = make_case(sales=rows)
    known = record(case).states.set_index("state").loc["lapsed"]
    back = known["customers"] - known["stayed_away"]
    assert back == 0 and known["customers"] >= 20
    assert found["lapsed"]["C5"] and not found["lapsed"]["C1"]
    assert found["probability"]["C5"] == pytest.approx(1 / (known["customers"] + 2))
    assert focus(case).comeback == pytest.approx(1 / (known["customers"] + 2))
    assert found["probability"]["C1"] == pytest.approx(5 / 6)


def test_too_few_and_too_short(make_case):
    two = {name: FOUR[name] for name in ("C1", "C2")}
    assert focus(make_case(sales=business(**two))) == Unavailable(
        reason="focus_few_customer", detail="2"
    )
    assert focus(make_case(sales=[])) == Unavailable(reason="focus_short")
    late = [row for row in business(**FOUR) if row["date"] >= "2025-08"]
    assert focus(make_case(sales=late)) == Unavailable(reason="focus_short")
    rep = make_case(sales=business(**FOUR), scope="rep:R1")
    assert focus(rep, by="part").reason == "focus_no_parts"


def test_nobody_below_the_own_best_has_no_potential(make_case):
    flat = {f"C{n}": (100.0, 400.0) for n in range(4)}
    found = focus(make_case(sales=business(**flat)))
    assert (found.table["potential"] == 0).all()
    assert pd.isna(found.potential_share) and pd.isna(found.expected_share)


def test_negative_months_and_the_same_names(make_case):
    rows = business(**FOUR) + [{"date": "2025-09-20", "customer_id": "C2", "amount": -500.0}]
    rows = [{**row, "customer": "Same"} for row in rows]
    found = focus(make_case(sales=rows))
    assert found.table["part"].is_unique and (found.table["potential"] >= 0).all()


def test_regions_of_the_sample(sample_company):
    _, _, company = sample_company
    found = focus(company, by="part")
    assert (found.by, found.count, found.picked) == ("region", 4, 1)
    assert found.window == "period"
    east = found.table.set_index("id").loc["East"]
    deals = within(closed(reopen(company, scope="region:East")), company.period.start,
                   company.period.end)  # fmt: skip
    assert east["probability"] == pytest.approx((deals["status"] == "won").mean(), abs=0.01)
    assert focus(reopen(company, scope="region:East"), by="part").reason == "focus_few_team"
    lost = focus(company, by="customer").table.set_index("id")
    assert lost["lapsed"]["C0160"] and not lost["top"]["C0160"]  # the planted lost customer
    west = focus(reopen(company, scope="region:West"))
    assert "C0160" not in set(west.table["id"]) and west.left_as == "lapsed"
