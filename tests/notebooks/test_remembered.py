"""What a case remembers while the notebooks run is what a fresh case gives: nobody changed it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

from kit.data.case import Case, reopen

SCOPES = [("rep:R007", ""), ("team:East-2", "2025-08-20")]


def run_all(project, *, scope: str, as_of: str, monkeypatch) -> Case:
    """One case with which the cells of all four notebooks were run, one after the other."""
    monkeypatch.chdir(project)
    names: dict[str, Any] = {}
    for path in sorted((project / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and not ("open_desk(" in cell.source and "desk" in names):
                exec(compile(cell.source, path.name, "exec"), names)  # noqa: S102
            if "parameters" in cell.metadata.get("tags", ()):
                names |= {"scope": scope, "period": "2025Q3", "as_of": as_of, "controls": "off"}
                names |= {"plan_file": str(project / "plan.csv")}
    return names["case"]


def same(one: Any, other: Any) -> None:
    """Check that two results are equal to the last bit."""
    assert type(one) is type(other)
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    elif isinstance(one, pd.Series):
        pd.testing.assert_series_equal(one, other, check_exact=True)
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
    elif is_dataclass(one):
        for field in fields(one):
            same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            same(*pair)
    elif isinstance(one, dict):
        same(list(one), list(other))
        same(list(one.values()), list(other.values()))
    else:
        assert one == other or (one != one and other != other)


@pytest.mark.parametrize(("scope", "as_of"), SCOPES)
def test_what_was_remembered_is_what_a_fresh_case_gives(project, scope, as_of, monkeypatch):
    case = run_all(project, scope=scope, as_of=as_of, monkeypatch=monkeypatch)
    own, shared = vars(case)["_remembered"], vars(case.data)["_remembered"]
    assert {"causes", "forecast", "outlook", "standing"} <= {key[0].__name__ for key in own}
    again = reopen(case)
    same(dict(case.data.frames), dict(again.data.frames))
    for (function, arguments, *named), kept in own.items():
        fresh = replace(again, data=replace(again.data))
        same(kept, function(fresh, *arguments, **dict(named)))
    for (function, arguments, *named), kept in shared.items():
        same(kept, function(replace(again.data), *arguments, **dict(named)))
