"""Tables as HTML."""

import re

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.show import tables
from kit.show.words import Words


def cells(view, tag="td"):
    found = re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", view.html)
    return [re.sub(r"<[^>]+>", "", one) for one in found]


def standing():
    return pd.DataFrame(
        {
            "scope": ["region:E", "rep:1"], "part": ["<b>East</b>", "华东 & co"],
            "target": [12e6, np.nan], "target_to_date": [12e6, np.nan], "actual": [9.9e6, 2e5],
            "attainment": [0.825, np.nan], "pace_index": [0.825, np.nan], "gap": [2.1e6, np.nan],
            "required_run_rate": [np.nan, np.nan], "run_rate": [1.5e5, 3e3],
            "status": ["red", "no_target"],
        }
    )  # fmt: skip


def test_names_are_escaped_and_head_their_rows(english):
    view = tables.standing(standing(), english, title="<i>T</i>")
    assert '<th scope="row"><strong>&lt;b&gt;East&lt;/b&gt;</strong></th>' in view.html
    assert "华东 &amp; co" in view.html
    assert "<caption>&lt;i&gt;T&lt;/i&gt;</caption>" in view.html
    assert "<b>" not in view.html and "<i>" not in view.html
    assert view.title == "<i>T</i>"


def test_amounts_share_one_unit_that_is_named(english):
    view = tables.standing(standing(), english)
    assert {"12,000", "9,900", "2,100", "82.5%", "–"} <= set(cells(view))
    assert "Amounts in ¥ thousand." in view.html
    chinese = tables.standing(standing(), Words("zh", "CNY"))
    assert "1,200.0" in cells(chinese) and "金额单位：万元。" in chinese.html


def test_status_is_a_sign_and_a_word(english):
    view = tables.standing(standing(), english)
    assert 'class="kit-status kit-red"' in view.html and "○ Clearly missed" in cells(view)
    running = tables.standing(standing().assign(target_to_date=6e6), english)
    assert "○ Behind" in cells(running) and "Still to go" in cells(running, "th")


def test_what_a_closed_period_does_not_need_is_left_out(english):
    heads = cells(tables.standing(standing(), english), "th")
    assert heads[:6] == ["Part", "Result", "Target", "Actual", "Attainment", "Gap"]
    assert not {"Due to date", "Pace", "Needed per day", "Per day so far"} & set(heads)


def test_columns_in_which_nothing_is_known_are_left_out(english):
    frame = pd.DataFrame(
        {"part": ["A", "B"], "target": [1.0, 2.0], "last_year": np.nan, "bottleneck": False}
    )
    heads = cells(tables.table(frame, english), "th")
    assert [one for one in heads if one not in "AB"] == ["Part", "Target"]


def test_a_negative_gap_is_said_to_be_over(words):
    frame = standing().assign(gap=[-4.9e5, 0.0], attainment=[1.04, np.nan])
    found = cells(tables.standing(frame, words))
    over = "490 over" if words.language == "en" else "超出 49.0"
    assert over in found and not [one for one in found if one.startswith("−")]


def test_a_scope_without_parts_has_no_table_of_parts(words):
    assert tables.standing(standing().head(1), words).html == ""


def test_a_month_that_is_not_over_has_no_variance(english):
    frame = pd.DataFrame(
        {
            "period": ["2025-10", "2025-11"], "target": [1e6, 2e6], "actual": [9e5, 5e5],
            "variance": [-1e5, -1.5e6], "variance_share": [-0.1, -0.75], "running": [False, True],
        }
    )  # fmt: skip
    view = tables.months(frame, english)
    assert cells(view)[-2:] == ["–", "–"] and "−10.0%" in cells(view)
    assert cells(view, "th")[-1] == "Nov\u00a02025 (so far)"


def test_rows_of_sentences_are_labelled_for_phones(words):
    frame = pd.DataFrame(
        {"criterion": ["specific", "relevant"], "verdict": ["yes", "no"], "evidence": ["a", "b"]}
    )
    view = tables.smart(frame, words)
    assert 'class="kit-table kit-stacked' in view.html
    labels = re.findall(r'<td data-label="([^"]+)"', view.html)
    assert labels == [words.heading("verdict"), words.heading("evidence")] * 2
    assert "data-label" not in tables.standing(standing(), words).html


def test_small_tables_may_stand_beside_a_figure(english):
    small = pd.DataFrame({"view": ["last_year"], "amount": [1e6]})
    assert "kit-narrow" in tables.table(small, english).html
    wide = small.assign(**{f"2025-{month:02}": 1e6 for month in range(1, 13)})
    assert "kit-narrow" not in tables.table(wide, english).html


def test_html_is_lean_and_deterministic(english):
    view = tables.standing(standing(), english)
    assert not re.search(r"<style|style=|gt_| id=|headers=|data-", view.html)
    assert view.html == tables.standing(standing(), english).html
    assert view.html.count("<table") == 1 and 'class="kit-scroll"' in view.html


def test_numbers_stand_right(english):
    view = tables.standing(standing(), english)
    assert '<th scope="col" class="n">Target</th>' in view.html
    assert '<td class="n">' in view.html
    assert '<th scope="col">Result</th>' in view.html


@pytest.mark.parametrize("show", [tables.standing, tables.causes, tables.smart,
                                  tables.scorecard, tables.practices, tables.actions,
                                  tables.months, tables.measures, tables.funnel, tables.peers,
                                  tables.table])  # fmt: skip
