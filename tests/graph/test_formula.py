"""The language of formulas: its words, and their cost."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from pellucid import primitives as p
from pellucid.backends.words import MEANINGS
from pellucid.dtypes import float32
from pellucid.graph.formula import WORDS, Word, argument, constant, word
from pellucid.graph.node import input_node
from pellucid.graph.primitive import Cost, Elementwise, primitives


def words_of(formula: Word) -> set[str]:
    return {formula.operation}.union(*map(words_of, formula.arguments))


def test_formulas_are_built_with_operators() -> None:
    x, y = argument(0), argument(1)
    formula = (1.0 + x) * 2.0 - y / 3.0 - (4.0 - x) + (5.0 * y) - (6.0 / -x)
    assert str(formula) == (
        "subtract(add(subtract(subtract(multiply(add(1.0, x0), 2.0), divide(x1, 3.0)), "
        "subtract(4.0, x0)), multiply(5.0, x1)), divide(6.0, negate(x0)))"
    )
    assert str(constant(True)) == "True"


@pytest.mark.parametrize("operation", ["cosh", "exp"])
def test_what_is_no_word(operation: str) -> None:
    with pytest.raises(ValueError, match=f"'{operation}' with 2 arguments is no word of a formula"):
        word(operation, argument(0), 1.0)


def test_the_reference_speaks_every_word_and_formulas_use_every_word() -> None:
    assert set(MEANINGS) | {"convert"} == set(WORDS)
    used = set()
    for primitive in primitives():
        if isinstance(primitive, Elementwise):
            attributes: dict[str, Any] = {
                "low": 0.0, "high": 1.0, "slope": 0.1, "alpha": 1.0, "dtype": float32,
            }  # fmt: skip
            names = inspect.signature(primitive.formula).parameters.values()
            used |= words_of(
                primitive.expression(
                    {n.name: attributes[n.name] for n in names if n.kind is n.KEYWORD_ONLY}
                )
            )
    assert used - {"argument", "constant"} == set(WORDS)


def test_costs() -> None:
    x, w = input_node("x", (5, 3)), input_node("w", (3, 4))
    product = x @ w
    assert product.primitive.cost(product) == Cost(2 * 5 * 3 * 4, 4 * (15 + 12 + 20))
    assert p.sum(x).primitive.flops(p.sum(x)) == 15
    assert p.less(x, x).primitive.flops(p.less(x, x)) == 0
    taken = p.gather(x, input_node("i", (2,), "int32"))
    assert taken.primitive.flops(taken) == 0
    mean = p.mean(p.exp(p.exp(x)))
    # The sum and the division; what lies below is not its own work.
    assert mean.primitive.flops(mean) == 15 + 1
    assert Cost(1, 2) + Cost(3, 4) == Cost(4, 6)
    with pytest.raises(TypeError):
        Cost(1, 2) + 3
