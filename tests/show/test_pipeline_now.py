"""The movement's note: said where every step is known, and only there."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

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
