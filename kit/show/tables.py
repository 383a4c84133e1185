"""Tables people read: formatted by column, escaped, with one unit for all amounts."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence

import great_tables
import pandas as pd

from kit.data.tables import Unavailable
from kit.show.cells import Cells
from kit.show.columns import COUNTED_MEASURES
from kit.show.notes import note, nothing, unavailable
from kit.show.view import View
from kit.show.words import Words

_RIGHT = frozenset(("money", "percent", "chance", "count", "number", "multiple", "points", "days"))
_NEVER = frozenset(("facts", "running", "action_id"))


def table(
    frame: pd.DataFrame | Unavailable,
    words: Words,
    *,
    title: str = "",
    columns: Sequence[str] | None = None,
    caption: str = "",
    highlight: Sequence[bool] | None = None,
    measure: str = "bookings",
    kinds: Mapping[str, str] | None = None,
) -> View:
    """A frame as an HTML table.

    Parameters
    ----------
    frame : DataFrame
        Columns of the shared vocabulary are written by their kind; others as text. Keys become
        words; `facts` fills the phrases of its row; where a row has its own `measure` or
        `kind`, its figures are in that unit.
    words : Words
    title : str
        Stands above the table.
    columns : sequence of str, optional
        Which columns, in which order; those that the frame lacks are left out. The first names the
        row. None: all but the technical ones.
    caption : str
        A line below the table.
    highlight : sequence of bool, optional
        Rows set in bold.
    measure : str
        Unit of the amounts where rows do not say it.
    kinds : mapping, optional
        Kinds that differ from the vocabulary's, such as a margin that is a rate.

    Returns
    -------
    View
        A `<div>` that scrolls sideways on a phone, with one `<table>`.

    Examples
    --------
    >>> view = table(pd.DataFrame({"part": ["<b>East</b>"], "attainment": [0.82]}), Words("en"))
    >>> "&lt;b&gt;East&lt;/b&gt;" in view.html, "82.0%" in view.html
    (True, True)
    """
    if isinstance(frame, Unavailable):
        return unavailable(frame, words)
    if frame.empty:
        return nothing(words)
    shown = [name for name in (columns or _default(frame)) if name in frame.columns]
    writer = Cells(frame, words, measure=measure, kinds=dict(kinds or {}))
    cells = pd.DataFrame(
        {f"c{at}": writer.column(name) for at, name in enumerate(shown)}, dtype="object"
    )
    for row in range(len(cells)) if highlight is not None else ():
        if highlight[row]:
            cells.iloc[row] = [f"<strong>{cell}</strong>" for cell in cells.iloc[row]]
    labels = {f"c{at}": words.heading(name) for at, name in enumerate(shown)}
    right = [f"c{at}" for at, name in enumerate(shown) if writer.kind(name) in _RIGHT]
    built = (
        great_tables.GT(cells, rowname_col="c0")
        .tab_stubhead(label=labels.pop("c0"))
        .cols_label(**labels)
        .cols_align("left", columns=list(cells.columns))
        .fmt(str, columns=list(cells.columns))
    )
    if right:
        built = built.cols_align("right", columns=right)
    lines = [line for line in (caption, writer.unit_line(shown)) if line]
    label = title or words.heading(shown[0])
    return _view(built.as_raw_html(), title=title, lines=lines, label=label)


def standing(frame, words: Words, *, title: str = "", measure: str = "bookings") -> View:
    """Where a scope and its parts stand; the scope's own row is in bold."""
    columns = ("part", "status", "target", "actual", "attainment", "gap", "target_to_date",
               "pace_index", "required_run_rate", "run_rate")  # fmt: skip
    own = _first(frame)
    return table(frame, words, title=title, columns=columns, measure=measure, highlight=own)


def measures(frame, words: Words, *, title: str = "") -> View:
    """Where a scope stands in each measure."""
    columns = ("measure", "status", "target", "actual", "attainment", "gap", "pace_index",
               "required_run_rate", "run_rate")  # fmt: skip
    return table(frame, words, title=title, columns=columns)


def months(frame, words: Words, *, title: str = "", measure: str = "bookings") -> View:
    """Month by month against target, the month before and last year."""
    columns = ("period", "target", "actual", "variance", "variance_share", "mom", "yoy",
               "moving_average", "rolling_gap")  # fmt: skip
    return table(frame, words, title=title, columns=columns, measure=measure)


def funnel(frame, words: Words, *, title: str = "") -> View:
    """Steps of the funnel with what went in, what went on and what the change is worth."""
    columns = ("step", "entered", "reached", "conversion", "low", "high", "reference_conversion",
               "effect", "bottleneck")  # fmt: skip
    return table(frame, words, title=title, columns=columns)


def causes(frame, words: Words, *, title: str = "") -> View:
    """Causes with money, share of the difference and evidence."""
    columns = ("cause", "effect", "share", "category", "evidence")
    return table(frame, words, title=title, columns=columns)


