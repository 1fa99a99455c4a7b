"""How large the mean of a random set of rows is: what the mean error of some rows is held to.

Receives the losses of rows; tells how often as many rows, drawn at random, have a mean as far off.
The mean of a set drawn without replacement has known moments, and few large losses make its law far
from any that three moments give. So the largest losses are apart: each choice of them that a set
may hold has a known probability, and the mean of its other rows has Pearson's law of type III. A
single huge loss then proves no more than the chance that a set holds it.

Source: Kazi-Aoual, Hitier, Sabatier, Lebreton, "Refined approximations to permutation tests for
multivariate inference", Computational Statistics and Data Analysis 20 (1995), for Pearson's law
with three exact moments in place of drawing permutations; Cramer, "Mathematical methods of
statistics", 1946, section 27, for the moments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

MOST_LARGE = 12
"""So many losses at most are apart, and at most a quarter of all."""


@dataclass(frozen=True, eq=False)
class RandomSets:
    """The losses of rows, and what random sets of them make of their mean.

    Attributes:
        deviations: the losses less their mean, over the largest of these, float64 (rows,).
        held: how many of the largest losses each choice of them has, from none to all, (choices,).
        sums: of the deviations of each choice, (choices,).
        others: how many rows are not among the largest.
        mean: of their deviations.
        second: the central moment of these.
        third: likewise.
    """

    deviations: Array
    held: Array
    sums: Array
    others: int
    mean: float
    second: float
    third: float

    @classmethod
    def of(cls, losses: Array) -> RandomSets:
        """Set the largest losses apart, and take the moments of the others.

        Args:
            losses: float64 (rows,), one row at least.
        """
        # Over the largest first: the sum of large losses may be beyond all numbers.
        largest = float(losses.max(initial=0.0)) or 1.0
        deviations = losses / largest
        deviations -= deviations.mean() if len(losses) else 0.0
        large = min(MOST_LARGE, len(losses) // 4)
        others = len(losses) - large
        parted = np.partition(deviations, others) if large else deviations
        choices = (np.arange(2**large)[:, None] >> np.arange(large)) & 1
        mean = float(parted[:others].mean()) if others else 0.0
        away = parted[:others] - mean
        squares = np.square(away)
        return cls(
            deviations,
            held=choices.sum(1),
            sums=choices @ parted[others:],
            others=others,
            mean=mean,
            second=float(squares.sum()) / max(others, 1),
            third=float(squares @ away) / max(others, 1),
        )

    def test(self, chosen: Array) -> tuple[float, float]:
        """Return how far the mean of some rows is above that of all, and by what chance.

        Args:
            chosen: bool (rows,).

        Returns:
            The distance, in units of the largest loss, and how often a random set of as many rows
            has a mean as far off, to either side.
        """
        own = int(chosen.sum())
        if not 0 < own < len(self.deviations) or np.ptp(self.deviations) == 0.0:
            return 0.0, 1.0
        total = float(self.deviations[chosen].sum())
        shares = self._shares(own)
        beyond = float(shares @ self._tails(total, own, shares > 0.0))
        return total / own, min(1.0, 2.0 * beyond)

    def _shares(self, own: int) -> Array:
        """Return how often a set of so many rows holds each choice, (choices,)."""
        from scipy.special import comb
        from scipy.stats import hypergeom

        large = int(self.held[-1])
        counts = np.arange(large + 1)
        by_count = hypergeom(len(self.deviations), large, own).pmf(counts) / comb(large, counts)
        return np.asarray(by_count[self.held])

    def _tails(self, total: float, own: int, possible: Array) -> Array:
        """Return how often sets with each choice have a sum as far off, to its side, (choices,)."""
        from scipy.stats import pearson3

        held, others = self.held[possible], self.others
        drawn = own - held
        left = others - drawn
        variance = self.second * drawn * left / max(others - 1, 1)
        third = self.third * drawn * left * (left - drawn) / max((others - 1) * (others - 2), 1)
        certain = variance <= _LEAST_VARIANCE
        deviation = np.sqrt(np.where(certain, 1.0, variance))
        skewness = np.where(certain, 0.0, third / deviation**3)
        side = 1.0 if total > 0.0 else -1.0
        far = side * (total - self.sums[possible] - drawn * self.mean)
        tails = np.zeros(len(self.held))
        # Where nothing is left to chance, a set is as far off or is not.
        tails[possible] = np.where(
            certain, far <= _CLOSE, pearson3(side * skewness).sf(far / deviation)
        )
        return tails


_LEAST_VARIANCE, _CLOSE = 1e-24, 1e-12
