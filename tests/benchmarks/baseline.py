"""How good the baseline forecast, its interval and its chances are on Australian retail turnover.

Run it by `python tests/benchmarks/baseline.py`; `--origins 4 --series 20` makes a quick run of it.
Every complete positive series from 2000-01 is forecast three months ahead from 36 training points,
at an origin every nine months, beside seasonal naive and statsmodels' ETS(A,N,A) on logarithms. The
chances are those of reaching 100, 103 and 106 % of last year's quarter.
"""

from __future__ import annotations

import argparse
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

RETAIL = Path(__file__).resolve().parents[3] / "shared" / "data" / "series" / "aus_retail.csv"
TRAINING, HORIZON, STEP, CYCLE = 36, 3, 9, 12
INTERVAL = 0.8
LEVELS = (1.00, 1.03, 1.06)
MANY = 1_000  # series, for the clock


def main() -> None:
    """Backtest and print the tables."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--file", type=Path, default=RETAIL)
    reader.add_argument("--origins", type=int, help="Only so many, spread evenly.")
    reader.add_argument("--series", type=int, help="Only so many, spread evenly.")
    reader.add_argument("--no-ets", action="store_true", help="Leave statsmodels out: it is slow.")
    asked = reader.parse_args()
    if not asked.file.is_file():
        print(f"baseline: skipped, as there is no {asked.file}")
        return
    wide = series(asked.file)
    wide = wide.iloc[:, spread(wide.shape[1], asked.series)]
    origins = np.arange(TRAINING, len(wide) - HORIZON + 1, STEP)
    origins = origins[spread(len(origins), asked.origins)]
    cuts = [
        (wide.iloc[one - TRAINING : one], wide.iloc[one : one + HORIZON]) for one in origins
    ]
    print(f"{wide.shape[1]} series, {len(cuts)} origins, {HORIZON} months ahead")
    kit, low, high, seconds = own(cuts)
    found = {"kit": (kit, seconds), "seasonal naive": naive(cuts)}
    if asked.no_ets:
        print("ETS(A,N,A): left out, as asked")
    elif find_spec("statsmodels") is None:
        print("ETS(A,N,A): left out, as statsmodels is not installed")
    else:
        found["ETS(A,N,A) of logarithms"] = ets(cuts)
    came = np.stack([after.to_numpy() for _, after in cuts])
    inside = ((low <= came) & (came <= high)).mean(axis=(1, 2))
    errors = mase(found, cuts, came)
    scores = brier(cuts, kit)
    clock = many(wide)
    show("forecasts", errors)
    show("chance of reaching a share of last year's quarter", scores)
    whole = scores.set_index("level").loc["all"]
    beaten = errors.set_index("method")["MASE"]
    rest = beaten.drop(["kit", "seasonal naive"])
    reached = [
        ("MASE ÷ seasonal naive's", beaten["kit"] / beaten["seasonal naive"], 0, 0.67),
        *(("MASE ÷ ETS's", beaten["kit"] / one, 0, 1.0) for one in rest),
        ("coverage of the 80 % interval", inside.mean(), 0.75, 0.85),
        ("coverage at the worst origin", inside.min(), 0.65, 1.0),
        ("Brier ÷ base rate in hindsight", whole["ratio (hindsight)"], 0, 0.6),
        ("Brier ÷ base rate known before", whole["ratio (before)"], 0, 0.6),
        (f"seconds for {MANY:,} series", clock, 0, 3.0),
    ]
    rows = pd.DataFrame(reached, columns=["to reach", "found", "from", "to"])
    good = rows["found"].between(rows["from"], rows["to"])
    show("to reach", rows.assign(reached=good.map({True: "yes", False: "NO"})))


def series(file: Path) -> pd.DataFrame:
    """The complete positive series from 2000-01, one column each."""
    rows = pd.read_csv(file, parse_dates=["Month"])
    wide = rows.pivot_table(index="Month", columns="Series ID", values="Turnover").to_period("M")
    wide = wide.loc["2000-01":]
    return wide.loc[:, (wide > 0).all()]


def spread(count: int, wanted: int | None) -> np.ndarray:
    """So many places of a row, spread evenly; all where none are named."""
    chosen = count if wanted is None else max(1, min(wanted, count))
    return np.unique(np.linspace(0, count - 1, chosen).round().astype(int))


def own(cuts: list) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """The kit's mean, low and high, each origin × step × series, and the seconds they took."""
    from kit.plan.baseline import forecast

    before = time.perf_counter()
    found = [forecast(known, horizon=HORIZON, interval=INTERVAL) for known, _ in cuts]
    taken = time.perf_counter() - before
    return *(
        np.stack([one[name].to_numpy().reshape(-1, HORIZON).T for one in found])
        for name in ("mean", "low", "high")
    ), taken


