"""Requests that come in quick succession, answered once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Settled:
    """Calls a function once after the last of several requests.

    Parameters
    ----------
    call : callable
        Without arguments.
    wait : float
        Seconds without a further request after which it is called.

    Notes
    -----
    A kernel hands its messages over one by one, so those that came while the function ran are all
    taken in before it runs again. Outside an event loop the function is called at once.

    Examples
    --------
    >>> Settled(lambda: print("drawn")).ask()
    drawn
    """

    def __init__(self, call: Callable[[], None], *, wait: float = 0.12) -> None:
        self._call, self._wait = call, wait
        self._due: asyncio.TimerHandle | None = None

    def ask(self) -> None:
        """Have it called, once requests have ceased."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._call()
            return
        if self._due is not None:
            self._due.cancel()
        self._due = loop.call_later(self._wait, self.now)

    def now(self) -> None:
        """Call it now where it is still to be called."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
            self._call()
