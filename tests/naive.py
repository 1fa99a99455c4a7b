"""Evaluation node by node, without any rewriting: an oracle for whatever lowers graphs.

Composites are evaluated through their expansion, formulas by walking their words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from pellucid.backends.words import MEANINGS
from pellucid.dtypes import DType, is_float
from pellucid.graph.formula import Word
from pellucid.graph.node import CONSTANT, Node
from pellucid.graph.primitive import Composite, Elementwise, Structural
from pellucid.graph.traversal import topological

Array = np.ndarray[Any, Any]


class NaiveEvaluation:
    """Values of nodes, each computed once and kept."""

    def __init__(self, values: Mapping[Node, Array]) -> None:
        self.values: dict[Node, Any] = dict(values)

    def __call__(self, node: Node) -> Array:
        """Return the value of a node."""
        with np.errstate(all="ignore"):
            self._compute([node])
        return np.asarray(self.values[node])

    def _compute(self, outputs: Iterable[Node]) -> None:
        for node in topological(outputs, stop=self.values):
            if node not in self.values:
                self.values[node] = self._value(node)

    def _value(self, node: Node) -> Any:
        primitive = node.primitive
        if primitive is CONSTANT:
            return node.attributes["value"]
        arguments = [self.values[source] for source in node.inputs]
        if isinstance(primitive, Elementwise):
            floats = [source.dtype for source in node.inputs if is_float(source.dtype)]
            number_type = (floats or [node.inputs[0].dtype])[0]
            return _speak(primitive.expression(node.attributes), arguments, number_type)
        if isinstance(primitive, Structural):
            return primitive.compute(*arguments, **node.attributes)
        assert isinstance(primitive, Composite), f"{node!r} has no value"
        expansion = primitive.expand(*node.inputs, **node.attributes)
        self._compute([expansion])
        return self.values[expansion]


def _speak(word: Word, arguments: list[Any], number_type: DType) -> Any:
    if word.operation == "argument":
        assert isinstance(word.value, int)
        return arguments[word.value]
    if word.operation == "constant":
        return number_type.type(word.value)
    parts = [_speak(part, arguments, number_type) for part in word.arguments]
    if word.operation == "convert":
        return parts[0].astype(word.dtype)
    return MEANINGS[word.operation](*parts)


def same_bits(one: Array, other: Array) -> bool:
    """Tell whether two arrays are equal to the bit, any nan being like any other."""
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    if one.dtype.kind != "f":
        return bool(np.array_equal(one, other))
    missing = np.isnan(one)
    if not np.array_equal(missing, np.isnan(other)):
        return False
    return bool(one[~missing].tobytes() == other[~missing].tobytes())
