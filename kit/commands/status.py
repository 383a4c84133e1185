"""`kit status`: what the running or last batch of each company did."""

from __future__ import annotations

from pathlib import Path

import click

from kit.commands import options

EPILOG = """\b
Examples:
  kit status
  kit status --out /srv/packets
"""


@click.command(epilog=EPILOG, short_help="Tell of the running or last batch.")
@options.out
def command(out: Path) -> None:
    """Tell of the running or last batch of each company."""
    from tqdm import tqdm

    from kit.publish import state

    found = state.read_all(out)
    if not found:
        click.echo(f"{out}: no batch has run there.")
    for one in found:
        if "wrong" in one:
            click.echo(one["wrong"], err=True)
            continue
        at = f"{one['started']} to {one['ended']}" if one["ended"] else f"since {one['started']}"
        left = state.seconds_left(one)
        more = f", about {tqdm.format_interval(left)} left" if left is not None else ""
        kept = f", {one['kept']} were up to date" if one["kept"] else ""
        click.echo(
            f"{one['company']} {one['period']}, as of {one['as_of']}: {one['state']} ({at}{more}); "
            f"{one['done']} of {one['total']} made, {one['failed']} failed{kept}. {one['folder']}"
        )
    if any("wrong" in one for one in found):
        click.get_current_context().exit(2)
