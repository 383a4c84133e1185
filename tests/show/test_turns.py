"""Outputs of earlier turns are marked in a live notebook; a batch's stay as they are."""

from __future__ import annotations

import asyncio

from kit.errors import KitError
from kit.plan import conflicts
from kit.show import controls, turns
from kit.show.view import View

PLAIN = View("<p>a</p>", title="a")


def at(levers, name):
    return levers._levers[name]


def text(desk):
    return desk.shown.outputs[0]["data"]["text/html"]


def turn(view):
    """The turn that a view carries as it is displayed now; empty: none."""
    html = view._repr_mimebundle_()["text/html"]
    assert view._repr_html_() == html
    return html.partition('data-turn="')[2].partition('"')[0]


def test_without_pickers_not_a_byte_changes(desk):
    turns._NOW = turns._Now()
    static = controls.desk(desk._case, controls="off")
    assert static.case is desk._case
    assert PLAIN._repr_mimebundle_() == {"text/html": "<p>a</p>", "text/plain": "a"}
    assert PLAIN._repr_html_() == "<p>a</p>"


def test_outputs_carry_the_turn_in_which_the_case_was_asked_for(desk, levers):
    assert turn(PLAIN) == ""  # no cell has asked for the case yet
    _ = desk.case
    first = turn(PLAIN)
    assert f':not([data-turn="{first}"])' in desk._marks.value
    at(levers, "growth").value = 0.2
    assert turn(PLAIN) == first  # a cell that is run alone still works with the case of before
    assert f':not([data-turn="{first}"])' not in desk._marks.value
    _ = desk.case
    second = turn(PLAIN)
    assert second != first and f':not([data-turn="{second}"])' in desk._marks.value
    assert "kit-turn" not in text(desk)  # what is drawn in place is never of an earlier turn
    assert "run the cells below" in desk._marks.value


def test_a_new_desk_takes_the_marks_over(desk, levers):
    _ = desk.case
    before = turn(PLAIN)
    other = controls.desk(desk._case, controls="on")
    assert desk._marks.value == "" and f':not([data-turn="{before}"])' not in other._marks.value
    kernel = before.partition(".")[0]
    assert f'[data-turn^="{kernel}."]' in other._marks.value  # of no other notebook in the page


def test_the_mark_is_in_the_pages_language_and_ends_no_style(desk):
    turns.begin(desk._marks, 'a "b" </style> \\')
    told = desk._marks.value
    assert told.count("</style>") == 1 and r'"a \"b\" \3c /style> \\"' in told


def test_a_cell_that_fails_is_one_line_and_stops_the_rest(desk, monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    try:
        live = controls.desk(desk._case, controls="on")
        _ = live.case
        shell.user_ns["error"] = conflicts.crossed(
            "lock", "region:East", amount=5, other="cap", allowed=4
        )
        found = shell.run_cell("raise error")
        assert isinstance(found.error_in_exec, KitError)  # so the kernel stops what is queued
        (data,) = shown
        assert data["text/plain"].count("\n") == 0 and "Region East" in data["text/plain"]
        assert "Traceback" not in data["text/html"]
        assert turn(PLAIN).endswith(".0")  # what is drawn from its leftovers is marked
        _ = live.case
        assert not turn(PLAIN).endswith(".0")
    finally:
        InteractiveShell.clear_instance()


def test_quick_moves_are_drawn_once_and_a_cell_gets_the_last(desk, levers, monkeypatch):
    drawn = []
    growth_of = lambda: desk._case.settings.targets.growth  # noqa: E731
    monkeypatch.setattr(desk, "_draw", lambda *one: drawn.append(growth_of()))

    async def moved():
        for growth in (0.1, 0.15, 0.2, 0.25):
            at(levers, "growth").value = growth
        assert drawn == [] and "kit-busy" in desk.shown._dom_classes
        assert desk.case.settings.targets.growth == 0.25  # who asks is not kept waiting
        await asyncio.sleep(0.3)

    asyncio.run(moved())
    assert drawn == [0.25] and "kit-busy" not in desk.shown._dom_classes
