"""The rules on numbers made by hand, where they begin and end."""

from __future__ import annotations

import doctest
import json
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from pellucid.diagnosis import Evidence, Finding, LearningCurve, diagnose
from pellucid.diagnosis.classes import balanced_probabilities, never_predicted, rare_classes
from pellucid.diagnosis.diagnose import EXPLAINED, RULES
from pellucid.diagnosis.generalization import more_rows, overfitting
from pellucid.diagnosis.gradient_flow import exploding_gradients, vanishing_gradients
from pellucid.diagnosis.heavy_rows import heavy_rows
from pellucid.diagnosis.learning_rate import rate_too_high, rate_too_low, unfinished
from pellucid.diagnosis.parts import one_sided, shifted_columns, small_validation
from pellucid.diagnosis.underfitting import no_signal, underfitting
from pellucid.diagnosis.units import dead_units, saturated_units
from pellucid.language import say
from pellucid.language.texts.diagnosis import TEXTS
from pellucid.report.words import Words


def level(found: Finding | None) -> str | None:
    return None if found is None else found.level


def _alike(rows: int, train: float, test: float) -> dict[str, np.ndarray[Any, Any]]:
    """Return losses that are the same for all rows of a part."""
    return {"train": np.full(rows, train), "test": np.full(rows, test)}


def test_examples() -> None:
    assert doctest.testmod(import_module("pellucid.diagnosis.diagnose")).failed == 0


def test_without_evidence_every_rule_is_quiet() -> None:
    assert [rule(Evidence()) for rule in RULES] == [None] * len(RULES)


def test_rules_and_texts_have_the_same_names() -> None:
    names = {rule.__name__ for rule in RULES}
    assert {name for pair in EXPLAINED.items() for name in (pair[0], *pair[1])} <= names
    for name in names:
        assert any(key.startswith(name) and key.endswith("_advice") for key in TEXTS), name


CURVE = LearningCurve(
    "log_loss",
    [100, 200, 400],
    [0.1, 0.12, 0.13],
    [0.5, 0.4, 0.3],
    [0.4, 0.3, 0.25],
    [0.6, 0.5, 0.35],
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "hint"),
        ({"test": [0.5, 0.3, 0.299]}, None),
        ({"train": [0.29, 0.29, 0.29]}, None),
        ({"low": [0.0] * 3, "high": [2.0] * 3}, None),
        ({"rows": [200, 400], "test": [0.4, 0.3]}, None),
        # What comes down again has not fallen on the whole.
        ({"test": [0.3, 0.4, 0.3]}, None),
        ({"test": [0.31, 0.4, 0.3]}, None),
        ({"test": [0.37, 0.4, 0.3]}, "hint"),
    ],
)
def test_more_rows(changes: dict[str, Any], expected: str | None) -> None:
    found = more_rows(Evidence(learning_curve=replace(CURVE, **changes)))
    assert level(found) == expected
    if expected:
        assert found is not None
        assert found.evidence["half"] == 200


def test_small_validation() -> None:
    rows = {"train": 100, "validation": 19}
    assert level(small_validation(Evidence(rows=rows))) == "hint"
    assert small_validation(Evidence(rows={**rows, "validation": 20})) is None
    assert small_validation(Evidence(rows={**rows, "validation": 0})) is None


@pytest.mark.parametrize(
    ("statistic", "shifted", "expected"),
    [(0.2, True, "hint"), (0.4, True, "problem"), (0.4, False, None)],
)
def test_shifted_columns(statistic: float, shifted: bool, expected: str | None) -> None:
    drift = [{"column": "age", "statistic": statistic, "shifted": shifted}]
    assert level(shifted_columns(Evidence(drift=drift))) == expected


