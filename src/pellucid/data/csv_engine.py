"""Loads a plain file of fields by DuckDB, which converts and checks numbers while it scans.

Receives the file, its layout and a sample of its records; gives the columns. The sample says how a
column is read: as whole numbers or decimals, which the scan verifies for every row, or as text,
whose distinct words `Fields` decides on. A column that the scan finds to be otherwise is read
once more, as text: so its values decide, not the sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pellucid.data.engine import ROWS, connect, fetch_numbers, fetch_words, text_literal
from pellucid.data.fields import MOST_LABELS, Fields
from pellucid.data.layout import Layout
from pellucid.data.memory import Memory
from pellucid.data.notation import Notation
from pellucid.data.storage import Storage, number_label, parse_number
from pellucid.data.table import Column
from pellucid.data.times import find_times
from pellucid.data.whole_numbers import LAST_EXACT
from pellucid.errors import DataError
from pellucid.language import Sentence

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Sheet", "load_sheet"]

_DOUBT = "'inf'::DOUBLE"
"""What stands in a column of numbers where a field is neither a number nor missing."""


_LEAST_LINE_BYTES = 1 << 19
_LINES_AT_ONCE = 16
"""So many of the longest lines each thread holds; more is memory that the rows could have."""


@dataclass(frozen=True)
class Sheet:
    """A plain file.

    Attributes:
        path: where it lies.
        separator: what stands between fields.
        skipped: how many lines come before the first row.
        rows: how many rows there are.
        layout: what its bytes hold.
    """

    path: Path
    separator: str
    skipped: int
    rows: int
    layout: Layout


class _Way(Enum):
    """How a column is read."""

    WHOLE = "whole numbers, spelled as Python does"
    TYPED = "numbers of so many spellings that none is kept, converted by the scanner"
    CHECKED = "the same, each converted and checked by itself"
    NOTATED = "numbers in a notation of their own, likewise"
    MOMENT = "dates with a time, YYYY-MM-DD HH:MM:SS"
    TEXT = "anything"


@dataclass(frozen=True)
class _Plan:
    way: _Way
    trimmed: bool = False
    notation: Notation | None = None
    loose: bool = False
    note: Sentence | None = None


def load_sheet(
    sheet: Sheet,
    names: Sequence[str],
    sample: Sequence[Sequence[str]],
    fields: Fields,
    memory: Memory,
    folder: Path,
) -> list[tuple[Column, list[Sentence]]] | None:
    """The columns of a sheet and the notes on each; None if DuckDB takes it for something else.

    Raises:
        DataError: a value is impossible; the message has row and line.
    """
    import duckdb

    plans = [
        _plan(name, [row[place] for row in sample], fields, sheet.layout)
        for place, name in enumerate(names)
    ]
    try:
        with connect(folder, memory) as connection:
            try:
                scanned = _scan(connection, sheet, plans, fields)
            except duckdb.ConversionException:
                # Some number is none. Which column it is in, the slower way finds out for all.
                plans = [
                    replace(plan, way=_Way.CHECKED) if plan.way is _Way.TYPED else plan
                    for plan in plans
                ]
                scanned = _scan(connection, sheet, plans, fields)
            if not scanned:
                return None
            loaded = _loaded(connection, sheet, names, plans, fields, memory)
            doubtful = [place for place in range(len(names)) if place not in loaded]
            if doubtful:
                text = _Plan(_Way.TEXT)
                again = [text if place in doubtful else None for place in range(len(names))]
                _scan(connection, sheet, again, fields)
                loaded |= _texts(connection, sheet, names, doubtful, fields, memory)
    except duckdb.InvalidInputException:
        return None
    except duckdb.Error as error:
        raise DataError(f"{fields.source} cannot be read: {str(error).splitlines()[0]}") from None
    return [loaded[place] for place in range(len(names))]


def _plan(name: str, texts: list[str], fields: Fields, layout: Layout) -> _Plan:
    told = fields.reading.storages.get(name)
    distinct = set(texts)
    stripped = {text.strip() for text in distinct}
    present = [text for text in stripped if not fields.reading.is_missing(text, fields.decimal)]
    trimmed = any(text != text.strip() for text in distinct)
    if told in (Storage.WORDS, Storage.TIME) or not present:
        return _Plan(_Way.TEXT)
    if all(_is_whole(text) for text in present):
        return _Plan(_Way.WHOLE, trimmed)
    if len(present) > MOST_LABELS:
        if told is None and _are_moments(present):
            return _Plan(_Way.MOMENT, trimmed)
        numbers, notation = fields.numbers_of(name, present)
        if None not in numbers and notation not in (None, Notation(fields.decimal)):
            return _notated(name, texts, fields, notation, trimmed)
        # Only among numbers that are all whole can there be codes such as 007.
        if None not in numbers and not all(number.is_integer() for number in numbers if number):
            slow = trimmed or fields.decimal != "." or layout.underscores
            return _Plan(_Way.CHECKED if slow else _Way.TYPED, trimmed)
    return _Plan(_Way.TEXT)


def _notated(
    name: str, texts: list[str], fields: Fields, notation: Notation, trimmed: bool
) -> _Plan:
    if name in fields.reading.notations:
        loose = notation == fields.reading.notations[name]
        return _Plan(_Way.NOTATED, trimmed, notation, loose)
    stripped = (text.strip() for text in texts)
    shown = (t for t in stripped if fields.is_odd(t) and notation.read(t) is not None)
    note = fields.notation_note(name, notation, next(shown))
    return _Plan(_Way.NOTATED, trimmed, notation, note=note)


def _is_whole(text: str) -> bool:
    return len(text) <= 15 and text.lstrip("-").isdecimal() and str(_whole(text)) == text


def _whole(text: str) -> int | float:
    number = parse_number(text)
    return -1 if number is None else number_label(number)


def _are_moments(texts: list[str]) -> bool:
    return {len(text) for text in texts} == {19} and find_times(texts).forms == ("YYYY-MM-DD",)


def _scan(
    connection: DuckDBPyConnection, sheet: Sheet, plans: Sequence[_Plan | None], fields: Fields
) -> bool:
    """Make the table `ROWS` of the planned columns; whether it has as many rows as the file."""
    inner: list[str] = []
    outer: list[str] = []
    types: list[str] = []
    for place, plan in enumerate(plans):
        typed = plan is not None and plan.way is _Way.TYPED
        types.append(f"'c{place}': '{'DOUBLE' if typed else 'VARCHAR'}'")
        if plan is None:
            continue
        inner += _inner(place, plan, fields)
        outer.append(f"{_outer(place, plan, fields)} AS c{place}")
    quote = "'\"'" if sheet.layout.quotes else "''"
    # DuckDB takes the first CR, also one in quotes, for a line end, unless it is told; but told of
    # CRLF it finds no lines. Line breaks in quotes mislead it in the middle of a file.
    line_end = "" if sheet.layout.carriage_returns else r"new_line = '\n', "
    line_bytes = max(_LEAST_LINE_BYTES, sheet.layout.longest)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {ROWS} AS SELECT {', '.join(outer)} FROM "
        f"(SELECT {', '.join(inner)} FROM read_csv("
        f"{text_literal(_pattern(sheet.path))}, auto_detect = false, "
        f"header = false, skip = {sheet.skipped}, delim = {text_literal(sheet.separator)}, "
        f"{line_end}quote = {quote}, escape = {quote}, comment = '', compression = 'none', "
        f"nullstr = [{_absent(fields)}], strict_mode = true, null_padding = false, "
        f"max_line_size = {line_bytes}, buffer_size = {_LINES_AT_ONCE * line_bytes}, "
        f"parallel = {str(not sheet.layout.breaks).lower()}, columns = {{{', '.join(types)}}}))"
    )
    count = connection.execute(f"SELECT count(*) FROM {ROWS}").fetchone()
    return count is not None and count[0] == sheet.rows


def _pattern(path: Path) -> str:
    """A path is a pattern to DuckDB: its special characters are made to stand for themselves."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def _absent(fields: Fields) -> str:
    return ", ".join(text_literal(word) for word in sorted(fields.reading.missing_texts))


