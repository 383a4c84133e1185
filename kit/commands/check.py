"""`kit check`: what the gate keeps, repairs and refuses of a company's files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from kit.commands import options
from kit.errors import BatchError

EPILOG = """\b
Examples:
  kit check --config parameters/sample
  kit check --config parameters/adventureworks --data-dir ../shared/data/adventureworks

Exit status: 0 the files can be used, 2 they cannot.
"""


@click.command(epilog=EPILOG, short_help="Check a company's files.")
@options.config
@options.out
@options.settings_options
def command(config: Path, out: Path, data_dir: Path | None, settings: tuple[str, ...]) -> None:
    """Let a company's files through the gate and tell what it kept, repaired and refused.

    All refused rows, each with file, line, column, value and rule, are written to refused.csv.
    Columns of the opportunities that were filled in after the outcome are named: no chance of
    winning may be learnt from them.
    """
    over = options.overrides(settings, data_dir=data_dir)
    from kit.commands.progress import steps
    from kit.data import build, ledger
    from kit.data.building import building
    from kit.parameters import data_folder, load
    from kit.publish.outputs import Layout, require_writable
    from kit.track.raw_leaks import raw_leaks

    model = load(config, overrides=over)
    require_writable(out)
    with building(Layout(out, model.company, "check").root) as work:
        with build.connect(work) as connection, steps() as progress:
            report = ledger.inspect(
                model,
                data_folder(config, model),
                config_folder=config if config.is_dir() else config.parent,
                connection=connection,
                work_folder=work,
                progress=progress,
            )
            leaks = raw_leaks(
                model, data_folder(config, model), connection=connection, work_folder=work
            )
    columns = ["table", "rows", "kept", "repaired", "refused"]
    for line in aligned(columns, report.summary[columns].to_numpy().tolist()):
        click.echo(line)
    if report.missing:
        click.echo(f"\nTables the company does not have: {', '.join(report.missing)}.")
    place = Layout(out, model.company, "check").packets / "refused.csv"
    if len(report.refused):
        _keep(report, place)
        click.echo("\nRefused, the first of each rule:")
        shown = ["table", "rule", "count", "file", "line", "column", "value"]
        for line in aligned(shown, _firsts(report)):
            click.echo(line)
        click.echo(f"\nAll refused rows: {place}")
    elif place.is_file():
        place.unlink()  # of an earlier check
    for line in _leaking(leaks):
        click.echo(line)
    ledger.enforce(report, model)


def aligned(headings: Sequence[str], rows: Sequence[Sequence]) -> list[str]:
    """Lines of a plain table; whole numbers stand to the right.

    Examples
    --------
    >>> aligned(["table", "rows"], [["orders", 12345], ["roster", 28]])
    ['table     rows', 'orders  12,345', 'roster      28']
    """
    texts = [[f"{one:,}" if isinstance(one, int) else str(one) for one in row] for row in rows]
    places = range(len(headings))
    right = [bool(rows) and all(isinstance(row[n], int) for row in rows) for n in places]
    widths = [max(len(line[n]) for line in [headings, *texts]) for n in places]
    return [
        "  ".join(
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in [list(headings), *texts]
    ]


def _keep(report, place: Path) -> None:
    """Write all refused rows."""
    from kit.data.ledger import write_refused

    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_refused(report, place)
    except OSError as error:
        raise BatchError(f"{place}: cannot be written ({error.strerror}).") from None


def _leaking(leaks) -> list[str]:
    """The columns that were filled in after the outcome, each with what shows it."""
    from kit.data.tables import Unavailable
    from kit.show.win_probability import evidence
    from kit.show.words import Words

    if isinstance(leaks, Unavailable) or leaks.empty:
        return []
    words = Words("en")
    return [
        f"\n{words.t('win.leaks')}. {words.t('win.leaks_mean')}",
        *(f"  {one['column']}: {evidence(one, words)}"
          for one in leaks.drop_duplicates("column").to_dict("records")),
    ]  # fmt: skip


def _firsts(report) -> list[list]:
    """For each table and rule its count and the first refused row."""
    rows = []
    for rule in report.rules.itertuples():
        found = report.refused
        found = found[(found["table"] == rule.table) & (found["rule"] == rule.rule)].head(1)
        for one in found.itertuples():
            value = " ".join(str(one.value).split())[:40]
            rows.append(
                [rule.table, rule.rule, int(rule.count), one.file, str(one.line), one.column, value]
            )
    return rows
