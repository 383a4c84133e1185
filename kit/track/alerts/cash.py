"""Alerts about cash: customers whose invoices are long overdue, and who pay later than they did."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from kit.data.case import Case
from kit.data.once import once
from kit.data.territory import display
from kit.track.alerts.rules import Alert, fixed, limits, raised, severity

OTHERS = "other_payers"
WINDOW = 90  # days back of invoices that are looked at
USUAL = 0.95  # share of the past invoices that were paid by then
_FEWEST = 30  # past invoices without which nothing is usual
_EVIDENCE = 0.001  # chance below which a rise is no accident


def overdue(case: Case) -> Iterator[Alert]:
    """Customers with an invoice overdue by more than `track.overdue_days`, the largest sums first.

    The `alerts.payers` customers who owe most have a line each, and so has everybody with an invoice
    overdue three times that long; one more, amber, names all others. Red is who is overdue three
    times that long and among the `alerts.most` who owe most: small sums do not darken a scope. It
    is about the amount overdue that long.
    """
    if not case.data.has("receipts") or not raised(case, "receipts_overdue", case.scope):
        return
    rows, limit = _invoices(case), case.settings.track.overdue_days
    rows = rows[rows["unpaid"] & (rows["amount"] > 0)]
    rule = case.settings.alerts.rule("receipts_overdue")
    limit = limit if rule.amber is None else int(rule.amber)
    rows = rows[rows["days"] > limit]
    if not len(rows):
        return
    rows = rows.sort_values(["amount", "invoice_id"], ascending=[False, True], kind="stable")
    owed = rows.groupby("customer", sort=True).agg(
        amount=("amount", "sum"), days=("days", "max"), due_on=("due_on", "min"),
        rep=("rep_id", "first"), n=("amount", "size"),
    )  # fmt: skip
    owed = owed.sort_values("amount", ascending=False, kind="stable")
    red = _red(case, limit)
    alone = (np.arange(len(owed)) < case.settings.alerts.payers) | (owed["days"] > red).to_numpy()
    if (~alone).sum() == 1:  # a line for one other customer would be as long as his own
        alone[:] = True
    large = set(owed.index[: case.settings.alerts.most])
    for payer, row in owed[alone].iterrows():
        yield _overdue(case, str(payer), row, limit=limit, small=payer not in large)
    rest = owed[~alone]
    if len(rest):
        names = [_name(case, str(one)) for one in rest.index]
        worst = rest["days"].max()
        row = pd.Series({"amount": rest["amount"].sum(), "days": worst, "rep": "",
                         "due_on": rest["due_on"].min(), "n": rest["n"].sum()})  # fmt: skip
        yield _overdue(case, OTHERS, row, limit=limit, names=names, small=True)


def later(case: Case) -> Iterator[Alert]:
    """More invoices than before are paid later than is usual for the scope.

    Late is an invoice not paid when 95 % of the scope's invoices of the year before had been. Looked
    at are those that fell due within 90 days and had that long to be paid, so that an open invoice
    is judged as a paid one is. The rise of the share of late ones must have a chance under 1 in
    1000 (binomial, against the share of the year before). Named is every customer at least half of
    whose invoices were late. It is about the late amounts.
    """
    if not case.data.has("receipts") or not raised(case, "pays_later", case.scope):
        return
    rows = _invoices(case)
    rows = rows[rows["due_on"].notna() & (rows["amount"] > 0)]
    today = pd.Timestamp(case.as_of)
    start = today - pd.Timedelta(WINDOW, "D")
    past = rows[(rows["due_on"] < start) & (rows["due_on"] >= start - pd.Timedelta(365, "D"))]
    if len(past) < _FEWEST:
        return
    usual = float(np.quantile(past["took"], USUAL))
    alike = rows["due_on"] + pd.Timedelta(max(usual, 0.0), "D") < today
    now = rows[(rows["due_on"] >= start) & alike]
    late = now["took"] > usual
    before = float((past["took"] > usual).mean())
    chance = stats.binom.sf(int(late.sum()) - 1, len(now), max(before, 1 / len(past)))
    if not len(now) or chance > _EVIDENCE or not late.any():
        return
    share = late.groupby(now["customer"]).mean()
    amounts = now["amount"].where(late, 0.0).groupby(now["customer"]).sum()
    who = amounts[share >= 0.5].sort_values(ascending=False, kind="stable")
    if not len(who):
        return
    value = float(late.mean())
    took = float(now.loc[late, "took"].median())
    first = (now.loc[late, "due_on"].min() + pd.Timedelta(int(np.floor(usual)) + 1, "D")).date()
    yield Alert(
        fixed(case, "pays_later", "amber"), "pays_later", case.scope, display(case, case.scope),
        value, before, "percent", stake=float(now.loc[late, "amount"].sum()),
        since=min(first, case.as_of), signal="yes",
        facts={"share": value, "before": before, "days": took, "usual": usual, "n": len(who),
               "customers": [_name(case, str(one)) for one in who.index]},
    )  # fmt: skip


def _overdue(
    case: Case, payer: str, row: pd.Series, *, limit: int, small: bool,
    names: list[str] | None = None,
) -> Alert:  # fmt: skip
    value = float(row["days"])
    grave, _ = severity(
        case, "receipts_overdue", value, amber=limit, red=_red(case, limit), below=False
    )
    if small:
        grave = fixed(case, "receipts_overdue", "amber")
    since = (row["due_on"] + pd.Timedelta(limit + 1, "D")).date()
    part = OTHERS if names else _name(case, payer) or display(case, case.scope)
    person = row["rep"] if isinstance(row["rep"], str) and case.scope.kind != "rep" else ""
    return Alert(
        grave or "amber", "receipts_overdue", case.scope, part, value, float(limit), "days",
        stake=float(row["amount"]), subject=payer, since=min(since, case.as_of), person=person,
        facts={"amount": float(row["amount"]), "n": int(row["n"]), "customers": names or [part],
               "limit": limit, "told": "others" if names else ""},
    )  # fmt: skip


def _red(case: Case, limit: int) -> float:
    """Days beyond which an invoice is gravely overdue: three times the limit, if nothing else."""
    return limits(case, "receipts_overdue", amber=limit, red=3 * max(limit, 1) - 0.5)[1]


@once
def _invoices(case: Case) -> pd.DataFrame:
    """Invoices up to `as_of`: customer, unpaid, days overdue, and days from due to cash so far."""
    today = pd.Timestamp(case.as_of)
    rows = case.data.frame("receipts")
    rows = rows[rows["invoiced_on"] <= today]
    unpaid = rows["received_on"].isna() | (rows["received_on"] > today)
    until = rows["received_on"].where(~unpaid, today)
    return rows.assign(
        customer=rows["customer_id"].astype("str").fillna(""),
        unpaid=unpaid,
        days=(today - rows["due_on"]).dt.days,
        took=(until - rows["due_on"]).dt.days,
    )


def _name(case: Case, payer: str) -> str:
    return _shown(case).get(payer, payer)


@once
def _shown(case: Case) -> dict[str, str]:
    """The latest name of each customer."""
    sales = case.data.sales[["customer_id", "customer"]].dropna()
    sales = sales.drop_duplicates("customer_id", keep="last")
    return dict(zip(sales["customer_id"], sales["customer"].astype(str), strict=True))
