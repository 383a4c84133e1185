"""The contents of a packet in a browser: columns on a desk, folded chapters on a phone."""

from __future__ import annotations

import datetime as dt

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from kit.publish import packet

SECTIONS = 18


@pytest.fixture
def contents(browser):
    """The contents list of a packet with so many chapters, in a window of a width."""
    opened = []

    def read(chapters: int, width: int):
        cells = [
            new_markdown_cell(
                f"# Chapter {one}\n" + "\n".join(f"## Section {at}\nText." for at in range(SECTIONS))
            )
            for one in range(chapters)
        ]
        facts = packet.PacketFacts(
            company="Sample", title="East", kind="region", period="2025Q3",
            as_of=dt.date(2025, 8, 20), language="en", currency="CNY", snapshot="0123abcd",
            parameters={}, parameters_hash="", versions={},
        )  # fmt: skip
        page = browser.new_page(viewport={"width": width, "height": 900})
        opened.append(page)
        page.set_content(packet.render([new_notebook(cells=cells)], facts))
        return page

    yield read
    for page in opened:
        page.close()


@pytest.mark.parametrize(("chapters", "width", "columns"), [(1, 1200, 3), (4, 1200, 3), (1, 1500, 1)])
def test_contents_are_open_and_in_columns_on_a_desk(contents, chapters, width, columns):
    page = contents(chapters, width)
    links = page.locator(".packet-contents li li")
    assert links.count() == chapters * SECTIONS
    lefts = {round(links.nth(at).bounding_box()["x"]) for at in range(links.count())}
    assert len(lefts) == columns
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_each_chapter_folds_its_sections_on_a_phone(contents):
    page = contents(2, 390)
    links = page.locator(".packet-contents li li")

    def seen():
        return sum(links.nth(at).is_visible() for at in range(links.count()))

    assert seen() == 0 and page.get_by_role("link", name="Chapter 1").is_visible()
    page.locator(".packet-contents summary").first.click(position={"x": 3, "y": 8})
    assert seen() == SECTIONS
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
