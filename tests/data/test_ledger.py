"""The gate: each repair and each rule on hand-made files, and nothing lost on the way."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kit.data.ledger import check, inspect, write_refused
from kit.data.tables import TABLES
from kit.errors import LossError, SettingsError, SourceError
from kit.parameters import data_folder, load, validate

ROOT = Path(__file__).parents[2]
ADVENTUREWORKS = ROOT.parent / "shared" / "data" / "adventureworks"

ORDERS = "order_id,line_no,date,rep_id,quantity,amount,currency"
ROSTER = "rep_id,valid_from,valid_to,name\nR1,2020-01-01,,Wang\nR2,2020-01-01,,Li\n"
GOOD = "O1,1,2025-07-01,R1,1,10,CNY"


def same(header: str) -> dict[str, str]:
    """A mapping for a file whose columns are named like the canonical ones."""
    return {name: name for name in header.split(",")}


class Company:
    """A company of text files in a folder, all of whose columns have canonical names."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.connection = duckdb.connect()

    def inspect(self, files: dict[str, str], *, run=inspect, sources=None, **settings):
        described = {}
        for table, text in files.items():
            (self.folder / f"in-{table}.csv").write_text(text, encoding="utf-8")
            header = text.split("\n", 1)[0]
            described[table] = {"file": f"in-{table}.csv", "columns": same(header)}
        for table, more in (sources or {}).items():
            described[table] = {**described.get(table, {}), **more}
        model = validate(
            {"company": "t", "data_dir": ".", "sources": described, **settings}, origin="test"
        )
        return run(
            model, self.folder, config_folder=self.folder, connection=self.connection,
            work_folder=self.folder / "work",
        )  # fmt: skip

    def rows(self, table: str, columns: str = "*") -> list[tuple]:
        return self.connection.execute(f'SELECT {columns} FROM "{table}"').fetchall()


@pytest.fixture
def company(tmp_path):
    one = Company(tmp_path)
    yield one
    one.connection.close()


def orders(*lines: str) -> dict[str, str]:
    return {"roster": ROSTER, "orders": "\n".join([ORDERS, *lines]) + "\n"}


def refusals(report) -> list[tuple]:
    return list(
        report.refused[["table", "line", "column", "value", "rule"]].itertuples(
            index=False, name=None
        )
    )


def test_a_clean_company(company):
    seen = []
    report = company.inspect(
        orders(GOOD, "O0,1,2025-07-02,R2,2,20.5,"),
        run=lambda *a, **k: check(*a, progress=lambda *told: seen.append(told), **k),
    )
    assert seen == [("roster", 0.0), ("roster", 1.0), ("orders", 0.0), ("orders", 1.0)]
    assert report.summary.values.tolist() == [["orders", 2, 2, 0, 0], ["roster", 2, 2, 0, 0]]
    assert len(report.refused) == len(report.repaired) == len(report.rules) == 0
    assert report.missing == tuple(name for name in TABLES if name not in ("orders", "roster"))
    assert company.rows("orders", "order_id, date, quantity, amount, currency") == [
        ("O1", dt.date(2025, 7, 1), 1.0, 10.0, "CNY"),
        ("O0", dt.date(2025, 7, 2), 2.0, 20.5, None),
    ]
    kinds = {"text": "VARCHAR", "date": "DATE", "number": "DOUBLE", "integer": "BIGINT"}
    for name, table in TABLES.items():
        described = company.connection.execute(f'DESCRIBE "{name}"').fetchall()
        assert [one[:2] for one in described] == [
            (column.name, kinds[column.type]) for column in table.columns
        ]
    left = company.connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary")
    assert left.fetchall() == []


