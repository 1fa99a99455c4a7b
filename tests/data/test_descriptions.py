"""Reading plain JSON that may have been tampered with."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.descriptions import (
    boolean_of,
    list_of,
    number_of,
    numbers_of,
    storage_of,
    text_of,
)
from pellucid.data.encoding import Encoding
from pellucid.data.kinds import parse_told
from pellucid.data.storage import Storage
from pellucid.data.target import Target
from pellucid.data.understanding import understand
from pellucid.errors import DataError, ModelFileError
from tests.data.made_tables import table


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
TABLE = table(
    {
        "a": [1.0, None, 3.0] * 9,
        "far": [1.0, 1e9, *[2.0] * 25],
        "t": ["x", "y", None] * 9,
        "many": [f"c{i % 20}" for i in range(27)],
        "truth": ["yes", "no", None] * 9,
        "level": ["lo", "hi", "hi"] * 9,
        "day": [datetime(2020, 1, 1) + timedelta(days=20 * i) for i in range(27)],
        "y": [0.5, 1.5, 2.5] * 9,
    }
)
ENCODINGS = [
    Encoding.fit(
        TABLE.drop(["y"]),
        understand(TABLE, ["y"], {"level": parse_told("ordered:lo<hi")}),
        scaling=scaling,
        one_hot_limit=2,
    )
    for scaling in ("auto", "quantile")
]


@given(st.data())
def test_a_tampered_description_is_refused_or_usable(data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from(ENCODINGS)).description()
    target = Target.infer(TABLE["y"], log=data.draw(st.sampled_from([None, "log"]))).description()
    part = data.draw(st.sampled_from([*encoding["columns"], target]))
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(JSON)
    with contextlib.suppress(ModelFileError, DataError):
        Target.from_description(target).encode(TABLE["y"])
        restored = Encoding.from_description(encoding)
        encoded = restored.transform(TABLE)
        assert encoded.shape == (27, restored.width)
        assert np.isfinite(encoded).all()


def test_storages() -> None:
    assert storage_of({"storage": "words"}) is Storage.WORDS
    with pytest.raises(ModelFileError, match="impossible 'storage' 'text'"):
        storage_of({"storage": "text"})


def test_lists_of_numbers() -> None:
    assert numbers_of({"key": [1, 2.5]}, "key") == [1.0, 2.5]
    for wrong in ([True], [float("inf")], ["1"], 3):
        with pytest.raises(ModelFileError, match="impossible 'key'"):
            numbers_of({"key": wrong}, "key")


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
