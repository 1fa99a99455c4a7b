"""What `train` takes, what it refuses and in which words, and what it records."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.backends import backend_named
from pellucid.errors import DataError, DTypeError, GraphError, OptionError, ShapeError
from pellucid.graph.node import Node
from pellucid.layers import Dense, Embedding, Layer, Mode, Sequential, parameter
from pellucid.schedules import ReduceOnPlateau
from pellucid.training.metrics import (
    Accuracy,
    MeanAbsolute,
    OfMembers,
    RootMeanSquare,
    metrics_from,
)
from pellucid.training.state import initial_state
from pellucid.training.train import Trained, train

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(30, 3)).astype(np.float32)
LABELS = (X[:, 0] > 0).astype(np.int32)
UPPER = LABELS.astype(np.float32).reshape(-1, 1)
CLASSES: Any = {"loss": "softmax_cross_entropy", "epochs": 3, "backend": "reference"}
TWO: Any = {"loss": "binary_cross_entropy", "epochs": 3, "backend": "reference"}


def classes(features: Any = X, target: Any = LABELS, **options: Any) -> Trained:
    return train(Dense(2), features, target, **(CLASSES | options))


def bits(trained: Trained) -> list[bytes]:
    return [value.tobytes() for value in trained.parameters.values()]


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("epochs", 1.5, "epochs must be a whole number of at least 1, got 1.5"),
        ("epochs", "3", "epochs must be a whole number of at least 1, got '3'"),
        ("epochs", True, "epochs must be a whole number of at least 1, got True"),
        ("epochs", 0, "epochs must be at least 1, got 0"),
        ("batch_size", 16.0, "batch_size must be a whole number of at least 1, got 16.0"),
        ("batch_size", -1, "batch_size must be at least 1, got -1"),
        ("patience", 2.5, "patience must be a whole number of at least 1, got 2.5"),
        ("seed", 1.5, "seed must be from 0 to 2^64 - 1, got 1.5"),
        ("l2", "0.1", "l2 must be a number of at least 0, got '0.1'"),
        ("shuffled", 1, "shuffled must be True or False, got 1"),
        ("metrics", ("acuracy",), "there is no metric 'acuracy': did you mean 'accuracy'? Use one"),
        (
            "metrics",
            (Accuracy,),
            "a metric is a Metric or a name (accuracy, rmse, mae), got <class",
        ),
        ("metrics", 3, "a metric is a Metric or a name (accuracy, rmse, mae), got 3"),
        ("validation", X, "validation must be a pair (features, target), got ndarray"),
        ("watch", {"w": 1}, "watch must be a function from the parameters to scalars by name"),
    ],
)
def test_options_that_are_refused(option: str, value: Any, text: str) -> None:
    with pytest.raises(OptionError, match=f"^{re.escape(text)}"):
        classes(**{option: value})


def test_whole_numbers_of_numpy_are_taken() -> None:
    options = {"epochs": np.int64(3), "batch_size": np.int32(10), "seed": np.uint8(1)}
    assert bits(classes(**options)) == bits(classes(epochs=3, batch_size=10, seed=1))


@pytest.mark.parametrize("network", [[Dense(1)], Dense, lambda x: x, None])
def test_what_is_no_layer_is_refused(network: Any) -> None:
    with pytest.raises(OptionError, match=r"^the network must be a layer, such as Sequential\("):
        train(network, X, UPPER, **TWO)


@pytest.mark.parametrize(
    ("watch", "text"),
    [
        (lambda leaves: {"loss": leaves["bias"][0]}, "watch gives 'loss', a name that the record"),
        (lambda leaves: {"penalty": leaves["bias"][0]}, "watch gives 'penalty', a name that the"),
        (lambda leaves: {"learning_rate": leaves["bias"][0]}, "watch gives 'learning_rate', a na"),
        (lambda leaves: {"w": leaves["weight"]}, "watch must give scalars by name, such as a"),
        (lambda leaves: {"w": 1.0}, "watch must give scalars by name, such as a weight's element"),
        (lambda leaves: [leaves["bias"][0]], "watch must give scalars by name, {name: node}, got"),
    ],
)
def test_what_is_watched_has_a_name_of_its_own(watch: Any, text: str) -> None:
    with pytest.raises(OptionError, match=f"^{re.escape(text)}"):
        classes(watch=watch)


def test_two_metrics_of_one_name_are_refused() -> None:
    class Loss(Accuracy):
        name = "loss"

    for metrics in (("accuracy", Accuracy()), (Loss(),)):
        with pytest.raises(OptionError, match=r"^metrics need names of their own, .* is taken$"):
            classes(metrics=metrics, validation=(X, LABELS))


@pytest.mark.parametrize("metrics", ["accuracy", ("Accuracy",), [Accuracy()]])
def test_metrics_by_name(metrics: Any) -> None:
    trained = classes(metrics=metrics, validation=(X, LABELS))
    hits = trained.predict(X).argmax(1) == LABELS
    assert trained.epochs["validation_accuracy"][-1] == pytest.approx(hits.mean(), rel=1e-12)
    both = train(Dense(1), X, UPPER, metrics=metrics, validation=(X, UPPER), **TWO)
    hits = (both.predict(X) > 0) == UPPER
    assert both.epochs["validation_accuracy"][-1] == pytest.approx(hits.mean(), rel=1e-12)


def test_errors_by_name_are_in_the_units_of_the_target() -> None:
    found = metrics_from(["rmse", MeanAbsolute(2.0)])
    assert [type(metric) for metric in found] == [RootMeanSquare, MeanAbsolute]
    trained = train(
        Dense(1), X, UPPER, loss="squared_error", epochs=2, metrics="rmse", validation=(X, UPPER)
    )
    errors = trained.predict(X) - UPPER
    wanted = np.sqrt(np.mean(errors.astype(np.float64) ** 2))
    assert trained.epochs["validation_rmse"][-1] == pytest.approx(wanted, rel=1e-6)


def test_members_count_rows_as_the_metric_of_one_does() -> None:
    class Weighted(Accuracy):
        weighted = True

    for inner in (Accuracy(), Weighted()):
        assert OfMembers(inner, lambda output: output).weighted is inner.weighted


@pytest.mark.parametrize("weights", [[1] * 29 + [3], np.ones(30, bool), np.arange(30)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_weights_of_any_type_are_taken(weights: Any, dtype: str) -> None:
    wanted = classes(
        X.astype(dtype), weights=np.asarray(weights).astype(dtype), validation=(X, LABELS)
    )
    for given in (weights, np.asarray(weights).astype("float64")):
        found = classes(X.astype(dtype), weights=given, validation=(X, LABELS))
        assert bits(found) == bits(wanted)
        assert found.epochs == wanted.epochs


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        (-np.ones(30), "the training weights must be numbers of at least 0, row 1 has -1"),
        ([1.0] * 29 + [float("nan")], "the training weights must be numbers of at least 0, row 30"),
        (np.zeros(30), "the training weights are all 0: no row counts"),
        (np.ones(29), "the training weights need one number for each of 30 rows, shape (30,), got"),
        (np.ones((30, 1)), "the training weights need one number for each of 30 rows, shape (30,)"),
        (["1"] * 30, "the training weights must be an array of numbers, got elements of type <U1"),
    ],
)
def test_weights_that_are_refused(weights: Any, text: str) -> None:
    with pytest.raises(DataError, match=f"^{re.escape(text)}"):
        classes(weights=weights)


def test_booleans_are_labels_or_the_numbers_0_and_1() -> None:
    yes = LABELS.astype(bool)
    held = (X, yes)
    wanted = classes(validation=(X, LABELS), metrics="accuracy")
    found = classes(target=yes, validation=held, metrics="accuracy")
    assert (bits(found), found.epochs) == (bits(wanted), wanted.epochs)
    for width in (1, 3):
        several = np.repeat(UPPER, width, axis=1)
        one = train(Dense(width), X, several.astype(bool), **TWO)
        assert bits(one) == bits(train(Dense(width), X, several, **TWO))


def test_validation_rows_become_of_the_type_of_the_training_rows() -> None:
    wanted = classes(validation=(X, LABELS)).epochs
    for features in (X.astype(np.float64), X.tolist(), X.astype(">f4")):
        for labels in (LABELS.astype(np.int64), LABELS.tolist(), LABELS.astype(np.uint8)):
            assert classes(validation=(features, labels)).epochs == wanted
    for held, text in (
        ((X[:, :2], LABELS), "the rows of the validation features have shape (2,), those of the"),
        ((X, LABELS + 0.5), "the validation target have numbers that are no int32, the type of"),
        ((X.astype(np.float64) * 1e300, LABELS), "the validation features have numbers that are"),
        ((X, LABELS[1:]), "the validation features have 30 rows, the target has 29"),
    ):
        with pytest.raises(DataError, match=f"^{re.escape(text)}"):
            classes(validation=held)


def test_predictions_for_what_comes() -> None:
    trained = classes()
    wanted = trained.predict(X)
    for features in (X.astype(np.float64), X.tolist(), X.astype(">f4")):
        assert trained.predict(features).tobytes() == wanted.tobytes()
    none = trained.predict(X[:0])
    assert (none.shape, none.dtype) == ((0, 2), np.float32)
    whole = np.arange(6).reshape(2, 3)
    assert trained.predict(whole).tobytes() == trained.predict(whole.astype(np.float32)).tobytes()
    text = (
        "the network was trained on rows of float32 (3,) and does not fit features of "
        "float32 (30, 2), rows of float32 (2,)"
    )
    with pytest.raises(ShapeError, match=f"^{re.escape(text)}$"):
        trained.predict(X[:, :2])
    words = Sequential(Embedding(5, 2), Dense(2))
    reader = train(words, LABELS, LABELS, **CLASSES)
    assert reader.predict(LABELS.astype(np.int64)).shape == (30, 2)
    with pytest.raises(DTypeError, match=r"^the network was trained on rows of int32 \(\) and do"):
        reader.predict(LABELS + 0.5)


def test_penalties_are_recorded_apart_from_the_loss_of_epochs() -> None:
    trained = classes(l1=0.1, l2=0.3, optimizer="sgd", learning_rate=1e-9)
    weight = trained.parameters["weight"].astype(np.float64)
    penalty = 0.1 * np.abs(weight).sum() + 0.15 * (weight**2).sum()
    np.testing.assert_allclose(trained.steps["penalty"], [penalty] * 3, rtol=1e-5)
    whole = np.add(trained.epochs["train_loss"], trained.steps["penalty"])
    np.testing.assert_allclose(trained.steps["loss"], whole, rtol=1e-6)
    assert "penalty" not in classes().steps


def test_layers_penalties_are_recorded_too() -> None:
    class Penalized(Dense):
        def call(self, x: Node, mode: Mode) -> Node:
            mode.penalize(self.weight[0, 0] * 0.0 + 2.0)
            return super().call(x, mode)

    trained = train(Penalized(2), X, LABELS, **CLASSES)
    assert trained.steps["penalty"] == [2.0] * 3
    without = np.subtract(trained.steps["loss"], 2.0)
    np.testing.assert_allclose(without, trained.epochs["train_loss"], rtol=1e-5)


@pytest.mark.parametrize(
    "schedule", ["cosine", "step", "one-cycle", ReduceOnPlateau(0.1, patience=0)]
)
def test_the_rate_of_an_epoch_is_that_of_its_last_step(schedule: Any) -> None:
    trained = classes(schedule=schedule, epochs=6, batch_size=7, validation=(X, 1 - LABELS))
    rates = np.reshape(trained.steps["learning_rate"], (6, 5))
    assert trained.epochs["learning_rate"] == rates[:, -1].tolist()
    assert len(set(trained.epochs["learning_rate"])) > 2


class Held(Layer):
    """Layers and parameters in collections of every kind."""

    def __init__(self) -> None:
        self.heads: Any = {"left": Dense(2), "right": [Dense(3), Dense(2, name="last")]}
        self.blocks = [[Dense(4)], (Dense(2),)]
        self.scales: Any = {"all": parameter((), "ones"), 3: [parameter((2,), "ones")]}

    def call(self, x: Node, mode: Mode) -> Node:
        first, last = self.heads["right"]
        y = self.heads["left"](x, mode) + last(first(x, mode), mode)
        for row in self.blocks:
            for layer in row:
                y = layer(y, mode)
        return y * self.scales["all"] * self.scales[3][0]


def test_layers_in_dictionaries_and_nested_lists_are_trained() -> None:
    trained = train(Held(), X, LABELS, **CLASSES)
    layers = ["heads_left", "heads_right_1", "last", "blocks_1_1", "blocks_2_1"]
    assert sorted(trained.parameters) == sorted(
        [
            *(f"{layer}.{leaf}" for layer in layers for leaf in ("weight", "bias")),
            "scales_all",
            "scales_3_1",
        ]
    )
    for name, value in trained.parameters.items():
        assert value.tobytes() != trained.initial[name].tobytes(), name


def test_names_in_collections_are_told_apart() -> None:
    class Clash(Layer):
        def __init__(self, **parts: Any) -> None:
            vars(self).update(parts)

        def call(self, x: Node, mode: Mode) -> Node:
            return x

    for parts, text in (
        ({"a": [Dense(1)], "a_1": Dense(1)}, "Clash has two different layers named 'a_1': give"),
        ({"a": [parameter(())], "a_1": parameter(())}, "Clash has two different parameters named"),
        ({"a": {"b.c": Dense(1)}}, "Clash has layers named 'a_b.c': a name has no '.', which"),
    ):
        with pytest.raises(OptionError, match=f"^{re.escape(text)}"):
            train(Clash(**parts), X, X, loss="squared_error", epochs=1)


class InCall(Layer):
    def call(self, x: Node, mode: Mode) -> Node:
        return Dense(2)(x, mode)


class InCallWithoutMode(Layer):
    def call(self, x: Node, mode: Mode) -> Node:
        return Dense(2)(x)


class Kept(Layer):
    """A layer that stands where nobody looks."""

    def __init__(self) -> None:
        self.inner = {Dense(2, name="hidden")}

    def call(self, x: Node, mode: Mode) -> Node:
        (inner,) = self.inner
        return inner(x, mode)


@pytest.mark.parametrize(
    ("network", "text"),
    [
        (
            InCall(),
            "the network calls a Dense that none of its layers keeps, so that 'dense.weight'",
        ),
        (
            Kept(),
            "the network calls a Dense that none of its layers keeps, so that 'hidden.weight'",
        ),
        (
            InCallWithoutMode(),
            "the network uses the parameter 'dense.weight' (3, 2), which none of",
        ),
    ],
)
def test_layers_that_are_not_kept_are_refused(network: Layer, text: str) -> None:
    with pytest.raises(GraphError, match=rf"^{re.escape(text)}.* in __init__ and store"):
        train(network, X, LABELS, **CLASSES)


def test_values_of_a_step_have_the_names_of_the_state() -> None:
    trained = train(Sequential(Dense(4, "tanh"), Dense(2)), X, LABELS, batch_size=10, **CLASSES)
    program = trained.program
    executable = backend_named("native").compile(program)
    data = {"train": {"features": X, "target": LABELS}}
    state = executable.run(initial_state(program, 0), data, 4).state
    step = {node.name: value for node, value in executable.step_values(state, data) if node.name}
    after = executable.run(state, data, 5).state
    learned = [*trained.parameters, *(name for name in state if name.startswith("optimizer."))]
    assert len(learned) == 4 + 8
    for name in learned:
        assert step[name].tobytes() == state[name].tobytes(), name
        assert step[f"new {name}"].tobytes() == after[name].tobytes(), name
    for name in trained.parameters:
        assert step[f"gradient of {name}"].shape == state[name].shape


def test_short_descriptions() -> None:
    network = Sequential(Dense(8, "relu"), Dense(2, bias=False, name="output"))
    assert repr(Dense(3)) == "Dense(3)"
    assert repr(network) == (
        "Sequential(Dense(8, activation='relu'), Dense(2, bias=False, name='output'))"
    )
    assert repr(Dense(3, initializer="zeros")) == "Dense(3, initializer='zeros')"
    assert repr(InCall()) == "<InCall>"
    trained = train(network, X, LABELS, batch_size=10, **CLASSES)
    assert repr(trained).startswith(f"<Trained {network!r}: 3 epochs, 9 updates, train_loss 0.")
    assert len(repr(trained)) < 200


def test_rooms_are_imported_when_asked_for() -> None:
    for room in ("diagnosis", "evaluation", "language"):
        assert getattr(pellucid, room).__name__ == f"pellucid.{room}"
        assert room in dir(pellucid)
