"""The pages of customers: what they say, in both languages, and that names stay text."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.diagnose.abc import abc
from kit.diagnose.class_moves import class_moves
from kit.diagnose.concentration import concentration
from kit.diagnose.leaving import leaving
from kit.diagnose.leaving_record import Record, record
from kit.diagnose.lifetime import Holdout, Lifetime
from kit.diagnose.retention import retention
from kit.diagnose.rfm import segments
from kit.show import customers
from kit.show import leaving as silent
from kit.show.figures import customers as figure


def text(view):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", view.html))


@pytest.fixture
def case(make_case):
    """Twelve customers: one large one silent, one new, one with a name to be escaped."""
    rows = []
    for number in range(12):
        start = "2025-07-01" if number == 11 else "2022-12-01"
        end = "2025-06-01" if number == 0 else "2025-09-28"
        for day in pd.date_range(start, end, freq=f"{14 + number}D"):
            rows.append(
                {"customer_id": f"c{number}", "date": str(day.date()), "cost": 40.0 + 2 * number,
                 "amount": 900.0 if number == 0 else 60.0 + number,
                 "customer": "<b>华东</b> $a$" if number == 0 else None}
            )  # fmt: skip
    return make_case(sales=rows, scope="region:East")


def test_every_page_is_made_in_both_languages(case, words):
    views = [
        customers.classes(abc(case), words), customers.moves(class_moves(case), words),
        customers.concentration(concentration(case), words),
        customers.segments(segments(case), words), silent.leaving(leaving(case), words),
        silent.record(record(case), words), customers.retention(retention(case), words),
        figure.concentration(concentration(case), words),
    ]  # fmt: skip
    for view in views:
        assert "<b>华东</b>" not in view.html and "nan" not in text(view).lower().split()
        assert view.html.count("<div") == view.html.count("</div>")
    everything = " ".join(text(view) for view in views)
    assert "&lt;b&gt;华东" in everything
    if words.language == "zh":
        assert not re.findall(r"(?<![A-Za-z$])(lapsed|at risk|Champions|Silent)", everything)


def test_the_silent_are_told_with_value_and_rhythm(case, english):
    told = text(silent.leaving(leaving(case), english))
    assert "Lapsed: 1 customer with ¥24.3K in their last active year." in told
    assert "14 days" in told and "Lapsed" in told
    assert "may have been handed over" in told  # seen from a region
    assert "At risk:" not in told


def test_nobody_silent_is_one_sentence(make_case, english):
    days = pd.date_range("2023-01-01", "2025-09-28", freq="14D").astype(str)
    case = make_case(sales=[{"customer_id": "c", "date": day, "amount": 5.0} for day in days])
    told = text(silent.leaving(leaving(case), english))
    assert "None of the 1 customer" in told


def record_of(holds, flagged=0.8):
    names = ["at_risk", "lapsed", "flagged", "all"]
    states = pd.DataFrame(
        {"state": names, "customers": [5, 5, 10, 100], "stayed_away": [4, 4, 8, 20],
         "precision": [flagged, flagged, flagged, 0.2], "recall": [0.2, 0.2, 0.4, 1.0]}
    )  # fmt: skip
    return Record(states, 4, holds)


def test_the_record_says_whether_to_believe_it(english):
    assert "The flag has held" in text(silent.record(record_of(True), english))
    assert "Take it as a question only" in text(silent.record(record_of(False), english))
    unknown = text(silent.record(record_of(None, float("nan")), english))
    assert "Fewer than five customers were flagged" in unknown


def lifetime_of(actual):
    totals = pd.DataFrame(
        {"class": ["A", "none", "total"], "customers": [80, 40, 120], "alive": [79.0, 1.0, 80.0],
         "orders": [900.0, 10.0, 910.0], "amount": [9e5, 1e4, 9.1e5], "margin": [None] * 3,
         "last_year": [8e5, 0.0, 8e5]}
    )  # fmt: skip
    past = Holdout(110, 800.0, 760.0, 840.0, actual, 700.0, 8e5, 7.5e5)
    return Lifetime(totals, 910.0, 880.0, 940.0, None, past)


def test_lifetime_says_how_the_model_did_and_what_it_assumes(words, english):
    assert text(customers.lifetime(lifetime_of(790.0), words))
    held = text(customers.lifetime(lifetime_of(790.0), english))
    assert "within the interval" in held and "Contracts, fixed dates and seasons" in held
    assert "Margin" not in held
    missed = text(customers.lifetime(lifetime_of(500.0), english))
    assert "Take this with care" in missed and "but 500 came" in missed


@pytest.mark.parametrize(
    "reason",
    "no_customer_orders no_positive_orders no_positive_customers customers_short few_customers "
    "lifetime_few lifetime_short".split(),
)
def test_what_is_missing_is_one_line(reason, words):
    found = Unavailable(reason=reason, detail="7")
    pages = (
        customers.classes, customers.moves, customers.concentration, customers.segments,
        customers.retention, customers.lifetime, silent.leaving, figure.concentration,
    )  # fmt: skip
    for page in pages:
        assert page(found, words).title == words.t(f"unavailable.{reason}", detail="7")


def test_the_curve_states_its_finding(case, words, english, drawn):
    view = figure.concentration(concentration(case), words)
    assert drawn(view).cut() == []
    view = figure.concentration(concentration(case), english)
    share = english.share(abc(case).customers["share"].head(3).sum())
    assert view.title == f"The largest 3 of 12 customers bring {share} of the money"
    assert f"of 12 customers {share}" in view.alt
    assert f"3 customers: {share}" in drawn(view).texts


def test_few_customers_are_not_drawn(make_case, english):
    case = make_case(sales=[{"customer_id": "c", "date": "2025-08-01", "amount": 5.0}])
    assert figure.concentration(concentration(case), english).html == ""


def test_tables_fit_a_phone(case, english):
    for view in (
        customers.classes(abc(case), english), silent.leaving(leaving(case), english),
        customers.segments(segments(case), english), customers.retention(retention(case), english),
    ):  # fmt: skip
        for head in re.findall(r"<thead><tr>(.*?)</tr>", view.html):
            assert head.count("<th") <= 7


def test_classes_that_agree_and_cohorts_that_all_came_again_are_a_sentence(case, words):
    found = abc(case)
    alike = replace(found, cross=found.cross.assign(by_margin=found.cross["by_amount"]))
    assert words.t("customers.cross_alike") in text(customers.classes(alike, words))
    assert "<details" not in customers.classes(alike, words).html
    kept = retention(case)
    cohorts = pd.DataFrame(
        {"period": ["2024Q1", "2025Q2"], "start": pd.NaT, "customers": [3, 2],
         "d90": [1.0, None], "d180": [1.0, None], "d365": [1.0, None]}
    )  # fmt: skip
    every = customers.retention(replace(kept, cohorts=cohorts), words)
    assert words.t("customers.cohorts_all") in text(every) and "<details" not in every.html
    some = replace(kept, cohorts=cohorts.assign(d90=[0.5, None]))
    assert "<details" in customers.retention(some, words).html


def test_returns_are_named_and_are_not_below_cost(make_case, words, english):
    rows = [
        {"customer_id": who, "date": date, "amount": amount, "cost": cost}
        for who, date, amount, cost in (
            ("a", "2025-08-01", 100.0, 50.0), ("a", "2024-08-01", 100.0, 50.0),
            ("a", "2023-09-15", 1.0, 0.0), ("b", "2025-08-01", -50.0, -30.0),
        )
    ]  # fmt: skip
    case = make_case(sales=rows)
    told = text(customers.classes(abc(case), english))
    assert "Zero or less after returns: 1 customer, −¥50 in all." in told
    assert "below cost" not in told
    assert "Only returns, no order" in text(customers.retention(retention(case), english))
    for view in (customers.classes(abc(case), words), customers.retention(retention(case), words)):
        assert "customers." not in view.html and "nan" not in text(view).lower().split()


def test_the_three_counts_of_lost_customers_are_defined(case, words):
    assert words.t("customers.definitions")[:20] in text(silent.leaving(leaving(case), words))
