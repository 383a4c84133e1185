"""Price, volume, mix, new, lost and currency: a variance taken apart article by article."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import currency
from kit.diagnose.bridges import OTHERS, chosen, shown
from kit.diagnose.reference import Reference, reference
from kit.errors import SettingsError, nearest

EFFECTS = ("price", "volume", "mix", "currency", "new", "lost")
_DUST = 1e-9  # pieces that are none
LEVELS = {"article": "article", "line": "line", "customer": "customer_id"}


@dataclass(frozen=True)
class ArticleEffects:
    """The effects of a case, in all and by article.

    Parameters
    ----------
    against : str
        `target`, `last_year` or `last_period`.
    reference, actual : float
        Money.
    effects : DataFrame
        effect, amount; the amounts sum to actual − reference.
    articles : DataFrame
        part, price, volume, mix, currency (where rates are known), new, lost, effect (their sum):
        the `settings.diagnose.largest` largest, most costly first, and the rest as `others`.
    """

    against: str
    reference: float
    actual: float
    effects: pd.DataFrame
    articles: pd.DataFrame


@once
def articles(case: Case, *, against: str = "target") -> ArticleEffects | Unavailable:
    """Take the variance of bookings apart at article level.

    Parameters
    ----------
    case : Case
    against : str
        `target` (last year's articles × target ÷ last year, at last year's prices; last year itself
        where no target is set), `last_year` or `last_period`.

    Returns
    -------
    ArticleEffects or Unavailable
        Unavailable as `kit.diagnose.reference` is, and `no_last_year` where there are no articles
        to scale to the target.

    Notes
    -----
    See `table` for the formulas; pieces are added up within a product line.
    """
    found = reference(case, against=against)
    if isinstance(found, Unavailable):
        return found
    if found.factor is None:
        return Unavailable(reason="no_last_year")
    each = table(found.now, found.before, factor=found.factor, within="line")
    return ArticleEffects(
        against=found.against,
        reference=found.total,
        actual=found.actual,
        effects=_summed(each, found.variance),
        articles=_largest(case, found, each),
    )


def between(
    now: pd.DataFrame, before: pd.DataFrame, *, level: str = "article", factor: float = 1.0
) -> pd.DataFrame:
    """Split the difference between two spans of sales into price, volume, mix, new and lost.

    Parameters
    ----------
    now, before : DataFrame
        Order lines of the two spans, such as those of two years; see `table`.
    level : str
        What has a price and is new or lost: article, line or customer.
    factor : float
        What the quantities and money of `before` are multiplied by; prices stay.

    Returns
    -------
    DataFrame
        effect (price, volume, mix, currency where lines have rates, new, lost), amount (money),
        which sum to Σ now − factor × Σ before.

    Examples
    --------
    >>> def rows(*sold):
    ...     return pd.DataFrame(sold, columns=["article", "quantity", "amount"])
    >>> before = rows(("A", 10.0, 100.0), ("B", 10.0, 300.0), ("gone", 1.0, 50.0))
    >>> now = rows(("A", 18.0, 162.0), ("B", 6.0, 192.0), ("fresh", 2.0, 30.0))
    >>> found = between(now, before).set_index("effect")["amount"]
    >>> found.round(2).to_dict()
    {'price': -6.0, 'volume': 80.0, 'mix': -120.0, 'new': 30.0, 'lost': -50.0}
    """
    each = table(now, before, level=level, factor=factor)
    whole = float(now["amount"].sum()) - factor * float(before["amount"].sum())
    return _summed(each, whole)


def table(
    now: pd.DataFrame,
    before: pd.DataFrame,
    *,
    level: str = "article",
    factor: float = 1.0,
    within: str = "",
) -> pd.DataFrame:
    """The effects of each article between two spans of sales.

    With quantity q, money a and price p = a ÷ q of an article, 1 for now and 0 for before
    (q and a × factor), and Q = Σ q over the continuing articles, those with pieces in both spans
    (of the article's own line, where `within` says so):

        volume = (Q1 ÷ Q0 − 1) × a0              Σ: (Q1 − Q0) × P0, P0 = Σ a0 ÷ Q0
        mix    = (q1 − q0 × Q1 ÷ Q0) × p0        Σ: Q1 × Σ (share1 − share0) × p0
        price  = q1 × (p1 − p0)
        new    = a1 of articles that had no pieces before
        lost   = −a0 of articles that have no pieces now (with their returns, a1 − a0)

    Money without pieces in either span, such as a credit note, counts as price.

    Where lines say at which `rate` they were booked, the part of `price` that comes from the rates
    alone stands apart as `currency`; see `kit.diagnose.currency.effect`.

    Parameters
    ----------
    now, before : DataFrame
        Order lines: quantity, amount, and `article` (`product_id` where it is empty), `line` or
        `customer_id`. Optional: rate and currency.
    level : str
        article, line or customer.
    factor : float
    within : str
        `line`: pieces are added up within a product line only, for a reagent is not one piece of
        what an instrument is one piece of. Empty: over all articles.

    Returns
    -------
    DataFrame
        Indexed by the article (empty text: not stated): price, volume, mix, currency (only where
        some line has a rate), new, lost, and effect, their sum.

    Raises
    ------
    SettingsError
        Where the level is not known, or what pieces are added up within.

    Notes
    -----
    Price, quantity (here volume) and mix are the selling-price, sales-quantity and sales-mix
    variances of Horngren, Datar and Rajan, Cost Accounting: A Managerial Emphasis, taken on
    revenue. Articles that came or went have no price to compare and stand apart.
    """
    if within not in ("", "line"):
        raise SettingsError(f"within: '{within}' is not known. {nearest(within, ('line',))}")
    if level not in LEVELS:
        raise SettingsError(f"level: '{level}' is not known. {nearest(level, LEVELS)}")
    keys = _key(now, level), _key(before, level)
    one, zero = _sums(now, keys[0]), _sums(before, keys[1]) * factor
    both = one.index.union(zero.index)
    q1, a1 = (one[name].reindex(both, fill_value=0.0) for name in ("quantity", "amount"))
    q0, a0 = (zero[name].reindex(both, fill_value=0.0) for name in ("quantity", "amount"))
    stays = (q1 > _DUST) & (q0 > _DUST)
    groups = _lines(now, before, keys).reindex(both) if within else pd.Series("", index=both)
    kept = [side.where(stays, 0.0).groupby(groups).transform("sum") for side in (q1, q0)]
    grown = (kept[0] / kept[1].where(stays)).fillna(1.0)
    p0 = (a0 / q0.where(stays)).fillna(0.0)
    moved = a1 - a0
    price = (a1 - q1 * p0).where(stays, moved.where((q1 <= _DUST) & (q0 <= _DUST), 0.0))
    found = {"price": price, "volume": ((grown - 1) * a0).where(stays, 0.0)}
    found["mix"] = ((q1 - q0 * grown) * p0).where(stays, 0.0)
    if currency.rated(now) or currency.rated(before):
        rates = currency.effect(now, before, keys=keys).reindex(both, fill_value=0.0)
        found["currency"] = rates.where(stays, 0.0)
        found["price"] = price - found["currency"]
    found["new"] = moved.where((q1 > _DUST) & (q0 <= _DUST), 0.0)
    found["lost"] = moved.where((q1 <= _DUST) & (q0 > _DUST), 0.0)
    return pd.DataFrame({**found, "effect": moved}).rename_axis(level)


def _key(sales: pd.DataFrame, level: str) -> pd.Series:
    key = sales[LEVELS[level]]
    if level == "article" and "product_id" in sales:
        key = key.fillna(sales["product_id"])
    return key.astype(object).where(key.notna(), "")


def _lines(
    now: pd.DataFrame, before: pd.DataFrame, keys: tuple[pd.Series, pd.Series]
) -> pd.Series:
    """The line of each article: the last one stated, now before then."""
    lines = pd.concat([before["line"], now["line"]]).fillna("").astype(object)
    named = lines.groupby(pd.concat([keys[1], keys[0]])).last()
    return named


def _sums(sales: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
    return sales[["quantity", "amount"]].astype(float).fillna(0.0).groupby(key).sum()


def _summed(each: pd.DataFrame, whole: float) -> pd.DataFrame:
    """The effects summed; what rounding of floats left over of the whole goes to the largest."""
    sums = {name: float(each[name].sum()) for name in EFFECTS if name in each}
    largest = max(sums, key=lambda name: abs(sums[name]))
    sums[largest] += whole - sum(sums.values())
    return pd.DataFrame({"effect": list(sums), "amount": list(sums.values())})


def _largest(case: Case, found: Reference, each: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in (*EFFECTS, "effect") if name in each]
    named = chosen(each["effect"], most=case.settings.diagnose.largest)
    rows = each.loc[named].sort_values("effect", kind="stable")
    rows.insert(0, "part", shown(case, found, dimension="article", ids=rows.index))
    if not named.all():
        rest = pd.DataFrame([{"part": OTHERS, **each.loc[~named, names].sum()}])
        rows = pd.concat([rows, rest])
    return rows[["part", *names]].reset_index(drop=True)
