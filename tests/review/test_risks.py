"""The risk register: figures worked by hand, limits, trends, owners, and what is missing."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import SettingsError
from kit.review import risks
from kit.review.risk_figures import FIGURES
from kit.settings.risks import USUAL, RiskSettings


def sale(rep, day, amount, customer="C1", **more):
    return {"rep_id": rep, "date": day, "amount": amount, "customer_id": customer, **more}


def roster(*reps, manager="M1"):
    rows = [{"rep_id": rep, "valid_from": "2020-01-01", "name": f"Name {rep}", "team": "East-1",
             "region": "East", "manager_id": manager, "capacity": 1.0} for rep in reps]  # fmt: skip
    return [*rows, {**rows[0], "rep_id": "M1", "name": "Boss", "manager_id": None}]


SALES = [
    sale("R1", "2024-08-10", 100.0, "C1", list_amount=110.0),
    sale("R1", "2025-02-10", 60.0, "C1"), sale("R2", "2025-02-11", 20.0, "C2"),
    sale("R1", "2025-08-10", 70.0, "C1", list_amount=100.0),
    sale("R2", "2025-08-11", 50.0, "C3", list_amount=50.0),
]  # fmt: skip


def one(case, name):
    found = risks.risks(case).table.set_index("risk")
    return found.loc[name] if name in found.index else None


def test_figures_of_customers_people_and_discount_by_hand(make_case):
    case = make_case(sales=SALES, roster=roster("R1", "R2"))
    found = risks.risks(case).table.set_index("risk")
    assert found.loc["largest_customer", ["value", "stake"]].tolist() == [0.65, 130.0]
    assert found.loc["largest_customer", "state"] == "warning"
    assert found.loc["largest_customer", "subjects"] == ("Customer C1",)
    assert found.loc["one_rep", "value"] == 0.65
    assert found.loc["one_rep", ["watch", "warning"]].tolist() == [0.75, 1.0]  # of two people
    assert found.loc["one_rep", "state"] == "quiet"
    rise = (1 - 120 / 150) - (1 - 100 / 110)
    assert found.loc["discount", "value"] == pytest.approx(rise)
    assert found.loc["discount", "stake"] == pytest.approx(rise * 150)
    assert found["state"].map(list(risks.STATES).index).is_monotonic_increasing


def test_a_missing_table_is_named_once_with_its_risks(make_case):
    found = risks.risks(make_case(sales=SALES, roster=roster("R1", "R2")))
    assert dict(found.missing) == {
        "opportunities": ("coverage", "slipping_deals"), "market": ("share_loss",),
        "receipts": ("overdue",), "expenses": ("expense",),
    }  # fmt: skip


def test_overdue_receipts_and_the_trend_as_it_was_known_then(make_case):
    paid = {"customer_id": "C1", "rep_id": "R1"}
    receipts = [
        {"invoice_id": "I1", "invoiced_on": "2025-05-01", "due_on": "2025-06-15", "amount": 40.0,
         "received_on": "2025-08-01", **paid},
        {"invoice_id": "I2", "invoiced_on": "2025-06-01", "due_on": "2025-08-01", "amount": 60.0,
         **paid},
        {"invoice_id": "I3", "invoiced_on": "2025-09-01", "due_on": "2025-12-01", "amount": 140.0,
         **paid},
    ]  # fmt: skip
    found = one(make_case(sales=SALES, roster=roster("R1", "R2"), receipts=receipts), "overdue")
    assert (found["value"], found["stake"]) == (0.3, 60.0)  # 60 of 200
    assert found["before"] == pytest.approx(0.4)  # 40 of 100 at the end of June
    assert (found["trend"], found["state"]) == ("better", "watch")  # on the limit is not beyond it
    assert (found["owner_role"], found["owner"]) == ("sales_manager", "Boss")


def test_expenses_over_budget(make_case):
    spent = [{"date": day, "region": "East", "kind": "travel", "amount": 11.0, "budget": 10.0}
             for day in ("2025-07-01", "2025-08-01", "2025-09-01")]  # fmt: skip
    found = one(make_case(sales=SALES, roster=roster("R1", "R2"), expenses=spent), "expense")
    assert found["value"] == pytest.approx(1.1) and found["stake"] == pytest.approx(3.0)
    assert found["state"] == "warning"


def test_parameters_move_limits_switch_off_and_name_people(make_case):
    settings = {
        "review.risks.limits": {"largest_customer": {"watch": 0.7, "warning": 0.9,
                                                     "owner": "analyst"},
                                "one_rep": {"on": False}},
        "review.risks.people": {"analyst": "Wu"},
    }  # fmt: skip
    case = make_case(sales=SALES, roster=roster("R1", "R2"), settings=settings)
    found = one(case, "largest_customer")
    assert (found["state"], found["owner"]) == ("quiet", "Wu")
    assert one(case, "one_rep") is None


def test_limits_the_wrong_way_round_are_refused():
    with pytest.raises(ValueError, match="warning 0.1 must lie above watch 0.15"):
        RiskSettings(limits={"largest_customer": {"warning": 0.1}})
    with pytest.raises(ValueError, match="must lie below"):
        RiskSettings(limits={"coverage": {"warning": 1.2}})
    assert set(USUAL) == set(FIGURES)


def test_a_rep_reads_no_figure_of_others(make_case):
    case = make_case(sales=[one for one in SALES if one["rep_id"] == "R1"],
                     roster=roster("R1")[:1], scope="rep:R1")  # fmt: skip
    found = risks.risks(case).table.set_index("risk")
    assert "one_rep" not in found.index
    assert found["owner"].dropna().isin(["Name R1"]).all()


@pytest.mark.parametrize(
    "sales",
    [[], [sale("R1", "2025-08-01", -5.0)], [sale("R1", "2025-08-01", 0.0)],
     [sale("R1", "2025-08-01", 5.0)] * 3],
)  # fmt: skip
def test_few_or_odd_rows_break_nothing(make_case, sales):
    found = risks.risks(make_case(sales=sales, roster=roster("R1")))
    assert np.isfinite(found.table["value"].astype(float)).all()


@given(
    value=st.floats(-2, 2), watch=st.floats(0, 1), further=st.floats(0, 1), below=st.booleans()
)
def test_a_graver_figure_is_never_a_milder_state(value, watch, further, below):
    warning = watch - further if below else watch + further
    rank = list(reversed(risks.STATES)).index
    now = rank(risks.state(value, watch=watch, warning=warning, below=below))
    worse = value - 0.5 if below else value + 0.5
    assert rank(risks.state(worse, watch=watch, warning=warning, below=below)) >= now


def test_the_past_is_seen_as_it_was(make_case):
    case = make_case(sales=SALES, roster=roster("R1", "R2"))
    past = risks.earlier(case)
    assert (past.period.name, str(past.as_of)) == ("2025Q2", "2025-06-30")
    assert past.data.sales["date"].max() <= pd.Timestamp("2025-06-30")
    young = dataclasses.replace(case, period=case.calendar.period("2024Q3"))
    assert risks.earlier(young) is None


def test_the_sample_warns_of_the_planted_discount_in_the_south(sample_company):
    from kit.data.case import reopen

    *_, case = sample_company
    south = one(reopen(case, scope="region:South"), "discount")
    assert south["state"] == "warning" and south["trend"] == "worse"
    assert 0.04 < south["value"] < 0.08  # 8 % of list on two of four lines


def test_an_unknown_risk_in_the_parameters_is_refused(make_case):
    with pytest.raises(SettingsError, match="largest_custmer"):
        make_case(settings={"review.risks.limits": {"largest_custmer": {"on": False}}})
