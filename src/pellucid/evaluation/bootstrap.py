"""How far the metrics of a test would vary with other test rows: 95 % intervals by resampling.

Receives the truth and the predictions of several models on the same rows; gives the interval of
every metric of each model, and of the difference of the first to each other model, from the same
resamples (paired).

- Rows are drawn with replacement, as many as there are, and not by class: the share of each class
  among new rows is as uncertain as all else. Where rows belong together (`groups`), groups are
  drawn.
- Ends are percentiles (Efron 1979), moved outward for few rows (`intervals.tail`), of resamples
  that may also draw a mistake not seen yet (`failures.py`). What is a mean over two classes rests
  on the rows of the rarer one, and their number counts.
- Of numbers, the metrics that follow from a mean have ends by the studentized bootstrap
  (`ratios.py`), since rare errors weigh most in them; differences, in which these cancel, do not.
- Accuracy, a share, has Wilson's interval, and that of Bonett and Price for a difference; the
  balanced accuracy the mean of those of the classes; with groups, for as many rows as are worth as
  much. So have other shares of rows.
- Where one of two classes has fewer than 6 rows, differences of losses allow for what more of them
  would cost.
- With fewer than 20 rows, an interval of a difference takes in 0 unless predictions that change
  places between the models tell that it is none of chance (`swaps.py`).
- To the square of a calibration error a resample adds chance a second time; the mean of the
  resamples is put where the estimate is.
- Where rows, classes and models are too many, metrics are linear in the weights of rows (their
  influence functions; Efron 1982, "The jackknife, the bootstrap and other resampling plans",
  chapter 6), rows are drawn in at most 20,000 blocks put together by chance, and mistakes not
  seen are left out.

In simulations of 50 to 1000 rows 90 to 100 % of the intervals held the truth, those of differences
too, and of two equally good models each came out better in 0 to 5 % of cases. Fewer do where few
rows decide: 81 to 87 % of those of an RMSE whose errors have no fourth moment or a long tail, and
70 to 92 % of those of an area or of a difference of losses for up to 10 rows of a class. Of two
models with equal RMSE the one with rarer and larger errors comes out better in 15 to 23 % of cases:
most tests do not hold its worst rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import OptionError, ShapeError
from pellucid.evaluation.aim import Aim, aim_of
from pellucid.evaluation.calibration import Calibration
from pellucid.evaluation.class_scores import ClassScores
from pellucid.evaluation.failures import VARIANTS, add_failures
from pellucid.evaluation.intervals import (
    LEVEL,
    Interval,
    mean_of_intervals,
    paired_interval,
    tail,
    wilson_interval,
)
from pellucid.evaluation.metrics import METRICS, Scores, scores_of
from pellucid.evaluation.number_scores import NumberScores
from pellucid.evaluation.ratios import RatioBootstrap
from pellucid.evaluation.swaps import swap_chances

__all__ = ["FEW_UNITS", "LEAST_UNITS", "OF_EACH_CLASS", "Bootstrap", "bootstrap"]

Array = npt.NDArray[Any]
Draws = dict[str, dict[str, Array]]
Ends = dict[str, dict[str, Interval]]

OF_EACH_CLASS = ("balanced_accuracy", "balanced_log_loss", "auc", "average_precision")
"""The metrics in which classes count alike, however few rows they have."""
SHARES = ("accuracy", "quantile_coverage", "interval_coverage")
SHARES_OF_EACH_CLASS = ("balanced_accuracy",)
LEAST_UNITS = 6
"""With fewer rows (or groups), one model winning every one is no rare chance: 2 / 2^5 > 5 %."""
FEW_UNITS = 20
"""Below so many, resamples show too little of what other rows would be like to go by alone."""
RESAMPLES = 1000
MOST_WORK = 100_000_000
"""Resamples x rows x models x (classes + 2) up to which every resample's metrics are exact."""
MOST_UNITS = 20_000
CHUNK = 2_000_000
"""Resamples x rows at once: 16 MB an array."""


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """The intervals of several models on the same rows.

    Attributes:
        metrics: by metric and model.
        differences: by metric and model but the first: the first model's value less this one's.
        rows: the number of rows.
        units: what was drawn: the number of rows, or of groups.
        rarer: of two classes, the rows of the one with fewer, if they are fewer than the units.
        resamples: how many were drawn.
        exact: whether metrics were computed for each resample, or from influence functions.
    """

    metrics: dict[str, dict[str, Interval]]
    differences: dict[str, dict[str, Interval]]
    rows: int
    units: int
    rarer: int
    resamples: int
    exact: bool


