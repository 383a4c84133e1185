"""Workload: the open deals of each rep by the work that they ask for, for each full post."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import SCOPE_COLUMNS, Unavailable
from kit.data.territory import rep_names
from kit.plan.capacity import places
from kit.track.open_deals import open_deals

_DAY = dt.timedelta(1)


@once
def workload(case: Case) -> pd.DataFrame | Unavailable:
    """How much work each rep has open, beside how much the scope's posts carry on average.

    Returns
    -------
    DataFrame or Unavailable
        rep_id, rep, team and region (on the day after `as_of`, or the last known), state (`here`,
        `overloaded`, `leaving`, `absent` or `gone`), last_day (of a rep who leaves; empty), posts
        (full posts on that day: capacity × ramp), deals, amount (money), work, load (work ÷ posts;
        null without posts), usual (the scope's work ÷ its posts), free (usual × posts − work; 0 for
        who is not `here` or overloaded). By rep_id. Unavailable without opportunities, in a rep's
        own scope (reason `one_rep`), or where nobody has a post (reason `no_desks`).

    Notes
    -----
    The work of a deal is `track.cadence.work.effort` of its stage or, where that names none, the
    stage's place: 1 for the first, 2 for the second and so on. Leaving is who has no row of the
    roster after a day that is less than `leaving_days` away, or is named by `targets.leavers`;
    absent is who is on the roster with a capacity of 0; gone is who has open deals and is on the
    roster of the scope no more. Overloaded is a load of more than 1 + `overload` times the usual
    one. The average counts the posts of those who stay and the work of all.
    """
    if case.scope.kind == "rep":
        return Unavailable(reason="one_rep")
    deals = open_deals(case)
    if isinstance(deals, Unavailable):
        return deals
    settings = case.settings.track.cadence.work
    now = case.as_of + _DAY
    posts = _posts(case, now)
    work = effort(case, deals)
    sums = pd.DataFrame({"deals": 1, "amount": deals["amount"].fillna(0.0), "work": work})
    sums = sums.groupby(deals["rep_id"]).sum()
    names, last = rep_names(case.data), _last_days(case)
    frame = pd.DataFrame(index=sorted({*sums.index, *posts}))
    frame = frame.join(sums).fillna(0.0)
    frame["posts"] = [posts.get(rep, 0.0) for rep in frame.index]
    there = _there(case, now)
    limit = case.as_of + settings.leaving_days * _DAY
    leaving = [last[rep] if rep in last and last[rep] <= limit else None for rep in frame.index]
    state = np.select(
        [
            [rep not in there or (day is not None and day <= case.as_of)
             for rep, day in zip(frame.index, leaving, strict=True)],
            [day is not None for day in leaving],
            frame["posts"] <= 0,
        ],
        ["gone", "leaving", "absent"],
        "here",
    )  # fmt: skip
    stays = frame["posts"].where(state == "here", 0.0)
    if stays.sum() <= 0:
        return Unavailable(reason="no_desks", detail=str(case.scope))
    usual = float(frame["work"].sum() / stays.sum())
    load = frame["work"] / stays.where(stays > 0)
    state = np.where((state == "here") & (load > usual * (1 + settings.overload)), "overloaded", state)
    place = _place(case, frame.index, now)
    return pd.DataFrame(
        {
            "rep_id": frame.index,
            "rep": [names.get(rep, rep) for rep in frame.index],
            "team": [place.get(rep, (None, None))[0] for rep in frame.index],
            "region": [place.get(rep, (None, None))[1] for rep in frame.index],
            "state": state,
            "last_day": pd.to_datetime(pd.Series(leaving, dtype="object")).to_numpy(),
            "posts": frame["posts"].to_numpy(),
            "deals": frame["deals"].to_numpy(dtype=int),
            "amount": frame["amount"].to_numpy(),
            "work": frame["work"].to_numpy(),
            "load": load.to_numpy(),
            "usual": usual,
            "free": (usual * stays - frame["work"]).where(stays > 0, 0.0).to_numpy(),
        }
    )


def effort(case: Case, deals: pd.DataFrame) -> pd.Series:
    """The work of each open deal, in the unit of `track.cadence.work.effort`."""
    named = case.settings.track.cadence.work.effort
    return deals["stage"].map(named).fillna(deals["place"].clip(lower=1)).astype(float)


def _posts(case: Case, day: dt.date) -> dict[str, float]:
    """Full posts of each rep who is in the scope on a day, with the ramp."""
    span = Period(day, day, day.isoformat(), "day")
    found = places(case, [span])
    return found.groupby("rep_id", sort=True)[span.name].sum().to_dict()


def _there(case: Case, day: dt.date) -> set[str]:
    """The reps whom the roster has in the scope on a day."""
    roster, now = _first_rows(case), pd.Timestamp(day)
    there = (roster["valid_from"] <= now) & ~(roster["ends"] < now)
    if case.scope.kind != "company":
        there &= (roster[SCOPE_COLUMNS[case.scope.kind]] == case.scope.id).fillna(False)
    return set(roster.loc[there, "rep_id"])


def _last_days(case: Case) -> dict[str, dt.date]:
    """The last day of each rep whose last row of the roster ends, or who is named as a leaver."""
    ends = _first_rows(case).drop_duplicates("rep_id", keep="last").set_index("rep_id")["ends"]
    found = {rep: day.date() for rep, day in ends.dropna().items()}
    for rep, day in case.settings.targets.leavers.items():
        found[rep] = min(day, found.get(rep, day))
    return found


def _place(case: Case, reps: pd.Index, day: dt.date) -> dict[str, tuple[str | None, str | None]]:
    """Team and region of each rep on a day, or the last before it."""
    rows = _first_rows(case)
    rows = rows[rows["rep_id"].isin(list(reps))]
    known = rows[rows["valid_from"] <= pd.Timestamp(day)].drop_duplicates("rep_id", keep="last")
    return {
        one.rep_id: (_text(one.team), _text(one.region)) for one in known.itertuples(index=False)
    }


def _first_rows(case: Case) -> pd.DataFrame:
    """The roster in order, each row ending where the rep's next one begins."""
    roster = case.data.frame("roster").sort_values(["rep_id", "valid_from"], kind="stable")
    following = roster.groupby("rep_id")["valid_from"].shift(-1) - pd.Timedelta(1, "D")
    ends = roster["valid_to"].where(
        roster["valid_to"].notna() & ~(following < roster["valid_to"]), following
    )
    return roster.assign(ends=ends)


def _text(found: object) -> str | None:
    return None if found is None or found != found else str(found)
