from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pellucid.examples import batch_and_rate
from pellucid.graph.order import RowOrder
from pellucid.layers import Dense, Sequential
from pellucid.losses import SoftmaxCrossEntropy, SquaredError

Doubles = NDArray[np.float64]


@pytest.fixture(scope="module")
def numbers() -> batch_and_rate.Numbers:
    return batch_and_rate.run()


def _line() -> tuple[Doubles, Doubles]:
    x, y = batch_and_rate.line_data()
    return x.astype(np.float64), y.astype(np.float64)


def _descend_by_hand(batch: int, rate: float, updates: int) -> float:
    """Return by which factor the mean squared error of the weights has grown."""
    x, y = _line()
    used = min(len(x), batch * updates)
    order = RowOrder(used, batch, seed=0)
    weights = np.zeros((x.shape[1], 1))
    for step in range(updates):
        rows = order.batch_rows(step)
        weights -= rate * 2 * x[rows].T @ (x[rows] @ weights - y[rows]) / batch
    return float(((weights - 1) ** 2).mean())


def test_the_features_are_white() -> None:
    x, y = _line()
    np.testing.assert_allclose(x.T @ x / len(x), np.eye(32), atol=1e-6)
    np.testing.assert_allclose(y, x @ np.ones((32, 1)), atol=1e-5)


@pytest.mark.parametrize("batch", [1, 8, 512])
def test_noise_is_what_numpy_measures(numbers: batch_and_rate.Numbers, batch: int) -> None:
    x, y = _line()
    of_rows = -2 * y * x
    away = of_rows.reshape(-1, batch, 32).mean(axis=1) - of_rows.mean(axis=0)
    assert numbers.noise[batch] == pytest.approx((away**2).sum(axis=1).mean(), rel=1e-3)


def test_noise_falls_as_one_by_the_batch_size(numbers: batch_and_rate.Numbers) -> None:
    # At weights 0 a row's gradient is -2 y x with E |2 y x|^2 = 4 d (d + 2), less |2 w|^2 = 4 d.
    assert numbers.noise[1] == pytest.approx(4 * 32 * 33, rel=0.02)
    for batch, noise in numbers.noise.items():
        # Four standard errors of a spread that is estimated from so many batches of 32 features.
        tolerance = 4 * np.sqrt(2 / (32 * batch_and_rate.ROWS / batch)) + 0.01
        assert noise * batch == pytest.approx(numbers.noise[1], rel=tolerance)


def test_the_limits_are_near_the_closed_form(numbers: batch_and_rate.Numbers) -> None:
    for batch, limit in numbers.limits.items():
        assert numbers.closed[batch] == pytest.approx(1 / (1 + 33 / batch), rel=0.01)
        assert 0.98 < limit / numbers.closed[batch] < 1.07, batch
    small = [numbers.limits[batch] for batch in (1, 2, 4)]
    assert small[1] / small[0] == pytest.approx(2, rel=0.1)
    assert small[2] / small[1] == pytest.approx(2, rel=0.1)
    assert numbers.limits[512] < 1.1 * numbers.limits[256]


def test_the_full_batch_has_the_limit_of_the_curvature(numbers: batch_and_rate.Numbers) -> None:
    x, _ = _line()
    largest = np.linalg.eigvalsh(2 * x.T @ x / len(x))[-1]
    # The range of the search is a factor of 400, which is halved 9 times.
    assert numbers.full_limit == pytest.approx(2 / largest, rel=400 ** (0.5**10) - 1 + 1e-3)


@pytest.mark.parametrize("batch", [1, 16, 128])
def test_numpys_descent_has_the_same_limits(numbers: batch_and_rate.Numbers, batch: int) -> None:
    updates = min(batch_and_rate.MOST_UPDATES, batch_and_rate.ROWS // batch)
    assert _descend_by_hand(batch, 0.94 * numbers.limits[batch], updates) < 0.1
    assert _descend_by_hand(batch, 1.06 * numbers.limits[batch], updates) > 10


@pytest.mark.parametrize(("batch", "place"), [(1, 4), (64, 9)])
def test_the_networks_loss_is_numpys(
    numbers: batch_and_rate.Numbers, batch: int, place: int
) -> None:
    x, labels = batch_and_rate.digits()
    network = Sequential(Dense(32, "relu"), Dense(10))
    rate = batch_and_rate.RATES[place]
    trained = batch_and_rate.descend(network, (x, labels), SoftmaxCrossEntropy(), batch, rate, 256)
    assert trained is not None
    assert trained.updates == 256
    first = _forward(trained.initial, x[: min(1024, 256 * batch)])
    rows = RowOrder(len(first), batch, seed=0).batch_rows(0)
    assert trained.steps["loss"][0] == pytest.approx(_entropy(first[rows], labels[rows]), rel=1e-4)
    by_hand = _entropy(_forward(trained.parameters, x), labels)
    assert numbers.losses[batch][place] == pytest.approx(by_hand, rel=1e-4)


def _forward(values: Any, x: Any) -> Doubles:
    w1, b1, w2, b2 = (value.astype(np.float64) for value in values.values())
    return np.maximum(x @ w1 + b1, 0) @ w2 + b2


def _entropy(scores: Doubles, labels: Any) -> float:
    shifted = scores - scores.max(axis=1, keepdims=True)
    own = shifted[np.arange(len(labels)), labels]
    return float((np.log(np.exp(shifted).sum(axis=1)) - own).mean())


def test_a_run_that_leaves_the_numbers_is_no_network() -> None:
    line = Dense(1, bias=False, initializer="zeros")
    rows = batch_and_rate.line_data()
    assert batch_and_rate.descend(line, rows, SquaredError(), 1, 1.0, 500) is None


def test_the_networks_rates_grow_with_the_batch(numbers: batch_and_rate.Numbers) -> None:
    assert numbers.guessing == pytest.approx(np.log(10))
    best = [numbers.best_rate(batch) for batch in numbers.losses]
    largest = [numbers.largest_useful_rate(batch) for batch in numbers.losses]
    for rates in (best, largest):
        assert rates == sorted(rates)
        assert rates[-1] > 5 * rates[0]
        # The grid goes beyond, so that none is cut off.
        assert rates[-1] < batch_and_rate.RATES[-1]
    assert best[0] > batch_and_rate.RATES[0]
    losses = [min(each) for each in numbers.losses.values()]
    assert losses == sorted(losses, reverse=True)
    of_one = dict(zip(batch_and_rate.RATES, numbers.losses[1], strict=True))
    assert of_one[best[-1]] > numbers.guessing


def test_it_tells_and_draws(numbers: batch_and_rate.Numbers, tmp_path: Path) -> None:
    lines = batch_and_rate.tell(numbers).splitlines()
    for batch, limit in numbers.limits.items():
        row = next(line.split() for line in lines if line.strip().startswith(f"{batch} "))
        assert row[3:] == [f"{limit:.3f}", f"{numbers.closed[batch]:.3f}"]
    for batch, losses in numbers.losses.items():
        row = [line.split() for line in lines if line.strip().startswith(f"{batch} ")][1]
        assert row[1:3] == [f"{numbers.best_rate(batch):.3g}", f"{min(losses):.3f}"]
    batch_and_rate.draw(numbers, tmp_path / "batch_and_rate.png")
    assert (tmp_path / "batch_and_rate.png").read_bytes().startswith(b"\x89PNG")
