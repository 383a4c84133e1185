"""A cell that fails in a live notebook: one line in the page's language in place of a traceback."""

from __future__ import annotations

from typing import Any

from kit.errors import KitError
from kit.show import turns
from kit.show.conflicts import told
from kit.show.notes import note
from kit.show.words import Words


def in_one_line(words: Words) -> None:
    """Have errors that a user can mend shown as one line; the cells below are still not run.

    Where there is no IPython, nothing is done.
    """
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((KitError,), _Shown(words))


class _Shown:
    """Shows an error as IPython asks for it."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def __call__(self, shell: Any, kind: type, error: Exception, trace: Any, tb_offset: Any = None):
        from IPython.display import display

        turns.spoiled()  # what is drawn from now on rests on a cell that failed
        line = self._words.t("control.cell_failed", error=told(error, self._words))
        told_as = f'<div class="kit-failed">{note(line).html}</div>'
        display({"text/html": told_as, "text/plain": line}, raw=True)
        shell._last_traceback = []  # the kernel's reply is still an error, which stops the rest
        return []
