"""Looks over the bytes of a text file, to see whether it is so plain that no two readers differ.

Receives the path of a file in UTF-8; gives a `Layout`. Plain means: one kind of line end, quotes
only around whole fields, no field or line of unusual length, no zero byte, as many fields in every
line. An engine that is quick, but lenient in its own way, is given plain files only.

Where bytes of a kind lie is held as bits, 64 in a word, so that what stands in quotes is found by
a few operations on words, however many quotes there are: a byte does when the number of quotes up
to it is odd. Source: Langdale and Lemire, "Parsing gigabytes of JSON per second", VLDB Journal 28
(2019), section 3.1.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt

from pellucid.data.text_file import LONGEST_LINE

__all__ = ["Layout", "survey"]

# Small enough to stay in the processor's cache while it is looked at again and again.
BLOCK = 1 << 20
_WORD = 64
_NEWLINE, _RETURN, _QUOTE = b'\n\r"'
_Bits: TypeAlias = npt.NDArray[np.uint64]
"""One bit for each byte of a block, the first in the lowest bit of the first word."""


@dataclass
class Layout:
    """What was seen in the bytes of a file.

    Attributes:
        rows: the number of records, the header among them.
        quotes: whether fields are quoted anywhere.
        breaks: whether a quoted field holds a line break.
        underscores: whether there is one, but in the first line.
        carriage_returns: whether lines end with CRLF.
        longest: a number of bytes that no record exceeds.
    """

    rows: int = 0
    quotes: bool = False
    breaks: bool = False
    underscores: bool = False
    carriage_returns: bool = False
    longest: int = 0


class _OddError(Exception):
    """The file is not plain."""


def survey(path: Path, separator: str, width: int, *, block: int = BLOCK) -> Layout | None:
    """The layout of a file of `width` fields a line, or None if it is not plain.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "t.csv")
    ...     _ = path.write_text('a,b\\n1,"x\\ny"\\n')
    ...     layout = survey(path, ",", 2)
    >>> layout.rows, layout.quotes, layout.breaks
    (2, True, True)
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
                _look(layout, content, separator.encode(), width, first=not number)
    except (_OddError, UnicodeDecodeError):
        return None
    return layout


def _blocks(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Blocks that end with a line and outside of quotes."""
    while content := file.read(size):
        parts = [content]
        extra = 0
        odd = _has_odd_quotes(content)
        while odd or not parts[-1].endswith(b"\n"):
            line = file.readline(LONGEST_LINE)
            if not line:
                break
            parts.append(line)
            odd ^= _has_odd_quotes(line)
            extra += len(line)
            if extra >= LONGEST_LINE:
                raise _OddError
        yield b"".join(parts) if len(parts) > 1 else content


def _has_odd_quotes(content: bytes) -> bool:
    if b'"' not in content:
        return False
    return bool(np.count_nonzero(np.frombuffer(content, np.uint8) == _QUOTE) % 2)


def _carriage_returns(content: bytes) -> bool:
    """Whether lines end with CRLF; a mixture, or CR alone, is odd."""
    if b"\r" not in content:
        return False
    pairs = content.count(b"\r\n")
    if not pairs == content.count(b"\r") == content.count(b"\n"):
        raise _OddError
    return True


def _look(layout: Layout, content: bytes, separator: bytes, width: int, *, first: bool) -> None:
    if b"\0" in content:
        raise _OddError
    if not content.isascii():
        content.decode("utf-8")
    body = content.find(b"\n") + 1 if first else 0
    layout.underscores |= content.find(b"_", body) >= 0
    array = np.frombuffer(content, dtype=np.uint8)
    newlines = _bits(array == _NEWLINE)
    separating = _bits(array == separator[0])
    if b'"' in content:
        quotes = _bits(array == _QUOTE)
        inside = _inside(quotes)
        ends = newlines | separating | quotes
        if layout.carriage_returns:
            ends |= _bits(array == _RETURN)
        _check_quotes(quotes, inside, ends, len(content))
        layout.quotes = True
        layout.breaks |= bool((newlines & inside).any())
        newlines &= ~inside
        separating &= ~inside
    starts = _next(newlines, first=True)
    empty = _count(newlines & (_next(starts) if layout.carriage_returns else starts))
    rows = _count(newlines) - empty + (not content.endswith(b"\n"))
    layout.rows += rows
    # The empty line of a single column is a row to some readers, and to others not.
    if empty and (width == 1 or (first and content.startswith((b"\n", b"\r")))):
        raise _OddError
    # A field too many is no complaint to every reader if it is missing. A field too few is, to all:
    # so it is enough to count separators over all lines.
    if _count(separating) != (width - 1) * rows:
        raise _OddError
    layout.longest = max(layout.longest, _longest(newlines))
    if layout.longest > LONGEST_LINE or _longest(newlines | separating) > csv.field_size_limit():
        raise _OddError


def _check_quotes(quotes: _Bits, inside: _Bits, ends: _Bits, size: int) -> None:
    """Quotes stand around whole fields, and two for one inside of them."""
    # A quote before an opening one belongs to a pair inside a field, and so closes one itself.
    begun = _next(ends, first=True)
    ended = _previous(ends)
    ended[(size - 1) // _WORD] |= np.uint64(1 << (size - 1) % _WORD)
    opening, closing = quotes & inside, quotes & ~inside
    if inside[-1] >> 63 or (opening & ~begun).any() or (closing & ~ended).any():
        raise _OddError


def _bits(chosen: npt.NDArray[np.bool_]) -> _Bits:
    packed = np.packbits(chosen, bitorder="little")
    words = np.zeros(-(-len(packed) // 8), dtype="<u8")
    words.view(np.uint8)[: len(packed)] = packed
    return words.astype(np.uint64, copy=False)


def _count(bits: _Bits) -> int:
    return int(np.bitwise_count(bits).sum(dtype=np.int64))


def _next(bits: _Bits, *, first: bool = False) -> _Bits:
    """The bytes that come after those that are given, and the very first if that is wanted."""
    moved = bits << np.uint64(1)
    moved[1:] |= bits[:-1] >> 63
    moved[0] |= np.uint64(first)
    return moved


def _previous(bits: _Bits) -> _Bits:
    """The bytes that come before those that are given."""
    moved = bits >> np.uint64(1)
    moved[:-1] |= bits[1:] << 63
    return moved


def _inside(quotes: _Bits) -> _Bits:
    """The bytes from each opening quote to the one before the closing quote."""
    odd = quotes.copy()
    for step in (1, 2, 4, 8, 16, 32):
        odd ^= odd << step
    # A word that ends inside of quotes turns all words after it round.
    turned = np.bitwise_xor.accumulate(odd >> 63)
    odd[1:] ^= np.negative(turned[:-1])
    return odd


def _longest(ends: _Bits) -> int:
    """A number of bytes that no part between two of the ends exceeds, by less than two words."""
    words = np.flatnonzero(ends)
    return _WORD * int(np.diff(words, prepend=0, append=len(ends)).max() + 1)
