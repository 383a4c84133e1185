"""One planted cause: it acts where it is planted and nowhere else, and its cost is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kit.data.sample.company import make
from kit.data.sample.plants import KINDS, Plant, experienced, money, random_plant
from kit.data.sample.staff import NEWCOMERS, staff
from kit.data.tables import TABLES

SEED, SOUTH, DAY = 4, "South", "2025-06-02"
PLANTS = {
    "conversion": Plant("conversion", 1, 0.4, DAY, step=1),
    "price": Plant("price", 1, 0.1, DAY, lines=(0, 3)),
    "lost_customer": Plant("lost_customer", 1, 2, DAY, customers=(84, 86)),
    "newcomers": Plant("newcomers", 1, 2, DAY, reps=(8, 11)),
    "channel_shift": Plant("channel_shift", 1, 0.6, DAY, channel=0),
    "lead_drought": Plant("lead_drought", 1, 0.4, DAY),
    "longer_cycle": Plant("longer_cycle", 1, 0.8, DAY),
}


@pytest.fixture(scope="module")
def quiet():
    """The company without a cause."""
    return make(SEED, planted=Plant())


@pytest.fixture(scope="module")
def companies(quiet):
    """The same company with each cause."""
    return {kind: make(SEED, planted=plant) for kind, plant in PLANTS.items()}


def by_id(sample, table, *keys):
    return sample.frames[table].set_index(list(keys)).sort_index()


def deals_of(sample, region=SOUTH):
    """The region's deals by id, with the days on which stages are entered."""
    orders = sample.frames["orders"]
    where = orders.drop_duplicates("customer_id").set_index("customer_id")["region"]
    deals = by_id(sample, "opportunities", "opportunity_id")
    days = sample.frames["stage_events"].pivot(
        index="opportunity_id", columns="stage", values="entered_on"
    )
    deals = deals.join(days)
    return deals[deals["customer_id"].map(where) == region]


def span(orders, start=DAY, end="2025-09-30"):
    return orders[(orders["date"] >= start) & (orders["date"] <= end)]


@pytest.mark.parametrize("kind", PLANTS)
def test_nothing_moves_outside_the_planted_place(companies, quiet, kind):
    sample = companies[kind]
    now, before = (by_id(one, "orders", "order_id", "line_no") for one in (sample, quiet))
    place = (before["region"] == SOUTH) & (before["date"] >= DAY)
    left = before[~place]
    pd.testing.assert_frame_equal(now.loc[left.index], left)
    assert set(now.index) <= set(before.index)
    deals, then = (by_id(one, "opportunities", "opportunity_id") for one in (sample, quiet))
    south = deals_of(quiet).index
    pd.testing.assert_frame_equal(deals.drop(south, errors="ignore"), then.drop(south))
    closed = then[then["closed_on"] < DAY].index
    pd.testing.assert_frame_equal(deals.loc[closed], then.loc[closed])
    events, past = (
        one.frames["stage_events"].sort_values(["opportunity_id", "entered_on", "stage"])
        for one in (sample, quiet)
    )
    events, past = (one[one["entered_on"] < DAY].reset_index(drop=True) for one in (events, past))
    pd.testing.assert_frame_equal(events, past)
    same = {"customers", "products", "expenses", "events", "actions"}
    same |= set() if kind == "newcomers" else {"roster", "targets", "activities", "assessments"}
    for name in same:
        pd.testing.assert_frame_equal(sample.frames[name], quiet.frames[name])


@pytest.mark.parametrize("kind", PLANTS)
def test_the_cost_lies_in_the_region_alone(companies, quiet, kind):
    cost = money(companies[kind], quiet, scope=f"region:{SOUTH}")
    assert cost > 0
    assert money(companies[kind], quiet, scope="company") == pytest.approx(cost, abs=0.01)
    for region in ("East", "West", "North"):
        assert money(companies[kind], quiet, scope=f"region:{region}") == 0
    assert money(companies[kind], quiet, scope="company", period="2025Q1") == 0


