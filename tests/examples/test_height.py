from pathlib import Path

import numpy as np
import pytest

from pellucid.examples import height
from pellucid.examples.height import Numbers


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return height.run()


def test_threshold_unit_by_hand(numbers: Numbers) -> None:
    assert len(numbers.heights) == 300
    np.testing.assert_array_equal(numbers.tall == 1, numbers.heights >= np.float32(160))
    assert numbers.by_hand == 300
    np.testing.assert_array_equal(numbers.unit == 1, numbers.grid >= 160)


def test_learned_neuron_is_gradient_descent_by_hand(numbers: Numbers) -> None:
    heights, tall = numbers.heights.astype(np.float64), numbers.tall.astype(np.float64)
    z = (heights - heights.mean()) / heights.std()
    slope, shift = 1.0, 2.0
    for _ in range(1000):
        miss = 1 / (1 + np.exp(-(slope * z + shift))) - tall
        slope, shift = slope - 3 * (miss * z).mean(), shift - 3 * miss.mean()
    weight = slope / heights.std()
    bias = shift - weight * heights.mean()
    assert len(numbers.weights) == len(numbers.biases) == len(numbers.points) == 1001
    assert numbers.weights[-1] == pytest.approx(weight, rel=1e-4)
    assert numbers.biases[-1] == pytest.approx(bias, rel=1e-4)
    assert numbers.points[-1] == pytest.approx(-bias / weight, rel=1e-5)
    assert numbers.learned == int(((weight * heights + bias >= 0) == (tall == 1)).sum()) == 300


def test_decision_point_separates_the_classes_at_160(numbers: Numbers) -> None:
    tallest_of_the_others = numbers.heights[numbers.tall == 0].max()
    assert tallest_of_the_others < numbers.points[-1] <= numbers.heights[numbers.tall == 1].min()
    assert numbers.points[-1] == pytest.approx(160, abs=0.5)
    assert numbers.points[0] == pytest.approx(
        numbers.heights.mean(dtype=np.float64) - 2 * numbers.heights.std(dtype=np.float64), rel=1e-5
    )


def test_drawn_neurons(numbers: Numbers) -> None:
    for column, n in enumerate((0, 10, 1000)):
        score = numbers.weights[n] * numbers.grid.astype(np.float64) + numbers.biases[n]
        np.testing.assert_allclose(numbers.neurons[:, column], 1 / (1 + np.exp(-score)), atol=1e-4)


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = height.tell(numbers)
    assert "Right of 300: 300 by hand, 300 learned." in words
    assert f"{numbers.points[-1]:.2f}" in words
    height.draw(numbers, tmp_path / "height.svg")
    assert "decision point" in (tmp_path / "height.svg").read_text()
