"""Reading the company's files: every encoding, delimiter and format, with right line numbers."""

from __future__ import annotations

import datetime as dt

import duckdb
import openpyxl
import pytest

from kit.data.sources import find, parts
from kit.data.sql import identifier
from kit.errors import SourceError
from kit.settings import SourceSettings


@pytest.fixture
def read(tmp_path):
    """Read a source: its columns, and its rows as (file, line, ragged, values …)."""
    connection = duckdb.connect()

    def run(file: str, **how):
        source = SourceSettings(file=file, columns={}, **how)
        columns, rows = (), []
        opened = parts(source, tmp_path, connection=connection, work_folder=tmp_path / "work")
        for part in opened:
            columns = part.columns
            found = connection.execute(f"SELECT * FROM ({part.relation}) ORDER BY __line")
            rows += [(part.file, *row) for row in found.fetchall()]
        left = list((tmp_path / "work").glob("*")) if (tmp_path / "work").exists() else []
        assert not left, "nothing stays in the work folder"
        return columns, rows

    yield run
    connection.close()


def put(folder, name, text, encoding="utf-8"):
    (folder / name).write_bytes(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_encoding_and_delimiter_is_found(tmp_path, read, encoding, delimiter):
    rows = [["订单号", "销售员", "金额"], ["007", "华东销售王伟", "1.5"], ["008", "NA", ""]]
    put(tmp_path, "o.csv", "\r\n".join(delimiter.join(row) for row in rows) + "\r\n", encoding)
    columns, found = read("o.csv")
    assert columns == ("订单号", "销售员", "金额")
    assert [row[1:4] for row in found] == [(2, None, "007"), (3, None, "008")]
    assert [row[4] for row in found] == ["华东销售王伟", "NA"]


def test_western_letters_are_not_read_as_chinese(tmp_path, read):
    put(tmp_path, "o.csv", "id,name\n1,Müller\n2,Café Gruñón\n", "cp1252")
    assert [row[4] for row in read("o.csv")[1]] == ["Müller", "Café Gruñón"]


def test_one_wrong_byte_in_utf8_is_an_error_not_another_encoding(tmp_path, read):
    text = "id,名\n" + "1,华东地区销售\n" * 20
    (tmp_path / "o.csv").write_bytes(text.encode() + b"2,\xff\n")
    with pytest.raises(SourceError, match="is not utf-8"):
        read("o.csv")


def test_stated_encoding_that_is_wrong_or_unknown(tmp_path, read):
    put(tmp_path, "o.csv", "id,名\n1,华东\n", "gb18030")
    with pytest.raises(SourceError, match="byte 3 is not utf-8"):
        read("o.csv", encoding="utf-8")
    with pytest.raises(SourceError, match="no encoding 'gbx'"):
        read("o.csv", encoding="gbx")


def test_title_lines_blank_lines_and_mixed_line_ends_keep_the_numbers(tmp_path, read):
    put(tmp_path, "o.csv", 'A "title\n\nid,name\r\n1,a\n\n,\n2,b\r3,c')
    columns, rows = read("o.csv", header_row=3)
    assert columns == ("id", "name")
    assert [(row[1], row[3]) for row in rows] == [(4, "1"), (7, "2"), (8, "3")]


def test_quotes_and_ragged_lines(tmp_path, read):
    lines = [
        "id,note,n",
        '1,"a, ""b""",x',  # 2
        '2,"two',  # 3 and 4
        'lines",y',
        '3,"never closed,z',  # 5: refused alone
        '4,"c",w',  # 6
        "5,too few",  # 7
        "6,too,many,fields",  # 8
        '7,5" pipe,v',  # 9
        '8,"closed"x,u',  # 10: refused
        '9, "spaced, quote", t',  # 11
        '10,"open at the end',  # 12: refused
    ]
    put(tmp_path, "o.csv", "\n".join(lines))
    _, rows = read("o.csv")
    assert [row[1] for row in rows] == [2, 3, 5, 6, 7, 8, 9, 10, 11, 12]
    assert [row[1] for row in rows if row[2]] == [5, 7, 8, 10, 12]
    assert {row[1]: row[2] for row in rows}[5] == '3,"never closed,z'
    notes = {row[1]: row[4] for row in rows}
    assert [notes[line] for line in (2, 3, 6, 9, 11)] == [
        'a, "b"', "two\nlines", "c", '5" pipe', "spaced, quote",
    ]  # fmt: skip


def test_ragged_lines_without_any_quote(tmp_path, read):
    put(tmp_path, "o.csv", "a,b\n1\n1,2\n1,2,3\n")
    assert [row[1:3] for row in read("o.csv")[1]] == [(2, "1"), (3, None), (4, "1,2,3")]


def test_long_delimiter_and_header_over_two_lines(tmp_path, read):
    put(tmp_path, "o.csv", '"net\namount"||id\n1||"a||b"\n')
    columns, rows = read("o.csv", delimiter="||")
    assert columns == ("net amount", "id")
    assert rows == [("o.csv", 3, None, "1", "a||b")]


def test_several_files_by_pattern_in_order_of_name(tmp_path, read):
    put(tmp_path, "orders-2.csv", "id\nb\n")
    put(tmp_path, "orders-1.csv", "id\na\n")
    put(tmp_path, "~$orders-3.csv", "id\nc\n")
    assert read("orders-*.csv")[1] == [
        ("orders-1.csv", 2, None, "a"), ("orders-2.csv", 2, None, "b"),
    ]  # fmt: skip


def test_pattern_characters_in_a_files_own_name(tmp_path, read):
    put(tmp_path, "a[1].csv", "id\na\n")
    assert len(read("a[1].csv")[1]) == 1


@pytest.mark.parametrize("file", ["../x.csv", "/etc/passwd", "a/../../x.csv", "C:\\x.csv", "..\\x"])
def test_a_path_out_of_the_folder_is_refused(tmp_path, file):
    with pytest.raises(SourceError, match="leaves the data folder"):
        find(file, tmp_path)


def test_missing_file_names_the_nearest(tmp_path):
    put(tmp_path, "orders.csv", "a\n")
    with pytest.raises(SourceError, match="Did you mean 'orders.csv'"):
        find("order.csv", tmp_path)
    with pytest.raises(SourceError, match="no such folder"):
        find("order.csv", tmp_path / "nowhere")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"only\x00\x01binary\xff\xfe" * 9])
