"""What is decided for a scope, told first and beside the view of its own page."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest

from kit.plan.handed import Handed, handed
from kit.plan.target import proposal
from kit.show import plans
from kit.show.words import Words

MONTHS = pd.period_range("2023-01", "2025-06", freq="M")
SALES = [{"date": one.to_timestamp() + pd.Timedelta(9, "D"), "amount": 100_000.0}
         for one in MONTHS]  # fmt: skip
GIVEN = {"targets.method": "given", "targets.value": 312_000}


def goal(target, *, scope="rep:R1", version=1, since=None, reason=None, period="2025Q3"):
    return {"scope": scope, "period": period, "measure": "bookings", "version": version,
            "target": target, "valid_from": since, "reason": reason, "author": "Li"}  # fmt: skip


@pytest.fixture
def own(make_case):
    def build(*targets, scope="rep:R1", **settings):
        named = {f"targets.{key}": one for key, one in settings.items()}
        return make_case(sales=SALES, scope=scope, targets=targets, settings={**GIVEN, **named})

    return build


def lines(case, language="en"):
    """The sentences of the chapter's first card, in order."""
    found = plans.proposal(proposal(case), Words(language, "CNY")).html
    return [html.unescape(one) for one in re.findall("<li>(.*?)</li>", found)]


def test_the_newest_version_in_force_is_handed(own):
    rows = (goal(200_000.0), goal(260_000.0, version=2, reason=" board "),
            goal(999_000.0, version=3, since="2025-12-01"),
            goal(500_000.0, scope="rep:R2", version=9, reason="not for R1"))  # fmt: skip
    assert handed(own(*rows)) == Handed(260_000.0, 2, "board")
    assert handed(own(*rows[:1])) == Handed(200_000.0, 1, "")
    assert handed(own(rows[3])) == Handed(None)
    assert handed(own(*rows, scope="company")) is None
    monthly = [goal(50_000.0, period=f"2025-0{one}") for one in (7, 8, 9)]
    assert handed(own(*monthly)) == Handed(150_000.0)
    assert handed(own(*monthly[:2])) == Handed(None)
    withdrawn = (goal(200_000.0), goal(None, version=2))
    assert handed(own(*withdrawn)) == Handed(None)


def test_decided_comes_first_and_the_own_view_with_the_difference(own):
    found = lines(own(goal(260_000.0, version=2, reason="the board's decision")))
    assert found[0].startswith("Decided: ¥260K (version 2, reason: the board's decision)")
    assert found[1].startswith("This page's own view: ¥312K, 20.0% more than decided")
    assert "Proposed target" not in " ".join(found)
    less = lines(own(goal(390_000.0)))
    assert less[0].startswith("Decided: ¥390K (version 1)") and "20.0% less" in less[1]
    assert "the same as decided" in lines(own(goal(312_000.0)))[1]
    assert "¥312K, +¥312K against what is decided" in lines(own(goal(0.0)))[1]
    monthly = [goal(50_000.0, period=f"2025-0{one}") for one in (7, 8, 9)]
    assert "(added up from targets of shorter periods" in lines(own(*monthly))[0]
    chinese = lines(own(goal(260_000.0, version=2, reason="董事会决定")), "zh")
    assert chinese[0].startswith("已定目标：26.0万元（第 2 版，理由：董事会决定）")
    assert chinese[1].startswith("本页自身测算：31.2万元（比已定目标高 20.0%）")


def test_nothing_decided_yet_is_said(own):
    found = lines(own(goal(260_000.0, scope="rep:R2", reason="not for R1")))
    assert found[0].startswith("This page's own view: ¥312K")
    assert "may hand down another amount" in found[1] and "R2" not in " ".join(found)
    assert "公司计划下发的金额可能不同" in lines(own(), "zh")[1]


def test_a_lock_of_the_company_is_told_on_its_own_page_alone(own):
    locks = {"rep:R1": 390_000.0, "rep:R2": 777_000.0}
    found = " ".join(lines(own(goal(260_000.0), locks=locks)))
    assert "locks this target at ¥390K, the same as this page's own view" in found  # as given
    assert "777" not in found and "R2" not in found
    assert "锁定为 39.0万元" in " ".join(lines(own(locks=locks), "zh"))
    assert "locks" not in " ".join(lines(own(goal(260_000.0), locks={"rep:R2": 777_000.0})))


def test_the_company_is_told_its_proposal_and_the_reason_for_a_stand_in_follows_it(own):
    found = lines(own(goal(300_000.0, scope="company"), scope="company"))
    assert found[0].startswith("Proposed target: ¥312K")
    assert found[1].startswith("Target in force: ¥300K")
    stand_in = own(goal(260_000.0), method="market")
    assert proposal(stand_in).fallback
    found = lines(stand_in)
    assert found[1].startswith("This page") and found[2].startswith("The way asked for")
    assert lines(own(method="market"))[1].startswith("The way asked for")
