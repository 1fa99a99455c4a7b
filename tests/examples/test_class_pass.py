from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from pellucid.backends.base import Array
from pellucid.examples import class_pass
from pellucid.examples.class_pass import Numbers

STUDENT = np.array([[4.0, 5.0]])


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return class_pass.run()


def _sigmoid(score: Array) -> Array:
    return 1 / (1 + np.exp(-score))


def _cross_entropy(probability: Array, passed: Array) -> float:
    return float(-np.log(np.where(passed, probability, 1 - probability)).mean())


def _standard(numbers: Numbers, points: Array) -> Array:
    features = numbers.features.astype(np.float64)
    return (points - features.mean(axis=0)) / features.std(axis=0)


def _ask(numbers: Numbers, weights: list[Array], points: Array) -> Array:
    hidden = np.tanh(_standard(numbers, points) @ weights[0] + weights[1])
    return _sigmoid(hidden @ weights[2] + weights[3])[:, 0]


def _adam(numbers: Numbers, weights: list[Array]) -> list[Array]:
    """Return the weights after 100 updates on the penalized cross-entropy, written out."""
    x, target = _standard(numbers, numbers.features), numbers.passed.reshape(-1, 1)
    first = [np.zeros_like(w) for w in weights]
    second = [np.zeros_like(w) for w in weights]
    for t in range(1, 101):
        hidden = np.tanh(x @ weights[0] + weights[1])
        out = (_sigmoid(hidden @ weights[2] + weights[3]) - target) / len(x)
        back = out @ weights[2].T * (1 - hidden**2)
        slopes = [
            x.T @ back + 0.003 * weights[0],
            back.sum(axis=0),
            hidden.T @ out + 0.003 * weights[2],
            out.sum(axis=0),
        ]
        first = [0.9 * m + 0.1 * g for m, g in zip(first, slopes, strict=True)]
        second = [0.999 * v + 0.001 * g**2 for v, g in zip(second, slopes, strict=True)]
        weights = [
            w - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
            for w, m, v in zip(weights, first, second, strict=True)
        ]
    return weights


def test_answers_and_losses_are_those_of_a_network_by_hand(numbers: Numbers) -> None:
    assert len(numbers.runs) == 5
    for number, run in enumerate(numbers.runs):
        initial = [value.astype(np.float64) for value in run.initial.values()]
        assert [value.shape for value in initial] == [(2, 3), (3,), (3, 1), (1,)]
        trained = _adam(numbers, initial)
        for weights, said, loss in (
            (initial, numbers.before, numbers.loss_before),
            (trained, numbers.after, numbers.loss_after),
        ):
            assert said[number] == pytest.approx(_ask(numbers, weights, STUDENT)[0], rel=2e-3)
            everyone = _ask(numbers, weights, numbers.features)
            assert loss[number] == pytest.approx(_cross_entropy(everyone, numbers.passed), rel=2e-3)


def test_truth(numbers: Numbers) -> None:
    assert numbers.truth == pytest.approx(1 / (1 + np.exp(7 - 0.9 * 4 - 0.25 * 5)), rel=1e-6)
    everyone = _sigmoid(numbers.features.astype(np.float64) @ [0.9, 0.25] - 7)
    assert numbers.truth_loss == pytest.approx(_cross_entropy(everyone, numbers.passed), rel=1e-5)


def test_training_brings_all_to_one_answer(numbers: Numbers) -> None:
    assert max(numbers.before) - min(numbers.before) > 0.4
    assert max(numbers.after) - min(numbers.after) < 0.02
    np.testing.assert_allclose(numbers.after, numbers.truth, atol=0.02)
    best = LogisticRegression(C=1e6).fit(numbers.features, numbers.passed)
    np.testing.assert_allclose(numbers.after, best.predict_proba(STUDENT)[0, 1], atol=0.03)
    for before, after in zip(numbers.loss_before, numbers.loss_after, strict=True):
        assert before > numbers.truth_loss > after > 0.25


def test_planes(numbers: Numbers) -> None:
    for plane, weights in zip(
        numbers.planes, (numbers.runs[0].initial, numbers.runs[0].parameters), strict=True
    ):
        points = np.array([[plane.across[7], plane.up[100]], [plane.across[90], plane.up[3]]])
        expected = _ask(numbers, list(weights.values()), points)
        np.testing.assert_allclose(plane.values[[100, 3], [7, 90]], expected, rtol=1e-4)


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = class_pass.tell(numbers)
    assert "  truth               0.104                  0.278" in words
    class_pass.draw(numbers, tmp_path / "class.svg")
    drawn = (tmp_path / "class.svg").read_text()
    assert f"Before training: {numbers.before[0]:.2f} for the student" in drawn
    assert f"After training: {numbers.after[0]:.2f} for the student" in drawn