@pytest.mark.parametrize("kind", PLANTS)
def test_the_tables_still_fit_together(companies, kind):
    frames = companies[kind].frames
    orders = frames["orders"]
    for name, table in TABLES.items():
        assert not frames[name].duplicated(list(table.key)).any(), name
    assert orders["date"].is_monotonic_increasing
    won = frames["opportunities"].query("status == 'won'")
    sums = orders.groupby(["customer_id", "order_id"])["amount"].sum().round(2).reset_index()
    met = won.merge(sums, on=["customer_id", "amount"])
    assert set(met["opportunity_id"]) == set(won["opportunity_id"])
    sold = orders[orders["quantity"] > 0].groupby("order_id")["amount"].sum()
    billed = frames["receipts"].groupby("order_id")["amount"].sum()
    assert np.allclose(billed, sold.reindex(billed.index), atol=0.021)
    assert set(frames["credits"]["order_id"]) <= set(orders["order_id"])
    held = orders.merge(frames["roster"], on="rep_id", suffixes=("", "_of_rep"))
    open_end = held["valid_to"].isna() | (held["date"] <= held["valid_to"])
    held = held[(held["valid_from"] <= held["date"]) & open_end]
    assert len(held) == len(orders) and (held["region"] == held["region_of_rep"]).all()
    market = frames["market"]
    assert market["own_share"].between(0, 1).all()


@pytest.mark.parametrize("kind", PLANTS)
def test_the_truths_tell_the_plant_and_no_other_trouble(companies, quiet, kind):
    truths, plant = companies[kind].truths, PLANTS[kind]
    told = truths.one(f"plant_{kind}")
    assert (told.scope, told.start, told.size) == (f"region:{SOUTH}", DAY, plant.size)
    others = [one for one in truths.planted if one != told]
    keys = {one.key for one in others}
    assert keys == {one.key for one in quiet.truths.planted}
    assert keys == {"transfer", "leaver", "part_time", "shared_orders", "visits_drive_wins"}


def test_fewer_deals_pass_the_step(companies, quiet):
    deals, before = deals_of(companies["conversion"]), deals_of(quiet)
    passed = before["proposal"] >= DAY
    lost = deals["status"].reindex(before.index[passed]) == "lost"
    still = deals["proposal"].reindex(before.index[passed]).notna()
    assert 1 - still.mean() == pytest.approx(0.4, abs=0.06)
    assert lost[~still].all()
    fallen = deals.loc[still.index[~still]]
    assert (fallen["closed_on"] == before.loc[fallen.index, "proposal"]).all()
    assert (fallen["stage"] == "qualified").all() and fallen["loss_reason"].notna().all()
    assert companies["conversion"].truths.one("plant_conversion").subject == (
        "qualified", "proposal",
    )  # fmt: skip


def test_discounts_rise_on_the_lines(companies, quiet):
    now, before = (
        span(one.frames["orders"], start="2025-06-10").query("region == 'South' and quantity > 0")
        for one in (companies["price"], quiet)
    )
    rise = (before["amount"].to_numpy() - now["amount"]) / now["list_amount"]
    hit = now["product_id"].str[1].isin(["1", "4"])
    assert np.allclose(rise[hit], 0.1, atol=0.001) and np.allclose(rise[~hit], 0)
    assert (now["quantity"].to_numpy() == before["quantity"]).all()


def test_customers_stop_and_their_open_deals_are_lost(companies, quiet):
    gone = companies["lost_customer"].truths.one("plant_lost_customer").subject
    assert gone == ("C0085", "C0087")
    frames = companies["lost_customer"].frames
    orders = frames["orders"]
    theirs = orders[orders["customer_id"].isin(gone) & (orders["quantity"] > 0)]
    assert theirs["date"].max() <= pd.Timestamp(DAY) + pd.Timedelta(days=5)
    deals = frames["opportunities"]
    deals = deals[deals["customer_id"].isin(gone)]
    # 2 June is a holiday
    assert (deals["status"] != "open").all() and (deals["closed_on"] <= "2025-06-03").all()
    usual = quiet.frames["orders"]
    usual = span(usual[usual["customer_id"].isin(gone)], start="2025-07-01")
    cost = money(companies["lost_customer"], quiet, scope="region:South")
    assert cost == pytest.approx(usual["amount"].sum(), rel=0.02)


