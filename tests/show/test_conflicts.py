"""What cannot hold together: in code by key and facts, in English and in the page's language."""

from __future__ import annotations

import ast
import datetime as dt
import pickle
import re
import traceback
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kit
from kit.data.tables import Unavailable
from kit.errors import InfeasibleError, KitError, SettingsError
from kit.plan import cube, fitting, limits, negotiation, relief, revision, schedule, transfer
from kit.plan.exact import split
from kit.scope import Scope
from kit.show.catalogue import phrases
from kit.show.conflicts import told
from kit.show.words import Words

PLAN = Path(kit.__file__).parent / "plan"
TEAMS = {"R1": "A", "R2": "A", "R3": "B", "R4": "B"}
AB = {"region:East": 1, "region:North": 1}
MANY = {f"rep:{number:03d}": 1 for number in range(15)}
WHO = {"author": "Li Wei", "reason": "agreed with both teams"}
LATIN = r"company|region|team|rep|East|North|Eest|book\.xlsx"

# what is split, the way it is split, and the conflict
SPLITS = [
    ("locks_beyond", AB, {"locks": {"region:East": 1200}}),
    ("locks_short", AB, {"locks": {"region:East": 300, "region:North": 200}}),
    ("floors_beyond", AB, {"floors": {"region:East": 800, "region:North": 700}, "unit": 10}),
    ("caps_short", AB, {"caps": {"region:East": 100, "region:North": 200.5}}),
    ("weights_short", dict.fromkeys(AB, 0), {}),
    ("crossed_in_units", AB,
     {"floors": {"region:East": 205}, "caps": {"region:East": 208}, "unit": 10}),
    ("too_low", AB, {"locks": {"region:East": 10}, "floors": {"region:East": 20}}),
    ("too_high", AB, {"locks": {"region:East": 30}, "caps": {"region:East": 20}}),
    ("no_part_near", AB, {"locks": {"region:Eest": 30}}),
    ("no_part", AB, {"floors": {"5": 30}}),
    ("no_part_more", MANY, {"caps": {"5": 30}}),
    ("no_part_none", {}, {"locks": {"region:East": 30}}),
    ("negative", AB, {"caps": {"region:East": -1_234_567.5}}),
    ("negative_weight", {**AB, "region:East": -2}, {}),
    ("no_weight", {**AB, "region:East": None}, {}),
    ("no_unit", AB, {"unit": 0}),
    ("negative_whole", AB, {"unit": -1}),
    ("twice", pd.Series([1, 2], index=["region:East"] * 2), {}),
]  # fmt: skip
BOUNDS = [
    ("below_needs", {"locks": {"team:A": 50_000, "rep:R1": 80_000}}),
    ("below_needs", {"caps": {"team:A": 12_345_678_901}, "floors": {"rep:R1": 22_345_678_901}}),
    ("below_takes", {"floors": {"team:A": 90_000}, "caps": {"rep:R1": 10_000, "rep:R2": 20_000}}),
    ("below_takes", {"locks": {"team:A": 90_000, "rep:R1": 10_000, "rep:R2": 20_000.5}}),
    ("no_part_near", {"locks": {"team:AA": 5}}),
    ("no_part", {"locks": {"5": 5}}),
    ("negative", {"caps": {"rep:R1": -5}}),
    ("too_low", {"locks": {"rep:R1": 5}, "floors": {"rep:R1": 6}}),
    ("too_high", {"locks": {"rep:R1": 5}, "caps": {"rep:R1": 4}}),
    ("too_high", {"floors": {"rep:R1": 12_345_678_905}, "caps": {"rep:R1": 12_345_678_904}}),
]
HALVES, ZEROS = np.ones((2, 2)), np.array([[0.0, 1], [0.0, 1]])
TABLES = [
    ("zeros_leave", fitting.fit, ZEROS, {(0,): [5, 5], (1,): [5, 5]}, {}),
    ("margins_apart", fitting.fit, HALVES, {(0,): [5, 5], (1,): [10, 5]}, {}),
    ("margins_misfit", fitting.fit, HALVES, {(2,): [1, 1]}, {}),
    ("zeros_bar", cube.rounded, ZEROS, {(0,): [5, 5], (1,): [5, 5]}, {"unit": 1}),
    ("rest_on_zero", cube.rounded, ZEROS, {(0,): [5.5, 5], (1,): [5.5, 5]}, {"unit": 1}),
    ("sums_not_whole", cube.rounded, HALVES, {(0,): [12, 18]}, {"unit": 10}),
    ("rests_differ", cube.rounded, HALVES, {(0,): [1e9 + 0.4, 0], (1,): [1e9, 0]}, {"unit": 1}),
]


