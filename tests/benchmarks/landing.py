"""How good the landing, its interval and its chances are on Australian retail turnover.

Run it by `python tests/benchmarks/landing.py`; `--series 20` makes a quick run of it. Every quarter
from 2004Q1 of each complete positive series from 2000-01 is seen after one month and after two, by
what was known then: each view and the views combined. The run rate is the plain one by equal months
(booked × 3, or × 3/2). Weights rest on the misses of the 20 quarters before, of the series itself
and of all series, the interval and the chances on the combination's own replayed errors of these
quarters. The chances are those of reaching 100, 103 and 106 % of last year's quarter.

The other views compare months by days: the working days of the kit's calendar for Australia or the
calendar days, as the kit finds it from the months before 2004 (shops are open on Sundays); `--days`
takes one of these, or equal months, instead.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    pass

RETAIL = Path(__file__).resolve().parents[3] / "shared" / "data" / "series" / "aus_retail.csv"
MANY, FIRST, INTERVAL = 3, "2004-01", 0.8
TO_REACH = {1: 0.42, 2: 0.35}  # error ÷ that of the run rate by equal months


class Seen(NamedTuple):
    """What was said of the quarters tested, after some of their months."""

    actual: np.ndarray  # quarters × series
    views: np.ndarray  # quarters × views × series
    combined: np.ndarray
    weights: np.ndarray  # quarters × views
    inside: np.ndarray  # whether the interval held
    chances: pd.DataFrame  # level, chance, before, came
    days: str
    seconds: float


def main() -> None:
    """Backtest and print the tables."""
    from baseline import series, show, spread

    from kit.track.views import VIEWS

    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--file", type=Path, default=RETAIL)
    reader.add_argument("--series", type=int, help="Only so many, spread evenly.")
    kinds = ("found", "working", "calendar", "equal")
    reader.add_argument("--days", default="found", choices=kinds)
    asked = reader.parse_args()
    if not asked.file.is_file():
        print(f"landing: skipped, as there is no {asked.file}")
        return
    wide = series(asked.file)
    wide = wide.iloc[: len(wide) // MANY * MANY, spread(wide.shape[1], asked.series)]
    reached = []
    for over in (1, 2):
        found = seen(wide, over=over, days=asked.days)
        named = {
            view: found.views[:, place]
            for place, view in enumerate(VIEWS)
            if np.isfinite(found.views[:, place]).all()
        }
        sizes = errors({**named, "combined": found.combined}, found.actual)
        if over == 1:
            quarters, many = found.actual.shape
            print(f"{many} series, {quarters} quarters, days: {found.days}")
        weights = dict(zip(VIEWS, found.weights.mean(axis=0), strict=True))
        show(f"after month {over}", sizes.assign(weight=sizes["view"].map(weights)))
        scores = brier(found.chances)
        show(f"after month {over}: chance of a share of last year's quarter", scores)
        reached += judged(over, sizes, scores, found)
    rows = pd.DataFrame(reached, columns=["to reach", "found", "from", "to"])
    good = rows["found"].between(rows["from"], rows["to"])
    show("to reach", rows.assign(reached=good.map({True: "yes", False: "NO"})))


def seen(wide: pd.DataFrame, *, over: int, days: str) -> Seen:
    """See every quarter after some of its months; only what was known then is used."""
    from kit.track import landing, record, views
    from kit.track.course import of_months
    from kit.track.weighing import combine

    known = wide.iloc[: len(wide) - MANY + over].to_numpy()
    load, days = loads(wide, days)
    course = of_months(known, many=MANY, over=over, load=load)
    before = time.perf_counter()
    said = np.array([views.say(course, place) for place in range(len(course))])
    totals = replace(course, amounts=wide.to_numpy()).totals()
    booked, ago = course.bookings(), course.year_ago()
    base = record.base_rates(totals, ago)
    opened = wide.index[course.first]
    tested = np.flatnonzero(opened >= pd.Period(FIRST, "M"))
    combined, weights, inside, chances = [], [], [], []
    for place in tested:
        so_far = replace(course, first=course.first[: place + 1])
        past = landing.replayable(so_far, said[: place + 1])
        found = combine(said[place], said[past], totals[past])
        combined.append(found.landing)
        weights.append(found.weights.mean(axis=1))
        for one in range(course.series):
            around = record.spread(
                found.landing[one], replayed=found.replayed[:, one], actual=totals[past, one],
                floor=float(booked[place, one]),
            )  # fmt: skip
            low, high = around.interval(INTERVAL)
            came = totals[place, one]
            inside.append(low <= came <= high)
            for number, level in enumerate(record.LEVELS):
                goal = level * totals[ago[place], one]
                chances.append((level, around.chance(goal), base[place, number], came >= goal))
    seconds = time.perf_counter() - before
    told = pd.DataFrame(chances, columns=["level", "chance", "before", "came"]).astype(float)
    return Seen(
        totals[tested], said[tested], np.array(combined), np.array(weights),
        np.array(inside).reshape(len(tested), -1), told, days, seconds,
    )  # fmt: skip


def loads(wide: pd.DataFrame, days: str) -> tuple[np.ndarray, str]:
    """Days that each month counts, and which they are."""
    from kit.data.calendar import FiscalCalendar
    from kit.settings import CalendarSettings
    from kit.track.course import days_that_count

    fiscal = FiscalCalendar(CalendarSettings(country="AU"))
    spans = ((one.start_time, one.end_time) for one in wide.index)
    kinds = {
        "working": np.array([fiscal.working_days(*span) for span in spans], dtype=float),
        "calendar": wide.index.days_in_month.to_numpy(dtype=float),
        "equal": np.ones(len(wide)),
    }
    if days != "found":
        return kinds[days], days
    known = wide.loc[: pd.Period(FIRST, "M") - 1].to_numpy()
    found = days_that_count(known, kinds["working"], kinds["calendar"], cycle=12)
    return found, "working" if found is kinds["working"] else "calendar"


def errors(said: dict[str, np.ndarray], actual: np.ndarray) -> pd.DataFrame:
    """Mean absolute error in money and in percent, and both ÷ the plain run rate's."""
    rows = [
        {"view": name, "MAE": abs(one - actual).mean(), "MAPE": abs(one / actual - 1).mean()}
        for name, one in said.items()
    ]
    found = pd.DataFrame(rows)
    plain = found.iloc[0]
    return found.assign(
        **{f"{name} ÷ plain's": found[name] / plain[name] for name in ("MAE", "MAPE")}
    )


