"""Only what changed is read again; what killed builders leave is removed; full disks are told."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time

import duckdb
import pytest

from kit.data import building, ledger, packed, stage
from kit.data.snapshot import ensure
from kit.errors import LossError, SourceError


@pytest.fixture
def made(monkeypatch):
    """Names of the tables whose files are let through the gate, in order."""
    names = []
    make = stage.make

    def noted(table, *told, **named):
        names.append(table.name)
        return make(table, *told, **named)

    monkeypatch.setattr(ledger, "make_stage", noted)
    return names


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


def test_only_new_and_changed_files_are_read_again(small, tmp_path, made):
    tables = small.few()
    config = small.write_company(tmp_path, tables)
    ensure(config)
    assert sorted(made) == ["orders", "products", "roster", "targets"]
    made.clear()
    orders = tmp_path / "files" / "orders.csv"
    text = orders.read_text()
    orders.write_text(text + text.splitlines()[1].replace("O016", "new") + "\n")
    second = ensure(config)
    assert made == ["orders"]
    fresh = ensure(config, out=tmp_path / "elsewhere")
    assert contents(fresh.folder) == contents(second.folder)
    made.clear()
    os.utime(tmp_path / "files" / "roster.csv")
    assert ensure(config).id == second.id and made == []
    (config.parent / "targets.csv").write_text(
        "scope,period,measure,version,target\ncompany,2025Q3,bookings,1,5\n", encoding="utf-8"
    )
    ensure(config)
    assert made == ["targets"]


def test_a_file_that_is_added_to_a_pattern_is_read_alone(small, tmp_path, made):
    config = small.write_company(tmp_path, small.few())
    config.write_text(config.read_text().replace("orders.csv", "orders*.csv"))
    first = ensure(config)
    made.clear()
    lines = (tmp_path / "files" / "orders.csv").read_text().splitlines()
    more = [lines[0], lines[1].replace("O016", "new")]
    (tmp_path / "files" / "orders-2.csv").write_text("\n".join(more))
    second = ensure(config)
    assert made == ["orders"]
    assert second.manifest["rows"]["sales"] == first.manifest["rows"]["sales"] + 1


def test_settings_that_matter_make_a_stage_anew(small, tmp_path, made):
    config = small.write_company(tmp_path, small.few())
    ensure(config)
    made.clear()
    text = config.read_text()
    config.write_text(text.replace("max_loss: 0.2", "max_loss: 0.3"))
    ensure(config)
    assert made == []
    config.write_text(text.replace("max_loss: 0.2", "max_loss: 0.2\n  earliest: '2000-01-01'"))
    ensure(config)
    assert sorted(made) == ["orders", "products", "roster", "targets"]


def test_a_damaged_stage_is_made_again(small, tmp_path, made):
    config = small.write_company(tmp_path, small.few())
    first = ensure(config)
    shelf = tmp_path / "outputs" / "small" / ".stages"
    kept = sorted(one for one in shelf.iterdir() if one.is_dir())
    assert len(kept) == 4
    for one, name in zip(kept, ("rows.parquet", "stage.json", "rows.parquet"), strict=False):
        (one / name).write_bytes(b"other")
    (kept[3] / "rows.parquet").unlink()
    made.clear()
    again = ensure(config, out=tmp_path / "outputs", settings=None)
    assert made == [] and again.folder == first.folder  # the snapshot is there
    before = contents(first.folder)
    (first.folder / "manifest.json").unlink()
    assert contents(ensure(config).folder) == before
    assert len(made) == 4


def test_stages_no_longer_used_are_dropped(small, tmp_path):
    tables = small.few()
    config = small.write_company(tmp_path, tables)
    ensure(config)
    tables["orders"] = tables["orders"][:-1]
    ensure(small.write_company(tmp_path, tables))
    shelf = tmp_path / "outputs" / "small" / ".stages"
    assert len([one for one in shelf.iterdir() if one.is_dir()]) == 4


def test_a_refused_build_keeps_nothing(small, tmp_path):
    tables = small.few()
    tables["orders"] = [{**row, "amount": "much"} for row in tables["orders"]]
    with pytest.raises((LossError, SourceError)):
        ensure(small.write_company(tmp_path, tables))
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EROFS, "Read-only file system"), "cannot be written.*Name another folder"),
        (duckdb.IOException("IO Error: No space left on device"), "the disk is full"),
        (duckdb.OutOfMemoryException("max_temp_directory_size"), "the disk is full"),
    ],
)
def test_a_full_disk_is_told_and_leaves_nothing(small, tmp_path, monkeypatch, error, said):
    config = small.write_company(tmp_path, small.few())

    def full(*told):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(packed, "put", full)
        with pytest.raises(SourceError, match=f"snapshot: {said}"):
            ensure(config)
    assert not (tmp_path / "outputs").exists()
    ensure(config)


BUILDER = """
import sys, time
from pathlib import Path
from kit.data.building import building
with building(Path(sys.argv[1])) as work:
    (work / "half").write_text("made")
    print("ready", flush=True)
    time.sleep(60)
"""


def test_leftovers_of_a_killed_builder_are_removed_and_those_of_a_living_one_stay(tmp_path):
    parent = tmp_path / "snapshot"
    builder = subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(parent)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert builder.stdout.readline() == "ready\n"
        (left,) = parent.iterdir()
        building.sweep(parent)
        assert (left / "half").is_file()
    finally:
        builder.send_signal(signal.SIGKILL)
        builder.wait()
        builder.stdout.close()
    assert left.is_dir()
    with building.building(parent) as work:
        assert not left.exists() and work.is_dir()
    assert not list(parent.glob("*"))


def test_a_folder_without_a_lock_is_removed_when_it_is_old(tmp_path):
    young, old = tmp_path / ".building-a", tmp_path / ".building-b"
    young.mkdir(), old.mkdir()
    long_ago = time.time() - 3600
    os.utime(old, (long_ago, long_ago))
    building.sweep(tmp_path)
    assert young.is_dir() and not old.exists()
