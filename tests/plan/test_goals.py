"""Goals in one table: weights that add up to 1, and five verdicts each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.errors import SettingsError
from kit.plan.goals import CRITERIA, evidence, goals
from kit.plan.target import proposal
from kit.show import goals as show
from kit.show.words import Words

MONTHS = pd.period_range("2022-01", "2025-06", freq="M")
SALES = [
    {"date": month.to_timestamp() + pd.Timedelta(9, "D"), "amount": 1e5 * (1 + wave),
     "rep_id": "R1", "team": "East-1"}
    for month, wave in zip(MONTHS, np.sin(np.arange(len(MONTHS)) ** 2) * 0.03, strict=True)
]  # fmt: skip
PERSON = {"rep_id": "R1", "valid_from": "2020-01-01", "name": "Name R1", "team": "East-1",
          "region": "East", "hired_on": "2020-01-01", "capacity": 1.0}  # fmt: skip
SCORES = [
    {"rep_id": "R1", "period": period, "dimension": "Negotiation", "score": score,
     "source": "manager"}
    for period, score in (("2025Q1", 2.0), ("2025Q2", 3.0), ("2025Q3", 5.0))
]  # fmt: skip
SKILL = {"name": "Negotiate better", "measure": "Negotiation", "target": 3.5, "weight": 0.1,
         "kind": "personal", "owner": "Li Na"}  # fmt: skip
MARGIN = {"name": "Margin", "measure": "margin", "target": 3e5, "weight": 0.2, "term": "long",
          "due": "2026-06-30", "owner": "Li Na", "objective": "Sell value"}  # fmt: skip


@pytest.fixture
def judged(make_case):
    def build(*asked, **settings):
        case = make_case(
            sales=SALES, roster=[PERSON], assessments=SCORES,
            settings={"targets.goals": list(asked), "targets.objective": "Win hospitals",
                      "targets.method": "baseline", **settings},
        )  # fmt: skip
        return case, proposal(case)

    return build


def test_all_goals_stand_in_one_table_and_weigh_1(judged):
    found = goals(*judged(SKILL, MARGIN))
    assert found["goal"].tolist() == ["bookings", "Negotiate better", "Margin"]
    assert found["weight"].tolist() == pytest.approx([0.7, 0.1, 0.2])
    assert found["term"].tolist() == ["short", "short", "long"]
    assert found["goal_kind"].tolist() == ["team", "personal", "team"]
    assert set(CRITERIA) < set(found.columns)
    for language in ("en", "zh"):
        assert "Negotiate better" in show.goals(found, Words(language)).html


def test_without_goals_bookings_are_all(judged):
    found = goals(*judged())
    assert found["weight"].tolist() == [1.0] and found["goal"].tolist() == ["bookings"]


def test_weights_that_do_not_add_up_are_named(judged):
    case, plan = judged(SKILL, MARGIN, **{"targets.weight": 0.9})
    with pytest.raises(SettingsError, match=r"0\.9, Negotiate better 0\.1, Margin 0\.2.*1\.2"):
        goals(case, plan)
    with pytest.raises(SettingsError, match="'Margin' stands twice"):
        goals(*judged(MARGIN, MARGIN))


def test_a_score_is_judged_by_the_last_period_before(judged):
    found = evidence(*judged(SKILL))
    rows = found[found["goal"] == "Negotiate better"].set_index("criterion")
    assert rows["verdict"].to_dict() == dict.fromkeys(CRITERIA, "yes")
    assert rows.loc["achievable", "facts"]["before"] == 3.0  # the third quarter is not known yet
    for target, verdict, key in (
        (4.5, "no", "goal_score_far"), (6.0, "no", "goal_beyond_scale"),
        (2.5, "no", "goal_score_reached"), (None, "no", "goal_no_target"),
    ):  # fmt: skip
        asked = {one: value for one, value in SKILL.items() if one != "target"}
        asked |= {} if target is None else {"target": target}
        found = evidence(*judged(asked)).set_index(["goal", "criterion"])
        row = found.loc["Negotiate better", "achievable"]
        assert (row["verdict"], row["evidence"]) == (verdict, key)


def test_what_is_vague_is_said_to_be(judged):
    vague = {"name": "Be better", "weight": 0.1, "due": "2025-01-01"}
    found = evidence(*judged(vague, **{"targets.objective": ""}))
    rows = found[found["goal"] == "Be better"].set_index("criterion")
    assert set(rows["verdict"]) == {"no"}
    html = show.evidence(found, Words("en")).html
    assert "before the plan is made" in html and "No measure is named" in html
    assert "未指明衡量指标" in show.evidence(found, Words("zh")).html


def test_goals_of_another_scope_do_not_count(judged):
    found = goals(*judged({**SKILL, "scope": "rep:R9"}))
    assert found["goal"].tolist() == ["bookings"] and found["weight"].tolist() == [1.0]


def test_a_missing_proposal_is_handed_back(judged):
    gone = Unavailable(reason="no_basis")
    assert goals(judged()[0], gone) is gone


def test_below_history_is_not_a_target(judged):
    case, plan = judged(**{"targets.method": "given", "targets.value": 280_000.0,
                           "targets.achievable": [0.0, 1.0]})  # fmt: skip
    found = evidence(case, plan).set_index("criterion")
    assert found.loc["achievable", "evidence"] == "smart_below_history"
