"""Networks of one's own in the main job."""

from __future__ import annotations

from pathlib import Path

import pytest

import pellucid
from pellucid.errors import OptionError, ShapeError
from pellucid.graph.node import Node
from pellucid.layers import Dense, Layer, Mode, Sequential, parameter
from pellucid.primitives import sigmoid


class MyDenseLayer(Layer):
    def __init__(self, inputs: int, outputs: int) -> None:
        self.weight = parameter((inputs, outputs))
        self.bias = parameter((outputs,), "zeros")

    def call(self, x: Node, mode: Mode) -> Node:
        return sigmoid(x @ self.weight + self.bias)


def own() -> Sequential:
    return Sequential(MyDenseLayer(4, 8), Dense(3))


def test_a_layer_of_ones_own_is_kept_and_loaded_with_its_code(tmp_path: Path) -> None:
    run = pellucid.fit("iris", network=own(), out=tmp_path / "run", epochs=3)
    with pytest.raises(
        OptionError, match=r"layers of your own: .*network=..\)"
    ):
        pellucid.load(tmp_path / "run")
    loaded = pellucid.load(tmp_path / "run", network=own())
    assert loaded.predict("iris").tolist() == run.predict("iris").tolist()


def test_outputs_that_do_not_fit_the_target_are_named() -> None:
    with pytest.raises(ShapeError, match=r"must give \(rows, 3\) to predict 'species'.*\(2, 2\)"):
        pellucid.fit("iris", network=Sequential(Dense(2)))


def test_numbers_of_numpy_are_options() -> None:
    import numpy as np

    run = pellucid.fit(
        "iris", epochs=np.int64(2), learning_rate=np.float32(0.5), hidden=(np.int32(3),)
    )
    assert run.result["epochs"] == 2
    assert run.result["learning_rate"] == 0.5
