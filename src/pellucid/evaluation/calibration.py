"""How far what a model claims is from what happens: bins of equal count and their gaps.

Receives probabilities and whether what they speak of came true; gives the bins of a reliability
diagram and the calibration error. With two classes the probability is that of the positive class;
with more it is that of the class that is said, and the event that it is right (Guo et al. 2017,
"On calibration of modern neural networks", ICML).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Calibration"]

Array = npt.NDArray[Any]

MOST_BINS, ROWS_IN_A_BIN = 15, 20
"""There are 15 bins where each gets 20 rows or more, and fewer where it would not."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """Probabilities in bins of equal count.

    Bins of equal count are less biased than bins of equal width (Roelofs et al. 2022, "Mitigating
    bias in calibration error estimation", AISTATS). Equal probabilities are never parted.

    Attributes:
        probabilities: what is claimed, float64 (rows,).
        outcomes: what came true, bool (rows,).
        gaps: probability less outcome, float64 (rows,).
        bins: the bin of each row, int (rows,), ascending with the probability.
        count: the number of bins.
    """

    probabilities: Array
    outcomes: Array
    gaps: Array
    bins: Array
    count: int

    @classmethod
    def of(cls, truth: Array, predicted: Array, positive: int = 1) -> Calibration:
        """Return the bins of predictions (rows, classes) for codes (rows,)."""
        if predicted.shape[1] == 2:
            probabilities, outcomes = predicted[:, positive], truth == positive
        else:
            codes = predicted.argmax(1)
            probabilities, outcomes = predicted[np.arange(len(predicted)), codes], codes == truth
        wanted = min(MOST_BINS, max(1, len(truth) // ROWS_IN_A_BIN))
        levels = np.arange(1, wanted) / wanted
        edges = np.unique(np.quantile(probabilities, levels, method="inverted_cdf"))
        # A bin ends with its edge, so that all rows of one probability lie in one bin.
        bins = np.searchsorted(edges, probabilities, side="left")
        _, bins = np.unique(bins, return_inverse=True)
        return cls(probabilities, outcomes, probabilities - outcomes, bins, int(bins.max()) + 1)

    def error(self) -> float:
        """Return the root mean square gap of the bins, less what chance adds to it.

        sqrt(max(0, sum over bins of (n_b / n) (g_b^2 - s_b^2 / n_b))), with the mean g_b and the
        variance s_b^2 (divisor n_b - 1) of probability less outcome in a bin of n_b rows: under
        the root is an unbiased estimate (Kumar, Liang and Ma 2019, "Verified uncertainty
        calibration", NeurIPS). A bin of one row says nothing.
        """
        rows = np.bincount(self.bins, minlength=self.count)
        means = np.bincount(self.bins, self.gaps, self.count) / rows
        spreads = np.bincount(self.bins, np.square(self.gaps - means[self.bins]), self.count)
        chance = spreads / np.maximum(rows - 1, 1) / rows
        squares = np.where(rows > 1, np.square(means) - chance, 0.0)
        return float(np.sqrt(max(float(rows @ squares) / len(self.gaps), 0.0)))

    def sums(self, owners: Array, units: int) -> Array:
        """Return what `resampled` needs of rows that are drawn together.

        Args:
            owners: the unit that each row belongs to, int (rows,).
            units: the number of units.

        Returns:
            float64 (units, 2 bins): the sums of gaps, then the numbers of rows.
        """
        places = owners * self.count + self.bins
        shape = (units, self.count)
        gaps = np.bincount(places, self.gaps, units * self.count).reshape(shape)
        rows = np.bincount(places, minlength=units * self.count).reshape(shape)
        return np.concatenate([gaps, rows], axis=1)

    @staticmethod
    def resampled(sums: Array) -> Array:
        """Return the root mean square gap in resamples, with what chance adds, (resamples,).

        Args:
            sums: those of the units drawn, float64 (resamples, 2 bins).
        """
        gaps, rows = np.split(sums, 2, axis=1)
        squares = np.square(gaps) / np.maximum(rows, 1.0)
        return np.sqrt(squares.sum(1) / rows.sum(1))
