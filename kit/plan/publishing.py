"""Publishing: a decided plan becomes rows of the company's ledger, with a reason and an author."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.data.targets import span_of
from kit.errors import BatchError, SettingsError
from kit.plan import ledger

FEWEST_WORDS = 3
_CHINESE = re.compile(r"[㐀-鿿豈-﫿]")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Published:
    """What was appended to the ledger.

    Parameters
    ----------
    path : Path
        The ledger.
    rows : DataFrame
        Columns of the targets table, as they were written.
    unchanged : int
        Targets that stood already as asked, so that no row was written for them.
    """

    path: Path
    rows: pd.DataFrame
    unchanged: int = 0


def place(case: Case) -> Path:
    """The company's ledger: `targets.file`, or targets.csv beside its company.yml.

    Raises
    ------
    BatchError
        For a case built by hand.
    """
    if case.origin is None:
        raise BatchError("A case built by hand has no ledger: give the file a path.")
    config = Path(case.origin.config)
    folder = config if config.is_dir() else config.parent
    return folder / (case.settings.targets.file or "targets.csv")


def decided(case: Case, *, path: str | Path = "") -> pd.DataFrame:
    """All targets ever decided, also those that are not valid yet on the case's day.

    Parameters
    ----------
    case : Case
    path : path
        A ledger whose rows are added; empty: the company's.

    Returns
    -------
    DataFrame
        Columns of the targets table: what the snapshot holds of the case's scope, and what was
        appended to the ledger since.
    """
    known = case.data.frame("targets")
    if case.origin is not None:
        from kit.data.snapshot import open_snapshot

        known = open_snapshot(case.origin.snapshot).read(case.scope).frame("targets")
    file = Path(path) if path or case.origin is None else place(case)
    if str(file) == "." or not file.is_file():
        return known
    both = pd.concat([known, ledger.read(file)], ignore_index=True)
    return both.drop_duplicates(["scope", "period", "measure", "version"], keep="last")


def publish(
    case: Case,
    rows: pd.DataFrame | Unavailable,
    *,
    author: str,
    reason: str,
    path: str | Path = "",
) -> Published | Unavailable:
    """Append a plan to the ledger.

    Parameters
    ----------
    case : Case
    rows : DataFrame or Unavailable
        From `ledger.rows`, `relief.relief`, `transfer.transfer` or `negotiation.rows`; Unavailable
        is handed back. A row's own reason stays.
    author : str
        Who decides.
    reason : str
        Why, in at least three words.
    path : path
        The ledger; empty: the company's.

    Returns
    -------
    Published or Unavailable
        A row whose target is that of its newest version is not written again.

    Raises
    ------
    SettingsError
        Where author or reason is missing or says nothing.
    BatchError
        Where the file cannot be written; it is then as it was.

    Notes
    -----
    A ledger's row is never edited: a later decision is a new version, and `kit.data.targets` takes
    the newest one valid on a day. A new version decided within the period counts from that day.
    """
    if isinstance(rows, Unavailable):
        return rows
    author, reason = signed(author, reason=reason)
    file = Path(path) if str(path) else place(case)
    known = decided(case, path=file)
    stands = _standing(case, rows, known)
    new = rows[~stands]
    new = new.assign(
        reason=new["reason"].fillna(reason),
        author=new["author"].fillna(author),
        version=ledger.next_versions(new, known),
    )
    written = ledger.write(new, file) if len(new) else new.reset_index(drop=True)
    return Published(file, written, int(stands.sum()))


def signed(author: str, *, reason: str) -> tuple[str, str]:
    """Author and reason without spaces around, once both say something.

    Raises
    ------
    SettingsError
        Where the author is empty, or the reason has fewer than three words (or six Chinese
        characters).

    Examples
    --------
    >>> signed(" Li ", reason="largest customer left")
    ('Li', 'largest customer left')
    >>> signed("李伟", reason="大客户退出市场")[1]
    '大客户退出市场'
    >>> signed("Li", reason="because")
    Traceback (most recent call last):
    ...
    kit.errors.SettingsError: The reason 'because' says too little: give at least 3 words.
    """
    author, reason = author.strip(), reason.strip()
    if not author:
        raise SettingsError("The author is missing: say who decides, such as 'Li Wei'.")
    if not reason:
        raise SettingsError("The reason is missing: say why, in at least 3 words.")
    if len(_WORD.findall(reason)) < FEWEST_WORDS and len(_CHINESE.findall(reason)) < 6:
        raise SettingsError(
            f"The reason '{reason}' says too little: give at least {FEWEST_WORDS} words."
        )
    return author, reason


def _standing(case: Case, rows: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Whether a row's newest version has its target already, and counts by the row's day."""
    newest = known.sort_values("version", kind="stable")
    newest = newest.assign(span=_spans(case, newest)).drop_duplicates(
        ["scope", "span", "measure"], keep="last"
    )
    stands = {
        (one.scope, one.span, one.measure): (one.target, one.valid_from)
        for one in newest.itertuples(index=False)
    }
    found = []
    for row, span in zip(rows.itertuples(index=False), _spans(case, rows), strict=True):
        target, since = stands.get((row.scope, span, row.measure), (None, pd.NaT))
        same = target is not None and not pd.isna(target) and target == row.target
        late = not pd.isna(since) and (pd.isna(row.valid_from) or since > row.valid_from)
        found.append(same and not late)
    return pd.Series(found, index=rows.index, dtype=bool)


def _spans(case: Case, rows: pd.DataFrame) -> list:
    return [span_of(case.calendar, name) or name for name in rows["period"]]
