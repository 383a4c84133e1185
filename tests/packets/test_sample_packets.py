"""The packets of the sample company: figures, planted causes, isolation and layout."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from kit.data import sample
from kit.data.case import open_case
from kit.data.targets import in_force
from kit.scope import Scope

SCOPES = {"region:East", "region:North", "region:South", "region:West", "rep:R007"}
FIGURES = (
    "target", "actual", "attainment", "gap", "target_to_date", "pace_index", "landing",
    "landing_low", "landing_high", "chance_of_target", "status", "next_target",
)  # fmt: skip


def _findings(batch: Path, folder: str) -> dict:
    return json.loads((batch / folder / "findings.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def clean() -> sample.Sample:
    return sample.make()


def text_of(file):
    """What can be read in a file, of a workbook in all its parts."""
    if file.suffix != ".xlsx":
        return file.read_text(encoding="utf-8")
    with zipfile.ZipFile(file) as book:
        return "".join(book.read(name).decode("utf-8") for name in book.namelist())


def test_every_scope_has_its_folder_and_nothing_else_lies_about(batch):
    folders = sorted(one.name for one in batch.iterdir() if one.is_dir())
    assert folders == ["region-East", "region-North", "region-South", "region-West", "rep-R007"]
    for folder in folders:
        found = sorted(one.name for one in (batch / folder).iterdir())
        assert found == [
            "alerts.csv", "findings.json", "inputs.json", "meeting.html", "notebooks",
            "packet.html", "targets.csv", "weekly-record.xlsx",
        ]  # fmt: skip
        assert len(list((batch / folder / "notebooks").iterdir())) == 4
    files = sorted(one.name for one in batch.iterdir() if one.is_file())
    assert files == ["alerts.csv", "index.html", "manifest.json", "summary.csv"]


@pytest.mark.parametrize("region", ["East", "North", "South", "West"])
def test_actual_and_target_are_those_of_the_raw_rows(batch, clean, region):
    orders = clean.frames["orders"]
    inside = orders["date"].between("2025-07-01", "2025-09-30") & (orders["region"] == region)
    targets = clean.frames["targets"]
    own = targets[
        (targets["scope"] == f"region:{region}")
        & (targets["period"] == "2025Q3")
        & (targets["measure"] == "bookings")
    ]
    found = _findings(batch, f"region-{region}")["measures"]["bookings"]
    assert found["actual"] == pytest.approx(orders.loc[inside, "amount"].sum(), abs=0.01)
    assert found["target"] == own["target"].iloc[0]
    assert found["gap"] == pytest.approx(found["target"] - found["actual"])
    assert found["attainment"] == pytest.approx(found["actual"] / found["target"])


@pytest.mark.parametrize(
    ("region", "cause", "subject"),
    [
        ("East", "conversion_step", "proposal"),
        ("South", "price", "Instruments standard"),
        ("West", "lost_customer", None),
    ],
)
def test_the_planted_cause_comes_first(batch, clean, region, cause, subject):
    first = _findings(batch, f"region-{region}")["reasons"][0]
    assert first["cause"] == cause and first["effect"] < 0 and first["share"] > 0.6
    if subject is None:
        lost, *_ = clean.truths.one("lost_customer").subject
        names = clean.frames["customers"].set_index("customer_id")["name"]
        subject = names[lost]
    assert subject in first["subject"]


def test_north_is_on_target_and_its_star_is_the_one_to_copy(batch, clean):
    found = _findings(batch, "region-North")
    bookings = found["measures"]["bookings"]
    assert bookings["attainment"] > 1 and bookings["status"] == "green"
    star = clean.truths.one("star_rep").scope.removeprefix("rep:")
    roster = clean.frames["roster"].set_index("rep_id")["name"]
    assert {one["rep"] for one in found["practices"]} == {roster[star]}
    assert {"visit", "quote"} <= {one["behaviour"] for one in found["practices"]}
    assert "call" not in {one["behaviour"] for one in found["practices"]}


def test_the_summary_has_the_names_and_figures_of_the_findings(batch):
    with open(batch / "summary.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["scope", "period", "as_of", "measure", *FIGURES]
    assert {row["scope"] for row in rows} == SCOPES
    for row in rows:
        folder = row["scope"].replace(":", "-")
        figures = _findings(batch, folder)["measures"][row["measure"]]
        for name in FIGURES:
            told = figures[name]
            if told is None:
                assert row[name] == ""
            elif isinstance(told, str):
                assert row[name] == told
            else:
                assert float(row[name]) == told and math.isfinite(told)


def test_a_reps_packet_and_notebooks_hold_that_rep_alone(batch, clean):
    frames = clean.frames
    roster = frames["roster"]
    own_name = set(roster.loc[roster["rep_id"] == "R007", "name"])
    others = set(roster.loc[roster["rep_id"] != "R007", "name"]) - own_name
    other_ids = set(roster["rep_id"]) - {"R007"}
    orders, credits = frames["orders"], frames["credits"]
    own_orders = set(credits.loc[credits["rep_id"] == "R007", "order_id"]) | set(
        orders.loc[orders["rep_id"] == "R007", "order_id"]
    )
    deals = frames["opportunities"]
    own_customers = set(orders.loc[orders["order_id"].isin(own_orders), "customer_id"]) | set(
        deals.loc[deals["rep_id"] == "R007", "customer_id"]
    )
    customers = frames["customers"]
    strange = customers[~customers["customer_id"].isin(own_customers)]
    own_names = set(customers.loc[customers["customer_id"].isin(own_customers), "name"])
    forbidden = others | other_ids | set(strange["customer_id"]) | set(strange["name"]) - own_names
    quarter = orders[orders["date"].between("2025-07-01", "2025-09-30")]
    totals = quarter.groupby("rep_id")["amount"].sum().drop("R007").round(2)
    forbidden |= {f"{amount:.2f}" for amount in totals}
    targets = frames["targets"]
    foreign = targets[
        targets["scope"].str.startswith("rep:")
        & (targets["scope"] != "rep:R007")
        & (targets["period"] == "2025Q3")
    ]
    own = set(targets.loc[targets["scope"] == "rep:R007", "target"])
    forbidden |= {f"{amount:.1f}" for amount in set(foreign["target"]) - own}
    assert len(others) >= 20 and len(strange) >= 200
    files = [one for one in (batch / "rep-R007").rglob("*") if one.is_file()]
    assert len(files) == 11
    for file in files:
        text = text_of(file)
        found = {one for one in forbidden if one in text}
        assert not found, f"{file.name} holds {sorted(found)[:5]}"


def test_packets_are_light_and_name_no_place_of_this_machine(batch, company):
    for packet in batch.glob("*/packet.html"):
        text = packet.read_text(encoding="utf-8")
        assert len(text) < 520_000
        for place in (str(company), str(batch), str(Path.home()), "Traceback", "Warning"):
            assert place not in text
        assert text.count("<h1") == 1
        for mark in ("<script", "widget", "javascript:", "http://", "https://"):
            assert mark not in text.replace("http://www.w3.org/", "")
    for notebook in batch.glob("*/notebooks/*.ipynb"):
        assert "widget" not in notebook.read_text(encoding="utf-8")


def test_the_same_inputs_give_the_same_bytes(batch, company, kit, tmp_path):
    again = kit("run", "--config", company / "company.yml", "--period", "2025Q3",
                "--scope", "region:West", "--out", tmp_path, cwd=company)  # fmt: skip
    assert again.returncode == 0, again.stderr
    for file in (batch / "region-West").rglob("*"):
        if file.is_file():
            twin = tmp_path / "sample" / "2025Q3" / "region-West" / file.relative_to(batch / "region-West")
            digests = [hashlib.sha256(one.read_bytes()).hexdigest() for one in (file, twin)]
            assert digests[0] == digests[1], file.name


def test_the_plan_beside_the_packet_adds_up(batch):
    plan = pd.read_csv(batch / "region-East" / "targets.csv").set_index("scope")["target"]
    teams = plan[plan.index.str.startswith("team:")].sum()
    reps = plan[plan.index.str.startswith("rep:")].sum()
    reserve = _findings(batch, "region-East")["plan"]["reserve"]
    assert len(plan) == 9 and reps == teams
    assert teams + reserve == pytest.approx(plan["region:East"], abs=1e-6)


def test_tracking_reads_the_plan(batch, company, tmp_path):
    place = tmp_path / "company"
    shutil.copytree(company, place)
    shutil.copy(batch / "region-East" / "targets.csv", place)
    plan = pd.read_csv(place / "targets.csv").set_index("scope")
    assert (plan["version"] == 2).all()
    case = open_case(place / "company.yml", scope="region:East", period="2025Q3")
    for scope in ("region:East", "team:East-1", "rep:R001"):
        # valid from the day the notebook saw, the period's last
        assert in_force(case, scope=Scope.parse(scope)) == plan.loc[scope, "target"]
