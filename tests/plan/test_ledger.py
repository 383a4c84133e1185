"""The ledger: versions, safe writing, and reading back what was written."""

from __future__ import annotations

import os

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.data.tables import TABLES, Unavailable
from kit.errors import BatchError, SourceError
from kit.plan import ledger
from kit.plan.target import proposal


def planned(make_case, *, as_of="2025-06-30", targets=()):
    case = make_case(settings={"targets.value": 90_000}, as_of=as_of, targets=list(targets))
    parts = pd.DataFrame({"scope": ["team:A", "team:B"], "target": [60_000.0, 30_000.0]})
    return ledger.rows(case, proposal(case), parts, author="Li", reason="=1+1")


def old(scope, version):
    key = {"scope": scope, "period": "2025Q3", "measure": "bookings", "version": version}
    return {**key, "target": 1.0}


def test_rows_number_their_versions(make_case):
    found = planned(make_case, targets=[old("region:East", 1), old("region:East", 2)])
    assert tuple(found.columns) == TABLES["targets"].names
    assert found["scope"].tolist() == ["region:East", "team:A", "team:B"]
    assert found["version"].tolist() == [3, 1, 1]
    assert found["target"].tolist() == [90_000, 60_000, 30_000]
    assert found["valid_from"].isna().all()
    assert set(found["author"]) == {"Li"}


def test_a_change_within_the_period_counts_from_its_day(make_case):
    found = planned(make_case, as_of="2025-08-15", targets=[old("region:East", 1)])
    assert found["valid_from"].tolist()[0] == pd.Timestamp("2025-08-15")
    assert found["valid_from"].isna().tolist() == [False, True, True]


def test_without_parts_the_scope_stands_alone(make_case):
    case = make_case(settings={"targets.value": 90_000})
    found = ledger.rows(case, proposal(case), Unavailable(reason="no_children"))
    assert len(found) == 1 and found["author"].isna().all()


def test_written_rows_come_back_and_versions_are_appended(make_case, tmp_path):
    path, rows = tmp_path / "new" / "targets.csv", planned(make_case)
    pd.testing.assert_frame_equal(ledger.write(rows, path), rows)
    pd.testing.assert_frame_equal(ledger.read(path), rows)
    again = ledger.write(rows, path)
    assert again["version"].tolist() == [2, 2, 2]
    assert ledger.read(path)["version"].tolist() == [1, 1, 1, 2, 2, 2]
    assert os.listdir(path.parent) == ["targets.csv"]
    assert "'=1+1" in path.read_text(encoding="utf-8") and ledger.read(path)["reason"][0] == "=1+1"


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)


@settings(max_examples=30, deadline=None)
@given(
    text=st.one_of(texts, texts.map(lambda one: "=" + one), texts.map(lambda one: "''-" + one)),
    target=st.floats(0, 1e12),
)
def test_any_text_survives_and_none_runs(tmp_path_factory, text, target):
    row = {**old("region:<b>华东</b>", 1), "target": target, "reason": text, "author": text}
    rows = pd.DataFrame([row]).assign(valid_from=pd.Timestamp("2025-07-01"))
    path = tmp_path_factory.mktemp("ledger") / "targets.csv"
    written = ledger.write(rows, path)
    pd.testing.assert_frame_equal(ledger.read(path), written)
    assert written["reason"].tolist() == [text]
    assert f",{text}" not in path.read_text("utf-8") or text[0] not in "=+-@\t\r\n"


def test_a_failed_write_leaves_the_file_as_it_was(make_case, tmp_path, monkeypatch):
    path = tmp_path / "targets.csv"
    ledger.write(planned(make_case), path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(BatchError, match="No space left"):
        ledger.write(planned(make_case), path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["targets.csv"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("scope,period\n", "column measure is missing"),
        ("HEAD,note\n", "column 'note' is not one"),
        ("", "column scope is missing"),
        ("HEAD\na,b\n", "row 2: 2 cells under 8 headings"),
        ("HEAD\ncompany,2025,bookings,one,5,,,\n", "row 2, column version: 'one' is no integer"),
        ("HEAD\ncompany,2025,bookings,1,5,tomorrow,,\n", "valid_from: 'tomorrow' is no date"),
    ],
)
def test_a_broken_file_is_named(tmp_path, content, words):
    path = tmp_path / "targets.csv"
    path.write_text(content.replace("HEAD", ",".join(TABLES["targets"].names)), encoding="utf-8")
    with pytest.raises(SourceError, match=words):
        ledger.read(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match="none.csv: cannot be read"):
        ledger.read(tmp_path / "none.csv")
