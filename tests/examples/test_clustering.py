from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from pellucid.examples import clustering
from pellucid.examples.clustering import COUNTS, SHAPES, Numbers, agreement, clouds, contingency


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return clustering.run()


@pytest.mark.parametrize("shape", SHAPES)
def test_clusters_are_those_of_scikit_learn(numbers: Numbers, shape: str) -> None:
    x, _, test, truth = clouds(shape)
    for count in COUNTS:
        found = numbers.clusters[shape, count]
        fitted = KMeans(count, n_init=10, random_state=0).fit(x)
        said = fitted.predict(test)
        # A row half way between two centres may fall to either.
        index = adjusted_rand_score(truth, said)
        assert found.agreement == pytest.approx(index, abs=0.01)
        assert found.inertia == pytest.approx(-fitted.score(test) / len(test), rel=1e-4)
        assert found.table.sum() == len(test)
        nearest = ((found.centres[:, None] - found.centres) ** 2).sum(2).argmin(1)
        assert nearest.tolist() == list(range(count))


def test_agreement_is_scikit_learns() -> None:
    random = np.random.default_rng(5)
    for groups in (1, 2, 3, 7):
        one, other = random.integers(0, groups, 90), random.integers(0, 3, 90)
        expected = adjusted_rand_score(other, one)
        assert agreement(contingency(one, other, groups)) == pytest.approx(expected, abs=1e-12)
    names = np.array([2, 0, 1])
    assert agreement(contingency(names[other], other, 3)) == 1


def test_groups_agree_with_round_classes_and_not_with_long_ones(numbers: Numbers) -> None:
    assert numbers.clusters["round", 3].agreement > 0.9
    assert max(numbers.clusters["long", count].agreement for count in COUNTS) < 0.6
    for shape in SHAPES:
        assert numbers.classes[shape].agreement > 0.9
    by_count = [numbers.clusters["round", count].agreement for count in COUNTS]
    assert int(np.argmax(by_count)) + 1 == 3


def test_k_means_lowers_what_it_should(numbers: Numbers) -> None:
    for shape in SHAPES:
        inertia = [numbers.clusters[shape, count].inertia for count in COUNTS]
        assert (np.diff(inertia) < 0).all()
    # The classes are a worse answer to its question than its own.
    assert numbers.clusters["long", 3].inertia < 0.8 * numbers.classes["long"].inertia
    x, y, test, truth = clouds("long")
    means = np.stack([x[y == label].mean(0) for label in range(3)])
    expected = ((test - means[truth]) ** 2).sum(1).mean()
    assert numbers.classes["long"].inertia == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_classifier_is_as_good_as_scikit_learns(numbers: Numbers, shape: str) -> None:
    x, y, test, truth = clouds(shape)
    expected = LogisticRegression(C=1e3, max_iter=2000).fit(x, y).score(test, truth)
    found = numbers.classes[shape].table
    assert np.trace(found) / found.sum() == pytest.approx(expected, abs=0.01)


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = clustering.tell(numbers)
    assert f"{numbers.clusters['long', 3].inertia:.2f}, the classes" in words
    clustering.draw(numbers, tmp_path / "clusters.svg")
    drawn = (tmp_path / "clusters.svg").read_text()
    assert f"k-means, k = 3: index {numbers.clusters['long', 3].agreement:.2f}" in drawn
