"""AdventureWorks, a real company: quotas, results and attainment to the cent."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from kit.data.case import open_case, reopen
from kit.data.tables import Unavailable
from kit.diagnose import funnel
from kit.parameters import data_folder, load
from kit.track import pacing

CONFIG = Path(__file__).resolve().parents[2] / "parameters" / "adventureworks" / "company.yml"
DATA = data_folder(CONFIG, load(CONFIG))

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the AdventureWorks files are not at {DATA}; see data_dir"
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    out = tmp_path_factory.mktemp("adventureworks")
    first = open_case(CONFIG, out=str(out))

    def one(scope: str, period: str):
        return reopen(first, scope=scope, period=period)

    return one


@pytest.fixture(scope="module")
def expected():
    table = pd.read_csv(DATA / "expected_attainment.csv", dtype={"EmployeeKey": str})
    assert len(table) == 95
    return table


def test_each_rep_and_period_agrees_with_the_independent_figures(opened, expected):
    wrong = []
    for row in expected.itertuples(index=False):
        standing = pacing.standing(opened(f"rep:{row.EmployeeKey}", row.PeriodStart)).iloc[0]
        same = (
            standing["target"] == row.Quota
            and round(standing["actual"], 2) == round(row.Actual, 2)
            and standing["attainment"] == pytest.approx(row.Attainment, abs=1e-9)
        )
        if not same:
            wrong.append((row.EmployeeKey, row.PeriodStart, standing.to_dict()))
    assert not wrong


def test_all_periods_together(opened):
    standing = pacing.standing(opened("company", "2010-12-29..2013-09-29")).iloc[0]
    assert standing["target"] == 95_714_000
    assert round(standing["actual"], 2) == 80_450_596.98
    assert round(standing["attainment"], 3) == 0.841


def test_all_quotas_sum_rep_by_rep_and_period_by_period(opened):
    quota = actual = 0.0
    company = opened("company", "2012-09-28")
    for start in company.settings.calendar.starts:
        standing = pacing.standing(opened("company", start.isoformat())).iloc[0]
        quota += standing["target"]
        actual += standing["actual"]
    assert quota == 95_714_000
    assert round(actual, 2) == 80_450_596.98


def test_a_region_goes_by_the_territory_of_the_order(opened):
    sales = pd.read_csv(DATA / "FactResellerSales.csv", parse_dates=["OrderDate"])
    territory = pd.read_csv(DATA / "DimSalesTerritory.csv", keep_default_na=False)
    sales = sales.merge(territory, on="SalesTerritoryKey")
    sales = sales[sales["OrderDate"].between("2012-09-28", "2012-12-27")]
    by_region = sales.groupby("SalesTerritoryRegion")["SalesAmount"].sum()
    assert len(by_region) >= 5
    for region, amount in by_region.items():
        standing = pacing.standing(opened(f"region:{region}", "2012-09-28")).iloc[0]
        assert round(standing["actual"], 2) == round(amount, 2)
        assert standing["status"] == "no_target"


def test_what_needs_a_missing_table_names_it(opened):
    found = funnel.steps(opened("company", "2012-09-28"))
    assert found == Unavailable(table="opportunities")
