"""What the writers of kernels give: a function of the module, and what it has to be handed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.backends.native.operations import Source
from pellucid.backends.native.sizes import WORD
from pellucid.backends.native.text import Function, Value


@dataclass(frozen=True)
class Emitted:
    """A function of the module that computes a kernel.

    Attributes:
        name: of the function.
        buffers: those whose addresses it finds in its table, in order.
        workspace: the bytes of memory that each thread must bring along.
        shares: in how many parts the work can be shared, 0 where that is not known.
    """

    name: str
    buffers: tuple[Source, ...]
    workspace: int = 0
    shares: int = 0


def load_table(f: Function, buffers: Sequence[Source]) -> dict[Source, Value]:
    """Return the addresses of buffers out of the table that is the function's argument."""
    table = f.argument("table")
    return {source: f.load("ptr", table, WORD * i) for i, source in enumerate(buffers)}