@pytest.mark.parametrize(
    ("kind", "share", "expected"),
    [
        ("dead", 0.45, None),
        ("dead", 0.55, "hint"),
        ("dead", 0.85, "problem"),
        ("saturated", 0.05, None),
        ("saturated", 0.15, "hint"),
        ("saturated", 0.3, "problem"),
    ],
)
def test_units(kind: str, share: float, expected: str | None) -> None:
    rule = {"dead": dead_units, "saturated": saturated_units}[kind]
    other = {"layer": "output", "dead": None, "saturated": None}
    layers = {"activations": [{**other, "layer": "hidden_1", kind: share}, other]}
    assert level(rule(Evidence(layers=layers))) == expected


def gradient(first: float | None, best: float | None, layer: str) -> dict[str, Any]:
    return {"layer": layer, "norm_first": first, "norm": best, "size": 4}


@pytest.mark.parametrize(
    ("first", "best", "expected"),
    [(1.0, 1.0, None), (1e-4, 1e-4, "problem"), (1e-4, 0.5, "hint"), (0.0, 0.0, None)],
)
def test_vanishing_gradients(first: float, best: float, expected: str | None) -> None:
    layers = {"gradients": [gradient(first, best, "a"), gradient(1.0, 1.0, "b")]}
    assert level(vanishing_gradients(Evidence(layers=layers))) == expected


@pytest.mark.parametrize(("norm", "found"), [(100.0, False), (2e3, True), (None, True)])
def test_exploding_gradients(norm: float | None, found: bool) -> None:
    layers = {"gradients": [gradient(1.0, 1.0, "a"), gradient(norm, 1.0, "b")]}
    assert (exploding_gradients(Evidence(layers=layers)) is not None) == found


def test_a_schedule_that_comes_to_its_end_is_not_unfinished() -> None:
    falling = np.linspace(1.0, 0.1, 20)
    evidence = Evidence(epochs={"validation_loss": falling}, best_epoch=20)
    assert level(unfinished(evidence)) == "hint"
    rates = np.linspace(0.01, 0.0, 20)
    ended = {"validation_loss": falling, "learning_rate": rates}
    assert unfinished(replace(evidence, epochs=ended)) is None
    assert unfinished(replace(evidence, stopped_early=True)) is None


def test_a_batch_with_odd_rows_is_no_sign_of_the_rate() -> None:
    draw = np.random.default_rng(0)
    steps = np.geomspace(1.0, 0.1, 400) + 0.02 * draw.random(400)
    evidence = Evidence(steps=steps, learning_rate=0.01, constant_loss=1.0)
    assert rate_too_high(evidence) is None
    odd = np.where(np.arange(400) % 20 == 3, 40.0, steps)
    assert rate_too_high(replace(evidence, steps=odd)) is None
    burst = steps.copy()
    burst[2:15] = 40.0
    assert level(rate_too_high(replace(evidence, steps=burst))) == "problem"
    assert (
        level(rate_too_high(replace(evidence, steps=np.append(steps, [np.nan] * 9)))) == "problem"
    )


def test_a_few_rows_of_a_network_that_fits_are_no_sign() -> None:
    losses = np.full(1000, 1e-4)
    losses[:10] = 1.0
    evidence = Evidence(losses={"train": losses}, classes=["a", "b"])
    assert heavy_rows(evidence) is None
    losses[:10] = 6.0
    found = heavy_rows(replace(evidence, row_numbers={"train": np.arange(1000) + 500}))
    assert level(found) == "hint"
    assert found is not None
    assert found.evidence["rows"] == "500, 501, 502, 503, 504 \N{HORIZONTAL ELLIPSIS}"
    assert heavy_rows(replace(evidence, losses={"train": losses[:100]})) is None


def test_normal_errors_have_no_heavy_rows() -> None:
    errors = np.random.default_rng(1).normal(size=2000) ** 2
    assert heavy_rows(Evidence(losses={"train": errors})) is None
    assert heavy_rows(Evidence(losses={"train": np.zeros(2000)})) is None


def test_rare_classes_may_go_unsaid() -> None:
    there, said = np.array([90, 4, 6]), np.array([97, 0, 3])
    evidence = Evidence(classes=["a", "b", "c"], true_rows=there, said_rows=said)
    assert never_predicted(evidence) is None
    found = never_predicted(replace(evidence, true_rows=np.array([90, 5, 6])))
    assert level(found) == "problem"
    assert found is not None
    values = {name: found.sentence.values[name] for name in ("classes", "rows", "of")}
    assert values == {"classes": "b", "rows": 5, "of": 101}


