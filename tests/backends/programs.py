"""Small run programs built by hand, with every number known."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.graph.node import Node, input_node, key_node, parameter_node, state_node
from pellucid.graph.order import RowOrder
from pellucid.graph.program import (
    EpochGraph,
    EvaluationGraph,
    Role,
    RunProgram,
    StepGraph,
    Variable,
)
from pellucid.primitives.random import normal

Array = np.ndarray[Any, Any]
ROWS, CHUNK = 10, 4


def regression(
    batch_size: int = 4, *, most_epochs: int = 1000, noise: float = 0.0, block: int = 1
) -> RunProgram:
    """Return linear regression by gradient descent, with a best loss, a count and a stop flag.

    The guard is that the loss is below 1e6. With `noise`, the features are jittered at each step.
    """
    w, b = parameter_node("w", (2,), "float64"), parameter_node("b", (), "float64")
    step, epoch = state_node("step", (), "int64"), state_node("epoch", (), "int64")
    stop, best = state_node("stop", (), "bool"), state_node("best", (), "float64")
    seed = key_node("seed")
    order = RowOrder(ROWS, batch_size, seed=5, block=block)
    graphs = []
    for rows in sorted({order.batch_size, order.last_batch_size}):
        x, y = input_node("x", (rows, 2), "float64"), input_node("y", (rows,), "float64")
        jitter = normal(seed, step, (rows, 2), 1, "float64") * noise
        loss = p.mean(p.square((x + jitter) @ w + b - y))
        by_w, by_b = gradients(loss, [w, b])
        graphs.append(
            StepGraph(
                rows,
                {"x": x, "y": y},
                {"w": w - 0.1 * by_w, "b": b - 0.1 * by_b, "step": step + 1},
                {"loss": loss, "slope": p.sqrt(p.sum(p.square(by_w)))},
                p.less(loss, 1e6),
            )
        )
    x, y = input_node("x", (CHUNK, 2), "float64"), input_node("y", (CHUNK,), "float64")
    present = input_node("present", (CHUNK,))
    weights = p.cast(present, "float64")
    sums = {"loss": p.sum(p.square(x @ w + b - y) * weights), "count": p.sum(weights)}
    loss, count = input_node("loss", (), "float64"), input_node("count", (), "float64")
    mean = loss / count
    return RunProgram(
        state=(
            Variable("w", w, Role.PARAMETER),
            Variable("b", b, Role.PARAMETER),
            Variable("step", step, Role.COUNTER),
            Variable("epoch", epoch, Role.COUNTER),
            Variable("stop", stop, Role.COUNTER),
            Variable("best", best, Role.BEST),
            Variable("seed", seed, Role.SEED),
        ),
        steps=tuple(graphs),
        evaluations={
            "validation": EvaluationGraph(CHUNK, {"x": x, "y": y}, present, sums),
        },
        epoch=EpochGraph(
            {"validation.loss": loss, "validation.count": count},
            {
                "epoch": epoch + 1,
                "best": p.minimum(best, mean),
                "stop": p.less_equal(float(most_epochs), p.cast(epoch + 1, "float64")),
            },
            {"validation loss": mean},
        ),
        order=order,
    )


def first_state() -> dict[str, Array]:
    return {
        "w": np.array([0.5, -0.25]),
        "b": np.array(0.125),
        "step": np.array(0, np.int64),
        "epoch": np.array(0, np.int64),
        "stop": np.array(False),
        "best": np.array(np.inf),
        "seed": np.array([7, 0], np.uint32),
    }


def data(validation_rows: int = 7) -> dict[str, dict[str, Array]]:
    random = np.random.default_rng(0)
    result = {}
    for name, rows in (("train", ROWS), ("validation", validation_rows)):
        x = random.normal(size=(rows, 2))
        y = x @ [2.0, -3.0] + 0.5 + random.normal(size=rows) * 0.1
        result[name] = {"x": x, "y": y}
    return result


def loop(program: RunProgram, sets: dict[str, dict[str, Array]], epochs: int) -> dict[str, Array]:
    """Return the state and the records after some epochs, by a plain loop in NumPy."""
    state = first_state()
    w, b, best = state["w"], state["b"], state["best"]
    losses, validation = [], []
    for epoch in range(epochs):
        rows = program.order.epoch_rows(epoch)
        for start in range(0, ROWS, program.order.batch_size):
            taken = rows[start : start + program.order.batch_size]
            x, y = sets["train"]["x"][taken], sets["train"]["y"][taken]
            error = x @ w + b - y
            losses.append(np.mean(error**2))
            w = w - 0.1 * (2 * error @ x / len(taken))
            b = b - 0.1 * (2 * error.mean())
        held = sets["validation"]
        validation.append(np.mean((held["x"] @ w + b - held["y"]) ** 2))
        best = np.minimum(best, validation[-1])
    return {
        "w": w, "b": np.asarray(b), "best": np.asarray(best), "losses": np.array(losses),
        "validation": np.array(validation),
    }  # fmt: skip


def descent(rate: float = 0.1) -> RunProgram:
    """Return gradient descent on theta squared: one row, one step an epoch."""
    theta = parameter_node("theta", (), "float64")
    step, epoch = state_node("step", (), "int64"), state_node("epoch", (), "int64")
    x: Node = input_node("x", (1,))
    (slope,) = gradients(theta * theta, [theta])
    return RunProgram(
        state=(
            Variable("theta", theta, Role.PARAMETER),
            Variable("step", step, Role.COUNTER),
            Variable("epoch", epoch, Role.COUNTER),
            Variable("stop", state_node("stop", (), "bool"), Role.COUNTER),
        ),
        steps=(
            StepGraph(
                1, {"x": x}, {"theta": theta - rate * slope, "step": step + 1}, {"theta": theta}
            ),
        ),
        evaluations={},
        epoch=EpochGraph({}, {"epoch": epoch + 1}),
        order=RowOrder(rows=1, batch_size=1, seed=0),
    )


def descent_state() -> dict[str, Array]:
    return {
        "theta": np.array(10.0),
        "step": np.array(0),
        "epoch": np.array(0),
        "stop": np.array(False),
    }
