"""Stories as people read them: sentences of statements, their records, and the phrases' manners."""

from __future__ import annotations

import datetime as dt
import html
import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode, from_dict

from kit.diagnose.catalogue import CAUSES
from kit.diagnose.obstacles import _JUDGES as OBSTACLES
from kit.errors import KitError
from kit.plan.target import VIEWS
from kit.publish.findings import collect
from kit.publish.sections import linked
from kit.settings.cadence import SECTIONS
from kit.show.catalogue import phrases
from kit.show.findings import MIME, findings
from kit.show.story import records, sentence, story
from kit.show.words import Words
from kit.statement import Statement, Term, directed, foremost, known
from kit.track.alerts.rules import RULES

WITHIN = ("cause", "obstacle", "method", "unmet", "matter", "item")  # parts of sentences
ABROAD = {"SMART", "CRM", "ABC"}
OURS = ("nothing", "plan.", "track.", "diagnose.")
BAD = re.compile(
    r"−|-\d|\+\d|\bnan\b|\bNone\b(?! of)|\binf\b|  |[{}]|\.\.|。。|，。|\b0 \w+ (are|were|need)\b"
)


def own(language):
    """The phrases of the three chapters' stories, by key below `story.`."""
    told = {
        key.removeprefix("story."): one
        for key, one in phrases(language).items()
        if key.startswith("story.")
    }
    return {key: one for key, one in told.items() if key.startswith(OURS)}


def sentences(language):
    return {k: v for k, v in own(language).items() if not set(WITHIN) & set(k.split("."))}


def placeholders(phrase):
    return [(name, way) for _, name, way, _ in string.Formatter().parse(phrase) if name is not None]


