"""Finds out how a text file writes its table: separator, header, decimal mark.

Receives the first lines; gives a `Dialect` with its reasons. What the user says goes before what
the lines look like; what nothing decides is taken for the usual (commas, points, a header) and
noted.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pellucid.data.fields import Fields
from pellucid.data.notation import likely_notation
from pellucid.data.reading import Reading
from pellucid.data.storage import Storage, encode_words, is_mark, parse_number
from pellucid.data.table import said_names
from pellucid.language import Sentence

__all__ = ["SEPARATORS", "Dialect", "find_dialect", "header_note", "sample_records", "split_lines"]

SAMPLE_RECORDS = 3000
_JUDGED_RECORDS = 1000

# In the order of preference when several split all lines evenly: the rarer a character is in
# numbers and words, the less likely it does so by chance.
SEPARATORS = ("\t", ";", "|", ",", " ")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([.][0-9]{3})+")
"""What may be thousands or a decimal point."""
_AGREEMENT = 0.8
"""The share of lines with equally many fields that makes a separator likely in a ragged file."""


@dataclass(frozen=True)
class Dialect:
    """How a text file writes its table.

    Attributes:
        separator: one character; " " stands for any run of blanks.
        decimal: "." or ",".
        header: whether the first line names the columns.
        reason: why it was found that there is no header, or that nothing tells; None when the
            user said, or when it is plain.
        skipped: how many lines stand before the table.
    """

    separator: str
    decimal: str = "."
    header: bool = True
    reason: Sentence | None = None
    skipped: int = 0


def split_lines(
    lines: Iterable[str], separator: str, *, strict: bool = True
) -> Iterator[list[str]]:
    """The fields of records, quoted ones without their quotes; `csv.Error` when `strict`.

    >>> list(split_lines(['1 "a  b"  \\n'], " "))
    [['1', 'a  b']]
    """
    if separator == " ":
        # A blank or tab at the end would be one more, empty field.
        lines = (line.replace("\t", " ").rstrip() + "\n" for line in lines)
    # An initial blank is skipped so that a quote after ', ' opens a quoted field.
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=strict)


def find_dialect(lines: Sequence[str], reading: Reading, *, is_all: bool, source: str) -> Dialect:
    """How the table that begins with these lines is written; `is_all` if these are all.

    >>> find_dialect(["a;b\\n", "1,5;2\\n"], Reading(), is_all=True, source="t.csv").decimal
    ','
    """
    separator = reading.separator or _separator(lines, is_all, reading.decimal)
    records = _stripped(sample_records(lines, separator, is_all, _JUDGED_RECORDS))
    width = len(records[0]) if records else 0
    # A line that stands in the file again may be a header that was copied with its rows.
    body = [each for each in records[1:] if len(each) == width and each != records[0]]
    decimal = reading.decimal or _decimal(body, separator, reading)
    if reading.header is not None or not records:
        return Dialect(separator, decimal, reading.header is not False)
    header, reason = _header(records[0], body, Fields(source, reading, decimal))
    return Dialect(separator, decimal, header, reason)


def sample_records(
    lines: Sequence[str], separator: str, is_all: bool, most: int = SAMPLE_RECORDS
) -> list[list[str]]:
    """The first records of some lines, as far as they can be made out."""
    records: list[list[str]] = []
    try:
        for record in split_lines(lines, separator, strict=False):
            if any(field.strip() for field in record):
                records.append(record)
            if len(records) > most:
                break
        else:
            # The last one may go on behind the sample.
            records = records if is_all else records[:-1]
    except csv.Error:
        pass
    return records


def _stripped(records: list[list[str]]) -> list[list[str]]:
    return [[field.strip() for field in record] for record in records]


def _separator(lines: Sequence[str], is_all: bool, decimal: str | None) -> str:
    shares: dict[str, float] = {}
    for separator in SEPARATORS:
        if separator == decimal:
            continue
        records = _stripped(sample_records(lines, separator, is_all, _JUDGED_RECORDS))
        if not records:
            continue
        width, count = Counter(map(len, records)).most_common(1)[0]
        if width < 2 or len(records[0]) < 2:
            continue
        shares[separator] = count / len(records)
        if shares[separator] == 1.0 and (separator != " " or _has_numbers(records)):
            return separator
    shares.pop(" ", None)
    likely = [separator for separator, share in shares.items() if share >= _AGREEMENT]
    if likely:
        return likely[0]
    return max(shares, key=lambda separator: shares[separator], default=",")


def _has_numbers(records: list[list[str]]) -> bool:
    """Whether a column below the first record holds numbers only, as sentences never do."""
    rows = records[1:] or records
    return any(
        all(parse_number(row[place]) is not None or row[place] in "?NA" for row in rows)
        for place in range(len(records[0]))
    )


def _decimal(body: Sequence[Sequence[str]], separator: str, reading: Reading) -> str:
    """The comma, when columns are numbers with it and not with a point, and none the other way."""
    commas = False
    for column in zip(*body, strict=True):
        filled = (text for text in column if not reading.is_missing(text) and not is_mark(text))
        present = sorted(set(filled))
        marked = [text for text in present if "," in text or "." in text]
        if not marked:
            continue
        plain = all(parse_number(text) is not None for text in present)
        if plain and not all(map(_GROUPED.fullmatch, marked)):
            return "."
        # Between commas that separate fields, those inside of them must speak for themselves.
        point, comma = (
            _fits(present, (mark,) if separator != "," else (".", mark), mark) for mark in ".,"
        )
        if point and not comma:
            return "."
        commas |= comma and not point
    return "," if commas else "."


def _fits(texts: Sequence[str], decimals: Sequence[str], decimal: str) -> bool:
    """Whether texts are numbers with that decimal mark."""
    notation = likely_notation(texts, decimals)
    return (
        notation is not None and notation.decimal == decimal and notation.count(texts) == len(texts)
    )


def _header(
    first: list[str], body: list[list[str]], fields: Fields
) -> tuple[bool, Sentence | None]:
    """Whether the first record is a header, by what it says against and for being a row."""
    against: list[Sentence] = []
    for_ = filled = repeats = False
    for place, text in enumerate(first):
        column = [row[place] for row in body]
        present = [value for value in column if not fields.reading.is_missing(value)]
        storage = _storage(column, fields)
        if not text and _counts(column):
            for_ = True
        filled |= not text and bool(present) and len(first) > 1
        if not present or (fields.reading.is_missing(text) and storage is not Storage.WORDS):
            continue
        if storage is Storage.WORDS:
            if text in present:
                against.append(Sentence("data.read_reason_value", {"value": text}))
            repeats |= len(present) >= 10 and len(set(present)) * 2 <= len(present)
        elif _storage([text], fields) is Storage.WORDS:
            for_ = True
        else:
            against.append(Sentence("data.read_reason_number", {"value": text}))
    if for_ or (not body and not _all_numbers(first)):
        return True, None
    numbers = [parse_number(text) for text in first if parse_number(text) is not None]
    if _numbered(numbers) and not any(each.key.endswith("value") for each in against):
        return True, None
    if against:
        return False, against[0]
    if not body:
        return False, Sentence("data.read_reason_number", {"value": first[0]})
    twice = [text for text in first if first.count(text) > 1]
    if filled:
        return False, Sentence("data.read_reason_empty")
    if twice:
        return False, Sentence("data.read_reason_repeated", {"value": twice[0]})
    return True, None if repeats else Sentence("data.read_header_unclear")


def _storage(column: list[str], fields: Fields) -> Storage:
    codes, words = encode_words(column)
    # Codes such as 007 are rows as numbers are.
    texts = [word for word in words if not fields.reading.is_missing(word, fields.decimal)]
    if texts and all(parse_number(text, fields.decimal) is not None for text in texts):
        return Storage.NUMBER
    untold = Fields(fields.source, Reading(missing=fields.reading.missing), fields.decimal)
    return untold.column("", codes, words)[0].storage


def _all_numbers(texts: list[str]) -> bool:
    return all(parse_number(text) is not None for text in texts)


def _numbered(numbers: list[float | None]) -> bool:
    """Whether numbers count up by one: columns 0, 1, 2, .. and years are names that people give."""
    steps = pairwise(numbers)
    return len(numbers) > 1 and all(
        a is not None and b is not None and b - a == 1.0 for a, b in steps
    )


def _counts(column: list[str]) -> bool:
    """Whether rows are numbered from 0 or 1 on, as the index of a frame does, which has no name."""
    numbers = [parse_number(text) for text in column]
    return numbers[:1] in ([0.0], [1.0]) and _numbered(numbers)


def header_note(dialect: Dialect, source: str, names: Sequence[str]) -> list[Sentence]:
    """What the user is to be told of how the header was found."""
    if dialect.reason is None:
        return []
    if dialect.header:
        return [Sentence("data.read_header_unclear", {"source": source})]
    values = {"source": source, "reason": dialect.reason, "names": said_names(names, 3)}
    return [Sentence("data.read_no_header", values)]
