"""What the axes of a graph's values are called: rows, the columns of the data, units of layers.

Axes that must have one length because of what is computed are one axis: those of elementwise nodes,
the two that a product sums over. Inputs and parameters give them names; where several do, the one
of the first layer stands. An axis along which a value only repeats joins nothing: one repeated 0
may stand in many places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pellucid.graph.node import Node
from pellucid.graph.primitive import Elementwise
from pellucid.graph.traversal import topological

ROWS = "rows"
Axis = tuple[Node, int]


class AxisNames:
    """The names of the axes of every node that some outputs need.

    Example:
        >>> from pellucid.graph.node import input_node, parameter_node
        >>> x, w = input_node("x", (5, 3)), parameter_node(None, (3, 4))
        >>> y = x @ w
        >>> AxisNames([y], {"x": x}, {"hidden.weight": w}).of(y)
        ('rows', 'hidden')
    """

    def __init__(
        self, outputs: Sequence[Node], columns: Mapping[str, Node], parameters: Mapping[str, Node]
    ) -> None:
        """Find them.

        Args:
            outputs: what is computed; no composites.
            columns: inputs by name; the first axis of each is that of the rows.
            parameters: by path; the last axis of each is that of the layer's units.
        """
        self._parents: dict[Axis, Axis] = {}
        self._names: dict[Axis, str] = {}
        self._repeated: set[Axis] = set()
        for node in topological(outputs):
            self._join(node)
        for name, leaf in columns.items():
            self._name(leaf, 0, ROWS)
            if leaf.rank == 2:
                self._name(leaf, 1, name)
        for path, leaf in parameters.items():
            self._name(leaf, leaf.rank - 1, path.rpartition(".")[0] or path)

    def of(self, node: Node) -> tuple[str | None, ...]:
        """Return a name for each axis of a node, None for one that has none."""
        return tuple(self._names.get(self._root((node, axis))) for axis in range(node.rank))

    def _name(self, node: Node, axis: int, name: str) -> None:
        if 0 <= axis < node.rank and node.shape[axis] != 1:
            self._names.setdefault(self._root((node, axis)), name)

    def _root(self, axis: Axis) -> Axis:
        while axis in self._parents:
            axis = self._parents[axis]
        return axis

    def _unite(self, a: Axis, b: Axis) -> None:
        if a in self._repeated or b in self._repeated:
            return
        if a[0].shape[a[1]] == b[0].shape[b[1]] != 1:
            first, second = self._root(a), self._root(b)
            if first != second:
                self._parents[second] = first

    def _join(self, node: Node) -> None:
        """Unite the axes of a node with those of its inputs."""
        name = node.primitive.name
        self._find_repeated(node)
        if isinstance(node.primitive, Elementwise) or name in ("flip", "slice", "pad"):
            for source in node.inputs:
                self._pair(node, source, range(source.rank), range(node.rank))
        elif name == "broadcast":
            (source,) = node.inputs
            self._pair(node, source, range(source.rank), range(node.rank - source.rank, node.rank))
        elif name == "transpose":
            self._pair(node, node.inputs[0], node.attributes["axes"], range(node.rank))
        elif name == "reshape":
            self._reshaped(node, node.inputs[0])
        elif name in ("sum", "product", "max", "min"):
            self._reduced(node, node.inputs[0])
        elif name == "matmul":
            self._multiplied(node, *node.inputs)
        elif name == "gather":
            self._gathered(node, *node.inputs)
        else:
            for source in node.inputs:
                if source.shape == node.shape:
                    self._pair(node, source, range(source.rank), range(node.rank))

    def _find_repeated(self, node: Node) -> None:
        """Note the axes along which a node repeats, or counts."""
        name, inputs = node.primitive.name, node.inputs
        for axis in range(node.rank):
            if name == "broadcast":
                old = axis - node.rank + inputs[0].rank
                repeats = old < 0 or inputs[0].shape[old] != node.shape[axis]
                repeats = repeats or (inputs[0], old) in self._repeated
            elif name == "transpose":
                repeats = (inputs[0], node.attributes["axes"][axis]) in self._repeated
            elif isinstance(node.primitive, Elementwise):
                repeats = all((source, axis) in self._repeated for source in inputs)
            else:
                repeats = name in ("constant", "iota")
            if repeats:
                self._repeated.add((node, axis))

    def _pair(self, node: Node, source: Node, old: Sequence[int], new: Sequence[int]) -> None:
        for a, b in zip(old, new, strict=True):
            self._unite((source, a), (node, b))

    def _reshaped(self, node: Node, source: Node) -> None:
        """Unite the axes before and behind those that are split or put together."""
        old = [axis for axis in range(source.rank) if source.shape[axis] != 1]
        new = [axis for axis in range(node.rank) if node.shape[axis] != 1]
        for sign in (1, -1):
            for a, b in zip(old[::sign], new[::sign], strict=False):
                if source.shape[a] != node.shape[b]:
                    break
                self._unite((source, a), (node, b))

    def _reduced(self, node: Node, source: Node) -> None:
        axes = node.attributes["axes"]
        kept = [axis for axis in range(source.rank) if axis not in axes]
        self._pair(node, source, kept, kept if node.attributes["keepdims"] else range(node.rank))

    def _multiplied(self, node: Node, left: Node, right: Node) -> None:
        self._unite((left, left.rank - 1), (right, right.rank - 2))
        self._unite((left, left.rank - 2), (node, node.rank - 2))
        self._unite((right, right.rank - 1), (node, node.rank - 1))
        for source in (left, right):
            batch = source.rank - 2
            self._pair(node, source, range(batch), range(node.rank - 2 - batch, node.rank - 2))

    def _gathered(self, node: Node, source: Node, indices: Node) -> None:
        if node.attributes["along"]:
            self._pair(node, indices, range(indices.rank), range(node.rank))
            return
        axis = node.attributes["axis"]
        middle = axis + indices.rank
        self._pair(node, source, range(axis), range(axis))
        self._pair(node, indices, range(indices.rank), range(axis, middle))
        self._pair(node, source, range(axis + 1, source.rank), range(middle, node.rank))
