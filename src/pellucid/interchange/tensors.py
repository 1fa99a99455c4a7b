"""Named arrays with a description in one safetensors file: models and checkpoints.

The description is JSON in the header, under "pellucid". Nothing is executed on reading, and sizes
are checked before memory is taken.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.atomic import write_atomically
from pellucid.errors import ModelFileError

Array = np.ndarray[Any, Any]
_KEY = "pellucid"
_CHECKSUM = "sha256"
_LARGEST_HEADER = 100_000_000


def write_tensors(path: Path, tensors: Mapping[str, Array], description: dict[str, Any]) -> None:
    """Write arrays and their description; the file is there whole or not at all.

    Raises:
        FolderError: the file cannot be written.
    """
    from safetensors.numpy import save

    # Copies in C order: the library writes wrong data for arrays that are not contiguous.
    solid = {name: np.array(value, order="C", copy=True) for name, value in tensors.items()}
    # One entry: the library writes several in an order of chance, and files could not be compared.
    metadata = {_KEY: json.dumps({**description, _CHECKSUM: _checksum(solid)})}
    write_atomically(path, save(solid, metadata))


def read_tensors(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return the arrays and the description of a file that `write_tensors` wrote.

    Raises:
        ModelFileError: there is no such file, or it is damaged, truncated or foreign.
    """
    from safetensors import SafetensorError, safe_open

    _check_header(path)
    try:
        with safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise ModelFileError(f"{path} is damaged: {error}") from None
    try:
        description = json.loads(metadata[_KEY])
    except (KeyError, ValueError):
        raise ModelFileError(f"{path} was not written by pellucid: it has no description") from None
    if not isinstance(description, dict):
        raise ModelFileError(f"{path} is damaged: its description is no table")
    if description.pop(_CHECKSUM, None) != _checksum(tensors):
        raise ModelFileError(f"{path} is damaged: its numbers do not have their checksum")
    return tensors, description


def _check_header(path: Path) -> None:
    try:
        length = path.stat().st_size
        with open(path, "rb") as file:
            start = file.read(9)
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error.strerror}") from None
    announced = int.from_bytes(start[:8], "little")
    if length < 9 or start[8:9] != b"{" or announced > _LARGEST_HEADER:
        raise ModelFileError(f"{path} is no safetensors file")
    if announced + 8 > length:
        raise ModelFileError(
            f"{path} is cut off: its header needs {announced + 8} bytes, there are {length}"
        )


def _checksum(tensors: Mapping[str, Array]) -> str:
    """Return a hash of names, types, shapes and bytes."""
    total = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name]
        total.update(f"{name}:{value.dtype.str}:{value.shape}:".encode())
        total.update(value.tobytes())
    return total.hexdigest()
