"""Locks, floors and caps that cannot hold are told in the page's language."""

from __future__ import annotations

import re

import pytest

from kit.errors import InfeasibleError, SettingsError
from kit.plan import limits
from kit.plan.exact import split
from kit.settings import TargetSettings
from kit.show.catalogue import phrases
from kit.show.conflicts import told
from kit.show.words import Words

AB = {"region:East": 1, "region:North": 1}
SPLITS = {
    "locks_beyond": {"locks": {"region:East": 1200}},
    "locks_short": {"locks": {"region:East": 300, "region:North": 200}},
    "floors_beyond": {"floors": {"region:East": 800, "region:North": 700}, "unit": 10},
    "caps_short": {"caps": {"region:East": 100, "region:North": 200.5}},
    "weights_short": {"weights": dict.fromkeys(AB, 0)},
    "crossed_in_units": {"floors": {"region:East": 205}, "caps": {"region:East": 208}, "unit": 10},
    "too_low": {"locks": {"region:East": 10}, "floors": {"region:East": 20}},
    "too_high": {"locks": {"region:East": 30}, "caps": {"region:East": 20}},
    "no_part_near": {"locks": {"region:Eest": 30}},
}


def amounts(text):
    """The figures in a sentence."""
    return sorted(re.findall(r"\d[\d,.]*\d|\d", text))


def check(error, key):
    english, chinese = (told(error, Words(language)) for language in ("en", "zh"))
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert not re.search("[a-z]{3}", re.sub("East|North|Eest", "", chinese))
    assert amounts(english) == amounts(str(error)) == amounts(chinese)
    assert english == str(error).replace("region:", "Region ")
    assert "region:" not in chinese and "{" not in chinese
    if key:
        pattern = re.sub(r"\{[^}]*\}", ".*", phrases("zh")[f"infeasible.{key}"])
        assert re.fullmatch(pattern, chinese)


@pytest.mark.parametrize("key", SPLITS)
def test_splits_that_cannot_be(key):
    given = {"weights": AB, **SPLITS[key]}
    with pytest.raises(InfeasibleError) as caught:
        split(1000, given.pop("weights"), **given)
    check(caught.value, key)


@pytest.mark.parametrize(
    ("own", "outer", "inner"),
    [
        ({"lock": 5e5, "floor": None, "cap": None}, (5e5, 5e5), (7e5, 9e5)),
        ({"lock": None, "floor": None, "cap": 5e5}, (0.0, 5e5), (7e5, 9e5)),
        ({"lock": None, "floor": None, "cap": None}, (0.0, 5e5), (7e5, 9e5)),
        ({"lock": 1e6, "floor": None, "cap": None}, (1e6, 1e6), (7e5, 9e5)),
        ({"lock": None, "floor": 1e6, "cap": None}, (1e6, 2e6), (7e5, 9e5)),
    ],
)
def test_levels_that_do_not_fit(own, outer, inner):
    with pytest.raises(InfeasibleError) as caught:
        limits._within("region:East", own, outer, inner)
    check(caught.value, "below_needs" if outer[1] < 7e5 else "below_takes")


@pytest.mark.parametrize(
    "own",
    [
        {"lock": 1234567.5, "floor": 2e6, "cap": None}, {"lock": 3e6, "floor": None, "cap": 2e6},
        {"lock": None, "floor": 3e6, "cap": 2e6}, {"lock": -5.0, "floor": None, "cap": None},
    ],
)  # fmt: skip
def test_bounds_of_one_part_that_cross(own):
    class Row:
        scope, last_year, weight = "region:East", 1.0, 1.0

    with pytest.raises(InfeasibleError) as caught:
        limits._own(Row, own, TargetSettings())
    check(caught.value, "")


def test_other_errors_stay_as_they_are():
    assert told(SettingsError("growth is 'x'."), Words("zh")) == "growth is 'x'."
    assert told(InfeasibleError("something else"), Words("zh")) == "something else"
