"""The sample company's raw files: CSVs, one Excel book, its company.yml and the truths."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.styles import Font

from kit.data.sample.company import SEED, Sample, make
from kit.data.sample.dirt import soiled
from kit.data.sample.layout import BOOK, LAYOUTS, place
from kit.data.sample.parameters import (
    ENCODINGS,
    company_yml,
    period_ymls,
    scenario_ymls,
)
from kit.data.sample.truths import Truths
from kit.data.tables import TABLES
from kit.errors import BatchError

MADE_ON = dt.datetime(2025, 11, 15, 18, 0, 0)  # time stamp of the book


def write(folder: str | Path, *, seed: int = SEED, language: str = "en") -> Truths:
    """Write the sample company's files into a folder, the same bytes for the same seed.

    Parameters
    ----------
    folder : path
        Made where it is not there; files of the same name are replaced.
    seed : int
    language : str
        `en` for UTF-8 files with English headers and names, `zh` for GB18030 and Chinese ones.

    Returns
    -------
    Truths
        What is planted, dirty rows included; also written as truths.json.

    Raises
    ------
    BatchError
        Where the folder cannot be written.
    """
    root = Path(folder)
    try:
        root.mkdir(parents=True, exist_ok=True)
        contents, truths = _contents(make(seed, language))
        for name, content in contents.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise BatchError(
            f"{error.filename or root}: cannot be written ({error.strerror}). "
            "Give a folder in which you may write."
        ) from None
    return truths


def _contents(sample: Sample) -> tuple[dict[str, bytes], Truths]:
    """All files by name, as bytes, and the truths with the dirty rows in them."""
    language = sample.truths.language
    raw = {name: raw_frame(name, sample.frames[name], language=language) for name in TABLES}
    years = sample.frames["orders"]["date"].dt.year
    orders = {
        f"orders-{year}.csv": raw["orders"][(years == year).to_numpy()].reset_index(drop=True)
        for year in sorted(set(years))
    }
    rng = np.random.default_rng([sample.truths.seed, 1])
    orders, dirty = soiled(orders, language, rng=rng)
    truths = Truths(**{**sample.truths.__dict__, "dirty": dirty})
    tables = {name: (frame, ",") for name, frame in orders.items()}
    for name, layout in LAYOUTS.items():
        if layout.file != BOOK and name != "orders":
            tables[layout.file] = (raw[name], layout.delimiter)
    contents = {
        file: frame.to_csv(index=False, sep=delimiter, lineterminator="\n").encode(
            ENCODINGS[language]
        )
        for file, (frame, delimiter) in tables.items()
    }
    contents[BOOK] = _book(raw, language)
    contents["company.yml"] = company_yml(language).encode()
    for period, text in period_ymls(language).items():
        contents[f"periods/{period}.yml"] = text.encode()
    for scenario, text in scenario_ymls(language).items():
        contents[f"scenarios/{scenario}.yml"] = text.encode()
    contents["truths.json"] = truths.to_json().encode()
    return contents, truths


def raw_frame(table: str, frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """A canonical table under the company's own headers, words, units and ways to write days.

    Tables that go into CSV files come back as text, those of the book with numbers and days.
    """
    layout, number = LAYOUTS[table], place(language)
    columns = {}
    for name, headers in layout.columns.items():
        found = frame[name]
        if (table, name) == ("orders", "list_amount"):
            found = found / frame["quantity"]
        if name in layout.values:
            found = found.map({key: pair[number] for key, pair in layout.values[name].items()})
        if name in layout.scale:
            found = (found / layout.scale[name]).round(4)
        if layout.file != BOOK:
            found = _written(found, TABLES[table].column(name).type, day=layout.day[number])
        columns[headers[number]] = found
    return pd.DataFrame(columns)


def _written(found: pd.Series, kind: str, *, day: str) -> pd.Series:
    """Numbers and days as text; whole numbers without a point."""
    if kind == "date":
        return found.dt.strftime(day)
    if kind in ("number", "integer"):
        whole = (found % 1 == 0).all()
        return found.map(lambda one: f"{one:.0f}" if whole else f"{one:.2f}", na_action="ignore")
    return found


def _book(raw: dict[str, pd.DataFrame], language: str) -> bytes:
    """The Excel book with one sheet a table."""
    number = place(language)
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.created = MADE_ON
    book.properties.creator = ""
    for name, layout in LAYOUTS.items():
        if layout.file != BOOK:
            continue
        sheet = book.create_sheet(layout.sheet[number])
        if layout.title[number]:
            sheet.append([layout.title[number]])
            sheet["A1"].font = Font(bold=True, size=14)
            sheet.append([])
        frame = raw[name]
        sheet.append(list(frame.columns))
        for cell in sheet[layout.header_row]:
            cell.font = Font(bold=True)
        for row in frame.astype(object).itertuples(index=False):
            sheet.append([_cell(one) for one in row])
        _dress(sheet, frame, header_row=layout.header_row)
    return _same_bytes(book)


def _cell(found: object) -> object:
    if pd.isna(found):
        return None
    if isinstance(found, dt.datetime):
        return found.date()
    return int(found) if isinstance(found, float) and found.is_integer() else found


def _dress(sheet, frame: pd.DataFrame, *, header_row: int) -> None:
    sheet.freeze_panes = sheet.cell(header_row + 1, 1)
    for column, name in enumerate(frame.columns, start=1):
        letter = openpyxl.utils.get_column_letter(column)
        longest = max([len(str(name)), *frame[name].astype(str).str.len().head(50)])
        sheet.column_dimensions[letter].width = min(longest + 3, 44)


def _same_bytes(book: openpyxl.Workbook) -> bytes:
    """The book's bytes without any trace of when it was written."""
    first, last = io.BytesIO(), io.BytesIO()
    book.save(first)
    stamp = MADE_ON.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(first) as found, zipfile.ZipFile(last, "w") as out:
        for name in sorted(found.namelist()):
            content = found.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*", lambda match: match[1] + stamp, content
                )
            entry = zipfile.ZipInfo(name, MADE_ON.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, content)
    return last.getvalue()
