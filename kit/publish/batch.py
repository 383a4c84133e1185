"""A batch: the packets of many scopes of one company and period, several at a time."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from kit.data.calendar import Period
from kit.errors import BatchError
from kit.publish import kernels, outputs, period_folder, state
from kit.publish.kernels import Failure
from kit.publish.outputs import Layout
from kit.publish.unit import Execute, Unit, perform
from kit.scope import Scope
from kit.settings import Settings


@dataclass(frozen=True)
class Batch:
    """A batch that has been checked and can run.

    Parameters
    ----------
    layout : Layout
        Where the results go.
    settings : Settings
        The company's, for the period.
    period : Period
    as_of : date
    snapshot_id : str
    units : tuple of Unit
        One per scope, in the order in which they start.
    """

    layout: Layout
    settings: Settings
    period: Period
    as_of: dt.date
    snapshot_id: str
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Result:
    """What a batch left.

    Parameters
    ----------
    index : Path
        The index page.
    done : tuple of Scope
    failures : mapping of Scope to Failure
    """

    index: Path
    done: tuple[Scope, ...]
    failures: Mapping[Scope, Failure] = field(default_factory=dict)


def run(
    batch: Batch,
    *,
    jobs: int = 0,
    ended: Callable[[Unit, Failure | None], None] = lambda unit, failure: None,
    execute: Execute = kernels.execute,
) -> Result:
    """Make the packets of a batch, then its summary, manifest and index.

    Parameters
    ----------
    batch : Batch
    jobs : int
        How many scopes at a time; 0: as many as there are cores.
    ended : callable
        Told of each unit that has ended, and why it failed if it did.
    execute : callable
        Runs one notebook; see `kit.publish.unit.perform`.

    Returns
    -------
    Result
        Failures are part of it; they stop no other scope.

    Raises
    ------
    BatchError
        Where summary, manifest or index cannot be written.
    """
    if jobs < 0:
        raise BatchError(f"--jobs {jobs}: give the number of scopes to run at a time, 1 or more.")
    outputs.recover(batch.layout.packets)
    stop = threading.Event()
    ends: dict[Scope, Failure | None] = {}
    with state.kept(batch.layout.state, _head(batch), total=len(batch.units)) as progress:
        pool = ThreadPoolExecutor(jobs or cores(), thread_name_prefix="scope")
        running = {
            pool.submit(perform, unit, execute=execute, stopped=stop.is_set): unit
            for unit in batch.units
        }
        try:
            for future in as_completed(running):
                unit = running[future]
                ends[unit.scope] = failure = future.result()
                failed = sum(one is not None for one in ends.values())
                progress.update(done=len(ends) - failed, failed=failed)
                ended(unit, failure)
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            ended_well = [one for one in running if not one.cancelled() and one.result() is None]
            made = {running[one].scope for one in ended_well}
            failures = {scope: failure for scope, failure in sorted(ends.items()) if failure}
            index = period_folder.write(batch, done=frozenset(made), failures=failures)
    return Result(index, tuple(sorted(made)), failures)


def cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _head(batch: Batch) -> dict:
    return {
        "company": batch.settings.company,
        "period": batch.period.name,
        "as_of": batch.as_of.isoformat(),
    }
