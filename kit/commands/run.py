"""`kit run`: make the packets of a period."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from kit.commands import options, signals

EPILOG = """\b
Examples:
  kit run --config parameters/sample --period 2025Q3
  kit run --config parameters/sample --period 2025Q3 --as-of 2025-08-20 --by rep --jobs 4
  kit run --config parameters/sample --period 2025Q3 --by rep --resume
  kit run --config parameters/sample --period 2025Q3 --by rep --role rep
  kit run --config parameters/sample --period 2025Q3 --scope region:East --scope company
  kit run --config parameters/sample --period 2025Q3 --notebooks 02,03 --language zh
  kit run --config parameters/sample --period 2025Q3 --set targets.growth=0.1

Exit status: 0 all packets made, 1 some scopes failed, 2 nothing ran as something asked for is
wrong, or the disk is full; 130 and 143 stopped by SIGINT and SIGTERM.
"""
_MB = 2**20
_WEEK, _LARGEST = 7 * 86_400, 2**20  # seconds, and megabytes: a terabyte
_MOST_JOBS = 1024


def _jobs(_context: click.Context, _option: click.Parameter, found: str) -> int:
    if found == "auto":
        return 0
    if found.isdecimal() and 1 <= int(found) <= _MOST_JOBS:
        return int(found)
    raise click.BadParameter(f"'{found}' is neither 'auto' nor a number from 1 to {_MOST_JOBS}.")


@click.command(epilog=EPILOG, short_help="Make the packets of a period.")
@options.config
@click.option("--period", required=True, metavar="P", help="Such as 2025Q3, 2025H2, 2025-08.")
@click.option(
    "--as-of", default="", metavar="D",
    help="Day within the period on which all is seen; none: the last day of the data in it.",
)  # fmt: skip
@click.option(
    "--by", type=click.Choice(["company", "region", "team", "rep"]), default="region",
    show_default=True, help="One packet for each of these.",
)  # fmt: skip
@click.option(
    "--scope", "scopes", multiple=True, metavar="S",
    help="One scope, such as region:East; may be given several times; wins over --by.",
)  # fmt: skip
@click.option("--notebooks", default="", metavar="NN,NN", help="Numbers of notebooks; none: all.")
@click.option(
    "--resume", is_flag=True,
    help="Run only what failed, is missing or was made from other inputs.",
)  # fmt: skip
@click.option(
    "--jobs", default="auto", show_default=True, metavar="N|auto", callback=_jobs,
    help="Scopes at a time; auto: as many as cores and free memory allow.",
)  # fmt: skip
@click.option(
    "--time-limit", type=click.IntRange(0, _WEEK), default=600, show_default=True,
    metavar="SECONDS", help="For each notebook; 0: none.",
)  # fmt: skip
@click.option(
    "--memory-limit", type=click.IntRange(0, _LARGEST), metavar="MB",
    help="For each notebook; 0: none. Not given: what is free, shared among the jobs.",
)  # fmt: skip
@click.option(
    "--kernels", type=click.Choice(["warm", "ordinary"]), default="warm", show_default=True,
    help="Forked from a process that has imported everything, or each started from nothing.",
)  # fmt: skip
@click.option(
    "--role", type=click.Choice(["executive", "manager", "rep"]),
    help="Show only what this role looks at, by track.cadence; none: everything.",
)  # fmt: skip
@click.option("--language", type=click.Choice(["en", "zh"]), help="None: the settings' language.")
@click.option(
    "--scenario", default="", metavar="NAME",
    help="Name or title of one of the company's scenarios, laid over its parameters.",
)  # fmt: skip
@options.out
@options.settings_options
def command(
    config: Path,
    period: str,
    as_of: str,
    by: str,
    scopes: tuple[str, ...],
    notebooks: str,
    resume: bool,
    jobs: int,
    time_limit: int,
    memory_limit: int | None,
    kernels: str,
    role: str | None,
    language: str | None,
    scenario: str,
    out: Path,
    data_dir: Path | None,
    settings: tuple[str, ...],
) -> None:
    """Make one packet for each scope, and the index of the period.

    All that is asked for is checked before any notebook runs. A scope that fails is listed apart;
    the others go on. What is stopped or breaks off goes on with --resume.
    """
    over = options.overrides(settings, data_dir=data_dir)
    from kit.publish import machine, warm

    kernel = warm.kernel(ordinary=kernels == "ordinary")
    # jsonschema, which reads notebooks' schema, would build a grammar of internationalized
    # addresses as it is imported: a second, for a format that the schema does not use.
    sys.modules.setdefault("rfc3987_syntax", None)
    from kit.commands.progress import steps
    from kit.publish import request
    from kit.publish.limits import Limits
    from kit.scenarios import find

    jobs = machine.jobs(jobs)
    held = machine.allowance(jobs) if memory_limit is None else memory_limit * _MB
    scenario = find(config, scenario).name if scenario else ""
    with signals.raised():
        with steps() as progress:
            batch = request.prepare(
                config,
                period=period,
                as_of=as_of,
                by=by,
                scopes=scopes,
                notebooks=[one for one in re.split(r"[,\s]+", notebooks) if one],
                language=language or "",
                scenario=scenario,
                role=role or "",
                out=out,
                overrides=over,
                kernel=kernel.name,
                limits=Limits(time_limit, held),
                progress=progress,
            )
        _require_known(batch, config, scenario=scenario, overrides=over, language=language or "")
        if kernel.note:
            click.echo(kernel.note, err=True)
        _run(batch, jobs=jobs, resume=resume)


def _require_known(
    batch, config: Path, *, scenario: str, overrides: Mapping, language: str
) -> None:
    """Check once, against the whole company's data, whom and what the parameters name."""
    from kit.data.named import require_known
    from kit.parameters import load
    from kit.scope import Scope

    over = {**overrides, **({"language": language} if language else {})}
    period, snapshot = batch.period.name, batch.units[0].snapshot
    first = load(config, period=period, scenario=scenario, overrides=over)
    base = batch.settings.targets
    others = [one.settings for one in batch.units if one.settings.targets != base]
    for one in (batch.settings, first, *others):
        require_known(one, Scope("company"), snapshot=snapshot)


