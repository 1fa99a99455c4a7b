"""Makes columns from arrays and lists that hold Python, NumPy, pandas or polars values.

Numbers become NUMBER, text and declared categories TEXT, booleans TEXT with the words 'True'
and 'False'; what was no text is kept as the label of its word. pandas and polars are never
imported: their objects are recognised by the modules that their owner has loaded.
"""

from __future__ import annotations

import numbers
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from pellucid.data.kinds import Kind, Label, clean_texts, label_text
from pellucid.data.table import Column
from pellucid.errors import DataError

__all__ = ["column_of", "is_pandas", "is_polars"]


def is_pandas(value: Any, name: str) -> bool:
    """Whether the value is a pandas object of the class of that name, without importing pandas."""
    module = sys.modules.get("pandas")
    return module is not None and isinstance(value, getattr(module, name))


def is_polars(value: Any, name: str) -> bool:
    """Whether the value is a polars object of the class of that name, without importing polars."""
    module = sys.modules.get("polars")
    return module is not None and isinstance(value, getattr(module, name))


def column_of(name: str, values: Any, source: str) -> Column:
    """A column from a 1-d array, a list, or a pandas or polars series.

    Raises DataError for dates and times, complex numbers, nested values and arrays that are
    not 1-d, naming the column and, where there is one, the row.

    >>> column_of("likes", [True, False, None], "the list").values.tolist()
    ['True', 'False', None]
    """
    if is_pandas(values, "Series"):
        return _from_pandas(name, values, source)
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


def _from_array(name: str, values: np.ndarray[Any, np.dtype[Any]], source: str) -> Column:
    kind = values.dtype.kind
    if kind in "iuf":
        return Column(name, Kind.NUMBER, values.astype(np.float64))
    if kind in "bOUT":
        return _from_objects(name, values.tolist(), source)
    raise _unsuitable(name, str(values.dtype), source)


def _from_pandas(name: str, series: Any, source: str) -> Column:
    if str(series.dtype) == "category":
        return _from_objects(name, series.astype(object).tolist(), source, category=True)
    if isinstance(series.dtype, np.dtype):
        return _from_array(name, series.to_numpy(), source)
    pandas = sys.modules["pandas"]
    types = pandas.api.types
    if types.is_bool_dtype(series.dtype) or types.is_string_dtype(series.dtype):
        return _from_objects(name, series.astype(object).tolist(), source)
    if types.is_numeric_dtype(series.dtype):
        return Column(name, Kind.NUMBER, series.to_numpy(dtype=np.float64, na_value=np.nan))
    raise _unsuitable(name, str(series.dtype), source)


def _from_polars(name: str, series: Any, source: str) -> Column:
    polars = sys.modules["polars"]
    type_ = series.dtype
    if type_.is_numeric():
        numbers_ = series.cast(polars.Float64).fill_null(np.nan).to_numpy()
        return Column(name, Kind.NUMBER, np.array(numbers_, dtype=np.float64))
    objects = (polars.Boolean, polars.Null, polars.Object)
    if type_ in (polars.String, polars.Categorical, polars.Enum, *objects):
        return _from_objects(name, series.to_list(), source)
    raise _unsuitable(name, str(type_), source)


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
        return Column(name, Kind.NUMBER, np.array(floats, dtype=np.float64))
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
        else:
            raise DataError(
                f"{source}: row {index + 1}, column {name!r} holds a value of type "
                f"{type(value).__name__}, but numbers, text or booleans are needed: "
                "turn the column into numbers or text, or leave it out"
            )
    return Column(name, Kind.TEXT, clean_texts(texts), labels=_labels(present))


def _labels(present: list[Any]) -> dict[str, Label]:
    """The words of values that are all booleans or all numbers, and what they stand for."""
    alike = all(map(_is_boolean, present)) or all(map(_is_number, present))
    return {label_text(label): label for label in map(_label, present)} if alike else {}


def _label(value: Any) -> Label:
    if _is_boolean(value):
        return bool(value)
    return int(value) if isinstance(value, numbers.Integral) else float(value)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool | np.bool_)


def _is_number(value: Any) -> bool:
    return not _is_boolean(value) and isinstance(value, numbers.Real | Decimal)


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, numbers.Real | Decimal) and value != value


def _too_large(name: str, index: int, source: str) -> DataError:
    return DataError(
        f"{source}: row {index + 1}, column {name!r} holds an integer too large for a number"
    )


def _unsuitable(name: str, type_: str, source: str) -> DataError:
    return DataError(
        f"{source}: column {name!r} holds values of type {type_}, but numbers, text or booleans "
        "are needed: turn it into numbers (days, hours, years) or text, or leave it out"
    )
