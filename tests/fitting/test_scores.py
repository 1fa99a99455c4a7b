"""Metrics by name, of one target and of several; the metrics themselves have tests of their own."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.data.any_target import AnyTarget
from pellucid.data.scaling import Scaling
from pellucid.data.storage import Storage
from pellucid.data.target import CLASSIFICATION, REGRESSION, Target
from pellucid.data.targets import Targets
from pellucid.errors import NonFiniteError
from pellucid.evaluation.metrics import score
from pellucid.fitting.objective import Objective, objective_for
from pellucid.fitting.scores import by_target, scores_by_name


def number(name: str) -> Target:
    return Target(name, REGRESSION, Storage.NUMBER, (), Scaling(0.0, 1.0))


def objective(target: AnyTarget, loss: str | None = None) -> Objective:
    return objective_for(target, loss, "none", np.zeros(0, int))


LABEL = Target("label", CLASSIFICATION, Storage.WORDS, ("a", "b"), None)
PAIR = Targets((number("Y1"), number("a.b")))
DRAW = np.random.default_rng(5)
TRUTH, READ = DRAW.normal(size=(30, 2)), DRAW.normal(size=(30, 2))


def test_one_target_keeps_the_names_of_its_metrics() -> None:
    label = objective(LABEL)
    ((target, aim, truth, read),) = by_target(label, np.array([0, 1, 1]), np.eye(2)[[0, 1, 0]])
    assert aim.main == "log_loss"
    assert target is LABEL
    assert truth.tolist() == [0, 1, 1]
    found = scores_by_name(label, truth, read)
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert not [name for name in found if "." in name]


def test_several_targets_are_named_in_their_metrics() -> None:
    found = scores_by_name(objective(PAIR), TRUTH, READ)
    for position, name in enumerate(("Y1", "a.b")):
        error = READ[:, position] - TRUTH[:, position]
        assert found[f"rmse.{name}"] == pytest.approx(np.sqrt(np.mean(error**2)), rel=1e-12)
        assert found[f"mae.{name}"] == pytest.approx(np.mean(np.abs(error)), rel=1e-12)
    alone = score(REGRESSION, "Y1", TRUTH[:, 0].copy(), READ[:, 0].copy())
    assert found.keys() == {f"{metric}.{name}" for metric in alone for name in ("Y1", "a.b")}


def test_each_target_has_columns_of_its_own() -> None:
    for position, (target, _, truth, read) in enumerate(by_target(objective(PAIR), TRUTH, READ)):
        assert target is PAIR.each[position]
        np.testing.assert_array_equal(truth, TRUTH[:, position])
        np.testing.assert_array_equal(read, READ[:, position])
        assert truth.flags.c_contiguous


def test_a_prediction_that_is_not_finite_is_named_with_its_target() -> None:
    read = READ.copy()
    read[4, 1] = np.inf
    with pytest.raises(NonFiniteError, match=r"'a\.b' for row 5 is not a finite"):
        scores_by_name(objective(PAIR), TRUTH, read)


def test_a_row_too_many_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        by_target(objective(PAIR), TRUTH[:, :1], READ)


def test_a_distribution_is_judged_with_its_deviations() -> None:
    found = scores_by_name(objective(PAIR, "gaussian_nll"), TRUTH, READ, np.ones_like(READ))
    for position, name in enumerate(("Y1", "a.b")):
        error = READ[:, position] - TRUTH[:, position]
        wanted = 0.5 * np.mean(error**2 + np.log(2 * np.pi))
        assert found[f"nll.{name}"] == pytest.approx(wanted, rel=1e-12)
        inside = np.mean(np.abs(error) <= 1.6448536269514722)
        assert found[f"interval_coverage.{name}"] == pytest.approx(inside)
