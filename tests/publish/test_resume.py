"""A batch goes on where it was: it runs only what failed, is missing or has other inputs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kit.errors import BatchError
from kit.publish import batch as batches
from kit.publish import inputs, lock, outputs, state
from kit.publish.warm import WARM

DRIVER = """
import pickle, sys
from kit.publish import batch
with open(sys.argv[1], "rb") as file:
    batch.run(pickle.load(file), jobs=2, resume=True)
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {
        one.relative_to(folder).as_posix(): one.read_bytes()
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    }


def asked(executed, ran):
    """What `executed` does, noting for which scope it was asked."""

    def execute(path, parameters, *, folder, **limits):
        ran.add(parameters["scope"])
        return executed(path, parameters, folder=folder)

    return execute


def test_a_second_run_does_nothing(make_batch, executed):
    batch = make_batch(["region:A", "region:B"])
    first = batches.run(batch, execute=executed)
    before = contents(batch.layout.root)
    ran = set()
    second = batches.run(batch, resume=True, execute=asked(executed, ran))
    assert (ran, second.done, second.kept) == (set(), (), first.done)
    assert contents(batch.layout.root) == before


@pytest.mark.parametrize(
    "change",
    [
        {"part": "ffff"},
        {"title": "Another name"},
        {"kit": "ffff"},
        {"as_of": dt.date(2025, 8, 21)},
    ],
)
def test_a_scope_whose_inputs_changed_runs_again_and_no_other(make_batch, executed, change):
    batch = make_batch(["region:A", "region:B"])
    batches.run(batch, execute=executed)
    one, other = batch.units
    batch = dataclasses.replace(batch, units=(dataclasses.replace(one, **change), other))
    ran = set()
    result = batches.run(batch, resume=True, execute=asked(executed, ran))
    assert ran == {"region:A"} and result.kept == (other.scope,)


def test_a_changed_notebook_or_parameter_is_another_input(make_batch, executed):
    batch = make_batch(["region:A"])
    batches.run(batch, execute=executed)
    (unit,) = batch.units
    notebook = dataclasses.replace(unit.notebooks[0], sha256="ffff")
    assert inputs.up_to_date(unit)
    assert not inputs.up_to_date(
        dataclasses.replace(unit, notebooks=(notebook, unit.notebooks[1]))
    )
    (other,) = make_batch(["region:A"], currency="EUR").units
    assert not inputs.up_to_date(other)


@pytest.mark.parametrize("spoil", ["remove", "change", "add", "record"])
def test_a_packet_that_is_not_what_was_made_runs_again(make_batch, executed, spoil):
    batch = make_batch(["region:A"])
    batches.run(batch, execute=executed)
    before = contents(batch.layout.packets)
    place = batch.units[0].place
    if spoil == "remove":
        (place / "findings.json").unlink()
    elif spoil == "add":
        (place / "more.txt").write_text("x")
    else:
        name = "packet.html" if spoil == "change" else inputs.FILE
        (place / name).write_text("changed")
    assert batches.run(batch, resume=True, execute=executed).done
    assert contents(batch.layout.packets) == before


def test_what_failed_runs_again_even_where_an_older_packet_is_up_to_date(make_batch, executed):
    def failing(path, parameters, *, folder, **limits):
        raise MemoryError("today")

    batch = make_batch(["region:A"])
    batches.run(batch, execute=executed)
    assert batches.run(batch, execute=failing).failures
    assert batches.run(batch, resume=True, execute=executed).done
    assert batches.run(batch, resume=True, execute=executed).kept


def test_two_batches_at_once_in_one_folder_are_refused(make_batch, executed):
    batch = make_batch(["region:A"])
    with lock.held(batch.layout.lock), pytest.raises(BatchError, match="another batch is running"):
        batches.run(batch, execute=executed)
    assert not batch.layout.packets.exists()
    batches.run(batch, execute=executed)


def test_files_are_on_the_disk_before_they_are_moved_to_their_place(
    make_batch, executed, monkeypatch
):
    told = []
    replace, fsync = os.replace, os.fsync

    def noted_fsync(handle):
        told.append(("sync", os.readlink(f"/proc/self/fd/{handle}")))
        fsync(handle)

    def noted_replace(source, target):
        told.append(("move", str(source)))
        replace(source, target)

    batch = make_batch(["region:A"])
    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    batches.run(batch, execute=executed)
    moved = next(what for kind, what in told if kind == "move" and "/.making-" in what[-30:])
    place = told.index(("move", moved))
    synced = {Path(what).name for kind, what in told[:place] if kind == "sync"}
    assert synced >= {"packet.html", "findings.json", "inputs.json", Path(moved).name}
    after = told[place:]
    assert ("sync", str(batch.layout.packets)) in after
    assert ("sync", str(batch.layout.packets / ".manifest.json.new")) in after


def test_a_full_disk_stops_the_batch_and_says_what_to_do(make_batch, executed, monkeypatch):
    def failing(path, parameters, *, folder, **limits):
        raise OSError(28, "No space left on device")

    batch = make_batch([f"region:{number}" for number in range(9)])
    monkeypatch.setattr(outputs, "LEAST_ROOM", 2**70)
    with pytest.raises(BatchError, match=r"disk is full.*--resume"):
        batches.run(batch, jobs=1, execute=failing)
    assert state.read_all(batch.layout.out)[0]["state"] == "stopped"


def test_killed_at_any_moment_and_resumed_the_result_is_that_of_an_undisturbed_run(
    make_batch, tmp_path
):
    """Ten times: each kill leaves whole packets only, and the last run makes the rest."""
    scopes = [f"region:{name}" for name in ("A", "B", "C", "D", "华东", "dies")]
    undisturbed = make_batch(scopes, out=tmp_path / "undisturbed", kernel=WARM)
    whole = batches.run(undisturbed, jobs=2)
    assert len(whole.done) == 5
    expected = contents(undisturbed.layout.packets)

    chance = random.Random(20250930)
    for trial in range(2):
        batch = make_batch(scopes, out=tmp_path / f"killed{trial}", kernel=WARM)
        told = tmp_path / f"batch{trial}"
        told.write_bytes(pickle.dumps(batch))
        for _ in range(5):
            process = subprocess.Popen([sys.executable, "-c", DRIVER, str(told)])
            time.sleep(chance.uniform(0.6, 3.5))
            process.send_signal(signal.SIGKILL)
            process.wait()
            for place in batch.layout.packets.glob("region-*"):
                assert contents(place) == contents(undisturbed.layout.packets / place.name)
        subprocess.run([sys.executable, "-c", DRIVER, str(told)], check=True)
        assert contents(batch.layout.packets) == expected


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 3 MB; skipped where this user may not mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_fills_up_holds_whole_packets_only(
    make_batch, executed, small_disk, monkeypatch
):
    def large(path, parameters, *, folder, **limits):
        (folder / "targets.csv").write_bytes(os.urandom(400_000))
        return executed(path, parameters, folder=folder)

    monkeypatch.setattr(outputs, "LEAST_ROOM", 500_000)
    batch = make_batch([f"region:{number}" for number in range(12)], out=small_disk / "out")
    with pytest.raises(BatchError, match="No space left|disk is full"):
        batches.run(batch, jobs=1, execute=large)
    places = list(batch.layout.packets.glob("region-*"))
    assert 2 <= len(places) < 12
    assert all(inputs.read(place) for place in places)
