"""Reasons of loss: their order and shares, what grew beyond chance, and competitors."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose import funnel, loss_pareto


def closed(month, reasons, *, won=0, amount=100.0):
    """Deals closed in a month: won ones, and lost ones by reason."""
    fates = [("won", None)] * won + [("lost", reason) for reason in reasons]
    return [
        {"opportunity_id": f"D{month}-{at}", "rep_id": "R1", "created_on": f"{month}-01",
         "closed_on": f"{month}-15", "stage": "lead", "status": status, "loss_reason": reason,
         "amount": amount}
        for at, (status, reason) in enumerate(fates)
    ]  # fmt: skip


def naming(case, rivals):
    """The case with the competitors of its deals by number."""
    deals = case.data.frame("opportunities")
    deals = deals.assign(competitor=deals["opportunity_id"].map(rivals).astype("str"))
    return replace(case, data=replace(case.data, frames={**case.data.frames,
                                                         "opportunities": deals}))  # fmt: skip


def test_order_shares_and_rates_by_hand(make_case):
    rows = closed("2025-08", ["price"] * 3 + ["need"] + [None], won=5)
    rows += closed("2024-09", ["price"] * 2 + ["delay"], won=1)
    rows[8]["amount"] = 600.0  # the one lost for `need`
    found = loss_pareto.reasons(make_case(opportunities=rows))
    assert found["reason"].tolist() == ["need", "price", "unknown"]
    assert found["count"].tolist() == [1, 3, 1]
    assert found["share"].tolist() == pytest.approx([0.6, 0.3, 0.1])
    assert found["cumulated"].tolist() == pytest.approx([0.6, 0.9, 1.0])
    assert found["rate"].tolist() == pytest.approx([0.1, 0.3, 0.1])
    assert found["rate_before"].tolist() == pytest.approx([0.0, 0.5, 0.0])
    assert math.isnan(found["p"].iloc[2]) and not found["grew"].any()


def test_the_reason_that_grew_is_found_and_is_not_gathered(make_case):
    names = list("abcdefg")
    rows = closed("2024-09", names * 10 + ["rival"], won=60, amount=50.0)
    rows += closed("2025-08", names * 10 + ["rival"] * 25, won=60, amount=50.0)
    for row in rows:
        row["amount"] = 1.0 if row["loss_reason"] == "rival" else row["amount"]
    found = loss_pareto.reasons(make_case(opportunities=rows), most=3)
    assert found["reason"].tolist() == ["a", "b", "c", "rival", "others"]
    assert found.set_index("reason")["grew"].to_dict() == {
        "a": False, "b": False, "c": False, "rival": True, "others": False
    }  # fmt: skip
    assert found["count"].sum() == 95 and found["cumulated"].iloc[-1] == pytest.approx(1)
    assert found.set_index("reason").loc["others", "count_before"] == 40


def test_a_reason_that_fell_has_not_grown(make_case):
    rows = closed("2024-09", ["price"] * 60, won=60) + closed("2025-08", ["price"] * 5, won=60)
    found = loss_pareto.reasons(make_case(opportunities=rows)).iloc[0]
    assert found["p"] < 0.001 and not found["grew"]


def test_new_reasons_of_few_deals_are_chance(make_case):
    rows = closed("2024-09", ["price"] * 10, won=10) + closed("2025-08", ["new"] * 2, won=3)
    assert not loss_pareto.reasons(make_case(opportunities=rows))["grew"].any()


def test_without_amounts_deals_are_counted(make_case):
    rows = closed("2025-08", ["price"] * 3 + ["need"], amount=None)
    found = loss_pareto.reasons(make_case(opportunities=rows))
    assert found["share"].tolist() == [0.75, 0.25]
    assert found["rate_before"].isna().all() and found["p"].isna().all()


@settings(max_examples=25, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(losses=st.lists(st.sampled_from(["a", "b", "c", "d", "others", None]), min_size=1,
                       max_size=30), most=st.integers(1, 5))  # fmt: skip
def test_gathering_keeps_the_sums(make_case, losses, most):
    case = make_case(opportunities=closed("2025-08", losses, won=2))
    whole, short = loss_pareto.reasons(case), loss_pareto.reasons(case, most=most)
    for name in ("count", "amount", "rate"):
        assert short[name].sum() == pytest.approx(whole[name].sum())
    assert short["cumulated"].is_monotonic_increasing and short["reason"].is_unique
    assert short["cumulated"].iloc[-1] == pytest.approx(1.0)
    assert whole["share"].is_monotonic_decreasing


def test_competitors_where_they_are_recorded(make_case):
    rows = closed("2025-08", ["price", "price", "need", None, "price"], won=5)
    case = naming(make_case(opportunities=rows),
                  {"D2025-08-5": "Acme", "D2025-08-6": "Acme", "D2025-08-7": "Acme",
                   "D2025-08-8": "<b>Bolt</b>"})  # fmt: skip
    found = loss_pareto.competitors(case).set_index("competitor")
    assert list(found.index) == ["Acme", "<b>Bolt</b>", "unknown"]
    assert found["count"].tolist() == [3, 1, 1]
    assert found["reason"].iloc[0] == "price" and found["reason"].iloc[1:].isna().all()
    assert found["share"].sum() == pytest.approx(1)


def test_the_gathered_competitors_have_their_own_most_frequent_reason(make_case):
    lost = ["need"] * 5 + ["price", "delay", "delay", "delay", "price"]
    names = ["Acme"] * 5 + ["others", "Bolt", "Core", "Core", None]
    case = naming(make_case(opportunities=closed("2025-08", lost)),
                  {f"D2025-08-{at}": name for at, name in enumerate(names)})  # fmt: skip
    short = loss_pareto.competitors(case, most=1)
    assert short["competitor"].tolist() == ["Acme", "others"]
    assert short["reason"].tolist() == ["need", "delay"]
    assert short["gathered"].tolist() == [False, True]
    whole = loss_pareto.competitors(case).set_index("competitor")
    assert whole.loc["others", "reason"] == "price" and not whole["gathered"].any()


def test_gathered_competitors_without_reasons_have_none(make_case):
    case = naming(make_case(opportunities=closed("2025-08", ["price", "price", None, None])),
                  dict(zip([f"D2025-08-{at}" for at in range(4)], ["Acme", "Acme", "Bolt", "Core"],
                           strict=True)))  # fmt: skip
    short = loss_pareto.competitors(case, most=1)
    assert short["gathered"].tolist() == [False, True] and short["reason"].isna().iloc[1]


def test_one_named_others_that_grew_stands_beside_the_gathered(make_case):
    names = list("abcdefg")
    rows = closed("2024-09", names * 10 + ["others"], won=60, amount=50.0)
    rows += closed("2025-08", names * 10 + ["others"] * 25, won=60, amount=50.0)
    found = loss_pareto.reasons(make_case(opportunities=rows), most=3)
    both = found[found["reason"] == "others"]
    assert both["gathered"].tolist() == [False, True] and both["count"].tolist() == [25, 50]


def test_what_is_not_recorded_is_said(make_case):
    assert loss_pareto.reasons(make_case()) == Unavailable(table="opportunities")
    assert loss_pareto.competitors(make_case()) == Unavailable(table="opportunities")
    kept = make_case(opportunities=closed("2025-08", [], won=3))
    assert loss_pareto.reasons(kept).reason == "no_losses"
    assert loss_pareto.competitors(kept).reason == "no_losses"
    lost = make_case(opportunities=closed("2025-08", ["price"]))
    assert loss_pareto.competitors(lost).reason == "no_competitors"
    assert loss_pareto.competitors(naming(lost, {})).reason == "no_competitors"


def test_deals_that_close_later_do_not_count(make_case):
    rows = closed("2025-08", ["price"]) + closed("2025-09", ["need"] * 5)
    case = make_case(opportunities=rows, as_of="2025-09-10")
    assert loss_pareto.reasons(case)["reason"].tolist() == ["price"]


def test_it_ranks_as_the_funnel_does_and_finds_what_was_planted(sample_company):
    _, _, case = sample_company
    east = reopen(case, scope="region:East")
    found, plain = loss_pareto.reasons(east), funnel.loss_reasons(east)
    pd.testing.assert_frame_equal(found[["reason", "count", "amount", "share"]], plain)
    assert found.loc[found["grew"], "reason"].tolist() == ["competitor product"]
    for scope in ("region:South", "region:West", "rep:R007"):
        assert not loss_pareto.reasons(reopen(case, scope=scope))["grew"].any(), scope
