"""Permutation importance, against its closed form and scikit-learn."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression

from pellucid.evaluation import importance as module
from pellucid.evaluation.feature import Feature, Replaced
from pellucid.evaluation.importance import column_importance

Array = np.ndarray[Any, Any]


def predictor(x: Array, read: Callable[[Array], Array], calls: list[int] | None = None) -> Any:
    """Return a `Predict` over the columns a, b, c, .. of a matrix."""

    def predict(rows: Array, replaced: Sequence[Replaced] = ()) -> Array:
        given = x[rows].copy()
        for one in replaced:
            stop = one.start + len(one.values)
            given[one.start : stop, "abcdefgh".index(one.column)] = one.values
        if calls is not None:
            calls.append(len(rows))
        return read(given)

    return predict


def features(x: Array) -> list[Feature]:
    return [Feature("abcdefgh"[place], x[:, place]) for place in range(x.shape[1])]


def test_a_linear_model_errs_by_twice_the_variance_that_a_column_brings() -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(4000, 3))
    weights = np.array([2.0, 0.5, 0.0])
    truth = x @ weights + draw.normal(size=4000)
    found = column_importance(features(x), truth, predictor(x, lambda rows: rows @ weights))
    assert [column["column"] for column in found["columns"]] == ["a", "b", "c"]
    # To the noise of variance 1 comes the mean of (w (x' - x))^2 over independent x' and x.
    for column, weight in zip(found["columns"], weights, strict=True):
        wanted = (1 + 2 * weight**2) ** 0.5 - 1
        assert column["low"] <= wanted <= column["high"], column
        assert column["value"] == pytest.approx(wanted, rel=0.1, abs=1e-12)
    assert found["columns"][2] == {"column": "c", "value": 0.0, "low": 0.0, "high": 0.0}
    assert (found["metric"], found["rows"]) == ("rmse", 4000)
    json.dumps(found, allow_nan=False)


def test_classes_against_scikit_learn() -> None:
    draw = np.random.default_rng(1)
    x = draw.normal(size=(800, 3))
    y = (x[:, 0] + 0.5 * x[:, 1] + draw.logistic(size=800) > 0).astype(int)
    model = LogisticRegression().fit(x, y)
    found = column_importance(features(x), y, predictor(x, model.predict_proba))
    theirs = permutation_importance(
        model, x, y, scoring="neg_log_loss", n_repeats=20, random_state=0
    )
    ours = {column["column"]: column for column in found["columns"]}
    for name, value in zip("abc", theirs.importances_mean, strict=True):
        assert ours[name]["low"] <= value <= ours[name]["high"]
        assert ours[name]["value"] == pytest.approx(value, rel=0.15, abs=2e-3)
    assert found["metric"] == "log_loss"


def test_intervals_hold_the_truth() -> None:
    """The importance on all rows there are, told from 60 of them."""
    held = 0
    for trial in range(60):
        draw = np.random.default_rng(trial)
        x = draw.normal(size=(60, 2))
        truth = x[:, 0] + draw.normal(size=60)
        predict = predictor(x, lambda rows: rows[:, 0])
        column = column_importance(features(x), truth, predict, seed=trial)["columns"][0]
        held += column["low"] <= 3.0**0.5 - 1.0 <= column["high"]
    assert 51 <= held <= 60, held


def test_the_cost_stays_within_the_budget() -> None:
    x = np.random.default_rng(2).normal(size=(30_000, 4))
    calls: list[int] = []
    predict = predictor(x, lambda rows: rows.sum(1), calls)
    found = column_importance(features(x), x.sum(1), predict, budget=40_000)
    assert found["rows"] == 2000
    assert found["permutations"] == 5
    assert sum(calls) <= 40_000 + 2000
    assert max(calls) <= 1 << 16


@pytest.mark.parametrize(("name", "value"), [("ROWS_A_CALL", 1), ("NUMBERS_A_CALL", 3 * 7 * 50)])
def test_how_trials_are_put_together_changes_nothing(
    name: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = np.random.default_rng(6).normal(size=(50, 3))
    calls: list[int] = []
    predict = predictor(x, lambda rows: rows @ np.array([1.0, 2.0, -0.5]), calls)
    together = column_importance(features(x), np.sin(x).sum(1), predict)
    assert calls == [50, 3 * 20 * 50]
    calls.clear()
    monkeypatch.setattr(module, name, value)
    assert column_importance(features(x), np.sin(x).sum(1), predict) == together
    # One trial a call, or seven: several columns in one call, and some of a column's in the next.
    wanted = [1] * 60 if name == "ROWS_A_CALL" else [7] * 8 + [4]
    assert calls == [50, *(50 * trials for trials in wanted)]


def test_categories_keep_their_codes_and_the_same_seed_gives_the_same() -> None:
    codes = np.array([0, 1, -1, 1, 0, 1] * 10, np.int32)
    seen: list[Array] = []

    def predict(rows: Array, replaced: Sequence[Replaced] = ()) -> Array:
        given = codes[rows]
        for one in replaced:
            assert one.column == "job"
            seen.append(one.values)
            given[one.start : one.start + len(one.values)] = one.values
        return given.astype(float)

    job = [Feature("job", codes, ("cook", "smith"))]
    once = column_importance(job, codes.astype(float), predict, seed=5)
    assert once == column_importance(job, codes.astype(float), predict, seed=5)
    assert all(values.dtype == np.int32 for values in seen)
    counts = np.bincount(seen[0] + 1)
    assert counts.tolist() == np.bincount(codes + 1).tolist()
    assert once["columns"][0]["value"] > 0


def test_one_row_has_no_interval() -> None:
    x = np.ones((1, 1))
    found = column_importance(features(x), np.ones(1), predictor(x, lambda rows: rows[:, 0]))
    assert found["columns"] == [{"column": "a", "value": 0.0, "low": None, "high": None}]


def test_of_too_many_columns_those_are_tried_that_go_with_the_predictions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "FEWEST_COLUMNS", 2)
    draw = np.random.default_rng(3)
    x = draw.normal(size=(300, 8))
    group = draw.integers(0, 4, 300).astype(np.int32)
    truth = 2.0 * x[:, 5] + np.array([3.0, -1.0, 0.0, 1.0])[group]
    columns = features(x)
    columns[2] = Feature("c", group, ("p", "q", "r", "s"))
    x[:, 2] = group
    calls: list[int] = []

    def read(rows: Array) -> Array:
        return 2.0 * rows[:, 5] + np.array([3.0, -1.0, 0.0, 1.0])[rows[:, 2].astype(int)]

    # 5 permutations of 200 rows are 1000 predictions a column.
    found = column_importance(columns, truth, predictor(x, read, calls), budget=2000)
    assert {column["column"] for column in found["columns"]} == {"c", "f"}
    assert found["of"] == 8
    assert sum(calls) < 3000
    costly = column_importance(columns, truth, predictor(x, read), cost=10**12)
    assert len(costly["columns"]) == 2
    whole = column_importance(columns, truth, predictor(x, read))
    assert len(whole["columns"]) == whole["of"] == 8
