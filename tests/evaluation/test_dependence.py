"""Partial dependence, against a closed form and a loop by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from pellucid.evaluation.dependence import partial_dependence
from pellucid.evaluation.feature import Feature, Replaced

Array = np.ndarray[Any, Any]


def test_hours_are_all_in_the_grid() -> None:
    hours = np.repeat(np.arange(24.0), 10)

    def predict(rows: Array, replaced: Sequence[Replaced] = ()) -> Array:
        (one,) = replaced
        return np.asarray(one.values)

    (found,) = partial_dependence([Feature("hour", hours)], predict)
    assert found["grid"] == list(range(24))
    assert found["rows"] == [10] * 24


def test_a_sum_depends_on_each_column_alone() -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(300, 2))

    def predict(rows: Array, replaced: Sequence[Replaced] = ()) -> Array:
        a, b = x[rows].T
        (one,) = replaced
        a, b = (one.values, b) if one.column == "a" else (a, one.values)
        return np.asarray(a**2 + 3 * b)

    columns = [Feature("a", x[:, 0]), Feature("b", x[:, 1])]
    first, second = partial_dependence(columns, predict)
    grid = np.array(first["grid"])
    assert len(grid) == 20
    (curve,) = first["curves"]
    assert curve["class"] is None
    np.testing.assert_allclose(curve["mean"], grid**2 + 3 * x[:, 1].mean(), rtol=1e-12)
    # The single curves are grid^2 + 3 b: their quantiles are those of b.
    low, high = np.quantile(x[:, 1], [0.1, 0.9])
    np.testing.assert_allclose(curve["low"], grid**2 + 3 * low)
    np.testing.assert_allclose(curve["high"], grid**2 + 3 * high)
    slope = np.polyfit(second["grid"], second["curves"][0]["mean"], 1)[0]
    assert slope == pytest.approx(3.0)
    assert sum(first["rows"]) == 300
    assert grid[0] == pytest.approx(np.quantile(x[:, 0], 0.01))
    json.dumps([first, second], allow_nan=False)


def test_categories_and_classes() -> None:
    codes = np.array([0, 2, 2, -1, 0, 2] * 20, np.int32)
    job = Feature("job", codes, ("cook", "smith", "mason"))
    asked: list[Array] = []

    def predict(rows: Array, replaced: Sequence[Replaced] = ()) -> Array:
        (one,) = replaced
        assert (one.column, one.start, len(one.values)) == ("job", 0, len(rows))
        asked.append(one.values)
        yes = np.where(one.values == 2, 0.9, 0.2)
        return np.stack([1 - yes, yes], 1)

    (found,) = partial_dependence([job], predict, classes=["no", "yes"])
    assert found["grid"] == ["cook", "mason"]
    assert found["rows"] == [40, 60]
    (curve,) = found["curves"]
    assert curve["class"] == "yes"
    assert curve["mean"] == pytest.approx([0.2, 0.9])
    assert asked[0].dtype == np.int32


def test_of_many_classes_the_most_probable_have_curves() -> None:
    shares = np.array([0.05, 0.3, 0.02, 0.2, 0.03, 0.25, 0.15])

    def predict(rows: Array, replaced: Sequence[Replaced] = ()) -> Array:
        return np.tile(shares, (len(rows), 1))

    column = Feature("a", np.array([1.0, 2.0, 2.0, np.nan]))
    (found,) = partial_dependence([column], predict, classes=[f"class {k}" for k in range(7)])
    assert [curve["class"] for curve in found["curves"]] == [
        f"class {code}" for code in (0, 1, 3, 5, 6)
    ]
    assert found["grid"] == [1.0, 2.0]
    assert found["rows"] == [1, 2]


def test_a_column_without_a_value_is_left_out_and_rows_are_sampled() -> None:
    rows_asked: list[int] = []

    def predict(rows: Array, replaced: Sequence[Replaced] = ()) -> Array:
        rows_asked.append(len(rows))
        return np.zeros(len(rows))

    empty = Feature("empty", np.full(5000, np.nan))
    full = Feature("full", np.arange(5000.0))
    found = partial_dependence([empty, full], predict, rows=100)
    assert [entry["column"] for entry in found] == ["full"]
    assert rows_asked == [2000]