REPAIRS = [
    ("rep_id", " R1\u3000", "R1", "blanks"),
    ("amount", " 7 ", 7.0, "blanks"),
    ("amount", "１２．５", 12.5, "full_width"),
    ("amount", "－３", -3.0, "full_width"),
    ("amount", "1,234.50", 1234.5, "thousands"),
    ("amount", "¥1,234", 1234.0, "currency_sign"),
    ("amount", "$ 12", 12.0, "currency_sign"),
    ("amount", "€5", 5.0, "currency_sign"),
    ("amount", "12元", 12.0, "currency_sign"),
    ("amount", "(1,234)", -1234.0, "accounting_negative"),
    ("amount", "（￥1,234.5）", -1234.5, "accounting_negative"),
    ("date", "45839", dt.date(2025, 7, 1), "serial_date"),
    ("date", "2025/7/1", dt.date(2025, 7, 1), "date_form"),
    ("date", "2025.07.01", dt.date(2025, 7, 1), "date_form"),
    ("date", "20250701", dt.date(2025, 7, 1), "date_form"),
    ("date", "2025年7月1日", dt.date(2025, 7, 1), "date_form"),
    ("date", " 2025-07-01", dt.date(2025, 7, 1), "blanks"),
]


def test_each_repair(company):
    lines = []
    for number, (column, found, *_) in enumerate(REPAIRS):
        cells = dict(zip(ORDERS.split(","), GOOD.split(","), strict=True)) | {column: found}
        cells["order_id"] = f"O{number}"
        lines.append(",".join(f'"{one}"' if "," in one else one for one in cells.values()))
    report = company.inspect(orders(GOOD.replace("O1", "G"), *lines))
    columns = ["file", "line", "column", "value", "rule"]
    assert report.repaired[columns].values.tolist() == [
        ["in-orders.csv", line, column, found, rule]
        for line, (column, found, _, rule) in enumerate(REPAIRS, start=3)
    ]
    for number, (column, _, became, _) in enumerate(REPAIRS, start=1):
        assert company.rows("orders", column)[number] == (became,)
    count = len(REPAIRS)
    assert report.summary.iloc[0].tolist() == ["orders", count + 1, count + 1, count, 0]


def test_a_time_of_day_is_dropped_silently(company):
    found = ["2025-07-01 00:00:00", "2025-07-01T23:59:59Z"]
    report = company.inspect(orders(*(f"{day},1,{day},R1,1,1," for day in found)))
    assert company.rows("orders", "date") == [(dt.date(2025, 7, 1),)] * 2
    assert len(report.repaired) == 0


FAULTS = [
    ("O2,1,2025-07-01,R1,1", "", "O2,1,2025-07-01,R1,1", "ragged_line"),
    ("O2,1,2025-07-01,R1,1,,CNY", "amount", "", "missing_value"),
    ("O2,\u3000,2025-07-01,R1,1,5,CNY", "line_no", "", "missing_value"),
    ("O2,1,2025-07-01,R1,1,abc,CNY", "amount", "abc", "not_a_number"),
    ("O2,1,2025-07-01,R1,1,12%,CNY", "amount", "12%", "not_a_number"),
    ("O2,1,2025-07-01,R1,1,NA,CNY", "amount", "NA", "not_a_number"),
    ("O2,1,2025-07-01,R1,NaN,5,CNY", "quantity", "NaN", "not_finite"),
    ("O2,1,2025-07-01,R1,1,-Infinity,CNY", "amount", "-Infinity", "not_finite"),
    ("O2,1,2025-07-01,R1,1,1e999,CNY", "amount", "1e999", "not_finite"),
    ("O2,1,soon,R1,1,5,CNY", "date", "soon", "not_a_date"),
    ("O2,1,2025-02-30,R1,1,5,CNY", "date", "2025-02-30", "not_a_date"),
    ("O2,1,2025/13/1,R1,1,5,CNY", "date", "2025/13/1", "not_a_date"),
    ("O2,1,1/7/2025,R1,1,5,CNY", "date", "1/7/2025", "ambiguous_date"),
    ("O2,1,13.7.25,R1,1,5,CNY", "date", "13.7.25", "ambiguous_date"),
    ("O2,1,1989-12-31,R1,1,5,CNY", "date", "1989-12-31", "date_out_of_range"),
    ("O2,1,2101-01-01,R1,1,5,CNY", "date", "2101-01-01", "date_out_of_range"),
    ("O2,1,2025-07-01,R1,1,5,usd", "currency", "usd", "wrong_currency"),
    ("O2,1,2025-07-01,R1,-1,5,CNY", "quantity", "-1", "negative_quantity"),
    ("O2,1,2025-07-01,R9,1,5,CNY", "rep_id", "R9", "unknown_reference"),
    ("O1,1,2025-07-01 08:00:00,R1,1.0,10.00,CNY", "order_id, line_no", "O1, 1",
     "exact_duplicate"),
    ("O1,1,2025-07-01,R1,1,11,CNY", "order_id, line_no", "O1, 1", "duplicate_key"),
]  # fmt: skip


