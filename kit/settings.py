"""The parameters as typed models, and the order in which files and the command line are merged."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from kit.errors import SettingsError, nearest
from kit.scope import Scope

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]
OptionalNumber = Annotated[float | None, BeforeValidator(lambda found: None if found == "" else found)]
OptionalDate = Annotated[dt.date | None, BeforeValidator(lambda found: None if found == "" else found)]


_OF_THE_COMPANY = ("company", "data_dir", "sources", "gate", "calendar", "currency")
_BELOW, _LIST = "needs 'key: value' lines below it", "needs a list, such as [a, b]"
_PLAIN = {"model_type": _BELOW, "dict_type": _BELOW, "tuple_type": _LIST, "list_type": _LIST}


class Model(BaseModel):
    """Base of all parameter models: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CalendarSettings(Model):
    """The fiscal calendar: a start month, a week pattern such as 4-4-5, or explicit starts."""

    start_month: int = Field(1, ge=1, le=12)
    year_named_by: Literal["start", "end"] = "start"
    pattern: Literal["", "4-4-5", "4-5-4", "5-4-4"] = ""
    anchor: OptionalDate = None  # first day of a fiscal year, for a pattern
    long_years: tuple[int, ...] = ()  # fiscal years of 53 weeks, for a pattern
    starts: tuple[dt.date, ...] = ()  # explicit first days of periods
    ends_on: OptionalDate = None  # last day of the last explicit period
    country: str = "CN"  # ISO code for the working days
    subdivision: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> CalendarSettings:
        if self.pattern and self.starts:
            raise ValueError("give either pattern or starts, not both")
        if self.pattern and self.anchor is None:
            raise ValueError("a pattern needs anchor, the first day of one fiscal year")
        if self.starts and list(self.starts) != sorted(set(self.starts)):
            raise ValueError("starts must rise, each day once")
        if self.starts and self.ends_on is not None and self.ends_on < self.starts[-1]:
            raise ValueError("ends_on must not lie before the last start")
        return self


class JoinSettings(Model):
    """A lookup file joined to a source: its columns can be named like the source's own."""

    file: str
    on: str | dict[str, str]  # one column, or {column here: column there}
    sheet: str = ""
    table: str = ""
    delimiter: str = ""
    encoding: str = ""
    prefix: str = ""  # put before the joined columns' names


class ColumnSettings(Model):
    """How one canonical column comes about: from a column, a constant or two columns."""

    column: str = ""
    constant: str | None = None
    compute: tuple[str, Literal["+", "-", "*", "/", "&"], str] | None = None  # & joins texts
    format: str = ""  # strptime format of a date
    values: dict[str, str] = Field(default_factory=dict)  # found value: canonical value
    prefix: str = ""  # put before the value, such as "rep:" before a number of a rep
    scale: float = 1.0  # unit change, multiplied

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
    columns: dict[str, Annotated[ColumnSettings, BeforeValidator(_column)]]


class GateSettings(Model):
    """What the gate lets pass."""

    max_loss: Share = 0.02
    earliest: dt.date = dt.date(1990, 1, 1)
    latest: OptionalDate = None  # latest day allowed in orders; empty: 2100-01-01


class TargetSettings(Model):
    """How a target is set and split."""

    method: Literal["growth", "strategy", "given", "baseline"] = "growth"
    growth: float = Field(0.08, ge=-1, le=10)
    value: OptionalNumber = None  # the amount, for strategy and given
    reserve: Share = 0.0
    unit: float = Field(1000.0, gt=0)
    blend: dict[Literal["history", "potential", "capacity"], Weight] = Field(
        default_factory=lambda: {"history": 0.6, "capacity": 0.4}
    )
    ramp: tuple[Share, ...] = (0.25, 0.5, 0.75)  # share of a full quota in months 1, 2, 3 …
    milestones: dict[int, Share] = Field(default_factory=lambda: {10: 0.25, 20: 0.6})
    achievable: tuple[Share, Share] = (0.3, 0.8)  # band of the chance of target
    objective: str = ""  # strategic objective the target serves
    roll_up: tuple[Literal["company", "region", "team"], ...] = ()  # sum of quotas where unset
    file: str = ""  # the ledger of decided targets; empty: targets.csv beside company.yml


class TrackSettings(Model):
    """Thresholds and windows of tracking."""

    red: float = 0.80
    amber: float = 0.95
    moving_average: int = Field(3, ge=2)
    rolling: int = Field(3, ge=1)
    interval: Share = 0.8
    mom_drop: Share = 0.15
    overdue_days: int = Field(30, ge=0)
    coverage: float = Field(3.0, gt=0)

    @model_validator(mode="after")
    def _rise(self) -> TrackSettings:
        if not self.red < self.amber:
            raise ValueError("red must be below amber")
        return self


class DiagnoseSettings(Model):
    """What diagnosis shows."""

    stages: tuple[str, ...] = Field(("lead", "qualified", "proposal", "won"), min_length=2)
    largest: int = Field(6, ge=2)  # parts of a bridge that are named
    causes: int = Field(3, ge=1)
    min_peers: int = Field(3, ge=3)


