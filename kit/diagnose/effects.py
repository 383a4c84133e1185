"""Price, volume, mix, new and lost: the parts of a revenue variance, which sum to it."""

from __future__ import annotations

import pandas as pd

from kit.data.case import Case
from kit.data.tables import Unavailable
from kit.diagnose import customers
from kit.diagnose.reference import Reference, reference

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
    lines = by_line(case, found)
    sums = lines[list(EFFECTS)].sum()
    sums["mix"] += found.variance - float(sums.sum())  # what rounding of floats left over
    return pd.DataFrame({"effect": list(EFFECTS), "amount": [float(sums[one]) for one in EFFECTS]})


def by_line(case: Case, found: Reference) -> pd.DataFrame:
    """The five effects of a case by product line; see `decompose`."""
    status = statuses(case, found)["status"]
    return decompose(found.now, found.before, factor=found.factor, status=status)


def statuses(case: Case, found: Reference) -> pd.DataFrame:
    """New, lost and kept customers of a case; see `kit.diagnose.customers.status`."""
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
    cells = _cells(now, before)
    cells["p0"] = _reference_price(cells, now, before)
    cells[["q0", "a0"]] *= factor
    labels = pd.Series("kept", index=cells.index)
    if status is not None:
        labels = cells["customer"].map(status.to_dict()).astype(object).fillna("kept")
    cells["priced"] = cells["q1"] * cells["p0"]
    kept = cells[labels == "kept"]
    sums = kept.groupby("line")[["q0", "a0", "q1", "a1", "priced"]].sum()
    sums = sums.reindex(sorted(cells["line"].unique()), fill_value=0.0)
    mean = (sums["a0"] / sums["q0"].where(sums["q0"] > 0)).where(lambda found: found > 0)
    moved = sums["priced"] - sums["a0"]
    volume = ((sums["q1"] - sums["q0"]) * mean).fillna(moved)
    table = pd.DataFrame({"price": sums["a1"] - sums["priced"], "volume": volume})
    table["mix"] = moved - volume
    for label in ("new", "lost"):
        part = cells[labels == label]
        table[label] = (part["a1"] - part["a0"]).groupby(part["line"]).sum()
    table["priced"] = sums["priced"]
    listed = kept[["line"]].join(kept[["l1", "n1", "l0", "n0"]]).groupby("line").sum()
    table[["listed", "net", "listed_before", "net_before"]] = listed
    return table.fillna(0.0)


def _cells(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """One row per article × customer: quantity q, list l, amount a, now (1) and before (0).

    n is the net amount of the rows whose list amount is known, so that n ÷ l is a discount.
    """
    one = _summed(now).add_suffix("1")
    zero = _summed(before).add_suffix("0")
    cells = one.join(zero, how="outer").fillna(0.0).sort_index().reset_index()
    names = pd.concat([_named(now), _named(before)])
    lines = names.drop_duplicates("article").set_index("article")["line"]
    cells["line"] = cells["article"].map(lines)
    return cells


def _named(sales: pd.DataFrame) -> pd.DataFrame:
    article = sales["article"].fillna(sales["product_id"]).fillna("")
    return pd.DataFrame(
        {
            "article": article,
            "customer": sales["customer_id"].fillna(""),
            "line": sales["line"].fillna(""),
        }
    ).astype(object)


def _summed(sales: pd.DataFrame) -> pd.DataFrame:
    table = _named(sales)
    for short, column in _SIDES.items():
        table[short] = sales[column].fillna(0.0).astype(float)
    table["n"] = table["a"].where(sales["list_amount"].notna(), 0.0)
    return table.groupby(["article", "customer"])[["q", "l", "a", "n"]].sum()


def _reference_price(cells: pd.DataFrame, now: pd.DataFrame, before: pd.DataFrame) -> pd.Series:
    own = _ratio(cells["a0"], cells["q0"])
    listed = _list_price(before, cells).fillna(_list_price(now, cells))
    kept = _ratio(*_sums(cells, ["customer", "line"]))
    kept = kept.fillna(_ratio(*_sums(cells, ["line"])))
    kept = kept.fillna(_ratio(*(pd.Series(cells[one].sum(), cells.index) for one in ("n0", "l0"))))
    article = cells.groupby("article")[["a0", "q0"]].transform("sum")
    mean = _ratio(article["a0"], article["q0"])
    price = own.fillna(listed * kept).fillna(mean)
    return price.fillna(_ratio(cells["a1"], cells["q1"])).fillna(0.0)


def _sums(cells: pd.DataFrame, by: list[str]) -> tuple[pd.Series, pd.Series]:
    sums = cells.groupby(by)[["n0", "l0"]].transform("sum")
    return sums["n0"], sums["l0"]


def _list_price(sales: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    """Mean list price of a piece by the cells' article, from rows whose list amount is known."""
    rows = sales[sales["list_amount"].notna()]
    article = _named(rows)["article"]
    sums = rows[["list_amount", "quantity"]].astype(float).groupby(article).sum()
    return cells["article"].map(_ratio(sums["list_amount"], sums["quantity"]))


def _ratio(top: pd.Series, bottom: pd.Series) -> pd.Series:
    """top ÷ bottom where both are above zero, else NaN."""
    return (top / bottom.where(bottom > 0)).where(lambda found: found > 0)
