"""Decides what the texts of a column are: numbers, times or words.

Receives the distinct texts of a column and a code for each row; gives the column and what the
user should know of it. Every reader of text ends here, so that a column is the same whichever
file it came from.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pellucid.data.notation import Notation, likely_notation
from pellucid.data.reading import Reading
from pellucid.data.storage import (
    MARK_LENGTHS,
    Storage,
    encode_words,
    is_code,
    is_mark,
    number_label,
    parse_number,
)
from pellucid.data.strays import NUMBERS, TIMES, Strays, bounded, counts_listed, undetected
from pellucid.data.table import Column
from pellucid.data.times import Times, find_times, likely_form
from pellucid.data.truths import truth_words
from pellucid.data.whole_numbers import rounded_words
from pellucid.errors import DataError
from pellucid.language import Sentence

__all__ = ["MOST_LABELS", "Fields", "infinite_complaint"]

MOST_LABELS = 1000
"""A column that spells more numbers than this holds no classes whose spelling is worth keeping."""

_NEARLY_ALL = 0.9
"""From this share of words on, a column is but for few made of times, of whatever form."""


@dataclass(frozen=True)
class Fields:
    """How the texts of a table are to be understood.

    Attributes:
        source: what to call the table in messages.
        reading: what the user said.
        decimal: the decimal mark of numbers.
        numbers: whether texts that spell numbers are numbers; False where the file has a type
            of its own for numbers.
        line: from the index of a row to the line of the file that it begins on, or None.
    """

    source: str
    reading: Reading
    decimal: str = "."
    numbers: bool = True
    line: Callable[[int], int | None] = lambda index: None

    def place(self, index: int) -> str:
        """How to name a row: "row 17 (line 18)"."""
        line = self.line(index)
        return f"row {index + 1}" + (f" (line {line})" if line is not None else "")

    def column(
        self, name: str, codes: npt.NDArray[np.int32], words: Sequence[str]
    ) -> tuple[Column, list[Sentence]]:
        """The column that `words[codes]` are, -1 being a missing text, and notes about it.

        NUMBER when every text that is there spells a number (so also when none is there), all of
        them plainly or in one notation, unless all are whole numbers and one is a code such as
        '007' or has more digits than a float64 holds; TIME when all are dates or times in one
        form; WORDS otherwise, with the blanks around them stripped.

        Raises:
            DataError: a number is infinite, or a text is not what the user said the column holds.
        """
        told = self.reading.storages.get(name)
        codes, kept = self._clean(name, codes, words)
        if told is Storage.WORDS:
            return Column(name, Storage.WORDS, codes, kept), []
        # Of many words most are too long to be looked at.
        if not any(is_mark(word) for word in kept if len(word) in MARK_LENGTHS):
            return self._read(name, codes, kept, len(words))
        unmarked, left = _without_marks(codes, kept)
        if not left and told is None:
            return Column(name, Storage.WORDS, codes, kept), []
        column, notes = self._read(name, unmarked, left, len(words))
        if column.storage is Storage.WORDS and not _are_truths(left):
            return Column(name, Storage.WORDS, codes, kept, strays=column.strays), notes
        marks = [is_mark(word) for word in kept]
        counts = _most_frequent(codes, kept, marks)
        values = {"source": self.source, "name": name, "marks": counts_listed(counts)}
        return column, [*notes, Sentence("data.read_marks", values)]

    def _read(
        self, name: str, codes: npt.NDArray[np.int32], kept: tuple[str, ...], spellings: int
    ) -> tuple[Column, list[Sentence]]:
        """The same of words of which none means "no value", and of which there were so many."""
        told = self.reading.storages.get(name)
        parsed, notation = ([], None) if told is Storage.TIME else self.numbers_of(name, kept)
        spelled = parsed
        parsed, bounds, tolerated_notes = self._tolerated(name, codes, kept, parsed, notation)
        all_numbers = None not in parsed
        code = told is not Storage.NUMBER and (
            _are_codes(kept, parsed) or any(rounded_words(kept, parsed, notation))
        )
        if all_numbers and not code and told is not Storage.TIME:
            column = self._numbers(name, codes, kept, parsed, spellings, notation)
            column = replace(column, bounds=bounds)
            if notation is None or name in self.reading.notations:
                return column, tolerated_notes
            each = zip(kept, spelled, strict=True)
            odd = [number is not None and self.is_odd(word) for word, number in each]
            if not any(odd):
                return column, tolerated_notes
            first = kept[codes[self._first(codes, odd)]]
            return column, [self.notation_note(name, notation, first), *tolerated_notes]
        if told is Storage.NUMBER:
            strays = self._strays(NUMBERS, codes, kept, [number is None for number in parsed])
            raise DataError(self._complaint(name, strays, "but the column is to hold numbers"))
        times = find_times(kept, told=told is Storage.TIME)
        if times.seconds is not None:
            seconds = np.append(times.seconds, np.nan)[codes]
            return Column(name, Storage.TIME, seconds), []
        if told is Storage.TIME:
            if not kept:
                return Column(name, Storage.TIME, np.full(len(codes), np.nan)), []
            raise DataError(self._time_complaint(name, codes, kept, times))
        likely = self._likely_strays(codes, kept, parsed)
        notes = self._notes(name, codes, kept, parsed, notation, times, likely)
        return Column(name, Storage.WORDS, codes, kept, strays=likely), notes

    def _tolerated(
        self,
        name: str,
        codes: npt.NDArray[np.int32],
        words: Sequence[str],
        parsed: list[float | None],
        notation: Notation | None,
    ) -> tuple[list[float | None], frozenset[float], list[Sentence]]:
        """The numbers with bounds and words as `reading` allows, those of bounds, and the notes."""
        if name not in (*self.reading.bounds, *self.reading.worded):
            return parsed, frozenset(), []
        bounds: list[bool] = [False] * len(words)
        numbers = list(parsed)
        if name in self.reading.bounds:
            for place, word in enumerate(words):
                behind = bounded(word) if numbers[place] is None else None
                if behind is not None:
                    numbers[place] = self._bound(behind, notation)
                    bounds[place] = numbers[place] is not None
        read = zip(numbers, bounds, strict=True)
        limits = frozenset(number for number, bound in read if bound and number is not None)
        strange = [number is None for number in numbers]
        if name in self.reading.worded:
            numbers = [np.nan if number is None else number for number in numbers]
        notes = []
        rows = int(np.count_nonzero(codes >= 0))
        for key, chosen in (("bounds", bounds), ("words", strange)):
            counts = _most_frequent(codes, words, chosen)
            if counts and (key == "bounds" or name in self.reading.worded):
                option = shlex.quote(f"{name}=category")
                values = {"source": self.source, "name": name, "words": counts_listed(counts)}
                fitting = {"fitting": rows - sum(counts.values()), "rows": rows}
                notes.append(
                    Sentence(f"data.read_as_{key}", {**values, **fitting, "option": option})
                )
        return numbers, limits, notes

    def _bound(self, text: str, notation: Notation | None) -> float | None:
        number = parse_number(text, self.decimal)
        return notation.read_loosely(text) if number is None and notation is not None else number

    def numbers_of(
        self, name: str, words: Sequence[str]
    ) -> tuple[list[float | None], Notation | None]:
        """The numbers that words of a column spell, None for each that does not, and how.

        The notation is None where it is the plain one, in which Python writes numbers.
        """
        told = self.reading.storages.get(name) is Storage.NUMBER
        stored = self.reading.notations.get(name)
        ways: list[tuple[list[float | None], Notation | None]] = []
        if stored is not None:
            ways.append((list(map(stored.read_loosely, words)), stored))
        if (told or self.numbers or not words) and (not ways or None in ways[0][0]):
            plain = [parse_number(word, self.decimal) for word in words]
            ways.append((plain, self.notation))
        if all(None in numbers for numbers, _ in ways):
            found = likely_notation(words, self._decimals, told=told)
            ours = stored is None or found is None or found.unit in ("", stored.unit)
            if found is not None and ours:
                numbers = list(map(found.read, words))
                # Where the file has a type for numbers, texts that spell them plainly are texts.
                if told or self.numbers or any(map(self.is_odd, words)):
                    ways.append((numbers, found))
        if not ways:
            return [None] * len(words), None
        return min(ways, key=lambda way: way[0].count(None))

    def is_odd(self, word: str) -> bool:
        """Whether a word is no number that is written plainly, with the table's decimal mark."""
        return parse_number(word, self.decimal) is None

    def notation_note(self, name: str, notation: Notation, word: str) -> Sentence:
        """What the user is to be told of a column whose numbers are written as the word shows."""
        number = number_label(notation.read(word) or 0.0)
        values = {"source": self.source, "name": name, "text": word, "number": number}
        if not notation.unit:
            return Sentence("data.read_notation", values)
        return Sentence("data.read_notation_unit", {**values, "unit": notation.unit})

    @property
    def notation(self) -> Notation | None:
        """How numbers are written that have but the table's decimal mark; None for a point."""
        return None if self.decimal == "." else Notation(self.decimal)

    @property
    def _decimals(self) -> tuple[str, ...]:
        """The decimal marks that a column may have, that of the table first."""
        other = "," if self.decimal == "." else "."
        return (self.decimal,) if self.reading.decimal else (self.decimal, other)

    def _clean(
        self, name: str, codes: npt.NDArray[np.int32], words: Sequence[str]
    ) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
        stripped, reading = [word.strip() for word in words], self.reading.of(name)
        absent = {word for word in stripped if reading.is_missing(word, self.decimal)}
        if not absent and stripped == list(words):
            return codes, tuple(stripped)
        mapped, kept = encode_words(None if word in absent else word for word in stripped)
        # The code -1 of what is missing already picks the last entry.
        return np.append(mapped, np.int32(-1))[codes], kept

    def _numbers(
        self,
        name: str,
        codes: npt.NDArray[np.int32],
        words: Sequence[str],
        parsed: Sequence[float | None],
        spellings: int,
        notation: Notation | None,
    ) -> Column:
        numbers = np.array([*parsed, np.nan], dtype=np.float64)
        infinite = np.isinf(numbers)
        if infinite.any() and name not in self.reading.drop:
            index = self._first(codes, infinite[:-1].tolist())
            raise DataError(
                infinite_complaint(self.source, self.place(index), name, words[codes[index]])
            )
        for absent in self.reading.of(name).missing_numbers if notation is not None else ():
            numbers[numbers == absent] = np.nan
        plain = notation is None and spellings <= MOST_LABELS
        labels = _labels(words, parsed) if plain and name not in self.reading.bounds else {}
        return Column(name, Storage.NUMBER, numbers[codes], labels=labels, notation=notation)

    def _first(self, codes: npt.NDArray[np.int32], chosen: Sequence[bool]) -> int:
        """The first row whose word is among the chosen ones."""
        return int(np.argmax(np.append(np.array(chosen, dtype=bool), False)[codes]))

    def _strays(
        self,
        among: str,
        codes: npt.NDArray[np.int32],
        words: Sequence[str],
        strange: Sequence[bool],
    ) -> Strays:
        counts = _most_frequent(codes, words, strange)
        row = self._first(codes, strange)
        fitting = int(np.count_nonzero(codes >= 0)) - sum(counts.values())
        return Strays(among, counts, fitting, row, self.place(row))

    def _likely_strays(
        self,
        codes: npt.NDArray[np.int32],
        words: Sequence[str],
        parsed: Sequence[float | None],
    ) -> Strays | None:
        """What keeps words from being numbers or times, if more than half of the rows are these.

        Rows in which nothing could be measured are counted on neither side.
        """
        among = NUMBERS
        strange = [number is None for number in parsed]
        if not parsed or all(strange):
            form = likely_form(words)
            if form is None:
                return None
            among = TIMES
            strange = [form.seconds(word) is None for word in words]
        counts = np.bincount(codes[codes >= 0], minlength=len(words))
        odd = int(counts[np.array(strange, dtype=bool)].sum())
        unmeasured = int(counts[[undetected(word) for word in words]].sum())
        rows = int(counts.sum()) - unmeasured
        if not odd or 2 * (odd - unmeasured) >= rows or any(map(is_code, words)):
            return None
        return self._strays(among, codes, words, strange)

    def _complaint(self, name: str, strays: Strays, but: str) -> str:
        """What is said where a column was told to be what the strays are not."""
        first, *others = strays.counts
        plural = f"; so are {strays.listed} in all" if others or strays.rows > 1 else ""
        mend = strays.options and f"; {strays.options} if that means that there is no value"
        return (
            f"{self.source}: {strays.place}, column {name!r} is {first!r}, {but}: correct it or "
            f"leave it empty (missing){plural}{mend}"
        )

    def _time_complaint(
        self, name: str, codes: npt.NDArray[np.int32], words: Sequence[str], times: Times
    ) -> str:
        start = f"{self.source}: column {name!r} is to hold dates, but"
        form = likely_form(words, told=True)
        if form is None:
            index = int(np.argmax(codes >= 0))
            return (
                f"{start} {self.place(index)} is {words[codes[index]]!r}, which is written in no "
                "form that is known: write dates as YYYY-MM-DD"
            )
        strange = [form.seconds(word) is None for word in words]
        if not any(strange) and times.between is not None:
            index = self._first(codes, [word == times.between[0] for word in words])
            return (
                f"{start} {times.between[0]!r} in {self.place(index)} can be {times.forms[0]} "
                f"and {times.forms[1]}, and no other row decides: write dates as YYYY-MM-DD"
            )
        strays = self._strays(TIMES, codes, words, strange)
        fits = self._first(codes, [not odd for odd in strange])
        first = words[codes[strays.row]]
        other = find_times([first], told=True).forms
        written = f"as {other[0]}" if other else "otherwise"
        more = f" (all that differ: {strays.listed})" if strays.rows > 1 else ""
        return (
            f"{start} {self.place(fits)} is {words[codes[fits]]!r} (written as {form.name}) and "
            f"{strays.place} is {first!r} (written {written}){more}: write all of them in one "
            f"form, or leave them empty (missing), or say that they mean no value "
            f"({strays.options})"
        )

    def _notes(
        self,
        name: str,
        codes: npt.NDArray[np.int32],
        words: Sequence[str],
        parsed: Sequence[float | None],
        notation: Notation | None,
        times: Times,
        strays: Strays | None,
    ) -> list[Sentence]:
        """Why a column that looks like numbers or times was taken for words."""
        if _are_codes(words, parsed):
            index = self._first(codes, [is_code(word) for word in words])
            return [self._note("read_code", name, codes, words, index)]
        rounded = rounded_words(words, parsed, notation)
        if any(rounded):
            note = self._note("read_digits", name, codes, words, self._first(codes, rounded))
            option = f"--column {shlex.quote(name)}=number"
            return [Sentence(note.key, {**note.values, "option": option})]
        if strays is not None and not (strays.among == TIMES and _are_dated(list(strays.counts))):
            return [self._strays_note(name, strays)]
        if self.numbers and words:
            unsure = likely_notation(words, self._decimals, told=True)
            if unsure is not None and unsure.count(words) == len(words):
                return [self._note("read_unsure", name, codes, words, int(np.argmax(codes >= 0)))]
        if times.between is None or not _are_dated(words):
            return []
        rows = [self._first(codes, [word == text for word in words]) for text in times.between]
        values = {
            "source": self.source,
            "name": name,
            "first": times.between[0],
            "first_place": self.place(rows[0]),
            "first_form": times.forms[0],
            "second": times.between[1],
            "second_place": self.place(rows[1]),
            "second_form": times.forms[-1],
        }
        key = "read_dates_two_ways" if rows[0] == rows[1] else "read_dates_mixed"
        return [Sentence(f"data.{key}", values)]

    def _strays_note(self, name: str, strays: Strays) -> Sentence:
        key = f"data.read_stray_{strays.among}"
        commas = [parse_number(word, ",") is not None for word in strays.counts]
        if strays.among == NUMBERS and self.decimal == "." and all(commas):
            key = "data.read_stray_comma"
        elif not strays.options:
            key = "data.read_stray_bounds"
        line = self.line(strays.row)
        values = {
            "source": self.source,
            "name": name,
            "strays": strays.listed,
            "row": strays.row + 1,
            "line": "" if line is None else Sentence("data.read_line", {"line": line}),
            "fitting": strays.fitting,
            "rows": strays.fitting + strays.rows,
            "options": strays.options,
        }
        return Sentence(key, values)

    def _note(
        self,
        key: str,
        name: str,
        codes: npt.NDArray[np.int32],
        words: Sequence[str],
        index: int,
    ) -> Sentence:
        line = self.line(index)
        values = {
            "source": self.source,
            "name": name,
            "value": words[codes[index]],
            "row": index + 1,
            "line": "" if line is None else Sentence("data.read_line", {"line": line}),
        }
        return Sentence(f"data.{key}", values)


