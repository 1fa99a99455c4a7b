from __future__ import annotations

import doctest

import numpy as np
import pytest

from pellucid.graph import short as module
from pellucid.graph.short import short, short_shape


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (np.float32(0.1), "0.1"),
        (1 / 3, "0.3333"),
        (1.5e-9, "1.5e-09"),
        (123456.0, "1.235e+05"),
        (123456, "123456"),
        (np.uint32(4294967295), "4294967295"),
        (True, "True"),
        (np.bool_(False), "False"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (np.zeros((0, 3)), "empty"),
        (np.eye(2), "[1, 0, 0, 1]"),
        (np.array([np.nan, 1.0]), "[nan, 1]"),
        (np.arange(5), "0 .. 4, mean 2"),
        (np.full((3, 3), 0.25), "all 0.25"),
        (np.array([True, False, True, True, True]), "4 of 5 true"),
        (np.array([1, np.nan, np.inf, -np.inf, 2.0]), "3 of 5 not finite"),
        (np.full(5, 3e38, np.float32), "all 3e+38"),
        (np.array([0, 3e38, 3e38, 3e38, 3e38], np.float32), "0 .. 3e+38, mean 2.4e+38"),
    ],
)
def test_short(value: object, text: str) -> None:
    assert short(value) == text


def test_digits() -> None:
    assert short([2 / 3, 1e-20], digits=8) == "[0.66666667, 1e-20]"


def test_shape() -> None:
    assert [short_shape(s) for s in ((), (0,), (1, 2, 3))] == ["scalar", "0", "1 x 2 x 3"]
