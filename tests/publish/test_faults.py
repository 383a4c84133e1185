"""One bad scope costs only itself, whatever it does, in forked kernels as in ordinary ones."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import threading
import time

import psutil
import pytest

from kit.publish import batch as batches
from kit.publish import inputs, sockets
from kit.publish.limits import Limits
from kit.publish.warm import ORDINARY, WARM

MB = 2**20
TOLD = {
    "raises": ("ValueError", "on purpose"),
    "sleeps": ("TimeLimit", "ran for more than 4 s"),
    "loops": ("TimeLimit", "ran for more than 4 s"),
    "eats": ("MemoryLimit", "600 MB are allowed"),
    "killed": ("KernelDied", "SIGKILL"),
    "exits": ("KernelDied", "the kernel ended with code 7"),
    "floods": ("OutputLimit", "showed or printed more than 32 MB"),
}


def forked() -> set[int]:
    """Processes that were forked from the warm server and are still there."""
    there = psutil.Process(_server()).children()
    return {one.pid for one in there if one.status() != psutil.STATUS_ZOMBIE}


@pytest.mark.parametrize("kernel", [WARM, ORDINARY])
def test_a_bad_scope_costs_only_itself(make_batch, faulty_notebooks, kernel):
    batch = make_batch(
        [f"region:{one}" for one in ("first", *TOLD, "last")],
        notebooks=faulty_notebooks, kernel=kernel, limits=Limits(4, 600 * MB),
    )  # fmt: skip
    result = batches.run(batch, jobs=4)
    assert [one.id for one in result.done] == ["first", "last"]
    assert {scope.id for scope in result.failures} == TOLD.keys()
    for scope, failure in result.failures.items():
        error, message = TOLD[scope.id]
        assert (failure.notebook, failure.cell, failure.error) == ("02-track.ipynb", 2, error)
        assert message in failure.message
        assert (batch.layout.work(scope) / "notebooks/02-track.ipynb").is_file()
    assert sorted(one.name for one in batch.layout.packets.glob("region-*")) == [
        "region-first", "region-last",
    ]  # fmt: skip


def test_a_packet_holds_what_the_kit_puts_there(make_batch, faulty_notebooks):
    batch = make_batch(["region:litters"], notebooks=faulty_notebooks, kernel=WARM)
    assert not batches.run(batch, jobs=1).failures
    place = batch.units[0].place
    assert sorted(one.relative_to(place).as_posix() for one in place.rglob("*")) == [
        "findings.json", "inputs.json", "notebooks", "notebooks/02-track.ipynb", "packet.html",
    ]  # fmt: skip
    assert inputs.up_to_date(batch.units[0])


@pytest.mark.parametrize("kernel", [WARM, ORDINARY])
def test_what_a_notebook_starts_ends_with_it(make_batch, faulty_notebooks, kernel):
    batch = make_batch(["region:starts"], notebooks=faulty_notebooks, kernel=kernel)
    (failure,) = batches.run(batch, jobs=1).failures.values()
    left = int(failure.message.split()[1])
    assert not psutil.pid_exists(left) or psutil.Process(left).status() == psutil.STATUS_ZOMBIE


def test_sockets_of_a_killed_batch_are_swept(tmp_path, monkeypatch):
    monkeypatch.setattr(sockets.tempfile, "gettempdir", lambda: str(tmp_path))
    gone = subprocess.Popen(["true"])
    gone.wait()
    mine, theirs, other = (tmp_path / name for name in
                           (f"kit-{os.getpid()}-a", f"kit-{gone.pid}-b", "kit-notes"))  # fmt: skip
    for one in (mine, theirs, other):
        one.mkdir()
    sockets.sweep()
    assert mine.is_dir() and other.is_dir() and not theirs.exists()


def test_what_one_scope_does_to_another_is_seen_and_mended(make_batch, faulty_notebooks, tmp_path):
    def contents(*scopes):
        out = tmp_path / scopes[-1]
        batch = make_batch(
            [f"region:{one}" for one in scopes], notebooks=faulty_notebooks, kernel=WARM, out=out
        )
        result = batches.run(batch, jobs=1)
        assert not result.failures
        folder = batch.units[0].place
        files = {one.name: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
        return files, [scope.id for scope in result.remade]

    undisturbed, none = contents("a", "b")
    mended, remade = contents("a", "meddles")
    assert none == [] and remade == ["a"]
    assert mended == undisturbed


def test_a_batch_that_is_to_stop_kills_the_kernels_that_run(make_batch, faulty_notebooks):
    batch = make_batch(
        ["region:sleeps", "region:loops"], notebooks=faulty_notebooks, kernel=WARM
    )
    stop = threading.Event()
    ends = []

    def perform(unit):
        ends.append(batches.perform(unit, stopped=stop.is_set))

    threads = [threading.Thread(target=perform, args=(unit,)) for unit in batch.units]
    for one in threads:
        one.start()
    time.sleep(3)
    began = time.monotonic()
    stop.set()
    for one in threads:
        one.join()
    assert time.monotonic() - began < 5
    assert [failure.error for failure in ends] == ["Stopped", "Stopped"]


def test_no_kernel_stays_behind(make_batch, faulty_notebooks):
    scopes = ["region:a", "region:raises", "region:killed", "region:sleeps"]
    batch = make_batch(scopes, notebooks=faulty_notebooks, kernel=WARM, limits=Limits(2))
    batches.run(batch, jobs=2)
    assert forked() == set()


def test_where_the_server_is_killed_another_takes_its_place(make_batch, faulty_notebooks):
    batch = make_batch(
        [f"region:{number}" for number in range(5)], notebooks=faulty_notebooks, kernel=WARM
    )
    ends = []

    def ended(unit, failure):
        ends.append(failure)
        if len(ends) == 1:
            os.kill(_server(), signal.SIGKILL)

    batches.run(batch, jobs=1, ended=ended)
    lost = [failure for failure in ends if failure]
    assert len(ends) == 5 and len(lost) <= 1  # at most the one that ran at that moment
    assert not batches.run(batch, jobs=1, resume=True).failures


def test_a_batch_gives_back_what_it_opened(make_batch, faulty_notebooks):
    def opened() -> int:
        gc.collect()  # what an error's traceback holds
        return psutil.Process().num_fds()

    batch = make_batch(["region:a", "region:raises"], notebooks=faulty_notebooks, kernel=WARM)
    found = []
    for _ in range(6):
        batches.run(batch, jobs=1)
        found.append(opened())
    assert max(found[1:]) <= found[0]


def test_the_packets_of_forked_and_ordinary_kernels_are_the_same(make_batch, tmp_path):
    def contents(kernel):
        batch = make_batch(["region:A", "region:华东"], out=tmp_path / kernel, kernel=kernel)
        assert len(batches.run(batch).done) == 2
        folder = batch.layout.packets
        return {
            one.relative_to(folder): one.read_bytes() for one in folder.rglob("*") if one.is_file()
        }

    assert contents(WARM) == contents(ORDINARY)


def test_a_unit_is_plain_data_that_can_be_sent_anywhere(make_batch):
    import pickle

    batch = make_batch(["region:A"], kernel=WARM)
    (unit,) = pickle.loads(pickle.dumps(batch.units))
    assert unit == batch.units[0]
    assert batches.perform(unit) is None
    assert inputs.up_to_date(batch.units[0])


def _server() -> int:
    from multiprocessing import forkserver

    return forkserver._forkserver._forkserver_pid
