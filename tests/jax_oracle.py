"""JAX as an oracle: on the processor, silent, in float64 while asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax

__all__ = ["float64", "jax"]


@contextmanager
def float64() -> Iterator[None]:
    """Let JAX compute in float64 inside of the block."""
    config: Any = jax.config
    before = config.read("jax_enable_x64")
    config.update("jax_enable_x64", True)
    try:
        yield
    finally:
        config.update("jax_enable_x64", before)
