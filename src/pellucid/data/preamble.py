"""Finds out how many lines of a text file stand before its table: comments, titles, `sep=;`.

Receives the first lines; gives a `Preamble`. A line is passed over only where it is clear that it
is no part of the table; `--skip-lines` says how many otherwise.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.data.dialect import SEPARATORS, sample_records, split_lines
from pellucid.data.reading import Reading
from pellucid.data.storage import parse_number
from pellucid.language import Sentence

__all__ = ["Preamble", "find_preamble"]

_MOST_LINES = 100
_JUDGED_LINES = 200
_AGREEMENT = 0.9
_EXCEL = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_COMMENT = "#"


@dataclass(frozen=True)
class Preamble:
    """What stands before a table.

    Attributes:
        lines: how many lines.
        first: the first of them that says something.
        separator: that of the table, where such a line names it as Excel does.
    """

    lines: int = 0
    first: str = ""
    separator: str | None = None

    def notes(self, source: str) -> list[Sentence]:
        """What the user is to be told."""
        if not self.lines:
            return []
        key = "data.read_skipped_one" if self.lines == 1 else "data.read_skipped"
        values = {"source": source, "count": self.lines, "first": self.first}
        return [Sentence(key, values)]


def find_preamble(lines: Sequence[str], reading: Reading) -> Preamble:
    r"""What stands before the table that is somewhere in these lines.

    >>> find_preamble(["# flats\n", "a,b\n", "1,2\n"], Reading())
    Preamble(lines=1, first='# flats', separator=None)
    >>> find_preamble(["sep=;\n", "a;b\n"], Reading()).separator
    ';'
    """
    if reading.skip_lines is not None:
        count = min(reading.skip_lines, len(lines))
        return Preamble(count, _first_words(lines[:count]))
    named = _EXCEL.fullmatch(lines[0]) if lines else None
    if named is not None:
        return Preamble(1, lines[0].strip(), reading.separator or named[1])
    start = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines) or not _is_doubtful(lines[start], reading):
        return Preamble()
    comments = _comments(lines, start)
    count = comments + _titles(lines[comments:], reading)
    if comments and count == comments:
        count = _without_header(lines, comments, reading)
    return Preamble(count, _first_words(lines[:count])) if count else Preamble()


def _first_words(lines: Sequence[str]) -> str:
    first = next((line.strip() for line in lines if line.strip()), "")
    return first if len(first) <= 60 else f"{first[:57]}.."


def _is_doubtful(line: str, reading: Reading) -> bool:
    """Whether a line is a comment, or has no more than one field whatever separates them."""
    if line.startswith(_COMMENT):
        return True
    if line.count('"') % 2:
        # A field that goes on in the next line.
        return False
    return all(_filled(_record(line, separator)) <= 1 for separator in _separators(reading))


def _comments(lines: Sequence[str], start: int) -> int:
    """How many lines there are up to the last comment at the beginning."""
    end = 0
    for place, line in enumerate(lines[:_MOST_LINES]):
        if line.startswith(_COMMENT):
            end = place + 1
        elif line.strip():
            break
    return end if end > start else 0


def _without_header(lines: Sequence[str], comments: int, reading: Reading) -> int:
    """The number of comments, but for the last if it is the header, or may well be."""
    separator, width = _bulk(lines[comments:], reading)
    last = next(place for place in reversed(range(comments)) if lines[place].strip())
    if width > 1 and len(_record(lines[last], separator)) != width:
        return comments
    following = next((line for line in lines[comments:] if line.strip()), "")
    # A header of words below tells that the comment is none.
    if width <= 1 and parse_number(following) is None and following:
        return comments
    return last if any(line.strip() for line in lines[:last]) else 0


def _titles(lines: Sequence[str], reading: Reading) -> int:
    """How many lines at the beginning have but one field, where those below have several."""
    start = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines) or not _is_doubtful(lines[start], reading):
        return 0
    separator, width = _bulk(lines[start + 1 :], reading)
    if width < 2:
        return 0
    count = start
    padded = False
    for place, line in enumerate(lines[start:_MOST_LINES], start=start):
        record = _record(line, separator)
        filled = _filled(record)
        if not filled:
            continue
        if filled > 1 or not record[0] or _are_numbers(record[0].split()):
            break
        if len(record) > 1 and (len(record) != width or width < 3):
            break
        if line.count('"') % 2:
            break
        if len(record) == 1 and _filled(re.split(r"[\t;|,]", record[0])) >= width:
            # Fields too, between which something else stands.
            break
        padded |= len(record) > 1
        count = place + 1
    # Lines of nothing but separators may stand between a title and the table.
    while count < len(lines) and not _filled(_record(lines[count], separator)):
        count += 1
    below = _record(lines[count], separator) if count < len(lines) else []
    if len(below) != width or _filled(below) < 2:
        return 0
    # What is padded to the width of the table is a header, if a row comes next.
    if padded and any(parse_number(field) is not None for field in below):
        return 0
    return count


def _bulk(lines: Sequence[str], reading: Reading) -> tuple[str, int]:
    """The separator of most lines and how many fields they have; (",", 0) if nothing is clear."""
    some = lines[:_JUDGED_LINES]
    best = (",", 0)
    share = 0.0
    for separator in _separators(reading):
        widths = Counter(map(len, sample_records(some, separator, is_all=True)))
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        agreement = count / widths.total()
        if count > 1 and width > 1 and agreement >= _AGREEMENT and agreement > share:
            best, share = (separator, width), agreement
    return best


def _separators(reading: Reading) -> Sequence[str]:
    if reading.separator is not None:
        return [reading.separator]
    # Blanks are in every sentence.
    return [each for each in SEPARATORS if each not in (" ", reading.decimal)]


def _record(line: str, separator: str) -> list[str]:
    try:
        fields = next(split_lines([line], separator, strict=False), [])
    except csv.Error:
        return [line.strip()]
    return [field.strip() for field in fields]


def _are_numbers(texts: Sequence[str]) -> bool:
    return all(parse_number(text) is not None for text in texts)


def _filled(record: Sequence[str]) -> int:
    return sum(bool(field) for field in record)
