"""Metrics by name, of one target and of several; the metrics themselves have tests of their own."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.data.scaling import Scaling
from pellucid.data.storage import Storage
from pellucid.data.target import CLASSIFICATION, REGRESSION, Target
from pellucid.data.targets import Targets
from pellucid.errors import NonFiniteError
from pellucid.evaluation.metrics import score
from pellucid.fitting.scores import by_target, scores_by_name


def number(name: str) -> Target:
    return Target(name, REGRESSION, Storage.NUMBER, (), Scaling(0.0, 1.0))


LABEL = Target("label", CLASSIFICATION, Storage.WORDS, ("a", "b"), None)
PAIR = Targets((number("Y1"), number("a.b")))
DRAW = np.random.default_rng(5)
TRUTH, READ = DRAW.normal(size=(30, 2)), DRAW.normal(size=(30, 2))


def test_one_target_keeps_the_names_of_its_metrics() -> None:
    ((target, truth, read),) = by_target(LABEL, np.array([0, 1, 1]), np.eye(2)[[0, 1, 0]])
    assert target is LABEL
    assert truth.tolist() == [0, 1, 1]
    found = scores_by_name(LABEL, truth, read)
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert not [name for name in found if "." in name]


def test_several_targets_are_named_in_their_metrics() -> None:
    found = scores_by_name(PAIR, TRUTH, READ)
    for position, name in enumerate(("Y1", "a.b")):
        error = READ[:, position] - TRUTH[:, position]
        assert found[f"rmse.{name}"] == pytest.approx(np.sqrt(np.mean(error**2)), rel=1e-12)
        assert found[f"mae.{name}"] == pytest.approx(np.mean(np.abs(error)), rel=1e-12)
    alone = score(REGRESSION, "Y1", TRUTH[:, 0].copy(), READ[:, 0].copy())
    assert found.keys() == {f"{metric}.{name}" for metric in alone for name in ("Y1", "a.b")}


def test_each_target_has_columns_of_its_own() -> None:
    for position, (target, truth, read) in enumerate(by_target(PAIR, TRUTH, READ)):
        assert target is PAIR.each[position]
        np.testing.assert_array_equal(truth, TRUTH[:, position])
        np.testing.assert_array_equal(read, READ[:, position])
        assert truth.flags.c_contiguous


def test_a_prediction_that_is_not_finite_is_named_with_its_target() -> None:
    read = READ.copy()
    read[4, 1] = np.inf
    with pytest.raises(NonFiniteError, match=r"'a\.b' for row 5 is not a finite"):
        scores_by_name(PAIR, TRUTH, read)


def test_a_row_too_many_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        by_target(PAIR, TRUTH[:, :1], READ)
