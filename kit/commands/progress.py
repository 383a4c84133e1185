"""The bar that shows how far the reading of a company's files has come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kit.data.progress import Progress

_FORM = "{desc:<12.12} {percentage:3.0f}%|{bar}| {elapsed}"


@contextmanager
def steps() -> Iterator[Progress]:
    """A bar on the terminal, one step after another; none where the output is no terminal.

    Yields
    ------
    Progress
        To be passed on to what makes snapshots.
    """
    from tqdm import tqdm

    with tqdm(
        total=1.0, bar_format=_FORM, disable=None, dynamic_ncols=True, leave=False
    ) as bar:

        def tell(step: str, done: float) -> None:
            if bar.disable:
                return
            if bar.desc != step:
                bar.reset(total=1.0)
                bar.desc = step
            bar.n = max(bar.n, min(done, 1.0))
            bar.refresh()

        yield tell
