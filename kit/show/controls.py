"""Pickers and sliders in JupyterLab, over the same functions that a batch calls without them."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import EllipsisType
from typing import Any

from kit.data import case as cases
from kit.data.case import Case
from kit.errors import KitError, SettingsError
from kit.scope import Scope
from kit.show.notes import note
from kit.show.style import sheet
from kit.show.view import View
from kit.show.words import Words

MODES = ("auto", "on", "off")
PICKERS = ("scope", "period", "as_of")
SLIDERS = ("growth", "reserve")
_SESSION = "JPY_SESSION_NAME"  # set by the Jupyter server for its kernels, not by papermill


def desk(case: Case, *, controls: str = "auto") -> Desk:
    """A desk to look at a case from: with pickers in JupyterLab, without them in a batch.

    Parameters
    ----------
    case : Case
    controls : str
        `on`, `off`, or `auto`: on where a Jupyter server started the kernel.

    Raises
    ------
    SettingsError
        Where `controls` is none of these.
    """
    if controls not in MODES:
        allowed = ", ".join(MODES)
        raise SettingsError(f"controls is '{controls}'. Allowed: {allowed}.")
    live = controls == "on" or (controls == "auto" and _SESSION in os.environ)
    return LiveDesk(case) if live and case.origin is not None else Desk(case)


class Desk:
    """Shows what is computed from a case; this one has no pickers.

    Parameters
    ----------
    case : Case
        The case that is looked at.
    """

    def __init__(self, case: Case) -> None:
        self.case = case

    @property
    def words(self) -> Words:
        """The words in the case's language and currency."""
        return Words(self.case.settings.language, self.case.settings.currency)

    def show(
        self,
        compute: Callable[[Case], Any],
        draw: Callable[..., View],
        **draw_options: Any,
    ) -> Any:
        """Show `draw(compute(case), words, **draw_options)`.

        An option that can be called is first called with the case, so that titles follow it.
        """
        return self._drawn(compute, draw, draw_options)

    def pickers(self) -> Any:
        """Pickers of scope, period and day; nothing where the desk has none."""
        return None

    def sliders(self, **starts: float | EllipsisType | None) -> Any:
        """Sliders of `growth` and `reserve`; nothing where the desk has none."""
        return None

    def _drawn(self, compute: Callable, draw: Callable, options: dict[str, Any]) -> View:
        words = self.words
        told = {name: one(self.case) if callable(one) else one for name, one in options.items()}
        return draw(compute(self.case), words, **told)


class LiveDesk(Desk):
    """A desk with pickers: what it shows is drawn again in its place when one of them changes."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._shown: list[tuple[Any, Callable, Callable, dict[str, Any]]] = []
        self._pickers: dict[str, Any] = {}
        self._moved: set[str] = set()  # sliders a person has moved
        self._filling = False

    def show(
        self,
        compute: Callable[[Case], Any],
        draw: Callable[..., View],
        **draw_options: Any,
    ) -> Any:
        """Show it in an output that is drawn again when a picker changes."""
        import ipywidgets

        output = ipywidgets.Output()
        output.add_class("kit-output")
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
            description=words.t("control.scope"),
        )  # fmt: skip
        periods = [(words.period(name), name) for name in offered["periods"]]
        self._pickers["period"] = ipywidgets.Dropdown(
            options=_options(periods, case.period.name), value=case.period.name,
            description=words.t("control.period"),
        )  # fmt: skip
        self._pickers["as_of"] = ipywidgets.DatePicker(
            value=case.as_of, description=words.t("control.as_of")
        )
        return self._row(PICKERS)

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
                readout_format=".1%",
            )  # fmt: skip
        return self._row(tuple(starts))

    def _row(self, names: tuple[str, ...]) -> Any:
        import ipywidgets

        for name in names:
            picker = self._pickers[name]
            picker.add_class("kit-" + name.replace("_", "-"))
            picker.observe(self._changed, names="value")
        look = ipywidgets.HTML(sheet().html)  # a notebook has no page of the kit's around it
        row = ipywidgets.HBox([*(self._pickers[name] for name in names), look])
        row.layout.flex_flow = "row wrap"
        row.add_class("kit-controls")
        return row

    def _changed(self, change: Any) -> None:
        if self._filling:
            return
        name = next(one for one, picker in self._pickers.items() if picker is change["owner"])
        if name in SLIDERS:
            self._moved.add(name)
        found = {one: picker.value for one, picker in self._pickers.items()}
        sliders = {f"targets.{one}": round(found[one], 6) for one in sorted(self._moved)}
        chosen = {one: found[one] for one in PICKERS if found.get(one) is not None}
        if name == "period":
            chosen.pop("as_of", None)  # another period is seen on a day of its own
        try:
            self.case = cases.reopen(self.case, **chosen, overrides=sliders or None)
        except KitError as error:
            self._fail(error)
            return
        self._follow()
        for one in self._shown:
            self._draw(*one)

    def _follow(self) -> None:
        """Let day and unmoved sliders stand where the case now is, without another change."""
        self._filling = True
        if "as_of" in self._pickers:
            self._pickers["as_of"].value = self.case.as_of
        for name in SLIDERS:
            if name in self._pickers and name not in self._moved:
                self._pickers[name].value = self._setting(name)
        self._filling = False

    def _setting(self, name: str) -> float:
        return float(getattr(self.case.settings.targets, name))

    def _scopes(self, offered: dict[str, Any]) -> list[tuple[str, str]]:
        """(label, scope) pairs: `Region East`, a rep by name."""
        pairs = []
        for text in offered["scopes"]:
            scope = Scope.parse(text)
            name = offered["names"].get(text) or scope.id
            pairs.append((self.words.t(f"scope.{scope.kind}", name=name), text))
        return pairs

    def _draw(self, output: Any, compute: Callable, draw: Callable, options: dict) -> None:
        try:
            view = self._drawn(compute, draw, options)
        except KitError as error:
            view = self._failed(error)
        output.outputs = (_display(view),)

    def _fail(self, error: KitError) -> None:
        for output, *_ in self._shown:
            output.outputs = (_display(self._failed(error)),)

    def _failed(self, error: KitError) -> View:
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


