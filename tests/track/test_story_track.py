"""The story of tracking: which statement each position leads to, and that none is ever broken."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.case import reopen
from kit.show.story import records
from kit.show.words import Words
from kit.track import alerts, pacing, position
from kit.track.story import statements

BAD = re.compile(r"−|(?<!\w)-\d|\+\d|\bnan\b|\bNone\b(?! of)|  |[{}]")


def target(amount, scope="region:East", **more):
    return {"scope": scope, "period": "2025Q3", "measure": "bookings", "version": 1,
            "target": amount, **more}  # fmt: skip


def sale(amount, day="2025-08-05", **more):
    return {"date": day, "amount": amount, **more}


def told(case, language="en"):
    return [one["text"] for one in records(statements(case), Words(language, "CNY"), chapter="t")]


def keys(case):
    return [one.key.removeprefix("track.") for one in statements(case)]


def test_a_missed_target_says_how_much_is_missing(make_case):
    case = make_case(sales=[sale(820_000.0)], targets=[target(1e6)])
    assert told(case)[0] == (
        "In Q3 2025, bookings came to ¥820K, 82.0% of the target of ¥1.00M; ¥180K were missing."
    )
    assert told(case, "zh")[0] == (
        "本期（2025年第3季度）签约额 82.0万元，目标 100.0万元，达成率 82.0%，缺口 18.0万元。"
    )
    first = statements(case)[0]
    assert (first.tone, first.section) == ("bad", "standing")


@pytest.mark.parametrize(
    ("amount", "goal", "as_of", "key"),
    [
        (1.2e6, 1e6, "2025-09-30", "passed"), (1e6, 1e6, "2025-09-30", "met"),
        (8e5, 1e6, "2025-09-30", "missed"), (8e5, None, "2025-09-30", "no_target_closed"),
        (8e5, 0.0, "2025-09-30", "no_target_closed"),
        (-5e4, 1e6, "2025-09-30", "returns_closed_target"),
        (-5e4, None, "2025-09-30", "returns_closed"),
        (0.0, 1e6, "2025-09-30", "no_orders_closed_target"),
        (0.0, None, "2025-08-15", "no_orders_running"),
        (1.2e6, 1e6, "2025-08-15", "passed_early"), (1e6, 1e6, "2025-08-15", "met_early"),
        (8e5, 1e6, "2025-08-15", "ahead"), (8e5, 1e6, "2025-07-01", "ahead_far"),
        (1e5, 1e6, "2025-08-15", "behind"),
        (1e5, None, "2025-08-15", "no_target_running"),
        (-5e4, 1e6, "2025-08-15", "returns_running_target"),
    ],
)  # fmt: skip
def test_each_position_has_its_own_statement(make_case, amount, goal, as_of, key):
    goals = [] if goal is None else [target(goal)]
    case = make_case(sales=[sale(amount, "2025-07-01")], targets=goals, as_of=as_of)
    assert keys(case)[0] == key
    for language in ("en", "zh"):
        assert not any(BAD.search(one) for one in told(case, language))


def parts(*amounts):
    return {
        "sales": [sale(one, team=f"E-{n}", rep_id=f"R{n}") for n, one in enumerate(amounts)],
        "targets": [target(1e6 * len(amounts)),
                    *(target(1e6, scope=f"team:E-{n}") for n in range(len(amounts)))],
        "roster": [{"rep_id": f"R{n}", "valid_from": "2020-01-01", "name": f"Name {n}",
                    "team": f"E-{n}", "region": "East", "capacity": 1.0}
                   for n in range(len(amounts))],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("amounts", "key"),
    [((8e5, 1.1e6, 9e5), "some"), ((1.2e6, 1.1e6), "all"), ((8e5, 7e5), "none"),
     ((9e5, 9.01e5), "even")],
)  # fmt: skip
def test_the_parts_furthest_apart_are_named(make_case, amounts, key):
    case = make_case(**parts(*amounts))
    assert f"parts_{key}_closed" in keys(case)


def test_the_worst_part_is_told_with_its_money(make_case):
    line = next(one for one in told(make_case(**parts(8e5, 1.1e6, 9e5))) if "furthest" in one)
    assert line == (
        "E-0 is furthest behind, at 80.0% of target and ¥200K short; "
        "E-1 is furthest ahead, at 110.0%."
    )


def test_where_most_of_the_result_lies_with_parts_without_a_target_none_stands_out(make_case):
    tables = parts(8e5, 1.1e6, 9e6)
    tables["targets"] = tables["targets"][:-1]
    assert not any(one.startswith("parts") for one in keys(make_case(**tables)))


def test_without_any_row_the_story_is_still_whole(make_case):
    case = make_case(sales=[])
    assert keys(case)[0] == "no_orders_closed"
    assert all(told(case)) and all(told(case, "zh"))


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    amounts=st.lists(st.floats(-2e6, 3e6), min_size=0, max_size=4),
    goals=st.lists(st.one_of(st.none(), st.floats(-1e6, 4e6)), min_size=4, max_size=4),
    as_of=st.sampled_from(["2025-07-01", "2025-08-15", "2025-09-30"]),
)
def test_no_sentence_is_broken_by_any_figures(make_case, amounts, goals, as_of):
    roster = parts(1.0, 1.0, 1.0)["roster"]
    case = make_case(
        sales=[sale(one, "2025-07-01", team=f"E-{n % 3}", rep_id=f"R{n % 3}")
               for n, one in enumerate(amounts)],
        targets=[target(one, scope="region:East" if n == 3 else f"team:E-{n}")
                 for n, one in enumerate(goals) if one is not None],
        roster=roster, as_of=as_of,
    )  # fmt: skip
    for language in ("en", "zh"):
        lines = told(case, language)
        assert 1 <= len(lines) <= 6 and not any(BAD.search(one) for one in lines)


def test_the_sample_is_told_as_its_figures_say(sample_company):
    _, _, case = sample_company
    east = reopen(case, scope="region:East")
    by_key = {one.key.removeprefix("track."): one for one in statements(east)}
    row = position.position(east).row
    assert by_key["missed"].facts["size"] == pytest.approx(row["target"] - row["actual"])
    found = alerts.alerts(east)
    counted = next(one for key, one in by_key.items() if key.startswith("alerts"))
    assert counted.facts["red"] + counted.facts["amber"] == len(found)
    worst = pacing.standing(east).iloc[1:].sort_values("attainment").iloc[0]
    told_parts = next(one for key, one in by_key.items() if key.startswith("parts"))
    assert told_parts.facts["worst"] == worst["part"]


def test_a_running_period_has_a_landing_and_what_covers_the_gap(sample_company):
    _, _, case = sample_company
    running = reopen(case, scope="region:East", period="2025Q4", as_of="2025-11-15")
    found = keys(running)
    assert found[0] == "behind" and any(one.startswith("landing_short") for one in found)
    assert any(one.startswith("cover") for one in found) and len(found) <= 6
