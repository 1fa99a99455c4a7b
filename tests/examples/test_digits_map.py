from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import silhouette_score
from sklearn.neighbors import KNeighborsClassifier
from threadpoolctl import threadpool_limits

from pellucid.examples import digits_map
from pellucid.examples.digits_map import NEIGHBOURS, Numbers, last_hidden, view
from pellucid.examples.handwritten_digits import digits, train_network

SPACES = ("pixels", "last hidden layer")


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return digits_map.run()


def test_measures_are_scikit_learns(numbers: Numbers) -> None:
    for found in numbers.views.values():
        points = found.points.astype("f8")
        assert found.silhouette == pytest.approx(silhouette_score(points, numbers.labels), abs=1e-6)
        voters = KNeighborsClassifier(NEIGHBOURS).fit(points, numbers.labels)
        # Without a query a point is no neighbour of its own.
        nearest = voters.kneighbors(return_distance=False)
        votes = np.array([np.bincount(row, minlength=10) for row in numbers.labels[nearest]])
        assert found.voted == pytest.approx((votes.argmax(1) == numbers.labels).mean(), abs=0.004)


def test_training_rows_vote(numbers: Numbers) -> None:
    parts = digits()
    trained = train_network(parts)
    (x, y), (test, truth) = parts["train"], parts["test"]
    weight, bias = (trained.parameters[f"hidden.{name}"] for name in ("weight", "bias"))
    hidden = np.maximum(test @ weight + bias, 0)
    np.testing.assert_allclose(last_hidden(trained, test), hidden, atol=1e-5)
    known = {"pixels": (x, test), "last hidden layer": (last_hidden(trained, x), hidden)}
    for space, (rows, queries) in known.items():
        voters = KNeighborsClassifier(NEIGHBOURS).fit(rows, y)
        assert numbers.taught[space] == pytest.approx(voters.score(queries, truth), abs=0.004)


def test_pca_is_numpys_singular_vectors(numbers: Numbers) -> None:
    for space in SPACES:
        points = numbers.views[space, "itself"].points.astype("f8")
        centred = points - points.mean(0)
        _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
        expected = np.abs(centred @ directions[:2].T)
        np.testing.assert_allclose(np.abs(numbers.views[space, "PCA"].points), expected, atol=1e-3)
        shares = sizes**2 / (sizes**2).sum()
        assert numbers.kept[space] == pytest.approx(shares[:2].sum(), abs=1e-5)


def test_what_the_picture_shows(numbers: Numbers) -> None:
    voted = {key: found.voted for key, found in numbers.views.items()}
    gathered = {key: found.silhouette for key, found in numbers.views.items()}
    for space in SPACES:
        assert voted[space, "t-SNE"] > 0.9 > 0.75 > voted[space, "PCA"]
    for method in ("itself", "PCA", "t-SNE"):
        assert gathered[SPACES[1], method] > gathered[SPACES[0], method]
    assert len(numbers.labels) == len(digits()["test"][1])


def test_measures_at_their_ends() -> None:
    labels = np.repeat(np.arange(10, dtype=np.int32), 7)
    centres = np.eye(10)[labels] * 100
    noise = np.random.default_rng(0).normal(0, 1e-3, centres.shape)
    apart = view(centres + noise, labels)
    assert apart.voted == 1
    assert apart.silhouette > 0.999
    shuffled = view(centres + noise, np.roll(labels, 3 * 7 // 2))
    assert shuffled.voted < 1
    assert shuffled.silhouette < 0.5


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = digits_map.tell(numbers)
    assert f"{numbers.taught['pixels']:.1%} are right among pixels" in words
    digits_map.draw(numbers, tmp_path / "map.svg")
    assert "Last hidden layer, t-SNE: " in (tmp_path / "map.svg").read_text()
