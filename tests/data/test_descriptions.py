"""Reading plain JSON that may have been tampered with."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.data.descriptions import boolean_of, list_of, number_of, text_of
from pellucid.data.encoding import Encoding
from pellucid.data.kinds import Kind
from pellucid.data.table import Column, Table
from pellucid.data.target import Target
from pellucid.errors import DataError, ModelFileError


def test_good_values() -> None:
    description = {"text": "x", "number": 1, "truth": False, "list": ["a"]}
    assert text_of(description, "text") == "x"
    assert number_of(description, "number") == 1.0
    assert boolean_of(description, "truth") is False
    assert list_of(description, "list", str) == ["a"]


def test_a_number_below_the_least() -> None:
    assert number_of({"scale": 0}, "scale", least=0.0) == 0.0
    with pytest.raises(ModelFileError, match="the impossible 'scale' -1"):
        number_of({"scale": -1}, "scale", least=0.0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
TABLE = Table(
    [
        Column("a", Kind.NUMBER, np.array([1.0, np.nan, 3.0])),
        Column("t", Kind.TEXT, np.array(["x", "y", None], dtype=object)),
        Column("y", Kind.NUMBER, np.array([0.5, 1.5, 2.5])),
    ]
)


@settings(deadline=None)
@given(st.data())
def test_a_tampered_description_is_refused_or_usable(data: st.DataObject) -> None:
    encoding = Encoding.fit(TABLE.drop(["y"])).description()
    target = Target.infer(TABLE["y"]).description()
    part = data.draw(st.sampled_from([encoding["columns"][0], encoding["columns"][1], target]))
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(JSON)
    with contextlib.suppress(ModelFileError, DataError):
        Target.from_description(target).encode(TABLE["y"])
        restored = Encoding.from_description(encoding)
        assert restored.transform(TABLE).shape == (3, restored.width)


@pytest.mark.parametrize("reader", [text_of, number_of, boolean_of, list_of])
@pytest.mark.parametrize("description", [{}, None, 3, ["key"]])
def test_a_lacking_key(reader: Any, description: Any) -> None:
    with pytest.raises(ModelFileError, match="has no 'key': the file is damaged"):
        reader(description, "key")


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        *((text_of, 1), (number_of, "1"), (number_of, True), (number_of, float("nan"))),
        *((number_of, 10**400), (number_of, -(10**400)), (number_of, None)),
        *((number_of, float("inf")), (boolean_of, 1), (list_of, "ab"), (list_of, [1])),
    ],
)
def test_a_wrong_value(reader: Any, value: Any) -> None:
    with pytest.raises(ModelFileError, match="has the impossible 'key'"):
        reader({"key": value}, "key")
