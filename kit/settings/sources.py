"""Where the tables come from, and what the gate lets pass, as parameters."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from kit.settings.base import Model, OptionalDate, Share


class JoinSettings(Model):
    """A lookup file joined to a source: its columns can be named like the source's own."""

    file: str
    on: str | dict[str, str]  # one column, or {column here: column there}
    sheet: str = ""
    table: str = ""
    delimiter: str = ""
    encoding: str = ""
    prefix: str = ""  # put before the joined columns' names


def _listed(found: Any) -> Any:
    if not isinstance(found, dict):
        return found
    return {name: (one,) if isinstance(one, str) else one for name, one in found.items()}


Only = Annotated[
    dict[str, Annotated[tuple[str, ...], Field(min_length=1)]], BeforeValidator(_listed)
]


class ColumnSettings(Model):
    """How one canonical column comes about: from a column, a constant or two columns."""

    column: str = ""
    constant: str | None = None
    compute: tuple[str, Literal["+", "-", "*", "/", "&"], str] | None = None  # & joins texts
    format: str = ""  # strptime format of a date
    values: dict[str, str] = Field(default_factory=dict)  # found value: canonical value
    prefix: str = ""  # put before the value, such as "rep:" before a number of a rep
    scale: float = 1.0  # unit change, multiplied
    only: Only = Field(default_factory=dict)  # rows in which it is filled, as a source's

    @model_validator(mode="after")
    def _one_way(self) -> ColumnSettings:
        ways = [bool(self.column), self.constant is not None, self.compute is not None]
        if sum(ways) != 1:
            raise ValueError("give exactly one of column, constant, compute")
        return self


def _column(found: Any) -> Any:
    return {"column": found} if isinstance(found, str) else found


class SourceSettings(Model):
    """Where a canonical table comes from: a file and how its columns are mapped."""

    file: str  # relative to data_dir; a pattern such as orders-*.csv takes several
    sheet: str = ""  # Excel
    table: str = ""  # DuckDB file
    delimiter: str = ""  # empty: found
    encoding: str = ""  # empty: found
    header_row: int = Field(1, ge=1)
    joins: tuple[JoinSettings, ...] = ()
    only: Only = Field(default_factory=dict)  # rows to take: {column: value or list of values}
    columns: dict[str, Annotated[ColumnSettings, BeforeValidator(_column)]]


class GateSettings(Model):
    """What the gate lets pass."""

    max_loss: Share = 0.02
    earliest: dt.date = dt.date(1990, 1, 1)
    latest: OptionalDate = None  # latest day allowed in orders; empty: 2100-01-01
