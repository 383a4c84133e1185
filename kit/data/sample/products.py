"""The forty articles of the sample company, and which of them each customer buys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.sample.vocabulary import Vocabulary

# cheapest and dearest list price of a line, its unit cost as a share of it, its pull on customers
LINES = (
    (3_000, 9_500, 0.58, 0.80),
    (14_000, 34_000, 0.47, 0.20),
    (35, 420, 0.55, 0.76),
    (160, 1_400, 0.44, 0.24),
)
STANDARD = (0, 2)  # numbers of the standard lines
INSTRUMENTS = (0, 1)
PER_LINE = 10
BASKET = 8  # articles a customer buys again and again


@dataclass(frozen=True)
class Products:
    """One entry an article in every array; `line` is the number of its line."""

    line: np.ndarray
    price: np.ndarray
    cost: np.ndarray

    @property
    def standard(self) -> np.ndarray:
        """Whether the article is of a standard line."""
        return np.isin(self.line, STANDARD)


def products(*, rng: np.random.Generator) -> Products:
    """Draw prices and costs."""
    line = np.repeat(np.arange(4), PER_LINE)
    low, high, part, _ = (np.array(column)[line] for column in zip(*LINES, strict=True))
    step = np.tile(np.linspace(0, 1, PER_LINE), 4)
    price = low * (high / low) ** rng.permuted(step.reshape(4, -1), axis=1).ravel()
    price = np.round(price, -1) + np.where(price < 2_000, 5, 0)
    return Products(line, price, np.round(price * part * rng.uniform(0.95, 1.05, len(line)), 2))


def product_id(article: int) -> str:
    """The identifier of an article: A101 to A110 are the first line, A201 to A210 the second."""
    return f"A{article // PER_LINE + 1}{article % PER_LINE + 1:02d}"


def baskets(found: Products, count: int, *, rng: np.random.Generator):
    """What each customer buys: weights of all articles, for repeat orders and for deals.

    Returns
    -------
    repeat, deal : arrays, customers × articles
        Weights; zero for what the customer never buys. Repeat orders hold consumables, deals hold
        instruments and the consumables that go with them.
    """
    instruments = np.isin(found.line, INSTRUMENTS)
    pull = np.array([line[3] for line in LINES])[found.line]
    repeat = _favourites(np.where(instruments, 0.0, pull), count, BASKET, rng=rng)
    deal = _favourites(np.where(instruments, pull, 0.0), count, BASKET // 2, rng=rng)
    return repeat, deal + 0.15 * repeat


def _favourites(pull: np.ndarray, count: int, size: int, *, rng: np.random.Generator):
    """Weights that fall from the first favourite to the last."""
    keys = rng.gumbel(size=(count, len(pull))) + np.log(np.maximum(pull, 1e-12))
    order = np.argsort(-keys, axis=1)[:, :size]
    weights = np.zeros((count, len(pull)))
    fall = (np.arange(size) + 1.5) ** -0.8
    np.put_along_axis(weights, order, np.broadcast_to(fall / fall.sum(), order.shape), axis=1)
    return weights


def product_table(found: Products, words: Vocabulary) -> pd.DataFrame:
    """The canonical products table."""
    count = len(found.line)
    ids = [product_id(article) for article in range(count)]
    return pd.DataFrame(
        {
            "product_id": ids,
            "article": ids,
            "name": [name for line in words.articles for name in line],
            "line": np.array(words.lines)[found.line],
            "list_price": found.price,
            "unit_cost": found.cost,
        }
    )
