"""Reads JSON lines, one object on each line, and files that are an array of objects.

Receives a path; gives the table. A key is a column; where a line lacks it, or has null, the value
is missing. Numbers are numbers, text is text (or dates, if all of it is), whatever it spells; what
is nested is not read.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pellucid.data.engine import connect, temporary_folder, text_literal
from pellucid.data.memory import Memory
from pellucid.data.reading import Reading
from pellucid.data.relation import held_as, table_of_relation
from pellucid.data.table import Table
from pellucid.data.text_file import LONGEST_LINE, TextFile
from pellucid.errors import DataError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["looks_like_json", "read_json"]

_MOST_KEYS = 10_000
_SPOKEN = {"ARRAY": "an array", "VARCHAR": "a text", "BOOLEAN": "a boolean", "NULL": "null"}
_WIDE = "WIDE"
"""A kind of value beside those of JSON: a whole number that HUGEINT may not hold, kept as text."""
_HUGEINT_DIGITS = 38
_SMALL_ARRAY = 1 << 28
"""An array of objects is read whole, so it may not be larger than this."""


def looks_like_json(start: str, suffix: str) -> bool:
    """Whether a text that starts so is JSON: its name says so, or its first line is an object.

    >>> looks_like_json('{"a": 1}\\n{"a": 2}', ""), looks_like_json("{a},b\\n", ".csv")
    (True, False)
    """
    text = start.lstrip("\ufeff \t\r\n")
    if not text.startswith(("{", "[")):
        return False
    if suffix.lower() in (".json", ".jsonl", ".ndjson"):
        return True
    try:
        decoded, _ = json.JSONDecoder().raw_decode(text.removeprefix("[").lstrip())
    except ValueError:
        return False
    except RecursionError:
        return True
    return isinstance(decoded, dict)


def read_json(
    path: Path, source: str, reading: Reading | None = None, memory: Memory | None = None
) -> Table:
    """The table in a file of JSON lines, or of one array of objects.

    Raises:
        DataError: a line is no object, or there are no rows.
    """
    import duckdb

    reading, memory = reading or Reading(), memory or Memory()
    file = TextFile(path, source, reading.encoding)
    understood = {"format": "json", "encoding": file.encoding, "compression": file.compression}
    try:
        with temporary_folder() as folder, connect(folder, memory) as connection:
            lines = _as_lines(file, folder / "lines.json")
            connection.execute(
                "CREATE TABLE objects AS SELECT json FROM read_json_objects("
                f"{text_literal(str(lines))}, format = 'newline_delimited', "
                f"compression = 'none', maximum_object_size = {4 * LONGEST_LINE})"
            )
            names, types = _columns(connection, source)
            paths = [f"json -> {text_literal(_pointer(name))}" for name in names]
            wanted = map(_expression, paths, types)
            relation = f"(SELECT {', '.join(wanted)} FROM objects)"
            return table_of_relation(
                connection, relation, [], names, types, reading, memory, source, understood
            )
    except duckdb.Error as error:
        reason = re.sub(' in file "[^"]*"', "", str(error).splitlines()[0])
        raise _complaint(file, reason) from None


def _as_lines(file: TextFile, path: Path) -> Path:
    """The objects of a file, one on a line; the file's own lines are checked by who reads them."""
    lines = file.lines()
    first = next((line for line in lines if line.strip("\ufeff \t\r\n")), "")
    if first.lstrip("\ufeff \t").startswith("["):
        return _array_as_lines(file, path)
    with path.open("w", encoding="utf-8", newline="") as copy:
        copy.write(first.lstrip("\ufeff").rstrip("\r\n") + "\n")
        for line in lines:
            if line.strip():
                copy.write(line.rstrip("\r\n") + "\n")
    return path


