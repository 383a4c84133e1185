"""Alerts that look ahead: too few open deals for the time of the period, a target out of reach."""

from __future__ import annotations

import pandas as pd
import pytest

from kit.scope import Scope
from kit.show import alerts as shown
from kit.show.words import Words
from kit.track.alerts import alerts, every, nesting
from kit.track.alerts import coverage as covered
from kit.track.alerts import landing as ahead
from kit.track.alerts.rules import Alert
from kit.track.landing import Landing
from kit.track.pipeline import pipeline_now

PLAIN = {"calendar.country": ""}
NOTHING = pd.DataFrame()


def deal(name, created, amount, expected, *, status="open", closed=None):
    return {"opportunity_id": name, "rep_id": "R1", "created_on": created, "amount": float(amount),
            "expected_close_on": expected, "status": status, "closed_on": closed,
            "stage": "lead"}  # fmt: skip


# On the 37th working day of the first two quarters 200 and 400 were open and due, and 100 and 300
# were booked after it: 600 ÷ 400 = 1.5 was usual, the least was 400 ÷ 300.
PAST = [
    deal("P1", "2024-12-31", 200, "2025-03-10", status="lost", closed="2025-03-10"),
    deal("P2", "2025-04-05", 400, "2025-06-01", status="lost", closed="2025-06-10"),
]
SALES = [
    {"date": "2025-01-02", "amount": 700.0}, {"date": "2025-03-11", "amount": 100.0},
    {"date": "2025-04-02", "amount": 700.0}, {"date": "2025-06-12", "amount": 300.0},
    {"date": "2025-07-15", "amount": 800.0},
]  # fmt: skip


@pytest.fixture
def case(make_case, monkeypatch):
    """A gap of 200 with so much open; where the landing is, and with what chance."""

    def build(amount, *, lands, chance=None, as_of="2025-08-20", goal=1000.0, **settings):
        found = Landing(lands, None, None, chance, NOTHING, 8)
        monkeypatch.setattr(ahead, "forecast", lambda case: found)
        return make_case(
            sales=SALES, as_of=as_of, settings={**PLAIN, **settings},
            opportunities=[*PAST, deal("N1", "2025-07-01", amount, "2025-09-10")],
            targets=[{"scope": "region:East", "period": "2025Q3", "measure": "bookings",
                      "version": 1, "target": goal}],
        )  # fmt: skip

    return build


def of(case, rule):
    return [one for one in every(case) if one.rule == rule]


@pytest.mark.parametrize(
    ("amount", "lands", "severity"),
    [
        (300, 900.0, None),  # 1.5: as usual
        (299, 900.0, "amber"),
        (299, 1000.0, None),  # the landing reaches the target
        (200, 900.0, "amber"),
        (199, 900.0, "red"),
        (199, 1000.0, None),
        (267, None, None),  # no landing: 1.335, more than the least of the past, 4/3
        (266, None, "amber"),
        (199, None, "red"),
    ],
)
def test_coverage_below_what_was_usual_at_this_point(case, amount, lands, severity):
    found = of(case(amount, lands=lands), "coverage")
    assert [one.severity for one in found] == ([severity] if severity else [])
    if severity:
        assert (found[0].value, found[0].threshold) == (pytest.approx(amount / 200), 1.5)
        # 1 July: at least 199 ÷ 1,000, where 200 ÷ (800 + 1,000) = .11 was usual; on the 2nd, with
        # 700 booked in either quarter by then, 200 ÷ (100 + 300) = .5.
        assert str(found[0].since) == "2025-07-02"


def test_coverage_in_words(case):
    (one,) = alerts(case(220, lands=900.0)).query("rule == 'coverage'").to_dict("records")
    assert shown.says(one, Words("en", "CNY")) == (
        "Open deals due are 1.1× the gap of ¥200; 1.5× was usual at this point."
    )
    zh = shown.says(one, Words("zh", "CNY"))
    assert zh == "本期到期商机为缺口的 1.1倍（缺口 200元）；往期同一时点通常为 1.5倍。"


def test_a_limit_that_the_parameters_set_counts_as_it_stands(case):
    found = of(case(390, lands=1000.0, **{"alerts.rules.coverage.amber": 2.0}), "coverage")
    assert [(one.severity, one.threshold) for one in found] == [("amber", 2.0)]


@pytest.mark.parametrize(
    ("chance", "severity"),
    [(0.40, None), (0.39, "amber"), (0.20, "amber"), (0.19, "red"), (None, None)],
)
def test_a_target_unlikely_to_be_reached(case, chance, severity):
    found = of(case(300, lands=900.0, chance=chance), "landing")
    assert [one.severity for one in found] == ([severity] if severity else [])
    if severity:
        assert (found[0].value, found[0].stake) == (chance, 100.0)
        assert found[0].threshold == {"red": 0.2, "amber": 0.4}[severity]


def test_landing_in_words_and_only_while_the_period_runs(case):
    (one,) = alerts(case(300, lands=900.0, chance=0.03)).query("rule == 'landing'").to_dict("records")
    assert shown.says(one, Words("en", "CNY")).startswith("Heading for ¥900, ¥100 short; chance 3%.")
    mild = {**one, "facts": {**one["facts"], "told": "over", "over": 5.0}}
    assert "¥5 above the target" in shown.says(mild, Words("en", "CNY"))
    for day in ("2025-06-30", "2025-07-03", "2025-09-30"):
        assert of(case(300, lands=900.0, chance=0.03, as_of=day), "landing") == []


def test_landing_and_pace_are_one_line_and_stand_first(case):
    """Of 10,000 half is due and 800 came: pace is red, and leads where the chance is not."""
    found = alerts(case(300, lands=900.0, chance=0.03, goal=10_000.0))
    assert found["rule"].iloc[0] == "landing" and "pace" in found["also"].iloc[0]
    assert "pace" not in set(found["rule"])
    calm = alerts(case(300, lands=900.0, chance=0.3, goal=10_000.0))
    assert calm["rule"].iloc[0] == "pace" and "landing" in calm["also"].iloc[0]


def test_what_was_usual_on_a_day_is_what_the_pipeline_says(case):
    made = case(220, lands=900.0)
    assert covered._usual_on(made, made.as_of) == pytest.approx(pipeline_now(made).usual)


def test_a_fall_that_the_season_explains_is_a_fact_told_last():
    month = {"rule": "mom_drop", "scope": Scope("region", "East"), "part": "East", "kind": "percent",
             "value": -0.2, "threshold": -0.15}  # fmt: skip
    explained = Alert("amber", signal="no", **month)
    gap = Alert("amber", **{**month, "rule": "rolling_gap"})
    assert nesting._merged([nesting.Line(explained), nesting.Line(gap)])[0].also == ("mom_drop",)
    untested = nesting._merged([nesting.Line(gap), nesting.Line(Alert("amber", **month))])
    assert untested[0].also == ("rolling_gap",)
