"""Names in the parameters that the data do not know are told with the nearest known one."""

from __future__ import annotations

import pytest

from kit.data.named import Known, wrong
from kit.parameters import validate

DATA = Known(
    scopes={"region": ("East", "West"), "team": ("East-1", "West-1", "Both"),
            "rep": ("R001", "R002", "R777")},
    homes={"East-1": ("East",), "West-1": ("West",), "Both": ("East", "West")},
    people=("Li Na", "R001", "Wu Bo", "R002", "M1"),
    dimensions=("Negotiation",),
)  # fmt: skip


def told(data=DATA, **targets):
    settings = validate({"company": "a", "data_dir": ".", "targets": targets}, origin="test")
    return list(wrong(settings.targets, data))


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ({"leavers": {"R01": "2025-08-01"}}, ["targets.leavers: 'R01' is no rep", "'R001'?"]),
        ({"locks": {"rep:R0O2": 1}}, ["targets.locks: 'rep:R0O2' is no rep", "'rep:R002'?"]),
        ({"floors": {"region:Est": 1}}, ["targets.floors: 'region:Est'", "'region:East'?"]),
        ({"caps": {"team:East-l": 1}}, ["targets.caps: 'team:East-l'", "'team:East-1'?"]),
        ({"caps": {"regoin:East": 1}}, ["targets.caps: Scope 'regoin:East'", "'region'?"]),
        ({"hires": [{"team": "Est-1", "on": "2025-08-01"}]},
         ["targets.hires, number 1, team: 'Est-1' is no team", "'East-1'?"]),
        ({"hires": [{"region": "Wst", "on": "2025-08-01"}]},
         ["targets.hires, number 1, region: 'Wst'", "'West'?"]),
        ({"hires": [{"team": "West-1", "region": "East", "on": "2025-08-01"}]},
         ["number 1: the team 'West-1' lies in region 'West', not in 'East'"]),
        ({"goals": [{"name": "G", "scope": "rep:R9"}]}, ["targets.goals, 'G', scope: 'rep:R9'"]),
        ({"goals": [{"name": "G", "measure": "negotation"}]},
         ["'G', measure: 'negotation'", "'Negotiation'?"]),
        ({"goals": [{"name": "G", "owner": "Li Naa"}]}, ["owner: nobody", "'Li Na'?"]),
    ],
)
def test_a_wrong_name_is_told_with_its_parameter_and_the_nearest(targets, said):
    (found,) = told(**targets)
    for words in said:
        assert words in found


@pytest.mark.parametrize(
    "targets",
    [
        {"leavers": {"R777": "2020-01-01"}},  # gone long ago, but known
        {"locks": {"region:East": 1, "rep:R001": 2}, "caps": {"team:Both": 3}},
        {"hires": [{"on": "2025-08-01"}, {"region": "East", "on": "2025-08-01"},
                   {"team": "Both", "region": "West", "on": "2025-08-01"},
                   {"team": "Both", "region": "East", "on": "2025-08-01"}]},
        {"goals": [{"name": "a", "scope": "company", "measure": "margin", "owner": "M1"},
                   {"name": "b", "measure": "Negotiation", "owner": "Head of sales"}]},
    ],
)  # fmt: skip
def test_what_the_data_know_at_any_time_passes(targets):
    assert told(**targets) == []


def test_without_assessments_any_dimension_may_come_yet():
    data = Known(DATA.scopes, dimensions=None)
    assert told(data, goals=[{"name": "G", "measure": "Anything"}]) == []
