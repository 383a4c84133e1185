"""Fixtures that several test packages share: small cases built by hand, and a browser."""

from __future__ import annotations

import datetime as dt
import os
import shutil

import hypothesis
import pandas as pd
import pytest

from kit.data.calendar import FiscalCalendar
from kit.data.case import Case, ScopeData
from kit.data.tables import DTYPES, TABLES
from kit.parameters import nested, validate
from kit.scope import Scope

# how long an example takes says nothing of whether it holds
hypothesis.settings.register_profile("kit", deadline=None)
hypothesis.settings.load_profile("kit")

QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SALES = {
    "order_id": "O1", "line_no": "1", "date": None, "rep_id": "R1", "customer_id": "C1",
    "product_id": "P1", "channel": "direct", "region": "East", "team": "East-1", "quantity": 1.0,
    "list_amount": None, "amount": 0.0, "cost": 0.0, "share": 1.0, "currency": "CNY",
    "rep": None, "article": None, "product": None, "line": "standard", "list_price": None,
    "customer": None, "customer_class": "A", "customer_segment": "hospital",
    "customer_since": None,
}  # fmt: skip


def sales_frame(rows: list[dict]) -> pd.DataFrame:
    """Order lines as `ScopeData.sales` has them; what a row leaves out gets a plain value."""
    full = []
    for number, row in enumerate(rows, start=1):
        one = {**SALES, "order_id": f"O{number}", **row}
        one["rep"] = one["rep"] or f"Name {one['rep_id']}"
        one["article"] = one["article"] or one["product_id"]
        one["product"] = one["product"] or one["product_id"]
        one["customer"] = one["customer"] or f"Customer {one['customer_id']}"
        one["list_amount"] = one["amount"] if one["list_amount"] is None else one["list_amount"]
        full.append(one)
    frame = pd.DataFrame(full, columns=list(SALES))
    return frame.assign(
        date=pd.to_datetime(frame["date"]), customer_since=pd.to_datetime(frame["customer_since"])
    )


def canonical(table: str, rows: list[dict]) -> pd.DataFrame:
    """Rows of a canonical table with the declared columns and types."""
    frame = pd.DataFrame(rows, columns=list(TABLES[table].names))
    return frame.astype({one.name: DTYPES[one.type] for one in TABLES[table].columns})


@pytest.fixture
def make_case():
    """Build a case from rows: `make_case(sales=[...], targets=[...], scope="region:East", ...)`."""

    def build(
        *,
        sales=(),
        scope="region:East",
        period="2025Q3",
        as_of="2025-09-30",
        settings=None,
        peers=None,
        **tables,
    ) -> Case:
        model = validate(
            nested({"company": "test", "data_dir": ".", **(settings or {})}), origin="test"
        )
        calendar = FiscalCalendar(model.calendar)
        where = Scope.parse(scope)
        rows = list(sales)
        frames = {name: canonical(name, list(found)) for name, found in tables.items()}
        if "roster" not in frames:
            reps = sorted({row.get("rep_id", "R1") for row in rows} or {"R1"})
            frames["roster"] = canonical(
                "roster",
                [
                    {"rep_id": rep, "valid_from": "2020-01-01", "name": f"Name {rep}",
                     "team": "East-1", "region": "East", "capacity": 1.0}
                    for rep in reps
                ],
            )  # fmt: skip
        frames["sales"] = sales_frame(rows)
        frames["peers"] = pd.DataFrame(
            list(peers or ()),
            columns=["month", "measure", "peers", "mean", "median", "low", "high"],
        )
        missing = frozenset(name for name in TABLES if name not in frames and name != "orders")
        return Case(
            settings=model,
            calendar=calendar,
            scope=where,
            period=calendar.period(period),
            as_of=dt.date.fromisoformat(as_of),
            data=ScopeData(where, frames, missing),
        )

    return build


@pytest.fixture(scope="module")  # while it is open, its event loop runs in this thread
def browser():
    """Headless Chromium; without one the tests skip, except in CI."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("KIT_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        reason = "no Chromium: install it or name it in KIT_CHROMIUM"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as player:
        opened = player.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def sample_company(tmp_path_factory):
    """The sample company, made once and only read: its folder, its truths, its case of 2025Q3."""
    from kit.data import sample
    from kit.data.case import open_case

    folder = tmp_path_factory.mktemp("sample_company")
    truths = sample.write(folder)
    case = open_case(folder / "company.yml", period="2025Q3", out=folder / "outputs")
    return folder, truths, case
