"""The `kit` command."""

from __future__ import annotations

import os
from importlib import import_module

import click

from kit import __version__
from kit.errors import KitError

COMMANDS = ("sample", "check", "run", "status", "targets", "review", "actions", "notify")
_UNEXPECTED = 70  # EX_SOFTWARE


class _Refused(click.ClickException):
    exit_code = 2


class _Unexpected(click.ClickException):
    exit_code = _UNEXPECTED


class _Commands(click.Group):
    """A group that imports a command when it is called, and tells errors in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return import_module(f"kit.commands.{cmd_name}").command

    def invoke(self, ctx: click.Context):
        try:
            return super().invoke(ctx)
        except KitError as error:
            raise _Refused(str(error)) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get("KIT_DEBUG"):
                raise
            raise _Unexpected(
                f"this should not have happened ({type(error).__name__}: {error}). "
                "Run it again with KIT_DEBUG=1 to see where, and please report it."
            ) from None


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with 'kit sample sample-data', or with 'kit COMMAND --help'.",
)
@click.version_option(__version__, prog_name="kit")
def main() -> None:
    """Set, follow, explain and review sales targets: from a company's files to review packets."""
