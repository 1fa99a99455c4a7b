"""Optimizers step by step: pellucid's on the reference backend, and Optax's for comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
import optax

from pellucid.backends import backend_named
from pellucid.dtypes import DType, float64
from pellucid.graph.node import Node, input_node, parameter_node
from pellucid.optimizers import Optimizer
from tests import jax_oracle

Array = np.ndarray[Any, Any]
Values = Mapping[str, Array]
Peer = Callable[[Callable[[Any], Any]], Any]
"""From a schedule to an Optax optimizer."""

SHAPES: dict[str, tuple[int, ...]] = {
    "hidden.weight": (4, 3),
    "hidden.bias": (3,),
    "temperature": (),
    "kernel": (2, 2, 3),
    "row": (1, 5),
}
STEPS = 25


def first_parameters(dtype: DType, seed: int = 0) -> dict[str, Array]:
    """Return normal first values of every shape."""
    random = np.random.default_rng(seed)
    return {name: np.asarray(random.normal(size=s), dtype) for name, s in SHAPES.items()}


def draw_gradients(dtype: DType, seed: int = 1) -> list[dict[str, Array]]:
    """Return gradients for every step: of sizes from 1e-3 to 1e3, some of them 0."""
    random = np.random.default_rng(seed)
    return [
        {
            name: np.asarray(
                random.normal(size=shape)
                * 10 ** random.uniform(-3, 3)
                * (random.uniform(size=shape) > 0.1),
                dtype,
            )
            for name, shape in SHAPES.items()
        }
        for _ in range(STEPS)
    ]


def draw_rates(seed: int = 2) -> list[np.float32]:
    """Return a learning rate for every step."""
    return list(np.random.default_rng(seed).uniform(0.01, 0.1, STEPS).astype(np.float32))


class Stepper:
    """One compiled update, whose new parameters and slots go into the next."""

    def __init__(self, optimizer: Optimizer, parameters: Values) -> None:
        """Build the graph of one update and compile it."""
        leaves = {n: parameter_node(n, v.shape, v.dtype) for n, v in parameters.items()}
        gradients = {n: input_node(f"g.{n}", v.shape, v.dtype) for n, v in parameters.items()}
        step, rate = input_node("step", (), "int64"), input_node("rate", ())
        slots = optimizer.slots(leaves)
        assert [leaf.name for leaf in slots.values()] == list(slots)
        new, changed = optimizer.apply(gradients, slots, leaves, step, rate)
        assert {n: node.type for n, node in new.items()} == {n: x.type for n, x in leaves.items()}
        assert {n: node.type for n, node in changed.items()} == {
            n: leaf.type for n, leaf in slots.items()
        }
        self.outputs: dict[str, Node] = {
            **{f"p.{n}": node for n, node in new.items()},
            **{f"s.{n}": node for n, node in changed.items()},
        }
        inputs = {
            **{f"p.{n}": leaf for n, leaf in leaves.items()},
            **{f"s.{n}": leaf for n, leaf in slots.items()},
            **{leaf.name or "": leaf for leaf in gradients.values()},
            "step": step,
            "rate": rate,
        }
        self._function = backend_named("reference").compile_function(inputs, self.outputs)
        self.values: dict[str, Array] = {f"p.{n}": v for n, v in parameters.items()}
        for n, leaf in slots.items():
            self.values[f"s.{n}"] = np.full(leaf.shape, leaf.attributes["initial"], leaf.dtype)
        self.step = 0

    def advance(self, gradients: Values, rate: float | np.float32 = 0.1) -> dict[str, Array]:
        """Make one update and return the parameters."""
        given = {f"g.{n}": v for n, v in gradients.items()}
        numbers = {"step": np.array(self.step), "rate": np.array(rate, np.float32)}
        self.values = self._function({**self.values, **given, **numbers})
        self.step += 1
        return self.of("p")

    def of(self, kind: str) -> dict[str, Array]:
        """Return the parameters ("p") or the slots ("s")."""
        return {n[2:]: v for n, v in self.values.items() if n.startswith(f"{kind}.")}


def optax_steps(
    peer: Peer, parameters: Values, gradients: Sequence[Values], rates: Sequence[np.float32]
) -> list[dict[str, Array]]:
    """Return Optax's parameters after each step, in float64 if they begin so."""
    wide = next(iter(parameters.values())).dtype == float64
    if wide:
        with jax_oracle.float64():
            return _optax_steps(peer, parameters, gradients, np.array(rates, np.float64))
    return _optax_steps(peer, parameters, gradients, np.array(rates))


def _optax_steps(
    peer: Peer, parameters: Values, gradients: Sequence[Values], rates: Array
) -> list[dict[str, Array]]:
    table = jnp.asarray(rates)
    optimizer = peer(lambda count: table[count])
    values: Any = {n: jnp.asarray(v) for n, v in parameters.items()}
    state = optimizer.init(values)
    history = []
    for gradient in gradients:
        given = {n: jnp.asarray(v) for n, v in gradient.items()}
        updates, state = optimizer.update(given, state, values)
        values = optax.apply_updates(values, updates)
        history.append({n: np.asarray(v) for n, v in values.items()})
    return history
