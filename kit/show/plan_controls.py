"""The levers of a plan as widgets: sliders, dropdowns, locks, a button that writes a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kit import scenarios
from kit.data.case import Case
from kit.errors import KitError
from kit.parameters import merge, nested
from kit.settings import TargetSettings
from kit.show import lock_grid
from kit.show.notes import note
from kit.show.style import sheet
from kit.show.words import Words

_ASKED, _BLEND = ("growth", "stretch"), ("history", "potential", "capacity")
_ENDS = {
    "growth": (-0.3, 0.5, 0.005), "stretch": (0.0, 0.3, 0.005), "reserve": (0.0, 0.3, 0.005),
    **dict.fromkeys(_BLEND, (0.0, 1.0, 0.05)),
}  # fmt: skip
_SPLITS = TargetSettings.model_fields["split"].annotation.__args__
_STYLE = {"description_width": "initial"}


class PlanControls:
    """Levers bound to the target settings of a case.

    Parameters
    ----------
    case : Case
        Opened from files.
    words : Words
    changed : callable
        Called without arguments when a lever was moved; it opens the case again with `overrides`
        and `scenario`, and then calls `follow`.

    Notes
    -----
    Stretch is asked on top of growth: targets.growth = (1 + growth) × (1 + stretch) − 1. Where the
    target is not made from growth, both are off. The weights count in proportion to one another.
    A lever that nobody moved stays where the parameters put it; choosing a scenario takes back all
    that was moved.
    """

    def __init__(self, case: Case, words: Words, *, changed: Callable[[], None]) -> None:
        import ipywidgets

        self._case, self._words, self._redraw = case, words, changed
        self._moved: set[str] = set()
        self._filling = False
        self.grid = lock_grid.LockGrid(changed)
        self._levers: dict[str, Any] = {
            "scenario": ipywidgets.Dropdown(style=_STYLE, description=words.t("control.scenario")),
            **{name: self._slider(name) for name in _ENDS},
            "split": ipywidgets.Dropdown(
                options=[(words.term("split", one), one) for one in _SPLITS], style=_STYLE,
                description=words.t("control.split"),
            ),
        }  # fmt: skip
        self.follow(case)
        for name, lever in self._levers.items():
            lever.add_class(f"kit-{name}")
            lever.observe(lambda change, name=name: self._move(name), names="value")
        self.box = ipywidgets.VBox(
            [
                ipywidgets.HTML(sheet().html + lock_grid.LOOK),
                self._row("scenario", "growth", "stretch", "reserve"),
                self._row("split", *_BLEND),
                self.grid.box,
                self._saving(),
                ipywidgets.HTML(note(words.t("control.hint")).html),
            ]
        )
        self.box.add_class("kit-plan-controls")

    @property
    def scenario(self) -> str:
        """Name of the scenario that is chosen; empty: none."""
        return self._levers["scenario"].value or ""

    def overrides(self) -> dict[str, Any]:
        """What was moved, as dotted keys of the settings and their values."""
        at = {name: round(float(self._levers[name].value), 6) for name in _ENDS}
        found: dict[str, Any] = {}
        if self._moved & {*_ASKED}:
            found["targets.growth"] = round((1 + at["growth"]) * (1 + at["stretch"]) - 1, 6)
        if "reserve" in self._moved:
            found["targets.reserve"] = at["reserve"]
        if self._moved & {*_BLEND}:
            found["targets.blend"] = {kind: at[kind] for kind in _BLEND}
        if "split" in self._moved:
            found["targets.split"] = self._levers["split"].value
        locks = self.grid.locks()
        return found | ({"targets.locks": locks} if locks else {})

    def follow(self, case: Case) -> None:
        """Let the levers that nobody moved stand where the case's settings are."""
        if case.period != self._case.period:
            self.grid.clear()  # an amount is for a period
        self._case, self._filling = case, True
        try:
            known = scenarios.scenarios(case.origin.config)
            options = [(self._words.t("scenario.as_decided"), "")]
            options += [(one.title, one.name) for one in known]
            if list(self._levers["scenario"].options) != options:
                self._levers["scenario"].options = options
            self._levers["scenario"].value = case.origin.scenario
            for name in _ENDS:
                lever = self._levers[name]
                lever.disabled = name in _ASKED and case.settings.targets.method != "growth"
                if name not in self._moved:
                    value = _setting(case, name)
                    lever.min, lever.max = min(lever.min, value), max(lever.max, value)
                    lever.value = value
            if "split" not in self._moved:
                self._levers["split"].value = case.settings.targets.split
        finally:
            self._filling = False

    def changes(self) -> dict[str, Any]:
        """The chosen scenario's parameters with what was moved, nested as in a file."""
        below: Mapping = {}
        if self.scenario:
            below = scenarios.content(scenarios.find(self._case.origin.config, self.scenario))
        found = merge(below, nested(self.overrides()))
        targets = dict(found.get("targets") or {})
        if "locks" in targets:
            own = ((below.get("targets") or {}).get("locks") or {}).keys()
            targets["locks"] = {one: held for one, held in targets["locks"].items()
                                if held != "" or one not in own}  # fmt: skip
        return found | ({"targets": targets} if targets else {})

    def _slider(self, name: str) -> Any:
        import ipywidgets

        low, high, step = _ENDS[name]
        slider = ipywidgets.FloatSlider(
            value=low, min=low, max=high, step=step, continuous_update=False, style=_STYLE,
            description=self._words.t(f"control.{name}"), readout_format=".1%",
        )  # fmt: skip
        slider.layout.width = "26rem"  # a pixel of the track is no more than a step
        return slider

    def _row(self, *names: str) -> Any:
        import ipywidgets

        row = ipywidgets.HBox([self._levers[name] for name in names])
        row.layout.flex_flow = "row wrap"
        row.layout.grid_gap = "0 1.2rem"
        row.add_class("kit-controls")
        return row

    def _saving(self) -> Any:
        import ipywidgets

        words = self._words
        self._name = ipywidgets.Text(description=words.t("control.name"), style=_STYLE)
        self._note = ipywidgets.Text(description=words.t("control.note"), style=_STYLE)
        self._replace = ipywidgets.Checkbox(description=words.t("control.replace"), indent=False)
        self._button = ipywidgets.Button(description=words.t("control.save"))
        self._button.button_style = "primary"
        self._button.add_class("kit-save-scenario")
        self._button.on_click(self._save)
        self._said = ipywidgets.HTML()
        row = ipywidgets.HBox([self._name, self._note, self._replace, self._button, self._said])
        row.layout.flex_flow = "row wrap"
        row.layout.grid_gap = "0 1.2rem"
        return row

    def _save(self, _: Any) -> None:
        if self.grid.wrong:
            self._said.value = note(self._words.t("control.not_saved", error=self.grid.wrong)).html
            return
        try:
            saved = scenarios.save(
                self._case.origin.config, self._name.value, changes=self.changes(),
                note=self._note.value, replace=self._replace.value,
            )  # fmt: skip
        except KitError as error:
            self._said.value = note(self._words.t("control.not_saved", error=str(error))).html
            return
        self._replace.value = False
        self._said.value = note(self._words.t("control.saved", path=str(saved.path))).html
        self._filling = True
        self._levers["scenario"].options = [(saved.title, saved.name)]
        self._filling = False
        self._move("scenario")

    def _move(self, name: str) -> None:
        if self._filling:
            return
        if name == "scenario":
            self._moved.clear()
            self.grid.clear()
            self._filling = True
            self._levers["stretch"].value = 0.0
            self._filling = False
        else:
            self._moved |= {name, "growth"} if name == "stretch" else {name}
        self._redraw()


def _setting(case: Case, name: str) -> float:
    targets = case.settings.targets
    if name == "stretch":
        return 0.0
    return float(targets.blend.get(name, 0.0) if name in _BLEND else getattr(targets, name))
