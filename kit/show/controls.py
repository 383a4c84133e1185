"""The desk a notebook works at: with pickers in JupyterLab, without them in a batch."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from types import EllipsisType
from typing import Any

from kit.data.case import Case
from kit.errors import SettingsError
from kit.show.view import View
from kit.show.words import Words

MODES = ("auto", "on", "off")
_SESSION = "JPY_SESSION_NAME"  # set by the Jupyter server for its kernels, not by papermill
Compute = Callable[..., Any] | Sequence[Callable[..., Any]]


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
    if not live or case.origin is None:
        return Desk(case)
    from kit.show.live import LiveDesk

    return LiveDesk(case)


class Desk:
    """Shows what is computed from a case; this one has no pickers.

    Parameters
    ----------
    case : Case
        The case that is looked at.
    """

    def __init__(self, case: Case) -> None:
        self._case = case

    @property
    def case(self) -> Case:
        """The case that is looked at now."""
        return self._case

    @property
    def words(self) -> Words:
        """The words in the case's language and currency."""
        return Words(self._case.settings.language, self._case.settings.currency)

    def show(
        self,
        compute: Compute,
        draw: Callable[..., View],
        **draw_options: Any,
    ) -> Any:
        """Show `draw(compute(case), words, **draw_options)`.

        Of several functions to compute, each gets the case and what the one before it made. An
        option that can be called is first called with the case, so that titles follow it.
        """
        return self._drawn(compute, draw, draw_options)

    def pickers(self) -> Any:
        """Pickers of scope, period and day; nothing where the desk has none."""
        return None

    def sliders(self, **starts: float | EllipsisType | None) -> Any:
        """Sliders of `growth` and `reserve`; nothing where the desk has none."""
        return None

    def plan_controls(self, compute: Compute, draw: Callable[..., View] | None = None) -> Any:
        """Levers of a plan, locks by part and a button that writes a scenario; here nothing.

        Parameters
        ----------
        compute : callable or sequence
            As for `show`; makes the parts that can be locked: scope, part, last_year, target.
        draw : callable, optional
            Draws what the first of several makes, beside the levers.
        """
        return None

    def _computed(self, compute: Compute) -> Any:
        first, *others = (compute,) if callable(compute) else compute
        found = first(self._case)
        for one in others:
            found = one(self._case, found)
        return found

    def _drawn(self, compute: Compute, draw: Callable, options: dict[str, Any]) -> View:
        found = self._computed(compute)
        told = {name: one(self._case) if callable(one) else one for name, one in options.items()}
        return draw(found, self.words, **told)
