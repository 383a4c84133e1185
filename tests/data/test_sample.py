"""The sample company: its planted truths, counted from the frames with plain pandas."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from kit.data import sample
from kit.data.ledger import check
from kit.data.tables import DTYPES, TABLES
from kit.errors import BatchError
from kit.parameters import data_folder, load

PARAMETERS = Path(__file__).parents[2] / "parameters" / "sample"
REGIONS = ["East", "South", "West", "North"]
CLOSED = [str(one) for one in pd.period_range("2023Q1", "2025Q3", freq="Q")]


@pytest.fixture(scope="module")
def company():
    return sample.make()


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The written company in both languages, and what was said to be planted."""
    found = {}
    for language in ("en", "zh"):
        folder = tmp_path_factory.mktemp(language)
        found[language] = folder, sample.write(folder, language=language)
    return found


@pytest.fixture(scope="module")
def orders(company):
    frame = company.frames["orders"]
    line = company.frames["products"].set_index("product_id")["line"]
    return frame.assign(
        quarter=frame["date"].dt.to_period("Q").astype(str), line=frame["product_id"].map(line)
    )


@pytest.fixture(scope="module")
def credited(company, orders):
    """Order lines by the rep who is credited, shared orders split."""
    shared = orders.drop(columns="rep_id").merge(company.frames["credits"], on="order_id")
    shared["amount"] *= shared["share"]
    alone = orders[~orders["order_id"].isin(company.frames["credits"]["order_id"])]
    return pd.concat([alone, shared], ignore_index=True)


@pytest.fixture(scope="module")
def targets(company):
    frame = company.frames["targets"]
    frame = frame[(frame["measure"] == "bookings") & (frame["version"] == 1)]
    return frame.set_index(["scope", "period"])["target"]


@pytest.fixture(scope="module")
def attainment(orders, targets):
    actual = orders.groupby(["region", "quarter"])["amount"].sum()
    return pd.DataFrame(
        {
            region: {one: actual[region, one] / targets[f"region:{region}", one] for one in CLOSED}
            for region in REGIONS
        }
    )


@pytest.fixture(scope="module")
def gap(orders, targets):
    actual = orders[orders["quarter"] == "2025Q3"].groupby("region")["amount"].sum()
    return {one: targets[f"region:{one}", "2025Q3"] - actual[one] for one in REGIONS}


@pytest.fixture(scope="module")
def deals(company, orders):
    region = orders.drop_duplicates("customer_id").set_index("customer_id")["region"]
    frame = company.frames["opportunities"]
    return frame.assign(
        region=frame["customer_id"].map(region),
        quarter=frame["closed_on"].dt.to_period("Q").astype(str),
        won=frame["status"] == "won",
    )


def between(frame, column, start, end):
    return frame[(frame[column] >= start) & (frame[column] <= end)]


def wins(deals, region, start, end):
    """Proposals decided in the span, and the share that was won."""
    found = deals[(deals["region"] == region) & (deals["stage"] == "proposal")]
    found = between(found, "closed_on", start, end)
    return found, found["won"].mean()


# what the company is


def test_size_and_span(company, orders):
    frames = company.frames
    assert 55_000 <= len(orders) <= 65_000
    assert orders["date"].min() == pd.Timestamp("2022-12-01")
    assert orders["date"].max() == pd.Timestamp("2025-11-15")
    assert len(frames["customers"]) == 300
    assert set(orders["customer_id"]) == set(frames["customers"]["customer_id"])
    assert set(orders["product_id"]) == set(frames["products"]["product_id"])
    assert len(frames["products"]) == 40 and orders["line"].nunique() == 4
    assert orders["channel"].nunique() == 3 and orders["region"].nunique() == 4
    assert frames["roster"]["team"].nunique() == 8 and frames["roster"]["rep_id"].nunique() == 28