def infinite_complaint(source: str, place: str, name: str, text: str) -> str:
    """The complaint about a number that is infinite."""
    return (
        f"{source}: {place}, column {name!r} is {text}: every number must be finite; "
        f"correct it or leave it empty (missing), or say that it means no value (--missing "
        f"{shlex.quote(text)})"
    )


def _are_codes(words: Sequence[str], parsed: Sequence[float | None]) -> bool:
    """Whether texts that spell whole numbers are codes, since one begins with a needless zero."""
    are_integers = (number is not None and number.is_integer() for number in parsed)
    return bool(parsed) and all(are_integers) and any(map(is_code, words))


def _are_dated(words: Sequence[str]) -> bool:
    """Whether nearly every word of a sample is a time of some form."""
    sample = words[:: max(1, len(words) // 1000)]
    found = (find_times([word]) for word in sample)
    dated = sum(times.seconds is not None or bool(times.forms) for times in found)
    return dated >= _NEARLY_ALL * len(sample)


def _are_truths(words: Sequence[str]) -> bool:
    """Whether words are both those of a pair such as no and yes."""
    folded = {word.casefold() for word in words}
    return len(folded) == 2 and truth_words(list(folded)) is not None


def _without_marks(
    codes: npt.NDArray[np.int32], words: Sequence[str]
) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """The words without those that mean "no value" among numbers, and the codes of the others."""
    mapped, left = encode_words(None if is_mark(word) else word for word in words)
    return np.append(mapped, np.int32(-1))[codes], left


def _most_frequent(
    codes: npt.NDArray[np.int32], words: Sequence[str], chosen: Sequence[bool]
) -> dict[str, int]:
    """In how many rows each of the chosen words stands, the most frequent first."""
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    found = [place for place in np.flatnonzero(chosen).tolist() if counts[place]]
    return {words[place]: int(counts[place]) for place in sorted(found, key=lambda p: -counts[p])}


def _labels(words: Sequence[str], parsed: Sequence[float | None]) -> dict[float, str]:
    """How a file spells the numbers that Python would spell otherwise, such as '+1' or '2.0'.

    Numbers that the file spells in several ways are left out.

    >>> _labels(["+1", "2.0", "3", "4", "4.0"], [1.0, 2.0, 3.0, 4.0, 4.0])
    {1.0: '+1', 2.0: '2.0'}
    """
    spelled: dict[float, list[str]] = {}
    for word, number in zip(words, parsed, strict=True):
        if number is not None:
            spelled.setdefault(number, []).append(word)
    return {
        number: ways[0]
        for number, ways in spelled.items()
        if len(ways) == 1 and ways[0] != str(number_label(number))
    }
