"""pellucid: deep learning you can see through.

    import pellucid

    run = pellucid.fit("breast-cancer")
    run.metrics["test"]

From a table: `fit`, `load`. On arrays: `train`, with networks of `layers`. On bare nodes:
`input_node`, `parameter_node`, `constant_node`, the functions of `primitives`, `gradients`,
`evaluate`, `trace` and `draw_graph`. Importing pellucid loads NumPy and the standard library only;
a room is imported when it is asked for, as in `pellucid.layers.Dense`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Python's operators on nodes are defined by the primitives.
from pellucid import primitives
from pellucid._version import __version__
from pellucid.api import Run, fit, load

if TYPE_CHECKING:
    from pellucid.autodiff import gradients
    from pellucid.backends import evaluate
    from pellucid.graph.node import (
        Node,
        constant_node,
        input_node,
        parameter_node,
        state_node,
    )
    from pellucid.graph.picture import draw_graph
    from pellucid.inspection import trace
    from pellucid.training.train import train

_LATER = {
    "Node": "pellucid.graph.node",
    "constant_node": "pellucid.graph.node",
    "input_node": "pellucid.graph.node",
    "parameter_node": "pellucid.graph.node",
    "state_node": "pellucid.graph.node",
    "draw_graph": "pellucid.graph.picture",
    "evaluate": "pellucid.backends",
    "gradients": "pellucid.autodiff",
    "trace": "pellucid.inspection",
    "train": "pellucid.training.train",
}
_ROOMS = (
    *("autodiff", "backends", "data", "diagnosis", "errors", "evaluation", "examples", "fitting"),
    *("graph", "initializers", "inspection", "interchange", "language", "layers", "losses"),
    *("models", "optimizers", "report", "schedules", "simplify", "training"),
)

__all__ = [
    "Node",
    "Run",
    "__version__",
    "constant_node",
    "draw_graph",
    "evaluate",
    "fit",
    "gradients",
    "input_node",
    "load",
    "parameter_node",
    "primitives",
    "state_node",
    "trace",
    "train",
]


def __getattr__(name: str) -> Any:
    """Import a room, or what stands in one, when it is first asked for."""
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    if name in _ROOMS:
        return import_module(f"pellucid.{name}")
    raise AttributeError(f"module 'pellucid' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return what can be asked for."""
    return sorted({*__all__, *_ROOMS})
