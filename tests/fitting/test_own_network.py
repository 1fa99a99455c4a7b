"""Networks of one's own in the main job."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import OptionError, ShapeError
from pellucid.graph.node import Node, parameter_node
from pellucid.layers import Dense, Layer, Mode, Sequential, parameter
from pellucid.optimizers import adam
from pellucid.primitives import mean, sigmoid


class MyDenseLayer(Layer):
    def __init__(self, inputs: int, outputs: int) -> None:
        self.weight = parameter((inputs, outputs))
        self.bias = parameter((outputs,), "zeros")

    def call(self, x: Node, mode: Mode) -> Node:
        return sigmoid(x @ self.weight + self.bias)


def own() -> Sequential:
    return Sequential(MyDenseLayer(4, 8), Dense(3))


def test_a_layer_of_ones_own_is_kept_and_loaded_with_its_code(tmp_path: Path) -> None:
    run = pellucid.fit("iris", network=own(), out=tmp_path / "run", epochs=3, report=False)
    with pytest.raises(OptionError, match=r"layers of your own: .*network=..\)"):
        pellucid.load(tmp_path / "run")
    loaded = pellucid.load(tmp_path / "run", network=own())
    assert loaded.predict("iris").tolist() == run.predict("iris").tolist()


def test_outputs_that_do_not_fit_the_target_are_named() -> None:
    with pytest.raises(ShapeError, match=r"must give \(rows, 3\) to predict 'species'.*\(2, 2\)"):
        pellucid.fit("iris", network=Sequential(Dense(2)))


def test_numbers_of_numpy_are_options() -> None:
    run = pellucid.fit(
        "iris", epochs=np.int64(2), learning_rate=np.float32(0.5), hidden=(np.int32(3),)
    )
    assert run.result["epochs"] == 2
    assert run.result["learning_rate"] == 0.5


def test_tables_in_memory_validate_and_test() -> None:
    rows = {
        "x": [float(i) for i in range(40)],
        "y": ["low" if i < 20 else "high" for i in range(40)],
    }
    held = {"x": [1.0, 30.0, 39.0], "y": ["low", "high", "high"]}
    run = pellucid.fit(rows, "y", validation=held, test=held, epochs=2)
    assert run.result["rows"] == {"train": 40, "validation": 3, "test": 3}


def test_names_are_spelled_as_one_likes() -> None:
    run = pellucid.fit(
        *("diabetes",), optimizer="AdamW", schedule="Warm_Up", loss="Squared-Error", epochs=1
    )
    assert run.result["learning_rate"] == 0.004


def test_a_parameter_without_a_first_value_is_named() -> None:
    layer = MyDenseLayer(4, 3)
    layer.weight = parameter_node("w", (4, 3))
    network = Sequential(layer)
    with pytest.raises(OptionError, match=r"'my_dense_layer_1\.weight' has no initializer"):
        pellucid.fit("iris", network=network, epochs=1)


def test_the_quantile_loss_finds_its_quantile() -> None:
    draw = np.random.default_rng(1)
    table = {"x": draw.normal(size=600), "y": draw.exponential(size=600)}
    run = pellucid.fit(
        *(table, "y"), loss="quantile", quantile=0.9, hidden=(), seed=1, epochs=100, dropout=0.0
    )
    below = np.mean(table["y"] < run.predict(table))
    assert 0.85 < below < 0.95


def test_penalties_of_layers_are_added_to_the_loss() -> None:
    class Quiet(Layer):
        def call(self, x: Node, mode: Mode) -> Node:
            mode.penalize(7.0 + 0.0 * mean(x))
            return x

    run = pellucid.fit("iris", network=Sequential(Quiet(), Dense(3)), epochs=1)
    plain = pellucid.fit("iris", network=Sequential(Dense(3)), epochs=1)
    first, other = (r.history["steps"]["loss"][0] for r in (run, plain))
    assert first > 7.0 > other


def test_an_optimizer_of_ones_own_trains_and_repeats(tmp_path: Path) -> None:
    own_optimizer = adam(first_decay=0.5, max_norm=3.0, rate=0.02)
    run = pellucid.fit(
        "iris", optimizer=own_optimizer, epochs=5, out=tmp_path / "run", report=False
    )
    plain = pellucid.fit("iris", optimizer="adam", learning_rate=0.02, weight_decay=0.0, epochs=5)
    again = pellucid.fit("iris", config=tmp_path / "run" / "config.toml")
    losses = [r.history["steps"]["loss"] for r in (run, again, plain)]
    assert losses[0] == losses[1] != losses[2]
    assert run.result["learning_rate"] == 0.02
    with pytest.raises(OptionError, match="optimizer must be a name or an optimizer, got 3"):
        pellucid.fit("iris", optimizer=3)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("hidden", (5, 5)),
        ("dropout", 0.3),
        ("ensemble", 3),
        ("activation", "relu"),
        ("normalization", "batch"),
        ("number_embedding", "none"),
    ],
)
def test_options_that_build_a_network_are_refused_beside_ones_own(option: str, value: Any) -> None:
    with pytest.raises(OptionError, match=f"{option}=.* network=.. is one of your own"):
        pellucid.fit("iris", network=own(), **{option: value})


def test_the_record_says_that_the_network_was_handed_in(tmp_path: Path) -> None:
    network = Sequential(Dense(7, "tanh"), Dense(3))
    run = pellucid.fit(
        "iris", network=network, out=tmp_path / "run", epochs=3, learning_curve=False
    )
    facts = json.loads((tmp_path / "run" / "facts.json").read_text())
    assert facts["network"]["own"]
    assert facts["network"]["dropout"] is None
    assert facts["run"]["command"] is None
    page = (tmp_path / "run" / "report.html").read_text()
    assert "The network was handed in" in page
    assert "pellucid fit --config" not in page
    config = tmp_path / "run" / "config.toml"
    options = tomllib.loads(config.read_text())
    assert options["network"] == "own"
    assert not {"hidden", "dropout", "activation", "ensemble"} & set(options)
    with pytest.raises(OptionError, match=r"whose network was the user's own, .*network=\.\.\)"):
        pellucid.fit("iris", config=config)
    again = pellucid.fit(
        options["data"], config=config, network=Sequential(Dense(7, "tanh"), Dense(3))
    )
    assert again.metrics == run.metrics
