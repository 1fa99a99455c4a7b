"""Layers as plain JSON, and made again from it: what a model file holds of a network.

    layer  = {"layer": KIND, "name": NAME, OPTION: .., "layers": [layer, ..]}
           | {"layer": "shared", "path": PATH}

KIND is a key of `LAYERS`, a closed table; "layers" stands in containers only. A layer that stands
in several places is described at the first, and at the others by its path from the root. Nothing is
imported or executed by name, and nothing in a description is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from inspect import Parameter, signature
from typing import Any

from pellucid.errors import ModelFileError, OptionError
from pellucid.layers.activation import Activation, PReLU
from pellucid.layers.base import Layer
from pellucid.layers.column_embedding import ColumnEmbeddings
from pellucid.layers.container import Concatenate, Container, Residual, Sequential
from pellucid.layers.dense import Dense
from pellucid.layers.dropout import Dropout
from pellucid.layers.embedding import Embedding
from pellucid.layers.ensemble import MemberDense
from pellucid.layers.normalization import BatchNorm, LayerNorm
from pellucid.layers.number_embedding import PeriodicEmbedding
from pellucid.layers.shape import Flatten, Reshape

LAYERS: dict[str, type[Layer]] = {
    "dense": Dense,
    "activation": Activation,
    "prelu": PReLU,
    "dropout": Dropout,
    "batch_norm": BatchNorm,
    "layer_norm": LayerNorm,
    "embedding": Embedding,
    "column_embeddings": ColumnEmbeddings,
    "periodic_embedding": PeriodicEmbedding,
    "member_dense": MemberDense,
    "flatten": Flatten,
    "reshape": Reshape,
    "sequential": Sequential,
    "residual": Residual,
    "concatenate": Concatenate,
}
"""Every layer that a model file can describe, by the name it has there."""

SHARED = "shared"
DEEPEST = 100
"""Containers in containers: more is no network, but an attempt to exhaust the stack."""

_NAMES = {kind: name for name, kind in LAYERS.items()}


def configuration_of(layer: Layer) -> dict[str, Any]:
    """Return a layer as plain JSON.

    Raises:
        NotImplementedError: it, or one inside it, is not of this package.

    Example:
        >>> configuration_of(Dropout(0.5, name="dropout_1"))
        {'layer': 'dropout', 'name': 'dropout_1', 'rate': 0.5}
    """
    return _describe(layer, "", {})


def _describe(layer: Layer, path: str, seen: dict[int, str]) -> dict[str, Any]:
    if id(layer) in seen:
        return {"layer": SHARED, "path": seen[id(layer)]}
    seen[id(layer)] = path
    options = layer.options()
    if type(layer) not in _NAMES:
        Layer.options(layer)
    name = {} if layer.name is None else {"name": layer.name}
    described = {"layer": _NAMES[type(layer)], **name, **options}
    if isinstance(layer, Container):
        described["layers"] = [
            _describe(child, _join(path, child_name), seen)
            for child_name, child in layer.children()
        ]
    return described


def spelled(layer: Layer) -> str:
    """Return how a layer is made, as a line of Python; options at their defaults are left out.

    Example:
        >>> spelled(Sequential(Dense(8, "relu"), Dropout(0.5), Dense(3, name="output")))
        "Sequential(Dense(8, activation='relu'), Dropout(0.5), Dense(3, name='output'))"
    """
    kind = type(layer)
    if kind not in _NAMES:
        return f"<{layer.title}>"
    arguments = [spelled(child) for _, child in _items(layer)]
    options = layer.options()
    for name, argument in signature(kind).parameters.items():
        if name in options and argument.default is Parameter.empty:
            arguments.append(_plain(options[name]))
        elif name in options and not _is_default(options[name], argument.default):
            arguments.append(f"{name}={_plain(options[name])}")
    if layer.name is not None and not re.fullmatch(rf"{layer.kind}_\d+|inner", layer.name):
        arguments.append(f"name={layer.name!r}")
    return f"{kind.__name__}({', '.join(arguments)})"


def _items(layer: Layer) -> Iterable[tuple[str, Layer]]:
    return layer.children() if isinstance(layer, Container) else ()


def _is_default(option: Any, default: Any) -> bool:
    """Tell whether an option is the default, which may be the name of what is described."""
    described = list(option.values()) if isinstance(option, Mapping) else None
    return bool(option == default or described == [default])


def _plain(option: Any) -> str:
    """Return an option as Python; a description without options of its own as its name."""
    named = isinstance(option, Mapping) and len(option) == 1
    return repr(next(iter(option.values())) if named else option)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def layer_from(configuration: Any) -> Layer:
    """Return a layer equal to the one that was described.

    Args:
        configuration: what `Layer.configuration` gave, perhaps read from a file.

    Raises:
        ModelFileError: it describes no layer; says where and what is wrong.

    Example:
        >>> layer_from({"layer": "dense", "name": "output", "units": 3}).title
        "Dense 'output'"
    """
    return _rebuild(configuration, "", {}, 0)


def _rebuild(configuration: Any, path: str, known: dict[str, Layer], depth: int) -> Layer:
    where = f"the layer '{path}'" if path else "the network"
    if depth > DEEPEST:
        raise ModelFileError(f"{where} is nested more than {DEEPEST} times")
    if not isinstance(configuration, Mapping):
        raise ModelFileError(f"{where} is not described by a table, but by {configuration!r}")
    options = dict(configuration)
    word = options.pop("layer", None)
    if word == SHARED:
        return _shared(options, where, known)
    kind = LAYERS.get(word) if isinstance(word, str) else None
    if kind is None:
        raise ModelFileError(
            f"{where} is of the unknown kind {word!r}: use one of {', '.join(LAYERS)}"
        )
    inner: list[Layer] = []
    if issubclass(kind, Container):
        inner = _rebuild_all(options.pop("layers", None), path, where, known, depth)
        if kind is Residual and len(inner) != 1:
            raise ModelFileError(f"{where} needs one inner layer, got {len(inner)}")
    _check(kind, word, options, where)
    try:
        layer = kind(*inner, **options)
    except OptionError as error:
        raise ModelFileError(f"{where} cannot be made: {error}") from None
    known[path] = layer
    return layer


def _rebuild_all(
    described: Any, path: str, where: str, known: dict[str, Layer], depth: int
) -> list[Layer]:
    if not isinstance(described, list):
        raise ModelFileError(f"{where} needs a list of 'layers', got {described!r}")
    built = []
    for position, item in enumerate(described, 1):
        name = item.get("name") if isinstance(item, Mapping) else None
        inner = _join(path, name if isinstance(name, str) else f"layers {position}")
        built.append(_rebuild(item, inner, known, depth + 1))
    return built


def _shared(options: dict[str, Any], where: str, known: dict[str, Layer]) -> Layer:
    path = options.get("path")
    if not isinstance(path, str) or path not in known:
        raise ModelFileError(
            f"{where} is said to be {path!r}, but no layer before it has that path"
        )
    return known[path]


def _check(kind: type[Layer], word: str, options: dict[str, Any], where: str) -> None:
    accepted = {
        name: parameter
        for name, parameter in signature(kind).parameters.items()
        if name == "name" or not issubclass(kind, Container)
    }
    for option in options:
        if option not in accepted:
            raise ModelFileError(
                f"{where}: a {word} layer has no option {option!r}, only {', '.join(accepted)}"
            )
    for name, parameter in accepted.items():
        if parameter.default is Parameter.empty and name not in options:
            raise ModelFileError(f"{where}: a {word} layer needs the option {name!r}")
    given = options.get("name")
    if given is not None and (not isinstance(given, str) or not given or "." in given):
        raise ModelFileError(f"{where}: a name is a text without '.', got {given!r}")