def test_every_table_is_filled_with_its_types_and_keys(company):
    for name, table in TABLES.items():
        frame = company.frames[name]
        assert len(frame) > 0
        assert list(frame.columns) == list(table.names)
        assert not frame.duplicated(list(table.key)).any(), name
        for column in table.columns:
            expected = pd.Series(dtype=DTYPES[column.type]).dtype
            assert frame[column.name].dtype == expected
            if not column.nullable:
                assert frame[column.name].notna().all(), (name, column.name)
            if column.allowed:
                assert set(frame[column.name]) <= set(column.allowed)
            if column.refers:
                known = company.frames[column.refers][column.name]
                assert set(frame[column.name].dropna()) <= set(known)


def test_names_do_not_hold_one_another(company):
    for language in ("en", "zh"):
        words = sample.company.vocabulary(language)
        assert not any(a in b for a in words.people for b in words.people if a != b)
    names = list(company.frames["customers"]["name"])
    assert not any(a in b for a in names for b in names if a is not b)


def test_another_seed_gives_other_figures(company):
    other = sample.make(seed=7)
    assert other.frames["orders"]["amount"].sum() != company.frames["orders"]["amount"].sum()


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="known are en, zh"):
        sample.make(language="fr")


def test_peaks_in_the_second_and_fourth_quarter(orders):
    sums = orders.groupby("quarter")["amount"].sum()
    for year in (2023, 2024):
        low = max(sums[f"{year}Q1"], sums[f"{year}Q3"])
        assert min(sums[f"{year}Q2"], sums[f"{year}Q4"]) > 1.15 * low


def test_little_is_sold_on_days_off_and_only_online(orders):
    golden_week = between(orders, "date", "2025-10-01", "2025-10-08")
    assert set(golden_week["channel"]) == {"online"}
    assert (orders["date"] == "2025-09-28").any()  # a Sunday worked for the holiday
    assert orders[orders["date"] == "2025-09-28"]["channel"].nunique() == 3


def test_customers_have_a_heavy_tail(orders):
    by_customer = orders.groupby("customer_id")["amount"].sum().sort_values(ascending=False)
    assert by_customer.head(60).sum() > 0.45 * by_customer.sum()


def test_yearly_growth_is_moderate(orders):
    year = orders.groupby(orders["date"].dt.year)["amount"].sum()
    assert 1.04 < year[2024] / year[2023] < 1.14


def test_orders_keep_the_region_of_customer_and_rep(company, orders):
    assert (orders.groupby("customer_id")["region"].nunique() == 1).all()
    posts = company.frames["roster"]
    found = orders.merge(posts, on="rep_id", suffixes=("", "_of_rep"))
    held = (found["valid_from"] <= found["date"]) & (
        found["valid_to"].isna() | (found["date"] <= found["valid_to"])
    )
    assert held.sum() == len(orders)
    assert (found.loc[held, "region"] == found.loc[held, "region_of_rep"]).all()


def test_won_deals_are_booked_at_or_after_their_day(company, orders, deals):
    won = deals[deals["won"]]
    sums = orders.groupby(["customer_id", "order_id"]).agg(
        date=("date", "first"), amount=("amount", "sum")
    )
    sums["amount"] = sums["amount"].round(2)
    found = won.merge(sums.reset_index(), on=["customer_id", "amount"])
    found = found[(found["date"] >= found["closed_on"])]
    assert set(found["opportunity_id"]) == set(won["opportunity_id"])
    assert ((found["date"] - found["closed_on"]).dt.days).median() <= 2
    part = won[won["quarter"] == "2025Q2"]["amount"].sum()
    assert 0.4 < part / orders[orders["quarter"] == "2025Q2"]["amount"].sum() < 0.6


def test_stages_follow_one_another(company, deals):
    events = company.frames["stage_events"]
    wide = events.pivot(index="opportunity_id", columns="stage", values="entered_on")
    assert wide["lead"].notna().all()
    for earlier, later in (("lead", "qualified"), ("qualified", "proposal"), ("proposal", "won")):
        both = wide[wide[later].notna()]
        assert (both[earlier] <= both[later]).all()
    known = deals.set_index("opportunity_id")
    assert set(wide.index[wide["won"].notna()]) == set(known.index[known["won"]])
    assert (known["closed_on"].isna() == (known["status"] == "open")).all()
    assert (known["loss_reason"].notna() == (known["status"] == "lost")).all()


