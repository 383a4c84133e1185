"""Warming a process up once, so that those forked from it pay for nothing twice."""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

_PACKAGES = ("kit.plan", "kit.track", "kit.diagnose", "kit.review", "kit.show", "kit.show.figures")
_WIDGETS = "kit.show.live"  # only where somebody sits before the notebook
_MODULES = (
    "encodings.utf_8_sig",
    "holidays.countries.china",
    "IPython.display",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "sklearn.linear_model",
    "kit.data.case",
    "kit.data.hindsight",
    "kit.data.snapshot",
    "kit.publish.record_book",
    "openpyxl",
)
_ALONE = {  # libraries read these as they are imported; without them they start threads
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
_YEARS = range(2015, 2032)  # whose working days are looked up


def warm() -> None:
    """Import all that the four notebooks use, and use once what is slow at its first use.

    Reads no company's files, opens no database, changes no option and prints nothing. Where numpy
    and pyarrow were not imported before, the process is left with its one thread, so that it can
    be forked.
    """
    with _alone():
        for name in (*_MODULES, *_modules()):
            import_module(name)
    _calendar()
    for language in ("en", "zh"):
        _words(language)


@contextmanager
def _alone() -> Iterator[None]:
    """The environment in which libraries start no threads, for as long as they are imported.

    What libraries put into it themselves, as scikit-learn does, is taken out again.
    """
    before = set(os.environ)
    os.environ.update({name: found for name, found in _ALONE.items() if name not in before})
    try:
        yield
    finally:
        for name in set(os.environ) - before:
            del os.environ[name]


def _modules() -> Iterator[str]:
    """The modules of the stages and of what is shown, but for the widgets."""
    for package in map(import_module, _PACKAGES):
        for one in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if one.name != _WIDGETS:
                yield one.name


def _calendar() -> None:
    """The working days of the calendar that holds where a company names none."""
    from kit.data.workdays import require_country, year_workdays
    from kit.settings import Settings

    calendar = Settings(company="warm", data_dir=".").calendar
    require_country(calendar.country)
    for year in _YEARS:
        year_workdays(year, country=calendar.country, subdivision=calendar.subdivision)


def _words(language: str) -> None:
    """The phrases of a language, its ways of writing figures, a table and figures with it."""
    import pandas as pd

    from kit.show import figures, tables
    from kit.show.words import Words

    words = Words(language, "CNY")
    starts = pd.date_range("2025-01-01", periods=6, freq="MS")
    months = pd.DataFrame(
        {
            "period": [f"{one:%Y-%m}" for one in starts], "start": starts, "target": 1e6,
            "actual": [9e5, 1.1e6, 9e5, 1.2e6, 1e6, 8e5], "running": [False] * 5 + [True],
            "variance": 1e5, "variance_share": -0.1, "moving_average": 1e6, "mom": 0.1, "yoy": 0.1,
            "rolling_gap": -1e5,
        }
    )  # fmt: skip
    parts = pd.DataFrame(
        {"part": ["a", "b"], "reference": [1e6, 1e6], "actual": [2e6, 5e5], "effect": [1e6, -5e5]}
    )
    figures.trend(months, words)
    figures.waterfall(parts, words, by="team")
    tables.months(months, words)
    words.list(["a", "b"])
    parts.pivot_table(index="part", values="effect").reset_index().to_dict("records")
