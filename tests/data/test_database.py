"""Tables and queries of SQLite and DuckDB files, which nothing can write to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pytest

from pellucid.data.files import read_table
from pellucid.data.reading import Reading
from pellucid.data.storage import Storage
from pellucid.errors import DataError, OptionError

Make = Callable[..., Path]


@pytest.fixture(params=["sqlite", "duckdb"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Make a database file out of statements."""

    def made(*statements: str) -> Path:
        path = tmp_path / f"t.{request.param}"
        connect = sqlite3.connect if request.param == "sqlite" else duckdb.connect
        with closing(connect(str(path))) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        return path

    if request.param == "duckdb":
        inner = made

        def made_by_duckdb(*statements: str) -> Path:
            return inner("BEGIN", *statements)

        return made_by_duckdb
    return made


PEOPLE = (
    "CREATE TABLE people (name VARCHAR, age DOUBLE, born VARCHAR)",
    "INSERT INTO people VALUES (' ann ', 30, '1990-01-02'), ('bob', NULL, '1980-01-02'),"
    " ('?', -9, NULL)",
)
PETS = ('CREATE TABLE "my pets" (name VARCHAR)', "INSERT INTO \"my pets\" VALUES ('rex')")


def test_the_only_table(make: Make) -> None:
    table = read_table(make(*PEOPLE), Reading(missing=(-9,)))
    assert table["name"].texts().tolist() == ["ann", "bob", None]
    np.testing.assert_array_equal(table["age"].values, [30.0, np.nan, np.nan])
    assert table["born"].texts().tolist() == ["1990-01-02", "1980-01-02", None]
    assert table["born"].storage is Storage.TIME


def test_a_table_that_is_named_and_a_query(make: Make) -> None:
    path = make(*PEOPLE, *PETS)
    assert read_table(path, Reading(query="my pets"))["name"].texts().tolist() == ["rex"]
    reading = Reading(query="SELECT age * 2 AS twice FROM people WHERE age > 0;")
    assert read_table(path, reading)["twice"].values.tolist() == [60.0]
    reading = Reading(query="WITH old AS (SELECT * FROM people) SELECT count(*) AS n FROM old")
    assert read_table(path, reading)["n"].values.tolist() == [3.0]


def test_a_table_must_be_named_where_there_are_several(make: Make) -> None:
    path = make(*PEOPLE, *PETS)
    with pytest.raises(DataError, match=r"must name a table or be a SELECT\. Its tables are '"):
        read_table(path)
    with pytest.raises(OptionError, match=r"no table 'poeple' \(did you mean 'people'\?\)"):
        read_table(path, Reading(query="poeple"))


def test_no_table(make: Make) -> None:
    path = make("CREATE TABLE a (b INTEGER)", "DROP TABLE a")
    with pytest.raises(DataError, match="It has no tables"):
        read_table(path)


@pytest.mark.parametrize(
    "query",
    [
        "DROP TABLE people",
        "INSERT INTO people VALUES ('x', 1, 'y')",
        "DELETE FROM people",
        "ATTACH 'other.db' AS other",
        "PRAGMA user_version = 5",
        "SELECT 1 AS a; DROP TABLE people",
        "SELECT * FROM nowhere",
        "SELECT * FROM people WHERE",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT load_extension('x')",
        "SELECT writefile('x', 'y')",
        "WITH a AS (SELECT 1) DELETE FROM people",
        "SELECT * FROM read_text('/etc/passwd')",
        "FROM people) TO 'stolen.csv' --",
        "COPY people TO 'stolen.csv'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "EXPLAIN SELECT 1",
    ],
)
def test_a_query_reads_this_file_and_nothing_else(
    make: Make, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(*PEOPLE)
    monkeypatch.chdir(tmp_path)
    before = path.read_bytes()
    with pytest.raises(OptionError, match=r"the query.* (cannot be run|must be the name)"):
        read_table(path, Reading(query=query))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_no_rows_and_repeated_names(make: Make) -> None:
    path = make(*PEOPLE)
    with pytest.raises(DataError, match="has the columns 'age' but no rows"):
        read_table(path, Reading(query="SELECT age FROM people WHERE age > 99"))
    with pytest.raises(DataError, match="the column name 'a' occurs 2 times"):
        read_table(path, Reading(query="SELECT 1 AS a, 2 AS a"))


def test_damaged_files(make: Make) -> None:
    path = make(*PEOPLE)
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    with pytest.raises(DataError, match=r"cannot be read as an? (SQLite|DuckDB) database"):
        read_table(path)


@pytest.mark.parametrize("words", ["größe", "weiß"])
def test_names_in_sqlite_that_are_no_text(tmp_path: Path, words: str) -> None:
    path = tmp_path / "t.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE größe (weiß); INSERT INTO größe VALUES (1), (2);")
    whole = path.read_bytes()
    spelled = words.encode()
    assert spelled in whole
    path.write_bytes(whole.replace(spelled, spelled.replace(b"\xc3", b"\x80")))
    with pytest.raises(DataError, match=r"t\.sqlite cannot be read as an SQLite database"):
        read_table(path)


def test_values_of_any_type_in_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (mixed, texts, codes TEXT, ints, blob)")
        rows = [
            (1, "1.5", "007", 2**40, None),
            ("x", "2", "100", None, None),
            (2.5, None, "1", 3, b"x"),
        ]
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", rows)
        connection.commit()
    table = read_table(path, Reading(query="SELECT mixed, texts, codes, ints FROM t"))
    assert table["mixed"].texts().tolist() == ["1", "x", "2.5"]
    np.testing.assert_array_equal(table["texts"].values, [1.5, 2.0, np.nan])
    assert table["codes"].texts().tolist() == ["007", "100", "1"]
    np.testing.assert_array_equal(table["ints"].values, [2.0**40, np.nan, 3.0])
    told = Reading(query="SELECT ints FROM t", storages={"ints": Storage.WORDS})
    assert read_table(path, told)["ints"].texts().tolist() == [str(2**40), None, "3"]
    whole = read_table(path)
    assert whole["blob"].unusable == "BLOB"
    assert whole["blob"].missing().all()
    assert whole["mixed"].texts().tolist() == ["1", "x", "2.5"]


def test_a_query_sees_no_settings_of_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")
    with pytest.raises(OptionError, match="cannot be run: not authorized"):
        read_table(path, Reading(query="SELECT * FROM pragma_database_list"))


def test_columns_of_sqlite_that_change_their_type_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.data.database._ROWS_AT_ONCE", 2)
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a, b)")
        values = [1, 2.5, None, "x", 1, 9e999, 7]
        connection.executemany(
            "INSERT INTO t VALUES (?, ?)", [(v, i) for i, v in enumerate(values)]
        )
        connection.commit()
    table = read_table(path)
    assert table["a"].texts().tolist() == ["1", "2.5", None, "x", "1", "inf", "7"]
    np.testing.assert_array_equal(table["b"].values, range(7))


def test_types_of_duckdb(tmp_path: Path) -> None:
    path = tmp_path / "t.duckdb"
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT 1.5::DECIMAL(4, 2) AS d, true AS b, "
            "DATE '2020-01-02' AS day, 'u'::ENUM('u', 'v') AS e, NULL AS n, "
            "TIMESTAMP 'infinity' AS never, 5::HUGEINT AS h"
        )
    table = read_table(path)
    assert [column.texts()[0] for column in table.columns] == [
        *("1.5", "True", "2020-01-02", "u", None, None, "5")
    ]
    assert read_table(path, Reading(query="SELECT [1] AS l"))["l"].unusable == "INTEGER[]"
