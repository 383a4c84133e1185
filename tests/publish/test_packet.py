from __future__ import annotations

import datetime as dt
import re

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_notebook, new_output

from kit.publish import packet
from kit.settings import Settings

from .conftest import code, shown, text

SVG = '<?xml version="1.0"?><svg viewBox="0 0 9 9" aria-label="bars"><text>华东</text></svg>'


def facts(**changes):
    settings = Settings(company="sample", data_dir="/home/me/data", targets={"growth": 0.1})
    found = {
        "company": "Sample", "title": "<b>East</b>", "kind": "region", "period": "2025Q3",
        "as_of": dt.date(2025, 8, 20), "language": "en", "currency": "CNY",
        "snapshot": "0123abcd", "parameters": packet.readable_parameters(settings),
        "parameters_hash": packet.parameters_hash(settings), "versions": packet.versions(),
    }  # fmt: skip
    return packet.PacketFacts(**{**found, **changes})


@pytest.fixture(scope="module")
def notebooks():
    first = new_notebook(
        cells=[
            code("scope = 'secret'", "parameters", outputs=[shown({"text/html": "PARAMETERS"})]),
            code("scope = 'other'", "injected-parameters"),
            text("# Where do *we* stand?\nIn English.", "lang-en"),
            text("# 我们在哪里？\n用中文。", "lang-zh"),
            code("x = 1", outputs=[
                new_output("stream", name="stdout", text="STDOUT"),
                new_output("stream", name="stderr", text="STDERR"),
                shown({"application/vnd.jupyter.widget-view+json": {}, "text/plain": "SLIDER"}),
                shown({"text/html": "<h1>Own</h1><script src='http://x/y.js'></script>"}),
                shown({"image/svg+xml": SVG, "text/plain": "<Figure>"}),
            ]),
            text("## Try it", "analyst"),
            code("play()", "analyst", outputs=[shown({"text/html": "ANALYST"})]),
            text("## Nothing here", "lang-en"),
        ]
    )  # fmt: skip
    second = new_notebook(
        cells=[
            text("# Where do *we* stand?\nAgain.", "lang-en"),
            text("# 我们在哪里？\n再次。", "lang-zh"),
            code("y = 2", "headline", outputs=[shown({"text/html": "<p>ANSWER</p>"})]),
        ]
    )
    return [first, second]


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request, notebooks):
    return request.param, packet.render(notebooks, facts(language=request.param))


def test_only_what_is_for_the_reader_is_on_the_page(page):
    _, html = page
    hidden = "STDOUT STDERR SLIDER ANALYST PARAMETERS secret Figure"
    for word in (*hidden.split(), "x = 1"):
        assert word not in html
    assert html.count("ANSWER") == 1
    assert html.index("ANSWER") < html.index("Own")


def test_one_language_stays(page):
    language, html = page
    named = {"en": "en", "zh": "zh-CN"}[language]
    assert f'<html lang="{named}">' in html
    assert ("用中文" in html) == (language == "zh")
    assert ("In English" in html) == (language == "en")


def test_the_page_needs_nothing_from_anywhere(page):
    _, html = page
    soup = BeautifulSoup(html, "html.parser")
    assert not soup.find_all(["script", "link", "iframe", "object", "embed"])
    assert "http:" not in html and "https:" not in html
    assert "default-src 'none'" in html
    assert "/home/me" not in html


def test_the_foot_of_each_printed_page_names_the_packet(page):
    _, html = page
    (foot,) = re.findall(r'@bottom-left \{ content: "([^"]*)"', html)
    assert "Sample" in foot and "2025" in foot
    assert "<" not in foot and "\\3c b" in foot


def test_headings_and_contents_fit(page):
    _, html = page
    soup = BeautifulSoup(html, "html.parser")
    assert [one.get_text() for one in soup.find_all("h1")][0].startswith("<b>East</b> · ")
    assert len(soup.find_all("h1")) == 1
    assert "<h1>&lt;b&gt;East&lt;/b&gt;" in html
    ids = [one["id"] for one in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    links = [one["href"].removeprefix("#") for one in soup.select("nav a")]
    assert len(links) == 2
    assert set(links) <= set(ids)
    assert "Nothing here" not in html


def test_charts_keep_their_case_and_lose_their_prolog(page):
    _, html = page
    assert "viewBox" in html
    assert "<?xml" not in html


def test_the_foot_names_where_it_all_came_from(page):
    _, html = page
    foot = BeautifulSoup(html, "html.parser").find("footer").get_text(" ")
    assert "0123abcd" in foot
    assert re.search(r"targets\.growth\s+0\.1", foot)
    assert re.search(r"pandas\s\d+\.\d+", foot)
    assert "data_dir" not in foot


def test_the_same_notebooks_give_the_same_bytes(page, notebooks):
    language, html = page
    assert packet.render(notebooks, facts(language=language)) == html


def test_the_hash_of_parameters_does_not_know_where_the_data_lie():
    here = Settings(company="sample", data_dir="here")
    there = Settings(company="sample", data_dir="there")
    other = Settings(company="sample", data_dir="here", targets={"growth": 0.2})
    assert packet.parameters_hash(here) == packet.parameters_hash(there)
    assert packet.parameters_hash(here) != packet.parameters_hash(other)
    assert packet.parameters_hash(here) != packet.parameters_hash(here, scope="rep:R1")


def test_without_chapters_there_is_no_contents_list():
    html = packet.render([new_notebook(cells=[])], facts())
    assert "<nav" not in html
    assert "<section" not in html
