"""Options that several commands share, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

config = click.option(
    "--config", required=True, metavar="C", type=click.Path(path_type=Path),
    help="The company.yml, or the folder it lies in.",
)  # fmt: skip
out = click.option(
    "--out", default="outputs", show_default=True, metavar="DIR", type=click.Path(path_type=Path),
    help="Folder for all that is made.",
)  # fmt: skip
data_dir = click.option(
    "--data-dir", metavar="D", type=click.Path(path_type=Path),
    help="Folder of the company's files, in place of the settings' data_dir.",
)  # fmt: skip


def settings_options(function: Callable) -> Callable:
    """Add --data-dir and --set."""
    single = click.option(
        "--set", "settings", multiple=True, metavar="KEY=VALUE",
        help="A parameter, such as targets.growth=0.1; may be given several times.",
    )  # fmt: skip
    return data_dir(single(function))


def overrides(settings: Sequence[str], *, data_dir: Path | None = None) -> dict[str, str]:
    """Dotted keys and values from `key=value` texts.

    Examples
    --------
    >>> overrides(["targets.growth=0.1", "name=A = B"])
    {'targets.growth': '0.1', 'name': 'A = B'}
    """
    found = {}
    for one in settings:
        key, equals, value = one.partition("=")
        if not equals or not key.strip():
            raise click.BadParameter(f"'{one}' is not of the form key=value.", param_hint="--set")
        found[key.strip()] = value.strip()
    if data_dir is not None:
        found["data_dir"] = str(data_dir.resolve())
    return found
