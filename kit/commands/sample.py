"""`kit sample`: the files of a company that does not exist."""

from __future__ import annotations

from pathlib import Path

import click

EPILOG = """\b
Examples:
  kit sample sample-data
  kit sample sample-data-zh --language zh
"""


@click.command(epilog=EPILOG, short_help="Write the files of a sample company.")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True,
              help="Of headers and names.")  # fmt: skip
@click.option("--seed", type=int, metavar="N", help="The same seed gives the same files.")
def command(folder: Path, language: str, seed: int | None) -> None:
    """Write the sample company's files into DIR, as a company has them, dirty rows included."""
    from kit.data import sample

    more = {} if seed is None else {"seed": seed}
    sample.write(folder, language=language, **more)
    click.echo(f"The sample company's files are in {folder}")
