"""JAX as an oracle: on the processor, silent, in float64 while asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax


@contextmanager
def float64() -> Iterator[None]:
    """Let JAX compute in float64 inside of the block."""
    before = jax.config.read("jax_enable_x64")
    jax.config.update("jax_enable_x64", True)
    try:
        yield
    finally:
        jax.config.update("jax_enable_x64", before)
