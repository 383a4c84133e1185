from __future__ import annotations

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from kit.publish import findings

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_a_record_is_always_strict_json_and_floats_survive(record):
    text = findings.dump(record)
    assert "NaN" not in text.replace('"', "") or "NaN" in str(record)
    read = json.loads(text, parse_constant=lambda name: 1 / 0)
    assert findings.dump(read) == text


def test_standard_keys_are_there_and_other_ones_stay():
    found = findings.complete(
        {"measures": {"margin": {"gap": 1.0}}, "reasons": [{"cause": "price"}], "alerts": [1]},
        head={"scope": "region:East", "currency": "CNY"},
    )
    assert found["measures"]["margin"]["landing_low"] is None
    assert found["reasons"] == [
        {"cause": "price", "subject": None, "text": None, "effect": None, "share": None}
    ]
    assert (found["next_target"], found["actions"], found["alerts"]) == (None, [], [1])


def test_the_head_wins_over_what_a_notebook_says():
    assert findings.complete({"scope": "rep:R1"}, head={"scope": "rep:R2"})["scope"] == "rep:R2"


def test_summary_has_full_precision_and_no_formula():
    record = {
        "scope": "rep:=1+1", "period": "2025Q3", "as_of": "2025-08-20",
        "measures": {"bookings": {"target": 0.1 + 0.2, "gap": -1.5}, "+margin": {}},
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(findings.summary_csv([record]))))
    assert [row["measure"] for row in rows] == ["bookings", "'+margin"]
    assert float(rows[0]["target"]) == 0.1 + 0.2
    assert rows[0]["gap"] == "-1.5"
    assert rows[1]["target"] == ""
    assert list(rows[0]) == list(findings.SUMMARY)
