"""The verdict: better, worse or cannot tell, for every metric and baseline, and in plain words.

Receives the truth, the network's predictions and the baselines for the rows of one part; gives the
entry "verdict" of a run's facts as plain JSON. A judgement is made where the 95 % interval of the
paired difference leaves out 0; it is not corrected for there being several metrics and baselines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import numpy.typing as npt

from pellucid.data.target import CLASSIFICATION
from pellucid.errors import OptionError
from pellucid.evaluation.baselines import CONSTANT, LINEAR, Baseline
from pellucid.evaluation.bootstrap import RESAMPLES, Bootstrap, bootstrap
from pellucid.evaluation.intervals import Interval
from pellucid.evaluation.metrics import HIGHER, MAIN, METRICS
from pellucid.language import Sentence

__all__ = ["BETTER", "CANNOT_TELL", "WORSE", "judgement", "verdict"]

Array = npt.NDArray[Any]

BETTER, WORSE, CANNOT_TELL = "better", "worse", "cannot tell"
NETWORK = "network"
LEAST_UNITS = 6
"""With fewer rows (or groups), one model winning every one is no rare chance: 2 / 2^5 > 5 %."""
MOST_NAMED = 5
PARTS = ("test", "validation", "train")


def judgement(difference: Interval, better: str, units: int) -> str:
    """Return what a paired difference, network less baseline, says of the network.

    Args:
        difference: with its interval.
        better: "higher" or "lower".
        units: the rows or groups that were drawn.

    Returns:
        "better", "worse" or "cannot tell".

    Example:
        >>> judgement(Interval(-0.2, -0.3, -0.1), "lower", 100)
        'better'
    """
    if units < LEAST_UNITS or difference.low is None or difference.high is None:
        return CANNOT_TELL
    if difference.low > 0.0:
        return BETTER if better == HIGHER else WORSE
    if difference.high < 0.0:
        return WORSE if better == HIGHER else BETTER
    return CANNOT_TELL


def verdict(
    task: str,
    name: str,
    truth: Array,
    read: Array,
    baselines: Mapping[str, Baseline],
    *,
    part: str = "test",
    positive: int = 1,
    given_away: Sequence[str] = (),
    seed: int = 0,
    groups: Array | None = None,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """Return the verdict on a network as plain JSON.

    Args:
        task: "classification" or "regression".
        name: the target's name, for messages.
        truth: codes, int (rows,), or numbers in the user's units, float64 (rows,); no rows where
            nothing was kept for testing.
        read: the network's predictions: probabilities (rows, classes), or numbers (rows,).
        baselines: what it is compared with; those without predictions for the part are named
            with their notes, and not compared.
        part: which part the rows are: "test", "validation" or "train".
        positive: of two classes, the code of the one that is looked for.
        given_away: columns that give the target away, on which the verdict rests.
        seed: of the bootstrap.
        groups: to which group each row belongs, (rows,).
        resamples: of the bootstrap.

    Returns:
        "part", "rows", "groups", "sentence", "given_away", "main", "metrics", "baselines" and
        "intervals" (how they were made). A metric has the network's value and interval, which way
        is "better", and for each baseline its own, the "difference" and the "judgement".

    Raises:
        NonFiniteError, ShapeError, DataError: predictions do not suit the truth.
        OptionError: an argument is impossible.
    """
    if part not in PARTS:
        raise OptionError(f"the part must be one of {', '.join(PARTS)}, but it is {part!r}")
    compared = {
        baseline: fitted.predictions[part]
        for baseline, fitted in baselines.items()
        if part in fitted.predictions
    }
    found = bootstrap(
        task,
        name,
        truth,
        {NETWORK: read, **compared},
        positive=positive,
        seed=seed,
        groups=groups,
        resamples=resamples,
    )
    metrics = {metric: _entry(metric, found) for metric in found.metrics}
    return {
        "part": part,
        "rows": found.rows,
        "groups": None if groups is None else found.units,
        "sentence": _sentence(
            task, part, metrics, found, groups is not None, given_away
        ).description(),
        "given_away": list(given_away),
        "main": MAIN[task],
        "metrics": metrics,
        "baselines": {baseline: fitted.description() for baseline, fitted in baselines.items()},
        "intervals": {"level": 0.95, "resamples": found.resamples, "exact": found.exact},
    }


def _entry(metric: str, found: Bootstrap) -> dict[str, Any]:
    better = METRICS[metric].better
    baselines = {
        baseline: {
            **found.metrics[metric][baseline].description(),
            "difference": difference.description(),
            "judgement": judgement(difference, better, found.units),
        }
        for baseline, difference in found.differences[metric].items()
    }
    network = found.metrics[metric][NETWORK].description()
    return {"network": network, "better": better, "baselines": baselines}


def _sentence(
    task: str,
    part: str,
    metrics: dict[str, Any],
    found: Bootstrap,
    grouped: bool,
    given_away: Sequence[str],
) -> Sentence:
    if not found.rows:
        return Sentence("verdict.no_rows")
    rows = Sentence(
        f"verdict.row{'s' if found.rows > 1 else ''}_{part}",
        {"rows": found.rows},
    )
    if grouped:
        values = {"rows": rows, "groups": found.units}
        rows = Sentence(f"verdict.in_group{'s' if found.units > 1 else ''}", values)
    if found.units < LEAST_UNITS:
        few = "too_few_groups" if grouped else "too_few"
        sentences = [Sentence(f"verdict.{few}", {"rows": rows, "least": LEAST_UNITS})]
    elif task == CLASSIFICATION:
        sentences = _of_classes(rows, metrics)
    else:
        sentences = _of_numbers(rows, metrics)
    if given_away:
        sentences.insert(1, _rests_on(given_away))
    if part != "test":
        sentences.append(Sentence(f"verdict.seen_{part}"))
    return reduce(_after, sentences)


def _rests_on(columns: Sequence[str]) -> Sentence:
    shown = ", ".join(f"'{column}'" for column in columns[:MOST_NAMED])
    more = " \N{HORIZONTAL ELLIPSIS}" if len(columns) > MOST_NAMED else ""
    several = "s" if len(columns) > 1 else ""
    return Sentence(f"verdict.rests_on_column{several}", {"columns": shown + more})


def _of_classes(rows: Sentence, metrics: dict[str, Any]) -> list[Sentence]:
    accuracy = metrics["accuracy"]["network"]
    shares = {key: 100.0 * accuracy[key] for key in ("value", "low", "high")}
    by_accuracy, by_loss = (_judgements(metrics, name) for name in ("accuracy", "log_loss"))
    guess, frequencies = "verdict.constant_classes", "verdict.constant_probabilities"
    comparison = _comparison(by_accuracy, guess)
    sentences = [Sentence("verdict.classes", {"rows": rows, **shares, "comparison": comparison})]
    if by_loss and by_accuracy == by_loss:
        sentences.append(Sentence("verdict.same_by_log_loss"))
    elif by_loss:
        values = {"comparison": _comparison(by_loss, frequencies)}
        sentences.append(Sentence("verdict.by_log_loss", values))
    worse = [
        baseline
        for baseline, told in by_loss.items()
        if told == WORSE or (told == CANNOT_TELL and by_accuracy[baseline] == WORSE)
    ]
    if CONSTANT in worse and by_accuracy[CONSTANT] == BETTER:
        values = {"guess": Sentence(guess), "frequencies": Sentence(frequencies)}
        sentences.append(Sentence("verdict.too_sure", values))
        worse.remove(CONSTANT)
    # Where accuracy alone is worse, the most frequent class is what it loses against.
    constant = frequencies if by_loss.get(CONSTANT) == WORSE else guess
    alike = {by_accuracy.get(CONSTANT), by_loss.get(CONSTANT)} == {CANNOT_TELL}
    return sentences + _warnings(worse, alike, constant)


def _of_numbers(rows: Sentence, metrics: dict[str, Any]) -> list[Sentence]:
    error, mean = metrics["rmse"]["network"], metrics["mae"]["network"]["value"]
    if error["value"] is None or error["low"] is None or mean is None:
        return [Sentence("verdict.not_defined", {"rows": rows})]
    told = _judgements(metrics, "rmse")
    constant = "verdict.constant_number"
    values = {"rows": rows, "mean": mean, **error, "comparison": _comparison(told, constant)}
    worse = [baseline for baseline, each in told.items() if each == WORSE]
    alike = told.get(CONSTANT) == CANNOT_TELL
    return [Sentence("verdict.numbers", values), *_warnings(worse, alike, constant)]


def _judgements(metrics: dict[str, Any], metric: str) -> dict[str, str]:
    baselines = metrics[metric]["baselines"]
    return {baseline: entry["judgement"] for baseline, entry in baselines.items()}


def _warnings(worse: Sequence[str], alike: bool, constant: str) -> list[Sentence]:
    """Say against what the network loses, or that it may have learned nothing."""
    found = []
    if alike:
        found.append(Sentence("verdict.nothing_to_see"))
    if worse:
        simplest = {CONSTANT: "loses_to_constant", LINEAR: "loses_to_simple"}
        key = next((text for baseline, text in simplest.items() if baseline in worse), "loses")
        found.append(Sentence(f"verdict.{key}", {"models": _listed(worse, constant, "and")}))
    return found


def _comparison(told: Mapping[str, str], constant: str) -> Sentence:
    clauses = []
    for judged, key, word in (
        (BETTER, "better", "and"),
        (WORSE, "worse", "and"),
        (CANNOT_TELL, "cannot_tell", "or"),
    ):
        models = [baseline for baseline, each in told.items() if each == judged]
        if models:
            values = {"models": _listed(models, constant, word)}
            clauses.append(Sentence(f"verdict.{key}", values))
    if not clauses:
        return Sentence("verdict.no_comparison")
    return reduce(
        lambda first, second: Sentence("verdict.both", {"first": first, "second": second}), clauses
    )


def _listed(models: Sequence[str], constant: str, word: str) -> Sentence:
    """Return "a, b and c" of baselines."""
    # The constant's name is long, so it comes last.
    ordered = sorted(models, key=lambda each: each == CONSTANT)
    names = [Sentence(constant if each == CONSTANT else f"verdict.{each}") for each in ordered]
    *before, last = names
    if not before:
        return last
    first = reduce(
        lambda one, other: Sentence("verdict.list", {"first": one, "second": other}), before
    )
    return Sentence(f"verdict.{word}", {"first": first, "second": last})


def _after(first: Sentence, second: Sentence) -> Sentence:
    return Sentence("verdict.two", {"first": first, "second": second})
