from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_notebook, new_output

from kit.publish.chapters import ChaptersPreprocessor, anchor, shown

from .conftest import code, text
from .conftest import shown as display


def arranged(*cells):
    nb, resources = ChaptersPreprocessor(glance="At a glance").preprocess(
        new_notebook(cells=list(cells)), {}
    )
    headings = [
        (one.metadata.heading.level, one.metadata.heading.title)
        for one in nb.cells
        if "heading" in one.metadata
    ]
    return nb.cells, headings, resources["contents"]


def test_headings_go_a_level_down_and_leave_no_level_out():
    _, headings, _ = arranged(text("# One\n### Deep\nwords"), text("###### Deeper"), text("end"))
    assert headings == [(2, "One"), (3, "Deep"), (4, "Deeper")]


def test_empty_chapters_and_sections_are_left_out():
    _, headings, contents = arranged(
        text("# Empty\n## Empty too"), text("# Full\n## Hollow\n## Filled\nwords"), text("# Last")
    )
    assert headings == [(2, "Full"), (3, "Filled")]
    assert [(one.title, [part.title for part in one.parts]) for one in contents] == [
        ("Full", ["Filled"])
    ]


def test_what_matters_comes_first_and_only_there():
    cells, headings, contents = arranged(
        text("# Chapter\nwords"),
        code("a", "headline", outputs=[display({"text/html": "<p>first</p>"})]),
        code("b", "headline", outputs=[display({"text/html": "<p>second</p>"})]),
    )
    assert [one.metadata.get("opens") for one in cells] == ["glance", None, None, "chapter", None]
    assert headings == [(2, "At a glance"), (2, "Chapter")]
    found = [one.outputs[0].data["text/html"] for one in cells[1:3]]
    assert found == ["<p>first</p>", "<p>second</p>"]
    assert [one.title for one in contents] == ["Chapter"]


def test_a_hash_in_code_is_no_heading():
    _, headings, _ = arranged(text("# One\n```\n# no heading\n```\n#no heading\n"))
    assert headings == [(2, "One")]


def test_only_what_a_reader_wants_is_shown():
    widget = {"application/vnd.jupyter.widget-view+json": {}, "text/html": "<p>slider</p>"}
    assert shown(display(widget)) is None
    assert shown(display({"text/plain": "<Axes: >"})) is None
    assert shown(display({"text/html": " ", "text/plain": ""})) is None
    assert shown(new_output("stream", name="stdout", text="noise")) is None
    assert shown(new_output("error", ename="E", evalue="", traceback=["t"])) is None
    both = shown(display({"image/png": "AAAA", "text/html": "<p>table</p>"}))
    assert dict(both.data) == {"text/html": "<p>table</p>"}


FIGURE = {"text/html": '<figure class="kit-figure">{}</figure>'}
SMALL = {"text/html": '<div class="kit-table kit-narrow">b</div>'}
WIDE = {"text/html": '<div class="kit-table kit-stacked">c</div>'}


def pairs(*outputs):
    cells = [code("x", outputs=[display(one)]) for one in outputs]
    found, _, _ = arranged(text("# One\nwords"), *cells)
    return [one.metadata.get("pair", "") for one in found if one.cell_type == "code"]


def test_figures_and_small_tables_stand_in_pairs():
    assert pairs(FIGURE, SMALL) == ["opens", "closes"]
    assert pairs(FIGURE, WIDE, SMALL) == ["", "", ""]
    three = [{"text/html": FIGURE["text/html"].format(at)} for at in range(3)]
    assert pairs(*three) == ["opens", "closes", ""]


def test_what_was_just_said_is_not_said_again():
    note = {"text/html": "<p>There is no table.</p>"}
    cells, _, _ = arranged(
        text("# One\nwords"), code("a", outputs=[display(note)]),
        code("b", outputs=[display(note)]), text("## Two"), code("c", outputs=[display(note)]),
    )  # fmt: skip
    assert sum(one.cell_type == "code" for one in cells) == 2


@given(st.lists(st.text(), max_size=6))
def test_anchors_differ_and_hold_no_blank(titles):
    taken: list[str] = []
    for title in titles:
        taken.append(anchor(title, taken=taken))
    assert len(set(taken)) == len(titles)
    assert not any(letter.isspace() or letter in "\"'<>&" for one in taken for letter in one)


def section(source, name):
    cell = text(source)
    cell.metadata["tags"] = ["lang-en", f"section-{name}"]
    return cell


def test_a_link_to_a_section_leads_to_its_heading_or_is_text():
    page = "".join(
        f'<a class="kit-section" href="#section-{one}">see {one}</a>;' for one in ("funnel", "market")
    )
    cells, _, contents = arranged(
        text("# Why?"), section("## The funnel", "funnel"), code("a", outputs=[display({"text/html": page})])
    )  # fmt: skip
    (output,) = cells[-1].outputs
    assert output.data["text/html"] == (
        '<a class="kit-section" href="#section-funnel">see funnel</a>;see market;'
    )
    assert contents[0].parts[0].anchor == "section-funnel"