class ReviewSettings(Model):
    """Rules of the quarterly review."""

    pip_after: int = Field(3, ge=1)
    relief: Share = 0.10
    weights: dict[Literal["bookings", "margin", "new_customers", "activity"], Weight] = Field(
        default_factory=lambda: {"bookings": 0.6, "margin": 0.15, "new_customers": 0.1, "activity": 0.15}
    )
    action_days: int = Field(30, ge=1)


class Settings(Model):
    """All parameters of one company, for one period and scope once merged."""

    company: str = Field(min_length=1)  # id: names the folder in outputs
    name: str = ""
    currency: str = "CNY"
    language: Literal["en", "zh"] = "en"
    data_dir: str
    calendar: CalendarSettings = CalendarSettings()
    sources: dict[str, SourceSettings] = Field(default_factory=dict)
    gate: GateSettings = GateSettings()
    measures: tuple[
        Literal["bookings", "quantity", "margin", "new_customers", "collections"], ...
    ] = ("bookings", "quantity", "margin", "new_customers", "collections")
    seed: int = 0
    targets: TargetSettings = TargetSettings()
    track: TrackSettings = TrackSettings()
    diagnose: DiagnoseSettings = DiagnoseSettings()
    review: ReviewSettings = ReviewSettings()

    @property
    def title(self) -> str:
        """The company's name for the eye."""
        return self.name or self.company


class _StringLoader(yaml.BaseLoader):
    """Reads every scalar as text, so that 007 stays 007; a key given twice is an error."""


def _mapping(loader: _StringLoader, node: yaml.MappingNode) -> dict:
    seen: dict = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(
                None, None, "a key is a plain text, not a list or mapping", key_node.start_mark
            )
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{key}' stands twice", key_node.start_mark
            )
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


_StringLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> dict:
    """Read a YAML file of parameters, every scalar as text.

    Raises
    ------
    SettingsError
        Where the file is missing, is not UTF-8, is not YAML or holds no mapping.
    """
    try:
        found = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_StringLoader)
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file. Give the path of a company.yml.") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not readable as YAML: {_fault(error)}") from None
    except RecursionError:
        raise SettingsError(f"{path}: not readable as YAML: nested too deeply.") from None
    if found in (None, ""):
        return {}
    if not isinstance(found, dict):
        raise SettingsError(f"{path}: holds no 'key: value' lines.")
    return found


def _fault(error: yaml.YAMLError) -> str:
    """Where a YAML file is wrong, and what is wrong there."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return f"{' '.join(str(error).split())}."
    advice = " Indent with spaces." if "'\\t'" in error.problem else ""
    return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}.{advice}"


def merge(below: Mapping, above: Mapping) -> dict:
    """Merge two nested mappings; where both set a key, `above` wins; lists are replaced whole.

    Examples
    --------
    >>> merge({"targets": {"growth": "0.1", "unit": "10"}}, {"targets": {"growth": "0.2"}})
    {'targets': {'growth': '0.2', 'unit': '10'}}
    """
    merged = dict(below)
    for key, found in above.items():
        both = isinstance(found, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge(merged[key], found) if both else found
    return merged


def nested(overrides: Mapping[str, Any]) -> dict:
    """Turn dotted keys into a nested mapping.

    Examples
    --------
    >>> nested({"targets.growth": 0.1, "language": "zh"})
    {'targets': {'growth': 0.1}, 'language': 'zh'}
    """
    tree: dict = {}
    for dotted, found in overrides.items():
        *parents, last = dotted.split(".")
        leaf: dict = {last: found}
        for parent in reversed(parents):
            leaf = {parent: leaf}
        tree = merge(tree, leaf)
    return tree


def load(
    config: str | Path,
    *,
    period: str = "",
    scope: Scope | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Merge a company's parameter files and the command line into one typed model.

    Order, later wins: `company.yml`, `periods/<period>.yml`, `regions/<id>.yml`, `teams/<id>.yml` or
    `reps/<id>.yml`, then `overrides`. Files that are not there are passed over, except company.yml.

    Parameters
    ----------
    config : path
        The company.yml.
    period : str
        Period whose file is merged.
    scope : Scope
        Scope whose file is merged; the file is named like the scope's id.
    overrides : mapping
        Dotted keys, such as `targets.growth`, and their values.

    Returns
    -------
    Settings

    Raises
    ------
    SettingsError
        An unknown key (the nearest known one is named), a wrong type or a value out of range; or a
        key of the whole company, such as `sources`, in another file than company.yml.
    """
    path = Path(config)
    if path.is_dir():
        path = path / "company.yml"
    layers = [(str(path), read_yaml(path))]
    names = []
    if period:
        names.append(path.parent / "periods" / f"{_plain(period)}.yml")
    if scope is not None and scope.kind != "company":
        names.append(path.parent / f"{scope.kind}s" / f"{_plain(scope.id)}.yml")
    layers += [(str(name), read_yaml(name)) for name in names if _exists(name)]
    for origin, layer in layers[1:]:
        for key in _OF_THE_COMPANY:
            if key in layer:
                raise SettingsError(
                    f"{origin}: '{key}' holds for the whole company. Put it into {path}."
                )
    if overrides:
        layers.append(("command line", nested(overrides)))
    merged: dict = {}
    for origin, layer in layers:
        _known(layer, origin)
        merged = merge(merged, layer)
    merged.setdefault("company", path.resolve().parent.name)
    return validate(merged, origin=str(path), layers=layers)


