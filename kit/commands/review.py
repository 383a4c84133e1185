"""`kit review`: write the review's suggestion as the scenario that target setting opens next."""

from __future__ import annotations

from pathlib import Path

import click

from kit.commands import options
from kit.commands.opening import opened

EPILOG = """\b
Examples:
  kit review --config parameters/sample --period 2025Q3
  kit review --config parameters/sample --period 2025Q3 --name autumn --final
  kit review --config parameters/sample --period 2025Q3 --scope region:East --replace
  kit run --config parameters/sample --period 2025Q4 --notebooks 01 --scenario autumn

Exit status: 0 written; 2 refused, and nothing was written.
"""


@click.command(epilog=EPILOG, short_help="Write the next period's plan from the review.")
@options.config
@click.option("--period", required=True, metavar="P", help="Under review, such as 2025Q3.")
@click.option(
    "--scope", default="company", show_default=True, metavar="S", help="Such as region:East."
)
@click.option("--name", default="", metavar="NAME", help="None: 2025Q4-from-review.")
@click.option(
    "--as-of", default="", metavar="D",
    help="Day on which all is seen; none: the period's last day, or the data's.",
)  # fmt: skip
@click.option("--replace", is_flag=True, help="Overwrite a scenario that is there.")
@click.option(
    "--draft/--final", default=True, show_default=True,
    help="A draft is left out of packets that are not made under it.",
)  # fmt: skip
@click.option("--running", is_flag=True, help="Also where the period is not over.")
@options.out
@options.settings_options
def command(
    config: Path, period: str, scope: str, name: str, as_of: str, replace: bool, draft: bool,
    running: bool, out: Path, data_dir: Path | None, settings: tuple[str, ...],
) -> None:  # fmt: skip
    """Suggest the target of the period after P, and of each part, and write it as a scenario.

    What is written is tried first: target setting must come to the same amounts under it.
    """
    case = opened(config, out, data_dir, settings, scope=scope, period=period, as_of=as_of)
    from kit import scenarios
    from kit.data.tables import Unavailable
    from kit.errors import InfeasibleError, SettingsError
    from kit.review import next_scenario
    from kit.show import next_period, notes
    from kit.show.words import Words

    if not case.closed and not running:
        raise SettingsError(
            f"{case.period} is not over on {case.as_of}: it ends on {case.period.end}. Review a "
            "period that is over, or add --running."
        )
    words = Words(case.settings.language, case.settings.currency)
    found = next_scenario.scenario(case)
    if isinstance(found, Unavailable):
        raise InfeasibleError(
            f"{scope}, {case.period}: no next target can be suggested. "
            f"{notes.unavailable(found, Words('en', case.settings.currency)).title}"
        )
    name = name.strip() or found.name
    path = scenarios.path_of(case.origin.config, name)
    if path.exists() and not replace:
        raise SettingsError(
            f"{path}: there is such a scenario already. Add --replace, or give another --name."
        )
    _require_same(next_scenario.differences(case, found), found.period)
    note = next_period.scenario_note(found, words, scope=case.scope, reviewed=case.period.name)
    scenarios.save(
        case.origin.config, name, changes=found.changes, note=note, replace=replace, draft=draft
    )
    _tell(case, found, path, config=config)


def _require_same(apart, period: str) -> None:
    from kit.errors import InfeasibleError

    if apart.empty:
        return
    first = apart.iloc[0]
    more = f", and {len(apart) - 1} more amounts" if len(apart) > 1 else ""
    raise InfeasibleError(
        f"{period}: under the parameters of that period target setting comes to "
        f"{first['planned']} for {first['scope']}, and the review suggests {first['suggested']}"
        f"{more}. Check locks, floors, caps and growth_limits of {period}; nothing was written."
    )


def _tell(case, found, path: Path, *, config: Path) -> None:
    from kit.commands.check import aligned
    from kit.data.tables import Unavailable

    click.echo(f"{path} was written.")
    rows = [[str(case.scope), f"{found.target.target:,.2f}"]]
    if not isinstance(found.parts, Unavailable):
        rows += [[one.scope, f"{one.target:,.2f}"]
                 for one in found.parts.table.itertuples(index=False)]  # fmt: skip
    for line in aligned(["scope", "suggested"], rows):
        click.echo(line)
    if found.replaced:
        click.echo(
            f"Other than the parameters of {found.period}: targets."
            f"{', targets.'.join(found.replaced)}."
        )
    where = "" if case.scope.kind == "company" else f" --scope {case.scope}"
    click.echo(
        f"Open it with: kit run --config {config} --period {found.period} --notebooks 01"
        f"{where} --scenario {path.stem}"
    )
