"""Quantiles of the training rows, which turn any distribution into the normal one.

A value's rank among the training rows, as a share between 0 and 1, becomes the number below which
a standard normal variable lies with that probability (a normal score, after van der Waerden).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np

from pellucid.data.descriptions import numbers_of
from pellucid.data.scaling import Float64s
from pellucid.errors import ModelFileError

__all__ = ["QuantileScaling"]

FEWEST_KNOTS, MOST_KNOTS, ROWS_A_KNOT = 10, 1000, 30
"""Normal scores are learned at one value for so many rows, within limits, and linear between."""


@dataclass(frozen=True)
class QuantileScaling:
    """Values of the training rows in ascending order, and the normal score of each.

    Equal values share the mean of their ranks. Values beyond the least and the greatest have the
    scores of these.

    >>> scaling = QuantileScaling.fit(np.array([1.0, 10.0, 100.0]))
    >>> scaling.standardise(np.array([-5.0, 10.0, 1e9])).round(2).tolist()
    [-0.97, 0.0, 0.97]
    """

    knots: tuple[float, ...]
    scores: tuple[float, ...]

    @classmethod
    def fit(cls, values: Float64s) -> QuantileScaling:
        """Learn from finite values of shape (n,), n at least 1."""
        ordered = np.sort(values)
        wanted = min(max(len(ordered) // ROWS_A_KNOT, FEWEST_KNOTS), MOST_KNOTS, len(ordered))
        places = np.linspace(0, len(ordered) - 1, wanted)
        knots = np.unique(ordered[np.rint(places).astype(np.int64)])
        before = np.searchsorted(ordered, knots, "left")
        through = np.searchsorted(ordered, knots, "right")
        shares = (before + through) / (2.0 * len(ordered))
        score = NormalDist().inv_cdf
        return cls(tuple(knots.tolist()), tuple(score(share) for share in shares.tolist()))

    @classmethod
    def from_description(cls, description: Any) -> QuantileScaling:
        """The scaling under 'knots' and 'scores'; ModelFileError if there is none."""
        knots, scores = (tuple(numbers_of(description, key)) for key in ("knots", "scores"))
        ascending = all(low < high for low, high in pairwise(knots))
        if not knots or len(knots) != len(scores) or not ascending or max(map(abs, scores)) > 40.0:
            raise ModelFileError("the model file describes impossible quantiles of a column")
        return cls(knots, scores)

    def description(self) -> dict[str, Any]:
        """This scaling as plain JSON."""
        return {"knots": list(self.knots), "scores": list(self.scores)}

    def standardise(self, values: Float64s) -> Float64s:
        """The normal scores of values of any shape, float64; nan stays nan."""
        knots, scores = np.array(self.knots), np.array(self.scores)
        if len(knots) == 1:
            return np.where(np.isnan(values), np.nan, scores[0])
        # Between knots at opposite ends of float64's range a slope needs smaller numbers.
        if max(-knots[0], knots[-1]) > 1e300:
            knots, values = knots * 2.0**-10, values * 2.0**-10
        return np.interp(values, knots, scores)
