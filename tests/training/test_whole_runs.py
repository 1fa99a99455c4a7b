"""Whole runs against an independent program: JAX for values and derivatives, Optax for updates.

The oracle takes the rows in the order that the run program says and starts from the same weights;
everything else is its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from pellucid.backends.base import Backend, Outcome, Segment, StateValues
from pellucid.backends.reference import ReferenceBackend
from pellucid.graph.program import RunProgram
from pellucid.layers import BatchNorm, Dense, Sequential
from pellucid.layers.base import Layer
from pellucid.losses import SoftmaxCrossEntropy, loss_from
from pellucid.optimizers import optimizer_from
from pellucid.schedules import Constant
from pellucid.training.metrics import Accuracy, Metric, RootMeanSquare
from pellucid.training.program import build_program, row_type
from pellucid.training.recipe import Recipe
from pellucid.training.state import initial_state

Array = np.ndarray[Any, Any]
ROWS, WIDTH, BATCH, EPOCHS = 53, 5, 8, 4
RATE = 0.01

PEERS: dict[str, Callable[[], Any]] = {
    "sgd": lambda: optax.sgd(RATE),
    "momentum": lambda: optax.sgd(RATE, momentum=0.9),
    "nesterov": lambda: optax.sgd(RATE, momentum=0.9, nesterov=True),
    "adam": lambda: optax.adam(RATE),
    "adamax": lambda: optax.adamax(RATE),
    "nadam": lambda: optax.nadam(RATE),
    "lion": lambda: optax.lion(RATE, weight_decay=0.0),
}


def make_data(seed: int, classes: int) -> dict[str, dict[str, Array]]:
    draw = np.random.default_rng(seed)
    data = {}
    for part, rows in (("train", ROWS), ("validation", 21)):
        features = draw.normal(size=(rows, WIDTH)).astype(np.float32)
        if classes:
            target: Array = draw.integers(0, classes, rows).astype(np.int32)
        else:
            target = (features[:, :1] - features[:, 1:2] ** 2).astype(np.float32)
        data[part] = {"features": features, "target": target}
    return data


def build(
    optimizer: str, classes: int, data: Any, network: Layer | None = None, **options: Any
) -> tuple[RunProgram, Recipe]:
    network = network or Sequential(Dense(7, "tanh"), Dense(6, "relu"), Dense(classes or 1))
    metric: Metric = Accuracy() if classes else RootMeanSquare(2.5)
    recipe = Recipe(
        loss=loss_from("softmax_cross_entropy" if classes else "squared_error"),
        optimizer=optimizer_from(optimizer),
        schedule=Constant(RATE),
        epochs=EPOCHS,
        batch_size=BATCH,
        seed=11,
        metrics=(metric,),
        monitor="validation_loss",
        **options,
    )
    columns = {name: row_type(values) for name, values in data["train"].items()}
    return build_program(network, recipe, columns, ROWS, 21), recipe


def output(weights: list[Any], x: Any) -> Any:
    x = jnp.tanh(x @ weights[0] + weights[1])
    x = jnp.maximum(x @ weights[2] + weights[3], 0)
    return x @ weights[4] + weights[5]


def cross_entropy(weights: list[Any], x: Any, target: Any) -> Any:
    logits = output(weights, x)
    chosen = jnp.take_along_axis(logits, target[:, None], 1)[:, 0]
    return jnp.mean(jnp.log(jnp.sum(jnp.exp(logits), 1)) - chosen)


def squared(weights: list[Any], x: Any, target: Any) -> Any:
    return jnp.mean((output(weights, x) - target) ** 2)


@dataclass(frozen=True)
class PeerRun:
    """What JAX and Optax make of a run: losses, and the weights by the program's names."""

    losses: list[float]
    validation: list[float]
    weights: dict[str, Any]


def peer_run(
    optimizer: str, classes: int, data: Any, program: RunProgram, first: StateValues
) -> PeerRun:
    """Train with JAX and Optax, in the order of rows of the program."""
    names = [variable.name for variable in program.state if variable.role == "parameter"]
    loss = cross_entropy if classes else squared
    weights = [jnp.asarray(first[name]) for name in names]
    peer = PEERS[optimizer]()
    slots = peer.init(weights)
    value_and_slope = jax.jit(jax.value_and_grad(loss))
    losses, validation = [], []
    for epoch in range(EPOCHS):
        order = program.order.epoch_rows(epoch)
        for start in range(0, ROWS, BATCH):
            rows = order[start : start + BATCH]
            batch = (data["train"][column][rows] for column in ("features", "target"))
            value, slopes = value_and_slope(weights, *batch)
            losses.append(float(value))
            updates, slots = peer.update(slopes, slots, weights)
            weights = optax.apply_updates(weights, updates)
        held = data["validation"]
        validation.append(float(loss(weights, held["features"], held["target"])))
    return PeerRun(losses, validation, dict(zip(names, weights, strict=True)))


