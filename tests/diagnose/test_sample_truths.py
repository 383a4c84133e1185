"""In the sample company, what was planted is found: first, and of the right size."""

from __future__ import annotations

import pytest

from kit.data.case import reopen
from kit.diagnose import bridges, causes, effects, funnel


@pytest.fixture(scope="session")
def planted(sample_company):
    """The sample company's truths, and a case of the company in 2025Q3."""
    return sample_company[1:]


def test_east_lost_at_the_proposals(planted):
    truths, company = planted
    case = reopen(company, scope="region:East")
    first = causes.top(case).iloc[0]
    assert (first["cause"], first["subject"]) == ("conversion_step", "proposal → won")
    facts = first["facts"]
    fall = 1 - facts["conversion"] / facts["reference_conversion"]
    assert fall == pytest.approx(truths.one("conversion_fall").size, abs=0.08)
    assert str(facts["when"]) == "2025-07-01"
    steps = funnel.steps(case)
    assert steps.loc[steps["bottleneck"], "step"].tolist() == ["proposal → won"]


def test_south_gave_discounts_on_the_standard_lines(planted):
    truths, company = planted
    case = reopen(company, scope="region:South")
    first = causes.top(case).iloc[0]
    assert first["cause"] == "price" and first["subject"].endswith("standard")
    facts = first["facts"]
    rise = facts["discount"] - facts["reference_discount"]
    assert rise == pytest.approx(truths.one("discount_rise").size, abs=0.02)
    found = effects.revenue(case).set_index("effect")["amount"]
    assert found["price"] == pytest.approx(first["effect"], rel=0.05)


def test_west_lost_its_large_customer(planted):
    truths, company = planted
    case = reopen(company, scope="region:West")
    first = causes.top(case).iloc[0]
    assert first["cause"] == "lost_customer"
    lost = truths.one("lost_customer")
    assert first["facts"]["customer_id"] in lost.subject or first["subject"] in lost.subject
    part = -first["effect"] / causes.reference(case).total
    assert part == pytest.approx(lost.size, abs=0.02)


@pytest.mark.parametrize("scope", ["company", "region:North", "team:East-2", "rep:R018"])
@pytest.mark.parametrize("as_of", ["2025-08-10", "2025-09-30"])
def test_everything_sums_in_every_scope(planted, scope, as_of):
    case = reopen(planted[1], scope=scope, as_of=as_of)
    gap = causes.reference(case).variance
    assert causes.causes(case)["effect"].sum() == pytest.approx(gap, abs=0.01)
    assert effects.revenue(case)["amount"].sum() == pytest.approx(gap, abs=0.01)
    for dimension in bridges.COLUMNS:
        assert bridges.by(case, dimension)["effect"].sum() == pytest.approx(gap, abs=0.01)


def test_a_reps_diagnosis_names_nobody_else(planted):
    company = planted[1]
    case = reopen(company, scope="rep:R005")
    own = set(case.data.sales["customer"])
    others = set(company.data.frame("roster")["name"]) - set(case.data.frame("roster")["name"])
    others |= set(company.data.sales["customer"]) - own
    shown = str(causes.causes(case).to_dict()) + "".join(
        str(bridges.by(case, dimension).to_dict()) for dimension in bridges.COLUMNS
    )
    assert not [name for name in others if str(name) in shown]


def test_the_north_is_accused_of_nothing(planted):
    found = causes.causes(reopen(planted[1], scope="region:North"))
    assert found.loc[found["effect"] < 0, "cause"].tolist() in ([], ["unexplained"])
