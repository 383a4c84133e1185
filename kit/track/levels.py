"""Several levels at once: a scope, its parts, and below these the ones that are out of line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from kit.data import measures as measured
from kit.data.case import Case
from kit.data.frames import kept
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.data.targets import in_force
from kit.track import part_targets, parts
from kit.track.pacing import COLUMNS, UNASSIGNED, part_row, standing
from kit.track.status import ratio

MOST = (3, 1)  # parts out of line that are shown below a part, and below one of these
OTHERS = "others"

_OUT = ("red", "amber")
_EXACT = 1e-9


def levels(
    case: Case, *, measure: str = "bookings", most: Sequence[int] = MOST
) -> pd.DataFrame | Unavailable:
    """Where a scope stands, each of its parts, and which parts of these are out of line.

    Parameters
    ----------
    case : Case
        Of the company or a region; of others it is the same as `standing`.
    measure : str
    most : sequence of int
        How many are shown below each part (level 2), and below each of those (level 3).

    Returns
    -------
    DataFrame or Unavailable
        The columns of `kit.track.pacing.standing` and level (0: the scope, 1: its parts, all of
        them, 2 and 3: parts of parts, under the one they belong to), and count (of `others`). Below
        a part stand those of its parts that are behind (red or amber), the largest shortfall
        first, and, where anything is shown, a row `others` with the number, target and actual of
        the rest, so that each block sums to the row it stands under. Where one part alone is left
        it has its own row, and what then is nobody's a row `unassigned`, as in `standing`. What is
        shown of a team that is out of line are its reps.

    Notes
    -----
    Who is looked at is found by a first estimate, the part's target × the share of its parent's
    target that is due; what is shown is computed as in `standing`.
    """
    found = standing(case, measure=measure)
    if isinstance(found, Unavailable):
        return found
    rows: list[dict] = []
    narrow = parts.narrow(case)
    known = {str(one.scope): one for one in parts.parts(case, measure=measure)}
    for place, row in enumerate(found.to_dict("records")):
        rows.append({**row, "level": min(place, 1), "count": np.nan})
        part = known.get(row["scope"])
        if place and part is not None and part.scope.kind != "rep":
            child = parts.part_case(narrow, part, measure=measure)
            rows += _below(child, row, measure=measure, level=2, most=most)
    frame = pd.DataFrame(rows)[[*COLUMNS, "level", "count"]]
    return frame.astype({**found.dtypes.to_dict(), "level": "int64", "count": "float64"})


def _below(
    case: Case, above: dict, *, measure: str, level: int, most: Sequence[int]
) -> Iterator[dict]:
    """The parts of a scope that are out of line, each with its own below it, and the others."""
    shown = []
    estimates = _estimates(case, above, measure=measure)
    for one in estimates[: most[0]]:
        row = part_row(case, one, measure=measure)
        if row["status"] in _OUT:
            shown.append((one, row))
    shown.sort(key=lambda pair: pair[1]["actual"] - pair[1]["target_to_date"])
    for one, row in shown:
        yield {**row, "level": level, "count": np.nan}
        if one.scope.kind == "team" and most[1:]:
            child = parts.part_case(case, one, measure=measure)
            yield from _below(child, row, measure=measure, level=level + 1, most=most[1:])
    if shown:
        yield from _rest(case, above, dict(shown), measure=measure, level=level)


def _estimates(case: Case, above: dict, *, measure: str) -> list[parts.Part]:
    """The parts that seem to be behind, the largest shortfall first."""
    due = ratio(above["target_to_date"], above["target"])
    if not due > 0:
        return []
    sums = _sums(case, measure=measure)
    found = []
    for one in parts.parts(case, measure=measure):
        target = in_force(case, scope=one.scope, measure=measure)
        if not target or one.moved:
            continue
        actual = sums.get(one.scope.id, 0.0) if sums is not None else _actual(case, one, measure)
        if actual < case.settings.track.amber * target * due:
            found.append((actual - target * due, one.scope.id, one))
    return [one for _, _, one in sorted(found, key=lambda pair: pair[:2])]


def _sums(case: Case, *, measure: str) -> dict[str, float] | None:
    """Actuals of all parts at once, where they are a sum over order lines."""
    column = {"bookings": "amount", "quantity": "quantity"}.get(measure)
    kinds = {one.scope.kind for one in parts.parts(case, measure=measure)}
    if column is None or len(kinds) != 1:
        return None
    sales = measured.sales(case)
    start, end = pd.Timestamp(case.period.start), pd.Timestamp(case.period.end)
    sales = kept(sales, sales["date"].between(start, end))
    return sales.groupby(SCOPE_COLUMNS[kinds.pop()])[column].sum().to_dict()


def _actual(case: Case, part: parts.Part, measure: str) -> float:
    return float(part_row(case, part, measure=measure)["actual"])


def _rest(
    case: Case, above: dict, shown: dict[parts.Part, dict], *, measure: str, level: int
) -> Iterator[dict]:
    """What stands beside the shown ones in a scope: one part by its name, several as one row."""
    left = [one for one in parts.parts(case, measure=measure) if one not in shown]
    rows = list(shown.values())
    if len(left) > 1:
        goals = [one for one in (_goal(case, part, measure) for part in left) if one is not None]
        target = float(sum(goals)) if goals else np.nan
        actual = above["actual"] - sum(row["actual"] for row in rows)
        yield _summed(OTHERS, actual, target, level=level, count=float(len(left)))
        return
    for one in left:
        rows.append({**part_row(case, one, measure=measure), "level": level, "count": np.nan})
        yield rows[-1]
    nobodys = above["actual"] - sum(row["actual"] for row in rows)
    if abs(nobodys) > _EXACT * max(1.0, *(abs(row["actual"]) for row in (above, *rows))):
        yield _summed(UNASSIGNED, nobodys, np.nan, level=level, count=np.nan)


def _goal(case: Case, part: parts.Part, measure: str) -> float | None:
    """What a part carries of its target in the scope; of one who stayed it is all of it."""
    if part.moved:
        return part_targets.target_of(case, part, measure=measure)[0]
    return in_force(case, scope=part.scope, measure=measure)


def _summed(part: str, actual: float, target: float, *, level: int, count: float) -> dict:
    """The row of what is no single part."""
    empty = {name: np.nan for name in COLUMNS} | {"since": None, "until": None}
    flags = dict.fromkeys(("moved", "own_quota", "vacant"), False)
    return {
        **empty, **flags, "scope": "", "part": part, "target": target, "actual": actual,
        "attainment": ratio(actual, target), "gap": target - actual, "status": "",
        "level": level, "count": count,
    }  # fmt: skip
