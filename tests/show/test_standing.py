"""What is said around a table of standings, in both languages."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from kit.show import standing, tables
from kit.show.words import Words
from kit.track.pacing import COLUMNS
from kit.track.reconciliation import Reconciliation


def row(part, **more):
    figures = {name: np.nan for name in COLUMNS} | {"since": pd.NaT, "until": pd.NaT}
    flags = dict.fromkeys(("moved", "own_quota", "vacant"), False)
    return {**figures, **flags, "scope": "rep:1", "part": part, "status": "amber",
            "target": 900.0, "target_to_date": 450.0, "actual": 400.0, **more}  # fmt: skip


def text(view):
    return re.sub(r"<[^>]+>", " ", view.html)


AUGUST, JUNE = pd.Timestamp("2025-08-01"), pd.Timestamp("2025-06-30")


@pytest.mark.parametrize(
    ("marks", "english", "chinese"),
    [
        ({}, "Li", "Li"),
        ({"until": JUNE}, "Li (left 30 Jun 2025)", "Li（2025年6月30日离职）"),
        ({"since": AUGUST}, "Li (since 1 Aug 2025)", "Li（2025年8月1日入职）"),
        ({"since": AUGUST, "moved": True}, "Li (joined 1 Aug 2025)", "Li（2025年8月1日调入）"),
        ({"until": JUNE, "moved": True}, "Li (moved on 30 Jun 2025)", "Li（2025年6月30日调出）"),
        ({"vacant": True}, "Li (vacant)", "Li（空缺）"),
        ({"own_quota": True, "since": AUGUST}, "Li (own quota; since 1 Aug 2025)",
         "Li（个人配额；2025年8月1日入职）"),
    ],
)  # fmt: skip
def test_who_came_and_went_stands_beside_the_name(marks, english, chinese):
    frame = pd.DataFrame([row("East"), row("Li", **marks)])
    assert standing.named(frame, Words("en", "CNY"))["part"].tolist() == ["East", english]
    assert standing.named(frame, Words("zh", "CNY"))["part"].tolist() == ["East", chinese]
    assert english in text(tables.standing(frame, Words("en", "CNY")))


def test_names_are_escaped():
    frame = pd.DataFrame([row("East"), row("<b>Li</b>", own_quota=True)])
    html = tables.standing(frame, Words("en", "CNY")).html
    assert "&lt;b&gt;Li&lt;/b&gt; (own quota)" in html and "<b>Li" not in html


def test_the_pace_that_is_needed_is_said_in_a_sentence():
    words = Words("en", "CNY")
    found = row("East", required_run_rate=14_000.0, run_rate=10_000.0, rate_needed=1.4)
    assert standing.pace(found, words).title == (
        "Needed per working day from here: ¥14.0K, against ¥10.0K so far: 1.4 times the pace so far."
    )
    assert "1.4倍" in standing.pace(found, Words("zh", "CNY")).title
    counted = standing.pace({**found, "required_run_rate": 2.5}, words, measure="visit")
    assert "2.5, against" in counted.title and "¥" not in counted.title
    met = row("East", required_run_rate=-5.0, run_rate=10_000.0, rate_needed=-0.1)
    assert standing.pace(met, words).title.startswith("The target is reached")
    still = row("East", required_run_rate=5.0, run_rate=0.0)
    assert "no pace so far" in standing.pace(still, words).title
    assert standing.pace(row("East"), words).html == ""
    assert standing.pace({**found, "status": "no_target"}, words).html == ""


def test_a_changed_target_is_named_with_its_reason():
    steps = pd.DataFrame(
        {
            "start": pd.to_datetime(["2025-07-01", "2025-08-01", "2025-09-01"]),
            "end": pd.to_datetime(["2025-07-31", "2025-08-31", "2025-09-30"]),
            "target": [900_000.0, 810_000.0, np.nan], "change": [np.nan, -90_000.0, np.nan],
            "reason": ["", "relief, market closed", ""], "author": ["", "Wu", "Wu"],
        }
    )  # fmt: skip
    assert standing.changes(steps, Words("en", "CNY")).title == (
        "The target changed within the period: ¥900K until 31 Jul 2025; ¥810K since 1 Aug 2025 "
        "(relief, market closed); no target since 1 Sep 2025."
    )
    assert "90.0万元（至2025年7月31日）" in standing.changes(steps, Words("zh", "CNY")).title
    assert standing.changes(steps.head(1), Words("en", "CNY")).html == ""


def closed(**more):
    figures = {
        "measure": "bookings", "parts": 100.25, "unassigned": 5.5, "excluded": 10.1,
        "total": 115.85, "rows": 3, "unread": 1, "undated": 2, "undated_amount": 7.0,
        "from_files": True,
    }  # fmt: skip
    return Reconciliation(**{**figures, **more})


def test_the_closing_line_adds_up_and_says_what_it_does_not_know(words):
    line = standing.closing(closed(), words).title
    for one in ("100.25", "5.50", "10.10", "115.85", "7.00"):
        assert one in line
    bare = standing.closing(closed(rows=0, unread=0, undated=0, excluded=0.0, total=105.75), words)
    assert len(bare.title) < len(line) and "7.00" not in bare.title
    own = standing.closing(closed(from_files=False), words).title
    assert own != line and "115.85" in own
    assert words.t("standing.open", difference="1.00") in standing.closing(
        closed(total=116.85), words
    ).title
    assert words.t("standing.open", difference="0.00") not in line
    visits = closed(measure="activities", parts=8.0, unassigned=0.0, excluded=2.0, total=10.0)
    assert "8.00" not in standing.closing(visits, words).title


def test_levels_are_indented(words):
    frame = pd.DataFrame(
        [row("Acme", level=0), row("East", level=1), row("East-1", level=2, status="red"),
         row("Li", level=3, own_quota=True),
         row("others", level=3, status="", count=7.0), row("West", level=1)]
    )  # fmt: skip
    html = standing.levels(frame, words).html
    assert "\u2003East-1" in html and "\u2003\u2003Li" in html
    assert words.t("standing.others", n=7) in html
    assert html.count("<strong>") and "kit-red" in html
    flat = standing.levels(frame[frame["level"] < 2], words)
    assert flat.html == ""


def test_a_period_that_is_over_has_one_vocabulary(words):
    """That nothing is told of what was due of the others does not make it a running one."""
    ended = {"target_to_date": 900.0, "attainment": 0.5}
    rows = [row("Acme", **ended), row("East", **ended), row("East-1", **ended, status="red"),
            row("Li", **ended, status="red"),
            row("others", status="", target_to_date=np.nan)]  # fmt: skip
    frame = pd.DataFrame(rows).assign(level=[0, 1, 2, 3, 3], count=[np.nan] * 4 + [2.0])
    shown = text(standing.levels(frame, words))
    for status in ("green", "amber", "red"):
        assert words.t(f"status.{status}") not in shown.replace(words.t("outcome.amber"), "")
    assert words.t("outcome.amber") in shown and words.t("heading.outcome") in shown
    assert words.t("heading.pace_index") not in shown and words.t("card.to_go") not in shown


def test_what_is_nobodys_is_told_in_words_below_a_part_too(words):
    rows = [row("East", level=1), row("Li", level=2), row("unassigned", level=2, status="")]
    html = standing.levels(pd.DataFrame(rows).assign(count=np.nan), words).html
    assert f"\u2003{words.t('part.unassigned')}" in html and "unassigned" not in html


def test_dues_that_do_not_add_up_are_explained_once(words):
    line = words.t("standing.due_apart")
    whole = row("East", target=1_000.0, target_to_date=500.0)
    even = [row("A", target=600.0, target_to_date=300.0), row("B", target=400.0, target_to_date=200.0)]
    apart = [even[0], row("B", target=400.0, target_to_date=240.0)]  # 540 of 1,000 against 500

    def shown(parts):
        return text(tables.standing(pd.DataFrame([whole, *parts]), words)).replace("&#x27;", "'")

    assert line not in shown(even) and shown(apart).count(line) == 1
    over = [{**one, "target_to_date": one["target"]} for one in (whole, *apart)]
    assert standing.due_apart(pd.DataFrame(over), words) == ""


def test_an_own_quota_is_explained_where_one_stands(words):
    line = words.t("standing.own_quota_mean")
    plain = pd.DataFrame([row("East"), row("Li")])
    own = pd.DataFrame([row("East"), row("Li", own_quota=True)])
    assert line not in text(tables.standing(plain, words))
    assert text(tables.standing(own, words)).count(line) == 1
    deep = own.assign(level=[1, 2], count=np.nan)
    assert text(standing.levels(deep, words)).count(line) == 1
    above = own.assign(level=[0, 1], count=np.nan)
    below = pd.concat([above, plain.tail(1).assign(level=2, count=np.nan)], ignore_index=True)
    assert line not in text(standing.levels(below, words))
