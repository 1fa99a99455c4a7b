from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pellucid.examples import batches
from pellucid.graph.order import RowOrder

SIZES = (10_000, 100, 1)


@pytest.fixture(scope="module")
def numbers() -> batches.Numbers:
    return batches.run()


def test_updates_an_epoch(numbers: batches.Numbers) -> None:
    found = {size: descent.updates_per_epoch for size, descent in numbers.descents.items()}
    assert found == {10_000: 1, 100: 100, 1: 10_000}
    for size, descent in numbers.descents.items():
        assert len(descent.weights) == found[size] * batches.EPOCHS[size] + 1


def test_the_best_line_is_numpys(numbers: batches.Numbers) -> None:
    x, y = (column[:, 0].astype(float) for column in batches.line_data())
    (slope, intercept), (squares, *_) = np.polyfit(x, y, 1, full=True)[:2]
    np.testing.assert_allclose(numbers.best, [slope, intercept], rtol=1e-10)
    assert numbers.best_loss == pytest.approx(squares / 10_000, rel=1e-10)


@pytest.mark.parametrize("size", SIZES)
def test_each_update_is_the_batchs_gradient_by_hand(numbers: batches.Numbers, size: int) -> None:
    x, y = (column[:, 0] for column in batches.line_data())
    weights = numbers.descents[size].weights
    order = RowOrder(rows=10_000, batch_size=size, seed=0)
    for step in (0, 1, 7, 60, 99):
        rows = order.batch_rows(step)
        slope, intercept = weights[step]
        errors = slope * x[rows] + intercept - y[rows]
        by_hand = weights[step] - 0.05 * 2 * np.array([(errors * x[rows]).mean(), errors.mean()])
        np.testing.assert_allclose(weights[step + 1], by_hand, rtol=1e-4, atol=2e-6)


@pytest.mark.parametrize("size", SIZES)
def test_the_excess_is_a_quadratic_form(numbers: batches.Numbers, size: int) -> None:
    # The loss of a line is exactly a parabola around the best one.
    x = batches.line_data()[0][:, 0].astype(float)
    curvature = np.array([[(x * x).mean(), x.mean()], [x.mean(), 1.0]])
    descent = numbers.descents[size]
    away = descent.weights - np.array(numbers.best)
    by_hand = np.einsum("ki,ij,kj->k", away, curvature, away)
    np.testing.assert_allclose(descent.excess, by_hand, rtol=1e-6, atol=1e-12)
    assert descent.wandering == pytest.approx(by_hand[len(by_hand) // 2 : -1].mean(), rel=1e-6)
    across, up, surface = numbers.surface
    away = np.array([across[11], up[5]]) - numbers.best
    assert surface[5, 11] == pytest.approx(away @ curvature @ away)


def test_noise_is_what_numpy_measures(numbers: batches.Numbers) -> None:
    x, y = (column[:, 0].astype(float) for column in batches.line_data())
    for start, weights in ((True, (0.0, 0.0)), (False, numbers.best)):
        errors = weights[0] * x + weights[1] - y
        of_rows = 2 * np.stack([errors * x, errors], axis=1)
        for size, descent in numbers.descents.items():
            rows = RowOrder(10_000, size, 0).epoch_rows(0).reshape(-1, size)
            away = of_rows[rows].mean(axis=1) - of_rows.mean(axis=0)
            found = descent.noise_at_start if start else descent.noise_at_best
            assert found == pytest.approx(np.sqrt((away**2).sum(axis=1).mean()), abs=1e-12)


def test_noise_falls_with_the_root_of_the_batch_size(numbers: batches.Numbers) -> None:
    full, mini, stochastic = numbers.descents.values()
    assert full.noise_at_best < 1e-12
    for single, hundred in (
        (stochastic.noise_at_start, mini.noise_at_start),
        (stochastic.noise_at_best, mini.noise_at_best),
    ):
        # Four standard errors of a spread that is estimated from 100 batches.
        assert single / hundred == pytest.approx(10.0, rel=0.28)


def test_the_full_batch_is_slow_and_settles(numbers: batches.Numbers) -> None:
    full, mini, stochastic = numbers.descents.values()
    assert full.excess[1] > 1 > mini.excess[100]
    assert full.excess[-1] < 1e-8
    assert full.wandering < mini.wandering < stochastic.wandering / 20


def test_it_tells_and_draws(numbers: batches.Numbers, tmp_path: Path) -> None:
    words = batches.tell(numbers)
    for size, descent in numbers.descents.items():
        row = next(line for line in words.splitlines() if line.startswith(f"{size:7,} "))
        assert f"{descent.noise_at_best:.3f}" in row
        assert f"{descent.wandering:.5f}" in row
    batches.draw(numbers, tmp_path / "batches.png")
    assert (tmp_path / "batches.png").read_bytes().startswith(b"\x89PNG")
