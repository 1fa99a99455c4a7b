"""Drift between parts: found where it matters, and seldom where it is not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from pellucid.errors import DataError
from pellucid.evaluation.drift import LEVEL, column_drift
from pellucid.evaluation.feature import Feature

Array = np.ndarray[Any, Any]


def number(values: Any, name: str = "x") -> Feature:
    return Feature(name, np.asarray(values, np.float64))


def category(values: Array, name: str = "k", size: int = 50) -> Feature:
    return Feature(name, values.astype(np.int32), tuple(map(str, range(size))))


def test_numbers_against_scipy() -> None:
    draw = np.random.default_rng(0)
    before, after = draw.normal(size=300), draw.normal(0.3, 1.2, size=140)
    (found,) = column_drift([number(before)], [number(after)])
    wanted = ks_2samp(before, after, method="asymp")
    assert found["measure"] == "kolmogorov_smirnov"
    assert found["statistic"] == pytest.approx(wanted.statistic)
    # Of two comparisons, values and missing, the smaller p-value counts double.
    assert found["p"] == pytest.approx(2 * wanted.pvalue)


def test_categories_against_scipy() -> None:
    draw = np.random.default_rng(1)
    before, after = draw.integers(0, 4, 400), draw.binomial(3, 0.5, 200)
    (found,) = column_drift([category(before)], [category(after)])
    counts = np.stack([np.bincount(part, minlength=4) for part in (before, after)])
    shares = counts / counts.sum(1, keepdims=True)
    assert found["measure"] == "total_variation"
    assert found["statistic"] == pytest.approx(np.abs(shares[0] - shares[1]).sum() / 2)
    assert found["p"] == pytest.approx(2 * chi2_contingency(counts, correction=False).pvalue)
    assert found["shifted"]


def test_planted_shifts_come_first() -> None:
    draw = np.random.default_rng(2)
    train = [number(draw.normal(size=500), f"x{place}") for place in range(6)]
    test = [number(draw.normal(size=200), f"x{place}") for place in range(6)]
    test[4] = number(test[4].values + 1.0, "x4")
    holes = test[2].values.copy()
    holes[:60] = np.nan
    test[2] = number(holes, "x2")
    found = column_drift(train, test)
    assert [(entry["column"], entry["measure"]) for entry in found if entry["shifted"]] == [
        ("x2", "missing_share"),
        ("x4", "kolmogorov_smirnov"),
    ]
    assert found[0]["statistic"] == pytest.approx(0.3)
    json.dumps(found, allow_nan=False)


def test_random_splits_are_quiet() -> None:
    """Tables of twenty columns of four kinds, of random sizes, cut at random."""
    alarms, tables = 0, 100
    for trial in range(tables):
        draw = np.random.default_rng(trial)
        sizes = int(draw.integers(20, 600)), int(draw.integers(10, 300))
        parts: list[list[Feature]] = []
        for rows in sizes:
            part = []
            for place in range(5):
                holes = np.round(draw.exponential(size=rows), 1)
                holes[draw.random(rows) < 0.1] = np.nan
                part += [
                    number(draw.normal(size=rows), f"normal {place}"),
                    number(holes, f"holes {place}"),
                    number(draw.standard_cauchy(rows), f"cauchy {place}"),
                    category(draw.zipf(2, rows).clip(max=50) - 1, f"zipf {place}"),
                ]
            parts.append(part)
        alarms += any(entry["shifted"] for entry in column_drift(*parts))
    # One table of a hundred is what the level allows.
    assert LEVEL == 0.01
    assert alarms <= 5, alarms


def test_of_many_rows_only_what_matters_is_called_a_shift() -> None:
    draw = np.random.default_rng(3)
    train = [number(draw.normal(size=100_000), f"x{place}") for place in range(100)]
    faint = [number(part.values + 0.05, part.name) for part in train]
    assert not any(entry["shifted"] for entry in column_drift(train, faint))
    plain = [number(part.values + 0.4, part.name) for part in train[:3]] + train[3:]
    found = column_drift(train, plain)
    assert {entry["column"] for entry in found if entry["shifted"]} == {"x0", "x1", "x2"}


def test_edges() -> None:
    empty, some = number([np.nan, np.nan]), number([1.0, 2.0])
    assert not column_drift([empty], [empty])[0]["shifted"]
    assert not column_drift([some], [number([])])[0]["shifted"]
    assert not column_drift([empty], [some])[0]["shifted"]
    assert column_drift([], []) == []
    constant = number(np.ones(100))
    assert column_drift([constant], [constant])[0]["statistic"] == 0.0
    rare = category(np.arange(40))
    assert not column_drift([rare], [category(np.arange(10, 50))])[0]["shifted"]


def test_other_columns_are_refused() -> None:
    with pytest.raises(DataError, match=r"column 'x' of the training rows .* column 'y'"):
        column_drift([number([1.0])], [number([1.0], "y")])
