"""Faults planted in networks that are really trained: each is found, under its name."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from pellucid.diagnosis import Finding, diagnose
from pellucid.language import LANGUAGES, Sentence, say
from tests.diagnosis.runs import PARTS, Settings, Task, evidence_of, named, task


def found_in(given: Task, settings: Settings) -> dict[str, Finding]:
    """Train, and return the findings by name; every one can be said and described."""
    found = diagnose(evidence_of(given, settings))
    for one in found:
        description = json.loads(json.dumps(one.description(), allow_nan=False))
        for language in LANGUAGES:
            for part in ("sentence", "advice"):
                assert say(Sentence.from_description(description[part]), language)
    return {one.name: one for one in found}


def few(given: Task, rows: int) -> Task:
    """Return a task with the first training rows only."""

    def cut(parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {**parts, "train": parts["train"][:rows]}

    return replace(
        given,
        features=cut(dict(given.features)),
        truth=cut(dict(given.truth)),
        numbers=cut(dict(given.numbers)),
    )


def flipped(given: Task, share: float) -> tuple[Task, set[int]]:
    """Return a task with wrong labels, or outliers, and the numbers of its wrong training rows."""
    draw = np.random.default_rng(7)
    truth, wrong = {}, {}
    for part in PARTS:
        y = given.truth[part]
        wrong[part] = draw.random(len(y)) < share
        if given.classes:
            other = (y + draw.integers(1, given.classes, len(y))) % given.classes
        else:
            other = y + 10 * y.std() * draw.choice([-1, 1], len(y))
        truth[part] = np.where(wrong[part], other, y)
    return replace(given, truth=truth), set(given.numbers["train"][wrong["train"]].tolist())


def multiplied(given: Task, rows: int, factor: float, seed: int) -> tuple[Task, set[int]]:
    """Return a task some of whose targets are far off, and the numbers of those training rows."""
    everywhere = np.concatenate([given.numbers[part] for part in PARTS])
    chosen = np.random.default_rng(seed + 100).choice(everywhere, rows, replace=False)
    truth = {
        part: np.where(np.isin(given.numbers[part], chosen), factor * y, y)
        for part, y in given.truth.items()
    }
    return replace(given, truth=truth), set(chosen.tolist())


WIDE = Settings(hidden=(128, 64), epochs=40)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", ["iris", "breast_cancer", "digits", "diabetes", "moons"])
def test_a_rate_100_times_too_high(name: str, seed: int) -> None:
    found = found_in(named(name, seed), replace(WIDE, rate=0.2, seed=seed))
    assert next(iter(found)) == "rate_too_high"
    advice = str(found["rate_too_high"].advice)
    assert "--learning-rate 0.02" in advice


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", ["iris", "breast_cancer", "digits", "diabetes", "moons"])
def test_a_rate_1000_times_too_low(name: str, seed: int) -> None:
    found = found_in(named(name, seed), Settings(rate=2e-6, seed=seed, epochs=60))
    assert list(found) == ["rate_too_low"]
    assert found["rate_too_low"].level == "problem"


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", ["iris", "breast_cancer", "moons", "blobs", "diabetes", "waves"])
def test_a_rate_1000_times_too_low_in_a_cycle(name: str, seed: int) -> None:
    settings = Settings((64, 64), rate=4e-6, schedule="one-cycle", seed=seed, epochs=100)
    found = found_in(named(name, seed), settings)
    assert list(found) == ["rate_too_low"]
    assert found["rate_too_low"].evidence["moved"] < 0.035


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(("name", "factor"), [("diabetes", 50), ("waves", 50), ("waves", 10)])
def test_rows_whose_targets_are_far_off(name: str, factor: float, seed: int) -> None:
    given, wrong = multiplied(named(name, seed), 10, factor, seed)
    found = found_in(given, Settings(rate=0.004, schedule="one-cycle", epochs=100, seed=seed))
    assert list(found) == ["heavy_rows"]
    assert found["heavy_rows"].level == "problem"
    rows = str(found["heavy_rows"].evidence["rows"]).rstrip(" \N{HORIZONTAL ELLIPSIS}")
    assert set(map(int, rows.split(", "))) <= wrong


@pytest.mark.parametrize("seed", [0, 1])
def test_a_rate_too_high_is_found_beside_rows_that_are_far_off(seed: int) -> None:
    given, _ = multiplied(named("waves", seed), 10, 50, seed)
    found = found_in(given, replace(WIDE, rate=0.4, seed=seed))
    assert next(iter(found)) == "rate_too_high"


@pytest.mark.parametrize("seed", range(6))
def test_targets_with_a_long_tail_are_no_sign_of_the_rate(seed: int) -> None:
    given = named("waves", seed)
    scale = given.truth["train"].std()
    truth = {part: np.exp(1.5 * y / scale) for part, y in given.truth.items()}
    settings = Settings(rate=0.004, schedule="one-cycle", epochs=100, seed=seed)
    assert "rate_too_high" not in found_in(replace(given, truth=truth), settings)


@pytest.mark.parametrize("name", ["digits", "breast_cancer"])
def test_too_few_epochs(name: str) -> None:
    found = found_in(named(name), Settings(epochs=8))
    assert list(found) == ["unfinished"]
    assert "--epochs 24" in str(found["unfinished"].advice)


@pytest.mark.parametrize("name", ["breast_cancer", "diabetes", "moons"])
def test_a_deep_network_of_sigmoids_with_small_weights(name: str) -> None:
    settings = Settings(
        *((16,) * 8, "sigmoid"), dropout=0.0, weight_scale=0.1, epochs=30, patience=None
    )
    found = found_in(named(name), settings)
    assert found["vanishing_gradients"].level == "problem"
    assert "underfitting" not in found


@pytest.mark.parametrize("name", ["breast_cancer", "digits", "moons"])
def test_a_deep_network_of_tanhs_with_large_weights(name: str) -> None:
    settings = Settings((32,) * 4, "tanh", dropout=0.0, weight_scale=5.0, epochs=30)
    found = found_in(named(name), settings)
    assert found["saturated_units"].level == "problem"
    assert "rate_too_high" not in found


@pytest.mark.parametrize("name", ["breast_cancer", "diabetes"])
def test_layers_that_make_their_input_larger(name: str) -> None:
    settings = Settings((32,) * 6, dropout=0.0, weight_scale=2.0, epochs=30)
    found = found_in(named(name), settings)
    assert next(iter(found)) == "exploding_gradients"


@pytest.mark.parametrize("name", ["breast_cancer", "diabetes", "moons"])
def test_relus_that_begin_far_below_zero(name: str) -> None:
    found = found_in(named(name), Settings(bias=-20.0, epochs=30))
    assert list(found) == ["dead_units"]
    assert found["dead_units"].evidence["share"] == 1.0


@pytest.mark.parametrize(("name", "share"), [("digits", 0.03), ("diabetes", 0.01)])
def test_wrong_labels_and_outliers_are_named(name: str, share: float) -> None:
    given, wrong = flipped(named(name), share)
    found = found_in(given, Settings(epochs=60))
    rows = str(found["heavy_rows"].evidence["rows"]).rstrip(" \N{HORIZONTAL ELLIPSIS}")
    numbers = [int(number) for number in rows.split(", ")]
    assert len(numbers) >= 3
    assert len(wrong.intersection(numbers)) >= len(numbers) - 1


@pytest.mark.parametrize(("name", "rows"), [("diabetes", 60), ("moons", 30), ("blobs", 40)])
def test_a_large_network_on_few_rows(name: str, rows: int) -> None:
    settings = Settings((256, 256), dropout=0.0, weight_decay=0.0, patience=None, epochs=300)
    found = found_in(few(named(name), rows), settings)
    assert next(iter(found)) == "overfitting"
    assert found["overfitting"].level == "problem"


def test_few_rows_overfit_though_patience_stops_them() -> None:
    found = found_in(few(named("diabetes"), 60), Settings((256, 256), dropout=0.0))
    assert "overfitting" in found
    assert "other" in found["overfitting"].evidence


@pytest.mark.parametrize("name", ["xor", "moons"])
def test_a_linear_network_on_what_is_not_linear(name: str) -> None:
    found = found_in(named(name), Settings((), rate=0.01))
    assert list(found) == ["underfitting"]
    assert "boosting" in found["underfitting"].sentence.key


def test_a_class_of_one_row_in_fifty() -> None:
    draw = np.random.default_rng(0)
    y = (draw.random(3000) < 0.02).astype(np.int64)
    x = draw.normal(size=(3000, 4))
    x[:, 0] += 0.8 * y
    found = found_in(task(x, y, 0), Settings(epochs=40))
    assert list(found) == ["never_predicted"]
    assert found["never_predicted"].evidence["classes"] == "class 1"
    # Its probabilities are right: that another class is more probable everywhere is no fault.
    assert found["never_predicted"].level == "hint"
    assert "no longer be shares" in str(found["never_predicted"].advice)


@pytest.mark.parametrize("name", ["breast_cancer", "diabetes"])
def test_a_column_that_is_elsewhere_in_the_test_rows(name: str) -> None:
    given = named(name)
    moved = given.features["test"].copy()
    moved[:, 1] += 1.5
    found = found_in(replace(given, features={**given.features, "test": moved}), Settings())
    assert found["shifted_columns"].level == "problem"
    assert found["shifted_columns"].evidence["columns"] == "x1"


def test_columns_that_say_nothing() -> None:
    draw = np.random.default_rng(0)
    given = task(draw.normal(size=(600, 4)), draw.integers(0, 2, 600), 0)
    assert "no_signal" in found_in(given, Settings(epochs=40))
