"""Requests in quick succession are answered once, with the last state."""

from __future__ import annotations

import asyncio
import time

from kit.show.settled import Settled


def test_four_quick_requests_are_one_call():
    drawn, state = [], {"at": 0}

    async def moved():
        settled = Settled(lambda: drawn.append(state["at"]), wait=0.01)
        for state["at"] in (1, 2, 3, 4):
            settled.ask()
        assert drawn == []
        await asyncio.sleep(0.05)
        settled.now()  # nothing is left

    asyncio.run(moved())
    assert drawn == [4]


def test_what_came_while_it_ran_is_taken_in_before_it_runs_again():
    drawn, state = [], {"at": 0}

    def draw():
        drawn.append(state["at"])
        time.sleep(0.05)

    async def moved():
        loop = asyncio.get_running_loop()
        settled = Settled(draw, wait=0.01)

        def move(at):
            state["at"] = at
            settled.ask()

        move(1)
        for at in (2, 3, 4):
            loop.call_later(0.02 + at / 1000, move, at)  # due while the first is drawn
        await asyncio.sleep(0.2)

    asyncio.run(moved())
    assert drawn == [1, 4]


def test_who_needs_it_now_gets_it_now():
    drawn = []

    async def moved():
        settled = Settled(lambda: drawn.append(1), wait=5)
        settled.ask()
        settled.now()
        assert drawn == [1]

    asyncio.run(moved())
    assert drawn == [1]
