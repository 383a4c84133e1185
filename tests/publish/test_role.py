"""A packet for a role: its sections only, the same first screen, and a record of whose it is."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_notebook

import kit
from kit.errors import BatchError, SettingsError
from kit.publish import batch as batches
from kit.publish import inputs, packet, request, sections
from kit.settings.cadence import SECTIONS
from kit.show.words import Words

from .conftest import code, shown, text

NOTEBOOKS = Path(kit.__file__).resolve().parents[1] / "notebooks"


def say(words):
    return code("say()", outputs=[shown({"text/html": f"<p>{words}</p>"})])


@pytest.fixture(scope="module")
def notebooks():
    """Two chapters: three named sections and one without a name; and a chapter of one section."""
    return [
        new_notebook(
            cells=[
                text("# Tracking\nHow it goes.", "lang-en"),
                text("# 跟踪\n进展。", "lang-zh"),
                code("h", "headline", outputs=[shown({"text/html": "<p>ANSWER</p>"})]),
                text("## Standing", "lang-en", "section-standing"),
                text("## 进度", "lang-zh", "section-standing"),
                say("STANDING"),
                text("### Deeper", "lang-en"),
                text("### 更深", "lang-zh"),
                say("DEEPER"),
                text("## Reassignment", "lang-en", "section-reassignment"),
                text("## 改派", "lang-zh", "section-reassignment"),
                say("REASSIGN"),
                text("## Own words"),
                say("OWN"),
                text("## Alerts", "lang-en", "section-alerts"),
                text("## 预警", "lang-zh", "section-alerts"),
                say("ALERTS"),
            ]
        ),
        new_notebook(
            cells=[
                text("# Why\nSo it came."),
                text("## Where it lies", "section-difference"),
                say("WHERE"),
            ]
        ),
    ]


def facts(role="", **changes):
    from kit.settings import Settings

    settings = Settings(company="sample", data_dir=".", track=changes.pop("track", {}))
    every = tuple(settings.track.cadence.every(role)) if role else None
    found = {
        "company": "Sample", "title": "East", "kind": "region", "period": "2025Q3",
        "as_of": dt.date(2025, 8, 20), "language": "en", "currency": "CNY", "snapshot": "0123",
        "parameters": {}, "parameters_hash": "ffff", "versions": {}, "role": role,
        "sections": every,
    }  # fmt: skip
    return packet.PacketFacts(**{**found, **changes})


def page(notebooks, role="", **changes):
    html = packet.render(notebooks, facts(role, **changes))
    soup = BeautifulSoup(html, "html.parser")
    listed = [one.get_text() for one in soup.select("nav.packet-contents a")]
    said = [one.get_text() for one in soup.select(".packet-output p")]
    return soup, listed, said


def test_without_a_role_everything_is_there(notebooks):
    soup, listed, said = page(notebooks)
    assert said == ["ANSWER", "STANDING", "DEEPER", "REASSIGN", "OWN", "ALERTS", "WHERE"]
    assert listed == ["Tracking", "Standing", "Reassignment", "Own words", "Alerts", "Why",
                      "Where it lies"]  # fmt: skip
    assert "Shown for" not in soup.get_text()


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("rep", ["ANSWER", "STANDING", "DEEPER", "OWN", "ALERTS"]),
        ("manager", ["ANSWER", "STANDING", "DEEPER", "REASSIGN", "OWN", "ALERTS", "WHERE"]),
        ("executive", ["ANSWER", "STANDING", "DEEPER", "OWN", "ALERTS", "WHERE"]),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_role_sees_its_sections_and_the_first_screen(notebooks, role, said, language):
    soup, listed, found = page(notebooks, role, language=language)
    assert found == said
    assert len(soup.select("h1")) == 1
    words = Words(language, "CNY")
    foot = soup.select_one(".packet-facts").get_text()
    assert words.t("packet.role") in foot and words.t(f"role.{role}") in foot


def test_contents_and_anchors_lead_to_what_is_there(notebooks):
    soup, listed, _ = page(notebooks, "rep")
    assert listed == ["Tracking", "Standing", "Own words", "Alerts"]
    ids = [one["id"] for one in soup.select("[id]")]
    links = [one["href"].removeprefix("#") for one in soup.select("nav.packet-contents a")]
    assert len(ids) == len(set(ids)) and set(links) <= set(ids)
    assert "So it came." not in soup.get_text(), "a chapter without a section goes as a whole"


def test_a_parameter_takes_a_section_out(notebooks):
    track = {"cadence": {"roles": {"rep": {"alerts": "never", "difference": "weekly"}}}}
    _, listed, said = page(notebooks, "rep", track=track)
    assert said == ["ANSWER", "STANDING", "DEEPER", "OWN", "WHERE"]
    assert "Alerts" not in listed


def test_a_role_without_any_section_still_has_the_first_screen():
    notebook = new_notebook(
        cells=[
            text("# Tracking"),
            code("h", "headline", outputs=[shown({"text/html": "<p>ANSWER</p>"})]),
            text("## Reassignment", "section-reassignment"),
            say("REASSIGN"),
        ]
    )
    _, listed, said = page([notebook], "rep")
    assert (listed, said) == ([], ["ANSWER"])


def test_a_tag_that_names_no_section_names_the_nearest():
    with pytest.raises(BatchError, match="Did you mean 'section-alerts'"):
        sections.named(text("## Alerts", "section-alrets"))
    with pytest.raises(BatchError, match="several sections: alerts, heat"):
        sections.named(text("## Alerts", "section-alerts", "section-heat"))


def test_an_unknown_role_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(SettingsError, match="--role 'manger' is not known. Did you mean 'manager'"):
        request.prepare(tmp_path / "company.yml", period="2025Q3", role="manger")


def test_the_role_is_on_record_and_a_packet_of_another_role_is_made_anew(make_batch, executed):
    batch = make_batch(["region:A", "region:B"])
    assert not batches.run(batch, execute=executed).failures
    one, other = batch.units
    changed = dataclasses.replace(one, role="rep")
    assert inputs.up_to_date(one) and not inputs.up_to_date(changed)
    batch = dataclasses.replace(batch, units=(changed, dataclasses.replace(other, role="rep")))
    assert len(batches.run(batch, execute=executed, resume=True).done) == 2
    record = json.loads((one.place / inputs.FILE).read_text())
    assert record["inputs"]["role"] == "rep"
    manifest = json.loads((batch.layout.packets / "manifest.json").read_text())
    assert manifest["role"] == "rep"
    assert {found["role"] for found in manifest["scopes"].values()} == {"rep"}
    assert "Shown for" in (one.place / "packet.html").read_text()
    assert not batches.run(batch, execute=executed, resume=True).done


def test_the_same_role_gives_the_same_bytes(make_batch, executed, tmp_path):
    found = []
    for name in ("one", "two"):
        batch = make_batch(["region:A"], out=tmp_path / name)
        unit = dataclasses.replace(batch.units[0], role="manager")
        batches.run(dataclasses.replace(batch, units=(unit,)), execute=executed)
        found.append((unit.place / "packet.html").read_bytes())
    assert found[0] == found[1]


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda one: one.stem)
def test_sections_of_the_notebooks_are_named_the_same_in_both_languages(path):
    """Where a notebook names one of its sections it names all, once, and in both languages."""
    named = {"lang-en": [], "lang-zh": []}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            (language,) = set(cell.metadata.tags) & set(named)
            named[language].append(sections.named(cell))
    english = named["lang-en"]
    assert english == named["lang-zh"]
    if any(english):
        assert all(english) and len(set(english)) == len(english)
        assert english == sorted(english, key=SECTIONS.index), "SECTIONS has the packet's order"
