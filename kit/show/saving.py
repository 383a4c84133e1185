"""The row that writes what was chosen as a scenario of the company."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kit.errors import KitError
from kit.scenarios import Scenario
from kit.show.conflicts import told
from kit.show.notes import note
from kit.show.words import Words


class Saving:
    """Fields for a name and a note, a box to allow replacing, and a button.

    Parameters
    ----------
    words : Words
    save : callable
        Called with name, note and replace; returns the scenario that was written.
    saved : callable
        Called with that scenario.
    """

    def __init__(
        self,
        words: Words,
        *,
        save: Callable[..., Scenario],
        saved: Callable[[Scenario], None],
    ) -> None:
        import ipywidgets

        self._words, self._save, self._saved = words, save, saved
        style = {"description_width": "initial"}
        self.name = ipywidgets.Text(description=words.t("control.name"), style=style)
        self.note = ipywidgets.Text(description=words.t("control.note"), style=style)
        self.replace = ipywidgets.Checkbox(description=words.t("control.replace"), indent=False)
        self.replace.layout.width = "auto"
        self.button = ipywidgets.Button(description=words.t("control.save"))
        self.button.button_style = "primary"
        self.button.layout.width = "auto"
        self.button.add_class("kit-save-scenario")
        self.button.on_click(self._click)
        self.said = ipywidgets.HTML()
        fields = [self.name, self.note, self.replace, self.button, self.said]
        self.box = ipywidgets.HBox(fields)
        self.box.layout.flex_flow = "row wrap"
        self.box.layout.grid_gap = "0 1.2rem"

    def _click(self, _: Any) -> None:
        try:
            found = self._save(self.name.value, note=self.note.value, replace=self.replace.value)
        except KitError as error:
            line = self._words.t("control.not_saved", error=told(error, self._words))
            self.said.value = note(line).html
            return
        self.replace.value = False
        self.said.value = note(self._words.t("control.saved", path=str(found.path))).html
        self._saved(found)
