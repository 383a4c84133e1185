"""Parts + unassigned + excluded = what the files hold, to the cent: planted dirt and random rows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.data.case import open_case
from kit.data.tables import Unavailable
from kit.show import standing as show
from kit.show.words import Words
from kit.track.reconciliation import reconciliation

REGIONS = ["East", "North", "South", "West"]
SPANS = [("2025Q1", "2025-03-31"), ("2025", "2025-11-10"), ("2024", "2024-12-31"),
         ("2023Q3", "2023-08-20")]  # fmt: skip


@pytest.fixture(scope="module")
def made(sample_company):
    return sample_company[:2]


@pytest.fixture(scope="module")
def raw(made):
    """Every row of the order files as text, and whether it was planted as dirty."""
    folder, truths = made
    files = [
        pd.read_csv(path, dtype=str, keep_default_na=False).assign(file=path.name)
        for path in sorted(folder.glob("orders-*.csv"))
    ]
    for one in files:
        one["line"] = range(2, len(one) + 2)
    dirty = {(one.file, one.line): one.kind for one in truths.dirty}
    rows = pd.concat(files, ignore_index=True)
    rows["rule"] = [dirty.get(one) for one in zip(rows["file"], rows["line"], strict=True)]
    rows["day"] = [_day(one) for one in rows["Order Date"]]
    rows["money"] = [
        _amount(text) if currency == "CNY" else None
        for text, currency in zip(rows["Net Value"], rows["Currency"], strict=True)
    ]
    return rows


def _day(text):
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _amount(text):
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def opened(folder: Path, scope: str, period: str, as_of: str):
    return open_case(folder / "company.yml", scope=scope, period=period, as_of=as_of,
                     out=folder / "out")  # fmt: skip


def within(raw, case):
    days = [one is not None and case.period.start <= one <= min(case.period.end, case.as_of)
            for one in raw["day"]]  # fmt: skip
    return raw[days]


def money(rows) -> Decimal:
    return sum((one for one in rows["money"] if one is not None), Decimal(0))


@pytest.mark.parametrize(("period", "as_of"), SPANS)
def test_the_company_comes_to_its_files(made, raw, period, as_of):
    case = opened(made[0], "company", period, as_of)
    found, rows = reconciliation(case), within(raw, case)
    refused = rows[rows["rule"].notna()]
    assert found.from_files and found.balances
    assert round(Decimal(found.total), 2) == money(rows)
    assert round(Decimal(found.excluded), 2) == money(refused)
    assert round(Decimal(found.parts + found.unassigned), 2) == money(rows[rows["rule"].isna()])
    assert (found.rows, found.unread) == (len(refused), refused["money"].isna().sum())
    undated = raw[raw["day"].isna()]
    assert found.undated == len(undated) == 6
    assert round(Decimal(found.undated_amount), 2) == money(undated)


@pytest.mark.parametrize(("period", "as_of"), SPANS[:2])
def test_a_region_is_told_of_its_own_rows_only(made, raw, period, as_of):
    totals = []
    for region in REGIONS:
        case = opened(made[0], f"region:{region}", period, as_of)
        found = reconciliation(case)
        rows = within(raw[raw["Region"] == region], case)
        assert found.balances and not found.from_files
        assert round(Decimal(found.excluded), 2) == money(rows[rows["rule"].notna()])
        assert found.rows == rows["rule"].notna().sum()
        assert round(Decimal(found.total), 2) == money(rows)
        assert set(case.data.frames["excluded"]["rep_id"].dropna()) <= set(
            raw.loc[raw["Region"] == region, "Rep No"]
        )
        assert case.data.frames["source_days"].empty
        totals.append(found.total)
    whole = reconciliation(opened(made[0], "company", period, as_of))
    assert sum(totals) == pytest.approx(whole.total, abs=0.005)


@pytest.mark.parametrize("scope", ["team:East-1", "rep:R007", "region:West", "company"])
@pytest.mark.parametrize("measure", ["bookings", "quantity", "margin", "collections", "activities"])
def test_every_sum_balances(made, scope, measure):
    case = opened(made[0], scope, "2025", "2025-11-10")
    found = reconciliation(case, measure=measure)
    assert found.balances
    if scope.startswith("rep"):
        assert found.unassigned == 0.0
        assert set(case.data.frames["excluded"]["rep_id"]) <= {"R007"}


def test_rows_after_the_day_are_not_told(made):
    case = opened(made[0], "company", "2023Q3", "2023-08-20")
    days = case.data.frames["excluded"]["date"].dropna()
    assert len(days) and days.max() <= pd.Timestamp("2023-08-20")
    assert case.data.frames["source_days"]["date"].max() <= pd.Timestamp("2023-08-20")


def test_where_there_is_no_sum_over_rows(make_case):
    case = make_case(sales=[{"date": "2025-07-10", "amount": 1.0}])
    assert reconciliation(case) == Unavailable(reason="no_reconciliation")
    assert reconciliation(case, measure="collections") == Unavailable(table="receipts")
    assert show.closing(reconciliation(case), Words("en", "CNY")).html == ""


def test_the_line_says_all_amounts(made):
    found = reconciliation(opened(made[0], "company", "2025Q1", "2025-03-31"))
    line = show.closing(found, Words("en", "CNY")).title
    for one in (found.parts, found.excluded, found.total):
        assert f"{one:,.2f}" in line
    assert f"Excluded rows: {found.rows}." in line


CENTS = st.integers(-10**9, 10**9).map(lambda cents: f"{cents / 100:.2f}")
LINE = st.fixed_dictionaries(
    {
        "date": st.sampled_from(["2025-07-01", "2025-08-15", "2025-08-16", "2025-02-30", "2025-10-01"]),
        "rep_id": st.sampled_from(["R1", "R2", "R9", ""]),
        "region": st.sampled_from(["East", "West", ""]),
        "quantity": st.sampled_from(["1", "-1", "x"]),
        "amount": st.one_of(CENTS, st.sampled_from(["", "n/a", "1e400", "0.005"])),
        "currency": st.sampled_from(["CNY", "CNY", "USD"]),
        "twice": st.booleans(),
    }
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(LINE, min_size=1, max_size=12))
def test_random_rows_balance(tmp_path_factory, lines):
    """Whatever rows there are, kept or refused for any reason, nothing is lost between them."""
    folder = tmp_path_factory.mktemp("random")
    names = ["order_id", "line_no", "date", "rep_id", "region", "quantity", "amount", "currency"]
    good = {"order_id": "G", "line_no": "1", "date": "2025-07-02", "rep_id": "R1", "region": "East",
            "quantity": "1", "amount": "10.10", "currency": "CNY"}  # fmt: skip
    rows = [good]
    for number, one in enumerate(lines):
        row = {"order_id": f"O{number}", "line_no": "1", **one}
        rows += [row, row] if one["twice"] else [row]
    text = "\n".join([",".join(names), *(",".join(row[name] for name in names) for row in rows)])
    (folder / "orders.csv").write_text(text + "\n", encoding="utf-8")
    (folder / "roster.csv").write_text(
        "rep_id,valid_from,name,team,region\nR1,2020-01-01,Li,East-1,East\nR2,2020-01-01,Wu,,West\n",
        encoding="utf-8",
    )
    columns = {"orders": names, "roster": ["rep_id", "valid_from", "name", "team", "region"]}
    (folder / "company.yml").write_text(
        "company: random\ndata_dir: .\ngate: {max_loss: 1.0}\nsources:\n" + "".join(
            f"  {table}:\n    file: {table}.csv\n    columns: "
            f"{{{', '.join(f'{name}: {name}' for name in found)}}}\n"
            for table, found in columns.items()
        ), encoding="utf-8",
    )  # fmt: skip
    case = opened(folder, "company", "2025Q3", "2025-08-15")
    found = reconciliation(case)
    counted = [
        row for row in rows
        if row["date"] in ("2025-07-01", "2025-07-02", "2025-08-15") and row["currency"] == "CNY"
    ]
    amounts = [one for one in (_amount(row["amount"]) for row in counted) if one is not None]
    total = sum((one for one in amounts if abs(one) < 10**300), Decimal(0))
    assert found.balances
    assert Decimal(found.total).quantize(Decimal("0.0001")) == total.quantize(Decimal("0.0001"))
    parts = [reconciliation(opened(folder, f"region:{one}", "2025Q3", "2025-08-15"))
             for one in ("East", "West")]  # fmt: skip
    assert all(one.balances for one in parts)
    placed = [row for row in counted if row["region"] or row["rep_id"] in ("R1", "R2")]
    amounts = [one for one in (_amount(row["amount"]) for row in placed) if one is not None]
    known = sum((one for one in amounts if abs(one) < 10**300), Decimal(0))
    assert sum(one.total for one in parts) == pytest.approx(float(known), abs=0.001)