def goal(scope, target, period="2025Q3"):
    return {"scope": scope, "period": period, "measure": "bookings", "version": 1,
            "target": float(target), "reason": "planned before it", "author": "Li"}  # fmt: skip


@pytest.fixture
def east(make_case):
    """A region of two teams with two reps each."""

    def build(goals):
        roster = [
            {"rep_id": rep, "valid_from": "2020-01-01", "name": rep, "team": team,
             "region": "East", "capacity": 1.0, "hired_on": "2020-01-01"}
            for rep, team in TEAMS.items()
        ]  # fmt: skip
        sales = [
            {"rep_id": rep, "team": team, "date": f"2024-{month:02d}-10", "amount": 1e4}
            for month in range(1, 13) for rep, team in TEAMS.items()
        ]  # fmt: skip
        return make_case(sales=sales, roster=roster, as_of="2025-08-15",
                         targets=[goal(*one) for one in goals.items()])  # fmt: skip

    return build


FULL = {"team:A": 90_000, "team:B": 210_000, "rep:R1": 60_000, "rep:R2": 30_000}


def relieved(case, target):
    relief.relief(case, target, evidence="cause lost_customers", scope=Scope("rep", "R1"), **WHO)


def moved(case, on=dt.date(2025, 8, 15)):
    transfer.transfer(case, "R1", to="B", on=on, moves="rep", **WHO)


def lowered(case):
    months = [goal("rep:R1", 20_000, period=f"2025-{one:02d}") for one in (7, 8, 9)]
    frame = pd.concat([case.data.frame("targets"), pd.DataFrame(months)])
    case.data.frames["targets"] = frame.astype(case.data.frame("targets").dtypes.to_dict())
    revision.revised(case, {"rep:R1": 5_000}, on=dt.date(2025, 9, 15))


DECISIONS = [
    ("nothing_to_relieve", {}, lambda case: relieved(case, 5.0)),
    ("no_relief", FULL, lambda case: relieved(case, 60_000.0)),
    ("no_relief", FULL, lambda case: relieved(case, float("nan"))),
    ("relief_too_large", FULL, lambda case: relieved(case, 50_000.0)),
    ("too_little_left", {"rep:R1": 60_000}, lowered),
    ("nothing_to_move", {}, moved),
    ("move_outside", FULL, lambda case: moved(case, dt.date(2025, 10, 1))),
    ("no_target_beside", {**FULL, "team:B": None}, moved),
    ("cannot_leave", {**FULL, "team:A": 5}, moved),
]  # fmt: skip


def cells(**wrong):
    """A table of a team with one rep, two months and nothing left over, some of it wrong."""
    lines = [("team:A", "team", "", 0), ("rep:R1", "rep", "team:A", 1),
             ("team:A", "rest", "team:A", 1)]  # fmt: skip
    periods = ("2025-07", "2025-08", "total")
    rows = [
        {"row": row, "scope": scope, "kind": kind, "above": above, "depth": depth,
         "period": period, "cell": f"{'EFG'[at]}{row}"}
        for row, (scope, kind, above, depth) in enumerate(lines)
        for at, period in enumerate(periods)
    ]  # fmt: skip
    plain = [5.0, 6.0, 11.0] * 2 + [0.0] * 3
    frame = pd.DataFrame(rows).assign(target=plain)
    return frame.assign(target=frame["target"] + frame["cell"].map(wrong).fillna(0.0))