def assert_runs_agree(segment: Segment, peer: PeerRun) -> None:
    np.testing.assert_allclose(segment.record.steps["loss"], peer.losses, rtol=2e-4, atol=1e-6)
    epochs = segment.record.epochs
    np.testing.assert_allclose(epochs["validation_loss"], peer.validation, rtol=2e-4)
    for name, wanted in peer.weights.items():
        np.testing.assert_allclose(segment.state[name], wanted, rtol=2e-3, atol=2e-5)
    assert int(segment.state["stopping.best_epoch"]) == int(np.argmin(peer.validation)) + 1


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("optimizer", PEERS)
def test_a_run_agrees_with_an_independent_one(optimizer: str, classes: int) -> None:
    data = make_data(5, classes)
    program, recipe = build(optimizer, classes, data)
    first = initial_state(program, recipe.seed)
    until = EPOCHS * program.order.steps_per_epoch
    assert program.order.steps_per_epoch == 7
    assert {graph.rows for graph in program.steps} == {8, 5}
    segment = ReferenceBackend().compile(program).run(first, data, until)
    peer = peer_run(optimizer, classes, data, program, first)
    assert_runs_agree(segment, peer)
    held = data["validation"]
    said = np.asarray(output(list(peer.weights.values()), held["features"]))
    if classes:
        metric = float(np.mean(said.argmax(1) == held["target"]))
        got = segment.record.epochs["validation_accuracy"][-1]
    else:
        metric = 2.5 * float(np.sqrt(np.mean((said - held["target"]) ** 2)))
        got = segment.record.epochs["validation_rmse"][-1]
    np.testing.assert_allclose(got, metric, rtol=1e-4)


def test_the_training_loss_of_an_epoch_weighs_the_short_batch_by_its_rows() -> None:
    data = make_data(6, 3)
    program, recipe = build("sgd", 3, data)
    segment = ReferenceBackend().compile(program).run(initial_state(program, 1), data, 7)
    weights = np.array([8, 8, 8, 8, 8, 8, 5])
    wanted = np.average(segment.record.steps["loss"], weights=weights)
    np.testing.assert_allclose(segment.record.epochs["train_loss"], [wanted], rtol=1e-12)
    assert recipe.batch_size == 8


def assert_patience_keeps_the_best_weights(backend: Backend) -> None:
    data = make_data(7, 3)
    # Labels without a pattern: the validation loss rises once the network memorises.
    program, _ = build("adam", 3, data, patience=3)
    executable = backend.compile(program)
    first = initial_state(program, 11)
    steps = program.order.steps_per_epoch
    segment = executable.run(first, data, 1000 * steps)
    losses = segment.record.epochs["validation_loss"]
    best = int(np.argmin(losses))
    assert segment.outcome is Outcome.STOPPED
    assert bool(segment.state["stop"])
    assert len(losses) == best + 1 + 3
    assert int(segment.state["stopping.wait"]) == 3
    assert float(segment.state["stopping.best"]) == losses[best]
    at_best = executable.run(first, data, (best + 1) * steps).state
    for variable in program.state:
        if variable.role == "parameter":
            kept = segment.state[f"best.{variable.name}"]
            assert kept.tobytes() == at_best[variable.name].tobytes()


def test_averages_are_what_is_evaluated_and_kept() -> None:
    data = make_data(7, 3)
    share, epochs = 0.3, 9
    program, _ = build("adam", 3, data, averaging=share, patience=3)
    executable = ReferenceBackend().compile(program)
    first = initial_state(program, 11)
    names = [variable.name for variable in program.state if variable.role == "parameter"]
    steps = program.order.steps_per_epoch
    averages = {name: first[name].astype(np.float64) for name in names}
    state, at_epochs = first, []
    for step in range(epochs * steps):
        segment = executable.run(state, data, step + 1)
        state = segment.state
        for name in names:
            averages[name] += (state[name] - averages[name]) / (1 + share * step)
            np.testing.assert_allclose(
                state[f"average.{name}"], averages[name], rtol=2e-5, atol=1e-6
            )
        if (step + 1) % steps == 0:
            at_epochs.append({name: state[f"average.{name}"] for name in names})
            held = data["validation"]
            weights = [jnp.asarray(averages[name], jnp.float32) for name in names]
            wanted = float(cross_entropy(weights, held["features"], held["target"]))
            said = segment.record.epochs["validation_loss"][-1]
            np.testing.assert_allclose(said, wanted, rtol=2e-4)
        if bool(state["stop"]):
            break
    best = at_epochs[int(state["stopping.best_epoch"]) - 1]
    for name in names:
        assert state[f"best.{name}"].tobytes() == best[name].tobytes()
        assert state[f"best.{name}"].tobytes() != state[name].tobytes()


