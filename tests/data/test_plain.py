"""The quick way through the gate gives, on every file, what the careful way gives."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kit.data import ledger, plain, stage
from kit.data.cells import PLAIN_NUMBER
from kit.data.part import EvenPart
from kit.data.sources import opened
from kit.data.survey import survey
from kit.errors import SourceError
from kit.parameters import validate

HEADER = "order_id,line_no,date,rep_id,quantity,amount,currency,note"
ROSTER = "rep_id,valid_from,name\nR1,2020-01-01,Wang\nR2,2020-01-01,Li\n"
GOOD = "O1,1,2025-07-01,R1,1,10,CNY,x"
CELLS = [
    " 12", "12 ", "1e5", "1E+5", "+5", "+-5", "-0", ".5", "5.", "nan", "inf", "-Infinity", "1_000",
    "1,000", "１２", "－３", "¥5", "(5)", "1e999", "1e-400", "0x10", "1d", "12%", "99999999999999999999",
    "2025/1/2", "2025-1-2", "20250102", "45839", "2025-07-01 08:00:00", "2025-07-01T08:00:00Z",
    "2025-07-01 x", "2025-02-30", "1/7/2025", "1989-12-31", "2101-01-01", "12025-07-01", "epoch",
    "today", "now", "infinity", "2025-07-01 (BC)", "2025-07-01BC", "2025 07 01", "2025-07-1",
    "", " ", "  ", "\t", "\u3000", "\u00a0x", "x\u200b", "a  b", " a", "a ", "华东", "NA", "NULL", "\\N",
    "-", "--", "cny", "usd", "R1", "R9", "a_b", "'", "true", "e5", "1e", "1.2.3", "1 2", "1\t",
]  # fmt: skip
LINES = [
    GOOD, "", " ", ",,,,,,,", " , ,,,,,,", "\t", "short,line", GOOD + ",long", GOOD + ",",
    'O7,1,2025-07-01,R1,1,"1,000",CNY,"a, ""b"""', 'O8,1,2025-07-01,R1,1,5,CNY,"two\nlines"',
    'O9,1,2025-07-01,R1,1,5,CNY,5" pipe', 'Oa,1,2025-07-01,R1,1,5,CNY,"never closed',
    'Ob,1,2025-07-01,R1,1,5,CNY,"closed"x', 'Oc, "1",2025-07-01,R1,1,5,CNY, "a, b"',
    '"Od","1","2025-07-01","R1","1","5","CNY",""', '"","","","","","","",""', '"",,,,,,,',
    'Oe,1,2025-07-01,R1,1,5,CNY,"a"', 'Of,1,2025-07-01,R1,1,5,CNY,a\x00b',
    "Og,1,2025-07-01,R1,1,5,CNY,a\x1fb", "Oh,1,2025-07-01,R1,1,5,CNY,a\x0bb",
    "Oi\r,1,2025-07-01,R1,1,5,CNY,x", "Oj,1,2025-07-01,R1,1,5,CNY,x\r", '"', '""', "'",
]  # fmt: skip


