from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pellucid.examples import deep_or_wide
from pellucid.training.train import Trained

Doubles = NDArray[np.float64]


@pytest.fixture(scope="module")
def numbers() -> deep_or_wide.Numbers:
    return deep_or_wide.run()


def _labels(x: Any) -> NDArray[np.bool_]:
    """Fold by absolute values, in float64."""
    a, b = np.abs(x.astype(np.float64)).T
    for _ in range(2):
        a, b = np.abs(a + b - 1), np.abs(a - b)
    return b > 1 - np.sqrt(0.5)


def _scores(trained: Trained, x: Any) -> Doubles:
    values = list(trained.parameters.values())
    signal = x.astype(np.float64)
    for weight, bias in zip(values[:-2:2], values[1:-2:2], strict=True):
        signal = np.maximum(signal @ weight + bias, 0)
    return (signal @ values[-2] + values[-1])[:, 0]


def test_labels_are_numpys_folds_and_half_are_1() -> None:
    x, y = deep_or_wide.draw_rows(20_000, seed=5)
    agree = _labels(x) == (y[:, 0] == 1)
    assert agree.mean() > 0.9999
    # The folds keep areas, so that the triangle above the line has (1 - line)^2 = 1/2 of all.
    assert y.mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(20_000))


def test_three_layers_of_four_relus_compute_it_exactly() -> None:
    x, y = deep_or_wide.draw_rows(2000, seed=6)
    both = np.array([[1.0, -1.0, 0, 0], [0, 0, 1.0, -1.0]])
    # The sum of each pair, first to the diagonal's distance, then to the other's.
    turn = np.array([[1, -1, 1, -1], [1, -1, 1, -1], [1, -1, -1, 1], [1, -1, -1, 1]])
    shift = np.array([-1.0, 1.0, 0, 0])
    signal = np.maximum(x @ both, 0)
    for _ in range(2):
        signal = np.maximum(signal @ turn + shift, 0)
    says = signal @ np.array([0, 0, 1.0, 1.0]) > 1 - np.sqrt(0.5)
    assert (says == (y[:, 0] == 1)).mean() > 0.9999


def test_parameters_are_those_of_the_trained_networks(numbers: deep_or_wide.Numbers) -> None:
    for result in (numbers.deep[0], numbers.deep[2], numbers.wide[0]):
        trained = _first(result)
        assert result.parameters == sum(value.size for value in trained.parameters.values())
    matched = {r.layers: r.parameters for r in numbers.deep}
    assert [r.parameters for r in numbers.wide[:2]] == [matched[5], matched[7]]
    assert numbers.wide[2].parameters == pytest.approx(4 * matched[7], rel=1e-3)


def _first(result: deep_or_wide.Result) -> Trained:
    units = int(result.name.split("x")[1])
    return deep_or_wide.train_one(result.layers, units, result.rate, seed=0)


def test_errors_and_answers_are_those_of_numpy(numbers: deep_or_wide.Numbers) -> None:
    x, _ = deep_or_wide.draw_rows(deep_or_wide.TEST_ROWS, 1002)
    for result in (numbers.deep[3], numbers.wide[1]):
        trained = _first(result)
        wrong = ((_scores(trained, x) > 0) != _labels(x)).mean()
        assert result.errors[0] == pytest.approx(wrong, abs=0.0005)
        says = (_scores(trained, deep_or_wide.GRID) > 0).reshape(result.answers.shape)
        assert (says == result.answers).mean() > 0.999
        assert result.mean == pytest.approx(sum(result.errors) / 4)
        assert result.spread**2 == pytest.approx(
            sum((e - result.mean) ** 2 for e in result.errors) / 3
        )
    assert (_labels(deep_or_wide.GRID) == numbers.truth.ravel()).mean() > 0.999


def test_the_rate_is_the_best_on_validation_rows(numbers: deep_or_wide.Numbers) -> None:
    x, _ = deep_or_wide.draw_rows(deep_or_wide.VALIDATION_ROWS, 1001)
    errors = {}
    for rate in deep_or_wide.RATES:
        runs = [deep_or_wide.train_one(2, 16, rate, seed) for seed in deep_or_wide.SEEDS]
        errors[rate] = np.mean([((_scores(run, x) > 0) != _labels(x)).mean() for run in runs])
    assert numbers.deep[1].rate == min(errors, key=errors.__getitem__)


def test_parts_are_apart() -> None:
    drawn = [deep_or_wide.draw_rows(1000, seed)[0] for seed in (*deep_or_wide.SEEDS, 1001, 1002)]
    rows = {tuple(row) for x in drawn for row in x.tolist()}
    assert len(rows) == 1000 * len(drawn)


def test_depth_wins_here_and_stops_paying(numbers: deep_or_wide.Numbers) -> None:
    one, two, three, *_, seven = numbers.deep
    assert one.mean > 1.5 * two.mean > 2.25 * three.mean
    for wide in numbers.wide:
        assert wide.mean - seven.mean > 3 * max(wide.spread, seven.spread)
        assert wide.mean > 1.5 * max(r.mean for r in numbers.deep[2:])
    means = [r.mean for r in numbers.wide]
    assert means == sorted(means, reverse=True)
    assert deep_or_wide.enough(numbers.deep) is three
    for result in numbers.deep[2:]:
        assert abs(result.mean - three.mean) < three.spread


def test_it_tells_and_draws(numbers: deep_or_wide.Numbers, tmp_path: Path) -> None:
    words = deep_or_wide.tell(numbers)
    for result in (*numbers.deep, *numbers.wide):
        row = next(line for line in words.splitlines() if f" {result.name} " in line)
        after = row.split(result.name)[1].split()
        assert after[:2] == [f"{result.parameters:,}", f"{result.mean:.1%}"]
    deep_or_wide.draw(numbers, tmp_path / "deep_or_wide.png")
    assert (tmp_path / "deep_or_wide.png").read_bytes().startswith(b"\x89PNG")
