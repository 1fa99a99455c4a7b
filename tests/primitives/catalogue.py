"""The table of all primitives: how each is built, what it should give, and where it is smooth.

A case holds a builder (nodes to a node), an oracle on arrays that is not pellucid's own formula,
operands (shape, a way to draw values in a range where the function is smooth, element type), and
JAX's function of the same meaning where there is one. Oracles of float cases receive NumPy's
longdouble, whose functions are the C library's and whose range is wider, so that textbook forms
serve. Tests walk the table; a primitive without a case fails them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.primitives.case import Array, Case
from tests.primitives.composite_cases import COMPOSITE_CASES
from tests.primitives.elementwise_cases import ELEMENTWISE_CASES
from tests.primitives.movement_cases import MOVEMENT_CASES
from tests.primitives.reduction_cases import REDUCTION_CASES
from tests.primitives.selection_cases import SELECTION_CASES

CASES: list[Case] = [
    *ELEMENTWISE_CASES,
    *REDUCTION_CASES,
    *MOVEMENT_CASES,
    *SELECTION_CASES,
    *COMPOSITE_CASES,
]


def values_of(case: Case, dtype: Any, seed: int) -> list[Array]:
    """Draw the operands of a case, floats in the type `dtype`."""
    random = np.random.default_rng(seed)
    return [
        np.asarray(
            operand.draw(random, operand.shape),
            dtype if operand.dtype == "float" else operand.dtype,
        )
        for operand in case.operands
    ]


__all__ = ["CASES", "Array", "Case", "values_of"]