def brier(told: pd.DataFrame) -> pd.DataFrame:
    """Brier scores of the chances and of two base rates, by level and over all."""
    told = told.assign(hindsight=told.groupby("level")["came"].transform("mean"))
    columns = ["chance", "before", "hindsight"]
    squared = told.assign(**{name: (told[name] - told["came"]) ** 2 for name in columns})
    found = squared.groupby("level")[columns].mean()
    found.index = [f"{level:.0%}" for level in found.index]
    found.loc["all"] = squared[columns].mean()
    return found.rename_axis("level").reset_index().assign(
        **{f"ratio ({name})": (found["chance"] / found[name]).to_numpy()
           for name in ("before", "hindsight")}
    )  # fmt: skip


def judged(over: int, sizes: pd.DataFrame, scores: pd.DataFrame, found: Seen) -> list[tuple]:
    """What is to be reached after so many months: what, found, from, to."""
    by_view = sizes.set_index("view")
    best = by_view.drop("combined").min()
    whole, after = by_view.loc["combined"], f"after month {over}: "
    held = found.inside.mean()
    return [
        *((f"{after}{name} ÷ plain run rate's", whole[f"{name} ÷ plain's"], 0, TO_REACH[over])
          for name in ("MAE", "MAPE")),
        *((f"{after}{name} ÷ best single view's", whole[name] / best[name], 0, 1.0)
          for name in ("MAE", "MAPE")),
        (f"{after}coverage of the {INTERVAL:.0%} interval", held, 0.75, 0.85),
        (f"{after}Brier ÷ base rate in hindsight", scores["ratio (hindsight)"].iloc[-1], 0, 0.6),
        (f"{after}seconds", found.seconds, 0, 30.0),
    ]  # fmt: skip


if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
