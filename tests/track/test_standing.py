"""Standing when targets change, people move, come and leave, and managers sell: hand-worked."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.data.targets import in_force
from kit.plan import schedule
from kit.plan.transfer import transfer
from kit.scope import Scope
from kit.track import changes, pacing
from kit.track.levels import OTHERS, levels
from kit.track.parts import part_case, parts

PLAIN = {"calendar.country": ""}  # 2025Q3 then has 66 working days: 23 + 21 + 22
EXACT = {**PLAIN, "targets.unit": 0.01}
YEARS = "2024-01-01"


def rep(one, team, begin=YEARS, end=None, **more):
    region = None if team is None else team.split("-")[0]
    return {"rep_id": one, "valid_from": begin, "valid_to": end, "name": f"Name {one}",
            "team": team, "region": region, "capacity": 1.0, **more}  # fmt: skip


def goal(scope, amount, *, version=1, valid_from=None, measure="bookings", reason=None, **more):
    return {"scope": scope, "period": "2025Q3", "measure": measure, "version": version,
            "target": amount, "valid_from": valid_from, "reason": reason, "author": "Wu",
            **more}  # fmt: skip


def line(date, amount, one="R1", team="East-1", **more):
    return {"date": date, "amount": amount, "rep_id": one, "team": team, **more}


def by_part(table):
    return table.set_index("part")


RELIEVED = [
    goal("region:East", 900.0),
    goal("region:East", 810.0, version=2, valid_from="2025-08-01", reason="market closed"),
]


def test_a_change_is_named_with_its_day_and_reason(make_case):
    found = changes.steps(make_case(targets=RELIEVED, settings=PLAIN))
    assert found["target"].tolist() == [900.0, 810.0]
    assert found["start"].dt.date.tolist() == [dt.date(2025, 7, 1), dt.date(2025, 8, 1)]
    assert found["end"].dt.date.tolist() == [dt.date(2025, 7, 31), dt.date(2025, 9, 30)]
    assert found["reason"].tolist() == ["", "market closed"] and found["change"].iloc[1] == -90.0
    early = make_case(targets=RELIEVED, as_of="2025-07-31", settings=PLAIN)
    assert changes.steps(early)["target"].tolist() == [900.0]


def test_the_curve_steps_on_the_day_of_the_change(make_case):
    """Without history the schedule is even over 66 days; July has 23 of them, August 1st is one."""
    case = make_case(targets=RELIEVED, settings=EXACT)
    due = pacing.curve(case).set_index("date")["target"]
    assert due["2025-07-31"] == pytest.approx(900 * 23 / 66, abs=0.01)
    assert due["2025-08-01"] == pytest.approx(810 * 24 / 66, abs=0.01)
    assert due["2025-08-01"] < due["2025-07-31"] and due.iloc[-1] == 810.0


def test_target_to_date_as_it_was_seen_on_a_day(make_case):
    case = make_case(targets=RELIEVED, as_of="2025-08-20", settings=EXACT)
    seen = changes.due_on(case, dt.date(2025, 7, 31))
    assert seen == pytest.approx(900 * 23 / 66, abs=0.01)
    early = make_case(targets=RELIEVED, as_of="2025-07-31", settings=EXACT)
    assert seen == pytest.approx(pacing.standing(early)["target_to_date"].iloc[0])
    now = pacing.standing(case).iloc[0]
    assert now["target"] == 810.0
    assert changes.due_on(case, dt.date(2025, 12, 1)) == pytest.approx(now["target_to_date"])
    assert changes.due_on(case, dt.date(2025, 6, 30)) == 0.0


def test_since_when_a_scope_is_behind(make_case):
    """330 on the first day, then nothing: 80 % of what is due until 412.5 are due."""
    case = make_case(sales=[line("2025-07-01", 330.0)], targets=RELIEVED, as_of="2025-08-20",
                     settings=EXACT)  # fmt: skip
    found = changes.paces(case).set_index("date")
    assert len(found) == 51
    assert found.loc["2025-07-31", "pace_index"] == pytest.approx(330 / (900 * 23 / 66), rel=1e-4)
    assert found.loc["2025-08-01", "pace_index"] == pytest.approx(330 / (810 * 24 / 66), rel=1e-4)
    assert found.loc["2025-08-20", "target"] == 810.0
    behind = found.index[found["status"] == "red"]  # 330 ÷ 0.8 = 412.5, due within the 34th day
    assert str(behind[0].date()) == "2025-08-15"


def test_a_target_set_late_is_no_change_and_one_withdrawn_is(make_case):
    late = make_case(targets=[goal("region:East", 66.0, valid_from="2025-07-10")], settings=EXACT)
    assert changes.steps(late)["target"].tolist() == [66.0]
    assert pacing.curve(late)["target"].iloc[0] == pytest.approx(1.0)
    assert math.isnan(changes.due_on(late, dt.date(2025, 7, 9)))
    gone = [goal("region:East", 66.0), goal("region:East", None, version=2, valid_from="2025-08-01")]
    found = changes.steps(make_case(targets=gone, settings=EXACT))["target"]
    assert found.iloc[0] == 66.0 and math.isnan(found.iloc[1])


MOVER = [rep("R1", "East-1", end="2025-07-31"), rep("R1", "East-2", "2025-08-01"),
         rep("R2", "East-1"), rep("R3", "East-2")]  # fmt: skip
QUOTAS = [goal("rep:R1", 66.0), goal("rep:R2", 132.0), goal("rep:R3", 99.0),
          goal("team:East-1", 198.0), goal("team:East-2", 99.0)]  # fmt: skip


def test_a_reps_target_is_parted_where_the_rep_was(make_case):
    """66 over 66 even days: 23 fall due in July, in the old team, 43 in the new one."""
    more = {"roster": MOVER, "targets": QUOTAS, "as_of": "2025-08-29",
            "settings": {**PLAIN, "targets.unit": 1.0}}  # fmt: skip
    left = by_part(pacing.standing(make_case(scope="team:East-1", sales=[
        line("2025-07-10", 20.0)], **more)))  # fmt: skip
    row = left.loc["Name R1"]
    assert row["target"] == row["target_to_date"] == 23.0 and row["actual"] == 20.0
    assert row["moved"] and row["until"] == pd.Timestamp("2025-07-31") and pd.isna(row["since"])
    assert math.isnan(row["required_run_rate"]) and row["run_rate"] == pytest.approx(20 / 23)
    assert row["status"] == "amber"  # 20 ÷ 23 = 0.87
    joined = by_part(pacing.standing(make_case(scope="team:East-2", sales=[
        line("2025-08-11", 21.0, team="East-2")], **more)))  # fmt: skip
    row = joined.loc["Name R1"]
    assert row["target"] == 43.0 and row["target_to_date"] == pytest.approx(21.0)
    assert row["moved"] and row["since"] == pd.Timestamp("2025-08-01") and pd.isna(row["until"])
    assert row["run_rate"] == 1.0 and row["required_run_rate"] == 1.0 and row["rate_needed"] == 1.0
    assert not left.loc["Name R2", "moved"]


@pytest.mark.parametrize("moves", ["rep", "territory"])
def test_both_sides_of_a_transfer_agree_on_each_day(make_case, moves):
    """What leaves one is on the other on the same day, in the ledger and in the table."""
    settings = {**PLAIN, "targets.unit": 1.0}
    case = make_case(roster=MOVER, targets=QUOTAS, settings=settings)
    found = transfer(case, "R1", to="East-2", on=dt.date(2025, 8, 1), moves=moves, reason="leads the new team",
                     author="Wu", successor="R2" if moves == "territory" else "")  # fmt: skip
    rows = found.rows.assign(version=2).to_dict("records")
    assert {str(row["valid_from"])[:10] for row in rows} == {"2025-08-01"}
    after = make_case(roster=MOVER, targets=[*QUOTAS, *rows], settings=settings)
    held = [Scope.parse(f"rep:{one}") for one in ("R1", "R2", "R3")]
    sums = {
        day: sum(in_force(after, scope=one, as_of=dt.date.fromisoformat(day)) for one in held)
        for day in ("2025-07-31", "2025-08-01", "2025-09-30")
    }
    assert set(sums.values()) == {297.0}
    tables = {
        team: by_part(pacing.standing(make_case(
            scope=f"team:{team}", roster=MOVER, targets=[*QUOTAS, *rows], settings=settings)))
        for team in ("East-1", "East-2")
    }  # fmt: skip
    reps = {team: table["target"].iloc[1:].sum() for team, table in tables.items()}
    if moves == "rep":  # the teams' own targets went along: 43 left the one and joined the other
        assert {team: table["target"].iloc[0] for team, table in tables.items()} == {
            "East-1": 155.0, "East-2": 142.0
        }  # fmt: skip
        assert reps == {"East-1": 155.0, "East-2": 142.0}
    else:  # R1 keeps 23, all due in the old team; R2 has 132 + 43
        assert tables["East-1"].loc["Name R1", "target"] == 23.0
        assert tables["East-2"].loc["Name R1", "target"] == 0.0
        assert reps == {"East-1": 198.0, "East-2": 99.0}
    steps = changes.steps(after, scope=Scope("rep", "R2"))
    assert len(steps) == (2 if moves == "territory" else 1)


def test_rolled_up_targets_and_their_rows_agree(make_case):
    """No team has a target of its own: R1's 66 count 22 ÷ 66 in East-1 by working days."""
    settings = {**PLAIN, "targets.roll_up": ["company", "region", "team"]}
    more = {"roster": MOVER, "targets": QUOTAS[:3], "settings": settings}
    region = pacing.standing(make_case(**more))
    assert region["target"].tolist() == pytest.approx([297.0, 155.0, 142.0])
    for team, whole in (("East-1", 155.0), ("East-2", 142.0)):
        table = pacing.standing(make_case(scope=f"team:{team}", **more))
        assert table["target"].iloc[0] == pytest.approx(whole)
        assert table["target"].iloc[1:].sum() == pytest.approx(whole)


