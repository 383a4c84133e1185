"""The risk register in words, in both languages."""

import math
import re
from html import escape

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.review.risk_figures import FIGURES
from kit.review.risks import COLUMNS, Risks
from kit.show import risks
from kit.show.words import Words

FACTS = {
    "usual": 0.7, "next": "2025Q4", "coverage": 0.6, "interval": 0.8, "periods": 6, "moved": 3,
    "deals": 9, "customers": 5, "reps": 4, "now": 0.1, "past": 0.08, "share": 0.12, "rival": 0.01,
    "of": "2025Q3", "dso": 50.0, "spend": 11.0, "budget": 10.0,
}  # fmt: skip


def row(name, **more):
    return {
        "risk": name, "subjects": (), "value": 0.2, "watch": 0.1, "warning": 0.3, "below": False,
        "before": 0.15, "trend": "worse", "state": "watch", "stake": 5e6,
        "owner_role": "sales_manager", "owner": None, "section": "receipts", "facts": FACTS, **more,
    }  # fmt: skip


def register(*rows, missing=None, unknown=()):
    return Risks(pd.DataFrame(list(rows), columns=list(COLUMNS)), missing or {}, unknown)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", list(FIGURES))
def test_every_risk_has_figure_limit_and_control(language, name):
    words = Words(language, "CNY")
    for more in ({}, {"trend": None, "before": math.nan, "stake": math.nan}):
        told = risks.says(row(name, **more), words)
        assert not re.search(r"\bnan\b|None|\{", told)
        view = risks.risks(register(row(name, **more, subjects=("A<b",))), words)
        assert escape(words.t(f"risk.control.{name}")) in view.html and "A&lt;b" in view.html
        assert 'href="#section-receipts"' in view.html and "kit-stacked" in view.html


def test_points_are_told_with_the_sign_that_a_reader_expects():
    words = Words("en", "CNY")
    told = risks.says(row("share_loss", value=0.019, watch=0.005, before=0.007), words)
    assert "(−1.9 pp)" in told and "Limit −0.5 pp on the year before" in told
    told = risks.says(row("forecast_quality", value=0.2, watch=0.1, before=0.0), words)
    assert "60% ended" in told and "Limit 70.0%; worse" in told and "(80.0%)" in told


def test_handed_over_and_no_days_sales_outstanding():
    words = Words("en", "CNY")
    told = risks.says(row("silent_customers", facts={**FACTS, "handed": True}), words)
    assert "handed over" in told
    told = risks.says(row("overdue", facts={**FACTS, "dso": math.nan}), words)
    assert "days sales" not in told


def test_the_sentence_counts_and_the_quiet_ones_are_folded():
    rows = (row("overdue", state="warning"), row("discount"), row("expense", state="quiet"))
    view = risks.risks(register(*rows), Words("en", "CNY"))
    assert "1 risk is beyond the warning limit, 1 risk is beyond the early-warning limit" in (
        view.html
    )
    assert view.html.count("<details") == 1 and "1 quiet risk" in view.html
    calm = risks.risks(register(row("expense", state="quiet")), Words("en", "CNY"))
    assert "No figure is beyond" in calm.html and "<table" not in calm.html
    assert "No risk figure" in risks.risks(register(), Words("en", "CNY")).html


def test_a_missing_table_is_told_once_and_an_unknown_figure_says_why(words):
    found = register(
        missing={"opportunities": ("coverage", "slipping_deals")},
        unknown=(("discount", Unavailable(reason="risk_no_year")),),
    )
    html = risks.risks(found, words).html
    assert html.count("opportunities") == 1
    assert words.t("risk.kind.slipping_deals") in html
    assert words.t("unavailable.risk_no_year") in html
