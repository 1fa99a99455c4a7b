"""Predicted numbers against true ones: every metric, for all rows, for resampled rows, by row.

Receives the numbers and the predictions of one model in the user's units; gives the metrics that
`metrics.py` lists for numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["NumberScores"]

Array = npt.NDArray[Any]


class NumberScores:
    """What the metrics of numbers are computed from.

    Sums are taken after division by a power of two, which changes no bit of ordinary numbers and
    keeps squares of large and small ones in range.

    Args:
        truth: finite numbers, float64 (rows,), at least one row.
        read: predictions, float64 (rows,).
    """

    def __init__(self, truth: Array, read: Array) -> None:
        """Take errors."""
        self.rows = len(truth)
        largest = max(float(np.abs(truth).max()), float(np.abs(read).max()))
        # A quarter at most: the difference of two, and a mean of them, stay in range.
        self.exponent = int(np.frexp(largest)[1]) + 2 if largest > 0 else 0
        small = np.ldexp(truth, -self.exponent)
        self.errors = np.ldexp(read, -self.exponent) - small
        self.squares = np.square(self.errors)
        self.absolutes = np.abs(self.errors)
        self.centred = small - small.mean()
        self.constant = bool((truth == truth[0]).all())
        self.variance = float(np.square(self.centred).mean())

    def _in_units(self, values: Any) -> Any:
        with np.errstate(over="ignore"):
            return np.ldexp(values, self.exponent)

    def values(self) -> dict[str, float | None]:
        """Return every metric; None where one is not defined, or beyond float64."""
        square = float(self.squares.mean())
        undefined = self.constant or self.variance == 0.0
        found = {
            "rmse": float(self._in_units(np.sqrt(square))),
            "mae": float(self._in_units(self.absolutes.mean())),
            "r2": np.nan if undefined else 1.0 - square / self.variance,
            "median_error": float(self._in_units(np.median(self.absolutes))),
        }
        return {name: value if np.isfinite(value) else None for name, value in found.items()}

    def resampled(self, counts: Array) -> dict[str, Array]:
        """Return every metric where each row counts several times or never.

        Args:
            counts: whole numbers (resamples, rows).

        Returns:
            float64 (resamples,) each; nan where a metric is not defined.
        """
        columns = [np.ones(self.rows), self.squares, self.absolutes]
        columns += [self.centred, np.square(self.centred)]
        sums = counts.astype(np.float64) @ np.stack(columns, axis=1)
        square, absolute, centre, spread = (sums[:, 1:] / sums[:, :1]).T
        variance = spread - np.square(centre)
        # Below this, what is left is what rounding left of a constant.
        defined = (variance > 1e-12 * spread) & (not self.constant)
        with np.errstate(divide="ignore", invalid="ignore"):
            explained = np.where(defined, 1.0 - square / variance, np.nan)
        return {
            "rmse": self._in_units(np.sqrt(square)),
            "mae": self._in_units(absolute),
            "r2": explained,
            "median_error": self._in_units(self._medians(counts)),
        }

    def _medians(self, counts: Array) -> Array:
        order = np.argsort(self.absolutes, kind="stable")
        totals = np.cumsum(counts[:, order], axis=1, dtype=np.int64)
        rows = totals[:, -1:]
        # The rows of a resample that are in the middle, counted from 0: two if it is even.
        lower = (totals <= (rows - 1) // 2).sum(1)
        upper = (totals <= rows // 2).sum(1)
        ordered = self.absolutes[order]
        return 0.5 * (ordered[lower] + ordered[upper])

    def influences(self) -> dict[str, Array]:
        """Return how each metric answers to the weight of each row, float64 (rows,), of mean 0.

        The meaning is that of `ClassScores.influences`; that of the median is Bahadur's (1966),
        with the density from the quantiles beside the median.
        """
        square = float(self.squares.mean())
        root = np.sqrt(square)
        rooted = (self.squares - square) / (2.0 * root) if root > 0 else np.zeros(self.rows)
        variance = self.variance if self.variance > 0 else 1.0
        explained = square / variance * np.square(self.centred) - self.squares
        return {
            "rmse": self._in_units(rooted),
            "mae": self._in_units(self.absolutes - self.absolutes.mean()),
            "r2": explained / variance,
            "median_error": self._in_units(self._median_influence()),
        }

    def _median_influence(self) -> Array:
        step = 0.5 * self.rows ** (-1.0 / 3.0)
        low, median, high = np.quantile(self.absolutes, [0.5 - step, 0.5, 0.5 + step])
        above = self.absolutes > median
        return (above - above.mean()) * (high - low) / (2.0 * step)