def test_what_is_unavailable_is_one_line(show, words):
    view = show(Unavailable(table="activities"), words)
    assert "<table" not in view.html and "activities" in view.title


def test_no_rows_give_one_line(words):
    assert "<table" not in tables.standing(standing().iloc[:0], words).html


def test_rows_are_written_in_the_unit_of_their_measure(english):
    frame = pd.DataFrame(
        {"measure": ["bookings", "new_customers"], "target": [2e6, 20.0], "actual": [1e6, 13.0]}
    )
    assert cells(tables.table(frame, english)) == ["2,000", "1,000", "20", "13"]
    assert cells(tables.table(frame, english), "th")[-2:] == ["Bookings", "New customers"]


def test_facts_fill_the_phrases_of_their_row(english):
    frame = pd.DataFrame(
        {
            "criterion": ["achievable"], "verdict": ["no"], "evidence": ["smart_too_high"],
            "facts": [{"chance": 0.07, "low": 0.3, "high": 0.8}],
        }
    )  # fmt: skip
    found = cells(tables.smart(frame, english))
    assert found[0] == "✗ No" and found[1].startswith("The chance of 7% is below the 30%")


def test_subjects_fill_the_phrases_of_causes(words):
    frame = pd.DataFrame(
        {
            "cause": ["lost_customer"], "subject": ["<3 Clinic"], "effect": [-5e5], "share": [0.5],
            "category": ["market"], "evidence": ["unexplained"], "facts": [{"variance": -1e6}],
        }
    )  # fmt: skip
    view = tables.causes(frame, words)
    assert "&lt;3 Clinic" in view.html and "50.0%" in view.html


def test_the_scorecards_margin_is_a_rate(english):
    frame = pd.DataFrame({"rep": ["Li"], "score": [1.12], "margin": [0.34], "new_customers": [4.0]})
    assert cells(tables.scorecard(frame, english)) == ["1.12", "34.0%", "4"]


def test_an_action_names_whom_it_is_about_and_what_is_at_stake(english):
    frame = pd.DataFrame(
        {
            "action": ["win_back", "win_back"], "cause": ["lost_customer", "lost_customers"],
            "subject": ["<3 Clinic", ""], "facts": [{}, {"count": 1}], "owner": "Li",
            "owner_role": "sales_manager", "due_on": pd.Timestamp("2025-10-31"),
            "effect": [-5e5, -2e5],
        }
    )  # fmt: skip
    view = tables.actions(frame, english)
    assert "Visit &lt;3 Clinic, make" in view.html
    assert "Visit the customers who stopped" in view.html
    assert "At stake" in cells(view, "th") and "500.0" in cells(view)


def test_low_and_high_of_a_funnel_are_rates(english):
    frame = pd.DataFrame({"step": ["lead → won"], "conversion": [0.5], "low": [0.4], "high": [0.6]})
    assert cells(tables.table(frame, english)) == ["50.0%", "40.0%", "60.0%"]


def test_an_owner_who_is_not_named_is_a_role(english):
    frame = pd.DataFrame(
        {
            "action": ["fill_posts"], "owner": [None], "owner_role": ["people_manager"],
            "due_on": [pd.Timestamp("2025-10-31")],
        }
    )  # fmt: skip
    assert cells(tables.actions(frame, english)) == ["People manager", "31\u00a0Oct\u00a02025"]


def test_periods_as_columns_are_headed_as_periods(english):
    frame = pd.DataFrame({"part": ["A"], "2025-07": [1e6]})
    view = tables.table(frame, english, kinds={"2025-07": "money"})
    assert "Jul 2025" in cells(view, "th") and cells(view) == ["1,000"]


def test_inputs_stay_as_they_were(english):
    frame = standing()
    before = frame.copy(deep=True)
    tables.standing(frame, english)
    pd.testing.assert_frame_equal(frame, before)


def test_notes_explain_the_columns_that_are_shown(words):
    frame = pd.DataFrame(
        {"period": ["2025-07"], "target": [9e5], "actual": [8e5], "moving_average": [8.5e5],
         "rolling_gap": [np.nan]}
    )  # fmt: skip
    html = tables.months(frame, words).html
    assert words.t("table.months_average") in html and words.t("table.months_gap") not in html
    both = tables.months(frame.assign(rolling_gap=1e5), words).html
    assert words.t("table.months_gap") in both


def test_a_rate_of_less_than_one_in_ten_days_is_a_dash(english):
    frame = pd.DataFrame(
        {"measure": ["new_customers", "visit"], "target": [2.0, 90.0], "target_to_date": [1.0, 45.0],
         "actual": [1.0, 40.0], "status": ["amber", "green"], "attainment": [0.5, 0.44],
         "gap": [1.0, 50.0], "required_run_rate": [0.03, 2.5], "run_rate": [0.0, 0.1]}
    )  # fmt: skip
    rows = cells(tables.measures(frame, english))
    assert rows[-4:] == ["44.0%", "50", "2.5", "0.1"]
    assert rows[5:7] == ["–", "0"]


def test_two_tables_may_share_a_unit(english):
    frame = pd.DataFrame({"part": ["Li"], "amount": [95_857.0]})
    assert "95,857" in cells(tables.table(frame, english))
    shared = tables.table(frame, english, largest=143_300.0)
    assert "95.9" in cells(shared) and "Amounts in ¥ thousand." in shared.html
