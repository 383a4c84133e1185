"""SIGINT and SIGTERM stop a command once, cleanly, and are then ignored until it has ended."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """The command is to stop; `code` is the exit status that says so."""

    def __init__(self, signum: int) -> None:
        super().__init__()
        self.code = 128 + signum


@contextmanager
def raised() -> Iterator[None]:
    """Raise the first signal as `Interrupted`, in the main thread, and ignore the others."""

    def stop(signum: int, _frame: object) -> None:
        for one in SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        raise Interrupted(signum)

    before = {one: signal.signal(one, stop) for one in SIGNALS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
