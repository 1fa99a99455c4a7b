from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.examples import logic
from pellucid.examples.logic import Gate, Numbers
from pellucid.training.train import Trained, train


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return logic.run()


def _truth(gate: Gate) -> list[bool]:
    true = [[value == 1 for value in row] for row in gate.inputs.tolist()]
    if gate.name == "NOT":
        return [not row[0] for row in true]
    return [all(row) if gate.name == "AND" else any(row) for row in true]


def _perceptron(gate: Gate) -> tuple[list[Fraction], int, int]:
    """Return the weights, the updates and the rounds of the rule, in exact arithmetic."""
    weights = [Fraction(1, 4), Fraction(-1, 8), Fraction(1, 16)]
    if gate.name == "NOT":
        del weights[1]
    updates = rounds = 0
    while True:
        rounds, before = rounds + 1, updates
        for row, true in zip(gate.inputs.tolist(), _truth(gate), strict=True):
            x = [*(Fraction(value) for value in row), Fraction(1)]
            fires = sum(w * v for w, v in zip(weights, x, strict=True)) >= 0
            if fires != true:
                updates += 1
                sign = 1 if true else -1
                weights = [w + sign * v for w, v in zip(weights, x, strict=True)]
        if updates == before:
            return weights, updates, rounds


def test_all_gates_of_both_kinds_of_unit(numbers: Numbers) -> None:
    assert [(gate.name, gate.false) for gate in numbers.gates] == [
        (name, false) for false in (0, -1) for name in ("AND", "OR", "NOT")
    ]
    for gate in numbers.gates:
        rows = 2 if gate.name == "NOT" else 4
        assert len({tuple(row) for row in gate.inputs.tolist()}) == rows
        assert set(gate.inputs.ravel().tolist()) == {gate.false, 1}


def test_units_say_the_truth(numbers: Numbers) -> None:
    for gate in numbers.gates:
        expected = [1 if true else gate.false for true in _truth(gate)]
        assert gate.truth.tolist() == expected, gate.name
        assert gate.said_by_hand.tolist() == expected, gate.name
        assert gate.said.tolist() == expected, gate.name
        for weights in (gate.by_hand, gate.learned):
            scores = gate.inputs @ weights[:-1] + weights[-1]
            assert np.where(scores >= 0, 1, gate.false).tolist() == expected, gate.name


def test_learning_is_the_perceptrons_rule(numbers: Numbers) -> None:
    for gate in numbers.gates:
        weights, updates, rounds = _perceptron(gate)
        assert gate.learned.tolist() == [float(weight) for weight in weights]
        assert (gate.updates, gate.rounds) == (updates, rounds)
        assert gate.is_rule


def test_another_learning_rate_is_not_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    def slower(*arguments: Any, **options: Any) -> Trained:
        return train(*arguments, **{**options, "learning_rate": 0.5})

    monkeypatch.setattr(logic, "train", slower)
    assert not any(gate.is_rule for gate in logic.run().gates)


def test_not_of_the_slide_is_linear(numbers: Numbers) -> None:
    assert numbers.slide == [0, -1, 1, -1]


def test_words_and_picture(numbers: Numbers, tmp_path: Path) -> None:
    words = logic.tell(numbers)
    assert "exactly the perceptron's rule: yes." in words
    assert words.count("-1 -1 -1 1") == 2
    logic.draw(numbers, tmp_path / "logic.svg")
    assert "NOT, units" in (tmp_path / "logic.svg").read_text()
