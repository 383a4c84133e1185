"""The files that hold parameters: read, merged in their order, and checked against the models."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from kit import faults, plain_yaml, scenario_file, scenarios
from kit.errors import SettingsError
from kit.scope import Scope
from kit.settings import Settings, keys

_OF_THE_COMPANY = ("company", "data_dir", "sources", "gate", "calendar", "currency")
_EMPTIED = ("locks", "floors", "caps")


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
    """Turn dotted keys into a nested mapping; a list or mapping may be one text in YAML.

    Examples
    --------
    >>> nested({"targets.growth": 0.1, "language": "zh", "targets.ramp": "[0.5, 1]"})
    {'targets': {'growth': 0.1, 'ramp': ['0.5', '1']}, 'language': 'zh'}
    """
    tree: dict = {}
    for dotted, found in overrides.items():
        *parents, last = dotted.split(".")
        leaf: dict = {last: keys.read(dotted, found)}
        for parent in reversed(parents):
            leaf = {parent: leaf}
        tree = merge(tree, leaf)
    return tree


def load(
    config: str | Path,
    *,
    period: str = "",
    scope: Scope | None = None,
    scenario: str = "",
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Merge a company's parameter files and the command line into one typed model.

    Order, later wins: `company.yml`, `periods/<period>.yml`, `regions/<id>.yml`, `teams/<id>.yml`
    or `reps/<id>.yml`, `scenarios/<scenario>.yml`, then `overrides`. Files that are not there are
    passed over, except company.yml and the scenario's. An empty lock, floor or cap takes away what
    an earlier layer set.

    Parameters
    ----------
    config : path
        The company.yml.
    period : str
        Period whose file is merged.
    scope : Scope
        Scope whose file is merged; the file is named like the scope's id.
    scenario : str
        Name of a file in `scenarios/`, without `.yml`, or its title; see `kit.scenarios`.
    overrides : mapping
        Dotted keys, such as `targets.growth`, and their values.

    Returns
    -------
    Settings

    Raises
    ------
    SettingsError
        An unknown key (the nearest known one is named), a wrong type or a value out of range; or a
        key of the whole company, such as `sources`, in another file than company.yml; or a
        scenario that is not there, or that sets more than a plan may vary.
    """
    path = Path(config)
    if path.is_dir():
        path = path / "company.yml"
    layers = [(str(path), plain_yaml.read_yaml(path))]
    names = []
    if period:
        names.append(path.parent / "periods" / f"{_plain(period)}.yml")
    if scope is not None and scope.kind != "company":
        names.append(path.parent / f"{scope.kind}s" / f"{_plain(scope.id)}.yml")
    layers += [(str(name), plain_yaml.read_yaml(name)) for name in names if _exists(name)]
    if scenario:
        chosen = scenarios.find(path.parent, scenario)
        layers.append((str(chosen.path), scenarios.content(chosen)))
    for origin, layer in layers[1:]:
        for key in _OF_THE_COMPANY:
            if key in layer:
                raise SettingsError(
                    f"{origin}: '{key}' holds for the whole company. Put it into {path}."
                )
    if overrides:
        layers.append(("command line", nested(overrides)))
    merged: dict = {}
    for _, layer in layers:
        merged = merge(merged, layer)
    merged = _without_emptied(merged)
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
    for name, layer in layers or [(origin, found)]:
        keys.require_known(layer, name)
    try:
        return Settings.model_validate(dict(found))
    except ValidationError as error:
        told: dict[str, list[str]] = {}
        for at, sentence in faults.sentences(error):
            told.setdefault(faults.holder(at, layers) or origin, []).append(sentence)
        raise SettingsError(
            "; ".join(f"{file}: {'; '.join(sentences)}" for file, sentences in told.items())
        ) from None


def dump(settings: Settings) -> str:
    """Write settings as YAML that `load` reads back to the same model.

    Examples
    --------
    >>> one = Settings(company="007", data_dir="data")
    >>> validate(plain_yaml.parse(dump(one)), origin="dump") == one
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


def _without_emptied(merged: dict) -> dict:
    """The merged mapping without the locks, floors and caps that were left empty."""
    targets = merged.get("targets")
    if not isinstance(targets, Mapping):
        return merged
    left = {
        name: {part: amount for part, amount in targets[name].items() if amount not in ("", None)}
        for name in _EMPTIED
        if isinstance(targets.get(name), Mapping)
    }
    return {**merged, "targets": {**targets, **left}}


def _plain(name: str) -> str:
    return re.sub(r"[/\\\0]", "_", name)


def _exists(path: Path) -> bool:
    """Whether a file is there; there is none of a name that no file can have."""
    try:
        return path.exists()
    except OSError:
        return False


def scenario_files(
    config: str | Path, *, overrides: Mapping[str, Any], scenario: str | None = None
) -> tuple[tuple[str, str], ...]:
    """The scenarios' files, name and text, for a settings file that has all other layers merged.

    Parameters
    ----------
    config : path
        The company.yml.
    overrides : mapping
        Dotted keys and values; those that a scenario may set win over it as over all files.
    scenario : str, optional
        Name of the chosen one; empty: none is. Drafts but this one, and what packets do not show,
        are left out and those beyond counted in a file of their own. Not given: all are there.

    Returns
    -------
    tuple of (str, str)
        By name. The text of a file that cannot be used says what is wrong with it.
    """
    if scenario is None:
        taken, beyond = scenarios.scenarios(config), 0
    else:
        taken, beyond = scenarios.shown(config, chosen=scenario)
    over = scenarios.varied(nested(overrides))
    files = [(one.path.name, _copied(config, one, over, overrides)) for one in taken]
    return tuple([*files, scenarios.left_out(beyond)] if beyond else files)


def _copied(
    config: str | Path, one: scenario_file.Scenario, over: Mapping, overrides: Mapping[str, Any]
) -> str:
    """The text of a scenario's file with what wins over it, or with what is wrong with it."""
    about = {"title": one.title, "note": one.note} | ({"draft": True} if one.draft else {})
    try:
        load(config, scenario=one.name, overrides=overrides)
        return plain_yaml.written(about | merge(scenarios.content(one), over))
    except SettingsError as error:
        return plain_yaml.written(about | {"fault": scenario_file.short(error, one.path)})
