"""The case that a command is about, opened behind a progress bar."""

from __future__ import annotations

from pathlib import Path

from kit.commands import options


def opened(config: Path, out: Path, data_dir: Path | None, settings: tuple[str, ...], **asked):
    """Open a case from the snapshot of the files as they are now, made where needed.

    Parameters
    ----------
    config, out, data_dir, settings
        As the shared options give them.
    **asked
        For `kit.data.case.open_case`: scope, period, as_of, language, scenario.
    """
    over = options.overrides(settings, data_dir=data_dir)
    from kit.commands.progress import steps
    from kit.data import snapshot
    from kit.data.case import open_case
    from kit.parameters import load
    from kit.publish.outputs import require_writable

    out = out.resolve()
    require_writable(out)
    with steps() as progress:
        found = snapshot.ensure(
            config, out=out, settings=load(config, overrides=over), progress=progress
        )
    return open_case(config, snapshot=found.folder, out=out, overrides=over, **asked)
