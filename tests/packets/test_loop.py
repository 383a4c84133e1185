"""The loop: review a quarter, plan the next from it, decide, track it, review again; one figure."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from bs4 import BeautifulSoup

from kit.data.case import open_case
from kit.plan import ledger
from kit.review import actions, next_parts, next_target
from kit.scope import Scope

REVIEWED, COMING = "2025Q3", "2025Q4"
END, START, LATER = "2025-09-30", "2025-10-01", "2025-11-15"  # data reach the last
NAME = "2025Q4-from-review"
SCOPES = ("company", "region:East", "rep:R018")
WHOLE = SCOPES[2:]  # of which all four notebooks are run each time
SAID = ("--author", "Li Wei", "--reason", "as the review of Q3 suggests")


@pytest.fixture(scope="module")
def place(company, tmp_path_factory):
    folder = tmp_path_factory.mktemp("loop") / "company"
    shutil.copytree(company, folder)
    return folder


@pytest.fixture(scope="module")
def made(place, kit):
    """Run the notebooks of some scopes, and give back their findings and pages."""

    def run(period, day, *more, above):
        for scopes, chosen in ((WHOLE, more), (SCOPES[:2], ("--notebooks", above, *more[2:]))):
            asked = [part for scope in scopes for part in ("--scope", scope)]
            done = kit("run", "--config", place / "company.yml", "--period", period, "--as-of",
                       day, *asked, "--out", place / "out", *chosen, cwd=place)  # fmt: skip
            assert done.returncode == 0, done.stderr
        root = place / "out" / "sample" / period
        folders = {scope: root / Scope.parse(scope).folder for scope in SCOPES}
        return {
            scope: json.loads((folder / "findings.json").read_text(encoding="utf-8"))
            for scope, folder in folders.items()
        }, {scope: folder / "packet.html" for scope, folder in folders.items()}

    return run


@pytest.fixture(scope="module")
def loop(place, made, kit):
    """All steps of the loop, in their order, by the commands of the README."""
    config = ("--config", place / "company.yml")
    out = ("--out", place / "out")
    found = {"reviewed": made(REVIEWED, END, above="04")}

    def do(*arguments):
        done = kit(*arguments, *config, *out, cwd=place)
        assert done.returncode == 0, done.stderr
        return done.stdout

    found["written"] = do("review", "--period", REVIEWED, "--as-of", END, "--final")
    found["proposed"] = do("actions", "propose", "--period", REVIEWED, "--as-of", END, "--scope",
                           "region:East", "--write", *SAID)  # fmt: skip
    planned = made(COMING, START, "--notebooks", "01", "--scenario", NAME, above="01")
    found["planned"] = planned
    found["published"] = do("targets", "publish", "--period", COMING, "--as-of", START, "--scenario",
                            NAME, *SAID)  # fmt: skip
    found["tracked"] = made(COMING, LATER, above="02")
    return found


def test_the_review_names_the_target_that_the_scenario_sets(loop, place):
    case = open_case(place / "company.yml", period=REVIEWED, as_of=END, out=place / "out")
    suggested = next_target.suggest(case).target
    findings = loop["reviewed"][0]
    assert findings["company"]["next_target"] == suggested
    assert f"{suggested:,.2f}" in loop["written"]
    told = next_parts.parts(case)
    for one in told.table.itertuples(index=False):
        assert f"{one.target:,.2f}" in loop["written"]


def test_target_setting_under_the_scenario_proposes_the_same_at_every_level(loop, place):
    case = open_case(place / "company.yml", period=REVIEWED, as_of=END, out=place / "out")
    below = next_parts.parts(case).below.set_index("scope")["target"]
    planned = loop["planned"][0]
    assert planned["company"]["plan"]["target"] == next_target.suggest(case).target
    for scope in ("region:East", "rep:R018"):
        assert planned[scope]["plan"]["target"] == below[scope], scope


def test_the_ledger_and_tracking_hold_these_targets_to_the_cent(loop, place):
    rows = ledger.read(place / "targets.csv").set_index("scope")["target"]
    planned, tracked = loop["planned"][0], loop["tracked"][0]
    for scope in SCOPES:
        target = tracked[scope]["measures"]["bookings"]["target"]
        assert target == rows[scope] == planned[scope]["plan"]["target"], scope


def test_the_next_review_follows_the_actions_that_this_one_proposed(loop, place):
    case = open_case(place / "company.yml", scope="region:East", period=COMING, as_of=LATER,
                     out=place / "out")  # fmt: skip
    table = actions.carried(case).set_index("action_id")
    proposed = [one["action_id"] for one in loop["reviewed"][0]["region:East"]["actions"]]
    assert proposed and set(proposed) <= set(table.index)
    assert (table.loc[proposed, "outcome"] == "carried").all()
    before = open_case(place / "company.yml", scope="region:East", period=REVIEWED, as_of=END,
                       out=place / "out")  # fmt: skip
    old = actions.carried(before)
    going = old.loc[old["outcome"] == "carried", "action_id"]
    assert set(going) <= set(table.index)  # nothing that is open vanishes
    measured = table[table["effect"].notna()]
    assert len(measured) and (measured["low"] <= measured["effect"]).all()  # East's actions have effects
    assert (measured["effect"] <= measured["high"]).all()


@pytest.mark.parametrize("step", ["reviewed", "tracked"])
@pytest.mark.parametrize("scope", WHOLE)
def test_every_sentence_of_every_chapter_has_its_row_among_the_findings(loop, step, scope):
    findings, pages = loop[step]
    page = BeautifulSoup(pages[scope].read_text(encoding="utf-8"), "html.parser")
    said = {one["id"].removeprefix("said-"): _text(one.get_text()) for one in
            page.select(".kit-said")}  # fmt: skip
    rows = {one["id"]: one for chapter in findings[scope]["story"].values() for one in chapter}
    assert set(findings[scope]["story"]) == {"plan", "track", "diagnose", "review", "meeting"}
    assert said and said == {name: _text(one["text"]) for name, one in rows.items()}
    figures = json.dumps(findings[scope], ensure_ascii=False)
    assert not re.search(r"\bnan\b|NaN|Infinity", figures)


def _text(found: str) -> str:
    return " ".join(found.split())
