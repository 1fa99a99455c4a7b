"""The worst rows."""

from __future__ import annotations

import json

import numpy as np

from pellucid.evaluation.feature import Feature
from pellucid.evaluation.worst import worst_rows

COLUMNS = [
    Feature("age", np.array([30.0, np.nan, 25.5])),
    Feature("job", np.array([0, 1, -1], np.int32), ("cook", "smith")),
]


def test_classes() -> None:
    read = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])
    truth, numbers = np.array([1, 1, 0]), np.array([7, 9, 12])
    found = worst_rows(COLUMNS, truth, read, numbers, classes=["no", "yes"], count=2)
    assert found["columns"] == ["age", "job"]
    assert [(row["row"], row["truth"], row["prediction"]) for row in found["rows"]] == [
        (7, "yes", "no"),
        (12, "no", "no"),
    ]
    assert found["rows"][0]["probability"] == 0.9
    assert abs(found["rows"][0]["loss"] - np.log(10)) < 1e-12
    assert [row["values"] for row in found["rows"]] == [["30", "cook"], ["25.5", ""]]
    json.dumps(found, allow_nan=False)


def test_numbers_and_ties() -> None:
    truth, read = np.array([1.0, 5.0, 2.0]), np.array([2.0, 3.0, 1.0])
    found = worst_rows(COLUMNS, truth, read, np.arange(3))
    assert [row["row"] for row in found["rows"]] == [1, 0, 2]
    assert found["rows"][0] == {
        "row": 1,
        "truth": 5.0,
        "prediction": 3.0,
        "probability": None,
        "loss": 4.0,
        "values": ["", "smith"],
    }


def test_no_row() -> None:
    assert worst_rows([], np.zeros(0), np.zeros(0), np.zeros(0))["rows"] == []
