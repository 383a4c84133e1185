"""How far a long step has come: what the makers of snapshots tell whoever shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Protocol

import duckdb

_EVERY = 0.2  # seconds between two looks at a query


class Progress(Protocol):
    """Told, again and again, how much of a step is done.

    Steps follow one another; a new name begins a new step. `done` rises from 0 to 1.
    """

    def __call__(self, step: str, done: float) -> None: ...


def silent(step: str, done: float) -> None:
    """Tell nobody."""


@contextmanager
def watched(
    connection: duckdb.DuckDBPyConnection, tell: Callable[[float], None]
) -> Iterator[None]:
    """While the context lasts, tell from another thread how much of its queries is done.

    A share of 0 to 1 of the query that runs; nothing is told of what is done quickly.
    """
    over = Event()

    def look() -> None:
        while not over.wait(_EVERY):
            share = connection.query_progress()
            if share > 0:
                tell(min(share / 100, 1.0))

    thread = Thread(target=look, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
