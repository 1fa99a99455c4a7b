"""What the user says of how a table is to be read; what is not said is found out.

Receives options; gives them checked, and as plain JSON and back, so that a model file can keep the
spelling of missing values and the decimal mark that its table had.
"""

from __future__ import annotations

import codecs
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from pellucid.data.notation import Notation
from pellucid.data.storage import MISSING, Storage, is_code, label_text, parse_number
from pellucid.errors import OptionError

__all__ = ["Reading"]

_SPOKEN = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "bar": "|",
    "pipe": "|",
    "space": " ",
    "blank": " ",
}
_LISTED = ("missing", "drop", "bounds", "worded")
_UNUSABLE_SEPARATORS = frozenset('"\r\n\0\ufeff')


@dataclass(frozen=True)
class Reading:
    """How a table is to be read.

    Attributes:
        separator: one character between the fields of a line, or one of the words comma,
            semicolon, tab, bar and space (any run of blanks); None to find it out.
        decimal: the decimal mark, "." or ","; None to find it out.
        header: whether the first line names the columns; None to find it out.
        encoding: the name of a text encoding that Python knows; None for UTF-8, or what a
            byte-order mark says.
        missing: values that mean "no value", beside the standard ones. One that spells a number
            holds for every spelling of that number; 'age=-9' says it of -9 in the column 'age'.
        query: the name of a table, or a SELECT, for a database.
        storages: how columns are held, by name, whatever their values look like.
        notations: how columns of numbers were written in another file, by name. They are read so
            again, or as plain numbers if they are.
        skip_lines: how many lines of a text file stand before the table; None to find it out.
        drop: names of columns that will not be used: no number in them is refused.
        bounds: names of columns of numbers in which '<0.6' and '> 100' are read as 0.6 and 100.
        worded: names of columns of numbers in which whatever is no number means "no value".

    Raises:
        OptionError: an option is impossible.

    >>> Reading(separator="tab", missing=("-999",)).separator
    '\\t'
    """

    separator: str | None = None
    decimal: str | None = None
    header: bool | None = None
    encoding: str | None = None
    missing: tuple[str | float, ...] = ()
    query: str | None = None
    storages: Mapping[str, Storage] = field(default_factory=dict)
    notations: Mapping[str, Notation] = field(default_factory=dict)
    skip_lines: int | None = None
    drop: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
    worded: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check every option, and put words such as "tab" into characters."""
        object.__setattr__(self, "separator", _separator(self.separator))
        if self.decimal not in (None, ".", ","):
            raise OptionError(f"the decimal mark must be '.' or ',', but it is {self.decimal!r}")
        if self.decimal == "," == self.separator:
            raise OptionError("the separator and the decimal mark cannot both be the comma")
        if self.header not in (None, True, False):
            raise OptionError(f"header must be true or false, but it is {self.header!r}")
        object.__setattr__(self, "encoding", _encoding(self.encoding))
        object.__setattr__(self, "missing", _missing(self.missing))
        if self.query is not None and not (isinstance(self.query, str) and self.query.strip()):
            raise OptionError(
                f"the query must be the name of a table or a SELECT, but it is {self.query!r}"
            )
        object.__setattr__(self, "storages", _storages(self.storages))
        skipped = self.skip_lines
        is_integer = isinstance(skipped, int) and not isinstance(skipped, bool)
        if skipped is not None and not (is_integer and skipped >= 0):
            raise OptionError(
                f"skip_lines must be a whole number of lines from 0 on, but it is {skipped!r}"
            )

    def of(self, name: str) -> Reading:
        """The same for a column, with what means "no value" in it alone.

        >>> Reading(missing=("-", "age=-9")).of("age").missing
        ('-', 'age=-9', '-9')
        """
        texts = (value for value in self.missing if isinstance(value, str))
        own = [text.removeprefix(f"{name}=") for text in texts if text.startswith(f"{name}=")]
        return replace(self, missing=(*self.missing, *own)) if own else self

    @cached_property
    def missing_texts(self) -> frozenset[str]:
        """The texts that mean "no value", the standard ones among them."""
        return MISSING.union(
            value.strip() if isinstance(value, str) else label_text(value) for value in self.missing
        )

    @cached_property
    def missing_numbers(self) -> tuple[float, ...]:
        """The numbers that mean "no value"."""
        spelled = (
            parse_number(value, self.decimal or ".") if isinstance(value, str) else float(value)
            for value in self.missing
        )
        return tuple(number for number in spelled if number is not None)

    def is_missing(self, text: str, decimal: str = ".") -> bool:
        """Whether a text without blanks around it means "no value".

        >>> Reading(missing=(-999,)).is_missing("-999.0"), Reading().is_missing("-999.0")
        (True, False)
        """
        if text in self.missing_texts:
            return True
        if not self.missing_numbers or is_code(text):
            return False
        return parse_number(text, decimal) in self.missing_numbers

    def description(self) -> dict[str, Any]:
        """Return these options as plain JSON."""
        described = {each.name: getattr(self, each.name) for each in fields(self)}
        described |= {name: list(getattr(self, name)) for name in _LISTED}
        described["storages"] = {name: kind.value for name, kind in self.storages.items()}
        described["notations"] = {
            name: notation.description() for name, notation in self.notations.items()
        }
        return described

    @classmethod
    def from_description(cls, description: Any) -> Reading:
        """Return the options that `description` described.

        Raises:
            OptionError: it describes none.

        >>> Reading.from_description({"missing": ["-"], "decimal": ","}).missing
        ('-',)
        """
        names = {each.name for each in fields(cls)}
        if not isinstance(description, Mapping) or not names.issuperset(description):
            raise OptionError(f"no way of reading a table is described by {description!r}")
        notations = description.get("notations", {})
        if not isinstance(notations, Mapping):
            raise OptionError(f"no notations of numbers are described by {notations!r}")
        notations_read = {name: Notation.from_description(each) for name, each in notations.items()}
        listed = {
            name: tuple(description[name])
            for name in _LISTED
            if isinstance(description.get(name), list | tuple)
        }
        return cls(**{**description, "notations": notations_read, **listed})


def _separator(separator: Any) -> str | None:
    if separator is None:
        return None
    character = _SPOKEN.get(separator, separator) if isinstance(separator, str) else ""
    if len(character) != 1 or character in _UNUSABLE_SEPARATORS:
        raise OptionError(
            "the separator must be one character (no quote or line break), or one of "
            f"{', '.join(_SPOKEN)}, but it is {separator!r}"
        )
    return character


def _encoding(encoding: Any) -> str | None:
    if encoding is None:
        return None
    try:
        # The codecs that are no text encodings ('zlib', 'rot13') fail here.
        "a".encode(encoding).decode(encoding)
        return codecs.lookup(encoding).name
    except (LookupError, TypeError, ValueError):
        raise OptionError(
            f"there is no text encoding {encoding!r}; utf-8, latin-1, cp1252, utf-16, gbk and "
            "shift_jis are some"
        ) from None


def _missing(missing: Any) -> tuple[str | float, ...]:
    if isinstance(missing, str | int | float) or not isinstance(missing, Iterable):
        raise OptionError(f"missing must be a list of texts and numbers, but it is {missing!r}")
    values = tuple(missing)
    for value in values:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not isinstance(value, str) and not (number and math.isfinite(value)):
            raise OptionError(f"a missing value must be a text or a number, but one is {value!r}")
    return values


def _storages(storages: Any) -> dict[str, Storage]:
    try:
        return {str(name): Storage(storage) for name, storage in dict(storages).items()}
    except (TypeError, ValueError):
        raise OptionError(
            "storages must say for names of columns one of "
            f"{', '.join(storage.value for storage in Storage)}, but they are {storages!r}"
        ) from None
