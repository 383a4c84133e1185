"""The fishbone: evidence with its money, and no evidence told apart from no data."""

from __future__ import annotations

import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose import causes as listed
from kit.diagnose.fishbone import CATEGORIES, COLUMNS, fishbone

TARGET = {"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1,
          "target": 1000.0}  # fmt: skip
YEAR = [
    {"date": f"{month}-01", "amount": 300.0, "quantity": 3.0, "list_amount": 300.0}
    for month in pd.period_range("2023-01", "2025-06", freq="M")
]


def row(cause, category, effect, **more):
    base = {"cause": cause, "subject": "", "category": category, "effect": effect, "share": 0.1}
    base |= {"evidence": cause, "facts": {}, "owner_role": "sales_manager", "action": ""}
    return {**base, **more}


def short(make_case, **more):
    sales = [*YEAR, {"date": "2025-08-01", "amount": 100.0}]
    return make_case(sales=sales, targets=[TARGET], **more)


def test_each_field_has_a_bone_and_the_largest_has_the_full_weight(make_case):
    case = short(make_case)
    table = pd.DataFrame(
        [row("price", "product", -400.0), row("capacity", "people", -100.0),
         row("new_customer", "market", 50.0)]
    )  # fmt: skip
    found = fishbone(case, found=table)
    bones = found.bones
    assert list(bones.columns) == list(COLUMNS)
    assert tuple(dict.fromkeys(bones["category"])) == CATEGORIES
    weights = bones.set_index("category")["weight"]
    assert weights["product"] == 1.0 and weights["people"] == pytest.approx(0.25)
    assert bones.set_index("category").loc["market", "state"] == "nothing"  # what helped is no bone
    assert found.variance == pytest.approx(-900.0)


def test_no_data_is_told_apart_from_nothing_found(make_case):
    bones = fishbone(short(make_case)).bones.set_index("category")
    assert bones.loc["method", "state"] == "no_data"
    assert bones.loc["method", "missing"] == ("opportunities", "stage_events")
    assert bones.loc["people", "state"] == "nothing"
    young = make_case(sales=[{"date": "2025-08-01", "amount": 100.0}], targets=[TARGET])
    bones = fishbone(young).bones.set_index("category")
    assert bones.loc["product", "state"] == bones.loc["market", "state"] == "no_data"


def test_the_third_cause_and_later_are_gathered(make_case):
    rows = [row("price", "product", -100.0 * n, subject=str(n)) for n in (1, 2, 3, 4)]
    table = pd.DataFrame(rows)
    bones = fishbone(short(make_case), found=table).bones
    own = bones[bones["category"] == "product"]
    assert own["effect"].tolist() == [-400.0, -300.0, -300.0] and own["count"].tolist() == [1, 1, 2]
    assert own["effect"].sum() == pytest.approx(table["effect"].sum())


def test_columns_that_causes_may_have_are_kept(make_case):
    table = pd.DataFrame([row("price", "product", -400.0, confidence="likely", section="effects")])
    own = fishbone(short(make_case), found=table).bones.set_index("category").loc["product"]
    assert (own["confidence"], own["section"]) == ("likely", "effects")


def test_records_nobody_keeps_are_evidence_without_money(make_case):
    waiting = [
        {"opportunity_id": f"{n}", "rep_id": "R1", "created_on": "2025-05-01", "status": "open",
         "expected_close_on": "2025-07-01", "stage": "lead", "amount": 1.0} for n in range(60)
    ]  # fmt: skip
    bones = fishbone(short(make_case, opportunities=waiting)).bones.set_index("category")
    tools = bones.loc["tools"]
    assert (tools["state"], tools["cause"]) == ("found", "missing_tracking")
    assert pd.isna(tools["effect"]) and tools["weight"] == 0.0


def test_what_causes_cannot_tell_passes_through(make_case):
    case = make_case(sales=[], as_of="2025-09-30")
    assert isinstance(fishbone(case), Unavailable)
    gone = Unavailable(reason="no_reference")
    assert fishbone(case, found=gone) is gone


def test_on_the_sample_the_money_of_the_bones_is_that_of_the_causes(sample_company):
    _, _, company = sample_company
    for scope in ("company", "region:East", "region:South"):
        case = reopen(company, scope=scope)
        found, table = fishbone(case), listed.causes(case)
        named = table[(table["effect"] < 0) & (table["cause"] != "unexplained")]
        bones = found.bones[found.bones["cause"] != "unexplained"]
        assert bones["effect"].sum() == pytest.approx(named["effect"].sum())
