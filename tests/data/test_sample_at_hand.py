"""The sample company at hand, without files, is the one that a snapshot gives."""

from __future__ import annotations

import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.sample.at_hand import at_hand
from kit.data.sample.company import make
from kit.data.tables import TABLES
from kit.errors import UnknownScopeError

KEYS = {"sales": ["order_id", "line_no", "rep_id"]}
UNSEEN = {"peers", "excluded", "source_days"}  # what only a snapshot has


@pytest.fixture(scope="module")
def sample():
    return make()


@pytest.mark.parametrize("scope", ["company", "region:North", "region:South"])
def test_a_scope_sees_the_rows_that_a_snapshot_gives(sample_company, sample, scope):
    opened = reopen(sample_company[2], scope=scope, period="2025Q3", as_of="2025-09-30")
    built = at_hand(sample, period="2025Q3", as_of="2025-09-30", scope=scope)
    assert (built.scope, built.period, built.as_of) == (opened.scope, opened.period, opened.as_of)
    assert set(opened.data.frames) - set(built.data.frames) <= UNSEEN
    for name, frame in built.data.frames.items():
        expected = opened.data.frames[name]
        columns = list(expected.columns)
        assert set(columns) <= set(frame.columns)
        keys = KEYS.get(name) or list(TABLES[name].key)
        one, other = (
            found[columns].sort_values(keys, ignore_index=True) for found in (frame, expected)
        )
        pd.testing.assert_frame_equal(one, other, check_dtype=False)


@pytest.mark.parametrize("scope", ["team:East-1", "rep:R007", "region:Moon"])
def test_other_scopes_are_refused(sample, scope):
    with pytest.raises(UnknownScopeError, match="allowed are company and region:NAME"):
        at_hand(sample, period="2025Q3", as_of="2025-09-30", scope=scope)
