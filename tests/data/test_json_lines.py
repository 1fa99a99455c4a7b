"""JSON lines, and files that are one array of objects."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data.files import read_table
from pellucid.data.reading import Reading
from pellucid.data.table import Table
from pellucid.errors import DataError


def read(content: str | bytes, name: str = "t.jsonl", **options: Any) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(path, Reading(**options))


def texts(table: Table) -> dict[str, list[str | None]]:
    return {column.name: column.texts().tolist() for column in table.columns}


LINES = '{"n": 1, "b": true, "s": "x"}\n\n{"s": " y ", "n": 2.5, "more": null}\r\n{"n": null}'


@pytest.mark.parametrize("name", ["t.jsonl", "t.ndjson", "t.json", "t"])
def test_lines(name: str) -> None:
    table = read(LINES, name)
    assert table.storages == {"n": "number", "b": "words", "s": "words", "more": "number"}
    assert texts(table)["s"] == ["x", "y", None]
    assert table["b"].labels == {"True": True, "False": False}
    np.testing.assert_array_equal(table["n"].values, [1.0, 2.5, np.nan])
    assert table["more"].missing().all()
    expected = {"format": "json", "encoding": "utf-8", "compression": None}
    assert table.understood == expected


@pytest.mark.parametrize(
    "content", [LINES.encode("utf-8-sig"), gzip.compress(LINES.encode(), mtime=0)]
)
def test_marked_and_packed_lines(content: bytes) -> None:
    assert texts(read(content))["s"] == ["x", "y", None]


def test_an_array() -> None:
    objects = [{"a": 1, "when": "2020-01-01"}, {"a": 2}]
    for indent in (None, 2):
        table = read(json.dumps(objects, indent=indent), "t.json")
        assert texts(table) == {"a": ["1", "2"], "when": ["2020-01-01", None]}
        assert table.storages["when"] == "time"


def test_text_stays_text_unless_told() -> None:
    content = '{"a": "1"}\n{"a": "007"}\n{"a": "none"}'
    assert texts(read(content)) == {"a": ["1", "007", "none"]}
    table = read(content, missing=("none",), storages={"a": "number"})
    np.testing.assert_array_equal(table["a"].values, [1.0, 7.0, np.nan])


def test_values_of_several_types_are_words() -> None:
    assert texts(read('{"a": 1}\n{"a": "x"}\n{"a": true}')) == {"a": ["1", "x", "true"]}


def test_names_that_need_care() -> None:
    names = [
        'say "a"',
        "a.b",
        "/x",
        "$.*",
        "0*",
        "[0]",
        "#",
        "a\\c",
        "$",
        "é",
        "a'b",
        "A",
        "a",
        "*",
        "a b",
        "0",
        "\t",
    ]
    content = json.dumps({name: number for number, name in enumerate(names)})
    table = read(content)
    assert table.names == tuple(names)
    assert [column.values[0] for column in table.columns] == list(range(len(names)))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"a": 1}\n{"a": 1,\n', "line 2 is not JSON: Expecting property name"),
        ('{"a": 1}\n2', "row 2 is no JSON object but a number: one object for each row is needed"),
        ('{"a": 1}\n[2]', "row 2 is no JSON object but an array"),
        ('{"a": 1}{"a": 2}', "line 1 is not JSON: Extra data"),
        ("{}\n{}", "has rows but no columns: its JSON objects are empty"),
        ("[]", "is empty: at least one JSON object is needed"),
        ("[1]", "element 1 of the JSON array is no object"),
        ('[{"a": 1}', "is not JSON: Expecting ',' delimiter"),
        ("[" * 100_000, "its JSON is nested too deeply"),
        ('{"a":' * 100_000, "line 1 is nested too deeply"),
        ('{"a": 1}\n{"a": 1e999}', "row 2, column 'a' is inf: every number must be finite"),
        (b'{"a": "\xff"}', r"line 1 is not UTF-8 \(byte 0xff\)"),
    ],
)
def test_complaints(content: str | bytes, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        read(content)


def test_too_many_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pellucid.data.json_lines._MOST_KEYS", 10)
    with pytest.raises(DataError, match="has more than 10 different keys"):
        read("\n".join(json.dumps({f"k{number}": 1}) for number in range(20)))


def test_an_array_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pellucid.data.json_lines._SMALL_ARRAY", 10)
    with pytest.raises(DataError, match="one JSON array of more than 10 characters: write one ob"):
        read('[{"a": 1}, {"a": 2}]', "t.json")
