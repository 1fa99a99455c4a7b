from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from pellucid.backends import evaluate
from pellucid.examples import one_hot_embedding
from pellucid.examples.one_hot_embedding import (
    MONTHS,
    ROWS_EACH,
    SHOPS,
    WIDTHS,
    Numbers,
    OneHot,
    months_apart,
    sales,
    season,
    strongest_months,
)
from pellucid.graph.node import constant_node


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return one_hot_embedding.run()


def test_one_hot_times_a_table_is_a_lookup(numbers: Numbers) -> None:
    assert numbers.lookup_difference == 0
    # Gradients are sums of rows, in another order.
    assert 0 <= numbers.gradient_difference < 1e-5
    x, _ = sales(50, 7)
    coded = evaluate(OneHot()(constant_node(x)), {})
    expected = np.hstack([np.eye(SHOPS)[x[:, 0]], np.eye(MONTHS)[x[:, 1]]])
    np.testing.assert_array_equal(coded, expected)


def test_weights_are_counted_by_hand(numbers: Numbers) -> None:
    for method, width in WIDTHS.items():
        if width:
            expected = 200 * width + 12 * 2 + (width + 2) * 32 + 32 + 32 + 1
        else:
            expected = (200 + 12) * 32 + 32 + 32 + 1
        assert numbers.weights[method] == expected


def test_sales_follow_the_cosine() -> None:
    month, x = strongest_months(), sales(1000, 3)[0]
    strength = np.hypot(*one_hot_embedding.hidden_points().T)
    angle = 2 * np.pi * (x[:, 1] - month[x[:, 0]]) / MONTHS
    np.testing.assert_allclose(season(x), strength[x[:, 0]] * np.cos(angle), atol=1e-12)
    assert set(np.bincount(x[:, 0]).tolist()) == {1000 // SHOPS}


def test_errors(numbers: Numbers) -> None:
    x, y = sales(one_hot_embedding.TEST_ROWS, 2)
    assert numbers.noise_error == pytest.approx(((season(x) - y[:, 0]) ** 2).mean(), rel=1e-5)
    for each in numbers.errors.values():
        assert each.shape == (len(ROWS_EACH), 3)
        assert (each > numbers.noise_error).all()
        assert each[-1].max() < 0.7 * each[0].mean()
    means = {method: each.mean(1) for method, each in numbers.errors.items()}
    # With 16 rows of each shop and more, two numbers a shop beat 32 weights a shop, and one number.
    assert (means["embedding, 2 wide"][2:] < means["one-hot"][2:]).all()
    assert (means["embedding, 2 wide"][2:] < means["embedding, 1 wide"][2:]).all()


def test_months_apart_is_scikit_learns_neighbour(numbers: Numbers) -> None:
    month = strongest_months()
    for rows, vectors in numbers.vectors.items():
        nearest = NearestNeighbors(n_neighbors=1).fit(vectors).kneighbors(return_distance=False)
        turn = np.exp(2j * np.pi * (month - month[nearest[:, 0]]) / MONTHS)
        expected = np.abs(np.angle(turn)).mean() * MONTHS / (2 * np.pi)
        assert numbers.apart[rows] == pytest.approx(expected, abs=0.01)
    assert numbers.apart[ROWS_EACH[-1]] < 0.6
    guessed = np.random.default_rng(0).normal(size=(SHOPS, 2)).astype("f4")
    assert months_apart(guessed) == pytest.approx(3, abs=0.5)


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = one_hot_embedding.tell(numbers)
    assert "rows looked up differ by 0;" in words
    row = next(line for line in words.splitlines() if line.startswith("  one-hot"))
    assert f"{numbers.errors['one-hot'][0].mean():.2f}" in row
    one_hot_embedding.draw(numbers, tmp_path / "shops.svg")
    assert "embedding, 2 wide: 617 weights" in (tmp_path / "shops.svg").read_text()
