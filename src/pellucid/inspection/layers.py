"""What stands in each layer of a network: weights, activations and gradients, on some rows.

Receives a network, the values of its parameters before training and at its best, rows with targets
and a loss; gives histograms and a few shares a layer, as plain JSON. Everything is computed by
pellucid's own graph, compiled once: activations as in evaluation, gradients as a training step on
these rows would see them, with the batch's statistics and with dropout.

A unit is one place of a layer's output beside the rows. It is *dead* if its activation function is
one that rectifies and is flat at all rows, so that no gradient reaches its weights; it is
*saturated* if its function has two bounds and the unit is near them at nearly all rows. Near and
flat are told by the function's slope, which the graph gives for any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import gradients
from pellucid.backends import backend_named
from pellucid.backends.base import Array
from pellucid.backends.rows import as_rows
from pellucid.dtypes import int64
from pellucid.errors import DataError, OptionError
from pellucid.graph.node import Node, incoming_axes, input_node, key_node, state_node
from pellucid.initializers.base import seed_words
from pellucid.layers.activation import RECTIFIERS
from pellucid.layers.base import Layer
from pellucid.layers.mode import Mode
from pellucid.losses.base import Loss
from pellucid.primitives import sum as sum_of

ROWS, BINS = 512, 40
ALIKE = 1e-9
"""A spread, in units of the value, below which bins could not be told apart."""
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0, "hard_sigmoid": 1.0 / 6.0, "hard_tanh": 1.0}
"""The functions with two bounds, and their largest slope."""
FLAT = 1e-3
"""A slope below which a rectifying function is flat: gelu below -3.6, softplus below -6.9."""
NEAR_BOUND = 0.05
"""The share of the largest slope that is left near a bound: tanh beyond 0.975, sigmoid beyond
0.987."""
NEARLY_ALL = 0.95
"""The share of rows near a bound that makes a unit saturated."""


@dataclass(frozen=True, eq=False)
class _Activation:
    """The output of one layer, and the slope of its activation function if it has one."""

    layer: str
    function: str
    output: Node
    slope: Node | None


@dataclass(frozen=True, eq=False)
class _Probe:
    """The graph that is computed before and after training.

    `outputs` are "loss", "gradient " with the path of a weight, and "output " and "slope " with the
    place of an activation. `leaves` are the paths of parameters and running statistics, `weights`
    those of the weights alone, without biases and the like.
    """

    inputs: dict[str, Node]
    outputs: dict[str, Node]
    leaves: list[str]
    weights: list[str]
    activations: list[_Activation]


def probe_layers(
    network: Layer,
    initial: Mapping[str, Array],
    best: Mapping[str, Array],
    features: Any,
    target: Any,
    loss: Loss,
    *,
    row_weights: Array | None = None,
    rows: int = ROWS,
    seed: int = 0,
    backend: str = "reference",
) -> dict[str, Any]:
    """Return the distributions of weights, activations and gradients by layer.

    Args:
        network: the layers, called before.
        initial: values of parameters and running statistics by path, before training.
        best: the same at the best epoch.
        features: (rows, ..), as the network takes them.
        target: (rows, ..), as the loss takes it.
        loss: what training lowers, without penalties on weights.
        row_weights: how much each row counts in it, float32 (rows,); alike if None.
        rows: how many rows are used, evenly spaced among those given, at most.
        seed: of dropout.
        backend: the name of what computes.

    Returns:
        Three lists in the order of the layers. "weights": "layer", "edges", "counts" at the best
        epoch and "counts_first" in the same bins, "mean", "deviation". "activations": "layer",
        "function" (None without one), "edges", "counts", and of its units the shares "dead" and
        "saturated", None where its function cannot be. "gradients": "layer", "edges" and "counts"
        of log10 of the size of the gradients that are not 0, "zeros" (how many are), the Euclidean
        "norm" at the best epoch and "norm_first" before training, "size" (how many weights).
        Beside them "loss" and "loss_first", that of these rows, and "moved": how far training
        moved the weights, in units of their size before it. Numbers that are not finite are left
        out of histograms, and None elsewhere.

    Raises:
        DataError: features and target are no rows, or not equally many.
        OptionError: a parameter has no value.
    """
    given = _spaced_rows(features, target, row_weights, rows)
    probe = _probe(network, loss, given)
    function = backend_named(backend).compile_function(probe.inputs, probe.outputs)
    words, step = seed_words(seed), np.zeros((), np.int64)
    first, last = (
        function({**given, **_leaf_values(probe.leaves, values), "seed": words, "step": step})
        for values in (initial, best)
    )
    names = _layer_names(probe.weights)
    return {
        "weights": [_weight(names[name], best[name], initial[name]) for name in probe.weights],
        "activations": [
            _activation(one, last[f"output {number}"], last.get(f"slope {number}"))
            for number, one in enumerate(probe.activations)
        ],
        "gradients": [
            _gradient(names[name], last[f"gradient {name}"], first[f"gradient {name}"])
            for name in probe.weights
        ],
        "loss": _finite(last["loss"]),
        "loss_first": _finite(first["loss"]),
        "moved": _moved([(initial[name], best[name]) for name in probe.weights]),
    }


def _spaced_rows(
    features: Any, target: Any, row_weights: Array | None, rows: int
) -> dict[str, Array]:
    """Return so many rows at most, evenly spaced, of features, target and weights if there are."""
    features, target = as_rows("the features", features), as_rows("the target", target)
    if len(features) != len(target):
        raise DataError(f"the features have {len(features)} rows, the target has {len(target)}")
    chosen = np.unique(np.linspace(0, len(features) - 1, min(rows, len(features))).astype(np.int64))
    given = {"features": features[chosen], "target": target[chosen]}
    return given if row_weights is None else {**given, "weight": row_weights[chosen]}


def _probe(network: Layer, loss: Loss, given: Mapping[str, Array]) -> _Probe:
    """Return the graph of activations, loss and gradients on the given rows."""
    inputs = {name: input_node(name, value.shape, value.dtype) for name, value in given.items()}
    key, step = key_node("seed"), state_node("step", (), int64)
    mode = Mode()
    network(inputs["features"], mode)
    activations = _activations(network, mode)
    training = Mode(training=True, key=key, step=step)
    error = loss(network(inputs["features"], training), inputs["target"], inputs.get("weight"))
    leaves = {**network.parameters(), **network.states()}
    weights = {name: leaf for name, leaf in network.parameters().items() if incoming_axes(leaf)}
    slopes = gradients(error, list(weights.values()))
    outputs = {f"gradient {name}": slope for name, slope in zip(weights, slopes, strict=True)}
    outputs["loss"] = error
    for number, activation in enumerate(activations):
        outputs[f"output {number}"] = activation.output
        if activation.slope is not None:
            outputs[f"slope {number}"] = activation.slope
    return _Probe(
        inputs={**inputs, **leaves, "seed": key, "step": step},
        outputs=outputs,
        leaves=list(leaves),
        weights=list(weights),
        activations=activations,
    )


def _leaf_values(leaves: list[str], values: Mapping[str, Array]) -> dict[str, Array]:
    """Return the values of the leaves; OptionError if one has none."""
    missing = [name for name in leaves if name not in values]
    if missing:
        raise OptionError(f"the parameter '{missing[0]}' of the network has no value")
    return {name: values[name] for name in leaves}


def _moved(weights: list[tuple[Array, Array]]) -> float | None:
    """Return the norm of the change of all weights over their norm before it."""
    size, change = (
        sum(float(np.square(values, dtype=np.float64).sum()) for values in some)
        for some in ([first for first, _ in weights], [last - first for first, last in weights])
    )
    return _finite(np.float64(change / size) ** 0.5) if size else None


def _activations(network: Layer, mode: Mode) -> list[_Activation]:
    """Return the outputs of the innermost layers, without those that hand on their input."""
    paths = {id(layer): path for path, layer in network.layers()}
    found: dict[Node, _Activation] = {}
    for call in mode.calls:
        if any(call.layer.children()) or call.output is call.input or call.output in found:
            continue
        function = call.output.primitive.name
        slope = None
        if function in STEEPEST or function in RECTIFIERS:
            # Elementwise: the gradient of the sum is the slope at each element.
            (slope,) = gradients(sum_of(call.output), [call.output.inputs[0]])
        name = paths[id(call.layer)] or call.layer.kind
        found[call.output] = _Activation(name, function, call.output, slope)
    return list(found.values())


def _layer_names(weights: list[str]) -> dict[str, str]:
    """Return what each weight is called: its layer, or its own path if the layer has several."""
    layers = [name.rpartition(".")[0] for name in weights]
    return {
        name: layer if layer and layers.count(layer) == 1 else name
        for name, layer in zip(weights, layers, strict=True)
    }


def _weight(layer: str, best: Array, first: Array) -> dict[str, Any]:
    values = np.asarray(best, np.float64)
    edges = _edges(np.concatenate([np.ravel(values), np.ravel(first)]))
    return {
        "layer": layer,
        "edges": edges.tolist(),
        "counts": _counts(values, edges),
        "counts_first": _counts(np.asarray(first, np.float64), edges),
        "mean": _finite(values.mean()),
        "deviation": _finite(values.std()),
    }


def _activation(activation: _Activation, output: Array, slope: Array | None) -> dict[str, Any]:
    edges = _edges(output)
    dead = saturated = None
    if slope is not None:
        by_unit = np.abs(slope.astype(np.float64)).reshape(len(slope), -1)
        if activation.function in RECTIFIERS:
            dead = float((by_unit < FLAT).all(0).mean())
        else:
            near = by_unit < NEAR_BOUND * STEEPEST[activation.function]
            saturated = float((near.mean(0) >= NEARLY_ALL).mean())
    return {
        "layer": activation.layer,
        "function": None if slope is None else activation.function,
        "edges": edges.tolist(),
        "counts": _counts(output, edges),
        "dead": dead,
        "saturated": saturated,
    }


def _gradient(layer: str, best: Array, first: Array) -> dict[str, Any]:
    sizes = np.abs(best.astype(np.float64)).ravel()
    logarithms = np.log10(sizes[np.isfinite(sizes) & (sizes > 0)])
    edges = _edges(logarithms)
    return {
        "layer": layer,
        "edges": edges.tolist(),
        "counts": _counts(logarithms, edges),
        "zeros": int((sizes == 0).sum()),
        "norm": _finite(np.linalg.norm(sizes)),
        "norm_first": _finite(np.linalg.norm(first.astype(np.float64))),
        "size": int(best.size),
    }


def _edges(values: Array) -> Array:
    """Return the edges of the bins: equally wide, over all finite values."""
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return np.array([0.0, 1.0])
    low, high = float(finite.min()), float(finite.max())
    middle = low / 2.0 + high / 2.0
    if high - low <= ALIKE * abs(middle):
        half = 0.5 * abs(middle) if middle else 0.5
        low, high = middle - half, middle + half
    return np.linspace(low, high, BINS + 1)


def _counts(values: Array, edges: Array) -> list[int]:
    return np.histogram(values[np.isfinite(values)].astype(np.float64), edges)[0].tolist()


def _finite(number: Any) -> float | None:
    return float(number) if np.isfinite(number) else None
