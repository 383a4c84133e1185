"""What is seen of scenarios: all of them side by side, and two of them compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from kit.data.tables import Unavailable
from kit.show import amounts, notes, tables
from kit.show.view import View, together
from kit.show.words import Words

_PERCENT = ("reserve", "market_share", "blend", "padding", "achievable", "ramp")
_MONEY = ("value", "locks", "floors", "caps", "unit")


def each(found: pd.DataFrame | Unavailable, words: Words, *, scenario: str = "") -> View:
    """The scenarios of a company with target, growth and chance; what each stands for below.

    Below stands too what is wrong with those that cannot be used, and how many are not shown.

    Parameters
    ----------
    found : DataFrame or Unavailable
        scenario, title, note, target, growth, handed_out, reserve, chance, fault, detail; attrs:
        more.
    words : Words
    scenario : str
        Name of the one that is chosen, set in bold; empty: the parameters as they are.
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    found = found.assign(**{one: "" for one in ("fault", "detail") if one not in found})
    titles = [_title(one, words) for one in found["title"]]
    marked = [
        words.t("scenario.unusable", title=title) if fault else title
        for title, fault in zip(titles, found["fault"], strict=True)
    ]
    table = tables.table(
        found.assign(title=marked),
        words,
        columns=("title", "target", "growth", "handed_out", "reserve", "chance"),
        kinds={"handed_out": "money"},
        headings={
            "title": words.t("scenario.scenario"), "handed_out": words.t("scenario.handed_out")
        },
        highlight=[one == scenario for one in found["scenario"]],
    )  # fmt: skip
    told = [*_notes(found.assign(title=titles), words)]
    return together([table, notes.points(told)]) if told else table


def comparison(found: Any, words: Words) -> View:
    """What changes between two scenarios: in a sentence, by part, and which parameters differ.

    Parameters
    ----------
    found : Comparison or Unavailable
        title_a, title_b, parts and settings, as `kit.plan.scenario.compare` has them.
    words : Words
    """
    if isinstance(found, Unavailable):
        return notes.unavailable(found, words)
    one, other = (_title(title, words) for title in (found.title_a, found.title_b))
    parts = tables.table(
        found.parts,
        words,
        columns=("part", "target_a", "target_b", "change", "change_share", "chance_a", "chance_b"),
        kinds={
            "target_a": "money", "target_b": "money", "change": "signed_money",
            "change_share": "signed_percent", "chance_a": "chance", "chance_b": "chance",
        },
        headings={
            "target_a": words.t("scenario.target_of", title=one),
            "target_b": words.t("scenario.target_of", title=other),
            "change": words.t("scenario.change"),
            "change_share": words.t("scenario.change_share"),
            "chance_a": words.t("scenario.chance_of", title=one),
            "chance_b": words.t("scenario.chance_of", title=other),
        },
        highlight=[number == 0 for number in range(len(found.parts))],
    )  # fmt: skip
    views = [notes.points(_finding(found.parts, one, other, words)), parts]
    if len(found.settings):
        views.append(_settings(found.settings, one, other, words))
    return together(views)


def setting(key: str, words: Words) -> str:
    """A parameter's name for the eye; one without a phrase as the files have it.

    Examples
    --------
    >>> setting("targets.growth", Words("en")), setting("targets.locks.region:East", Words("en"))
    ('Growth', 'Lock of Region East')
    >>> setting("track.red", Words("en"))
    'track.red'
    """
    inner = key.removeprefix("targets.")
    kind, _, of = inner.partition(".")
    if kind in ("locks", "floors", "caps") and of:
        return words.t(f"setting.{kind}", scope=of)
    phrase = f"setting.{inner}"
    return words.t(phrase) if key.startswith("targets.") and words.has(phrase) else key


def value(key: str, found: Any, words: Words) -> str:
    """A parameter's value for the eye.

    Examples
    --------
    >>> value("targets.growth", 0.06, Words("en")), value("targets.value", None, Words("en"))
    ('+6.0%', 'not set')
    """
    kind = key.removeprefix("targets.").partition(".")[0]
    if found is None or (isinstance(found, (list, str)) and not found):
        return words.t("scenario.unset")
    if kind == "hires":
        return words.list(_hire(one, words) for one in found)
    if isinstance(found, list):
        return words.list(value(key, one, words) for one in found)
    if kind == "growth" or kind == "growth_limits":
        return words.signed_percent(found)
    if kind in _PERCENT:
        return words.percent(found)
    if kind in _MONEY:
        return words.money(found)
    if kind == "method":
        return words.term("view", found)
    return words.term(kind, found) if kind == "split" else words.text(found)


def _hire(one: dict, words: Words) -> str:
    place = one.get("team") or one.get("region")
    key = "scenario.hire_in" if place else "scenario.hire"
    return words.t(key, posts=one["posts"], on=one["on"], place=place)


def _settings(found: pd.DataFrame, one: str, other: str, words: Words) -> View:
    rows = found.itertuples(index=False)
    frame = pd.DataFrame(
        [
            {
                "setting": setting(row.setting, words),
                "value_a": value(row.setting, row.value_a, words),
                "value_b": value(row.setting, row.value_b, words),
            }
            for row in rows
        ]
    )
    headings = {"setting": words.t("scenario.setting"), "value_a": one, "value_b": other}
    return tables.table(frame, words, headings=headings, title=words.t("scenario.differ"))


def _finding(parts: pd.DataFrame, one: str, other: str, words: Words) -> list[str]:
    whole, rest = parts.iloc[0], parts.iloc[1:]
    rest = rest[~rest["scope"].isin(["reserve", "held"]) & rest["change"].notna()]
    known = not (amounts.missing(whole["chance_a"]) or amounts.missing(whole["chance_b"]))
    key = "scenario.finding" if whole["change"] else "scenario.finding_same"
    facts = {"one": one, "other": other, "target": whole["target_b"]}
    facts |= {name: whole[name] for name in ("change", "change_share", "chance_a", "chance_b")}
    told = [words.t(key + ("_chance" if known else ""), **facts)]
    most = rest.loc[rest["change"].abs().sort_values(ascending=False, kind="stable").index[:1]]
    if len(most) and most["change"].iloc[0]:
        part, change = most["part"].iloc[0], most["change"].iloc[0]
        told.append(words.t("scenario.most", part=words.term("part", part), change=change))
    return told


def _notes(found: pd.DataFrame, words: Words) -> Iterator[str]:
    """What each scenario stands for, what is wrong with it, and how many are not shown."""
    for row in found.itertuples(index=False):
        if row.fault:
            key = f"scenario.{row.fault}" + ("" if row.detail else "_untold")
            yield words.t(key, title=row.title, detail=row.detail)
        elif row.note:
            yield words.t("scenario.note", title=row.title, note=row.note)
    if found.attrs.get("more"):
        key = "scenario.more" if found.attrs["more"] > 1 else "scenario.more_one"
        yield words.t(key, n=found.attrs["more"])


def _title(title: str, words: Words) -> str:
    return title or words.t("scenario.as_decided")