def test_a_split_order_counts_by_share_in_each_team(make_case):
    case = make_case(
        sales=[
            {"order_id": "O1", **line("2025-07-10", 70.0), "share": 0.7},
            {"order_id": "O1", **line("2025-07-10", 30.0, "R3", "East-2"), "share": 0.3},
        ],
        roster=[rep("R1", "East-1"), rep("R3", "East-2")],
        targets=[goal("team:East-1", 100.0), goal("team:East-2", 100.0)], settings=PLAIN,
    )  # fmt: skip
    table = by_part(pacing.standing(case))
    assert table["actual"].tolist() == [100.0, 70.0, 30.0]
    assert table.loc["East-1", "attainment"] == 0.7


def test_a_leaver_keeps_a_row_with_target_or_result(make_case):
    roster = [rep("R1", "East-1", end="2025-07-31"), rep("R2", "East-1"),
              rep("R4", "East-1", end="2025-06-30"), rep("R5", "East-1", end="2025-05-31")]  # fmt: skip
    case = make_case(
        scope="team:East-1", sales=[line("2025-07-10", 20.0)], roster=roster,
        targets=[goal("rep:R1", 23.0), goal("rep:R4", 40.0)], as_of="2025-08-29", settings=PLAIN,
    )  # fmt: skip
    table = by_part(pacing.standing(case))
    assert table.index.tolist() == ["East-1", "Name R1", "Name R2", "Name R4"]
    assert table.loc["Name R1", "until"] == pd.Timestamp("2025-07-31")
    assert not table.loc["Name R1", "moved"] and table.loc["Name R1", "target"] == 23.0
    assert table.loc["Name R4", "until"] == pd.Timestamp("2025-06-30")  # his target has nobody
    assert table.loc["Name R4", "target"] == 40.0 and table.loc["Name R4", "actual"] == 0.0
    later = make_case(scope="team:East-1", roster=roster, as_of="2025-07-30", settings=PLAIN)
    assert pacing.standing(later)["until"].isna().all()  # still there on that day


