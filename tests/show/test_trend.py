"""Sub-periods and cross tables: notes of what is shown, and one sentence where nothing stands out."""

from __future__ import annotations

import re
from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import pandas as pd

from kit.show import trend
from kit.show.style import CSS


def text(view):
    return re.sub(r"<[^>]+>", " ", view.html)


def steps(*names, **more):
    rows = len(names)
    frame = pd.DataFrame(
        {"period": names, "working_days": [5] * rows, "target": [9e5] * rows,
         "actual": [8e5] * rows, "variance": [-1e5] * rows, "variance_share": [-0.1] * rows,
         "rolling_gap": [np.nan] * rows, "cumulated_actual": [8e5] * rows,
         "cumulated_target": [9e5] * rows, "last_year": [np.nan] * rows, "yoy": [np.nan] * rows,
         "forecast": [np.nan] * rows, "running": [False] * rows}
    )  # fmt: skip
    return frame.assign(**more)


def cells(**changes):
    found = pd.DataFrame(
        {"row": ["Li", "Li", "Wu", "Wu", "Zhao", "Zhao"], "column": ["direct", "online"] * 3,
         "actual": [8e5, 2e5, 3e5, 4e5, 0.0, 0.0], "expected": [5e5, 5e5, 4e5, 3e5, 0.0, 0.0],
         "named": [True, False, False, False, False, False]}
    ).assign(**changes)  # fmt: skip
    return found.assign(deviation=found["actual"] - found["expected"])


def crossed(named):
    found = cells()
    told = found[found["named"]].assign(rows="rep", columns="channel", p=0.0004)
    return SimpleNamespace(
        pairs=(("rep", "channel"), ("line", "class")), tested=6,
        named=told if named else told.head(0), table=lambda pair: found,
    )  # fmt: skip


def test_notes_of_weeks_explain_what_is_shown(words):
    shown = text(trend.steps(steps("2025-W27", "2025-W28"), words))
    assert words.t("trend.steps.cumulated") in shown
    for one in ("rolling_gap", "last_year", "forecast"):
        assert words.t(f"trend.steps.{one}") not in shown
    rolling = text(trend.steps(steps("2025-W27", "2025-W28", rolling_gap=2e5), words))
    assert words.t("trend.steps.rolling_gap") in rolling


def test_months_do_not_repeat_the_notes_of_their_weeks(words):
    shown = text(trend.steps(steps("2025-07", "2025-08"), words))
    assert words.t("trend.steps.cumulated") not in shown and "2025" in shown


def test_nothing_that_stands_out_is_one_sentence_with_what_was_looked_at(words):
    view = trend.cross(crossed(named=False), words)
    assert "<table" not in view.html and view.html.count("<p") == 1
    for one in ("rep", "channel", "line", "class"):
        assert words.t(f"trend.dimension.{one}") in view.title


def test_what_stands_out_has_its_table_without_empty_rows(words):
    view = trend.cross(crossed(named=True), words)
    assert view.html.count("<table") == 1 and "▶" in view.html
    assert "Wu" in view.html and "Zhao" not in view.html


def test_names_of_sub_periods_stay_on_one_line_on_a_phone(words, browser):
    """On 390 pixels, however narrow the column may be; the mark `so far` may go below the name."""
    told = dict.fromkeys(("rolling_gap", "last_year", "forecast"), 9.87e6)
    frame = steps("2025-W29", "2025-W39", running=[False, True], actual=9.87e6, yoy=0.123, **told)
    layout = (files("kit.publish") / "templates" / "packet.css").read_text(encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_content(
        f"<!doctype html><style>{CSS}{layout} th {{ min-width: 0 !important }}</style>"
        f'<body class="packet"><main>{trend.steps(frame, words).html}</main>'
    )
    lines = page.evaluate(
        """() => [...document.querySelectorAll("tbody th")].map(cell => {
            const range = document.createRange(), text = cell.firstChild;
            const name = text.data.split(/[ （]/)[0];
            range.setStart(text, 0);
            range.setEnd(text, name.length);
            return [name, range.getClientRects().length, cell.scrollWidth <= cell.clientWidth];
        })"""
    )
    page.close()
    names = [words.period(one).replace(" ", "\u00a0") for one in frame["period"]]
    assert lines == [[name, 1, True] for name in names]


def test_the_heat_is_explained_by_limits_not_by_a_pace(words):
    """Its months may be over, and a period that is over is not behind."""
    note = words.t("figure.heat.note")
    assert words.t("status.red").lower() not in note and words.t("status.amber").lower() not in note
