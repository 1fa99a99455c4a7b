"""Looks over the bytes of a text file, to see whether it is so plain that no two readers differ.

Receives the path of a file in UTF-8; gives a `Layout`. Plain means: one kind of line end, quotes
only around whole fields, no line of unusual length, no zero byte, as many fields in every line.
An engine that is quick, but lenient in its own way, is given plain files only.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

__all__ = ["Layout", "survey"]

# Small enough to stay in the processor's cache while it is looked at again and again.
BLOCK = 1 << 20
_NEWLINE, _QUOTE = 10, 34


@dataclass
class Layout:
    """What was seen in the bytes of a file.

    Attributes:
        rows: the number of records, the header among them.
        quotes: whether fields are quoted anywhere.
        breaks: whether a quoted field holds a line break.
        underscores: whether there is one, but in the first line.
        carriage_returns: whether lines end with CRLF.
    """

    rows: int = 0
    quotes: bool = False
    breaks: bool = False
    underscores: bool = False
    carriage_returns: bool = False


class _OddError(Exception):
    """The file is not plain."""


def survey(path: Path, separator: str, width: int, *, block: int = BLOCK) -> Layout | None:
    """The layout of a file of `width` fields a line, or None if it is not plain.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "t.csv")
    ...     _ = path.write_text('a,b\\n1,"x\\ny"\\n')
    ...     survey(path, ",", 2)
    Layout(rows=2, quotes=True, breaks=True, underscores=False, carriage_returns=False)
    """
    if separator == " " or not separator.isascii():
        return None
    layout = Layout()
    carriage_returns: bool | None = None
    try:
        with path.open("rb") as file:
            for number, content in enumerate(_blocks(file, block)):
                returns = _carriage_returns(content)
                if carriage_returns not in (None, returns):
                    return None
                carriage_returns = layout.carriage_returns = returns
                _look(layout, content, separator.encode(), width, returns, first=not number)
    except (_OddError, UnicodeDecodeError):
        return None
    return layout


def _blocks(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Blocks that end with a line and outside of quotes."""
    limit = csv.field_size_limit()
    while content := file.read(size):
        parts = [content, *([] if content.endswith(b"\n") else [file.readline(limit)])]
        quotes = sum(part.count(b'"') for part in parts if b'"' in part)
        extra = 0
        while quotes % 2 and parts[-1]:
            line = file.readline(limit)
            parts.append(line)
            quotes += line.count(b'"')
            extra += len(line)
            if extra > limit:
                raise _OddError
        yield b"".join(parts) if len(parts) > 1 else content


def _carriage_returns(content: bytes) -> bool:
    """Whether lines end with CRLF; a mixture, or CR alone, is odd."""
    if b"\r" not in content:
        return False
    pairs = content.count(b"\r\n")
    if not pairs == content.count(b"\r") == content.count(b"\n"):
        raise _OddError
    return True


def _look(
    layout: Layout, content: bytes, separator: bytes, width: int, returns: bool, *, first: bool
) -> None:
    if b"\0" in content:
        raise _OddError
    if not content.isascii():
        content.decode("utf-8")
    _look_for_long_lines(content)
    end = b"\r\n" if returns else b"\n"
    body = content.find(b"\n") + 1 if first else 0
    layout.underscores |= content.find(b"_", body) >= 0
    array = np.frombuffer(content, dtype=np.uint8)
    newlines = np.flatnonzero(array == _NEWLINE)
    quotes = newlines[:0]
    if b'"' in content:
        quotes = np.flatnonzero(array == _QUOTE)
        _check_quotes(array, quotes, separator[0])
        layout.quotes = True
        inside = np.searchsorted(quotes, newlines) % 2 == 1
        layout.breaks |= bool(inside.any())
        newlines = newlines[~inside]
    if not content.endswith(b"\n"):
        newlines = np.append(newlines, len(content) + len(end) - 1)
    filled = np.diff(newlines, prepend=-1) > len(end)
    layout.rows += int(filled.sum())
    # The empty line of a single column is a row to some readers, and to others not.
    if not filled.all() and (width == 1 or (first and not filled[0])):
        raise _OddError
    # A field too many is no complaint to every reader if it is missing. A field too few is, to all:
    # so it is enough to count separators over all lines.
    separating = array == separator[0]
    count = int(np.count_nonzero(separating))
    if count and len(quotes):
        between = np.add.reduceat(separating, quotes, dtype=np.int64)
        count -= int(between[::2].sum())
    if count != (width - 1) * int(filled.sum()):
        raise _OddError


def _look_for_long_lines(content: bytes) -> None:
    limit = csv.field_size_limit()
    start = 0
    while len(content) - start > limit:
        end = content.rfind(b"\n", start, start + limit)
        if end < 0:
            raise _OddError
        start = end + 1


def _check_quotes(
    array: npt.NDArray[np.uint8], quotes: npt.NDArray[np.intp], separator: int
) -> None:
    """Quotes stand around whole fields, and two for one inside of them."""
    opening, closing = quotes[::2], quotes[1::2]
    if len(opening) != len(closing) or (closing - opening).max() > csv.field_size_limit():
        raise _OddError
    ends = np.array([separator, _NEWLINE, 13, _QUOTE], dtype=np.uint8)
    before = array[opening[opening > 0] - 1]
    after = array[closing[closing < len(array) - 1] + 1]
    if not (np.isin(before, ends).all() and np.isin(after, ends).all()):
        raise _OddError
    # A quote before an opening one belongs to a pair inside a field, and so closes one itself.
