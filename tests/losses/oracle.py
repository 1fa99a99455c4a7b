"""A loss computed on arrays, with its gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.graph.node import input_node
from pellucid.losses import Loss, Reduction

Array = np.ndarray[Any, Any]


def run_loss(
    loss: Loss,
    prediction: Any,
    target: Any,
    weights: Any = None,
    reduction: Reduction = "mean",
    dtype: str = "float64",
) -> Array:
    """Return the reduced loss; integer targets stay integers."""
    x = np.asarray(prediction, dtype)
    t = np.asarray(target)
    t = t.astype(np.int64 if t.dtype.kind == "i" else dtype)
    prediction_node = input_node("x", x.shape, x.dtype)
    target_node = input_node("t", t.shape, t.dtype)
    known = {prediction_node: x, target_node: t}
    node = None
    if weights is not None:
        node = input_node("w", np.shape(weights), x.dtype)
        known[node] = np.asarray(weights, dtype)
    return evaluate(loss(prediction_node, target_node, node, reduction), known)


def slope(loss: Loss, prediction: Any, target: Any, dtype: str = "float64") -> Array:
    """Return the gradient of the sum of the loss by the prediction."""
    x, t = np.asarray(prediction, dtype), np.asarray(target)
    t = t.astype(np.int64 if t.dtype.kind == "i" else dtype)
    prediction_node = input_node("x", x.shape, x.dtype)
    target_node = input_node("t", t.shape, t.dtype)
    total = loss(prediction_node, target_node, reduction="sum")
    (found,) = gradients(total, [prediction_node])
    return evaluate(found, {prediction_node: x, target_node: t})
