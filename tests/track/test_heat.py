"""Attainment by part and month."""

from __future__ import annotations

import re

import numpy as np
import pytest

from kit.data.tables import Unavailable
from kit.show.figures.heat import heat as figure
from kit.show.words import Words
from kit.track import pacing
from kit.track.heat import COLUMNS, FEWEST, MOST, ROWS, heat

PLAIN = {"calendar.country": ""}
MONTHS = [f"2025-{n:02d}" for n in range(1, 10)]


def target(scope, period, amount):
    return {"scope": scope, "period": period, "measure": "bookings", "version": 1,
            "target": float(amount)}  # fmt: skip


def person(rep, *, start="2020-01-01", end=None, team="East-1", region="East"):
    return {"rep_id": rep, "valid_from": start, "valid_to": end, "name": f"Name {rep}",
            "team": team, "region": region}  # fmt: skip


def sales_of(rep, amounts, *, day=3, **more):
    rows = [{"date": f"{month}-{day:02d}", "amount": float(one), "rep_id": rep, **more}
            for month, one in zip(MONTHS, amounts, strict=False)]  # fmt: skip
    return [{"date": "2025-01-01", "amount": 0.0, "rep_id": rep, **more}, *rows]


@pytest.fixture
def team(make_case):
    """Two reps of a team, each with 100 a month to bring."""

    def build(**asked):
        goals = [target(scope, month, 100) for month in MONTHS
                 for scope in ("rep:A", "rep:B", "team:East-1")]  # fmt: skip
        return make_case(
            sales=[*sales_of("A", [100, 90, 60, 120, 100, 100, 79, 94, 96]),
                   *sales_of("B", [50, 100, 200, 100, 100, 100, 100, 100, 100])],
            scope="team:East-1", roster=[person("A"), person("B")],
            **{"targets": goals, "settings": PLAIN, **asked},
        )  # fmt: skip

    return build


def shares(found, part):
    cells = found.cells[found.cells["part"] == part]
    return cells["attainment"].tolist()


def test_by_hand(team):
    found = heat(team())
    assert found.months == ("2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09")
    assert len(found.months) == FEWEST and list(found.cells.columns) == list(COLUMNS)
    assert found.parts["part"].tolist() == ["East-1", "Name A", "Name B"]  # the worst first
    assert shares(found, "Name A") == pytest.approx([1.2, 1, 1, 0.79, 0.94, 0.96])
    assert shares(found, "East-1") == pytest.approx([2.2, 2, 2, 1.79, 1.94, 1.96])
    own = found.cells[found.cells["part"] == "Name A"]["status"].tolist()
    assert own[3:] == ["red", "amber", "green"]
    assert found.parts["attainment"].tolist()[1:] == pytest.approx([589 / 600, 1.0])
    assert not found.folded and not found.cells["running"].any()


def test_status_follows_the_thresholds_of_the_settings(team):
    found = heat(team(settings={**PLAIN, "track.red": 0.95, "track.amber": 0.97}))
    own = found.cells[found.cells["part"] == "Name A"]["status"].tolist()
    assert own[3:] == ["red", "red", "amber"]


def test_the_running_month_is_held_against_what_was_due(team):
    """11 August 2025: 7 of 21 working days are over."""
    case = team(as_of="2025-08-11")
    found = heat(case)
    assert found.months[-1] == "2025-08"
    last = found.cells[found.cells["part"] == "Name A"].iloc[-1]
    assert last["running"] and last["target"] == pytest.approx(100 * 7 / 21)
    assert last["attainment"] == pytest.approx(94 * 3 / 100)


def test_a_whole_year_shows_its_months_and_no_more_than_twelve(team):
    assert heat(team(period="2025", as_of="2025-09-30")).months == tuple(MONTHS)
    assert len(heat(team(period="2024Q4..2025Q3", as_of="2025-09-30")).months) == MOST


def test_no_target_is_a_null_cell(team):
    goals = [target("rep:A", month, 100) for month in MONTHS[5:]]
    found = heat(team(targets=goals))
    assert np.isnan(shares(found, "Name A")[:2]).all()
    assert not np.isnan(shares(found, "Name A")[2:]).any()
    assert np.isnan(shares(found, "Name B")).all()
    assert found.parts["part"].tolist() == ["East-1", "Name A", "Name B"]
    none = found.cells[found.cells["part"] == "Name B"]
    assert set(none["status"]) == {"no_target"}
    assert heat(team(targets=[])) == Unavailable(reason="no_target")


