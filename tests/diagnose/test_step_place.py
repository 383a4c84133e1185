"""Where a change of conversion lies: one part alone, several, or nowhere."""

from __future__ import annotations

import re

import pytest

from kit.data.case import open_case
from kit.diagnose import causes
from kit.diagnose.step_place import step_place
from kit.show import tables
from kit.show.words import Words

STAGES = {"diagnose.stages": ["lead", "won"]}


def deals(rep, year, won, lost):
    return [
        {"opportunity_id": f"{rep}-{year}-{at}", "rep_id": rep, "customer_id": "C1",
         "created_on": f"{year}-07-05", "closed_on": f"{year}-08-05", "amount": 10.0,
         "stage": "lead", "status": "won" if at < won else "lost"}
        for at in range(won + lost)
    ]  # fmt: skip


@pytest.fixture
def placed(make_case):
    def build(**each):
        """Per rep: won and lost in 2024, then in 2025."""
        sales = [{"date": "2025-08-01", "rep_id": rep, "amount": 1.0} for rep in each]
        rows = [row for rep, four in each.items()
                for row in deals(rep, 2024, *four[:2]) + deals(rep, 2025, *four[2:])]  # fmt: skip
        case = make_case(sales=sales, opportunities=rows, scope="team:East-1", settings=STAGES)
        return step_place(case, stage="lead")

    return build


def test_a_fall_in_one_part_alone_is_found_there(placed):
    found = placed(R1=(50, 50, 20, 80), R2=(50, 50, 50, 50), R3=(48, 52, 51, 49))
    assert found.scope == "rep:R1" and found.part == "Name R1"
    assert (found.share, found.share_before) == (0.2, 0.5)
    assert (found.elsewhere, found.elsewhere_before) == pytest.approx((101 / 200, 98 / 200))


def test_a_fall_everywhere_or_in_two_or_in_none_lies_in_no_part(placed):
    assert placed(R1=(50, 50, 20, 80), R2=(50, 50, 20, 80), R3=(50, 50, 50, 50)) is None
    assert placed(R1=(50, 50, 20, 80), R2=(70, 30, 58, 42), R3=(70, 30, 58, 42)) is None
    assert placed(R1=(50, 50, 48, 52), R2=(50, 50, 50, 50)) is None
    assert placed(R1=(50, 50, 20, 80)) is None


def test_the_planted_fall_lies_in_the_east(sample_company):
    folder, _, company = sample_company
    found = causes.causes(company).iloc[0]
    assert (found["cause"], found["scope"]) == ("conversion_step", "region:East")
    for language, where in (("en", "It is clearest in East"), ("zh", "变化在East最为明显")):
        shown = re.sub("<[^>]+>", " ", tables.causes(causes.causes(company), Words(language)).html)
        assert where in shown and ("Region East" in shown or "East区域" in shown)
    east = open_case(folder / "company.yml", scope="region:East", period="2025Q3",
                     as_of="2025-09-30", out=folder / "out")  # fmt: skip
    assert causes.causes(east)["scope"].tolist()[0] == "region:East"
    assert step_place(east, stage="proposal") is None  # both of its teams
