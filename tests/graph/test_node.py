"""Nodes: what never changes, what equality means, and what building one refuses."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.errors import DTypeError, GraphError, PellucidError, ShapeError
from pellucid.graph.node import (
    CONSTANT,
    INPUT,
    KEY,
    PARAMETER,
    STATE,
    Node,
    as_node,
    constant_node,
    describe,
    input_node,
    key_node,
    parameter_node,
    state_node,
)
from pellucid.graph.primitive import TensorType
from pellucid.primitives.random import bernoulli, random_bits, uniform


def leaf(name: str = "x", shape: Any = (2, 3), dtype: Any = "float32") -> Node:
    return input_node(name, shape, dtype)


@pytest.mark.parametrize("field", ["primitive", "inputs", "attributes", "shape", "dtype", "name"])
def test_nothing_of_a_node_can_be_set_or_deleted(field: str) -> None:
    x = leaf()
    text = re.escape(f"a node never changes: cannot set '{field}' of 'x' (2, 3)")
    with pytest.raises(AttributeError, match=text):
        setattr(x, field, None)
    with pytest.raises(AttributeError, match=f"a node never changes: cannot delete '{field}'"):
        delattr(x, field)
    assert getattr(x, field) is not None


def test_nothing_can_be_added_and_attributes_are_fixed() -> None:
    x = leaf()
    with pytest.raises(AttributeError, match="cannot set 'colour'"):
        x.colour = "red"
    with pytest.raises(TypeError, match="does not support item assignment"):
        x.attributes["shape"] = (1,)  # type: ignore[index]


def test_constants_hold_a_copy_that_is_read_only() -> None:
    array = np.ones(3, np.float32)
    node = constant_node(array)
    array[0] = 7
    assert evaluate(node, {}).tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="read-only"):
        node.attributes["value"][0] = 2


def test_equality_is_identity_and_nodes_are_keys() -> None:
    x, y = leaf(), leaf()
    same = x
    assert x == same
    assert x != y
    assert len({x: 1, y: 2, x * 1.0: 3}) == 3
    assert {x: "one"}[x] == "one"


def test_leaves() -> None:
    kinds = [
        (leaf(), INPUT),
        (parameter_node("w", 3), PARAMETER),
        (state_node("s", (), "int64"), STATE),
        (constant_node(1.0), CONSTANT),
        (key_node(), KEY),
    ]
    for node, primitive in kinds:
        assert node.is_leaf
        assert node.primitive is primitive
        assert primitive.derivative(node, node) == ()
        assert primitive.flops(node) == 0
    assert not (kinds[0][0] * 2.0).is_leaf
    assert key_node().type == TensorType((2,), np.dtype(np.uint32))
    assert parameter_node("w", 3, initializer="an initializer").attributes["initializer"]
    assert state_node("s", (), initial=5).attributes["initial"] == 5


def test_type_rank_name_and_length() -> None:
    x = leaf()
    assert x.type == TensorType((2, 3), np.dtype(np.float32))
    assert (x.rank, len(x), x.name) == (2, 2, "x")
    assert (x * 2.0).name is None
    assert (x * 2.0).named("twice").name == "twice"
    assert repr(x) == "<Node 'x' (2, 3) float32>"
    assert repr(p.exp(x)) == "<Node the result of exp (2, 3) float32>"
    assert describe(constant_node([1.0])) == "the constant (1,)"


def test_python_cannot_branch_on_or_iterate_over_a_node() -> None:
    x = leaf()
    with pytest.raises(
        GraphError,
        match=r"the result of less \(2, 3\) has no value while the graph is being built, so Python "
        r"cannot branch on it: use `where`",
    ):
        bool(p.less(x, 0.0))
    with pytest.raises(GraphError, match=r"'x' \(2, 3\) cannot be iterated: take slices"):
        list(x)
    with pytest.raises(GraphError, match=r"cannot be iterated"):
        1.0 in x  # type: ignore[operator]  # noqa: B015
    with pytest.raises(ShapeError, match=r"'s' \(\) is a scalar: it has no length"):
        len(leaf("s", ()))


def test_operators_build_what_python_means() -> None:
    x, y = leaf(dtype="float64"), leaf("y", dtype="float64")
    one, other = np.array([[1.5, -2, 3], [4, 5, 6]]), np.array([[7.0, 8, 9], [1, 2, 3]])
    values = {x: one, y: other}
    pairs = [
        (x + y, one + other),
        (1 + x, 1 + one),
        (x - y, one - other),
        (1 - x, 1 - one),
        (x * 2, one * 2),
        (2 * x, one * 2),
        (x / y, one / other),
        (1 / y, 1 / other),
        (y**x, other**one),
        (2**x, 2**one),
        (x**2, one**2),
        (x**1, one),
        (y**-1, 1 / other),
        (y**0.5, np.sqrt(other)),
        (x @ y[0], one @ other[0]),
        (np.ones((4, 2)) @ x, np.ones((4, 2)) @ one),
        (-x, -one),
        (abs(x), abs(one)),
        (np.ones((2, 3)) + x, one + 1),
        (x[1, ::-1], one[1, ::-1]),
    ]
    for node, expected in pairs:
        np.testing.assert_allclose(evaluate(node, values), expected)


def test_plain_numbers_take_the_type_of_what_they_meet() -> None:
    single, double, whole = leaf(), leaf(dtype="float64"), leaf(dtype="uint8")
    scale = np.sqrt(np.float64(2.0))
    for number in (2, 2.0, True, scale):
        assert (single * number).dtype == (number * single).dtype == np.float32
        assert (double * number).dtype == (number * double).dtype == np.float64
    assert (whole + 1).dtype == np.uint8
    assert p.add(1, 2).dtype == np.int32
    assert p.add(1, 2.5).dtype == np.float32
    assert p.where(leaf("c", (), "bool"), 1.0, 0).dtype == np.float32


def test_arrays_keep_their_type() -> None:
    with pytest.raises(
        DTypeError,
        match=r"add\('x' \(2, 3\), the constant \(3,\)\): add needs "
        r"inputs of one element type, got float32 and float64: cast one of them",
    ):
        leaf() + np.ones(3)
    with pytest.raises(DTypeError, match="got float64 and float32"):
        leaf(dtype="float64") * np.float32(2)


def test_numbers_that_would_change_are_refused() -> None:
    n, b = leaf("n", (3,), "int32"), leaf("b", (3,), "bool")
    with pytest.raises(DTypeError, match=r"0\.5 meets 'n' \(3,\), elements of type int32: cast"):
        n * 0.5
    with pytest.raises(DTypeError, match=r"0\.5 meets elements of type int64: cast them to a flo"):
        p.add(0.5, np.arange(3))
    with pytest.raises(DTypeError, match=r"2 meets 'b' \(3,\), elements of type bool: cast them"):
        p.equal(b, 2)
    with pytest.raises(DTypeError, match="4294967296 does not fit in elements of type int32"):
        n + 2**32
    with pytest.raises(DTypeError, match="-1 does not fit in elements of type uint8"):
        leaf("u", (), "uint8") - (-1)
    with pytest.raises(DTypeError, match=r"1e\+300 does not fit in elements of type float32"):
        leaf() * 1e300
    assert p.equal(b, True).dtype == bool
    assert (leaf() * np.inf).dtype == np.float32


@pytest.mark.parametrize("value", ["text", [1.0, "a"], [[1.0], [1.0, 2.0]], object(), None])
def test_what_is_not_made_of_numbers(value: Any) -> None:
    with pytest.raises(DTypeError, match=r"is not an element type|is not made of numbers"):
        constant_node(value)
    with pytest.raises(DTypeError, match="is not made of numbers"):
        constant_node(value, "float32") if value is not None else constant_node("a", "float32")


def test_a_node_is_no_value_and_stays_a_node() -> None:
    x = leaf()
    with pytest.raises(DTypeError, match=r"'x' \(2, 3\) is a node already, not a value"):
        constant_node(x)
    assert as_node(x) is x


def test_constants_of_python_numbers() -> None:
    assert [str(constant_node(value).dtype) for value in (1, 1.5, True, np.float64(2), [1, 2])] == [
        "int32",
        "float32",
        "bool",
        "float32",
        "int64",
    ]


x, s, n, b = leaf(), leaf("s", ()), leaf("n", (4,), "int32"), leaf("b", (2, 3), "bool")
w, d = leaf("w", (4, 5)), leaf("d", (3,), "float64")
key, step = key_node("k"), state_node("t", (), "int64")

OPTION: Any = 1.5
# What is built, the error, and a part of its text.
REFUSED: list[tuple[Any, type[PellucidError], str]] = [
    (lambda: x + w, ShapeError, "add: shapes of 'x' (2, 3) and 'w' (4, 5) do not broadcast"),
    (lambda: p.where(b, x, w), ShapeError,
     "where: shapes of 'b' (2, 3) and 'x' (2, 3) and 'w' (4, 5) do not broadcast"),
    (lambda: x + d, DTypeError, "add('x' (2, 3), 'd' (3,)): add needs inputs of one element type"),
    (lambda: p.where(x, x, x), DTypeError, "the condition of where needs boolean elements, got f"),
    (lambda: p.where(b, x, d), DTypeError,
     "where('b' (2, 3), 'x' (2, 3), 'd' (3,)): where needs inputs of one element type"),
    (lambda: p.exp(n), DTypeError, "exp('n' (4,)): exp needs float32 or float64, got int32: use c"),
    (lambda: n / 2, DTypeError, "divide('n' (4,), the constant ()): divide needs float32 or float"),
    (lambda: p.abs(b), DTypeError, "abs('b' (2, 3)): abs needs number elements, got bool"),
    (lambda: p.logical_not(n), DTypeError, "logical_not needs boolean elements, got int32"),
    (lambda: p.shift_right(x, x), DTypeError, "shift_right needs integer elements, got float32"),
    (lambda: p.cast(x, "float16"), DTypeError, "'float16' is not an element type of pellucid"),
    (lambda: p.matmul(x, w), ShapeError, "matmul('x' (2, 3), 'w' (4, 5)): a matrix product needs "
     "equal inner lengths, got 3 columns against 4 rows"),
    (lambda: p.matmul(s, w), ShapeError, "matmul('s' (), 'w' (4, 5)): a matrix product needs at l"),
    (lambda: p.matmul(w, d), ShapeError, "matmul('w' (4, 5), 'd' (3,)): a matrix product needs eq"),
    (lambda: p.matmul(x, d), DTypeError, "matmul('x' (2, 3), 'd' (3,)): matmul needs inputs of on"),
    (lambda: p.matmul(n, n), DTypeError, "matmul('n' (4,), 'n' (4,)): matmul needs float32 or flo"),
    (lambda: p.matmul(leaf("a", (2, 3, 4)), leaf("c", (3, 4, 5))), ShapeError,
     "matmul('a' (2, 3, 4), 'c' (3, 4, 5)): shapes (2,) and (3,) do not broadcast"),
    (lambda: p.sum(x, 2), ShapeError, "sum of 'x' (2, 3): axis 2 does not exist: there are 2 axes"),
    (lambda: p.mean(x, (0, 0)), ShapeError, "mean of 'x' (2, 3): an axis is named twice in (0, 0)"),
    (lambda: p.max(x, -3), ShapeError, "max of 'x' (2, 3): axis -3 does not exist"),
    (lambda: p.sum(b), DTypeError, "sum('b' (2, 3)): sum needs number elements, got bool"),
    (lambda: p.max(leaf("e", (0, 3)), 0), ShapeError, "max('e' (0, 3)): max of no elements has no"),
    (lambda: p.mean(leaf("e", (0, 3))), ShapeError, "mean('e' (0, 3)): mean of no elements has no"),
    (lambda: p.mean(n), DTypeError, "mean('n' (4,)): mean needs float32 or float64, got int32"),
    (lambda: p.normalize(leaf("e", (0, 3)), 0, 0.1), ShapeError, "normalize of no elements has no"),
    (lambda: p.normalize(n, 0, 0.1), DTypeError, "normalize needs float32 or float64, got int32"),
    (lambda: p.softmax(leaf("e", (3, 0))), ShapeError, "softmax of no elements has no value"),
    (lambda: p.softmax(s), ShapeError, "softmax of 's' (): axis -1 does not exist"),
    (lambda: p.softmax(n), DTypeError, "softmax('n' (4,)): softmax needs float32 or float64"),
    (lambda: p.argmax(s), ShapeError, "argmax of 's' (): axis -1 does not exist"),
    (lambda: p.argmin(leaf("e", (3, 0))), ShapeError, "argmin('e' (3, 0)): argmin of no elements"),
    (lambda: p.argmax(b), DTypeError, "argmax('b' (2, 3)): argmax needs number elements, got bool"),
    (lambda: p.argsort(b), DTypeError, "argsort('b' (2, 3)): argsort needs number elements"),
    (lambda: p.argsort(x, 5), ShapeError, "argsort of 'x' (2, 3): axis 5 does not exist"),
    (lambda: p.cumulative_sum(x, 2), ShapeError, "cumulative_sum of 'x' (2, 3): axis 2 does not"),
    (lambda: p.cumulative_sum(b), DTypeError, "cumulative_sum needs number elements, got bool"),
    (lambda: p.reshape(x, (4, -1)), ShapeError, "reshape of 'x' (2, 3): 6 elements of shape (2, 3"),
    (lambda: p.reshape(x, 7), ShapeError, "reshape of 'x' (2, 3): 6 elements of shape (2, 3) do n"),
    (lambda: p.reshape(x, OPTION), ShapeError, "reshape of 'x' (2, 3): 'float' object cannot be"),
    (lambda: p.transpose(x, (0, 0)), ShapeError, "transpose('x' (2, 3)): every axis must be named"),
    (lambda: p.transpose(x, (0, 2)), ShapeError, "transpose of 'x' (2, 3): axis 2 does not exist"),
    (lambda: p.broadcast(x, (3, 3)), ShapeError, "broadcast('x' (2, 3)): shapes (2, 3) and (3, 3)"),
    (lambda: p.broadcast(x, (3,)), ShapeError, "broadcast('x' (2, 3)): shape (2, 3) does not broa"),
    (lambda: p.broadcast(x, (-2, 3)), ShapeError, "broadcast of 'x' (2, 3): a shape is made of le"),
    (lambda: p.concatenate([]), ShapeError, "concatenate needs at least one array, got none"),
    (lambda: p.concatenate([s, s]), ShapeError, "scalars have no axis to be joined along: reshape"),
    (lambda: p.concatenate([x, w]), ShapeError, "concatenate('x' (2, 3), 'w' (4, 5)): all lengths "
     "but the one along axis 0 must be equal"),
    (lambda: p.concatenate([x, x], 2), ShapeError, "concatenate of 'x' (2, 3): axis 2 does not ex"),
    (lambda: p.concatenate([d, leaf("f", (3,))]), DTypeError, "concatenate needs inputs of one el"),
    (lambda: p.take_slice(x, (0,), (1,)), ShapeError, "a slice of shape (2, 3) needs bounds for e"),
    (lambda: p.take_slice(x, (0, 0), (3, 3)), ShapeError, "slice 0:3:1 is outside of length 2"),
    (lambda: p.pad(x, (1,), (1,), (0,)), ShapeError, "padding of shape (2, 3) needs widths for ea"),
    (lambda: p.pad(x, (-1, 0), (0, 0)), ShapeError, "widths of padding must be at least 0, got"),
    (lambda: p.pad(n, (1,), (0,), value=0.5), DTypeError, "0.5 cannot pad elements of type int32"),
    (lambda: p.flip(x, 2), ShapeError, "flip of 'x' (2, 3): axis 2 does not exist"),
    (lambda: p.expand_dims(x, 4), ShapeError, "expand_dims of 'x' (2, 3): axis 4 does not exist"),
    (lambda: p.squeeze(x, 0), ShapeError, "squeeze of 'x' (2, 3): axis 0 has length 2, not 1"),
    (lambda: p.squeeze(x, 2), ShapeError, "squeeze of 'x' (2, 3): axis 2 does not exist"),
    (lambda: p.gather(x, x), DTypeError, "gather('x' (2, 3), 'x' (2, 3)): the indices of gather n"),
    (lambda: p.gather(s, n), ShapeError, "gather of 's' (): axis 0 does not exist"),
    (lambda: p.gather(x, n, along=True), ShapeError,
     "indices along axis 0 need the shape (2, 3) but for that axis, got (4,)"),
    (lambda: p.scatter(x, n, x), ShapeError, "updates need shape (4, 3), got (2, 3)"),
    (lambda: p.scatter(x, n, leaf("u", (4, 3)), mode="multiply"), ShapeError,
     "the mode must be 'add' or 'set', got 'multiply'"),
    (lambda: p.scatter(b, n, leaf("u", (4, 3), "bool")), DTypeError,
     "scatter with mode 'add' needs number elements, got bool"),
    (lambda: p.scatter(x, n, leaf("u", (4, 3), "float64")), DTypeError, "scatter needs inputs of"),
    (lambda: p.scatter(x, n, x, axis=3), ShapeError, "scatter of 'x' (2, 3): axis 3 does not"),
    (lambda: p.top_k(x, 4), ShapeError, "top_k of 'x' (2, 3): 4 of 3 elements along axis 1 cannot"),
    (lambda: p.top_k(x, -1), ShapeError, "top_k of 'x' (2, 3): -1 of 3 elements along axis 1"),
    (lambda: p.one_hot(x, 3), DTypeError, "the indices of one_hot needs integer elements, got fl"),
    (lambda: p.one_hot(n, 3, "bool"), DTypeError, "one_hot needs number elements, got bool"),
    (lambda: p.iota((3,), 0, "bool"), DTypeError, "iota(): iota needs number elements, got bool"),
    (lambda: p.iota(()), ShapeError, "axis -1 does not exist: there are 0 axes"),
    (lambda: p.iota(300, 0, "uint8"), ShapeError, "elements of type uint8 count up to 255"),
    (lambda: p.iota(2**24 + 1, 0, "float32"), ShapeError, "elements of type float32 count up to 1"),
    (lambda: p.softmax_cross_entropy(x, n), ShapeError,
     "logits (.., classes) need labels (..), got (2, 3) and (4,)"),
    (lambda: p.softmax_cross_entropy(n, n), DTypeError, "softmax_cross_entropy needs float32 or"),
    (lambda: p.softmax_cross_entropy(x, leaf("l", (2,))), DTypeError,
     "the labels of softmax_cross_entropy needs integer elements, got float32"),
    (lambda: p.sigmoid_cross_entropy(x, leaf("t", (2, 1))), ShapeError,
     "sigmoid_cross_entropy('x' (2, 3), 't' (2, 1)): logits and targets need one shape, got"),
    (lambda: p.sigmoid_cross_entropy(x, leaf("t", (2, 3), "float64")), DTypeError,
     "sigmoid_cross_entropy needs inputs of one element type"),
    (lambda: p.sigmoid_cross_entropy(n, n), DTypeError, "sigmoid_cross_entropy needs float32 or"),
    (lambda: random_bits(x, step, 3, 1), DTypeError, "random_bits('x' (2, 3), 't' ()): random num"
     "bers need a key (uint32 (2,)) and a step (int64 ()), got float32 (2, 3) and int64 ()"),
    (lambda: uniform(key, step, 3, 1, "int32"), DTypeError, "uniform needs float32 or float64"),
    (lambda: bernoulli(key, step, 3, 1, 1.5), ShapeError, "a probability is from 0 to 1, got 1.5"),
    (lambda: bernoulli(key, step, 3, 1, float("nan")), ShapeError, "a probability is from 0 to 1"),
    (lambda: input_node("x", (2, -1)), ShapeError, "a shape is made of lengths of at least 0"),
    (lambda: input_node("x", (2,), "float16"), DTypeError, "'float16' is not an element type"),
    (lambda: x[2], ShapeError, "'x' (2, 3): index 2 is out of range along axis 0"),
    (lambda: x[0, -4], ShapeError, "'x' (2, 3): index -4 is out of range along axis 1"),
    (lambda: x[0, 0, 0], ShapeError, "'x' (2, 3) has 2 axes, got 3 indices"),
    (lambda: x[..., 0, ...], ShapeError, "'x' (2, 3): an index has at most one '...'"),
    (lambda: x[::0], ShapeError, "'x' (2, 3)[slice(None, None, 0)]: slice step cannot be zero"),
    (lambda: x[0.5:], ShapeError, "slice indices must be integers"),
    (lambda: x[1.0], DTypeError, "'x' (2, 3): 1.0 is no integer or slice; use gather for indices"),
    (lambda: x[True], DTypeError, "'x' (2, 3): True is no integer or slice"),
    (lambda: x[np.True_], DTypeError, "is no integer or slice; use gather for indices"),
    (lambda: x[np.array([0, 1])], DTypeError, "array([0, 1]) is no integer or slice; use gather"),
    (lambda: x[[0, 1]], DTypeError, "[0, 1] is no integer or slice; use gather for indices"),
    (lambda: x[n], DTypeError, "<Node 'n' (4,) int32> is no integer or slice"),
    (lambda: x["rows"], DTypeError, "'rows' is no integer or slice"),
]  # fmt: skip


@pytest.mark.parametrize(("build", "error", "text"), REFUSED)
def test_errors_say_who_and_what(build: Any, error: type[PellucidError], text: str) -> None:
    with pytest.raises(error, match=re.escape(text)) as caught:
        build()
    assert type(caught.value) is error


def test_wrong_numbers_of_inputs() -> None:
    with pytest.raises(ShapeError, match="exp takes 1 inputs, got 2"):
        Node(p.exp, (x, x))
    with pytest.raises(ShapeError, match=r"add needs inputs of one shape, got \[\(2, 3\), \(4, 5"):
        Node(p.add, (x, w))


@pytest.mark.parametrize("primitive", [p.gather, p.argmax, p.argsort, p.cumulative_sum])
def test_scalars_have_no_lines(primitive: Any) -> None:
    attributes = {"axis": 0, "along": False, "reverse": False}
    inputs = (s, leaf("i", (), "int32")) if primitive is p.gather else (s,)
    with pytest.raises(ShapeError, match=r"a scalar has no axis|of no elements has no value"):
        primitive.result_type(tuple(node.type for node in inputs), attributes)


def test_iota_counts_along_an_axis() -> None:
    with pytest.raises(ShapeError, match="a scalar has no axis to be counted along"):
        p.iota.result_type((), {"shape": (), "axis": 0, "dtype": np.dtype(np.int32)})


def random_index(random: np.random.Generator, shape: tuple[int, ...]) -> Any:
    items: list[Any] = []
    for length in shape[: random.integers(0, len(shape) + 1)]:
        kind = random.integers(0, 3)
        if kind == 0 and length:
            items.append(int(random.integers(-length, length)))
        else:
            bounds = [
                None if random.random() < 0.3 else int(v)
                for v in random.integers(-length - 2, length + 3, 2)
            ]
            stride = [None, 1, 2, 3, -1, -2, -3][random.integers(0, 7)]
            items.append(slice(bounds[0], bounds[1], stride))
    if random.random() < 0.4:
        items.insert(int(random.integers(0, len(items) + 1)), None)
    if random.random() < 0.4:
        # All that is left of an ellipsis stands for the last axes.
        position = int(random.integers(0, len(items) + 1))
        items.insert(position, Ellipsis)
    return tuple(items) if len(items) != 1 or random.random() < 0.5 else items[0]


def test_indexing_is_that_of_numpy() -> None:
    random = np.random.default_rng(8)
    for turn in range(600):
        shape = tuple(int(v) for v in random.integers(0, 6, random.integers(0, 4)))
        values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
        node = leaf("x", shape)
        index = random_index(random, shape)
        try:
            expected = values[index]
        except IndexError:
            with pytest.raises(ShapeError):
                node[index]
            continue
        got = evaluate(node[index], {node: values})
        assert got.shape == expected.shape, (turn, shape, index)
        assert np.array_equal(got, expected), (turn, shape, index)


def test_numpy_integers_index_too() -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert float(evaluate(x[np.int64(1), np.array(2)], {x: values})) == 5.0
