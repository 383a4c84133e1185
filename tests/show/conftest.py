"""What a figure draws, read back from its SVG."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import pytest

from kit.show.figures.svg import width
from kit.show.view import View
from kit.show.words import Words

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Drawn:
    """Texts with their boxes and filled shapes of one figure."""

    texts: tuple[str, ...]
    boxes: tuple[tuple[str, float, float, float], ...]  # text, left, right, baseline
    fills: tuple[str, ...]
    width: float
    height: float

    def bars(self, *colours: str) -> int:
        """How many shapes are filled with one of the colours or a hatch."""
        return sum(fill in colours or (fill.startswith("url(") and "hatch" in colours)
                   for fill in self.fills)  # fmt: skip

    def cut(self) -> list[tuple]:
        """Texts that reach beyond the figure."""
        return [
            box
            for box in self.boxes
            if box[1] < -0.5 or box[2] > self.width + 0.5 or not 8 <= box[3] <= self.height
        ]


def _style(element: ET.Element) -> dict[str, str]:
    pairs = (one.split(":", 1) for one in element.get("style", "").split(";") if ":" in one)
    return {name.strip(): found.strip() for name, found in pairs}


def _box(element: ET.Element) -> tuple[str, float, float, float]:
    style = _style(element)
    text = "".join(element.itertext())
    size = float(style["font-size"].removesuffix("px"))
    wide = width(text, size, bold=style.get("font-weight") == "700")
    shift = {"middle": wide / 2, "end": wide}.get(style.get("text-anchor"), 0.0)
    left = float(element.get("x")) - shift
    return text, left, left + wide, float(element.get("y"))


def read(view: View) -> Drawn:
    """Parse the one `<svg>` of a view."""
    (found,) = re.findall(r"<svg.*?</svg>", view.html, re.DOTALL)
    root = ET.fromstring(found)
    _, _, wide, high = (float(one) for one in root.get("viewBox").split())
    defined = {one for defs in root.iter(f"{SVG}defs") for one in defs.iter()}
    shapes = [
        one for kind in ("path", "rect") for one in root.iter(SVG + kind) if one not in defined
    ]
    boxes = tuple(_box(one) for one in root.iter(f"{SVG}text"))
    return Drawn(
        texts=tuple(box[0] for box in boxes),
        boxes=boxes,
        fills=tuple(_style(one).get("fill", "") for one in shapes),
        width=wide,
        height=high,
    )


@pytest.fixture
def drawn():
    """A function that reads back what a view's figure shows."""
    return read


@pytest.fixture(params=["en", "zh"])
def words(request):
    """Words of each language."""
    return Words(request.param, "CNY")


@pytest.fixture
def english():
    return Words("en", "CNY")
