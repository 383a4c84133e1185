"""Where a finding inside and a finding outside concern the same place."""

from __future__ import annotations

import pandas as pd

PAIRS = ("so", "wo", "st", "wt")
PAIR_COLUMNS = ("pair", "where", "inside", "outside", "effect")
WHOLE = "whole"  # what concerns the scope as such
_PAIRS = 2  # of a kind that are named


def _shared(one: tuple[str, ...], two: tuple[str, ...]) -> tuple[str, ...]:
    """The touches that two findings share, none where they differ in a dimension.

    Examples
    --------
    >>> _shared(("region:East", "line:A"), ("line:A",)), _shared(("region:East",), ("region:West",))
    (('line:A',), ())
    """
    mine, theirs = (dict(touch.partition(":")[::2] for touch in both) for both in (one, two))
    if any(mine[name] != theirs[name] for name in mine.keys() & theirs.keys()):
        return ()
    return tuple(touch for touch in one if touch in two)


def crossed(entries: pd.DataFrame) -> pd.DataFrame:
    """Pair inside and outside findings that share a place and differ in none.

    Parameters
    ----------
    entries : DataFrame
        quadrant, effect and touches (tuple), as in `kit.diagnose.swot.Swot`.

    Returns
    -------
    DataFrame
        pair (`so`, `wo`, `st`, `wt`), where (tuple), inside and outside (places of the entries),
        effect (the money of both, unsigned); two of a kind at most, those that share most first.
    """
    rows = []
    size = entries["effect"].abs().fillna(0.0)
    inside = {"s": "strength", "w": "weakness"}
    outside = {"o": "opportunity", "t": "threat"}
    for pair in PAIRS:
        for one in entries.index[entries["quadrant"] == inside[pair[0]]]:
            for two in entries.index[entries["quadrant"] == outside[pair[1]]]:
                both = _shared(entries.at[one, "touches"], entries.at[two, "touches"])
                if both and (both != (WHOLE,) or pair == "wt"):
                    rows.append((pair, both, one, two, float(size[one] + size[two])))
    table = pd.DataFrame(rows, columns=list(PAIR_COLUMNS))
    order = table["pair"].map({one: at for at, one in enumerate(PAIRS)})
    table = table.assign(_at=order, _same=table["where"].map(len)).sort_values(
        ["_at", "_same", "effect", "inside", "outside"],
        ascending=[True, False, False, True, True], kind="stable",
    )  # fmt: skip
    table = table.groupby("_at", sort=False).head(_PAIRS)
    return table[list(PAIR_COLUMNS)].reset_index(drop=True)
