"""Makes results into plain JSON: Python's own numbers, and null for what is not finite."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Return a value that every JSON reader takes.

    Args:
        value: texts, numbers, None, and lists, tuples, arrays and mappings of these, nested.

    Raises:
        TypeError: it holds something else.

    Example:
        >>> plain({"a": (np.float32(0.5), float("nan")), 3: np.arange(2)})
        {'a': [0.5, None], '3': [0, 1]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, str | bool | int):
        return value
    raise TypeError(f"{type(value).__name__} is no plain JSON")
