"""Small run programs in which every axis has a length of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid import losses, optimizers, schedules
from pellucid.graph.primitive import TensorType
from pellucid.graph.program import RunProgram
from pellucid.models.mlp import multilayer_perceptron
from pellucid.training.program import build_program
from pellucid.training.recipe import Recipe
from pellucid.training.state import initial_state

Array = np.ndarray[Any, Any]
ROWS, SHORT, FEATURES, HIDDEN, CLASSES = 7, 2, 5, (4, 6), 3
TRAINING = 2 * ROWS + SHORT
VALIDATION = 9
SEED = 5


def perceptron_program(
    dropout: float = 0.0, activation: str = "relu"
) -> tuple[RunProgram, dict[str, Array], Mapping[str, Mapping[str, Array]]]:
    """Return a perceptron's program with a short step and validation, its first state, and data."""
    draw = np.random.default_rng(SEED)
    network = multilayer_perceptron(CLASSES, HIDDEN, activation=activation, dropout=dropout)
    recipe = Recipe(
        losses.SoftmaxCrossEntropy(), optimizers.adam(), schedules.Constant(0.01), 10, ROWS,
        seed=SEED,
    )  # fmt: skip
    data = {
        name: {
            "features": draw.normal(size=(rows, FEATURES)).astype(np.float32),
            "target": draw.integers(0, CLASSES, rows).astype(np.int32),
        }
        for name, rows in (("train", TRAINING), ("validation", VALIDATION))
    }
    columns = {
        name: TensorType(values.shape[1:], values.dtype) for name, values in data["train"].items()
    }
    program = build_program(network, recipe, columns, TRAINING, VALIDATION)
    return program, initial_state(program, SEED), data
