"""The lines of diagnosis and review on companies that hardly have data: no error, no odd figure."""

from __future__ import annotations

import ast
import math
import re
from functools import cache
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from kit.diagnose import causes
from kit.show.controls import desk
from kit.show.view import View

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
ODD = re.compile(r"\b(nan|inf|NaT|NaN|Infinity)\b")
MONTHS = pd.date_range("2023-01-01", "2025-09-01", freq="MS")


def sale(day, amount, *, rep="R1", customer="C1", article="P1", quantity=1.0, **more):
    return {"date": str(pd.Timestamp(day).date()), "rep_id": rep, "customer_id": customer,
            "product_id": article, "article": article, "amount": amount, "quantity": quantity,
            "team": "East-1", "region": "East", **more}  # fmt: skip


def deal(number, created, *, closed=None, status="open", amount=100.0, rep="R1", **more):
    return {"opportunity_id": f"D{number}", "rep_id": rep, "customer_id": "C1",
            "created_on": created, "closed_on": closed, "status": status, "stage": "proposal",
            "amount": amount, **more}  # fmt: skip


TARGET = [{"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1,
           "target": 300.0}]  # fmt: skip
STEADY = [sale(day, 100.0) for day in MONTHS]
TWO_REPS = [sale(day, 60.0 + 7 * (at % 5), rep=rep, customer=f"C{at % 4}", article=f"P{at % 3}")
            for at, day in enumerate(MONTHS) for rep in ("R1", "R2")]  # fmt: skip
EVENTS = [{"date": "2025-07-01", "label": "launch", "kind": "competitor"}]

COMPANIES = {
    "nothing sold": {},
    "three rows": {"sales": [sale("2024-07-03", 5.0), sale("2025-07-03", 7.0),
                             sale("2025-08-01", 2.0)]},
    "one customer, constant": {"sales": STEADY, "targets": TARGET},
    "target of nothing": {"sales": STEADY, "targets": [{**TARGET[0], "target": 0.0}]},
    "only returns": {"sales": [sale(day, -10.0, quantity=-1.0) for day in MONTHS],
                     "targets": TARGET},
    "nothing this year": {"sales": [one for one in STEADY if one["date"] < "2024-12"],
                          "targets": TARGET},
    "nothing before": {"sales": [one for one in STEADY if one["date"] > "2025-06"],
                       "targets": TARGET},
    "three deals": {"sales": STEADY, "targets": TARGET, "events": EVENTS, "opportunities": [
        deal(1, "2025-07-01", closed="2025-07-20", status="won"),
        deal(2, "2025-07-02", closed="2025-08-20", status="lost"), deal(3, "2025-09-20")]},
    "deals without amounts or events": {"sales": TWO_REPS, "opportunities": [
        deal(at, f"2025-0{at}-01", closed=f"2025-0{at}-20", amount=None,
             status="won" if at % 2 else "lost") for at in range(1, 9)]},
    "empty tables": {"sales": TWO_REPS, "targets": TARGET, "opportunities": [], "stage_events": [],
                     "activities": [], "customers": [], "market": [], "expenses": [],
                     "assessments": [], "events": [], "credits": []},
    "a rep of two": {"sales": TWO_REPS, "scope": "rep:R1"},
    "before it began": {"sales": STEADY, "targets": TARGET, "as_of": "2025-06-30"},
}  # fmt: skip


@cache
def cells(notebook):
    found = [one.source for one in nbformat.read(NOTEBOOKS / notebook, as_version=4).cells
             if one.cell_type == "code"]  # fmt: skip
    imports, _, _, *rest = found
    return compile(imports, "imports", "exec"), rest


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("notebook", ["03-diagnosis.ipynb", "04-quarterly-review.ipynb"])
def test_every_section_says_what_it_cannot_know(make_case, company, language, notebook):
    case = make_case(settings={"language": language, "currency": "CNY"}, **COMPANIES[company])
    imports, lines = cells(notebook)
    names: dict = {"role": ""}
    exec(imports, names)
    names["desk"] = desk(case, controls="off")
    names["words"] = names["desk"].words
    for number, source in enumerate(lines):
        *before, last = _statements(source)
        exec("\n".join(before), names)
        shown = eval(last, names)
        if isinstance(shown, View):
            text = re.sub(r"<[^>]+>", " ", shown.html)
            assert not ODD.search(text), (number, ODD.search(text), text[:2000])
    table = causes.causes(case)
    if isinstance(table, pd.DataFrame):
        assert table["effect"].map(math.isfinite).all()


def _statements(source: str) -> list[str]:
    return [ast.unparse(one) for one in ast.parse(source).body]
