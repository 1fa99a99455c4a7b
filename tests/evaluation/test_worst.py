"""The worst rows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid.data.log_scale import LogScale
from pellucid.evaluation.aim import Aim
from pellucid.evaluation.feature import Feature
from pellucid.evaluation.worst import worst_rows

COLUMNS = [
    Feature("age", np.array([30.0, np.nan, 25.5])),
    Feature("job", np.array([0, 1, -1], np.int32), ("cook", "smith")),
]


def test_largest_losses_first() -> None:
    said: list[tuple[Any, Any, float | None]] = [
        ("yes", "no", 0.9),
        ("yes", "yes", 0.8),
        ("no", "no", 0.5),
    ]
    losses, numbers = np.array([2.5, 0.25, 0.75]), np.array([7, 9, 12])
    found = worst_rows(COLUMNS, Aim("classification"), losses, numbers, said.__getitem__, count=2)
    assert found["columns"] == ["age", "job"]
    assert [(row["row"], row["truth"], row["prediction"]) for row in found["rows"]] == [
        (7, "yes", "no"),
        (12, "no", "no"),
    ]
    assert found["rows"][0]["probability"] == 0.9
    assert found["rows"][0]["loss"] == 2.5
    assert [row["values"] for row in found["rows"]] == [["30", "cook"], ["25.5", ""]]
    json.dumps(found, allow_nan=False)


def test_numbers_and_ties() -> None:
    truth, read = np.array([1.0, 5.0, 2.0]), np.array([2.0, 3.0, 1.0])
    losses = (truth - read) ** 2
    found = worst_rows(
        COLUMNS, Aim("regression"), losses, np.arange(3), lambda row: (truth[row], read[row], None)
    )
    assert [row["row"] for row in found["rows"]] == [1, 0, 2]
    assert found["rows"][0] == {
        "row": 1,
        "truth": 5.0,
        "prediction": 3.0,
        "probability": None,
        "error": 2.0,
        "values": ["", "smith"],
    }


def test_errors_of_logarithms_say_so() -> None:
    truth, read = np.array([11.0, 3.0]), np.array([77.49, 3.0])
    aim = Aim("regression", log=LogScale("log1p"))
    found = worst_rows(
        *(COLUMNS, aim, aim.row_losses(truth, read), np.arange(2)),
        lambda row: (truth[row], read[row], None),
    )
    assert (found["measure"], found["scale"]) == ("rmsle", "log1p")
    assert np.exp(found["rows"][0]["error"]) == pytest.approx(78.49 / 12)


def test_no_row() -> None:
    aim, none = Aim("regression"), np.zeros(0)
    assert worst_rows([], aim, none, none, lambda row: ("", "", None))["rows"] == []
