"""One look for notebook and packet."""

import re

from kit.data.tables import Unavailable
from kit.show import notes, style
from kit.show.view import View, together


def test_no_request_and_no_rule_for_the_pages_own_elements():
    assert not re.search(r"url\(|@import|http", style.CSS)
    plain = re.sub(r"@media[^{]*\{", "", style.CSS)
    blocks = re.findall(r"(?:^|\})([^{}]+)\{[^{}]*(?=\})", plain)
    selectors = [one.strip() for block in blocks for one in block.split(",")]
    assert len(selectors) > 40
    assert [one for one in selectors if not one.startswith(".kit-")] == []


def test_every_name_was_replaced():
    assert not re.search(r"\b(INK|MUTED|RULE|GOOD|BAD|WARN|FONTS|ACTUAL)\b", style.CSS)
    assert style.CSS.count("{") == style.CSS.count("}")
    assert "</" not in style.CSS


def test_views_stand_together():
    both = together([View("<p>a</p>", title="A", alt="x"), View("<p>b</p>")], side_by_side=True)
    assert both.html == '<div class="kit-columns"><div><p>a</p></div><div><p>b</p></div></div>'
    assert both._repr_mimebundle_() == {"text/html": both.html, "text/plain": "A"}


def test_notes_name_table_and_reason(words):
    view = notes.unavailable(Unavailable(table="opportunities"), words)
    assert "<code>opportunities</code>" in view.html
    assert "7" in notes.unavailable(Unavailable(reason="too_short", detail="7"), words).title
    odd = notes.unavailable(Unavailable(reason="never_heard", detail="<x>"), words)
    assert "&lt;x&gt;" in odd.html and "never_heard" in odd.html


def test_lists_are_escaped():
    assert "<li>a &lt; b</li>" in notes.points(["a < b"], title="T").html
