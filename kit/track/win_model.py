"""The model of winning: a logistic regression on a few features, and its calibration."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kit.track.deal_rows import Rows

STRENGTH = 0.1  # C of scikit-learn: the smaller, the nearer coefficients are kept to zero
LEAST_ROWS = 100  # deals on past days without which no model is fitted
LEAST_EACH = 20  # of them won, and not
_VALUES = 8  # values of a description that count each for itself
_LEAST_VALUE = 30  # rows of such a value
_STAGE_PRIOR = 5.0  # deals that the average of all stages counts for in a stage's rate
_CLIP = 1e-4  # a chance is never quite 0 or 1
_FREE = 1e3  # C that keeps nothing near zero
_SEED = 0


def enough(won: np.ndarray) -> bool:
    """Whether so many outcomes, of both kinds, carry a model.

    Examples
    --------
    >>> enough(np.arange(200) % 2 == 0), enough(np.arange(200) == 0)
    (True, False)
    """
    return len(won) >= LEAST_ROWS and min(int(won.sum()), int((~won).sum())) >= LEAST_EACH


@dataclass(frozen=True)
class Model:
    """A fitted model.

    Parameters
    ----------
    mean, scale : array
        Of the numbers that are used, in the rows it was fitted on.
    used : array of int
        Which numbers vary.
    stages : array of int
        Stages that count each for itself.
    values : tuple of array
        The same for each description.
    weights : array
        Coefficients, log odds a unit.
    intercept : float
    """

    mean: np.ndarray
    scale: np.ndarray
    used: np.ndarray
    stages: np.ndarray
    values: tuple[np.ndarray, ...]
    weights: np.ndarray
    intercept: float

    def chance(self, rows: Rows) -> np.ndarray:
        """The chance of each row."""
        return _odds(_design(rows, self) @ self.weights + self.intercept)


def fit(rows: Rows, won: np.ndarray) -> Model:
    """Fit the model on rows whose outcome is known.

    Parameters
    ----------
    rows : Rows
    won : array of bool

    Returns
    -------
    Model

    Notes
    -----
    scikit-learn's logistic regression with its quadratic penalty, solved by Newton's method:
    the same rows give the same coefficients. Numbers are standardised; stages and descriptions are
    flags for values with at least thirty rows, of each description the eight most frequent.
    """
    scale = rows.numbers.std(axis=0)
    used = np.flatnonzero(scale > 1e-9)
    blank = Model(
        mean=rows.numbers[:, used].mean(axis=0),
        scale=scale[used],
        used=used,
        stages=_frequent(rows.stage, least=0),
        values=tuple(_frequent(one, least=-1) for one in rows.groups.T),
        weights=np.zeros(0),
        intercept=0.0,
    )
    weights, intercept = _logistic(_design(rows, blank), won, strength=STRENGTH)
    return replace(blank, weights=weights, intercept=intercept)


@dataclass(frozen=True)
class Sigmoid:
    """Calibration by a sigmoid: log odds × slope + shift; as they are with 1 and 0."""

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, chance: np.ndarray) -> np.ndarray:
        return _odds(self.slope * _logit(chance) + self.shift)


def sigmoid(chance: np.ndarray, won: np.ndarray) -> Sigmoid:
    """Calibrate chances by what came of them; with too few outcomes they stay as they are.

    Examples
    --------
    >>> told = np.repeat([0.2, 0.8], 500)
    >>> came = np.tile(np.arange(500) < 250, 2)  # half, whatever was told
    >>> sigmoid(told, came)(np.array([0.2, 0.8])).round(2).tolist()
    [0.5, 0.5]
    """
    if not enough(won):
        return Sigmoid()
    [slope], shift = _logistic(_logit(chance)[:, None], won, strength=_FREE)
    return Sigmoid(float(slope), shift) if slope > 0 else Sigmoid()


def stage_rates(rows: Rows, won: np.ndarray) -> np.ndarray:
    """The share won of the rows in each stage, in the order of `rows.stages`.

    Five deals of the average of all are added to each, so that a stage of few deals is near it.
    """
    size = len(rows.stages)
    many = np.bincount(rows.stage, minlength=size)
    wins = np.bincount(rows.stage[won], minlength=size)
    return (wins + _STAGE_PRIOR * base_rate(won)) / (many + _STAGE_PRIOR)


def base_rate(won: np.ndarray) -> float:
    """The share won; null without rows."""
    return float(won.mean()) if len(won) else float("nan")


def _logistic(
    columns: np.ndarray, won: np.ndarray, *, strength: float
) -> tuple[np.ndarray, float]:
    """Coefficients and intercept of scikit-learn's logistic regression."""
    from sklearn import config_context
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, solver="newton-cholesky", random_state=_SEED)
    with config_context(assume_finite=True, skip_parameter_validation=True):
        found = model.fit(columns, won)
    return found.coef_[0], float(found.intercept_[0])


def _design(rows: Rows, model: Model) -> np.ndarray:
    parts = [(rows.numbers[:, model.used] - model.mean) / model.scale]
    parts.append((rows.stage[:, None] == model.stages).astype(float))
    for column, values in zip(rows.groups.T, model.values, strict=True):
        parts.append((column[:, None] == values).astype(float))
    return np.hstack(parts)


def _frequent(codes: np.ndarray, *, least: int) -> np.ndarray:
    """The most frequent values above `least`, each with enough rows."""
    values, many = np.unique(codes[codes > least], return_counts=True)
    most = np.argsort(-many, kind="stable")[:_VALUES]
    return np.sort(values[most][many[most] >= _LEAST_VALUE])


def _logit(chance: np.ndarray) -> np.ndarray:
    chance = np.clip(chance, _CLIP, 1 - _CLIP)
    return np.log(chance / (1 - chance))


def _odds(score: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(score, -30, 30)))
