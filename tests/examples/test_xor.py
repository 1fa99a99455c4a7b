from itertools import product
from math import log
from pathlib import Path

import numpy as np
import pytest

from pellucid.examples import xor
from pellucid.examples.xor import Numbers

LEARNED = ("two layers, learned", "with x1 x2, learned")


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return xor.run()


def test_no_line_computes_xor(numbers: Numbers) -> None:
    assert numbers.lines == 360 * 201
    assert numbers.most_hits == 3
    assert numbers.imbalance < 1e-14
    # Whole weights and halves reach every labeling that a line can give: 14, by exact arithmetic.
    corners = list(product((0, 1), repeat=2))
    given = {
        tuple(2 * (a * x1 + b * x2) + c >= 0 for x1, x2 in corners)
        for a, b, c in product((-1, 0, 1), (-1, 0, 1), range(-5, 6))
    }
    assert numbers.labelings == len(given) == 14
    lacking = set(product((False, True), repeat=4)) - given
    assert lacking == {(False, True, True, False), (True, False, False, True)}


def test_single_layer_ends_at_a_coin_toss(numbers: Numbers) -> None:
    # The loss is convex, and its gradient vanishes where every probability is 1/2.
    assert numbers.single_loss == pytest.approx(log(2), abs=1e-6)
    np.testing.assert_allclose(numbers.answers["one layer, learned"], 0.5, atol=1e-3)
    assert numbers.single_most_hits <= 3


def test_networks_by_hand(numbers: Numbers) -> None:
    truth = [a ^ b for a, b in product((0, 1), repeat=2)]
    assert numbers.answers["two layers, by hand"].tolist() == truth == [0, 1, 1, 0]
    assert numbers.answers["with x1 x2, by hand"].tolist() == truth
    assert numbers.answers["one layer, by hand"].tolist() == [0, 1, 1, 1]


def test_learned_networks(numbers: Numbers) -> None:
    assert 0 < numbers.found < 10
    assert numbers.stuck_loss == pytest.approx(log(2) / 2, abs=1e-3)
    for name in LEARNED:
        assert np.round(numbers.answers[name]).tolist() == [0, 1, 1, 0]
        assert np.abs(numbers.answers[name] - [0, 1, 1, 0]).max() < 0.1


def test_planes_agree_with_the_answers(numbers: Numbers) -> None:
    for name in ("two layers, by hand", *LEARNED):
        plane = numbers.planes[name]
        at = [
            [int(np.flatnonzero(axis == v)[0]) for v in (0, 1)] for axis in (plane.up, plane.across)
        ]
        corners = [plane.values[at[0][b], at[1][a]] for a, b in product((0, 1), repeat=2)]
        np.testing.assert_allclose(corners, numbers.answers[name], rtol=1e-5)


def test_the_slides_network_computes_xnor(numbers: Numbers) -> None:
    rows = [[x > 0 for x in pair] for pair in product((-1, 1), repeat=2)]
    sign = {True: 1.0, False: -1.0}
    assert numbers.slide.tolist() == [
        [sign[a and b], sign[not (a or b)], sign[a == b], sign[a != b]] for a, b in rows
    ]
    assert numbers.answers["slide, 0/1 units"].tolist() == [1, 1, 1, 1]


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = xor.tell(numbers)
    assert "the best of 72360 lines gets 3 of 4 right; they give 14 of 16 labelings" in words
    assert "  slide: XNOR                  +1       -1       -1       +1" in words
    xor.draw(numbers, tmp_path / "xor.svg")
    assert "The slide's network: XNOR" in (tmp_path / "xor.svg").read_text()