# targets


def test_quotas_sum_exactly_at_every_level(company):
    frame = company.frames["targets"].query("measure == 'bookings'")
    frame = frame.sort_values("version").drop_duplicates(["scope", "period"], keep="last")
    kind = frame["scope"].str.partition(":")[0]
    sums = frame.groupby(["period", kind])["target"].sum().unstack()
    assert len(sums) == 12
    assert (sums.sub(sums["company"], axis=0) == 0).all().all()
    assert (frame["target"] % 1000 == 0).all()
    posts = company.frames["roster"]
    for quarter in sums.index:
        day = pd.Period(quarter, "Q").start_time
        open_posts = posts["valid_to"].isna() | (posts["valid_to"] >= day)
        here = posts[(posts["valid_from"] <= day) & open_posts].set_index("rep_id")
        quota = frame[frame["period"] == quarter].set_index("scope")["target"]
        reps = quota[quota.index.str.startswith("rep:")]
        reps.index = reps.index.str[4:]
        for level in ("team", "region"):
            for name, total in reps.groupby(here[level]).sum().items():
                assert quota[f"{level}:{name}"] == total


def test_targets_were_set_before_their_period(company):
    frame = company.frames["targets"]
    start = pd.PeriodIndex(frame["period"], freq="Q").start_time
    assert (frame["valid_from"] < start).all()


def test_other_measures_have_targets_in_2025(company):
    frame = company.frames["targets"].query("measure != 'bookings'")
    regions = frame[frame["scope"].str.startswith("region:")]
    assert len(regions) == 4 * 4 * 4
    whole = frame[frame["scope"] == "company"].set_index(["period", "measure"])["target"]
    sums = regions.groupby(["period", "measure"])["target"].sum()
    assert (sums == whole.reindex(sums.index)).all() and len(sums) == len(whole)


def test_regions_were_on_target_before_the_third_quarter(attainment):
    before = attainment.drop(index="2025Q3")
    assert before.min().min() > 0.94 and before.max().max() < 1.08


def test_the_third_quarter_went_as_planted(attainment):
    now = attainment.loc["2025Q3"]
    assert 0.75 < now["East"] < 0.88
    assert 0.88 < now["South"] < 0.95
    assert 0.84 < now["West"] < 0.93
    assert 1.02 < now["North"] < 1.10


def test_east_is_behind_its_pace_in_august(orders, targets):
    until = between(orders, "date", "2025-07-01", "2025-08-20")
    sold = until[until["region"] == "East"]["amount"].sum()
    year_ago = orders[orders["quarter"] == "2024Q3"]
    due = year_ago[year_ago["date"] <= "2024-08-20"]["amount"].sum() / year_ago["amount"].sum()
    assert sold / (due * targets["region:East", "2025Q3"]) < 0.90


# the planted truths


def test_east_wins_two_fifths_less_and_that_is_the_gap(company, deals, gap):
    _, before = wins(deals, "East", "2024-07-01", "2025-06-30")
    decided, after = wins(deals, "East", "2025-07-01", "2025-09-30")
    planted = company.truths.one("conversion_fall")
    assert after / before == pytest.approx(1 - planted.size, abs=0.03)
    lost = (before - after) * decided["amount"].sum()
    assert 0.6 < lost / gap["East"] < 1.4
    for region in ("South", "West", "North"):
        _, then = wins(deals, region, "2024-07-01", "2025-06-30")
        _, now = wins(deals, region, "2025-07-01", "2025-09-30")
        assert now / then == pytest.approx(1, abs=0.08)
    event = company.frames["events"].query("kind == 'competitor'").iloc[0]
    assert (event["label"], event["region"]) == ("competitor launch", "East")
    assert event["date"] == pd.Timestamp(planted.start)


