"""Opens a text file, whatever it is compressed with and encoded in, with bounded memory.

Receives a path; gives decoded blocks and lines, and the path of a plain copy in UTF-8 for readers
that need one. Everything that can be wrong with the bytes is found here, with its line: zero
bytes, bytes that are no text in the encoding, compressed data that end early or never, lines
without an end.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import shutil
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from pellucid.errors import DataError, EncodingError

__all__ = ["LONGEST_LINE", "TextFile", "decompressed", "find_compression"]

BLOCK = 1 << 20
LONGEST_LINE = 1 << 24
"""No line of a table is longer than this, in characters."""

_COMPRESSIONS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF8 = frozenset(["utf-8", "ascii", "utf-8-sig"])

_CUT_OFF = frozenset(["unexpected end of data", "truncated data", "incomplete multibyte sequence"])

# What makes a compressed file a bomb: more than this, and more than so many times its own size.
_BOMB_BYTES, _BOMB_RATIO = 1 << 30, 300


def find_compression(start: bytes) -> str | None:
    """What a file that starts with these bytes is compressed with: a name, or None.

    >>> find_compression(gzip.compress(b"a,b")), find_compression(b"a,b")
    ('gzip', None)
    """
    found = (name for magic, name in _COMPRESSIONS.items() if start.startswith(magic))
    return next(found, None)


@contextmanager
def decompressed(path: Path, source: str, compression: str | None) -> Iterator[BinaryIO]:
    """The content of a file as a stream of bytes.

    Raises:
        DataError: it cannot be opened, or what compressed it is not there.
    """
    with open(path, "rb") as file:
        if compression is None:
            yield file
        elif compression == "zstd":
            yield _zstd(file, source)
        else:
            open_: Any = {"gzip": gzip.open, "bzip2": bz2.open, "xz": lzma.open}[compression]
            with open_(file, "rb") as stream:
                yield stream


def _zstd(file: BinaryIO, source: str) -> Any:
    try:
        # In the standard library from Python 3.14 on.
        return import_module("compression.zstd").open(file, "rb")
    except ImportError:
        raise DataError(
            f"{source} is compressed with zstd, which needs Python 3.14: unpack it first, or "
            "compress it with gzip"
        ) from None


class TextFile:
    """A text file, its compression and encoding found out.

    `start` are its first bytes, unpacked.

    >>> TextFile.__doc__.splitlines()[0]
    'A text file, its compression and encoding found out.'
    """

    def __init__(self, path: Path, source: str, encoding: str | None = None) -> None:
        """Look at the first bytes; `encoding` goes before what they say.

        Raises:
            DataError: the file cannot be read.
        """
        self.path = path
        self.source = source
        self.compression: str | None = None
        with self._errors():
            with open(path, "rb") as file:
                self.compression = find_compression(file.read(8))
            with decompressed(path, source, self.compression) as stream:
                self.start: bytes = stream.read(512)
        marks = ((mark, name) for mark, name in _MARKS if self.start.startswith(mark))
        mark, marked = next(marks, (b"", None))
        self.encoding = encoding or marked or "utf-8"
        self.marked = marked is not None
        # Decoders of UTF-16 and UTF-32 know their mark, the others would keep it as a character.
        self._skipped = len(mark) if self.encoding in _UTF8 and marked == "utf-8" else 0

    @property
    def plain(self) -> bool:
        """Whether the bytes are UTF-8 as they lie in the file."""
        return self.compression is None and self.encoding in _UTF8

    def blocks(self) -> Iterator[str]:
        """The text, in blocks.

        Raises:
            DataError: the bytes are no text.
        """
        decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        ascii_like = not self.encoding.startswith(("utf-16", "utf-32"))
        lines = unpacked = 0
        with self._errors(), decompressed(self.path, self.source, self.compression) as stream:
            size = self.path.stat().st_size
            stream.read(self._skipped)
            while True:
                block = stream.read(BLOCK)
                unpacked += len(block)
                if self.compression and unpacked > max(_BOMB_BYTES, _BOMB_RATIO * size):
                    raise DataError(
                        f"{self.source} grows to more than {_BOMB_RATIO} times its size when it is "
                        "unpacked: unpack it first if it is a table"
                    )
                if ascii_like and b"\0" in block:
                    raise self._zero(lines + _ends(block[: block.index(b"\0")].decode("latin-1")))
                try:
                    text = decoder.decode(block, final=not block)
                except UnicodeError as error:
                    raise self._undecodable(error, lines) from None
                if "\0" in text:
                    raise self._zero(lines + _ends(text[: text.index("\0")]))
                lines += _ends(text)
                if text:
                    yield text
                if not block:
                    return

    def lines(self) -> Generator[str, None, None]:
        """The lines with their ends, which may be LF, CRLF or CR.

        Raises:
            DataError: the bytes are no text, or a line has no end within 16 Mi characters.
        """
        pending: list[str] = []
        length = number = 0
        held = ""
        for block in self.blocks():
            text = held + block
            # A CR at the end of a block may be half a line end: it waits for what follows.
            held = "\r" if text.endswith("\r") else ""
            for line in io.StringIO(text.removesuffix("\r"), newline=""):
                pending.append(line)
                length += len(line)
                if length > LONGEST_LINE:
                    raise DataError(
                        f"{self.source}: line {number + 1} has more than {LONGEST_LINE} "
                        "characters: is this a table?"
                    )
                if line.endswith(("\n", "\r")):
                    yield "".join(pending)
                    pending.clear()
                    length = 0
                    number += 1
        if pending or held:
            yield "".join(pending) + held

    def utf8_copy(self, path: Path) -> Path:
        """A copy of the text in UTF-8 at `path`.

        Raises:
            DataError: the bytes are no text, or there is no room for a copy.
        """
        written = 0
        with path.open("w", encoding="utf-8", newline="") as file:
            for block in self.blocks():
                written += file.write(block)
                # Half of what was free is left to others.
                if written > shutil.disk_usage(path.parent).free:
                    raise DataError(
                        f"{self.source} needs more room than there is in {path.parent} to be "
                        "unpacked. TMPDIR names another folder"
                    )
        return path

    def _zero(self, lines: int) -> DataError:
        return EncodingError(
            f"{self.source} is not a text file (line {lines + 1} holds a zero byte): a CSV, "
            "Parquet, Arrow, JSON, SQLite or DuckDB file is needed"
        )

    def _undecodable(self, error: UnicodeError, lines: int) -> DataError:
        spoken = "UTF-8" if self.encoding in _UTF8 else self.encoding
        remedy = "save the file in UTF-8, or name its encoding (--encoding cp1252, gb18030, ..)"
        if not isinstance(error, UnicodeDecodeError):
            return EncodingError(f"{self.source} is not written in {spoken}: {remedy}")
        before = error.object[: error.start].decode(self.encoding, "replace")
        byte = f"byte 0x{error.object[error.start]:02x}"
        if error.start == len(error.object) or error.reason in _CUT_OFF:
            byte += ", where the file ends"
        return EncodingError(
            f"{self.source}: line {lines + _ends(before) + 1} is not {spoken} ({byte}): {remedy}"
        )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
            raise self._damaged(str(error)) from None
        except OSError as error:
            if error.errno is None:
                raise self._damaged(str(error)) from None
            raise DataError(f"{self.source} cannot be read: {error.strerror}") from None

    def _damaged(self, reason: str) -> DataError:
        return DataError(
            f"{self.source} is damaged: it is compressed with {self.compression}, but cannot be "
            f"unpacked ({reason})"
        )


def _ends(text: str) -> int:
    return text.count("\n") or text.count("\r")
