"""Causes held against a company's own past: what is usual is no cause, what is planted is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kit.data.sample.at_hand import at_hand
from kit.data.sample.company import make
from kit.data.sample.customers import DISTRIBUTOR
from kit.data.sample.plants import Plant, experienced
from kit.data.sample.staff import staff
from kit.data.sample.vocabulary import vocabulary
from kit.diagnose import causes, overlaps, usual_change
from kit.diagnose.catalogue import CONFIRMED, LIKELY, Cause
from kit.diagnose.turnover import Turnover, beyond
from kit.show.words import Words

WORDS = vocabulary("en")
REPS = tuple(experienced(staff(settled=True), 1, day="2025-06-01")[:2])
PLANTS = {
    "cycle": Plant("longer_cycle", region=2, size=1.2, day="2025-06-02"),
    "capacity": Plant("newcomers", region=1, size=2, day="2025-06-01", reps=REPS),
    "volume_part": Plant("channel_shift", region=0, size=0.7, day="2025-06-02"),
}


@pytest.fixture(scope="module", params=list(PLANTS))
def planted(request):
    """The cause that is planted, and the causes of the region it is planted in."""
    plant = PLANTS[request.param]
    case = at_hand(
        make(31, planted=plant), period="2025Q3", as_of="2025-09-30",
        scope=f"region:{WORDS.regions[plant.region]}",
    )  # fmt: skip
    return request.param, case, causes.causes(case)


def test_what_is_planted_comes_first_and_all_sums_to_the_gap(planted):
    cause, case, found = planted
    first = causes.top(case).iloc[0]
    assert first["cause"] == cause and first["effect"] < 0
    assert first["low"] <= first["effect"] <= first["high"]
    assert found["effect"].sum() == pytest.approx(causes.reference(case).variance, abs=0.01)
    if cause == "volume_part":
        assert (first["subject"], first["evidence"]) == (
            WORDS.channels[DISTRIBUTOR], "channel_shift",
        )  # fmt: skip
        assert first["facts"]["gained"] == "online" and first["facts"]["moved"] > 0
    if cause == "capacity":
        assert first["subject"] == "" and first["evidence"] == "capacity_accounts"
        names = set(case.data.frame("roster")["name"])
        assert not [one for one in names if one in str(found.to_dict())]  # nobody by name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_row_has_words_a_section_and_a_scope(planted, language):
    words, found = Words(language, "CNY"), planted[2]
    for row in found.to_dict("records"):
        facts = {"subject": row["subject"], **row["facts"]}
        for family in ("cause", "evidence", "action"):
            assert words.has(f"{family}.{row[family]}") or (family, row[family]) == ("action", "")
            words.term(family, row[family], facts)
        assert row["section"] and row["scope"] == str(planted[1].scope)
        assert row["confidence"] in (CONFIRMED, LIKELY) or row["cause"] == "unexplained"


def losses(**shares: float) -> pd.Series:
    return pd.Series(shares, dtype=float)


USUAL = tuple(losses(**{f"old{n}": size}) for n, size in enumerate((0.010, 0.014, 0.008, 0.012)))


def test_an_ordinary_loss_is_no_cause():
    assert beyond(Turnover(losses(small=0.013), USUAL)) == ([], [], True)


def test_the_same_loss_counted_last_quarter_is_not_what_is_usual():
    past = (losses(big=0.05, old=0.01), *USUAL)
    assert beyond(Turnover(losses(big=0.05), past))[0] == ["big"]


def test_many_ordinary_losses_are_unusual_together():
    many = losses(**{f"c{n}": 0.012 for n in range(6)})
    single, together, tested = beyond(Turnover(many, USUAL))
    assert single == [] and len(together) == 6 and tested


def test_where_nobody_ever_left_a_small_loss_is_not_yet_unusual():
    never = (losses(),) * 5
    assert beyond(Turnover(losses(small=0.012), never))[0] == []
    assert beyond(Turnover(losses(large=0.03), never))[0] == ["large"]


def test_without_a_past_all_are_named_and_none_is_tested():
    assert beyond(Turnover(losses(a=0.01, b=0.02), ())) == (["b", "a"], [], False)


def test_the_ceiling_needs_four_periods_and_grows_with_the_number_of_tests():
    assert usual_change.ceiling([1.0, 2.0, 3.0]) is None
    past = [1.0, 2.0, 3.0, 2.0, 1.0]
    assert usual_change.ceiling(past, tests=5) > usual_change.ceiling(past) > 3
    assert usual_change.ceiling([2.0] * 5) == pytest.approx(2.0)


def test_the_ceiling_is_passed_by_chance_as_seldom_as_it_says():
    rng = np.random.default_rng(3)
    draws = rng.normal(size=(4000, 7))
    passed = [row[-1] > usual_change.ceiling(list(row[:-1]), chance=0.05) for row in draws]
    assert np.mean(passed) == pytest.approx(0.05, abs=0.01)


def test_a_part_that_moves_with_the_others_is_on_its_course():
    past = [(one, one) for one in (0.1, 0.0, 0.2, -0.1, 0.1)]
    assert usual_change.off_course((0.3, 0.3), past)[0] == pytest.approx(0.0)
    alone = [(0.1, 0.4), (0.1, -0.2), (0.1, 0.0), (0.1, 0.1)]
    assert usual_change.off_course((0.1, -0.5), alone)[0] == pytest.approx(0.0)
    assert usual_change.off_course((0.1, 0.1), past[:3]) is None


@pytest.mark.parametrize(
    ("part", "rest"), [(-30.0, -70.0), (-130.0, 0.0), (40.0, -100.0), (0.0, -100.0)]
)
def test_what_another_cause_names_is_taken_off_once(part, rest):
    cause = Cause("deals", "", -100.0, low=-150.0, high=-50.0)
    left = overlaps.without_money(cause, part)
    assert left.effect == pytest.approx(rest)
    assert left.high - left.low == pytest.approx(100.0)


def test_a_part_takes_no_more_than_is_left():
    cause = Cause("volume_part", "L", -100.0)
    assert overlaps.within_rest(cause, -40.0).effect == pytest.approx(-40.0)
    assert overlaps.within_rest(cause, -40.0).facts["measured"] == -100.0
    assert overlaps.within_rest(cause, -400.0).effect == -100.0
