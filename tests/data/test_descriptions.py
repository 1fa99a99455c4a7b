"""Reading plain JSON that may have been tampered with."""

from __future__ import annotations

from typing import Any

import pytest

from pellucid.data.descriptions import boolean_of, list_of, number_of, text_of
from pellucid.errors import ModelFileError


def test_good_values() -> None:
    description = {"text": "x", "number": 1, "truth": False, "list": ["a"]}
    assert text_of(description, "text") == "x"
    assert number_of(description, "number") == 1.0
    assert boolean_of(description, "truth") is False
    assert list_of(description, "list", str) == ["a"]


@pytest.mark.parametrize("reader", [text_of, number_of, boolean_of, list_of])
@pytest.mark.parametrize("description", [{}, None, 3, ["key"]])
def test_a_lacking_key(reader: Any, description: Any) -> None:
    with pytest.raises(ModelFileError, match="has no 'key': the file is damaged"):
        reader(description, "key")


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        *((text_of, 1), (number_of, "1"), (number_of, True), (number_of, float("nan"))),
        *((number_of, float("inf")), (boolean_of, 1), (list_of, "ab"), (list_of, [1])),
    ],
)
def test_a_wrong_value(reader: Any, value: Any) -> None:
    with pytest.raises(ModelFileError, match="has the impossible 'key'"):
        reader({"key": value}, "key")