def test_a_gap_counts_only_beyond_its_error() -> None:
    draw = np.random.default_rng(2)
    near, far = draw.exponential(0.1, 400), draw.exponential(0.8, 400)
    alike = {"test": np.ones(400)}
    baselines = {"constant": alike, "linear": {"test": np.full(400, 0.5)}}
    evidence = Evidence(losses={"train": near, "test": far}, baselines=baselines)
    assert level(overfitting(evidence)) == "problem"
    assert level(overfitting(replace(evidence, baselines={"constant": alike}))) == "hint"
    rare = np.zeros(60)
    rare[:2] = 24.0
    few = replace(evidence, baselines={"constant": {"test": np.ones(60)}})
    assert overfitting(replace(few, losses={"train": near, "test": rare})) is None
    assert overfitting(replace(evidence, losses={"train": near, "test": near})) is None


def test_a_baseline_that_learned_its_rows_by_heart_proves_nothing() -> None:
    own = {"train": np.full(50, 0.6), "test": np.full(50, 0.6)}
    constant = {"train": np.ones(50), "test": np.ones(50)}
    for train, test, expected in ((0.0, 0.5, None), (0.3, 0.3, "problem"), (0.3, 0.55, None)):
        baselines = {"constant": constant, "boosting": _alike(50, train, test)}
        evidence = Evidence(losses=own, baselines=baselines)
        assert level(underfitting(evidence)) == expected


def test_a_problem_hides_what_it_explains() -> None:
    falling = np.linspace(1.0, 0.9, 20)
    losses = np.full(50, 0.9)
    evidence = Evidence(
        epochs={"validation_loss": falling},
        best_epoch=20,
        learning_rate=1e-6,
        losses={"train": losses, "test": losses},
        baselines={
            "constant": _alike(50, 1.0, 1.0),
            "linear": _alike(50, 0.1, 0.1),
        },
        rows={"validation": 10},
    )
    assert [found.name for found in diagnose(evidence)] == ["rate_too_low", "small_validation"]


def test_errors_of_numbers_are_told_in_their_units() -> None:
    draw = np.random.default_rng(3)
    near, far = draw.exponential(4.0, 400), draw.exponential(200.0, 400)
    baselines = {"constant": _alike(400, 400.0, 400.0), "linear": _alike(400, 16.0, 16.0)}
    numbers = Evidence(losses={"train": near, "test": far}, baselines=baselines)
    for evidence, said, power in (
        (numbers, "the root mean squared error is ", 0.5),
        (replace(numbers, targets=2), "in standard deviations of the targets, is ", 0.5),
        (replace(numbers, classes=["a", "b"]), "the mean loss is ", 1.0),
    ):
        found = overfitting(evidence)
        assert found is not None
        assert f"{said}{near.mean() ** power:.3g} on 400 training rows" in str(found.sentence)
        assert found.evidence["other"] == pytest.approx(far.mean() ** power)
        json.dumps(found.description(), allow_nan=False)
    behind = replace(numbers, losses={"train": far, "test": far})
    found = underfitting(behind)
    assert found is not None
    assert "a linear model has a root mean squared error of 4 on rows" in str(found.sentence)