def validate(
    found: Mapping, *, origin: str, layers: Sequence[tuple[str, Mapping]] = ()
) -> Settings:
    """Check a merged mapping against the model.

    Parameters
    ----------
    found : mapping
    origin : str
        What an error names.
    layers : sequence of (str, mapping)
        What was merged, later wins; an error then names the layer that holds the key.

    Raises
    ------
    SettingsError
        Naming origin, key, what was found and what is allowed.
    """
    try:
        return Settings.model_validate(dict(found))
    except ValidationError as error:
        told: dict[str, list[str]] = {}
        for at, sentence in _sentences(error):
            told.setdefault(_holder(at, layers) or origin, []).append(sentence)
        raise SettingsError(
            "; ".join(f"{file}: {'; '.join(sentences)}" for file, sentences in told.items())
        ) from None


def dump(settings: Settings) -> str:
    """Write settings as YAML that `load` reads back to the same model.

    Examples
    --------
    >>> one = Settings(company="007", data_dir="data")
    >>> validate(yaml.load(dump(one), Loader=_StringLoader), origin="dump") == one
    True
    """
    return yaml.safe_dump(
        settings.model_dump(mode="json", exclude_defaults=True), allow_unicode=True, sort_keys=True
    )


def root_of(config: str | Path) -> Path:
    """The folder that relative `data_dir`s start from.

    It is the folder that holds `parameters/`, where the company.yml lies within such a folder, and
    the company.yml's own folder otherwise.
    """
    path = Path(config).resolve()
    here = path if path.is_dir() else path.parent
    for parent in (here, *here.parents):
        if parent.name == "parameters":
            return parent.parent
    return here


def data_folder(config: str | Path, settings: Settings) -> Path:
    """The folder with the company's own files, as an absolute path."""
    return (root_of(config) / Path(settings.data_dir).expanduser()).resolve()


def _plain(name: str) -> str:
    return re.sub(r"[/\\\0]", "_", name)


def _exists(path: Path) -> bool:
    """Whether a file is there; there is none of a name that no file can have."""
    try:
        return path.exists()
    except OSError:
        return False


def _holder(at: tuple, layers: Sequence[tuple[str, Mapping]]) -> str:
    """The layer that holds the most of a key's path, of several the last one."""
    found, most = "", -1
    for origin, layer in layers:
        depth, below = 0, layer
        while depth < len(at) and isinstance(below, Mapping) and at[depth] in below:
            below, depth = below[at[depth]], depth + 1
        if depth and depth >= most:
            found, most = origin, depth
    return found


def _known(layer: Mapping, origin: str, model: type[BaseModel] = Settings, at: str = "") -> None:
    """Refuse unknown keys layer by layer, so that the error names the file that holds the key."""
    for key, found in layer.items():
        if key not in model.model_fields:
            raise SettingsError(
                f"{origin}: unknown key '{at}{key}'. {nearest(str(key), model.model_fields)}"
            )
        kind = model.model_fields[key].annotation
        if isinstance(found, Mapping) and isinstance(kind, type) and issubclass(kind, BaseModel):
            _known(found, origin, kind, f"{at}{key}.")


def _sentences(error: ValidationError) -> list[tuple[tuple, str]]:
    """What is wrong, each with the path of its key."""
    sentences = []
    for one in error.errors():
        at = tuple(part for part in one["loc"] if part != "[key]")
        where = ".".join(str(part) for part in at) or "the file"
        if one["type"] == "extra_forbidden":
            known = _fields_at(at[:-1])
            told = f"unknown key '{where}'. {nearest(str(at[-1]), known)}"
        elif one["type"] == "missing":
            told = f"the key '{where}' is missing"
        else:
            message = _PLAIN.get(one["type"], one["msg"].removeprefix("Value error, "))
            shown = "" if isinstance(one["input"], dict) else f", found '{one['input']}'"
            told = f"'{where}': {message}{shown}"
        sentences.append((at, told))
    return sentences


def _fields_at(parts: tuple) -> list[str]:
    models = {"sources": SourceSettings, "columns": ColumnSettings, "joins": JoinSettings}
    model: type[BaseModel] = Settings
    for part in parts:
        if part in models:
            model = models[part]
        elif part in model.model_fields:
            kind = model.model_fields[part].annotation
            model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else model
    return list(model.model_fields)
