"""Order lines of the sample company: repeat business, won deals and returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.sample import truths
from kit.data.sample.customers import DIRECT, ONLINE, Customers, customer_id
from kit.data.sample.pipeline import Deals
from kit.data.sample.products import INSTRUMENTS, Products, product_id
from kit.data.sample.rhythm import Rhythm, arrivals
from kit.data.sample.staff import SOUTH, Staff, rep_id
from kit.data.sample.vocabulary import Vocabulary

DISCOUNT = (0.13, 0.10, 0.07)  # of classes A, B, C
LINES_REPEAT = (0.22, 0.34, 0.26, 0.18)  # chance of an order with 1, 2, 3, 4 lines
LINES_DEAL = (0.10, 0.26, 0.34, 0.30)
RETURNED = 0.004  # share of lines of which a part comes back
SHARES = (0.5, 0.6, 0.7)  # what the first rep keeps of a shared order


@dataclass(frozen=True)
class Heads:
    """One entry an order in every array; `deal` is the won deal's number or -1."""

    day: np.ndarray
    customer: np.ndarray
    channel: np.ndarray
    deal: np.ndarray
    value: np.ndarray


@dataclass(frozen=True)
class Booked:
    """The orders of the sample company.

    Parameters
    ----------
    orders, credits : DataFrame
        The canonical tables.
    deal_amounts : array
        Net amount of the order of every deal, money; 0 where there is none.
    deal_orders : Series
        The deal's number by the order's identifier.
    """

    orders: pd.DataFrame
    credits: pd.DataFrame
    deal_amounts: np.ndarray
    deal_orders: pd.Series


def book(
    found: Customers, articles: Products, beat: Rhythm, people: Staff, *,
    won: Deals, baskets: tuple[np.ndarray, np.ndarray], owner: np.ndarray, words: Vocabulary, rng,
    planted: bool = True,
) -> Booked:  # fmt: skip
    """Draw the orders and write them as order lines."""
    heads = _heads(found, beat, won=won, rng=rng)
    lines = _lines(heads, found, articles, beat, baskets=baskets, rng=rng, planted=planted)
    lines = pd.concat([lines, _returns(lines, beat, rng=rng)], ignore_index=True)
    lines["rep"] = owner[lines["day"], lines["customer"]]
    lines = _numbered(lines, beat)
    paid = lines[lines["deal"] >= 0].groupby("deal")["amount"].sum().round(2)
    amounts = np.zeros(len(won.won))
    amounts[paid.index] = paid.to_numpy()
    orders = _table(lines, found, beat, words)
    credits = _credits(lines, found, beat, people, rng=rng)
    closed = lines[lines["deal"] >= 0].drop_duplicates("deal")
    return Booked(orders, credits, amounts, closed.set_index("order_id")["deal"])


def _heads(found: Customers, beat: Rhythm, *, won: Deals, rng) -> Heads:
    numbers = np.arange(len(beat.days))[:, None]
    there = (numbers >= np.maximum(found.joined, beat.first)) & (
        numbers <= np.minimum(found.left, beat.last)
    )
    beats = np.where(found.channel == ONLINE, beat.online[:, None], beat.office[:, None])
    day, customer = arrivals(beats * found.orders * there, rng)
    value = (found.volume / found.orders)[customer] * np.exp(rng.normal(-0.03, 0.25, len(day)))
    closed = np.flatnonzero(won.won & (won.decided <= beat.last))
    later = rng.integers(0, 3, len(closed))
    signed = beat.workday(won.decided[closed], later=later)
    signed = np.minimum(signed, beat.workday(np.array([beat.last]))[0])
    whom = np.concatenate([customer, won.customer[closed]])
    when = np.concatenate([day, signed])
    deal = np.concatenate([np.full(len(day), -1), closed])
    channel = found.channel[whom]
    clicks = (channel == DIRECT) & (deal < 0) & (rng.uniform(size=len(whom)) < 0.10)
    asked = (channel == ONLINE) & (deal >= 0)
    channel = np.where(clicks, ONLINE, np.where(asked, DIRECT, channel))
    return Heads(when, whom, channel, deal, np.concatenate([value, won.value[closed]]))


