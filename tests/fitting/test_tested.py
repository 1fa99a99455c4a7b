"""The file of test rows, which ends where there are very many."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import pellucid
from pellucid.fitting import tested


def test_of_many_test_rows_the_first_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(0)
    columns = {"x": draw.normal(size=100), "y": draw.normal(size=100)}
    written = []
    for most in (1000, 7):
        monkeypatch.setattr(tested, "MOST_ROWS", most)
        folder = tmp_path / str(most)
        pellucid.fit(columns, "y", out=folder, epochs=1, hidden=(3,), baselines=(), report=False)
        text = (folder / "test_predictions.csv").read_text(encoding="utf-8")
        written.append(list(csv.DictReader(text.splitlines())))
    whole, some = written
    assert len(whole) == 20
    assert some == whole[:7]
    assert all(float(line["y"]) == columns["y"][int(line["row"]) - 1] for line in whole)
