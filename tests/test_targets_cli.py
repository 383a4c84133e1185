"""The commands of `kit targets`: a plan published, exported, negotiated and read back."""

from __future__ import annotations

import io
import itertools
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from click.testing import CliRunner

from kit.cli import main
from kit.plan import ledger

NAME = "=HYPERLINK(1)"
TEAMS = {"007": ("East", "A", "Ann"), "008": ("East", "A", "李伟"), "009": ("华东", "+B", NAME)}
COMPANY = """\
company: tiny
name: Tiny Company
data_dir: data
targets: {value: 120000, method: given}
sources:
  orders:
    file: orders.csv
    columns: {order_id: order_id, line_no: line_no, date: date, rep_id: rep_id, region: region,
      quantity: quantity, amount: amount}
  roster:
    file: roster.csv
    columns: {rep_id: rep_id, valid_from: valid_from, name: name, team: team, region: region}
"""
SAID = ("--author", "Li Wei", "--reason", "=agreed with both regions")
FIRST, TOTAL = "E", "H"  # columns of July and of the quarter


@pytest.fixture
def company(tmp_path, monkeypatch):
    """A company of three reps, two teams and two regions, one year of orders and no ledger."""
    (tmp_path / "company.yml").write_text(COMPANY, encoding="utf-8")
    (tmp_path / "data").mkdir()
    orders = ["order_id,line_no,date,rep_id,region,quantity,amount"]
    for number, (year, month, rep) in enumerate(
        itertools.product((2023, 2024, 2025), range(1, 13), TEAMS)
    ):
        if (year, month) < (2025, 7):
            orders.append(f"O{number},1,{year}-{month:02d}-03,{rep},{TEAMS[rep][0]},1,10000")
    (tmp_path / "data/orders.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    roster = ["rep_id,valid_from,name,team,region"]
    for rep, (region, team, name) in TEAMS.items():
        roster.append(f"{rep},2020-01-01,{name},{team},{region}")
    (tmp_path / "data/roster.csv").write_text("\n".join(roster) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def kit(name, *args):
    config = () if "--help" in args else ("--config", "company.yml")
    asked = ["targets", name, *map(str, args), *config]
    return CliRunner().invoke(main, asked, prog_name="kit")


def exported(*more, name="a.xlsx", period="2025Q3"):
    found = kit("export", name, "--period", period, *more)
    assert found.exit_code == 0, found.output
    return found


def edit(path, changes, *, to="b.xlsx"):
    book = openpyxl.load_workbook(path)
    for address, value in changes.items():
        book.worksheets[0][address] = value
    book.save(to)
    return to


def row_of(scope, path="a.xlsx"):
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return next(cell.row for cell in sheet["A"] if cell.value == scope)


def shifted(by, *, path="a.xlsx", to="b.xlsx"):
    """The book with an amount of July moved from one rep to another."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    cells = {}
    for scope, change in (("rep:007", by), ("rep:008", -by)):
        for column in (FIRST, TOTAL):
            address = f"{column}{row_of(scope, path)}"
            cells[address] = sheet[address].value + change
    return edit(path, cells, to=to)


def test_help_shows_every_command():
    found = CliRunner().invoke(main, ["targets", "--help"], prog_name="kit")
    assert found.exit_code == 0 and "  kit targets export" in found.output
    for name in ("export", "import", "publish", "relief", "transfer"):
        assert name in found.output and kit(name, "--help").exit_code == 0


def test_a_round_trip_without_changes_appends_nothing_and_with_changes_only_these(company):
    assert kit("publish", "--period", "2025Q3", *SAID).exit_code == 0
    before = ledger.read("targets.csv")
    assert set(before["reason"]) == {SAID[-1]} and len(before) == 8
    assert "'=agreed" in (company / "targets.csv").read_text("utf-8")
    told = exported()
    assert "0 of 24 targets are proposed" in told.output
    found = kit("import", "a.xlsx", *SAID)
    assert found.exit_code == 0 and "Nothing changed" in found.output
    assert len(ledger.read("targets.csv")) == 8

    found = kit("import", shifted(1000), *SAID)
    assert found.exit_code == 0, found.output
    new = ledger.read("targets.csv").iloc[8:]
    assert set(new["scope"]) == {"rep:007", "rep:008"}
    assert new.loc[new["period"] == "2025Q3", "version"].tolist() == [2, 2]
    again = kit("import", "b.xlsx", *SAID)
    assert again.exit_code == 2 and "Export the table anew" in again.output
    exported("--replace")
    assert "Nothing changed" in kit("import", "a.xlsx", *SAID).output


def test_the_book_says_what_it_is_and_runs_no_text_from_data(company):
    exported("--language", "zh", "--locked")
    sheet = openpyxl.load_workbook("a.xlsx").worksheets[0]
    assert sheet.title == "目标分解表" and sheet.freeze_panes == "E10" and sheet.protection.sheet
    texts = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert "'" + NAME in texts and "李伟" in texts and "region:华东" in texts and "rep:007" in texts
    formulas = [one for one in texts if one.startswith("=")]
    assert formulas and all(one.startswith(("=ROUND(SUM(", "=SUMPRODUCT(")) for one in formulas)
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.value for cell in cells if cell.data_type == "f"} == {*formulas}
    assert "Nothing changed" in kit("import", "a.xlsx", *SAID).output
    assert not (company / "targets.csv").exists()


def test_the_same_table_gives_the_same_bytes_and_no_book_is_overwritten(company):
    exported(name="a.xlsx")
    exported(name="b.xlsx")
    assert (company / "a.xlsx").read_bytes() == (company / "b.xlsx").read_bytes()
    found = kit("export", "a.xlsx", "--period", "2025Q3")
    assert found.exit_code == 2 and "--replace" in found.output


def test_proposals_are_decided_with_the_book_when_asked(company):
    exported()
    found = kit("import", shifted(1000), *SAID, "--with-proposed")
    assert found.exit_code == 0 and "24 targets were appended" in found.output
    rows = ledger.read("targets.csv")
    sums = rows.groupby("scope")["target"].sum()
    assert sums["company"] == 120_000 == sums[["region:East", "region:华东"]].sum()
    assert sums["rep:009"] == sums["team:+B"] == sums["region:华东"]


def wrong(company, changes, *words):
    found = kit("import", edit("a.xlsx", changes), *SAID)
    assert found.exit_code == 2, found.output
    for one in words:
        assert one in found.output
    assert not (company / "targets.csv").exists()


def test_what_is_wrong_in_a_book_is_named_cell_by_cell(company):
    exported()
    row = row_of("rep:008")
    at = f"{FIRST}{row}"
    held = openpyxl.load_workbook("a.xlsx").worksheets[0][at].value
    wrong(company, {at: held + 500}, f"H{row} (rep:008, total)", "difference -500.00",
          "(team:A, 2025-07)", "2 sums do not add up", "sheet 'Targets'")  # fmt: skip
    wrong(company, {at: "12 k", f"F{row}": -5, f"G{row}": None}, "3 cells are wrong",
          f"{at} (rep:008, 2025-07): found '12 k'", "found -5.00, expected 0 or more",
          "is empty")  # fmt: skip
    wrong(company, {at: "=1+1"}, "the formula '=1+1' has no saved value")
    wrong(company, {at: True}, "found 'True'")
    wrong(company, {f"A{row}": "rep:010"}, f"A{row}: found 'rep:010', expected 'rep:008'")
    wrong(company, {f"F{9}": None}, "the heading is gone")
    wrong(company, {"E9": "Aug 2025", "F9": "Jul 2025"}, "E9: found 'Aug 2025', expected 'Jul 2025'")
    last = row_of("rep:009") + 1
    wrong(company, {f"A{last}": "rep:010"}, f"A{last}: 'rep:010' is no line")


def moved_by(amount, *, total):
    """Cells that move an amount of July from one rep to another, as a formula would leave it."""
    sheet = openpyxl.load_workbook("a.xlsx").worksheets[0]
    found = {}
    for scope, change in (("rep:007", amount), ("rep:008", -amount)):
        for column in (FIRST, TOTAL) if total else (FIRST,):
            address = f"{column}{row_of(scope)}"
            found[address] = sheet[address].value + change
    return found


def test_amounts_finer_than_the_currency_are_named_and_nothing_is_written(company):
    exported()
    cells = moved_by(100 / 3, total=True)
    held = {at: f"{value:,.2f}" for at, value in cells.items()}
    wrong(company, cells, "4 cells are wrong", "2 decimals at the most", "=ROUND(…,2)",
          *(f"{at} (rep:" for at in cells), *(f"Enter {one}" for one in held.values()))  # fmt: skip


def test_what_a_spreadsheet_is_off_by_is_no_amount_and_the_ledger_is_exact_in_cents(company):
    exported()
    found = kit("import", edit("a.xlsx", moved_by(0.1 + 0.2, total=True)), *SAID, "--with-proposed")
    assert found.exit_code == 0, found.output
    rows = ledger.read("targets.csv")
    cents = rows["target"] * 100
    assert (cents == cents.round()).all()
    sums = {scope: Decimal(0) for scope in rows["scope"]}
    for one in rows.itertuples():
        sums[one.scope] += Decimal(repr(one.target))
    assert sums["rep:007"] + sums["rep:008"] == sums["team:A"] == sums["region:East"]
    assert sums["region:East"] + sums["region:华东"] == sums["company"] == 120_000


def test_targets_that_the_ledger_has_finer_stay_and_change_by_whole_cents(company):
    assert kit("publish", "--period", "2025Q3", *SAID).exit_code == 0
    rows = ledger.read("targets.csv")
    fine = 1 / 3
    more = {"rep:007": fine, "team:A": fine, "region:East": fine, "company": fine}
    rows = rows.assign(target=rows["target"] + rows["scope"].map(more).fillna(0.0))
    ledger.write(rows, "targets.csv", append=False)
    exported()
    assert "Nothing changed" in kit("import", "a.xlsx", *SAID).output
    found = kit("import", shifted(10.25), *SAID)
    assert found.exit_code == 0, found.output
    new = ledger.read("targets.csv")
    new = new[new["period"] == "2025Q3"].set_index(["scope", "version"])["target"]
    assert new["rep:007", 2] == pytest.approx(new["rep:007", 1] + 10.25, abs=1e-6)
    assert new["rep:008", 2] == new["rep:008", 1] - 10.25


def test_a_currency_without_decimals_has_whole_amounts(company):
    text = (company / "company.yml").read_text("utf-8") + "currency: JPY\n"
    (company / "company.yml").write_text(text, encoding="utf-8")
    exported()
    wrong(company, moved_by(0.5, total=True), "expected a whole amount", "=ROUND(…,0)")


def test_a_book_of_a_small_target_has_no_amounts_finer_than_a_cent(company):
    exported("--set", "targets.value=50.05")
    sheet = openpyxl.load_workbook("a.xlsx").worksheets[0]
    figures = [cell.value for row in sheet.iter_rows(min_row=10, min_col=5, max_col=8)
               for cell in row if cell.value is not None]  # fmt: skip
    assert len(figures) > 20 and figures == [round(one, 2) for one in figures]
    assert sheet[f"{TOTAL}{row_of('company')}"].value == 50.05
    found = kit("import", "a.xlsx", *SAID, "--with-proposed", "--set", "targets.value=50.05")
    assert found.exit_code == 0, found.output


@pytest.mark.parametrize("name", ["b.csv", "b", "b.xls", "b.xlsx.csv"])
def test_a_book_is_written_under_its_own_kind_of_name_only(company, name):
    found = kit("export", name, "--period", "2025Q3")
    assert found.exit_code == 2 and not (company / name).exists()
    assert f"{name}: the target book is an Excel file" in found.output
    assert "has to end in .xlsx" in found.output and not (company / "outputs").exists()
    assert kit("export", "B.XLSX", "--period", "2025Q3").exit_code == 0


def test_people_who_came_since_are_missed_and_who_and_why_are_asked_for(company):
    exported()
    assert kit("import", "a.xlsx", "--author", "Li").exit_code == 2
    found = kit("import", "a.xlsx", "--author", "Li", "--reason", "so")
    assert found.exit_code == 2 and "says too little" in found.output
    with (company / "data/roster.csv").open("a", encoding="utf-8") as file:
        file.write("010,2024-01-01,New,A,East\n")
    found = kit("import", "a.xlsx", *SAID)
    assert found.exit_code == 2 and "rep:010 under team:A has no line" in found.output


def mangle(how):
    book = openpyxl.load_workbook("a.xlsx")
    sheet = book.worksheets[0]
    how(book, sheet)
    book.save("b.xlsx")


def bomb():
    """A small file that would unpack to very much."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", "<a/>")
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 101_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "no .xlsx file"), (b"scope,period\n", "no .xlsx file"),
     (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "has a password"),
     (b"PK\x03\x04" + b"\0" * 100, "no .xlsx file"), (bomb, "would unpack to 101,000,004 bytes"),
     (lambda: b"PK" + b"\0" * 10_000_000, "holds 10,000,002 bytes"), (None, "cannot be read")],
    ids=["empty", "text", "password", "broken", "bomb", "huge", "missing"],
)  # fmt: skip
def test_a_file_that_is_no_book_is_refused(company, content, words):
    if content is not None:
        (company / "b.xlsx").write_bytes(content() if callable(content) else content)
    found = kit("import", "b.xlsx", *SAID)
    assert found.exit_code == 2 and words in found.output and "Traceback" not in found.output


