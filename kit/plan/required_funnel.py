"""The required funnel: what must be won, proposed, found and visited for a target, and by when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit.data.case import Case
from kit.data.once import once
from kit.data.tables import Unavailable
from kit.plan.conversions import conversions
from kit.plan.history import cutoff
from kit.plan.known import known, year_before
from kit.plan.repeat import repeat_business

_DRAWS = 4000
_EFFORT = ("visit", "quote")  # activities that are asked for by opportunity
_COLUMNS = ["step", "needed", "low", "high", "by", "latest", "late", "have", "covered", "missing",
            "conversion", "conversion_low", "conversion_high", "cycle_days"]  # fmt: skip


@dataclass(frozen=True)
class RequiredFunnel:
    """What a target needs, from the orders back to the visits; money where not said otherwise.

    Parameters
    ----------
    amount : float
        The target.
    repeat, repeat_low, repeat_high : float or None
        Repeat business taken off first, with its interval; None where no history tells it.
    repeat_years : int
        Past years it is estimated from.
    new_business : float
        max(amount − repeat, 0): what has to come as won deals.
    deal_size : float
        Mean amount of the deals won in twelve months; of the orders, where there are no deals.
    interval : float
        Level of all intervals.
    steps : DataFrame
        See `required_funnel`.
    pipeline : Unavailable or None
        Why the steps before the orders are not told; None where they are.
    repeat_unknown : Unavailable or None
        Why repeat business is not known and so not taken off; None where it is.
    """

    amount: float
    repeat: float | None
    repeat_low: float | None
    repeat_high: float | None
    repeat_years: int
    new_business: float
    deal_size: float
    interval: float
    steps: pd.DataFrame
    pipeline: Unavailable | None
    repeat_unknown: Unavailable | None = None


@once
def required_funnel(case: Case, amount: float | Unavailable) -> RequiredFunnel | Unavailable:
    """Work back from a target to the orders, proposals, opportunities, leads and visits it needs.

    Parameters
    ----------
    case : Case
    amount : float or Unavailable
        Bookings target of the period, money; Unavailable is handed back.

    Returns
    -------
    RequiredFunnel or Unavailable
        Its steps, the last stage first, then activities: step (a stage, or `visit`, `quote`;
        `order` alone where there are no opportunities), needed (deals or activities, rounded up),
        low, high, by (day until which they are needed: four of five deals won were as quick),
        latest (the same for the quicker half), late (whether `by` has passed when the plan is
        made), have (deals standing there at the cutoff), covered
        (what all open deals, wherever they stand, are worth in deals of this step), missing =
        needed − covered, not below 0, conversion to the next step (opportunities an activity), its
        conversion_low and conversion_high, cycle_days (median from this step to the win).
        Unavailable (reason `no_won_deals`) where nothing was won or ordered in twelve months.

    Notes
    -----
    With P(s) the product of the conversions from stage s on, and w the wins that open deals are
    expected to bring within the period (see `kit.plan.conversions`):

        needed(won) = (amount − repeat business) ÷ mean deal size;  needed(s) = needed(won) ÷ P(s)
        covered(s) = w ÷ P(s)

    where repeat business is 0 as long as it is not known: then all of the amount is to be won, and
    `repeat_unknown` says why. The missing of every step fills the same gap: they are alternatives,
    not a sum. Activities are those of the last twelve months ÷ opportunities created in them; they
    hold the visits made for repeat business too.

    Intervals come from 4,000 draws with the settings' seed: repeat
    business and mean deal size normal, conversions Beta(onward + ½, left − onward + ½), activities
    per opportunity normal with the error of twelve monthly ratios; low and high are quantiles at
    `track.interval`. The chance of single outcomes is not in them.
    """
    if isinstance(amount, Unavailable):
        return amount
    rng = np.random.default_rng(case.settings.seed)
    level = case.settings.track.interval
    sides = [0.5 - level / 2, 0.5 + level / 2]
    again = repeat_business(case)
    told = not isinstance(again, Unavailable)
    noise = rng.standard_normal(_DRAWS)
    repeat = max(again.amount, 0.0) if told else 0.0
    repeats = np.maximum(repeat + (again.spread if told else 0.0) * noise, 0.0)
    stages = conversions(case)
    sizes = _sizes(case, deals=isinstance(stages, pd.DataFrame))
    if not len(sizes) or sizes.mean() <= 0:
        return Unavailable(reason="no_won_deals", detail=str(case.scope))
    size = float(sizes.mean())
    error = float(sizes.std(ddof=1) / np.sqrt(len(sizes))) if len(sizes) > 1 else 0.0
    drawn = np.maximum(size + error * rng.standard_normal(_DRAWS), size / 10)
    rest = max(amount - repeat, 0.0)
    orders, wins = rest / size, np.maximum(amount - repeats, 0.0) / drawn
    if isinstance(stages, Unavailable):
        steps = pd.DataFrame([_row("order", orders, wins, sides=sides, by=_day(case, 0.0))])
    else:
        steps = _steps(case, stages, orders=orders, wins=wins, sides=sides, rng=rng)
    low, high = np.quantile(repeats, sides) if told else (None, None)
    steps["late"] = steps["by"] <= pd.Timestamp(cutoff(case))
    return RequiredFunnel(
        amount=float(amount),
        repeat=repeat if told else None,
        repeat_low=None if low is None else float(low),
        repeat_high=None if high is None else float(high),
        repeat_years=again.years if told else 0,
        new_business=rest,
        deal_size=size,
        interval=level,
        steps=steps.reindex(columns=_COLUMNS).reset_index(drop=True),
        pipeline=stages if isinstance(stages, Unavailable) else None,
        repeat_unknown=None if told else again,
    )


def _steps(case: Case, stages: pd.DataFrame, *, orders, wins, sides, rng) -> pd.DataFrame:
    pass_on = stages["conversion"].to_numpy()
    through = np.append(np.cumprod(pass_on[::-1])[::-1], 1.0)  # P(s), 1 for the won deal
    covered = float(np.nansum(stages["in_time"].to_numpy() * through[:-1]))
    last = case.settings.diagnose.stages[-1]
    rows = [_row(last, orders, wins, sides=sides, by=_day(case, 0.0), covered=covered)]
    drawn = wins
    for at in range(len(stages) - 1, -1, -1):
        one = stages.iloc[at]
        drawn = drawn / rng.beta(one["onward"] + 0.5, one["left"] - one["onward"] + 0.5, _DRAWS)
        share = through[at] if through[at] > 0 else np.nan
        row = _row(
            one["stage"], orders / share, drawn, sides=sides, covered=covered / share,
            by=_day(case, one["slow_days"]), latest=_day(case, one["cycle_days"]),
        )  # fmt: skip
        kept = ("have", "conversion", "conversion_low", "conversion_high", "cycle_days")
        rows.append(row | {name: one[name] for name in kept})
    leads, short, by = orders / share, rows[-1]["missing"], rows[-1]["by"]
    for kind, (ratio, error) in _effort(case).items():
        each = np.maximum(ratio + error * rng.standard_normal(_DRAWS), ratio / 10)
        row = _row(kind, leads * ratio, drawn * each, sides=sides, by=by)
        low, high = np.quantile(1 / each, sides)
        rows.append(row | {"missing": np.ceil(short * ratio - 1e-9), "conversion": 1 / ratio,
                           "conversion_low": low, "conversion_high": high})  # fmt: skip
    return pd.DataFrame(rows)


def _row(step, needed, drawn, *, sides, by, latest=pd.NaT, covered=np.nan) -> dict:
    """A row in whole deals: needed and high are rounded up, low and covered down."""
    whole = np.ceil(needed - 1e-9)
    if np.isnan(whole):
        return {"step": step, "needed": np.nan, "by": by, "latest": latest, "missing": np.nan}
    low, high = np.quantile(drawn, sides)
    held = np.floor(covered + 1e-9)
    return {
        "step": step, "needed": whole, "low": min(np.floor(low), whole),
        "high": max(np.ceil(high), whole), "by": by, "latest": latest, "covered": held,
        "missing": np.maximum(whole - held, 0.0),
    }  # fmt: skip


def _day(case: Case, before: float) -> pd.Timestamp:
    """The day so many days before the period's end; NaT where these are not known."""
    if np.isnan(before):
        return pd.NaT
    return pd.Timestamp(case.period.end) - pd.Timedelta(int(np.ceil(before)), "D")


