"""Networks side by side: what their output is read as, and by what the best epoch is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.backends import evaluate
from pellucid.fitting.configuration import Configuration
from pellucid.fitting.objective import Objective
from pellucid.fitting.preparation import prepare_fit
from pellucid.graph.node import constant_node

SEED = 23
MEMBERS, ROWS = 4, 50
KINDS = [
    ("iris", "softmax_cross_entropy"),
    ("iris", "hinge"),
    ("breast-cancer", "binary_cross_entropy"),
    ("diabetes", "squared_error"),
    ("diabetes", "quantile"),
    ("diabetes", "gaussian_nll"),
    ("diabetes", "poisson"),
]
WITHOUT_REPORT: dict[str, Any] = {"report": False, "baselines": (), "learning_curve": False}


def objective_of(data: str, loss: str, members: int = MEMBERS) -> Objective:
    options = Configuration(data=data, loss=loss, ensemble=members, hidden=())
    return prepare_fit(data, None, options).objective


def draw(objective: Objective) -> Any:
    shape = (ROWS, MEMBERS, objective.outputs)
    return np.random.default_rng(SEED).normal(size=shape, scale=2.0)


@pytest.mark.parametrize(("data", "loss"), KINDS)
def test_the_pooled_output_predicts_the_mean_of_the_predictions(data: str, loss: str) -> None:
    objective = objective_of(data, loss)
    output = constant_node(draw(objective))
    pooled = objective.pooled(output)
    assert pooled.shape == (ROWS, objective.outputs)
    got, mean = evaluate([objective.read_one(pooled), objective.read(output)], {})
    each = [evaluate(objective.read_one(output[:, m]), {}) for m in range(MEMBERS)]
    np.testing.assert_allclose(got, np.mean(each, 0), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(got, mean, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("data", "loss"), KINDS)
def test_equal_members_pooled_have_the_loss_of_one(data: str, loss: str) -> None:
    objective, alone = objective_of(data, loss), objective_of(data, loss, 1)
    one = draw(objective)[:, :1]
    output = constant_node(np.repeat(one, MEMBERS, 1))
    codes = np.random.default_rng(SEED).integers(0, 2, ROWS)
    encoded = objective.encode(codes)
    target = constant_node(encoded if encoded.dtype == np.int32 else encoded.astype(np.float64))
    outputs = objective.pooled(output), output[:, 0]
    pooled, own = evaluate([alone.loss().per_row(x, target) for x in outputs], {})
    np.testing.assert_allclose(pooled, own, rtol=1e-10, atol=1e-12)


def test_the_pooled_variance_is_that_of_the_mixture() -> None:
    objective = objective_of("diabetes", "gaussian_nll")
    output = draw(objective)
    pooled = evaluate(objective.pooled(constant_node(output)), {})
    random = np.random.default_rng(SEED)
    for row in range(5):
        means, deviations = output[row, :, 0], np.exp(output[row, :, 1] / 2)
        drawn = random.normal(means, deviations, size=(200_000, MEMBERS))
        assert np.exp(pooled[row, 1]) == pytest.approx(drawn.var(), rel=0.05)


@pytest.mark.parametrize("data", ["breast-cancer", "iris", "diabetes"])
def test_the_best_epoch_is_that_of_the_averaged_prediction(data: str) -> None:
    run = pellucid.fit(
        data,
        ensemble=3,
        hidden=(24,),
        label_smoothing=0.0,
        epochs=25,
        batch_size=16,
        seed=SEED,
        **WITHOUT_REPORT,
    )
    assert run.result["monitor"] == "validation_ensemble_loss"
    epochs = {name: np.asarray(values) for name, values in run.history["epochs"].items()}
    together = epochs["validation_ensemble_loss"]
    assert run.result["best_epoch"] == 1 + int(np.argmin(together))
    # For a convex loss the mean prediction is at least as good as the members are on average.
    assert (together <= epochs["validation_loss"] * (1 + 1e-6)).all()
    metrics = run.metrics["validation"]
    if data == "diabetes":
        squares = epochs["validation_rmse"] ** 2
        assert metrics["rmse"] == pytest.approx(np.sqrt(squares.min()), rel=1e-4)
        np.testing.assert_allclose(squares / together, squares[0] / together[0], rtol=1e-4)
    else:
        assert metrics["log_loss"] == pytest.approx(together.min(), rel=1e-4)


def test_one_network_is_judged_by_its_loss_and_a_wish_is_heard() -> None:
    shared: dict[str, Any] = {"epochs": 2, "hidden": (4,), **WITHOUT_REPORT}
    assert pellucid.fit("iris", **shared).result["monitor"] == "validation_loss"
    run = pellucid.fit("iris", ensemble=2, monitor="validation_accuracy", **shared)
    assert run.result["monitor"] == "validation_accuracy"
