"""Price, volume, mix, new and lost, worked by hand, and their sum."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.data.tables import Unavailable
from kit.diagnose import article_effects, customers, effects
from kit.diagnose.reference import Reference, reference
from kit.errors import SettingsError

ADVENTUREWORKS = Path(__file__).parents[3] / "shared/data/adventureworks"


def lines(*rows: tuple) -> pd.DataFrame:
    """Rows of article, customer, line, quantity, list money, net money."""
    names = ["article", "customer_id", "line", "quantity", "list_amount", "amount"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(product_id=frame["article"], list_amount=frame["list_amount"].astype(float))


def split(now, before, **more) -> dict:
    return effects.decompose(now, before, **more)[list(effects.EFFECTS)].sum().to_dict()


def test_price_volume_mix_by_hand():
    before = lines(("A", "C", "L", 10, None, 100.0), ("B", "C", "L", 10, None, 300.0))
    now = lines(("A", "C", "L", 18, None, 162.0), ("B", "C", "L", 6, None, 192.0))
    # price: 18 × (9 − 10) + 6 × (32 − 30) = −6; mean 20, four pieces more: 80;
    # mix: 18 × 10 + 6 × 30 − 400 − 80 = −120.
    assert split(now, before) == pytest.approx(
        {"price": -6, "volume": 80, "mix": -120, "new": 0, "lost": 0}
    )


def test_the_factor_scales_quantities_and_not_prices():
    before = lines(("A", "C", "L", 10, None, 100.0))
    now = lines(("A", "C", "L", 10, None, 100.0))
    assert split(now, before, factor=1.5) == pytest.approx(
        {"price": 0, "volume": -50, "mix": 0, "new": 0, "lost": 0}
    )


def test_new_and_lost_customers_stand_apart():
    before = lines(("A", "C", "L", 10, None, 100.0), ("A", "gone", "L", 5, None, 50.0))
    now = lines(("A", "C", "L", 10, None, 100.0), ("A", "fresh", "L", 7, None, 63.0))
    status = pd.Series({"gone": "lost", "fresh": "new", "C": "kept"})
    assert split(now, before, factor=2.0, status=status) == pytest.approx(
        {"price": 0, "volume": -100, "mix": 0, "new": 63, "lost": -100}
    )


def test_a_deeper_discount_on_other_articles_is_a_price_effect():
    # The customer buys another article of the line: list 50, discount 10 % before, 18 % now.
    before = lines(("A", "C", "L", 10, 1000.0, 900.0), ("B", "D", "L", 10, 500.0, 450.0))
    now = lines(("B", "C", "L", 10, 500.0, 410.0), ("A", "D", "L", 10, 1000.0, 820.0))
    assert split(now, before)["price"] == pytest.approx(-0.08 * 1500)


def test_a_new_article_is_volume_and_mix_not_price():
    before = lines(("A", "C", "L", 10, 100.0, 90.0))
    now = lines(("A", "C", "L", 10, 100.0, 90.0), ("N", "C", "L", 1, 40.0, 36.0))
    found = split(now, before)
    assert found["price"] == pytest.approx(0)
    assert found["volume"] == pytest.approx(9) and found["mix"] == pytest.approx(27)


def test_a_credit_note_without_quantity_is_price():
    before = lines(("A", "C", "L", 10, None, 100.0))
    now = lines(("A", "C", "L", 10, None, 100.0), ("note", "C", "L", 0, None, -15.0))
    assert split(now, before) == pytest.approx(
        {"price": -15, "volume": 0, "mix": 0, "new": 0, "lost": 0}
    )


cell = st.tuples(
    st.sampled_from(["A", "B", None]),
    st.sampled_from(["C", "D", "E", None]),
    st.sampled_from(["L", "M", None]),
    st.integers(-5, 20).map(float),
    st.one_of(st.none(), st.integers(-10_000, 100_000).map(lambda cents: cents / 100)),
    st.integers(-50_000, 100_000).map(lambda cents: cents / 100),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(cell, max_size=8),
    st.lists(cell, max_size=8),
    st.floats(0, 3),
    st.dictionaries(st.sampled_from(["C", "D", "E"]), st.sampled_from(["new", "lost", "kept"])),
)
def test_the_parts_sum_to_the_difference(now, before, factor, status):
    now, before = lines(*now), lines(*before)
    status = pd.Series(status, dtype=object)
    found = split(now, before, factor=factor, status=status)
    whole = now["amount"].sum() - factor * before["amount"].sum()
    assert sum(found.values()) == pytest.approx(whole, abs=1e-4)


def test_who_is_new_and_who_is_lost():
    monthly = pd.date_range("2024-01-05", periods=21, freq="MS") + pd.Timedelta(days=4)
    rows = [("steady", day) for day in monthly]
    rows += [("left", day) for day in monthly[:12]]
    rows += [("slow", pd.Timestamp("2024-02-01")), ("slow", pd.Timestamp("2024-09-01"))]
    rows += [("fresh", pd.Timestamp("2025-08-01")), ("moved", pd.Timestamp("2025-08-01"))]
    sales = pd.DataFrame(rows, columns=["customer_id", "date"]).assign(amount=1.0)
    sales["customer_since"] = pd.NaT
    sales.loc[sales["customer_id"] == "moved", "customer_since"] = pd.Timestamp("2020-01-01")
    held = pd.Series({"steady": 3.0, "left": 3.0, "slow": 1.0})
    found = customers.status(sales, held, end=dt.date(2025, 9, 30), before_end=dt.date(2024, 9, 30))
    assert found["status"].to_dict() == {
        "steady": "kept", "left": "lost", "slow": "lost", "fresh": "new", "moved": "kept"
    }  # fmt: skip
    early = customers.status(sales, held, end=dt.date(2025, 2, 28), before_end=dt.date(2024, 2, 28))
    assert early["status"]["left"] == "kept"  # silent for not quite three of its months


def test_effects_of_a_case_sum_to_actual_less_target(make_case):
    sales = [
        {"date": "2024-08-01", "quantity": 10, "amount": 100.0},
        {"date": "2024-08-02", "quantity": 1, "amount": 50.0, "customer_id": "C2"},
        {"date": "2025-08-01", "quantity": 9, "amount": 81.0},
    ]
    targets = [{"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1,
                "target": 180.0}]  # fmt: skip
    found = effects.revenue(make_case(sales=sales, targets=targets))
    assert list(found["effect"]) == ["price", "volume", "mix", "new", "lost"]
    # factor 1.2: lost 60, price 9 × (9 − 10), three pieces fewer than 12.
    assert found["amount"].tolist() == pytest.approx([-9, -30, 0, 0, -60])


def test_without_target_last_year_is_the_reference(make_case):
    sales = [{"date": "2024-08-01", "amount": 100.0}, {"date": "2025-08-01", "amount": 70.0}]
    case = make_case(sales=sales)
    found = reference(case)
    assert isinstance(found, Reference)
    assert (found.total, found.factor, found.variance) == (100.0, 1.0, -30.0)
    assert effects.revenue(case)["amount"].sum() == pytest.approx(-30)


def test_what_cannot_be_known_is_said(make_case):
    sales = [{"date": "2025-08-01", "amount": 70.0}]
    assert effects.revenue(make_case(sales=sales)) == Unavailable(reason="no_reference")
    targets = [{"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1,
                "target": 180.0}]  # fmt: skip
    case = make_case(sales=sales, targets=targets)
    assert effects.revenue(case) == Unavailable(reason="no_last_year")
    assert effects.revenue(make_case(sales=sales, as_of="2025-06-30")).reason == "not_started"


def test_a_running_period_is_held_against_as_many_working_days(make_case):
    sales = [
        {"date": "2024-07-01", "amount": 10.0},
        {"date": "2024-07-31", "amount": 1000.0},
        {"date": "2025-07-01", "amount": 8.0},
        {"date": "2025-09-01", "amount": 500.0},
    ]
    found = reference(make_case(sales=sales, as_of="2025-07-14"))
    assert (found.actual, found.total) == (8.0, 10.0)
    assert found.before_end == dt.date(2024, 7, 12)  # ten working days each


def amounts(found) -> dict:
    return found.set_index("effect")["amount"].to_dict()


def test_article_by_article_by_hand():
    before = lines(("A", "C", "L", 10, None, 100.0), ("B", "C", "L", 10, None, 300.0),
                   ("gone", "C", "L", 2, None, 20.0))  # fmt: skip
    now = lines(("A", "D", "L", 18, None, 162.0), ("B", "C", "L", 6, None, 192.0),
                ("fresh", "C", "L", 1, None, 9.0), ("note", "C", "L", 0, None, -5.0))  # fmt: skip
    # As above; who bought it does not matter. The credit note, money without pieces, is price.
    assert amounts(effects.between(now, before)) == pytest.approx(
        {"price": -11, "volume": 80, "mix": -120, "new": 9, "lost": -20}
    )
    each = article_effects.table(now, before)
    # Four pieces more of twenty: all articles × 1.2. A: 18 in place of 12, B: 6 in place of 12.
    assert each.loc["A", ["price", "volume", "mix"]].tolist() == pytest.approx([-18, 20, 60])
    assert each.loc["B", ["price", "volume", "mix"]].tolist() == pytest.approx([12, 60, -180])
    assert each["effect"].tolist() == pytest.approx([62, -108, 9, -20, -5])
    by_customer = amounts(effects.between(now, before, level="customer"))
    assert by_customer["new"] == pytest.approx(162) and by_customer["lost"] == 0
    with pytest.raises(SettingsError, match="article"):
        effects.between(now, before, level="artikel")


def test_scaled_to_a_target_prices_stay():
    before = lines(("A", "C", "L", 10, None, 100.0))
    found = effects.between(before, before, factor=1.5)
    assert amounts(found) == pytest.approx(
        {"price": 0, "volume": -50, "mix": 0, "new": 0, "lost": 0}
    )


def test_pieces_are_added_up_within_a_line():
    """A hundred reagents less are no hundred instruments less."""
    before = lines(("I", "C", "Lab", 10, None, 1000.0), ("R", "C", "Reagents", 100, None, 100.0),
                   ("S", "C", "Reagents", 100, None, 300.0))  # fmt: skip
    now = lines(("I", "C", "Lab", 5, None, 500.0), ("R", "C", "Reagents", 120, None, 120.0),
                ("S", "C", "Reagents", 80, None, 240.0))  # fmt: skip
    each = article_effects.table(now, before, within="line")
    assert each["volume"].tolist() == pytest.approx([-500, 0, 0])
    assert each["mix"].tolist() == pytest.approx([0, 20, -60])
    over_all = article_effects.table(now, before)
    assert over_all["volume"].sum() == pytest.approx(-5 / 210 * 1400)
    assert each["effect"].tolist() == over_all["effect"].tolist() == [-500, 20, -60]
    with pytest.raises(SettingsError, match="within"):
        article_effects.table(now, before, within="lines")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(cell, max_size=8),
    st.lists(cell, max_size=8),
    st.floats(0, 3),
    st.sampled_from(list(article_effects.LEVELS)),
    st.lists(st.sampled_from([None, 0.0, 0.5, 6.9, 7.0]), min_size=16, max_size=16),
    st.lists(st.sampled_from([None, "USD", "CNY"]), min_size=16, max_size=16),
)
def test_article_effects_sum_to_the_cent(now, before, factor, level, rates, currencies):
    now, before = lines(*now), lines(*before)
    rated = [
        side.assign(rate=pd.array(rates[at : at + len(side)], dtype="Float64").astype(float),
                    currency=pd.array(currencies[at : at + len(side)], dtype="str"))
        for at, side in ((0, now), (8, before))
    ]  # fmt: skip
    whole = now["amount"].sum() - factor * before["amount"].sum()
    plain = amounts(effects.between(now, before, level=level, factor=factor))
    split_out = amounts(effects.between(*rated, level=level, factor=factor))
    assert sum(plain.values()) == pytest.approx(whole, abs=1e-6)
    assert sum(split_out.values()) == pytest.approx(whole, abs=1e-6)
    without = {**split_out, "price": split_out["price"] + split_out.pop("currency", 0.0)}
    assert {one: without[one] for one in plain} == pytest.approx(plain, abs=1e-5)


def test_rates_alone_are_currency_and_not_price():
    before = lines(("A", "C", "L", 10, None, 700.0)).assign(rate=7.0, currency="USD")
    now = lines(("A", "C", "L", 10, None, 690.0)).assign(rate=6.9, currency="USD")
    found = amounts(effects.between(now, before))
    assert found == pytest.approx(
        {"price": 0, "volume": 0, "mix": 0, "currency": -10, "new": 0, "lost": 0}
    )
    unknown = now.assign(currency="EUR")  # no rate of then: nothing to tell apart
    assert amounts(effects.between(unknown, before))["currency"] == 0
    assert amounts(effects.between(unknown, before))["price"] == pytest.approx(-10)


def test_articles_of_a_case(make_case):
    sales = [
        {"date": "2024-08-01", "product_id": "A", "quantity": 10, "amount": 100.0},
        {"date": "2025-08-01", "product_id": "A", "quantity": 9, "amount": 81.0},
        {"date": "2025-05-01", "product_id": "B", "quantity": 1, "amount": 5.0},
    ]
    targets = [{"scope": "region:East", "period": "2025Q3", "measure": "bookings", "version": 1,
                "target": 180.0}]  # fmt: skip
    case = make_case(sales=sales, targets=targets)
    found = effects.articles(case)
    assert (found.against, found.reference, found.actual) == ("target", 180.0, 81.0)
    assert amounts(found.effects) == pytest.approx(
        {"price": -9, "volume": -90, "mix": 0, "new": 0, "lost": 0}
    )
    plain = amounts(effects.articles(case, against="last_year").effects)
    assert plain["volume"] == pytest.approx(-10)
    last = effects.articles(case, against="last_period")
    assert amounts(last.effects)["new"] == 81 and amounts(last.effects)["lost"] == -5
    assert last.articles["part"].tolist() == ["B", "A"]
    first = make_case(sales=sales[1:2], targets=targets)
    assert effects.articles(first) == Unavailable(reason="no_last_year")


def test_adventureworks_2012_to_2013_to_the_cent():
    if not ADVENTUREWORKS.is_dir():
        pytest.skip(f"{ADVENTUREWORKS} is not there")
    sales = pd.read_csv(
        ADVENTUREWORKS / "FactResellerSales.csv",
        usecols=["OrderDate", "ProductKey", "ResellerKey", "OrderQuantity", "UnitPrice",
                 "SalesAmount"],
        dtype={"ProductKey": str, "ResellerKey": str},
        parse_dates=["OrderDate"],
    )
    products = pd.read_csv(
        ADVENTUREWORKS / "DimProduct.csv", dtype=str,
        usecols=["ProductKey", "ProductAlternateKey", "ProductLine"],
    ).rename(columns={"ProductAlternateKey": "article", "ProductLine": "line"})  # fmt: skip
    sales = sales.merge(products, on="ProductKey", validate="m:1").rename(
        columns={"OrderDate": "date", "ProductKey": "product_id", "ResellerKey": "customer_id",
                 "OrderQuantity": "quantity", "SalesAmount": "amount"}
    )  # fmt: skip
    sales["list_amount"] = sales["quantity"] * sales["UnitPrice"]
    sales["customer_since"] = pd.NaT
    now, before = (sales[sales["date"].dt.year == year] for year in (2013, 2012))
    status = customers.status(
        sales, before.groupby("customer_id")["amount"].sum(),
        end=dt.date(2013, 12, 31), before_end=dt.date(2012, 12, 31),
    )["status"]  # fmt: skip
    found = split(now, before, status=status)
    assert round(sum(found.values()), 2) == 5_381_202.63
    assert all(abs(one) > 1 for one in found.values())


def test_a_return_at_another_rate_leaves_the_mean_rate_where_rates_were():
    def booked(*rows):
        return pd.DataFrame(
            [{"article": "A", "quantity": q, "amount": a, "rate": r, "currency": "USD"}
             for q, a, r in rows]
        )  # fmt: skip

    now = booked((10, 700.0, 7.0))
    before = booked((10, 700.0, 7.0), (-9, -540.0, 6.0))
    found = amounts(effects.between(now, before))
    assert found["currency"] == pytest.approx(0.0)  # all of today's dollars and those sold: at 7
    dearer = amounts(effects.between(booked((10, 690.0, 6.9)), before))
    assert dearer["currency"] == pytest.approx(-10.0)
