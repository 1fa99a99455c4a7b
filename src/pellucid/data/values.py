"""Makes columns from arrays and lists that hold Python, NumPy, pandas or polars values.

Numbers become NUMBER, and so do durations and times of day, in seconds; dates and times TIME, text
and declared categories WORDS, and so do whole numbers that float64 would round; booleans the words
'True' and 'False'; what was no text is kept as the label of its word. Nested values, bytes and the
like are not looked at. pandas and polars are never imported: their objects are recognised by the
modules that their owner has loaded.
"""

from __future__ import annotations

import numbers
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.column_names import ColumnNames
from pellucid.data.fields import Fields
from pellucid.data.notation import SECONDS
from pellucid.data.reading import Reading
from pellucid.data.relation import seconds_note
from pellucid.data.storage import Label, Storage, as_written, encode_words, label_text
from pellucid.data.table import Column, Table, name_list
from pellucid.data.whole_numbers import LAST_EXACT, any_rounded
from pellucid.errors import DataError
from pellucid.language import Sentence

__all__ = ["column_of", "is_pandas", "is_polars", "table_of_columns"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_NARROW: dict[str, type[np.floating[Any]]] = {
    "float16": np.float16,
    "float32": np.float32,
    "halffloat[pyarrow]": np.float16,
    "float[pyarrow]": np.float32,
}
"""The types of numbers that are narrower than float64, as NumPy, pandas and polars name them."""


def is_pandas(value: Any, name: str) -> bool:
    """Whether the value is a pandas object of the class of that name, without importing pandas."""
    module = sys.modules.get("pandas")
    return module is not None and isinstance(value, getattr(module, name))


def is_polars(value: Any, name: str) -> bool:
    """Whether the value is a polars object of the class of that name, without importing polars."""
    module = sys.modules.get("polars")
    return module is not None and isinstance(value, getattr(module, name))


def table_of_columns(
    columns: Iterable[tuple[str, Any]],
    source: str,
    reading: Reading | None = None,
    understood: Mapping[str, Any] | None = None,
) -> Table:
    """The table of named columns, each as `column_of` takes it.

    Raises:
        DataError: a column cannot be used, or there are no columns or rows.
    """
    reading = reading or Reading()
    listed = list(columns)
    column_names = ColumnNames.of(name for name, _ in listed)
    made: list[Column] = []
    notes: list[Sentence] = []
    for name, (_, values) in zip(column_names.names, listed, strict=True):
        column, new_notes = _noted_column(name, values, source, reading)
        made.append(column)
        notes += new_notes
    made, new_notes = column_names.finish(made, source, reading)
    table = Table(made, source=source, notes=[*new_notes, *notes], understood=understood)
    if not len(table):
        raise DataError(
            f"{source} is empty: at least one column and one row are needed"
            if not table.names
            else f"{source} has the columns {name_list(table.names)} but no rows"
        )
    return table


def column_of(name: str, values: Any, source: str, reading: Reading | None = None) -> Column:
    """A column from a 1-d array, a list, or a pandas or polars series.

    Text that is written as dates, all in one form, is TIME; text that spells numbers is text.

    Raises:
        DataError: an array is not 1-d, or an integer is too large.

    >>> column_of("likes", [True, False, None], "the list").texts().tolist()
    ['True', 'False', None]
    """
    return _noted_column(name, values, source, reading or Reading())[0]


def _noted_column(
    name: str, values: Any, source: str, reading: Reading
) -> tuple[Column, list[Sentence]]:
    column = _column(name, values, source)
    if column.unusable is not None:
        return column, []
    told = reading.storages.get(name)
    reading = reading.of(name)
    notes = [] if column.notation is None else [seconds_note(source, name)]
    if column.storage is Storage.NUMBER:
        for absent in reading.missing_numbers:
            numbers_ = np.where(column.values == absent, np.nan, column.values)
            column = replace(column, values=numbers_)
        if told is Storage.TIME and not column.missing().all():
            column = column.as_words()
    if told is Storage.WORDS:
        narrow = _NARROW.get(str(getattr(values, "dtype", "")).lower())
        if narrow is not None:
            column = replace(column, values=as_written(column.values, narrow))
        column = column.as_words()
    declared = _is_declared(values)
    are_integers = not declared and _are_whole_numbers(column)
    # What was no text is what it is.
    labelled = column.labels and not are_integers and told in (None, Storage.WORDS)
    if column.storage is not Storage.WORDS or labelled:
        return column, notes
    if declared:
        reading = replace(reading, storages={name: Storage.WORDS})
    reread, new_notes = Fields(source, reading, numbers=are_integers).column(
        name, column.values, column.words
    )
    if are_integers and reread.storage is Storage.WORDS:
        reread = replace(reread, labels={word: int(word) for word in reread.words})
    levels = tuple(level for level in column.levels if not reading.is_missing(level))
    return replace(reread, levels=levels), new_notes


def _are_whole_numbers(column: Column) -> bool:
    """Whether a column has words for whole numbers, which float64 would round."""
    labels = column.labels.values()
    return bool(labels) and all(type(label) is int for label in labels)


def _is_declared(values: Any) -> bool:
    """Whether a series is one of categories, by the type that its owner gave it."""
    frames = is_pandas(values, "Series") or is_polars(values, "Series")
    return frames and str(values.dtype).startswith(("category", "Categorical", "Enum"))


def _column(name: str, values: Any, source: str) -> Column:
    if is_pandas(values, "Series"):
        return _from_pandas(name, values, source)
    if is_pandas(values, "DatetimeIndex"):
        return _from_pandas(name, values.to_series(), source)
    if is_polars(values, "Series"):
        return _from_polars(name, values, source)
    if isinstance(values, np.ma.MaskedArray) and values.ndim == 1:
        return _from_objects(name, values.tolist(), source)
    # A list goes value by value, since NumPy would turn [1, "a"] into texts and 2**70 into objects.
    if isinstance(values, Sequence) and not isinstance(values, str | bytes):
        return _from_objects(name, list(values), source)
    array = np.asarray(values)
    if array.ndim != 1:
        raise DataError(
            f"{source}: column {name!r} needs a 1-d array or a list, but it is a "
            f"{type(values).__name__} of shape {array.shape}"
        )
    return _from_array(name, array, source)


def _from_array(name: str, values: npt.NDArray[Any], source: str) -> Column:
    kind = values.dtype.kind
    if kind in "iu" and len(values) and _is_large(values.min(), values.max()):
        return _from_objects(name, values.tolist(), source)
    if kind in "iuf":
        return Column(name, Storage.NUMBER, values.astype(np.float64))
    if kind == "M":
        return Column(name, Storage.TIME, _seconds(values))
    if kind == "b":
        return _booleans(name, values, np.zeros(len(values), dtype=bool))
    if kind == "m":
        return _from_seconds(name, values / np.timedelta64(1, "s"))
    if kind in "OUT":
        return _from_objects(name, values.tolist(), source)
    return Column.of_unusable(name, str(values.dtype), len(values))


def _from_seconds(name: str, seconds: npt.NDArray[np.float64]) -> Column:
    return Column(name, Storage.NUMBER, seconds, notation=SECONDS)


def _seconds(moments: npt.NDArray[np.datetime64]) -> npt.NDArray[np.float64]:
    unit = np.datetime_data(moments.dtype)[0]
    exact = moments.astype("datetime64[s]" if unit in "YMWDhms" or unit == "generic" else "M8[us]")
    seconds = exact.astype(np.int64) / (1.0 if exact.dtype == np.dtype("M8[s]") else 1e6)
    return np.where(np.isnat(moments), np.nan, seconds)


def _booleans(name: str, values: npt.NDArray[np.bool_], missing: npt.NDArray[np.bool_]) -> Column:
    present = [truth for truth in (False, True) if (~missing & (values == truth)).any()]
    code = {truth: index for index, truth in enumerate(present)}
    codes = np.where(values, code.get(True, -1), code.get(False, -1)).astype(np.int32)
    codes[missing] = -1
    words = tuple(label_text(truth) for truth in present)
    labels = dict(zip(words, present, strict=True))
    if not words:
        return Column(name, Storage.NUMBER, np.full(len(values), np.nan))
    return Column(name, Storage.WORDS, codes, words, labels=labels)


def _from_pandas(name: str, series: Any, source: str) -> Column:
    if str(series.dtype) == "category":
        categories = series.cat.categories.tolist()
        column = _category(name, series.cat.codes.to_numpy(), categories, source)
        return replace(column, levels=_levels(categories)) if series.cat.ordered else column
    if isinstance(series.dtype, np.dtype):
        return _from_array(name, series.to_numpy(), source)
    pandas = sys.modules["pandas"]
    types = pandas.api.types
    if types.is_bool_dtype(series.dtype):
        missing = series.isna().to_numpy(dtype=bool)
        return _booleans(name, series.fillna(False).to_numpy(dtype=bool), missing)
    if types.is_string_dtype(series.dtype):
        codes, uniques = pandas.factorize(series)
        return _category(name, codes, list(uniques), source)
    exact = types.is_integer_dtype(series.dtype) or str(series.dtype).startswith("decimal")
    if exact and _is_large(series.min(), series.max()):
        return _from_objects(name, series.astype(object).tolist(), source)
    if types.is_numeric_dtype(series.dtype):
        return Column(name, Storage.NUMBER, series.to_numpy(dtype=np.float64, na_value=np.nan))
    dates = str(series.dtype).startswith(("date32", "date64"))
    if not dates and types.is_datetime64_any_dtype(series.dtype):
        if getattr(series.dt, "tz", None) is not None:
            series = series.dt.tz_convert("UTC").dt.tz_localize(None)
        return _from_array(name, series.to_numpy(dtype="datetime64[ns]"), source)
    if isinstance(series.dtype, pandas.PeriodDtype):
        return _from_array(name, series.dt.start_time.to_numpy(), source)
    return _from_objects(name, series.astype(object).tolist(), source)


def _from_polars(name: str, series: Any, source: str) -> Column:
    polars = sys.modules["polars"]
    type_ = series.dtype
    if not type_.is_float() and type_.is_numeric() and _is_large(series.min(), series.max()):
        return _from_objects(name, series.to_list(), source)
    if type_.is_numeric():
        numbers_ = series.cast(polars.Float64).fill_null(np.nan).to_numpy()
        return Column(name, Storage.NUMBER, np.array(numbers_, dtype=np.float64))
    if type_ == polars.Date or type_ == polars.Datetime:
        moments = series.cast(polars.Datetime("us")).dt.replace_time_zone(None)
        return Column(name, Storage.TIME, _seconds(moments.to_numpy()))
    if type_ == polars.Boolean:
        missing = np.array(series.is_null().to_numpy(), dtype=bool)
        return _booleans(name, np.array(series.fill_null(False).to_numpy(), dtype=bool), missing)
    if type_ in (polars.String, polars.Categorical, polars.Enum):
        texts = series.cast(polars.String)
        distinct = texts.unique().drop_nulls().sort()
        if not len(distinct):
            return Column(name, Storage.NUMBER, np.full(len(series), np.nan))
        codes = texts.cast(polars.Enum(distinct)).to_physical().cast(polars.Int32).fill_null(-1)
        return _category(name, np.array(codes.to_numpy()), distinct.to_list(), source)
    if type_ == polars.Duration or type_ == polars.Time:
        nanoseconds = series.cast(polars.Duration("ns")).cast(polars.Int64).cast(polars.Float64)
        return _from_seconds(name, np.array(nanoseconds.fill_null(np.nan).to_numpy()) / 1e9)
    if type_ in (polars.Null, polars.Object):
        return _from_objects(name, series.to_list(), source)
    return Column.of_unusable(name, str(type_), len(series))


def _category(name: str, codes: npt.NDArray[Any], categories: list[Any], source: str) -> Column:
    """A column of words from the codes of a frame, -1 where missing, and its categories."""
    listed = _from_objects(name, categories, source, category=True)
    if listed.unusable is not None:
        return Column.of_unusable(name, listed.unusable, len(codes))
    mapped = np.append(listed.values, np.int32(-1))[codes].astype(np.int32)
    return Column(name, Storage.WORDS, mapped, listed.words, labels=listed.labels)


def _levels(categories: list[Any]) -> tuple[str, ...]:
    """The words of ordered categories; none where two of them would be one word."""
    texts = [each if isinstance(each, str) else label_text(_label(each)) for each in categories]
    folded = {text.strip().casefold() for text in texts}
    return tuple(text.strip() for text in texts) if len(folded) == len(texts) else ()


def _from_objects(name: str, values: list[Any], source: str, *, category: bool = False) -> Column:
    """A column from Python values of mixed types, whose missing values are None, nan or NA."""
    present = [value for value in values if not _is_missing(value)]
    if not category and all(_is_number(value) for value in present):
        try:
            floats = [np.nan if _is_missing(value) else float(value) for value in values]
        except OverflowError:
            largest = max(present, key=abs)
            row = next(index for index, value in enumerate(values) if value is largest)
            raise _too_large(name, row, source) from None
        array = np.array(floats, dtype=np.float64)
        large = bool((np.abs(array) >= LAST_EXACT).any()) and all(map(_is_whole, present))
        if not large or not any_rounded(map(int, present)):
            return Column(name, Storage.NUMBER, array)
    if not category and all(isinstance(value, date) for value in present):
        seconds = [np.nan if _is_missing(value) else _moment(value) for value in values]
        return Column(name, Storage.TIME, np.array(seconds, dtype=np.float64))
    if not category and all(isinstance(value, timedelta | time) for value in present):
        spans = [np.nan if _is_missing(value) else _span(value) for value in values]
        return _from_seconds(name, np.array(spans, dtype=np.float64))
    texts: list[str | None] = []
    for index, value in enumerate(values):
        if _is_missing(value):
            texts.append(None)
        elif isinstance(value, str):
            texts.append(value)
        elif _is_boolean(value) or _is_number(value):
            try:
                texts.append(label_text(_label(value)))
            except OverflowError:
                raise _too_large(name, index, source) from None
        elif category and isinstance(value, date):
            texts.append(value.isoformat())
        else:
            type_ = f"{type(value).__name__} (row {index + 1})"
            return Column.of_unusable(name, type_, len(values))
    codes, words = encode_words(texts)
    return Column(name, Storage.WORDS, codes, words, labels=_labels(present))


def _moment(value: date) -> float:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH).total_seconds()


