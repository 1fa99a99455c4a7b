"""Tables of plain Python values, and of files by pandas, without the readers of the package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pellucid.data.storage import MISSING, Storage
from pellucid.data.table import Column, Table


def column(name: str, values: Iterable[Any]) -> Column:
    """A column of numbers, times or words, None or nan where missing."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiu":
        return Column(name, Storage.NUMBER, values.astype(np.float64))
    listed = [None if value is None or value != value else value for value in values]
    present = [value for value in listed if value is not None]
    if present and all(isinstance(value, datetime) for value in present):
        seconds = [
            np.nan if value is None else value.replace(tzinfo=UTC).timestamp() for value in listed
        ]
        return Column(name, Storage.TIME, np.array(seconds))
    if present and all(isinstance(value, bool) for value in present):
        texts = [None if value is None else str(value) for value in listed]
        return Column.of_texts(name, texts, {"True": True, "False": False})
    if all(isinstance(value, int | float | np.number) for value in present):
        return Column(name, Storage.NUMBER, np.array([_number(value) for value in listed]))
    return Column.of_texts(name, [None if value is None else str(value) for value in listed])


def _number(value: Any) -> float:
    return np.nan if value is None else float(value)


def table(columns: Mapping[str, Iterable[Any]], source: str = "t.csv") -> Table:
    """A table of such columns."""
    return Table([column(name, values) for name, values in columns.items()], source=source)


def pandas_table(
    path: Path, *, header: bool = True, separator: str = ",", dates: Mapping[str, str] | None = None
) -> Table:
    """A table of a file; `dates` are the forms of the columns that hold dates."""
    frame = pd.read_csv(
        path,
        header=0 if header else None,
        sep=separator,
        na_values=sorted(MISSING),
        keep_default_na=False,
        skipinitialspace=True,
    )
    if not header:
        frame.columns = [f"column_{index + 1}" for index in range(frame.shape[1])]
    columns = {}
    for name, values in frame.items():
        form = (dates or {}).get(str(name))
        if form is not None:
            values = pd.to_datetime(values, format=form).dt.to_pydatetime()
        columns[str(name)] = values.tolist() if form is None else list(values)
    return table(columns, path.name)
