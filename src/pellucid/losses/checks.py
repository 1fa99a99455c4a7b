"""The shapes and types that losses take, and what they say of others. Nothing is broadcast."""

from __future__ import annotations

from pellucid.dtypes import is_float, is_integer
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.node import Node, describe
from pellucid.primitives import mean, reshape
from pellucid.shapes import Shape, size


def require_float(who: str, prediction: Node) -> None:
    """Raise DTypeError unless the prediction is made of floats."""
    if not is_float(prediction.dtype):
        raise DTypeError(
            f"{who} needs predictions of floats, got {prediction.dtype} of {describe(prediction)}"
        )


def require_alike(who: str, prediction: Node, target: Node) -> None:
    """Raise ShapeError or DTypeError unless both are floats of one type and shape (rows, ..)."""
    require_float(who, prediction)
    require_shape(who, "target", target, prediction.shape, prediction)
    if target.dtype != prediction.dtype:
        raise DTypeError(
            f"{who} needs a target of {prediction.dtype}, as the prediction, "
            f"got {target.dtype} of {describe(target)}: cast it"
        )
    if not prediction.rank:
        raise ShapeError(f"{who} needs rows, got the scalar {describe(prediction)}")


def require_labels(who: str, logits: Node, labels: Node) -> None:
    """Raise ShapeError or DTypeError unless these are floats (rows, classes), integers (rows,)."""
    require_float(who, logits)
    if logits.rank != 2 or logits.shape[1] < 2:
        raise ShapeError(
            f"{who} needs predictions (rows, classes) of at least 2 classes, got {describe(logits)}"
        )
    require_shape(who, "labels", labels, logits.shape[:1], logits)
    if not is_integer(labels.dtype):
        raise DTypeError(
            f"{who} needs labels that are integers, the numbers of the classes from 0, "
            f"got {labels.dtype} of {describe(labels)}"
        )


def require_shape(who: str, what: str, value: Node, shape: Shape, prediction: Node) -> None:
    """Raise ShapeError unless the value has the shape; says how to reshape it where that helps."""
    if value.shape != shape:
        same_size = size(value.shape) == size(shape)
        remedy = f": reshape the {what} to {shape}" if same_size else ""
        raise ShapeError(
            f"{who} needs {what} of shape {shape} for the prediction {describe(prediction)}, "
            f"got {describe(value)}{remedy}"
        )


def takes_labels(prediction: Node, target: Node) -> bool:
    """Tell whether the target is meant as the numbers of the classes of (rows, classes)."""
    return is_integer(target.dtype) and prediction.rank == 2 and prediction.shape[1] >= 2


def mean_over_outputs(errors: Node) -> Node:
    """Return the mean of each row's errors, (rows,), from (rows, ..)."""
    if size(errors.shape[1:]) == 1:
        return reshape(errors, errors.shape[:1])
    return mean(errors, tuple(range(1, errors.rank)))
