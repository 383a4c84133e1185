"""Conflicts that are met at more than one place, each with its facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from kit.errors import InfeasibleError, suggested


def unknown(kind: str, part: object, *, known: Iterable[str]) -> InfeasibleError:
    """A lock, floor or cap (`kind`) was given for what is no part.

    Examples
    --------
    >>> str(unknown("lock", "region:Eest", known=["region:East"]))
    "The lock for 'region:Eest' fits no part. Did you mean 'region:East'?"
    """
    near, listed, more = suggested(str(part), known)
    facts = {"kind": kind, "part": str(part)}
    if near:
        return InfeasibleError(
            "The {kind} for '{part}' fits no part. Did you mean '{near}'?",
            key="no_part_near", near=near, **facts,
        )  # fmt: skip
    if more:
        return InfeasibleError(
            "The {kind} for '{part}' fits no part. Known: {known} and {more} more.",
            key="no_part_more", known=listed, more=more, **facts,
        )  # fmt: skip
    if listed:
        return InfeasibleError(
            "The {kind} for '{part}' fits no part. Known: {known}.",
            key="no_part", known=listed, **facts,
        )  # fmt: skip
    return InfeasibleError(
        "The {kind} for '{part}' fits no part. There is none.", key="no_part_none", **facts
    )


def negative(kind: str, part: object, *, amount: float) -> InfeasibleError:
    """A lock, floor or cap (`kind`) is below 0 or no finite amount.

    Examples
    --------
    >>> str(negative("cap", "region:East", amount=-5.0))
    "The cap of 'region:East' is -5. Give 0 or more."
    """
    return InfeasibleError(
        "The {kind} of '{part}' is {amount}. Give 0 or more.",
        key="negative", kind=kind, part=str(part), amount=amount,
    )  # fmt: skip


def crossed(
    kind: str, part: object, *, amount: float, other: str, allowed: float
) -> InfeasibleError:
    """A lock or floor (`kind`) lies beyond the part's own `other`: a floor or a cap.

    Examples
    --------
    >>> str(crossed("lock", "region:East", amount=5, other="cap", allowed=4))
    "The lock of 'region:East' is 5, above its cap of 4. Change one of them."
    """
    facts = {"kind": kind, "part": str(part), "amount": amount, "other": other, "allowed": allowed}
    if amount < allowed:
        return InfeasibleError(
            "The {kind} of '{part}' is {amount}, below its {other} of {allowed}. Change one of "
            "them.", key="too_low", **facts,
        )  # fmt: skip
    return InfeasibleError(
        "The {kind} of '{part}' is {amount}, above its {other} of {allowed}. Change one of them.",
        key="too_high", **facts,
    )


def locked(held: Decimal, *, total: Decimal) -> InfeasibleError:
    """All that the locks add up to is more than the total, or less with nobody to take the rest.

    Examples
    --------
    >>> str(locked(Decimal(900), total=Decimal(1000)))[:68]
    'The locks add up to 900 but the total is 1,000: 100 not handed out. '
    """
    if held > total:
        return InfeasibleError(
            "The locks add up to {held} but the total is {total}: {over} too much. Lower a lock, "
            "or raise the total.", key="locks_beyond", held=held, total=total, over=held - total,
        )  # fmt: skip
    return InfeasibleError(
        "The locks add up to {held} but the total is {total}: {left} not handed out. Unlock a "
        "part, or keep the rest as a stated reserve.",
        key="locks_short", held=held, total=total, left=total - held,
    )  # fmt: skip


def sums_differ(where: str, *, many: int, lines: Sequence[InfeasibleError]) -> InfeasibleError:
    """So many sums of a table do not add up; the first of them on lines of their own."""
    if many > len(lines):
        more = InfeasibleError("and {n} more.", key="more", n=many - len(lines))
        lines = [*lines, more]
    if many == 1:
        return InfeasibleError(
            "{where}: 1 sum does not add up; nothing was written.",
            key="sum_differs", where=where, under=lines,
        )  # fmt: skip
    return InfeasibleError(
        "{where}: {n} sums do not add up; nothing was written.",
        key="sums_differ", where=where, n=many, under=lines,
    )  # fmt: skip


def sum_differs(rule: str, *, period: str, rest: bool, **facts: object) -> InfeasibleError:
    """A cell that is not the sum of what it stands for.

    Parameters
    ----------
    rule : str
        `months` or `parts`; see `kit.plan.negotiation.faults`.
    period : str
        Empty: the cell of the total.
    rest : bool
        The line is what the scope has not handed out.
    **facts
        cell (its address), scope, found, expected, difference (found − expected).
    """
    if rule == "months" and rest:
        return InfeasibleError(
            "{cell} (not handed out by {scope}, total): found {found:,.2f}, expected "
            "{expected:,.2f} (its months), difference {difference:+,.2f}. Correct the total or a "
            "month.", key="months_of_rest", **facts,
        )  # fmt: skip
    if rule == "months":
        return InfeasibleError(
            "{cell} ({scope}, total): found {found:,.2f}, expected {expected:,.2f} (its months), "
            "difference {difference:+,.2f}. Correct the total or a month.",
            key="months_of_line", **facts,
        )  # fmt: skip
    if not period:
        return InfeasibleError(
            "{cell} ({scope}, total): found {found:,.2f}, expected {expected:,.2f} (its parts and "
            "what is not handed out), difference {difference:+,.2f}. Correct the cell or a part, "
            "or enter the difference as not handed out.", key="parts_of_total", **facts,
        )  # fmt: skip
    return InfeasibleError(
        "{cell} ({scope}, {period}): found {found:,.2f}, expected {expected:,.2f} (its parts and "
        "what is not handed out), difference {difference:+,.2f}. Correct the cell or a part, or "
        "enter the difference as not handed out.", key="parts_of_month", period=period, **facts,
    )  # fmt: skip
