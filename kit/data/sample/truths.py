"""What is planted in the sample company, where and how big, written down so tests can look."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FIRST_DAY = "2022-12-01"
LAST_DAY = "2025-11-15"

CONVERSION_FALL = 0.40
CONVERSION_FROM = "2025-07-01"
DISCOUNT_RISE = 0.08
DISCOUNT_FROM, DISCOUNT_TO = "2025-07-01", "2025-09-30"
LOST_SHARE = 0.12
LOST_AFTER = "2025-06-12"
NEWCOMERS_FROM = "2025-03-01"
NEWCOMER_RAMP = (0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95)
STAR_FACTOR = 1.6
STAR_FROM = "2025-01-01"
SLACK_FACTOR = 0.55
SLACK_FROM = "2025-01-01"
TRANSFER_ON = "2025-05-01"
REPLACED_FROM = "2024-07-01"
SHARED_EVERY = 50
LATE_DAYS = 30
LATE_FROM = "2025-04-01"
TROUBLE = (  # what a company without planted trouble has not
    "conversion_fall", "discount_rise", "lost_customer", "beats_target", "star_rep",
    "misses_in_row", "late_distributors",
)  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """One planted thing.

    Parameters
    ----------
    key : str
        What it is: conversion_fall, discount_rise, lost_customer, beats_target, newcomer, star_rep,
        misses_in_row, transfer, leaver, part_time, shared_orders, visits_drive_wins,
        late_distributors.
    scope : str
        Where, written as the kit writes scopes.
    start, end : str
        First and last day in ISO form.
    size : float
        How big, in `unit`.
    unit : str
    subject : tuple of str
        What it is about: a step, lines, a customer, regions, quarters.
    """

    key: str
    scope: str
    start: str
    end: str
    size: float
    unit: str
    subject: tuple[str, ...] = ()


@dataclass(frozen=True)
class DirtyRow:
    """One planted dirty row.

    Parameters
    ----------
    file : str
        Name of the raw file.
    line : int
        Line in that file, the header being line 1.
    kind : str
        The gate's rule: exact_duplicate (the second of the two lines), unknown_reference,
        not_a_date, negative_quantity, not_a_number or wrong_currency.
    column : str
        Canonical column at fault, empty for a duplicate.
    value : str
        What stands there.
    """

    file: str
    line: int
    kind: str
    column: str
    value: str


@dataclass(frozen=True)
class Truths:
    """Everything planted in one sample company."""

    seed: int
    language: str
    first_day: str
    last_day: str
    planted: tuple[Planted, ...]
    dirty: tuple[DirtyRow, ...] = ()

    def all(self, key: str) -> tuple[Planted, ...]:
        """All planted things of that key."""
        return tuple(one for one in self.planted if one.key == key)

    def one(self, key: str) -> Planted:
        """The planted thing of that key, where there is exactly one.

        Raises
        ------
        KeyError
            Where there is none or more than one.
        """
        found = self.all(key)
        if len(found) != 1:
            raise KeyError(f"{key}: {len(found)} planted")
        return found[0]

    def dirt(self) -> dict[str, int]:
        """How many dirty rows there are of each kind."""
        kinds = sorted({row.kind for row in self.dirty})
        return {kind: sum(row.kind == kind for row in self.dirty) for kind in kinds}

    def to_json(self) -> str:
        """The truths as JSON text, the same bytes each time."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


def read_truths(path: str | Path) -> Truths:
    """Read a truths.json that `write` wrote."""
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    planted = tuple(
        Planted(**{**one, "subject": tuple(one["subject"])}) for one in found["planted"]
    )
    dirty = tuple(DirtyRow(**one) for one in found["dirty"])
    return Truths(**{**found, "planted": planted, "dirty": dirty})
