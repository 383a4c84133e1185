"""`kit actions`: actions of the reviews proposed, followed and closed, each change a new row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kit.commands import options
from kit.commands.opening import opened

if TYPE_CHECKING:
    from kit.data.case import Case

_TOLD = 5  # refused rows that are named
EPILOG = """\b
Examples:
  kit actions list --config parameters/sample --period 2025Q3 --scope region:East
  kit actions propose --config parameters/sample --period 2025Q3 --scope region:East
      --author "Li Wei" --reason "agreed in the review" --write
  kit actions set 2025Q3-region-East-1 --config parameters/sample --status done
      --reason "all leads trained" --measured 180000 --author "Li Wei"

Exit status: 0 done, or nothing to do; 2 refused, and nothing was written.
"""
_PERIOD = click.option(
    "--period", default="", metavar="P", help="Such as 2025Q3; none: that of the last order."
)
_SCOPE = click.option(
    "--scope", default="company", show_default=True, metavar="S", help="Such as region:East."
)
_AS_OF = click.option(
    "--as-of", default="", metavar="D",
    help="Day on which all is seen and rows are recorded; none: the last day of the data.",
)  # fmt: skip
_AUTHOR = click.option("--author", required=True, metavar="WHO", help="Who decides.")
_DUE = click.option(
    "--due", type=click.DateTime(["%Y-%m-%d"]), metavar="D", help="Until when, such as 2025-12-15."
)


@click.group(epilog=EPILOG, short_help="Propose, follow and close the actions of the reviews.")
def command() -> None:
    """Propose, follow and close the actions of the reviews.

    They are kept in actions.csv beside the company.yml. A change is a new row with its day; the
    newest row of an action counts.
    """


@command.command("list", short_help="Actions on record, those not closed first.")
@options.config
@_PERIOD
@_SCOPE
@_AS_OF
@options.out
@options.settings_options
def listed(
    config: Path, period: str, scope: str, as_of: str, out: Path, data_dir: Path | None,
    settings: tuple[str, ...],
) -> None:  # fmt: skip
    """Show the actions of a scope and of the scopes below it: nothing that is open is left out."""
    case = opened(config, out, data_dir, settings, scope=scope, period=period, as_of=as_of)
    from kit.data.tables import Unavailable
    from kit.review.carried import carried

    _tell_refused(case)
    found = carried(case)
    if isinstance(found, Unavailable) or found.empty:
        click.echo("No action is on record.")
        return
    rows = [
        [one.action_id, one.scope, one.status, _day(one.due_on), _text(one.owner), one.stage,
         one.action]
        for one in found.itertuples(index=False)
    ]  # fmt: skip
    _show(["id", "scope", "status", "due", "owner", "stage", "action"], rows)


@command.command("propose", short_help="Show proposals for the causes; --write takes them on.")
@options.config
@_PERIOD
@_SCOPE
@_AS_OF
@_AUTHOR
@click.option("--reason", required=True, metavar="WHY", help="In three words or more.")
@click.option("--owner", default="", metavar="WHO", help="Who answers for them; none: as proposed.")
@_DUE
@click.option("--write", "really", is_flag=True, help="Append them; without it, only show them.")
@options.out
@options.settings_options
def propose(
    config: Path, period: str, scope: str, as_of: str, author: str, reason: str, owner: str,
    due: dt.datetime | None, really: bool, out: Path, data_dir: Path | None,
    settings: tuple[str, ...],
) -> None:  # fmt: skip
    """Propose an action for each cause of the gap that no open action meets yet."""
    from kit.plan.publishing import signed

    signed(author, reason=reason)
    case = opened(config, out, data_dir, settings, scope=scope, period=period, as_of=as_of)
    from kit.data.tables import Unavailable
    from kit.diagnose import causes
    from kit.review import action_rows, actions_file
    from kit.review.proposed import proposed
    from kit.show import actions, notes, told
    from kit.show.words import Words

    _tell_refused(case)
    words = Words(case.settings.language, case.settings.currency)
    found = proposed(case, causes.top(case))
    if isinstance(found, Unavailable):
        click.echo(f"Nothing is proposed. {notes.unavailable(found, words).title}")
        return
    for one in found[found["covered_by"].notna()].itertuples(index=False):
        said = words.term("cause", one.cause, {"subject": one.subject, **one.facts})
        click.echo(f"{said}: met by the open action {one.covered_by}.")
    rows = action_rows.taken_on(
        case, found, author=author, reason=reason, owner=owner,
        due=None if due is None else due.date(), text=lambda one: told.action(one, words),
    )  # fmt: skip
    if rows.empty:
        click.echo("Nothing new is proposed.")
        return
    if really:
        done = actions_file.append(case, rows)
        rows = done.rows
        for cause, name in done.covered:
            said = actions.cause_of(cause, words)
            click.echo(f"{said}: met meanwhile by the open action {name}, and left out.")
        if rows.empty:
            click.echo("Nothing was appended.")
            return
    _show(
        ["id", "due", "owner", "action"],
        [[one.action_id, _day(one.due_on), one.owner, one.action]
         for one in rows.itertuples(index=False)],
    )  # fmt: skip
    many = len(rows)
    word = "action was" if many == 1 else "actions were"
    if really:
        click.echo(f"{many} {word} appended to {done.path}.")
    else:
        click.echo(f"Nothing was written: --write appends {'it' if many == 1 else 'them'}.")


@command.command("set", short_help="Change an action: status, reason, effect, owner or day.")
@click.argument("action_id", metavar="ID")
@options.config
@click.option("--status", default="", metavar="STATUS", help="open, in progress, done or dropped.")
@click.option("--reason", default="", metavar="WHY", help="Needed to close, drop or reopen it.")
@click.option("--measured", type=float, metavar="X", help="Measured effect, money a period.")
@click.option("--owner", metavar="WHO", help="Who answers for it from now on.")
@_DUE
@click.option("--started", type=click.DateTime(["%Y-%m-%d"]), metavar="D", help="Since when.")
@_AUTHOR
@_AS_OF
@options.out
@options.settings_options
def change(
    action_id: str, config: Path, status: str, reason: str, measured: float | None,
    owner: str | None, due: dt.datetime | None, started: dt.datetime | None, author: str,
    as_of: str, out: Path, data_dir: Path | None, settings: tuple[str, ...],
) -> None:  # fmt: skip
    """Append a row that says how an action stands from now on.

    A second change on the same day takes the place of the first, and keeps what it does not change.
    """
    period = _period(config, data_dir, settings, as_of)
    case = opened(config, out, data_dir, settings, as_of=as_of, period=period)
    from kit.review import action_rows, actions_file

    _tell_refused(case)
    done = actions_file.change(
        case, action_id,
        becomes=lambda row: action_rows.changed(
            case, row, author=author, status=status, reason=reason, measured=measured, owner=owner,
            due=None if due is None else due.date(),
            started=None if started is None else started.date(),
        ),
    )  # fmt: skip
    one = done.rows.to_dict("records")[0]
    again = " in place of the one of the same day" if done.replaced else ""
    click.echo(
        f"{action_id}: {_text(one['status']) or 'open'} from {case.as_of} on, a row in "
        f"{done.path}{again}."
    )


def _period(config: Path, data_dir: Path | None, settings: tuple[str, ...], as_of: str) -> str:
    """The period that holds a day; empty where none does, or it is no day."""
    from kit.data.calendar import FiscalCalendar
    from kit.errors import UnknownPeriodError
    from kit.parameters import load

    model = load(config, overrides=options.overrides(settings, data_dir=data_dir))
    try:
        return FiscalCalendar(model.calendar).containing(dt.date.fromisoformat(as_of)).name
    except (ValueError, UnknownPeriodError):
        return ""


def _tell_refused(case: Case) -> None:
    """Say on stderr which rows of the actions the gate refused."""
    from kit.review.refused_actions import refused

    many, rows = refused(case)
    if not many:
        return
    start = "1 row of actions was" if many == 1 else f"{many:,} rows of actions were"
    click.echo(f"{start} refused, and counted nowhere:", err=True)
    for one in rows.head(_TOLD).itertuples(index=False):
        value = " ".join(one.value.split())[:40]
        at = f", column {one.column}" if one.column else ""
        click.echo(f"  {one.file}, row {one.line}{at}: '{value}' ({one.rule})", err=True)
    more = f" {many - _TOLD:,} more are not shown here." if many > _TOLD else ""
    click.echo(f"Mend the rows; `kit check` lists every one.{more}", err=True)


def _show(headings: list[str], rows: list[list]) -> None:
    from kit.commands.check import aligned

    for line in aligned(headings, rows):
        click.echo(line)


def _day(found) -> str:
    return "" if found is None or found != found else str(found)[:10]


def _text(found) -> str:
    return found if isinstance(found, str) else ""