def _lines(
    heads: Heads, found: Customers, articles: Products, beat: Rhythm, *, baskets, rng, planted
) -> pd.DataFrame:
    """One row a line: articles from the customer's basket, quantities from the order's value."""
    by_deal = heads.deal >= 0
    weights = np.where(by_deal[:, None], baskets[1][heads.customer], baskets[0][heads.customer])
    counts = np.where(
        by_deal,
        1 + rng.choice(4, len(by_deal), p=LINES_DEAL),
        1 + rng.choice(4, len(by_deal), p=LINES_REPEAT),
    )
    keys = np.log(np.maximum(weights, 1e-12)) + rng.gumbel(size=weights.shape)
    ranked = np.argsort(-keys, axis=1)[:, :4]
    order, place = np.nonzero(np.arange(4) < counts[:, None])
    article = ranked[order, place]
    instrument = np.isin(articles.line[article], INSTRUMENTS)
    part = rng.uniform(0.7, 1.3, len(order)) * np.where(by_deal[order] & instrument, 4.0, 1.0)
    part = part / np.bincount(order, part)[order]
    who, day = heads.customer[order], heads.day[order]
    usual = np.array(DISCOUNT)[found.grade[who]] + rng.normal(0, 0.012, len(order))
    discount = np.round(
        usual + planted * _campaign(who, day, article, found, articles, beat), 3
    )
    wanted = heads.value[order] * part / (articles.price[article] * (1 - usual))
    quantity = np.maximum(1.0, np.round(wanted))
    listed = quantity * articles.price[article]
    return pd.DataFrame(
        {
            "order": order, "place": place, "day": day, "customer": who,
            "channel": heads.channel[order], "deal": heads.deal[order], "article": article,
            "quantity": quantity, "list_amount": np.round(listed, 2),
            "amount": np.round(listed * (1 - discount), 2),
            "cost": np.round(quantity * articles.cost[article], 2),
        }
    )  # fmt: skip


def _campaign(who, day, article, found: Customers, articles: Products, beat: Rhythm) -> np.ndarray:
    """The planted rise of discounts: the South's standard lines in one quarter."""
    start, end = beat.number(truths.DISCOUNT_FROM), beat.number(truths.DISCOUNT_TO)
    hit = (found.region[who] == SOUTH) & articles.standard[article] & (start <= day) & (day <= end)
    return np.where(hit, truths.DISCOUNT_RISE, 0.0)


def _returns(lines: pd.DataFrame, beat: Rhythm, *, rng) -> pd.DataFrame:
    """Orders with negative quantity and amount: a part of an earlier line comes back."""
    many = lines[(lines["quantity"] >= 4) & (lines["deal"] < 0)]
    back = many.iloc[np.sort(rng.permutation(len(many))[: round(RETURNED * len(lines))])].copy()
    part = np.maximum(1, np.floor(back["quantity"] * rng.uniform(0.1, 0.5, len(back))))
    ratio = -part / back["quantity"]
    for name in ("list_amount", "amount", "cost"):
        back[name] = (back[name] * ratio).round(2)
    back["quantity"] = -part
    back["day"] = beat.workday(back["day"].to_numpy() + rng.integers(10, 30, len(back)))
    back["order"] = lines["order"].max() + 1 + np.arange(len(back))
    back["place"] = 0
    return back[back["day"] <= beat.last]


def _numbered(lines: pd.DataFrame, beat: Rhythm) -> pd.DataFrame:
    """Lines in order of day, the orders numbered through each year."""
    sorted_lines = lines.sort_values(["day", "order", "place"], kind="stable", ignore_index=True)
    heads = sorted_lines.drop_duplicates("order")
    year = beat.days[heads["day"]].year
    counter = heads.groupby(year).cumcount() + 1
    names = [f"SO{one % 100}-{number:05d}" for one, number in zip(year, counter, strict=True)]
    return sorted_lines.assign(
        order_id=sorted_lines["order"].map(dict(zip(heads["order"], names, strict=True)))
    )


def _table(lines: pd.DataFrame, found: Customers, beat: Rhythm, words: Vocabulary) -> pd.DataFrame:
    who = lines["customer"].to_numpy()
    return pd.DataFrame(
        {
            "order_id": lines["order_id"],
            "line_no": (lines["place"] + 1).astype(str),
            "date": beat.days[lines["day"]],
            "rep_id": [rep_id(one) for one in lines["rep"]],
            "customer_id": [customer_id(one) for one in who],
            "product_id": [product_id(one) for one in lines["article"]],
            "channel": np.array(words.channels)[lines["channel"]],
            "region": np.array(words.regions)[found.region[who]],
            "quantity": lines["quantity"],
            "list_amount": lines["list_amount"],
            "amount": lines["amount"],
            "cost": lines["cost"],
            "currency": "CNY",
        }
    )


def _credits(
    lines: pd.DataFrame, found: Customers, beat: Rhythm, people: Staff, *, rng
) -> pd.DataFrame:
    """One order in fifty is shared with a colleague of the same region."""
    heads = lines.drop_duplicates("order_id")
    sold = heads[heads["quantity"] > 0]
    chosen = sold.iloc[np.sort(rng.permutation(len(sold))[: len(heads) // truths.SHARED_EVERY])]
    rows = []
    for order, day, rep, who in chosen[["order_id", "day", "rep", "customer"]].itertuples(
        index=False
    ):
        posts = people.active(str(beat.days[day].date()), region=int(found.region[who]))
        colleagues = [post.rep for post in posts if post.rep != rep]
        second = colleagues[rng.integers(len(colleagues))]
        first_share = SHARES[rng.integers(len(SHARES))]
        rows.append((order, rep_id(rep), first_share))
        rows.append((order, rep_id(second), round(1 - first_share, 2)))
    return pd.DataFrame(rows, columns=["order_id", "rep_id", "share"])
