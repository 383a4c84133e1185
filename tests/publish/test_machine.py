"""How many scopes run at a time, and which kernels they get."""

from __future__ import annotations

import pytest

from kit.publish import forkserver, machine, warm

GB = 2**30


@pytest.mark.parametrize(
    ("free", "cores", "jobs"), [(64 * GB, 8, 12), (4 * GB, 8, 4), (0, 8, 1), (64 * GB, 1, 1)]
)
def test_jobs_are_bounded_by_cores_and_memory(free, cores, jobs):
    assert machine.jobs(free=free, found=cores) == jobs
    assert machine.allowance(jobs, free=free) * jobs <= free


def test_a_containers_limit_bounds_the_memory(tmp_path):
    assert machine.memory(tmp_path) > 0
    (tmp_path / "memory.max").write_text("3000\n")
    (tmp_path / "memory.current").write_text("1000\n")
    assert machine.memory(tmp_path) == 2000
    (tmp_path / "memory.current").write_text("5000\n")
    assert machine.memory(tmp_path) == 0
    (tmp_path / "memory.max").write_text("max\n")
    assert machine.memory(tmp_path) > 2000


def test_where_forking_is_not_to_be_had_ordinary_kernels_are_used_and_that_is_said(monkeypatch):
    assert warm.kernel(ordinary=True) == warm.Kernel(warm.ORDINARY)
    monkeypatch.setattr(forkserver.sys, "platform", "darwin")
    found = warm.kernel()
    assert found.name == warm.ORDINARY and "cannot be forked" in found.note


def test_a_server_that_does_not_start_is_told_in_one_line(monkeypatch):
    def refused():
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(forkserver, "launch", refused)
    found = warm.kernel()
    assert found.name == warm.ORDINARY and "Resource temporarily unavailable" in found.note
