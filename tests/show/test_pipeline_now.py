"""The movement's note where every step is known, and what the open deals come to."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.show import pipeline_now

STEPS = ("start", "created", "pulled_in", "increased", "decreased", "pushed_out", "lost", "won", "end")


def moved(*, history, start):
    parts = pd.DataFrame({"part": ["East-1", "East-2"], **dict.fromkeys(STEPS, 0.0)})
    return SimpleNamespace(
        history=history, undated=0, undated_amount=0.0, parts=parts.assign(start=start)
    )


@pytest.mark.parametrize(
    ("history", "start", "said"), [(True, 5.0, True), (False, 5.0, False), (True, np.nan, False)]
)
def test_the_balance_is_said_where_all_steps_are_known(words, history, start, said):
    html = pipeline_now.movement(moved(history=history, start=start), words).html
    assert "<table" in html and (words.t("pipeline.balance") in html) is said
    assert ("stage_events" in html) is not history


def covered(*, past):
    """What the landings' table is made from."""
    amounts = pd.DataFrame({"case": ["booked", "weighted", "commit", "best"],
                            "amount": [5e6, 6e6, 6.5e6, 9e6], "gap": [3e6, 2e6, 1.5e6, -1e6],
                            "attainment": [0.6, 0.75, 0.8, 1.1]})  # fmt: skip
    stages = pd.DataFrame({"stage": ["proposal"], "count": [2], "amount": [4e6],
                           "probability": [0.25], "weighted": [1e6], "share": [1.0],
                           "usual_share": [1.0], "commit": [1.5e6]})  # fmt: skip
    return SimpleNamespace(
        landings=amounts, stages=stages, past=past, closed=False, reached=False, target=8e6,
        gap=3e6, count=2, open=4e6, coverage=4 / 3, coverage_of_target=0.5, usual=np.nan,
        needed=np.nan, conversion=np.nan, weighted=1e6, commit=1.5e6, basis="past", later=0,
        later_amount=0.0, level=0.7,
    )  # fmt: skip


def test_business_from_outside_the_pipeline_has_its_row(words):
    found = pipeline_now.coverage(covered(past=SimpleNamespace(beside=0.54)), words).html
    row = words.t("pipeline.case.beside", beside=0.54)
    assert "54%" in row and row in found
    for past in (Unavailable(reason="few_deals"), SimpleNamespace(beside=np.nan),
                 SimpleNamespace(beside=-0.1)):  # fmt: skip
        html = pipeline_now.coverage(covered(past=past), words).html
        assert words.t("pipeline.case.best") in html
        assert html.count("<tr>") == found.count("<tr>") - 1
