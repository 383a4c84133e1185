"""Publishing, relief, transfer, the annual table and what comes back of a negotiation."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from filelock import SoftFileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.data.targets import in_force
from kit.errors import (
    BatchError,
    InfeasibleError,
    SettingsError,
    SourceError,
    UnknownScopeError,
)
from kit.plan import (
    annual_table,
    ledger,
    ledger_file,
    negotiation,
    publishing,
    relief,
    spreading,
    transfer,
)
from kit.scope import Scope

TEAMS = {"R1": "A", "R2": "A", "R3": "B", "R4": "B"}
SAID = {"author": "Li Wei", "reason": "agreed with both teams"}


def person(rep, team, *, since="2020-01-01", until=None):
    return {"rep_id": rep, "valid_from": since, "valid_to": until, "name": f"Name {rep}",
            "team": team, "region": "East", "capacity": 1.0, "hired_on": "2020-01-01"}  # fmt: skip


def goal(scope, target, *, period="2025Q3", version=1, since=None, reason="planned before it"):
    return {"scope": scope, "period": period, "measure": "bookings", "version": version,
            "target": target, "valid_from": since, "reason": reason, "author": "Li"}  # fmt: skip


@pytest.fixture
def east(make_case):
    """A region of two teams with two reps each, and history of two and a half years."""

    def build(*, targets=(), roster=None, as_of="2025-06-30", period="2025Q3", **more):
        sales = [
            {"rep_id": rep, "team": team, "date": f"{year}-{month:02d}-10",
             "amount": 10_000.0 * (number + 1)}
            for year in (2023, 2024, 2025)
            for month in range(1, 13)
            for number, (rep, team) in enumerate(TEAMS.items())
            if (year, month) < (2025, 7)
        ]  # fmt: skip
        people = roster or [person(rep, team) for rep, team in TEAMS.items()]
        return make_case(sales=sales, roster=people, targets=list(targets), as_of=as_of,
                         period=period, settings={"targets.reserve": 0.05, **more})  # fmt: skip

    return build


def full(period="2025Q3"):
    """Targets of every scope of the region that add up."""
    reps = {"rep:R1": 60_000, "rep:R2": 30_000, "rep:R3": 90_000, "rep:R4": 120_000}
    goals = {"region:East": 300_000, "team:A": 90_000, "team:B": 210_000, **reps}
    return [goal(scope, float(target), period=period) for scope, target in goals.items()]


def after(case, rows):
    """The case once the rows are in its ledger."""
    known = case.data.frame("targets")
    new = rows.assign(version=ledger.next_versions(rows, known))
    frames = {**case.data.frames, "targets": pd.concat([known, new], ignore_index=True)}
    from dataclasses import replace

    return replace(case, data=replace(case.data, frames=frames))


# publishing


def test_publishing_appends_and_never_edits(east, tmp_path):
    case, path = east(), tmp_path / "targets.csv"
    rows = pd.DataFrame([goal("team:A", 5.0, reason=None)]).assign(author=None)
    one = publishing.publish(case, rows, path=path, **SAID)
    again = publishing.publish(case, rows, path=path, **SAID)
    other = publishing.publish(case, rows.assign(target=6.0), path=path, **SAID)
    assert (len(one.rows), len(again.rows), again.unchanged, len(other.rows)) == (1, 0, 1, 1)
    kept = ledger.read(path)
    assert kept["version"].tolist() == [1, 2] and kept["target"].tolist() == [5.0, 6.0]
    assert kept["reason"].tolist() == [SAID["reason"]] * 2


def test_a_target_of_another_name_for_the_period_counts_as_standing(east, tmp_path):
    case = east(targets=[goal("team:A", 5.0, period="2025-07-01")])
    rows = pd.DataFrame([goal("team:A", 5.0)])
    assert publishing.publish(case, rows, path=tmp_path / "t.csv", **SAID).unchanged == 1


@pytest.mark.parametrize(
    ("author", "reason", "words"),
    [("", "a good reason", "author is missing"), (" ", "a good reason", "author is missing"),
     ("Li", "", "reason is missing"), ("Li", "just because", "says too little"),
     ("李", "因为", "says too little")],
)  # fmt: skip
def test_who_and_why_are_required(east, tmp_path, author, reason, words):
    rows = pd.DataFrame([goal("team:A", 5.0)])
    with pytest.raises(SettingsError, match=words):
        publishing.publish(east(), rows, author=author, reason=reason, path=tmp_path / "t.csv")
    assert not list(tmp_path.iterdir())


def test_a_case_built_by_hand_has_no_ledger_of_its_own(east):
    with pytest.raises(BatchError, match="by hand"):
        publishing.publish(east(), pd.DataFrame([goal("team:A", 5.0)]), **SAID)


def test_two_writers_wait_for_each_other(tmp_path, monkeypatch):
    path, rows = tmp_path / "t.csv", pd.DataFrame([goal("team:A", 5.0)])
    monkeypatch.setattr(ledger_file, "_PATIENCE", 0.2)
    lock = SoftFileLock(tmp_path / ".t.csv.lock")
    with lock, pytest.raises(BatchError, match="delete"):
        ledger.write(rows, path)
    assert not path.exists()
    ledger.write(rows, path)
    assert [one.name for one in tmp_path.iterdir()] == ["t.csv"]


# the version in force on a day


@given(
    decided=st.lists(
        st.tuples(st.floats(1, 1e6), st.none() | st.integers(0, 60)), min_size=1, max_size=6
    ),
    day=st.integers(0, 91),
)
@settings(max_examples=40, deadline=None)
def test_the_newest_version_valid_on_the_day_counts(decided, day):
    first = dt.date(2025, 7, 1)
    frame = pd.DataFrame(
        [goal("team:A", target, version=number,
              since=None if after is None else pd.Timestamp(first) + pd.Timedelta(after, "D"))
         for number, (target, after) in enumerate(decided, start=1)]
    )  # fmt: skip
    case = _bare(frame)
    valid = [target for target, after in decided if after is None or after <= day]
    found = in_force(case, scope=Scope("team", "A"), as_of=first + dt.timedelta(day))
    assert found == (valid[-1] if valid else None)


def _bare(targets):
    from kit.data.calendar import FiscalCalendar
    from kit.data.case import Case, ScopeData
    from kit.parameters import validate
    from kit.plan.revision import framed

    model = validate({"company": "test", "data_dir": "."}, origin="test")
    calendar = FiscalCalendar(model.calendar)
    where, period = Scope("company"), calendar.period("2025Q3")
    empty = Case(model, calendar, where, period, period.start, ScopeData(where, {}, frozenset()))
    shape = framed(empty, [], measure="bookings", on=period.start)
    targets = targets.assign(valid_from=pd.to_datetime(targets["valid_from"]))
    data = ScopeData(where, {"targets": targets.astype(shape.dtypes.to_dict())}, frozenset())
    return Case(model, calendar, where, period, period.start, data)


# relief


def relieved(case, target, **more):
    told = {"reason": "largest customer left us", "evidence": "cause lost_customers",
            "author": "Li", "scope": Scope("rep", "R1"), **more}  # fmt: skip
    return relief.relief(case, target, **told)


def test_a_relief_is_a_new_version_with_its_evidence(east):
    case = east(targets=full(), as_of="2025-08-15")
    rows = relieved(case, 54_000.0)
    assert rows["target"].tolist() == [54_000.0]
    assert rows["reason"].tolist() == ["largest customer left us [evidence: cause lost_customers]"]
    now, rep = after(case, rows), Scope("rep", "R1")
    assert in_force(now, scope=rep) == 54_000
    assert in_force(now, scope=rep, as_of=dt.date(2025, 8, 14)) == 60_000


def test_reliefs_together_are_no_more_than_one(east):
    case = east(targets=full(), as_of="2025-08-15")
    now = after(case, relieved(case, 57_000.0))
    assert relief.unrelieved(now, scope=Scope("rep", "R1")) == 60_000
    with pytest.raises(InfeasibleError, match=r"53,999.00 is 10.0% below.* 54,000.00"):
        relieved(now, 53_999.0)
    assert relieved(now, 54_000.0)["target"].tolist() == [54_000.0]


@pytest.mark.parametrize(
    ("target", "more", "words"),
    [(60_000.0, {}, "is no relief"), (-1.0, {}, "is no relief"),
     (float("nan"), {}, "is no relief"), (50_000.0, {}, "16.7% below"),
     (55_000.0, {"evidence": " "}, "evidence is missing"),
     (55_000.0, {"evidence": "cause x", "known": ["cause lost_deals"]}, "not known"),
     (55_000.0, {"reason": "so"}, "too little"),
     (55_000.0, {"scope": Scope("rep", "R9")}, "no target")],
)  # fmt: skip
def test_no_relief_without_reason_or_bounds(east, target, more, words):
    with pytest.raises((InfeasibleError, SettingsError), match=words):
        relieved(east(targets=full(), as_of="2025-08-15"), target, **more)


def test_a_relief_takes_from_the_months_that_are_left(east):
    months = [goal("rep:R1", 20_000.0, period=f"2025-{one:02d}") for one in (7, 8, 9)]
    case = east(targets=months, as_of="2025-08-15")
    now = after(case, relieved(case, 54_000.0))
    found = [in_force(now, scope=Scope("rep", "R1"), period=now.calendar.period(f"2025-{one:02d}"))
             for one in (7, 8, 9)]  # fmt: skip
    assert found == [20_000, 17_000, 17_000]
    assert in_force(now, scope=Scope("rep", "R1")) == 54_000


# transfer


def moved(case, moves, **more):
    return transfer.transfer(case, "R1", to="B", on=dt.date(2025, 8, 15), moves=moves,
                             **{**SAID, **more})  # fmt: skip


def test_with_the_rep_the_remaining_target_changes_teams(east):
    case = east(targets=full(), as_of="2025-08-15")
    found = moved(case, "rep")
    assert found.due + found.remaining == 60_000 and 20_000 < found.due < 40_000
    now = after(case, found.rows)
    goals = {one: in_force(now, scope=Scope.parse(one)) for one in ("team:A", "team:B", "rep:R1")}
    assert goals == {"team:A": 90_000 - found.remaining, "team:B": 210_000 + found.remaining,
                     "rep:R1": 60_000}  # fmt: skip
    assert found.sums["change"].sum() == 0 and set(found.rows["valid_from"]) == {
        pd.Timestamp("2025-08-15")
    }
    earlier = in_force(now, scope=Scope("team", "A"), as_of=dt.date(2025, 8, 14))
    assert earlier == 90_000


def test_with_the_territory_a_successor_takes_over(east):
    case = east(targets=full(), as_of="2025-08-15")
    found = moved(case, "territory", successor="R2")
    now = after(case, found.rows)
    goals = {one: in_force(now, scope=Scope.parse(one)) for one in ("rep:R1", "rep:R2", "team:A")}
    assert goals == {"rep:R1": found.due, "rep:R2": 30_000 + found.remaining, "team:A": 90_000}
    assert found.not_handed_out == 0 and found.sums["change"].sum() == 0


def test_without_a_successor_the_rest_is_stated(east):
    case = east(targets=full(), as_of="2025-08-15")
    found = moved(case, "territory")
    assert found.not_handed_out == found.remaining == -found.sums["change"].sum()


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [({"successor": "R3"}, UnknownScopeError, "not in team:A"),
     ({"successor": "R1"}, UnknownScopeError, "not in team:A"),
     ({"author": ""}, SettingsError, "author")],
)  # fmt: skip
def test_a_transfer_names_what_is_wrong(east, more, error, words):
    with pytest.raises(error, match=words):
        moved(east(targets=full(), as_of="2025-08-15"), "territory", **more)


def test_a_transfer_needs_both_teams_targets(east):
    goals = [one for one in full() if one["scope"] != "team:B"]
    with pytest.raises(InfeasibleError, match="team:B has no target"):
        moved(east(targets=goals, as_of="2025-08-15"), "rep")


def test_a_transfer_shows_in_the_table_of_the_period(east):
    case = east(targets=full(), as_of="2025-08-15")
    found = moved(case, "rep")
    roster = [person("R1", "A", until="2025-08-14"), person("R1", "B", since="2025-08-15"),
              *(person(rep, team) for rep, team in TEAMS.items() if rep != "R1")]  # fmt: skip
    now = after(east(targets=full(), as_of="2025-08-15", roster=roster), found.rows)
    table = annual_table.table(now)
    lines = table[table["scope"] == "rep:R1"].groupby("above")["target"].sum()
    assert lines.to_dict() == {"team:A": found.due, "team:B": found.remaining}
    rests = table[table["kind"] == "rest"].groupby("above")["target"].sum()
    assert rests.round(6).tolist() == [0, 0, 0]


# the annual table


def adds_up(table):
    for (above, period), parts in table[table["above"] != ""].groupby(["above", "period"]):
        line = table[(table["scope"] == above) & (table["period"] == period)]["target"].sum()
        assert parts["target"].sum() == pytest.approx(line, abs=1e-6)


@pytest.mark.parametrize(
    ("period", "targets"),
    [("2025", full()), ("2025H2", full()[:3]), ("2025Q3", []), ("2025Q3", full()[3:5]),
     ("2025-08", full()), ("2026", full("2026")), ("2025", full("2025")[:3])],
)  # fmt: skip
def test_the_table_adds_up_whatever_is_decided(east, period, targets):
    table = annual_table.table(east(targets=targets, period=period))
    adds_up(table)
    for one in targets:
        if one["period"] == period and one["scope"] in set(table["scope"]):
            assert table.loc[table["scope"] == one["scope"], "target"].sum() == one["target"]
    assert set(table.loc[table["kind"] == "rest", "state"]) == {"rest"}


def test_nothing_decided_is_the_plan(east):
    from kit.plan import cascade, target

    case = east()
    plan = target.proposal(case)
    found = annual_table.table(case).groupby("scope")["target"].sum()
    shares = cascade.cascade(case, plan).set_index("scope")["target"]
    assert found["region:East"] == plan.target
    assert found[shares.index].to_dict() == shares.to_dict()


def test_a_newcomer_has_no_months_before_the_first_day(east):
    roster = [*(person(rep, team) for rep, team in TEAMS.items()),
              {**person("R5", "A", since="2025-09-01"), "hired_on": "2025-09-01"}]  # fmt: skip
    table = annual_table.table(east(roster=roster))
    line = table[table["scope"] == "rep:R5"].set_index("period")["target"]
    assert line.isna().tolist() == [True, True, False]


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_spreading_meets_every_decided_sum(data):
    parts, many = data.draw(st.integers(1, 4)), 6
    units = st.integers(0, 500).map(lambda one: one * 10.0)
    maybe = st.one_of(st.none(), units)
    fixed = np.array(data.draw(st.lists(st.lists(maybe, min_size=many, max_size=many),
                                        min_size=parts, max_size=parts)), dtype=float)  # fmt: skip
    extra = np.array(data.draw(st.lists(st.lists(maybe, min_size=2, max_size=2),
                                        min_size=parts, max_size=parts)), dtype=float)  # fmt: skip
    groups = [np.arange(3), np.arange(3, 6)]
    totals = np.column_stack([np.nansum(fixed[:, one], axis=1) for one in groups]) + extra
    columns = np.array(data.draw(st.lists(units, min_size=many, max_size=many)))
    cells, states = spreading.spread(fixed, totals, groups=groups, columns=columns,
                                     seed=np.ones(fixed.shape), unit=10.0)  # fmt: skip
    assert (cells >= 0).all() and np.array_equal(states == "decided", ~np.isnan(fixed))
    assert np.allclose(cells[~np.isnan(fixed)], fixed[~np.isnan(fixed)])
    for place, group in enumerate(groups):
        open_ = np.isnan(fixed[:, group]).any(axis=1) & ~np.isnan(totals[:, place])
        assert np.allclose(cells[:, group].sum(axis=1)[open_], totals[open_, place])


# what comes back


def cells_of(table):
    """A table as it is read back from a book nobody has changed."""
    total = table.groupby("row", as_index=False).agg(
        {**dict.fromkeys(("scope", "kind", "above", "depth"), "first"), "target": "sum"}
    )
    both = pd.concat([table, total.assign(period="total", state="total")], ignore_index=True)
    both = both.sort_values("row", kind="stable", ignore_index=True)
    return both.assign(before=both["target"], cell=[f"X{n}" for n in range(len(both))])


def changed(cells, scope, period, by):
    """The cells with one month of a scope, and its total, changed."""
    hit = (cells["scope"] == scope) & cells["period"].isin([period, "total"])
    return cells.assign(target=cells["target"].mask(hit, cells["target"] + by))


def test_a_table_without_changes_decides_nothing(east):
    case = east(targets=full())
    cells = cells_of(annual_table.table(case))
    assert negotiation.faults(cells).empty and negotiation.rows(case, cells).empty


def test_changes_that_add_up_are_what_the_ledger_then_says(east):
    case = east(targets=full())
    cells = cells_of(annual_table.table(case))
    cells = changed(changed(cells, "rep:R1", "2025-08", 5_000), "rep:R2", "2025-08", -5_000)
    negotiation.require_sums(cells, where="b")
    rows = negotiation.rows(case, cells)
    assert set(rows["scope"]) == {"rep:R1", "rep:R2"}
    assert rows[rows["period"] == "2025Q3"]["target"].tolist() == [65_000, 25_000]
    again = cells_of(annual_table.table(after(case, rows)))
    assert again["target"].tolist() == pytest.approx(cells["target"].tolist(), nan_ok=True)
    assert negotiation.rows(after(case, rows), again).empty


def test_only_the_months_that_changed_where_all_are_decided(east):
    case = east(targets=full())
    cells = cells_of(annual_table.table(case))
    every = cells[(cells["kind"] != "rest") & (cells["period"] != "total")]
    months = [goal(one.scope, one.target, period=one.period) for one in every.itertuples()]
    case = east(targets=months)
    cells = changed(cells_of(annual_table.table(case)), "rep:R1", "2025-08", 5_000)
    rows = negotiation.rows(case, changed(cells, "rep:R2", "2025-08", -5_000))
    assert rows[["scope", "period"]].to_numpy().tolist() == [
        ["rep:R1", "2025-08"], ["rep:R2", "2025-08"]
    ]  # fmt: skip


def test_proposals_are_decided_only_when_asked(east):
    case = east()
    cells = cells_of(annual_table.table(case))
    assert negotiation.rows(case, cells).empty
    rows = negotiation.rows(case, cells, with_proposed=True)
    assert len(rows) == 7 * 3
    adds_up(annual_table.table(after(case, rows)))


def test_every_sum_that_fails_is_named(east):
    cells = cells_of(annual_table.table(east(targets=full())))
    hit = (cells["scope"] == "rep:R1") & (cells["period"] == "2025-08")
    cells = cells.assign(target=cells["target"].mask(hit, cells["target"] + 7))
    found = negotiation.faults(cells)
    assert found[["scope", "period", "rule", "difference"]].to_numpy().tolist() == [
        ["rep:R1", "total", "months", -7.0], ["team:A", "2025-08", "parts", -7.0]
    ]  # fmt: skip
    with pytest.raises(InfeasibleError, match=r"2 sums do not add up.*\n.*difference -7.00"):
        negotiation.require_sums(cells, where="b.xlsx")


def test_a_table_that_was_overtaken_is_refused():
    decided = pd.DataFrame([goal("team:A", 5.0), goal("team:A", 6.0, version=2)])
    negotiation.require_current(decided, {"team:A": {"2025Q3": 2}}, measure="bookings", where="b")
    with pytest.raises(SourceError, match="version 1 was the newest target of team:A for 2025Q3"):
        negotiation.require_current(
            decided, {"team:A": {"2025Q3": 1}}, measure="bookings", where="b"
        )


def test_lines_must_be_those_of_today(east):
    case = east(targets=full())
    cells, known = cells_of(annual_table.table(case)), annual_table.lines(case)
    negotiation.require_lines(cells, known, where="b")
    with pytest.raises(SourceError, match="rep:R4 under team:B is not in the data"):
        negotiation.require_lines(cells, known[known["scope"] != "rep:R4"], where="b")
    with pytest.raises(SourceError, match="rep:R4 under team:B has no line"):
        negotiation.require_lines(cells[cells["scope"] != "rep:R4"], known, where="b")
