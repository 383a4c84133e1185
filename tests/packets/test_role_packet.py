"""A rep's packet made for the rep: the rep's sections, and nobody else's name or number."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

import kit as package
from kit.data import sample
from kit.publish.sections import named
from kit.settings.cadence import CadenceSettings

NOTEBOOKS = Path(package.__file__).resolve().parents[1] / "notebooks"
REP = "R002"


@pytest.fixture(scope="module")
def folder(kit, company, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("role")
    made = kit("run", "--config", company / "company.yml", "--period", "2025Q3", "--as-of",
               "2025-08-20", "--scope", f"rep:{REP}", "--role", "rep", "--out", out, cwd=company)  # fmt: skip
    assert made.returncode == 0, made.stderr
    return out / "sample" / "2025Q3" / f"rep-{REP}"


def _text(path: Path) -> str:
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(name).decode("utf-8") for name in book.namelist())


def test_only_the_reps_sections_are_shown(folder):
    """Sections that the notebooks name and a rep does not look at are not in the contents."""
    shown = set(CadenceSettings().every("rep"))
    hidden, titles = set(), set()
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            section = named(cell)
            if section and "lang-en" in cell.metadata.tags:
                title = cell.source.splitlines()[0].removeprefix("## ")
                (titles if section in shown else hidden).add(title)
    page = BeautifulSoup(_text(folder / "packet.html"), "html.parser")
    listed = {one.get_text() for one in page.select("nav.packet-contents ol ol a")}
    assert hidden and not listed & hidden
    assert len(listed & titles) >= 5
    assert page.select_one(".packet-glance").get_text(strip=True)
    assert json.loads(_text(folder / "inputs.json"))["inputs"]["role"] == "rep"


def test_no_figure_of_anyone_else(folder):
    frames = sample.make().frames
    roster, orders, credits = frames["roster"], frames["orders"], frames["credits"]
    own_name = set(roster.loc[roster["rep_id"] == REP, "name"])
    others = set(roster.loc[roster["rep_id"] != REP, "name"]) - own_name
    deals, customers = frames["opportunities"], frames["customers"]
    own_orders = set(credits.loc[credits["rep_id"] == REP, "order_id"])
    mine = orders["order_id"].isin(own_orders) | (orders["rep_id"] == REP)
    own = set(orders.loc[mine, "customer_id"]) | set(deals.loc[deals["rep_id"] == REP, "customer_id"])
    names = customers.set_index("customer_id")["name"]
    strange = set(names[~names.index.isin(own)]) - set(names[names.index.isin(own)])
    foreign = set(deals.loc[deals["rep_id"] != REP, "opportunity_id"])
    assert len(others) >= 20 and len(strange) >= 100 and len(foreign) > 1000
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert len(files) >= 7
    for file in files:
        text = _text(file)
        found = {one for one in others | strange | foreign if one in text}
        assert not found, f"{file.name} holds {sorted(found)[:5]}"
