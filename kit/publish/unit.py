"""The unit of work: one scope's notebooks run, laid out and moved to where packets lie."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from kit import scenarios
from kit.errors import KitError
from kit.parameters import dump
from kit.publish import alerts_csv, findings, inputs, kernels, meeting_page, outputs, packet
from kit.publish.failure import STOPPED, Failure, NotebookFailed, last_line
from kit.publish.limits import DEFAULT, Limits
from kit.publish.warm import ORDINARY
from kit.scope import Scope
from kit.settings import Settings

Execute = Callable[..., NotebookNode]
_PLAN = "targets.csv"  # what the notebook that sets targets leaves
_RECORD = "weekly-record.xlsx"  # what the notebook that tracks leaves, for people to fill in


@dataclass(frozen=True)
class Notebook:
    """A notebook of the project, the parameters that it declares and its SHA-256."""

    path: Path
    declares: frozenset[str]
    sha256: str


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
    part : str
        Hash of the part of the data that the scope can read.
    snapshot : Path
        Folder of the snapshot.
    notebooks : tuple of Notebook
        In the order in which they run.
    work, place : Path
        Where what was done is left if it fails, and where the packet is put when it is whole.
    kit : str
        Hash of the kit's code.
    kernel : str
        Name of the kernelspec; decides how fast the notebooks run, not what they give.
    limits : Limits
        Of each notebook.
    scenario : str
        Name of the one that is laid over the settings; empty: none.
    scenarios : tuple of (str, str)
        Name and content of each scenario's file.
    role : str
        Whose sections the packet shows, by `track.cadence`; empty: all.
    """

    scope: Scope
    title: str
    period: str
    as_of: dt.date
    settings: Settings
    part: str
    snapshot: Path
    notebooks: tuple[Notebook, ...]
    work: Path
    place: Path
    kit: str = ""
    kernel: str = ORDINARY
    limits: Limits = DEFAULT
    scenario: str = ""
    scenarios: tuple[tuple[str, str], ...] = ()
    role: str = ""

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
            "plan_file": _PLAN,
            "record_file": _RECORD,
            "scenario_name": self.scenario,
            "role": self.role,
        }

    @cached_property
    def parameters_hash(self) -> str:
        """Hash of the settings and of what the notebooks are told."""
        told = {name: value for name, value in self.parameters.items() if name != "snapshot"}
        told |= {f"scenarios/{name}": text for name, text in self.scenarios}
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
            snapshot=self.part,
            parameters=packet.readable_parameters(self.settings, kind=self.scope.kind),
            parameters_hash=self.parameters_hash,
            versions=packet.versions(),
            role=self.role,
            sections=tuple(self.settings.track.cadence.every(self.role)) if self.role else None,
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
        Runs one notebook: `execute(path, parameters, folder=..., kernel=..., limits=...,
        stopped=...)`, raising `NotebookFailed`.
    stopped : callable
        Asked again and again whether the batch is being stopped.

    Returns
    -------
    Failure or None
        Why there is no packet; `unit.work` then keeps what was done, to look into.
    """
    notebook = ""
    work = None
    try:
        work = outputs.private(unit.work)
        outputs.write_text(work / "settings.yml", dump(unit.settings))
        for name, text in unit.scenarios:
            outputs.write_text(work / scenarios.FOLDER / name, text)
        executed = []
        for one in unit.notebooks:
            notebook = one.path.name
            if stopped():
                return Failure(notebook, None, STOPPED, "the batch was stopped")
            told = {key: found for key, found in unit.parameters.items() if key in one.declares}
            executed.append(
                execute(
                    one.path, told, folder=work, kernel=unit.kernel, limits=unit.limits,
                    stopped=stopped,
                )
            )  # fmt: skip
        notebook = ""
        _finish(unit, executed, work=work)
    except NotebookFailed as failed:
        return failed.failure
    except KitError as error:
        return Failure(notebook, None, type(error).__name__, str(error))
    except Exception as error:
        message = last_line(str(error))
        return Failure(notebook, None, type(error).__name__, message)
    finally:
        if work is not None and work.exists():
            outputs.set_aside(work, unit.work)
    return None


def _finish(unit: Unit, executed: list[NotebookNode], *, work: Path) -> None:
    """Write packet and findings beside the notebooks and move the folder to its place."""
    head: Mapping = {
        "company": unit.settings.company,
        "scope": str(unit.scope),
        "period": unit.period,
        "as_of": unit.as_of.isoformat(),
        "currency": unit.settings.currency,
        "snapshot": unit.part,
    }
    found = findings.complete(findings.collect(executed), head=head)
    outputs.write_text(work / "findings.json", findings.dump(found))
    outputs.write_text(work / "packet.html", packet.render(executed, unit.facts))
    meeting = meeting_page.render(executed, unit.facts)
    if meeting:
        outputs.write_text(work / meeting_page.NAME, meeting)
    if "alerts" in found:
        outputs.write_text(work / alerts_csv.NAME, alerts_csv.alerts_csv([found]))
    notebooks = [f"notebooks/{one.path.name}" for one in unit.notebooks]
    ours = {"packet.html", "findings.json", meeting_page.NAME, alerts_csv.NAME, _PLAN, _RECORD}
    outputs.keep_only(work, {*ours, *notebooks})
    inputs.write(unit, work)
    outputs.swap_in(work, unit.place)
