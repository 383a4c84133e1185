"""Names in the parameters that the data do not know: people, teams, regions and measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

import pandas as pd

from kit.data import loading, reading
from kit.data.discreet import BY_SCOPE
from kit.data.measures import MEASURES
from kit.data.snapshot import open_snapshot
from kit.errors import SettingsError, UnknownScopeError, nearest
from kit.scope import Scope
from kit.settings import Settings, TargetSettings
from kit.settings.incentives import Plan

_SHOWN = 5  # wrong names that an error tells
_ALMOST = 0.8  # how alike an owner must be to somebody's name to be a slip of it


@dataclass(frozen=True)
class Known:
    """What a company's data know by name, at whatever time.

    Parameters
    ----------
    scopes : mapping of kind to tuple of str
        Ids of all regions, teams and reps.
    homes : mapping of team to tuple of str
        The regions that a team's roster rows lie in.
    people : tuple of str
        Names of the roster, and ids of reps and managers.
    levels : tuple of str
        Grades or posts of the roster.
    dimensions : tuple of str or None
        Of the assessments; None where there are none, so that any may come yet.
    """

    scopes: Mapping[str, tuple[str, ...]]
    homes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    dimensions: tuple[str, ...] | None = None


@lru_cache(maxsize=2)
def known(folder: Path) -> Known:
    """What the whole company's data know by name.

    Parameters
    ----------
    folder : Path
        The snapshot's, which never changes; rosters of all days and assessments of all periods
        count.

    Raises
    ------
    SourceError
        Where the snapshot is not what was written.
    """
    found = open_snapshot(folder)
    listed = reading.find(folder, Scope("company")) or {}
    wanted = {name: some for name, some in listed.get("tables", {}).items()
              if name in ("roster", "assessments")}  # fmt: skip
    frames = loading.frames(folder, {**listed, "scope": "company", "tables": wanted})
    roster, scored = frames["roster"], frames["assessments"]
    ids: dict[str, list[str]] = {"region": [], "team": [], "rep": []}
    for one in found.names:
        ids.setdefault(one.kind, []).append(one.id)
    return Known(
        scopes={kind: tuple(some) for kind, some in ids.items()},
        homes=_homes(roster),
        people=tuple(pd.unique(pd.concat(
            [roster[name].dropna() for name in ("name", "rep_id", "manager_id")]
        ))),
        levels=tuple(sorted(roster["level"].dropna().unique())),
        dimensions=tuple(sorted(scored["dimension"].dropna().unique())) if len(scored) else None,
    )  # fmt: skip


def require_known(settings: Settings, scope: Scope, *, snapshot: str | Path) -> None:
    """Check that people, teams, regions and measures that the parameters name are in the data.

    Parameters
    ----------
    settings : Settings
        As the files have them, before `kit.data.discreet.discreet`.
    scope : Scope
        For a rep nothing is checked: no name but its own concerns it.
    snapshot : path
        Folder of the snapshot; empty: there is nothing to check against.

    Raises
    ------
    SettingsError
        Naming each parameter, the wrong value and the nearest known one; see `wrong`.
    """
    targets = settings.targets
    names = (*(getattr(targets, one) for one in BY_SCOPE), targets.leavers, targets.hires,
             targets.goals)  # fmt: skip
    plans = settings.review.incentives.plans
    if not str(snapshot) or scope.kind == "rep" or not any((*names, plans)):
        return
    data = known(Path(snapshot))
    found = [*wrong(targets, data), *wrong_plans(plans, data)]
    if found:
        rest = len(found) - _SHOWN
        more = f" And {rest} more such names." if rest > 0 else ""
        raise SettingsError(" ".join(found[:_SHOWN]) + more)


def wrong(targets: TargetSettings, known: Known) -> Iterator[str]:
    """One sentence a name that the data do not know.

    Parameters
    ----------
    targets : TargetSettings
        `locks`, `floors`, `caps`, `leavers`, `hires` (team, region) and `goals` (scope, measure,
        owner) are looked at.
    known : Known

    Notes
    -----
    An owner may be anybody, also a role; only one who is written almost like somebody of the
    roster is wrong. A hire's region must be one that its team has roster rows in.

    Examples
    --------
    >>> data = Known({"region": ("East",), "team": (), "rep": ("R001",)})
    >>> list(wrong(TargetSettings(leavers={"R01": "2025-08-01"}), data))
    ["targets.leavers: 'R01' is no rep of the data. Did you mean 'R001'?"]
    """
    for name in BY_SCOPE:
        for scope in getattr(targets, name):
            yield from _scope(f"targets.{name}", scope, known)
    for rep in targets.leavers:
        yield from _one("targets.leavers", "rep", rep, known)
    for number, hire in enumerate(targets.hires, start=1):
        at = f"targets.hires, number {number}"
        told = [
            *(_one(f"{at}, team", "team", hire.team, known) if hire.team else ()),
            *(_one(f"{at}, region", "region", hire.region, known) if hire.region else ()),
        ]
        yield from told
        homes = known.homes.get(hire.team, ())
        if not told and hire.region and homes and hire.region not in homes:
            yield (
                f"{at}: the team '{hire.team}' lies in region '{', '.join(homes)}', not in "
                f"'{hire.region}'. Give the team alone, or its own region."
            )
    for goal in targets.goals:
        at = f"targets.goals, '{goal.name}'"
        if goal.scope:
            yield from _scope(f"{at}, scope", goal.scope, known)
        if goal.measure and known.dimensions is not None:
            measures = (*MEASURES, *known.dimensions)
            if goal.measure not in measures:
                yield (
                    f"{at}, measure: '{goal.measure}' is no measure of the kit and no dimension of "
                    f"the assessments. {nearest(goal.measure, measures)}"
                )
        if goal.owner and goal.owner not in known.people:
            near = get_close_matches(goal.owner, known.people, n=1, cutoff=_ALMOST)
            if near:
                yield (
                    f"{at}, owner: nobody of the roster is called '{goal.owner}'. "
                    f"Did you mean '{near[0]}'?"
                )


def wrong_plans(plans: Mapping[str, Plan], known: Known) -> Iterator[str]:
    """One sentence a name of the incentive plans that the data do not know.

    Examples
    --------
    >>> plan = Plan(reps=("R01",), components={"own": {"tiers": [{"at": 0, "rate": 0.01}]}})
    >>> list(wrong_plans({"field": plan}, Known({"rep": ("R001",)})))
    ["review.incentives.plans.field, reps: 'R01' is no rep of the data. Did you mean 'R001'?"]
    """
    for name, plan in plans.items():
        at = f"review.incentives.plans.{name}"
        for kind in ("rep", "team", "region"):
            for one in getattr(plan, f"{kind}s"):
                yield from _one(f"{at}, {kind}s", kind, one, known)
        for level in (*plan.levels, *plan.target_pay_by_level):
            if level not in known.levels:
                yield (
                    f"{at}: '{level}' is no level of the roster. {nearest(level, known.levels)}"
                )


def _scope(at: str, text: str, known: Known) -> Iterator[str]:
    try:
        found = Scope.parse(text)
    except UnknownScopeError as error:
        yield f"{at}: {error}"
        return
    if found.kind != "company":
        yield from _one(at, found.kind, found.id, known, before=f"{found.kind}:")


def _one(at: str, kind: str, name: str, known: Known, *, before: str = "") -> Iterator[str]:
    names = known.scopes.get(kind, ())
    if name not in names:
        hint = nearest(name, names, before=before)
        yield f"{at}: '{before}{name}' is no {kind} of the data. {hint}"


def _homes(roster: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    rows = roster.dropna(subset=["team", "region"])
    return {
        str(team): tuple(sorted(some.unique()))
        for team, some in rows.groupby("team", sort=True)["region"]
    }
