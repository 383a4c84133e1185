"""Scopes and the folders they get."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import UnknownScopeError
from kit.scope import Scope


@pytest.mark.parametrize("text", ["company", "region:East", "team:East-2", "rep:007", "region:a:b"])
def test_a_scope_reads_back_what_it_writes(text):
    assert str(Scope.parse(text)) == text


@pytest.mark.parametrize("text", ["", "East", "regon:East", "region:", "company:x", "rep"])
def test_other_forms_are_refused_with_a_hint(text):
    with pytest.raises(UnknownScopeError, match="Scope"):
        Scope.parse(text)


def test_did_you_mean():
    with pytest.raises(UnknownScopeError, match="Did you mean 'region'"):
        Scope.parse("regon:East")


@pytest.mark.parametrize(
    ("scope", "folder"),
    [
        (Scope("company"), "company"),
        (Scope("region", "East"), "region-East"),
        (Scope("rep", "R007"), "rep-R007"),
        (Scope("region", "华东"), "region-华东"),
    ],
)
def test_plain_names_stay(scope, folder):
    assert scope.folder == folder


@given(st.text(min_size=1), st.text(min_size=1))
def test_folders_are_safe_and_differ_where_scopes_differ(one, other):
    folders = [Scope("region", name).folder for name in (one, other)]
    for folder in folders:
        assert folder.startswith("region-")
        assert not set(folder) & set('/\\:*?"<>| \0\n\t')
        assert folder not in (".", "..") and len(folder.encode()) <= 255
    assert (one == other) == (folders[0] == folders[1])