def test_a_newcomer_is_there_since_a_day(make_case):
    case = make_case(
        scope="rep:R6", sales=[line("2025-08-20", 26.0, "R6")],
        roster=[rep("R6", "East-1", "2025-08-18")], targets=[goal("rep:R6", 66.0)],
        as_of="2025-08-29", settings=PLAIN,
    )  # fmt: skip
    row = pacing.standing(case).iloc[0]
    assert row["since"] == pd.Timestamp("2025-08-18") and not row["moved"]
    assert row["run_rate"] == pytest.approx(26 / 10)  # ten working days so far, 22 in September
    assert row["required_run_rate"] == pytest.approx(40 / 22)
    assert row["rate_needed"] == pytest.approx((40 / 22) / 2.6)


def test_a_vacancys_target_stays_visible(make_case):
    """Nobody on the roster has R9's target; nobody is in East-3 any more, which has one."""
    roster = [rep("R1", "East-1"), rep("R8", "East-3", end="2025-03-31")]
    targets = [goal("rep:R9", 50.0), goal("team:East-3", 70.0), goal("team:East-1", 10.0)]
    company = by_part(pacing.standing(make_case(
        scope="company", roster=roster, targets=targets, settings=PLAIN)))  # fmt: skip
    assert company.loc["R9", "vacant"] and company.loc["R9", "target"] == 50.0
    region = by_part(pacing.standing(make_case(roster=roster, targets=targets, settings=PLAIN)))
    assert region.index.tolist() == ["East", "East-1", "East-3"]
    assert region["vacant"].tolist() == [False, False, True]
    assert region.loc["East-3", "target"] == 70.0