def test_east_converts_less_by_cohort_too(company, deals):
    events = company.frames["stage_events"].merge(deals[["opportunity_id", "region"]])
    entered = events[(events["stage"] == "proposal") & (events["region"] == "East")]
    reached = entered["opportunity_id"].isin(events[events["stage"] == "won"]["opportunity_id"])
    rate = reached.groupby(entered["entered_on"].dt.to_period("Q").astype(str)).mean()
    assert rate["2025Q3"] / rate["2024Q3"] == pytest.approx(0.6, abs=0.05)


def test_south_gives_eight_points_more_and_that_is_the_gap(company, orders, gap):
    planted = company.truths.one("discount_rise")
    south = orders[(orders["region"] == "South") & (orders["quantity"] > 0)]
    sums = south.groupby([south["line"].isin(planted.subject), "quarter"])[["amount", "list_amount"]]
    sums = sums.sum()
    discount = 1 - sums["amount"] / sums["list_amount"]
    rise = discount[:, "2025Q3"] - discount[:, "2025Q2"]
    assert rise[True] == pytest.approx(planted.size, abs=0.005)
    assert abs(rise[False]) < 0.01
    assert discount[True, "2025Q4"] == pytest.approx(discount[True, "2025Q2"], abs=0.01)
    keys = ["customer_id", "product_id"]
    now, then = (
        south[south["quarter"] == one].groupby(keys)[["quantity", "amount"]].sum()
        for one in ("2025Q3", "2024Q3")
    )  # fmt: skip
    both = now.merge(then, on=keys, suffixes=("", "_then"))
    price = both["amount"] / both["quantity"] - both["amount_then"] / both["quantity_then"]
    assert -(price * both["quantity"]).sum() > 0.6 * gap["South"]


def test_west_loses_its_large_customer_and_that_is_the_gap(company, orders, gap):
    planted = company.truths.one("lost_customer")
    west = orders[orders["region"] == "West"]
    theirs = west[west["customer_id"] == planted.subject[0]]
    grade = company.frames["customers"].set_index("customer_id")["class"]
    assert grade[planted.subject[0]] == "A"
    assert str(theirs["date"].max().to_period("M")) == "2025-06"
    year = between(west, "date", "2024-06-01", "2025-05-31")["amount"].sum()
    share = between(theirs, "date", "2024-06-01", "2025-05-31")["amount"].sum() / year
    assert share == pytest.approx(planted.size, abs=0.015)
    usual = theirs[theirs["quarter"] == "2024Q3"]["amount"].sum()
    assert 0.6 < usual / gap["West"] < 1.4


def test_one_rep_of_the_north_stands_out_and_wins_by_it(company, credited, targets, deals):
    planted = company.truths.one("star_rep")
    star = planted.scope.removeprefix("rep:")
    work = between(company.frames["activities"], "date", "2025-01-01", "2025-09-30")
    done = work.groupby(["rep_id", "kind"])["count"].sum().unstack()
    newcomers = [one.scope.removeprefix("rep:") for one in company.truths.all("newcomer")]
    team = company.frames["roster"].query("region == 'North' and rep_id not in @newcomers")
    peers = done.loc[[rep for rep in team["rep_id"] if rep != star]].mean()
    assert done.loc[star, "visit"] / peers["visit"] == pytest.approx(planted.size, abs=0.15)
    assert done.loc[star, "quote"] / peers["quote"] == pytest.approx(planted.size, abs=0.25)
    won = deals[deals["won"] & (deals["quarter"] == "2025Q3") & (deals["region"] == "North")]
    assert won.groupby("rep_id").size().idxmax() == star
    sold = credited[(credited["quarter"] == "2025Q3") & (credited["rep_id"] == star)]
    assert sold["amount"].sum() > 1.2 * targets[f"rep:{star}", "2025Q3"]


def test_two_newcomers_of_the_north_ramp(company, targets):
    newcomers = [one.scope for one in company.truths.all("newcomer")]
    posts = company.frames["roster"].set_index("rep_id")
    assert len(newcomers) == 2
    for scope in newcomers:
        post = posts.loc[scope.removeprefix("rep:")]
        assert (post["region"], post["hired_on"]) == ("North", pd.Timestamp("2025-03-01"))
        quotas = targets[scope]
        assert "2025Q1" not in quotas.index
        others = [
            targets[f"rep:{rep}", "2025Q3"]
            for rep in posts.index[posts["region"] == "North"]
            if f"rep:{rep}" not in newcomers
        ]
        assert quotas["2025Q3"] < 0.75 * np.mean(others)


