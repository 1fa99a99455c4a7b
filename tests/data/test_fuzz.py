"""Damaged files thrown at every reader: a table comes out, or a complaint, and nothing else.

`PELLUCID_FUZZ` multiplies the number of examples.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.data.files import read_table
from pellucid.data.reading import Reading
from pellucid.errors import DataError, OptionError
from pellucid.language import say

EXAMPLES = int(os.environ.get("PELLUCID_FUZZ", "1"))
COLUMNS: dict[str, list[Any]] = {
    "name": ["x", 'say "a"', None, "é", "w,1"],
    "size": [1.5, None, -2.0, 7.0, 1e300],
    "count": [1, 2, 3, 4, None],
    "when": [datetime(2020, 1, day) for day in range(1, 5)] + [None],
    "yes": [True, False, None, True, False],
}
ROWS = list(zip(*COLUMNS.values(), strict=True))


def csv_text() -> bytes:
    lines = ["name;size;count;when"]
    lines += [f'"{"y" * i}";{i},5;{i:03};{i}/02/2020 10:00' for i in range(1, 9)]
    return "\r\n".join(lines).encode()


def parquet_file() -> bytes:
    stream = pa.BufferOutputStream()
    pq.write_table(pa.table(COLUMNS), stream)
    return stream.getvalue().to_pybytes()


def arrow_file() -> bytes:
    stream = pa.BufferOutputStream()
    table = pa.table(COLUMNS)
    with pa.ipc.new_file(stream, table.schema) as writer:
        writer.write_table(table)
    return stream.getvalue().to_pybytes()


def json_text() -> bytes:
    return "\n".join(
        json.dumps(dict(zip(COLUMNS, row, strict=True)), default=str) for row in ROWS
    ).encode()


def json_array() -> bytes:
    return json.dumps([dict(zip(COLUMNS, map(str, row), strict=True)) for row in ROWS]).encode()


def database(connect: Callable[[str], Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.db")
        with closing(connect(str(path))) as connection:
            connection.execute("CREATE TABLE t (name VARCHAR, size DOUBLE, count INTEGER)")
            connection.executemany("INSERT INTO t VALUES (?, ?, ?)", [row[:3] for row in ROWS])
            connection.commit()
        return path.read_bytes()


MAKERS: dict[str, Callable[[], bytes]] = {
    "t.csv": csv_text,
    "t.csv.gz": lambda: gzip.compress(csv_text(), mtime=0),
    "t.csv.bz2": lambda: bz2.compress(csv_text()),
    "t.csv.xz": lambda: lzma.compress(csv_text()),
    "utf16.csv": lambda: csv_text().decode().encode("utf-16"),
    "t.parquet": parquet_file,
    "t.feather": arrow_file,
    "t.jsonl": json_text,
    "t.json": json_array,
    "t.sqlite": lambda: database(sqlite3.connect),
    "t.duckdb": lambda: database(lambda path: duckdb.connect(path).begin()),
}


@cache
def sound(name: str) -> bytes:
    return MAKERS[name]()


def check(name: str, content: bytes, reading: Reading | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        complaint = None
        try:
            table = read_table(path, reading)
        except (DataError, OptionError) as error:
            complaint = str(error)
        if complaint is not None:
            assert complaint
            assert "pellucid-" not in complaint, "a temporary file is no name of the user's"
            return
        assert len(table) > 0
        for column in table.columns:
            assert len(column) == len(table)
            column.texts()
        for note in table.notes:
            assert say(note, "en")
            assert say(note, "zh")


@pytest.mark.parametrize("name", MAKERS)
def test_sound_files_are_read(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(sound(name))
        assert len(read_table(path)) == (8 if "csv" in name else 5)


@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=20 * EXAMPLES)
@given(data=st.data())
def test_damaged_files(name: str, data: st.DataObject) -> None:
    content = bytearray(sound(name))
    places = st.integers(0, len(content) - 1)
    for place in data.draw(st.lists(places, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        place = data.draw(places)
        content[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    if data.draw(st.booleans()):
        del content[data.draw(places) :]
    check(name, bytes(content))


STARTS = [
    *(b"", b"PAR1", b"ARROW1\0\0", b"\xff\xff\xff\xff", b"SQLite format 3\0", b"\0" * 8 + b"DUCK"),
    *(b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"{", b"[", b'{"a":'),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"a,b\n", b"a;b\n1,5;2\n"),
]


@settings(max_examples=100 * EXAMPLES)
@given(st.sampled_from(STARTS), st.binary(max_size=60), st.sampled_from(["t", "t.json", "t.csv"]))
def test_junk(start: bytes, content: bytes, name: str) -> None:
    check(name, start + content)


PIECES = [
    *(
        "a",
        "1",
        "0",
        ",",
        ";",
        "\t",
        " ",
        '"',
        "\n",
        "\r",
        ".",
        "-",
        "/",
        "\0",
        "é",
        "NA",
        "'",
        "inf",
    ),
    *(
        "2020-01-01",
        "{",
        "}",
        "\\",
        "%s",
        "{x}",
        "$",
        "\u202e",
        "\ufeff",
        "\x85",
        "٣",
        "1e5",
        "007",
    ),
]
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(max_examples=150 * EXAMPLES)
@given(HOSTILE, st.sampled_from(["t.csv", "t.txt"]), st.booleans() | st.none())
def test_hostile_texts(content: str, name: str, header: bool | None) -> None:
    check(name, content.encode(), Reading(header=header))


@settings(max_examples=40 * EXAMPLES)
@given(st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.floats() | st.text()))
def test_hostile_json(row: dict[str, Any]) -> None:
    check("t.jsonl", (json.dumps(row) + '\n{"a": 1}').encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "content",
    [
        *(b"[" * 10**6, b'{"a":' * 10**5, b'{"a":1}' * 10**5, b"," * 10**5, b'"' * (10**6 + 1)),
        *(b"\n" * 10**5, b" " * 10**5, b"a," * 10**5 + b"\n", b"1 " * 20_000, b"\xef\xbb\xbf" * 10),
        *(
            b'""' * 10**5,
            b"a\n" * 10**5,
            b"2020-01-01\n" * 10**4,
            b"9" * 10**5,
            b"1e" + b"9" * 10**5,
        ),
    ],
    ids=range(15),
)
def test_strange_shapes(content: bytes) -> None:
    check("t.csv", content)
    check("t.json", content)