def alerts(frame, words: Words, *, title: str = "") -> View:
    """What needs attention, the gravest first."""
    columns = ("part", "severity", "rule", "value", "threshold", "advice")
    return table(frame, words, title=title, columns=columns)


def smart(frame, words: Words, *, title: str = "") -> View:
    """The SMART check: criterion, verdict and what it rests on."""
    return table(frame, words, title=title, columns=("criterion", "verdict", "evidence"))


def scorecard(frame, words: Words, *, title: str = "") -> View:
    """Reps of a scope, best score first; the margin is a rate."""
    columns = ("rep", "team", "score", "target", "actual", "attainment", "yoy", "margin",
               "new_customers", "win_rate_count")  # fmt: skip
    return table(frame, words, title=title, columns=columns, kinds={"margin": "percent"})


def peers(frame, words: Words, *, title: str = "") -> View:
    """One rep beside anonymous peers, in means of a month."""
    if isinstance(frame, pd.DataFrame) and "measure" in frame:
        counted = frame["measure"].isin(COUNTED_MEASURES)
        frame = frame.assign(kind=counted.map({True: "number", False: "money"}))
    columns = ("measure", "value", "median", "low", "high", "peers")
    return table(frame, words, title=title, columns=columns, caption=words.t("table.peers"))


def landing(found, words: Words, *, title: str = "", measure: str = "bookings") -> View:
    """What each way of looking ahead says of the landing, and how far it was off in the past."""
    if isinstance(found, Unavailable):
        return unavailable(found, words)
    told = words.t(f"note.{found.note}", n=found.n_backtest) if found.note else ""
    known = found.views[found.views["landing"].notna()]
    if known.empty:
        return note(told) if told else nothing(words)
    whole = {"view": "combined", "landing": found.landing, "error": found.error}
    frame = pd.DataFrame([whole, *known.to_dict("records")])
    columns = ("view", "landing", "error")
    return table(frame, words, title=title, columns=columns, caption=told, measure=measure,
                 highlight=_first(frame))  # fmt: skip


def practices(frame, words: Words, *, title: str = "") -> View:
    """What to copy from whom."""
    if isinstance(frame, pd.DataFrame) and "behaviour" in frame:
        rates = frame["behaviour"].astype(str).str.startswith("win_rate")
        frame = frame.assign(kind=rates.map({True: "percent", False: "count"}))
    columns = ("rep", "attainment", "behaviour", "value", "median", "multiple")
    return table(frame, words, title=title, columns=columns)


def actions(frame, words: Words, *, title: str = "") -> View:
    """Actions with owner and day; the role stands where no person is named."""
    if isinstance(frame, pd.DataFrame) and {"owner", "owner_role"} <= set(frame.columns):
        roles = [words.term("owner_role", role) for role in frame["owner_role"]]
        owners = frame["owner"].astype("object")
        frame = frame.assign(owner=owners.where(owners.notna(), roles))
    columns = ("action", "cause", "owner", "due_on", "status", "effect", "expected_effect",
               "measured_effect")  # fmt: skip
    return table(frame, words, title=title, columns=columns)


_TAG = re.compile(r"<(table|thead|tbody|tr|th|td)\b([^>]*)>")
_SCOPE = re.compile(r'\bscope="(\w+)"')


def _view(raw: str, *, title: str, lines: Sequence[str], label: str) -> View:
    """Great Tables' table without its styles and ids, in the kit's own frame."""
    body = raw[raw.index("<table") : raw.index("</table>")]
    body = re.sub(r"\s*\n\s*", "", _TAG.sub(_bare, body))
    if title:
        body = body.replace(">", f"><caption>{html.escape(title)}</caption>", 1)
    notes = f'<p class="kit-note">{html.escape(" ".join(lines))}</p>' if lines else ""
    return View(
        f'<div class="kit-table"><div class="kit-scroll" role="region" tabindex="0" '
        f'aria-label="{html.escape(label)}">{body}</table></div>{notes}</div>',
        title=title,
    )


def _bare(found: re.Match) -> str:
    tag, attributes = found[1], found[2]
    scope = _SCOPE.search(attributes)
    kept = f' scope="{scope[1]}"' if scope else ""
    kept += ' class="n"' if "gt_right" in attributes else ""
    return f"<{tag}{kept}>"


def _default(frame: pd.DataFrame) -> list[str]:
    hidden = set(_NEVER)
    if "part" in frame or "rep" in frame:
        hidden.add("scope")
    if "value" in frame:
        hidden.add("kind")
    return [name for name in frame.columns if name not in hidden]


def _first(frame: pd.DataFrame | Unavailable) -> list[bool] | None:
    if isinstance(frame, Unavailable) or len(frame) < 2:
        return None
    return [row == 0 for row in range(len(frame))]
