"""Views that a click on one line opens; on paper they lie open."""

from __future__ import annotations

import html
from collections.abc import Sequence

from kit.show.view import View, together


def folded(views: Sequence[View], head: str) -> View:
    """Views behind one line, which says what they are.

    Parameters
    ----------
    views : sequence of View
    head : str
        The line; plain text.

    Returns
    -------
    View
        A `<details>`, which needs no script.

    Examples
    --------
    >>> folded([View("<p>1</p>")], "a < b").html
    '<details class="kit-note kit-folded"><summary>a &lt; b</summary><p>1</p></details>'
    """
    inside = views[0] if len(views) == 1 else together(views)
    line = html.escape(head)
    return View(
        f'<details class="kit-note kit-folded"><summary>{line}</summary>{inside.html}</details>',
        title=head,
        alt=inside.alt,
    )
