"""A packet read as a manager would: in a browser without a network, on a desk, a phone and paper."""

from __future__ import annotations

import pytest


@pytest.fixture
def read(batch, browser):
    """Open a file of the batch offline; collect requests, errors and console messages."""
    opened = []

    def one(name: str, *, width: int = 1200):
        context = browser.new_context(offline=True, viewport={"width": width, "height": 900})
        opened.append(context)
        page = context.new_page()
        page.heard = []
        page.on("console", lambda message: page.heard.append(message.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.on("request", lambda request: page.heard.append(request.url))
        page.goto((batch / name).as_uri())
        page.heard = [line for line in page.heard if line != (batch / name).as_uri()]
        return page

    yield one
    for context in opened:
        context.close()


@pytest.mark.parametrize("name", ["region-East/packet.html", "rep-R007/packet.html", "index.html"])
def test_nothing_is_asked_for_and_nothing_complains(read, name):
    page = read(name)
    assert page.heard == []
    assert page.evaluate("document.scripts.length") == 0
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("width", [360, 390, 1200])
def test_no_page_scrolls_sideways(read, width):
    page = read("region-East/packet.html", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [360, 390])
def test_rows_of_sentences_are_read_on_a_phone_without_scrolling(read, width):
    page = read("region-East/packet.html", width=width)
    inner = "one => one.scrollWidth - one.clientWidth"
    stacked = page.locator(".kit-stacked .kit-scroll")
    assert stacked.count() >= 4
    assert stacked.evaluate_all(f"all => all.map({inner}).every(over => over <= 0)")
    label = "one => getComputedStyle(one, '::before').content"
    assert page.locator(".kit-stacked td").first.evaluate(label).strip('"')


def test_the_first_column_stays_when_a_table_of_figures_is_scrolled(read):
    page = read("region-East/packet.html", width=390)
    tables = page.locator(".kit-table:not(.kit-stacked) .kit-scroll")
    for at in range(tables.count()):
        if tables.nth(at).evaluate("one => one.scrollWidth > one.clientWidth + 20"):
            table = tables.nth(at)
            break
    table.evaluate("one => { one.scrollLeft = 1000 }")
    name, frame = table.locator("tbody th").first.bounding_box(), table.bounding_box()
    assert abs(name["x"] - frame["x"]) < 2


@pytest.mark.parametrize(("width", "beside"), [(1200, True), (768, False)])
def test_bridges_stand_side_by_side_where_there_is_room(read, width, beside):
    page = read("region-East/packet.html", width=width)
    two = page.locator(".kit-columns").filter(has_text="By team").first.locator("figure")
    first, second = (two.nth(at).bounding_box() for at in (0, 1))
    assert (second["x"] >= first["x"] + first["width"]) == beside


def test_the_first_screen_is_the_answer(read):
    page = read("region-East/packet.html")
    for words in ("Did we reach the target?", "¥2.70M short", "Conversion", "Suggested target"):
        box = page.get_by_text(words).first.bounding_box()
        assert box and box["y"] < 900, words


def test_every_chart_has_words_and_every_contents_link_a_place(read):
    page = read("region-East/packet.html")
    charts = page.locator("figure svg[role=img]")
    assert charts.count() >= 8
    for at in range(charts.count()):
        assert len(charts.nth(at).get_attribute("aria-label")) > 20
        assert charts.nth(at).locator("text").count() > 1
    links = page.locator("nav a, a.kit-section")
    assert links.count() >= 10
    for at in range(links.count()):
        anchor = links.nth(at).get_attribute("href").removeprefix("#")
        assert page.locator(f'[id="{anchor}"]').count() == 1


def test_ids_are_unique(read):
    page = read("region-East/packet.html")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_it_prints_on_a4(read, tmp_path):
    page = read("region-East/packet.html")
    paper = page.pdf(path=tmp_path / "packet.pdf", prefer_css_page_size=True)
    assert paper.startswith(b"%PDF") and len(paper) > 20_000


def test_the_index_leads_to_every_packet(read, batch):
    page = read("index.html")
    links = {one.get_attribute("href") for one in page.locator("a").all()}
    assert links >= {f"{one.parent.name}/packet.html" for one in batch.glob("*/packet.html")}
