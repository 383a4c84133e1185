"""What a figure draws, read back from its SVG."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace

import pandas as pd
import pytest

from kit.data.case import Origin, reopen
from kit.errors import InfeasibleError
from kit.show import controls, turns
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


@pytest.fixture(autouse=True)
def no_turns(monkeypatch):
    """Each test begins as a kernel in which nothing was moved yet."""
    monkeypatch.setattr(turns, "_NOW", turns._Now())


def aims(case):
    return case.settings.targets


def told(found, words):
    return View(f"<p>{found.growth:.4f} {found.reserve:.3f} {found.split} {found.blend}</p>")


def parts(case):
    locks = case.settings.targets.locks
    if sum(locks.values()) > 1000:
        raise InfeasibleError("The locks add up to 5,000 but the total is 1,000: 4,000 too much.")
    return pd.DataFrame(
        {"scope": ["region:East", "team:<b>"], "part": ["East", "<b>"],
         "above": ["company", "region:East"], "last_year": [900.0, 500.0],
         "target": [locks.get("region:East", 1000.0), 600.0]}
    )  # fmt: skip


@pytest.fixture
def company(tmp_path):
    folder = tmp_path / "parameters" / "acme"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "company.yml").write_text("data_dir: .\ntargets: {growth: 0.08}\n")
    (folder / "scenarios" / "bold.yml").write_text(
        "title: Bold\nnote: More\ntargets:\n  growth: 0.2\n  reserve: 0.05\n"
        "  locks: {'region:East': 700}\n"
    )
    return folder


@pytest.fixture
def desk(make_case, company):
    built = make_case(
        sales=[{"date": "2025-08-01", "amount": 5.0, "team": "<b>"}],
        roster=[{"rep_id": "R1", "valid_from": "2020-01-01", "name": "R1", "team": "<b>",
                 "region": "East"}],
    )  # fmt: skip
    opened = reopen(replace(built, origin=Origin(str(company / "company.yml"))))
    return controls.desk(opened, controls="on")


@pytest.fixture
def levers(desk):
    desk.shown = desk.show(aims, told)
    desk.plan_controls(parts)
    return desk._plan[0]