def test_newcomers_take_over_and_ramp(companies, quiet):
    sample = companies["newcomers"]
    roster = sample.frames["roster"].set_index("rep_id")
    for old, new in (("R009", "R029"), ("R012", "R030")):
        assert roster.loc[old, "valid_to"] == pd.Timestamp("2025-06-01")
        assert roster.loc[new, "hired_on"] == roster.loc[new, "valid_from"] == pd.Timestamp(DAY)
        assert roster.loc[new, "team"] == roster.loc[old, "team"]
        assert roster.loc[new, "level"] == "junior"
        orders, usual = (span(one.frames["orders"]) for one in (sample, quiet))
        sold = orders[orders["rep_id"] == new]["amount"].sum()
        assert 0.3 < sold / usual[usual["rep_id"] == old]["amount"].sum() < 0.8
        assert not (orders["rep_id"] == old).any()
        goals, before = (one.frames["targets"].set_index(["scope", "period"])["target"]
                         for one in (sample, quiet))  # fmt: skip
        assert goals[f"rep:{new}", "2025Q3"] == before[f"rep:{old}", "2025Q3"]
        assert goals[f"rep:{old}", "2025Q2"] == before[f"rep:{old}", "2025Q2"]
        work = sample.frames["activities"]
        assert work.loc[work["rep_id"] == new, "date"].min() >= pd.Timestamp(DAY)
    deals, then = deals_of(sample), deals_of(quiet)
    missing = then.drop(deals.index)
    assert (missing["created_on"] >= DAY).all() and missing["rep_id"].isin(["R009", "R012"]).all()


def test_a_channel_loses_business_and_some_moves_online(companies, quiet):
    now, before = (
        span(one.frames["orders"]).query("region == 'South' and quantity > 0")
        .groupby("channel")["amount"].sum()
        for one in (companies["channel_shift"], quiet)
    )  # fmt: skip
    assert now["distributor"] == before["distributor"]
    assert now["online"] > before["online"]
    assert 0.4 < now["direct"] / before["direct"] < 0.8
    assert now.sum() < before.sum()


def test_fewer_deals_are_created_and_a_larger_drought_hits_the_same_and_more(companies, quiet):
    small, before = deals_of(companies["lead_drought"]), deals_of(quiet)
    missing = before.drop(small.index)
    came = (before["created_on"] >= DAY).sum()
    assert len(missing) / came == pytest.approx(0.4, abs=0.05)
    assert (missing["created_on"] >= DAY).all()
    larger = make(SEED, planted=Plant("lead_drought", 1, 0.6, DAY))
    assert set(missing.index) < set(before.drop(deals_of(larger).index).index)
    both = (money(one, quiet, scope="region:South") for one in (companies["lead_drought"], larger))
    assert next(both) < next(both)


def test_deals_take_longer_and_come_later(companies, quiet):
    now, before = deals_of(companies["longer_cycle"]), deals_of(quiet)
    assert (now["created_on"] == before["created_on"]).all() and len(now) == len(before)
    late = before["created_on"].between(DAY, "2025-07-15")
    both = late & now["closed_on"].notna()
    days = [(one["closed_on"] - one["created_on"]).dt.days[both].mean() for one in (now, before)]
    assert days[0] / days[1] == pytest.approx(1.8, abs=0.08)
    assert (now["status"] == "open").sum() > (before["status"] == "open").sum()
    known = now["closed_on"].notna()
    assert (now.loc[known, "status"] == before.loc[known, "status"]).all()
    late_orders = [money(companies["longer_cycle"], quiet, scope="region:South", period=one)
                   for one in ("2025Q2", "2025Q3")]  # fmt: skip
    assert min(late_orders) > 0


