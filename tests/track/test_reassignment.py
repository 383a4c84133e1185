"""Handing deals over: who has how much work, who could take what, and what stays; by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.show import work
from kit.show.words import Words
from kit.track.reassignment import reassignment
from kit.track.workload import workload

PLAIN = {"calendar.country": ""}
AS_OF = "2025-08-20"


def post(rep, *, team="East-1", region="East", capacity=1.0, first="2020-01-01", last="", **more):
    return {"rep_id": rep, "valid_from": first, "valid_to": last, "name": f"Name {rep}",
            "team": team, "region": region, "capacity": capacity, **more}  # fmt: skip


def deals(rep, many, *, stage="lead", close="2025-12-31", amount=100.0, customer=None):
    return [
        {"opportunity_id": f"{rep}-{stage}-{close[5:7]}-{n}", "rep_id": rep, "stage": stage,
         "customer_id": customer or f"C{rep}{n}", "created_on": "2025-08-01", "status": "open",
         "expected_close_on": close, "amount": amount + n} for n in range(many)
    ]  # fmt: skip


def decided(rep, won, lost):
    """Decided deals of this year, for the win rates of product P1 and class A."""
    return [
        {"opportunity_id": f"{rep}-{status}-{n}", "rep_id": rep, "customer_id": "CA",
         "product_id": "P1", "created_on": "2025-01-01", "closed_on": "2025-03-01",
         "stage": "proposal", "status": status, "amount": 1.0}
        for status, many in (("won", won), ("lost", lost)) for n in range(many)
    ]  # fmt: skip


def told(case):
    found = reassignment(case).proposals
    return list(zip(found["opportunity_id"], found["why"], found["to_id"], found["because"],
                    strict=True))  # fmt: skip


def test_the_work_of_each_rep_by_hand(make_case):
    """R1: 4 leads (1 each) and 2 proposals (3 each) = 10; R2: 2 leads on half a post = 4 a post."""
    case = make_case(
        roster=[post("R1"), post("R2", capacity=0.5), post("R3")], as_of=AS_OF, settings=PLAIN,
        opportunities=[*deals("R1", 4), *deals("R1", 2, stage="proposal"), *deals("R2", 2)],
    )  # fmt: skip
    found = workload(case).set_index("rep_id")
    assert found["work"].tolist() == [10.0, 2.0, 0.0]
    assert found["load"].tolist() == [10.0, 4.0, 0.0]
    assert found["usual"].tolist() == [12 / 2.5] * 3
    assert found["free"].tolist() == pytest.approx([4.8 - 10, 2.4 - 2, 4.8])
    assert found["state"].tolist() == ["overloaded", "here", "here"]


def test_effort_and_overload_are_parameters(make_case):
    settings = {**PLAIN, "track.cadence.work.effort": {"proposal": 10},
                "track.cadence.work.overload": 2.0}  # fmt: skip
    case = make_case(
        roster=[post("R1"), post("R2")], as_of=AS_OF, settings=settings,
        opportunities=[*deals("R1", 2, stage="proposal"), *deals("R2", 1)],
    )  # fmt: skip
    found = workload(case).set_index("rep_id")
    assert found["work"].tolist() == [20.0, 1.0]
    assert found["state"].tolist() == ["here", "here"]  # 20 is less than 3 × 10.5


def test_a_newcomer_counts_by_the_ramp(make_case):
    case = make_case(
        roster=[post("R1"), post("R2", first="2025-08-01", hired_on="2025-08-01")],
        opportunities=deals("R1", 5), as_of=AS_OF, settings=PLAIN,
    )  # fmt: skip
    found = workload(case).set_index("rep_id")
    assert found["posts"].tolist() == [1.0, 0.25]
    assert found["usual"].iloc[0] == 5 / 1.25


@pytest.mark.parametrize(
    ("roster", "leavers", "state"),
    [
        (post("R1", last="2025-07-31"), {}, "gone"),
        (post("R1", last="2025-08-20"), {}, "gone"),
        (post("R1", last="2025-09-30"), {}, "leaving"),
        (post("R1", last="2025-12-31"), {}, "here"),  # later than sixty days
        (post("R1"), {"R1": "2025-09-15"}, "leaving"),
        (post("R1", capacity=0.0), {}, "absent"),
    ],
)
def test_who_is_there(make_case, roster, leavers, state):
    case = make_case(
        roster=[roster, post("R2"), post("R3")], opportunities=deals("R1", 1), as_of=AS_OF,
        settings={**PLAIN, "targets.leavers": leavers, "track.cadence.work.overload": 9.0},
    )  # fmt: skip
    assert workload(case).set_index("rep_id").loc["R1", "state"] == state


def test_a_transfer_within_the_scope_is_no_leaving(make_case):
    rows = [post("R1", last="2025-08-31"), post("R1", first="2025-09-01", team="East-2"),
            post("R2"), post("R3")]  # fmt: skip
    case = make_case(roster=rows, opportunities=deals("R1", 1), as_of=AS_OF,
                     settings={**PLAIN, "track.cadence.work.overload": 9.0})  # fmt: skip
    assert workload(case).set_index("rep_id").loc["R1", "state"] == "here"


def test_all_deals_of_who_leaves_are_named_and_fill_the_room_there_is(make_case):
    """Seven of work on two posts: 3.5 each. R2 has 2, R3 has 1: room for one lead and for two."""
    case = make_case(
        roster=[post("R1", last="2025-08-31"), post("R2"), post("R3")], as_of=AS_OF, settings=PLAIN,
        opportunities=[*deals("R1", 4), *deals("R2", 2), *deals("R3", 1)],
    )  # fmt: skip
    found = reassignment(case).proposals
    assert found["from_id"].tolist() == ["R1"] * 4
    assert found["amount"].tolist() == [103.0, 102.0, 101.0, 100.0]
    assert [None if pd.isna(one) else one for one in found["to_id"]] == ["R3", "R2", "R3", None]
    assert found["to_load"].tolist()[:3] == [1.0, 2.0, 2.0]
    assert found["to_load_after"].tolist()[:3] == [2.0, 3.0, 3.0]
    assert found["because"].tolist() == ["team", "team", "team", "nobody"]
    assert found["from_load"].isna().all()


def test_deals_of_one_customer_go_to_one_colleague(make_case):
    case = make_case(
        roster=[post("R1", last="2025-08-31"), post("R2"), post("R3")], as_of=AS_OF, settings=PLAIN,
        opportunities=[*deals("R1", 2, customer="CX"), *deals("R2", 4), *deals("R3", 4)],
    )  # fmt: skip
    assert [one[2:] for one in told(case)] == [("R2", "team"), ("R3", "team")]  # room for one each
    wide = make_case(
        roster=[post("R1", last="2025-08-31"), post("R2"), post("R3"), post("R4")], as_of=AS_OF,
        opportunities=[*deals("R1", 2, customer="CX"), *deals("R2", 1), *deals("R3", 9)],
        settings=PLAIN,
    )  # fmt: skip
    assert [one[2:] for one in told(wide)] == [("R4", "team"), ("R4", "customer")]


def test_of_the_overloaded_only_deals_in_trouble_go_until_the_load_is_bearable(make_case):
    """12 on three posts: 4 each; above 5 is too much. R1 has 9, five of them past their date."""
    settings = {**PLAIN, "track.cadence.work.most": 9}
    case = make_case(
        roster=[post("R1"), post("R2"), post("R3")], as_of=AS_OF, settings=settings,
        opportunities=[*deals("R1", 4), *deals("R1", 5, close="2025-08-10", amount=50.0),
                       *deals("R2", 3)],
    )  # fmt: skip
    found = reassignment(case).proposals
    assert found["trouble"].tolist() == ["overdue"] * 4  # 9 → 5, which is 1.25 × 4
    assert found["days"].tolist() == [10] * 4
    assert found["to_id"].tolist() == ["R3", "R3", "R3", "R2"]  # R3 has 0, R2 has 3; the lower id
    assert found["from_load"].tolist() == [9.0, 8.0, 7.0, 6.0]
    assert found["from_load_after"].tolist() == [8.0, 7.0, 6.0, 5.0]
    few = make_case(
        roster=[post("R1"), post("R2"), post("R3")], as_of=AS_OF,
        settings={**PLAIN, "track.cadence.work.most": 2},
        opportunities=[*deals("R1", 4), *deals("R1", 5, close="2025-08-10", amount=50.0),
                       *deals("R2", 3)],
    )  # fmt: skip
    assert len(reassignment(few).proposals) == 2


def test_customers_with_ties_stay_unless_the_rep_leaves(make_case):
    orders = [{"date": f"2025-0{n}-02", "rep_id": "R1", "customer_id": "CX", "amount": 1.0}
              for n in (5, 6, 7)]  # fmt: skip
    late = deals("R1", 9, close="2025-08-10", customer="CX")
    stays = make_case(
        sales=orders, roster=[post("R1"), post("R2")], opportunities=late, as_of=AS_OF,
        settings=PLAIN,
    )  # fmt: skip
    found = reassignment(stays)
    assert found.proposals.empty and found.kept == 9
    two = make_case(
        sales=orders[:2], roster=[post("R1"), post("R2")], opportunities=late, as_of=AS_OF,
        settings=PLAIN,
    )  # fmt: skip
    assert len(reassignment(two).proposals) > 0
    gone = make_case(
        sales=orders, roster=[post("R1", last="2025-08-01"), post("R2")], opportunities=late,
        as_of=AS_OF, settings=PLAIN,
    )  # fmt: skip
    assert len(reassignment(gone).proposals) == 9 and reassignment(gone).kept == 0


def test_the_better_win_rate_in_line_and_class_counts_where_it_is_known(make_case):
    """R2 won 15 of 20, R3 2 of 20, R1 5 of 20; 22 of 60 in all. R3 has less to do than R2."""
    late = [{**one, "product_id": "P1", "customer_id": "CA"} for one in deals("R1", 1)]
    tables = {
        "roster": [post("R1", last="2025-08-31"), post("R2"), post("R3"), post("R4")],
        "products": [{"product_id": "P1", "line": "standard"}],
        "customers": [{"customer_id": "CA", "name": "Ann's", "class": "A"}],
        "opportunities": [
            *late, *decided("R1", 5, 15), *decided("R2", 15, 5), *decided("R3", 2, 18),
            *deals("R2", 2), *deals("R4", 6),
        ],
    }  # fmt: skip
    case = make_case(as_of=AS_OF, settings=PLAIN, **tables)
    assert workload(case).set_index("rep_id")["free"].to_dict() == {
        "R1": 0.0, "R2": 1.0, "R3": 3.0, "R4": -3.0,
    }  # fmt: skip
    assert told(case) == [("R1-lead-12-0", "leaving", "R2", "rate")]
    one = reassignment(case).proposals.iloc[0]
    base = 22 / 60
    assert one["to_rate"] == pytest.approx((15 + 20 * base) / 40)
    assert one["from_rate"] == pytest.approx((5 + 20 * base) / 40)
    many = {**PLAIN, "track.cadence.work.known_deals": 21}
    assert told(make_case(as_of=AS_OF, settings=many, **tables))[0][2:] == ("R3", "team")


def test_never_across_regions_unless_told(make_case):
    roster = [post("R1", last="2025-08-31"), post("R2", team="West-1", region="West"),
              post("R3", team="East-2")]  # fmt: skip
    few = [*deals("R1", 1), *deals("R3", 3), *deals("R2", 0)]
    found = {}
    for within in ("team", "region", "company"):
        case = make_case(
            scope="company", roster=roster, opportunities=few, as_of=AS_OF,
            settings={**PLAIN, "track.cadence.work.within": within},
        )  # fmt: skip
        found[within] = told(case)[0][2:]
    assert found == {"team": (None, "nobody"), "region": (None, "nobody"), "company": ("R2", "free")}
    room = [*deals("R1", 1), *deals("R2", 3)]
    case = make_case(scope="company", roster=roster, opportunities=room, as_of=AS_OF,
                     settings=PLAIN)  # fmt: skip
    assert told(case)[0][2:] == ("R3", "free")


def test_who_leaves_takes_nothing(make_case):
    case = make_case(
        roster=[post("R1", last="2025-08-31"), post("R2", last="2025-09-30"), post("R3")],
        opportunities=[*deals("R1", 2), *deals("R2", 1)], as_of=AS_OF, settings=PLAIN,
    )  # fmt: skip
    assert {one[2] for one in told(case)} == {"R3"} and len(told(case)) == 3


def test_where_it_cannot_be_told(make_case):
    case = make_case(as_of=AS_OF, settings=PLAIN)
    assert reassignment(case) == Unavailable(table="opportunities")
    rep = make_case(scope="rep:R1", opportunities=deals("R1", 1), as_of=AS_OF, settings=PLAIN)
    assert reassignment(rep).reason == "one_rep"
    none = make_case(
        roster=[post("R1", last="2025-08-01")], opportunities=deals("R1", 1), as_of=AS_OF,
        settings=PLAIN,
    )  # fmt: skip
    assert reassignment(none).reason == "no_desks"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_why_and_that_a_person_decides(make_case, language):
    words = Words(language, "CNY")
    case = make_case(
        roster=[post("R1", last="2025-08-31"), post("R2"), post("R3")], as_of=AS_OF, settings=PLAIN,
        opportunities=[*deals("R1", 4, customer="<b>"), *deals("R2", 2), *deals("R3", 1)],
    )  # fmt: skip
    html = work.reassignment(reassignment(case), words).html
    assert words.t("handover.decide") in html and "&lt;b&gt;" in html
    assert words.t("handover.leaves", n=4) in html
    assert words.t("handover.why.leaving", day=pd.Timestamp("2025-08-31")) in html
    calm = make_case(roster=[post("R1"), post("R2")], opportunities=[*deals("R1", 1),
                     *deals("R2", 1)], as_of=AS_OF, settings=PLAIN)  # fmt: skip
    assert words.t("handover.none") in work.reassignment(reassignment(calm), words).html
    missing = work.reassignment(reassignment(make_case(as_of=AS_OF, settings=PLAIN)), words)
    assert "opportunities" in missing.html
