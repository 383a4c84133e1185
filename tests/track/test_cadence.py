"""Cadence: next days worked out by hand, peak seasons, and parameters that change who looks when."""

from __future__ import annotations

import pandas as pd
import pytest

from kit.errors import SettingsError
from kit.parameters import nested, validate
from kit.settings.cadence import ROLES, SECTIONS
from kit.show import work
from kit.show.words import Words
from kit.track.cadence import cadence, next_look, peak, role_of
from kit.track.reminders import per_owner, reminders

PLAIN = {"calendar.country": ""}


def looks(case, role, section):
    table = cadence(case)
    row = table[(table["role"] == role) & (table["section"] == section)]
    return row.iloc[0] if len(row) else None


@pytest.mark.parametrize(
    ("every", "as_of", "day", "moved"),
    [
        ("daily", "2025-08-20", "2025-08-21", False),  # a Wednesday
        ("daily", "2025-08-22", "2025-08-25", False),  # a Friday
        ("weekly", "2025-08-20", "2025-08-25", False),
        ("weekly", "2025-08-25", "2025-09-01", False),  # on the day itself: the next one
        ("twice_weekly", "2025-08-20", "2025-08-21", False),  # Thursday
        ("twice_weekly", "2025-08-21", "2025-08-25", False),
        # 2025-07-01 lies in the week of 30 June: 14 July, 28 July, 11 and 25 August
        ("fortnightly", "2025-08-12", "2025-08-25", False),
        ("fortnightly", "2025-08-26", "2025-09-08", False),
        ("monthly", "2025-08-20", "2025-09-03", False),  # third working day of September
        ("monthly", "2025-08-01", "2025-08-05", False),  # August's third is still to come
        ("quarterly", "2025-08-20", "2025-10-03", False),
    ],
)
def test_the_next_day_by_hand(make_case, every, as_of, day, moved):
    case = make_case(as_of=as_of, settings=PLAIN)
    assert (str(next_look(case, every)[0]), next_look(case, every)[1]) == (day, moved)


def test_a_day_that_is_off_moves_to_the_next_one_worked(make_case):
    """China: 1 to 8 October 2025 are off, so Monday the 6th becomes Thursday the 9th."""
    case = make_case(as_of="2025-09-30", settings={"calendar.country": "CN"})
    assert str(next_look(case, "daily")[0]) == "2025-10-09"
    row = looks(case, "manager", "standing")
    assert (row["every"], row["next_on"], row["shifted"]) == (
        "weekly", pd.Timestamp("2025-10-09"), True,
    )  # fmt: skip
    late = make_case(as_of="2025-10-08", period="2025Q4", settings={"calendar.country": "CN"})
    assert str(next_look(late, "weekly")[0]) == "2025-10-09"
    after = make_case(as_of="2025-10-09", period="2025Q4", settings={"calendar.country": "CN"})
    assert str(next_look(after, "weekly")[0]) == "2025-10-13"


def test_the_usual_table_by_role(make_case):
    case = make_case(as_of="2025-08-20", settings=PLAIN)
    assert looks(case, "rep", "alerts")["every"] == "daily"
    assert looks(case, "manager", "standing")["every"] == "weekly"
    assert looks(case, "executive", "landing")["every"] == "monthly"
    assert looks(case, "rep", "reassignment") is None
    table = cadence(case)
    assert tuple(table["role"].unique()) == ROLES
    for role in ROLES:
        own = table.loc[table["role"] == role, "section"].tolist()
        assert own == sorted(own, key=SECTIONS.index)
    assert (table["next_on"] > pd.Timestamp(case.as_of)).all()


def test_more_often_in_a_peak_that_is_named(make_case):
    more = {**PLAIN, "track.cadence.peak_months": [9]}
    calm = make_case(as_of="2025-08-20", settings=more)
    assert not peak(calm).peak and looks(calm, "manager", "standing")["every"] == "weekly"
    # on 29 August, a Friday, the next working day lies in September
    busy = make_case(as_of="2025-08-29", settings=more)
    row = looks(busy, "manager", "standing")
    assert (row["every"], row["usual"], row["why"]) == ("twice_weekly", "weekly", "peak_named")
    assert looks(busy, "executive", "landing")["every"] == "fortnightly"
    row = looks(busy, "rep", "alerts")
    assert (row["every"], row["why"]) == ("daily", "usual")


