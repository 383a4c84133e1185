"""Figures handed on to the batch."""

import datetime as dt
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.tables import Unavailable
from kit.show.findings import MIME, findings


@dataclass(frozen=True)
class Landing:
    landing: float
    low: float | None


def test_everything_becomes_plain_json():
    frame = pd.DataFrame(
        {"part": ["华东", None], "gap": [1.5, np.nan], "when": [pd.Timestamp("2025-09-30"), pd.NaT]}
    )
    found = findings(
        frame=frame, row=frame.iloc[0], n=np.int64(3), yes=np.bool_(True), low=float("inf"),
        day=dt.date(2025, 9, 30), at=dt.datetime(2025, 9, 30, 8, 15), landing=Landing(2.0, None),
        none=pd.NA, missing=Unavailable(table="x"), several=(np.float64("nan"), {"b", "a"}),
        period=pd.Period("2025-09"), nested={1: np.array([1, 2])},
    )  # fmt: skip
    assert json.loads(json.dumps(found.parts, allow_nan=False)) == {
        "frame": [
            {"part": "华东", "gap": 1.5, "when": "2025-09-30"},
            {"part": None, "gap": None, "when": None},
        ],
        "row": {"part": "华东", "gap": 1.5, "when": "2025-09-30"},
        "n": 3, "yes": True, "low": None, "day": "2025-09-30", "at": "2025-09-30T08:15:00",
        "landing": {"landing": 2.0, "low": None}, "none": None, "missing": None,
        "several": [None, ["a", "b"]], "period": "2025-09", "nested": {"1": [1, 2]},
    }  # fmt: skip


def test_nothing_is_seen(monkeypatch):
    sent = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: sent.append((data, raw)))
    findings(gap=1)._ipython_display_()
    assert sent == [({MIME: {"gap": 1}}, True)]
    assert repr(findings(gap=1)) == ""
