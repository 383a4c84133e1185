from __future__ import annotations

import csv
import json

import pytest
from bs4 import BeautifulSoup

from kit.publish import batch as batches
from kit.publish import state

SCOPES = ["region:华东", "region:<b>East</b>", "region:../../x"]


def manifest(batch) -> dict:
    return json.loads((batch.layout.packets / "manifest.json").read_text())


def page(batch) -> BeautifulSoup:
    return BeautifulSoup((batch.layout.packets / "index.html").read_text(), "html.parser")


def test_real_kernels_make_whole_packets_and_one_failure_costs_only_itself(make_batch, tmp_path):
    batch = make_batch([SCOPES[1], "region:boom"])
    told = []
    result = batches.run(batch, jobs=2, ended=lambda unit, failure: told.append(failure))
    assert [str(one) for one in result.done] == [SCOPES[1]]
    assert sorted(one is None for one in told) == [False, True]
    place = batch.units[0].place
    assert sorted(one.relative_to(place).as_posix() for one in place.rglob("*")) == [
        "findings.json", "inputs.json", "notebooks", "notebooks/02-track.ipynb",
        "notebooks/03-why.ipynb", "packet.html", "targets.csv",
    ]  # fmt: skip
    found = json.loads((place / "findings.json").read_text())
    assert found["measures"]["bookings"]["target"] == 0.1 + 0.2
    assert found["measures"]["bookings"]["chance_of_target"] is None
    assert (found["next_target"], found["reasons"][0]["effect"]) == (3.0, -1.5)
    assert (found["scope"], found["snapshot"]) == (SCOPES[1], "0123abcd")
    html = (place / "packet.html").read_text()
    assert "&lt;b&gt;East&lt;/b&gt; is short, seen 2025-08-20" in html
    assert str(tmp_path) not in html
    assert not batch.units[1].place.exists()
    assert (batch.units[1].work / "notebooks" / "03-why.ipynb").exists()
    failed = manifest(batch)["scopes"]["region:boom"]
    assert failed["error"]["cell"] == 4
    assert failed["error"]["message"] == "no column 'amuont'"


def test_nothing_leaves_the_output_folder(make_batch, executed, tmp_path):
    out = tmp_path / "a" / "b" / "out"
    batch = make_batch(SCOPES, out=out, company="../../x")
    batches.run(batch, execute=executed)
    assert [one.name for one in (tmp_path / "a" / "b").iterdir()] == ["out"]
    assert [one.name for one in (tmp_path / "a").iterdir()] == ["b"]
    links = [one["href"] for one in page(batch).select("tbody a")]
    assert len(links) == 3
    assert all(".." not in link for link in links)


def test_the_index_escapes_names_and_links_lead_to_packets(make_batch, executed):
    from urllib.parse import unquote

    batch = make_batch([*SCOPES, "region:boom"])
    batches.run(batch, execute=executed)
    soup = page(batch)
    assert not soup.find_all("script")
    assert [one.get_text() for one in soup.select("tbody a")] == ["../../x", "<b>East</b>", "华东"]
    for link in soup.select("tbody a"):
        assert (batch.layout.packets / unquote(link["href"])).is_file()
    failed = soup.select_one(".index-failed").get_text(" ")
    assert "boom" in failed
    assert "cell 4" in failed
    assert "ValueError: no <b>column</b>" in failed


def test_summary_and_index_tell_of_the_same_packets(make_batch, executed):
    batches.run(make_batch(["region:A"]), execute=executed)
    batch = make_batch(["region:B", "rep:1", "company"])
    batches.run(batch, execute=executed)
    with (batch.layout.packets / "summary.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["scope"] for row in rows] == ["company", "region:A", "region:B", "rep:1"]
    assert len(page(batch).select("tbody tr")) == 4


def test_packets_of_the_same_inputs_are_of_one_batch_and_others_are_marked(make_batch, executed):
    batches.run(make_batch(["region:A"]), execute=executed)
    batch = make_batch(["region:B"])
    batches.run(batch, execute=executed)
    assert page(batch).select(".index-earlier") == []
    batch = make_batch(["region:B"], snapshot_id="ffff0000")
    batches.run(batch, execute=executed)
    rows = page(batch).select("tbody tr")
    assert [bool(row.select(".index-earlier")) for row in rows] == [True, False]


def test_a_packet_stays_where_its_scope_fails_later_and_is_marked(make_batch, executed):
    def ending(path, parameters, *, folder, **limits):
        raise MemoryError("\x1b[31mtoo much\x1b[0m")

    batch = make_batch(["region:A"])
    batches.run(batch, execute=executed)
    before = (batch.units[0].place / "packet.html").read_bytes()
    result = batches.run(batch, execute=ending)
    assert str(next(iter(result.failures.values()))) == "02-track.ipynb: MemoryError: too much"
    assert (batch.units[0].place / "packet.html").read_bytes() == before
    soup = page(batch)
    assert len(soup.select(".index-earlier")) == 1
    assert "too much" in soup.select_one(".index-failed").get_text()


def test_the_same_batch_gives_the_same_bytes(make_batch, executed, tmp_path):
    def contents(out):
        batch = make_batch([*SCOPES, "region:boom"], out=out)
        batches.run(batch, execute=executed)
        return {
            one.relative_to(out): one.read_bytes()
            for one in out.rglob("*")
            if one.is_file() and ".work" not in one.parts
        }

    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_packet_that_was_changed_by_hand_is_no_longer_of_the_batch(make_batch, executed):
    first = make_batch(["region:A"])
    batches.run(first, execute=executed)
    (first.units[0].place / "packet.html").write_text("changed")
    batch = make_batch(["region:B"])
    batches.run(batch, execute=executed)
    assert len(page(batch).select(".index-earlier")) == 1


@pytest.mark.parametrize("text", ["", "[]", "{", '{"scopes": []}', '{"scopes": {"x:y": 1}}'])
def test_a_spoilt_manifest_or_packet_stops_nothing(make_batch, executed, text):
    batch = make_batch(["region:A"])
    (batch.layout.packets / "region-B").mkdir(parents=True)
    (batch.layout.packets / "region-B" / "findings.json").write_text(text)
    (batch.layout.packets / "manifest.json").write_text(text)
    batches.run(batch, execute=executed)
    assert list(manifest(batch)["scopes"]) == ["region:A"]


def test_the_state_tells_of_a_batch(make_batch, executed, tmp_path):
    batch = make_batch(["region:A", "region:boom"])
    batches.run(batch, execute=executed)
    (found,) = state.read_all(tmp_path / "out")
    assert (found["state"], found["total"], found["done"], found["failed"]) == ("ended", 2, 1, 1)
    path = batch.layout.state
    path.write_text(json.dumps({**found, "state": "running", "process": 2**22 + 7}))
    assert state.read_all(tmp_path / "out")[0]["state"] == "stopped"


def test_a_batch_that_is_stopped_leaves_whole_packets_and_an_index(make_batch, executed, tmp_path):
    def interrupt(unit, failure):
        raise KeyboardInterrupt

    batch = make_batch([f"region:{number}" for number in range(9)])
    with pytest.raises(KeyboardInterrupt):
        batches.run(batch, jobs=1, ended=interrupt, execute=executed)
    (found,) = state.read_all(tmp_path / "out")
    assert found["state"] == "stopped"
    made = [one for one, entry in manifest(batch)["scopes"].items() if entry["status"] == "ok"]
    there = list(batch.layout.packets.glob("region-*"))
    assert len(page(batch).select("tbody tr")) == len(made) == len(there)
    assert page(batch).select(".index-earlier") == []
