"""What a show function returns: a piece of HTML that Jupyter displays and a packet embeds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kit.show import turns


@dataclass(frozen=True)
class View:
    """A piece of HTML with a title and, where it is a chart, its numbers as text.

    Parameters
    ----------
    html : str
        Escaped and self-contained.
    title : str
        What it shows; for a chart the finding.
    alt : str
        The chart's numbers, for those who cannot see it.

    Examples
    --------
    >>> View("<p>On track</p>", title="On track")._repr_html_()
    '<p>On track</p>'
    """

    html: str
    title: str = ""
    alt: str = ""

    def _repr_html_(self) -> str:
        return turns.stamped(self.html)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": turns.stamped(self.html), "text/plain": self.title or self.alt}

    def __repr__(self) -> str:
        return f"View({self.title!r}, {len(self.html):,} characters)"


def together(views: Iterable[View], *, side_by_side: bool = False) -> View:
    """Several views as one, below one another or in as many columns as the page has room for.

    Examples
    --------
    >>> together([View("<p>a</p>", title="a"), View("<p>b</p>", title="b")]).title
    'a; b'
    """
    views = tuple(views)
    name = "kit-columns" if side_by_side else "kit-stack"
    pages = [f"<div>{view.html}</div>" if side_by_side else view.html for view in views]
    return View(
        html=f'<div class="{name}">' + "".join(pages) + "</div>",
        title="; ".join(view.title for view in views if view.title),
        alt=" ".join(view.alt for view in views if view.alt),
    )