def naive(cuts: list) -> tuple[np.ndarray, float]:
    """The same months of the year before."""
    ago = slice(TRAINING - CYCLE, TRAINING - CYCLE + HORIZON)
    before = time.perf_counter()
    found = np.stack([known.iloc[ago].to_numpy() for known, _ in cuts])
    return found, time.perf_counter() - before


def ets(cuts: list) -> tuple[np.ndarray, float]:
    """Statsmodels' ETS(A,N,A) on logarithms, one series at a time on every core."""
    before = time.perf_counter()
    points = [known[name].to_numpy() for known, _ in cuts for name in known]
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(_ets, points, chunksize=16))
    shaped = np.array(found).reshape(len(cuts), -1, HORIZON).transpose(0, 2, 1)
    return shaped, time.perf_counter() - before


def _ets(points: np.ndarray) -> np.ndarray:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ETSModel(np.log(points), error="add", seasonal="add", seasonal_periods=CYCLE)
        return np.exp(np.asarray(model.fit(disp=False).forecast(HORIZON)))


def mase(found: dict, cuts: list, came: np.ndarray) -> pd.DataFrame:
    """Mean absolute error ÷ that of seasonal naive within the training points, by method."""
    scale = np.stack([known.diff(CYCLE).abs().mean().to_numpy() for known, _ in cuts])
    size = {
        name: (abs(came - one) / scale[:, None]).mean() for name, (one, _) in found.items()
    }
    rows = [
        {"method": name, "MASE": size[name], "÷ naive": size[name] / size["seasonal naive"],
         "seconds": seconds}
        for name, (_, seconds) in found.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def brier(cuts: list, mean: np.ndarray) -> pd.DataFrame:
    """Brier scores of the chances and of two base rates, by level and over all.

    Known before is the share of all series' quarters within the training points that reached the
    level; in hindsight is the share of the very quarters that are scored.
    """
    from kit.plan import backtest, chance
    from kit.plan.seasonal import fit

    rows = []
    for (known, after), ahead in zip(cuts, mean.sum(axis=1), strict=True):
        pooled = backtest.total_errors(known, horizon=HORIZON, last=HORIZON, cycle=CYCLE)
        noise = pd.concat(
            pd.Series(fit(one.points, horizon=HORIZON, cycle=CYCLE).noise, one.entities)
            for one in backtest.blocks(known)
        )
        sums = known.rolling(HORIZON).sum()
        growth = (sums / sums.shift(CYCLE)).to_numpy()
        growth = growth[np.isfinite(growth)]
        ago = sums.iloc[TRAINING - CYCLE + HORIZON - 1]
        for name, thought in zip(known, ahead, strict=True):
            errors = chance.relative(pooled, noise=noise[name], mean=thought, multiplicative=True)
            targets = ago[name] * np.array(LEVELS)
            odds = chance.of_targets(targets, mean=thought, errors=errors)
            came = after[name].sum() >= targets
            base = [(growth >= level).mean() for level in LEVELS]
            rows += zip(LEVELS, odds, base, came.astype(float), strict=True)
    plain = pd.DataFrame(rows, columns=["level", "chance", "before", "came"])
    plain["hindsight"] = plain.groupby("level")["came"].transform("mean")
    for name in ("chance", "before", "hindsight"):
        plain[name] = (plain[name] - plain["came"]) ** 2
    by_level = plain.groupby("level")[["chance", "before", "hindsight"]].mean()
    by_level.index = [f"{level:.0%}" for level in by_level.index]
    by_level.loc["all"] = plain[["chance", "before", "hindsight"]].mean()
    return by_level.rename_axis("level").reset_index().assign(
        **{f"ratio ({name})": (by_level["chance"] / by_level[name]).to_numpy()
           for name in ("before", "hindsight")}
    )  # fmt: skip


def many(wide: pd.DataFrame) -> float:
    """Seconds for a thousand series of 36 points, the best of three."""
    from kit.plan.baseline import forecast

    points = wide.iloc[-TRAINING:].to_numpy()
    points = np.tile(points, -(-MANY // points.shape[1]))[:, :MANY]
    history = pd.DataFrame(points, index=wide.index[-TRAINING:])
    taken = []
    for _ in range(3):
        before = time.perf_counter()
        forecast(history, horizon=HORIZON, interval=INTERVAL)
        taken.append(time.perf_counter() - before)
    return min(taken)


def show(title: str, frame: pd.DataFrame) -> None:
    """Print a frame under its title."""
    print(f"\n{title}\n{frame.to_string(index=False, float_format='{:.4f}'.format)}")


if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
