"""Departures by month, counted without the parameters: by hand, and beside `passages`."""

from __future__ import annotations

import datetime as dt

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.data import departed
from kit.data.stages import passages

STAGES = ("lead", "qualified", "proposal")
BEGIN = dt.date(2025, 1, 1)


def made(deals):
    """A connection with deals: (status, days till closing or None, {stage: days till entry})."""
    rows = [(f"D{n}", "R1", BEGIN, took is not None and BEGIN + dt.timedelta(took) or None, status)
            for n, (status, took, _) in enumerate(deals)]  # fmt: skip
    moves = [
        (f"D{n}", BEGIN + dt.timedelta(days), stage)
        for n, (_, _, passed) in enumerate(deals) for stage, days in passed.items()
    ]  # fmt: skip
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE places AS SELECT 'R1' AS rep_id, DATE '2020-01-01' AS valid_from,"
        " 'T' AS team, 'East' AS region, DATE '9999-12-31' AS valid_to;"
        "CREATE TABLE opportunities (opportunity_id TEXT, rep_id TEXT, created_on DATE,"
        " closed_on DATE, status TEXT);"
        "CREATE TABLE stage_events (opportunity_id TEXT, entered_on DATE, stage TEXT)"
    )
    for table, found in (("opportunities", rows), ("stage_events", moves)):
        if found:
            marks = ", ".join("?" * len(found[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", found)
    return connection


def told(connection):
    """Departures and those onward by step and month."""
    rows = connection.execute("SELECT step, month, departures, onward FROM departed").fetchall()
    return {(step, month.month): (gone, onward) for step, month, gone, onward in rows}


def many(fate, passed, took=60, times=5):
    return [(fate, took, passed)] * times


def test_departures_by_hand():
    connection = made([
        ("won", 40, {"lead": 0, "qualified": 10, "proposal": 35}),
        ("lost", 40, {"lead": 0, "qualified": 10}),  # lost from qualified in February
        ("lost", 20, {"lead": 0}),
        ("open", None, {"lead": 0, "qualified": 50, "proposal": 70}),  # stands in proposal
        ("won", 75, {"lead": 0, "proposal": 15}),  # qualified was skipped
        ("open", None, {"lead": 0}),
    ])  # fmt: skip
    assert departed.derive(connection) == STAGES
    assert told(connection) == {
        ("lead>qualified", 1): (4, 3), ("lead>qualified", 2): (1, 1),
        ("qualified>proposal", 2): (2, 1), ("qualified>proposal", 3): (1, 1),
        ("proposal>won", 2): (1, 1), ("proposal>won", 3): (1, 1),
    }  # fmt: skip
    rows = connection.execute("SELECT DISTINCT rep_id, region, team FROM departed").fetchall()
    assert rows == [("R1", "East", "T")]


def test_ways_out_and_outcomes_are_no_stages():
    deals = many("won", {"lead": 0, "proposal": 20, "won": 60})
    deals += many("lost", {"lead": 0, "proposal": 20, "lost": 60}, times=6)
    deals += many("lost", {"lead": 0, "on hold": 30, "lost": 55})  # marked lost before it closed
    connection = made(deals)
    assert departed.derive(connection) == ("lead", "proposal")
    assert told(connection) == {
        ("lead>proposal", 1): (11, 11), ("lead>proposal", 3): (5, 0), ("proposal>won", 3): (11, 5)
    }  # fmt: skip


def test_a_stage_entered_on_the_day_of_closing_stays_a_stage():
    deals = many("won", {"lead": 0, "proposal": 60}) + many("lost", {"lead": 0, "proposal": 60})
    assert departed.derive(made(deals)) == ("lead", "proposal")


def test_a_misspelt_stage_is_passed_over():
    deals = many("won", {"lead": 0, "proposal": 20}, times=60)
    deals += many("lost", {"lead": 0, "proposal": 20}, times=60)
    once = ("won", 60, {"lead": 0, "Propsal": 20})
    assert departed.derive(made([*deals, once])) == ("lead", "proposal")
    assert departed.derive(made([*deals, *[once] * 20])) != ("lead", "proposal")


def test_the_order_does_not_hang_on_names_or_on_a_few_deals_that_went_back():
    deals = many("won", {"zero": 0, "mid": 10, "alpha": 20}, times=9)
    deals += many("lost", {"zero": 30, "mid": 20, "alpha": 10}, times=4)
    assert departed.derive(made(deals)) == ("zero", "mid", "alpha")


@pytest.mark.parametrize("deals", [[], [("won", 5, {})], [("open", None, {})]])
def test_without_events_nothing_is_told(deals):
    connection = made(deals)
    assert departed.derive(connection) == () and told(connection) == {}


def test_a_deal_whose_only_stage_is_known_and_open():
    connection = made([("open", None, {"lead": 0})])
    assert departed.derive(connection) == ("lead",) and told(connection) == {}


DEAL = st.tuples(
    st.sampled_from(("won", "lost", "open")), st.integers(1, 200),
    st.dictionaries(st.sampled_from(STAGES), st.integers(0, 200)),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(DEAL, max_size=12))
def test_departures_are_those_of_passages(found):
    steady = [("won", 60, dict(zip(STAGES, (0, 10, 20), strict=True)))] * 15
    steady += [("lost", 60, dict(zip(STAGES, (0, 10, 20), strict=True)))] * 15
    deals = [(fate, None if fate == "open" else took, passed) for fate, took, passed in found]
    deals += steady
    connection = made(deals)
    assert departed.derive(connection) == STAGES
    opened = connection.execute("SELECT * FROM opportunities").df()
    events = connection.execute("SELECT * FROM stage_events").df()
    opened["closed_on"] = pd.to_datetime(opened["closed_on"])
    stays = passages(opened, events, stages=(*STAGES, "won"))
    stays = stays[stays["left_on"].notna()]
    steps = dict(zip(STAGES, ("lead>qualified", "qualified>proposal", "proposal>won"), strict=True))
    expected = stays.groupby([stays["stage"].map(steps), stays["left_on"].dt.to_period("M")])[
        "onward"
    ].agg(["size", "sum"])
    rows = connection.execute("SELECT step, month, departures, onward FROM departed").fetchall()
    got = {(step, pd.Period(month, "M")): (gone, onward) for step, month, gone, onward in rows}
    assert got == {key: tuple(row) for key, row in zip(expected.index, expected.values.tolist(),
                                                       strict=True)}  # fmt: skip
