"""Scorecards and the KPI table: what each part scored, against whom, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes
from kit.show.folded import folded
from kit.show.people_table import named_reps
from kit.show.table import table
from kit.show.view import View, together
from kit.show.words import Words

_WIDE = 5  # components beside the names that a phone has room for
_FEW = 8  # parts up to which a table lies open
_RESULTS = ("bookings", "margin", "collections", "new_customers")
_REST = ("activity", "assessment", "satisfaction", "retention")
_CARD = ("part", "place", "score", "change", "attainment", "yoy", "margin_rate")
_KINDS = {
    "place": "text", "score": "number", "change": "text", "margin_rate": "percent",
    "ratio": "percent", "weight": "percent", **dict.fromkeys((*_RESULTS, *_REST), "percent"),
}  # fmt: skip
_KPI = ("kpi", "value", "target", "last_period", "last_year", "best")


def scorecard(
    found: pd.DataFrame | Unavailable, words: Words, *, weights: Mapping[str, float] | None = None
) -> View:
    """A table each of regions, teams and reps, best score first; of one rep alone the own card.

    Parameters
    ----------
    found : DataFrame or Unavailable
        From `kit.review.score.scorecard`.
    words : Words
    weights : mapping, optional
        From `kit.review.score_weights.weights`: then a line says what weighs how much.
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    rows = found.assign(
        name=named_reps(found.assign(rep=found["part"]), words),
        change=[_change(one, words) for one in found["trend"]],
        place=[_place(*one, words) for one in zip(found["rank"], found["of"], strict=True)],
    )
    rows = rows.assign(part=rows["name"])
    lines = _lines(rows, words, weights or {})
    if len(rows) == 1 and rows["kind"].iloc[0] == "rep":
        return together([_own(rows.iloc[0], words, weights or {}), *lines])
    views = [_of_kind(each, kind, words) for kind, each in rows.groupby("kind", sort=False)]
    return together([*views, *lines])


def kpis(found: pd.DataFrame | Unavailable, words: Words) -> View:
    """Each KPI against target, last period, last year and the best; what is unknown, folded.

    Parameters
    ----------
    found : DataFrame or Unavailable
        From `kit.review.kpis.kpis`.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    known = found[found["value"].notna()]
    if known.empty:
        return notes.nothing(words, key="scorecards.kpi_none")
    cells = pd.DataFrame(
        {
            "kpi": [words.t(f"scorecards.kpi.{one}") for one in known["kpi"]],
            **{
                name: [_cell(one, kind, words) for one, kind in
                       zip(known[name], known["kind"], strict=True)]
                for name in ("value", "target", "last_period", "last_year")
            },
            "best": [_best(one, words) for one in known.to_dict("records")],
        },
        dtype=object,
    )  # fmt: skip
    view = table(
        cells, words, title=words.t("scorecards.title.kpis"), columns=_KPI,
        kinds=dict.fromkeys(_KPI, "text"), headings=_headings(_KPI, words),
        caption=_joined(_kpi_lines(known, words), words),
    )  # fmt: skip
    unknown = found[found["value"].isna()]
    if unknown.empty:
        return view
    told = [
        words.t("scorecards.unknown", kpi=words.t(f"scorecards.kpi.{one.kpi}"),
                why=_why(one, words))
        for one in unknown.itertuples(index=False)
    ]  # fmt: skip
    head = words.t("scorecards.head.unknown", n=len(told))
    return together([view, folded([notes.note(one) for one in told], head)])


def _of_kind(rows: pd.DataFrame, kind: str, words: Words) -> View:
    first = table(
        rows, words, title=words.t(f"scorecards.title.{kind}"), columns=_CARD, kinds=_KINDS,
        headings=_headings(_CARD, words),
    )  # fmt: skip
    groups = [[one for one in names if rows[one].notna().any()] for names in (_RESULTS, _REST)]
    if sum(map(len, groups)) <= _WIDE:
        groups = [[*groups[0], *groups[1]]]
    grids = [
        table(rows, words, columns=("part", *names), kinds=_KINDS,
              headings=_headings(("part", *names), words))
        for names in groups if names
    ]  # fmt: skip
    if len(rows) > _FEW:
        head = words.t(f"scorecards.head.{kind}", n=len(rows))
        return folded([first, *grids], head)
    return together([first, folded(grids, words.t("scorecards.head.parts"))]) if grids else first


def _own(row: pd.Series, words: Words, weights: Mapping[str, float]) -> View:
    """One rep's own card: the score as a sentence, below it each component."""
    key = "scorecards.own" + ("_unknown" if pd.isna(row["score"]) else "")
    lines = [notes.sentence(words.t(key, rep=row["part"], score=row["score"], known=row["known"]))]
    if pd.notna(row["quarter"]):
        lines.append(notes.sentence(words.t(f"scorecards.quarter_{int(row['quarter'])}")))
    named = [one for one in (*_RESULTS, *_REST) if pd.notna(row[one])]
    cells = pd.DataFrame(
        {
            "component": [words.t(f"scorecards.heading.{one}") for one in named],
            "ratio": [float(row[one]) for one in named],
            "weight": [weights.get(one) for one in named],
        }
    )
    columns = ("component", "ratio", "weight")
    if cells.empty:
        return together(lines)
    beside = pd.notna(row["margin"]) or pd.notna(row["activity"])
    shown = table(
        cells, words, columns=columns, kinds=_KINDS, headings=_headings(columns, words),
        caption=words.t("scorecards.own_note") if beside else "",
    )  # fmt: skip
    return together([*lines, shown])


