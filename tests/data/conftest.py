"""The small company, written once, and its snapshot."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def small() -> ModuleType:
    """The module that writes the small company."""
    path = Path(__file__).with_name("company.py")
    spec = importlib.util.spec_from_file_location("small_company", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def small_config(tmp_path_factory, small) -> Path:
    """The small company's company.yml."""
    return small.write_company(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def small_snapshot(small_config):
    """Its snapshot."""
    from kit.data.snapshot import ensure

    return ensure(small_config)
