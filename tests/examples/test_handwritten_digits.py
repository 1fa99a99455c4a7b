from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import binomtest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from threadpoolctl import threadpool_limits

from pellucid.examples import handwritten_digits
from pellucid.examples.handwritten_digits import PARTS, Numbers, digits


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return handwritten_digits.run()


@pytest.mark.parametrize("mixed", [False, True])
def test_parts_hold_every_row_once(mixed: bool) -> None:
    parts = digits(mixed)
    assert [len(x) for x, _ in parts.values()] == list(PARTS.values())
    rows = np.concatenate([np.column_stack([x * 16, y]) for x, y in parts.values()])
    pixels, labels = load_digits(return_X_y=True)
    expected = np.column_stack([pixels, labels])
    assert sorted(map(tuple, rows)) == sorted(map(tuple, expected))
    assert np.array_equal(rows, expected) != mixed


def test_whole_forms_are_kept_apart() -> None:
    # Each form begins with the same line of digits; so do the parts.
    for _, labels in digits().values():
        assert labels[:20].tolist() == [*range(10), *range(10)]


def test_confusion_is_scikit_learns(numbers: Numbers) -> None:
    x, truth = digits()["test"]
    scores = numbers.trained.predict(x)
    np.testing.assert_allclose(numbers.probabilities, softmax(scores, axis=1), atol=1e-6)
    said = scores.argmax(1)
    np.testing.assert_array_equal(numbers.confusion, confusion_matrix(truth, said))
    assert numbers.accuracy["test"] == pytest.approx((said == truth).mean())
    assert sorted(numbers.wrong) == np.flatnonzero(said != truth).tolist()
    sureness = numbers.probabilities.max(1)[numbers.wrong]
    assert (np.diff(sureness) <= 0).all()


def test_interval_is_wilsons(numbers: Numbers) -> None:
    hits = int(np.trace(numbers.confusion))
    expected = binomtest(hits, PARTS["test"]).proportion_ci(0.95, method="wilson")
    assert numbers.interval == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_it_learns_as_well_as_a_linear_model_or_better(numbers: Numbers) -> None:
    parts = digits()
    linear = LogisticRegression(C=0.3, max_iter=500).fit(*parts["train"])
    assert numbers.accuracy["test"] > linear.score(*parts["test"]) - 0.02
    assert numbers.accuracy["train"] > 0.98
    # The same hands on both sides make it look better than it is.
    assert numbers.mixed > numbers.accuracy["test"] + 0.03
    assert numbers.mixed > 0.96


def test_weights_of_the_best_epoch_are_kept(numbers: Numbers) -> None:
    losses = numbers.trained.epochs["validation_loss"]
    assert numbers.trained.best_epoch == int(np.argmin(losses)) + 1
    x, y = digits()["validation"]
    scores = numbers.trained.predict(x).astype("f8")
    loss = -np.log(softmax(scores, axis=1)[np.arange(len(y)), y]).mean()
    assert loss == pytest.approx(min(losses), rel=1e-4)


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = handwritten_digits.tell(numbers)
    assert f"test: {len(numbers.wrong)} of 510 pictures wrong" in words
    assert words.splitlines()[-1].split()[-1] == str(numbers.confusion[9, 9])
    handwritten_digits.draw(numbers, tmp_path / "digits.svg")
    drawn = (tmp_path / "digits.svg").read_text()
    row = numbers.wrong[0]
    assert f"says {numbers.probabilities[row].argmax()}: " in drawn
    assert f"{numbers.probabilities[row].max():.1%}" in drawn
