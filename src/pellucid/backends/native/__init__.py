"""The native backend: graphs and whole run programs as machine code, through LLVM."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from pellucid.backends.base import Backend
from pellucid.backends.native.executable import NativeExecutable, NativeFunction
from pellucid.backends.native.machine import Machine, host_machine, require_lanes
from pellucid.graph.node import Node
from pellucid.graph.program import RunProgram


class NativeBackend(Backend):
    """Graphs and run programs, compiled for this machine's processor.

    Example:
        >>> import numpy as np
        >>> from pellucid.graph.node import input_node
        >>> x = input_node("x", (2,))
        >>> NativeBackend().compile_function({"x": x}, {"y": x * x})({"x": np.float32([3, 4])})
        {'y': array([ 9., 16.], dtype=float32)}
    """

    name = "native"

    def __init__(self, threads: int = 0, lanes: int | None = None, fuse: bool = True) -> None:
        """Say how to compile.

        Args:
            threads: how many may run; 0 lets the amount of work decide.
            lanes: another width of vectors than the processor's own. Results have the same bits.
            fuse: whether operations share kernels. Results have the same bits.
        """
        super().__init__(threads)
        require_lanes(lanes)
        self._lanes, self._fuse = lanes, fuse

    @cached_property
    def _machine(self) -> Machine:
        # Found when something is compiled: LLVM is not needed before.
        return host_machine(self._lanes)

    def compile(self, program: RunProgram) -> NativeExecutable:
        """Compile a run program."""
        return NativeExecutable(program, self._machine, self.threads, self._fuse)

    def compile_function(
        self, inputs: Mapping[str, Node], outputs: Mapping[str, Node]
    ) -> NativeFunction:
        """Compile a graph."""
        return NativeFunction(inputs, outputs, self._machine, self.threads, self._fuse)
