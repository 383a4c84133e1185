"""The baseline forecast: planted truths, odd histories, and accuracy on real series."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kit.data.tables import Unavailable
from kit.plan import backtest, chance
from kit.plan.baseline import forecast, outlook
from kit.plan.seasonal import indices

RETAIL = Path(__file__).parents[3] / "shared" / "data" / "series" / "aus_retail.csv"
SEASON = np.array([0.8, 0.7, 1.0, 1.1, 1.2, 1.3, 0.9, 0.8, 1.0, 1.1, 1.2, 0.9])


def months(values, *, start="2022-01", name="East") -> pd.DataFrame:
    index = pd.period_range(start, periods=len(values), freq="M")
    return pd.DataFrame({name: values}, index=index)


def monthly_sales(values, *, start="2022-01", line="standard", **more) -> list[dict]:
    days = pd.period_range(start, periods=len(values), freq="M").to_timestamp()
    return [
        {"date": day + pd.Timedelta(14, "D"), "amount": float(one), "line": line, **more}
        for day, one in zip(days, values, strict=True)
    ]


def test_planted_season_is_found():
    noise = np.random.default_rng(1).normal(0, 0.02, 48)
    found = forecast(months(1000 * np.tile(SEASON, 4) * np.exp(noise)), horizon=12)
    assert np.allclose(found["mean"] / 1000, SEASON, rtol=0.06)
    assert (found["low"] < found["mean"]).all() and (found["mean"] < found["high"]).all()
    assert [str(one) for one in found["period"][[0, 11]]] == ["2026-01", "2026-12"]


def test_noise_without_season_gets_almost_flat_indices():
    noise = np.random.default_rng(2).normal(0, 0.1, (36, 200))
    raw = noise.reshape(3, 12, 200).mean(axis=0)
    assert indices(noise, cycle=12).std() < 0.6 * raw.std()


def test_growth_is_carried_on_but_fades():
    found = forecast(months(100 * 1.01 ** np.arange(36)), horizon=24)["mean"].to_numpy()
    assert found[0] > 139
    assert 0 < found[-1] / found[-2] - 1 < found[1] / found[0] - 1 < 0.01


@pytest.mark.parametrize("value", [0.0, 5.0, -5.0])
def test_flat_series_stay_flat(value):
    found = forecast(months([value] * 30), horizon=3)
    assert np.allclose(found[["mean", "low", "high"]], value)


def test_negative_and_mixed_series_are_forecast_on_their_own_scale():
    wave = np.tile([-3.0, 0.0, 2.0, -1.0], 6)
    found = forecast(pd.DataFrame({"a": wave, "b": wave - 10}), horizon=4, cycle=4)
    assert np.allclose(found.loc[found["entity"] == "a", "mean"], wave[:4], atol=0.05)
    assert (found.loc[found["entity"] == "b", "mean"] < 0).all()
    assert found["period"].tolist() == [24, 25, 26, 27] * 2


def test_short_histories_fall_back():
    one_cycle = forecast(months(100 * SEASON), horizon=12)["mean"]
    assert np.corrcoef(one_cycle, SEASON)[0, 1] > 0.99
    assert one_cycle.std() == pytest.approx((100 * SEASON).std() / 2, rel=0.1)
    single = forecast(months([7.0]), horizon=2)
    assert np.allclose(single["mean"], 7.0) and single["low"].isna().all()


def test_late_starters_are_forecast_and_gaps_refused():
    late = months(100.0 + np.arange(30))
    late["West"] = np.where(np.arange(30) < 10, np.nan, 50.0)
    found = forecast(late, horizon=1).set_index("entity")["mean"]
    assert found["West"] == pytest.approx(50) and found.index.tolist() == ["East", "West"]
    late.loc["2023-06", "West"] = np.nan
    with pytest.raises(ValueError, match="'West' has no finite number at 2023-06"):
        forecast(late, horizon=1)
    with pytest.raises(ValueError, match="'West' has no finite number in any row"):
        forecast(late.assign(West=np.nan), horizon=1)


def test_refuses_nonsense_and_takes_no_entities():
    with pytest.raises(ValueError, match="horizon=0"):
        forecast(months([1.0]), horizon=0)
    twice = pd.concat([months([1.0]), months([1.0])], axis=1)
    with pytest.raises(ValueError, match="'East' stands twice"):
        forecast(twice, horizon=1)
    assert forecast(months([1.0])[[]], horizon=1).columns.tolist() == [
        "entity", "period", "mean", "low", "high",
    ]  # fmt: skip


def test_unit_does_not_matter_and_input_is_untouched():
    history = months(100 + 10 * np.sin(np.arange(36.0) ** 2))
    before = history.copy()
    one, thousand = forecast(history, horizon=3), forecast(history * 1000, horizon=3)
    columns = ["mean", "low", "high"]
    assert np.allclose(one[columns] * 1000, thousand[columns])
    pd.testing.assert_frame_equal(history, before)
    pd.testing.assert_frame_equal(one, forecast(history, horizon=3))


def test_totals_by_hand():
    wave = np.sin(np.arange(20.0) ** 2)
    history = pd.DataFrame({"a": 100.0 + wave, "b": -50.0 - wave})
    found = backtest.totals(history, horizon=2, last=1, cycle=4)
    first = found[(found["entity"] == "b") & (found["cut"] == 12)].iloc[0]
    assert first["actual"] == history["b"].iloc[13] and not first["multiplicative"]
    assert first["error"] == pytest.approx((first["actual"] - first["forecast"]) / first["noise"])
    tied = found["multiplicative"]
    logs = np.log(found["actual"] / found["forecast"]) / found["noise"]
    assert tied.any() and np.allclose(found.loc[tied, "error"], logs[tied])
    assert backtest.totals(history.iloc[:3], horizon=2, last=1, cycle=4).empty


@pytest.mark.parametrize(("length", "first"), [(28, 16), (30, 24), (60, 46)])
def test_cuts_of_two_cycles_where_there_are_four(length, first):
    (block,) = backtest.blocks(months(100 + np.sin(np.arange(length) ** 2.0)))
    tried = list(backtest.cuts(block, horizon=3, cycle=12))
    assert len(tried) == length - 3 - first + 1


def test_total_errors_know_nothing_of_the_future():
    calm = 100 + np.sin(np.arange(30.0) ** 2)
    shock = np.append(calm[:-1], 300.0)
    quiet = backtest.total_errors(months(calm), horizon=1, last=1, cycle=12)
    loud = backtest.total_errors(months(shock), horizon=1, last=1, cycle=12)
    assert np.allclose(quiet[1:], loud[1:]) and loud[0] > 10 * abs(quiet[0])


def test_chance_falls_with_the_target_and_stays_off_the_ends():
    errors = np.random.default_rng(3).normal(0, 0.05, 20)
    found = [chance.of_target(one, mean=100, errors=errors) for one in range(70, 131, 5)]
    assert found == sorted(found, reverse=True)
    assert found[6] == pytest.approx(0.5, abs=0.02)
    assert found[0] == 1 - 1 / 42 and found[-1] == 1 / 42


def test_one_wild_error_does_not_blur_the_chance():
    calm = np.random.default_rng(4).normal(0, 0.02, 20)
    assert chance.of_target(115, mean=100, errors=[*calm, 50.0]) < 0.05


def test_no_chance_without_errors_target_or_forecast():
    errors = np.full(8, 0.1)
    assert chance.of_target(100, mean=100, errors=errors[:7]) is None
    assert chance.of_target(None, mean=100, errors=errors) is None
    assert chance.of_target(100, mean=0.0, errors=errors) is None
    assert chance.of_target(-90, mean=-100, errors=errors * -20) is not None


def test_outlook_of_a_planted_season(make_case):
    level = 1_000_000 * np.tile(SEASON, 4)[:42]
    sales = [
        *monthly_sales(0.6 * level),
        *monthly_sales(0.4 * level * (1 + 0.02 * np.sin(np.arange(42.0) ** 2)), line="high-end"),
    ]
    found = outlook(make_case(sales=sales))
    truth = 1_000_000 * SEASON[6:9].sum()
    assert found.mean == pytest.approx(truth, rel=0.02)
    assert found.low < found.mean < found.high
    assert found.last_year == pytest.approx(truth, rel=0.02)
    assert found.n_history == 42 and found.errors.size >= 8
    assert found.frame["kind"].tolist() == ["history"] * 42 + ["forecast"] * 3
    assert found.frame["period"].tolist()[-3:] == ["2025-07", "2025-08", "2025-09"]
    assert chance.of_target(0.9 * truth, mean=found.mean, errors=found.errors) > 0.9
    assert chance.of_target(1.1 * truth, mean=found.mean, errors=found.errors) < 0.1


def test_outlook_does_not_look_into_its_period(make_case):
    values = 1000 * np.tile(SEASON, 4)
    before = outlook(make_case(sales=monthly_sales(values[:42])))
    after = outlook(make_case(sales=monthly_sales([*values[:42], 9e9, 9e9, 9e9])))
    assert before.mean == after.mean and np.array_equal(before.errors, after.errors)


def test_outlook_made_early_forecasts_the_gap_too(make_case):
    sales = monthly_sales(1000 * np.tile(SEASON, 4))
    early = outlook(make_case(sales=sales, as_of="2025-05-20"))
    assert early.n_history == 40
    assert early.frame["period"].tolist()[-3:] == ["2025-07", "2025-08", "2025-09"]
    assert early.frame["kind"].eq("forecast").sum() == 3


def test_outlook_says_when_it_cannot_know(make_case):
    assert outlook(make_case(sales=monthly_sales([1.0] * 7, start="2024-12"))) == Unavailable(
        reason="too_short", detail="7"
    )
    assert outlook(make_case(sales=[])) == Unavailable(reason="too_short", detail="0")
    assert outlook(make_case(sales=[]), measure="collections") == Unavailable(table="receipts")
    assert outlook(make_case(period="2025-W30", sales=[])).reason == "too_fine"


def test_explicit_periods_are_forecast_as_such(make_case):
    quarters = ("02-15", "05-15", "08-15", "11-15")
    starts = [f"{year}-{day}" for year in range(2022, 2026) for day in quarters]
    sales = [{"date": day, "amount": 100.0 + 10 * place} for place, day in enumerate(starts[:11])]
    case = make_case(
        sales=sales, period="2024-11-15", as_of="2024-11-14", settings={"calendar.starts": starts}
    )
    found = outlook(case)
    assert found.n_history == 11
    assert found.frame["period"].tolist()[-2:] == ["2024-08-15", "2024-11-15"]
    assert found.last_year == 170.0


@pytest.mark.skipif(not RETAIL.is_file(), reason=f"no {RETAIL}")
def test_accuracy_and_coverage_on_australian_retail():
    rows = pd.read_csv(RETAIL, parse_dates=["Month"])
    wide = rows.pivot_table(index="Month", columns="Series ID", values="Turnover").to_period("M")
    wide = wide.loc["2000-01":]
    wide = wide.loc[:, (wide > 0).all()]
    own, naive, inside = [], [], []
    for origin in range(36, len(wide) - 2, 9):
        known, came = wide.iloc[origin - 36 : origin], wide.iloc[origin : origin + 3].to_numpy()
        found = forecast(known, horizon=3)
        mean, low, high = (
            found[one].to_numpy().reshape(came.shape[1], 3).T for one in ("mean", "low", "high")
        )
        scale = known.diff(12).abs().mean().to_numpy()
        own.append((abs(came - mean) / scale).mean())
        naive.append((abs(came - known.iloc[-12:-9].to_numpy()) / scale).mean())
        inside.append(((low <= came) & (came <= high)).mean())
    assert np.mean(own) / np.mean(naive) < 0.67
    assert 0.75 < np.mean(inside) < 0.85 and min(inside) > 0.65