def test_each_rule_of_orders(company):
    lines = [line.replace("O2", f"O2-{number}") for number, (line, *_) in enumerate(FAULTS)]
    report = company.inspect(orders(GOOD, *lines, "O3,1,2025-07-01,R2,-1,-10,cny"))
    assert refusals(report) == [
        ("orders", at, column, value.replace("O2", f"O2-{at - 3}"), rule)
        for at, (_, column, value, rule) in enumerate(FAULTS, start=3)
    ]
    assert set(report.refused["file"]) == {"in-orders.csv"}
    expected = pd.Series([rule for *_, rule in FAULTS]).value_counts().to_dict()
    assert dict(zip(report.rules["rule"], report.rules["count"], strict=True)) == expected
    assert report.rules["count"].is_monotonic_decreasing
    count = len(FAULTS)
    assert report.summary.iloc[0].tolist() == ["orders", count + 2, 2, 0, count]
    assert company.rows("orders", "order_id") == [("O1",), ("O3",)]


def test_a_row_that_breaks_many_rules_is_refused_once_by_the_first(company):
    bad = "O2,1,2101-01-01,R9,-1,x,USD"
    report = company.inspect(orders(GOOD, bad, bad))
    assert [row[-1] for row in refusals(report)] == ["not_a_number", "not_a_number"]
    assert company.rows("orders", "count(*)") == [(1,)]


def test_a_refused_row_does_not_count_as_the_first_of_its_key(company):
    report = company.inspect(orders("O1,1,2025-07-01,R1,1,x,", GOOD, GOOD, GOOD))
    assert [row[1::3] for row in refusals(report)] == [
        (2, "not_a_number"), (4, "exact_duplicate"), (5, "exact_duplicate"),
    ]  # fmt: skip


def test_stated_date_format(company):
    date = {"column": "date", "format": "%d/%m/%Y"}
    how = {"orders": {"columns": {**same(ORDERS), "date": date}}}
    lines = [f"O{day},1,{day},R1,1,1," for day in ("02/07/2025", "2025-07-03", "31/02/2025")]
    report = company.inspect(orders(*lines), sources=how)
    assert company.rows("orders", "date") == [(dt.date(2025, 7, 2),), (dt.date(2025, 7, 3),)]
    assert refusals(report) == [("orders", 4, "date", "31/02/2025", "not_a_date")]
    assert len(report.repaired) == 0


def test_scale_is_a_change_of_unit(company):
    how = {"orders": {"columns": {**same(ORDERS), "amount": {"column": "amount", "scale": 1000}}}}
    report = company.inspect(orders(GOOD, 'O2,1,2025-07-01,R1,1,"1,000",'), sources=how)
    assert company.rows("orders", "amount") == [(10_000.0,), (1_000_000.0,)]
    assert report.repaired["became"].tolist() == ["1000000"]


