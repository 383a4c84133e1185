"""Win probability: hand-worked rates, planted truth, what was known, calibration and score."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kit.data.hindsight import seen_on
from kit.data.tables import Unavailable
from kit.track import deal_features, deal_rows, win_model, win_ranges
from kit.track.win_probability import as_known, win_probability

STAGES = ("lead", "qualified", "proposal")
PLAIN = {"calendar.country": ""}


def company(seed=0, *, many=3000, effect=1.0, first="2023-01-01", last="2025-12-31"):
    """Deals with events; source, stage reached and size decide, as far as `effect` says."""
    rng = np.random.default_rng(seed)
    span = (pd.Timestamp(last) - pd.Timestamp(first)).days
    created = pd.Timestamp(first) + pd.to_timedelta(np.sort(rng.integers(0, span, many)), "D")
    source = rng.choice(["web", "fair", "tip"], many)
    size = rng.lognormal(10, 0.6, many).round(0)
    score = effect * (1.5 * (source == "tip") - 1.0 * (source == "web") - 0.8 * (np.log(size) - 10))
    chance = 1 / (1 + np.exp(-(score - 0.3)))
    won = rng.random(many) < chance
    took = rng.integers(30, 100, many)
    closed = created + pd.to_timedelta(took, "D")
    deals, events = [], []
    for at in range(many):
        one = f"D{at:05d}"
        deals.append(
            {"opportunity_id": one, "rep_id": f"R{at % 4}", "customer_id": f"C{at % 40}",
             "source": source[at], "created_on": created[at], "closed_on": closed[at],
             "expected_close_on": created[at] + pd.Timedelta(60, "D"), "stage": "proposal",
             "status": "won" if won[at] else "lost", "amount": size[at]}
        )  # fmt: skip
        for step, stage in enumerate(STAGES):
            events.append(
                {"opportunity_id": one, "entered_on": created[at] + pd.Timedelta(10 * step, "D"),
                 "stage": stage, "amount": size[at],
                 "expected_close_on": created[at] + pd.Timedelta(60 + 5 * step, "D")}
            )  # fmt: skip
    return deals, events, chance


@pytest.fixture
def seen(make_case):
    """A case as it stood on its day: `seen(deals, events, as_of=…)`."""

    def build(deals, events=None, *, as_of="2025-08-20", **more):
        tables = {"opportunities": deals, **({"stage_events": events} if events else {})}
        case = make_case(as_of=as_of, settings=PLAIN, **tables, **more)
        data = seen_on(case.data, case.as_of, calendar=case.calendar)
        return replace(case, data=data)

    return build


def deal(number, created, closed, status, *, stage="lead", amount=100.0, **more):
    return {"opportunity_id": f"D{number}", "rep_id": "R1", "customer_id": "C1", "stage": stage,
            "created_on": created, "closed_on": closed, "status": status, "amount": amount,
            **more}  # fmt: skip


# by hand


def test_few_closed_deals_give_the_base_rate(seen):
    # On 2025-05-22 (90 days before) D1 to D4 were open; by now three are won and one is lost. Four
    # more were won earlier; they were never open on a day that is looked at.
    deals = [deal(n, "2025-05-10", "2025-06-01", "won") for n in (1, 2, 3)]
    deals += [deal(4, "2025-05-10", "2025-06-10", "lost")]
    deals += [deal(5, "2025-08-01", None, "open"), deal(6, "2025-08-10", None, "open", amount=50.0)]
    found = win_probability(seen(deals))
    assert found.score.method == "base" and found.score.reason == "few_closed"
    assert found.deals["probability"].tolist() == [0.75, 0.75]
    assert found.deals["weighted"].tolist() == [75.0, 37.5]
    assert (found.count, found.amount, found.weighted) == (2, 150.0, 112.5)
    assert found.deals["age_days"].tolist() == [19, 10]
    assert found.score.deals == 4 and found.score.scores.empty


def test_a_stages_rate_is_the_share_won_with_five_average_deals_added():
    blank = np.zeros((6, 0))
    day = np.full(6, np.datetime64("2025-01-01"))
    rows = deal_rows.Rows(
        np.arange(6), day, np.array([1, 1, 1, 1, 2, 2]), blank, blank, day,
        np.zeros(6, dtype=bool), (), (), ("", "lead", "proposal", "demo"),
    )  # fmt: skip
    won = np.array([True, False, False, False, True, True])  # base rate ½, 2.5 of five
    rates = win_model.stage_rates(rows, won)
    assert rates == pytest.approx([0.5, 3.5 / 9, 4.5 / 7, 0.5])


def test_what_was_known_on_a_past_day(seen):
    deals = [deal(1, "2025-05-01", "2025-07-30", "lost", amount=300.0),
             deal(2, "2025-05-01", "2025-05-11", "won"),
             deal(3, "2025-08-01", None, "open")]  # fmt: skip
    events = [
        {"opportunity_id": "D1", "entered_on": "2025-05-01", "stage": "lead", "amount": 100.0,
         "expected_close_on": "2025-06-01"},
        {"opportunity_id": "D1", "entered_on": "2025-05-12", "stage": "qualified", "amount": 200.0,
         "expected_close_on": "2025-06-16"},
        {"opportunity_id": "D1", "entered_on": "2025-07-01", "stage": "proposal", "amount": 300.0,
         "expected_close_on": "2025-08-01"},
    ]  # fmt: skip
    past = deal_features.features(seen(deals, events)).past
    assert [str(one) for one in past.day] == ["2025-05-22", "2025-06-21", "2025-07-21"]
    assert past.deal.tolist() == [0, 0, 0]
    assert [past.stages[one] for one in past.stage] == ["qualified", "qualified", "proposal"]
    told = pd.DataFrame(past.numbers, columns=past.names)
    assert told["age"].tolist() == [21, 51, 81]
    assert np.expm1(told["standing"]).round().tolist() == [10, 40, 20]
    assert told["due_in"].tolist() == [25, -5, 11]
    assert told["overdue"].tolist() == [0, 1, 0]
    assert told["slips"].tolist() == [1, 1, 2]
    # the usual amount is the median of 300 and 100, as last known
    assert np.exp(told["size"]).round(6).tolist() == [1.0, 1.0, 1.5]
    assert told["known"].tolist() == [1, 1, 1]  # C1 bought on 11 May
    # one win in one: (1 + 10 × ⅔) ÷ 11 against ⅔, in log odds
    assert told["rep"].iloc[0] == pytest.approx(np.log(23 / 10) - np.log(2))
    assert told["old"].tolist() == [11, 41, 71]  # beyond the ten days that the one win took


def test_bins_by_hand():
    chance = np.array([0.05, 0.15, 0.5, 0.95, 1.0])  # edges belong to the range above
    found = win_ranges.bins(chance, np.array([False, True, True, True, False]))
    assert found["low"].tolist() == [0.05, 0.4, 0.95]
    assert found["predicted"].tolist() == pytest.approx([0.1, 0.5, 0.975])
    assert found["observed"].tolist() == [0.5, 1.0, 0.5]
    assert found["count"].tolist() == [2, 1, 2]


@pytest.mark.parametrize(
    ("told", "many", "won", "most"),
    [
        (0.995, 100, 100, 1.0),  # 101 ÷ 102 = .990: borne out
        (0.995, 100, 99, 100 / 102),  # .980: not borne out, so the range's own share
        (0.995, 97, 97, 98 / 99),  # .9899: too few to say more than 99 %
        (0.97, 200, 200, 0.99),  # 201 ÷ 202, but none was told beyond 99 %
        (0.97, 100, 80, 0.95),  # never below where the range begins
        (0.97, 49, 49, 0.95),  # too few tested in the range
        (0.6, 500, 300, 0.95),
    ],
)
def test_a_chance_is_not_surer_than_what_came(told, many, won, most):
    came = np.arange(many) < won
    least, found = win_ranges.limits(np.full(many, told), came)
    assert (least, found) == (0.05, pytest.approx(most))
    # and the same from below
    least, found = win_ranges.limits(np.full(many, 1 - told), ~came)
    assert (least, found) == (pytest.approx(1 - most), 0.95)


def test_a_chance_beyond_what_was_tried_is_held_back(seen):
    # Reps P win all and reps N none, but for noise; chances told are far from ½.
    rng = np.random.default_rng(3)
    deals = []
    for at in range(1200):
        created = pd.Timestamp("2023-06-01") + pd.Timedelta(int(at * 0.66), "D")
        good = at % 2 == 0
        won = rng.random() < (0.985 if good else 0.015)
        one = deal(at, created, created + pd.Timedelta(45, "D"), "won" if won else "lost")
        deals.append({**one, "rep_id": "P" if good else "N", "source": "tip" if good else "web"})
    found = win_probability(seen(deals))
    outer = found.score.bins.set_index("low").loc[0.95]
    most = found.deals["probability"].max()
    assert outer["count"] >= 50 and most <= max(outer["observed"], 0.95) + 1e-12
    assert found.deals["probability"].min() >= 0.005


# planted truth


def test_it_finds_what_decides_and_is_calibrated(seen):
    deals, events, chance = company(1)
    case = seen(deals, events)
    found = win_probability(case)
    assert (found.score.method, found.score.reason) == ("model", "")
    score = found.score.scores.set_index("way")
    assert score.loc["model", "brier"] < 0.93 * score.loc["stage", "brier"]
    assert score.loc["model", "log_loss"] < score.loc["base", "log_loss"]
    full = found.score.bins.query("count >= 100")
    assert len(full) >= 3
    assert (full["predicted"] - full["observed"]).abs().max() < 0.1
    truth = found.deals["opportunity_id"].str[1:].astype(int).map(dict(enumerate(chance)))
    assert np.corrcoef(found.deals["probability"], truth)[0, 1] > 0.9
    assert (found.deals["probability"] - truth).abs().mean() < 0.08


def test_nothing_decides_so_the_simple_rate_is_used(seen):
    deals, events, _ = company(2, effect=0.0)
    found = win_probability(seen(deals, events))
    assert found.score.method in ("stage", "base")
    assert found.score.reason == "not_better"
    brier = found.score.scores.set_index("way")["brier"]
    assert brier["model"] >= min(brier["stage"], brier["base"])
    assert found.deals["probability"].nunique() <= len(STAGES) + 1
    assert found.deals["probability"].between(0.3, 0.6).all()


def test_by_the_end_is_never_above_ever_and_is_right_on_average(seen):
    deals, events, _ = company(3)
    found = win_probability(seen(deals, events, as_of="2025-08-20"))
    assert (found.deals["by_end"] <= found.deals["probability"] + 1e-12).all()
    ended = {one["opportunity_id"]: one for one in deals}
    came = sum(
        ended[one]["status"] == "won" and ended[one]["closed_on"] <= pd.Timestamp("2025-09-30")
        for one in found.deals["opportunity_id"]
    )
    assert found.deals["by_end"].sum() == pytest.approx(came, rel=0.25)
    assert found.score_by_end.unknown == 0


def test_a_rep_learns_from_own_deals_and_says_how_few(seen):
    deals, events, _ = company(4)
    own = [one for one in deals if one["rep_id"] == "R1"]
    ids = {one["opportunity_id"] for one in own}
    found = win_probability(seen(own, [one for one in events if one["opportunity_id"] in ids],
                                 scope="rep:R1"))  # fmt: skip
    closed = sum(one["closed_on"] <= pd.Timestamp("2025-08-20") for one in own)
    assert 0 < found.score.deals <= closed
    assert set(found.deals["rep"]) == {"Name R1"} or set(found.deals["rep"]) == {"R1"}


# what was known


def test_what_came_later_changes_nothing(seen):
    deals, events, _ = company(5, many=1500)
    day = pd.Timestamp("2025-08-20")
    known = [
        {**one, "closed_on": None, "status": "open", "stage": None}
        if one["closed_on"] > day else one
        for one in deals if one["created_on"] <= day
    ]  # fmt: skip
    before = win_probability(seen(deals, events)).deals
    without = win_probability(
        seen(known, [one for one in events if one["entered_on"] <= day])
    ).deals
    pd.testing.assert_frame_equal(before, without)


def test_the_order_of_rows_changes_nothing(seen):
    deals, events, _ = company(6, many=1500)
    turned = win_probability(seen(deals[::-1], events[::-1])).deals
    pd.testing.assert_frame_equal(turned, win_probability(seen(deals, events)).deals, rtol=1e-9)


def test_without_events_the_stage_and_expected_close_are_not_used(seen):
    deals, _, _ = company(7)
    last = [
        {**one, "stage": "order" if one["status"] == "won" else "lead",
         "expected_close_on": one["closed_on"]}
        for one in deals
    ]  # fmt: skip
    found = win_probability(seen(last))
    assert not {"stage", "due_in", "standing", "slips"} & set(found.features)
    assert found.deals["stage_rate"].nunique() == 1
    brier = found.score.scores.set_index("way")["brier"]
    assert brier["stage"] == pytest.approx(brier["base"])


def test_what_only_deals_still_open_have_is_not_told_of_a_past_day():
    # D1 has an event by then; D2 has none, D3 only later values of the file.
    rows = pd.DataFrame(
        {"opportunity_id": ["D1", "D2", "D3"], "stage": ["lead", "lead", None],
         "expected_close_on": pd.to_datetime(["2025-10-01", "2025-11-01", None])}
    )  # fmt: skip
    events = pd.DataFrame({"opportunity_id": ["D1"]})
    found = as_known(rows, events, late=("stage", "expected_close_on"))
    assert found["stage"].isna().tolist() == [False, True, True]
    assert found["expected_close_on"].isna().tolist() == [False, True, True]
    kept = as_known(rows, events, late=("stage",))
    assert kept["expected_close_on"].isna().tolist() == [False, False, True]
    pd.testing.assert_frame_equal(as_known(rows, events, late=()), rows)


# what is missing


def test_no_table_nothing_closed_nothing_open_and_a_period_that_is_over(seen, make_case):
    assert win_probability(make_case()) == Unavailable(table="opportunities")
    young = [deal(1, "2025-08-01", None, "open")]
    assert win_probability(seen(young)) == Unavailable(reason="few_closed_deals", detail="0")
    old = [deal(n, "2025-05-10", "2025-06-01", "won") for n in range(3)]
    none = win_probability(seen(old))
    assert none.deals.empty and none.amount == 0.0 and none.score.deals == 3
    over = win_probability(seen([*old, deal(9, "2025-08-01", None, "open")], as_of="2025-09-30"))
    assert over.score_by_end is None
    assert over.deals["by_end"].tolist() == [0.0]


def test_a_deal_without_amount_customer_or_stage_counts_with_nothing(seen):
    deals, events, _ = company(8, many=1200)
    bare = {"opportunity_id": "X", "rep_id": "R9", "created_on": "2025-08-01", "status": "open",
            "stage": None}  # fmt: skip
    found = win_probability(seen([*deals, bare], events))
    row = found.deals.set_index("opportunity_id").loc["X"]
    assert 0 < row["probability"] < 1
    assert row["weighted"] == 0 and found.deals["weighted"].notna().all()


def test_a_past_shorter_than_the_horizon_has_no_chance_by_the_end(seen):
    deals = [deal(n, "2025-07-01", "2025-08-10", "won") for n in range(5)]
    deals += [deal(9, "2025-08-01", None, "open")]
    found = win_probability(seen(deals, period="2025"))
    assert found.score_by_end.reason == "few_closed"
    assert found.deals["by_end"].isna().all()
    assert found.weighted_by_end is None


def test_rows_are_thinned_evenly(seen, monkeypatch):
    deals, events, _ = company(9, many=2000)
    whole = deal_features.features(seen(deals, events)).past
    monkeypatch.setattr(deal_features, "MOST_ROWS", 500)
    some = deal_features.features(seen(deals, events)).past
    assert len(some) <= 500 + deal_features.MOST_DAYS
    assert set(np.unique(some.day)) == set(np.unique(whole.day))
    assert len(np.unique(some.deal)) > 300


def test_a_past_day_without_an_open_deal_is_passed_over(seen):
    deals = [deal(1, "2025-05-20", "2025-05-30", "won"), deal(2, "2025-07-20", "2025-08-01", "won")]
    past = deal_features.features(seen(deals)).past
    assert [str(one) for one in past.day] == ["2025-05-22", "2025-07-21"]
    assert past.numbers[:, past.names.index("age")].tolist() == [2, 1]


def test_past_days_lie_thirty_days_apart(seen):
    deals, events, _ = company(9, many=500)
    days = np.unique(deal_features.features(seen(deals, events)).past.day)
    assert len(days) == deal_features.MOST_DAYS
    assert set(np.diff(days).astype(int)) == {30}
    assert days[-1].item() == dt.date(2025, 8, 20) - dt.timedelta(30)
