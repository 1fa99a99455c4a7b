"""A query, where several files are given: it is asked of the databases among them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from pellucid.data.files import is_database
from pellucid.data.prepared import prepare
from pellucid.data.reading import Reading
from pellucid.errors import DataError, OptionError

QUERY = "SELECT a, b FROM flats WHERE a < 15"


def sqlite_file(path: Path, table: str = "flats") -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE {table} (a REAL, b TEXT)")
        rows = [(row, "xy"[row % 2]) for row in range(20)]
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
        connection.execute("CREATE TABLE other (z)")
        connection.commit()
    return path


def duckdb_file(path: Path) -> Path:
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(
            "CREATE TABLE flats AS SELECT i::DOUBLE AS a, CASE i % 2 WHEN 0 THEN 'x' ELSE 'y' END "
            "AS b FROM range(20) AS r(i)"
        )
        connection.execute("CREATE TABLE other AS SELECT 1 AS z")
    return path


def text_file(path: Path) -> Path:
    lines = [f"{row},{'xy'[row % 2]}" for row in range(12)]
    path.write_text("\n".join(["a,b", *lines, ""]), "utf-8")
    return path


def test_the_files_for_the_parts_are_asked_too(tmp_path: Path) -> None:
    train = sqlite_file(tmp_path / "train.db")
    prepared = prepare(
        train,
        "b",
        validation=sqlite_file(tmp_path / "validation.db"),
        test=duckdb_file(tmp_path / "test.duckdb"),
        reading=Reading(query=QUERY),
    )
    assert prepared.rows == {"train": 15, "validation": 15, "test": 15}


def test_files_that_are_no_databases_are_read_whole(tmp_path: Path) -> None:
    text, base = text_file(tmp_path / "t.csv"), sqlite_file(tmp_path / "t.db")
    reading = Reading(query=QUERY)
    prepared = prepare(base, "b", validation=None, test=text, reading=reading)
    assert prepared.rows == {"train": 15, "validation": 0, "test": 12}
    prepared = prepare(text, "b", validation=None, test=base, reading=reading)
    assert prepared.rows == {"train": 12, "validation": 0, "test": 15}
    with pytest.raises(OptionError, match=r"a query needs an SQLite or DuckDB file, but \S*t\.csv"):
        prepare(text, "b", test=text, reading=reading)
    with pytest.raises(OptionError, match=r"a query needs an SQLite or DuckDB file, but \S*t\.csv"):
        prepare(text, "b", reading=reading)


def test_complaints_name_the_file(tmp_path: Path) -> None:
    train = sqlite_file(tmp_path / "train.db")
    test = sqlite_file(tmp_path / "test.db", table="houses")
    with pytest.raises(OptionError, match=r"test\.db: the query '.*' cannot be run: no such table"):
        prepare(train, "b", test=test, reading=Reading(query=QUERY))
    with pytest.raises(OptionError, match=r"test\.db has no table 'flats'.*'houses'"):
        prepare(train, "b", test=test, reading=Reading(query="flats"))
    text = text_file(tmp_path / "t.csv")
    with pytest.raises(DataError, match=r"test\.db is a database: a query must name a table"):
        prepare(text, "b", test=test)


def test_what_is_a_database(tmp_path: Path) -> None:
    assert is_database(sqlite_file(tmp_path / "t.db"))
    assert is_database(str(duckdb_file(tmp_path / "t.duckdb")))
    (tmp_path / "empty").touch()
    for other in (text_file(tmp_path / "t.csv"), tmp_path, tmp_path / "none", "auto", 0.2, None):
        assert not is_database(other)
    assert not is_database(tmp_path / "empty")
