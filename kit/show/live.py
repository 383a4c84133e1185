"""The desk with pickers and sliders, over the same functions that a batch calls without them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import EllipsisType
from typing import Any

from kit.data import case as cases
from kit.data.case import Case
from kit.errors import KitError, SettingsError
from kit.show import failures, turns
from kit.show.carried import carried
from kit.show.conflicts import told
from kit.show.controls import Compute, Desk
from kit.show.notes import note
from kit.show.pickers import BUSY, LOOK, options, scopes
from kit.show.plan_controls import PlanControls
from kit.show.settled import Settled
from kit.show.style import sheet
from kit.show.view import View

PICKERS = ("scope", "period", "as_of")
SLIDERS = ("growth", "reserve")
_STYLE = {"description_width": "initial"}


class LiveDesk(Desk):
    """A desk with pickers: what it shows is drawn again in its place when one of them changes.

    Notes
    -----
    Changes in quick succession are drawn once, as they stand in the end. Each change begins a turn;
    what other cells show carries the turn in which they asked for `case`, and is marked as long as
    that is an earlier one. See `kit.show.settled` and `kit.show.turns`.
    """

    def __init__(self, case: Case) -> None:
        import ipywidgets

        super().__init__(case)
        self._marks = ipywidgets.HTML()
        self._marks.layout.display = "none"  # a style holds all the same
        self._keep_day = True
        self._refused: KitError | None = None  # why no case is as the pickers stand
        self._settled = Settled(self._redraw)
        failures.in_one_line(self.words)
        self._turn()
        self._shown: list[tuple[Any, Compute, Callable, dict[str, Any]]] = []
        self._pickers: dict[str, Any] = {}
        self._moved: set[str] = set()  # sliders a person has moved
        self._given = case.origin.overrides if case.origin else {}
        self._plan: tuple[PlanControls, Compute, Callable[..., View] | None] | None = None
        self._filling = False

    @property
    def case(self) -> Case:
        """The case as the pickers now stand; what is made of it belongs to this turn.

        Raises
        ------
        KitError
            Where it cannot be opened as they stand: nothing goes on with the one before.
        """
        self._settled.now()
        if self._refused is not None:
            raise self._refused
        turns.seen()
        return self._case

    def show(self, compute: Compute, draw: Callable[..., View], **draw_options: Any) -> Any:
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

        words, case = self.words, self._case
        offered = cases.choices(case)
        self._pickers["scope"] = ipywidgets.Dropdown(
            options=options(scopes(offered, words), str(case.scope)), value=str(case.scope),
            description=words.t("control.scope"), style=_STYLE,
        )  # fmt: skip
        periods = [(words.period(name), name) for name in offered["periods"]]
        self._pickers["period"] = ipywidgets.Dropdown(
            options=options(periods, case.period.name), value=case.period.name,
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

    def plan_controls(self, compute: Compute, draw: Callable[..., View] | None = None) -> Any:
        """Levers of the plan, an editable grid of locks and a button that writes a scenario."""
        self._plan = (PlanControls(self._case, self.words, changed=self._ask), compute, draw)
        self._fill_plan()
        return self._plan[0].box

    def _row(self, names: tuple[str, ...], *, hint: str = "") -> Any:
        import ipywidgets

        for name in names:
            picker = self._pickers[name]
            picker.add_class("kit-" + name.replace("_", "-"))
            picker.observe(self._changed, names="value")
        # a notebook has no page of the kit's around it, so the styles come with the pickers
        told = note(hint).html if hint else ""
        look = ipywidgets.HTML(sheet().html + LOOK + told)
        look.layout.flex = "1 0 100%"
        row = ipywidgets.HBox([*(self._pickers[name] for name in names), look, self._marks])
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
        if name in ("period", "as_of"):
            self._keep_day = name == "as_of"  # another period is seen on a day of its own
        self._ask()

    def _ask(self) -> None:
        """Have all drawn again once nothing changes any more."""
        for output, *_ in self._shown:
            output.add_class(BUSY)
        self._settled.ask()

    def _turn(self) -> None:
        turns.begin(self._marks, self.words.t("control.stale"))

    def _redraw(self) -> None:
        """Open the case again as the pickers stand, and draw all that is shown in its place."""
        self._turn()
        found = {one: picker.value for one, picker in self._pickers.items()}
        sliders = {f"targets.{one}": round(found[one], 6) for one in sorted(self._moved)}
        chosen = {one: found[one] for one in PICKERS if found.get(one) is not None}
        if not self._keep_day:
            chosen.pop("as_of", None)
        self._keep_day = True
        start = self._case
        if self._plan:  # what was moved before is told anew, or no more
            start = replace(start, origin=replace(start.origin, overrides=self._given))
            chosen["scenario"] = self._plan[0].scenario
            sliders |= self._plan[0].overrides()
        try:
            opened = cases.reopen(start, **chosen, overrides=sliders or None)
            self._case, self._refused = carried(self._case, opened), None
            self._follow()
            for one in self._shown:
                self._draw(*one)
        except Exception as error:
            self._fail(error)
            self._refused = error if isinstance(error, KitError) else None
            if self._refused is None:
                raise  # to the notebook's log; what is shown must not stay that of the last choice
        finally:
            for output, *_ in self._shown:
                output.remove_class(BUSY)

    def _follow(self) -> None:
        """Let the pickers and unmoved sliders stand where the case now is; no change follows."""
        self._filling = True
        try:
            if "scope" in self._pickers:
                here = str(self._case.scope)
                found = options(scopes(cases.choices(self._case), self.words), here)
                if found != list(self._pickers["scope"].options):  # others were active then
                    self._pickers["scope"].options = found
                    self._pickers["scope"].value = here
            if "as_of" in self._pickers:
                self._pickers["as_of"].value = self._case.as_of
            for name in SLIDERS:
                if name in self._pickers and name not in self._moved:
                    self._pickers[name].value = self._setting(name)
        finally:
            self._filling = False
        if self._plan:
            self._plan[0].follow(self._case)
            self._fill_plan()

    def _fill_plan(self) -> None:
        controls, compute, draw = self._plan
        try:
            if draw and not callable(compute):  # it remembers what it made, so none is made twice
                controls.result(draw(self._computed(compute[:1]), self.words))
            controls.fill(self._computed(compute))
        except KitError as error:
            controls.grid.say(told(error, self.words))

    def _setting(self, name: str) -> float:
        return float(getattr(self._case.settings.targets, name))

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
        return note(self.words.t("control.failed", error=told(error, self.words)))


def _display(view: View) -> dict[str, Any]:
    """What is drawn in place: always of this turn, so it carries none."""
    data = {"text/html": view.html, "text/plain": view.title or view.alt}
    return {"output_type": "display_data", "data": data, "metadata": {}}
