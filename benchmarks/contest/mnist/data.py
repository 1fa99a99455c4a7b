"""The images: unpacked once by the benchmark, then read by every contestant."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

FILES = {
    "train_images": ("train-images-idx3-ubyte.gz", 16),
    "train_labels": ("train-labels-idx1-ubyte.gz", 8),
    "test_images": ("t10k-images-idx3-ubyte.gz", 16),
    "test_labels": ("t10k-labels-idx1-ubyte.gz", 8),
}
"""The files of the set, with the length of their headers."""

WIDTHS = (784, 256, 128, 10)
BATCH_SIZE = 128
RATE = 1e-3


class Arguments(NamedTuple):
    """What a contestant is called with."""

    folder: Path
    epochs: int
    seed: int
    threads: int


class Images(NamedTuple):
    """Images as float32 (rows, 784) from 0 to 1, labels as int32 (rows,)."""

    train: Array
    train_labels: Array
    test: Array
    test_labels: Array


def unpack(source: Path, folder: Path) -> None:
    """Write the set as arrays of bytes."""
    for name, (file, header) in FILES.items():
        values = np.frombuffer(gzip.decompress((source / file).read_bytes()), np.uint8, -1, header)
        np.save(folder / f"{name}.npy", values.reshape(-1, 784) if "images" in name else values)


def read_arguments() -> Arguments:
    """Return the arguments of this process."""
    folder, epochs, seed, threads = sys.argv[1:]
    return Arguments(Path(folder), int(epochs), int(seed), int(threads))


def read_images(folder: Path) -> Images:
    """Read what `unpack` wrote."""
    raw = {name: np.load(folder / f"{name}.npy") for name in FILES}
    scale = np.float32(1 / 255)
    return Images(
        raw["train_images"] * scale,
        raw["train_labels"].astype(np.int32),
        raw["test_images"] * scale,
        raw["test_labels"].astype(np.int32),
    )
