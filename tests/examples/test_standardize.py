import doctest

import numpy as np

from pellucid.backends import evaluate
from pellucid.examples import standardize
from pellucid.examples.standardize import Standardize
from pellucid.graph.node import input_node


def test_docstring() -> None:
    assert doctest.testmod(standardize).failed == 0


def test_rows_become_standard_units() -> None:
    rows = np.array([[1, 20], [2, 40], [6, 90]], np.float32)
    layer, x = Standardize(rows), input_node("x", (3, 2))
    expected = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    np.testing.assert_allclose(evaluate(layer(x), {x: rows}), expected, rtol=1e-6)
    assert layer.parameters() == {}