def bootstrap(
    aim: Aim | str,
    name: str,
    truth: Array,
    reads: Mapping[str, Array],
    *,
    positive: int = 1,
    seed: int = 0,
    groups: Array | None = None,
    resamples: int = RESAMPLES,
) -> Bootstrap:
    """Return the intervals of every metric and of the differences of the first model to others.

    Args:
        aim: what is predicted, or a task, "classification" or "regression", for the usual.
        name: the target's name, for messages.
        truth: codes, int (rows,), or numbers in the user's units, float64 (rows,).
        reads: the predictions of each model, the first being what is judged, as `score` takes
            them.
        positive: of two classes, the code of the one that is looked for.
        seed: of the draws, at least 0; the same seed gives the same intervals.
        groups: to which group each row belongs, whole numbers or texts (rows,).
        resamples: how many are drawn, at least 100.

    Raises:
        NonFiniteError, ShapeError, DataError: as `score` does.
        OptionError: too few resamples, no model, or an impossible seed.
    """
    aim = aim_of(aim)
    if resamples < 100:
        raise OptionError(f"a bootstrap needs at least 100 resamples, got {resamples}")
    if seed < 0:
        raise OptionError(f"the seed must be at least 0, got {seed}")
    if not reads:
        raise OptionError("a bootstrap needs the predictions of at least one model, got none")
    if groups is not None and groups.shape != truth.shape:
        raise ShapeError(
            f"groups need one value for each of the {len(truth)} rows, got {groups.shape}"
        )
    if not len(truth):
        return _nothing(aim, list(reads), resamples)
    scores = {
        model: scores_of(aim, name, truth, predicted, positive=positive)
        for model, predicted in reads.items()
    }
    rows = len(truth)
    owners = np.arange(rows)
    if groups is not None:
        owners = np.unique(groups, return_inverse=True)[1].reshape(-1)
    units = int(owners.max()) + 1
    width = next(iter(reads.values())).shape[1] if aim.classifies else len(aim.metrics) // 2
    rarer = units
    if aim.classifies and width == 2:
        rarer = min(units, *np.bincount(truth, minlength=2).tolist())
    exact = resamples * rows * len(reads) * (width + 2) <= MOST_WORK
    generator = np.random.Philox(seed)
    if units < 2:
        draws, ends = Draws({}), Ends({})
    elif exact:
        draws, ends = _exact(scores, owners, units, generator, resamples)
    else:
        draws, ends = _linear(scores, owners, units, generator, resamples)
    values = {model: each.values() for model, each in scores.items()}
    worth = {metric: rarer if metric in OF_EACH_CLASS else units for metric in aim.metrics}
    metrics, differences = _percentiles(aim, values, draws, worth)
    for metric, model in product(metrics, ends):
        metrics[metric][model] = ends[model].get(metric, metrics[metric][model])
    if rarer < LEAST_UNITS < units:
        _allow_for_rare(differences, scores, LEAST_UNITS - rarer)
    for metric in set(metrics) & {*SHARES, *SHARES_OF_EACH_CLASS}:
        classes = truth if metric in SHARES_OF_EACH_CLASS else np.zeros(rows, np.int64)
        hits = {model: each.hits_of(metric) for model, each in scores.items()}
        metrics[metric], differences[metric] = _shares(hits, classes, owners, units)
    first, *others = reads
    for model in others if 1 < units < FEW_UNITS else ():
        chances = swap_chances(
            aim,
            name,
            truth,
            reads[first],
            reads[model],
            owners=owners,
            generator=generator,
            positive=positive,
        )
        for metric, of_models in differences.items():
            if chances[metric] > 1.0 - LEVEL:
                of_models[model] = of_models[model].with_zero()
    return Bootstrap(metrics, differences, rows, units, rarer, resamples, exact)


