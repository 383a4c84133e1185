"""The page for the meeting: one section on a page of its own."""

from __future__ import annotations

from bs4 import BeautifulSoup
from nbformat.v4 import new_notebook

from kit.publish import meeting_page

from .conftest import code, shown, text
from .test_packet import facts


def notebook(*, named=True):
    tag = ["section-meeting"] if named else []
    return new_notebook(
        cells=[
            text("# What did we learn?\nOpening words.", "lang-en"),
            text("# 学到了什么？", "lang-zh"),
            text("## On one page\nWhat is needed.", "lang-en", *tag),
            text("## 一页看完\n所需内容。", "lang-zh", *tag),
            code("x = 1", outputs=[shown({"text/html": '<p>HERE <a class="kit-section" '
                                          'href="#section-causes">causes</a></p>'})]),
            text("## Result", "lang-en", "section-result"),
            code("y = 1", outputs=[shown({"text/html": "<p>THERE</p>"})]),
            code("z = 1", "headline", outputs=[shown({"text/html": "<p>FIRST</p>"})]),
        ]
    )  # fmt: skip


def test_the_page_holds_its_section_alone():
    page = BeautifulSoup(meeting_page.render([notebook()], facts()), "html.parser")
    words = page.get_text(" ", strip=True)
    assert "HERE causes" in words and "What is needed." in words
    for absent in ("THERE", "FIRST", "Opening words", "一页看完"):
        assert absent not in words
    assert len(page.select("h1")) == 1 and not page.select("h2, h3, nav, script")
    assert not page.select('a[href^="#"]')  # what it points to lies in the packet
    assert [one["href"] for one in page.select("a")] == ["packet.html"]
    assert "<b>East</b>" not in str(page.h1) and "<b>East</b>" in page.h1.get_text()


def test_without_the_section_there_is_no_page():
    assert meeting_page.render([notebook(named=False)], facts()) == ""
    assert meeting_page.render([], facts()) == ""


def test_the_same_notebooks_give_the_same_bytes_in_the_chosen_language():
    first = meeting_page.render([notebook()], facts(language="zh"))
    assert first == meeting_page.render([notebook()], facts(language="zh"))
    assert "所需内容" in first and 'lang="zh-CN"' in first and "What is needed" not in first