@pytest.mark.parametrize("names", [("linear",), ("boosting",), ("linear", "boosting")])
def test_no_signal_names_the_models_that_were_fitted_and_the_rows(names: tuple[str, ...]) -> None:
    def held_back(validation: float, test: float) -> dict[str, np.ndarray[Any, Any]]:
        return {"validation": np.full(10, validation), "test": np.full(30, test)}

    evidence = Evidence(
        metric="log_loss",
        losses=held_back(1.0, 0.6),
        baselines={"constant": held_back(0.9, 0.62)} | dict.fromkeys(names, held_back(0.98, 0.66)),
    )
    found = no_signal(evidence)
    assert found is not None
    said = str(found.sentence)
    assert "On the 40 rows that were held back, for validation or for test" in said
    assert ("a linear model" in said, "gradient boosting" in said) == (
        "linear" in names,
        "boosting" in names,
    )
    # (10 * 1.0 + 30 * 0.6) / 40, and likewise.
    numbers = "0.7 and at best 0.74 against 0.69" if len(names) > 1 else "0.7 and 0.74 against 0.69"
    assert numbers in said
    in_chinese = say(found.sentence, "zh")
    assert ("线性模型" in in_chinese, "梯度提升" in in_chinese) == (
        "linear" in names,
        "boosting" in names,
    )
    assert no_signal(replace(evidence, baselines={"constant": held_back(0.9, 0.62)})) is None


def test_a_learning_curve_of_roots_is_judged_by_its_squares() -> None:
    squares = replace(CURVE, metric="squared")
    train, test, low, high = (
        [v**0.5 for v in values] for values in (CURVE.train, CURVE.test, CURVE.low, CURVE.high)
    )
    roots = LearningCurve("rmse", CURVE.rows, train, test, low, high)
    one, other = (more_rows(Evidence(learning_curve=curve)) for curve in (squares, roots))
    assert one is not None
    assert other is not None
    assert other.evidence == pytest.approx(dict(one.evidence))
    assert "the root mean squared error on others fell from 0.632 to 0.548" in str(other.sentence)
    # The last doubling took 8 % of the root, and 15 % of its square; of 3 % nothing is said.
    assert more_rows(Evidence(learning_curve=replace(roots, test=[0.7, 0.6, 0.59]))) is None


def test_a_burst_that_the_heaviest_batch_makes_is_no_sign_of_the_rate() -> None:
    steps = np.full(200, 0.5)
    steps[3:9] = 6.0
    evidence = Evidence(
        steps=steps, initial_loss=1.0, constant_loss=1.0, learning_rate=0.01, batch_size=10
    )
    assert level(rate_too_high(evidence)) == "problem"
    alike = np.ones(300)
    assert level(rate_too_high(replace(evidence, constant_losses=alike))) == "problem"
    odd = np.full(300, 0.1)
    odd[::50] = 45.0
    assert rate_too_high(replace(evidence, constant_losses=odd)) is None
    far = replace(evidence, constant_losses=odd, steps=steps * 100)
    assert level(rate_too_high(far)) == "problem"


@pytest.mark.parametrize(
    ("moved", "share", "annealed", "expected"),
    [
        (0.02, 0.2, True, "rate_too_low"),
        (0.02, 0.04, True, None),
        (0.05, 0.9, True, None),
        (0.05, 0.9, False, "rate_too_low"),
        (0.05, 0.2, False, None),
        (0.0, 0.9, True, "rate_too_low"),
        (None, 0.9, True, None),
    ],
)
def test_rates_that_hardly_move_the_weights(
    moved: float | None, share: float, annealed: bool, expected: str | None
) -> None:
    evidence = Evidence(
        epochs={
            "validation_loss": np.linspace(1.0, 0.7, 20),
            "learning_rate": np.linspace(1.0, 0.0 if annealed else 1.0, 20),
        },
        best_epoch=20,
        learning_rate=1e-5,
        losses={"train": np.full(50, share)},
        baselines={"constant": {"train": np.ones(50)}},
        layers={"moved": moved},
    )
    found = rate_too_low(evidence)
    assert (found and found.name) == expected
    if found is not None and moved:
        assert 10e-5 <= float(found.evidence["higher"]) <= 1e-2
    assert rate_too_low(replace(evidence, stopped_early=True)) is None


def test_outliers_are_all_rows_far_beyond_the_usual_error() -> None:
    errors = np.abs(np.random.default_rng(4).normal(size=300))
    errors[[5, 50, 100, 150]] = 40.0
    numbers = np.arange(300) + 1
    evidence = Evidence(losses={"train": errors**2}, row_numbers={"train": numbers})
    found = heavy_rows(evidence)
    assert found is not None
    assert (found.level, found.evidence["count"]) == ("problem", 4)
    assert set(map(int, str(found.evidence["rows"]).split(", "))) == {6, 51, 101, 151}
    errors[[5, 50]] = 1.0
    assert heavy_rows(replace(evidence, losses={"train": errors**2})) is None
    errors[::10] = 40.0
    assert heavy_rows(replace(evidence, losses={"train": errors**2})) is None