def _inner(place: int, plan: _Plan, fields: Fields) -> list[str]:
    """What is taken from a line: the trimmed field, and n.., what it is converted to."""
    text = f"trim(c{place})" if plan.trimmed else f"c{place}"
    taken = [f"{text} AS c{place}"]
    if plan.way in (_Way.TEXT, _Way.TYPED):
        return taken
    notation = plan.notation or Notation(fields.decimal)
    plain = text
    if plan.way is _Way.NOTATED:
        bare = f"replace({text}, {text_literal(notation.unit)}, '')" if notation.unit else text
        plain = f"regexp_replace({bare}, '[^0-9{notation.decimal}]', '', 'g')"
    plain = plain if notation.decimal == "." else f"replace({plain}, ',', '.')"
    type_ = {_Way.WHOLE: "BIGINT", _Way.MOMENT: "TIMESTAMP"}.get(plan.way, "DOUBLE")
    return [*taken, f"TRY_CAST({plain} AS {type_}) AS n{place}"]


def _outer(place: int, plan: _Plan, fields: Fields) -> str:
    """What is kept of a field: the number if it is as planned, NULL if it is missing, a doubt."""
    text, number = f"c{place}", f"n{place}"
    if plan.way in (_Way.TEXT, _Way.TYPED):
        return text
    if plan.way is _Way.WHOLE:
        exact = f"{number} BETWEEN -{LAST_EXACT} AND {LAST_EXACT}"
        kept = f"CASE WHEN {exact} AND {number}::VARCHAR = {text} THEN {number}::DOUBLE END"
    elif plan.way is _Way.MOMENT:
        kept = f"CASE WHEN strlen({text}) = 19 THEN epoch({number}) END"
    elif plan.notation is not None:
        pattern = text_literal(plan.notation.pattern(loose=plan.loose))
        below = f"regexp_matches({text}, {text_literal(plan.notation.negative)})"
        signed = f"CASE WHEN {below} THEN -{number} ELSE {number} END"
        # Whole numbers without a unit may be names, of which none is to be rounded.
        exact = "true" if plan.notation.unit else f"{number} < {LAST_EXACT}"
        kept = f"CASE WHEN {exact} AND regexp_full_match({text}, {pattern}) THEN {signed} END"
    else:
        strange = "_" if fields.decimal == "." else "[_.]"
        sound = f"NOT isnan({number}) AND NOT regexp_matches({text}, '{strange}')"
        kept = f"CASE WHEN {sound} THEN {number} END"
    # Of IN, or list_contains, with many values DuckDB makes a join, which loses the order of rows.
    missing = f"{text} IS NULL OR list_position([{_absent(fields)}], trim({text})) > 0"
    return f"coalesce({kept}, CASE WHEN {missing} THEN NULL ELSE {_DOUBT} END)"


