"""The first screen."""

from types import SimpleNamespace

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.show import cards
from kit.show.words import Words

ROW = {
    "target": 12e6, "target_to_date": 8e6, "actual": 6.6e6, "attainment": 0.55, "pace_index": 0.825,
    "gap": 5.4e6, "required_run_rate": 2e5, "run_rate": 1.5e5, "status": "red",
}  # fmt: skip
LANDING = SimpleNamespace(landing=10.8e6, low=10.2e6, high=11.5e6, chance=0.07, note="")


def position(row, words, *, landing=LANDING, scope="East", closed=None):
    return cards.position(
        row, landing, words, scope_title=scope, period_title="Q3 2025", as_of="2025-08-31",
        closed=closed,
    )  # fmt: skip


def test_a_running_period_shows_landing_and_chance(english):
    view = position(ROW, english)
    assert view.title == (
        "Behind. East is at 82.5% of what was due by now. It is heading for ¥10.8M, ¥1.20M short "
        "of the target; the chance of reaching it is 7%."
    )
    for text in ("¥12.0M", "¥6.60M", "¥5.40M", "¥10.8M", "¥10.2M – ¥11.5M", ">7%<",
                 "¥200K a working day needed, ¥150K so far"):  # fmt: skip
        assert text in view.html, text


@pytest.mark.parametrize(
    ("changes", "starts"),
    [
        ({"status": "green", "pace_index": 1.02}, "On track."),
        ({"status": "amber", "pace_index": 0.9}, "At risk."),
        ({"gap": -1e5, "attainment": 1.01, "status": "green"}, "Yes. East has already reached"),
        ({"target": None, "attainment": None, "gap": None, "status": "no_target"}, "No target"),
        ({"pace_index": None, "target_to_date": 0.0}, "Nothing is due from East in Q3 2025 yet"),
    ],
)
def test_the_answer_follows_the_status(changes, starts, english):
    assert position({**ROW, **changes}, english).title.startswith(starts)


def test_a_closed_period_says_yes_or_no(english):
    row = {**ROW, "actual": 9.9e6, "attainment": 0.825, "gap": 2.1e6}
    missed = position(row, english, closed=True)
    assert missed.title == "No. East closed Q3 2025 ¥2.10M short, at 82.5% of target."
    assert "Expected landing" not in missed.html and "working day" not in missed.html
    met = position({**row, "gap": -1e5, "attainment": 1.01}, english, closed=True)
    assert met.title.startswith("Yes.") and "Above target" in met.html


@pytest.mark.parametrize(
    ("language", "running", "over"),
    [("en", "Will we reach the target?", "Did we reach the target?"),
     ("zh", "能完成目标吗？", "目标完成了吗？")],
)  # fmt: skip
def test_the_question_is_of_the_future_while_the_period_runs(language, running, over):
    words = Words(language, "CNY")
    for closed, asked in ((False, running), (True, over)):
        kicker = position(ROW, words, closed=closed).html.split("</p>")[0]
        assert kicker.split(">")[2].startswith(asked + " ")


def test_where_it_is_heading_is_said_above_and_without_a_chance_too(english):
    landing = SimpleNamespace(landing=12.4e6, low=None, high=None, chance=None, note="few_periods")
    lead = position(ROW, english, landing=landing).title
    assert lead.endswith("It is heading for ¥12.4M, ¥400K above the target.")


def test_without_a_target_there_is_no_gap_to_show(words):
    row = {"target": None, "target_to_date": None, "actual": 8e5, "attainment": None,
           "gap": None, "pace_index": None, "status": "no_target"}  # fmt: skip
    closed = position(row, words, closed=True).html
    assert closed.count('class="kit-card"') == 1 and ">–<" not in closed
    running = position(row, words).html
    assert running.count('class="kit-card"') == 3  # actual, landing, chance


def test_the_sign_of_a_closed_period_tells_a_near_miss_from_a_hit(english):
    row = {**ROW, "gap": 4e5, "attainment": 0.97, "status": "green"}
    assert 'class="kit-near"' in position(row, english, closed=True).html
    assert 'class="kit-green"' in position(row, english, closed=False).html


def test_names_are_escaped(words):
    view = position(ROW, words, scope="<b>East</b>")
    assert "<b>" not in view.html and "&lt;b&gt;East&lt;/b&gt;" in view.html


@pytest.mark.parametrize(
    "row",
    [
        pd.Series(dict.fromkeys(ROW, float("nan")) | {"status": "no_target"}),
        {"actual": 0.0, "status": "no_target"},
        {**ROW, "actual": -5e5},
        {**ROW, "actual": 50e6},
        {**ROW, "target": 0.0},
    ],
)
def test_odd_rows_do_no_harm(row, words):
    text = position(row, words, landing=Unavailable(reason="too_short", detail="3")).html
    assert "nan" not in text and "None" not in text and 'width="-' not in text


def test_headline_takes_a_position(english):
    found = SimpleNamespace(
        row=ROW, landing=LANDING, scope="East", period="2025Q3", as_of="2025-08-31", closed=False,
        missing=0, through=None,
    )
    assert "as of 31 Aug 2025" in cards.headline(found, english).html
    assert "targets" in cards.headline(Unavailable(table="targets"), english).title


def test_reasons_carry_money_share_and_evidence(english):
    causes = pd.DataFrame(
        {
            "cause": ["lost_customer"], "subject": ["<3 Clinic"], "effect": [-5e5], "share": [0.24],
            "evidence": ["unexplained"], "facts": [{"variance": -2e6}],
        }
    )  # fmt: skip
    text = cards.reasons(causes, english).html
    assert "Customer lost: &lt;3 Clinic" in text
    assert "−¥500K" in text and "24% of the difference" in text and "−¥2.00M" in text
    larger = cards.reasons(causes.assign(share=1.11), english)
    assert "more than the whole difference" in larger.html and larger.title == "Why"
    small = cards.reasons(causes.assign(share=5.36), english)
    assert "of the difference" not in small.html and small.title == "What moved the result"
    assert cards.reasons(causes.assign(effect=5e5), english).title == "What moved the result"
    assert "No cause stands out" in cards.reasons(causes.iloc[:0], english).html
    assert "orders" in cards.reasons(Unavailable(table="orders"), english).html


def test_doing_names_owner_day_and_next_target(words):
    actions = pd.DataFrame(
        {
            "action": ["review_part", "fill_posts"], "subject": ["R&D", ""], "facts": [{}, None],
            "owner": ["Li <Wei>", None], "owner_role": ["sales_manager", "people_manager"],
            "due_on": pd.Timestamp("2025-10-31"),
        }
    )  # fmt: skip
    coming = SimpleNamespace(period="2025Q4", target=11.2e6, growth=None, chance=0.4)
    text = cards.doing(actions, words, next_target=coming).html
    assert "Li &lt;Wei&gt;" in text and words.term("owner", "people_manager") in text
    assert words.period("2025Q4") in text and "40%" in text
    assert words.money(11.2e6) in text
    empty = cards.doing(actions.iloc[:0], words, next_target=Unavailable(reason="no_basis"))
    assert words.t("unavailable.no_basis") in empty.html


def test_no_headings_beside_the_packets_own(words):
    assert "<h" not in position(ROW, words).html
