"""Pickers wrap what the static path calls."""

import datetime as dt
import subprocess
import sys
from dataclasses import replace
from operator import attrgetter

import pytest

from kit.data import case as cases
from kit.data.case import Origin
from kit.errors import SettingsError, UnknownScopeError
from kit.scope import Scope
from kit.show import controls
from kit.show.live import LiveDesk
from kit.show.notes import note
from kit.show.view import View


def compute(case):
    return f"{case.scope} {case.period.name} {case.as_of} {case.settings.targets.growth:.3f}"


def draw(result, words, *, title=""):
    return View(f"<p>{result}{title}</p>", title=result)


@pytest.fixture
def case(make_case):
    return make_case(sales=[{"date": "2025-08-01", "amount": 5.0}])


@pytest.fixture
def live(case, monkeypatch):
    opened = replace(case, origin=Origin("company.yml"))

    def reopen(case, *, scope=None, period=None, as_of=None, overrides=None):
        if scope == "region:Nowhere":
            raise UnknownScopeError("Scope 'region:Nowhere': no such region.")
        found = replace(case, scope=Scope.parse(scope), as_of=as_of or dt.date(2025, 6, 30))
        found = replace(found, period=case.calendar.period(period))
        growth = (overrides or {}).get("targets.growth", case.settings.targets.growth)
        targets = case.settings.targets.model_copy(update={"growth": growth})
        return replace(found, settings=case.settings.model_copy(update={"targets": targets}))

    offered = {
        "scopes": ["company", "region:East", "rep:R1", "rep:R2", "region:Nowhere"],
        "names": {"company": "Test", "rep:R1": "Li", "rep:R2": "Li"},
        "periods": ["2025Q2", "2025Q3"], "first": None, "last": None,
    }  # fmt: skip
    monkeypatch.setattr(cases, "reopen", reopen)
    monkeypatch.setattr(cases, "choices", lambda case: offered)
    return controls.desk(opened, controls="on")


def text(output):
    return output.outputs[0]["data"]["text/html"]


def test_without_pickers_show_returns_the_view(case):
    desk = controls.desk(case, controls="off")
    assert desk.show(compute, draw).title == "region:East 2025Q3 2025-09-30 0.080"
    assert desk.pickers() is None and desk.sliders(growth=...) is None
    assert desk.words.currency == "CNY"


def test_options_that_can_be_called_follow_the_case(case):
    view = controls.desk(case).show(compute, draw, title=attrgetter("period.name"))
    assert view.html.endswith("2025Q3</p>")


def test_auto_asks_whether_a_jupyter_server_started_the_kernel(case, monkeypatch):
    opened = replace(case, origin=Origin("company.yml"))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert type(controls.desk(opened)) is controls.Desk
    monkeypatch.setenv("JPY_SESSION_NAME", "x.ipynb")
    assert type(controls.desk(opened)) is LiveDesk
    assert type(controls.desk(case)) is controls.Desk  # built by hand: nothing to open again
    assert type(controls.desk(opened, controls="off")) is controls.Desk


def test_a_wrong_mode_is_named(case):
    with pytest.raises(SettingsError, match="Allowed: auto, on, off"):
        controls.desk(case, controls="yes")


def test_a_batch_never_imports_widgets():
    code = "import sys, kit.show.controls, kit.show.cards; assert 'ipywidgets' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_pickers_are_filled_and_can_be_found(live):
    row = live.pickers()
    scope, period, as_of, look, _ = row.children
    assert ".kit-figure" in look.value
    assert scope.options[:2] == (("Test", "company"), ("Region East", "region:East"))
    assert [label for label, _ in scope.options[2:4]] == ["Li (rep:R1)", "Li (rep:R2)"]
    assert ("Q2 2025", "2025Q2") in period.options
    assert as_of.value == dt.date(2025, 9, 30)
    assert [one._dom_classes for one in (scope, period, as_of)] == [
        ("kit-scope",), ("kit-period",), ("kit-as-of",),
    ]  # fmt: skip


def test_a_change_draws_again_in_place(live):
    output = live.show(compute, draw)
    scope, period, as_of, *_ = live.pickers().children
    assert "region:East 2025Q3 2025-09-30" in text(output)
    scope.value = "company"
    assert "company 2025Q3 2025-09-30" in text(output)
    period.value = "2025Q2"
    assert "company 2025Q2 2025-06-30" in text(output)
    assert as_of.value == dt.date(2025, 6, 30) and live.case.period.name == "2025Q2"


def test_sliders_bind_to_the_settings_once_moved(live):
    output = live.show(compute, draw)
    live.pickers()
    growth, reserve, *_ = live.sliders(growth=..., reserve=None).children
    assert growth.value == pytest.approx(0.08) and growth.continuous_update is False
    growth.value = 0.12
    assert "0.120" in text(output)
    assert live.case.settings.targets.reserve == 0.0
    assert reserve._dom_classes == ("kit-reserve",)
    with pytest.raises(SettingsError, match="Known: growth, reserve"):
        live.sliders(speed=1.0)


def test_an_error_is_one_line_and_passes(live):
    output = live.show(compute, draw)
    scope, *_ = live.pickers().children
    scope.value = "region:Nowhere"
    assert "no such region" in text(output) and "Traceback" not in text(output)
    with pytest.raises(UnknownScopeError, match="no such region"):
        _ = live.case  # no cell goes on with the case before
    scope.value = "company"
    assert "company 2025Q3" in text(output) and str(live.case.scope) == "company"


def test_what_cannot_be_computed_is_one_line(live):
    def fails(case):
        raise SettingsError("growth <b>is</b> wrong")

    output = live.show(fails, lambda result, words: note("never"))
    assert "growth &lt;b&gt;is&lt;/b&gt; wrong" in text(output)
