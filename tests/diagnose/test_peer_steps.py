"""Conversion per step beside peers: by hand, in whole months, and what cannot be compared."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose import cohort_parts, funnel, peer_steps

PLAIN = {"calendar.country": ""}
MONTHS = (7, 8, 9)


def deals(month, *, won, lost, start=0):
    """Deals of R1 that came in June, entered each stage and were decided in a month."""
    rows, moves = [], []
    for number in range(start, start + won + lost):
        name, fate = f"D{month}-{number}", "won" if number < start + won else "lost"
        rows.append({"opportunity_id": name, "rep_id": "R1", "created_on": "2025-06-01",
                     "closed_on": f"2025-{month:02d}-20", "stage": "proposal", "status": fate,
                     "amount": 100.0})  # fmt: skip
        for day, stage in (("06-01", "lead"), ("06-10", "qualified"),
                           (f"{month:02d}-05", "proposal")):  # fmt: skip
            moves.append({"opportunity_id": name, "entered_on": f"2025-{day}", "stage": stage})
    return rows, moves


def theirs(means, *, peers=4, months=MONTHS):
    """The peers' rows: the same mean of each measure in each month."""
    shape = {"peers": peers, "median": 0.0, "low": 0.0, "high": 0.0}
    return [
        {"month": pd.Timestamp(2025, month, 1), "measure": measure, "mean": mean, **shape}
        for month in months for measure, mean in means.items()
    ]  # fmt: skip


MEANS = {
    "won": 5.0, "lost": 5.0, "left:lead>qualified": 2.0, "onward:lead>qualified": 1.0,
    "left:qualified>proposal": 10.0, "onward:qualified>proposal": 8.0,
    "left:proposal>won": 8.0, "onward:proposal>won": 5.0,
}  # fmt: skip


@pytest.fixture
def opened(make_case):
    def build(*, means=MEANS, peers=4, **more):
        found = [deals(month, won=2, lost=18) for month in MONTHS]
        rows, moves = (sum(side, []) for side in zip(*found, strict=True))
        more.setdefault("stage_events", moves)
        settings = {**PLAIN, **more.pop("settings", {})}
        return make_case(opportunities=rows, peers=theirs(means, peers=peers), settings=settings,
                         scope="rep:R1", **more)  # fmt: skip

    return build


def test_steps_by_hand(opened):
    found = peer_steps.steps(opened())
    assert list(found.columns) == list(peer_steps.COLUMNS)
    found = found.set_index("stage")
    last = found.loc["proposal"]
    assert (last["left"], last["peers"], last["peers_left"]) == (60, 4, 8 * 4 * 3)
    assert (last["conversion"], last["peers_conversion"]) == (6 / 60, 5 / 8)
    assert last["p"] == pytest.approx(funnel.differ(6, 60, 60, 96)) and last["distinct"]
    assert (last["low"], last["high"]) == funnel.wilson(6, 60)
    middle = found.loc["qualified"]
    assert (middle["left"], middle["conversion"], middle["peers_conversion"]) == (60, 1.0, 0.8)
    lead = found.loc["lead"]  # all left it in June: nothing of its own to compare
    assert lead["left"] == 0 and math.isnan(lead["conversion"]) and math.isnan(lead["p"])
    assert lead["peers_conversion"] == 0.5 and not lead["distinct"]


def test_the_limit_is_shared_among_the_steps_compared(opened):
    """p = 4 % is beyond chance for one step, not for one of two."""
    near = {**MEANS, "left:qualified>proposal": 0.0, "onward:qualified>proposal": 0.0,
            "left:proposal>won": 2.0, "onward:proposal>won": 7 / 12}  # fmt: skip
    alone = peer_steps.steps(opened(means=near)).set_index("stage").loc["proposal"]
    assert alone["p"] == pytest.approx(0.0435, abs=1e-4) and alone["distinct"]
    two = {**near, "left:qualified>proposal": 1.0, "onward:qualified>proposal": 1.0}
    both = peer_steps.steps(opened(means=two)).set_index("stage").loc["proposal"]
    assert both["p"] == alone["p"] and not both["distinct"]