def sums(**wrong):
    negotiation.require_sums(cells(**wrong), where="book.xlsx")


def many_sums():
    one = cells()
    blocks = [one.assign(row=one["row"] + 3 * number, target=one["target"].where(
        one["cell"] != "G1", 1e6)) for number in range(12)]  # fmt: skip
    negotiation.require_sums(pd.concat(blocks, ignore_index=True), where="book.xlsx")


BOOKS = [
    ("sum_differs", {"months_of_line"}, lambda: negotiation.require_sums(
        cells(F0=-1500.5).query("row == 0"), where="book.xlsx")),
    ("sums_differ", {"months_of_rest", "parts_of_total"}, lambda: sums(G2=-1500.5)),
    ("sums_differ", {"months_of_line", "parts_of_month"}, lambda: sums(E1=7.0)),
    ("sums_differ", {"months_of_line", "parts_of_total"}, lambda: sums(G0=7.0)),
    ("sums_differ", {"months_of_line", "parts_of_total", "more"}, many_sums),
]  # fmt: skip


def raised(act, *args, **more):
    with pytest.raises(InfeasibleError) as caught:
        act(*args, **more)
    return caught.value


@pytest.fixture
def conflicts(east, monkeypatch):
    """Every conflict that the tables above bring about: expected key, keys below, error."""
    found = [(key, set(), raised(split, 1000, weights, **more)) for key, weights, more in SPLITS]
    found.append(("negative_whole", set(), raised(split, -1000, AB)))
    case = east({})
    found += [(key, set(), raised(limits.bounds, case, **more)) for key, more in BOUNDS]
    for key, act, table, margins, more in TABLES:
        held = {axes: np.array(one, dtype=float) for axes, one in margins.items()}
        found.append((key, set(), raised(act, table, margins=held, **more)))
    for key, goals, act in DECISIONS:
        case = east({scope: one for scope, one in goals.items() if one is not None})
        found.append((key, set(), raised(act, case)))
    found += [(key, below, raised(act)) for key, below, act in BOOKS]
    nothing = Unavailable(reason="no_history", detail="rep:R1")
    monkeypatch.setattr(schedule, "due", lambda *_, **__: nothing)
    found.append(("no_schedule", set(), raised(moved, east(FULL))))
    return found


def calls():
    """Every making of an `InfeasibleError` in the plans: place, text, names of its facts, key."""
    for path in sorted(PLAN.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InfeasibleError":
                named = {one.arg: one.value for one in node.keywords}
                key = ast.literal_eval(named["key"]) if "key" in named else ""
                yield f"{path.name}:{node.lineno}", ast.literal_eval(node.args[0]), key


def raises():
    """Where the plans raise one: file and lines."""
    for path in sorted(PLAN.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                made = node.exc.func
                ours = getattr(made, "id", "") == "InfeasibleError"
                if ours or getattr(getattr(made, "value", None), "id", "") == "conflicts":
                    yield path.name, node.lineno, node.end_lineno


def bare(phrase):
    """A phrase without the ways in which its facts are written."""
    return re.sub(r"\{(\w+):[^}]*\}", r"{\1}", phrase)


def test_every_text_is_the_catalogues():
    english = {key: bare(one) for key, one in phrases("en").items()}
    made = list(calls())
    assert [(at, key) for at, text, key in made
            if english.get(f"infeasible.{key}") != bare(text)] == []  # fmt: skip
    assert {f"infeasible.{key}" for _, _, key in made} == {
        key for key in english if key.startswith("infeasible.")
    }


def test_every_place_that_raises_one_does_so_here(conflicts):
    at = {(Path(frame.filename).name, frame.lineno) for _, _, error in conflicts
          for frame in traceback.extract_tb(error.__traceback__)[-1:]}  # fmt: skip
    assert [one for one in raises() if not any(
        name == one[0] and one[1] <= line <= one[2] for name, line in at)] == []  # fmt: skip
    keys = {key for _, _, error in conflicts for key in (error.key, *(x.key for x in error.under))}
    assert keys == {key for _, _, key in calls()}


def same(text, english):
    """A text with its scopes, periods and days as the page writes them."""
    text = re.sub(r"\b(?:region|team|rep):[\w]+", lambda one: english.scope(one[0]), text)
    text = re.sub(r"\d{4}-\d\d-\d\d", lambda one: english.date(dt.date.fromisoformat(one[0])), text)
    return re.sub(r"\d{4}-\d\d\b|\d{4}Q\d", lambda one: english.period(one[0]), text)


def test_each_says_the_same_in_its_text_and_on_the_page(conflicts):
    english, chinese = Words("en"), Words("zh")
    for key, below, error in conflicts:
        assert (error.key, {one.key for one in error.under}) == (key, below)
        assert told(error, english) == same(str(error), english)
        text, figures = told(error, chinese), error.figures.values()
        assert text.count("\n") == str(error).count("\n")
        assert all(one in text for one in figures), text
        assert not re.search("[a-z]{2}", re.sub(LATIN + "|nan", "", text)), text
        assert not re.search(r"(region|team|rep):|[{}]|e\+", text), text


def test_facts_are_plain_and_cross_processes(conflicts):
    for _, _, error in conflicts:
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), again.key) == (InfeasibleError, str(error), error.key)
        assert repr(again.facts) == repr(error.facts)  # NaN is not equal to itself
        assert told(again, Words("zh")) == told(error, Words("zh"))
        kinds = {type(one) for fact in error.facts.values()
                 for one in (fact if isinstance(fact, list) else [fact])}  # fmt: skip
        assert kinds <= {int, float, str, dt.date}