def _sizes(case: Case, *, deals: bool) -> np.ndarray:
    """Amounts of the deals won in twelve months; of the orders, where there are no deals."""
    data, year = known(case), year_before(cutoff(case))
    if deals:
        rows = data.frame("opportunities")
        rows = rows[(rows["status"] == "won") & (rows["closed_on"] >= year)]
        return rows["amount"].dropna().to_numpy(dtype=float)
    rows = data.sales[data.sales["date"] >= year]
    return rows.groupby("order_id")["amount"].sum().to_numpy(dtype=float)


def _effort(case: Case) -> dict[str, tuple[float, float]]:
    """Activities per opportunity created in twelve months, with the standard error."""
    data, year = known(case), year_before(cutoff(case))
    if not data.has("activities"):
        return {}
    months = pd.period_range(year, cutoff(case), freq="M")
    made = data.frame("opportunities")["created_on"]
    made = made[made >= year].dt.to_period("M").value_counts().reindex(months, fill_value=0)
    done = data.frame("activities")
    done = done[done["date"] >= year]
    found = {}
    for kind in _EFFORT:
        rows = done[done["kind"] == kind]
        counts = rows.groupby(rows["date"].dt.to_period("M"))["count"].sum()
        counts = counts.reindex(months, fill_value=0.0)
        if not made.sum() or not counts.sum():
            continue
        ratio = float(counts.sum() / made.sum())
        wide = float(((counts - ratio * made) ** 2).sum()) * len(months) / (len(months) - 1)
        found[kind] = (ratio, float(np.sqrt(wide) / made.sum()))
    return found