def _span(value: timedelta | time) -> float:
    """The seconds of a duration, or those of a day that have passed."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    return (datetime.combine(_EPOCH, value.replace(tzinfo=UTC)) - _EPOCH).total_seconds()


def _labels(present: list[Any]) -> dict[str, Label]:
    """The words of values that are all booleans or all numbers, and what they stand for."""
    alike = all(map(_is_boolean, present)) or all(map(_is_number, present))
    return {label_text(label): label for label in map(_label, present)} if alike else {}


def _label(value: Any) -> Label:
    if _is_boolean(value):
        return bool(value)
    return int(value) if _is_whole(value) else float(value)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool | np.bool_)


def _is_number(value: Any) -> bool:
    return not _is_boolean(value) and isinstance(value, numbers.Real | Decimal)


def _is_whole(value: Any) -> bool:
    """Whether a number is of a type that holds whole numbers in all their digits, and whole."""
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return isinstance(value, numbers.Integral)


def _is_large(low: Any, high: Any) -> bool:
    """Whether numbers that lie between these, if there are any, may be too large to be exact."""
    present = [end for end in (low, high) if not _is_missing(end)]
    return any(abs(int(end)) >= LAST_EXACT for end in present)


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, numbers.Real | Decimal) and value != value


def _too_large(name: str, index: int, source: str) -> DataError:
    return DataError(
        f"{source}: row {index + 1}, column {name!r} holds an integer too large for a number"
    )