def test_a_rep_who_moved_counts_on_the_days_in_the_scope(make_case):
    """A comes on 14 July: 14 of 23 working days are left of July."""
    case = make_case(
        sales=[*sales_of("B", [10] * 9), *sales_of("A", [70] * 9, day=20)],
        scope="team:East-1",
        roster=[person("A", end="2025-07-13", team="West-1", region="West"),
                person("A", start="2025-07-14"), person("B")],
        targets=[target("rep:A", "2025-07", 230), target("rep:A", "2025-08", 100)],
        settings=PLAIN,
    )  # fmt: skip
    cells = heat(case).cells
    mine = cells[cells["part"] == "Name A"].set_index("period")
    assert mine.loc["2025-07", "target"] == pytest.approx(140)
    assert mine.loc["2025-08", "target"] == pytest.approx(100)
    assert np.isnan(mine.loc["2025-06", "attainment"])


def test_regions_of_a_company_agree_with_their_standing(make_case):
    case = make_case(
        sales=[*sales_of("A", [30] * 9), *sales_of("B", [50] * 9, region="West", team="West-1")],
        roster=[person("A"), person("B", region="West", team="West-1")],
        targets=[target("region:East", "2025-09", 60), target("region:West", "2025-09", 50)],
        scope="company", period="2025-09", settings=PLAIN,
    )  # fmt: skip
    cells = heat(case).cells
    last = cells[cells["period"] == "2025-09"].set_index("part")["attainment"]
    told = pacing.standing(case).set_index("part")["attainment"]
    assert last["East"] == told["East"] == 0.5 and last["West"] == told["West"] == 1.0


def test_of_many_the_worst_and_the_best_are_shown_and_the_rest_together(make_case):
    reps = [f"R{n:02d}" for n in range(40)]
    rows = [row for n, rep in enumerate(reps) for row in sales_of(rep, [10 * (n + 1)] * 9)]
    case = make_case(
        sales=rows, scope="team:East-1", roster=[person(one) for one in reps],
        targets=[target(f"rep:{one}", month, 100) for one in reps for month in MONTHS],
        settings=PLAIN,
    )  # fmt: skip
    found = heat(case)
    parts = found.parts["part"].tolist()
    assert len(parts) == ROWS + 1 and found.folded == 11
    assert parts[1] == "Name R00" and parts[15] == "Name R14" and parts[16] == "others"
    assert parts[17] == "Name R26" and parts[-1] == "Name R39"
    assert shares(found, "others")[0] == pytest.approx(np.mean([0.1 * (n + 1)
                                                                for n in range(15, 26)]))  # fmt: skip
    view = figure(found, Words("en", "CNY"))
    assert "11 others" in view.html and view.html.count(">Name R") == 29


def test_scopes_without_parts_and_data(make_case):
    rep = make_case(scope="rep:R1", sales=sales_of("R1", [1] * 9), settings=PLAIN)
    assert heat(rep) == Unavailable(reason="heat_no_parts")
    assert heat(make_case(), measure="collections") == Unavailable(table="receipts")
    assert Words("zh").has("unavailable.heat_no_parts")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figure_reads_without_its_colours(team, language):
    words = Words(language, "CNY")
    view = figure(heat(team()), words)
    texts = re.findall(r"<text([^>]*)>([^<]*)</text>", view.html)
    by_text = {text: style for style, text in texts}
    assert {"79%", "94%", "96%", "120%"} <= set(by_text)
    assert "font-weight:700" in by_text["79%"] and re.search("white|#fff", by_text["79%"])
    assert "font-weight:700" in by_text["94%"] and "font-weight:700" not in by_text["96%"]
    assert words.share(0.79) in view.title and "79%" in view.alt and "96%" in view.alt
    assert view.html == figure(heat(team()), words).html
    assert "–" in figure(heat(team(targets=[target("rep:A", "2025-09", 9)])), words).html


def test_twelve_months_fit_a_phone(team):
    """Without percent signs the figures of twelve columns keep clear of each other."""
    view = figure(heat(team(period="2024Q4..2025Q3", as_of="2025-09-30")), Words("en", "CNY"))
    assert ">79<" in view.html and ">79%<" not in view.html