def _loaded(
    connection: DuckDBPyConnection,
    sheet: Sheet,
    names: Sequence[str],
    plans: Sequence[_Plan],
    fields: Fields,
    memory: Memory,
) -> dict[int, tuple[Column, list[Sentence]]]:
    """The columns by their places, but for those that turned out otherwise than planned."""
    numbers = [place for place, plan in enumerate(plans) if plan.way is not _Way.TEXT]
    texts = [place for place, plan in enumerate(plans) if plan.way is _Way.TEXT]
    loaded = _texts(connection, sheet, names, texts, fields, memory)
    arrays = fetch_numbers(connection, [f"c{place}" for place in numbers], sheet.rows, memory)
    nans = _with_nan(connection, [p for p in numbers if plans[p].way is _Way.TYPED])
    for place, array in zip(numbers, arrays, strict=True):
        if place in nans or np.isinf(array).any():
            continue
        for absent in fields.reading.of(names[place]).missing_numbers:
            array[array == absent] = np.nan
        plan = plans[place]
        if plan.way is _Way.MOMENT:
            loaded[place] = Column(names[place], Storage.TIME, array), []
            continue
        notation = plan.notation or fields.notation
        column = Column(names[place], Storage.NUMBER, array, notation=notation)
        loaded[place] = column, [] if plan.note is None else [plan.note]
    return loaded


def _with_nan(connection: DuckDBPyConnection, places: Sequence[int]) -> set[int]:
    """The columns where a text such as 'NAN', none of those that mean "missing", became a nan."""
    if not places:
        return set()
    asked = ", ".join(f"coalesce(bool_or(isnan(c{place})), false)" for place in places)
    found = connection.execute(f"SELECT {asked} FROM {ROWS}").fetchall()[0]
    return {place for place, nan in zip(places, found, strict=True) if nan}


def _texts(
    connection: DuckDBPyConnection,
    sheet: Sheet,
    names: Sequence[str],
    places: Sequence[int],
    fields: Fields,
    memory: Memory,
) -> dict[int, tuple[Column, list[Sentence]]]:
    words = fetch_words(connection, [f"c{place}" for place in places], sheet.rows, memory)
    return {
        place: fields.column(names[place], *each) for place, each in zip(places, words, strict=True)
    }
