"""The snapshot: the gate's result, made once from a company's files and kept until they change."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from kit.data import build, ledger
from kit.data.calendar import FiscalCalendar
from kit.data.stored import Snapshot, open_snapshot
from kit.errors import SourceError
from kit.parameters import data_folder, load, root_of
from kit.scope import safe_name
from kit.settings import Settings

__all__ = ["Snapshot", "company_folder", "ensure", "open_snapshot"]


def company_folder(config: str | Path, settings: Settings, *, out: str | Path = "outputs") -> Path:
    """The company's folder in outputs, safe whatever its id; `out` starts from the root."""
    return root_of(config) / Path(out).expanduser() / safe_name(settings.company)


def ensure(
    config: str | Path,
    *,
    out: str | Path = "outputs",
    settings: Settings | None = None,
    progress: build.Progress | None = None,
) -> Snapshot:
    """The snapshot of a company's files as they are now: the one that is there, or a new one.

    Parameters
    ----------
    config : path
        The company.yml.
    out : path
        Relative to the folder that holds `parameters/`.
    settings : Settings, optional
        Read from the config where left out.
    progress : callable, optional
        Called with a word on each step.

    Returns
    -------
    Snapshot
        In `<out>/<company>/snapshot/<fingerprint>/`.

    Raises
    ------
    SettingsError, SourceError, LossError
        From the parameters and the gate; nothing is left in `out` then.

    Notes
    -----
    A snapshot is built beside its place and renamed into it when it is complete: a half-written one
    is never seen, and of two that are built at once one is kept.
    """
    settings = settings or load(config)
    calendar = FiscalCalendar(settings.calendar)
    config_folder = Path(config) if Path(config).is_dir() else Path(config).parent
    sources = data_folder(config, settings)
    mark = build.fingerprint(settings, data_folder=sources, config_folder=config_folder)
    final = company_folder(config, settings, out=out) / "snapshot" / mark
    if _complete(final):
        return open_snapshot(final)

    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".building-", dir=final.parent))
    except OSError as error:
        raise SourceError(
            f"{final.parent}: cannot be written ({error.strerror}). Name another folder for out."
        ) from None
    try:
        (work / "snapshot").mkdir()
        with build.connect(work) as connection:
            report = ledger.check(
                settings, sources, config_folder=config_folder, connection=connection,
                work_folder=work, progress=progress,
            )  # fmt: skip
            build.write(
                connection, work / "snapshot", calendar=calendar, report=report, mark=mark,
                progress=progress,
            )  # fmt: skip
        _settle(work / "snapshot", final)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        for parent in final.parents[:3]:  # what a failed build leaves empty
            with contextlib.suppress(OSError):
                parent.rmdir()
    return open_snapshot(final)


def _complete(folder: Path) -> bool:
    """Whether a snapshot of this format is there with all its files."""
    try:
        found = open_snapshot(folder)
    except SourceError:
        return False
    return all((folder / name).is_file() for name in found.manifest["files"])


def _settle(built: Path, final: Path) -> None:
    """Move a complete snapshot into its place, unless another builder was first."""
    for _ in range(3):
        try:
            os.rename(built, final)
            return
        except OSError:
            if _complete(final):
                return
            spoilt = built.with_name("spoilt")
            shutil.rmtree(spoilt, ignore_errors=True)
            if final.exists():
                os.rename(final, spoilt)
    raise SourceError(f"{final}: cannot be written. See whether the folder is writable.")
