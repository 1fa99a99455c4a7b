"""How well scores put the rows of one class before all others: ROC area and average precision.

Receives the scores of one class and which rows belong to it; gives both areas, the points of both
curves, what each row contributes, and the areas of weighted rows. Everything comes out of where
each row lies among the distinct scores of the class's own rows ("levels"), so a class with few
rows costs one search and no sort of all rows.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Ranking"]

Array = npt.NDArray[Any]


class Ranking:
    """The rows of one class among all rows, by score.

    Both curves are walked from the highest score to the lowest, equal scores in one step:

    - area = P(score of a row of the class > score of another) + P(they are equal) / 2, the
      statistic of Mann and Whitney;
    - precision = the mean over the class's rows of the share of the class among all rows that
      score at least as high (average precision, no interpolation).

    Args:
        scores: finite numbers, float (rows,).
        hits: whether a row is of the class, bool (rows,); some are and some are not.

    Example:
        >>> ranking = Ranking(np.array([0.9, 0.8, 0.3]), np.array([True, False, True]))
        >>> ranking.area, round(ranking.precision, 4)
        (0.5, 0.8333)
    """

    def __init__(self, scores: Array, hits: Array) -> None:
        """Find each row's place among the levels."""
        levels, counts = np.unique(scores[hits], return_counts=True)
        reached = np.searchsorted(levels, scores, side="right")
        equal = levels[np.maximum(reached, 1) - 1] == scores
        self.hits = hits
        self.reached = reached
        """The number of levels that each row's score reaches, int (rows,)."""
        # Rows between levels j - 1 and j are in cell 2 j, rows at level j in cell 2 j + 1.
        self.cells = 2 * reached - (equal & (reached > 0))
        self.rows, self.positives = len(scores), int(hits.sum())
        self.level_hits = counts
        ends = np.cumsum(np.bincount(self.cells, minlength=2 * len(levels) + 1))
        self.below, self.up_to = ends[0:-1:2], ends[1::2]
        """Rows below each level, and at most at it, int (levels,)."""

    @cached_property
    def area(self) -> float:
        """The area under the ROC curve."""
        return float(np.dot(self.level_hits, self._placements) / self.positives)

    @cached_property
    def precision(self) -> float:
        """The average precision."""
        return float(np.dot(self.level_hits, self._precisions) / self.positives)

    @cached_property
    def _placements(self) -> Array:
        """The share of other rows that each level is above of, equal ones by half."""
        before = np.cumsum(self.level_hits) - self.level_hits
        others = 0.5 * (self.below + self.up_to) - before - 0.5 * self.level_hits
        return others / (self.rows - self.positives)

    @cached_property
    def _precisions(self) -> Array:
        """The share of the class among the rows at or above each level."""
        return np.cumsum(self.level_hits[::-1])[::-1] / (self.rows - self.below)

    def area_influence(self) -> Array:
        """Return how the area answers to the weight of each row, float64 (rows,), of mean 0."""
        others = self.rows - self.positives
        above = self.positives - np.concatenate([[0], np.cumsum(self.level_hits)])
        by_cell = np.empty(2 * len(self.level_hits) + 1)
        by_cell[0::2] = above
        by_cell[1::2] = 0.5 * (above[:-1] + above[1:])
        shares = by_cell / self.positives
        placed = self._placements[np.maximum(self.reached, 1) - 1]
        return np.where(
            self.hits,
            (placed - self.area) * (self.rows / self.positives),
            (shares[self.cells] - self.area) * (self.rows / others),
        )

    def precision_influence(self) -> Array:
        """Return how the average precision answers to the weight of each row, likewise."""
        each = self.level_hits / (self.rows - self.below)
        gained = np.concatenate([[0.0], np.cumsum(each)])[self.reached]
        lost = np.concatenate([[0.0], np.cumsum(each * self._precisions)])[self.reached]
        own = self._precisions[np.maximum(self.reached, 1) - 1] - self.precision
        return (np.where(self.hits, own + gained, 0.0) - lost) * (self.rows / self.positives)

    def weighted(self, counts: Array) -> tuple[Array, Array]:
        """Return area and average precision where each row counts several times or never.

        Args:
            counts: whole numbers, (resamples, rows).

        Returns:
            Both of shape (resamples,), float64; nan where no row of the class, or none beside
            it, counts.
        """
        order = np.argsort(self.cells, kind="stable")
        totals = _running(counts, order)
        hit_totals = _running(counts, order[self.hits[order]])
        below, up_to = totals[:, self.below], totals[:, self.up_to]
        ends = np.cumsum(self.level_hits)
        before, after = hit_totals[:, ends - self.level_hits], hit_totals[:, ends]
        rows, positives = totals[:, -1], hit_totals[:, -1]
        gained = after - before
        doubled = np.einsum("rl,rl->r", gained, below + up_to - before - after)
        # Where no row is left, none of the class is: 0 for any divisor.
        at_least = np.maximum(rows[:, None] - below, np.finfo(np.float64).tiny)
        precisions = (positives[:, None] - before) / at_least
        with np.errstate(divide="ignore", invalid="ignore"):
            area = 0.5 * doubled / (positives * (rows - positives))
            precision = np.einsum("rl,rl->r", gained, precisions) / positives
        return area, np.where(rows > positives, precision, np.nan)

    def roc(self) -> tuple[Array, Array]:
        """Return the corners of the ROC curve: false and true positive rates, from 0 to 1."""
        hits = np.cumsum(self.level_hits[::-1])
        before = hits - self.level_hits[::-1]
        above = (self.rows - self.up_to)[::-1] - before
        at_least = (self.rows - self.below)[::-1] - hits
        false = np.stack([above, at_least], axis=1).ravel() / (self.rows - self.positives)
        true = np.stack([before, hits], axis=1).ravel() / self.positives
        return np.concatenate([[0.0], false, [1.0]]), np.concatenate([[0.0], true, [1.0]])

    def steps(self) -> tuple[Array, Array]:
        """Return recall, ascending, and precision at each level from the highest score down."""
        return np.cumsum(self.level_hits[::-1]) / self.positives, self._precisions[::-1]

    def precision_recall(self) -> tuple[Array, Array]:
        """Return the corners of the precision-recall curve: recall, from 0 to 1, and precision.

        Between two levels precision falls while recall stays.
        """
        recall, precision = self.steps()
        before = np.append(0.0, recall)
        above = np.append((self.rows - self.up_to)[::-1], self.rows)
        # With no row above the highest level, the curve begins as high as it is there.
        fallen = np.where(above > 0, before * self.positives / np.maximum(above, 1), precision[0])
        recalls = np.stack([before[:-1], recall], axis=1).ravel()
        precisions = np.stack([fallen[:-1], precision], axis=1).ravel()
        return np.append(recalls, 1.0), np.append(precisions, fallen[-1])


def _running(counts: Array, order: Array) -> Array:
    """Return sums of the counts over the first 0, 1, .. rows of an order, float64."""
    sums = np.zeros((len(counts), len(order) + 1))
    np.cumsum(counts[:, order], axis=1, dtype=np.float64, out=sums[:, 1:])
    return sums
