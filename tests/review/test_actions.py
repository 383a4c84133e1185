"""Actions: none that is open vanishes, what each brought, and what is proposed."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.tables import Unavailable
from kit.diagnose import causes
from kit.errors import BatchError, SettingsError
from kit.review import action_effect, action_rows, actions, actions_file
from kit.review.action_verdict import verdict

MONTHS = pd.date_range("2023-01-01", "2025-09-01", freq="MS")
ROSTER = [
    {"rep_id": rep, "valid_from": "2020-01-01", "name": f"Name {rep}", "team": team,
     "region": "East", "manager_id": "M1", "capacity": 1.0}
    for rep, team in (("R1", "A"), ("R2", "B"))
] + [{"rep_id": "M1", "valid_from": "2020-01-01", "name": "Boss", "team": "A", "region": "East",
      "capacity": 1.0}]  # fmt: skip


def row(name="A1", **more):
    return {"action_id": name, "scope": "region:East", "period": "2025Q2", "action": "call",
            "owner": "Li", **more}  # fmt: skip


def sales(*, gain=0.0, since="2025-04-01", noise=3.0):
    """Two teams of about 100 a month; team A brings so much more from a day on."""
    rng, rows = np.random.default_rng(7), []
    for month in MONTHS:
        for rep, team in (("R1", "A"), ("R2", "B")):
            more = gain if rep == "R1" and month >= pd.Timestamp(since) else 0.0
            amount = 100.0 + more + rng.normal(0, noise)
            rows.append({"rep_id": rep, "team": team, "region": "East", "amount": amount,
                         "date": (month + pd.Timedelta(days=9)).date().isoformat()})  # fmt: skip
    return rows


def effect_of(case, name="A1"):
    return actions.carried(case).set_index("action_id").loc[name]


# carried


_STATUS = st.sampled_from((None, "", "open", "OPEN ", "later?", "In-Progress", "进行中", "overdue"))
_DAY = st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)).map(str)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None,
          max_examples=40)  # fmt: skip
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {"status": _STATUS, "due_on": _DAY, "started_on": _DAY,
             "period": st.sampled_from(("2019Q1", "2025Q2", "2025Q3", "2025Q4", "spring")),
             "scope": st.sampled_from(("region:East", "REGION:east", "team:A", "rep:R9")),
             "owner": st.none() | st.just("Li")}
        ), max_size=6,
    )
)  # fmt: skip
def test_nothing_that_is_not_done_or_dropped_is_missing(make_case, rows):
    rows = [{**row(f"A{at}"), **one} for at, one in enumerate(rows)]
    found = actions.carried(make_case(sales=[{"date": "2025-07-01", "amount": 1.0}], actions=rows))
    assert set(found["action_id"]) == {one["action_id"] for one in rows}
    assert (found["outcome"] == "carried").all()
    unknown = {one["action_id"] for one in rows if one["status"] in ("later?", "进行中", "overdue")}
    assert set(found.loc[found["said"].notna(), "action_id"]) == unknown


def test_closed_ones_are_shown_for_a_while_with_their_reason(make_case):
    rows = [
        row("A1", status="done", period="2024Q1", due_on="2024-05-01"),
        row("A2", status="dropped", period="2024Q1", recorded_on="2025-08-01", reason="no budget"),
        row("A3", status="done", period="2024Q1", due_on="2025-07-10"),
        row("A4", status="open", due_on="2025-08-01"), row("A5", due_on="2025-09-30"),
    ]  # fmt: skip
    case = make_case(sales=[{"date": "2025-07-01", "amount": 1.0}], actions=rows)
    found = actions.carried(case).set_index("action_id")
    assert found.index.tolist() == ["A4", "A5", "A3", "A2"]
    assert found["status"].to_dict() == {"A4": "overdue", "A5": "open", "A3": "done",
                                         "A2": "dropped"}  # fmt: skip
    assert found["outcome"].tolist() == ["carried", "carried", "closed", "dropped"]
    assert found["stage"].tolist() == ["plan", "plan", "check", "act"]
    assert found.loc["A2", "reason"] == "no budget"


MOVED = [
    {"rep_id": "R7", "valid_from": "2020-01-01", "valid_to": "2025-04-30", "team": "E",
     "region": "East"},
    {"rep_id": "R7", "valid_from": "2025-05-01", "team": "S", "region": "South"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "where"),
    [({"recorded_on": "2025-06-01"}, {"South"}),
     ({"recorded_on": "2025-04-30"}, {"East", "South"}),
     ({"started_on": "2025-05-01", "period": "2025Q1"}, {"South"}),
     ({"started_on": "2025-04-30"}, {"East", "South"}),
     ({"period": "2025Q3"}, {"South"}), ({"period": "2025Q2"}, {"East", "South"}),
     ({"period": "spring"}, {"South"}),
     ({"recorded_on": "2025-06-01", "scope": "REP:r7"}, {"South"}),
     ({"recorded_on": "2025-06-01", "scope": "rep:R9"}, {"East", "South"})],
)  # fmt: skip
def test_an_action_of_a_rep_who_moved_is_shown_where_the_rep_is_or_was(make_case, more, where):
    rows, teams = [row(**{"scope": "rep:R7", **more})], {"East": "E", "South": "S"}
    found = set()
    for region, team in teams.items():
        for scope in (f"region:{region}", f"team:{team}"):
            case = make_case(roster=MOVED, actions=rows, scope=scope)
            found |= {(region, scope)} if len(actions.carried(case)) else set()
    assert found == {(one, of) for one in where for of in (f"region:{one}", f"team:{teams[one]}")}
    for scope in ("company", "rep:R7"):
        seen = actions.carried(make_case(roster=MOVED, actions=rows, scope=scope))
        assert len(seen) == (scope == "company" or "scope" not in more or "r7" in more["scope"])


def test_a_later_change_does_not_move_the_day_it_was_decided(make_case):
    rows = [row(scope="rep:R7", recorded_on="2025-03-01"),
            row(scope="rep:R7", recorded_on="2025-06-01", status="in progress")]  # fmt: skip
    for region in ("East", "South"):
        case = make_case(roster=MOVED, actions=rows, scope=f"region:{region}")
        assert actions.carried(case)["status"].tolist() == ["in progress"]


def test_an_action_of_a_rep_who_left_stays_where_it_was_decided_or_known(make_case):
    left = [{**MOVED[0]}]
    for day in ("2025-03-01", "2025-06-01"):
        rows = [row(scope="rep:R7", recorded_on=day)]
        assert len(actions.carried(make_case(roster=left, actions=rows))) == 1


def test_without_the_table_it_says_so(make_case):
    assert actions.carried(make_case()) == Unavailable(table="actions")
    assert actions.carried(make_case(actions=[])).empty


# effect


def test_a_planted_effect_is_found_against_the_other_part(make_case):
    planted = row(scope="team:A", started_on="2025-04-01", expected_effect=100.0)
    case = make_case(sales=sales(gain=40.0), roster=ROSTER, actions=[planted])
    found = effect_of(case)
    assert (found["against"], found["months"], found["verdict"]) == ("parts", 6, "as_expected")
    assert found["low"] < 3 * 40 < found["high"] and found["effect"] == pytest.approx(120, rel=0.15)
    assert found["stage"] == "check"


def test_a_flat_line_shows_nothing_and_a_small_gain_is_less_than_expected(make_case):
    rows = [row(scope="team:A", started_on="2025-04-01", expected_effect=100.0, status="done")]
    found = effect_of(make_case(sales=sales(), roster=ROSTER, actions=rows))
    assert (found["verdict"], found["stage"]) == ("nothing_seen", "act")
    rows = [{**rows[0], "expected_effect": 500.0}]
    found = effect_of(make_case(sales=sales(gain=40.0), roster=ROSTER, actions=rows))
    assert found["verdict"] == "less"


@pytest.mark.parametrize(
    ("more", "verdict", "why"),
    [({}, "unknown", "no_start"),
     ({"started_on": "2025-09-01"}, "too_early", ""),
     ({"started_on": "2025-11-01"}, "not_started", ""),
     ({"started_on": "2025-04-01", "status": "dropped"}, "dropped", ""),
     ({"started_on": "2025-04-01", "measure": "smiles"}, "unknown", "measure_unknown"),
     ({"started_on": "2025-04-01", "measure": "visits"}, "unknown", "missing_table"),
     ({"started_on": "2023-02-01", "period": "2025Q3"}, "unknown", "before_short"),
     ({"started_on": "2025-04-01", "scope": "rep:R1"}, "unknown", "elsewhere"),
     ({"status": "done", "due_on": "2025-04-02"}, "nothing_seen", ""),
     ({"status": "done", "due_on": "2025-12-31"}, "unknown", "no_start"),
     ({"status": "done", "due_on": "2025-12-31", "recorded_on": "2025-04-02"}, "nothing_seen", "")],
)  # fmt: skip
def test_what_cannot_be_known_says_why(make_case, more, verdict, why):
    case = make_case(sales=sales(), roster=ROSTER, actions=[row(**more)])
    found = effect_of(case)
    assert (found["verdict"], found["why"]) == (verdict, why)
    if verdict == "too_early":
        assert found["known_on"] == pd.Timestamp("2025-11-30")


def test_three_months_are_known_at_the_end_of_the_third(make_case):
    case = make_case(sales=sales(), roster=ROSTER)
    days = {"2025-07-16": "2025-09-30", "2025-07-17": "2025-10-31", "2025-07-01": "2025-09-30"}
    for start, end in days.items():
        found = action_effect.known_on(case, dt.date.fromisoformat(start))
        assert found == dt.date.fromisoformat(end)


def test_overlapping_actions_share_one_effect_and_events_are_named(make_case):
    rows = [row("A1", started_on="2025-04-01"), row("A2", started_on="2025-05-01"),
            row("A3", started_on="2025-04-01", measure="quantity"),
            row("A4", started_on="2024-02-01")]  # fmt: skip
    events = [{"date": "2025-03-20", "label": "price list"}, {"date": "2023-01-05", "label": "old"},
              {"date": "2025-05-02", "label": "in West", "region": "West"}]  # fmt: skip
    case = make_case(sales=sales(), roster=ROSTER, actions=rows, events=events)
    found = actions.carried(case).set_index("action_id")
    assert found["shared"].to_dict() == {"A1": ("A2",), "A2": ("A1",), "A3": (), "A4": ()}
    assert [one["label"] for one in found.loc["A1", "events"]] == ["price list"]


def test_only_the_latest_are_measured_and_the_others_say_so(make_case):
    rows = [row("A1", started_on="2025-04-01"), row("A2", started_on="2025-05-01")]
    few = {"review.actions.measured": 1}
    case = make_case(sales=sales(), roster=ROSTER, actions=rows, settings=few)
    assert effect_of(case, "A1")["why"] == "not_looked_at"
    assert effect_of(case, "A2")["months"] > 0


@given(low=st.floats(-1e6, 1e6), width=st.floats(0, 1e6), expected=st.none() | st.floats(-1, 1e6))
def test_a_verdict_mirrors_where_less_is_better(low, width, expected):
    high = low + width
    found = verdict(low, high, expected=expected)
    assert found == verdict(-high, -low, expected=expected, less_is_better=True)
    assert (found == "nothing_seen") == (low <= 0 <= high)


def test_easts_action_of_the_sample_gets_a_measured_effect(sample_company):
    _, truths, case = sample_company
    found = effect_of(case, "T001")
    assert found["against"] == "parts" and found["months"] == 6
    assert found["low"] < found["effect"] < found["high"]
    assert len(found["events"]) == case.settings.review.actions.named
    assert found["measured_effect"] == 180_000


# proposed


def proposals(case, **more):
    rows = pd.DataFrame(
        {"cause": ["price", "capacity"], "subject": ["standard", ""], "effect": [-5.0, -3.0],
         "action": ["discounts", "hire"], "owner_role": ["manager"] * 2, "facts": [{}, {}]}
    )  # fmt: skip
    return actions.proposed(case, rows.assign(**more))


def test_ids_are_new_and_a_cause_met_already_names_the_open_action(make_case):
    rows = [row("2025Q3-region-East-1", status="done"),
            row("A7", cause="Price:  Standard", action="talk", due_on="2025-12-01")]  # fmt: skip
    found = proposals(make_case(roster=ROSTER, actions=rows)).to_dict("records")
    assert [one["action_id"] for one in found] == ["A7", "2025Q3-region-East-2"]
    assert (found[0]["covered_by"], found[0]["action"], found[0]["owner"]) == ("A7", "talk", "Li")
    assert (found[1]["covered_by"], found[1]["owner"]) == (None, "Boss")
    assert found[1]["due_on"] == pd.Timestamp("2025-10-30")
    assert found[1]["started_on"] == pd.Timestamp("2025-10-09")  # after the holidays


def test_a_closed_action_or_one_of_another_scope_covers_nothing(make_case):
    rows = [row("A1", cause="price: standard", status="done"),
            row("A2", cause="price: standard", scope="team:A")]  # fmt: skip
    assert proposals(make_case(roster=ROSTER, actions=rows))["covered_by"].isna().all()


def test_a_confirmed_cause_says_what_its_measure_may_bring(sample_company):
    *_, case = sample_company
    found = actions.proposed(case, causes.top(case)).set_index("cause").loc["conversion_step"]
    assert 0 < found["expected_low"] < found["expected_high"] < -found["effect"]
    assert found["measure"] == "conversion"
    assert actions.proposed(case, Unavailable(reason="no_basis")).reason == "no_basis"


# rows and the file


SAID = {"author": "Li Wei", "reason": "agreed in the review"}


def changed(case, path, **more):
    return actions_file.change(
        case, "A1", path=path,
        becomes=lambda one: action_rows.changed(case, one, author="Li", **more),
    )  # fmt: skip


def test_taken_on_they_are_rows_with_owner_day_and_reason(make_case, tmp_path):
    case = make_case(roster=ROSTER, actions=[])
    rows = action_rows.taken_on(case, proposals(case), **SAID)
    assert rows["cause"].tolist() == ["price: standard", "capacity"]
    assert set(rows["reason"]) == {"agreed in the review (Li Wei)"}
    assert (rows["recorded_on"] == pd.Timestamp("2025-09-30")).all()
    path = tmp_path / "actions.csv"
    actions_file.append(case, rows, path=path)
    other = rows.assign(cause=["late trucks", None])  # somebody was faster
    again = actions_file.append(case, other, path=path)
    assert again.rows["action_id"].tolist() == ["2025Q3-region-East-3", "2025Q3-region-East-4"]
    assert len(actions_file.read(path)) == 4


def test_a_cause_that_was_met_meanwhile_is_left_out(make_case, tmp_path):
    case, path = make_case(roster=ROSTER, actions=[]), tmp_path / "actions.csv"
    rows = action_rows.taken_on(case, proposals(case), **SAID)
    start = Barrier(3)

    def append(_):
        start.wait()
        return actions_file.append(case, rows, path=path)

    with ThreadPoolExecutor(3) as pool:
        done = sorted(pool.map(append, range(3)), key=lambda one: len(one.rows))
    assert [len(one.rows) for one in done] == [0, 0, 2]
    assert done[0].covered == (("price: standard", "2025Q3-region-East-1"),
                               ("capacity", "2025Q3-region-East-2"))  # fmt: skip
    assert len(actions_file.read(path)) == 2
    actions_file.change(
        case, "2025Q3-region-East-2", path=path,
        becomes=lambda one: action_rows.changed(
            case, one, author="Li", status="dropped", reason="no budget this year"
        ),
    )  # fmt: skip
    again = actions_file.append(case, rows, path=path)
    assert again.rows["cause"].tolist() == ["capacity"]
    assert [cause for cause, _ in again.covered] == ["price: standard"]


@pytest.mark.parametrize(
    ("more", "told"),
    [({"author": " "}, "author is missing"), ({"reason": "so"}, "says too little"),
     ({"due": dt.date(2025, 9, 1)}, "lies before 2025-09-30")],
)  # fmt: skip
def test_a_decision_without_author_reason_or_a_day_to_come_is_refused(make_case, more, told):
    case = make_case(roster=ROSTER, actions=[])
    with pytest.raises(SettingsError, match=told):
        action_rows.taken_on(case, proposals(case), **{**SAID, **more})


def test_nobody_to_answer_for_it_is_refused_until_one_is_named(make_case):
    case = make_case(roster=ROSTER[:1], actions=[])
    with pytest.raises(SettingsError, match="--owner"):
        action_rows.taken_on(case, proposals(case), **SAID)
    assert set(action_rows.taken_on(case, proposals(case), owner="Wu", **SAID)["owner"]) == {"Wu"}


def test_a_change_is_a_new_row_and_text_is_kept_as_it_was(make_case, tmp_path):
    case, path = make_case(actions=[row("A1", action='=1+1, "x"\n中文')]), tmp_path / "actions.csv"
    assert changed(case, path, status="done", reason="all quotes called back",
                   measured=-5.5).replaced == ()  # fmt: skip
    assert path.read_bytes().startswith(b"\xef\xbb\xbfaction_id,")
    (read,) = actions_file.read(path).to_dict("records")
    assert (read["action"], read["measured_effect"]) == ('=1+1, "x"\n中文', -5.5)
    assert "'=1+1" in path.read_text("utf-8")
    assert changed(case, path, owner="Wu").replaced == ("A1",)
    (read,) = actions_file.read(path).to_dict("records")
    assert (read["owner"], read["status"]) == ("Wu", "done")


def test_changes_at_the_same_time_are_all_kept(make_case, tmp_path):
    case, path = make_case(actions=[row("A1")]), tmp_path / "actions.csv"
    asked = [{"owner": "AA"}, {"due": dt.date(2026, 1, 31)}, {"measured": 12.5},
             {"status": "in-progress", "started": dt.date(2025, 9, 1)}]  # fmt: skip
    start = Barrier(len(asked))

    def change(one):
        start.wait()
        return changed(case, path, **one)

    with ThreadPoolExecutor(len(asked)) as pool:
        list(pool.map(change, asked))
    (read,) = actions_file.read(path).to_dict("records")
    assert (read["owner"], read["due_on"]) == ("AA", pd.Timestamp("2026-01-31"))
    assert (read["measured_effect"], read["status"]) == (12.5, "in progress")


def test_a_change_that_is_refused_leaves_the_file_as_it_was(make_case, tmp_path):
    case, path = make_case(actions=[row("A1")]), tmp_path / "actions.csv"
    changed(case, path, owner="Wu")
    before = path.read_bytes()
    with pytest.raises(SettingsError, match="nothing would change"):
        changed(case, path, owner="Wu")
    assert path.read_bytes() == before


def test_what_is_taken_up_begins_that_day(make_case):
    case = make_case(actions=[row("A1")])
    found = actions_file.find(case.data.frame("actions"), "A1")
    (new,) = action_rows.changed(case, found, author="Li", status="in progress").to_dict("records")
    assert new["started_on"] == pd.Timestamp("2025-09-30")


@pytest.mark.parametrize("said", ["in-progress", "In_Progress", " ＩＮ progress "])
def test_a_status_may_be_spelt_as_it_may_be_read(make_case, said):
    case = make_case(actions=[row("A1")])
    found = actions_file.find(case.data.frame("actions"), "A1")
    new = action_rows.changed(case, found, author="Li", status=said)
    assert new["status"].tolist() == ["in progress"]


def test_an_owner_stands_on_one_line(make_case):
    case = make_case(roster=ROSTER, actions=[row("A1")])
    found = actions_file.find(case.data.frame("actions"), "A1")
    new = action_rows.changed(case, found, author="Li", owner=" Li\r\n Wei\t")
    assert new["owner"].tolist() == ["Li Wei"]
    taken = action_rows.taken_on(case, proposals(case), owner="Li\nWei", **SAID)
    assert set(taken["owner"]) == {"Li Wei"}


@pytest.mark.parametrize(
    ("more", "told"),
    [({"measured": 1.1e15}, "no amount"), ({"measured": -1e300}, "no amount"),
     ({"status": "dropped"}, "reason is missing"), ({"status": "dnoe"}, "Did you mean 'done'"),
     ({"owner": " "}, "owner is empty"), ({}, "nothing would change"),
     ({"author": ""}, "author is missing"), ({"measured": float("nan")}, "no amount"),
     ({"due": dt.date(2020, 1, 1)}, "lies before")],
)  # fmt: skip
def test_changes_that_say_nothing_are_refused(make_case, more, told):
    case = make_case(actions=[row("A1")])
    found = actions_file.find(case.data.frame("actions"), "A1")
    with pytest.raises(SettingsError, match=told):
        action_rows.changed(case, found, **{"author": "Li", **more})


def test_an_unknown_action_names_the_nearest(make_case):
    case = make_case(actions=[row("2025Q3-1")])
    with pytest.raises(SettingsError, match="2025Q3-1"):
        actions_file.find(case.data.frame("actions"), "2025Q3-l")
    with pytest.raises(BatchError, match="by hand"):
        actions_file.place(case)


def test_a_row_is_never_older_than_the_newest_nor_a_twin_of_the_companys_own(make_case, tmp_path):
    path = tmp_path / "actions.csv"
    for day, told in (("2025-10-05", "later"), ("2025-09-30", "own table")):
        case = make_case(actions=[row("A1", recorded_on=day)])
        match = "--as-of" if told == "later" else told
        with pytest.raises(SettingsError, match=match):
            changed(case, path, owner="Wu")
        assert not path.exists()
