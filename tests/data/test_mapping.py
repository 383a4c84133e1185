"""From the company's columns to canonical ones: joins, constants, computed columns, values."""

from __future__ import annotations

import duckdb
import pytest

from kit.data.mapping import load_lookups, select, verify
from kit.data.sources import parts
from kit.errors import SettingsError, SourceError
from kit.settings import SourceSettings

FULL = {"product_id": {"column": "id"}}


@pytest.fixture
def mapped(tmp_path):
    """Map `p.csv` onto the table `products`: its rows as dicts of canonical columns."""
    connection = duckdb.connect()

    def run(files: dict[str, str], *, joins=(), table="products", **columns):
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        source = SourceSettings.model_validate(
            {"file": "p.csv", "joins": list(joins), "columns": {**FULL, **columns}}
        )
        place = {"connection": connection, "work_folder": tmp_path / "work"}
        declared = verify(table, source, connection=connection)
        lookups = load_lookups(table, source, tmp_path, **place)
        rows = []
        for part in parts(source, tmp_path, **place):
            found = connection.execute(select(declared, source, part, lookups=lookups))
            names = [one[0] for one in found.description]
            rows += [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return sorted(rows, key=lambda row: row["__line"])

    yield run
    connection.close()


def test_column_constant_values_prefix_and_what_is_not_mapped(mapped):
    rows = mapped(
        {"p.csv": "id,kind\n7, a \n8,b\n9,\n"},
        line={"column": "kind", "values": {"a": "standard", "": "none", "b": ""}},
        article={"column": "id", "prefix": "art:"},
        name={"constant": "O'Neill; \"x\""},
    )
    assert [row["line"] for row in rows] == ["standard", None, "none"]
    assert [row["article"] for row in rows] == ["art:7", "art:8", "art:9"]
    assert {row["name"] for row in rows} == {"O'Neill; \"x\""}
    assert [row["__line"] for row in rows] == [2, 3, 4]
    assert {row["unit_cost"] for row in rows} == {None}


@pytest.mark.parametrize(
    ("sign", "results"),
    [
        ("+", ["1240.0", None, "x + 2", "3.0"]),
        ("-", ["1228.0", None, "x - 2", "3.0"]),
        ("*", ["7404.0", None, "x * 2", "0.0"]),
        ("/", ["205.66666666666666", None, "x / 2", "3 / 0"]),
        ("&", ["1,234 6", "5", "x 2", "3 0"]),
    ],
)
def test_two_columns_computed(mapped, sign, results):
    rows = mapped(
        {"p.csv": 'id;a;b\n1;1,234;6\n2;5;\n3;x;2\n4;3;0\n'},
        list_price={"compute": ["a", sign, "b"]},
    )
    assert [row["list_price"] for row in rows] == results


def test_joins_one_after_another(mapped):
    rows = mapped(
        {
            "p.csv": "id,group\n1,14.0\n2, 15 \n3,\n4,99\n",
            "groups.csv": "no,name,category\n14,Road,1\n15,Gloves,2\n",
            "categories.csv": "category,name\n1,Bikes\n2,衣服\n",
        },
        joins=[
            {"file": "groups.csv", "on": {"group": "no"}, "prefix": "g_"},
            {"file": "categories.csv", "on": {"g_category": "category"}},
        ],
        line={"column": "name"},
        name={"column": "g_name"},
    )
    assert [row["line"] for row in rows] == ["Bikes", "衣服", None, None]
    assert [row["name"] for row in rows] == ["Road", "Gloves", None, None]


def test_a_key_that_stands_twice_in_a_lookup(mapped):
    files = {"p.csv": "id\n1\n", "l.csv": "id,v\n1,a\n2,b\n1.0,c\n"}
    with pytest.raises(SourceError, match=r"l\.csv: the key id = '1' stands on lines 2 and 4"):
        mapped(files, joins=[{"file": "l.csv", "on": "id"}])
    files["l.csv"] = "id,v\n1\n"
    with pytest.raises(SourceError, match="line 2: too few"):
        mapped(files, joins=[{"file": "l.csv", "on": "id"}])


def test_missing_columns_name_the_nearest(mapped):
    files = {"p.csv": "id,Colour\n1,a\n", "l.csv": "no\n1\n"}
    with pytest.raises(SourceError, match=r"p\.csv: .*'Color'.*products\.name.*'Colour'"):
        mapped(files, name="Color")
    with pytest.raises(SourceError, match="no column 'it'"):
        mapped(files, joins=[{"file": "l.csv", "on": {"id": "it"}}])
    with pytest.raises(SourceError, match="no column 'it'"):
        mapped(files, joins=[{"file": "l.csv", "on": {"it": "no"}}])


@pytest.mark.parametrize(
    ("table", "columns", "message"),
    [
        ("product", {}, "unknown table 'product'.*'products'"),
        ("products", {"artcle": "id"}, "no column 'artcle'.*'article'"),
        ("customers", {"product_id": "id"}, "no column 'product_id'"),
        ("products", {"name": {"column": "id", "format": "%Y"}}, "format is for dates"),
        ("products", {"name": {"column": "id", "scale": "2"}}, "scale is for numbers"),
    ],
)
def test_wrong_settings(mapped, table, columns, message):
    with pytest.raises(SettingsError, match=message):
        mapped({"p.csv": "id\n1\n"}, table=table, **columns)


def test_required_column_and_wrong_date_format():
    with duckdb.connect() as connection:
        source = SourceSettings(file="x", columns={"date": {"column": "d"}})
        with pytest.raises(SettingsError, match=r"sources\.events\.columns: 'label'"):
            verify("events", source, connection=connection)
        columns = {"date": {"column": "d", "format": "%Q"}, "label": {"column": "l"}}
        source = SourceSettings.model_validate({"file": "x", "columns": columns})
        with pytest.raises(SettingsError, match="'%Q' is no date format"):
            verify("events", source, connection=connection)


def test_names_with_sql_in_them_stay_names(mapped):
    hostile = "a'; DROP TABLE products; --\"\"x"
    header = '"' + hostile.replace('"', '""') + '"'
    rows = mapped(
        {"p.csv": f"id,{header},金额;\n1,'); DROP TABLE x; --,2\n", "l.csv": f"{header},w\nq,1\n"},
        joins=[{"file": "l.csv", "on": hostile, "prefix": "'; --"}],
        name={"column": hostile, "prefix": "'||", "values": {"'": "';"}},
        article="金额;",
        line="'; --w",
    )
    assert rows[0]["name"] == "'||'); DROP TABLE x; --"
    assert rows[0]["article"] == "2"
    assert rows[0]["line"] is None