def _array_as_lines(file: TextFile, path: Path) -> Path:
    blocks: list[str] = []
    size = 0
    for block in file.blocks():
        blocks.append(block)
        size += len(block)
        if size > _SMALL_ARRAY:
            raise DataError(
                f"{file.source} is one JSON array of more than {_SMALL_ARRAY} characters: write "
                "one object on each line instead (JSON lines)"
            )
    text = "".join(blocks).removeprefix("\ufeff")
    try:
        values = json.loads(text)
    except RecursionError:
        raise DataError(f"{file.source}: its JSON is nested too deeply") from None
    except ValueError as error:
        raise DataError(f"{file.source} is not JSON: {error}") from None
    with path.open("w", encoding="utf-8", newline="") as copy:
        for number, value in enumerate(values if isinstance(values, list) else [], start=1):
            if not isinstance(value, dict):
                raise DataError(
                    f"{file.source}: element {number} of the JSON array is no object, but one "
                    "object for each row is needed"
                )
            copy.write(json.dumps(value) + "\n")
    return path


def _columns(connection: DuckDBPyConnection, source: str) -> tuple[list[str], list[str]]:
    """The keys in the order in which they come, and what type their values have."""
    kinds = connection.execute(
        "SELECT json_type(json) AS k, min(rowid) FROM objects GROUP BY k ORDER BY 2"
    ).fetchall()
    if not kinds:
        raise DataError(f"{source} is empty: at least one JSON object is needed")
    for kind, row in kinds:
        if kind != "OBJECT":
            raise DataError(
                f"{source}: row {row + 1} is no JSON object but {_SPOKEN.get(kind, 'a number')}: "
                "one object for each row is needed"
            )
    # Whole numbers of more than 64 bits are called DOUBLE, but keep all their digits; those beyond
    # the range of DOUBLE are left to it.
    is_integer = "regexp_full_match(e.atom::VARCHAR, '-?[0-9]{18,300}')"
    wide = f"strlen(e.atom::VARCHAR) > {_HUGEINT_DIGITS}"
    kind = (
        f"CASE WHEN e.type <> 'DOUBLE' OR strlen(e.atom::VARCHAR) < 18 OR NOT {is_integer} "
        f"THEN e.type WHEN {wide} THEN '{_WIDE}' ELSE 'HUGEINT' END"
    )
    found = connection.execute(
        f"SELECT e.key, {kind} AS kind, min(o.rowid * 1000000 + e.rowid) AS place "
        "FROM objects AS o, json_each(o.json) AS e GROUP BY e.key, kind ORDER BY place "
        f"LIMIT {20 * _MOST_KEYS}"
    ).fetchall()
    types: dict[str, set[str]] = {}
    for key, kind, _ in found:
        types.setdefault(key, set()).add(str(kind))
        if len(types) > _MOST_KEYS:
            raise DataError(f"{source} has more than {_MOST_KEYS} different keys")
    if not types:
        raise DataError(f"{source} has rows but no columns: its JSON objects are empty")
    return list(types), [_type(kinds) for kinds in types.values()]


def _type(kinds: set[str]) -> str:
    present = kinds - {"NULL"}
    nested = sorted(present & {"ARRAY", "OBJECT"})
    if nested:
        return f"JSON {nested[0].lower()}"
    integers = {"BIGINT", "UBIGINT", "HUGEINT"}
    if present <= integers | {"DOUBLE", _WIDE} and (not present or "DOUBLE" in present):
        return "DOUBLE"
    if present <= integers:
        return min(present) if len(present) == 1 else "HUGEINT"
    return "BOOLEAN" if present == {"BOOLEAN"} else "VARCHAR"


def _pointer(key: str) -> str:
    """A key as a JSON pointer (RFC 6901), in which no character but these two is special."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _expression(path: str, type_: str) -> str:
    if type_ == "VARCHAR":
        return path.replace("json -> ", "json ->> ", 1)
    # Of what is nested only the column is there.
    return f"({path})::{type_}" if held_as(type_) is not None else "NULL"


def _complaint(file: TextFile, reason: str) -> DataError:
    """What is wrong with the first line that is no JSON, or else what the reader said."""
    for number, line in enumerate(file.lines(), start=1):
        text = line.strip("\ufeff \t\r\n")
        try:
            if text and not isinstance(json.loads(text), dict):
                return DataError(f"{file.source}: line {number} is no JSON object")
        except RecursionError:
            return DataError(f"{file.source}: line {number} is nested too deeply")
        except ValueError as error:
            return DataError(f"{file.source}: line {number} is not JSON: {error}")
    return DataError(f"{file.source} cannot be read as JSON lines: {reason}")
