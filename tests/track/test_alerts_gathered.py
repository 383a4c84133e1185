"""Alerts as they are told: each subject and cause once, whose, since when, and of the sample."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.territory import rep_names
from kit.scope import Scope
from kit.show import alerts as shown
from kit.show.words import Words
from kit.track.alerts import alerts, every, light
from kit.track.alerts.owners import owner
from kit.track.pipeline import pipeline_now

PLAIN = {"calendar.country": ""}
ROSTER = [
    {"rep_id": rep, "valid_from": "2020-01-01", "name": f"Name {rep}", "region": "East",
     "team": team, "manager_id": lead, "capacity": 1.0}
    for rep, team, lead in (("R1", "East-1", None), ("R2", "East-1", "R1"), ("R3", "East-2", None))
]  # fmt: skip


def target(scope, amount, period="2025Q3"):
    return {"scope": scope, "period": period, "measure": "bookings", "version": 1,
            "target": float(amount)}  # fmt: skip


def steady(start, end, *, amount=1.0, **more):
    days = pd.bdate_range(start, end)
    return [{"date": str(day.date()), "amount": amount, **more} for day in days]


def half(make_case, first, second, *, goals=(66, 66), settings=None, as_of="2025-08-14"):
    """33 of 66 working days are over; each team books so much a day."""
    return make_case(
        sales=[*steady("2025-07-01", as_of, amount=first, rep_id="R1", team="East-1"),
               *steady("2025-07-01", as_of, amount=second, rep_id="R3", team="East-2")],
        roster=ROSTER, as_of=as_of, settings={**PLAIN, **(settings or {})},
        targets=[target("region:East", sum(goals)), target("team:East-1", goals[0]),
                 target("team:East-2", goals[1])],
    )  # fmt: skip


def told(case, rule=None):
    table = alerts(case)
    return table if rule is None else table[table["rule"] == rule]


def test_a_region_names_the_only_team_that_explains_it(make_case):
    found = told(half(make_case, 1.1, 0.4), "pace")
    assert found["part"].tolist() == ["East"] and found["because"].iloc[0] == ["East-2"]
    assert found["severity"].tolist() == ["red"]  # the team's, for the line stands for both
    assert found["facts"].iloc[0]["part"] == "East-2"


def test_parts_that_say_the_same_as_the_whole_are_not_told_again(make_case):
    found = told(half(make_case, 0.7, 0.7), "pace")
    assert found["part"].tolist() == ["East"]
    assert found["because"].iloc[0] == ["East-1", "East-2"]


def test_a_part_out_of_line_is_told_beside_the_whole(make_case):
    """East is at .65, East-1 at .9 and East-2 at .4: a fourth and more behind the whole."""
    found = told(half(make_case, 0.9, 0.4), "pace")
    assert found["part"].tolist() == ["East", "East-2"]


def test_reds_of_parts_are_eased_where_the_whole_is_on_track(make_case):
    case = half(make_case, 1.6, 0.5)
    found = told(case, "pace")
    assert found[["part", "severity", "eased"]].values.tolist() == [["East-2", "amber", True]]
    assert light(case) == "green"
    strict = half(make_case, 1.6, 0.5, settings={"alerts.ease_parts": "false"})
    assert told(strict, "pace")["severity"].tolist() == ["red"] and light(strict) == "red"


def test_one_line_of_pace_milestone_and_gap_led_by_the_gravest(make_case):
    case = half(make_case, 0.5, 0.5)
    causes = {one.rule for one in every(case) if one.scope == case.scope}
    assert {"pace", "milestone"} <= causes
    found = told(case)
    found = found[found["subject"] == ""]
    assert found["rule"].tolist().count("pace") == 1 and "milestone" not in set(found["rule"])
    assert "milestone" in found["also"].iloc[0]


def test_ids_stay_over_days_and_differ_by_subject(make_case):
    one = told(half(make_case, 0.5, 0.5), "pace")["alert_id"].iloc[0]
    next_day = told(half(make_case, 0.5, 0.5, as_of="2025-08-15"), "pace")["alert_id"].iloc[0]
    assert one == next_day
    every_one = told(half(make_case, 0.9, 0.4))
    assert every_one["alert_id"].is_unique


def test_owners_by_the_roster_or_by_role(make_case):
    case = half(make_case, 1, 1)
    assert owner(case, Scope("rep", "R2")) == "rep:R2"
    assert owner(case, Scope("team", "East-1")) == "rep:R1"  # whom R2 reports to
    assert owner(case, Scope("team", "East-2")) == "team_lead:East-2"  # nobody reports to anybody
    assert owner(case, Scope("region", "East")) == "regional_manager:East"
    assert owner(case, Scope("rep", "R2"), role="team_lead") == "rep:R1"
    assert owner(case, Scope("rep", "R2"), role="executive") == "executive"
    assert owner(case, Scope("region", "East"), person="R3") == "rep:R3"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"alerts.rules.pace.on": "false"}, []),
        ({"alerts.rules.pace.scopes": ["team"]}, ["amber", "amber"]),
        ({"alerts.rules.pace.red": "0.95"}, ["red"]),
        ({"alerts.rules.pace.amber": "0.5", "alerts.rules.pace.red": "0.4"}, []),
        ({"alerts.rules.pace.severity": "red"}, ["red"]),
        ({}, ["amber"]),
    ],
)
def test_a_rule_can_be_changed_or_switched_off(make_case, settings, expected):
    case = half(make_case, 0.9, 0.9, settings=settings)
    assert [one.severity for one in every(case) if one.rule == "pace"][: len(expected)] == expected
    if not expected:
        assert told(case, "pace").empty


def test_owner_of_a_rule_as_the_parameters_say(make_case):
    case = half(make_case, 0.5, 0.5, settings={"alerts.rules.pace.owner": "executive"})
    assert told(case, "pace")["owner"].tolist() == ["executive"]


def test_pace_holds_since_the_last_day_that_was_fine(make_case):
    """33 days at 1 a day are due: on pace until 31 July, none after; below .95 from the second day.

    23 working days of July bring 23; on 1 August 24 are due (.958), on 4 August 25 (.92).
    """
    case = make_case(
        sales=steady("2025-07-01", "2025-07-31"), as_of="2025-08-14",
        targets=[target("region:East", 66)], settings=PLAIN,
    )  # fmt: skip
    found = told(case, "pace")
    days = changes_of(case)
    assert found["since"].iloc[0].date() == days


def changes_of(case):
    """The first day of the last unbroken run below .95, by the pace of each day."""
    from kit.track import changes

    frame = changes.paces(case)
    fine = frame[frame["pace_index"] >= 0.95]
    return (fine["date"].max() + pd.Timedelta(1, "D")).date()


def test_milestone_counts_after_its_days_of_grace(make_case):
    """A quarter of July is due by the 10th; two working days later nothing has come."""
    sales = [{"date": "2025-06-02", "amount": 1.0}]
    for as_of, expected in (("2025-07-11", []), ("2025-07-14", ["milestone"])):
        case = make_case(
            sales=sales, as_of=as_of, targets=[target("region:East", 660)], settings=PLAIN
        )
        assert [one.rule for one in every(case) if one.rule == "milestone"] == expected
    found = next(one for one in every(case) if one.rule == "milestone")
    assert found.since == dt.date(2025, 7, 14) and found.severity == "red"


def test_late_payers_all_have_a_place(make_case):
    """The three largest and, however small, who is 98 days late; only large sums are red."""
    rows = [
        {"invoice_id": f"I{n}", "customer_id": f"C{n}", "rep_id": "R1", "amount": 10.0 + n,
         "invoiced_on": "2025-05-01", "due_on": "2025-05-14" if n in (0, 4) else "2025-07-01"}
        for n in range(8)
    ]  # fmt: skip
    rows.append({**rows[7], "invoice_id": "I9", "amount": 500.0, "due_on": "2025-07-25"})
    case = make_case(
        sales=[{"date": "2025-08-20", "amount": 1.0, "customer_id": "C99"}], receipts=rows, as_of="2025-08-20",
        settings=PLAIN,
    )  # fmt: skip
    found = told(case, "receipts_overdue")
    others = found["subject"] == "other_payers"
    own = found[~others].set_index("part")["severity"].to_dict()
    assert own == {"C4": "red", "C7": "amber", "C6": "amber", "C5": "amber", "C0": "amber"}
    row = found[others].iloc[0]
    assert row["facts"]["customers"] == ["C3", "C2", "C1"] and row["severity"] == "amber"
    assert row["since"].date() == dt.date(2025, 8, 1) and row["stake"] == 13 + 12 + 11
    largest = found[found["part"] == "C7"].iloc[0]
    said = shown.says(largest.to_dict(), Words("en", "CNY"))  # not the 26 days that 500 are late
    assert said == "¥17 more than 30 days overdue, the oldest 50 days."


def test_stuck_and_overdue_deals(make_case):
    """Past deals were lost after 10 days; one open deal is there for 80."""
    past = [
        {"opportunity_id": f"P{n}", "rep_id": "R1", "created_on": "2025-05-01", "status": "lost",
         "closed_on": "2025-05-11", "expected_close_on": "2025-05-11", "amount": 1.0}
        for n in range(30)
    ]  # fmt: skip
    now = [{"opportunity_id": "D1", "rep_id": "R1", "created_on": "2025-06-01", "status": "open",
            "expected_close_on": "2025-08-31", "amount": 5.0, "customer_id": "C1"},
           {"opportunity_id": "D2", "rep_id": "R1", "created_on": "2025-06-01", "status": "open",
            "expected_close_on": "2025-08-31", "amount": 4.0}]  # fmt: skip
    case = make_case(
        sales=[{"date": "2025-08-20", "amount": 1.0}], opportunities=[*past, *now],
        customers=[{"customer_id": "C1", "name": "Clinic"}], as_of="2025-08-20", settings=PLAIN,
    )  # fmt: skip
    found = [one for one in every(case) if one.cause == "deals"]
    assert [(one.rule, one.value, one.threshold) for one in found] == [("deal_stuck", 80.0, 10.0)]
    assert found[0].facts["deals"] == ["D1", "D2"] and found[0].since == dt.date(2025, 6, 12)
    row = told(case, "deal_stuck").iloc[0].to_dict()
    said = "2 deals stand longer in their stage than is usual (¥9), the longest for 80 days: "
    assert shown.says(row, Words("en", "CNY")) == said + "D1 (Clinic) and D2."
    assert "D1（客户：Clinic）" in shown.says(row, Words("zh", "CNY"))


def test_hole_jump_and_doubled_orders(make_case):
    sales = steady("2024-06-03", "2025-08-20", amount=10.0)
    gone = {"2025-08-04", "2025-08-05", "2025-08-06"}
    sales = [one for one in sales if one["date"] not in gone]
    sales.append({"date": "2025-08-07", "amount": 5000.0, "order_id": "BIG"})
    twin = {"date": "2025-08-08", "amount": 40.0}
    sales += [{**twin, "order_id": f"T{n}"} for n in range(5)]
    case = make_case(sales=sales, as_of="2025-08-20", settings=PLAIN)
    found = {one.rule: one for one in every(case) if one.cause == "data"}
    assert found["data_hole"].value == 3 and found["data_hole"].since == dt.date(2025, 8, 4)
    assert found["amount_jump"].facts["orders"] == ["BIG"]
    assert found["duplicates"].value == 4
    assert {owner for owner in told(case)["owner"]} == {"analyst"}


def test_who_has_left_is_not_silent_data(make_case):
    gone = [{**ROSTER[0], "valid_to": "2025-06-30"}]
    for roster, expected in ((gone, []), (ROSTER[:1], ["stale_data"])):
        case = make_case(
            sales=steady("2025-01-01", "2025-06-30", rep_id="R1"), roster=roster, scope="rep:R1",
            as_of="2025-08-20", settings=PLAIN,
        )  # fmt: skip
        assert [one.rule for one in every(case) if one.cause == "data"] == expected


def test_nothing_is_behind_in_the_first_days(make_case):
    for as_of, expected in (("2025-07-04", []), ("2025-07-07", ["pace"])):
        case = make_case(
            sales=[{"date": "2025-06-30", "amount": 1.0}], as_of=as_of,
            targets=[target("region:East", 66)], settings=PLAIN,
        )  # fmt: skip
        assert [one.rule for one in every(case) if one.rule == "pace"] == expected


def test_without_any_optional_table_nothing_breaks(make_case):
    assert alerts(make_case(settings=PLAIN)).empty


# The sample company, as of the middle of its troubled quarter.


@pytest.fixture(scope="module")
def sample(sample_company):
    def opened(scope, as_of="2025-08-20"):
        return reopen(sample_company[2], scope=scope, as_of=as_of)

    return opened


def test_east_is_red_for_the_planted_fall_and_north_is_green(sample):
    east = sample("region:East")
    found = alerts(east)
    told = found[["rule", "severity", "signal"]].values.tolist()[:2]
    assert told == [["landing", "red", ""], ["conversion_fall", "red", "yes"]]
    assert "pace" in found["also"].iloc[0] and light(east) == "red"
    thin = found[found["rule"] == "coverage"].iloc[0]
    assert thin["severity"] == "amber" and thin["threshold"] == pipeline_now(east).usual
    assert thin["value"] == pytest.approx(pipeline_now(east).coverage)
    north = sample("region:North")
    assert not {"coverage", "landing"} & set(alerts(north)["rule"])
    assert light(north) == "green" and "red" not in set(alerts(north)["severity"])
    assert "yes" not in set(alerts(north).query("rule != 'pays_later'")["signal"])


def test_a_period_that_is_over_has_no_outlook(sample):
    """What is left is the result, which leads; no milestone, gap, coverage or landing."""
    for scope in ("region:East", "region:North", "company"):
        case = sample(scope, as_of="2025-09-30")
        assert case.closed
        gone = {"milestone", "rolling_gap", "coverage", "landing", "pace"}
        assert not gone & {one.rule for one in every(case)}
        found = alerts(case)
        for one in found[found["rule"] == "attainment"].to_dict("records"):
            assert "Within what season" not in shown.says(one, Words("en"))
        if "attainment" in {one.rule for one in every(case) if one.scope == case.scope}:
            grave = found.loc[found["rule"] == "attainment", "severity"].iloc[0]
            assert found.loc[found["severity"] == grave, "rule"].iloc[0] == "attainment"
    east = alerts(sample("region:East", as_of="2025-09-30")).iloc[0]
    assert (east["rule"], east["part"]) == ("attainment", "East")


def test_since_is_what_the_packets_of_those_days_said(sample):
    """Each alert of the East about itself was there on its first day, and not the day before."""
    case = sample("region:East")
    for one in alerts(case).itertuples(index=False):
        if one.rule not in ("conversion_fall", "pace", "receipts_overdue") or one.since is pd.NaT:
            continue
        if one.subject == "other_payers":
            continue
        day = one.since.date()
        seen = {  # an invoice overdue may stand among the other customers then
            shift: {(a.rule, a.subject) for a in every(reopen(case, as_of=day + dt.timedelta(shift)))}
            for shift in (0, -1) if day + dt.timedelta(shift) >= case.period.start
        }
        key = (one.rule, one.subject)
        others = ("receipts_overdue", "other_payers")
        assert key in seen.get(0, {key}) or others in seen[0]
        if -1 in seen and one.subject == "":
            assert (one.rule, "") not in {k for k in seen[-1]} or one.rule == "pace" and any(
                a.rule == "pace" and a.scope != case.scope for a in every(case))  # fmt: skip


def test_every_planted_late_payer_shows_where_he_belongs(sample):
    """Distributors whose invoices came due long enough ago are named, each in his own region."""
    for region in ("East", "South", "West", "North"):
        case = sample(f"region:{region}")
        table = alerts(case)
        named = {
            name for facts in table.loc[table["rule"].isin(["pays_later", "receipts_overdue"]), "facts"]
            for name in facts.get("customers", ())
        }  # fmt: skip
        rows = case.data.frame("receipts")
        sales = case.data.sales.drop_duplicates("customer_id", keep="last").set_index("customer_id")
        late = rows[(rows["invoiced_on"] >= "2025-04-01") & (rows["due_on"] <= "2025-07-31")]
        payers = set(late["customer_id"]) & set(sales.index[sales["channel"] == "distributor"])
        assert payers and {sales.loc[one, "customer"] for one in payers} <= named


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sample_is_told_in_words(sample, language):
    words = Words(language, "CNY")
    for scope in ("region:East", "region:North", "rep:R018"):
        case = sample(scope)
        frame = alerts(case)
        rows = shown.rows(frame, words, names=rep_names(case.data))
        assert all(one["evidence"] and one["advice"] and one["since"] for one in rows)
        assert len({one["alert_id"] for one in rows}) == len(rows)
        view = shown.alerts(frame, words, names=rep_names(case.data))
        assert view.html.count("<tr") >= len(rows) and "{" not in view.html
        assert "q 0" not in view.html and shown.urgent(frame, words).title


def test_a_line_that_counts_what_is_urgent():
    rows = [("red", "<East>", "coverage"), ("red", "B", "pace"), ("amber", "C", "pace")]
    frame = pd.DataFrame(rows, columns=["severity", "part", "rule"])
    view = shown.urgent(frame, Words("en"))
    assert view.title == (
        "2 urgent matters and 1 to watch. First: <East>: open pipeline too small for the gap."
    )
    assert "&lt;East&gt;" in view.html
    watch = shown.urgent(frame.iloc[2:], Words("en")).title
    assert watch == "1 matter to watch. First: C: behind the target due to date."
    assert shown.urgent(frame, Words("zh")).title.startswith("紧急 2 项，关注 1 项。首要：<East>：")
    assert shown.urgent(frame.iloc[:2], Words("zh")).title.startswith("紧急 2 项。首要：")
    assert shown.urgent(frame.iloc[:0], Words("en")).title == "Nothing needs attention."


def test_many_names_are_counted():
    one = {"evidence": "alert_amount_jump", "facts": {"orders": ["A", "B", "C", "D"]}, "value": 4,
           "signal": "", "because": [], "also": [], "eased": False, "rule": "amount_jump"}  # fmt: skip
    assert shown.says(one, Words("en"), most=2).endswith("the year before: A, B and 2 more.")
    assert shown.says(one, Words("zh"), most=2).endswith("：A、B等 4 项。")
    assert "more" not in shown.says(one, Words("en"), most=3)


