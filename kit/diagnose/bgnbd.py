"""The BG/NBD model of repeat orders (Fader, Hardie and Lee 2005), fitted by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1, psi

_STARTS = ((0.5, 1.0, 0.5, 2.0), (1.0, 0.2, 0.2, 5.0), (2.0, 0.1, 1.0, 10.0))
_LIMIT = 9.0  # of the logarithms of the parameters, time scaled to 1
_NEAR_ONE = 1e-5


@dataclass(frozen=True)
class BgNbd:
    """A fitted model.

    Parameters
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of the customers' rates of ordering.
    a, b : float
        Of the beta distribution of the chance to leave after an order.
    log_likelihood : float
    converged : bool
        Whether the search came to rest at a point where no parameter matters any more.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    converged: bool = True


def log_likelihood(
    parameters: tuple[float, float, float, float], x: ArrayLike, tx: ArrayLike, span: ArrayLike
) -> np.ndarray:
    """The log-likelihood of each customer.

    With x repeat orders, the last at tx, seen over T since the first,

        L = B(a, b + x) ÷ B(a, b) × Γ(r + x) α^r ÷ Γ(r) × [(α + T)^−(r + x)
            + (x > 0) × a ÷ (b + x − 1) × (α + tx)^−(r + x)]

    computed in logarithms, so that many orders do no harm.

    Parameters
    ----------
    parameters : tuple
        r, α, a, b.
    x, tx, span : array
        Repeat orders; time of the last since the first (0 without one); T.

    Examples
    --------
    >>> float(log_likelihood((1.0, 1.0, 1.0, 1.0), [0], [0.0], [1.0])[0].round(6))  # ln 1/2
    -0.693147
    """
    r, alpha, a, b = parameters
    x, tx, span = (np.asarray(one, dtype=float) for one in (x, tx, span))
    front = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    front = front + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    alive = -(r + x) * np.log(alpha + span)
    left = np.log(a) - np.log(np.maximum(b + x - 1.0, 1e-300)) - (r + x) * np.log(alpha + tx)
    return front + np.logaddexp(alive, np.where(x > 0, left, -np.inf))


def gradient(
    parameters: tuple[float, float, float, float], x: ArrayLike, tx: ArrayLike, span: ArrayLike
) -> np.ndarray:
    """The derivatives of `log_likelihood` by r, α, a and b: four rows, a column a customer."""
    r, alpha, a, b = parameters
    x, tx, span = (np.asarray(one, dtype=float) for one in (x, tx, span))
    left = 1.0 - chance_alive(BgNbd(*parameters, 0.0), x, tx, span)
    alive = 1.0 - left
    before = np.maximum(b + x - 1.0, 1e-300)
    both = psi(a + b) - psi(a + b + x)
    return np.stack(
        [
            psi(r + x) - psi(r) + np.log(alpha)
            - alive * np.log(alpha + span) - left * np.log(alpha + tx),
            r / alpha - (r + x) * (alive / (alpha + span) + left / (alpha + tx)),
            both + left / a,
            both + psi(b + x) - psi(b) - left / before,
        ]
    )  # fmt: skip