class Both:
    """The same files let through the gate in both ways."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.monkeypatch = folder, monkeypatch

    def run(self, careful: bool, how: dict) -> tuple:
        columns = {one: one for one in HEADER.split(",")[:-1]} | {"channel": "note"}
        model = validate(
            {"company": "t", "data_dir": ".", "sources": {
                "orders": {"file": "orders.csv", "columns": columns} | how,
                "roster": {"file": "roster.csv",
                           "columns": {one: one for one in ROSTER.split("\n")[0].split(",")}},
            }},
            origin="test",
        )  # fmt: skip
        with duckdb.connect() as connection, self.monkeypatch.context() as patch:
            if careful:
                patch.setattr(ledger, "opened", self._as_text)
                patch.setattr(plain, "broken_rows", lambda *told: [("true", "")])
            try:
                report = ledger.inspect(
                    model, self.folder, config_folder=self.folder, connection=connection,
                    work_folder=self.folder / "work",
                )  # fmt: skip
            except SourceError as error:
                return (str(error),)
            rows = connection.execute("SELECT * FROM orders").df()
        return report.summary, report.refused, report.repaired, report.rules, rows

    @staticmethod
    def _as_text(path, source, *, even, **place):
        return opened(path, source, even=False, **place)

    def same(self, content: bytes, **how) -> None:
        (self.folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
        (self.folder / "orders.csv").write_bytes(content)
        quick, careful = self.run(False, how), self.run(True, how)
        assert len(quick) == len(careful), (quick, careful)
        for one, other in zip(quick, careful, strict=True):
            if isinstance(one, str):
                assert one == other
            else:
                pd.testing.assert_frame_equal(one, other, check_exact=True)


@pytest.fixture
def both(tmp_path, monkeypatch):
    return Both(tmp_path, monkeypatch)


def text(*lines: str) -> str:
    return "\n".join([HEADER, *lines]) + "\n"


@pytest.mark.parametrize("quoted", [False, True])
def test_each_odd_cell_in_each_column(both, quoted):
    lines = []
    for number, cell in enumerate(CELLS):
        written = f'"{cell}"' if quoted or "," in cell else cell
        for place, name in enumerate(HEADER.split(",")):
            cells = GOOD.split(",")
            cells[0] = f"O{number}-{place}"
            cells[place] = written if name != "order_id" or cell.strip() else f"{written}"
            lines.append(",".join(cells))
    both.same(text(*lines).encode())
    ordinary = [one for one in lines if one.isascii() and "\t" not in one]
    assert len(ordinary) > 400
    both.same(text(*ordinary).encode())


@pytest.mark.parametrize("line", LINES)
def test_each_odd_line(both, line):
    both.same(text(GOOD, line, GOOD.replace("O1", "O2"), "O3,1,x,R1,1,1,,").encode())


@pytest.mark.parametrize(
    "content",
    [
        text(GOOD).encode("utf-8-sig"),
        text(GOOD, "O2,1,2025/7/1,R1,1,１,,华东").encode("utf-8-sig"),
        text("O2,1,2025/7/1,R1,1,1,,华东地区销售").encode("gb18030"),
        text(GOOD, "O2,1,x,R1,1,1,,").encode("utf-16"),
        text(GOOD, "O2,1,x,R1,1,1,,").encode("utf-16-le"),
        text(GOOD, "O2,1,2025-07-01,R1,1,1,,Müller").encode("cp1252"),
        text(GOOD, "O2,1,x,R1,1,1,,").replace("\n", "\r\n").encode(),
        text(GOOD, "O2,1,x,R1,1,1,,").replace("\n", "\r").encode(),
        text(GOOD, "O2,1,x,R1,1,1,,").replace("x\n", "x\r\n").encode(),
        text(GOOD, "O2,1,x,R1,1,1,,").rstrip("\n").encode(),
        text(GOOD, "O2,1,x,R1,1,1,,", "", "").encode(),
        text(GOOD, "", "O2\r,1,x,R1,1,1,,").encode(),
        text(GOOD).encode()[:-1] + b"\xff\n",
        text().encode(),
        text()[:-1].encode(),
        text(GOOD).replace(",", ";").encode(),
        text(GOOD, "O2,1,x,R1,1,\t1,,").replace(",", "\t").encode(),
        b"",
    ],
)
def test_encodings_line_ends_and_delimiters(both, content):
    both.same(content)


def test_settings_of_the_source(both):
    header, *rows = text(GOOD, "O2,1,x,R1,1,1,,", "O3,1,01.07.2025,R1,7.0,2,,a").split("\n")
    both.same("\n".join(['A "title', "", header, *rows]).encode(), header_row=3)
    both.same("\n".join(['A "title, x', header, *rows]).encode(), header_row=2)
    columns = {
        "order_id": "order_id", "line_no": {"constant": "1"}, "rep_id": "rep_id",
        "date": {"column": "date", "format": "%d.%m.%Y"},
        "quantity": {"column": "quantity", "scale": 0.1},
        "amount": {"compute": ["amount", "*", "quantity"]},
        "channel": {"column": "note", "values": {"x": "direct", "": "none"}, "prefix": "to "},
    }  # fmt: skip
    lines = [GOOD.replace("O1", f"Q{n}").replace("10", cell) for n, cell in enumerate(CELLS)]
    both.same("\n".join([header, *rows, *(one for one in lines if "\t" not in one)]).encode(),
              columns=columns)  # fmt: skip
    (both.folder / "notes.csv").write_text("note,kind\nx,A\na,B\n", encoding="utf-8")
    joined = columns | {"channel": "kind"}
    both.same("\n".join([header, *rows]).encode(), columns=joined,
              joins=[{"file": "notes.csv", "on": "note"}])  # fmt: skip


def test_an_even_file_is_read_by_duckdbs_own_reader(both, monkeypatch):
    seen = []
    make = stage._Making.even
    monkeypatch.setattr(
        stage._Making, "even", lambda *told: seen.append(make(*told)) or seen[-1]
    )
    both.same(text(GOOD, "O2,1,x,R1,1,1,,z", 'O3,1,2025-07-01,R1,1,5,CNY,"a, b"').encode())
    assert [(one.first, one.plain_rows, one.odd_rows) for one in seen] == [(2, 2, 0), (2, 2, 1)]


def test_what_duckdb_takes_for_a_number_is_known():
    """Beside plain numbers: blanks around, `_` within and `+` before another sign, no more."""
    marks = [chr(code) for code in range(32, 127)]
    texts = [f"{a}1{b}" for a in ["", *marks] for b in ["", *marks]]
    texts += [f"1{a}{b}2" for a in marks for b in marks]
    frame = pd.DataFrame({"x": texts})
    found = duckdb.sql(
        "SELECT x FROM frame WHERE isfinite(try_cast(x AS DOUBLE)) "
        f"AND NOT regexp_full_match(x, {PLAIN_NUMBER}) "
        "AND NOT (x < '-' OR x LIKE '% ' OR contains(x, '_'))"
    ).fetchall()
    assert len(frame) > 18_000 and found == []


LINE = st.one_of(
    st.sampled_from(LINES),
    st.tuples(*[st.one_of(st.sampled_from(one), st.sampled_from(CELLS)) for one in (
        ["O1", "O2", "O3"], ["1", "2"], ["2025-07-01"], ["R1", "R2"], ["1", "-1"], ["5", "-5"],
        ["CNY", ""], ["x", '"a, b"', '"a""b"'],
    )]).map(",".join),
)  # fmt: skip


@given(st.lists(LINE, max_size=12), st.sampled_from(["\n", "\r\n"]), st.booleans())
@example([GOOD, '"","","","","","","",""'], "\n", True)
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_file(both, lines, end, closed):
    found = end.join([HEADER, *lines]) + (end if closed else "")
    both.same(found.encode())


@pytest.mark.parametrize(
    ("content", "even", "lines", "ordinary"),
    [
        (b"a,b\n1,2\n", True, 2, True),
        (b"\xef\xbb\xbfa,b\n1,2", True, 2, True),
        (b"a\tb\n1\t2\n\n\n", True, 2, False),
        (b"a\r\n1\r\n", True, 2, True),
        (b"a\r\n1\n", False, 2, True),
        (b"a\x00\n", False, 1, True),
        ("a\n\u3000\n".encode(), True, 2, False),
        ("a\nü\n".encode(), True, 2, True),
        (b'a\n1, "b"\n', False, 2, True),
        (b"a\n\xe5\x8d", False, 0, False),
    ],
)
def test_the_survey(tmp_path, content, even, lines, ordinary, monkeypatch):
    (tmp_path / "a.csv").write_bytes(content)
    for chunk in (1 << 22, 1, 2, 3):
        monkeypatch.setattr("kit.data.survey._CHUNK", chunk)
        found = survey(tmp_path / "a.csv", delimiter=",")
        assert found.even == even
        if even:
            assert (found.lines, found.ordinary) == (lines, ordinary)


def test_even_parts_are_only_given_where_asked_for(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2\n")
    source = validate(
        {"company": "t", "data_dir": ".", "sources": {"orders": {"file": "a.csv", "columns": {}}}},
        origin="test",
    ).sources["orders"]
    place = {"folder": tmp_path, "connection": duckdb.connect(), "work_folder": tmp_path}
    for even in (True, False):
        with opened(tmp_path / "a.csv", source, even=even, **place) as part:
            assert isinstance(part, EvenPart) == even
