"""What a graph or a run program is, as text: equal texts have equal machine code.

Names that people gave, first values and initializers are left out; so is the seed, which the code
is handed. Programs that differ in these share what the disk cache keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pellucid.graph.node import CONSTANT, Node
from pellucid.graph.program import RunProgram
from pellucid.graph.traversal import topological


def graph_signature(inputs: Sequence[Node], outputs: Sequence[Node]) -> str:
    """Return a graph as text.

    Example:
        >>> from pellucid.graph.node import input_node
        >>> x, y = input_node("x", (2,)), input_node("y", (2,))
        >>> graph_signature([x], [x * x]) == graph_signature([y], [y * y])
        True
    """
    return _Writer({leaf: f"input {i}" for i, leaf in enumerate(inputs)}).graph(outputs)


def program_signature(program: RunProgram) -> str:
    """Return a run program as text."""
    leaves = {variable.leaf: f"state {i}" for i, variable in enumerate(program.state)}
    names = {variable.name: f"state {i}" for i, variable in enumerate(program.state)}
    lines = [f"{names[n]} {n}" for n in ("step", "epoch", "stop")]
    lines.append("rows by blocks" if program.order.block > 1 else "rows")

    def add(
        title: str, inputs: Mapping[str, Node], updates: Mapping[str, Node], others: Sequence[Node]
    ) -> None:
        own = {leaf: f"input {i}" for i, leaf in enumerate(inputs.values())}
        targets = ",".join(names[name] for name in updates)
        lines.append(f"{title}: {targets}; {len(others)}")
        lines.append(_Writer({**leaves, **own}).graph([*updates.values(), *others]))

    for step in program.steps:
        guard = [] if step.guard is None else [step.guard]
        title = f"step of {step.rows}{' guarded' if guard else ''}"
        add(title, step.inputs, step.updates, [*step.scalars.values(), *guard])
    for evaluation in program.evaluations.values():
        inputs = {**evaluation.inputs, "": evaluation.present}
        add(f"evaluation of {evaluation.rows}", inputs, {}, list(evaluation.sums.values()))
    epoch = program.epoch
    order = [f"{name}.{key}" for name, e in program.evaluations.items() for key in e.sums]
    lines.append(",".join(str(order.index(key)) for key in epoch.inputs))
    add("epoch", epoch.inputs, epoch.updates, list(epoch.scalars.values()))
    return "\n".join(lines)


class _Writer:
    """Numbers the nodes of a graph."""

    def __init__(self, leaves: Mapping[Node, str]) -> None:
        self._leaves = leaves

    def graph(self, outputs: Sequence[Node]) -> str:
        numbers: dict[Node, int] = {}
        lines = []
        for node in topological(outputs):
            numbers[node] = len(numbers)
            lines.append(f"{self._what(node, numbers)} {node.dtype.str}{node.shape}")
        lines.append("outputs " + ",".join(str(numbers[node]) for node in outputs))
        return "\n".join(lines)

    def _what(self, node: Node, numbers: Mapping[Node, int]) -> str:
        if node in self._leaves:
            return self._leaves[node]
        if node.primitive is CONSTANT:
            return f"constant {node.attributes['value'].tobytes().hex()}"
        settings = ",".join(f"{key}={value!r}" for key, value in sorted(node.attributes.items()))
        inputs = ",".join(str(numbers[i]) for i in node.inputs)
        return f"{node.primitive.name} {inputs} {settings}"