def fit(x: ArrayLike, tx: ArrayLike, span: ArrayLike) -> BgNbd:
    """Fit the model by maximum likelihood.

    Parameters
    ----------
    x, tx, span : array
        As for `log_likelihood`; customers alike are counted together.

    Returns
    -------
    BgNbd
        In the unit of time given.

    Notes
    -----
    Time is scaled to a longest span of 1 and the logarithms of the parameters are searched with
    L-BFGS-B from three fixed starts; the best end counts.
    """
    data = pd.DataFrame({"x": x, "tx": tx, "span": span}, dtype=float)
    each = data.value_counts(sort=False).reset_index(name="count").sort_values(["x", "tx", "span"])
    scale = float(each["span"].max()) or 1.0
    columns = (each["x"].to_numpy(), each["tx"].to_numpy() / scale, each["span"].to_numpy() / scale)
    weight = each["count"].to_numpy(float) / len(data)

    def cost(logs: np.ndarray) -> tuple[float, np.ndarray]:
        now = tuple(np.exp(logs))
        slopes = gradient(now, *columns) @ weight * now
        return -float(weight @ log_likelihood(now, *columns)), -slopes

    found = [
        minimize(cost, np.log(start), jac=True, method="L-BFGS-B", bounds=[(-_LIMIT, _LIMIT)] * 4,
                 options={"ftol": 1e-13, "gtol": 1e-7, "maxiter": 1000})
        for start in _STARTS
    ]  # fmt: skip
    best = min(found, key=lambda one: one.fun)
    r, alpha, a, b = (float(one) for one in np.exp(best.x))
    shift = float(data["x"].sum()) * np.log(scale)  # densities are per unit of time
    whole = float(-best.fun * len(data) - shift)
    return BgNbd(r, alpha * scale, a, b, whole, bool(np.isfinite(best.fun)))


def chance_alive(model: BgNbd, x: ArrayLike, tx: ArrayLike, span: ArrayLike) -> np.ndarray:
    """The probability that each customer has not left; without a repeat order it is 1."""
    x, tx, span = (np.asarray(one, dtype=float) for one in (x, tx, span))
    odds = np.log(model.a) - np.log(np.maximum(model.b + x - 1.0, 1e-300))
    odds = odds + (model.r + x) * (np.log(model.alpha + span) - np.log(model.alpha + tx))
    return np.where(x > 0, 1.0 / (1.0 + np.exp(np.minimum(odds, 700.0))), 1.0)


def expected(
    model: BgNbd, x: ArrayLike, tx: ArrayLike, span: ArrayLike, *, ahead: float
) -> np.ndarray:
    """Orders expected of each customer in the time `ahead`.

    Notes
    -----
    Formula 10 of the paper. Its ₂F₁(r + x, b + x; a + b + x − 1; z), z = t ÷ (α + T + t), grows
    beyond bounds with many orders; by Euler's transformation

        ((α + T) ÷ (α + T + t))^(r + x) × ₂F₁ = (1 − z)^(a − 1) × ₂F₁(a + b − 1 − r, a − 1; …; z)

    which does not.
    """
    x, tx, span = (np.asarray(one, dtype=float) for one in (x, tx, span))
    a = model.a if abs(model.a - 1.0) > _NEAR_ONE else 1.0 + _NEAR_ONE
    z = ahead / (model.alpha + span + ahead)
    series = hyp2f1(a + model.b - 1.0 - model.r, a - 1.0, a + model.b + x - 1.0, z)
    once_alive = (a + model.b + x - 1.0) / (a - 1.0) * (1.0 - (1.0 - z) ** (a - 1.0) * series)
    return chance_alive(model, x, tx, span) * once_alive


def simulate(
    model: BgNbd, x: ArrayLike, tx: ArrayLike, span: ArrayLike, *, ahead: float, draws: int,
    seed: int,
) -> np.ndarray:  # fmt: skip
    """Draw the orders of all customers together in the time `ahead`, parameters taken as known.

    A customer who is alive orders at a rate of gamma(r + x, α + T) and leaves after each order with
    a chance of beta(a, b + x); the draws are customers × `draws`, summed over customers.
    """
    rng = np.random.default_rng(seed)
    x, tx, span = (np.asarray(one, dtype=float)[:, None] for one in (x, tx, span))
    size = (x.shape[0], draws)
    alive = rng.random(size) < chance_alive(model, x, tx, span)
    rate = rng.gamma(model.r + x, 1.0 / (model.alpha + span), size)
    leave = np.clip(rng.beta(model.a, model.b + x, size), 1e-12, 1.0)
    until = rng.geometric(leave)
    return (alive * np.minimum(rng.poisson(rate * ahead), until)).sum(axis=0)
