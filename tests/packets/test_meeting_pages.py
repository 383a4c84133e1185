"""The pages for the meeting on paper: one sheet for executives and reps, two for a manager."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup

SHEETS = {"executive": 1, "manager": 2, "rep": 1}
READERS = [("en", "region-East", "manager"), ("en", "rep-R007", "rep"),
           ("zh", "company", "executive"), ("zh", "region-East", "executive")]  # fmt: skip
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def places(batch, kit, company, tmp_path_factory):
    """The period's folder by language: the batch's, and executives' in Chinese."""
    out = tmp_path_factory.mktemp("meetings")
    made = kit("run", "--config", company / "company.yml", "--period", "2025Q3", "--scope",
               "company", "--scope", "region:East", "--notebooks", "04", "--language", "zh",
               "--role", "executive", "--out", out, cwd=company)  # fmt: skip
    assert made.returncode == 0, made.stderr
    return {"en": batch, "zh": out / "sample" / "2025Q3"}


@pytest.mark.parametrize(("language", "scope", "reader"), READERS)
def test_it_fits_its_sheets_and_a_phone(places, browser, language, scope, reader):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    try:
        page.goto((places[language] / scope / "meeting.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
        assert 1 <= len(sheets) <= SHEETS[reader]
        assert page.locator(f".kit-meeting-{reader}").count() == 1
    finally:
        page.close()


def test_readers_and_languages_are_told_the_same_findings(places):
    manager, executive = (_found(places[one] / "region-East") for one in ("en", "zh"))
    for name in ("bookings", "margin", "collections"):
        told = manager["measures"].get(name, {})
        assert executive["measures"].get(name, {}).get("next_target") == told.get("next_target")
    for name in ("scorecards", "key_figures", "risks"):
        assert manager[name] == executive[name], name
    first, second = (_said(one["story"]["review"]) for one in (manager, executive))
    assert first == second
    fewer = _said(executive["story"]["meeting"])
    assert all(one in _said(manager["story"]["meeting"]) for one in fewer)


def test_no_language_speaks_in_the_other(places):
    for language, mixed in (("en", lambda text: bool(CHINESE.search(text))),
                            ("zh", lambda text: not CHINESE.search(text))):  # fmt: skip
        for chapter in ("review", "meeting"):
            for one in _found(places[language] / "region-East")["story"][chapter]:
                assert not mixed(one["text"]), one["text"]


def test_the_reps_page_names_nobody_else(places):
    found = (places["en"] / "rep-R007" / "meeting.html").read_text(encoding="utf-8")
    text = BeautifulSoup(found, "html.parser").get_text(" ")
    assert "Grace Zheng" in text
    for other in ("Henry Wang", "Iris Feng", "Wendy Shi", "Frank Wu"):
        assert other not in text


def _found(folder):
    return json.loads((folder / "findings.json").read_text(encoding="utf-8"))


def _said(rows):
    """What was said, without the words."""
    return [(one["key"], one["section"], one["tone"], _bare(one["facts"])) for one in rows]


def _bare(found):
    if isinstance(found, dict):
        return {name: _bare(one) for name, one in found.items() if name != "text"}
    return [_bare(one) for one in found] if isinstance(found, list) else found