def _held(validation: list[int], test: list[int]) -> Evidence:
    rows = {"train": np.array([900, 40]), "validation": np.array(validation)}
    return Evidence(classes=["no", "yes"], class_rows={**rows, "test": np.array(test)})


@pytest.mark.parametrize(
    ("validation", "test", "expected"),
    [
        ([200, 2], [300, 3], True),
        ([200, 9], [300, 3], True),
        ([200, 9], [300, 12], False),
        ([4, 3], [5, 4], False),
        ([0, 0], [300, 12], False),
        ([0, 0], [300, 2], True),
    ],
)
def test_rare_classes(validation: list[int], test: list[int], expected: bool) -> None:
    found = rare_classes(_held(validation, test))
    assert (found is not None) == expected
    if found is not None:
        assert found.evidence["classes"] == "yes"
        assert found.evidence["test"] == test[1]
        assert f"{test[1]} test rows" in str(found.sentence)


@pytest.mark.parametrize(
    ("shift", "rows", "variant"),
    [(-2.0, 300, "low"), (2.0, 300, "high"), (0.1, 300, None), (-2.0, 10, None)],
)
def test_errors_on_one_side(shift: float, rows: int, variant: str | None) -> None:
    draw = np.random.default_rng(3)
    errors = {"train": draw.normal(size=500), "test": draw.normal(size=rows) + shift}
    found = one_sided(Evidence(errors=errors, by_time=True))
    if variant is None:
        assert found is None
        return
    assert found is not None
    assert f"too {variant}" in str(found.sentence)
    assert "drifts with time" in str(found.advice)
    elsewhere = one_sided(Evidence(errors=errors))
    assert elsewhere is not None
    assert "time" not in str(elsewhere.advice)


def test_errors_on_one_side_of_training_rows_too_say_nothing_of_test_rows() -> None:
    draw = np.random.default_rng(5)
    errors = {part: draw.normal(-2.0, 1.0, 200) for part in ("train", "test")}
    found = one_sided(Evidence(errors=errors))
    assert found is not None
    assert "too low" in str(found.sentence)
    assert "of another kind" not in str(found.advice)
    assert "on training rows" in str(found.advice)
    fitted = one_sided(Evidence(errors={**errors, "train": errors["train"] + 2.0}))
    assert fitted is not None
    assert "of another kind" in str(fitted.advice)


def test_rows_that_lack_a_value_are_no_outliers() -> None:
    draw = np.random.default_rng(6)
    losses = draw.normal(size=512) ** 2
    heavy = draw.choice(512, 25, replace=False)
    losses[heavy] = 500.0 + 3000.0 * draw.random(25)
    lacking, other = np.zeros(512, bool), draw.random(512) < 0.15
    lacking[heavy] = lacking[draw.choice(512, 60, replace=False)] = True
    lacking[heavy[:3]] = False
    known = Evidence(losses={"train": losses})
    evidence = replace(known, missing={"z": other, "x": lacking})
    found = heavy_rows(evidence)
    assert found is not None
    assert (found.level, found.evidence["column"]) == ("problem", "x")
    assert (found.evidence["count"], found.evidence["shared"]) == (25, lacking[heavy].sum())
    assert found.evidence["lacking"] == int(lacking.sum())
    assert "column x" in str(found.sentence)
    assert "outliers" not in str(found.sentence)
    # A column that nearly all rows lack, or that these lack as often as others, is no reason.
    nearly_all = draw.random(512) < 0.95
    for missing in ({}, {"z": other}, {"w": nearly_all}):
        found = heavy_rows(replace(known, missing=missing))
        assert found is not None
        assert "outliers" in str(found.sentence)


