"""Orders in another currency: taken in where they say at which rate, told apart from price."""

from __future__ import annotations

import pandas as pd
import pytest

from kit.data.case import open_case
from kit.diagnose import effects

ROSTER = "rep_id,valid_from,name,team,region\nR1,2020-01-01,Wang,East-1,East\n"
ORDERS = """order_id,line_no,date,rep_id,product_id,quantity,own,currency,rate
O1,1,2024-07-01,R1,P1,10,100,USD,7.0
O2,1,2024-07-02,R1,P1,10,700,CNY,
O3,1,2025-07-01,R1,P1,12,132,usd,6.9
O4,1,2025-07-02,R1,P1,10,700,CNY,1
O5,1,2025-07-02,R1,P1,10,90,EUR,
O6,1,2025-07-02,R1,P1,10,90,EUR,0
"""
CONFIG = """
company: rates
currency: CNY
data_dir: .
gate: {max_loss: 0.5}
sources:
  roster:
    file: roster.csv
    columns: {rep_id: rep_id, valid_from: valid_from, name: name, team: team, region: region}
  orders:
    file: orders.csv
    columns:
      order_id: order_id
      line_no: line_no
      date: date
      rep_id: rep_id
      product_id: product_id
      quantity: quantity
      amount: {compute: [own, "*", factor]}
      currency: currency
      rate: rate
"""


@pytest.fixture
def company(tmp_path):
    orders = ORDERS.splitlines()
    rows = [line + "," + (line.rsplit(",", 1)[1] or "1") for line in orders[1:]]
    (tmp_path / "orders.csv").write_text("\n".join([orders[0] + ",factor", *rows]) + "\n")
    (tmp_path / "roster.csv").write_text(ROSTER)
    (tmp_path / "company.yml").write_text(CONFIG)
    return tmp_path


def test_amounts_with_a_rate_are_kept_and_those_without_are_refused(company):
    case = open_case(company / "company.yml", period="2025Q3", out=company / "outputs")
    sales = case.data.sales.set_index("order_id")
    assert sorted(sales.index) == ["O1", "O2", "O3", "O4"]
    assert sales["amount"].to_dict() == pytest.approx(
        {"O1": 700.0, "O2": 700.0, "O3": 910.8, "O4": 700.0}
    )
    assert sales.loc["O3", "rate"] == 6.9 and pd.isna(sales.loc["O2", "rate"])
    lost = case.data.frame("excluded")
    assert lost["rule"].tolist() == ["wrong_currency"] and lost["unread"].tolist() == [2]
    held = case.data.frame("source_days")
    assert held["amount"].sum() == pytest.approx(700 + 700 + 910.8 + 700)


def test_the_rates_stand_apart_from_the_price(company):
    case = open_case(company / "company.yml", period="2025Q3", out=company / "outputs")
    found = effects.articles(case)
    amounts = found.effects.set_index("effect")["amount"].to_dict()
    # 20 pieces at 70 then, 22 now: +140. 132 dollars at 6.9 in place of 7.0: −13.2.
    # What is left: 1610.8 − 22 × 70 + 13.2 = 84, 12 dollars more at 7.0.
    assert amounts == pytest.approx(
        {"price": 84.0, "volume": 140.0, "mix": 0.0, "currency": -13.2, "new": 0.0, "lost": 0.0}
    )
    assert list(found.articles)[1:5] == ["price", "volume", "mix", "currency"]