def test_roster_intervals_and_overlaps(company):
    roster = (
        "rep_id,valid_from,valid_to,name\n"
        "R1,2020-01-01,2020-12-31,a\n"
        "R1,2021-01-01,9999-12-31,b\n"
        "R2,2021-02-01,2021-01-31,c\n"  # 4: ends before it starts
        "R3,2021-06-01,,d\n"  # 5: overlaps line 6, which starts earlier
        "R3,2020-01-01,2021-06-01,e\n"
        "R4,1899-12-31,,f\n"  # 7
        "R5,2020-01-01,,g\n"
    )
    files = orders(GOOD) | {"roster": roster}
    report = company.inspect(files)
    assert refusals(report) == [
        ("roster", 4, "valid_to", "2021-01-31", "interval"),
        ("roster", 5, "valid_from", "2021-06-01", "overlap"),
        ("roster", 7, "valid_from", "1899-12-31", "date_out_of_range"),
    ]


def test_shares_of_an_order_sum_to_one(company):
    credits = (
        "order_id,rep_id,share\n"
        "O1,R1,0.6\nO1,R2,0.4\n"
        "O2,R1,0.6\nO2,R2,0.5\n"  # 4, 5
        "O3,R1,0.5\nO3,R9,0.5\n"  # 6 falls with 7
        "O4,R1,0.3333333\nO4,R2,0.6666667\n"
    )
    report = company.inspect(orders(GOOD) | {"credits": credits})
    assert refusals(report) == [
        ("credits", 4, "share", "0.6", "share_sum"),
        ("credits", 5, "share", "0.5", "share_sum"),
        ("credits", 6, "share", "0.5", "share_sum"),
        ("credits", 7, "rep_id", "R9", "unknown_reference"),
    ]


def test_references_allowed_values_and_empty_references(company):
    files = orders(GOOD) | {
        "opportunities": "opportunity_id,rep_id,created_on,stage,status\n"
        "P1,R1,2025-01-01,lead,open\nP2,R9,2025-01-01,lead,open\nP3,R1,2025-01-01,lead,Open\n",
        "stage_events": "opportunity_id,entered_on,stage\nP1,2025-01-01,lead\nP2,2025-01-01,lead\n",
        "receipts": "invoice_id,invoiced_on,amount,rep_id\nI1,2025-01-01,5,\nI2,2025-01-01,5,R9\n",
        "targets": "scope,period,measure,version,target\nrep:R1,2025Q3,bookings,1,\n"
        "rep:R1,2025Q3,bookings,1.5,5\n",
    }
    report = company.inspect(files)
    assert refusals(report) == [
        ("targets", 3, "version", "1.5", "not_a_number"),
        ("opportunities", 3, "rep_id", "R9", "unknown_reference"),
        ("opportunities", 4, "status", "Open", "not_allowed"),
        ("stage_events", 3, "opportunity_id", "P2", "unknown_reference"),
        ("receipts", 3, "rep_id", "R9", "unknown_reference"),
    ]
    assert company.rows("receipts", "rep_id") == [(None,)]


def test_stage_events_stand_without_opportunities(company):
    events = "opportunity_id,entered_on,stage\nP1,2025-01-01,lead\n"
    report = company.inspect(orders(GOOD) | {"stage_events": events})
    assert len(report.refused) == 0


def test_several_files_keep_their_names_and_order(company):
    for number, line in ((2, "O2,1,2025-07-01,R1,1,x,"), (1, GOOD)):
        text = f"{ORDERS}\n{line}\n"
        (company.folder / f"part-{number}.csv").write_text(text, encoding="utf-8")
    how = {"orders": {"file": "part-*.csv", "columns": same(ORDERS)}}
    report = company.inspect({"roster": ROSTER}, sources=how)
    assert report.refused[["file", "line"]].values.tolist() == [["part-2.csv", 2]]