def test_targets_do_not_know_the_plant(companies, quiet):
    for kind, sample in companies.items():
        goals, before = (
            one.frames["targets"][~one.frames["targets"]["scope"].str.startswith("rep:")]
            for one in (sample, quiet)
        )
        pd.testing.assert_frame_equal(goals, before), kind


def test_a_company_without_a_cause_has_no_trace_of_one(quiet):
    events, market = quiet.frames["events"], quiet.frames["market"]
    assert not (events["kind"] == "competitor").any() and len(events) == 5
    assert (quiet.frames["actions"]["period"] < "2025Q3").all()
    east = market[market["region"] == "East"].groupby("period")["competitor_share"].mean()
    assert abs(east["2025Q3"] - east.drop("2025Q3").mean()) < 0.02
    assert (quiet.frames["targets"]["version"] == 1).all()
    deals = deals_of(quiet, "East").query("status == 'lost'")
    rival = deals["loss_reason"].eq("competitor product")
    recent = deals["closed_on"] >= "2025-07-01"
    assert rival[recent].mean() == pytest.approx(rival[~recent].mean(), abs=0.04)
    hired = quiet.frames["roster"].query("region == 'North'").set_index("rep_id")["hired_on"]
    assert (hired < "2024-01-01").all()


def test_planted_and_not_are_what_they_were():
    """The draws of the standard company must not move by what is added to the code."""
    for planted, lines, amount in ((True, 62342, 591893888.59), (False, 62607, 600882527.2)):
        orders = make(planted=planted).frames["orders"]
        assert (len(orders), round(float(orders["amount"].sum()), 2)) == (lines, amount)


def test_random_plants_are_of_every_kind_and_of_many_sizes():
    plants = [random_plant(seed) for seed in range(160)]
    assert plants == [random_plant(seed) for seed in range(160)]
    for kind in KINDS:
        assert sum(one.kind == kind for one in plants) == 20
    for kind in ("conversion", "price", "channel_shift", "lead_drought", "longer_cycle"):
        sizes = sorted(one.size for one in plants if one.kind == kind)
        assert sizes[-1] > 2.5 * sizes[0]
    assert {one.region for one in plants if one.kind != "none"} == {0, 1, 2, 3}
    assert {one.step for one in plants if one.kind == "conversion"} == {0, 1, 2}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "weather"}, "kind 'weather': allowed are conversion, price"),
        ({"kind": "conversion", "size": 0.0}, "size 0.0: allowed is above 0 and up to 1"),
        ({"kind": "conversion", "size": 0.2, "step": 3}, "step 3: allowed are 0, 1, 2"),
        ({"kind": "price", "size": 0.2}, "lines is empty: price needs at least one"),
        ({"kind": "lead_drought", "size": 0.2, "region": 4}, "region 4: allowed are 0, 1, 2, 3"),
        ({"kind": "lost_customer", "customers": (90,)}, "customers 90: allowed are 0 to 83"),
        ({"kind": "newcomers", "reps": (0,)}, "reps 0: allowed are 1, 2, 3, 5"),
        ({"kind": "lead_drought", "size": 0.2, "day": "2024-05-01"}, "day '2024-05-01'"),
        ({"kind": "channel_shift", "size": 0.2, "channel": 2}, "channel 2: allowed are 0, 1"),
    ],
)
def test_a_plant_that_cannot_be_is_refused(given, said):
    with pytest.raises(ValueError, match=said):
        Plant(**given)


def test_leads_part_timers_and_newcomers_are_not_replaced():
    people = staff(settled=True)
    for region in range(4):
        reps = experienced(people, region, day="2025-07-01")
        assert len(reps) >= 3 and not set(reps) & set(NEWCOMERS)
