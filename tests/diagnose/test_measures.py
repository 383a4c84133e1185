"""Measures: money from the cause's own interval, nothing against what is not confirmed; relief."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose.catalogue import CAUSES
from kit.diagnose.measures import COLUMNS, measures
from kit.diagnose.target_relief import relief
from kit.settings.measures import KINDS, USUAL, Measure

TARGET = {"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1,
          "target": 1000.0}  # fmt: skip


def row(cause, effect, category="product", **more):
    base = {"cause": cause, "subject": "pumps", "category": category, "effect": effect,
            "share": 0.1, "evidence": cause, "facts": {"line": "pumps"},
            "owner_role": "sales_manager", "action": ""}  # fmt: skip
    return {**base, **more}


@pytest.fixture
def short(make_case):
    def build(**more):
        return make_case(**{"sales": [{"date": "2025-08-01", "amount": 100.0}],
                            "targets": [TARGET], **more})  # fmt: skip

    return build


def test_expected_money_is_the_interval_times_the_assumed_share(short):
    table = pd.DataFrame([row("price", -500.0, low=-600.0, high=-400.0, confidence="confirmed")])
    found = measures(short(), found=table)
    assert list(found.table.columns) == list(COLUMNS)
    one = found.table.iloc[0]
    assert (one["measure"], one["kind"], one["owner_role"]) == ("discount_limit", "procedure",
                                                                "pricing_manager")  # fmt: skip
    assert (one["expected_low"], one["expected_high"]) == pytest.approx((160.0, 480.0))
    assert (one["effort"], one["metric"]) == ("low", "discount")
    assert one["due_on"] == dt.date(2025, 12, 29)
    assert (found.low, found.high) == pytest.approx((160.0, 480.0))
    assert (found.confirmed, found.open) == (1, 0)


def test_an_interval_that_holds_zero_may_bring_nothing(short):
    table = pd.DataFrame([row("price", -100.0, low=-300.0, high=100.0, confidence="confirmed")])
    one = measures(short(), found=table).table.iloc[0]
    assert one["expected_low"] == 0.0 and one["expected_high"] == pytest.approx(240.0)


def test_what_is_not_confirmed_is_verified_first(short):
    table = pd.DataFrame(
        [row("price", -500.0, confidence="likely"), row("deals", -400.0, "method",
                                                        confidence="confirmed")]
    )  # fmt: skip
    found = measures(short(), found=table)
    assert found.table["measure"].tolist() == ["lead_campaign", "answer_leads", "verify"]
    last = found.table.iloc[-1]
    assert math.isnan(last["expected_high"]) and last["due_on"] == dt.date(2025, 10, 30)
    assert (found.confirmed, found.open) == (1, 1)


def test_without_the_column_a_tested_evidence_confirms(short):
    table = pd.DataFrame(
        [row("volume_part", -500.0, evidence="volume_part_untested"), row("price", -300.0),
         row("gone_customer", -200.0, "market")]
    )  # fmt: skip
    found = measures(short(), found=table)
    assert (found.confirmed, found.open) == (1, 2)


def test_only_what_costs_and_is_explained_gets_measures(short):
    table = pd.DataFrame([row("price", 500.0), row("unexplained", -900.0, "data")])
    found = measures(short(), found=table)
    assert found.table.empty and (found.low, found.high) == (0.0, 0.0)


def test_the_company_may_add_replace_and_switch_off(short):
    own = {"discount_limit": {"causes": []}, "list": {
        "causes": ["price"], "kind": "price_product", "text": "New price list", "owner": "Ms Li",
        "days": [30, 50], "recovers": [0.5, 0.9], "metric": "margin"}}  # fmt: skip
    case = short(settings={"diagnose.measures.catalogue": own})
    found = measures(case, found=pd.DataFrame([row("price", -100.0)]))
    assert found.table["measure"].tolist() == ["list", "train_negotiation"]
    first = found.table.iloc[0]
    assert (first["text"], first["effort"]) == ("New price list", "high")


def test_a_cause_without_a_measure_gets_that_of_its_category(short):
    found = measures(short(), found=pd.DataFrame([row("something_new", -100.0, "tools")]))
    assert found.table["measure"].tolist() == ["review_with_team"]


def test_the_catalogue_knows_every_cause_and_kind():
    known = {cause for one in USUAL.values() for cause in one.causes}
    named = {name for name, one in CAUSES.items() if one.costs} - {"unexplained"}
    assert all(name in known or CAUSES[name].category in known for name in named)
    assert {one.kind for one in USUAL.values()} <= set(KINDS)
    with pytest.raises(ValueError, match="recovers goes from the lower"):
        Measure(recovers=(0.5, 0.2))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.floats(-1e6, -1.0), st.floats(0, 1e5), st.floats(0, 1e5))
def test_no_measure_brings_more_than_the_cause_costs(short, effect, below, above):
    table = pd.DataFrame([row("price", effect, low=effect - below, high=effect + above)])
    for one in measures(short(), found=table).table.to_dict("records"):
        assert 0 <= one["expected_low"] <= one["expected_high"] <= -(effect - below) + 1e-6


def test_measures_on_the_sample(sample_company):
    _, _, company = sample_company
    south = measures(reopen(company, scope="region:South")).table
    assert south["measure"].iloc[0] == "discount_limit"
    east = measures(reopen(company, scope="region:East")).table
    assert set(east["measure"]) == {"train_step", "counter_offer"}


def test_relief_counts_only_what_is_outside_and_stays_within_the_share(short):
    table = pd.DataFrame(
        [row("supply", -300.0, "market", confidence="confirmed"), row("price", -600.0),
         row("market", -50.0, "market", confidence="likely")]
    )  # fmt: skip
    found = relief(short(), found=table)
    assert found.causes["cause"].tolist() == ["supply"]
    assert (found.amount, found.proposed, found.limit) == pytest.approx((100.0, 900.0, "share"))
    assert found.period == "2025Q4" and found.closed
    less = relief(short(), found=pd.DataFrame([row("supply", -30.0, confidence="confirmed")]))
    assert (less.amount, less.limit) == (pytest.approx(30.0), "")


def test_relief_takes_the_earlier_one_into_account(short):
    lower = {**TARGET, "version": 2, "target": 940.0, "reason": "less market [evidence: x]"}
    table = pd.DataFrame([row("supply", -300.0, confidence="confirmed")])
    found = relief(short(targets=[TARGET, lower]), found=table)
    assert (found.before, found.standing) == (1000.0, 940.0)
    assert found.proposed == pytest.approx(900.0)


def test_a_market_that_shrank_is_outside_the_teams_hands(short):
    rows = [
        {"period": period, "region": "East", "line": "pumps", "market_size": size, "own_share": 0.1,
         "competitor_share": 0.2} for period, size in (("2024Q3", 1000.0), ("2025Q3", 600.0))
    ]  # fmt: skip
    found = relief(short(market=rows), found=pd.DataFrame([row("price", -900.0)]))
    assert found.causes["cause"].tolist() == ["market_shrank"]
    assert found.amount == pytest.approx(40.0)
    assert found.causes["facts"].iloc[0]["growth"] == pytest.approx(-0.4)


def test_no_relief_without_cause_target_or_shortfall(short, make_case):
    inside = pd.DataFrame([row("price", -900.0)])
    assert relief(short(), found=inside) == Unavailable(reason="relief_no_cause")
    over = short(sales=[{"date": "2025-08-01", "amount": 1e4}])
    assert relief(over, found=inside) == Unavailable(reason="relief_not_short")
    bare = make_case(sales=[{"date": "2025-08-01", "amount": 1.0}])
    assert relief(bare, found=inside) == Unavailable(reason="relief_no_target")
    summed = {"targets": [{**TARGET, "scope": "rep:R1"}], "settings": {
        "targets.roll_up": ["region"]}}  # fmt: skip
    table = pd.DataFrame([row("supply", -300.0, confidence="confirmed")])
    assert relief(short(**summed), found=table).amount == pytest.approx(100.0)


def test_an_event_beside_the_evidence_brings_the_offer_first(short):
    facts = {"stage": "proposal", "next": "won"}
    plain = pd.DataFrame([row("conversion_step", -500.0, "method", facts=facts)])
    found = measures(short(), found=plain)
    assert found.table["measure"].tolist() == ["train_step", "counter_offer"]
    event = {**facts, "event": "competitor launch", "when": dt.date(2025, 7, 1)}
    table = pd.DataFrame([row("conversion_step", -500.0, "method", facts=event,
                              low=-600.0, high=-400.0)])  # fmt: skip
    beside = measures(short(), found=table)
    assert beside.table["measure"].tolist() == ["counter_offer", "train_step"]
    assert (beside.low, beside.high) == pytest.approx((80.0, 300.0))  # of the one that brings most
    assert beside.table[["cost_low", "cost_high"]].to_numpy().tolist() == [[400.0, 600.0]] * 2
