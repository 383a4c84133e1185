"""The views a target is taken from: worked by hand, planted truths, and no look ahead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.plan import bottom_up, gap, growth, headcount, market, pipeline
from kit.plan.allocation import children
from kit.plan.capacity import hires, places, posts
from kit.plan.cascade import cascade
from kit.plan.productivity import credible, productivity
from kit.plan.schedule import seasonality
from kit.plan.season import load
from kit.plan.target import proposal, views
from kit.show import origin, plans
from kit.show.figures import views as figure
from kit.show.words import Words

MONTHS = pd.period_range("2022-07", "2025-06", freq="M")
PLAIN = {"calendar.country": ""}


def sales_of(rep="R1", *, amount=1e5, team="East-1", region="East", start="2022-07", season=None):
    return [
        {"date": month.to_timestamp() + pd.Timedelta(9, "D"), "rep_id": rep, "team": team,
         "region": region, "amount": amount * (season[month.month - 1] if season else 1.0)}
        for month in MONTHS
        if month >= pd.Period(start, "M")
    ]  # fmt: skip


def person(rep, *, hired="2020-01-01", team="East-1", region="East", capacity=1.0, **more):
    return {"rep_id": rep, "valid_from": hired, "name": f"Name {rep}", "team": team,
            "region": region, "hired_on": hired, "capacity": capacity, **more}  # fmt: skip


def sized(period, size, *, share=None, region="East", line="a"):
    return {"period": period, "region": region, "line": line, "market_size": size,
            "own_share": share}  # fmt: skip


def test_growth_counts_working_days(make_case):
    found = growth.growth(make_case(sales=sales_of(), settings={"targets.growth": 0.25}))
    assert found.origin == "growth_days"
    assert (found.facts["days"], found.facts["days_before"]) == (67, 66)
    assert found.amount == pytest.approx(300_000 * 1.25 * 67 / 66)
    plain = growth.growth(make_case(sales=sales_of(), settings=PLAIN))
    assert (plain.origin, plain.amount) == ("growth", pytest.approx(324_000))
    early = make_case(sales=sales_of(start="2025-01"))
    assert growth.growth(early) == Unavailable(reason="no_year_ago", detail="2025Q3")


def test_market_of_the_same_season_grows_as_the_market_did(make_case):
    rows = [sized("2023Q3", 100.0, share=0.1), sized("2024Q3", 200.0, share=0.2)]
    rows += [sized("2024Q2", 100.0, share=0.2), sized("2025Q2", 110.0, share=0.3)]
    found = market.market(make_case(sales=sales_of(), market=rows))
    grown = 310 / 200  # 2025Q2 and 2024Q3 against the quarters a year before them
    assert found.origin == "market_carried"
    assert found.facts["market_growth"] == pytest.approx(grown - 1)
    assert (found.facts["size_from"], found.facts["share_from"]) == ("2024Q3", "2025Q2")
    assert found.facts["share_before"] == pytest.approx(0.2)
    assert found.amount == pytest.approx(200 * grown * 0.3)
    intended = {"targets.market_share": 0.5}
    found = market.market(make_case(sales=sales_of(), market=rows, settings=intended))
    assert (found.origin, found.amount) == ("market_carried_intended", pytest.approx(155))


def test_a_forecast_of_the_market_counts_but_a_result_does_not(make_case):
    known = [sized("2024Q3", 100.0, share=0.2), sized("2025Q2", 80.0, share=0.25)]
    ahead = market.market(make_case(sales=sales_of(), market=[*known, sized("2025Q3", 120.0)]))
    assert (ahead.origin, ahead.amount) == ("market", pytest.approx(30))
    late = [*known, sized("2025Q3", 120.0, share=0.4)]
    found = market.market(make_case(sales=sales_of(), market=late))
    assert found == Unavailable(reason="no_market_size", detail="2025Q3")  # no growth is known


def test_market_weighs_lines_and_sums_quarters(make_case):
    rows = [
        sized(f"{year}Q{quarter}", size * (1.1 if year == 2024 else 1.0), share=share, line=line)
        for year in (2023, 2024)
        for quarter in (1, 2, 3, 4)
        for line, size, share in (("a", 100.0, 0.1), ("b", 300.0, 0.3))
    ]
    case = make_case(sales=sales_of(), market=rows, period="2025", as_of="2025-09-30")
    found = market.market(case)
    assert found.facts["market_growth"] == pytest.approx(0.1)
    assert found.facts["share"] == pytest.approx((0.1 * 100 + 0.3 * 300) / 400)
    assert found.amount == pytest.approx(4 * 440 * 1.1 * 0.25)


@pytest.mark.parametrize("scope", ["team:East-1", "rep:R1"])
def test_no_market_of_teams_and_reps(make_case, scope):
    case = make_case(sales=sales_of(), market=[sized("2024Q3", 1.0, share=0.1)], scope=scope)
    assert market.market(case) == Unavailable(reason="no_own_market", detail=scope)


def test_posts_end_with_the_next_row_and_the_last_day(make_case):
    roster = [
        person("R1"), {**person("R1", team="East-2"), "valid_from": "2025-08-01"},
        person("R2", capacity=0.5), person("R3", hired="2025-08-01"),
    ]  # fmt: skip
    case = make_case(roster=roster, settings={"targets.leavers": {"R2": "2025-08-31"}})
    months = case.calendar.parts(case.period)
    found = posts(case, months)
    assert found.loc["R1"].tolist() == [1, 1, 1]
    assert found.loc["R2"].tolist() == [0.5, 0.5, 0]
    assert found.loc["R3"].tolist() == [0, 0.25, 0.5]
    split = places(case, months)
    assert split[split["team"] == "East-2"].iloc[0, -3:].tolist() == [0, 1, 1]


def test_hires_are_ramped_from_their_day_and_belong_to_a_place(make_case):
    planned = [{"team": "East-1", "on": "2025-08-17", "posts": 2}, {"on": "2025-07-01"}]
    for scope, many in (("company", 2), ("region:East", 1), ("team:East-1", 1), ("rep:R1", 0)):
        case = make_case(sales=sales_of(), scope=scope, settings={"targets.hires": planned})
        assert len(hires(case, case.calendar.parts(case.period))) == many
    case = make_case(sales=sales_of(), settings={"targets.hires": planned})
    found = hires(case, case.calendar.parts(case.period)).iloc[0]
    assert found["region"] == "East"
    assert found.iloc[-3:].tolist() == pytest.approx([0, 2 * 15 / 31 * 0.25, 2 * 0.5])


def test_capacity_is_productivity_times_posts(make_case):
    rows = [row for one in range(1, 5) for row in sales_of(f"R{one}", amount=1e5)]
    people = [person(f"R{one}") for one in range(1, 5)]
    found = bottom_up.bottom_up(make_case(sales=rows, roster=people))
    assert found.basis.amount == pytest.approx(4 * 3 * 1e5)
    assert found.basis.facts["usual"] == pytest.approx(1e5)
    assert found.basis.facts["others"] == pytest.approx(0)
    planned = {
        "targets.hires": [{"team": "East-1", "on": "2025-07-01"}],
        "targets.leavers": {"R4": "2025-07-31"},
    }
    case = make_case(sales=rows, roster=people, settings=planned)
    found = bottom_up.bottom_up(case)
    assert found.basis.origin == "capacity_hires_leavers"
    july, august, september = 3 * seasonality(case)  # months of 1 on the quarter's average
    joined = 0.25 * july + 0.5 * august + 0.75 * september
    assert found.basis.amount == pytest.approx((3 * 3 + july + joined) * 1e5)
    assert found.of("team", "East-1") == pytest.approx(found.basis.amount)


def test_capacity_follows_the_season_and_a_clipped_history(make_case):
    season = [0.5, 0.5, 0.8, 1, 1, 1, 1.6, 1.6, 1.6, 1, 0.7, 0.7]
    rows = sales_of("R1", season=season) + sales_of("R2", season=season, start="2025-01")
    case = make_case(sales=rows, roster=[person("R1"), person("R2", hired="2025-01-01")])
    weights = load(case, case.calendar.parts(case.period))
    assert (weights > 1.3).all()
    found = productivity(case).frame
    assert found.loc["R2", "post_months"] < 4.8  # three low months, ramped
    assert found.loc["R1", "weight"] > found.loc["R2", "weight"] > 0
    whole = bottom_up.bottom_up(case)
    assert whole.frame["amount"].iloc[0] > 3 * 1.3 * 1e5
    week = make_case(sales=rows, period="2025-W30")
    weights = load(week, week.calendar.parts(week.period))
    assert weights.tolist() == pytest.approx([5 / 23])


def test_a_month_without_orders_leaves_the_season_standing(make_case):
    year = pd.period_range("2024-07", "2025-06", freq="M")
    rows = [row for row in sales_of(amount=120.0, start="2024-07")
            if row["date"].to_period("M") != pd.Period("2025-02", "M")]  # fmt: skip
    case = make_case(sales=rows, settings=PLAIN, period="2025-07", as_of="2025-07-31")
    months = [case.calendar.period(str(one)) for one in year]
    # results ÷ mean are 12/11 and once 0; half of the departures from 1 is left of one year
    expected = [1 - 1 / 2 if one.month == 2 else 1 + 1 / 22 for one in year]
    assert load(case, months).tolist() == pytest.approx(expected)
    assert load(case, case.calendar.parts(case.period)).tolist() == pytest.approx([23 / 22])


def test_an_empty_month_once_in_three_years_is_taken_for_noise(make_case):
    rows = [row for row in sales_of() if row["date"].to_period("M") != pd.Period("2024-02", "M")]
    case = make_case(sales=rows, settings=PLAIN)
    months = case.calendar.parts(case.calendar.period("2024"), "month")
    found = load(case, months)
    assert found.min() == found[1] > 0.6 and np.ptp(np.delete(found, 1)) < 0.05
    season = [0.5, 0.5, 0.8, 1, 1, 1, 1.6, 1.6, 1.6, 1, 0.7, 0.7]
    whole, hole = sales_of(season=season), sales_of(season=season)
    hole = [row for row in hole if row["date"].to_period("M") != pd.Period("2023-12", "M")]
    before, after = (load(make_case(sales=one, settings=PLAIN), months) for one in (whole, hole))
    assert after[6] > 1.35 and abs(after - before).max() < 0.35  # July stays a strong month


def test_within_the_period_people_follow_the_schedule(make_case):
    season = [0.5, 0.5, 0.8, 1, 1, 1, 1.2, 1.6, 2.0, 1, 0.7, 0.7]
    case = make_case(sales=sales_of(season=season), roster=[person("R1")])
    found = load(case, case.calendar.parts(case.period))
    assert (found / found.sum()).tolist() == pytest.approx(seasonality(case).tolist())
    one_by_one = [load(case, [one])[0] for one in case.calendar.parts(case.period)]
    assert found.sum() == pytest.approx(sum(one_by_one))
    brought = bottom_up.bottom_up(case).basis.amount
    gaps = headcount.headcount(case, round(brought, 2)).months["gap"]
    assert gaps.abs().max() < 0.01  # what they bring in the quarter is their target in each month


def test_short_histories_lean_on_the_peers():
    generator = np.random.default_rng(7)
    true = generator.normal(100, 20, 600)
    exposure = np.ones((600, 12))
    exposure[:300, 2:] = 0
    results = exposure * (true[:, None] + generator.normal(0, 40, (600, 12)))
    found = credible(results, exposure)
    assert found.usual == pytest.approx(true.mean(), abs=5)
    k = (40 / 20) ** 2
    assert found.weight[0] == pytest.approx(2 / (2 + k), abs=0.05)
    assert found.weight[-1] == pytest.approx(12 / (12 + k), abs=0.05)
    off = np.abs(found.steadied - true)[:300].mean()
    assert off < 0.75 * np.abs(found.own - true)[:300].mean()
    none = credible(np.zeros((2, 3)), np.zeros((2, 3)))
    assert np.isnan(none.usual) and none.weight.tolist() == [0, 0]


def test_a_rep_leans_on_anonymous_peers(make_case):
    rows = sales_of("R1", start="2025-04")
    peers = [
        {"month": f"2025-0{month}-01", "measure": "bookings", "peers": 5, "mean": 2e5}
        for month in (4, 5, 6)
    ]
    peers = [{**one, "month": pd.Timestamp(one["month"])} for one in peers]
    case = make_case(sales=rows, roster=[person("R1")], scope="rep:R1", peers=peers)
    found = productivity(case)
    assert found.usual == pytest.approx(2e5)
    assert found.frame["productivity"].iloc[0] == pytest.approx(0.5 * 1e5 + 0.5 * 2e5)
    alone = productivity(make_case(sales=rows, roster=[person("R1")], scope="rep:R1"))
    assert alone.frame["productivity"].iloc[0] == pytest.approx(1e5)


def test_nobody_there(make_case):
    gone = {"targets.leavers": {"R1": "2025-06-30"}}
    found = bottom_up.bottom_up(make_case(sales=sales_of(), settings=gone))
    assert found == Unavailable(reason="no_posts", detail="region:East")


def deal(number, quarter, *, won, days=20, created=-30, amount=100.0, expected=30):
    start = pd.Period(quarter).start_time
    closed = start + pd.Timedelta(days, "D")
    return {"opportunity_id": f"D{quarter}-{number}", "rep_id": "R1", "stage": "lead",
            "created_on": start + pd.Timedelta(created, "D"), "closed_on": closed,
            "expected_close_on": start + pd.Timedelta(expected, "D"),
            "status": "won" if won else "lost", "amount": amount}  # fmt: skip


def funnel():
    """Each quarter: four deals open and due, one of them won; one created and won inside."""
    deals = []
    for quarter in pd.period_range("2024Q1", "2025Q2", freq="Q"):
        deals += [deal(n, quarter, won=n == 0) for n in range(4)]
        deals += [deal(9, quarter, won=True, created=5, amount=50.0)]
    still = [
        {**deal(n, "2025Q3", won=False), "closed_on": None, "status": "open"} for n in range(8)
    ]
    return deals + still


def test_pipeline_weighs_what_is_due_by_what_became_of_such_deals(make_case):
    flat = [{**row, "amount": 400.0} for row in sales_of()]
    found = pipeline.pipeline(make_case(sales=flat, opportunities=funnel()))
    assert found.facts["conversion"] == pytest.approx(0.25)
    assert (found.facts["deals"], found.facts["weighted"]) == (8, pytest.approx(200))
    assert found.facts["created"] == pytest.approx(50)
    assert found.facts["orders"] == pytest.approx(1200 - 150)
    assert found.facts["later"] == 0
    assert found.amount == pytest.approx(200 + 50 + 1050)
    table = pipeline.stages(make_case(sales=flat, opportunities=funnel()))
    assert table["weighted"].sum() == pytest.approx(200)


def test_pipeline_by_stage_from_events(make_case):
    deals, events = funnel(), []
    for one in deals:
        number = int(one["opportunity_id"][-1])
        steps = ["lead", "proposal"] if number < 2 else ["lead"]
        for step, stage in enumerate(steps):
            on = one["created_on"] + pd.Timedelta(step, "D")
            events.append({"opportunity_id": one["opportunity_id"], "stage": stage,
                           "entered_on": on, "amount": one["amount"]})  # fmt: skip
    case = make_case(sales=sales_of(), opportunities=deals, stage_events=events)
    table = pipeline.stages(case).set_index("stage")
    assert table["count"].to_dict() == {"lead": 6, "proposal": 2}
    prior = 5 * 100.0
    due = 6 * 100.0  # six past quarters, one proposal of two won in each, none of two leads
    assert table.loc["proposal", "conversion"] == pytest.approx(
        (due + prior * 0.25) / (2 * due + prior)
    )
    assert table.loc["lead", "conversion"] == pytest.approx(prior * 0.25 / (2 * due + prior))


def test_too_few_deals(make_case):
    case = make_case(sales=sales_of(), opportunities=funnel()[-9:])
    assert pipeline.pipeline(case).reason == "few_deals"
    assert pipeline.pipeline(make_case(sales=sales_of())) == Unavailable(table="opportunities")


def test_nothing_after_the_cutoff_is_used(make_case):
    deals = funnel()
    rows = sales_of() + sales_of("R2", amount=5e4)
    size = [sized(f"{y}Q{q}", 1e7, share=0.1) for y in (2023, 2024) for q in (1, 2, 3, 4)]
    tables = {"roster": [person("R1"), person("R2")], "as_of": "2025-09-30"}
    before = make_case(sales=rows, opportunities=deals, market=size, **tables)
    later = [{"date": "2025-07-15", "amount": 9e6, "rep_id": "R1"}]
    won = [{**one, "status": "won", "closed_on": "2025-08-01"} if one["status"] == "open" else one
           for one in deals]  # fmt: skip
    won += [{**deal(7, "2025Q3", won=True, created=3), "opportunity_id": "new"}]
    size += [sized("2025Q3", 9e9, share=0.9)]
    after = make_case(sales=rows + later, opportunities=won, market=size, **tables)
    ours, theirs = proposal(before), proposal(after)
    assert ours.views["view"].tolist()[1:] == [
        "baseline", "growth", "market", "capacity", "pipeline",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(ours.views, theirs.views)


@pytest.mark.parametrize("method", ["market", "capacity", "pipeline"])
def test_a_proposal_can_be_taken_from_each_view(make_case, method):
    rows = sales_of()
    size = [sized(f"{y}Q{q}", 1e7, share=0.1) for y in (2023, 2024) for q in (1, 2, 3, 4)]
    wanted = {"targets.method": method}
    case = make_case(sales=rows, opportunities=funnel(), market=size, settings=wanted)
    found = proposal(case)
    assert (found.method, found.fallback) == (method, "")
    amount = found.views.set_index("view")["amount"][method]
    assert found.target == pytest.approx(amount, abs=500)
    short = sales_of(start="2025-06")[:0]
    poor = make_case(sales=short, settings={**wanted, "targets.value": 5000})
    assert (proposal(poor).method, proposal(poor).fallback) == ("given", f"no_{method}")


def test_gap_and_street_add_up(make_case):
    rows = sales_of("R1") + sales_of("R2", amount=3e5, team="West-1", region="West")
    roster = [person("R1"), person("R2", team="West-1", region="West")]
    planned = {"targets.hires": [{"on": "2025-07-01"}], "targets.reserve": 0.1}
    case = make_case(sales=rows, roster=roster, scope="company", settings=planned)
    offer = proposal(case)
    found = gap.by_part(case, offer)
    assert found["part"].tolist() == ["East", "West", "unplaced", "total"]
    sums = found.iloc[:-1][["top_down", "bottom_up", "shortfall"]].sum()
    assert np.allclose(sums, found.iloc[-1][["top_down", "bottom_up", "shortfall"]].astype(float))
    assert found["top_down"].iloc[-1] == offer.handed_out
    assert found["bottom_up"].iloc[-1] == pytest.approx(views(case)["capacity"].amount)
    down = cascade(case, offer, parts=children(case, offer))
    told = gap.street(offer, down).set_index("measure")
    amounts = told["amount"]
    assert amounts["target"] - amounts["reserve"] == pytest.approx(amounts["handed_out"])
    over = amounts["street_quota"] / amounts["target"]
    assert told.loc["over_assignment", "share"] == pytest.approx(over)
    down_to_all = amounts["street_quota"] + amounts["held_for_hires"]
    assert amounts["handed_out"] + amounts["padding"] == pytest.approx(down_to_all)
    assert found["top_down"].iloc[-2] == amounts["held_for_hires"] > 0
    missing = Unavailable(reason="no_children")
    assert gap.by_part(case, missing) is missing and gap.street(missing, down) is missing


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_read(make_case, language):
    planned = {"targets.hires": [{"on": "2025-07-01"}], "targets.leavers": {"R1": "2025-08-31"}}
    case = make_case(sales=sales_of(), scope="company", opportunities=funnel(), settings=planned)
    words, offer = Words(language, "CNY"), proposal(case)
    shown = plans.views(offer, words)
    assert "market" in shown.html and "{" not in shown.html
    assert words.t("origin.planned_hire") in origin.people(bottom_up.bottom_up(case), words).html
    for view in (
        origin.gap(gap.by_part(case, offer), words),
        origin.street(gap.street(offer, cascade(case, offer)), words),
        origin.stages(pipeline.stages(case), words),
    ):
        assert "<table" in view.html
    drawn = figure(offer, words)
    assert words.money(offer.target) in drawn.title and "<svg" in drawn.html
    only = replace(offer, views=offer.views[offer.views["view"] == "growth"])
    assert figure(only, words).title == words.t("figure.views.alone", target=offer.target)
    low = figure(replace(offer, target=1.0), words)
    assert low.title.startswith(words.t("figure.views.above", target=1.0, nearest="", away=0)[:5])
    assert figure(Unavailable(reason="no_basis"), words).html.startswith("<p")
