"""Small networks that are really trained, and what a diagnosis rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from threadpoolctl import threadpool_limits

from pellucid.diagnosis import Evidence
from pellucid.evaluation.aim import aim_for
from pellucid.evaluation.drift import column_drift
from pellucid.evaluation.feature import Feature
from pellucid.graph.node import input_node
from pellucid.inspection.layers import probe_layers
from pellucid.layers.base import Layer
from pellucid.losses import loss_from
from pellucid.models.mlp import multilayer_perceptron
from pellucid.optimizers import optimizer_from
from pellucid.training.train import train

Array = np.ndarray[Any, Any]

PARTS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Task:
    """Rows in three parts, columns standardised by the training rows; class codes, or numbers."""

    features: Mapping[str, Array]
    truth: Mapping[str, Array]
    classes: int
    numbers: Mapping[str, Array]


def task(x: Array, y: Array, seed: int, shares: tuple[float, float] = (0.6, 0.8)) -> Task:
    order = np.random.default_rng(seed).permutation(len(x))
    ends = [round(share * len(x)) for share in shares]
    numbers = dict(zip(PARTS, np.split(order, ends), strict=True))
    mean, deviation = x[numbers["train"]].mean(0), x[numbers["train"]].std(0) + 1e-12
    scaled = ((x - mean) / deviation).clip(-10, 10).astype(np.float32)
    classes = int(y.max()) + 1 if y.dtype.kind == "i" else 0
    return Task(
        {part: scaled[rows] for part, rows in numbers.items()},
        {part: y[rows] for part, rows in numbers.items()},
        classes,
        {part: rows + 1 for part, rows in numbers.items()},
    )


def named(name: str, seed: int = 0) -> Task:
    if name in ("iris", "breast_cancer", "digits", "diabetes"):
        bunch = getattr(datasets, f"load_{name}")()
        y = bunch.target if name != "diabetes" else bunch.target.astype(np.float64)
        return task(bunch.data, y, seed)
    if name == "moons":
        x, y = datasets.make_moons(500, noise=0.2, random_state=seed)
        return task(x, y, seed)
    if name == "blobs":
        x, y = datasets.make_blobs(600, 3, centers=4, cluster_std=2.0, random_state=seed)[:2]
        return task(x, y, seed)
    if name == "waves":
        x, y = datasets.make_friedman1(500, noise=1.0, random_state=seed)
        return task(x, y, seed)
    assert name == "xor"
    x = np.random.default_rng(seed).uniform(-1, 1, (600, 2))
    return task(x, (x[:, 0] * x[:, 1] > 0).astype(np.int64), seed)


@dataclass(frozen=True)
class Settings:
    """How a network is trained; the defaults suit small tables."""

    hidden: tuple[int, ...] = (32, 16)
    activation: str = "relu"
    normalization: str | None = None
    dropout: float = 0.1
    rate: float = 0.002
    optimizer: str = "adamw"
    weight_decay: float = 0.01
    epochs: int = 200
    patience: int | None = 20
    batch_size: int = 32
    weight_scale: float | None = None
    bias: float | None = None
    schedule: str = "constant"
    seed: int = 0


def evidence_of(given: Task, settings: Settings, **more: Any) -> Evidence:
    """Train a network, and return the numbers of its run."""
    loss = "softmax_cross_entropy" if given.classes else "squared_error"
    centre, scale = _units(given)
    target = {part: _encoded(given, y, centre, scale) for part, y in given.truth.items()}
    network = multilayer_perceptron(
        max(given.classes, 1),
        settings.hidden,
        settings.activation,
        settings.dropout,
        settings.normalization,
    )
    trained = train(
        network,
        given.features["train"],
        target["train"],
        loss=loss,
        optimizer=optimizer_from(settings.optimizer, weight_decay=settings.weight_decay),
        learning_rate=settings.rate,
        schedule=settings.schedule,
        epochs=settings.epochs,
        batch_size=min(settings.batch_size, len(target["train"])),
        validation=(given.features["validation"], target["validation"]),
        patience=settings.patience,
        restore_best=settings.patience is not None,
        initial=_initial(network, given, settings),
        seed=settings.seed,
    )
    read = {
        part: _read(given, trained.predict(x).astype(np.float64), centre, scale)
        for part, x in given.features.items()
    }
    losses = {part: aim_for(read[part]).row_losses(given.truth[part], read[part]) for part in PARTS}
    layers = probe_layers(
        network,
        trained.initial,
        trained.parameters,
        given.features["train"],
        target["train"],
        loss_from(loss),
    )
    baselines = _baselines(given)
    columns = {
        part: [Feature(f"x{place}", x[:, place].astype(float)) for place in range(x.shape[1])]
        for part, x in given.features.items()
    }
    labels = true_rows = said_rows = expected = None
    if given.classes:
        labels = [f"class {code}" for code in range(given.classes)]
        true_rows = np.bincount(given.truth["test"], minlength=given.classes)
        said_rows = np.bincount(read["test"].argmax(1), minlength=given.classes)
        expected = read["test"].sum(0)
    evidence = Evidence(
        epochs=trained.epochs,
        steps=trained.steps["loss"],
        best_epoch=trained.best_epoch,
        stopped_early=len(trained.epochs["train_loss"]) < settings.epochs,
        learning_rate=settings.rate,
        dropout=settings.dropout,
        rows={part: len(y) for part, y in given.truth.items()},
        losses=losses,
        row_numbers=given.numbers,
        baselines=baselines,
        initial_loss=layers["loss_first"],
        constant_losses=_constant_losses(given),
        batch_size=min(settings.batch_size, len(target["train"])),
        constant_loss=float(baselines["constant"]["train"].mean())
        / (1.0 if given.classes else scale**2),
        layers=layers,
        classes=labels,
        true_rows=true_rows,
        said_rows=said_rows,
        expected=expected,
        drift=column_drift(columns["train"], columns["test"]),
    )
    return replace(evidence, **more)


@cache
def healthy(name: str, seed: int) -> Evidence:
    """Return the numbers of a run with good settings."""
    rate = {"diabetes": 0.0005}.get(name, 0.002)
    hidden = {"diabetes": (16,), "moons": (32, 32)}.get(name, (32, 16))
    settings = Settings(hidden=hidden, rate=rate, seed=seed, epochs=500)
    return evidence_of(named(name, seed), settings)


def _units(given: Task) -> tuple[float, float]:
    if given.classes:
        return 0.0, 1.0
    y = given.truth["train"]
    return float(y.mean()), float(y.std())


def _encoded(given: Task, y: Array, centre: float, scale: float) -> Array:
    if given.classes:
        return y.astype(np.int32)
    return ((y - centre) / scale).astype(np.float32).reshape(-1, 1)


def _read(given: Task, output: Array, centre: float, scale: float) -> Array:
    if not given.classes:
        return output[:, 0] * scale + centre
    powers = np.exp(output - output.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def _initial(network: Layer, given: Task, settings: Settings) -> dict[str, Array] | None:
    """Return first values other than the layers' own, to spoil a run."""
    if settings.weight_scale is None and settings.bias is None:
        return None
    network(input_node("features", (2, given.features["train"].shape[1])))
    draw = np.random.default_rng(settings.seed)
    values: dict[str, Array] = {}
    for name, leaf in network.parameters().items():
        if leaf.rank == 2 and settings.weight_scale is not None:
            values[name] = (draw.normal(size=leaf.shape) * settings.weight_scale).astype(np.float32)
        if leaf.rank == 1 and settings.bias is not None and not name.startswith("output"):
            values[name] = np.full(leaf.shape, settings.bias, np.float32)
    return values


