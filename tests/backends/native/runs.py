"""Whole runs of training to compare backends on: between them they use every part of a recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pytest

from pellucid.backends.base import Segment
from pellucid.graph.program import RunProgram
from pellucid.layers import (
    BatchNorm,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    MemberDense,
    PReLU,
    Residual,
    Sequential,
)
from pellucid.losses import MeanOverMembers, loss_from
from pellucid.optimizers import optimizer_from
from pellucid.primitives import mean, softmax
from pellucid.schedules import schedule_from
from pellucid.training import program as training_program
from pellucid.training.metrics import Accuracy, MeanAbsolute, OfMembers, RootMeanSquare
from pellucid.training.program import build_program, row_type
from pellucid.training.recipe import Recipe
from pellucid.training.state import initial_state

Array = np.ndarray[Any, Any]
DataSets = dict[str, dict[str, Array]]

ROWS, VALIDATION_ROWS, WIDTH = 53, 21, 5
CHUNK = 8
"""Rows of an evaluation: 21 are two whole chunks and a part of one."""


def plain(outputs: int) -> Layer:
    return Sequential(Dense(7, "tanh"), Dense(6, "relu"), Dense(outputs))


def dropping(outputs: int) -> Layer:
    return Sequential(
        Dense(19, "relu"), BatchNorm(), Dropout(0.3), Dense(17, "gelu"), Dense(outputs)
    )


def residual(outputs: int) -> Layer:
    inner = Sequential(LayerNorm(), Dense(9, "silu"), Dropout(0.2))
    return Sequential(Dense(9), Residual(inner), PReLU(), Dense(outputs))


def branched(outputs: int) -> Layer:
    return Sequential(
        Concatenate(Dense(4, "mish"), Sequential(Dense(5, "elu"), BatchNorm())),
        Dense(8, "softplus"),
        Dense(outputs),
    )


def of_words(outputs: int) -> Layer:
    return Sequential(Embedding(11, 4), Flatten(), LayerNorm(), Dense(8, "selu"), Dense(outputs))


def deep(outputs: int) -> Layer:
    names = ["sigmoid", "hard_tanh", "leaky_relu", "gelu_tanh"]
    return Sequential(*(Dense(6, name) for name in names), Dense(outputs))


def side_by_side(outputs: int) -> Layer:
    layers = MemberDense(3, 18, "silu"), Dropout(0.2), MemberDense(3, 7, "relu")
    return Sequential(Dense(6, "tanh"), *layers, MemberDense(3, outputs))


METRICS = {
    "classes": Accuracy(),
    "binary": Accuracy(),
    "numbers": RootMeanSquare(2.5),
    "positive": MeanAbsolute(),
    "members": OfMembers(Accuracy(), lambda scores: mean(softmax(scores), 1)),
}


@dataclass(frozen=True)
class Setting:
    """A network and how it is trained."""

    name: str
    network: Callable[[int], Layer]
    optimizer: dict[str, Any]
    schedule: Any = "constant"
    loss: Any = "softmax_cross_entropy"
    is_ensemble: bool = False
    target: str = "classes"
    outputs: int = 3
    batch: int = 8
    epochs: int = 4
    words: bool = False
    weighted: bool = False
    dtype: Any = np.float32
    options: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def with_(optimizer: str, **options: Any) -> dict[str, Any]:
    return {"optimizer": optimizer, **options}


REGRESSION: dict[str, Any] = {"target": "numbers", "outputs": 1, "loss": "squared_error"}
BINARY: dict[str, Any] = {"target": "binary", "outputs": 1, "loss": "binary_cross_entropy"}

SETTINGS: list[Setting] = [
    Setting("sgd", plain, with_("sgd", clip_value=0.05), "step", options={"l1": 1e-3}),
    Setting(
        "momentum", dropping, with_("momentum", clip_global_norm=0.5), "cosine",
        options={"l2": 1e-2},
    ),
    Setting(
        "nesterov", residual, with_("nesterov", clip_norm=0.3, max_norm=2.0), "exponential",
        **{**REGRESSION, "loss": {"loss": "huber", "delta": 0.5}},
    ),
    Setting("adagrad", branched, with_("adagrad", weight_decay=0.01), "warm-up", **BINARY),
    Setting("adadelta", of_words, with_("adadelta"), "one-cycle", words=True),
    Setting(
        "rmsprop", deep, with_("rmsprop"), {"schedule": "plateau", "patience": 0, "factor": 0.5},
        **{**REGRESSION, "loss": "absolute_error"},
    ),
    Setting("adam", dropping, with_("adam"), "plateau", options={"patience": 2}, epochs=8),
    Setting(
        "adamax", plain, with_("adamax"), "range", weighted=True,
        loss={"loss": "softmax_cross_entropy", "class_weights": [0.5, 1.0, 3.0],
              "label_smoothing": 0.1},
    ),
    Setting(
        "nadam", residual, with_("nadam"), "constant", batch=53,
        **{**REGRESSION, "loss": {"loss": "quantile", "level": 0.9}},
    ),
    Setting("adamw", dropping, with_("adamw"), "cosine", loss="hinge", batch=13, epochs=3),
    Setting("lion", plain, with_("lion"), "constant", dtype=np.float64, batch=52, epochs=3),
    Setting(
        "poisson", dropping, with_("adam"), target="positive", outputs=1, loss="poisson", batch=1,
        epochs=1,
    ),
    Setting(
        "gaussian", deep, with_("adam", clip_global_norm=1.0), target="numbers", outputs=2,
        loss="gaussian_nll",
    ),
    Setting(
        "averaged", branched, with_("adamw"), "one-cycle", options={"averaging": 0.2},
        **REGRESSION,
    ),
    Setting("perceptron", plain, with_("sgd"), **{**BINARY, "loss": "perceptron"}),
    Setting("ensemble", side_by_side, with_("adamw"), "one-cycle", is_ensemble=True),
]  # fmt: skip


def make_data(setting: Setting, seed: int = 5) -> DataSets:
    draw = np.random.default_rng(seed)
    sets: DataSets = {}
    for part, rows in (("train", ROWS), ("validation", VALIDATION_ROWS)):
        features: Array = draw.normal(size=(rows, WIDTH)).astype(setting.dtype)
        if setting.words:
            features = draw.integers(0, 11, (rows, 3)).astype(np.int32)
        line = draw.normal(size=(rows, 1)) + features[:, :1]
        targets: dict[str, Array] = {
            "classes": draw.integers(0, 3, rows).astype(np.int32),
            "binary": (line > 0).astype(setting.dtype),
            "numbers": line.astype(setting.dtype),
            "positive": draw.poisson(2.0, (rows, 1)).astype(setting.dtype),
        }
        sets[part] = {"features": features, "target": targets[setting.target]}
        if setting.weighted:
            sets[part]["weight"] = draw.uniform(0, 2, rows).astype(setting.dtype)
    return sets


@dataclass(frozen=True)
class Run:
    """A program with its first state and its data."""

    setting: Setting
    program: RunProgram
    first: dict[str, Array]
    data: DataSets
    until: int


@cache
def run_of(name: str) -> Run:
    """Return the run of a setting."""
    setting = next(setting for setting in SETTINGS if setting.name == name)
    data = make_data(setting)
    steps = -(-ROWS // setting.batch)
    optimizer = optimizer_from(setting.optimizer)
    loss = loss_from(setting.loss)
    metric = METRICS["members" if setting.is_ensemble else setting.target]
    if setting.loss == "gaussian_nll":
        metric = RootMeanSquare(2.0, columns=1)
    recipe = Recipe(
        loss=MeanOverMembers(loss) if setting.is_ensemble else loss,
        optimizer=optimizer,
        schedule=schedule_from(
            setting.schedule,
            rate=min(optimizer.rate, 0.05),
            steps=setting.epochs * steps,
            steps_per_epoch=steps,
        ),
        epochs=setting.epochs,
        batch_size=setting.batch,
        seed=11,
        metrics=(metric,),
        monitor="validation_loss",
        **setting.options,
    )
    columns = {name: row_type(values) for name, values in data["train"].items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training_program, "EVALUATION_ROWS", CHUNK)
        program = build_program(
            setting.network(setting.outputs), recipe, columns, ROWS, VALIDATION_ROWS
        )
    return Run(setting, program, initial_state(program, 11), data, setting.epochs * steps)


def assert_same_bits(one: Segment, other: Segment, what: str) -> None:
    """Hold a segment to another, state and record, to the bit."""
    assert one.outcome is other.outcome, what
    assert list(one.state) == list(other.state), what
    for name, value in one.state.items():
        assert value.tobytes() == other.state[name].tobytes(), f"{what}: {name}"
    for mine, theirs in (
        (one.record.steps, other.record.steps),
        (one.record.epochs, other.record.epochs),
    ):
        assert list(mine) == list(theirs), what
        for name, column in mine.items():
            assert column.tobytes() == theirs[name].tobytes(), f"{what}: {name}"
