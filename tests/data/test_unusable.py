"""Columns of types that cannot be used: left out, and refused only where they are asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from pellucid.data.kinds import Kind, Told
from pellucid.data.prepared import Preparing, prepare
from pellucid.data.sources import load_table
from pellucid.data.split_choice import parse_splitting
from pellucid.errors import DataError
from pellucid.language import say

ROWS = 20
COLUMNS: dict[str, list[Any]] = {
    "x": [row * 0.5 for row in range(ROWS)],
    "tags": [[1, 2]] * ROWS,
    "image": [b"\x00\xff"] * ROWS,
    "place": [{"lat": 1.5}] * ROWS,
    "y": ["a", "b"] * (ROWS // 2),
}
UNUSABLE = ("tags", "image", "place")


def _pandas(_: Path) -> Any:
    return pd.DataFrame(COLUMNS)


def _polars(_: Path) -> Any:
    return pl.DataFrame(COLUMNS)


def _mapping(_: Path) -> Any:
    return COLUMNS


def _parquet(folder: Path) -> Any:
    pq.write_table(pa.table(COLUMNS), folder / "t.parquet")
    return folder / "t.parquet"


def _arrow(folder: Path) -> Any:
    pyarrow.feather.write_feather(pa.table(COLUMNS), str(folder / "t.arrow"))
    return folder / "t.arrow"


def _json(folder: Path) -> Any:
    names = [name for name in COLUMNS if name != "image"]
    rows = zip(*(COLUMNS[name] for name in names), strict=True)
    lines = [json.dumps({**dict(zip(names, row, strict=True)), "image": [0]}) for row in rows]
    (folder / "t.json").write_text("\n".join(lines), "utf-8")
    return folder / "t.json"


def _duckdb(folder: Path) -> Any:
    with duckdb.connect(str(folder / "t.duckdb")) as connection:
        connection.register("columns", pa.table(COLUMNS))
        connection.execute("CREATE TABLE t AS FROM columns")
    return folder / "t.duckdb"


@pytest.mark.parametrize("source", [_pandas, _polars, _mapping, _parquet, _arrow, _json, _duckdb])
def test_they_are_left_out_and_it_is_said(tmp_path: Path, source: Any) -> None:
    data = source(tmp_path)
    prepared = prepare(data, "y")
    assert prepared.encoding.sources == ("x",)
    assert [entry["role"] for entry in prepared.schema if entry["name"] in UNUSABLE] == [
        "left out"
    ] * 3
    assert {prepared.understood[name].kind for name in UNUSABLE} == {Kind.TEXT}
    (note,) = (note for note in prepared.notes if note.key == "data.column_unusable")
    assert all(repr(name) in str(note) for name in UNUSABLE)
    assert str(note).endswith(
        "are left out: the values are neither numbers, text, dates nor booleans"
    )
    assert say(note, "zh")
    dropped = prepare(data, "y", preparing=Preparing(drop=UNUSABLE))
    assert not any(note.key == "data.column_unusable" for note in dropped.notes)
    np.testing.assert_array_equal(dropped.features["train"], prepared.features["train"])


@pytest.mark.parametrize("source", [_pandas, _parquet, _json])
def test_they_are_refused_where_they_are_asked_for(tmp_path: Path, source: Any) -> None:
    data = source(tmp_path)
    complaint = "column 'tags' holds values of type .*, but numbers, text, dates or booleans are n"
    with pytest.raises(DataError, match=complaint):
        prepare(data, "tags")
    with pytest.raises(DataError, match=complaint):
        prepare(data, ["x", "tags"])
    for kind in (Kind.NUMBER, Kind.BOOLEAN, Kind.CATEGORY, Kind.DATE):
        with pytest.raises(DataError, match=complaint):
            prepare(data, "y", preparing=Preparing(told={"tags": Told(kind)}))
    with pytest.raises(DataError, match=complaint):
        prepare(data, "y", preparing=Preparing(keep=["tags"]))
    for way in ("group", "time"):
        splitting = parse_splitting(f"{way}:tags")
        with pytest.raises(DataError, match=complaint):
            prepare(data, "y", preparing=Preparing(splitting=splitting))
    for kind in (Kind.TEXT, Kind.IDENTIFIER):
        prepared = prepare(data, "y", preparing=Preparing(told={"tags": Told(kind)}))
        assert prepared.encoding.sources == ("x",)


def test_rows_to_predict_must_hold_what_training_rows_held(tmp_path: Path) -> None:
    encoding = prepare(COLUMNS, "y").encoding
    table, _ = load_table({**COLUMNS, "x": [[1.0]] * ROWS})
    with pytest.raises(DataError, match=r"column 'x' holds values of type list \(row 1\), but num"):
        encoding.transform(table)
    fewer, _ = load_table({"x": COLUMNS["x"]})
    assert encoding.transform(fewer).shape == (ROWS, encoding.width)


def test_a_table_of_nothing_else() -> None:
    with pytest.raises(DataError, match=r"no column to learn from besides the target.*'tags' is"):
        prepare({"tags": COLUMNS["tags"], "y": COLUMNS["y"]}, "y")
