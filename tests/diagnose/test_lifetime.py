"""BG/NBD: the published example, a second opinion, planted parameters, and the holdout."""

import numpy as np
import pandas as pd
import pytest

from kit.data.case import reopen
from kit.data.tables import Unavailable
from kit.diagnose import bgnbd
from kit.diagnose.lifetime import lifetime, summary

PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}  # Fader, Hardie and Lee (2005)


@pytest.fixture(scope="module")
def cdnow():
    """The 2,357 customers of the paper, in weeks."""
    datasets = pytest.importorskip("lifetimes.datasets")
    return datasets.load_cdnow_summary(index_col=[0])


@pytest.fixture(scope="module")
def fitted(cdnow):
    return bgnbd.fit(cdnow["frequency"], cdnow["recency"], cdnow["T"])


def test_the_published_parameters_are_found(fitted):
    for name, value in PUBLISHED.items():
        assert getattr(fitted, name) == pytest.approx(value, abs=6e-4)
    assert fitted.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_another_library_says_the_same(cdnow, fitted):
    lifetimes = pytest.importorskip("lifetimes")
    other = lifetimes.BetaGeoFitter()
    other.params_ = pd.Series({name: getattr(fitted, name) for name in PUBLISHED})
    x, tx, span = cdnow["frequency"], cdnow["recency"], cdnow["T"]
    mine = bgnbd.expected(fitted, x, tx, span, ahead=39.0)
    theirs = other.conditional_expected_number_of_purchases_up_to_time(39.0, x, tx, span)
    assert mine == pytest.approx(np.asarray(theirs), rel=1e-6)
    alive = other.conditional_probability_alive(x, tx, span)
    assert bgnbd.chance_alive(fitted, x, tx, span) == pytest.approx(np.asarray(alive), rel=1e-9)


def test_the_papers_customer(fitted):
    # x = 2, tx = 30.43, T = 38.86: 1.226 orders expected in the next 39 weeks
    assert bgnbd.expected(fitted, [2], [30.43], [38.86], ahead=39.0)[0] == pytest.approx(
        1.226, abs=2e-3
    )


def test_many_orders_do_no_harm():
    model = bgnbd.BgNbd(6.8, 10.9, 0.1, 100.0, 0.0)
    x = np.array([0.0, 1.0, 500.0, 5000.0])
    tx, span = np.array([0.0, 150.9, 151.0, 151.0]), np.full(4, 151.0)
    found = bgnbd.expected(model, x, tx, span, ahead=52.0)
    assert np.isfinite(found).all() and (np.diff(found) > 0).all()
    assert np.isfinite(bgnbd.log_likelihood((6.8, 10.9, 0.1, 100.0), x, tx, span)).all()


def test_an_a_of_one_is_no_hole():
    at = [
        bgnbd.expected(bgnbd.BgNbd(0.5, 4.0, a, 2.0, 0.0), [3], [20.0], [30.0], ahead=20.0)[0]
        for a in (0.9999, 1.0, 1.0001)
    ]
    assert at[1] == pytest.approx((at[0] + at[2]) / 2, rel=1e-4)


def test_the_slopes_are_those_of_the_likelihood():
    x, tx, span = [0.0, 1.0, 7.0], [0.0, 4.0, 20.0], [9.0, 30.0, 21.0]
    at = np.array([0.7, 3.0, 0.6, 2.5])
    found = bgnbd.gradient(tuple(at), x, tx, span)
    for number in range(4):
        step = np.eye(4)[number] * 1e-6
        up, down = (bgnbd.log_likelihood(tuple(at + one), x, tx, span) for one in (step, -step))
        assert found[number] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-8)


