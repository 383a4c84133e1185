"""Every measure by part: as in the part's own packet, each table closed by its own line."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kit.data.case import open_case
from kit.data.tables import Unavailable
from kit.show import by_measure as show
from kit.show.words import Words
from kit.track import pacing
from kit.track.by_measure import MeasureStanding, by_measure

AS_OF = "2025-08-20"


@pytest.fixture(scope="module")
def found(sample_company):
    folder, _, _ = sample_company

    def opened(scope):
        return open_case(folder / "company.yml", scope=scope, period="2025Q3", as_of=AS_OF,
                         out=folder / "out")  # fmt: skip

    return opened, {scope: by_measure(opened(scope)) for scope in ("company", "region:East")}


def test_a_part_reads_as_in_its_own_packet(found):
    opened, standings = found
    assert [one.measure for one in standings["company"]] == [
        "bookings", "quantity", "margin", "new_customers", "collections"
    ]  # fmt: skip
    for region in ("region:East", "region:South"):
        own = pacing.measures(opened(region)).set_index("measure")
        for one in standings["company"]:
            row = one.standing.set_index("scope").loc[region]
            for column in ("target", "actual", "attainment", "pace_index", "gap",
                           "required_run_rate", "rate_needed"):  # fmt: skip
                assert row[column] == pytest.approx(own.loc[one.measure, column], nan_ok=True)
            assert row["status"] == own.loc[one.measure, "status"]


def test_every_table_is_closed(found):
    for standings in found[1].values():
        for one in standings:
            assert not isinstance(one.closing, Unavailable) and one.closing.balances
            below = one.standing["actual"].iloc[1:].sum()
            assert one.closing.parts + one.closing.unassigned == pytest.approx(below)
            assert one.closing.countable is (one.measure != "new_customers")


def test_a_scope_whose_parts_have_targets_in_one_measure_has_no_matrix(found):
    east = found[1]["region:East"]
    assert [one.measure for one in east if one.parts_have_targets] == ["bookings"]
    words = Words("en", "CNY")
    shown = show.by_measure(east, words).html
    assert words.t("standing.matrix") not in shown
    assert shown.count("<details") == 4 and shown.count("East-2") == 4
    assert words.t("standing.matrix") in show.by_measure(found[1]["company"], words).html


def frame(**columns) -> pd.DataFrame:
    made = pd.DataFrame(columns)
    return made.assign(part=made["scope"].str.partition(":")[2], since=pd.NaT, until=pd.NaT,
                       moved=False, own_quota=False, vacant=False)  # fmt: skip


def test_a_matrix_keeps_parts_that_one_measure_alone_knows():
    nothing = float("nan")
    bookings = frame(
        scope=["region:East", "rep:A", "rep:<b>"], target=[100.0, 60.0, 40.0],
        target_to_date=[50.0, 30.0, 20.0], actual=[44.0, 30.0, 14.0],
        attainment=[0.44, 0.5, 0.35], status=["amber", "green", "red"],
    )  # fmt: skip
    visits = frame(
        scope=["region:East", "rep:A", "rep:C", ""], target=[nothing, 20.0, 10.0, nothing],
        target_to_date=[nothing, 10.0, 5.0, nothing], actual=[17.0, 12.0, 4.0, 1.0],
        attainment=[nothing, 0.6, 0.4, nothing], status=["no_target", "green", "amber", "no_target"],
    )  # fmt: skip
    view = show.matrix(
        [MeasureStanding(name, one, Unavailable(reason="no_reconciliation"))
         for name, one in (("bookings", bookings), ("visit", visits))],
        Words("en", "CNY"),
    )  # fmt: skip
    page = BeautifulSoup(view.html, "html.parser")
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])]
            for row in page.find("tbody").find_all("tr")]  # fmt: skip
    assert rows == [
        ["East", "◐ 44.0%", "–"],
        ["A", "● 50.0%", "● 60.0%"],
        ["<b>", "○ 35.0%", "–"],
        ["C", "–", "◐ 40.0%"],
    ]
    assert "&lt;b&gt;" in view.html and "<b>" not in view.html


def test_the_first_day_closes_too(found):
    opened, _ = found
    case = opened("region:East")
    for one in by_measure(replace(case, as_of=dt.date(2025, 7, 1))):
        assert one.closing.balances