def test_decisions_are_appended_through_the_gate(company):
    (company.folder / "targets.csv").write_text(
        "scope,period,measure,version,target,reason\n"
        "rep:R1,2025Q3,bookings,2,100,'=agreed\nrep:R1,2025Q3,bookings,1,90,late\n",
        encoding="utf-8",
    )
    (company.folder / "actions.csv").write_text(
        "action_id,scope,period,action\nA1,rep:R1,2025Q3,call\n", encoding="utf-8"
    )
    files = orders(GOOD) | {
        "targets": "scope,period,measure,version,target\nrep:R1,2025Q3,bookings,1,80\n"
    }
    report = company.inspect(files)
    assert company.rows("targets", "version, target, reason") == [
        (1, 80.0, None), (2, 100.0, "=agreed"),
    ]  # fmt: skip
    assert report.refused[["table", "file", "line", "rule"]].values.tolist() == [
        ["targets", "targets.csv", 3, "duplicate_key"]
    ]
    assert company.rows("actions", "action") == [("call",)]
    assert "actions" not in report.missing


def test_a_target_is_zero_or_more(company):
    rows = "\n".join(f"company,2025Q{k},bookings,1,{goal}" for k, goal in enumerate((0, -5, ""), 1))
    (company.folder / "targets.csv").write_text(f"scope,period,measure,version,target\n{rows}\n")
    report = company.inspect(orders(GOOD))
    assert refusals(report) == [("targets", 3, "target", "-5", "negative_target")]
    assert company.rows("targets", "period, target") == [("2025Q1", 0.0), ("2025Q3", None)]
    told = r"targets\.csv line 3, target '-5' \(negative_target;.*0 or more.*Mend the rows"
    with pytest.raises(LossError, match=told):
        company.inspect(orders(GOOD), run=check)


def test_another_file_of_decisions_and_a_wrong_column(company):
    header = "scope,period,measure,version,taget\n"
    (company.folder / "plan.csv").write_text(header, encoding="utf-8")
    with pytest.raises(SourceError, match="no column 'taget'.*'target'"):
        company.inspect(orders(GOOD), targets={"file": "plan.csv"})
    report = company.inspect(orders(GOOD), targets={"file": "not-yet.csv"})
    assert "targets" in report.missing


def test_loss_names_counts_rules_and_an_example(company):
    bad = ["O2,1,2025-07-01,R9,1,5,", "O3,1,2025-07-01,R8,1,5,", "O4,1,2025-07-01,R1,1,x,"]
    with pytest.raises(LossError) as error:
        company.inspect(orders(GOOD, *bad), run=check)
    for said in ("'orders': 3 of 4", "75.0%", "2.0%", "unknown_reference 2, not_a_number 1",
                 "in-orders.csv line 3, rep_id 'R9'", "max_loss"):  # fmt: skip
        assert said in str(error.value)
    company.inspect(orders(GOOD, *bad), run=check, gate={"max_loss": 0.8})


def test_required_tables(company):
    with pytest.raises(SettingsError, match="'orders' is required"):
        company.inspect({"roster": ROSTER})
    with pytest.raises(SourceError, match="'orders' has no rows"):
        company.inspect(orders(), run=check)
    with pytest.raises(SourceError, match="'orders' has no rows"):
        company.inspect(orders("O1,1,x,R1,1,1,"), run=check, gate={"max_loss": 1})


