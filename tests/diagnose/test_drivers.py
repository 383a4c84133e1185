"""Drivers: slopes against statsmodels, planted truth, false friends, small samples, the sample."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from statsmodels.stats.multitest import multipletests

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose.driver_doubts import finding, friends, holm
from kit.diagnose.drivers import drivers
from kit.diagnose.panel import panel
from kit.diagnose.panel_effects import between_groups, own_moves, slopes, within_groups

PLAIN = {"calendar": {"country": ""}}


def data(seed=0, *, reps=12, periods=6, missing=0.15):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"g": np.repeat(np.arange(reps), periods),
                          "t": np.tile(np.arange(periods), reps)})  # fmt: skip
    trait = rng.normal(size=reps)[frame["g"]]
    frame["a"] = rng.normal(size=len(frame)) + trait
    frame["b"] = rng.normal(size=len(frame)) * 100 + frame["t"]
    noise = rng.normal(size=len(frame)) + trait
    frame["y"] = 5 + 2 * frame["a"] + 0.01 * frame["b"] + frame["t"] ** 2 + noise
    return frame[rng.random(len(frame)) > missing].reset_index(drop=True)


@pytest.mark.parametrize("seed", range(4))
def test_slopes_and_sandwich_as_statsmodels(seed):
    frame = data(seed)
    told = smf.ols("y ~ a + b + C(t)", frame).fit(
        cov_type="cluster", cov_kwds={"groups": frame["g"]}
    )
    found = slopes(frame["y"], frame[["a", "b"]], groups=frame["g"], strata=frame["t"],
                   errors="sandwich")  # fmt: skip
    np.testing.assert_allclose(found.values, told.params[["a", "b"]], rtol=1e-8)
    np.testing.assert_allclose(found.errors, told.bse[["a", "b"]], rtol=1e-8)
    assert found.freedom == frame["g"].nunique() - 1


@pytest.mark.parametrize("own", [False, True])
def test_jackknife_leaves_out_rep_by_rep(own):
    frame = data(7)
    plan = "y ~ a + b + C(t)" + (" + C(g)" if own else "")
    whole = smf.ols(plan, frame).fit().params[["a", "b"]]
    without = [smf.ols(plan, frame[frame["g"] != one]).fit().params[["a", "b"]]
               for one in sorted(frame["g"].unique())]  # fmt: skip
    count = len(without)
    errors = np.sqrt((count - 1) / count * ((np.array(without) - whole.to_numpy()) ** 2).sum(0))
    fit = within_groups if own else slopes
    found = fit(frame["y"], frame[["a", "b"]], groups=frame["g"], strata=frame["t"])
    np.testing.assert_allclose(found.values, whole, rtol=1e-8)
    np.testing.assert_allclose(found.errors, errors, rtol=1e-7)
    low, high = found.interval()
    assert (low < found.values).all() and (found.values < high).all()


def test_between_and_own_moves_differ_where_a_trait_confounds():
    rng = np.random.default_rng(2)
    g, t = np.repeat(np.arange(30), 8), np.tile(np.arange(8), 30)
    trait = rng.normal(size=30)[g] * 3
    a = rng.normal(size=240) + trait
    y = a - 2 * trait + rng.normal(size=240) * 0.3
    assert within_groups(y, a[:, None], groups=g, strata=t).values[0] == pytest.approx(1, abs=0.1)
    assert between_groups(y, a[:, None], groups=g, strata=t).values[0] == pytest.approx(-1, abs=0.2)
    assert between_groups(y[:32], a[:32, None], groups=g[:32], strata=t[:32]) is None
    moved = own_moves(np.column_stack([y, a]), groups=g, strata=t)
    for labels in (g, t):
        assert np.abs(pd.DataFrame(moved).groupby(labels).mean()).to_numpy().max() < 1e-9


def test_collinear_regressors_have_no_error():
    frame = data(1)
    twice = np.column_stack([frame["a"], 2 * frame["a"]])
    found = slopes(frame["y"], twice, groups=frame["g"], strata=frame["t"])
    assert np.isnan(found.errors).all() and np.isnan(found.p_values).all()


def test_holm_as_statsmodels():
    p = np.array([0.001, 0.2, 0.03, 0.04, 0.9])
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1])
    assert np.isnan(holm(np.array([np.nan]))[0])
    np.testing.assert_allclose(holm(np.array([np.nan, 0.02, 0.5])), [np.nan, 0.04, 0.5])


def test_what_is_said_of_a_regressor():
    rows = pd.DataFrame(
        [
            ("entangled", 1, 0.01, 1, 0.01, 9.0, 0.01), ("driver", 1, 0.01, 1, 0.01, 1.0, 0.5),
            ("own", 1, 0.30, 1, 0.30, 1.0, 0.01), ("false_friend", 0.2, 0.3, 1, 0.01, 1.0, 0.5),
            ("false_friend", -1, 0.01, 1, 0.01, 1.0, 0.5), ("open", 0.8, 0.06, 1, 0.01, 1.0, 0.5),
            ("open", 1, 0.30, 1, 0.30, 1.0, np.nan),
        ],
        columns=["told", "slope", "p", "simple", "simple_p", "vif", "own_p"],
    )  # fmt: skip
    assert finding(rows).tolist() == rows["told"].tolist()
    assert friends(np.eye(1), ["a"]) == [None]


def company(make_case, *, reps=24, quarters=10, seed=3, scope="company", **more):
    """Reps whose bookings hang on visits alone; quotes go with visits, calls with nothing."""
    rng = np.random.default_rng(seed)
    starts = pd.period_range("2023Q2", periods=quarters, freq="Q")
    roster, sales, done = [], [], []
    for at in range(reps):
        rep = f"R{at:02d}"
        roster.append({"rep_id": rep, "valid_from": "2020-01-01", "name": rep, "team": "East-1",
                       "region": "East", "hired_on": f"{2010 + at % 9}-03-01",
                       "capacity": 1.0 if at else 0.5})  # fmt: skip
        size = rng.uniform(0.7, 1.3)
        for quarter in starts:
            visits = rng.poisson(100)
            quotes = rng.binomial(visits, 0.4)
            for kind, count in (("visit", visits), ("quote", quotes), ("call", rng.poisson(200))):
                done.append({"date": quarter.start_time, "rep_id": rep, "kind": kind,
                             "count": float(count) * (1.0 if at else 0.5)})  # fmt: skip
            amount = size * 1000 * visits * np.exp(rng.normal(0, 0.05)) * (1 if at else 0.5)
            sales.append({"date": quarter.start_time, "rep_id": rep, "customer_id": f"C{at}",
                          "amount": amount, "list_amount": 1.2 * amount})  # fmt: skip
    return make_case(sales=sales, roster=roster, activities=done, scope=scope, settings=PLAIN,
                     **more)  # fmt: skip


def test_planted_driver_and_false_friend(make_case):
    found = drivers(company(make_case), times=100)
    table = found.frame.set_index("regressor")
    behaviour = table[table["group"] == "behaviour"]
    assert behaviour.index[0] == "visit" and behaviour.index[1] == "quote"
    assert table.loc["visit", "finding"] in ("driver", "own")
    assert table.loc["quote", "finding"] in ("false_friend", "open")
    assert table.loc["quote", "friend"] == "visit"
    assert table.loc["visit", "timing"] == "same"
    assert table["share"].sum() == pytest.approx(1) and not found.candidates
    assert table["explained"].sum() == pytest.approx(found.explained, abs=1e-6)
    assert (table["effect_low"] < table["effect"]).all()


def test_what_does_nothing_is_seldom_named(make_case):
    told = [drivers(company(make_case, seed=seed), times=10).frame.set_index("regressor")
            for seed in range(6)]  # fmt: skip
    assert sum(one.loc["call", "finding"] == "open" for one in told) >= 4
    assert sum(one.loc["call", "p_adjusted"] < 0.05 for one in told) <= 1
    assert all(one.loc["visit", "p_adjusted"] < 0.05 for one in told)


def test_effect_is_in_money_a_period_for_the_unit(make_case):
    found = panel(company(make_case))
    rows, names = found.complete, list(found.regressors)
    plain = smf.ols("result ~ " + " + ".join(names) + " + C(period)", rows).fit()
    table = drivers(company(make_case), times=20).frame.set_index("regressor")
    assert table.loc["visit", "effect"] == pytest.approx(
        plain.params["visit"] * 0.2 * found.worked, rel=1e-6
    )
    assert table.loc["tenure", "effect"] == pytest.approx(
        plain.params["tenure"] * 12 * found.worked, rel=1e-6
    )


def test_below_sixty_rows_are_candidates(make_case):
    few = drivers(company(make_case, reps=7), times=20)
    assert few.candidates and few.rows < 60
    assert drivers(company(make_case, reps=9), times=20).candidates  # few reps, if many rows


@pytest.mark.parametrize("reps, quarters", [(4, 10), (6, 4), (1, 10)])
def test_too_few_for_anything(make_case, reps, quarters):
    case = company(make_case, reps=reps, quarters=quarters)
    found = drivers(case, times=10)
    assert found.reason in ("few_panel_rows", "no_regressors")


def test_same_results_and_nothing_known(make_case):
    rows = [{"date": q.start_time, "rep_id": f"R{at}", "customer_id": f"C{at}", "amount": 100.0,
             "list_amount": 110.0 + at}
            for q in pd.period_range("2023Q2", periods=10, freq="Q")
            for at in range(6)]  # fmt: skip
    assert drivers(make_case(sales=rows, settings=PLAIN)).reason == "results_alike"
    bare = [{**one, "list_amount": None, "customer_id": None} for one in rows]
    frame = make_case(sales=bare, settings=PLAIN)
    frame.data.sales["list_amount"] = np.nan
    assert isinstance(drivers(frame), Unavailable)


def test_a_rep_reads_nobody_elses_rows(make_case):
    case = company(make_case, reps=1, scope="rep:R00")
    assert drivers(case).reason == "others_needed"


def test_visits_and_quotes_come_first_in_the_sample(sample_company):
    _, truths, case = sample_company
    assert "visits_drive_wins" in {one.key for one in truths.planted}
    found = drivers(case)
    table = found.frame.set_index("regressor")
    behaviour = table[table["group"] == "behaviour"]
    assert behaviour.index[:2].tolist() == ["visit", "quote"]
    own = table["share_own"].sort_values(ascending=False)
    assert own.index[0] == "visit" and own.iloc[0] > 0.5
    assert table.loc["visit", "finding"] in ("driver", "own")
    assert table.loc["call", "finding"] == "open"
    assert found.rows > 200 and not found.candidates


def test_nothing_after_the_day_counts(sample_company):
    _, _, case = sample_company
    early = reopen(case, period="2025Q1", as_of="2025-03-31")
    late = reopen(case, period="2025Q1", as_of="2025-03-31")
    assert panel(early).frame["start"].max() == pd.Timestamp("2025-01-01")
    pd.testing.assert_frame_equal(drivers(early, times=20).frame, drivers(late, times=20).frame)