def test_one_rep_and_no_other_misses_three_quarters_in_a_row(company, credited, targets):
    planted = company.truths.one("misses_in_row")
    sold = credited.groupby(["rep_id", "quarter"])["amount"].sum()
    missed = {}
    for rep in company.frames["roster"]["rep_id"].unique():
        known = [one for one in planted.subject if (f"rep:{rep}", one) in targets.index]
        missed[rep] = sum(sold[rep, one] < targets[f"rep:{rep}", one] for one in known)
    assert [rep for rep, count in missed.items() if count == 3] == [planted.scope[4:]]
    for quarter in planted.subject:
        assert sold[planted.scope[4:], quarter] < 0.9 * targets[planted.scope, quarter]


def test_one_rep_moves_from_east_to_south(company, orders):
    planted = company.truths.one("transfer")
    rep = planted.scope.removeprefix("rep:")
    posts = company.frames["roster"].query("rep_id == @rep")
    assert list(posts["region"]) == ["East", "South"] == list(planted.subject)
    assert posts["valid_from"].iloc[1] == pd.Timestamp(planted.start)
    assert posts["valid_to"].iloc[0] == pd.Timestamp(planted.start) - pd.Timedelta(days=1)
    own = orders[orders["rep_id"] == rep]
    assert ((own["date"] >= planted.start) == (own["region"] == "South")).all()
    assert own["region"].nunique() == 2


def test_one_order_in_fifty_is_shared_within_its_region(company, orders):
    credits = company.frames["credits"]
    assert credits["order_id"].nunique() == orders["order_id"].nunique() // 50
    sums = credits.groupby("order_id")["share"].agg(["sum", "count"])
    assert np.allclose(sums["sum"], 1) and (sums["count"] == 2).all()
    days = orders.drop_duplicates("order_id")[["order_id", "date", "region"]]
    found = credits.merge(days, on="order_id").merge(
        company.frames["roster"], on="rep_id", suffixes=("", "_of_rep")
    )
    held = (found["valid_from"] <= found["date"]) & (
        found["valid_to"].isna() | (found["date"] <= found["valid_to"])
    )
    assert held.sum() == len(credits)
    assert (found["region"] == found["region_of_rep"])[held].all()


def test_visits_drive_wins_and_calls_do_not(company, deals):
    work = company.frames["activities"]
    month = work["date"].dt.to_period("M")
    counts = work.groupby(["rep_id", month, "kind"])["count"].sum().unstack(fill_value=0)
    won = deals[deals["won"]]
    number = won.groupby(["rep_id", won["closed_on"].dt.to_period("M")]).size()
    counts["wins"] = number.reindex(counts.index, fill_value=0)
    usual = counts[["visit", "call"]].mean()
    matrix = np.column_stack([np.ones(len(counts)), counts[["visit", "call"]] / usual])
    (_, visits, calls), *_ = np.linalg.lstsq(matrix, counts["wins"].to_numpy(float), rcond=None)
    assert visits > 1.0  # wins a month for as many visits again
    assert abs(calls) < 0.15 * visits


def test_distributors_pay_thirty_days_later(company, orders):
    planted = company.truths.one("late_distributors")
    heads = orders.drop_duplicates("order_id")[["order_id", "channel"]]
    paid = company.frames["receipts"].merge(heads, on="order_id")
    paid = paid[(paid["invoiced_on"] >= "2024-04-01") & (paid["invoiced_on"] <= "2025-07-15")]
    days = (paid["received_on"] - paid["due_on"]).dt.days
    delay = days.groupby([paid["channel"], paid["invoiced_on"] >= planted.start]).median().unstack()
    shift = delay[True] - delay[False]
    assert shift["distributor"] == pytest.approx(planted.size, abs=2)
    assert shift.drop("distributor").abs().max() <= 1


