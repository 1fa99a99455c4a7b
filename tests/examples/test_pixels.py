from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.signal import correlate2d
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from pellucid.examples import pixels
from pellucid.examples.pixels import Numbers


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return pixels.run()


def test_a_picture_is_flattened_line_by_line(numbers: Numbers) -> None:
    assert load_digits().target[pixels.SHOWN] == 3
    np.testing.assert_array_equal(numbers.digit, load_digits().images[pixels.SHOWN])
    assert numbers.row.tolist() == [value for line in numbers.digit.tolist() for value in line]
    rows, columns, channels = numbers.colours.shape
    assert numbers.flat.shape == (rows * columns * channels,)
    for row, column, channel in ((0, 0, 2), (16, 20, 0), (rows - 1, columns - 1, 2)):
        at = (row * columns + column) * channels + channel
        assert numbers.flat[at] == numbers.colours[row, column, channel]


def test_the_sun_has_no_blue(numbers: Numbers) -> None:
    sun, wall, window, grass = (
        numbers.colours[place] for place in ((5, 28), (20, 21), (15, 17), (22, 2))
    )
    assert sun.tolist() == [255, 215, 0]
    assert wall.argmax() == 0
    assert window.min() == 250
    assert grass.argmax() == 1
    assert numbers.colours.dtype == np.uint8


def test_standardising_is_scikit_learns(numbers: Numbers) -> None:
    flat = load_digits().data
    scaler = StandardScaler().fit(flat)
    expected = scaler.transform(flat)[pixels.SHOWN].reshape(8, 8)
    np.testing.assert_allclose(numbers.mean.ravel(), scaler.mean_, atol=1e-4)
    np.testing.assert_allclose(numbers.deviation.ravel(), np.sqrt(scaler.var_), atol=1e-4)
    np.testing.assert_allclose(numbers.standard, expected, atol=1e-4)
    constant = flat.min(0) == flat.max(0)
    assert constant.sum() == 3
    assert (numbers.standard.ravel()[constant] == 0).all()


def test_template_by_hand(numbers: Numbers) -> None:
    data = load_digits()
    flat, labels, cut = data.data, data.target, pixels.LEARNED_ROWS
    means = [flat[:cut][labels[:cut] == digit].mean(0) for digit in pixels.TEMPLATE]
    template = means[0] - means[1]
    np.testing.assert_allclose(numbers.template.ravel(), template, atol=1e-4)
    right = 0
    # The score is above the middle just where the picture is nearer to the first mean.
    for digit, mean, other in zip(pixels.TEMPLATE, means, means[::-1], strict=True):
        rows = flat[cut:][labels[cut:] == digit]
        np.testing.assert_allclose(numbers.scores[digit], rows @ template, rtol=1e-4, atol=0.02)
        nearer = ((rows - mean) ** 2).sum(1) < ((rows - other) ** 2).sum(1)
        right += nearer.sum()
    assert numbers.right == pytest.approx(right / sum(map(len, numbers.scores.values())))
    assert numbers.right > 0.8
    assert numbers.middle == pytest.approx((means[0] + means[1]) @ template / 2, rel=1e-4)


def test_filter_is_scipys_correlation(numbers: Numbers) -> None:
    brightness = numbers.colours.mean(2)
    expected = correlate2d(brightness, pixels.EDGES, mode="valid")
    np.testing.assert_allclose(numbers.edges, expected, atol=1e-2)
    sky = numbers.edges[0]
    np.testing.assert_allclose(sky[:20], 0, atol=1e-2)


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = pixels.tell(numbers)
    assert "   0   2   9  15  14   9   3   0\n" in words
    assert "(16 x 36 + 20) x 3 + 0 = 1,788: 200." in words
    assert f"{numbers.right:.1%}" in words
    pixels.draw(numbers, tmp_path / "pixels.svg")
    assert "Channel 2: amount of blue" in (tmp_path / "pixels.svg").read_text()
