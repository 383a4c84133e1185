"""`only`: the rows that a source takes, and those in which a column is filled."""

from __future__ import annotations

import duckdb
import pytest

from kit.data import ledger
from kit.errors import SettingsError, SourceError
from kit.parameters import nested, validate

HEAD = "id,state,on,rep,value\n"
LINES = ["1,Won,2025-01-02,7,10", "2, Lost ,2025-01-03,7,20", "3,Open,2025-01-04,7,30",
         "4,,2025-01-05,7,40"]  # fmt: skip


@pytest.fixture
def passed(tmp_path):
    """Let files through the gate: `passed(lines, only=…)` gives the connection and the report."""

    def run(lines, *, only=None, **columns):
        (tmp_path / "deals.csv").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
        (tmp_path / "people.csv").write_text("rep,name\n7,Ann\n", encoding="utf-8")
        settings = validate(
            nested(
                {
                    "company": "test",
                    "data_dir": ".",
                    "gate": {"max_loss": 1.0},
                    "sources": {
                        "orders": {
                            "file": "deals.csv",
                            **({} if only is None else {"only": only}),
                            "columns": {
                                "order_id": "id", "line_no": {"constant": "1"}, "date": "on",
                                "rep_id": "rep", "quantity": {"constant": "1"}, "amount": "value",
                                **columns,
                            },
                        },
                        "roster": {
                            "file": "people.csv",
                            "columns": {"rep_id": "rep", "name": "name",
                                        "valid_from": {"constant": "2020-01-01"}},
                        },
                    },
                }
            ),
            origin="test",
        )  # fmt: skip
        connection = duckdb.connect()
        report = ledger.check(settings, tmp_path, config_folder=tmp_path, connection=connection,
                              work_folder=tmp_path / "work")  # fmt: skip
        return connection, report

    return run


def ids(connection):
    return [one for (one,) in connection.execute("SELECT order_id FROM orders").fetchall()]


@pytest.mark.parametrize(
    ("only", "left"),
    [
        (None, ["1", "2", "3", "4"]),
        ({"state": "Won"}, ["1"]),
        ({"state": ["Won", "Lost"]}, ["1", "2"]),
        ({"state": ""}, ["4"]),
        ({"state": ["Won", "Open"], "id": "3"}, ["3"]),
        ({"state": ["Won", "Lost", "Open", ""]}, ["1", "2", "3", "4"]),
    ],
)
def test_a_source_takes_only_the_rows_that_are_listed(passed, only, left):
    connection, report = passed(LINES, only=only)
    assert ids(connection) == left
    orders = report.summary.set_index("table").loc["orders"]
    assert orders[["rows", "kept", "refused"]].tolist() == [len(left), len(left), 0]


def test_lines_keep_their_numbers_and_broken_ones_are_still_refused(passed):
    _, report = passed(["1,Lost,2025-01-02,7,10", "2,Lost,2025-01-03", "3,Won,x,7,1", *LINES[:1]],
                       only={"state": "Won"})  # fmt: skip
    refused = report.refused.set_index("line")["rule"].to_dict()
    assert set(refused) == {3, 4}
    assert report.summary.set_index("table").loc["orders", "kept"] == 1


def test_a_column_is_filled_only_in_the_rows_that_are_listed(passed):
    connection, _ = passed(
        LINES, channel={"column": "state", "only": {"state": ["Won", "Lost"]}},
        customer_id={"constant": "C", "only": {"state": "Open"}},
    )  # fmt: skip
    found = connection.execute("SELECT channel, customer_id FROM orders").fetchall()
    assert found == [("Won", None), ("Lost", None), (None, "C"), (None, None)]


def test_a_column_that_is_not_there_is_named(passed):
    with pytest.raises(SourceError, match="no column 'stat'.*only of orders"):
        passed(LINES, only={"stat": "Won"})


def test_an_empty_list_is_refused(passed):
    with pytest.raises(SettingsError):
        passed(LINES, only={"state": []})