def _run(batch, *, jobs: int, resume: bool) -> None:
    """Run a batch behind a progress bar, and tell what became of it."""
    from tqdm import tqdm

    from kit.publish import batch as batches

    failed = 0
    bar = tqdm(total=len(batch.units), unit="scope", disable=None, dynamic_ncols=True)

    def begun(pending: int, kept: int) -> None:
        bar.reset(total=pending)

    def ended(unit, failure) -> None:
        nonlocal failed
        if failure is not None:
            failed += 1
            bar.set_postfix(failed=failed)
            with tqdm.external_write_mode(nolock=False):
                click.echo(f"{unit.scope}: {failure}", err=True)
        bar.update()

    try:
        with bar:
            result = batches.run(batch, jobs=jobs, resume=resume, begun=begun, ended=ended)
    except signals.Interrupted as stop:
        click.echo(
            f"Stopped. {bar.n - failed} of {bar.total} packets were made; go on with --resume.",
            err=True,
        )
        raise click.exceptions.Exit(stop.code) from None
    _tell(batch, result)


def _tell(batch, result) -> None:
    if not result.done and not result.failures:
        click.echo(f"Nothing to do: {_counted(len(result.kept))} up to date.")
    else:
        kept = f", {len(result.kept)} were up to date" if result.kept else ""
        click.echo(f"{_counted(len(result.done))} made{kept}, {len(result.failures)} failed.")
    if result.remade:
        names = ", ".join(str(scope) for scope in result.remade)
        click.echo(f"Something else changed packets while they were made; made again: {names}")
    click.echo(f"Look at {result.index}")
    if result.failures:
        work = batch.layout.work(next(iter(result.failures))).parent
        click.echo(f"What failed was left in {work}")
        raise click.exceptions.Exit(1)


def _counted(number: int) -> str:
    return f"{number} packet" if number == 1 else f"{number} packets"
