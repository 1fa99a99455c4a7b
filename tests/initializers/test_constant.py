"""Tests of the initializers that give one number everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.dtypes import DType, float32, float64
from pellucid.errors import OptionError
from pellucid.initializers import Constant, Initializer, Ones, Zeros


@pytest.mark.parametrize("dtype", [float32, float64])
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3, 4)])
@pytest.mark.parametrize(
    ("initializer", "number"), [(Zeros(), 0.0), (Ones(), 1.0), (Constant(-0.1), -0.1)]
)
def test_one_number_everywhere(
    initializer: Initializer, number: float, shape: tuple[int, ...], dtype: DType
) -> None:
    value = initializer(shape, dtype, 3, "weight")
    assert (value.shape, value.dtype) == (shape, dtype)
    assert (value == np.asarray(number, dtype)).all()


def test_no_number() -> None:
    with pytest.raises(OptionError) as caught:
        Constant(float("nan"))
    assert str(caught.value) == "Constant needs value to be a finite number, got nan"
