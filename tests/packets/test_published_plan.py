"""A plan made for the company, published, and read back: one number wherever it is told."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal

import pandas as pd
import pytest

from kit.data.case import open_case
from kit.data.targets import in_force
from kit.data.territory import children
from kit.plan import annual_table, ledger
from kit.plan.cascade import cascade
from kit.plan.target import proposal
from kit.scope import Scope
from kit.track import pacing

PERIOD = "2025Q4"
NEWCOMERS = {"team:North-1": "rep:R025", "team:North-2": "rep:R028"}  # hired in March 2025
RAMP = 0.6  # of a full quota in their months 8, 9 and 10, which are those of the period
PACKETS = ("company", "region:North", "team:North-2", "rep:R028")
SAID = ("--author", "Li Wei", "--reason", "the board's decision of October")


def money(amounts) -> Decimal:
    """The exact sum of amounts as they are written."""
    return sum((Decimal(repr(float(one))) for one in amounts), Decimal(0))


@pytest.fixture(scope="module")
def place(company, kit, tmp_path_factory):
    """The sample company in a folder of its own, with a ramp of ten months."""
    folder = tmp_path_factory.mktemp("planned") / "company"
    shutil.copytree(company, folder)
    config = folder / "company.yml"
    text = config.read_text(encoding="utf-8")
    ramp = ", ".join(["0.2"] * 7 + [str(RAMP)] * 3)
    assert text.count("  reserve: 0.02\n") == 1
    text = text.replace("  reserve: 0.02\n", f"  reserve: 0.02\n  ramp: [{ramp}]\n")
    config.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def cases(place):
    """Open a case of the company as its files are now."""

    def build(scope="company"):
        return open_case(place / "company.yml", scope=scope, period=PERIOD, out=place / "out")

    return build


@pytest.fixture(scope="module")
def plan(cases):
    """The company's proposal and its cascade, before anything is published."""
    case = cases()
    found = proposal(case)
    return found, cascade(case, found)


@pytest.fixture(scope="module")
def published(plan, place, kit):
    """The ledger that `kit targets publish` wrote."""
    made = kit("targets", "publish", "--config", place / "company.yml", "--period", PERIOD,
               "--out", place / "out", *SAID, cwd=place)  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert f"targets were appended to {place / 'targets.csv'}" in made.stdout
    return ledger.read(place / "targets.csv").set_index("scope")


def test_the_ledger_holds_the_plan_to_the_cent(plan, published):
    found, parts = plan
    assert set(published["period"]) == {PERIOD} and set(published["measure"]) == {"bookings"}
    assert published.index.is_unique and set(published.index) == {"company", *parts["scope"]}
    assert published.loc["company", "target"] == found.target
    assert published["target"].drop("company").to_dict() == dict(
        zip(parts["scope"], parts["target"], strict=True)
    )
    assert len(parts) == 39 and published.loc["company", "version"] > 1


def test_every_level_sums_to_the_one_above_with_what_is_not_handed_out(plan, published, cases):
    found, parts = plan
    table = annual_table.table(cases())
    rest = table[table["kind"] == annual_table.REST].groupby("above")["target"]
    held = {above: money(round(one, 2) for one in amounts) for above, amounts in rest}
    assert held["company"] == money([found.reserve]) > 0
    for above, below in parts.groupby("above"):
        told = money(published.loc[below["scope"], "target"]) + held[above]
        assert told == money([published.loc[above, "target"]]), above
    for region, teams in parts[parts["scope"].str.startswith("team:")].groupby("above"):
        reps = parts.loc[parts["above"].isin(teams["scope"]), "scope"]
        stated = sum((held[one] for one in (region, *teams["scope"])), Decimal(0))
        assert money(published.loc[reps, "target"]) + stated == money(
            [published.loc[region, "target"]]
        )


@pytest.fixture(scope="module")
def everywhere(plan, published, cases):
    """The target of each scope as a case of it, and as tracking, tell it."""
    _, parts = plan
    regions = [one for one in parts["scope"] if one.startswith("region:")]
    asked = ["company", *regions, *NEWCOMERS, *NEWCOMERS.values()]
    found = {}
    for scope in asked:
        case = cases(scope)
        below = pd.Series(
            {one: in_force(case, scope=Scope.parse(one)) for one in children(case)["scope"]},
            dtype="float64",
        )
        rows = pacing.standing(case)
        found[scope] = (case, below, rows)
    return found


def test_cases_and_tracking_tell_the_ledgers_figures(published, everywhere):
    assert len(everywhere) == 9
    for scope, (case, below, rows) in everywhere.items():
        goal = published.loc[scope, "target"]
        assert in_force(case) == goal == rows["target"].iloc[0], scope
        measures = pacing.measures(case).set_index("measure")
        assert measures.loc["bookings", "target"] == goal
        assert rows["gap"].iloc[0] == goal - rows["actual"].iloc[0]
        for child, amount in below.items():
            assert amount == published.loc[child, "target"]
            assert in_force(case, scope=Scope.parse(child)) == amount
        tracked = rows[rows["scope"].isin(below.index)].set_index("scope")["target"]
        assert tracked.to_dict() == below.to_dict()


def test_a_page_below_the_company_is_told_what_was_published(published, everywhere):
    for scope, (case, _, _) in everywhere.items():
        given = proposal(case).handed
        if scope == "company":
            assert given is None
        else:
            assert given.target == published.loc[scope, "target"]
            assert (given.version, given.reason) == (published.loc[scope, "version"], SAID[-1])


def test_packets_tell_the_ledgers_figures(published, place, kit):
    scopes = [one for scope in PACKETS for one in ("--scope", scope)]
    made = kit("run", "--config", place / "company.yml", "--period", PERIOD, *scopes,
               "--notebooks", "02", "--out", place / "out", cwd=place)  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    folder = place / "out" / "sample" / PERIOD
    for scope in PACKETS:
        text = (folder / Scope.parse(scope).folder / "findings.json").read_text("utf-8")
        found = json.loads(text)
        assert found["measures"]["bookings"]["target"] == published.loc[scope, "target"], scope
    summary = pd.read_csv(folder / "summary.csv")
    summary = summary[summary["measure"] == "bookings"].set_index("scope")["target"]
    assert summary.to_dict() == published.loc[[*PACKETS], "target"].to_dict()


def test_norths_newcomers_get_ramped_quotas(plan, published):
    """Each gets 0.6 of what the team's full posts get on average; rounding takes a unit at most.

    A newcomer's weight is 0.6 of the others' result a post (history) and 0.6 posts (capacity); all
    posts are full, and the mean of the others has 1 of each.
    """
    _, parts = plan
    for team, newcomer in NEWCOMERS.items():
        reps = parts.loc[parts["above"] == team, "scope"]
        others = published.loc[[one for one in reps if one != newcomer], "target"]
        quota = published.loc[newcomer, "target"]
        assert quota == pytest.approx(RAMP * others.mean(), abs=2_000)
        assert quota < 0.75 * others.min()
