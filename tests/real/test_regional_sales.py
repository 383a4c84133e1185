"""Regional Sales, a real pipeline's shape: its mapping, its leaks, and chances beside what came."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from kit.cli import main
from kit.data.case import open_case, reopen
from kit.data.tables import Unavailable
from kit.parameters import data_folder, load
from kit.track import deal_features
from kit.track.leakage import leaks
from kit.track.raw_leaks import raw_leaks
from kit.track.win_probability import win_probability

CONFIG = Path(__file__).resolve().parents[2] / "parameters" / "regional_sales" / "company.yml"
DATA = data_folder(CONFIG, load(CONFIG))

# Found by looking: worked out from CloseDate, or set when the deal ended.
LEAKS = {
    "Sales Stage": "separates", "Probability": "separates", "Rating": "separates",
    "Probability (raw)": "separates", "Weeks Open": "cycle", "DaysToClose": "cycle",
    "Days Remaining In Pipeline": "overwritten",
    "Days Remaining In Pipeline (bins)": "overwritten",
}  # fmt: skip
HONEST = {"Purchase Process", "Decision Maker Identified", "Value", "Discount", "AccountSeq",
          "ProductSeq", "SystemUserSeq", "CampaignSeq", "DateDiff-Days"}  # fmt: skip

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the Regional Sales files are not at {DATA}; see data_dir"
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    out = tmp_path_factory.mktemp("regional_sales")
    first = open_case(CONFIG, out=str(out), period="2021Q3")

    def one(scope: str = "company", period: str = "2021Q3", as_of: str = "2021-08-20"):
        return reopen(first, scope=scope, period=period, as_of=as_of)

    return one


@pytest.fixture(scope="module")
def raw():
    """The file itself, with what came of each deal."""
    found = pd.read_csv(DATA / "opportunities.csv", dtype={"OpportunitySeq": str},
                        parse_dates=["Opportunity Created On", "CloseDate"])  # fmt: skip
    return found.set_index("OpportunitySeq")


def test_all_opportunities_are_there_and_won_ones_are_the_orders(opened, raw):
    case = opened(period="2021Q4", as_of="2021-11-10")
    deals = case.data.frame("opportunities")
    assert deals["status"].value_counts().to_dict() == {"lost": 7385, "won": 7282, "open": 5333}
    assert deals.loc[deals["status"] == "open", "closed_on"].isna().all()
    assert deals.loc[deals["status"] != "open", "expected_close_on"].isna().all()
    won = raw[raw["Status"] == "Won"]
    assert len(case.data.sales) == 7282
    assert case.data.sales["amount"].sum() == pytest.approx(won["Value"].sum())


def test_regions_add_up_and_every_owner_has_one(opened):
    regions = [opened(f"region:US-{one}").data.sales["amount"].sum()
               for one in ("MIDWEST", "NORTHEAST", "SOUTH", "WEST")]  # fmt: skip
    assert sum(regions) == pytest.approx(opened().data.sales["amount"].sum())
    roster = opened().data.frame("roster").set_index("rep_id")
    assert roster.index[roster["region"].isna()].tolist() == ["15"]  # has no account
    assert roster["team"].nunique() == 3


def test_the_leaks_known_by_looking_are_named_and_no_honest_column(tmp_path, capsys):
    with duckdb.connect() as connection:
        found = raw_leaks(load(CONFIG), DATA, connection=connection, work_folder=tmp_path)
    first = found.drop_duplicates("column").set_index("column")
    with capsys.disabled():
        print("\n" + first[["rule", "statistic", "detail", "other", "count"]].to_string())
    assert first["rule"].to_dict() == LEAKS
    assert not HONEST & set(found["column"])
    evidence = first["statistic"].round(2)
    assert evidence["Probability (raw)"] == evidence["DaysToClose"] == evidence["Weeks Open"] == 1
    assert first.loc["Days Remaining In Pipeline", "detail"] == "0"


def test_the_stage_is_known_of_no_deal_in_the_past(opened):
    found = leaks(opened())
    assert set(found["column"]) == {"stage", "expected_close_on"}
    close = found.set_index("column").loc["expected_close_on"]
    assert (close["rule"], close["statistic"], close["other"]) == ("filled", 0.0, 1.0)


def test_what_only_deals_still_open_at_the_end_have_is_not_told_of_a_past_day(opened):
    """Who has an expected close on 20 August is a deal that had not closed by 10 November."""
    for scope in ("company", "region:US-WEST", "rep:5"):
        past = win_probability(opened(scope)).deals
        assert past[["stage", "expected_close_on"]].isna().all(axis=None)
    now = win_probability(opened(period="2021Q4", as_of="2021-11-10")).deals
    assert now[["stage", "expected_close_on"]].notna().all(axis=None)


def test_no_chance_is_surer_than_what_came(opened):
    found = win_probability(opened())
    most = found.deals["probability"].max()
    outer = found.score.bins.iloc[-1]
    assert outer["low"] == 0.95 and most <= 0.99
    assert outer["observed"] >= most - 0.01


def test_no_leak_is_a_feature(opened):
    mapped = load(CONFIG).sources["opportunities"].columns
    used = {how.column for name, how in mapped.items() if name not in
            ("status", "created_on", "closed_on", "expected_close_on", "stage")}  # fmt: skip
    assert not used & set(LEAKS)
    names = deal_features.features(opened()).now
    offered = {*names.names, *names.kinds}
    assert offered == {"age", "old", "very_old", "rep", "customer", "known", "size", "source",
                       "industry", "line"}  # fmt: skip
    assert not names.stage.any()


@pytest.mark.parametrize("scope", ["company", "region:US-WEST", "rep:5"])
def test_the_backtest_beats_the_base_rate(opened, scope, capsys):
    found = win_probability(opened(scope))
    for kind, score in (("ever", found.score), ("by the end", found.score_by_end)):
        with capsys.disabled():
            print(f"\n{scope}, {kind}: {score.method}, {score.tested} tested on {score.n_cuts} days "
                  f"{score.first_cut} to {score.last_cut}, unknown {score.unknown:.1%}")  # fmt: skip
            print(score.scores.round(4).to_string(index=False))
            print(score.bins.round(3).to_string(index=False))
        assert score.method == "model"
        assert score.figure("model", "brier") < 0.85 * score.figure("base", "brier")
        assert score.figure("model", "log_loss") < 0.85 * score.figure("base", "log_loss")
        large = score.bins.query("count >= 200")
        assert (large["predicted"] - large["observed"]).abs().max() < 0.15
    assert found.score.unknown < 0.1
    assert found.score.figure("stage", "brier") == pytest.approx(found.score.figure("base", "brier"))


@pytest.mark.parametrize(
    ("as_of", "period"),
    [("2020-11-15", "2020Q4"), ("2021-02-15", "2021Q1"), ("2021-05-15", "2021Q2"),
     ("2021-07-15", "2021Q3"), ("2021-08-20", "2021Q3")],
)  # fmt: skip
def test_what_was_told_beside_what_came(opened, raw, as_of, period, capsys):
    """The chance to be won by the period's end against the file, which knows what came."""
    case = opened(period=period, as_of=as_of)
    found = win_probability(case)
    told = found.deals.set_index("opportunity_id")
    came = raw.loc[told.index]
    end = pd.Timestamp(case.period.end)
    soon = ((came["Status"] == "Won") & (came["CloseDate"] <= end)).to_numpy(dtype=float)
    base = _base(case, (case.period.end - case.as_of).days)
    brier = float(((told["by_end"] - soon) ** 2).mean())
    plain = float(((base - soon) ** 2).mean())
    ended = (came["Status"] != "Open").to_numpy()
    won = (came["Status"] == "Won").to_numpy(dtype=float)[ended]
    ever = float(((told["probability"][ended] - won) ** 2).mean())
    ever_plain = float(((told["stage_rate"][ended] - won) ** 2).mean())
    with capsys.disabled():
        print(f"\n{as_of}: {len(told)} open; won by {period}'s end: told {told['by_end'].sum():.0f}, "
              f"came {soon.sum():.0f}; Brier {brier:.4f} against {plain:.4f} of the base rate; "
              f"ever ({ended.mean():.0%} known): {ever:.4f} against {ever_plain:.4f}")  # fmt: skip
    assert brier < plain


