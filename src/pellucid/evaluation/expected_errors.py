"""How often a network should be wrong, by how sure it is: what the errors of some rows are held to.

Rows differ in how hard they are, and a network that knows it says so by its probabilities. So rows
are no worse for having more errors than others, but for having more than other rows of which the
network is as sure. How often it is wrong at which confidence is learned from the rows themselves,
by logistic regression on the logarithm of the odds of what it says and on what it says: so it does
not matter whether probabilities are too high throughout, or are those of classes made to count the
same.

Source: Cox, "Two further applications of a model for binary regression", Biometrika 45 (1958), for
the regression; Rao, Mathematical Proceedings of the Cambridge Philosophical Society 44 (1948), for
the score test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

MOST_ODDS = 20.0
"""No logarithm of odds counts as more."""
MOST_CLASSES = 10
"""So many of the classes that are said have an intercept of their own, those said most often."""
PENALTY = 0.1
"""On the squares of all but the common intercept, halved: as if they were normal about 0 with the
standard deviation 3, so that few errors do not send them to infinity."""
ROUNDS, LONGEST, CLOSE = 100, 2.0, 1e-9


@dataclass(frozen=True, eq=False)
class ExpectedErrors:
    """The errors of rows, and the probability of each by how sure the network is.

    Attributes:
        wrong: which rows are wrong, float64 0 or 1 (rows,).
        expected: how often rows of which the network is as sure are wrong, (rows,).
        design: what the regression rests on, (rows, columns).
        inverse: of its information, (columns, columns).
    """

    wrong: Array
    expected: Array
    design: Array
    inverse: Array

    @classmethod
    def of(cls, predicted: Array, wrong: Array) -> ExpectedErrors:
        """Learn how sure the network is of errors.

        Args:
            predicted: probabilities or scores of classes, float64 (rows, classes), of sum 1.
            wrong: which of the most probable classes are not the true ones, bool (rows,).
        """
        wrong = wrong.astype(np.float64)
        design = _design(predicted)
        columns = design.shape[1]
        share = float(wrong.mean()) if len(wrong) else 0.0
        if not 0.0 < share < 1.0:
            # Where all rows are wrong, or none is, none is odd.
            return cls(wrong, np.full(len(wrong), share), design, np.zeros((columns, columns)))
        penalty = np.full(columns, PENALTY)
        penalty[0] = 0.0
        weights = np.zeros(columns)
        weights[0] = np.log(share / (1.0 - share))
        for _ in range(ROUNDS):
            expected = _logistic(design @ weights)
            slope = design.T @ (wrong - expected) - penalty * weights
            step = np.linalg.solve(_information(design, expected, penalty), slope)
            furthest = float(np.abs(step).max())
            weights += step * min(1.0, LONGEST / max(furthest, LONGEST))
            if furthest < CLOSE:
                break
        expected = _logistic(design @ weights)
        inverse = np.linalg.inv(_information(design, expected, penalty))
        return cls(wrong, expected, design, inverse)

    def test(self, chosen: Array) -> tuple[float, float]:
        """Return how many errors too many some rows have, and how often chance makes as many.

        The score test of one more column in the regression, which tells these rows from others;
        its law is Pearson's of type III with the three moments that the score has.

        Args:
            chosen: bool (rows,).
        """
        from scipy.stats import pearson3

        spread = self.expected * (1.0 - self.expected)
        shared = self.inverse @ (self.design[chosen].T @ spread[chosen])
        apart = chosen - self.design @ shared
        score = float(apart @ (self.wrong - self.expected))
        variance = float(spread @ np.square(apart))
        if variance < _LEAST_VARIANCE:
            return score, 1.0
        third = float((spread * (1.0 - 2.0 * self.expected)) @ (apart * apart * apart))
        law, far = pearson3(third / variance**1.5), score / variance**0.5
        return score, min(1.0, 2.0 * min(float(law.sf(far)), float(law.cdf(far))))


_LEAST_VARIANCE = 1e-9


def _design(predicted: Array) -> Array:
    """Return 1, the standardised logarithm of the odds, and which class is said, by column."""
    rows = len(predicted)
    codes, sure = predicted.argmax(1), predicted.max(1, initial=0.0)
    with np.errstate(divide="ignore"):
        odds = np.clip(np.log(sure) - np.log1p(-np.minimum(sure, 1.0)), -MOST_ODDS, MOST_ODDS)
    columns = [np.ones(rows)]
    deviation = float(odds.std()) if rows else 0.0
    if deviation > 0.0:
        columns.append((odds - odds.mean()) / deviation)
    counts = np.bincount(codes, minlength=predicted.shape[1])
    common = np.argsort(-counts, kind="stable")[:MOST_CLASSES]
    common = common[counts[common] > 0]
    if len(common) > 1:
        columns += [(codes == code).astype(np.float64) for code in common.tolist()]
    return np.stack(columns, axis=1)


def _information(design: Array, expected: Array, penalty: Array) -> Array:
    spread = (expected * (1.0 - expected))[:, None]
    return np.asarray(design.T @ (design * spread) + np.diag(penalty))


def _logistic(values: Array) -> Array:
    from scipy.special import expit

    return np.asarray(expit(values))
