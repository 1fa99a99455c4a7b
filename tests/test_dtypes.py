"""Element types: the closed list, and what names one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.dtypes import DTYPES, as_dtype, boolean, is_float, is_integer
from pellucid.errors import DTypeError


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_type_is_named_by_itself_its_name_and_its_class(dtype: Any) -> None:
    assert as_dtype(dtype) == as_dtype(str(dtype)) == as_dtype(dtype.type) == dtype


@pytest.mark.parametrize(
    "value", ["float16", "complex64", np.int8, "no such type", object, "U3", ">f4", None, 3, {}]
)
def test_other_types_are_refused(value: Any) -> None:
    with pytest.raises(DTypeError, match="is not an element type of pellucid: use one of float32"):
        as_dtype(value)


def test_kinds() -> None:
    assert [str(dtype) for dtype in DTYPES if is_float(dtype)] == ["float32", "float64"]
    assert [str(dtype) for dtype in DTYPES if is_integer(dtype)] == [
        "int32",
        "int64",
        "uint8",
        "uint32",
    ]
    assert not is_float(boolean)
    assert not is_integer(boolean)
