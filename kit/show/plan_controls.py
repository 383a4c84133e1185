"""The levers of a plan as widgets: sliders, dropdowns, locks, a button that writes a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kit import scenarios
from kit.data.case import Case
from kit.errors import SettingsError
from kit.parameters import merge, nested
from kit.show import lock_grid
from kit.show.levers import ASKED, BLEND, ENDS, SPLITS, Lam, dropdown, slider
from kit.show.notes import note
from kit.show.saving import Saving
from kit.show.style import sheet
from kit.show.view import View
from kit.show.words import Words

_LOOK = """<style>
.kit-plan-controls .kit-levers .widget-readout { min-width: 3.6rem; }
.kit-plan-controls .kit-result .kit-points { margin: 0 0 .5rem; font-size: .9rem; }
</style>"""



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
        self.lam = Lam(words, lambda: self._move("lam"))
        self.saving = Saving(words, save=self._save, saved=self._saved)
        splits = [(words.term("split", one), one) for one in SPLITS]
        self._levers: dict[str, Any] = {
            "scenario": dropdown("scenario", words),
            **{name: slider(name, words) for name in ENDS},
            "split": dropdown("split", words, splits),
        }
        self.follow(case)
        for name, lever in self._levers.items():
            lever.add_class(f"kit-{name}")
            lever.observe(lambda change, name=name: self._move(name), names="value")
        self._result = ipywidgets.HTML()
        self._result.add_class("kit-result")
        order = ("scenario", "growth", "stretch", "reserve", "split", *BLEND)
        column = ipywidgets.VBox([*(self._levers[name] for name in order), self.lam.box])
        column.layout.flex, column.layout.width = "0 0 auto", "27.6rem"  # as wide as its levers
        column.add_class("kit-levers")
        column.add_class("kit-controls")
        beside = ipywidgets.VBox([self._result, self.grid.box])
        beside.layout.flex = "1 1 29rem"
        both = ipywidgets.HBox([column, beside])
        both.layout.flex_flow = "row wrap"
        both.layout.grid_gap = "0 1.2rem"
        folded = ipywidgets.Accordion([self.saving.box], titles=[words.t("control.scenario_file")])
        self.box = ipywidgets.VBox(
            [
                ipywidgets.HTML(sheet().html + lock_grid.LOOK + _LOOK),
                both,
                folded,
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
        at = {name: round(float(self._levers[name].value), 6) for name in ENDS}
        found: dict[str, Any] = {}
        if self._moved & {*ASKED}:
            found["targets.growth"] = round((1 + at["growth"]) * (1 + at["stretch"]) - 1, 6)
        if "reserve" in self._moved:
            found["targets.reserve"] = at["reserve"]
        if self._moved & {*BLEND}:
            found["targets.blend"] = {kind: at[kind] for kind in BLEND}
        if "split" in self._moved:
            found["targets.split"] = self._levers["split"].value
        if "lam" in self._moved and self._levers["split"].value == "equal_chance":
            found["targets.lam"] = self.lam.value
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
            for name in ENDS:
                lever = self._levers[name]
                lever.disabled = name in ASKED and case.settings.targets.method != "growth"
                if name not in self._moved:
                    value = _setting(case, name)
                    lever.min, lever.max = min(lever.min, value), max(lever.max, value)
                    lever.value = value
            if "split" not in self._moved:
                self._levers["split"].value = case.settings.targets.split
            self.lam.follow(
                case.settings.targets.lam, possible=case.settings.targets.split == "equal_chance",
                moved="lam" in self._moved,
            )  # fmt: skip
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

    def result(self, view: View) -> None:
        """Show beside the levers what they bring about."""
        self._result.value = view.html

    def fill(self, found: Any) -> None:
        """Show the parts and the λ that they came out with; see `LockGrid.fill`."""
        self.grid.fill(found, self._words, locks=self._case.settings.targets.locks)
        self.lam.solved(getattr(found, "attrs", {}).get("lam"))

    def _save(self, name: str, *, note: str, replace: bool) -> scenarios.Scenario:
        if self.grid.wrong:
            raise SettingsError(self.grid.wrong)
        return scenarios.save(
            self._case.origin.config, name, changes=self.changes(), note=note, replace=replace
        )

    def _saved(self, found: scenarios.Scenario) -> None:
        self._filling = True
        self._levers["scenario"].options = [(found.title, found.name)]
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
    return float(targets.blend.get(name, 0.0) if name in BLEND else getattr(targets, name))