def _nothing(aim: Aim, models: list[str], resamples: int) -> Bootstrap:
    nothing = Interval(None, None, None)
    names = aim.metrics
    return Bootstrap(
        {metric: dict.fromkeys(models, nothing) for metric in names},
        {metric: dict.fromkeys(models[1:], nothing) for metric in names},
        0,
        0,
        0,
        resamples,
        True,
    )


def _exact(
    scores: Mapping[str, ClassScores | NumberScores],
    owners: Array,
    units: int,
    generator: np.random.Philox,
    resamples: int,
) -> tuple[Draws, Ends]:
    """Return every metric of every model in every resample, and the ends of those of means."""
    means = _Means(scores, owners, units)
    added = 0
    of_classes = {model: each for model, each in scores.items() if isinstance(each, ClassScores)}
    if of_classes:
        place = float(generator.random_raw()) / 2.0**64
        truth = next(iter(of_classes.values())).truth
        predictions = {model: each.read for model, each in of_classes.items()}
        truth, predictions, added = add_failures(truth, predictions, place)
        scores = {
            model: ClassScores(truth, predicted, of_classes[model].positive)
            for model, predicted in predictions.items()
        }
    owners = np.concatenate([owners, units + np.arange(added)])
    # A mistake not seen comes in a group too, one of the usual size.
    weights = np.ones(len(owners))
    weights[len(owners) - added :] = max(1.0, np.rint((len(owners) - added) / units))
    found: dict[str, dict[str, list[Array]]] = {model: {} for model in scores}
    for counts in _counts(generator, resamples, units, added, len(owners)):
        means.take(counts)
        each_row = counts[:, owners] * weights
        for model, each in scores.items():
            for metric, values in each.resampled(each_row).items():
                found[model].setdefault(metric, []).append(values)
    draws = {
        model: {metric: np.concatenate(chunks) for metric, chunks in metrics.items()}
        for model, metrics in found.items()
    }
    return draws, means.ends()


def _linear(
    scores: Mapping[str, ClassScores | NumberScores],
    owners: Array,
    units: int,
    generator: np.random.Philox,
    resamples: int,
) -> tuple[Draws, Ends]:
    """Return the same in every resample of blocks of rows, to first order in their weights."""
    if units > MOST_UNITS:
        places = np.argsort(generator.random_raw(units), kind="stable") % MOST_UNITS
        owners, units = places[owners], MOST_UNITS
    names: list[tuple[str, str]] = []
    columns: list[Array] = [np.bincount(owners, minlength=units)]
    values = []
    for model, each in scores.items():
        measured = each.values()
        for metric, influence in each.influences().items():
            value = measured[metric]
            names.append((model, metric))
            values.append(np.nan if value is None else value)
            columns.append(np.bincount(owners, influence, units))
    calibrations = {
        model: each.calibration.sums(owners, units)
        for model, each in scores.items()
        if isinstance(each, ClassScores)
    }
    table = np.concatenate([np.stack(columns, axis=1), *calibrations.values()], axis=1)
    means = _Means(scores, owners, units)
    chunks = []
    for counts in _counts(generator, resamples, units, 0, units):
        means.take(counts)
        chunks.append(counts @ table)
    sums = np.concatenate(chunks)
    resampled = sums[:, 1 : 1 + len(names)] / sums[:, :1] + np.array(values)
    draws: Draws = {model: {} for model in scores}
    for (model, metric), column in zip(names, resampled.T, strict=True):
        draws[model][metric] = column
    start = 1 + len(names)
    for model, gaps in calibrations.items():
        end = start + gaps.shape[1]
        draws[model]["calibration_error"] = Calibration.resampled(sums[:, start:end])
        start = end
    return draws, means.ends()


