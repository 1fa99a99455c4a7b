"""Predicted numbers against true ones: every metric, for all rows, for resampled rows, by row.

Receives the numbers and the predictions of one model in the user's units, and what they are for;
gives the metrics that `metrics.py` lists for numbers.
"""

from __future__ import annotations

from math import log, pi
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.target import REGRESSION
from pellucid.evaluation.aim import DISTRIBUTION, QUANTILE, Aim, pinball
from pellucid.evaluation.ratios import Ratio

__all__ = ["MIDDLE", "NumberScores"]

Array = npt.NDArray[Any]

MIDDLE = 0.9
"""The share of a predicted distribution whose interval is held against the truth."""
MOST = 1e150
"""No row counts as more in the negative log-likelihood, so that sums stay in range."""


class NumberScores:
    """What the metrics of numbers are computed from.

    Sums are taken after division by a power of two, which changes no bit of ordinary numbers and
    keeps squares of large and small ones in range.

    Args:
        truth: finite numbers, float64 (rows,), at least one row.
        read: predictions, float64 (rows,); of a distribution the mean, and the standard deviation
            on the aim's scale, (rows, 2).
        aim: what the predictions are for; the mean if None.
    """

    def __init__(self, truth: Array, read: Array, aim: Aim | None = None) -> None:
        """Take errors."""
        aim = aim or Aim(REGRESSION)
        self.rows = len(truth)
        spread = None
        if aim.kind == DISTRIBUTION:
            read, spread = read[:, 0], read[:, 1]
        largest = max(float(np.abs(truth).max()), float(np.abs(read).max()))
        # A quarter at most: the difference of two, and a mean of them, stay in range.
        self.exponent = int(np.frexp(largest)[1]) + 2 if largest > 0 else 0
        small = np.ldexp(truth, -self.exponent)
        self.errors = np.ldexp(read, -self.exponent) - small
        self.absolutes = np.abs(self.errors)
        self.centred = small - small.mean()
        self.constant = bool((truth == truth[0]).all())
        self.variance = float(np.square(self.centred).mean())
        # Metrics that are a mean of row values, or the root of one, and what is a unit of them.
        self.squares = np.square(self.errors)
        self.roots = {"rmse": (self.squares, self.exponent)}
        self.means = {"mae": (self.absolutes, self.exponent)}
        if aim.kind == QUANTILE:
            self.means["pinball"] = pinball(-self.errors, aim.level), self.exponent
            self.means["quantile_coverage"] = (self.errors >= 0.0).astype(np.float64), 0
        if aim.is_logarithmic:
            self.roots["rmsle"] = np.square(aim.log.apply(read) - aim.log.apply(truth)), 0
        if spread is not None:
            self._likelihood(aim, truth, read, spread)

    def _likelihood(self, aim: Aim, truth: Array, predicted: Array, spread: Array) -> None:
        from scipy.special import ndtri

        with np.errstate(over="ignore", divide="ignore"):
            away = (aim.log.apply(truth) - aim.log.apply(predicted)) / np.maximum(spread, _LEAST)
            likelihood = np.log(np.maximum(spread, _LEAST)) + 0.5 * (np.square(away) + log(2 * pi))
        if aim.is_logarithmic:
            # The density of a number is that of its logarithm over the number (or 1 + it).
            likelihood = likelihood + aim.log.apply(truth)
        self.means["nll"] = np.minimum(likelihood, MOST), 0
        reach = float(ndtri(0.5 + 0.5 * MIDDLE))
        self.means["interval_coverage"] = (np.abs(away) <= reach).astype(np.float64), 0

    def _in_units(self, values: Any) -> Any:
        with np.errstate(over="ignore"):
            return np.ldexp(values, self.exponent)

    def values(self) -> dict[str, float | None]:
        """Return every metric; None where one is not defined, or beyond float64."""
        undefined = self.constant or self.variance == 0.0
        with np.errstate(over="ignore"):
            found = {
                **{name: np.ldexp(each.mean(), unit) for name, (each, unit) in self.means.items()},
                **{
                    name: np.ldexp(np.sqrt(each.mean()), unit)
                    for name, (each, unit) in self.roots.items()
                },
                "r2": np.nan if undefined else 1.0 - self.squares.mean() / self.variance,
                "median_error": self._in_units(np.median(self.absolutes)),
            }
        return {name: float(one) if np.isfinite(one) else None for name, one in found.items()}

    def resampled(self, counts: Array) -> dict[str, Array]:
        """Return every metric where each row counts several times or never.

        Args:
            counts: whole numbers (resamples, rows).

        Returns:
            float64 (resamples,) each; nan where a metric is not defined.
        """
        columns = [np.ones(self.rows), self.centred, np.square(self.centred)]
        both = {**self.means, **self.roots}
        columns += [each for each, _ in both.values()]
        sums = counts.astype(np.float64) @ np.stack(columns, axis=1)
        centre, spread, *others = (sums[:, 1:] / sums[:, :1]).T
        means = dict(zip(both, others, strict=True))
        variance = spread - np.square(centre)
        # Below this, what is left is what rounding left of a constant.
        defined = (variance > 1e-12 * spread) & (not self.constant)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            explained = np.where(defined, 1.0 - means["rmse"] / variance, np.nan)
            return {
                **{name: np.ldexp(means[name], unit) for name, (_, unit) in self.means.items()},
                **{
                    name: np.ldexp(np.sqrt(means[name]), unit)
                    for name, (_, unit) in self.roots.items()
                },
                "r2": explained,
                "median_error": self._in_units(self._medians(counts)),
            }

    def ratios(self) -> dict[str, Ratio]:
        """Return the sums over rows that metrics follow from, by metric; `of_ratio` goes on."""
        ones = np.ones(self.rows)
        found = {
            name: Ratio(each, ones) for name, (each, _) in {**self.means, **self.roots}.items()
        }
        if not self.constant and self.variance > 0.0:
            found["r2"] = Ratio(self.squares, np.square(self.centred))
        return found

    def of_ratio(self, metric: str, ratio: float) -> float:
        """Return the metric that follows from a ratio of sums."""
        if metric == "r2":
            return 1.0 - ratio
        with np.errstate(over="ignore"):
            if metric in self.roots:
                return float(np.ldexp(max(ratio, 0.0) ** 0.5, self.roots[metric][1]))
            return float(np.ldexp(ratio, self.means[metric][1]))

    def hits_of(self, metric: str) -> Array:
        """Return the rows that count in a metric that is a share of them, bool (rows,)."""
        return np.asarray(self.means[metric][0] > 0.0)

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
        variance = self.variance if self.variance > 0 else 1.0
        explained = square / variance * np.square(self.centred) - self.squares
        with np.errstate(over="ignore"):
            return {
                **{
                    name: np.ldexp(each - each.mean(), unit)
                    for name, (each, unit) in self.means.items()
                },
                **{
                    name: np.ldexp(_rooted_influence(each), unit)
                    for name, (each, unit) in self.roots.items()
                },
                "r2": explained / variance,
                "median_error": self._in_units(self._median_influence()),
            }

    def _median_influence(self) -> Array:
        step = 0.5 * self.rows ** (-1.0 / 3.0)
        low, median, high = np.quantile(self.absolutes, [0.5 - step, 0.5, 0.5 + step])
        above = self.absolutes > median
        return (above - above.mean()) * (high - low) / (2.0 * step)


_LEAST = float(np.finfo(np.float64).tiny)


def _rooted_influence(squares: Array) -> Array:
    square = float(squares.mean())
    return (squares - square) / (2.0 * square**0.5) if square > 0 else np.zeros(len(squares))
