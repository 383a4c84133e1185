"""The snapshot: the gate's result, made once from a company's files and kept until they change."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from functools import cache
from pathlib import Path

from kit.data import build, ledger, stored
from kit.data.building import building, move
from kit.data.calendar import FiscalCalendar
from kit.data.progress import Progress, silent
from kit.data.shelf import Shelf
from kit.data.stored import Snapshot, open_snapshot
from kit.disk import sha256, sync_all
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
    progress: Progress | None = None,
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
        Told how far each step has come; see `kit.data.progress`.

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
    A snapshot is built beside its place and renamed into it when it is complete and on the disk: a
    half-written one is never seen, and of two that are built at once one is kept. Each file of the
    company is read when it is new or has changed; what the gate made of the others is taken from
    `<out>/<company>/.stages/`, which may be deleted at any time. The result is the same.
    """
    settings, progress = settings or load(config), progress or silent
    calendar = FiscalCalendar(settings.calendar)
    config_folder = Path(config) if Path(config).is_dir() else Path(config).parent
    sources = data_folder(config, settings)
    digest = cache(sha256)
    progress("files", 0.0)
    mark = build.fingerprint(
        settings, data_folder=sources, config_folder=config_folder, digest=digest
    )
    company = company_folder(config, settings, out=out)
    final = company / "snapshot" / mark
    if _complete(final):
        return open_snapshot(final)

    with building(final.parent) as work:
        (work / "snapshot").mkdir()
        shelf = Shelf(company / ".stages", work_folder=work, digest=digest)
        with closing(shelf):
            with build.connect(work) as connection:
                report = ledger.check(
                    settings, sources, config_folder=config_folder, connection=connection,
                    work_folder=work, progress=progress, shelf=shelf,
                )  # fmt: skip
                build.write(
                    connection, work / "snapshot", calendar=calendar, report=report, mark=mark,
                    work_folder=work, progress=progress,
                )  # fmt: skip
            progress("disk", 0.0)
            sync_all(work / "snapshot")
            _settle(work / "snapshot", final)
            shelf.keep()
    progress("disk", 1.0)
    return open_snapshot(final)


def _complete(folder: Path) -> bool:
    """Whether a snapshot of this format is there with all its files."""
    try:
        open_snapshot(folder)
        files = stored.files(folder)
    except SourceError:
        return False
    return all((folder / name).is_file() for name in files)


def _settle(built: Path, final: Path) -> None:
    """Move a complete snapshot into its place, unless another builder was first."""
    for _ in range(3):
        try:
            move(built, final)
            return
        except OSError:
            if _complete(final):
                return
            spoilt = built.with_name("spoilt")
            shutil.rmtree(spoilt, ignore_errors=True)
            if final.exists():
                os.rename(final, spoilt)
    raise SourceError(f"{final}: cannot be written. See whether the folder is writable.")
