"""What is shown of the market: money with its sign, coincidence as such, ratios as such."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.diagnose.competitor_moves import competitor_moves
from kit.diagnose.expense_return import expense_return
from kit.diagnose.market_share import market_share
from kit.show import market
from kit.show.figures import market as figures
from kit.show.words import Words

EN, ZH = Words("en", "CNY"), Words("zh", "CNY")


def text(view):
    return re.sub(r"<[^>]+>", " ", view.html).replace("&#x27;", "'")


@pytest.fixture
def case(make_case):
    cells = [("East", "a", 1000.0, 0.20, 1100.0, 0.15),
             ("West", "<i>b</i>", 500.0, 0.1, 500.0, 0.12)]  # fmt: skip
    table = [
        {"period": period, "region": region, "line": line, "market_size": size, "own_share": share,
         "competitor_share": 0.2}
        for region, line, *figure in cells
        for period, size, share in (("2024Q3", *figure[:2]), ("2025Q3", *figure[2:]))
    ]  # fmt: skip
    return make_case(
        scope="company", market=table,
        events=[{"date": "2025-08-01", "label": "price <cut>", "kind": "competitor",
                 "region": None}],
        expenses=[{"date": f"2025-{month}-01", "region": "East", "kind": "fair", "amount": 50.0,
                   "budget": 40.0} for month in ("07", "08")],
        sales=[{"date": "2025-07-15", "amount": 1000.0, "cost": 400.0}],
    )  # fmt: skip


def test_the_change_of_share_is_told_in_money_with_its_sign(case):
    shown = market.shares(market_share(case), EN)
    assert "In Q3 2025 our share was 14.1%, −2.6 pp on Q3 2024: worth −¥45" in text(shown)
    assert "&lt;i&gt;b&lt;/i&gt;" in shown.html
    drawn = figures.share(market_share(case), EN)
    assert drawn.title == "Our share changed most in East: −5.0 pp to 15.0%"
    assert figures.worth(market_share(case), EN).title == (
        "The change of share was worth most in East: −¥55"
    )
    assert "West" in drawn.alt and "东" not in drawn.alt
    assert "2025年第3季度本公司份额为 14.1%" in text(market.shares(market_share(case), ZH))


@pytest.mark.parametrize("words", [EN, ZH])
def test_unavailable_is_one_line_everywhere(words):
    missing = Unavailable(table="market")
    for one in (market.shares, market.moves, market.expenses):
        assert "market" in one(missing, words).title
    for figure in (figures.share, figures.worth, figures.expenses):
        assert figure(missing, words).html == ""


@pytest.mark.parametrize("words", [EN, ZH])
def test_no_text_of_a_figure_reaches_beyond_it(words, drawn, case):
    share, spending = market_share(case), expense_return(case)
    for view in (figures.share(share, words), figures.worth(share, words),
                 figures.expenses(spending, words)):  # fmt: skip
        assert drawn(view).cut() == []


def test_changes_are_the_difference_of_the_shares_as_they_are_written(case):
    found = competitor_moves(case).assign(share_before=0.14146, share_after=0.12274, points=-0.0187)
    assert "14.1% → 12.3% (−1.8 pp)" in text(market.moves(found, EN))


def test_regions_and_lines_are_not_listed_twice(case, make_case):
    assert "<details" not in market.shares(market_share(case), EN).html  # two cells, two lines
    table = [{"period": f"{year}Q3", "region": region, "line": line, "market_size": 100.0,
              "own_share": 0.1 + (year - 2024) * 0.02, "competitor_share": 0.2}
             for region in ("East", "West") for line in "ab" for year in (2024, 2025)]  # fmt: skip
    four = market.shares(market_share(make_case(scope="company", market=table)), EN)
    assert "<details" in four.html and "growth of the market" in text(four)
    assert "growth of the market" in text(market.shares(market_share(case), EN))


def test_a_move_is_never_called_a_cause(case):
    shown = text(market.moves(competitor_moves(case), EN))
    assert "price &lt;cut&gt;" in shown
    assert "Too few deals or no figures" in shown and "All regions" in shown
    found = competitor_moves(case).assign(
        p_value=0.001, distinct=True, win_rate=0.2, win_rate_before=0.3, change=-0.1,
        also=pd.Series([("fair",)], dtype=object),
    )  # fmt: skip
    told = text(market.moves(found, EN))
    assert "it is no proof." in told and "At about the same time: fair." in told
    assert "30.0% → 20.0% (−10.0 pp)" in told
    assert "不构成证明" in text(market.moves(found, ZH))


def test_ratios_of_expenses_claim_no_effect(case):
    found = expense_return(case)
    shown = text(market.expenses(found, EN))
    assert "¥100 spent, 125.0% of budget, ¥10 per ¥100 booked." in shown
    assert "¥6 of margin came in for each ¥1 spent." in shown
    assert "not what one more unit would bring" in shown
    assert "What one more unit of spending brings is not told" in shown
    assert "Margin per" not in shown
    assert figures.expenses(found, EN).title == "Most is spent on fair: ¥10 per ¥100 booked"
    assert "完整月份" in text(market.expenses(found, ZH))
    assert "每100元签约额花费 10元" in text(market.expenses(found, ZH))


@pytest.mark.parametrize(
    ("verdict", "said"),
    [("goes", "Higher bookings followed"), ("follows_sales", "Spending follows sales"),
     ("not_distinct", "no kind of spending can be shown")],
)  # fmt: skip
def test_what_the_regression_found_is_an_association(case, verdict, said):
    from dataclasses import replace

    effect = pd.DataFrame(
        [{"kind": "fair", "effect": 3.0, "low": 1.0, "high": 5.0, "p_value": 0.01, "q_value": 0.02,
          "follows": 0.5, "region_months": 96, "verdict": verdict}]
    )  # fmt: skip
    shown = text(market.expenses(replace(expense_return(case), effect=effect), EN))
    assert said in shown and "An association, no proof" in shown and "¥1 to ¥5" in shown