def year(month, factor):
    """Three years of one order a month, the given month of each so much larger."""
    return [
        {"date": f"{one}-{each:02d}-10", "amount": 100.0 * (factor if each == month else 1.0)}
        for one in (2022, 2023, 2024, 2025) for each in range(1, 13) if (one, each) < (2025, 7)
    ]  # fmt: skip


def test_a_peak_is_found_in_the_season_of_the_past(make_case):
    case = make_case(sales=year(8, 3.0), as_of="2025-08-20", settings=PLAIN)
    found = peak(case)
    assert found.peak and found.why == "peak_found" and found.season > 1.5
    assert not peak(make_case(sales=year(2, 3.0), as_of="2025-08-20", settings=PLAIN)).peak
    never = {**PLAIN, "track.cadence.peak_above": 1.0, "track.cadence.peak_months": [1]}
    assert not peak(make_case(sales=year(8, 3.0), as_of="2025-08-20", settings=never)).peak


def test_without_history_there_is_no_peak(make_case):
    case = make_case(as_of="2025-08-20", settings=PLAIN)
    assert peak(case) == peak(case)._replace(peak=False, why="usual", season=1.0)


def test_a_file_changes_single_lines_and_the_rest_stays(make_case):
    case = make_case(
        as_of="2025-08-20",
        settings={**PLAIN, "track.cadence.roles": {"rep": {"alerts": "weekly", "funnel": "never"}}},
    )
    assert looks(case, "rep", "alerts")["every"] == "weekly"
    assert looks(case, "rep", "funnel") is None
    assert looks(case, "rep", "reminders")["every"] == "daily"
    assert looks(case, "manager", "funnel")["every"] == "monthly"


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        ({"rep": {"alrets": "daily"}}, "no section of a packet. Did you mean 'alerts'"),
        ({"reps": {"alerts": "daily"}}, "unknown key 'track.cadence.roles.reps'. Did you mean 'rep'"),
        ({"rep": {"alerts": "dayly"}}, "'daily', 'twice_weekly'.*found 'dayly'"),
        ({"rep": "daily"}, "rep needs 'section: how often' lines"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_near(roles, told):
    with pytest.raises(SettingsError, match=told):
        validate(
            nested({"company": "t", "data_dir": ".", "track.cadence.roles": roles}), origin="x"
        )


def test_the_role_of_a_scope(make_case):
    scopes = ("company", "region:East", "team:East-1", "rep:R1")
    found = [role_of(make_case(scope=one).scope) for one in scopes]
    assert found == ["executive", "manager", "manager", "rep"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_section_and_frequency_has_words(make_case, language):
    words = Words(language, "CNY")
    for section in SECTIONS:
        assert words.has(f"section.{section}")
    case = make_case(as_of="2025-08-29", settings={**PLAIN, "track.cadence.peak_months": [9]})
    html = work.cadence(cadence(case), words).html
    assert words.t("cadence.peak_named") in html and words.t("section.heat") in html
    assert words.t("cadence.every.twice_weekly") in html
    only = work.cadence(cadence(case), words, role="rep").html
    assert words.t("role.rep") in only and words.t("role.executive") not in only


def invoice(number, due, amount, **more):
    return {"invoice_id": number, "invoiced_on": "2025-07-01", "due_on": due, "amount": amount,
            "rep_id": "R1", "customer_id": "C1", **more}  # fmt: skip


def test_reminders_of_a_week_by_hand(make_case):
    """Wednesday 20 August 2025: the week ends on Sunday the 24th."""
    case = make_case(
        scope="rep:R1",
        sales=[{"date": "2025-08-04", "amount": 50.0}],
        opportunities=[
            {"opportunity_id": "D1", "rep_id": "R1", "customer_id": "C1", "created_on": "2025-08-01",
             "expected_close_on": day, "stage": "lead", "status": "open", "amount": 10.0}
            for day in ("2025-08-19",)
        ] + [
            {"opportunity_id": "D2", "rep_id": "R1", "customer_id": "C1", "created_on": "2025-08-01",
             "expected_close_on": "2025-08-24", "stage": "lead", "status": "open", "amount": 20.0},
            {"opportunity_id": "D3", "rep_id": "R1", "customer_id": "C1", "created_on": "2025-08-01",
             "expected_close_on": "2025-08-25", "stage": "lead", "status": "open", "amount": 30.0},
        ],
        receipts=[invoice("I1", "2025-08-01", 5.0), invoice("I2", "2025-08-15", 6.0),
                  invoice("I3", "2025-08-22", 7.0), invoice("I4", "2025-09-01", 8.0),
                  invoice("I5", "2025-08-01", 9.0, received_on="2025-08-05")],
        actions=[{"action_id": "A1", "scope": "rep:R1", "period": "2025Q2", "action": "call",
                  "owner": "Ann", "due_on": "2025-08-21", "status": "Open"},
                 {"action_id": "A2", "scope": "rep:R1", "period": "2025Q2", "action": "done",
                  "owner": "Ann", "due_on": "2025-08-21", "status": "done"}],
        targets=[{"scope": "rep:R1", "period": "2025Q3", "measure": "bookings", "version": 1,
                  "target": 300_000.0}],
        as_of="2025-08-20", settings=PLAIN,
    )  # fmt: skip
    found = reminders(case)
    told = [(str(one.due_on.date()), one.kind, one.number, one.late, one.amount)
            for one in found.itertuples() if one.kind != "milestone"]  # fmt: skip
    assert told == [
        ("2025-08-01", "invoice", "2", True, 11.0),
        ("2025-08-19", "close_date", "D1", True, 10.0),
        ("2025-08-21", "action", "A1", False, pytest.approx(float("nan"), nan_ok=True)),
        ("2025-08-22", "invoice", "1", False, 7.0),
        ("2025-08-24", "close_date", "D2", False, 20.0),
    ]
    (goal,) = found[found["kind"] == "milestone"].itertuples()
    assert (str(goal.due_on.date()), goal.done, goal.number) == ("2025-08-20", 50.0, "0.6")
    assert goal.amount > goal.done
    owners = per_owner(case).set_index("owner")
    assert owners.loc["Name R1", ["close_date", "invoice", "milestone", "late"]].tolist() == [
        2, 2, 1, 2,
    ]  # fmt: skip
    assert owners.loc["Ann", "action"] == 1


def test_a_milestone_that_is_reached_needs_no_reminder(make_case):
    case = make_case(
        sales=[{"date": "2025-08-04", "amount": 400_000.0}], as_of="2025-08-20", settings=PLAIN,
        targets=[{"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1,
                  "target": 300_000.0}],
    )  # fmt: skip
    assert "milestone" not in set(reminders(case)["kind"])


def test_on_a_friday_reminders_look_at_the_coming_week(make_case):
    case = make_case(scope="region:East", as_of="2025-08-22", settings=PLAIN)
    found = reminders(case)
    (review,) = found[found["kind"] == "review"].itertuples()
    assert str(review.due_on.date()) == "2025-08-25" and "weekly_record" in review.sections
    assert review.owner == "manager"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_reminders_are_shown_and_none_are_said(make_case, language):
    words = Words(language, "CNY")
    calm = make_case(scope="rep:R1", as_of="2025-08-20", settings=PLAIN)
    assert reminders(calm).empty
    view = work.reminders(reminders(calm), words, owners=per_owner(calm))
    assert words.t("unavailable.no_reminders") in view.html
    busy = make_case(
        scope="region:East", as_of="2025-08-22", settings=PLAIN,
        receipts=[invoice("I1", "2025-08-01", 5.0, customer_id="<b>C")],
    )  # fmt: skip
    html = work.reminders(reminders(busy), words, owners=per_owner(busy)).html
    assert "&lt;b&gt;C" in html and words.t("role.manager") in html