def test_empty_and_binary_files(tmp_path, read, content):
    (tmp_path / "o.csv").write_bytes(content)
    with pytest.raises(SourceError):
        read("o.csv")


def test_header_only_gives_no_rows(tmp_path, read):
    put(tmp_path, "o.csv", "id,name\n")
    assert read("o.csv") == (("id", "name"), [])


def book(path, rows, *, title="Orders", merged=()):
    workbook = openpyxl.Workbook()
    workbook.active.title = title
    for row in rows:
        workbook.active.append(row)
    for cells in merged:
        workbook.active.merge_cells(cells)
    workbook.save(path)


def test_excel_with_title_rows_and_a_merged_header(tmp_path, read):
    rows = [
        ["Sales 2025"],
        [],
        ["Rep", "When", "2025", None],  # Rep and When span two rows, 2025 two columns
        [None, None, "Amount", "Note", None],
        ["007", dt.datetime(2025, 7, 1), 7.0, "NA"],
        [],
        [8, dt.datetime(2025, 7, 2, 10, 30), 0.1 + 0.2, "a\nb", "stray"],
        ["x", None, -5],
    ]
    book(tmp_path / "o.xlsx", rows, merged=["A3:A4", "B3:B4", "C3:D3", "A1:D1"])
    columns, found = read("o.xlsx", header_row=4, sheet="Orders")
    assert columns == ("Rep", "When", "Amount", "Note")
    assert found == [
        ("o.xlsx", 5, None, "007", "2025-07-01", "7", "NA"),
        ("o.xlsx", 7, None, "8", "2025-07-02 10:30:00", "0.3", "a\nb"),
        ("o.xlsx", 8, None, "x", "", "-5", ""),
    ]


def test_excel_errors(tmp_path, read):
    book(tmp_path / "o.xlsx", [["a"]])
    with pytest.raises(SourceError, match="Did you mean 'Orders'"):
        read("o.xlsx", sheet="Order")
    with pytest.raises(SourceError, match="row 3 holds no column names"):
        read("o.xlsx", header_row=3)
    put(tmp_path, "broken.xlsx", "no zip")
    with pytest.raises(SourceError, match="cannot be read"):
        read("broken.xlsx")
    put(tmp_path, "old.xls", "")
    with pytest.raises(SourceError, match="old Excel"):
        read("old.xls")


def test_parquet(tmp_path, read):
    path = tmp_path / "o.parquet"
    duckdb.sql(
        "SELECT * FROM (VALUES ('007', 7.0::DOUBLE, DATE '2025-07-01', NULL), "
        "('NA', 0.5, NULL, 1)) AS t(id, amount, day, n)"
    ).write_parquet(str(path))
    columns, rows = read("o.parquet")
    assert columns == ("id", "amount", "day", "n")
    assert rows[0] == ("o.parquet", 1, None, "007", "7", "2025-07-01", None)
    assert rows[1] == ("o.parquet", 2, None, "NA", "0.5", None, "1")
    put(tmp_path, "broken.parquet", "none")
    with pytest.raises(SourceError, match="cannot be read"):
        read("broken.parquet")


def test_duckdb_file(tmp_path, read):
    hostile = 'o"; DROP TABLE x; --'
    with duckdb.connect(str(tmp_path / "o.duckdb")) as source:
        source.execute(f"CREATE TABLE {identifier(hostile)} AS SELECT '01' AS id, 2.0::DOUBLE AS n")
        source.execute("CREATE TABLE x AS SELECT 1 AS y")
    assert read("o.duckdb", table=hostile) == (("id", "n"), [("o.duckdb", 1, None, "01", "2")])
    assert read("o.duckdb", table="x")[1] == [("o.duckdb", 1, None, "1")]
    with pytest.raises(SourceError, match="no table 'z'"):
        read("o.duckdb", table="z")
    with pytest.raises(SourceError, match="State table"):
        read("o.duckdb")
    put(tmp_path, "broken.duckdb", "none")
    with pytest.raises(SourceError, match="cannot be read"):
        read("broken.duckdb", table="x")
