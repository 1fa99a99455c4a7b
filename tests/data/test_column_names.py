"""Columns without names: what they are called, and when they are left out."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import pellucid
from pellucid.data.column_names import ColumnNames
from pellucid.data.csv_file import read_csv
from pellucid.data.kinds import Kind
from pellucid.data.prepared import prepare
from pellucid.data.reading import Reading
from pellucid.data.sources import load_table
from pellucid.data.storage import Storage
from pellucid.data.table import Table
from pellucid.data.understanding import understand
from pellucid.language import say

FRAME = pd.DataFrame({"a": np.arange(12) % 5 / 2, "b": list("xyzxyxzyxzyx")})


def read(folder: Path, content: str, small: int = 1 << 20, **options: Any) -> Table:
    path = folder / "t.csv"
    path.write_text(content, "utf-8")
    return read_csv(path, "t.csv", Reading(**options), small=small)


def notes(table: Table) -> tuple[str, ...]:
    for note in table.notes:
        assert say(note, "zh")
    return tuple(map(str, table.notes))


@pytest.mark.parametrize("small", [1 << 20, 20])
def test_the_index_of_a_frame_numbers_the_rows(tmp_path: Path, small: int) -> None:
    table = read(tmp_path, FRAME.to_csv(), small)
    assert table.names == ("column_1", "a", "b")
    assert table.understood["header"] is True
    assert notes(table) == ("t.csv: a column has no name: it is called 'column_1'",)
    found = understand(table, ["b"])["column_1"]
    assert found.kind is Kind.IDENTIFIER
    assert found.reason is not None
    assert found.reason.key == "data.column_counter"


def test_the_index_of_a_shuffled_frame_numbers_rows_too(tmp_path: Path) -> None:
    shuffled = FRAME.iloc[[3, 1, 11, 0, 2, 7, 5, 4, 10, 8]]
    found = understand(read(tmp_path, shuffled.to_csv()), ["b"])["column_1"]
    assert found.kind is Kind.IDENTIFIER
    assert "without a name, and with a whole number of its own" in str(found.reason)
    again = pd.read_csv(io.StringIO(shuffled.to_csv()))
    table, _ = load_table(again)
    assert understand(table, ["b"])["Unnamed: 0"].kind is Kind.IDENTIFIER
    # A quantity that differs in every row is one if it has a name, or if no column has one.
    named = read(tmp_path, shuffled.to_csv(index_label="size"))
    assert understand(named, ["b"])["size"].kind is Kind.NUMBER
    bare = read(tmp_path, shuffled.to_csv(header=False))
    assert bare.names == ("column_1", "column_2", "column_3")
    assert understand(bare, ["column_3"])["column_1"].kind is Kind.NUMBER


def test_an_index_tells_a_header_of_words_from_rows_of_words(tmp_path: Path) -> None:
    table = read(tmp_path, ",job,team\n0,cook,red\n1,smith,blue\n")
    assert table.names == ("column_1", "job", "team")
    assert len(table) == 2
    rows = read(tmp_path, ",job,team\n7,cook,red\n5,smith,blue\n")
    assert rows.understood["header"] is False


@pytest.mark.parametrize("small", [1 << 20, 20])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_separators_at_the_end_of_lines(tmp_path: Path, small: int, line_end: str) -> None:
    lines = ["a;b;;", "1,5;x;;", "2;y; ;"]
    table = read(tmp_path, line_end.join([*lines, ""]), small)
    assert table.names == ("a", "b")
    assert table["a"].values.tolist() == [1.5, 2.0]
    assert notes(table)[-1] == (
        "t.csv: the last 2 columns have neither names nor values, and are left out"
    )
    assert load_table(tmp_path / "t.csv", -1)[1] == "b"


def test_separators_at_the_end_of_words(tmp_path: Path) -> None:
    table = read(tmp_path, "job,team,\ncook,red,\nsmith,blue,\n")
    assert table.names == ("job", "team")
    (note,) = notes(read(tmp_path, "job,n,\ncook,1,\nsmith,2,\n"))
    assert note == "t.csv: the last column has neither a name nor a value, and is left out"


def test_values_behind_the_last_name_are_kept(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b,\n1,2,\n3,4,z\n")
    assert table.names == ("a", "b", "column_3")
    assert table["column_3"].texts().tolist() == [None, "z"]
    assert notes(table) == ("t.csv: a column has no name: it is called 'column_3'",)


def test_an_empty_column_in_the_middle_stays_a_column(tmp_path: Path) -> None:
    table = read(tmp_path, "a,,b\n1,,2\n3,,4\n")
    assert table.names == ("a", "column_2", "b")
    assert understand(table)["column_2"].kind is Kind.CONSTANT


def test_columns_that_were_spoken_of_stay(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b,\n1,2,\n", header=True, storages={"column_3": "number"})
    assert table.names == ("a", "b", "column_3")
    assert table["column_3"].missing().all()
    assert notes(table) == ("t.csv: a column has no name: it is called 'column_3'",)


def test_nothing_but_empty_columns(tmp_path: Path) -> None:
    assert read(tmp_path, ",\n,\n,\n", header=False).names == ("column_1",)


def test_names_that_are_taken() -> None:
    names = ColumnNames.of(["column_2", "", "column_2_", ""])
    assert names.names == ("column_2", "column_2__", "column_2_", "column_4")
    assert names.given == {1, 3}


def _pandas(frame: pd.DataFrame, _: Path) -> Any:
    return frame.rename(columns={"column": None})


def _polars(frame: pd.DataFrame, _: Path) -> Any:
    return pl.DataFrame({**frame.rename(columns={"column": ""}).to_dict("list")})


def _mapping(frame: pd.DataFrame, _: Path) -> Any:
    return frame.rename(columns={"column": ""}).to_dict("list")


def _json(frame: pd.DataFrame, folder: Path) -> Any:
    frame.rename(columns={"column": ""}).to_json(folder / "t.json", orient="records", lines=True)
    return folder / "t.json"


def _parquet(frame: pd.DataFrame, folder: Path) -> Any:
    pq.write_table(pa.table(frame.rename(columns={"column": ""})), folder / "t.parquet")
    return folder / "t.parquet"


def _arrow(frame: pd.DataFrame, folder: Path) -> Any:
    pyarrow.feather.write_feather(
        pa.table(frame.rename(columns={"column": ""})), str(folder / "t.arrow")
    )
    return folder / "t.arrow"


def _sqlite(frame: pd.DataFrame, folder: Path) -> Any:
    with closing(sqlite3.connect(folder / "t.db")) as connection:
        connection.execute('CREATE TABLE t ("" INTEGER, a REAL, b TEXT)')
        rows = frame.itertuples(index=False)
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", [tuple(row) for row in rows])
        connection.commit()
    return folder / "t.db"


@pytest.mark.parametrize("source", [_pandas, _polars, _mapping, _json, _parquet, _arrow, _sqlite])
def test_every_source(tmp_path: Path, source: Callable[[pd.DataFrame, Path], Any]) -> None:
    frame = pd.DataFrame({"column": range(12), "a": FRAME["a"], "b": FRAME["b"]})
    table, _ = load_table(source(frame, tmp_path))
    assert table.names == ("column_1", "a", "b")
    assert table["column_1"].storage is Storage.NUMBER
    assert table["column_1"].nameless
    assert understand(table, ["b"])["column_1"].kind is Kind.IDENTIFIER
    assert any("a column has no name: it is called 'column_1'" in note for note in notes(table))


def test_two_labels_that_are_no_names() -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=[None, "a", float("nan")])
    table, _ = load_table(frame)
    assert table.names == ("column_1", "a", "column_3")
    assert table["column_3"].values.tolist() == [3.0]


def test_rows_to_predict_may_lack_an_index_or_have_one(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    frame = pd.DataFrame({"x": random.normal(size=60).round(3)})
    frame["y"] = 2 * frame["x"] + 1
    path = tmp_path / "t.csv"
    frame.to_csv(path)
    run = pellucid.fit(str(path), "y", epochs=2, baselines=(), learning_curve=False)
    expected = run.predict(str(path))
    assert run.predict(frame).tolist() == expected.tolist()
    (tmp_path / "ends.csv").write_text(
        "x,\n" + "".join(f"{x},\n" for x in frame["x"]), encoding="utf-8"
    )
    assert run.predict(str(tmp_path / "ends.csv")).tolist() == expected.tolist()


def test_a_column_without_a_name_that_says_something_is_used(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b,\n" + "1,2,3\n4,5,\n6,7,9\n8,1,2\n" * 5, "utf-8")
    prepared = prepare(str(path), "b", preparing=None)
    assert prepared.encoding.sources == ("a", "column_3", "column_3")
    one = tmp_path / "one.csv"
    one.write_text("a,b,\n1,2,\n", "utf-8")
    reading = Reading(storages=prepared.encoding.storages)
    table, _ = load_table(one, reading=reading)
    assert prepared.encoding.transform(table)[0, 2] == 1.0