def test_a_network_that_loses_is_told_what_to_try() -> None:
    lost = [
        {"target": "y", "baseline": name, "metric": "rmse", "network": 3.0, "rival": rival}
        for name, rival in (("boosting", 2.0), ("linear", 2.5))
    ]
    (found,) = diagnose(Evidence(beaten=lost))
    assert (found.name, found.evidence["baseline"]) == ("beaten", "linear")
    assert "RMSE 3 against 2.5" in str(found.sentence)
    assert "--hidden none" in str(found.advice)
    assert diagnose(Evidence()) == []


def counts_learned(seed: int, rate: float = 0.01) -> Evidence:
    """Return a run that learns the rates of counts smoothly, whose losses are far below 0."""
    draw = np.random.default_rng(seed)
    rates = np.exp(draw.normal(4.0, 0.8, 3200))
    counts = draw.poisson(rates).astype(float)
    # From a rate of 1 to the right ones, on a logarithmic scale, over 10 epochs of 100 steps.
    way = 1.0 - 0.995 ** np.arange(1, 1001)
    rows = np.concatenate([draw.permutation(3200) for _ in range(10)]).reshape(1000, 32)
    said = way[:, None] * np.log(rates[rows])
    steps = (np.exp(said) - counts[rows] * said).mean(1)
    constant = counts.mean() - counts * np.log(counts.mean())
    exact = counts - counts * np.log(np.maximum(counts, 1.0))
    return Evidence(
        steps=steps,
        epochs={name: steps.reshape(10, 100).mean(1) for name in ("train_loss", "validation_loss")},
        best_epoch=10,
        initial_loss=1.0,
        constant_loss=float(constant.mean()),
        constant_losses=constant,
        least_loss=float(exact.mean()),
        batch_size=32,
        learning_rate=rate,
    )


@pytest.mark.parametrize("seed", range(5))
def test_losses_below_zero_are_no_sign_of_the_rate(seed: int) -> None:
    evidence = counts_learned(seed)
    assert max(evidence.steps[100:]) < 0
    assert evidence.constant_loss is not None
    assert evidence.constant_loss < 0
    assert rate_too_high(evidence) is None
    steps = np.array(evidence.steps)
    steps[150:170] = 1000.0
    found = rate_too_high(replace(evidence, steps=steps))
    assert level(found) == "problem"
    assert found is not None
    assert found.evidence["start"] == pytest.approx(1.0)
    assert found.evidence["peak"] == pytest.approx(1000.0)
    assert found.evidence["nothing"] == pytest.approx(evidence.constant_loss)
    # What jumps is measured by what there is to learn, not by the losses themselves.
    least = evidence.least_loss
    jumping = least + (evidence.constant_loss - least) * np.array([0.1, 0.9] * 5)
    curves = {"train_loss": jumping, "validation_loss": jumping}
    found = rate_too_high(replace(evidence, epochs=curves))
    assert found is not None
    assert found.sentence.key == "diagnosis.rate_too_high_erratic"


def test_a_fall_below_zero_is_measured_from_the_least_loss() -> None:
    falling = -100.0 - 0.001 * np.arange(20)
    evidence = Evidence(epochs={"validation_loss": falling}, best_epoch=20, least_loss=-200.0)
    assert unfinished(evidence) is None
    falling = -100.0 - 4.0 * np.arange(20)
    found = unfinished(replace(evidence, epochs={"validation_loss": falling}))
    assert level(found) == "hint"


def test_a_rare_class_that_is_never_said_is_no_fault_where_its_share_is_known() -> None:
    there, said = np.array([9970, 20, 10]), np.array([10_000, 0, 0])
    evidence = Evidence(classes=["a", "b", "c"], true_rows=there, said_rows=said)
    for expected, wanted, named in (
        ((9970.0, 20.0, 10.0), "hint", "b, c"),
        ((9978.0, 14.0, 8.0), "hint", "b, c"),
        ((9985.0, 3.0, 12.0), "problem", "b"),
        ((10000.0, 0.0, 0.0), "problem", "b, c"),
    ):
        found = never_predicted(replace(evidence, expected=np.array(expected)))
        assert found is not None
        assert (found.level, found.evidence["classes"]) == (wanted, named)
        assert ("no fault" in str(found.advice)) == (wanted == "hint")
    unknown = never_predicted(evidence)
    assert level(unknown) == "problem"
    balanced = never_predicted(
        replace(evidence, expected=np.array([9970.0, 20.0, 10.0]), balanced=True)
    )
    assert level(balanced) == "problem"
    assert balanced is not None
    assert "--class-weight" not in str(balanced.advice)


