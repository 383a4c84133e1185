"""Who is leaving, by its own rhythm, and the record of that flag."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose import leaving as module
from kit.diagnose.leaving import leaving
from kit.diagnose.leaving_record import record
from kit.diagnose.rhythm import drawn, rhythm
from kit.diagnose.silence import states
from kit.settings.diagnose import CustomersSettings

LIMITS = CustomersSettings()
END = dt.date(2025, 9, 30)


def days(customer, *, every, silent, count=12):
    """Order days at an even interval, the last so many days before the end."""
    last = pd.Timestamp(END) - pd.Timedelta(days=silent)
    found = [last - pd.Timedelta(days=every * back) for back in range(count)][::-1]
    return pd.DataFrame({"customer_id": customer, "date": found, "amount": 10.0})


def rows(*frames):
    every = pd.concat(frames, ignore_index=True)
    return every.assign(date=every["date"].astype(str)).to_dict("records")


def state(frame, end=END):
    return states(frame, end=end, limits=LIMITS)["state"].iloc[0]


@pytest.mark.parametrize(
    ("every", "silent", "expected"),
    [
        (7, 20, "active"),  # below thirty days nobody is at risk
        (30, 59, "active"), (30, 61, "at_risk"), (30, 90, "at_risk"), (30, 91, "lapsed"),
        (90, 179, "active"), (90, 181, "at_risk"), (90, 271, "lapsed"),
        (150, 366, "lapsed"), (30, 731, "gone"),
    ],
)  # fmt: skip
def test_silence_is_measured_by_the_own_rhythm(every, silent, expected):
    assert state(days("c", every=every, silent=silent)) == expected


def test_a_customer_with_few_orders_is_judged_by_the_others():
    rng = np.random.default_rng(1)
    frames = []
    for number in range(30):
        gaps = rng.gamma(2.0, 15.0 if number % 2 else 30.0, size=30).round() + 1
        dates = pd.Timestamp("2022-01-01") + pd.to_timedelta(gaps.cumsum(), unit="D")
        frames.append(pd.DataFrame({"customer_id": f"c{number:02d}", "date": dates}))
    single = pd.DataFrame({"customer_id": ["once"], "date": [pd.Timestamp("2025-01-01")]})
    twice = pd.DataFrame(
        {"customer_id": "twice", "date": pd.to_datetime(["2024-12-31", "2025-01-01"])}
    )
    every = pd.concat([*frames, single, twice]).sort_values(["customer_id", "date"])
    every = every[every["date"] <= pd.Timestamp(END)]
    found = rhythm(every, end=END)
    means = every.groupby("customer_id")["date"].diff().dt.days.groupby(every["customer_id"]).mean()
    assert found.loc["once", "usual"] == pytest.approx(means.mean())
    assert 1 < found.loc["twice", "usual"] < means.mean()
    much = abs(found["usual"] - means)[[f"c{n:02d}" for n in range(30)]]
    assert much.max() < (means.max() - means.min()) / 4


@given(st.lists(st.lists(st.floats(1, 400), max_size=12), min_size=1, max_size=8))
def test_drawn_means_lie_between_the_own_and_that_of_all(groups):
    table = pd.Series(groups).map(lambda one: pd.Series(one, dtype=float))
    count, mean = table.map(len), table.map(lambda one: one.mean())
    found, spread = drawn(count, mean, table.map(lambda one: one.var()))
    if not count.any():
        assert found.isna().all() and spread.isna().all()
        return
    pooled = mean.mean()
    low = mean.fillna(pooled).clip(upper=pooled) - 1e-6
    high = mean.fillna(pooled).clip(lower=pooled) + 1e-6
    assert found.between(low, high).all() and (spread >= 0).all()


def test_later_rows_are_not_read():
    frame = pd.concat([days("c", every=30, silent=0), days("d", every=50, silent=10)])
    day = dt.date(2025, 5, 1)
    known = frame[frame["date"] <= pd.Timestamp(day)]
    pd.testing.assert_frame_equal(
        states(frame, end=day, limits=LIMITS), states(known, end=day, limits=LIMITS)
    )


def test_leaving_names_value_owner_and_rhythm(make_case):
    frames = (
        days("big", every=30, silent=70).assign(amount=100.0, rep_id="R1"),
        days("small", every=30, silent=70).assign(rep_id="R1"),
        days("lost", every=30, silent=200).assign(rep_id="R2"),
        days("fine", every=30, silent=5).assign(rep_id="R1"),
    )
    roster = [
        {"rep_id": "R1", "valid_from": "2020-01-01", "name": "Li", "region": "East"},
        {"rep_id": "R2", "valid_from": "2020-01-01", "valid_to": "2025-08-31", "name": "Wu",
         "region": "East"},
    ]  # fmt: skip
    found = leaving(make_case(sales=rows(*frames), roster=roster))
    table = found.customers.set_index("customer_id")
    assert table.index.tolist() == ["big", "lost", "small"]
    assert table["state"].to_dict() == {"big": "at_risk", "lost": "lapsed", "small": "at_risk"}
    assert table.loc["big", ["rep", "value", "usual", "silence"]].tolist() == ["Li", 1200.0, 30, 70]
    assert table["rep_left"].to_dict() == {"big": False, "lost": True, "small": False}
    assert found.states.index.tolist() == [0, 1, 2, 3] and found.states.index.name is None
    assert found.states.sort_values("state")["customers"].sum() == 4
    of = found.states.set_index("state")
    assert of["customers"].to_dict() == {"active": 1, "at_risk": 2, "lapsed": 1, "gone": 0}
    assert of["share"].sum() == pytest.approx(1.0) and found.scope == "region"


def test_the_rest_is_gathered():
    table = pd.DataFrame(
        {"customer": list("abcd"), "rep": "Li", "rep_left": False, "state": "lapsed",
         "value": [4.0, 3.0, 2.0, 1.0], "usual": 7.0, "silence": 90, "ratio": 12.0}
    )  # fmt: skip
    named = module.largest(table, most=2)
    assert named["count"].tolist() == [1, 1, 2] and named["value"].sum() == 10.0
    assert len(module.largest(table, most=3)) == 4  # one alone is named, not gathered


def test_limits_are_parameters(make_case):
    sales = rows(days("c", every=30, silent=70))
    strict = {"diagnose": {"customers": {"lapsed_days": 60}}}
    calm = {"diagnose": {"customers": {"at_risk_intervals": 2.9}}}
    assert leaving(make_case(sales=sales)).customers["state"].tolist() == ["at_risk"]
    assert leaving(make_case(sales=sales, settings=strict)).customers["state"].tolist() == [
        "lapsed"
    ]
    assert leaving(make_case(sales=sales, settings=calm)).customers.empty


def test_silence_ends_where_the_orders_of_the_company_end(make_case):
    from dataclasses import replace

    case = make_case(sales=rows(days("c", every=30, silent=70)))
    short = replace(case, through=dt.date(2025, 8, 1))
    assert leaving(short).customers.empty


@pytest.mark.parametrize(
    "sales",
    [[], [{"customer_id": None, "amount": 5.0, "date": "2025-08-01"}]],
)  # fmt: skip
def test_without_orders_nothing_is_told(make_case, sales):
    case = make_case(sales=sales)
    assert leaving(case) == Unavailable(reason="no_customer_orders")
    assert record(case).states.empty and record(case).dates == 0


@pytest.mark.parametrize("amount", [-5.0, 0.0])
def test_returns_alone_have_a_reason_of_their_own(make_case, amount):
    case = make_case(sales=[{"customer_id": "c", "amount": amount, "date": "2025-08-01"}])
    assert leaving(case) == Unavailable(reason="no_positive_orders")


def test_one_order_is_no_rhythm(make_case):
    case = make_case(sales=[{"customer_id": "c", "amount": 5.0, "date": "2025-08-01"}])
    assert leaving(case).customers.empty


def planted(leave, *, seed=3, many=120):
    """Customers who order at random; a share of them stop for good on a random day."""
    rng = np.random.default_rng(seed)
    frames = []
    for number in range(many):
        gaps = rng.gamma(2.0, 12.0, size=200)
        dates = pd.Timestamp("2022-06-01") + pd.to_timedelta(gaps.cumsum().round(), unit="D")
        stop = pd.Timestamp("2023-06-01") + pd.Timedelta(days=float(rng.uniform(0, 850)))
        dates = dates[dates <= (stop if rng.random() < leave else pd.Timestamp(END))]
        dates = dates[dates <= pd.Timestamp(END)].unique()
        frames.append(pd.DataFrame({"customer_id": f"c{number:03d}", "date": dates,
                                    "amount": 10.0}))  # fmt: skip
    return rows(*frames)


def test_the_record_finds_those_who_left(make_case):
    found = record(make_case(sales=planted(0.5)))
    of = found.states.set_index("state")
    assert found.dates == 8 and found.holds is True
    assert of.loc["lapsed", "precision"] > 0.9 and of.loc["all", "precision"] < 0.6
    assert of.loc["flagged", "recall"] > 0.5 and of.loc["all", "recall"] == 1.0
    assert of.loc["flagged", "stayed_away"] == of.loc[["at_risk", "lapsed"], "stayed_away"].sum()


def test_the_record_does_not_hold_where_nobody_leaves(make_case):
    found = record(make_case(sales=planted(0.0)))
    assert found.holds is False
    assert found.states.set_index("state").loc["all", "precision"] == 0.0


def test_the_sample_names_the_planted_loss_first(sample_company):
    _, truths, company = sample_company
    lost = truths.one("lost_customer")
    first = leaving(reopen(company, scope="region:West")).customers.iloc[0]
    assert first["customer_id"] in lost.subject and first["state"] == "lapsed"
    assert leaving(company).customers.iloc[0]["customer_id"] in lost.subject
    assert record(company).holds is True
    assert record(reopen(company, scope="region:East")).holds is None  # too few were flagged


def test_a_rep_sees_its_own_customers_only(sample_company):
    case = reopen(sample_company[2], scope="rep:R007")
    found = leaving(case)
    assert set(found.customers["customer_id"]) <= set(case.data.sales["customer_id"])
    assert found.customers["rep"].nunique() == 1 and found.scope == "rep"