def _lines(rows: pd.DataFrame, words: Words, weights: Mapping[str, float]) -> list[View]:
    lines = []
    told = [
        words.t("scorecards.weight", component=words.t(f"scorecards.heading.{one}"), weight=share)
        for one, share in weights.items() if share > 0
    ]  # fmt: skip
    if told and len(rows) > 1:
        lines.append(words.t("scorecards.weights", weights=told))
    if len(rows) > 1:
        lines.append(words.t("scorecards.note"))
    small = rows[rows["small_quota"].astype(bool)]
    lines += [
        words.t("scorecards.small_quota", rep=one.part, target=one.target,
                attainment=one.attainment)
        for one in small.itertuples(index=False)
    ]  # fmt: skip
    if len(rows) > 1 and rows["score"].isna().all():
        lines.append(words.t("scorecards.none_scored"))
    for name, mask in (("moved", rows["moved"].astype(bool)), ("unscored", rows["score"].isna())):
        who = rows.loc[mask, "part"]
        if len(who) and len(rows) > 1 and not (name == "unscored" and mask.all()):
            shown = [*who[:_FEW]]
            more = len(who) - len(shown)
            key = f"scorecards.{name}" + ("_more" if more else "")
            lines.append(words.t(key, who=shown, n=more))
    return [notes.points(lines)] if lines else []


def _kpi_lines(known: pd.DataFrame, words: Words) -> list[str]:
    by_key = known.set_index("kpi")
    lines = []
    if "coverage_next" in by_key.index:
        lines.append(words.t(f"scorecards.cover_{by_key.at['coverage_next', 'basis']}"))
    if "high_margin_share" in by_key.index and by_key.at["high_margin_share", "detail"]:
        lines.append(words.t("scorecards.lines", lines=by_key.at["high_margin_share", "detail"]))
    for of in ("part", "upper_quartile", "peers_mean"):
        rows = known[known["best_of"] == of]
        if len(rows):
            many = rows["peers"].min()
            lines.append(words.t(f"scorecards.best_{of}", n=0 if pd.isna(many) else int(many)))
    return lines


def _cell(value: float, kind: str, words: Words) -> str | None:
    return None if pd.isna(value) else getattr(words, kind)(value)


def _best(row: dict, words: Words) -> str | None:
    text = _cell(row["best"], row["kind"], words)
    if text is None or not isinstance(row["best_name"], str):
        return text
    return words.t("scorecards.best", value=text, name=row["best_name"])


def _why(row, words: Words) -> str:
    told = {
        name: value if isinstance(value := getattr(row, name), str) else ""
        for name in ("table", "reason", "detail")
    }
    return notes.unavailable(Unavailable(**told), words).title


def _place(rank: float, of: float, words: Words) -> str | None:
    if pd.isna(rank) or pd.isna(of) or of < 2:
        return None
    return words.t("scorecards.place", rank=rank, of=of)


def _change(trend: Sequence[float | None], words: Words) -> str | None:
    """The score now − that of the period before; null where one of them is not known."""
    if len(trend) < 2 or trend[-1] is None or trend[-2] is None:
        return None
    change = round(trend[-1] - trend[-2], 2)
    return amounts.decimal(change, words.language, digits=2, signed=change != 0)


def _headings(columns: Sequence[str], words: Words) -> dict[str, str]:
    return {
        name: words.t(f"scorecards.heading.{name}")
        for name in columns if words.has(f"scorecards.heading.{name}")
    }  # fmt: skip


def _joined(lines: Sequence[str], words: Words) -> str:
    return ("" if words.language == "zh" else " ").join(lines)
