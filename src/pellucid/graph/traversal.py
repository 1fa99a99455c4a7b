"""Walking and rebuilding graphs, without recursion, so that depth is no limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pellucid.graph.node import Node


def topological(outputs: Iterable[Node], stop: Iterable[Node] = ()) -> list[Node]:
    """Return every node that `outputs` depend on, inputs before users, each once.

    The order depends on the graph only: a depth-first walk, first input first. Nodes in `stop` are
    listed, but what they depend on is not.
    """
    order: list[Node] = []
    seen: set[Node] = set()
    leaves = set(stop)
    for output in outputs:
        stack = [output]
        while stack:
            node = stack[-1]
            if node in seen:
                stack.pop()
                continue
            missing = [] if node in leaves else [i for i in node.inputs if i not in seen]
            if missing:
                stack += reversed(missing)
            else:
                seen.add(stack.pop())
                order.append(node)
    return order


def rebuild(
    outputs: Sequence[Node], replace: Callable[[Node, tuple[Node, ...]], Node]
) -> list[Node]:
    """Return `outputs` with every node replaced, inputs first.

    `replace` gets a node and its replaced inputs, and gives what stands in its place.
    """
    replaced: dict[Node, Node] = {}
    for node in topological(outputs):
        replaced[node] = replace(node, tuple(replaced[i] for i in node.inputs))
    return [replaced[output] for output in outputs]


def with_inputs(node: Node, inputs: tuple[Node, ...]) -> Node:
    """Return the node on other inputs; the node itself where they are the same."""
    if inputs == node.inputs:
        return node
    return Node(node.primitive, inputs, node.attributes, node.name)


def substitute(outputs: Sequence[Node], replacements: dict[Node, Node]) -> list[Node]:
    """Return `outputs` with some nodes standing in place of others."""
    return rebuild(outputs, lambda node, inputs: replacements.get(node, with_inputs(node, inputs)))


def named_users(outputs: Iterable[Node]) -> dict[Node, Node]:
    """Return the first node with a name that depends on each node: where a user would look.

    First in topological order; nodes that no named one depends on are left out.
    """
    order = topological(outputs)
    position = {node: index for index, node in enumerate(order)}
    first: dict[Node, Node] = {}
    for user in reversed(order):
        named = first.get(user) if user.name is None else user
        if named is not None:
            for source in user.inputs:
                first[source] = min(named, first.get(source, named), key=position.__getitem__)
    return first
