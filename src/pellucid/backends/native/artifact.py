"""What compiling gives and the disk cache keeps: machine code, constants, and the memory it needs.

artifact = head (JSON), constants, objects
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.errors import BackendError


@dataclass(frozen=True)
class Artifact:
    """A compiled graph or program.

    Attributes:
        objects: machine code.
        constants: the arrays that are part of graphs, one after the other.
        arena: bytes for all values between kernels.
        workspace: bytes that each thread needs besides.
        words: of a frame.
        flops: operations of one run, or of one step.
        levels: how often threads wait for each other in one run, or one step.
        indices: what has to be checked before a run: (data set or "", column or input, length),
            where every index must be below the length.
        faults: the places where an index is checked as it is used: (primitive, length,
            what a user would call the place).
    """

    objects: Sequence[bytes]
    constants: bytes
    arena: int
    workspace: int
    words: int
    flops: int
    levels: int
    indices: Sequence[tuple[str, str, int]] = ()
    faults: Sequence[tuple[str, int, str]] = ()

    def pack(self) -> bytes:
        """Return it as bytes."""
        head = json.dumps(
            {
                "objects": [len(content) for content in self.objects],
                "constants": len(self.constants),
                "arena": self.arena,
                "workspace": self.workspace,
                "words": self.words,
                "flops": self.flops,
                "levels": self.levels,
                "indices": [list(index) for index in self.indices],
                "faults": [list(fault) for fault in self.faults],
            }
        ).encode()
        return b"".join([len(head).to_bytes(8, "little"), head, self.constants, *self.objects])

    @staticmethod
    def unpack(content: bytes) -> Artifact:
        """Return what `pack` made bytes of.

        Raises:
            BackendError: it was something else.
        """
        try:
            end = 8 + int.from_bytes(content[:8], "little")
            head = json.loads(content[8:end])
            parts = []
            for size in (head["constants"], *head["objects"]):
                parts.append(content[end : end + size])
                end += size
            artifact = Artifact(
                objects=parts[1:],
                constants=parts[0],
                arena=int(head["arena"]),
                workspace=int(head["workspace"]),
                words=int(head["words"]),
                flops=int(head["flops"]),
                levels=int(head["levels"]),
                indices=[(str(a), str(b), int(n)) for a, b, n in head["indices"]],
                faults=[(str(a), int(n), str(b)) for a, n, b in head["faults"]],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BackendError(f"this is no compiled program: {error}") from error
        if end != len(content):
            raise BackendError("this is no compiled program: its length is another")
        return artifact
