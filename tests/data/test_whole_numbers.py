"""Whole numbers that float64 would round, which every source keeps in all their digits."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from pellucid.data.csv_file import read_csv
from pellucid.data.group_split import split_by_group
from pellucid.data.json_lines import read_json
from pellucid.data.prepared import prepare
from pellucid.data.preparing import Preparing
from pellucid.data.reading import Reading
from pellucid.data.sources import load_table
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table
from pellucid.data.target import CLASSIFICATION, REGRESSION, Target
from pellucid.data.time_split import split_by_time
from pellucid.data.values import column_of
from pellucid.data.whole_numbers import is_rounded, rounded_words
from pellucid.errors import DataError
from pellucid.language import say

BIG = 2**53
LONG = [BIG + 1, None, 7, -BIG - 1, 2**63 - 1, BIG, -(2**63), BIG + 1]
TEXTS = [None if each is None else str(each) for each in LONG]
EXACT = [2**60, None, 7, -BIG, -(2**63), 10**18]


def _csv(values: list[Any], path: Path) -> Any:
    lines = ["" if each is None else str(each) for each in values]
    path.with_suffix(".csv").write_text("id,n\n" + "".join(f"{each},0\n" for each in lines))
    return path.with_suffix(".csv")


def _arrow_table(values: list[Any], type_: Any = None) -> Any:
    return pa.table({"id": pa.array(values, type_ or pa.int64()), "n": [0] * len(values)})


def _parquet(values: list[Any], path: Path) -> Any:
    parquet.write_table(_arrow_table(values), path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def _parquet_decimal(values: list[Any], path: Path) -> Any:
    decimals = [None if each is None else Decimal(each) for each in values]
    made = _arrow_table(decimals, pa.decimal128(30, 2))
    parquet.write_table(made, path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def _arrow(values: list[Any], path: Path) -> Any:
    feather.write_feather(_arrow_table(values), path.with_suffix(".arrow"))
    return path.with_suffix(".arrow")


def _json(values: list[Any], path: Path) -> Any:
    lines = [json.dumps({"id": each, "n": 0}) for each in values]
    path.with_suffix(".jsonl").write_text("\n".join(lines))
    return path.with_suffix(".jsonl")


def _sqlite(values: list[Any], path: Path) -> Any:
    connection = sqlite3.connect(path.with_suffix(".sqlite"))
    connection.execute("CREATE TABLE t(id INTEGER, n INTEGER)")
    connection.executemany("INSERT INTO t VALUES(?, 0)", [[each] for each in values])
    connection.commit()
    connection.close()
    return path.with_suffix(".sqlite")


def _duckdb(type_: str) -> Callable[[list[Any], Path], Any]:
    def write(values: list[Any], path: Path) -> Any:
        with duckdb.connect(str(path.with_suffix(".duckdb"))) as connection:
            connection.execute(f"CREATE TABLE t(id {type_}, n INTEGER)")
            connection.executemany(
                f"INSERT INTO t VALUES(?::VARCHAR::{type_}, 0)", [[each] for each in values]
            )
        return path.with_suffix(".duckdb")

    return write


def _mapping(make: Callable[[list[Any]], Any]) -> Callable[[list[Any], Path], Any]:
    return lambda values, path: {"id": make(values), "n": [0] * len(values)}


def _frame(make: Callable[[list[Any]], Any]) -> Callable[[list[Any], Path], Any]:
    return lambda values, path: pd.DataFrame({"id": make(values), "n": 0})


FILES = {
    "csv": _csv,
    "parquet": _parquet,
    "parquet decimal": _parquet_decimal,
    "arrow": _arrow,
    "json lines": _json,
    "sqlite": _sqlite,
    **{f"duckdb {type_}": _duckdb(type_) for type_ in ("BIGINT", "HUGEINT", "BIGNUM")},
    "duckdb DECIMAL": _duckdb("DECIMAL(30, 4)"),
}
FRAMES = {
    "list": _mapping(list),
    "numpy objects": _mapping(lambda values: np.array(values, dtype=object)),
    "decimals": _mapping(lambda v: [None if each is None else Decimal(each) for each in v]),
    "masked": _mapping(
        lambda v: np.ma.array([each or 0 for each in v], mask=[each is None for each in v])
    ),
    "pandas Int64": _frame(lambda values: pd.array(values, dtype="Int64")),
    "pandas arrow": _frame(lambda values: pd.array(values, dtype="int64[pyarrow]")),
    "pandas objects": _frame(lambda values: pd.Series(values, dtype=object)),
    "polars": lambda values, path: pl.DataFrame({"id": values, "n": [0] * len(values)}),
    "polars Decimal": lambda values, path: pl.DataFrame(
        {"id": pl.Series(values, dtype=pl.Int128).cast(pl.Decimal(38, 2)), "n": [0] * len(values)}
    ),
}
SOURCES = FILES | FRAMES


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_keeps_all_digits(source: str, tmp_path: Path) -> None:
    table, _ = load_table(SOURCES[source](LONG, tmp_path / "t"))
    column = table["id"]
    assert column.storage is Storage.WORDS
    assert column.texts().tolist() == TEXTS
    assert table["n"].storage is Storage.NUMBER
    (note,) = table.notes
    assert "column 'id' is text because of '9007199254740993' in row 1" in say(note)
    assert "--column id=number" in say(note)


@pytest.mark.parametrize("source", SOURCES)
def test_numbers_below_nothing_keep_all_digits(source: str, tmp_path: Path) -> None:
    table, _ = load_table(SOURCES[source]([-BIG - 1, None, -5], tmp_path / "t"))
    assert table["id"].texts().tolist() == [str(-BIG - 1), None, "-5"]


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_told_to_be_numbers_is_rounded(source: str, tmp_path: Path) -> None:
    reading = Reading(storages={"id": Storage.NUMBER})
    table, _ = load_table(SOURCES[source](LONG, tmp_path / "t"), reading=reading)
    expected = [np.nan if each is None else float(each) for each in LONG]
    assert table["id"].storage is Storage.NUMBER
    assert np.array_equal(table["id"].values, expected, equal_nan=True)


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_told_to_be_words_keeps_all_digits(source: str, tmp_path: Path) -> None:
    reading = Reading(storages={"id": Storage.WORDS})
    table, _ = load_table(SOURCES[source](LONG, tmp_path / "t"), reading=reading)
    assert table["id"].texts().tolist() == TEXTS
    assert table.notes == ()


@pytest.mark.parametrize("source", SOURCES)
def test_what_float64_holds_stays_numbers(source: str, tmp_path: Path) -> None:
    table, _ = load_table(SOURCES[source](EXACT, tmp_path / "t"))
    assert table["id"].storage is Storage.NUMBER
    expected = [np.nan if each is None else float(each) for each in EXACT]
    assert np.array_equal(table["id"].values, expected, equal_nan=True)
    assert table["id"].texts().tolist() == [None if e is None else str(e) for e in EXACT]


@pytest.mark.parametrize("source", SOURCES)
def test_a_missing_value_is_none_of_them(source: str, tmp_path: Path) -> None:
    data = SOURCES[source]([BIG + 1, -999, 3], tmp_path / "t")
    table, _ = load_table(data, reading=Reading(missing=(-999,)))
    assert table["id"].texts().tolist() == [str(BIG + 1), None, "3"]
    table, _ = load_table(data, reading=Reading(missing=(str(BIG + 1),)))
    assert table["id"].texts().tolist() == [None, "-999", "3"]


@pytest.mark.parametrize(
    "values",
    [
        np.array([BIG + 1, 3]),
        np.array([2**64 - 1, 3], dtype=np.uint64),
        pd.Series([BIG + 1, 3], dtype="UInt64"),
        pd.Series([BIG + 1, 3]).astype("category"),
        pd.Series([Decimal(BIG + 1), 3], dtype=pd.ArrowDtype(pa.decimal128(30, 0))),
        pl.Series([2**100 + 1, 3], dtype=pl.Int128),
        pl.Series([2**64 - 1, 3], dtype=pl.UInt64),
    ],
)
def test_other_types_of_columns(values: Any) -> None:
    column = column_of("id", values, "s")
    expected = [int(each) for each in values.tolist()] if hasattr(values, "tolist") else [*values]
    assert column.texts().tolist() == [str(each) for each in expected]
    assert column.labels == {str(each): each for each in expected}


@pytest.mark.parametrize("others", [[1.5], [1.5, None], [0.25, 3.0]])
@pytest.mark.parametrize("source", ["csv", "json lines", "sqlite", "list", "decimals"])
def test_beside_fractions_they_are_quantities(
    source: str, others: list[Any], tmp_path: Path
) -> None:
    table, _ = load_table(SOURCES[source]([BIG + 1, *others], tmp_path / "t"))
    assert table["id"].storage is Storage.NUMBER
    assert table["id"].values[:2].tolist() == [float(BIG), float(others[0])]


def test_decimals_with_a_fraction_are_quantities(tmp_path: Path) -> None:
    values = [Decimal("9007199254740993.5"), Decimal(3)]
    table, _ = load_table(_duckdb("DECIMAL(30, 4)")(values, tmp_path / "t"))
    assert table["id"].values.tolist() == [9007199254740994.0, 3.0]


def test_json_has_whole_numbers_of_any_length(tmp_path: Path) -> None:
    for values in ([10**30 + 1, 3, -(2**70) - 1], [10**76 + 1, 3, -(2**70)], [10**300 - 1, 1]):
        texts = load_table(_json(values, tmp_path / "t"))[0]["id"].texts().tolist()
        assert texts == [str(each) for each in values]
    mixed = load_table(_json([2**70, -1, 2**64 - 1, 1.5], tmp_path / "t"))[0]["id"]
    assert mixed.values.tolist() == [2.0**70, -1.0, 2.0**64, 1.5]
    with pytest.raises(DataError, match="every number must be finite"):
        read_json(_json([10**400], tmp_path / "t"), "t.jsonl")


def test_long_numbers_that_come_late_in_a_large_file(tmp_path: Path) -> None:
    short, long = [*range(30_000)], [BIG + 2 * each + 1 for each in range(10)]
    path = _csv([*short, *long], tmp_path / "t")
    texts = read_csv(path, "t.csv", small=1000)["id"].texts().tolist()
    assert texts == [str(each) for each in (*short, *long)]
    # What float64 holds is read as numbers by the scanner, at either end.
    path = _csv([*short, BIG, -BIG], tmp_path / "t")
    assert read_csv(path, "t.csv", small=1000)["id"].values[-2:].tolist() == [BIG, -BIG]
    path = _sqlite([*short, *long], tmp_path / "t")
    assert load_table(path)[0]["id"].texts().tolist() == texts


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("9.007.199.254.740.993", "1.234"),
        ("9.007.199.254.740.993,0", "1.234,0"),
        ("-9007199254740993,0", "1234,0"),
    ],
)
def test_whole_numbers_in_another_notation_keep_all_digits(
    long: str, short: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"a;b\n{long};1,5\n{short};2,5\n")
    table, _ = load_table(path)
    assert table["a"].texts().tolist() == [long, short]
    (said,) = [say(note) for note in table.notes if "'a'" in say(note)]
    assert f"{long!r} in row 1 (line 2), which has more digits" in said
    told, _ = load_table(path, reading=Reading(storages={"a": Storage.NUMBER}))
    assert np.abs(told["a"].values).tolist() == [float(BIG), 1234.0]
    # What float64 holds, and what has a unit, are quantities.
    for held, number in ((long.replace("993", "992"), BIG), (f"{long} kg", BIG)):
        behind = " kg" if "kg" in held else ""
        path.write_text(f"a;b\n{held};1,5\n{short}{behind};2,5\n")
        table, _ = load_table(path)
        assert np.abs(table["a"].values).tolist() == [float(number), 1234.0]


def test_groups_that_come_late_in_a_large_file_keep_all_digits(tmp_path: Path) -> None:
    texts = [f"{each:,}" for each in (*range(1000, 30_000), BIG + 1)]
    path = tmp_path / "t.csv"
    path.write_text("a;b\n" + "".join(f"{text};0.5\n" for text in texts))
    assert read_csv(path, "t.csv", small=100_000)["a"].texts().tolist() == texts


def test_groups_and_classes_that_float64_would_put_together() -> None:
    ids = 1234567890123456789 + np.arange(20)
    split = split_by_group(column_of("g", np.repeat(ids, 3), "s"), seed=0)
    assert len(split.train) + len(split.validation) + len(split.test) == 60
    close = np.tile([BIG, BIG + 1], 20)
    target = Target.infer(column_of("y", close, "s"))
    assert target.classes == (BIG, BIG + 1)
    again = Target.from_description(json.loads(json.dumps(target.description())))
    assert again.decode(again.encode(column_of("y", close, "s"))).tolist() == close.tolist()
    huge = Target.infer(column_of("y", [2**70 + 1, -1] * 5, "s"))
    assert sorted(huge.decode(np.array([0, 1])).tolist()) == [-1, 2**70 + 1]


def test_a_target_of_many_long_numbers_is_a_quantity_if_told() -> None:
    column = column_of("y", BIG + 1 + 2 * np.arange(50), "s")
    target = Target.infer(column, REGRESSION)
    assert target.encode(column).tolist() == [float(BIG + 1 + 2 * each) for each in range(50)]
    classes = Target.infer(column)
    assert classes.task == CLASSIFICATION
    with pytest.raises(DataError, match="if they are quantities, --task regression"):
        classes.require_shared_classes(Table([column]))


def test_long_identifiers_are_no_feature_and_are_carried_as_they_are() -> None:
    rng = np.random.default_rng(0)
    ids = 1234567890123456789 + np.arange(60)
    data = {"id": ids, "x": rng.normal(size=60), "y": rng.normal(size=60)}
    table, _ = load_table(data)
    prepared = prepare(table, "y", preparing=Preparing(keep=("id",)))
    assert set(prepared.encoding.sources) == {"x"}
    prepared = prepare(table, "y")
    assert set(prepared.encoding.sources) == {"x"}


def test_times_of_long_numbers_are_refused_with_the_way_out() -> None:
    column = column_of("at", 1_600_000_000_000_000_001 + np.arange(20), "s")
    with pytest.raises(DataError, match="dates of one form or numbers are needed; --column at=num"):
        split_by_time(column)
    told = Reading(storages={"at": Storage.NUMBER})
    rounded = column_of("at", 1_600_000_000_000_000_001 + 10**9 * np.arange(20), "s", told)
    assert split_by_time(rounded).test.max() == 19


def test_the_rule() -> None:
    numbers = [0, BIG - 1, BIG, BIG + 1, BIG + 2, -BIG - 1, 2**80, 2**80 + 1, 10**22, 10**23]
    assert [is_rounded(each) for each in numbers] == [int(float(e)) != e for e in numbers]
    assert not is_rounded(10**400)
    assert rounded_words([str(10**400)], [float("inf")]) == [False]
    assert rounded_words(["+9007199254740993"], [float(BIG)]) == [True]
    assert rounded_words(["9007199254740993.0"], [float(BIG)]) == [True]
    assert rounded_words(["9007199254740993.5"], [float(BIG)]) == [False]
    assert rounded_words([], []) == []


def test_infinite_text_is_still_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="every number must be finite"):
        load_table(_csv([10**400, 3], tmp_path / "t"))


def test_labels_in_another_order_stay_apart() -> None:
    column = column_of("c", pd.Series([BIG + 1, BIG] * 3).astype("category"), "s")
    assert isinstance(column, Column)
    assert len(set(column.values.tolist())) == 2