SIZES = st.floats(0.5, 1e12, allow_nan=False)
WAYS = {  # facts as computing hands them on: sizes without sign, counts from one, names, days
    "money": SIZES, "date": st.dates(dt.date(2000, 1, 1), dt.date(2050, 1, 1)),
    "percent": st.floats(0, 50), "share": st.floats(0, 1), "chance": st.floats(0, 1),
    "multiple": st.floats(0, 100), "number": st.floats(0, 100), "count": st.integers(1, 5000),
    "period": st.sampled_from(["2025Q3", "2025", "2025-08", "2012-09-28"]),
    "list": st.lists(st.sampled_from(["east", "west", "n<b>"]), min_size=1, max_size=3),
    "part": st.sampled_from(["East", "others"]), "": st.sampled_from(["Clinic", "Wu & Co"]),
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@given(facts=st.fixed_dictionaries(WAYS), things=st.integers(1, 5000))
@settings(max_examples=20, deadline=None)
def test_no_phrase_is_broken_by_any_facts(language, facts, things):
    words = Words(language, "CNY")
    for key, phrase in sentences(language).items():
        named = {name: facts.get(way, things) for name, way in placeholders(phrase)}
        if key.endswith("_one"):
            key, named["n"] = key.removesuffix("_one"), 1
        told = sentence(Statement(key, named), words)
        assert not BAD.search(told), (key, told)
        assert told.endswith("." if language == "en" else "。"), key
        begins = phrase.startswith("{") or told[0].isupper()
        assert begins or language == "zh", (key, told)


def test_both_languages_have_the_same_phrases_with_the_same_placeholders():
    english, chinese = (
        {key: sorted(placeholders(one)) for key, one in own(language).items()}
        for language in ("en", "zh")
    )
    assert english == chinese


def test_each_language_keeps_to_itself():
    for key, phrase in own("zh").items():
        plain = re.sub(r"\{[^}]*\}", "", phrase)
        assert not set(re.findall(r"[A-Za-z]+", plain)) - ABROAD, key
        assert not re.search(r"[,;:]|\.$", plain), key
    for key, phrase in own("en").items():
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", phrase), key


def test_all_that_computing_can_name_has_words():
    keys = own("en")
    for family, names in {
        "track.matter": RULES, "diagnose.cause": CAUSES, "diagnose.obstacle": OBSTACLES,
        "plan.method": (*VIEWS, "strategy", "given", "in_force"),
    }.items():  # fmt: skip
        missing = [one for one in names if f"{family}.{one}" not in keys and one != "unexplained"]
        assert missing == [], family


STORY = (
    Statement("track.missed", {"period": "2025Q3", "actual": 12_279_409.0, "target": 14_983_000.0,
              "attainment": 0.8196, "size": 2_703_591.0}, section="standing", tone="bad"),
    Statement("track.alerts_both", {"red": 1, "amber": 2}, section="alerts", tone="bad"),
    Statement("track.cash_overdue_first", {"open": 7.5e6, "overdue": 2.2e6, "share": 0.29,
              "customer": "<b>Co.</b>", "most": 2.4e5}),
)  # fmt: skip


def test_a_story_reads_as_a_person_would_write_it():
    told = story(STORY, Words("en", "CNY"), chapter="track").title
    assert told == (
        "In Q3 2025, bookings came to ¥12.3M, 82.0% of the target of ¥15.0M; ¥2.70M were missing. "
        "There is 1 urgent matter and 2 more to watch. Of ¥7.50M in open invoices, ¥2.20M (29%) "
        "are overdue; <b>Co.</b> owes most, ¥240K."
    )
    chinese = story(STORY, Words("zh", "CNY"), chapter="track").title
    assert chinese.startswith(
        "本期（2025年第3季度）签约额 1,228万元，目标 1,498万元，达成率 82.0%，缺口 270.4万元。"
        "有 1 项紧急事项，另有 2 项需关注。未收账款 750.0万元，"
    )
    assert "。 " not in chinese


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_on_the_page_has_its_record_and_every_record_its_sentence(language):
    words = Words(language, "CNY")
    page, told = story(STORY, words, chapter="track").html, records(STORY, words, chapter="track")
    on_page = re.findall(r'id="said-([^"]+)"[^>]*>(.*?)</span>', page)
    texts = [html.unescape(re.sub(r"<[^>]+>", "", inside)) for _, inside in on_page]
    assert [one for one, _ in on_page] == [one["id"] for one in told]
    assert texts == [one["text"] for one in told]
    assert told[0]["facts"]["size"] == 2_703_591.0 and told[0]["section"] == "standing"


def test_names_are_escaped_and_sentences_lead_to_their_evidence():
    page = story(STORY, Words("en", "CNY"), chapter="track").html
    assert "<b>" not in page and "&lt;b&gt;Co.&lt;/b&gt;" in page
    assert page.count("<a ") == 2 and 'href="#section-standing"' in page
    assert page.count("<p") == 1 and page.startswith('<p class="kit-story">')


def test_where_a_packet_leaves_a_section_out_the_sentence_stays_as_text():
    page = story(STORY, Words("en", "CNY"), chapter="track").html
    output = NotebookNode(data=NotebookNode({"text/html": page}))
    heading = from_dict({"metadata": {"heading": {"anchor": "section-standing"}}})
    cell = from_dict({"metadata": {}})
    cell.outputs = [output]
    linked([heading, cell])
    left = output.data["text/html"]
    assert left.count("<a ") == 1 and "There is 1 urgent matter" in left


def test_the_chapters_of_several_notebooks_add_up():
    words = Words("en", "CNY")
    cells = [
        {"outputs": [{"data": {MIME: findings(
            story={chapter: records(STORY, words, chapter=chapter)}).parts}}]}
        for chapter in ("plan", "track")
    ]  # fmt: skip
    found = collect([{"cells": [cell]} for cell in cells])["story"]
    assert [one["id"] for one in found["track"]] == ["track-1", "track-2", "track-3"]
    assert found["plan"][0]["id"] == "plan-1"


def test_one_thing_is_not_called_things():
    facts = {"open": 5e5, "gap": 1e6, "multiple": 0.5, "usual": 1.3}
    many = sentence(Statement("track.cover_less", facts | {"n": 12}), Words("en"))
    one = sentence(Statement("track.cover_less", facts | {"n": 1}), Words("en"))
    assert many.startswith("The 12 open deals due") and one.startswith("The one open deal due")
    watch = sentence(Statement("track.alerts_watch", {"amber": 1}), Words("en"))
    assert watch == "Nothing is urgent, but 1 matter needs watching."


def test_terms_are_told_within_a_sentence_and_kept_in_the_record():
    cause = Term("story.diagnose.cause", "conversion_step", {"subject": "proposal → won"})
    item = Term("story.diagnose", "item", {"cause": cause, "size": 3e6, "confidence": "confirmed"})
    said = [Statement("diagnose.cost", {"causes": (item,), "n": 1}, section="causes")]
    told, = records(said, Words("en", "CNY"), chapter="diagnose")
    assert told["text"] == "What cost most was the conversion Proposal → Won (¥3.00M, confirmed)."
    assert told["facts"]["causes"][0]["facts"]["size"] == 3e6
    chinese, = records(said, Words("zh", "CNY"), chapter="diagnose")
    assert chinese["text"] == "拖累最大的原因是“方案 → 赢单”转化率（影响 300.0万元，已证实）。"


def test_nothing_to_say_is_nothing_on_the_page(words):
    assert story((), words, chapter="track").html == ""
    assert records((), words, chapter="track") == []


def test_a_statement_refuses_a_tone_that_is_none():
    with pytest.raises(KitError, match="tone is 'angry'; allowed are empty, good, bad, open"):
        Statement("track.missed", tone="angry")


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_direction_has_a_key_and_a_size_without_sign(value):
    found = directed(value, up="rose", down="fell", flat="kept", least=0.5)
    if not known(value):
        assert found is None
    else:
        key, size = found
        assert size >= 0 and (key == "rose") == (value > 0.5) and (key == "fell") == (value < -0.5)


def test_what_matters_most_is_said_in_the_order_of_saying():
    said = [(3, Statement("a")), (1, Statement("b")), (2, None), (2, Statement("c"))]
    assert [one.key for one in foremost(said, most=2)] == ["b", "c"]
    assert foremost([]) == ()


def test_sections_are_those_of_a_packet():
    from kit.diagnose import story as diagnosed
    from kit.plan import story as planned
    from kit.track import story as tracked

    for module in (planned, tracked, diagnosed):
        with open(module.__file__, encoding="utf-8") as file:
            named = set(re.findall(r'section="(\w+)"', file.read()))
        assert named and named <= set(SECTIONS)
