"""`kit targets`: publish a plan, and negotiate the target table in a spreadsheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import click

from kit.commands import options
from kit.commands.opening import opened

EPILOG = """\b
Examples:
  kit targets publish --config parameters/sample --period 2026 --author "Li Wei"
      --reason "plan agreed with the regions" --scenario stretch
  kit targets export targets-2026.xlsx --config parameters/sample --period 2026
  kit targets import targets-2026.xlsx --config parameters/sample --author "Li Wei"
      --reason "negotiated with East on 3 December"
  kit targets relief 950000 --config parameters/sample --period 2025Q4 --scope rep:R007
      --evidence "cause lost_customers" --reason "largest customer closed" --author "Li Wei"
  kit targets transfer R007 --config parameters/sample --period 2025Q4 --to West-1
      --on 2025-11-03 --moves rep --reason "takes over a new team" --author "Li Wei"

Exit status: 0 done, or nothing to do; 2 refused, and nothing was written.
"""
_BOOK = click.argument(
    "book", metavar="FILE.xlsx", type=click.Path(dir_okay=False, path_type=Path)
)
_PERIOD = click.option("--period", required=True, metavar="P", help="Such as 2026, or 2025Q4.")
_SCOPE = click.option(
    "--scope", default="company", show_default=True, metavar="S", help="Such as region:East."
)
_AS_OF = click.option(
    "--as-of", default="", metavar="D",
    help="Day on which all is seen, and from which changes count; none: the last day of the data.",
)  # fmt: skip

_SCENARIO = click.option(
    "--scenario", default="", metavar="NAME",
    help="Name or title of one of the company's scenarios, laid over its parameters.",
)  # fmt: skip


def _decision(function: Callable) -> Callable:
    """Add --author and --reason, which every decision needs."""
    author = click.option("--author", required=True, metavar="WHO", help="Who decides.")
    reason = click.option("--reason", required=True, metavar="WHY", help="In three words or more.")
    return author(reason(function))


@click.group(epilog=EPILOG, short_help="Publish targets, or negotiate them in a spreadsheet.")
def command() -> None:
    """Publish a plan, and negotiate the target table in a spreadsheet."""


@command.command("export", short_help="Write the target table as an Excel book.")
@_BOOK
@options.config
@_PERIOD
@_SCOPE
@_AS_OF
@click.option("--language", type=click.Choice(["en", "zh"]), help="None: the settings' language.")
@click.option("--locked", is_flag=True, help="Protect all but the figures; without a password.")
@click.option("--replace", is_flag=True, help="Overwrite a file that is there.")
@options.out
@options.settings_options
def export(
    book: Path, config: Path, period: str, scope: str, as_of: str, language: str | None,
    locked: bool, replace: bool, out: Path, data_dir: Path | None, settings: tuple[str, ...],
) -> None:  # fmt: skip
    """Write who carries how much in which month: the ledger's targets, and proposals for the rest.

    The book says beside each line where it does not add up. Its name has to end in .xlsx.
    """
    from kit.publish import targets_book

    targets_book.require_place(book, replace=replace)
    case = opened(config, out, data_dir, settings, scope=scope, period=period, as_of=as_of,
                  language=language or "")  # fmt: skip
    from kit.data.tables import Unavailable
    from kit.errors import InfeasibleError
    from kit.plan import annual_table, negotiation, publishing
    from kit.show import notes
    from kit.show.words import Words

    words = Words(case.settings.language, case.settings.currency)
    table = annual_table.table(case)
    if isinstance(table, Unavailable):
        raise InfeasibleError(
            f"{scope}, {period}: there is no target to export, neither decided nor proposed. "
            f"{notes.unavailable(table, words).title}"
        )
    scopes = [one for one in dict.fromkeys(table["scope"]) if one]
    versions = negotiation.newest(publishing.decided(case), scopes, measure="bookings")
    within = {one.name for one in annual_table.columns(case)} | {case.period.name}
    newest = max(
        (last for one in versions.values() for name, last in one.items() if name in within),
        default=0,
    )
    facts = {
        "company": case.settings.company, "title": case.settings.title, "scope": str(case.scope),
        "period": case.period.name, "measure": "bookings", "currency": case.settings.currency,
        "as_of": case.as_of, "version": newest,
    }  # fmt: skip
    place = targets_book.write(
        table, book, words=words, facts=facts, versions=versions, locked=locked, replace=replace
    )
    figures = table[table["kind"] != annual_table.REST].dropna(subset="target")
    proposed = int((figures["state"] == "proposed").sum())
    click.echo(
        f"{table['row'].nunique()} lines written to {place}; {proposed:,} of {len(figures):,} "
        "targets are proposed, the others decided."
    )


@command.command("import", short_help="Read a negotiated Excel book back.")
@_BOOK
@options.config
@_decision
@_AS_OF
@click.option("--with-proposed", is_flag=True, help="Decide what was only proposed, too.")
@options.out
@options.settings_options
def read_back(
    book: Path, config: Path, author: str, reason: str, as_of: str, with_proposed: bool,
    out: Path, data_dir: Path | None, settings: tuple[str, ...],
) -> None:  # fmt: skip
    """Read a book that was exported and negotiated, and append what changed to the ledger.

    A book that does not add up, has amounts of more decimals than the currency, other lines than
    were exported, or was overtaken by another decision is refused, cell by cell.
    """
    from kit.errors import SourceError
    from kit.plan.publishing import signed
    from kit.publish import negotiated_book

    signed(author, reason=reason)
    found = negotiated_book.read(book)
    where = f"{book}, sheet '{found.sheet}'"
    case = opened(config, out, data_dir, settings, scope=found.facts["scope"],
                  period=found.facts["period"], as_of=as_of)  # fmt: skip
    from kit.plan import annual_table, negotiation, publishing

    for key, ours in (("company", case.settings.company), ("currency", case.settings.currency)):
        if found.facts[key] != ours:
            raise SourceError(
                f"{book}: is of the {key} '{found.facts[key]}', and {config} is of '{ours}'. "
                "Give the settings it was exported with."
            )
    measure = found.facts["measure"]
    negotiation.require_lines(found.cells, annual_table.lines(case), where=where)
    negotiation.require_sums(found.cells, where=where)
    negotiation.require_current(
        publishing.decided(case), found.versions, measure=measure, where=where
    )
    rows = negotiation.rows(case, found.cells, measure=measure, with_proposed=with_proposed)
    done = publishing.publish(case, rows, author=author, reason=reason)
    if len(done.rows):
        _tell(done)
    else:
        click.echo("Nothing changed: no target differs from what was exported.")
    left = found.cells[(found.cells["state"] == "proposed") & found.cells["target"].notna()]
    left = left[~left["scope"].isin(set(done.rows["scope"]))]
    if len(left) and not with_proposed:
        click.echo(
            f"{len(left):,} targets in the book are only proposed and stay so; --with-proposed "
            "decides them."
        )


@command.command("publish", short_help="Append the plan's targets to the ledger.")
@options.config
@_PERIOD
@_SCOPE
@_AS_OF
@_SCENARIO
@_decision
@options.out
@options.settings_options
def publish(
    config: Path, period: str, scope: str, as_of: str, scenario: str, author: str, reason: str,
    out: Path, data_dir: Path | None, settings: tuple[str, ...],
) -> None:  # fmt: skip
    """Append the proposed target of a scope, and its split down to the reps, to the ledger."""
    case = opened(config, out, data_dir, settings, scope=scope, period=period, as_of=as_of,
                  scenario=scenario)  # fmt: skip
    from kit.data.tables import Unavailable
    from kit.errors import InfeasibleError
    from kit.plan import cascade, ledger, publishing, target
    from kit.show import notes
    from kit.show.words import Words

    plan = target.proposal(case)
    if isinstance(plan, Unavailable):
        words = Words("en", case.settings.currency)
        raise InfeasibleError(
            f"{scope}, {period}: no target can be proposed. {notes.unavailable(plan, words).title}"
        )
    rows = ledger.rows(case, plan, cascade.cascade(case, plan))
    _tell(publishing.publish(case, rows, author=author, reason=reason))


@command.command("relief", short_help="Lower a target, with evidence.")
@click.argument("target", type=float, metavar="TARGET")
@options.config
@_PERIOD
@click.option("--scope", required=True, metavar="S", help="Such as rep:R007.")
@_AS_OF
@click.option("--evidence", required=True, metavar="WHAT", help="Id of a cause, or a section.")
@_decision
@options.out
@options.settings_options
def relief(
    target: float, config: Path, period: str, scope: str, as_of: str, evidence: str, author: str,
    reason: str, out: Path, data_dir: Path | None, settings: tuple[str, ...],
) -> None:  # fmt: skip
    """Lower the target of a scope to TARGET, by review.relief at the most."""
    case = opened(config, out, data_dir, settings, scope=scope, period=period, as_of=as_of)
    from kit.plan import publishing
    from kit.plan import relief as reliefs

    rows = reliefs.relief(case, target, reason=reason, evidence=evidence, author=author)
    _tell(publishing.publish(case, rows, author=author, reason=reason))


@command.command("transfer", short_help="Move a rep, and the remaining target with the rep or not.")
@click.argument("rep", metavar="REP")
@options.config
@_PERIOD
@click.option("--to", required=True, metavar="TEAM", help="Team joined.")
@click.option("--on", required=True, metavar="D", type=click.DateTime(["%Y-%m-%d"]),
              help="First day there.")  # fmt: skip
@click.option("--moves", required=True, type=click.Choice(["rep", "territory"]),
              help="Who keeps the remaining target.")  # fmt: skip
@click.option("--successor", default="", metavar="REP", help="Who takes over what stays.")
@_AS_OF
@_decision
@options.out
@options.settings_options
def transfer(
    rep: str, config: Path, period: str, to: str, on: dt.datetime, moves: str, successor: str,
    as_of: str, author: str, reason: str, out: Path, data_dir: Path | None,
    settings: tuple[str, ...],
) -> None:  # fmt: skip
    """Move a rep to another team from a day on; the remaining target goes along, or stays."""
    case = opened(config, out, data_dir, settings, scope="company", period=period, as_of=as_of)
    from kit.commands.check import aligned
    from kit.plan import publishing
    from kit.plan import transfer as transfers

    found = transfers.transfer(
        case, rep, to=to, on=on.date(), moves=moves, successor=successor, reason=reason,
        author=author,
    )  # fmt: skip
    click.echo(f"Due until then {found.due:,.2f}, remaining {found.remaining:,.2f}.")
    sums = found.sums.astype({"scope": "str"}).itertuples(index=False)
    shown = [[one.scope, *(f"{amount:,.2f}" for amount in one[1:])] for one in sums]
    for line in aligned(["scope", "before", "after", "change"], shown):
        click.echo(line)
    if found.not_handed_out:
        click.echo(f"Not handed out by {found.left}: {found.not_handed_out:,.2f}.")
    _tell(publishing.publish(case, found.rows, author=author, reason=reason))


def _tell(done) -> None:
    """Say what was appended to the ledger."""
    same = f" {done.unchanged:,} stood already." if done.unchanged else ""
    many = len(done.rows)
    if not many:
        click.echo(f"Nothing changed: no row was appended to {done.path}.{same}")
    else:
        word = "target was" if many == 1 else "targets were"
        click.echo(f"{many:,} {word} appended to {done.path}.{same}")
