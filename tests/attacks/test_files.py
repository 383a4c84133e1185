"""Bad source files: one clear error each, and nothing left in outputs."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest


def replaced(old: str, new: str, count: int = -1):
    """A change of a file's text."""
    return lambda text: text.replace(old, new, count)


def workbook(title: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as found:
        found.writestr("a.txt", "no workbook")
    return target.getvalue()


ORDERS, ROSTER, YML = "data/orders.csv", "data/roster.csv", "company.yml"
BOOK = {YML: replaced("orders.csv", "orders.xlsx"), ORDERS: None}
SHEET = replaced("file: orders.csv", "file: orders.xlsx\n    sheet: Orders")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({ORDERS: None}, "there is no file 'orders.csv'. Did you mean 'roster.csv'?"),
        ({ORDERS: {}}, "orders.csv: is a folder, not a file"),
        ({YML: replaced(": data", ": nowhere")}, "nowhere: there is no such folder"),
        ({YML: replaced(": orders.csv", ": ../../x")}, "'../../x' leaves the data folder"),
        ({ORDERS: ""}, "orders.csv: is empty"),
        ({ORDERS: "\n\n"}, "orders.csv: line 1 holds no column names"),
        ({ORDERS: lambda text: text.splitlines()[0]}, "Table 'orders' has no rows"),
        ({ROSTER: lambda text: text.splitlines()[0]}, "Table 'roster' has no rows"),
        ({ORDERS: replaced("amount", "amuont", 1)}, "no column 'amount', named for orders.amount"),
        ({ORDERS: replaced(",", "#")}, "there is no column 'order_id'"),
        ({ORDERS: replaced("2025-", "x-")}, "60 of 60 rows refused (100.0%)"),
        ({ORDERS: bytes(range(256)) * 20}, "orders.csv: is no text file, as byte 0 is null"),
        ({ORDERS: bytes(range(128, 256)) * 20}, "there is no column 'order_id'"),
        ({ORDERS: replaced("R1", "R\0", 1)}, "orders.csv: is no text file, as byte"),
        ({**BOOK, "data/orders.xlsx": "a,b"}, "orders.xlsx: cannot be read as an Excel workbook"),
        ({**BOOK, "data/orders.xlsx": archive()}, "orders.xlsx: cannot be read as an Excel"),
        ({YML: SHEET, "data/orders.xlsx": workbook("Ordres")}, "no sheet 'Orders'. Did you"),
        ({**BOOK, "data/orders.xlsx": workbook("Orders")}, "row 1 holds no column names"),
        ({YML: replaced(".csv", ".parquet", 1), "data/orders.parquet": "x"}, "parquet: cannot"),
        ({YML: replaced(".csv", ".duckdb", 1), "data/orders.duckdb": "x"}, "orders.duckdb: cannot"),
        ({"targets.csv": "scope,perod\n"}, "has no column 'perod'. Did you mean 'period'?"),
    ],
)
def test_a_bad_file_is_named_and_nothing_is_written(company, refused, changed, said):
    company(changed)
    assert said in refused("run")
    assert said in refused("check")


@pytest.mark.parametrize(("limit", "passes"), [("0.05", True), ("0.0499", False)])
def test_the_loss_may_be_what_is_stated_and_no_more(company, kit, limit, passes):
    spoil = {
        ORDERS: lambda text: text.replace(",100\n", ",a\n").replace(",101\n", ",b\n")
        .replace(",102\n", ",c\n"),
        YML: lambda text: f"{text}gate: {{max_loss: {limit}}}\n",
    }  # fmt: skip
    company(spoil)
    found = kit("check")
    assert (found.exit_code == 0) is passes
    if not passes:  # 5.0% is not more than 5.0%: both are told to the digit that differs
        assert "3 of 60 rows refused (5.00000%)" in found.stderr
        assert "gate.max_loss allows (4.99000%)" in found.stderr


def test_a_wide_header_odd_names_and_repeated_names_are_read(company, kit):
    company(
        {
            ORDERS: lambda text: "\n".join(
                f"{line},{','.join(['x'] * 300)}" for line in text.splitlines()
            ).replace("amount", '"net ""x""; 金额"', 1),
            YML: replaced("amount: amount", "amount: 'net \"x\"; 金额'"),
        }
    )
    found = kit("check")
    assert found.exit_code == 0, found.output
    assert "orders    60    60         0        0" in found.output


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("Region East,2025Q3,bookings,2,5", "not_a_scope"),
        ("area:East,2025Q3,bookings,2,5", "not_a_scope"),
        ("region: East,2025Q3,bookings,2,5", "not_a_scope"),
        ("region:East,2025Q9,bookings,2,5", "not_a_period"),
        ("region:East,2025-13,bookings,2,5", "not_a_period"),
        ("region:East,2025Q3,boookings,2,5", "not_allowed"),
    ],
)
def test_a_target_that_no_one_would_find_is_refused_by_line(company, kit, refused, row, rule):
    good = "region:East,2025Q3,bookings,1,5\nrep:R0,2025-07-01,bookings,1,5\n"
    good += "company,2025Q1..2025Q3,quantity,1,5\n"
    folder = company({"targets.csv": f"scope,period,measure,version,target\n{good}{row}\n"})
    said = refused("check")
    assert "Table 'targets': 1 of 4 rows refused" in said
    assert "targets.csv line 5" in said and rule in said
    assert rule in (folder / "outputs/tiny/check/refused.csv").read_text(encoding="utf-8-sig")


def test_an_earlier_list_of_refused_rows_goes_and_a_taken_place_is_told(company, kit, refused):
    folder = company({ORDERS: lambda text: text + "bad\n"})
    assert kit("check").exit_code == 0
    place = folder / "outputs" / "tiny" / "check" / "refused.csv"
    assert "bad" in place.read_text(encoding="utf-8-sig")
    (folder / ORDERS).write_text((folder / ORDERS).read_text().replace("bad\n", ""))
    assert kit("check").exit_code == 0 and not place.exists()
    (folder / ORDERS).write_text((folder / ORDERS).read_text() + "bad\n")
    place.parent.rmdir()
    place.parent.write_text("a file")
    assert "refused.csv: cannot be written" in refused("check")
