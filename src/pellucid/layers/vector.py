"""All parameters as one flat vector, and back: of values or of nodes.

A method that thinks of a network as a function of one vector (a line search, a landscape, a
Hessian) goes through here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

import numpy as np

from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.node import Node
from pellucid.primitives import concatenate, reshape
from pellucid.shapes import size

Array = np.ndarray[Any, Any]


@overload
def flatten_parameters(values: Mapping[str, Node]) -> Node: ...


@overload
def flatten_parameters(values: Mapping[str, Array]) -> Array: ...


def flatten_parameters(values: Mapping[str, Node] | Mapping[str, Array]) -> Node | Array:
    """Return parameters one after the other, in their order, as one vector of all elements.

    Args:
        values: by name, as `Layer.parameters` gives them; nodes, or arrays.

    Raises:
        ShapeError: there is none.
        DTypeError: their element types differ.

    Example:
        >>> flatten_parameters({"weight": np.eye(2), "bias": np.array([5.0])})
        array([1., 0., 0., 1., 5.])
    """
    if not values:
        raise ShapeError("there are no parameters to be put into a vector")
    types = {name: value.dtype for name, value in values.items()}
    first, dtype = next(iter(types.items()))
    for name, other in types.items():
        if other != dtype:
            raise DTypeError(
                f"parameters of one vector need one element type: '{first}' is {dtype}, "
                f"'{name}' is {other}"
            )
    nodes = [reshape(v, (size(v.shape),)) for v in values.values() if isinstance(v, Node)]
    if nodes:
        return concatenate(nodes)
    return np.concatenate([np.ravel(v) for v in values.values() if not isinstance(v, Node)])


@overload
def unflatten_parameters(
    vector: Node, like: Mapping[str, Node] | Mapping[str, Array]
) -> dict[str, Node]: ...


@overload
def unflatten_parameters(
    vector: Array, like: Mapping[str, Node] | Mapping[str, Array]
) -> dict[str, Array]: ...


def unflatten_parameters(
    vector: Node | Array, like: Mapping[str, Node] | Mapping[str, Array]
) -> dict[str, Node] | dict[str, Array]:
    """Return the parts of a vector under the names, and in the shapes, of `like`.

    Args:
        vector: (total number of elements,), a node or an array.
        like: by name, in the order of the vector; only the shapes count.

    Raises:
        ShapeError: the vector has another length.

    Example:
        >>> unflatten_parameters(np.arange(3.0), {"weight": np.eye(1, 2), "bias": np.zeros(1)})
        {'weight': array([[0., 1.]]), 'bias': array([2.])}
    """
    total = 0
    places = {}
    for name, value in like.items():
        places[name] = (slice(total, total + size(value.shape)), value.shape)
        total += size(value.shape)
    if vector.shape != (total,):
        raise ShapeError(
            f"{len(places)} parameters of {total} elements in all need a vector of shape "
            f"({total},), got {vector.shape}"
        )
    if isinstance(vector, Node):
        return {name: reshape(vector[place], shape) for name, (place, shape) in places.items()}
    return {name: vector[place].reshape(shape) for name, (place, shape) in places.items()}
