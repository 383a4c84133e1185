"""pyproject.toml, requirements.lock and environment.yml say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def _declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        lines += extra
    return [Requirement(line) for line in lines]


def _locked() -> list[Requirement]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return [Requirement(line.rstrip("\\ ")) for line in lines if re.match(r"[a-z0-9]", line)]


def _conda() -> list[Requirement]:
    parts = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = next(part["pip"] for part in parts if isinstance(part, dict))
    return [Requirement(line) for line in pip if not line.startswith("--editable")]


@pytest.mark.parametrize("declared", _declared(), ids=str)
def test_the_lock_holds_a_version_that_pyproject_allows(declared):
    found = [one for one in _locked() if canonicalize_name(one.name) == canonicalize_name(declared.name)]
    assert found, f"{declared.name} is not in requirements.lock: run `make lock`"
    for one in found:
        (pin,) = one.specifier
        assert declared.specifier.contains(pin.version), f"{one} is outside {declared}"


def test_environment_yml_pins_each_direct_dependency_as_the_lock_does():
    names = {canonicalize_name(one.name) for one in _declared()}
    locked = sorted(str(one) for one in _locked() if canonicalize_name(one.name) in names)
    assert sorted(str(one) for one in _conda()) == locked


def test_environment_yml_asks_for_the_same_python_and_installs_the_kit():
    parts = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"python{project['requires-python']}" in parts
    assert "--editable ." in next(part["pip"] for part in parts if isinstance(part, dict))


def test_every_locked_package_has_hashes_and_no_address():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert blocks and all("--hash=sha256:" in block for block in blocks)
