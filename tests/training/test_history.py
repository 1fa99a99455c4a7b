"""The record of a run in its folder: appended to, cut back, made Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pytest

import pellucid.training.history as history_module
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
    assert path.exists(), "until the verdict is written, the record can be read again"
    resumed.discard()
    assert not path.exists()
    with duckdb.connect() as connection:
        rows = connection.execute(f"from '{tmp_path / 'steps.parquet'}'").fetchall()
    assert [row[0] for row in rows] == list(range(1, 31))
    assert [row[1] for row in rows] == whole.steps.columns["loss"]


def test_rows_of_other_columns_are_not_appended(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.append(record(0, 10))
    resumed = History(tmp_path)
    resumed.cut_back(10, 1)
    other = Record(10, {"loss": np.ones(2), "penalty": np.ones(2), "rate": np.ones(2)}, 1, {})
    kept = (tmp_path / "steps.csv").read_bytes()
    text = r"steps\.csv has the columns loss, rate, this run records loss, penalty, rate: it cannot"
    with pytest.raises(FolderError, match=text):
        resumed.append(other)
    assert (tmp_path / "steps.csv").read_bytes() == kept


def test_a_log_that_is_too_short_is_named(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.append(record(0, 10))
    with pytest.raises(
        FolderError, match=r"steps\.csv has 10 rows, the checkpoint needs 20: .* --overwrite"
    ):
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
    history.discard()
    assert sorted(path.name for path in folder.iterdir()) == ["epochs.parquet", "steps.parquet"]


def test_the_record_is_read_again_from_parquet(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.append(record(0, 30))
    history.finish()
    history.discard()
    resumed = History(tmp_path)
    resumed.cut_back(20, 2)
    assert resumed.steps.columns == {n: v[:20].tolist() for n, v in record(0, 30).steps.items()}
    assert resumed.epochs.rows == 2


def test_a_start_from_the_beginning_drops_what_an_earlier_one_left(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.append(record(0, 30))
    (tmp_path / "epochs.csv").write_text("epoch,tr")
    again = History(tmp_path)
    again.cut_back(0, 0)
    again.append(record(0, 10))
    assert (tmp_path / "steps.csv").read_text().count("\n") == 11
    assert (tmp_path / "epochs.csv").read_text() == "epoch,train_loss\n1,nan\n"


@pytest.mark.parametrize(
    ("old", "new"), [("\n5,", "\n6,"), ("\n5,", "\nx,"), (",0.1\n", ",one\n"), (",0.1\n", "\n")]
)
def test_a_damaged_log_is_named(tmp_path: Path, old: str, new: str) -> None:
    History(tmp_path).append(record(0, 10))
    path = tmp_path / "steps.csv"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(FolderError, match=r"steps\.csv is damaged .*--overwrite begins anew"):
        History(tmp_path).cut_back(10, 1)


def test_a_log_that_is_no_text_is_named(tmp_path: Path) -> None:
    History(tmp_path).append(record(0, 10))
    path = tmp_path / "steps.csv"
    path.write_bytes(path.read_bytes().replace(b"0.1", b"\xff"))
    with pytest.raises(FolderError, match=r"steps\.csv is damaged .*--overwrite begins anew"):
        History(tmp_path).cut_back(10, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = History(tmp_path)
    log.append(record(0, 10))

    @contextmanager
    def full(path: Path) -> Iterator[Path]:
        yield Path("/dev/full")

    monkeypatch.setattr(history_module, "replacing", full)
    with pytest.raises(FolderError, match=r"s\.csv cannot be converted: .*space"):
        log.finish()
    (tmp_path / "steps.csv").unlink()
    (tmp_path / "steps.csv").symlink_to("/dev/full")
    with pytest.raises(FolderError, match=r"steps\.csv cannot be written: No space left"):
        log.append(record(10, 10))
