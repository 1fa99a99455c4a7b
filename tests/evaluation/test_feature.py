"""Columns as the evaluation sees them."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from pellucid.errors import DataError
from pellucid.evaluation import discoveries, feature
from pellucid.evaluation.feature import Feature, sample_rows


@pytest.mark.parametrize("module", [discoveries, feature])
def test_examples(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted
    assert not result.failed


def test_numbers_are_said_as_they_were_written() -> None:
    age = Feature("age", np.array([30.0, np.nan, 0.1, 1e9]))
    assert [age.text(row) for row in range(4)] == ["30", "", "0.1", "1000000000"]
    assert age.kind == "number"
    assert age.missing.tolist() == [False, True, False, False]
    assert age.take(np.array([2, 0])).values.tolist() == [0.1, 30.0]


@pytest.mark.parametrize(
    ("values", "labels", "message"),
    [
        (np.array([1, 2]), None, "column 'a' needs numbers as float64 .* got int64"),
        (np.zeros((2, 2)), None, "column 'a' needs numbers .* got float64"),
        (np.array([0.0]), ("x",), "column 'a' needs codes as int32"),
        (np.array([0, 2], np.int32), ("x", "y"), "column 'a' has 2 labels, but codes from 0 to 2"),
        (np.array([-2], np.int32), ("x",), "column 'a' has 1 labels, but codes from -2"),
    ],
)
def test_values_of_another_kind_are_refused(
    values: np.ndarray, labels: tuple[str, ...] | None, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        Feature("a", values, labels)


def test_samples_are_drawn_without_replacement_and_repeat() -> None:
    rows = sample_rows(1000, 100, seed=3)
    assert len(np.unique(rows)) == 100
    assert (np.diff(rows) > 0).all()
    assert rows.tolist() == sample_rows(1000, 100, seed=3).tolist()
    assert rows.tolist() != sample_rows(1000, 100, seed=4).tolist()
