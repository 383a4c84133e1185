"""The people of the sample company: who works where, and since when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.sample import truths
from kit.data.sample.vocabulary import Vocabulary

LEAD, SENIOR, REP, JUNIOR = range(4)
MOVER, LEAVER, REPLACEMENT, SLACK, PART_TIMER, STAR = 6, 12, 13, 17, 20, 22
NEWCOMERS = (24, 27)
EAST, SOUTH, WEST, NORTH = range(4)


@dataclass(frozen=True)
class Post:
    """One span of one rep in one team; `end` is empty while it lasts."""

    rep: int
    region: int
    team: int
    level: int
    start: str
    end: str = ""
    hired: str = ""
    capacity: float = 1.0


def _posts(*, settled: bool) -> tuple[Post, ...]:
    first = truths.FIRST_DAY
    day_before = {
        day: str((pd.Timestamp(day) - pd.Timedelta(days=1)).date())
        for day in (truths.TRANSFER_ON, truths.REPLACED_FROM)
    }
    teams = (
        (EAST, 1, (0, 1, 2, 3)), (EAST, 2, (4, 5, 6)),
        (SOUTH, 1, (7, 8, 9)), (SOUTH, 2, (10, 11, 12, 13)),
        (WEST, 1, (14, 15, 16, 17)), (WEST, 2, (18, 19, 20)),
        (NORTH, 1, (21, 22, 23, 24)), (NORTH, 2, (25, 26, 27)),
    )  # fmt: skip
    posts = []
    for region, team, reps in teams:
        for place, rep in enumerate(reps):
            level = LEAD if place == 0 else SENIOR if place == 1 else REP
            hired = f"{2014 + (rep * 5) % 8}-{1 + (rep * 7) % 12:02d}-01"
            start, end = first, ""
            if rep == MOVER:
                end = day_before[truths.TRANSFER_ON]
            elif rep == LEAVER:
                end = day_before[truths.REPLACED_FROM]
            elif rep == REPLACEMENT:
                start = hired = truths.REPLACED_FROM
            elif rep in NEWCOMERS:
                start = truths.NEWCOMERS_FROM
                if not settled:
                    level, hired = JUNIOR, start
            capacity = 0.5 if rep == PART_TIMER else 1.0
            posts.append(Post(rep, region, team, level, start, end, hired, capacity))
    moved = next(post for post in posts if post.rep == MOVER)
    posts.append(Post(MOVER, SOUTH, 1, moved.level, truths.TRANSFER_ON, "", moved.hired))
    return tuple(posts)


@dataclass(frozen=True)
class Staff:
    """The reps and their posts, with the days on which territories change."""

    posts: tuple[Post, ...]
    changes: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many persons there are."""
        return max(post.rep for post in self.posts) + 1

    def active(self, day: str, *, region: int | None = None) -> list[Post]:
        """The posts held on a day, in order of rep."""
        held = [
            post
            for post in self.posts
            if post.start <= day and (not post.end or day <= post.end)
            and region in (None, post.region)
        ]  # fmt: skip
        return sorted(held, key=lambda post: post.rep)

    def hired(self) -> np.ndarray:
        """Each rep's first day in the company, as datetime64."""
        days = {post.rep: post.hired for post in self.posts}
        return np.array([days[rep] for rep in range(self.count)], dtype="datetime64[D]")

    def capacity(self) -> np.ndarray:
        """Each rep's share of a full post."""
        shares = {post.rep: post.capacity for post in self.posts}
        return np.array([shares[rep] for rep in range(self.count)])


def staff(*, settled: bool = False) -> Staff:
    """The reps of the sample company: 28 persons, one leaver, one transfer, one part-timer.

    Where they are `settled`, the two newcomers came with experience.

    Examples
    --------
    >>> staff().count, len(staff().active("2025-09-30"))
    (28, 27)
    """
    changes = (
        truths.FIRST_DAY, truths.REPLACED_FROM, truths.NEWCOMERS_FROM, truths.TRANSFER_ON,
    )  # fmt: skip
    return Staff(_posts(settled=settled), changes)


def rep_id(rep: int) -> str:
    """The identifier of a rep: R001 is the first."""
    return f"R{rep + 1:03d}"


def team_name(words: Vocabulary, region: int, team: int) -> str:
    """The name of a team, such as East-1."""
    return f"{words.regions[region]}-{team}"


def roster(people: Staff, words: Vocabulary) -> pd.DataFrame:
    """The canonical roster: one dated row a post; leads sell as well and head their team."""
    leads = {(post.region, post.team): post.rep for post in people.posts if post.level == LEAD}
    rows = []
    for post in sorted(people.posts, key=lambda post: (post.rep, post.start)):
        lead = leads[post.region, post.team]
        rows.append(
            {
                "rep_id": rep_id(post.rep),
                "valid_from": post.start,
                "valid_to": post.end or None,
                "name": (*words.people, *words.hires)[post.rep],
                "team": team_name(words, post.region, post.team),
                "region": words.regions[post.region],
                "manager_id": None if lead == post.rep else rep_id(lead),
                "level": words.levels[post.level],
                "hired_on": post.hired,
                "capacity": post.capacity,
            }
        )
    return pd.DataFrame(rows)