def test_probabilities_of_balanced_classes_are_said_to_be_no_shares() -> None:
    known = Evidence(classes=["no", "yes"], true_rows=np.array([9900, 100]), balanced=True)
    evidence = replace(known, expected=np.array([7500.0, 2500.0]))
    found = balanced_probabilities(evidence)
    assert level(found) == "hint"
    assert found is not None
    assert dict(found.evidence) == {"classes": "yes", "said": 0.25, "share": 0.01}
    assert "mean probability of 25.00%, and 1.00% of the rows" in str(found.sentence)
    assert balanced_probabilities(replace(evidence, balanced=False)) is None
    assert balanced_probabilities(known) is None
    even = replace(known, true_rows=np.array([60, 50]), expected=np.array([55.0, 55.0]))
    assert balanced_probabilities(even) is None


@pytest.mark.parametrize("seed", range(5))
def test_what_dropout_does_to_losses_is_no_sign_of_the_rate(seed: int) -> None:
    draw = np.random.default_rng(seed)
    level_of = np.where(np.arange(1500) < 375, 2.5, 0.3)
    steps = level_of * np.exp(0.5 * draw.normal(size=1500) - 0.125)
    evidence = Evidence(
        steps=steps, initial_loss=2.5, constant_loss=1.0, learning_rate=0.01, dropout=0.6
    )
    assert rate_too_high(evidence) is None
    burst = steps.copy()
    burst[20:26] *= 20.0
    assert level(rate_too_high(replace(evidence, steps=burst))) == "problem"
    # Without dropout batches are not so different: a rise is the work of the rate.
    assert level(rate_too_high(replace(evidence, dropout=0.0))) == "problem"


def test_a_baseline_is_ahead_only_beyond_chance() -> None:
    draw = np.random.default_rng(8)
    own = {part: draw.exponential(1.0, 40) for part in ("train", "test")}
    rival = {part: losses - 0.3 + draw.normal(size=40) for part, losses in own.items()}
    constant = {part: np.ones(40) for part in own}
    evidence = Evidence(losses=own, baselines={"constant": constant, "boosting": rival})
    loss = evidence.baseline_loss("boosting", "test")
    assert loss is not None
    assert loss < own["test"].mean() - 0.1
    assert underfitting(evidence) is None
    clear = {part: losses - 0.3 + 0.1 * draw.normal(size=40) for part, losses in own.items()}
    evidence = replace(evidence, baselines={"constant": constant, "boosting": clear})
    assert level(underfitting(evidence)) == "problem"
    # Of two classes one of which has hardly a row, the next one may turn everything round.
    rows = {part: np.array([38, 2]) for part in own}
    assert underfitting(replace(evidence, class_rows=rows)) is None
    assert underfitting(replace(evidence, class_rows={"test": np.array([30, 10])})) is not None


def test_rows_count_by_their_weights() -> None:
    losses = {"validation": np.array([1.0, 2.0]), "test": np.array([4.0])}
    evidence = Evidence(losses=losses, weights={"validation": np.array([0.5, 1.5])})
    assert evidence.losses_of("validation", "test").tolist() == [0.5, 3.0, 4.0]
    assert evidence.mean_loss("validation") == 1.75
    assert evidence.mean_loss("train") is None


def test_every_rule_has_a_heading_in_reports() -> None:
    for rule in RULES:
        for language in ("en", "zh"):
            words = Words(language)
            assert words.named("finding", rule.__name__) != rule.__name__, rule.__name__