def test_a_month_that_is_not_over_does_not_count(opened):
    found = peer_steps.steps(opened(as_of="2025-08-29")).set_index("stage")
    assert (found.loc["proposal", "left"], found.loc["proposal", "peers_left"]) == (20, 32)
    early = peer_steps.steps(opened(as_of="2025-07-30"))
    assert early == Unavailable(reason="few_peers", detail="3")


def test_a_step_that_peers_do_not_have_is_null(opened):
    other = {"diagnose.stages": ["lead", "proposal", "signed"]}
    found = peer_steps.steps(opened(settings=other)).set_index("stage")
    assert found.loc["lead", ["peers", "peers_left", "peers_conversion", "p"]].isna().tolist() == [
        True, False, True, True
    ]  # fmt: skip
    assert found.loc["lead", "left"] == 60 and not found.loc["lead", "distinct"]
    assert found.loc["proposal", "peers_conversion"] == 5 / 8  # the last stage ends in won deals


def test_too_few_peers_and_missing_tables(opened, make_case):
    few = Unavailable(reason="few_peers", detail="3")
    assert peer_steps.steps(opened(peers=2)) == few
    assert peer_steps.steps(opened(means={"won": 1.0, "lost": 1.0})) == few
    assert peer_steps.steps(make_case()) == Unavailable(table="opportunities")
    rows, _ = deals(7, won=1, lost=1)
    bare = make_case(opportunities=rows, peers=theirs(MEANS), settings=PLAIN, scope="rep:R1")
    assert peer_steps.steps(bare) == Unavailable(table="stage_events")
    assert cohort_parts.peers(bare).steps == Unavailable(table="stage_events")
    assert cohort_parts.peers(bare).peers_share == 0.5


def test_the_win_rate_carries_the_steps(opened):
    case = opened()
    pd.testing.assert_frame_equal(cohort_parts.peers(case).steps, peer_steps.steps(case))


def test_peers_without_departures_are_null_not_zero(opened):
    none = {name: 0.0 if ":" in name else mean for name, mean in MEANS.items()}
    found = peer_steps.steps(opened(means=none))
    assert found["peers_conversion"].isna().all() and not found["distinct"].any()


def test_peers_of_the_sample_are_the_other_regions_together(sample_company):
    _, _, case = sample_company
    whole = _counts(funnel.measured(case))
    for region in ("East", "North"):
        one = reopen(case, scope=f"region:{region}")
        found = peer_steps.steps(one)
        others = whole - _counts(funnel.measured(one))
        assert found["peers_left"].to_numpy() == pytest.approx(others[:, 0])
        reached = (found["peers_conversion"] * found["peers_left"]).to_numpy()
        assert reached == pytest.approx(others[:, 1])
        last = found.set_index("step").loc["proposal → won"]  # East's fall is among North's peers
        assert last["distinct"]
        assert (last["conversion"] < last["peers_conversion"]) == (region == "East")


def _counts(table: pd.DataFrame) -> np.ndarray:
    return table[["entered", "reached"]].to_numpy(dtype=float)


def test_a_rep_reads_departures_of_no_one_else(sample_company):
    _, _, case = sample_company
    rep = reopen(case, scope="rep:R007")
    found = peer_steps.steps(rep)
    assert (found["peers"] >= 3).all()
    names = ["stage", "left", "conversion", "low", "high"]
    alone = replace(rep, data=replace(rep.data, frames={
        **rep.data.frames, "peers": rep.data.frame("peers").assign(mean=1.0)}))  # fmt: skip
    pd.testing.assert_frame_equal(found[names], peer_steps.steps(alone)[names])
    own = funnel.measured(rep).set_index("stage")["entered"]
    assert own.to_dict() == found.set_index("stage")["left"].to_dict()
