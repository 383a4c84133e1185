"""Price, volume, mix, new and lost: the parts of a revenue variance, which sum to it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.diagnose import customers
from kit.diagnose.article_effects import ArticleEffects, articles, between
from kit.diagnose.reference import reference

__all__ = ("ArticleEffects", "EFFECTS", "articles", "between", "by_line", "decompose", "revenue",
           "statuses")  # fmt: skip

EFFECTS = ("price", "volume", "mix", "new", "lost")

_SIDES = {"q": "quantity", "l": "list_amount", "a": "amount"}


def revenue(case: Case) -> pd.DataFrame | Unavailable:
    """Take the variance of bookings apart into five effects.

    Returns
    -------
    DataFrame or Unavailable
        effect (price, volume, mix, new, lost), amount (money; a negative one cost bookings). The
        amounts sum to actual − reference (see `kit.diagnose.reference`).
        Unavailable(reason="no_last_year") where last year cannot be scaled.

    Notes
    -----
    See `decompose` for the formulas, `kit.diagnose.customers.status` for new and lost.
    """
    found = reference(case)
    if isinstance(found, Unavailable):
        return found
    if found.factor is None:
        return Unavailable(reason="no_last_year")
    lines = by_line(case)
    sums = lines[list(EFFECTS)].sum()
    sums["mix"] += found.variance - float(sums.sum())  # what rounding of floats left over
    return pd.DataFrame({"effect": list(EFFECTS), "amount": [float(sums[one]) for one in EFFECTS]})


@once
def by_line(case: Case) -> pd.DataFrame:
    """The five effects of a case with a last year by product line; see `decompose`."""
    found, status = reference(case), statuses(case)["status"]
    return decompose(found.now, found.before, factor=found.factor, status=status)


@once
def statuses(case: Case) -> pd.DataFrame:
    """New, lost and kept customers of a case with a last year; see `customers.status`."""
    found = reference(case)
    held = found.before.groupby("customer_id")["amount"].sum() * found.factor
    return customers.status(
        case.data.sales, held, end=found.end, before_end=found.before_end or found.start
    )


def decompose(
    now: pd.DataFrame, before: pd.DataFrame, *, factor: float = 1.0, status: pd.Series | None = None
) -> pd.DataFrame:
    """Split the difference between two sets of order lines into five effects by product line.

    With quantity q and money a of a cell (article × customer), 1 for now and 0 for the reference
    (before × factor), p0 the reference price of the cell, and for the kept customers of a line
    Q = Σq, P0 = Σa0 ÷ Q0:

        new    = Σ a1 of new customers
        lost   = Σ (a1 − a0) of lost customers
        price  = Σ (a1 − q1 · p0) of kept customers
        volume = (Q1 − Q0) · P0
        mix    = Σ (q1 · p0 − a0) − volume

    Parameters
    ----------
    now, before : DataFrame
        Order lines: article, product_id, customer_id, line, quantity, list_amount, amount.
    factor : float
        What the reference's quantities and money are multiplied by; prices stay.
    status : Series, optional
        `new`, `lost` or `kept` by customer_id; who is not in it is kept.

    Returns
    -------
    DataFrame
        Indexed by line (empty text: not stated): price, volume, mix, new, lost, priced (Σ q1 · p0,
        what now's kept pieces are worth at reference prices), net and listed (kept customers' net
        and list money now, of rows whose list money is known), net_before and listed_before
        (before, without the factor).

    Notes
    -----
    p0 is the cell's own net price in the reference. Where the cell was not sold then, it is the
    article's list price of then (of now, for an article that is new) less the discount that the
    customer had on the line, else the line, else all. Without list prices it is the article's mean
    net price; without even that the price of now, so that a new article counts as volume and mix.
    Money without quantity, such as a credit note, counts as price. Where a line's P0 is not above
    zero, all but price is volume.

    Examples
    --------
    >>> def rows(quantity, amount):
    ...     return pd.DataFrame({"article": ["A"], "product_id": ["A"], "customer_id": ["C"],
    ...         "line": ["L"], "quantity": [quantity], "list_amount": [None], "amount": [amount]})
    >>> found = decompose(rows(12.0, 108.0), rows(10.0, 100.0))
    >>> found.loc["L", ["price", "volume", "mix"]].tolist()
    [-12.0, 20.0, 0.0]
    """
    sold = _sold(now, before)
    cells = _cells(sold)
    cells["p0"] = _reference_price(cells, sold)
    cells[["q0", "a0"]] *= factor
    labels = pd.Series("kept", index=sold.customers)
    if status is not None:
        labels = sold.customers.to_series().map(status.to_dict()).astype(object).fillna("kept")
    labels = labels.to_numpy()[cells["customer"]]
    cells["priced"] = cells["q1"] * cells["p0"]
    lines, kept = np.unique(cells["line"]), cells[labels == "kept"]
    columns = ["q0", "a0", "q1", "a1", "priced", "l0", "n0", "l1", "n1"]
    sums = kept[columns].groupby(kept["line"]).sum().reindex(lines, fill_value=0.0)
    mean = (sums["a0"] / sums["q0"].where(sums["q0"] > 0)).where(lambda found: found > 0)
    moved = sums["priced"] - sums["a0"]
    volume = ((sums["q1"] - sums["q0"]) * mean).fillna(moved)
    table = pd.DataFrame({"price": sums["a1"] - sums["priced"], "volume": volume})
    table["mix"] = moved - volume
    for label in ("new", "lost"):
        part = cells[labels == label]
        table[label] = (part["a1"] - part["a0"]).groupby(part["line"]).sum()
    table["priced"] = sums["priced"]
    table[["listed", "net", "listed_before", "net_before"]] = sums[["l1", "n1", "l0", "n0"]]
    return table.fillna(0.0).set_axis(sold.lines[lines].rename("line"))


class _Sold(NamedTuple):
    """Order lines of both sides, with places in sorted names for article, customer and line.

    Columns of `rows`: now (which side), article, customer, line, quantity q, list l (empty where
    not known) and amount a.
    """

    rows: pd.DataFrame
    articles: pd.Index
    customers: pd.Index
    lines: pd.Index


def _sold(now: pd.DataFrame, before: pd.DataFrame) -> _Sold:
    columns = ["article", "product_id", "customer_id", "line"]
    texts = pd.concat([now[columns], before[columns]], ignore_index=True).astype("str")
    article = texts["article"].fillna(texts["product_id"])
    found = [article, texts["customer_id"], texts["line"]]
    (article, articles), (customer, customers), (line, lines) = (
        one.fillna("").factorize(sort=True) for one in found
    )
    both = {"now": np.arange(len(texts)) < len(now)}
    both |= {"article": article, "customer": customer, "line": line}
    for short, column in _SIDES.items():
        both[short] = np.concatenate([side[column].astype(float) for side in (now, before)])
    return _Sold(pd.DataFrame(both), articles, customers, lines)


def _cells(sold: _Sold) -> pd.DataFrame:
    """One row per article × customer: quantity q, list l, amount a, now (1) and before (0).

    n is the net amount of the rows whose list amount is known, so that n ÷ l is a discount.
    """
    rows, many = sold.rows, len(sold.customers)
    values = rows[["q", "l", "a"]].fillna(0.0)
    values["n"] = values["a"].where(rows["l"].notna(), 0.0)
    place = rows["article"] * many + rows["customer"]
    one, zero = (values[side].groupby(place[side]).sum() for side in (rows["now"], ~rows["now"]))
    places = np.unique(place)
    cells = pd.concat(
        [one.reindex(places).add_suffix("1"), zero.reindex(places).add_suffix("0")], axis=1
    )
    cells = cells.fillna(0.0).reset_index(drop=True)
    lines = rows.drop_duplicates("article").set_index("article")["line"]
    article, customer = divmod(places, many or 1)
    line = lines.reindex(article).to_numpy()
    return cells.assign(article=article, customer=customer, line=line)


def _reference_price(cells: pd.DataFrame, sold: _Sold) -> pd.Series:
    own = _ratio(cells["a0"], cells["q0"])
    listed = _list_price(sold, cells, now=False).fillna(_list_price(sold, cells, now=True))
    known = cells[["n0", "l0"]]
    both = _whole(known, cells["customer"] * len(sold.lines) + cells["line"])
    kept = _ratio(both["n0"], both["l0"])
    line = _whole(known, cells["line"])
    kept = kept.fillna(_ratio(line["n0"], line["l0"]))
    kept = kept.fillna(_ratio(*(pd.Series(known[one].sum(), cells.index) for one in known)))
    article = _whole(cells[["a0", "q0"]], cells["article"])
    mean = _ratio(article["a0"], article["q0"])
    price = own.fillna(listed * kept).fillna(mean)
    return price.fillna(_ratio(cells["a1"], cells["q1"])).fillna(0.0)


def _whole(cells: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
    """For each cell the sums over all that share its key."""
    return cells.groupby(key).sum().reindex(key).set_axis(cells.index)


def _list_price(sold: _Sold, cells: pd.DataFrame, *, now: bool) -> pd.Series:
    """Mean list price of a piece by the cells' article, from rows whose list amount is known."""
    rows = sold.rows[(sold.rows["now"] == now) & sold.rows["l"].notna()]
    sums = rows[["l", "q"]].groupby(rows["article"]).sum()
    found = _ratio(sums["l"], sums["q"]).reindex(cells["article"])
    return found.set_axis(cells.index)


def _ratio(top: pd.Series, bottom: pd.Series) -> pd.Series:
    """top ÷ bottom where both are above zero, else NaN."""
    whole = top.to_numpy(), bottom.to_numpy()
    found = np.divide(*whole, out=np.full(len(top), np.nan), where=(whole[0] > 0) & (whole[1] > 0))
    return pd.Series(found, index=top.index)
