"""`kit run`: make the packets of a period."""

from __future__ import annotations

import re
from pathlib import Path

import click

from kit.commands import options

EPILOG = """\b
Examples:
  kit run --config parameters/sample --period 2025Q3
  kit run --config parameters/sample --period 2025Q3 --as-of 2025-08-20 --by rep --jobs 4
  kit run --config parameters/sample --period 2025Q3 --scope region:East --scope company
  kit run --config parameters/sample --period 2025Q3 --notebooks 02,03 --language zh
  kit run --config parameters/sample --period 2025Q3 --set targets.growth=0.1

Exit status: 0 all packets made, 1 some scopes failed, 2 nothing ran as something asked for is
wrong.
"""


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
    "--jobs", type=click.IntRange(min=1), metavar="N",
    help="Scopes at a time; none: as many as there are cores.",
)  # fmt: skip
@click.option("--language", type=click.Choice(["en", "zh"]), help="None: the settings' language.")
@options.out
@options.settings_options
def command(
    config: Path,
    period: str,
    as_of: str,
    by: str,
    scopes: tuple[str, ...],
    notebooks: str,
    jobs: int | None,
    language: str | None,
    out: Path,
    data_dir: Path | None,
    settings: tuple[str, ...],
) -> None:
    """Make one packet for each scope, and the index of the period.

    All that is asked for is checked before any notebook runs. A scope that fails is listed apart;
    the others go on.
    """
    over = options.overrides(settings, data_dir=data_dir)
    from tqdm import tqdm

    from kit.publish import batch as batches
    from kit.publish import request

    batch = request.prepare(
        config,
        period=period,
        as_of=as_of,
        by=by,
        scopes=scopes,
        notebooks=[one for one in re.split(r"[,\s]+", notebooks) if one],
        language=language or "",
        out=out,
        overrides=over,
    )
    with tqdm(total=len(batch.units), unit="scope", disable=None, dynamic_ncols=True) as bar:
        failed = 0

        def ended(unit, failure) -> None:
            nonlocal failed
            if failure is not None:
                failed += 1
                bar.set_postfix(failed=failed)
                with tqdm.external_write_mode(nolock=False):
                    click.echo(f"{unit.scope}: {failure}", err=True)
            bar.update()

        result = batches.run(batch, jobs=jobs or 0, ended=ended)
    words = "packet" if len(result.done) == 1 else "packets"
    click.echo(f"{len(result.done)} {words} made, {len(result.failures)} failed.")
    click.echo(f"Look at {result.index}")
    if result.failures:
        work = batch.layout.work(next(iter(result.failures))).parent
        click.echo(f"What failed was left in {work}")
        raise click.exceptions.Exit(1)
