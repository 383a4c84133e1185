"""Names that try to be markup, paths, formulas or templates: a packet shows them as text."""

from __future__ import annotations

import csv
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

REGION = '../<b>East</b> "$x^2$" {{7*7}} {name}'
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    '"><svg/onload=alert(3)>',
    "=HYPERLINK(1)",
    "{effect:money}",
    "$\\alpha$",
    "\u202e华东😀",
)
ROWS = 3 * 366 // 2


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def orders(header: str) -> str:
    days = [f"{2023 + n // 182}-{n % 182 // 31 + 4:02d}-{n % 28 + 1:02d}" for n in range(ROWS)]
    return header + "".join(
        f"O{n},1,{day},R{n % 7},{quoted(HOSTILE[n % 7])},{quoted(REGION)},2,{100 + n % 90}\n"
        for n, day in enumerate(days)
    )


class Page(HTMLParser):
    """Counts a page's elements, and gathers its text and whatever could act."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.acting = "", []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "img", "b", "iframe", "object", "embed", "link", "base", "form"):
            self.acting.append(tag)
        self.acting += [name for name, _ in attributes if name.startswith("on")]
        self.acting += [
            found for name, found in attributes if name in ("src", "xlink:href") and found[0] != "#"
        ]

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def packets(company, kit) -> Path:
    """The period's folder of a company with orders and roster only, and such names."""
    roster = "".join(
        f"R{n},2023-01-01,{quoted(name)},{quoted(REGION)}\n" for n, name in enumerate(HOSTILE)
    )
    folder = company(
        {
            "data/orders.csv": lambda text: orders(text.splitlines()[0] + "\n"),
            "data/roster.csv": lambda text: text.splitlines()[0] + "\n" + roster,
            "company.yml": lambda text: text.replace("company: tiny", "company: ../evil").replace(
                "name: Tiny", 'name: "<i>Evil</i> {{7*7}}"'
            ),
        }
    )
    found = kit("run", "--scope", f"region:{REGION}")
    assert found.exit_code == 0, found.output
    assert "1 packet made, 0 failed." in found.output
    assert {one.name for one in folder.iterdir()} == {"company.yml", "data", "outputs"}
    (root,) = (folder / "outputs").iterdir()
    return root / "2025Q3"


def test_names_are_text_in_all_that_is_made(packets):
    (place,) = (one for one in packets.iterdir() if one.is_dir())
    assert place.name.startswith("region-") and place.resolve().parent == packets.resolve()
    packet = Page((place / "packet.html").read_text(encoding="utf-8"))
    assert not packet.acting
    for name in (REGION, *HOSTILE):
        assert name in packet.text
    for notebook in (place / "notebooks").glob("*.ipynb"):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        for output in (one for cell in cells for one in cell.get("outputs", ())):
            html = output.get("data", {}).get("text/html", "")
            assert not Page("".join(html)).acting, notebook.name
    index = Page((packets / "index.html").read_text(encoding="utf-8"))
    assert not index.acting and REGION in index.text and "<i>Evil</i> {{7*7}}" in index.text
    found = json.loads((place / "findings.json").read_text(encoding="utf-8"))
    assert found["scope"] == f"region:{REGION}"
    figures = found["measures"]["bookings"]
    assert figures["status"] == "no_target" and figures["target"] is figures["attainment"] is None
    with (packets / "summary.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert rows[0]["scope"] == f"region:{REGION}" and rows[0]["target"] == ""
    for table in ("opportunities", "activities", "actions"):
        assert f"no {table} table" in packet.text  # each section says what is missing
