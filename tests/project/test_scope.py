"""Scopes and the folders they get."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import UnknownScopeError
from kit.scope import Scope, safe_name


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


@pytest.mark.parametrize(
    "name",
    ["L" * 300, "\U00020000" * 70, "CON", "nul.txt", "_aux.a", "..", "a/b", "a\\b", "\u202ex"],
)
def test_a_folder_is_short_and_its_name_taken_by_no_system(name):
    found = safe_name(name)
    assert 0 < len(found.encode()) <= 132
    assert found.split(".")[0].lower() not in ("con", "nul", "aux")
    assert found != name and not set(found) & set("/\\\u202e")


def test_long_plain_names_differ_where_they_were_cut():
    assert safe_name("华" * 50) != safe_name("华" * 51)
    assert safe_name("华" * 40) == "华" * 40
