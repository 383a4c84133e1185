"""Bridges on the page: what lies open, what is folded, and the method by its name."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.diagnose.article_effects import ArticleEffects
from kit.diagnose.funnel_bridge import FunnelBridge
from kit.show import bridges
from kit.show.funnel_bridge import funnel_bridge
from kit.show.words import Words


def parts(*names, basis="scaled_target"):
    effect = [-100_000.0 * (at + 1) for at in range(len(names))]
    return pd.DataFrame({"part": names, "reference": 900_000.0, "effect": effect}).assign(
        actual=lambda made: made["reference"] + made["effect"], share=0.5, basis=basis
    )  # fmt: skip


def found(basis="scaled_target"):
    return {
        "region": parts("East", "West", basis=basis), "team": parts("East-1", "<b>", basis=basis),
        "rep": Unavailable(reason="few_peers"), "line": parts("all", basis=basis),
        "article": parts("P1", "others", basis=basis), "class": Unavailable(table="customers"),
        "customer": parts("C1", "unknown", basis=basis),
    }  # fmt: skip


def article_effects(*, currency=False, against="target"):
    keys = ["price", "volume", "mix", *(["currency"] if currency else []), "new", "lost"]
    table = pd.DataFrame({"effect": keys, "amount": [-20_000.0, 5_000.0, 0.0, 400.0, -300.0, 7.0][
        : len(keys)]})  # fmt: skip
    rows = [{"part": name, **dict.fromkeys(keys, 10.0), "mix": 0.0, "effect": 40.0}
            for name in ("P1", "others")]  # fmt: skip
    whole = float(table["amount"].sum())
    return ArticleEffects(against, 1e6, 1e6 + whole, table, pd.DataFrame(rows))


def funnel(*, against="target", by_step=True):
    steps = ["lead → qualified", "proposal → won"] if by_step else [""]
    rows = [("deals", "", "count", 48.6, 50.0, 90_000.0, 0.4)]
    rows += [("conversion", step, "percent", 0.45, 0.28, -50_000.0, 0.001) for step in steps]
    rows += [("deal_size", "", "money", 66_000.0, float("nan"), 0.0, float("nan"))]
    rows += [("other_orders", "", "money", 7.1e6, 7.0e6, -100_000.0, float("nan"))]
    names = ["factor", "step", "kind", "reference", "actual", "effect", "p"]
    table = pd.DataFrame(rows, columns=names).assign(distinct=lambda made: made["p"] < 0.01)
    day = pd.Timestamp("2025-07-01").date()
    return FunnelBridge(
        against, 8e6, 8e6 + table["effect"].sum(), table, by_step, day, day, day, day
    )


def open_part(found: str) -> str:
    return re.sub(r"<details.*?</details>", "", found, flags=re.DOTALL)


def says(view, line: str) -> bool:
    return line in html.unescape(view.html)


def test_one_by_place_and_one_by_what_was_sold_lie_open(words):
    view = bridges.every(found(), words)
    assert open_part(view.html).count("<svg") == 2
    assert view.html.count("<svg") == 4  # team and customer are folded; one part says nothing
    titles = [words.term("by", one) for one in ("region", "article")]
    assert all(one in open_part(view.html) for one in titles)
    assert words.t("bridges.more", by=[words.term("by", "team"), words.term("by", "customer")]) in (
        view.html
    )
    assert "customers" in open_part(view.html) and "<b>" not in view.html


@pytest.mark.parametrize("basis", ["own_target", "scaled_target", "last_year", "last_period"])
def test_the_method_is_named_below_each_waterfall(words, basis, drawn):
    view = bridges.bridge(parts("East", "West", basis=basis), words, by="region")
    assert says(view, words.t(f"bridges.method.{basis}"))
    texts = drawn(view).texts
    start = f"bridges.start.{basis}"
    assert words.t(start if words.has(start) else "figure.waterfall.start") in texts
    assert drawn(view).cut() == []


def test_the_other_references_are_folded_behind_their_difference(english):
    view = bridges.against(found("last_year"), english)
    head = re.search(r"<summary>(.*?)</summary>", view.html)[1]
    assert head == "Against last year: −¥300K, from ¥1.80M to ¥1.50M"
    assert view.html.count("<svg") == 2 and open_part(view.html) == ""
    alone = bridges.against({"region": parts("East", basis="last_period")}, english)
    assert "<svg" not in alone.html and "Against the period before" in alone.html


def test_where_nothing_can_be_bridged_one_line_says_why(words):
    none = {one: Unavailable(reason="no_last_period") for one in ("region", "line")}
    for view in (bridges.every(none, words), bridges.against(none, words)):
        assert view.html.count("<p") == 1
        assert view.title == words.t("unavailable.no_last_period")
    assert bridges.every({"rep": parts("R1")}, words).html == ""
    missing = Unavailable(reason="no_last_year")
    assert bridges.effects(missing, words).title == words.t("unavailable.no_last_year")


def test_effects_by_article(words, drawn):
    view = bridges.effects(article_effects(currency=True, against="last_year"), words)
    texts = drawn(view).texts
    assert words.t("bridges.start.last_year") in texts
    assert words.t("effect.currency") in texts and words.t("effect.new_article") in texts
    assert words.t("effect.mix") not in texts  # it moved nothing
    assert says(view, words.t("bridges.effects.method"))
    assert not says(view, words.t("bridges.effects.scaled"))
    assert says(bridges.effects(article_effects(), words), words.t("bridges.effects.scaled"))
    still = article_effects()
    still.effects["amount"] = 0.0
    assert drawn(bridges.effects(still, words)).cut() == []


def test_the_funnel_bridge_names_its_method_and_says_what_is_what(words, drawn):
    view = funnel_bridge(funnel(), words)
    assert drawn(view).cut() == []
    assert words.step("proposal → won") in drawn(view).texts
    for key in ("method", "definition", "by_step", "scaled", "chance"):
        assert says(view, words.t(f"funnel_bridge.{key}"))
    assert "nan" not in re.sub(r"<[^>]*>", " ", view.html).lower()
    assert "45.0%" in view.html and "28.0%" in view.html and "49" in view.html
    plain = funnel_bridge(funnel(against="last_year", by_step=False), words)
    assert not says(plain, words.t("funnel_bridge.by_step"))
    assert words.t("funnel_bridge.conversion") in drawn(plain).texts


def test_without_deals_one_line_names_the_table():
    view = funnel_bridge(Unavailable(table="opportunities"), Words("en"))
    assert view.html.count("<p") == 1 and "opportunities" in view.title


def test_where_parts_cancel_out_the_title_says_what_was_lost():
    frame = pd.DataFrame(
        {"part": ["A", "B"], "reference": [10.0, 5.0], "actual": [7.0, 8.0], "effect": [-3.0, 3.0],
         "share": [float("nan")] * 2, "basis": "last_year"}
    )  # fmt: skip
    title = bridges.bridge(frame, Words("en", "CNY"), by="customer").title
    assert "lost" in title and "A" in title and "−" in title