def test_a_managers_own_quota_is_a_row_of_its_own(make_case):
    """M leads East-1 and has 40; the team's 170 are set for the team and hold no sum."""
    roster = [rep("M", "East-1"), rep("R1", "East-1", manager_id="M"),
              rep("R2", "East-1", manager_id="M")]  # fmt: skip
    quotas = [goal("rep:M", 40.0), goal("rep:R1", 100.0), goal("rep:R2", 60.0)]
    sales = [line("2025-07-10", 30.0, "M"), line("2025-07-11", 90.0, "R1")]
    own = {"scope": "team:East-1", "roster": roster, "sales": sales, "settings": PLAIN}
    table = pacing.standing(make_case(targets=[*quotas, goal("team:East-1", 170.0)], **own))
    assert table["target"].tolist() == [170.0, 40.0, 100.0, 60.0]
    assert table["actual"].tolist() == [120.0, 30.0, 90.0, 0.0]
    assert table["own_quota"].tolist() == [False, True, False, False]
    rolled = {**own, "settings": {**PLAIN, "targets.roll_up": ["team"]}}
    assert pacing.standing(make_case(targets=quotas, **rolled))["target"].iloc[0] == 200.0


def test_who_is_in_no_team_has_a_row_below_the_region(make_case):
    """The head of East sells too: his sales are in the region and in none of its teams."""
    roster = [rep("H", None, region="East"), rep("R1", "East-1", manager_id="H")]
    case = make_case(
        sales=[line("2025-07-10", 30.0, "H", None), line("2025-07-10", 5.0)], roster=roster,
        targets=[goal("rep:H", 60.0), goal("team:East-1", 10.0)],
        settings={**PLAIN, "targets.roll_up": ["region"]},
    )  # fmt: skip
    table = by_part(pacing.standing(case))
    assert table.index.tolist() == ["East", "East-1", "Name H"]
    assert table["actual"].tolist() == [35.0, 5.0, 30.0]
    assert table.loc["Name H", "own_quota"] and table.loc["Name H", "target"] == 60.0
    assert table.loc["East", "target"] == 60.0


def test_needed_against_so_far(make_case):
    """30 after 23 days; 630 in 43 days: 14.65 a day against 1.30, 11.2 times."""
    case = make_case(sales=[line("2025-07-10", 30.0)], targets=[goal("region:East", 660.0)],
                     as_of="2025-07-31", settings=PLAIN)  # fmt: skip
    row = pacing.standing(case).iloc[0]
    assert row["rate_needed"] == pytest.approx((630 / 43) / (30 / 23))
    none = make_case(targets=[goal("region:East", 660.0)], as_of="2025-07-31", settings=PLAIN)
    assert math.isnan(pacing.standing(none)["rate_needed"].iloc[0])
    returned = make_case(sales=[line("2025-07-10", -30.0, quantity=-1.0)],
                         targets=[goal("region:East", 660.0)], as_of="2025-07-31", settings=PLAIN)  # fmt: skip
    row = pacing.standing(returned).iloc[0]
    assert math.isnan(row["rate_needed"]) and row["status"] == "red" and row["gap"] == 690.0


@pytest.mark.parametrize(
    ("as_of", "due", "needed"), [("2025-07-01", 10.0, 10.0), ("2025-09-30", 660.0, None)]
)
def test_first_and_last_day(make_case, as_of, due, needed):
    case = make_case(sales=[line("2025-07-01", 10.0)], targets=[goal("region:East", 660.0)],
                     as_of=as_of, settings=EXACT)  # fmt: skip
    row = pacing.standing(case).iloc[0]
    assert row["target_to_date"] == pytest.approx(due)
    if needed is None:
        assert math.isnan(row["required_run_rate"]) and math.isnan(row["rate_needed"])
    else:
        assert row["required_run_rate"] == pytest.approx(needed) and row["rate_needed"] == 1.0


