from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pellucid.examples import overfitting

Doubles = NDArray[np.float64]
METHODS = tuple(overfitting.METHODS)


@pytest.fixture(scope="module")
def numbers() -> overfitting.Numbers:
    return overfitting.run()


def _forward(values: dict[str, Any], x: Any) -> list[Doubles]:
    """Return the input, both hidden layers and the output, in float64."""
    signals = [x.astype(np.float64)]
    for layer in (1, 2, 3):
        score = signals[-1] @ values[f"dense_{layer}.weight"] + values[f"dense_{layer}.bias"]
        signals.append(score if layer == 3 else np.tanh(score))
    return signals


@pytest.mark.parametrize(("method", "decay"), [("nothing", 0.0), ("weight decay", 2.0)])
def test_training_is_adam_by_hand(numbers: overfitting.Numbers, method: str, decay: float) -> None:
    x, y = overfitting.noisy_sine()["train"]
    initial = overfitting.train_with(method, epochs=1).initial
    values = {name: value.astype(np.float64) for name, value in initial.items()}
    m = {name: np.zeros_like(value) for name, value in values.items()}
    v = {name: np.zeros_like(value) for name, value in values.items()}
    losses = []
    for k in range(1, 41):
        signals = _forward(values, x)
        delta = 2 * (signals[-1] - y) / len(x)
        losses.append(((signals[-1] - y) ** 2).mean())
        slopes = {}
        for layer in (3, 2, 1):
            weight = f"dense_{layer}.weight"
            slopes[weight] = signals[layer - 1].T @ delta
            slopes[f"dense_{layer}.bias"] = delta.sum(axis=0)
            delta = (delta @ values[weight].T) * (1 - signals[layer - 1] ** 2)
        for name, slope in slopes.items():
            m[name] = 0.9 * m[name] + 0.1 * slope
            v[name] = 0.999 * v[name] + 0.001 * slope**2
            step = m[name] / (1 - 0.9**k) / (np.sqrt(v[name] / (1 - 0.999**k)) + 1e-8)
            shrunk = decay * values[name] if name.endswith("weight") else 0.0
            values[name] = values[name] - 0.01 * (step + shrunk)
    np.testing.assert_allclose(numbers.fits[method].train_losses[:40], losses, rtol=2e-3)


@pytest.mark.parametrize("method", ["dropout", "early stopping"])
def test_errors_and_curves_are_those_of_numpy(numbers: overfitting.Numbers, method: str) -> None:
    fit, values = numbers.fits[method], overfitting.train_with(method).parameters
    for (x, y), error in zip(
        overfitting.noisy_sine().values(),
        (fit.train_error, fit.validation_error, fit.test_error),
        strict=True,
    ):
        assert error == pytest.approx(((_forward(values, x)[-1] - y) ** 2).mean(), rel=1e-4)
    np.testing.assert_allclose(fit.curve, _forward(values, numbers.grid)[-1][:, 0], atol=1e-5)


def test_early_stopping_keeps_the_epoch_of_the_lowest_validation_loss(
    numbers: overfitting.Numbers,
) -> None:
    stopped, free = numbers.fits["early stopping"], numbers.fits["nothing"]
    epochs = len(stopped.validation_losses)
    assert stopped.kept_epoch == int(np.argmin(stopped.validation_losses)) + 1
    assert epochs == stopped.kept_epoch + 200 < overfitting.EPOCHS
    assert stopped.validation_error == pytest.approx(min(stopped.validation_losses), rel=1e-5)
    # Until it stops it is the same run.
    assert stopped.train_losses == free.train_losses[:epochs]


def test_the_other_methods_keep_the_last_epoch(numbers: overfitting.Numbers) -> None:
    for method in ("nothing", "dropout", "weight decay"):
        fit = numbers.fits[method]
        assert fit.kept_epoch == len(fit.train_losses) == overfitting.EPOCHS
        # Also with dropout, which is off in evaluation.
        assert fit.validation_error == pytest.approx(fit.validation_losses[-1], rel=1e-5)


def test_the_best_on_the_training_points_is_the_worst_on_others(
    numbers: overfitting.Numbers,
) -> None:
    free = numbers.fits["nothing"]
    assert free.train_error < 0.6 * numbers.noise_error
    assert free.test_error > 2 * numbers.noise_error
    for method in METHODS[1:]:
        assert numbers.fits[method].train_error > free.train_error
        assert numbers.noise_error < numbers.fits[method].test_error < 0.6 * free.test_error


def test_the_sine_and_the_weights_are_counted_by_hand(numbers: overfitting.Numbers) -> None:
    assert numbers.weights == (1 * 64 + 64) + (64 * 64 + 64) + (64 * 1 + 1)
    np.testing.assert_allclose(numbers.sine, np.sin(np.pi * numbers.grid), atol=1e-6)
    x, y = overfitting.noisy_sine()["test"]
    assert numbers.noise_error == pytest.approx(((np.sin(np.pi * x) - y) ** 2).mean(), rel=1e-5)


def test_it_tells_and_draws(numbers: overfitting.Numbers, tmp_path: Path) -> None:
    words = overfitting.tell(numbers)
    for method, fit in numbers.fits.items():
        row = next(line for line in words.splitlines() if line.startswith(f"  {method} "))
        assert row.split()[-1] == f"{fit.test_error:.3f}"
    overfitting.draw(numbers, tmp_path / "overfitting.png")
    assert (tmp_path / "overfitting.png").read_bytes().startswith(b"\x89PNG")
