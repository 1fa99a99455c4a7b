from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pellucid.examples import learning_curve

Doubles = NDArray[np.float64]


@pytest.fixture(scope="module")
def numbers() -> learning_curve.Numbers:
    return learning_curve.run()


def _forward(values: dict[str, Any], x: Any) -> list[Doubles]:
    """Return the input, both hidden layers and the output, in float64."""
    signals = [x.astype(np.float64)]
    for layer in (1, 2, 3):
        score = signals[-1] @ values[f"dense_{layer}.weight"] + values[f"dense_{layer}.bias"]
        signals.append(score if layer == 3 else np.tanh(score))
    return signals


def _test_rows() -> tuple[Any, Any]:
    return learning_curve.noisy_sine(learning_curve.TEST_ROWS, learning_curve.TEST_SEED)


def test_the_line_is_that_of_least_squares(numbers: learning_curve.Numbers) -> None:
    errors = numbers.by_rows["line"]
    x_test, y_test = _test_rows()
    for place, rows in enumerate(learning_curve.ROWS):
        for seed in learning_curve.SEEDS:
            x, y = (column.astype(np.float64) for column in learning_curve.noisy_sine(rows, seed))
            line = np.polyfit(x[:, 0], y[:, 0], 1)
            best, on_test = (
                ((np.polyval(line, a[:, 0]) - b[:, 0]) ** 2).mean()
                for a, b in ((x, y), (x_test, y_test))
            )
            assert best * (1 - 1e-5) < errors.train[place, seed] < best * 1.005, (rows, seed)
            assert errors.test[place, seed] == pytest.approx(on_test, rel=0.02), (rows, seed)


def test_the_networks_errors_are_those_of_numpy(numbers: learning_curve.Numbers) -> None:
    of_rows = numbers.by_rows["network"]
    penalized, strength = numbers.by_penalty, learning_curve.PENALTIES[3]
    for rows, trained, train_error, test_error in (
        (64, learning_curve.train_on("network", 64, 2), of_rows.train[2, 2], of_rows.test[2, 2]),
        (
            learning_curve.FEW_ROWS,
            learning_curve.train_penalized(strength, 1),
            penalized.train[3, 1],
            penalized.test[3, 1],
        ),
    ):
        seed = 2 if rows == 64 else 1
        for (x, y), error in (
            (learning_curve.noisy_sine(rows, seed), train_error),
            (_test_rows(), test_error),
        ):
            by_hand = ((_forward(trained.parameters, x)[-1] - y) ** 2).mean()
            assert error == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("strength", [0.0, 0.1])
def test_a_penalty_adds_its_share_of_each_weight_to_the_gradient(strength: float) -> None:
    trained = learning_curve.train_penalized(strength, seed=3)
    x, y = learning_curve.noisy_sine(learning_curve.FEW_ROWS, 3)
    values = {name: value.astype(np.float64) for name, value in trained.initial.items()}
    m, v = ({name: np.zeros_like(value) for name, value in values.items()} for _ in range(2))
    losses = []
    for k in range(1, 41):
        signals = _forward(values, x)
        squares = sum((value**2).sum() for name, value in values.items() if "weight" in name)
        losses.append(((signals[-1] - y) ** 2).mean() + strength / 2 * squares)
        delta = 2 * (signals[-1] - y) / len(x)
        slopes = {}
        for layer in (3, 2, 1):
            weight = f"dense_{layer}.weight"
            slopes[weight] = signals[layer - 1].T @ delta + strength * values[weight]
            slopes[f"dense_{layer}.bias"] = delta.sum(axis=0)
            delta = (delta @ values[weight].T) * (1 - signals[layer - 1] ** 2)
        rate = 0.01 * (1 + np.cos(np.pi * (k - 1) / learning_curve.EPOCHS)) / 2
        for name, slope in slopes.items():
            m[name] = 0.9 * m[name] + 0.1 * slope
            v[name] = 0.999 * v[name] + 0.001 * slope**2
            step = m[name] / (1 - 0.9**k) / (np.sqrt(v[name] / (1 - 0.999**k)) + 1e-8)
            values[name] = values[name] - rate * step
    np.testing.assert_allclose(trained.steps["loss"][:40], losses, rtol=2e-3)


def test_a_huge_penalty_leaves_the_mean(numbers: learning_curve.Numbers) -> None:
    _, y_test = _test_rows()
    for seed in learning_curve.SEEDS:
        y = learning_curve.noisy_sine(learning_curve.FEW_ROWS, seed)[1]
        assert numbers.by_penalty.train[-1, seed] == pytest.approx(y.var(), rel=1e-3)
        constant = ((y_test - y.mean()) ** 2).mean()
        assert numbers.by_penalty.test[-1, seed] == pytest.approx(constant, rel=1e-2)


def test_the_noise_is_that_of_the_sine(numbers: learning_curve.Numbers) -> None:
    x, y = _test_rows()
    assert numbers.noise_error == pytest.approx(((np.sin(np.pi * x) - y) ** 2).mean(), rel=1e-5)
    # Four standard errors of a variance estimated from 4,000 normal draws.
    assert numbers.noise_error == pytest.approx(0.16, abs=4 * 0.16 * np.sqrt(2 / 4000))


def test_the_line_underfits_and_the_network_overfits_few_rows(
    numbers: learning_curve.Numbers,
) -> None:
    line, network = numbers.by_rows["line"], numbers.by_rows["network"]
    noise = numbers.noise_error
    # No line does better than the best of all: E (sin(pi x) - 3 x / pi)^2 = 1/2 - 3/pi^2.
    floor = noise + 0.5 - 3 / np.pi**2
    assert line.test[-1].mean() == pytest.approx(floor, rel=0.02)
    assert line.train[-1].mean() == pytest.approx(floor, rel=0.05)
    gap = network.test.mean(1) - network.train.mean(1)
    assert network.test[0].mean() > 2 * line.test[0].mean()
    assert network.train[0].mean() < 0.1 * noise
    assert gap[0] > 4 * gap[1] > 40 * abs(gap[3])
    assert noise < network.test[-1].mean() < 1.1 * noise


def test_the_test_error_by_penalty_is_a_u(numbers: learning_curve.Numbers) -> None:
    train, test = (e.mean(1) for e in (numbers.by_penalty.train, numbers.by_penalty.test))
    best = numbers.best_penalty
    assert best == int(np.argmin(test))
    assert 0 < best < len(test) - 1
    assert (np.diff(test[: best + 1]) < 0).all()
    assert (np.diff(test[best:]) > 0).all()
    assert (np.diff(train) > 0).all()
    assert test[0] > 1.2 * test[best]
    assert test[-1] > 3 * test[best]


def test_it_tells_and_draws(numbers: learning_curve.Numbers, tmp_path: Path) -> None:
    words = learning_curve.tell(numbers)
    network = numbers.by_rows["network"]
    for place, rows in enumerate(learning_curve.ROWS):
        row = next(line for line in words.splitlines() if line.strip().startswith(f"{rows:,} "))
        assert row.split()[-1] == f"{network.test[place].mean():.3f}"
    learning_curve.draw(numbers, tmp_path / "learning_curve.png")
    assert (tmp_path / "learning_curve.png").read_bytes().startswith(b"\x89PNG")
