"""Splits rows by time: the network is tested on what came after the rows that it learned from."""

from __future__ import annotations

import shlex

import numpy as np
import numpy.typing as npt

from pellucid.data.splitting import Split, check_fractions
from pellucid.data.storage import Storage, number_label, parse_number
from pellucid.data.table import Column, counted, time_text
from pellucid.errors import DataError
from pellucid.language import Sentence

__all__ = ["split_by_time"]


def split_by_time(column: Column, *, validation: float = 0.2, test: float = 0.2) -> Split:
    """Split rows by a column of dates, times or numbers.

    The last rows are for the test, those before them for validation, as near to the wanted
    fractions as rows of the same time, which stay together, allow. Rows without time are left out.

    Raises OptionError for impossible fractions; DataError when the column holds words, or has
    fewer different times than there are parts.

    >>> years = Column("year", Storage.NUMBER, np.array([2003.0, 2001, 2003, 2002, 2001]))
    >>> split = split_by_time(years, validation=0.2, test=0.4)
    >>> split.train.tolist(), split.validation.tolist(), split.test.tolist()
    ([1, 4], [3], [0, 2])
    """
    check_fractions(validation, test)
    if column.storage is Storage.WORDS:
        index = int(np.argmax(~column.missing()))
        word = column.take(np.array([index])).texts()[0]
        spelled = isinstance(word, str) and parse_number(word) is not None
        remedy = f"; --column {shlex.quote(column.name)}=number" if spelled else ""
        raise DataError(
            f"{column.source}: rows cannot be split by the time in column {column.name!r}, which "
            f"holds words such as {word!r}: dates of one form or numbers are needed{remedy}"
        )
    missing = column.missing()
    placed = np.flatnonzero(~missing)
    # Rows of the same time stay in the order of the table.
    placed = placed[np.argsort(column.values[placed], kind="stable")]
    times = column.values[placed]
    starts = np.flatnonzero(np.diff(times, prepend=-np.inf) > 0)
    wanted = [fraction for fraction in (validation, test) if fraction]
    if len(starts) < 1 + len(wanted):
        raise DataError(
            f"{column.source}: column {column.name!r} has {counted(len(starts), 'different time')}"
            f", but at least {1 + len(wanted)} are needed, one for each part"
        )
    first_test = first_validation = len(placed)
    if test:
        wanted_start = len(placed) * (1.0 - test)
        first_test = first_validation = _nearest(starts[1 + bool(validation) :], wanted_start)
    if validation:
        wanted_start = len(placed) * (1.0 - test - validation)
        first_validation = _nearest(starts[1:][starts[1:] < first_test], wanted_start)
    parts = np.split(placed, [first_validation, first_test])
    train, in_validation, in_test = (np.sort(part).astype(np.int64) for part in parts)
    starting = {"validation": first_validation, "test": first_test}
    values = {
        part: _shown(column, times, starting[part])
        for part, fraction in (("validation", validation), ("test", test))
        if fraction
    }
    key = "_".join(["data.split_time", *values])
    sentence = Sentence(key, {"column": column.name, **values})
    left_out = np.flatnonzero(missing).astype(np.int64)
    notes = []
    if values:
        last = _shown(column, times, first_validation - 1)
        notes.append(Sentence("data.split_time_learned", {"column": column.name, "last": last}))
    if len(left_out):
        number = "" if len(left_out) > 1 else "_one"
        lack = {"column": column.name, "count": len(left_out)}
        notes.append(Sentence(f"data.split_without_time{number}", lack))
    return Split(train, in_validation, in_test, sentence, left_out, tuple(notes))


def _nearest(starts: npt.NDArray[np.int64], wanted_start: float) -> int:
    return int(starts[np.argmin(np.abs(starts - wanted_start))])


def _shown(column: Column, times: npt.NDArray[np.float64], place: int) -> str:
    value = float(times[place])
    return time_text(value) if column.storage is Storage.TIME else str(number_label(value))