def _base(case, days: int) -> float:
    """The share of deals on past days that were won within so many days, as known on the day."""
    past = deal_features.features(case).past
    known = past.day + np.timedelta64(days, "D") <= np.datetime64(case.as_of)
    won = past.won & (past.closed <= past.day + np.timedelta64(days, "D"))
    return float(won[known].mean())


def test_the_last_stage_would_look_like_a_rate_and_is_a_leak(raw, capsys):
    """Rates by the stage a deal ended in score far too well, for the stage tells the outcome."""
    closed = raw[raw["Status"] != "Open"]
    won = (closed["Status"] == "Won").astype(float)
    before = closed["CloseDate"] <= "2021-04-22"
    rates = won[before].groupby(closed.loc[before, "Sales Stage"]).mean()
    later = ~before & (closed["Opportunity Created On"] <= "2021-04-22")
    leaky = float(((closed.loc[later, "Sales Stage"].map(rates) - won[later]) ** 2).mean())
    plain = float(((won[before].mean() - won[later]) ** 2).mean())
    with capsys.disabled():
        print(f"\nrate of the last stage, a leak: Brier {leaky:.4f} against {plain:.4f}")
    assert leaky < 0.6 * plain


def test_a_case_without_targets_or_events_has_its_tables_missing(opened):
    case = opened()
    assert {"targets", "stage_events", "activities", "receipts"} <= case.data.missing
    assert not isinstance(win_probability(case), Unavailable)
    assert case.as_of == dt.date(2021, 8, 20)


def test_packets_of_the_regions_are_made(tmp_path):
    asked = ["run", "--config", CONFIG, "--period", "2021Q3", "--as-of", "2021-08-20",
             "--notebooks", "02,03", "--by", "region", "--jobs", "2", "--out", tmp_path]  # fmt: skip
    told = CliRunner().invoke(main, [str(one) for one in asked], prog_name="kit")
    assert told.exit_code == 0, told.output
    pages = sorted((tmp_path / "regional_sales" / "2021Q3").glob("*/packet.html"))
    assert len(pages) == 4
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "No target is set" in text and "Traceback" not in text and "nan" not in text


def test_the_check_names_the_columns_that_leak(tmp_path):
    asked = ["check", "--config", str(CONFIG), "--out", str(tmp_path)]
    told = CliRunner().invoke(main, asked, prog_name="kit")
    assert told.exit_code == 0, told.output
    below = told.output.partition("filled in after the outcome")[2]
    named = {line.strip().partition(": ")[0] for line in below.splitlines()[1:]}
    assert set(LEAKS) <= named and not named & HONEST