def orders(model, *, many, weeks, seed):
    """Order days of customers that live by the model, all from the first day."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(many):
        rate, leave = rng.gamma(model.r, 1 / model.alpha), rng.beta(model.a, model.b)
        at = 0.0
        while at <= weeks:
            rows.append((f"c{number:04d}", at))
            if at > 0 and rng.random() < leave:
                break
            at += rng.exponential(1 / rate)
    return pd.DataFrame(rows, columns=["customer", "week"])


def measured(rows, *, until):
    known = rows[rows["week"] <= until].groupby("customer")["week"].agg(["size", "max"])
    return known["size"] - 1.0, known["max"], np.full(len(known), float(until))


def test_planted_parameters_and_totals_come_back():
    planted = bgnbd.BgNbd(1.5, 6.0, 0.8, 6.0, 0.0)
    rows = orders(planted, many=2500, weeks=156, seed=4)
    columns = measured(rows, until=104)
    found = bgnbd.fit(*columns)
    assert found.r / found.alpha == pytest.approx(1.5 / 6.0, rel=0.08)
    assert found.a / (found.a + found.b) == pytest.approx(0.8 / 6.8, rel=0.15)
    expected = bgnbd.expected(found, *columns, ahead=52.0).sum()
    assert expected == pytest.approx((rows["week"] > 104).sum(), rel=0.06)


def test_the_drawn_sums_lie_around_the_formula():
    model = bgnbd.BgNbd(1.5, 6.0, 0.8, 6.0, 0.0)
    columns = measured(orders(model, many=400, weeks=104, seed=5), until=104)
    sums = bgnbd.simulate(model, *columns, ahead=52.0, draws=400, seed=6)
    formula = bgnbd.expected(model, *columns, ahead=52.0).sum()
    assert sums.mean() == pytest.approx(formula, abs=4 * sums.std() / 20)
    again = bgnbd.simulate(model, *columns, ahead=52.0, draws=400, seed=6)
    assert (sums == again).all()


def test_likelihoods_are_those_of_the_formula():
    from math import gamma, log

    r, alpha, a, b, x, tx, span = 0.7, 3.0, 0.6, 2.5, 4, 20.0, 30.0
    beta = gamma(a) * gamma(b + x) / gamma(a + b + x) / (gamma(a) * gamma(b) / gamma(a + b))
    other = gamma(a + 1) * gamma(b + x - 1) / gamma(a + b + x) * gamma(a + b) / gamma(a) / gamma(b)
    front = gamma(r + x) * alpha**r / gamma(r)
    whole = front * (beta / (alpha + span) ** (r + x) + other / (alpha + tx) ** (r + x))
    found = bgnbd.log_likelihood((r, alpha, a, b), [x], [tx], [span])[0]
    assert found == pytest.approx(log(whole))


def sales(many, *, weeks=165, seed=7, start="2022-09-01", **more):
    rows = orders(bgnbd.BgNbd(3.0, 12.0, 0.5, 20.0, 0.0), many=many, weeks=weeks, seed=seed)
    dates = pd.Timestamp(start) + pd.to_timedelta((rows["week"] * 7).round(), unit="D")
    return [
        {"customer_id": who, "date": str(day.date()), "amount": 10.0 + int(who[1:]) % 7, **more}
        for who, day in zip(rows["customer"], dates, strict=True)
        if day <= pd.Timestamp("2025-09-30")
    ]


def test_a_case_whole(make_case):
    case = make_case(sales=sales(150, cost=4.0))
    found = lifetime(case)
    whole = found.totals.iloc[-1]
    assert whole["class"] == "total" and whole["customers"] == 150
    assert found.totals["orders"].iloc[:-1].sum() == pytest.approx(found.orders)
    assert found.low < found.orders < found.high and whole["alive"] <= 150
    assert 0 < whole["margin"] < whole["amount"]
    past = found.holdout
    assert past.customers == 150 and abs(past.error) < 0.15
    assert past.expected_amount == pytest.approx(past.actual_amount, rel=0.2)


def test_returns_lower_the_money_not_the_orders(make_case):
    plain = sales(120)
    back = [{"customer_id": "c0001", "date": "2025-03-03", "amount": -500.0}]
    one, other = lifetime(make_case(sales=plain)), lifetime(make_case(sales=plain + back))
    assert other.orders == one.orders
    assert other.totals.iloc[-1]["amount"] < one.totals.iloc[-1]["amount"]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no_customer_orders"),
        (sales(99), "lifetime_few"),
        (sales(120, start="2024-05-01"), "lifetime_short"),
        ([{"customer_id": f"c{n}", "date": "2023-01-01", "amount": 5.0} for n in range(120)],
         "lifetime_no_repeat"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_withheld(make_case, rows, reason):
    found = lifetime(make_case(sales=rows))
    assert isinstance(found, Unavailable) and found.reason == reason


def test_customers_all_alike_are_fitted(make_case):
    days = pd.date_range("2022-09-01", "2025-09-15", freq="30D").astype(str)
    rows = [
        {"customer_id": f"c{n}", "date": day, "amount": 5.0} for n in range(100) for day in days
    ]
    found = lifetime(make_case(sales=rows))
    assert found.orders == pytest.approx(100 * 365 / 30, rel=0.05)
    assert found.totals.iloc[-1]["amount"] == pytest.approx(5.0 * found.orders, rel=1e-6)
    assert np.isfinite(found.low) and found.totals.iloc[-1]["margin"] == pytest.approx(
        found.totals.iloc[-1]["amount"]
    )


def test_summary_by_hand():
    days = pd.DataFrame(
        {"customer_id": ["a", "a", "a", "b"], "amount": [1.0, 2.0, 3.0, 8.0],
         "date": pd.to_datetime(["2025-01-01", "2025-01-08", "2025-03-01", "2025-01-15"])}
    )  # fmt: skip
    found = summary(days, end=pd.Timestamp("2025-02-05"))
    assert found.loc["a", ["x", "tx", "span", "mean"]].tolist() == [1.0, 1.0, 5.0, 1.5]
    assert found.loc["b", ["x", "tx", "span"]].tolist() == [0.0, 0.0, 3.0]


def test_the_sample_holds_on_the_past_year(sample_company):
    found = lifetime(sample_company[2])
    assert abs(found.holdout.error) < 0.1
    assert found.totals.iloc[-1]["amount"] == pytest.approx(
        found.totals.iloc[-1]["last_year"], rel=0.15
    )
    assert lifetime(reopen(sample_company[2], scope="rep:R007")).reason == "lifetime_few"
