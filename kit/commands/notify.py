"""`kit notify`: each owner of alerts gets a short digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from kit.commands import options

EPILOG = """\b
Examples:
  kit notify --config parameters/sample --period 2025Q3          who would get what
  kit notify --config parameters/sample --period 2025Q3 --send
"""


@click.command(epilog=EPILOG, short_help="Send each owner a digest of the alerts.")
@options.config
@click.option("--period", required=True, metavar="P", help="Whose packets' alerts are told.")
@options.out
@click.option(
    "--addresses", metavar="FILE", type=click.Path(path_type=Path),
    help="Who is reached where; addresses.yml beside the company.yml by default. Not for git.",
)  # fmt: skip
@click.option("--send", "really", is_flag=True, help="Send; without it, only tell who would get what.")
@click.option("--again", is_flag=True, help="Send also what was sent today already.")
@click.option(
    "--min-severity", "least", type=click.Choice(["red", "amber"]), default="amber",
    show_default=True, help="Leave milder alerts out.",
)  # fmt: skip
@options.settings_options
def command(
    config: Path, period: str, out: Path, addresses: Path | None, really: bool, again: bool,
    least: str, data_dir: Path | None, settings: Sequence[str],
) -> None:  # fmt: skip
    """Send each owner of alerts a short digest, in the company's language.

    The alerts are those of the period's packets. Without --send nothing leaves this machine: it is
    told who would get what, and what stands in the way. Nobody is sent a figure of a scope that is not theirs, and the same
    alert goes to the same address once a day. Exit code 1: not everything could be sent.
    """
    from kit.notify import rounds
    from kit.notify.sending import require_apprise
    from kit.parameters import load

    model = load(config, period=period, overrides=options.overrides(settings, data_dir=data_dir))
    require_apprise()
    with rounds.alone(model, period=period, out=out) if really else nullcontext():
        planned = rounds.plan(
            config, settings=model, period=period, out=out, addresses=addresses, least=least,
            again=again, day=dt.date.today().isoformat(),
        )  # fmt: skip
        for line in rounds.amiss(planned):
            click.echo(line, err=True)
        if not really:
            _tell(planned)
            return
        results = rounds.send(planned)
    for one in results:
        said = f"not sent: {one.wrong}" if one.wrong else "sent"
        click.echo(f"{one.address.owner} ({one.address.masked}): {said}", err=bool(one.wrong))
    failed = sum(bool(one.wrong) for one in results)
    click.echo(f"{len(results) - failed} sent, {failed} not.")
    if failed or planned.left_out:
        click.get_current_context().exit(1)


def _tell(planned) -> None:
    """Tell who would get what."""
    for one in planned.letters:
        masked = ", ".join(address.masked for address in one.addresses)
        click.echo(f"To {one.digest.owner} ({masked}): {one.digest.title}")
        click.echo("".join(f"    {line}\n" for line in one.digest.body.splitlines()))
    many = len(planned.letters)
    click.echo(f"Nothing was sent: with --send, {many} would get a digest.")