def test_receipts_are_the_orders_and_end_with_the_files(company, orders):
    paid = company.frames["receipts"]
    billed = paid.groupby("order_id")["amount"].sum()
    sold = orders[orders["quantity"] > 0].groupby("order_id")["amount"].sum()
    assert np.allclose(billed, sold.reindex(billed.index), atol=0.011)
    assert paid["received_on"].max() <= pd.Timestamp("2025-11-15")
    assert paid["received_on"].isna().any()


# files


def test_both_languages_hold_the_same_figures(company):
    chinese = sample.make(language="zh")
    for name in TABLES:
        for column in TABLES[name].columns:
            if column.type != "text":
                one, other = company.frames[name][column.name], chinese.frames[name][column.name]
                pd.testing.assert_series_equal(one, other)
    assert set(chinese.frames["orders"]["region"]) == {"华东", "华南", "华西", "华北"}


def test_writing_is_fast_and_gives_the_same_bytes(folders, tmp_path):
    began = time.process_time()
    sample.write(tmp_path)
    assert time.process_time() - began < 10
    folder, _ = folders["en"]
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert "company-book.xlsx" in names and "orders-2025.csv" in names
    for name in names:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_gate_finds_every_dirty_row_and_no_other(company, folders, tmp_path, language):
    folder, truths = folders[language]
    config = folder / "company.yml"
    model = load(config)
    with duckdb.connect() as connection:
        report = check(
            model, data_folder(config, model), config_folder=folder, connection=connection,
            work_folder=tmp_path,
        )  # fmt: skip
        kept = connection.execute("SELECT count(*), sum(amount) FROM orders").fetchone()
    planted = sorted((row.file, row.line, row.kind) for row in truths.dirty)
    refused = report.refused[["file", "line", "rule"]].itertuples(index=False, name=None)
    assert sorted((file, int(line), rule) for file, line, rule in refused) == planted
    assert set(report.refused["table"]) == {"orders"} and not report.missing
    clean = company.frames["orders"]  # the figures are the same in both languages
    assert kept[0] == len(clean)
    assert kept[1] == pytest.approx(clean["amount"].sum(), abs=0.01)
    assert len(planted) < 0.02 * len(clean)
    assert set(truths.dirt()) == {
        "exact_duplicate", "unknown_reference", "not_a_date", "negative_quantity", "not_a_number",
        "wrong_currency",
    }  # fmt: skip


def test_dirty_lines_are_where_they_are_said_to_be(folders):
    folder, truths = folders["en"]
    headers = {"rep_id": 3, "date": 2, "quantity": 8, "amount": 10, "currency": 12}
    for row in truths.dirty:
        lines = (folder / row.file).read_text(encoding="utf-8").split("\n")
        found = lines[row.line - 1]
        if row.kind == "exact_duplicate":
            assert lines[: row.line - 1].count(found) == 1
        else:
            assert found.split(",")[headers[row.column]] == row.value


def test_chinese_files_are_in_gb18030(folders):
    folder, _ = folders["zh"]
    first = (folder / "orders-2025.csv").read_bytes().split(b"\n")[0]
    assert first.decode("gb18030").startswith("订单号,行号,下单日期")
    with pytest.raises(UnicodeDecodeError):
        first.decode("utf-8")


def test_truths_can_be_read_back(folders):
    folder, truths = folders["zh"]
    assert sample.read_truths(folder / "truths.json") == truths
    with pytest.raises(KeyError):
        truths.one("newcomer")


def test_parameters_in_the_repository_are_the_generated_ones(folders):
    folder, _ = folders["en"]
    generated, kept = load(folder, period="2025Q3"), load(PARAMETERS, period="2025Q3")
    assert kept.data_dir == "outputs/sample/data"
    assert dataclasses.asdict(folders["en"][1])["language"] == kept.language == "en"
    assert kept.model_copy(update={"data_dir": "."}) == generated
    for path in (PARAMETERS / "periods").glob("*.yml"):
        assert path.read_bytes() == (folder / "periods" / path.name).read_bytes()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(BatchError, match="taken"):
        sample.write(tmp_path / "taken")