def test_running_statistics_are_averaged_too() -> None:
    data = make_data(7, 3)
    program, _ = build("sgd", 3, data, Sequential(BatchNorm(), Dense(3)), averaging=0.5)
    executable = ReferenceBackend().compile(program)
    state = first = initial_state(program, 11)
    names = [variable.name for variable in program.state if variable.role == "statistic"]
    assert names
    averages = {name: first[name].astype(np.float64) for name in names}
    for step in range(10):
        state = executable.run(state, data, step + 1).state
        for name in names:
            averages[name] += (state[name] - averages[name]) / (1 + 0.5 * step)
            np.testing.assert_allclose(state[f"average.{name}"], averages[name], rtol=2e-5)


def test_averaging_changes_no_update() -> None:
    data = make_data(7, 3)
    states = []
    for share in (0.0, 0.1):
        program, _ = build("adam", 3, data, averaging=share)
        executable = ReferenceBackend().compile(program)
        states.append(executable.run(initial_state(program, 11), data, 20).state)
    plain, averaged = states
    assert not any(name.startswith("average.") for name in plain)
    for name, value in plain.items():
        if not name.startswith(("best.", "stopping.")):
            assert averaged[name].tobytes() == value.tobytes(), name


def test_patience_stops_and_keeps_the_best_weights() -> None:
    assert_patience_keeps_the_best_weights(ReferenceBackend())


def test_every_cut_into_segments_gives_the_same_bits() -> None:
    data = make_data(8, 3)
    program, _ = build("adam", 3, data, patience=50, averaging=0.2)
    executable = ReferenceBackend().compile(program)
    state = first = initial_state(program, 3)
    whole = executable.run(first, data, 23)
    losses: list[float] = []
    for until in (1, 2, 6, 7, 8, 14, 15, 22, 23):
        segment = executable.run(state, data, until)
        state = segment.state
        losses += segment.record.steps["loss"].tolist()
    assert losses == whole.record.steps["loss"].tolist()
    for name, value in whole.state.items():
        assert state[name].tobytes() == value.tobytes(), name


class WeightedAccuracy(Accuracy):
    name = "weighted_accuracy"
    weighted = True


def test_weights_of_rows_and_classes_enter_losses_and_metrics_count_rows() -> None:
    data = make_data(9, 3)
    draw = np.random.default_rng(9)
    for held in data.values():
        held["weight"] = draw.uniform(0.0, 2.0, len(held["target"])).astype(np.float32)
    class_weights = np.array([0.5, 1.0, 3.0])
    network = Sequential(Dense(4, "tanh"), Dense(3))
    recipe = Recipe(
        loss=SoftmaxCrossEntropy(class_weights=tuple(class_weights)),
        optimizer=optimizer_from("sgd"),
        # A rate of next to nothing: every mean is over the same network, and can be computed again.
        schedule=Constant(1e-30),
        epochs=1,
        batch_size=BATCH,
        metrics=(Accuracy(), WeightedAccuracy()),
        monitor="validation_loss",
    )
    columns = {name: row_type(values) for name, values in data["train"].items()}
    program = build_program(network, recipe, columns, ROWS, 21)
    first = initial_state(program, 4)
    segment = ReferenceBackend().compile(program).run(first, data, 7)
    names = ["dense_1.weight", "dense_1.bias", "dense_2.weight", "dense_2.bias"]
    w1, b1, w2, b2 = (first[name].astype(np.float64) for name in names)

    def means(part: str) -> tuple[float, float, float]:
        held = data[part]
        logits = np.tanh(held["features"] @ w1 + b1) @ w2 + b2
        chosen = logits[np.arange(len(logits)), held["target"]]
        errors = np.log(np.exp(logits).sum(1)) - chosen
        counted = held["weight"] * class_weights[held["target"]]
        hits = logits.argmax(1) == held["target"]
        return (
            float(np.average(errors, weights=counted)),
            float(np.mean(hits)),
            float(np.average(hits, weights=held["weight"])),
        )

    epochs = segment.record.epochs
    np.testing.assert_allclose(epochs["train_loss"], [means("train")[0]], rtol=1e-5)
    names = ["loss", "accuracy", "weighted_accuracy"]
    found = [epochs[f"validation_{name}"][0] for name in names]
    np.testing.assert_allclose(found, means("validation"), rtol=1e-5)
    assert len(set(found)) == 3
