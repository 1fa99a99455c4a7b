"""Random values for a network's leaves, and the network computed on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.backends import evaluate
from pellucid.graph.node import Node, input_node
from pellucid.layers import Layer, Mode

Array = np.ndarray[Any, Any]


def random_values(leaves: Mapping[str, Node], seed: int) -> dict[str, Array]:
    """Return numbers from -1 to 1 for each leaf, and from 0.5 to 1.5 for variances."""
    random = np.random.default_rng(seed)
    return {
        name: random.uniform(*((0.5, 1.5) if "variance" in name else (-1.0, 1.0)), leaf.shape)
        for name, leaf in leaves.items()
    }


def run_layer(
    layer: Layer,
    x: Any,
    values: Mapping[str, Array] | None = None,
    mode: Mode | None = None,
    dtype: str = "float64",
) -> Array:
    """Return what a layer gives for x; its leaves by path have the values."""
    array = np.asarray(x, dtype)
    leaf = input_node("x", array.shape, dtype)
    output = layer(leaf, mode)
    leaves = {**layer.parameters(), **layer.states()}
    return evaluate(output, {leaf: array, **{leaves[n]: v for n, v in (values or {}).items()}})