CHANGES = [
    (lambda book, sheet: book.remove(book["kit"]), "no target book of the kit"),
    (lambda book, sheet: setattr(sheet, "title", "Mine"), "no sheet 'Targets'"),
    (lambda book, sheet: sheet.merge_cells("A9:B9"), "cells A9:B9 were merged"),
    (lambda book, sheet: sheet.insert_rows(12), "none may be added"),
    (lambda book, sheet: sheet.delete_rows(12), "none may be added"),
    (lambda book, sheet: book["kit"].__setitem__("A2", "{}"), "hidden sheet 'kit' was changed"),
]


def test_a_changed_book_or_one_of_another_company_is_refused(company):
    exported()
    for how, words in CHANGES:
        mangle(how)
        found = kit("import", "b.xlsx", *SAID)
        assert found.exit_code == 2 and words in found.output
    text = COMPANY.replace("company: tiny", "company: other")
    (company / "company.yml").write_text(text, encoding="utf-8")
    found = kit("import", "a.xlsx", *SAID)
    assert found.exit_code == 2 and "is of the company 'tiny'" in found.output


def test_relief_and_transfer_append_new_versions(company):
    assert kit("publish", "--period", "2025Q3", *SAID).exit_code == 0
    rows = ledger.read("targets.csv").set_index("scope")["target"]
    goal = rows["rep:007"]
    asked = ("--period", "2025Q3", "--scope", "rep:007", "--evidence", "cause lost", *SAID)
    refused = kit("relief", goal * 0.5, *asked)
    assert refused.exit_code == 2 and "at most 10% is allowed" in refused.output
    done = kit("relief", goal * 0.95, *asked)
    assert done.exit_code == 0 and "1 target was appended" in done.output
    moved = kit("transfer", "008", "--period", "2025Q3", "--to", "+B", "--on", "2025-08-15",
                "--moves", "rep", *SAID)  # fmt: skip
    assert moved.exit_code == 0 and "4 targets were appended" in moved.output
    last = ledger.read("targets.csv").iloc[-4:]
    assert last["scope"].tolist() == ["team:A", "team:+B", "region:East", "region:华东"]
    assert last["target"].sum() == rows[last["scope"]].sum()


def test_a_plan_is_published_under_a_scenario(company):
    from kit import scenarios

    scenarios.save("company.yml", "more", changes={"targets": {"value": 150000}})
    done = kit("publish", "--period", "2025Q3", "--scenario", "more", *SAID)
    assert done.exit_code == 0, done.output
    rows = ledger.read("targets.csv").set_index("scope")["target"]
    assert rows["company"] == 150000
    refused = kit("publish", "--period", "2025Q3", "--scenario", "mroe", *SAID)
    assert refused.exit_code == 2 and "Did you mean 'more'?" in refused.output
