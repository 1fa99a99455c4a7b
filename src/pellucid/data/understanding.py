"""Finds out what each column of the training rows is taken for.

Receives a table of training rows and what the user says of some columns; gives an `Understood` for
each column that is not a target, with a reason where it is left out of the network, and a hint
where the user may know better.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pellucid.data.categories import category_codes, spelled_alike, spellings
from pellucid.data.kinds import Kind, Told, Understood
from pellucid.data.name_words import names_code, names_identifier, names_year
from pellucid.data.storage import Storage, is_code, number_label
from pellucid.data.table import Column, Table, did_you_mean, name_list, said_names
from pellucid.data.truths import truth_words
from pellucid.errors import DataError, OptionError
from pellucid.language import Sentence

__all__ = ["are_years", "column_names", "notes_about", "understand"]

FEWEST_ROWS = 10
"""In fewer training rows than this, that values all differ or count up means nothing."""

OWN_SHARE = 0.9
"""Words are names or free text when there are this many different ones for each value ..."""

SINGLE_SHARE = 0.5
"""... or when this share of the values occurs once, and more than `MANY` differ."""

MANY = 64
"""More different values than a person would list."""

PROSE_BLANKS = 3.0
"""Words that have this many blanks in them on average are free text, not names or codes."""

MOST_NAMED = 10
"""Of more columns that are left out for the same reason the first are named."""

FEW_CODES = 50
"""Codes that number districts or kinds of things are not more than this, or are named codes."""


def understand(
    table: Table,
    targets: Collection[str] = (),
    told: Mapping[str, Told] | None = None,
    time: str | None = None,
) -> dict[str, Understood]:
    """What each column is taken for, but for the `targets`, decided from training rows.

    A column that numbers the rows is kept when no other column would be left, and when it is the
    `time` by which rows are split.

    Raises OptionError where what was told names a target, or no column, or lacks the levels; and
    DataError, naming row and value, where a column is not what was told.

    >>> table = Table([Column.of_texts("married", ["yes", "no"])])
    >>> understand(table)["married"].kind, understand(table)["married"].levels
    (<Kind.BOOLEAN: 'boolean'>, ('no', 'yes'))
    """
    told = told or {}
    for name in told:
        _check_told(name, table, targets)
    understood = {
        name: _as_told(table[name], told[name])
        if name in told
        else _found(table[name], is_time=name == time)
        for name in table.names
        if name not in targets
    }
    if not any(entry.kind.is_used for entry in understood.values()):
        for name, entry in understood.items():
            if entry.kind is Kind.IDENTIFIER and not entry.told:
                column = table[name]
                if column.storage is Storage.NUMBER:
                    understood[name] = _number(column)
    return understood


def notes_about(understood: Iterable[Understood]) -> tuple[Sentence, ...]:
    """Sentences for the user: which columns are left out and why, and the hints.

    Columns that are left out for the same reason share a sentence; those that the user told to be
    identifiers or text are not spoken of.
    """
    together: dict[str, list[str]] = {}
    hints = []
    for entry in understood:
        if entry.reason is not None:
            together.setdefault(entry.reason.key, []).append(entry.name)
        if entry.hint is not None:
            hints.append(entry.hint)
    left_out = [
        Sentence(key, {"columns": column_names(names), "example": _kept(names, key)})
        for key, names in together.items()
    ]
    return (*left_out, *hints)


def column_names(names: Collection[str]) -> Sentence:
    """The words "column 'a' is" or "columns 'a', 'b' are", as the start of a sentence."""
    key = "data.column_one" if len(names) == 1 else "data.column_many"
    return Sentence(key, {"names": said_names(names, MOST_NAMED)})


def _check_told(name: str, table: Table, targets: Collection[str]) -> None:
    if name in targets:
        raise OptionError(
            f"--column {name}: this column is the target; --task classification or "
            "--task regression says what it is taken for"
        )
    if name not in table:
        raise OptionError(
            f"--column {name}: {table.source} has no such column{did_you_mean(name, table.names)}. "
            f"Its columns are {name_list(table.names)}"
        )


def _found(column: Column, *, is_time: bool) -> Understood:
    if column.unusable is not None:
        return Understood(column.name, Kind.TEXT, _left_out(column, "data.column_unusable"))
    constant = _constant(column)
    if constant is not None:
        return constant
    if column.storage is Storage.TIME:
        return Understood(column.name, Kind.DATE)
    if column.levels and column.storage is Storage.WORDS:
        return Understood(column.name, Kind.ORDERED, levels=column.levels)
    if column.storage is Storage.WORDS:
        return _words(column)
    if is_time or are_years(column):
        return _number(column)
    numbers_rows = _counts_rows(column)
    if numbers_rows or (_may_identify(column) and _all_differ(column)):
        reason = "numbered" if names_identifier(column.name) else "index"
        reason = "data.column_counter" if numbers_rows else f"data.column_{reason}"
        return Understood(column.name, Kind.IDENTIFIER, _left_out(column, reason))
    return _number(column)


def are_years(column: Column) -> bool:
    """Whether numbers are years: they are named so, or look so and are not named identifiers.

    >>> are_years(Column("season", Storage.NUMBER, np.arange(1990.0, 2020.0)))
    True
    """
    if column.storage is not Storage.NUMBER:
        return False
    values = column.values[~np.isnan(column.values)]
    if not len(values) or not bool((values == np.floor(values)).all()):
        return False
    low, high = float(values.min()), float(values.max())
    if names_year(column.name):
        return 1000 <= low < high < 2500
    return 1500 <= low < high <= 2200 and not _may_identify(column)


def _may_identify(column: Column) -> bool:
    """Whether a column is named like an identifier, or has no name as the index of a frame."""
    return names_identifier(column.name) or column.nameless


def _constant(column: Column) -> Understood | None:
    """The column as one that says nothing; None if it says something, if only by missing."""
    missing = column.missing()
    if missing.all():
        reason = "data.column_empty"
    elif not missing.any() and bool((column.values == column.values[0]).all()):
        reason = "data.column_constant"
    else:
        return None
    return Understood(column.name, Kind.CONSTANT, _left_out(column, reason))


def _words(column: Column) -> Understood:
    counts = column.counts()
    counts = counts[counts > 0]
    present = int(counts.sum())
    single = int(np.count_nonzero(counts == 1))
    own = len(counts) >= OWN_SHARE * present
    mostly_single = single >= SINGLE_SHARE * present and len(counts) > MANY
    if present < FEWEST_ROWS or not (own or mostly_single):
        found = spellings(column)
        pair = truth_words(list(found)) if len(found) == 2 else None
        kind, levels = (Kind.CATEGORY, ()) if pair is None else (Kind.BOOLEAN, pair)
        hint = spelled_alike(column.name, found)
        return Understood(column.name, kind, levels=levels, hint=hint)
    if float(np.mean([word.count(" ") for word in _present_words(column)])) >= PROSE_BLANKS:
        return Understood(column.name, Kind.TEXT, _left_out(column, "data.column_text"))
    return Understood(column.name, Kind.IDENTIFIER, _left_out(column, "data.column_identifier"))


def _number(column: Column) -> Understood:
    """A column of numbers that does not number the rows: 0 and 1, or a quantity, or a code."""
    values = column.values
    present = values[~np.isnan(values)]
    if bool(((present == 0.0) | (present == 1.0)).all()) and present.min() < present.max():
        return Understood(column.name, Kind.BOOLEAN, levels=("0", "1"))
    hint = None
    if _looks_like_code(column, present):
        hint = Sentence(
            "data.column_code",
            {"column": column.name, "option": f"--column {_quoted(column.name)}=category"},
        )
    return Understood(column.name, Kind.NUMBER, hint=hint)


def _counts_rows(column: Column) -> bool:
    """Whether whole numbers count up by one with the rows of the source."""
    rows = column.row_numbers
    if len(column) < FEWEST_ROWS or not float(column.values[0]).is_integer():
        return False
    steps = column.values - (np.arange(len(column)) if rows is None else rows)
    return bool((steps == steps[0]).all())


def _all_differ(column: Column) -> bool:
    """Whether every row has a whole number of its own."""
    values = column.values
    if len(values) < FEWEST_ROWS or not bool((values == np.floor(values)).all()):
        return False
    return len(np.unique(values)) == len(values)


def _looks_like_code(column: Column, present: npt.NDArray[np.float64]) -> bool:
    """Whether whole numbers seem to name something, so that their order would mean nothing.

    Such are three or more that the file writes with leading zeros, or that stand in a column
    named a code, or of which there are few, all of as many digits (three or more) and scattered
    over their range.
    """
    # Most quantities are not whole, which a few values show.
    some = present[:1000]
    if not bool((some == np.floor(some)).all()) or not bool((present == np.floor(present)).all()):
        return False
    low, high = float(present.min()), float(present.max())
    if low < 0.0 or high >= 2.0**53:
        return False
    if any(isinstance(label, str) and is_code(label) for label in column.labels.values()):
        return True
    if not names_code(column.name) and len(np.unique(present[:: max(1, len(present) // 5000)])) > (
        FEW_CODES
    ):
        return False
    distinct = np.unique(present)
    if len(distinct) < 3:
        return False
    if names_code(column.name):
        return True
    digits = len(str(int(low)))
    same_length = digits >= 3 and len(str(int(high))) == digits
    scattered = high - low >= 3 * len(distinct) and len(set(np.diff(distinct).tolist())) > 1
    round_numbers = bool((distinct % 5 == 0).all())
    few = len(distinct) <= min(FEW_CODES, len(present) / 20)
    return same_length and scattered and few and not round_numbers


def _left_out(column: Column, key: str) -> Sentence:
    names = [column.name]
    return Sentence(key, {"columns": column_names(names), "example": _kept(names, key)})


def _kept(names: Sequence[str], key: str) -> str:
    """What follows on '--column ' to keep columns that are left out for a reason, but the kind.

    Of many columns it has those that are named.
    """
    kind = "category" if key == "data.column_identifier" else "number"
    return f"={kind} --column ".join(map(_quoted, names[:MOST_NAMED]))


def _present_words(column: Column) -> list[str]:
    return [column.words[code] for code in np.flatnonzero(column.counts()).tolist()]


def _as_told(column: Column, told: Told) -> Understood:
    """The column as the user says; DataError or OptionError if it cannot be that."""
    entry = Understood(column.name, told.kind, told=True)
    if told.kind in (Kind.IDENTIFIER, Kind.TEXT):
        return entry
    column.require_usable()
    if told.kind is Kind.NUMBER:
        column.numbers("it was told to be a number")
    elif told.kind is Kind.DATE and column.storage is not Storage.TIME:
        _refuse_date(column)
    constant = _constant(column)
    if constant is not None:
        return replace(constant, told=True)
    if told.kind in (Kind.BOOLEAN, Kind.CATEGORY) and column.storage is Storage.WORDS:
        entry = replace(entry, hint=spelled_alike(column.name, spellings(column)))
    if told.kind is Kind.BOOLEAN:
        return replace(entry, levels=_two_values(column))
    if told.kind is Kind.ORDERED:
        return _ordered(column, told.levels)
    return entry


def _refuse_date(column: Column) -> None:
    index = int(np.argmax(~column.missing()))
    if column.missing()[index]:
        return
    raise DataError(
        f"{column.place(index)} is {_value(column, index)!r}, but the column was told to be a "
        "date: one form of date is needed in all rows, such as 2024-01-31 or 2024-01-31 12:30"
    )


def _two_values(column: Column) -> tuple[str, ...]:
    words = sorted(spellings(column.as_words()))
    levels = truth_words(words) or tuple(words)
    if len(levels) != 2:
        raise DataError(
            f"{column.source}: column {column.name!r} was told to be boolean, which needs two "
            f"values, but has {len(words)}: {name_list(words, 5)}"
        )
    return levels


def _ordered(column: Column, levels: tuple[str, ...]) -> Understood:
    spelled = column.as_words()
    words = _present_words(spelled)
    if not levels:
        if column.storage is Storage.NUMBER:
            distinct = np.unique(column.values[~column.missing()]).tolist()
            levels = tuple(str(number_label(value)) for value in distinct)
            return Understood(column.name, Kind.ORDERED, told=True, levels=levels)
        option = shlex.quote(f"{column.name}=ordered:{'<'.join(words[:8])}")
        raise OptionError(
            f"the order of the values of column {column.name!r} must be said, from low to high: "
            f"it has {name_list(words, 20)}, so write them in their order, as in --column {option}"
        )
    codes = category_codes(spelled, levels)
    strange = (codes < 0) & ~spelled.missing()
    if strange.any():
        index = int(np.argmax(strange))
        value = spelled.words[spelled.values[index]]
        raise DataError(
            f"{column.place(index)} is {value!r}{did_you_mean(value, levels)}, which is none of "
            f"the levels {name_list(levels)}: every value needs a place in the order"
        )
    # Words of the whole file that no training row has are still there.
    present = category_codes(replace(spelled, values=np.arange(len(spelled.words))), levels)
    lacking = [level for code, level in enumerate(levels) if code not in present]
    hint = None
    if lacking:
        hint = Sentence(
            "data.column_level",
            {"column": column.name, "levels": name_list(lacking), "values": said_names(words, 10)},
        )
    return Understood(column.name, Kind.ORDERED, told=True, levels=levels, hint=hint)


def _value(column: Column, index: int) -> str:
    return str(column.take(np.array([index])).texts()[0])


def _quoted(name: str) -> str:
    return shlex.quote(name)