def test_an_error_of_another_process_is_told_as_here():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        error = pool.submit(split, 1000, AB, locks={"region:East": 1200}).exception()
    assert (error.key, error.facts) == (
        "locks_beyond", {"held": 1200.0, "total": 1000.0, "over": 200.0}
    )  # fmt: skip
    assert told(error, Words("zh")) == (
        "各锁定额合计 1,200，而总额为 1,000，超出 200。请调低某项锁定额，或提高总额。"
    )


def test_names_with_braces_stay_as_they_are():
    error = raised(split, 1000, {"{a}": 1, "b{0}": 1}, locks={"{a}": 5, "b{0}": 6})
    assert "{a}" in str(raised(split, 10, {"{a}": -1})) and error.key == "locks_short"
    assert str(InfeasibleError("a {b} c")) == "a {b} c"
    assert "{a}" in told(raised(split, 10, {"{a}": -1}), Words("zh"))


def test_known_parts_are_named_in_the_pages_language():
    error = raised(split, 10, AB, locks={"5": 1})
    assert "可选：East区域，North区域。" in told(error, Words("zh"))
    assert told(raised(split, 10, MANY, locks={"5": 1}), Words("zh")).endswith("另有 3 个。")


def test_a_part_that_is_a_number_is_a_name():
    given = {12345: 1, 2: 1}
    for error in (
        raised(split, 10, {12345: -1}), raised(split, 10, {12345: None}),
        raised(split, 10, pd.Series([1, 1], index=[12345] * 2)),
        raised(split, 10, given, locks={12345: -1}), raised(split, 10, given, locks={12344: 1}),
        raised(split, 10, given, floors={12345: 5}, caps={12345: 4}),
        raised(split, 10, given, locks={12345: 5}, caps={12345: 4}),
    ):
        assert "'12345'" in str(error) and "12345" in told(error, Words("zh"))


def test_amounts_are_written_in_full():
    error = raised(split, 30_000_000_000.5, AB, locks={"region:East": 40_000_000_000.25})
    assert "40,000,000,000.25" in str(error) and "9,999,999,999.75" in told(error, Words("zh"))


def test_other_errors_stay_as_they_are():
    assert told(SettingsError("growth is 'x'."), Words("zh")) == "growth is 'x'."
    assert told(InfeasibleError("something else"), Words("zh")) == "something else"
    with pytest.raises(KitError, match="no phrase 'infeasible.no_parts'"):
        told(InfeasibleError("x", key="no_parts"), Words("zh"))
