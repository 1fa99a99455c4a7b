"""The record of a run in its folder: appended to, cut back, made Parquet."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from pellucid.backends.base import Record
from pellucid.errors import FolderError
from pellucid.training.history import History


def record(first: int, count: int) -> Record:
    steps = {"loss": 1.0 / np.arange(first + 1, first + count + 1), "rate": np.full(count, 0.1)}
    return Record(first, steps, first // 10, {"train_loss": np.full(count // 10, np.nan)})


def test_what_is_read_back_is_what_was_written(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.append(record(0, 20))
    history.append(record(20, 10))
    resumed = History(tmp_path)
    resumed.cut_back(30, 3)
    assert resumed.steps.columns == history.steps.columns
    assert np.isnan(resumed.epochs.columns["train_loss"]).all()


def test_rows_after_the_checkpoint_and_torn_lines_are_dropped(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.append(record(0, 30))
    path = tmp_path / "steps.csv"
    path.write_text(path.read_text()[:-9])
    resumed = History(tmp_path)
    resumed.cut_back(20, 2)
    resumed.append(record(20, 10))
    whole = History(tmp_path / "nowhere")
    whole.steps.columns = {name: list(v) for name, v in record(0, 30).steps.items()}
    assert resumed.steps.columns == whole.steps.columns
    resumed.finish()
    assert not path.exists()
    with duckdb.connect() as connection:
        rows = connection.execute(f"from '{tmp_path / 'steps.parquet'}'").fetchall()
    assert [row[0] for row in rows] == list(range(1, 31))
    assert [row[1] for row in rows] == whole.steps.columns["loss"]


def test_a_log_that_is_too_short_is_named(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.append(record(0, 10))
    with pytest.raises(FolderError, match=r"steps\.csv has 10 rows, the checkpoint needs 20"):
        History(tmp_path).cut_back(20, 2)


def test_nothing_is_written_without_a_folder(tmp_path: Path) -> None:
    history = History()
    history.append(record(0, 10))
    history.finish()
    assert history.steps.rows == 10
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_a_quote_in_its_name_is_no_trap(tmp_path: Path) -> None:
    folder = tmp_path / "it's a 'run'"
    folder.mkdir()
    history = History(folder)
    history.append(record(0, 10))
    history.finish()
    assert sorted(path.name for path in folder.iterdir()) == ["epochs.parquet", "steps.parquet"]