def test_refused_rows_are_written_without_formulas(company, tmp_path):
    report = company.inspect(orders(GOOD, "O2,1,2025-07-01,=1+1,1,5,", "O3,1,2025-07-01,R1,1,-x,"))
    path = tmp_path / "refused.csv"
    write_refused(report, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    written = pd.read_csv(path, dtype="str")
    assert written["value"].tolist() == ["'=1+1", "'-x"]
    assert written["line"].tolist() == ["3", "4"]


def test_the_detail_is_cut_and_the_counts_are_not(company, monkeypatch):
    monkeypatch.setattr("kit.data.report.DETAIL", 2)
    bad = [f"O{number},1,2025-07-01,R9,1,5," for number in range(5)]
    report = company.inspect(orders(GOOD, *bad))
    assert report.refused["line"].tolist() == [3, 4]
    assert report.rules.values.tolist() == [["orders", "unknown_reference", 5]]
    assert report.summary["refused"].tolist() == [5, 0]


CELLS = st.text(st.sampled_from('a1,."\n -（¥华\x1f'), max_size=4)
ROWS = st.lists(
    st.one_of(
        st.sampled_from([GOOD, GOOD.replace("O1", "O2"), "O3,1,2025/7/1,R2,1,(5),", "", ",,"]),
        st.tuples(*[CELLS] * 7).map(lambda row: ",".join(row).replace("\n", " ")),
        CELLS.map(lambda text: text.replace("\n", " ")),
    ),
    max_size=40,
)


@given(ROWS)
@hypothesis_settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_row_is_kept_or_refused_exactly_once(company, lines):
    report = company.inspect(orders(*lines))
    summary = report.summary.set_index("table").loc["orders"]
    kept = company.rows("orders", "count(*)")[0][0]
    refused = report.refused[report.refused["table"] == "orders"]
    assert summary["kept"] == kept
    assert summary["refused"] == len(refused) == refused["line"].nunique()
    assert summary["rows"] == kept + len(refused)
    if not any('"' in line for line in lines):  # else one row may take several lines
        filled = [line for line in lines if line.strip(" ,\x1f")]
        assert summary["rows"] == len(filled)


@pytest.mark.skipif(not ADVENTUREWORKS.is_dir(), reason="the AdventureWorks files are not here")
def test_adventureworks(tmp_path):
    config = ROOT / "parameters" / "adventureworks" / "company.yml"
    settings = load(config)
    with duckdb.connect(str(tmp_path / "w.duckdb"), config={"memory_limit": "256MB"}) as connection:
        report = check(
            settings, data_folder(config, settings), config_folder=config.parent,
            connection=connection, work_folder=tmp_path,
        )  # fmt: skip
        assert report.summary.set_index("table")["kept"].to_dict() == {
            "orders": 60_855, "roster": 17, "targets": 163, "customers": 701, "products": 606,
        }  # fmt: skip
        assert report.summary["refused"].sum() == report.summary["repaired"].sum() == 0
        (amount, regions), = connection.execute(
            "SELECT sum(amount), count(DISTINCT region) FROM orders"
        ).fetchall()
        assert round(amount, 2) == 80_450_596.98
        assert regions == 10
        assert connection.execute("SELECT sum(target) FROM targets").fetchone() == (95_714_000.0,)
        lines = "SELECT DISTINCT line FROM products ORDER BY 1"
        assert connection.execute(lines).fetchall() == [
            ("Accessories",), ("Bikes",), ("Clothing",), ("Components",), (None,),
        ]  # fmt: skip
        manager = connection.execute("SELECT region FROM roster WHERE rep_id = '272'")
        assert manager.fetchone() == (None,)


def test_many_rows_in_little_memory(tmp_path):
    count = 200_000
    with duckdb.connect(str(tmp_path / "w.duckdb"), config={"memory_limit": "128MB"}) as connection:
        connection.execute(f"SET temp_directory = '{tmp_path / 'spill'}'")
        connection.execute(
            "COPY (SELECT 'O' || i // 4 AS order_id, i % 4 AS line_no, DATE '2025-01-01' + "
            "CAST(i % 300 AS INTEGER) AS date, 'R' || (1 + i % 2) AS rep_id, 1 AS quantity, i AS "
            f"amount, '华东' AS region FROM range({count}) AS t(i)) "
            f"TO '{tmp_path / 'orders.csv'}' (HEADER)"
        )
        (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
        header = "order_id,line_no,date,rep_id,quantity,amount,region"
        model = validate(
            {"company": "t", "data_dir": ".", "sources": {
                "orders": {"file": "orders.csv", "columns": same(header)},
                "roster": {"file": "roster.csv", "columns": same(ROSTER.split("\n")[0])},
            }},
            origin="test",
        )  # fmt: skip
        check(model, tmp_path, config_folder=tmp_path, connection=connection, work_folder=tmp_path)
        assert connection.execute(
            "SELECT count(*), sum(amount), bool_and(amount = rowid) FROM orders"
        ).fetchone() == (count, count * (count - 1) / 2, True)