def test_a_change_in_a_4_4_5_quarter_and_in_a_holiday_week(make_case):
    """65 working days, 20 of them by the end of the first month; half the target from then on."""
    changed = [
        goal("region:East", 130.0, period="2025Q1"),
        goal("region:East", 65.0, period="2025Q1", version=2, valid_from="2025-01-27"),
    ]
    case = make_case(
        targets=changed, period="2025Q1", as_of="2025-02-23",
        settings={**EXACT, "calendar.pattern": "4-4-5", "calendar.anchor": "2024-12-30"},
    )  # fmt: skip
    due = pacing.curve(case).set_index("date")["target"]
    assert due["2025-01-26"] == pytest.approx(40.0) and due["2025-01-27"] == pytest.approx(21.0)
    golden = [
        goal("region:East", 610.0, period="2025Q4"),
        goal("region:East", 61.0, period="2025Q4", version=2, valid_from="2025-10-04"),
    ]
    case = make_case(targets=golden, period="2025Q4", as_of="2025-10-09",
                     settings={"targets.unit": 0.01})  # fmt: skip
    row = pacing.standing(case).iloc[0]  # the 9th is the first of 61 working days in China
    assert row["target"] == 61.0 and row["target_to_date"] == pytest.approx(1.0)
    assert changes.due_on(case, dt.date(2025, 10, 3)) == 0.0


ACTS = [
    {"date": "2025-07-10", "rep_id": "R1", "kind": "visit", "count": 3.0},
    {"date": "2025-07-10", "rep_id": "R1", "kind": "call", "count": 4.0},
    {"date": "2025-08-11", "rep_id": "R2", "kind": "visit", "count": 5.0},
    {"date": "2025-09-01", "rep_id": "R2", "kind": "visit", "count": 9.0},
]


def test_activities_are_a_measure_where_they_have_a_target(make_case):
    roster = [rep("R1", "East-1"), rep("R2", "East-2")]
    more = {"roster": roster, "activities": ACTS, "as_of": "2025-08-29", "settings": PLAIN}
    aims = [goal("region:East", 24.0, measure="activities"), goal("rep:R1", 6.0, measure="visit"),
            goal("region:East", 16.0, measure="visit")]  # fmt: skip
    case = make_case(targets=aims, **more)
    table = pacing.standing(case, measure="activities")
    assert table["actual"].tolist() == [12.0, 7.0, 5.0] and table["attainment"].iloc[0] == 0.5
    found = pacing.measures(case).set_index("measure")
    assert found.index.tolist() == ["bookings", "activities", "visit"]
    assert found.loc["visit", "actual"] == 8.0 and found.loc["visit", "attainment"] == 0.5
    assert pacing.measures(make_case(**more))["measure"].tolist() == ["bookings"]
    missing = make_case(roster=roster, targets=aims, settings=PLAIN)
    assert pacing.standing(missing, measure="activities") == Unavailable(table="activities")
    assert pacing.first_day(case, measure="visit") == dt.date(2025, 7, 10)


def test_levels_show_who_is_behind_below_each_part(make_case):
    roster = [rep(f"R{n}", "East-1") for n in range(1, 6)] + [rep("S1", "West-1")]
    sales = [line("2025-07-10", 100.0, f"R{n}") for n in (1, 2)]
    sales += [line("2025-07-10", 10.0 * n, f"R{n}") for n in (3, 4, 5)]
    sales += [line("2025-07-10", 100.0, "S1", "West-1", region="West")]
    targets = [goal(f"rep:{one['rep_id']}", 100.0) for one in roster]
    targets += [goal("team:East-1", 500.0), goal("region:East", 500.0), goal("team:West-1", 100.0),
                goal("region:West", 100.0), goal("company", 600.0)]  # fmt: skip
    case = make_case(scope="company", sales=sales, roster=roster, targets=targets, settings=PLAIN)
    table = levels(case, most=(1, 2))
    assert list(zip(table["level"], table["part"], strict=True)) == [
        (0, case.settings.title), (1, "East"), (2, "East-1"), (3, "Name R3"), (3, "Name R4"),
        (3, OTHERS), (1, "West"),
    ]  # fmt: skip
    others = table[table["part"] == OTHERS].iloc[0]
    assert (others["count"], others["target"], others["actual"]) == (3.0, 300.0, 250.0)
    same = ["part", "target", "target_to_date", "actual", "status"]
    east = pacing.standing(part_case(case, Scope("team", "East-1")))
    shown = table[table["part"] == "Name R3"][same].iloc[0]
    assert shown.tolist() == east[east["part"] == "Name R3"][same].iloc[0].tolist()


