"""Where results lie under the output folder, and how they get there whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kit.disk import sha256, sync, sync_all
from kit.errors import BatchError
from kit.scope import Scope, safe_name

LEAST_ROOM = 16 * 2**20  # bytes; a packet needs a fortieth of it


@dataclass(frozen=True)
class Layout:
    """The folders of one company and period under the output folder.

    Parameters
    ----------
    out : Path
        The output folder.
    company, period : str
        As the settings and the calendar name them; whatever they hold, the folders lie in `out`.

    Examples
    --------
    >>> layout = Layout(Path("outputs"), "sample", "2025Q3")
    >>> layout.packets.as_posix(), layout.packet(Scope("region", "East")).as_posix()
    ('outputs/sample/2025Q3', 'outputs/sample/2025Q3/region-East')
    >>> layout.work(Scope("region", "East")).as_posix()
    'outputs/sample/.work/2025Q3/region-East'
    """

    out: Path
    company: str
    period: str

    @property
    def root(self) -> Path:
        """The company's folder."""
        return self.out / safe_name(self.company)

    @property
    def packets(self) -> Path:
        """The period's folder with the packets and their index."""
        return self.root / safe_name(self.period)

    @property
    def state(self) -> Path:
        """Where the state of the running or last batch is kept."""
        return self.root / ".work" / "batch.json"

    @property
    def lock(self) -> Path:
        """The lock that a running batch holds."""
        return self.root / ".work" / "lock"

    def packet(self, scope: Scope) -> Path:
        """The folder of a scope's packet."""
        return self.packets / scope.folder

    @property
    def making(self) -> Path:
        """Where packets are made, and where what failed is left until the next batch."""
        return self.root / ".work" / safe_name(self.period)

    def work(self, scope: Scope) -> Path:
        """Where what a failed scope did is left."""
        return self.making / scope.folder


def require_writable(folder: Path) -> None:
    """Make sure that files can be written under a folder, without leaving anything there.

    Raises
    ------
    BatchError
        Naming the folder and what stands in the way.
    """
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise BatchError(
            f"{folder}: cannot write there ({error.strerror}). Give another folder with --out."
        ) from None
    finally:
        for one in made:
            if one.is_dir():
                one.rmdir()


def require_room(folder: Path) -> None:
    """Make sure that the disk of a folder has room for more packets.

    Raises
    ------
    BatchError
        Naming the folder, what is left and what to do.
    """
    there = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(there).free
    if free < LEAST_ROOM:
        raise BatchError(
            f"{folder}: the disk is full ({free / 2**20:.0f} MB left, at least "
            f"{LEAST_ROOM / 2**20:.0f} MB are needed). Make room, then run again with --resume."
        )


def write_text(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new one, never a part.

    A file that holds the text already is left alone.

    Raises
    ------
    BatchError
        Where the file cannot be written.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        if path.is_file() and path.read_bytes() == text.encode("utf-8"):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text, encoding="utf-8", newline="\n")
        sync(new)
        os.replace(new, path)
    except OSError as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise BatchError(f"{path}: cannot be written ({error.strerror}).") from None


def private(folder: Path) -> Path:
    """Make an empty folder beside the given one, by a name that no other scope can guess.

    Raises
    ------
    BatchError
        Where the folder cannot be made.
    """
    made = folder.with_name(f".making-{secrets.token_hex(8)}")
    try:
        made.mkdir(parents=True)
    except OSError as error:
        raise BatchError(f"{folder.parent}: cannot be written ({error.strerror}).") from None
    return made


def set_aside(work: Path, folder: Path) -> None:
    """Leave what a failed scope did where it can be found."""
    clear(folder)
    with suppress(OSError):
        os.replace(work, folder)


def clear(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as that can be done."""
    if folder.is_symlink():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def keep_only(folder: Path, names: Collection[str]) -> None:
    """Remove whatever a folder holds beside the files of these names, given relative to it.

    A notebook can leave anything in the folder it runs in, and so can another one that finds it.
    """
    for root, folders, files in os.walk(folder, topdown=False):
        for name in (*files, *folders):
            path = Path(root, name)
            if path.is_dir() and not path.is_symlink():
                with suppress(OSError):
                    path.rmdir()  # where nothing is left in it
            elif path.relative_to(folder).as_posix() not in names:
                path.unlink()


def swap_in(new: Path, place: Path) -> None:
    """Put a finished folder in its place; the folder that was there before is removed after.

    What the folder holds is on the disk before it is moved, so that a loss of power leaves the old
    folder or the whole new one.

    Raises
    ------
    BatchError
        Where the folder cannot be moved; what was there before is back in place then.
    """
    old = _aside(place)
    try:
        sync_all(new)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(old, ignore_errors=True)
        if place.is_symlink():
            place.unlink()
        elif place.exists():
            os.replace(place, old)
        os.replace(new, place)
        sync(place.parent)
    except OSError as error:
        if old.exists() and not place.exists():
            os.replace(old, place)
        raise BatchError(f"{place}: cannot be written ({error.strerror}).") from None
    shutil.rmtree(old, ignore_errors=True)


def recover(packets: Path) -> None:
    """Put packets back that a crash in the middle of `swap_in` left aside."""
    if not packets.is_dir():
        return
    for old in sorted(packets.glob(".*.old")):
        place = packets / old.name[1:].removesuffix(".old")
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.replace(old, place)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file under a folder, by its path within it, sorted."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            name = path.relative_to(folder).as_posix()
            found[name] = sha256(path)
    return found


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name}.old")
