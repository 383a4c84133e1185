"""A grid of parts with what each carries and a field for the amount that is to stand."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import notes
from kit.show.typed_amounts import amount, written
from kit.show.words import Words

_STALE = "kit-stale"
LOOK = f"""<style>
.kit-locks .kit-lock-row {{ display: flex; gap: .6rem; font-variant-numeric: tabular-nums; }}
.kit-locks .kit-lock-row > span {{ flex: 0 0 6rem; text-align: right; line-height: 28px;
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }}
.kit-locks .kit-lock-row > span:first-child {{ flex: 0 0 9.5rem; text-align: left; }}
.kit-locks .kit-lock-row > span:nth-child(4) {{ flex: 0 0 8rem; text-align: left; }}
.kit-locks .{_STALE} {{ opacity: .45; }}
</style>"""


class LockGrid:
    """One row a part: its name, last year, its target now, and a field for a lock.

    Parameters
    ----------
    changed : callable
        Called without arguments when a lock was typed or taken away.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        import ipywidgets

        self._changed = changed
        self._typed: dict[str, float | None] = {}
        self._fields: dict[str, Any] = {}
        self._cells: dict[str, Any] = {}
        self._filling = False
        self.wrong = ""  # what is wrong with the locks; empty: nothing
        self._words = Words()
        self._head, self._message = ipywidgets.HTML(), ipywidgets.HTML()
        self._rows = ipywidgets.VBox()
        self._rows.layout.max_height = "15rem"
        self._rows.layout.overflow = "auto"
        self._rows.layout.display = "block"
        self.box = ipywidgets.VBox([self._message, self._head, self._rows])
        self.box.add_class("kit-locks")

    def locks(self) -> dict[str, float | str]:
        """The locks that were typed, by scope; empty for one that was taken away."""
        return {scope: "" if one is None else one for scope, one in self._typed.items()}

    def clear(self) -> None:
        """Forget what was typed."""
        self._typed.clear()

    def fill(
        self, found: pd.DataFrame | Unavailable, words: Words, *, locks: Mapping[str, float]
    ) -> None:
        """Show the parts as they are now.

        Parameters
        ----------
        found : DataFrame or Unavailable
            scope, part, last_year, target; above where there are several levels.
        words : Words
        locks : mapping
            Amounts that stand, by scope.
        """
        self._words = words
        self.say("")
        if isinstance(found, Unavailable):
            self._rows.children, self._fields, self._cells = (), {}, {}
            self._head.value = notes.unavailable(found, words).html
            return
        titles = [words.heading(one) for one in ("part", "last_year", "target")]
        self._head.value = _line([*titles, words.t("locks.lock")], strong=True)
        if list(found["scope"]) != list(self._fields):
            self._build(found)
        deep = _depths(found)
        self._filling = True
        for row, depth in zip(found.itertuples(index=False), deep, strict=True):
            name = "\u2003" * depth + words.term("part", row.part)
            cells = [name, words.money(row.last_year), words.money(row.target)]
            self._cells[row.scope].value = _line(cells)
            standing = locks.get(row.scope)
            self._fields[row.scope].value = "" if standing is None else written(standing)
        self._filling = False

    def say(self, line: str) -> None:
        """Say what is wrong with the locks; the amounts above are then those before it."""
        self.wrong = line
        self._message.value = notes.note(line).html if line else ""
        (self._rows.add_class if line else self._rows.remove_class)(_STALE)

    def _build(self, found: pd.DataFrame) -> None:
        import ipywidgets

        self._fields, self._cells, rows = {}, {}, []
        for row in found.itertuples(index=False):
            cell = ipywidgets.HTML()
            field = ipywidgets.Text(
                continuous_update=False, placeholder=self._words.t("locks.open"),
                tooltip=self._words.t("locks.hint", part=row.part),
            )  # fmt: skip
            field.layout.width = "8rem"
            field.layout.margin = "2px 2px 2px .6rem"
            field.observe(lambda change, scope=row.scope: self._type(scope, change), names="value")
            self._cells[row.scope], self._fields[row.scope] = cell, field
            rows.append(ipywidgets.HBox([cell, field]))
        self._rows.children = tuple(rows)

    def _type(self, scope: str, change: Any) -> None:
        if self._filling:
            return
        try:
            found = amount(change["new"])
        except ValueError:
            self.say(self._words.t("locks.no_amount", found=change["new"]))
            return
        self._typed[scope] = found
        self._filling = True  # what was typed is shown as it was understood
        self._fields[scope].value = "" if found is None else written(found)
        self._filling = False
        self._changed()


def _line(cells: list[str], *, strong: bool = False) -> str:
    tag = "strong" if strong else "span"
    told = "".join(f"<span><{tag}>{html.escape(one)}</{tag}></span>" for one in cells)
    return f'<div class="kit-lock-row">{told}</div>'


def _depths(found: pd.DataFrame) -> list[int]:
    """How far below the first level each row stands."""
    deep: dict[str, int] = {}
    for row in found.itertuples(index=False):
        deep[row.scope] = deep.get(getattr(row, "above", ""), -1) + 1
    return list(deep.values())