class _Means:
    """The ends of what follows from means, of models of numbers; of others there are none."""

    def __init__(
        self, scores: Mapping[str, ClassScores | NumberScores], owners: Array, units: int
    ) -> None:
        self._scores = {
            model: each for model, each in scores.items() if isinstance(each, NumberScores)
        }
        ratios = {model: each.ratios() for model, each in self._scores.items()}
        self._places = [(model, metric) for model, own in ratios.items() for metric in own]
        every = [ratio for own in ratios.values() for ratio in own.values()]
        self._bootstrap = RatioBootstrap(every, owners, units)
        self._units = units
        self._sums: list[Array] = []

    def take(self, counts: Array) -> None:
        """Take how often each unit is drawn in some more resamples."""
        if self._places:
            self._sums.append(self._bootstrap.sums(counts[:, : self._units]))

    def ends(self) -> Ends:
        """Return the intervals that are known, by model and metric."""
        found: Ends = {model: {} for model in self._scores}
        if not self._places:
            return found
        intervals = self._bootstrap.intervals(np.concatenate(self._sums))
        for (model, metric), interval in zip(self._places, intervals, strict=True):
            each = self._scores[model]
            value = each.values()[metric]
            if interval is None or value is None:
                found[model][metric] = Interval(value, None, None)
                continue
            low, high = sorted(each.of_ratio(metric, end) for end in interval)
            low, high = max(low, METRICS[metric].low), min(high, METRICS[metric].high)
            finite = bool(np.isfinite(low) and np.isfinite(high))
            found[model][metric] = Interval(
                value, min(low, value) if finite else None, max(high, value) if finite else None
            )
        return found


