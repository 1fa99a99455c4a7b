from pathlib import Path

import numpy as np
import pytest

from pellucid.examples import backpropagation
from pellucid.examples.backpropagation import Numbers


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return backpropagation.run()


def test_product_of_a_sum(numbers: Numbers) -> None:
    traced = numbers.product
    values = {node.name: float(value) for node, value in traced.values.items()}
    slopes = {node.name: float(value) for node, value in traced.gradients.items()}
    assert values == {"x": -2, "y": 5, "q": 3, "z": -4, "f": -12}
    assert slopes == {"x": -4, "y": -4, "q": -4, "z": 3, "f": 1}


def test_neuron_node_by_node(numbers: Numbers) -> None:
    traced = numbers.neuron
    nodes = [node for node in traced.nodes if node not in traced.plumbing]
    s = 1 / (1 + np.exp(-1.0))
    p = s * (1 - s)
    # w0, x0, their product, w1, x1, their product, sum, w2, score, its negative, exp, 1 +, 1 /
    values = [2, -1, -2, -3, -2, 6, 4, -3, 1, -1, np.exp(-1), 1 + np.exp(-1), s]
    slopes = [-p, 2 * p, p, -2 * p, -3 * p, p, p, p, p, -p, -(s**2), -(s**2), 1]
    np.testing.assert_allclose([traced.value(node) for node in nodes], values, rtol=1e-14)
    np.testing.assert_allclose([traced.gradient(node) for node in nodes], slopes, rtol=1e-14)
    said = {name: round(float(traced.gradient(name)), 2) for name in ("w0", "w1", "w2", "x0", "x1")}
    assert said == {"w0": -0.20, "w1": -0.39, "w2": 0.20, "x0": 0.39, "x1": -0.59}
    assert round(float(traced.value("sigmoid")), 2) == 0.73


def _error(z_1: np.ndarray, z_2_shift: float = 0.0) -> float:
    """Return the small network's error from its first layer's z, written out unit by unit."""
    hidden = 1 / (1 + np.exp(-z_1))
    z_2 = hidden[0] - 2 * hidden[1] + 0.5 + z_2_shift
    return float((1 / (1 + np.exp(-z_2)) - 1) ** 2 / 2)


def test_deltas_are_the_slopes_of_the_error(numbers: Numbers) -> None:
    z_1, h = np.array([0.5 - 0.5, 1.0 + 1.0 - 1.0]), 1e-5
    assert numbers.error == pytest.approx(_error(z_1), rel=1e-14)
    assert numbers.error == pytest.approx((numbers.output - 1) ** 2 / 2, rel=1e-14)
    delta_2 = (_error(z_1, h) - _error(z_1, -h)) / (2 * h)
    delta_1 = [(_error(z_1 + h * e) - _error(z_1 - h * e)) / (2 * h) for e in np.eye(2)]
    hidden = 1 / (1 + np.exp(-z_1))
    expected = {
        "delta_2": np.array([[delta_2]]),
        "delta_1": np.reshape(delta_1, (2, 1)),
        "dE/dW2": delta_2 * hidden.reshape(1, 2),
        "dE/dW1": np.outer(delta_1, [1, 0.5]),
    }
    assert list(numbers.pairs) == list(expected)
    for name, (by_hand, found) in numbers.pairs.items():
        np.testing.assert_allclose(by_hand, expected[name], rtol=1e-8, err_msg=name)
        np.testing.assert_allclose(found, by_hand, rtol=1e-14, err_msg=name)


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = backpropagation.tell(numbers)
    assert "  f         multiply     -12.00      1.00" in words
    assert "  w1        parameter     -3.00     -0.39" in words
    assert words.count("-0.145473") == 2
    backpropagation.draw(numbers, tmp_path / "graphs.svg")
    assert (tmp_path / "graphs.svg").stat().st_size > 10_000
