"""Single levers of a plan: sliders, and the λ of equal chances, which is solved or set."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from kit.settings import TargetSettings
from kit.show.words import Words

ASKED, BLEND = ("growth", "stretch"), ("history", "potential", "capacity")
ENDS = {
    "growth": (-0.3, 0.5, 0.005), "stretch": (0.0, 0.3, 0.005), "reserve": (0.0, 0.3, 0.005),
    **dict.fromkeys(BLEND, (0.0, 1.0, 0.05)),
}  # fmt: skip
LAM = (-3.0, 3.0, 0.05)
SPLITS = TargetSettings.model_fields["split"].annotation.__args__
STYLE = {"description_width": "11rem"}
WIDE = "27rem"  # a pixel of the track is no more than a step


def slider(name: str, words: Words) -> Any:
    """A slider of a share."""
    import ipywidgets

    low, high, step = ENDS[name]
    found = ipywidgets.FloatSlider(
        value=low, min=low, max=high, step=step, continuous_update=False, style=STYLE,
        description=words.t(f"control.{name}"), readout_format=".1%",
    )  # fmt: skip
    found.layout.width = WIDE
    return found


def dropdown(name: str, words: Words, options: Any = ()) -> Any:
    """A list to choose from."""
    import ipywidgets

    found = ipywidgets.Dropdown(
        options=options, style=STYLE, description=words.t(f"control.{name}")
    )
    found.layout.width = WIDE
    return found


class Lam:
    """A slider of `targets.lam` with a box to tick: unticked, λ is left to be solved.

    Parameters
    ----------
    words : Words
    changed : callable
        Called without arguments when the box was ticked or the slider moved.
    """

    def __init__(self, words: Words, changed: Callable[[], None]) -> None:
        import ipywidgets

        self._words, self._changed, self._filling = words, changed, False
        low, high, step = LAM
        self.own = ipywidgets.Checkbox(description=words.t("control.set_lam"), indent=False)
        self.own.layout.width = "11rem"
        self.slider = ipywidgets.FloatSlider(
            value=0.0, min=low, max=high, step=step, continuous_update=False,
            readout_format=".2f",
        )  # fmt: skip
        self.slider.layout.width = "16rem"
        self._told = ipywidgets.HTML()
        self._told.layout.width = WIDE
        row = ipywidgets.HBox([self.own, self.slider])
        self.box = ipywidgets.VBox([row, self._told])
        self.box.add_class("kit-lam")
        self.own.observe(lambda change: self._move(), names="value")
        self.slider.observe(lambda change: self._slide(), names="value")

    @property
    def value(self) -> float | str:
        """λ as it was set; empty where it is to be solved."""
        return round(float(self.slider.value), 6) if self.own.value else ""

    def follow(self, lam: float | None, *, possible: bool, moved: bool) -> None:
        """Stand where the settings are, unless moved; off where quotas are not of equal chance."""
        self._filling = True
        try:
            self.own.disabled = self.slider.disabled = not possible
            if not moved:
                self.own.value = lam is not None
                self.slider.value = 0.0 if lam is None else lam
        finally:
            self._filling = False
        if not possible:
            self._tell(self._words.t("control.lam_off"))

    def solved(self, lam: float | None) -> None:
        """Say which λ came out, and stand there where none is set."""
        if self.slider.disabled:
            return
        if self.own.value:
            self._tell(self._words.t("control.lam_set"))
            return
        if lam is not None:
            self._filling = True
            self.slider.value = min(max(lam, LAM[0]), LAM[1])
            self._filling = False
        number = "–" if lam is None else f"{lam:.2f}"
        self._tell(self._words.t("control.lam_solved", lam=number))

    def _tell(self, line: str) -> None:
        self._told.value = f'<span class="kit-quiet">{html.escape(line)}</span>'

    def _slide(self) -> None:
        if self._filling:
            return
        if not self.own.value:
            self._filling = True
            self.own.value = True  # who moves it sets it
            self._filling = False
        self._changed()

    def _move(self) -> None:
        if not self._filling:
            self._changed()