def _constant_losses(given: Task) -> Array:
    y = given.truth["train"]
    if given.classes:
        return np.asarray(-np.log(np.bincount(y)[y] / len(y)))
    return np.square(y - y.mean())


def _baselines(given: Task) -> dict[str, dict[str, Array]]:
    x, y = given.features["train"], given.truth["train"]
    models: dict[str, Any] = {
        "linear": LogisticRegression(max_iter=3000) if given.classes else Ridge(),
        "boosting": (
            HistGradientBoostingClassifier if given.classes else HistGradientBoostingRegressor
        )(max_iter=20, learning_rate=0.2, early_stopping=False),
    }
    found: dict[str, dict[str, Array]] = {"constant": {}}
    for part in PARTS:
        rows = len(given.truth[part])
        said: Array = np.full(rows, y.mean())
        if given.classes:
            said = np.tile(np.bincount(y, minlength=given.classes) / len(y), (rows, 1))
        found["constant"][part] = _losses(given.truth[part], said)
    # Beside other work the threads of the boosting wait for one another.
    for name, model in models.items():
        with threadpool_limits(1):
            model.fit(x, y)
            predict = model.predict_proba if given.classes else model.predict
            said_of = {part: predict(given.features[part]) for part in PARTS}
        found[name] = {part: _losses(given.truth[part], said_of[part]) for part in PARTS}
    return found


def _losses(truth: Array, read: Array) -> Array:
    return aim_for(read).row_losses(truth, read)
