"""The unit of work: one scope's notebooks run, laid out and moved to where packets lie."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from kit.errors import KitError
from kit.parameters import dump
from kit.publish import findings, kernels, outputs, packet
from kit.publish.kernels import Failure, NotebookFailed
from kit.scope import Scope
from kit.settings import Settings

Execute = Callable[..., NotebookNode]


@dataclass(frozen=True)
class Notebook:
    """A notebook of the project and the parameters that it declares."""

    path: Path
    declares: frozenset[str]


@dataclass(frozen=True)
class Unit:
    """All that is needed to make one scope's packet, as plain data that can be sent anywhere.

    Parameters
    ----------
    scope : Scope
    title : str
        The scope's name for the eye.
    period : str
    as_of : date
    settings : Settings
        Merged for this scope and period, the command line included.
    snapshot_id : str
        Hash of the data.
    snapshot : Path
        Folder of the snapshot.
    notebooks : tuple of Notebook
        In the order in which they run.
    work, place : Path
        Where the packet is made, and where it is put when it is whole.
    """

    scope: Scope
    title: str
    period: str
    as_of: dt.date
    settings: Settings
    snapshot_id: str
    snapshot: Path
    notebooks: tuple[Notebook, ...]
    work: Path
    place: Path

    @property
    def parameters(self) -> dict[str, str]:
        """What the notebooks are told; paths are relative to the folder they run in."""
        return {
            "config": "settings.yml",
            "scope": str(self.scope),
            "period": self.period,
            "as_of": self.as_of.isoformat(),
            "language": self.settings.language,
            "snapshot": Path(os.path.relpath(self.snapshot, self.work)).as_posix(),
            "controls": "off",
            "plan_file": "targets.csv",
        }

    @property
    def parameters_hash(self) -> str:
        """Hash of the settings and of what the notebooks are told."""
        told = {name: value for name, value in self.parameters.items() if name != "snapshot"}
        return packet.parameters_hash(self.settings, **told)

    @property
    def facts(self) -> packet.PacketFacts:
        """What the packet's frame says."""
        return packet.PacketFacts(
            company=self.settings.title,
            title=self.title,
            kind=self.scope.kind,
            period=self.period,
            as_of=self.as_of,
            language=self.settings.language,
            currency=self.settings.currency,
            snapshot=self.snapshot_id,
            parameters=packet.readable_parameters(self.settings),
            parameters_hash=self.parameters_hash,
            versions=packet.versions(),
        )


def perform(
    unit: Unit,
    *,
    execute: Execute = kernels.execute,
    stopped: Callable[[], bool] = lambda: False,
) -> Failure | None:
    """Make one scope's packet; it appears whole or not at all.

    Parameters
    ----------
    unit : Unit
    execute : callable
        Runs one notebook: `execute(path, parameters, folder=...)`, raising `NotebookFailed`.
    stopped : callable
        Asked before each notebook whether the batch is being stopped.

    Returns
    -------
    Failure or None
        Why there is no packet; the work folder then keeps what was done, to look into.
    """
    notebook = ""
    try:
        outputs.fresh(unit.work)
        outputs.write_text(unit.work / "settings.yml", dump(unit.settings))
        executed = []
        for one in unit.notebooks:
            notebook = one.path.name
            if stopped():
                return Failure(notebook, None, "Stopped", "the batch was stopped")
            told = {key: found for key, found in unit.parameters.items() if key in one.declares}
            executed.append(execute(one.path, told, folder=unit.work))
        notebook = ""
        _finish(unit, executed)
    except NotebookFailed as failed:
        return failed.failure
    except KitError as error:
        return Failure(notebook, None, type(error).__name__, str(error))
    except Exception as error:
        message = kernels.last_line(str(error))
        return Failure(notebook, None, type(error).__name__, message)
    return None


def _finish(unit: Unit, executed: list[NotebookNode]) -> None:
    """Write packet and findings beside the notebooks and move the folder to its place."""
    head: Mapping = {
        "company": unit.settings.company,
        "scope": str(unit.scope),
        "period": unit.period,
        "as_of": unit.as_of.isoformat(),
        "currency": unit.settings.currency,
        "snapshot": unit.snapshot_id,
    }
    found = findings.complete(findings.collect(executed), head=head)
    outputs.write_text(unit.work / "findings.json", findings.dump(found))
    outputs.write_text(unit.work / "packet.html", packet.render(executed, unit.facts))
    (unit.work / "settings.yml").unlink()
    for leftover in unit.work.rglob(".ipynb_checkpoints"):
        shutil.rmtree(leftover, ignore_errors=True)
    outputs.swap_in(unit.work, unit.place)
