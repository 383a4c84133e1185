"""Actions in words, in both languages."""

import math
import re

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.review.carried import COLUMNS
from kit.show import actions
from kit.show.words import Words

DAY = pd.Timestamp("2025-04-01")
ROW = {
    "action_id": "A1", "scope": "region:East", "period": "2025Q2", "cause": "price: standard",
    "action": "call <b>", "owner": "Li", "due_on": DAY, "status": "open", "outcome": "carried",
    "stage": "do", "reason": None, "expected_effect": 100.0, "measured_effect": math.nan,
    "measure": "bookings", "unit": "money", "started_on": DAY, "effect": 120.0, "low": 20.0,
    "high": 220.0, "months": 6, "against": "parts", "verdict": "as_expected", "why": "",
    "detail": "", "known_on": pd.NaT, "shared": (), "events": (), "causes": (), "said": None,
}  # fmt: skip


def frame(*rows):
    return pd.DataFrame([{**ROW, **one} for one in rows], columns=list(COLUMNS))


def test_an_effect_is_told_with_interval_group_and_verdict():
    told = actions.effect_of(ROW, Words("en", "CNY"))
    assert told == (
        "¥100 expected a period. Bookings: +¥120 a period (+¥20 to +¥220) against the other parts, "
        "6 months on each side of 1 Apr 2025. As expected."
    )


def test_a_fall_is_a_minus_and_a_rate_is_told_in_points():
    one = {**ROW, "effect": -0.02, "low": -0.05, "high": -0.01, "measure": "win_rate",
           "unit": "rate", "verdict": "adverse", "expected_effect": math.nan}  # fmt: skip
    told = actions.effect_of(one, Words("en", "CNY"))
    assert "Win rate: −2.0 pp (−5.0 pp to −1.0 pp)" in told and "a period" not in told
    assert told.endswith("It went the other way.")
    assert "−2.0个百分点" in actions.effect_of(one, Words("zh", "CNY"))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("verdict", "why"),
    [("unknown", one) for one in ("no_start", "measure_unknown", "before_short", "elsewhere",
     "no_noise", "not_looked_at", "adjusted_short", "missing_table", "no_list_price", "")]
    + [(one, "") for one in ("less", "seen", "nothing_seen", "too_early", "not_started",
                             "dropped")],
)  # fmt: skip
def test_every_verdict_has_words_without_nan(language, verdict, why):
    one = {**ROW, "effect": math.nan, "low": math.nan, "high": math.nan, "months": 0,
           "verdict": verdict, "why": why, "detail": "华东"}  # fmt: skip
    told = actions.effect_of(one, Words(language, "CNY"))
    assert not re.search(r"\bnan\b|None|NaT|\{|\binf\b", told)
    if language == "zh":
        assert not re.search(r"[a-z]{4}", told)


def test_the_page_counts_escapes_and_folds(words):
    rows = [{"action_id": f"A{at}"} for at in range(8)]
    rows += [{"action_id": "B1", "outcome": "closed", "status": "done"},
             {"action_id": "B2", "said": "later", "owner": None, "reason": "why.",
              "shared": ("A1",), "events": ({"date": DAY.date(), "label": "fair"},),
              "causes": ({"cause": "price", "subject": "", "facts": {}},)}]  # fmt: skip
    view = actions.carried(frame(*rows), words)
    assert "call &lt;b&gt;" in view.html and "<b>" not in view.html
    assert view.html.count("<details") == 1 and view.html.count("kit-stacked") == 3
    assert "later" in view.html and "fair" in view.html
    assert "NaN" not in view.html and "None" not in view.html


def test_one_is_not_several():
    view = actions.carried(frame({"status": "overdue"}), Words("en", "CNY"))
    assert "1 action is carried over; 1 of them is overdue." in view.html
    calm = actions.carried(frame({}, {"outcome": "dropped", "status": "dropped"}), Words("en"))
    assert "1 action is carried over, none overdue. 1 dropped since" in calm.html


def test_nothing_on_record_and_no_table(words):
    assert "kit-missing" in actions.carried(frame().iloc[:0], words).html
    assert "actions" in actions.carried(Unavailable(table="actions"), words).html


def test_a_proposal_says_what_it_may_bring_or_which_is_open(words):
    one = {"action_id": "N1", "cause": "price", "subject": "standard",
           "action": "discount_approval", "owner": None, "owner_role": "pricing_manager",
           "due_on": DAY, "effect": -5.0,
           "facts": {}, "expected_low": 0.0, "expected_high": 3e6, "measure": "discount",
           "started_on": DAY, "covered_by": None}  # fmt: skip
    rows = [one, {**one, "expected_low": math.nan, "expected_high": math.nan},
            {**one, "covered_by": "A7", "action": "talk", "owner": "Li"}]  # fmt: skip
    view = actions.proposed(pd.DataFrame(rows), words)
    assert "A7" in view.html and "talk" in view.html and "nan" not in view.html.lower()
    assert words.term("owner_role", "pricing_manager") in view.html
    assert words.t("action_review.proposed.none") in actions.proposed(
        pd.DataFrame(rows).iloc[:0], words
    ).html  # fmt: skip
