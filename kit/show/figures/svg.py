"""Drawing one figure as SVG with live text: the same bytes each time, no font needed to draw it."""

from __future__ import annotations

import html
import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from kit.show.palette import INK, MUTED, RULE
from kit.show.view import View

WIDTH = 432.0  # points; phones show it at about three quarters, screens at one and a half
LABEL = 13.0  # size of direct labels, points
TICK = 12.0
FONTS = (
    "system-ui,-apple-system,'Segoe UI','Helvetica Neue',Arial,'Noto Sans','Noto Sans CJK SC',"
    "'PingFang SC','Microsoft YaHei',sans-serif"
)

_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "sales-target-kit",
    "svg.image_inline": True,
    "text.parse_math": False,
    "text.usetex": False,
    "font.family": ["DejaVu Sans"],  # ships with matplotlib; the reader's own font is used
    "font.size": LABEL,
    "axes.labelsize": TICK,
    "xtick.labelsize": TICK,
    "ytick.labelsize": TICK,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.grid": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.unicode_minus": True,
    "axes.axisbelow": True,
    "axes.xmargin": 0.0,
    "axes.ymargin": 0.0,
    "hatch.linewidth": 1.0,
    "path.simplify": True,
    "figure.dpi": 72.0,
    "savefig.dpi": 72.0,
    "savefig.transparent": True,
}


@dataclass(frozen=True)
class Margins:
    """Room around the axes, in points."""

    left: float = 44.0
    right: float = 12.0
    top: float = 10.0
    bottom: float = 40.0


def draw(
    paint: Callable[[Axes], None],
    *,
    title: str,
    alt: str,
    height: float = 230.0,
    margins: Margins = Margins(),
    note: str = "",
) -> View:
    """Let `paint` draw on empty axes and return the figure as HTML.

    Parameters
    ----------
    paint : callable
        Draws computed data on the axes it is given.
    title : str
        The finding; stands above the figure as text.
    alt : str
        The numbers as text.
    height : float
        Points; the width is always the same, so that letters have one size on a page.
    margins : Margins
    note : str
        A line below the figure.

    Returns
    -------
    View
        `<figure>` with the title, one `<svg role="img">` and the note.
    """
    buffer = io.BytesIO()
    with matplotlib.rc_context(_unlike()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(WIDTH / 72, height / 72))
        FigureCanvasSVG(figure)
        axes = figure.add_axes(
            (
                margins.left / WIDTH,
                margins.bottom / height,
                (WIDTH - margins.left - margins.right) / WIDTH,
                (height - margins.top - margins.bottom) / height,
            )
        )
        paint(axes)
        for artist in axes.get_children():
            artist.set_clip_on(False)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    drawn = _lean(buffer.getvalue().decode("utf-8"), alt, height)
    parts = [f"<figcaption>{html.escape(title)}</figcaption>", drawn]
    if note:
        parts.append(f'<p class="kit-note">{html.escape(note)}</p>')
    return View('<figure class="kit-figure">' + "".join(parts) + "</figure>", title=title, alt=alt)


@lru_cache(maxsize=1)
def _look() -> Mapping[str, Any]:
    """All of matplotlib's parameters as a figure has them, whatever the reader has set."""
    found = {**matplotlib.rcParamsDefault, **_STYLE}
    return MappingProxyType({name: found[name] for name in found if name != "backend"})


def _unlike() -> dict[str, Any]:
    """Those parameters that are not so now: setting all of them takes long."""
    now = matplotlib.rcParams
    return {name: wanted for name, wanted in _look().items() if now[name] != wanted}


def width(text: str, size: float = LABEL, *, bold: bool = False) -> float:
    """Estimate how wide a text gets in the reader's font, in points; rather too wide.

    Examples
    --------
    >>> width("华东", 10)
    20.0
    >>> width("East", 10) < width("WEST", 10) < 40
    True
    """
    return size * (1.12 if bold else 1.0) * sum(_em(letter) for letter in text)


def shorten(text: str, room: float, size: float = LABEL) -> str:
    """Cut a text that is wider than the room, ending it in an ellipsis.

    Examples
    --------
    >>> shorten("East", 100), shorten("A very long name of a customer", 60)
    ('East', 'A very…')
    """
    if width(text, size) <= room:
        return text
    kept = text
    while kept and width(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _em(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF" or letter in "●◐○→✓✗×":
        return 1.0
    if letter in "ijltfr.,;:'|!()[] ·":
        return 0.36
    return 0.88 if letter in "mwMW@%—…" else 0.68 if letter.isupper() else 0.6


_DROPPED = re.compile(
    r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>"
    r"|<defs>\s*</defs>",
    re.DOTALL,
)
_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"(?:url\(#|href=\"#)([^)\"]+)")


def _lean(drawn: str, alt: str, height: float) -> str:
    """The bare `<svg>`: no globals, short numbers, ids of its own, the reader's font."""
    drawn = _DROPPED.sub("", drawn)
    drawn = _DROPPED.sub("", drawn)  # a <defs> that the first pass emptied
    inner = drawn[drawn.index(">", drawn.index("<svg")) + 1 : drawn.rindex("</svg>")]
    inner = inner.replace("xlink:href", "href")
    inner = re.sub(
        r'(?<= )(d|x|y|width|height|transform)="([^"]*)"',
        lambda found: f'{found[1]}="{_NUMBER.sub(_short, found[2])}"',
        inner,
    )
    inner = re.sub(r'style="([^"]*)"', lambda found: _style(found[1]), inner)
    inner = re.sub(r' transform="rotate\(-?0(?:\.0+)? [^)]*\)"', "", inner)
    inner = re.sub(r"\s*\n\s*", "\n", inner).strip()
    used = set(_REFERENCE.findall(inner))
    own = sha256(inner.encode()).hexdigest()[:8]
    inner = re.sub(
        r' id="([^"]*)"',
        lambda found: f' id="k{own}-{found[1]}"' if found[1] in used else "",
        inner,
    )
    inner = re.sub(r"(url\(#|href=\"#)", rf"\g<1>k{own}-", inner)
    while (fewer := re.sub(r"<g>\s*</g>\n?", "", inner)) != inner:
        inner = fewer
    return (
        f'<svg role="img" aria-label="{html.escape(alt)}" viewBox="0 0 {WIDTH:g} {height:g}" '
        f'style="font-family:{FONTS};stroke-linejoin:round;max-width:36rem" '
        f'xmlns="http://www.w3.org/2000/svg">{inner}</svg>'
    )


def _short(found: re.Match) -> str:
    return f"{float(found[0]):.1f}".removesuffix(".0")


def _style(declarations: str) -> str:
    kept = []
    for one in declarations.split(";"):
        name, _, found = (part.strip() for part in one.partition(":"))
        if name == "font":  # "12px 'DejaVu Sans'" and the like: only weight and size stay
            size = re.search(r"([\d.]+)px", found)
            kept.append(f"font-size:{size[1]}px" if size else "")
            kept.append("font-weight:700" if re.search(r"\b(bold|700)\b", found) else "")
        elif name == "font-size":
            kept.append(f"font-size:{found}")
        elif name not in ("font-family", "font-style", "font-variant", "font-stretch", ""):
            kept.append(f"{name}:{found}")
    return 'style="' + ";".join(one for one in kept if one) + '"'
