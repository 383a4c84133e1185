"""The catalogues agree with each other and with the code that asks them."""

import re
import string
from pathlib import Path

import pytest

import kit
from kit.data.measures import KINDS, MEASURES
from kit.data.tables import TABLES
from kit.errors import KitError
from kit.plain_yaml import read_yaml
from kit.show import catalogue, columns
from kit.show.catalogue import phrases
from kit.show.words import Words
from kit.track.alerts.rules import RULES

VOCABULARY = """
scope part measure period start end date month target target_to_date actual attainment pace_index
gap variance variance_share required_run_rate run_rate status landing landing_low landing_high
chance_of_target last_year yoy mom moving_average rolling_gap working_days seasonality cumulative
share weight baseline low high mean growth view amount reference effect step entered reached
conversion reference_conversion cause subject category evidence severity rule value threshold
advice action owner due_on criterion verdict rep team region line customer channel article score
rank margin new_customers quantity collections visits quotes calls win_rate_count capacity
hired_on expected_effect measured_effect table adds rows kept repaired refused product
customer_class
""".split()


def placeholders(phrase):
    return sorted(
        (name, way) for _, name, way, _ in string.Formatter().parse(phrase) if name is not None
    )


def test_both_languages_have_the_same_keys_and_placeholders():
    english, chinese = phrases("en"), phrases("zh")
    assert sorted(english) == sorted(chinese)
    differing = [key for key in english if placeholders(english[key]) != placeholders(chinese[key])]
    assert differing == []


def test_every_placeholder_can_be_written(words):
    for key, phrase in phrases(words.language).items():
        facts = {name: None for name, _ in placeholders(phrase)}
        if not any(way == "list" for _, way in placeholders(phrase)):
            assert "{" not in words.t(key, **facts), key


def test_chinese_phrases_are_chinese():
    plain = {
        "card.owner_due", "unit.comma", "unit.multiple", "unit.year", "card.range", "figure.alt_pair",
        "figure.alt_joint", "figure.alt_stop", "figure.funnel.row",
        "figure.trend.title_no_target", "table.alert", "risk.quiet_line",
    }  # fmt: skip
    latin = [
        key
        for key, phrase in phrases("zh").items()
        if not re.search(r"[\u4e00-\u9fff]", phrase) and key not in plain
    ]
    assert latin == []


@pytest.mark.parametrize("column", VOCABULARY)
def test_every_column_of_the_vocabulary_has_a_heading(column):
    for language in ("en", "zh"):
        assert f"heading.{column}" in phrases(language)


def test_every_table_says_what_it_adds():
    for table in TABLES.values():
        assert phrases("en")[f"adds.{table.name}"] == table.adds
        assert phrases("zh")[f"adds.{table.name}"]


def test_literal_keys_in_the_code_exist():
    known = phrases("en")
    asked = {
        (path.name, key)
        for path in Path(kit.__file__).parent.rglob("*.py")
        for key in re.findall(r'words\.t\(\s*"([a-z_.]+)"\s*[,)]', path.read_text("utf-8"))
    }
    assert asked
    assert sorted((path, key) for path, key in asked if key not in known) == []


def test_reasons_of_unavailable_exist():
    known = phrases("en")
    asked = {
        (path.name, reason)
        for path in Path(kit.__file__).parent.rglob("*.py")
        for reason in re.findall(r'Unavailable\(\s*reason="(\w+)"', path.read_text("utf-8"))
    }
    assert sorted(one for one in asked if f"unavailable.{one[1]}" not in known) == []


def test_a_missing_key_names_the_nearest():
    with pytest.raises(KitError, match="Did you mean 'status.green'"):
        Words("en").t("status.gren")


def test_a_missing_fact_is_named():
    with pytest.raises(KitError, match="'status.*needs the fact 'when'|needs the fact 'when'"):
        Words("en").t("packet.as_of")


def test_facts_are_written_the_way_the_phrase_says():
    text = Words("en", "CNY").t(
        "next.sentence_growth_chance", period="2025Q4", target=1.2e7, growth=0.05, chance=0.4
    )
    assert text == (
        "Suggested target for Q4 2025: ¥12.0M, +5.0% on last year; chance of reaching it 40%."
    )


def test_one_thing_is_not_called_things():
    english, chinese = Words("en"), Words("zh")
    assert english.counted("deals", 1) == "1 deal"
    assert english.counted("deals", 1200) == "1,200 deals"
    assert english.t("index.count", n=1) == "1 packet"
    assert english.t("plan.saved", n=1, path="t.csv") == "1 target was written to t.csv."
    assert chinese.t("index.count", n=1) == "共 1 份报告"


def test_a_gap_on_the_good_side_is_over():
    assert Words("en", "CNY").cell("gap", -497_000.0) == "¥497K over"
    assert Words("zh", "CNY").cell("gap", -497_000.0) == "超出 49.7万元"


def test_braces_in_names_are_no_placeholders():
    assert Words("en").t("cause.lost_customer", subject="{x} {0} $a$") == (
        "Customer lost: {x} {0} $a$"
    )


def test_terms_translate_keys_and_leave_names_alone(words):
    assert words.term("status", "green") != "green"
    assert words.term("part", "../../x") == "../../x"
    assert words.term("part", None) == "–"


@pytest.mark.parametrize(
    ("family", "codes"),
    [("measure", MEASURES), ("behaviour", KINDS),
     ("status", ("green", "amber", "red", "no_target", "open", "won", "lost", "done", "dropped",
                 "overdue")),
     ("outcome", ("reached", "near", "amber", "red", "no_target")), ("stage", ("won", "lost")),
     ("part", ("unassigned", "others", "unknown")), ("reason", ("unknown",)),
     ("rule", RULES)],
)  # fmt: skip
def test_the_kits_own_codes_are_told_in_words(words, family, codes):
    raw = [one for one in codes if words.term(family, one) == one]
    assert not raw


def test_measures_that_are_counted_have_no_currency():
    words = Words("en", "CNY")
    assert words.cell("gap", 12.0, measure="new_customers") == "12"
    assert words.cell("gap", 12.0) == "¥12"
    assert words.cell("step", "proposal → won") == "Proposal → Won"


def test_kinds_are_ways_of_writing():
    ways = set(columns.KINDS.values()) - {"status", "section"}  # these two are more than text
    assert all(hasattr(Words, way) for way in ways)


def test_no_key_stands_twice_in_a_file():
    for language in ("en", "zh"):
        for file in sorted((Path(catalogue.__file__).parent / language).glob("*.yml")):
            read_yaml(file)
