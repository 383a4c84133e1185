"""The leak check: planted leaks are named, honest columns are not."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.parameters import nested, validate
from kit.track import deal_features
from kit.track.column_values import area
from kit.track.leakage import column_leaks, late_columns, leaks
from kit.track.raw_leaks import raw_leaks

AS_OF = pd.Timestamp("2025-09-30")


def deals(seed: int, *, many: int = 1500) -> pd.DataFrame:
    """Deals of two years with honest columns; large ones take longer and are won less often."""
    rng = np.random.default_rng(seed)
    created = AS_OF - pd.to_timedelta(rng.integers(0, 730, many), "D")
    size = rng.lognormal(10, 0.8, many)
    source = rng.choice(["fair", "web", "call", "tip"], many, p=[0.3, 0.4, 0.2, 0.1])
    score = -0.4 - 0.6 * (np.log(size) - 10) + 1.2 * (source == "tip") + rng.normal(0, 1.2, many)
    won = score + rng.logistic(0, 1, many) > 0
    took = np.maximum(5, 60 * np.exp(0.5 * (np.log(size) - 10) + rng.normal(0, 0.4, many))).astype(int)
    closed = created + pd.to_timedelta(took, "D")
    ended = closed <= AS_OF
    return pd.DataFrame(
        {
            "created": created, "closed": closed.where(ended), "took": np.where(ended, took, np.nan),
            "status": np.where(~ended, "open", np.where(won, "won", "lost")),
            "source": source, "size": size.round(2), "score": score.round(2),
            "noise": rng.normal(size=many), "blank": np.where(rng.random(many) < 0.5, "x", ""),
            "drift": (created - created.min()).days + rng.normal(0, 30, many),
            "number": np.arange(many), "key": [f"K{one:05d}" for one in rng.permutation(many)],
            "day": created.strftime("%Y-%m-%d"), "owner": rng.integers(1, 30, many).astype(str),
            "since_2025": np.where(created >= "2025-01-01", "new", None),
            "due": (created + pd.to_timedelta(rng.integers(20, 120, many), "D")).strftime("%Y-%m-%d"),
            "always": "EUR",
        }
    ).sort_values("created", ignore_index=True)  # fmt: skip


HONEST = ("source", "size", "score", "noise", "blank", "drift", "number", "key", "day", "owner",
          "since_2025", "due", "always")  # fmt: skip


def named(columns: pd.DataFrame, found: pd.DataFrame) -> dict[str, list[str]]:
    rows = column_leaks(columns, found["status"], created_on=found["created"],
                        closed_on=found["closed"])  # fmt: skip
    return rows.groupby("column", sort=False)["rule"].agg(list).to_dict()


def test_area_by_hand():
    # positives 2 and 3 against 1 and 2: wins 1 + ½, 1 + 1 of 4 pairs
    assert area(np.array([1, 2, 2, 3]), np.array([0, 0, 1, 1], dtype=bool)) == 3.5 / 4


def test_each_kind_of_leak_is_named_with_its_rule():
    found = deals(3)
    open_, won = found["status"] == "open", found["status"] == "won"
    rng = np.random.default_rng(8)
    planted = pd.DataFrame(
        {
            "reason": np.where(open_, "", rng.choice(["price", "time", "none"], len(found))),
            "to_do": np.where(open_, "call", ""),
            "days_left": np.where(open_, rng.integers(-20, 60, len(found)), 0),
            "days": found["took"].fillna(33),
            "weeks": (found["took"] / 7).round().fillna(4),
            "end": found["closed"].fillna(AS_OF + pd.Timedelta(20, "D")).dt.strftime("%Y-%m-%d"),
            "sure": np.where(open_, 0.5, np.where(won, 0.9, 0.1)) + rng.normal(0, 0.2, len(found)),
            "contract": np.where(won & (rng.random(len(found)) < 0.4), "signed", "no"),
        }
    )
    rules = named(planted, found)
    first = {column: some[0] for column, some in rules.items()}
    assert first == {
        "reason": "filled", "to_do": "filled", "days_left": "overwritten", "days": "cycle",
        "weeks": "cycle", "end": "cycle", "sure": "separates", "contract": "one_sided",
    }  # fmt: skip


def test_the_evidence_says_what_was_found():
    found = deals(3)
    open_ = (found["status"] == "open").to_numpy()
    told = pd.DataFrame({"left": np.where(open_, 7, 0), "weeks": (found["took"] / 7).round()})
    rows = column_leaks(told, found["status"], created_on=found["created"], closed_on=found["closed"])
    rows = rows.drop_duplicates("column").set_index("column")
    assert rows.loc["left", ["rule", "statistic", "detail", "other"]].tolist() == [
        "overwritten", 1.0, "0", 0.0
    ]  # fmt: skip
    assert rows.loc["left", "count"] == (~open_).sum()


def test_honest_columns_are_not_accused(capsys):
    """Thirteen honest columns in forty companies: none of 520 is accused."""
    accused = {}
    for seed in range(40):
        found = deals(seed, many=400 + 50 * seed)
        for column, rules in named(found[list(HONEST)], found).items():
            accused[seed, column] = rules
    with capsys.disabled():
        print(f"\nleak check: {len(accused)} of {40 * len(HONEST)} honest columns accused")
    assert not accused


def test_planted_leaks_are_found_in_companies_of_any_size():
    missed = []
    for seed in range(10):
        found = deals(seed, many=400 + 200 * seed)
        open_ = found["status"] == "open"
        rng = np.random.default_rng(seed)
        planted = pd.DataFrame(
            {
                "days": found["took"].fillna(30),
                "sure": np.where(found["status"] == "won", 1.0, 0.0) + rng.normal(0, 0.4, len(found)),
                "why": np.where(open_, None, "x"),
            }
        )
        missed += [(seed, one) for one in planted if one not in named(planted, found)]
    assert not missed


def test_few_closed_deals_say_nothing():
    found = deals(1).head(90).assign(status="won")
    told = column_leaks(found[["size"]], found["status"], created_on=found["created"],
                        closed_on=found["closed"])  # fmt: skip
    assert told == Unavailable(reason="few_closed_deals", detail="90")


def opportunities(found: pd.DataFrame, **columns) -> list[dict]:
    rows = pd.DataFrame(
        {
            "opportunity_id": [f"D{one:05d}" for one in range(len(found))], "rep_id": "R1",
            "customer_id": found["owner"], "created_on": found["created"],
            "closed_on": found["closed"], "status": found["status"], "stage": "lead",
            "source": found["source"], "amount": found["size"],
            **columns,
        }
    )  # fmt: skip
    return rows.to_dict("records")


def test_a_case_names_the_reason_of_loss_and_the_last_stage(make_case):
    found = deals(5)
    lost = found["status"] == "lost"
    stage = np.where(found["status"] == "won", "proposal", "lead")
    case = make_case(opportunities=opportunities(
        found, loss_reason=np.where(lost, "price", None), stage=stage))  # fmt: skip
    assert set(leaks(case)["column"]) == {"stage", "loss_reason"}
    assert leaks(make_case()) == Unavailable(table="opportunities")


def test_what_only_open_deals_have_is_known_late():
    found = deals(5)
    open_ = found["status"] == "open"
    rows = pd.DataFrame(opportunities(
        found, expected_close_on=pd.to_datetime(found["due"]).where(open_),
        loss_reason=np.where(found["status"] == "lost", "price", None)))  # fmt: skip
    assert late_columns(rows) == ("expected_close_on",)
    named = column_leaks(rows[["expected_close_on"]], rows["status"],
                         created_on=rows["created_on"], closed_on=rows["closed_on"])  # fmt: skip
    assert named[["rule", "statistic", "other"]].to_numpy().tolist() == [["filled", 0.0, 1.0]]
    honest = rows.assign(expected_close_on=pd.to_datetime(found["due"]))
    assert late_columns(honest) == ()


def test_a_column_that_leaks_is_never_a_feature(make_case):
    found = deals(6)
    honest = make_case(opportunities=opportunities(found))
    told = np.where(found["status"] == "won", "order", found["source"])
    leaky = make_case(opportunities=opportunities(found, source=told))
    assert "source" in deal_features.features(honest).now.kinds
    seen = deal_features.features(leaky)
    assert seen.left_out == ("source",)
    assert "source" not in seen.now.kinds


def test_the_companys_own_file_is_tried_column_by_column(tmp_path):
    found = deals(7)
    own = pd.DataFrame(
        {
            "No": np.arange(len(found)), "Rep": "7",
            "Opened": found["created"].dt.strftime("%d.%m.%Y"),
            "Closed": found["closed"].dt.strftime("%d.%m.%Y").fillna(""),
            "State": found["status"].str.title().replace("Won", "Gewonnen"),
            "Size": found["size"], "Days": found["took"].fillna(12).astype(int),
            "Source": found["source"],
        }
    )  # fmt: skip
    own.to_csv(tmp_path / "deals.csv", index=False, sep=";")
    settings = validate(
        nested(
            {
                "company": "test",
                "data_dir": ".",
                "sources": {
                    "opportunities": {
                        "file": "deals.csv",
                        "columns": {
                            "opportunity_id": "No", "rep_id": "Rep", "stage": {"constant": "lead"},
                            "created_on": {"column": "Opened", "format": "%d.%m.%Y"},
                            "closed_on": {"column": "Closed", "format": "%d.%m.%Y"},
                            "status": {"column": "State", "values": {"Gewonnen": "won"}},
                        },
                    }
                },
            }
        ),
        origin="test",
    )  # fmt: skip
    with duckdb.connect() as connection:
        rows = raw_leaks(settings, tmp_path, connection=connection, work_folder=tmp_path / "work")
    assert set(rows["column"]) == {"Days"}
    assert rows.iloc[0][["rule", "detail"]].tolist() == ["cycle", "days"]


@pytest.mark.parametrize("wrong", [{}, {"sources": {}}])
def test_without_opportunities_there_is_nothing_to_try(tmp_path, wrong):
    settings = validate(nested({"company": "t", "data_dir": ".", **wrong}), origin="test")
    with duckdb.connect() as connection:
        told = raw_leaks(settings, tmp_path, connection=connection, work_folder=tmp_path)
    assert told == Unavailable(table="opportunities")
