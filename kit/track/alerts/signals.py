"""Falls that neither season nor noise explains: tested over all scopes, false ones bounded."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from scipy import stats

from kit.data.calendar import Period
from kit.data.case import Case
from kit.data.once import once
from kit.track.alerts.levels import TESTS, Levels, family, levels
from kit.track.alerts.odds import conversion_p, overdispersion
from kit.track.alerts.spans import HALF, MONTH, YEAR, Span, alike

COLUMNS = ("scope", "part", "test", "value", "usual", "change", "n", "p", "q", "signal", "since")
FEWEST_SPANS = 6  # past spans without which amounts are not tested
FEWEST_DEALS = 30  # deals of the past without which no conversion is tested
FEWEST_NOW = 5  # deals of now
_BLOCKS = 4  # past spans without which deals are taken to be no more alike than by chance
_FARTHEST = 60  # days back to which is looked day by day, beyond week by week


@once
def signals(case: Case) -> pd.DataFrame:
    """Test the scope and all scopes below it for falls beyond season and noise.

    Parameters
    ----------
    case : Case
        `alerts.false_discoveries` is the rate; `alerts.history` bounds the past looked at.

    Returns
    -------
    DataFrame
        `COLUMNS`: scope, part (to show), test (bookings_fall, month_fall, leads_fall: amounts of
        the period so far, of its last closed month, deals created; conversion_fall: share of the
        deals leaving the last stage that are won), value and usual (what was and what was to be
        expected), change = value ÷ usual − 1, n (past spans, or deals now), p (one-sided; NaN: not
        tested), q, signal, since (first day from which on it has been one; NaT where it is none).

    Notes
    -----
    Amounts: a span of the first w working days of the period is forecast as the same span a year
    before × growth, growth = the 182 days before the period ÷ the same days a year before: all
    known before the period. The same forecast is made for spans from each earlier month's start,
    and e = √(actual ÷ forecast) − 1 there tells what season and noise do:
    t = e ÷ √(mean e² × (1 + 1 ÷ n)), with as many degrees of freedom as spans fit side by side into
    the past looked at (less one). The root keeps a span without any sale finite.

    Conversion: won of n that left the last stage in the period so far, against the twelve months
    before the period, by the beta-binomial distribution: its mean is (won + ½) ÷ (left + 1), its
    variance n·p·(1 − p)·φ·(1 + n ÷ left). φ, at least 1, is by how much blocks of the span's length
    in the past differed more than binomially (Pearson's χ² ÷ its freedom).

    q is Benjamini and Hochberg's over all scopes of the company, weighted: the company, the regions,
    the teams and the reps each have a quarter of the rate, so that many reps do not make a region
    deaf. p counts 4 × the number of tests of its kind of scope in the whole company (see
    `levels.family`), ÷ its rank among those that one packet sees. A test found here is found, too,
    where all tests of the company stand in one list, for its rank is no smaller there: so over all
    packets together the share of false signals keeps to the rate, and where nothing fell, the
    chance that any packet of the company raises a signal is at most the rate (for scopes that
    depend on one another positively, as a region and its teams do).
    """
    known, tested = levels(case), _tested(case, case.as_of)
    table = pd.DataFrame(
        {
            "scope": [str(one) for one in known.scopes] * len(TESTS),
            "part": list(known.names) * len(TESTS),
            "test": np.repeat(TESTS, len(known.scopes)),
            **tested,
        }
    )
    table["change"] = table["value"] / table["usual"].where(table["usual"] > 0) - 1
    table["since"] = pd.to_datetime(pd.Series(_since(case, tested["signal"]), dtype="object"))
    return table[list(COLUMNS)]


def q_values(p: np.ndarray, *, family: np.ndarray) -> np.ndarray:
    """Benjamini and Hochberg's q, each test with the size of its own family; NaN is no test.

    Parameters
    ----------
    p : array
    family : array
        By what each p is multiplied; the inverses of all tests of the company sum to 1 at most.

    Examples
    --------
    >>> q_values(np.array([0.01, 0.5, np.nan, 0.02]), family=np.full(4, 4)).round(3).tolist()
    [0.04, 0.667, nan, 0.04]
    """
    known = np.flatnonzero(~np.isnan(p))
    weighted = p[known] * family[known]
    order = known[np.argsort(weighted, kind="stable")]
    ranked = np.sort(weighted) / np.arange(1, len(order) + 1)
    found = np.full(len(p), np.nan)
    found[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return found


@once
def _tested(case: Case, day: dt.date) -> dict[str, np.ndarray]:
    """All tests as they stood on a day, test by test, each over all scopes: value, usual, n, p."""
    known = levels(case)
    span = alike(case, case.period.start, day)
    enough = case.calendar.working_days(case.period.start, day) >= case.settings.alerts.fewest_days
    blank = np.full((4, len(known.scopes)), np.nan)
    month = _closed_month(case, day)
    found = dict.fromkeys(TESTS, blank)
    if enough:
        found["bookings_fall"] = _amounts(known.bookings, span, blank)
        if known.leads is not None:
            found["leads_fall"] = _amounts(known.leads, span, blank)
            found["conversion_fall"] = _conversions(case, known, span[0])
    if month is not None:
        found["month_fall"] = _month(case, month.start, month.end)
    value, usual, n, p = np.hstack([found[test] for test in TESTS])
    kinds = [one.kind for one in known.scopes] * len(TESTS)
    sizes = family(case)
    q = q_values(p, family=np.array([len(sizes) * sizes[kind] for kind in kinds]))
    signal = q <= case.settings.alerts.false_discoveries
    return {"value": value, "usual": usual, "n": n, "p": p, "q": q, "signal": signal}


@once
def _month(case: Case, start: dt.date, end: dt.date) -> np.ndarray:
    known = levels(case)
    return _amounts(
        known.bookings, alike(case, start, end), np.full((4, len(known.scopes)), np.nan)
    )


def _amounts(sums: np.ndarray, spans: list[tuple[Span, Span]], blank: np.ndarray) -> np.ndarray:
    """What was, what was to be expected, past spans, and how unlikely so little is."""
    if len(spans) <= FEWEST_SPANS:
        return blank

    def between(start: int, end: int) -> np.ndarray:
        return sums[end] - sums[start]

    actual, forecast = [], []
    for span, year_before in spans:
        half, earlier = (between(end - HALF, end) for end in (span.start, span.start - YEAR))
        growth = np.divide(half, earlier, out=np.full(len(half), np.nan), where=earlier > 0)
        actual.append(between(span.start, span.end))
        forecast.append(between(year_before.start, year_before.end) * growth)
    got, due = np.array(actual), np.array(forecast)
    sound = due > 0
    rate = np.divide(np.clip(got, 0, None), due, out=np.full(due.shape, np.nan), where=sound)
    errors = np.sqrt(rate) - 1
    before, n = errors[1:], (~np.isnan(errors[1:])).sum(axis=0)
    tested = (n >= FEWEST_SPANS) & ~np.isnan(errors[0])
    squares = np.divide(np.nansum(before**2, axis=0), n, out=np.ones(len(n)), where=n > 0)
    noise = np.sqrt(squares * (1 + 1 / np.maximum(n, 1)))
    length = max(spans[0][0].end - spans[0][0].start, 1)
    covered = spans[1][0].end - spans[-1][0].start
    freedom = np.clip(np.minimum(n, covered / length) - 1, 1, None)
    t = np.divide(errors[0], noise, out=np.zeros(len(n)), where=noise > 0)
    p = np.where(tested & (noise > 0), stats.t.cdf(t, freedom), np.nan)
    return np.vstack([got[0], np.where(sound[0], due[0], np.nan), n, p])


def _conversions(case: Case, known: Levels, spans: tuple[Span, Span]) -> np.ndarray:
    now = spans[0]

    def between(name: str, start: int, end: int) -> np.ndarray:
        sums = getattr(known, name)
        return sums[max(end, 0)] - sums[max(start, 0)]

    won, left = (between(name, now.start, now.end) for name in ("onward", "left"))
    was_won, was_left = (between(n, now.start - 365, now.start) for n in ("onward", "left"))
    length = max(now.end - now.start, 1)
    most = round(case.settings.alerts.history * MONTH)
    ends = range(now.start, max(now.start - most, 0) + length - 1, -length)
    ends = [end for end in ends if end - length >= 0]
    blocks = np.array([[between(n, end - length, end) for n in ("onward", "left")] for end in ends])
    spread = overdispersion(blocks) if len(ends) >= _BLOCKS else np.ones(len(won))
    told = (left >= FEWEST_NOW) & (was_left >= FEWEST_DEALS)
    p = conversion_p(won, left, before_won=was_won, before_left=was_left, spread=spread)
    nothing = np.full(len(won), np.nan)
    value = np.divide(won, left, out=nothing.copy(), where=left > 0)
    usual = np.divide(was_won, was_left, out=nothing.copy(), where=was_left > 0)
    return np.vstack([value, usual, left, np.where(told, p, np.nan)])


def _closed_month(case: Case, day: dt.date) -> Period | None:
    """The last month of the period that was over on a day."""
    over = [one for one in case.calendar.parts(case.period, "month") if one.end <= day]
    return over[-1] if over else None


def _since(case: Case, signal: np.ndarray) -> list[dt.date | None]:
    """For each signal the first day from which on it was one on every day looked at."""
    since = [case.as_of if one else None for one in signal]
    holding, day = signal.copy(), case.as_of
    while holding.any():
        day -= dt.timedelta(1 if (case.as_of - day).days < _FARTHEST else 7)
        if day < case.period.start:
            break
        holding &= _tested(case, day)["signal"]
        for place in np.flatnonzero(holding):
            since[place] = day
    return since
