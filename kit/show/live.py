"""The desk with pickers and sliders, over the same functions that a batch calls without them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import EllipsisType
from typing import Any

from kit.data import case as cases
from kit.data.case import Case
from kit.errors import KitError, SettingsError
from kit.scope import Scope
from kit.show.controls import Compute, Desk
from kit.show.notes import note
from kit.show.plan_controls import PlanControls
from kit.show.style import sheet
from kit.show.view import View

PICKERS = ("scope", "period", "as_of")
SLIDERS = ("growth", "reserve")
_BUSY = "kit-busy"
_LOOK = f"""<style>
.{_BUSY} {{ opacity: .4; }}
.kit-controls .kit-note {{ border: 0; margin: 0; padding: 0; font-size: .82rem; }}
</style>"""
_STYLE = {"description_width": "initial"}


class LiveDesk(Desk):
    """A desk with pickers: what it shows is drawn again in its place when one of them changes."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._shown: list[tuple[Any, Compute, Callable, dict[str, Any]]] = []
        self._pickers: dict[str, Any] = {}
        self._moved: set[str] = set()  # sliders a person has moved
        self._given = case.origin.overrides if case.origin else {}
        self._plan: tuple[PlanControls, Compute] | None = None
        self._filling = False

    def show(
        self,
        compute: Compute,
        draw: Callable[..., View],
        **draw_options: Any,
    ) -> Any:
        """Show it in an output that is drawn again when a picker changes."""
        import ipywidgets

        output = ipywidgets.Output()
        output.add_class("kit-output")
        # a cell that is run again shows the same in a new place: the old one is left alone
        self._shown = [one for one in self._shown if one[1:3] != (compute, draw)]
        self._shown.append((output, compute, draw, draw_options))
        self._draw(output, compute, draw, draw_options)
        return output

    def pickers(self) -> Any:
        """Dropdowns of scope and period and a date picker, filled from the data."""
        import ipywidgets

        words, case = self.words, self.case
        offered = cases.choices(case)
        self._pickers["scope"] = ipywidgets.Dropdown(
            options=_options(self._scopes(offered), str(case.scope)), value=str(case.scope),
            description=words.t("control.scope"), style=_STYLE,
        )  # fmt: skip
        periods = [(words.period(name), name) for name in offered["periods"]]
        self._pickers["period"] = ipywidgets.Dropdown(
            options=_options(periods, case.period.name), value=case.period.name,
            description=words.t("control.period"), style=_STYLE,
        )  # fmt: skip
        self._pickers["as_of"] = ipywidgets.DatePicker(
            value=case.as_of, description=words.t("control.as_of"), style=_STYLE
        )
        return self._row(PICKERS, hint=words.t("control.hint"))

    def sliders(self, **starts: float | EllipsisType | None) -> Any:
        """Sliders bound to `targets.growth` and `targets.reserve`.

        Parameters
        ----------
        growth, reserve : float, optional
            Where they start; `...` or None: where the case's settings are.
        """
        import ipywidgets

        ends = {"growth": (-0.3, 0.5), "reserve": (0.0, 0.3)}
        for name, start in starts.items():
            if name not in ends:
                raise SettingsError(f"Slider '{name}' is not known. Known: {', '.join(ends)}.")
            value = self._setting(name) if start in (None, ...) else float(start)
            low, high = ends[name]
            self._pickers[name] = ipywidgets.FloatSlider(
                value=value, min=min(low, value), max=max(high, value), step=0.005,
                description=self.words.t(f"control.{name}"), continuous_update=False,
                readout_format=".1%", style=_STYLE,
            )  # fmt: skip
        return self._row(tuple(starts))

    def plan_controls(self, compute: Compute) -> Any:
        """Levers of the plan, an editable grid of locks and a button that writes a scenario."""
        self._plan = (PlanControls(self.case, self.words, changed=self._redraw), compute)
        self._fill_grid()
        return self._plan[0].box

    def _row(self, names: tuple[str, ...], *, hint: str = "") -> Any:
        import ipywidgets

        for name in names:
            picker = self._pickers[name]
            picker.add_class("kit-" + name.replace("_", "-"))
            picker.observe(self._changed, names="value")
        # a notebook has no page of the kit's around it, so the styles come with the pickers
        told = note(hint).html if hint else ""
        look = ipywidgets.HTML(sheet().html + _LOOK + told)
        look.layout.flex = "1 0 100%"
        row = ipywidgets.HBox([*(self._pickers[name] for name in names), look])
        row.layout.flex_flow = "row wrap"
        row.layout.grid_gap = "0 1.2rem"
        row.add_class("kit-controls")
        return row

    def _changed(self, change: Any) -> None:
        if self._filling:
            return
        name = next(one for one, picker in self._pickers.items() if picker is change["owner"])
        if name in SLIDERS:
            self._moved.add(name)
        self._redraw(keep_day=name != "period")

    def _redraw(self, *, keep_day: bool = True) -> None:
        """Open the case again as the pickers stand, and draw all that is shown in its place."""
        found = {one: picker.value for one, picker in self._pickers.items()}
        sliders = {f"targets.{one}": round(found[one], 6) for one in sorted(self._moved)}
        chosen = {one: found[one] for one in PICKERS if found.get(one) is not None}
        if not keep_day:
            chosen.pop("as_of", None)  # another period is seen on a day of its own
        start = self.case
        if self._plan:  # what was moved before is told anew, or no more
            start = replace(start, origin=replace(start.origin, overrides=self._given))
            chosen["scenario"] = self._plan[0].scenario
            sliders |= self._plan[0].overrides()
        for output, *_ in self._shown:
            output.add_class(_BUSY)
        try:
            self.case = cases.reopen(start, **chosen, overrides=sliders or None)
            self._follow()
            for one in self._shown:
                self._draw(*one)
        except Exception as error:
            self._fail(error)
            if not isinstance(error, KitError):
                raise  # to the notebook's log; what is shown must not stay that of the last choice
        finally:
            for output, *_ in self._shown:
                output.remove_class(_BUSY)

    def _follow(self) -> None:
        """Let the pickers and unmoved sliders stand where the case now is; no change follows."""
        self._filling = True
        try:
            if "scope" in self._pickers:
                here = str(self.case.scope)
                options = _options(self._scopes(cases.choices(self.case)), here)
                if options != list(self._pickers["scope"].options):  # others were active then
                    self._pickers["scope"].options = options
                    self._pickers["scope"].value = here
            if "as_of" in self._pickers:
                self._pickers["as_of"].value = self.case.as_of
            for name in SLIDERS:
                if name in self._pickers and name not in self._moved:
                    self._pickers[name].value = self._setting(name)
        finally:
            self._filling = False
        if self._plan:
            self._plan[0].follow(self.case)
            self._fill_grid()

    def _fill_grid(self) -> None:
        controls, compute = self._plan
        try:
            locks = self.case.settings.targets.locks
            controls.grid.fill(self._computed(compute), self.words, locks=locks)
        except KitError as error:
            controls.grid.say(str(error))

    def _setting(self, name: str) -> float:
        return float(getattr(self.case.settings.targets, name))

    def _scopes(self, offered: dict[str, Any]) -> list[tuple[str, str]]:
        """(label, scope) pairs: `Region East`; company and reps by name."""
        pairs = []
        for text in offered["scopes"]:
            scope = Scope.parse(text)
            name = offered["names"].get(text) or scope.id
            area = scope.kind in ("region", "team")
            pairs.append((self.words.t(f"control.{scope.kind}", name=name) if area else name, text))
        return pairs

    def _draw(self, output: Any, compute: Compute, draw: Callable, options: dict) -> None:
        try:
            view = self._drawn(compute, draw, options)
        except KitError as error:
            view = self._failed(error)
        output.outputs = (_display(view),)

    def _fail(self, error: Exception) -> None:
        """Say once, in the first place, what is wrong; nothing of the last choice stays."""
        for number, (output, *_) in enumerate(self._shown):
            output.outputs = () if number else (_display(self._failed(error)),)

    def _failed(self, error: Exception) -> View:
        return note(self.words.t("control.failed", error=str(error)))


def _options(found: Any, current: str) -> list[tuple[str, str]]:
    """(label, value) pairs that hold the current value and no label twice."""
    pairs = [(str(label), str(value)) for label, value in found]
    if current not in [value for _, value in pairs]:
        pairs.append((current, current))
    labels = [label for label, _ in pairs]
    return [
        (label if labels.count(label) == 1 else f"{label} ({value})", value)
        for label, value in pairs
    ]


def _display(view: View) -> dict[str, Any]:
    return {"output_type": "display_data", "data": view._repr_mimebundle_(), "metadata": {}}


