"""Dropout: its expectation, its masks, its scale, and its absence in evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.errors import DTypeError, OptionError
from pellucid.graph.node import input_node, key_node, state_node
from pellucid.layers import Dropout, Mode, Sequential
from pellucid.primitives import sum

Array = np.ndarray[Any, Any]
ROWS, WIDTH = 200, 100


class Dropper:
    """A network of dropout layers in training, at any seed and step."""

    def __init__(self, network: Sequential | Dropout, rows: int = ROWS) -> None:
        self.key, self.step = key_node(), state_node("step", (), "int64")
        self.x = input_node("x", (rows, WIDTH))
        self.output = network(self.x, Mode(True, self.key, self.step))

    def __call__(self, x: Any = 1.0, seed: int = 7, step: int = 0) -> Array:
        key = np.array([seed, 0], np.uint32)
        x = np.broadcast_to(np.asarray(x, np.float32), self.x.shape)
        return evaluate(self.output, {self.x: x, self.key: key, self.step: step})


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_kept_elements_are_scaled_and_the_expectation_is_kept(rate: float) -> None:
    got = Dropper(Dropout(rate))()
    scale = np.float32(1 / (1 - rate))
    assert set(np.unique(got)) == {np.float32(0), scale}
    dropped = float((got == 0).mean())
    deviation = np.sqrt(rate * (1 - rate) / got.size)
    assert abs(dropped - rate) < 4 * deviation
    assert abs(got.mean(dtype=np.float64) - 1) < 4 * deviation * scale


def test_the_mean_over_many_steps_is_the_input() -> None:
    drop = Dropper(Dropout(0.3), rows=2)
    x = np.linspace(-1, 1, 2 * WIDTH).reshape(2, WIDTH)
    mean = np.mean([drop(x, step=step) for step in range(400)], axis=0)
    deviation = np.abs(x) * np.sqrt(0.3 / 0.7 / 400)
    assert np.all(np.abs(mean - x) <= 5 * deviation + 1e-7)


def test_masks_are_a_function_of_seed_and_step() -> None:
    drop = Dropper(Dropout(0.5))
    first = drop()
    assert first.tobytes() == drop().tobytes()
    assert first.tobytes() == Dropper(Dropout(0.5))().tobytes()
    for other in (drop(step=1), drop(seed=8)):
        assert abs(float((first == other).mean()) - 0.5) < 0.02


def test_masks_differ_from_layer_to_layer() -> None:
    x = input_node("x", (ROWS, WIDTH))
    key, step = key_node(), state_node("step", (), "int64")
    mode = Mode(True, key, step)
    layer = Dropout(0.5)
    masks = evaluate(
        [layer(x, mode), layer(x, mode), Dropout(0.5)(x, mode)],
        {x: np.ones((ROWS, WIDTH)), key: np.array([7, 0], np.uint32), step: 0},
    )
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert abs(float((masks[first] == masks[second]).mean()) - 0.5) < 0.02


def test_evaluation_is_the_identity_and_draws_nothing() -> None:
    x = input_node("x", (ROWS, WIDTH))
    assert Dropout(0.9)(x) is x
    assert Dropout(0.9)(x, Mode(training=False)) is x
    assert Dropout(0)(x, Mode(training=True)) is x


def test_a_rate_close_to_one_drops_nearly_all() -> None:
    rate = 1 - 1e-3
    got = Dropper(Dropout(rate))()
    assert 0 < np.count_nonzero(got) < 60
    assert got.max() == np.float32(1 / (1 - rate))
    assert np.count_nonzero(Dropper(Dropout(float(np.nextafter(1, 0))))()) == 0


def test_what_is_dropped_has_no_gradient_even_if_infinite() -> None:
    drop = Dropper(Dropout(0.5))
    (slope,) = gradients(sum(drop.output), [drop.x])
    key = np.array([7, 0], np.uint32)
    x = np.full((ROWS, WIDTH), np.inf, np.float32)
    values = {drop.x: x, drop.key: key, drop.step: 0}
    output, found = evaluate([drop.output, slope], values)
    np.testing.assert_array_equal(found, np.where(np.isinf(output), 2, 0))
    assert set(np.unique(output)) == {0, np.inf}


@pytest.mark.parametrize("rate", [1, 1.5, -0.1, float("nan"), True, "0.5"])
def test_rates_that_are_refused(rate: Any) -> None:
    text = "^Dropout needs a rate of at least 0 and below 1, got .*: it is the share that is"
    with pytest.raises(OptionError, match=text):
        Dropout(rate)


def test_integers_are_refused() -> None:
    with pytest.raises(DTypeError, match=r"^Dropout 'd' needs floats, got int32 of 'x' \(3,\)$"):
        Dropout(0.5, name="d")(input_node("x", (3,), "int32"))
