"""Makes what a user wrote for an option into a value of the option's type.

Receives a value from the command line, from Python or from a TOML file, and the type that the
option is declared with; gives the value, or an error that says what was needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from types import UnionType
from typing import Any, get_args, get_origin

from pellucid.data.storage import number_label
from pellucid.errors import OptionError

_WORDS = {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}


def coerced(name: str, value: Any, hint: Any, source: str) -> Any:
    """Return the value of an option as one of the types that it may have.

    Raises:
        OptionError: it is of another type; `source` says where the option stands.

    Example:
        >>> coerced("hidden", [64, 32], tuple[int, ...], "here"), coerced("l1", 1, float, "here")
        ((64, 32), 1.0)
    """
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    if value is None and type(None) in kinds:
        return None
    if name == "optimizer" and not isinstance(value, str):
        return _described_optimizer(value, source)
    plain = _plain(value)
    for kind in kinds:
        if kind in _WORDS and type(plain) is kind:
            return plain
    if float in kinds and type(plain) is int:
        return float(plain)
    for kind in kinds:
        listed = isinstance(value, list | tuple) or len(kinds) == 1
        if get_origin(kind) is tuple and listed:
            return _tuple(name, value, get_args(kind)[0], source)
        if get_origin(kind) is dict:
            return _texts_by_name(name, value, source)
    wanted = " or ".join(_WORDS[kind] for kind in kinds if kind in _WORDS)
    raise OptionError(f"{source}: {name} must be {wanted}, got {value!r}")


def _plain(value: Any) -> Any:
    """Return a number of NumPy or another library as Python's own."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else value


def _tuple(name: str, value: Any, kind: type, source: str) -> tuple[Any, ...]:
    values = (
        [_plain(part) for part in value] if isinstance(value, list | tuple) else [_plain(value)]
    )
    if name == "missing":
        values = [str(number_label(p)) if type(p) in (int, float) else p for p in values]
    if any(type(part) is not kind for part in values):
        what = "numbers of units" if name == "hidden" else "texts"
        raise OptionError(f"{source}: {name} must be a list of {what}, got {value!r}")
    return tuple(values)


def _texts_by_name(name: str, value: Any, source: str) -> dict[str, str]:
    texts = isinstance(value, Mapping) and all(
        isinstance(text, str) for pair in value.items() for text in pair
    )
    if not texts:
        raise OptionError(f"{source}: {name} must be texts by name, got {value!r}")
    return dict(value)


def _described_optimizer(value: Any, source: str) -> dict[str, Any]:
    """Return the description of an optimizer without what is None, which TOML cannot say."""
    from pellucid.optimizers import Optimizer

    described = value.configuration() if isinstance(value, Optimizer) else value
    if not isinstance(described, Mapping):
        raise OptionError(f"{source}: optimizer must be a name or an optimizer, got {value!r}")
    return {key: part for key, part in described.items() if part is not None}
