"""Reading back the plain JSON that this room writes into a model file, without trusting it."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any

from pellucid.data.storage import Storage
from pellucid.errors import ModelFileError

__all__ = ["boolean_of", "list_of", "number_of", "numbers_of", "storage_of", "text_of"]


def _field(description: Any, key: str) -> Any:
    if not isinstance(description, Mapping) or key not in description:
        raise ModelFileError(
            f"the description of the data in the model file has no {key!r}: "
            "the file is damaged or was written by another program"
        )
    return description[key]


def _wrong(key: str, value: Any) -> ModelFileError:
    return ModelFileError(
        f"the description of the data in the model file has the impossible {key!r} {value!r}: "
        "the file is damaged or was written by another program"
    )


def text_of(description: Any, key: str) -> str:
    """The text under `key`; ModelFileError if there is none.

    >>> text_of({"task": "regression"}, "task")
    'regression'
    """
    value = _field(description, key)
    if not isinstance(value, str):
        raise _wrong(key, value)
    return value


def storage_of(description: Any) -> Storage:
    """How values are held, under 'storage'; ModelFileError if it is not said."""
    word = text_of(description, "storage")
    if word not in [storage.value for storage in Storage]:
        raise _wrong("storage", word)
    return Storage(word)


def number_of(description: Any, key: str, least: float = -math.inf) -> float:
    """The finite number under `key`, at least `least`; ModelFileError if there is none."""
    value = _field(description, key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(key, value)
    if not max(least, -sys.float_info.max) <= value <= sys.float_info.max:
        raise _wrong(key, value)
    return float(value)


def numbers_of(description: Any, key: str) -> list[float]:
    """The list of finite numbers under `key`; ModelFileError if there is none."""
    return [number_of({key: entry}, key) for entry in list_of(description, key, int, float)]


def boolean_of(description: Any, key: str) -> bool:
    """The truth value under `key`; ModelFileError if there is none."""
    value = _field(description, key)
    if not isinstance(value, bool):
        raise _wrong(key, value)
    return value


def list_of(description: Any, key: str, *types: type) -> list[Any]:
    """The list under `key`, all of whose values are of the given types, else ModelFileError."""
    value = _field(description, key)
    if not isinstance(value, list) or not all(type(entry) in types for entry in value):
        raise _wrong(key, value)
    return value
