"""The verdict: better, worse or cannot tell, for every metric and baseline, and in plain words.

Receives the truth, the network's predictions and the baselines for the rows of one part; gives the
entry "verdict" of a run's facts as plain JSON. A judgement is made where the 95 % interval of the
paired difference leaves out 0; it is not corrected for there being several metrics and baselines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import exp
from typing import Any

import numpy.typing as npt

from pellucid.errors import OptionError
from pellucid.evaluation.aim import (
    DECISIONS,
    DISTRIBUTION,
    MEAN,
    MEDIAN,
    PROBABILITIES,
    QUANTILE,
    Aim,
    aim_of,
)
from pellucid.evaluation.baselines import CONSTANT, LINEAR, Baseline
from pellucid.evaluation.bootstrap import (
    FEW_UNITS,
    LEAST_UNITS,
    OF_EACH_CLASS,
    RESAMPLES,
    Bootstrap,
    bootstrap,
)
from pellucid.evaluation.intervals import Interval
from pellucid.evaluation.metrics import AIMED, HIGHER, METRICS
from pellucid.evaluation.number_scores import MIDDLE
from pellucid.language import Sentence

__all__ = ["BETTER", "CANNOT_TELL", "WORSE", "judgement", "verdict"]

Array = npt.NDArray[Any]

BETTER, WORSE, CANNOT_TELL = "better", "worse", "cannot tell"
NETWORK = "network"
MOST_NAMED = 5
RARE = 0.1
"""The share of rows below which never saying a class is right in nine cases of ten."""
PARTS = ("test", "validation", "train")


def judgement(difference: Interval, better: str, units: int) -> str | None:
    """Return what a paired difference, network less baseline, says of the network.

    Args:
        difference: with its interval.
        better: "higher", "lower" or "aimed".
        units: the rows or groups that were drawn.

    Returns:
        "better", "worse" or "cannot tell"; None of what is not compared.

    Example:
        >>> judgement(Interval(-0.2, -0.3, -0.1), "lower", 100)
        'better'
    """
    if better == AIMED:
        return None
    if units < LEAST_UNITS or difference.low is None or difference.high is None:
        return CANNOT_TELL
    if difference.low > 0.0:
        return BETTER if better == HIGHER else WORSE
    if difference.high < 0.0:
        return WORSE if better == HIGHER else BETTER
    return CANNOT_TELL


def verdict(
    aim: Aim | str,
    name: str,
    truth: Array,
    read: Array,
    baselines: Mapping[str, Baseline],
    *,
    part: str = "test",
    positive: int = 1,
    positive_label: str | None = None,
    given_away: Sequence[str] = (),
    seed: int = 0,
    groups: Array | None = None,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """Return the verdict on a network as plain JSON.

    Args:
        aim: what is predicted, or a task, "classification" or "regression", for the usual.
        name: the target's name, for messages.
        truth: codes, int (rows,), or numbers in the user's units, float64 (rows,); no rows where
            nothing was kept for testing.
        read: the network's predictions, as `score` takes them.
        baselines: what it is compared with; those without predictions for the part are named
            with their notes, and not compared.
        part: which part the rows are: "test", "validation" or "train".
        positive: of two classes, the code of the one that is looked for.
        positive_label: what it is called, where there are two.
        given_away: columns that give the target away, on which the verdict rests.
        seed: of the bootstrap.
        groups: to which group each row belongs, (rows,).
        resamples: of the bootstrap.

    Returns:
        "part", "rows", "groups", "sentence", "given_away", "main" (the metric that the verdict
        goes by), "leading" (those that are shown first), "metrics", "baselines" and "intervals"
        (how they were made). A metric has the network's value and interval, which way
        is "better", and for each baseline its own, the "difference" and the "judgement".

    Raises:
        NonFiniteError, ShapeError, DataError: predictions do not suit the truth.
        OptionError: an argument is impossible.
    """
    if part not in PARTS:
        raise OptionError(f"the part must be one of {', '.join(PARTS)}, but it is {part!r}")
    aim = aim_of(aim)
    compared = {
        baseline: fitted.predictions[part]
        for baseline, fitted in baselines.items()
        if part in fitted.predictions
    }
    found = bootstrap(
        aim,
        name,
        truth,
        {NETWORK: read, **compared},
        positive=positive,
        seed=seed,
        groups=groups,
        resamples=resamples,
    )
    metrics = {metric: _entry(metric, found) for metric in found.metrics}
    # What says the same of every row, as the constant does, is no further model to be named.
    named = {
        name for name, said in compared.items() if name == CONSTANT or (said != said[:1]).any()
    }
    looked_for = None
    if aim.kind == PROBABILITIES and not aim.balanced and read.shape[1] == 2 and positive_label:
        looked_for = _LookedFor(positive_label, int((truth == positive).sum()))
    return {
        "part": part,
        "rows": found.rows,
        "groups": None if groups is None else found.units,
        "sentence": _sentence(
            aim, part, _only(metrics, named), found, groups is not None, given_away, looked_for
        ).description(),
        "given_away": list(given_away),
        "main": aim.main,
        "leading": _leading(aim, looked_for, found.rows),
        "metrics": metrics,
        "baselines": {baseline: fitted.description() for baseline, fitted in baselines.items()},
        "intervals": {"level": 0.95, "resamples": found.resamples, "exact": found.exact},
    }


def _entry(metric: str, found: Bootstrap) -> dict[str, Any]:
    better = METRICS[metric].better
    # What is a mean over two classes rests on the rows of the rarer one.
    units = found.rarer if metric in OF_EACH_CLASS else found.units
    baselines = {
        baseline: {
            **found.metrics[metric][baseline].description(),
            "difference": difference.description(),
            "judgement": judgement(difference, better, units),
        }
        for baseline, difference in found.differences[metric].items()
    }
    network = found.metrics[metric][NETWORK].description()
    return {"network": network, "better": better, "baselines": baselines}


def _only(metrics: Mapping[str, Any], named: set[str]) -> dict[str, Any]:
    """Return metrics with some of their baselines."""
    return {
        metric: entry
        | {"baselines": {name: one for name, one in entry["baselines"].items() if name in named}}
        for metric, entry in metrics.items()
    }


@dataclass(frozen=True)
class _LookedFor:
    """The one of two classes that is looked for, and how many rows it has."""

    label: str
    rows: int

    def is_rare(self, rows: int) -> bool:
        """Return whether never saying it is right so often that accuracy tells little."""
        return 0 < self.rows < RARE * rows


def _leading(aim: Aim, looked_for: _LookedFor | None, rows: int) -> list[str]:
    if not aim.classifies:
        return [aim.main, *(name for name in aim.metrics if METRICS[name].better == AIMED)]
    if looked_for is not None and looked_for.is_rare(rows):
        return ["average_precision", aim.main]
    return list(dict.fromkeys([aim.share, aim.main]))


def _sentence(
    aim: Aim,
    part: str,
    metrics: dict[str, Any],
    found: Bootstrap,
    grouped: bool,
    given_away: Sequence[str],
    looked_for: _LookedFor | None,
) -> Sentence:
    if not found.rows:
        return Sentence("verdict.no_rows")
    rows = Sentence(f"verdict.rows_{part}", {"rows": found.rows})
    if grouped:
        values = {"rows": rows, "groups": found.units}
        rows = Sentence("verdict.in_groups", values)
    is_few = LEAST_UNITS <= found.units < FEW_UNITS
    if is_few:
        rows = Sentence("verdict.only", {"rows": rows})
    if found.units < LEAST_UNITS:
        few = "too_few_groups" if grouped else "too_few"
        sentences = [Sentence(f"verdict.{few}", {"rows": rows, "least": LEAST_UNITS})]
    elif aim.kind == DECISIONS:
        sentences = _of_decisions(rows, metrics, aim)
    elif aim.classifies:
        sentences = _of_classes(rows, metrics, aim, found.rows, looked_for)
    else:
        sentences = _of_numbers(rows, metrics, aim)
    if given_away:
        sentences.insert(1, _rests_on(given_away))
    if is_few:
        sentences.append(Sentence(f"verdict.few_{'groups' if grouped else 'rows'}"))
    if part != "test":
        sentences.append(Sentence(f"verdict.seen_{part}"))
    return reduce(_after, sentences)


def _rests_on(columns: Sequence[str]) -> Sentence:
    shown = ", ".join(f"'{column}'" for column in columns[:MOST_NAMED])
    more = " \N{HORIZONTAL ELLIPSIS}" if len(columns) > MOST_NAMED else ""
    several = "s" if len(columns) > 1 else ""
    return Sentence(f"verdict.rests_on_column{several}", {"columns": shown + more})


def _of_classes(
    rows: Sentence, metrics: dict[str, Any], aim: Aim, count: int, looked_for: _LookedFor | None
) -> list[Sentence]:
    by_accuracy, by_loss = (_judgements(metrics, name) for name in (aim.share, aim.main))
    guess, frequencies = "verdict.constant_classes", "verdict.constant_probabilities"
    if aim.balanced:
        guess = frequencies = "verdict.constant_alike"
    first = _share_right(rows, metrics, aim, guess)
    by_first = by_accuracy
    if looked_for is not None and looked_for.is_rare(count):
        of_rare = _of_rare(rows, metrics, count, looked_for, frequencies)
        if of_rare is not None:
            first, by_first = of_rare, _judgements(metrics, "average_precision")
    sentences = [first]
    suffix = "_balanced" if aim.balanced else ""
    if by_loss and by_first == by_loss:
        sentences.append(Sentence(f"verdict.same_by_log_loss{suffix}"))
    elif by_loss:
        values = {"comparison": _comparison(by_loss, frequencies)}
        sentences.append(Sentence(f"verdict.by_log_loss{suffix}", values))
    worse = [
        baseline
        for baseline, judged in by_loss.items()
        if judged == WORSE or (judged == CANNOT_TELL and by_accuracy[baseline] == WORSE)
    ]
    if CONSTANT in worse and by_accuracy[CONSTANT] == BETTER:
        values = {"guess": Sentence(guess), "frequencies": Sentence(frequencies)}
        sentences.append(Sentence("verdict.too_sure", values))
        worse.remove(CONSTANT)
    # Where accuracy alone is worse, the most frequent class is what it loses against.
    constant = frequencies if by_loss.get(CONSTANT) == WORSE else guess
    alike = {each.get(CONSTANT) for each in (by_first, by_accuracy, by_loss)} == {CANNOT_TELL}
    return sentences + _warnings(worse, alike, constant)


def _share_right(rows: Sentence, metrics: dict[str, Any], aim: Aim, guess: str) -> Sentence:
    """Say how often the network is right, of all rows or as the mean over the classes."""
    values = {"rows": rows, **_percentages(metrics[aim.share]["network"])}
    values["comparison"] = _comparison(_judgements(metrics, aim.share), guess)
    return Sentence(f"verdict.{'classes_balanced' if aim.balanced else 'classes'}", values)


def _of_rare(
    rows: Sentence, metrics: dict[str, Any], count: int, looked_for: _LookedFor, frequencies: str
) -> Sentence | None:
    """Say how well the rows of a rare class are found, and how little accuracy tells of it."""
    precision, accuracy = (metrics[name] for name in ("average_precision", "accuracy"))
    if precision["network"]["value"] is None or precision["network"]["low"] is None:
        return None
    values: dict[str, Any] = {
        "rows": rows,
        "count": looked_for.rows,
        "label": looked_for.label,
        "guess": 100.0 * looked_for.rows / count,
        "right": 100.0 * accuracy["network"]["value"],
        **_percentages(precision["network"]),
        "comparison": _comparison(_judgements(metrics, "average_precision"), frequencies),
    }
    return Sentence("verdict.rare_class", values)


def _of_decisions(rows: Sentence, metrics: dict[str, Any], aim: Aim) -> list[Sentence]:
    judgements = _judgements(metrics, aim.share)
    guess = "verdict.constant_alike" if aim.balanced else "verdict.constant_classes"
    worse = [baseline for baseline, each in judgements.items() if each == WORSE]
    alike = judgements.get(CONSTANT) == CANNOT_TELL
    return [_share_right(rows, metrics, aim, guess), *_warnings(worse, alike, guess)]


def _of_numbers(rows: Sentence, metrics: dict[str, Any], aim: Aim) -> list[Sentence]:
    error = metrics[aim.main]["network"]
    values: dict[str, Any] = {"rows": rows, **error}
    if "mae" in metrics:
        values["mean"] = metrics["mae"]["network"]["value"]
    if any(values[name] is None for name in values):
        return [Sentence("verdict.not_defined", {"rows": rows})]
    if aim.kind in (QUANTILE, DISTRIBUTION):
        name = "quantile_coverage" if aim.kind == QUANTILE else "interval_coverage"
        values["coverage"] = 100.0 * metrics[name]["network"]["value"]
        values["level"] = 100.0 * (aim.level if aim.kind == QUANTILE else MIDDLE)
    if aim.main == "rmsle":
        values |= {end: _factor(error[end]) for end in ("value", "low", "high")}
    constant = _constant(aim)
    judgements = _judgements(metrics, aim.main)
    values["comparison"] = _comparison(judgements, constant)
    worse = [baseline for baseline, each in judgements.items() if each == WORSE]
    alike = judgements.get(CONSTANT) == CANNOT_TELL
    key = {"rmse": "numbers", "mae": "numbers_median"}.get(aim.main, f"numbers_{aim.main}")
    if aim.main == "rmsle" and aim.log.name != "log":
        key = "numbers_rmsle_plus"
    return [Sentence(f"verdict.{key}", values), *_warnings(worse, alike, constant)]


def _factor(logarithm: float) -> float:
    """Return what a difference of logarithms is as a factor, within what can be written."""
    return exp(min(logarithm, 700.0))


def _constant(aim: Aim) -> Sentence:
    """Return what the constant baseline always says."""
    if aim.kind == QUANTILE:
        return Sentence("verdict.constant_quantile", {"level": 100.0 * aim.level})
    kind = "median" if aim.kind == MEDIAN else aim.kind
    if aim.is_logarithmic and kind == MEAN:
        kind = "geometric"
    return Sentence(f"verdict.constant_{'number' if kind == MEAN else kind}")


def _percentages(interval: Mapping[str, Any]) -> dict[str, float]:
    return {end: 100.0 * interval[end] for end in ("value", "low", "high")}


def _judgements(metrics: dict[str, Any], metric: str) -> dict[str, str]:
    baselines = metrics[metric]["baselines"]
    return {baseline: entry["judgement"] for baseline, entry in baselines.items()}


def _warnings(worse: Sequence[str], alike: bool, constant: Sentence | str) -> list[Sentence]:
    """Say against what the network loses, or that it may have learned nothing."""
    found = []
    if alike:
        found.append(Sentence("verdict.nothing_to_see"))
    if worse:
        simplest = {CONSTANT: "loses_to_constant", LINEAR: "loses_to_simple"}
        key = next((text for baseline, text in simplest.items() if baseline in worse), "loses")
        found.append(Sentence(f"verdict.{key}", {"models": _listed(worse, constant, "and")}))
    return found


def _comparison(judgements: Mapping[str, str], constant: Sentence | str) -> Sentence:
    clauses = []
    for judged, key, word in (
        (BETTER, "better", "and"),
        (WORSE, "worse", "and"),
        (CANNOT_TELL, "cannot_tell", "or"),
    ):
        models = [baseline for baseline, each in judgements.items() if each == judged]
        if models:
            values = {"models": _listed(models, constant, word)}
            clauses.append(Sentence(f"verdict.{key}", values))
    if not clauses:
        return Sentence("verdict.no_comparison")
    if len(clauses) > 1:
        places = ("first", "second", "third")[: len(clauses)]
        key = "both" if len(clauses) == 2 else "all_three"
        clauses = [Sentence(f"verdict.{key}", dict(zip(places, clauses, strict=True)))]
    return Sentence("verdict.compared", {"clauses": clauses[0]})


def _listed(models: Sequence[str], constant: Sentence | str, word: str) -> Sentence:
    """Return "a, b and c" of baselines."""
    # The constant's name is long, so it comes last.
    ordered = sorted(models, key=lambda each: each == CONSTANT)
    constant = Sentence(constant) if isinstance(constant, str) else constant
    names = [constant if each == CONSTANT else Sentence(f"verdict.{each}") for each in ordered]
    *before, last = names
    if not before:
        return last
    first = reduce(
        lambda one, other: Sentence("verdict.list", {"first": one, "second": other}), before
    )
    return Sentence(f"verdict.{word}", {"first": first, "second": last})


def _after(first: Sentence, second: Sentence) -> Sentence:
    return Sentence("verdict.two", {"first": first, "second": second})
