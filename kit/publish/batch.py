"""A batch: the packets of many scopes of one company and period, several at a time."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from kit.data.calendar import Period
from kit.errors import BatchError
from kit.publish import (
    inputs,
    kernels,
    lock,
    machine,
    outputs,
    period_folder,
    sockets,
    state,
)
from kit.publish.failure import STOPPED, Failure
from kit.publish.outputs import Layout
from kit.publish.state import BatchState
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
        Whose packets were made.
    kept : tuple of Scope
        Whose packets were up to date and were left alone.
    failures : mapping of Scope to Failure
    remade : tuple of Scope
        Whose packets were changed by something else while the batch ran, and made again.
    """

    index: Path
    done: tuple[Scope, ...]
    kept: tuple[Scope, ...] = ()
    failures: Mapping[Scope, Failure] = field(default_factory=dict)
    remade: tuple[Scope, ...] = ()


def run(
    batch: Batch,
    *,
    jobs: int = 0,
    resume: bool = False,
    begun: Callable[[int, int], None] = lambda pending, kept: None,
    ended: Callable[[Unit, Failure | None], None] = lambda unit, failure: None,
    execute: Execute = kernels.execute,
) -> Result:
    """Make the packets of a batch, then its summary, manifest and index.

    Parameters
    ----------
    batch : Batch
    jobs : int
        How many scopes at a time; 0: as many as cores and memory allow.
    resume : bool
        Leave packets alone that are whole and were made from just these inputs, unless their last
        run failed.
    begun : callable
        Told how many scopes will run and how many are left alone.
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
        Where another batch runs in the company's folder, where summary, manifest or index cannot
        be written, or the disk is full.
    """
    if jobs < 0:
        raise BatchError(f"--jobs {jobs}: give the number of scopes to run at a time, 1 or more.")
    with lock.held(batch.layout.lock):
        outputs.recover(batch.layout.packets)
        failed = period_folder.failed(batch) if resume else frozenset()
        kept = {
            unit.scope
            for unit in batch.units
            if resume and unit.scope not in failed and inputs.up_to_date(unit)
        }
        pending = [unit for unit in batch.units if unit.scope not in kept]
        begun(len(pending), len(kept))
        ends: dict[Scope, Failure | None] = {}
        spoilt: list[Unit] = []
        try:
            if pending:
                outputs.clear(batch.layout.making)  # of an earlier batch: nobody works there now
                sockets.sweep()
                head = _head(batch)
                with state.told(
                    batch.layout.state, head, total=len(pending), kept=len(kept)
                ) as told:
                    _perform(pending, jobs=jobs, execute=execute, ends=ends, told=told, ended=ended)
                    spoilt = _spoilt(batch, {*kept, *_made(ends)})
                    _perform(spoilt, jobs=jobs, execute=execute, ends=ends, told=told)
        finally:
            made = _made(ends)
            failures = {scope: failure for scope, failure in sorted(ends.items()) if failure}
            index = period_folder.write(batch, done=frozenset(made | kept), failures=failures)
    kept -= ends.keys()
    remade = tuple(unit.scope for unit in spoilt)
    return Result(index, tuple(sorted(made)), tuple(sorted(kept)), failures, remade)


def _perform(
    units: Sequence[Unit],
    *,
    jobs: int,
    execute: Execute,
    ends: dict[Scope, Failure | None],
    told: BatchState,
    ended: Callable[[Unit, Failure | None], None] = lambda unit, failure: None,
) -> None:
    """Perform the units, some at a time, and note how each ended; those stopped are not noted."""
    stop = threading.Event()
    pool = ThreadPoolExecutor(machine.jobs(jobs), thread_name_prefix="scope")
    running = {
        pool.submit(_performed, unit, execute=execute, stopped=stop.is_set): unit
        for unit in units
    }
    try:
        for future in as_completed(running):
            unit = running[future]
            ends[unit.scope] = failure = future.result()
            failed = sum(one is not None for one in ends.values())
            told.update(done=len(ends) - failed, failed=failed)
            ended(unit, failure)
            if failure:
                outputs.require_room(unit.place)
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
        for future, unit in running.items():
            if not future.cancelled() and not _stopped(future.result()):
                ends[unit.scope] = future.result()


def _performed(
    unit: Unit, *, execute: Execute, stopped: Callable[[], bool]
) -> Failure | None:
    """Perform a unit in a thread of the pool."""
    with kernels.own_loop():
        return perform(unit, execute=execute, stopped=stopped)


def _made(ends: Mapping[Scope, Failure | None]) -> set[Scope]:
    return {scope for scope, failure in ends.items() if failure is None}


def _spoilt(batch: Batch, scopes: set[Scope]) -> list[Unit]:
    """Units whose packets are no longer what was made: a notebook may write where it should not."""
    return [
        unit for unit in batch.units if unit.scope in scopes and not inputs.up_to_date(unit)
    ]


def _stopped(failure: Failure | None) -> bool:
    return failure is not None and failure.error == STOPPED


def _head(batch: Batch) -> dict:
    return {
        "company": batch.settings.company,
        "period": batch.period.name,
        "as_of": batch.as_of.isoformat(),
    }