def _counts(
    generator: np.random.Philox, resamples: int, units: int, added: int, rows: int
) -> Iterator[Array]:
    """Give how often each unit, and each added row after them, is drawn: (some, units + added)."""
    from threadpoolctl import threadpool_limits

    size = units + added
    tickets = units * VARIANTS + added
    at_once = max(1, CHUNK // max(rows, size))
    # One thread: the order of sums in a matrix product must not depend on the machine.
    with threadpool_limits(limits=1, user_api="blas"):
        for start in range(0, resamples, at_once):
            some = min(at_once, resamples - start)
            # 32 random bits times the number of tickets, without the 32 lowest bits.
            words = generator.random_raw((some * units + 1) // 2)
            halves = words.view(np.uint32)[: some * units].astype(np.uint64)
            drawn = ((halves * np.uint64(tickets)) >> np.uint64(32)).astype(np.int64)
            places = np.where(
                drawn < units * VARIANTS,
                drawn // VARIANTS,
                drawn - units * (VARIANTS - 1),
            ).reshape(some, units)
            places += (np.arange(some) * size)[:, None]
            counted = np.bincount(places.ravel(), minlength=some * size)
            yield counted.reshape(some, size).astype(np.float64)


def _percentiles(
    aim: Aim, values: Mapping[str, Scores], draws: Draws, worth: Mapping[str, int]
) -> tuple[dict[str, dict[str, Interval]], dict[str, dict[str, Interval]]]:
    first = next(iter(values))
    metrics: dict[str, dict[str, Interval]] = {}
    differences: dict[str, dict[str, Interval]] = {}
    for metric in aim.metrics:
        adjusted: dict[str, Array] = {}
        cut = tail(worth[metric]) if worth[metric] > 1 else 0.0
        for model, resampled in draws.items() if worth[metric] > 1 else ():
            adjusted[model] = _adjusted(metric, values[model][metric], resampled[metric])
        low, high = METRICS[metric].low, METRICS[metric].high
        metrics[metric], differences[metric] = {}, {}
        for model, scores in values.items():
            value, spread = scores[metric], adjusted.get(model)
            metrics[metric][model] = _interval(value, spread, cut, low, high)
            if model != first:
                of_first = values[first][metric]
                gap = None if value is None or of_first is None else of_first - value
                spread = adjusted[first] - spread if spread is not None else None
                differences[metric][model] = _interval(gap, spread, cut, low - high, high - low)
    return metrics, differences


def _adjusted(metric: str, value: float | None, resampled: Array) -> Array:
    """Return the resampled metric, without what resampling adds to it beside spread."""
    if metric != "calibration_error" or value is None:
        return resampled
    squares = np.square(resampled)
    return np.sqrt(np.maximum(squares - squares.mean() + value**2, 0.0))


def _interval(
    value: float | None, resampled: Array | None, cut: float, low: float, high: float
) -> Interval:
    if value is None or resampled is None:
        return Interval(value, None, None)
    defined = resampled[np.isfinite(resampled)]
    if 2 * len(defined) < len(resampled):
        return Interval(value, None, None)
    ends = np.clip(np.quantile(defined, [cut, 1.0 - cut]), low, high)
    return Interval(value, min(float(ends[0]), value), max(float(ends[1]), value))


def _allow_for_rare(
    differences: dict[str, dict[str, Interval]],
    scores: Mapping[str, ClassScores | NumberScores],
    missing: int,
) -> None:
    """Widen intervals as far as some more rows of the rarer of two classes would take them.

    One such row may cost more than a hundred others, and a handful of them, or none, tells nothing
    of the next. Which rows they would be, the models say themselves, by the probability of the
    class, and so how much more one of them loses there than the other.
    """
    both = {model: each for model, each in scores.items() if isinstance(each, ClassScores)}
    (first, own), *others = both.items()
    rare = int(np.bincount(own.truth, minlength=2).argmin())
    if_rare = {model: each.losses_if(rare) for model, each in both.items()}
    for model, other in others:
        likely = own.read[:, rare] + other.read[:, rare]
        if not likely.sum() > 0.0:
            continue
        for metric, lost in if_rare[first].items():
            difference = differences[metric][model]
            if difference.value is None or difference.low is None or difference.high is None:
                continue
            gap = float(np.average(lost - if_rare[model][metric], weights=likely))
            moved = (own.rows * difference.value + missing * gap) / (own.rows + missing)
            low, high = min(difference.low, moved), max(difference.high, moved)
            differences[metric][model] = Interval(difference.value, low, high)


def _shares(
    hits: Mapping[str, Array], classes: Array, owners: Array, units: int
) -> tuple[dict[str, Interval], dict[str, Interval]]:
    """Return the intervals of the mean share of hits over classes, and of their differences."""
    shares: dict[str, Interval] = {}
    gaps: dict[str, Interval] = {}
    first = next(iter(hits))
    places = np.unique(classes, return_inverse=True)[1].reshape(-1)
    rows = np.bincount(places)

    def means(values: Array) -> tuple[Array, Array]:
        """Return the mean by class, and how many single rows of each tell as much."""
        found = np.bincount(places, values) / rows
        influence = (values - found[places]) * (len(places) / (len(rows) * rows[places]))
        return found, rows * (_worth(influence, owners, units) / len(places))

    for model, right in hits.items():
        found, worth = means(right.astype(np.float64))
        shares[model] = mean_of_intervals(found, *wilson_interval(found * worth, worth))
        if model == first:
            continue
        gap = hits[first].astype(np.float64) - right
        found, worth = means(gap)
        only_first, only_second = (
            np.bincount(places, gap == side) / rows * worth for side in (1.0, -1.0)
        )
        gaps[model] = mean_of_intervals(found, *paired_interval(only_first, only_second, worth))
    return shares, gaps


def _worth(values: Array, owners: Array, units: int) -> float:
    """Return how many single rows tell as much of the mean as these rows, which go in groups.

    The number of rows by the design effect (Kish 1965, "Survey sampling"): how much larger the
    variance of the mean is for being drawn in groups.
    """
    rows = len(values)
    if units == rows:
        return float(rows)
    alone = float(values.var()) / rows
    if alone == 0.0 or units < 2:
        return float(units)
    residues = np.bincount(owners, values - values.mean(), units)
    together = float(np.square(residues).sum()) / rows**2 * units / (units - 1)
    return float(np.clip(rows * alone / together if together > 0 else rows, 1.0, rows))
