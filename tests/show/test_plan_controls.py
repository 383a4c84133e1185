"""The levers of a plan: what they set, what they redraw, and the scenario they write."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.parameters import load
from kit.plan import conflicts
from kit.show import controls, scenarios
from kit.show.figures.tornado import tornado
from kit.show.typed_amounts import amount
from kit.show.view import View
from kit.show.words import Words


def text(desk):
    return desk.shown.outputs[0]["data"]["text/html"]


def aims(case):
    return case.settings.targets


def told(found, words):
    return View(f"<p>{found.growth:.4f} {found.reserve:.3f}</p>")


def parts(case):
    return pd.DataFrame(
        {"scope": ["region:East"], "part": ["East"], "last_year": [900.0], "target": [1000.0]}
    )


def at(levers, name):
    return levers._levers[name]


def test_in_a_batch_they_show_nothing(desk):
    assert controls.desk(desk.case, controls="off").plan_controls(lambda case: None) is None


def test_they_stand_where_the_settings_are(levers):
    assert [at(levers, one).value for one in ("growth", "stretch", "reserve")] == [0.08, 0, 0]
    assert [at(levers, one).value for one in ("history", "potential", "capacity")] == [0.6, 0, 0.4]
    assert at(levers, "scenario").options == (("As the parameters are", ""), ("Bold", "bold"))
    assert at(levers, "split").value == "blend" and levers.overrides() == {}
    assert at(levers, "growth")._dom_classes == ("kit-growth",)


def test_stretch_is_asked_on_top_of_growth(desk, levers):
    at(levers, "stretch").value = 0.05
    assert "0.1340" in text(desk)  # 1.08 × 1.05 − 1
    assert at(levers, "growth").value == 0.08
    at(levers, "growth").value = 0.1
    assert desk.case.settings.targets.growth == pytest.approx(0.155)


def test_where_the_target_is_not_made_from_growth_both_are_off(desk, levers):
    other = reopen(desk.case, overrides={"targets.method": "baseline"})
    levers.follow(other)
    assert at(levers, "growth").disabled and at(levers, "stretch").disabled
    assert not at(levers, "reserve").disabled


def test_blend_reserve_and_split_redraw_in_place(desk, levers):
    at(levers, "potential").value = 0.5
    at(levers, "split").value = "equal_chance"
    at(levers, "reserve").value = 0.03
    assert "0.0800 0.030 equal_chance" in text(desk)
    assert desk.case.settings.targets.blend == {"history": 0.6, "potential": 0.5, "capacity": 0.4}


def test_choosing_a_scenario_takes_back_what_was_moved(desk, levers):
    at(levers, "growth").value = 0.3
    at(levers, "stretch").value = 0.1
    at(levers, "scenario").value = "bold"
    assert "0.2000 0.050" in text(desk) and at(levers, "growth").value == 0.2
    assert at(levers, "stretch").value == 0 and levers.overrides() == {}
    assert levers.grid._fields["region:East"].value == "700"
    at(levers, "scenario").value = ""
    assert "0.0800 0.000" in text(desk) and levers.grid._fields["region:East"].value == ""


def test_a_lock_is_typed_and_taken_away(desk, levers):
    field = levers.grid._fields["region:East"]
    assert "¥900" in levers.grid._cells["region:East"].value
    field.value = "1,000"
    assert desk.case.settings.targets.locks == {"region:East": 1000.0}
    assert field.value == "1,000" and levers.grid._message.value == ""
    field.value = ""
    assert desk.case.settings.targets.locks == {}
    at(levers, "scenario").value = "bold"
    field.value = ""
    assert desk.case.settings.targets.locks == {}  # also one that the scenario holds


def test_lam_is_solved_until_somebody_sets_it(desk, levers):
    lam = levers.lam
    assert lam.own.disabled and lam.slider.disabled and "equal chance" in lam._told.value
    at(levers, "split").value = "equal_chance"
    assert not lam.own.disabled and not lam.slider.disabled
    lam.solved(0.42)
    assert "0.42" in lam._told.value and lam.slider.value == 0.42 and not lam.own.value
    assert levers.overrides() == {"targets.split": "equal_chance"}
    lam.slider.value = 0.5
    assert lam.own.value and desk._case.settings.targets.lam == 0.5
    lam.own.value = False
    assert desk._case.settings.targets.lam is None
    lam.own.value = True
    at(levers, "split").value = "blend"
    assert lam.slider.disabled and desk._case.settings.targets.lam is None
    at(levers, "scenario").value = "bold"
    assert not lam.own.value and levers.overrides() == {}


def test_a_lock_is_shown_as_it_was_understood(desk, levers):
    field = levers.grid._fields["region:East"]
    field.value = "￥0.05 万"
    assert field.value == "500" and desk._case.settings.targets.locks == {"region:East": 500.0}
    field.value = "1,5"
    assert field.value == "1,5" and "is no amount" in levers.grid._message.value
    assert desk._case.settings.targets.locks == {"region:East": 500.0}


def test_what_the_levers_bring_about_stands_beside_them(desk):
    desk.plan_controls([aims, lambda case, found: parts(case)], told)
    assert "0.0800 0.000" in desk._plan[0]._result.value
    at(desk._plan[0], "reserve").value = 0.03
    assert "0.0800 0.030" in desk._plan[0]._result.value
    assert "kit-turn" not in desk._plan[0]._result.value


def test_on_a_chinese_page_the_conflict_is_chinese(desk, levers, monkeypatch):
    def refused(case):
        raise conflicts.crossed("lock", "region:East", amount=5, other="cap", allowed=4)

    chinese = desk._case.settings.model_copy(update={"language": "zh"})
    desk._case = replace(desk._case, settings=chinese)
    desk.plan_controls(refused)
    assert "East区域的锁定额为 5，高于其上限 4" in desk._plan[0].grid._message.value


def test_locks_that_cannot_hold_say_so_in_the_kits_words(desk, levers):
    levers.grid._fields["region:East"].value = "5000"
    assert "The locks add up to 5,000" in levers.grid._message.value
    assert "kit-stale" in levers.grid._rows._dom_classes
    levers.grid._fields["region:East"].value = "400"
    assert levers.grid._message.value == "" and levers.grid._rows._dom_classes == ()


@pytest.mark.parametrize("typed", ["a lot", "-5", "nan", "inf", "1 2 x"])
def test_what_is_no_amount_changes_nothing(desk, levers, typed):
    levers.grid._fields["region:East"].value = typed
    assert "is no amount" in levers.grid._message.value and levers.overrides() == {}
    with pytest.raises(ValueError):
        amount(typed)


def test_names_are_text_and_lower_levels_stand_in(levers):
    cell = levers.grid._cells["team:<b>"].value
    assert "&lt;b&gt;" in cell and "\u2003" in cell
    assert "\u2003" not in levers.grid._cells["region:East"].value


def test_parts_that_cannot_be_made_are_one_line(desk):
    desk.plan_controls(lambda case: Unavailable(reason="no_children", detail="rep:R1"))
    assert "Nobody stands below" in desk._plan[0].grid._head.value


def test_the_button_writes_a_scenario_that_reads_back(desk, levers, company):
    at(levers, "scenario").value = "bold"
    at(levers, "reserve").value = 0.1
    levers.grid._fields["region:East"].value = ""
    levers.grid._fields["team:<b>"].value = "250.5"
    levers.saving.name.value, levers.saving.note.value = " Bold: 'more' ", "007"
    levers.saving.button.click()
    (path,) = [one for one in (company / "scenarios").iterdir() if one.name != "bold.yml"]
    assert str(path) in levers.saving.said.value.replace("&#x27;", "'")
    found = load(company, scenario=path.stem).targets
    assert (found.growth, found.reserve, found.locks) == (0.2, 0.1, {"team:<b>": 250.5})
    assert desk.case.origin.scenario == path.stem and levers.overrides() == {}
    assert at(levers, "scenario").label == "Bold: 'more'" and desk.case.settings.targets == found


def test_a_scenario_is_replaced_only_where_it_is_allowed(levers, company):
    before = (company / "scenarios" / "bold.yml").read_text()
    at(levers, "growth").value = 0.11
    levers.saving.name.value = "bold"
    levers.saving.button.click()
    assert "there is such a scenario already" in levers.saving.said.value
    assert (company / "scenarios" / "bold.yml").read_text() == before
    levers.saving.replace.value = True
    levers.saving.button.click()
    assert load(company, scenario="bold").targets.growth == 0.11
    assert levers.saving.replace.value is False
    levers.saving.name.value = "  "
    levers.saving.button.click()
    assert "has no name" in levers.saving.said.value


def lever_frame():
    return pd.DataFrame(
        [
            ("posts", "result", 25.0, 26.0, 27.0, 0.1, 0.3, 0.45, 0.35),
            ("growth", "target", 0.03, 0.06, 0.09, 0.45, 0.3, 0.2, 0.25),
            ("ramp", "result", 4.0, 3.0, 2.0, 0.25, 0.3, 0.36, 0.11),
            ("deal_size", "result", 9e4, 1e5, 1.1e5, 0.25, 0.3, 0.35, 0.1),
        ],
        columns=["lever", "moves", "low", "present", "high", "chance_low", "chance", "chance_high",
                 "swing"],
    )  # fmt: skip


def test_the_tornado_says_which_lever_moves_it_most(words, drawn):
    view = tornado(lever_frame(), words)
    found = drawn(view)
    assert found.cut() == [] and found.bars("#1f5a96", "hatch") == 8
    assert {"10%", "45%", "20%", "25%"} <= {one.replace("\u00a0", "") for one in found.texts}
    assert words.t("lever.posts") in view.title
    assert view.alt.count("20%") == 1 and words.t("lever.ramp") in view.alt


def test_the_tornado_of_nothing_is_one_line(english):
    view = tornado(Unavailable(reason="no_lever_chance"), english)
    assert "no chance of target" in view.title and "<svg" not in view.html
    assert "<svg" not in tornado(lever_frame().head(0), english).html


def test_scenarios_are_compared_in_words(words):
    from kit.plan.scenario import Comparison

    found = Comparison(
        title_a="", title_b="<i>Bold</i>",
        parts=pd.DataFrame(
            {"scope": ["company", "region:East", "reserve"], "part": ["Acme", "East", "reserve"],
             "target_a": [1e6, 1e6, 0.0], "target_b": [1.2e6, 1.1e6, 1e5],
             "change": [2e5, 1e5, 1e5], "change_share": [0.2, 0.1, float("nan")],
             "chance_a": [0.5, 0.5, None], "chance_b": [0.2, 0.3, None]}
        ),
        settings=pd.DataFrame(
            {"setting": ["targets.growth", "targets.hires", "targets.locks.region:East"],
             "value_a": [0.1, [], None],
             "value_b": [0.2, [{"team": "E-1", "on": "2025-07-01", "posts": 2.0}], 5e5]}
        ),
    )  # fmt: skip
    view = scenarios.comparison(found, words)
    assert "&lt;i&gt;Bold" in view.html and "<i>" not in view.html
    assert words.t("scenario.unset") in view.html and words.t("part.reserve") in view.html
    assert "E-1" in view.html and "20.0%" in view.html


def test_the_scenarios_stand_side_by_side(english):
    found = pd.DataFrame(
        {"scenario": ["", "bold"], "title": ["", "Bold"], "note": ["", "More"],
         "target": [1e6, 1.2e6], "growth": [0.0, 0.2], "handed_out": [1e6, 1e6],
         "reserve": [0.0, 2e5], "chance": [0.5, None]}
    )  # fmt: skip
    view = scenarios.each(found, english, scenario="bold")
    assert "<strong>Bold</strong>" in view.html and "Bold: More" in view.html
    assert "As the parameters are" in view.html
    assert scenarios.value("targets.split", "even", Words("en")) == "Even parts"