def below_company(make_case, sales, **more):
    """A company of one region with one team, of which R1 is behind; the settings are plain."""
    roster = more.pop("roster", [rep("R1", "East-1"), rep("R2", "East-1")])
    targets = [goal("company", 200.0), goal("region:East", 200.0), goal("team:East-1", 200.0),
               *more.pop("targets", [goal(f"rep:R{n}", 100.0) for n in (1, 2)])]  # fmt: skip
    return make_case(scope="company", sales=sales, roster=roster, targets=targets, settings=PLAIN,
                     **more)  # fmt: skip


def test_the_one_part_that_is_left_has_its_own_row(make_case):
    case = below_company(make_case, [line("2025-07-10", 10.0), line("2025-07-10", 95.0, "R2")])
    table = levels(case)
    assert list(zip(table["level"], table["part"], strict=True)) == [
        (0, case.settings.title), (1, "East"), (2, "East-1"), (3, "Name R1"), (3, "Name R2"),
    ]  # fmt: skip
    last = table.iloc[-1]
    team = pacing.standing(part_case(case, Scope("team", "East-1")))
    same = ["scope", "target", "target_to_date", "actual", "pace_index", "status"]
    assert last[same].tolist() == team[team["part"] == "Name R2"][same].iloc[0].tolist()
    assert last["status"] == "green" and math.isnan(last["count"])


def test_what_is_nobodys_beside_named_parts_is_told_apart(make_case):
    sales = [line("2025-07-10", 10.0), line("2025-07-10", 95.0, "R2")]
    sales += [line("2025-07-11", 7.0, None)]
    below = levels(below_company(make_case, sales)).query("level == 3")
    assert below["part"].tolist() == ["Name R1", "Name R2", pacing.UNASSIGNED]
    assert below["actual"].tolist() == [10.0, 95.0, 7.0] and below["actual"].sum() == 112.0


def test_the_others_carry_only_their_part_of_a_moved_target(make_case):
    """R3 was in the team in July only: 23 of the 66 due over 66 even days."""
    roster = [rep("R1", "East-1"), rep("R2", "East-1"), rep("R3", "East-1", end="2025-07-31"),
              rep("R3", "East-2", "2025-08-01")]  # fmt: skip
    targets = [goal("rep:R1", 100.0), goal("rep:R2", 100.0), goal("rep:R3", 66.0)]
    sales = [line("2025-07-10", 10.0), line("2025-07-10", 100.0, "R2")]
    table = levels(below_company(make_case, sales, roster=roster, targets=targets))
    others = table[table["part"] == OTHERS]
    assert others["target"].tolist() == [123.0] and others["count"].tolist() == [2.0]


def test_parts_are_what_the_table_shows(make_case):
    case = make_case(roster=MOVER, targets=QUOTAS, settings=PLAIN)
    assert [str(one.scope) for one in parts(case)] == ["team:East-1", "team:East-2"]
    assert schedule.due(case, 66.0).iloc[-1] == 66.0


def test_a_part_that_only_has_receipts_and_one_without_any_table(make_case):
    """Collections of a rep in no team are the region's: 30 + 12, and nobody's 0."""
    roster = [rep("H", None, region="East"), rep("R1", "East-1")]
    cash = [{"invoice_id": f"I{one}", "received_on": "2025-07-10", "rep_id": one, "amount": amount,
             "invoiced_on": "2025-07-01"} for one, amount in (("H", 30.0), ("R1", 12.0))]  # fmt: skip
    case = make_case(roster=roster, receipts=cash, settings=PLAIN,
                     targets=[goal("region:East", 84.0, measure="collections")])  # fmt: skip
    table = by_part(pacing.standing(case, measure="collections"))
    assert table["actual"].to_dict() == {"East": 42.0, "East-1": 12.0, "Name H": 30.0}
    assert table.loc["East", "attainment"] == 0.5


def test_without_targets_or_parts_there_is_still_a_row(make_case):
    case = make_case(scope="rep:R1", settings=PLAIN)
    assert len(pacing.standing(case)) == len(levels(case)) == 1
    assert len(changes.steps(case)) == 1 and changes.due_by_day(case).isna().all()
    assert changes.paces(case)["status"].unique().tolist() == ["no_target"]
    assert changes.paces(case, measure="collections") == Unavailable(table="receipts")
