"""Where results lie under the output folder, and how they get there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from kit.errors import BatchError
from kit.scope import Scope, safe_name


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

    def packet(self, scope: Scope) -> Path:
        """The folder of a scope's packet."""
        return self.packets / scope.folder

    def work(self, scope: Scope) -> Path:
        """The folder in which a scope's packet is being made."""
        return self.root / ".work" / safe_name(self.period) / scope.folder


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


def write_text(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new one, never a part.

    Raises
    ------
    BatchError
        Where the file cannot be written.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text, encoding="utf-8", newline="\n")
        os.replace(new, path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise BatchError(f"{path}: cannot be written ({error.strerror}).") from None


def fresh(folder: Path) -> Path:
    """Make a folder anew, empty.

    Raises
    ------
    BatchError
        Where the folder cannot be made.
    """
    try:
        if folder.is_symlink():
            folder.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise BatchError(f"{folder}: cannot be made ({error.strerror}).") from None
    return folder


def swap_in(new: Path, place: Path) -> None:
    """Put a finished folder in its place; the folder that was there before is removed after.

    Raises
    ------
    BatchError
        Where the folder cannot be moved; what was there before is back in place then.
    """
    old = _aside(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(old, ignore_errors=True)
        if place.is_symlink():
            place.unlink()
        elif place.exists():
            os.replace(place, old)
        os.replace(new, place)
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
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name}.old")
