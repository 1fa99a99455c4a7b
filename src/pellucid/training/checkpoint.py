"""Checkpoints: the whole state between two steps, and nothing else.

A folder keeps the last two, named by their step, so that whatever instant the process ends at, one
is whole.
"""

from __future__ import annotations

import re
from pathlib import Path

from pellucid.backends.base import StateValues
from pellucid.errors import FolderError, ModelFileError
from pellucid.graph.program import STEP, RunProgram
from pellucid.interchange.tensors import read_tensors, write_tensors

FOLDER = "checkpoints"
"""What a run's folder calls the folder of its checkpoints."""

KEPT = 2
_NAME = re.compile(r"step-(\d+)\.safetensors")


class Checkpoints:
    """The checkpoints of a run, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made when the first checkpoint is written."""
        self._folder = folder

    def write(self, state: StateValues) -> None:
        """Write the state, then remove all but the last two."""
        step = int(state[STEP])
        try:
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            raise FolderError(f"{self._folder} cannot be made: {error.strerror}") from None
        path = self._folder / f"step-{step:012d}.safetensors"
        write_tensors(path, state, {"format": 1, "kind": "checkpoint"})
        for old in self.paths()[:-KEPT]:
            old.unlink(missing_ok=True)

    def latest(self, program: RunProgram) -> StateValues | None:
        """Return the last state that is whole and belongs to the program; None if there is none.

        Raises:
            ModelFileError: there are checkpoints, but none that can be used.
        """
        problem: ModelFileError | None = None
        for path in reversed(self.paths()):
            try:
                return _checked(path, read_tensors(path)[0], program)
            except ModelFileError as error:
                problem = problem or error
        if problem is not None:
            raise problem
        return None

    def paths(self) -> list[Path]:
        """Return the files of the checkpoints, earliest first."""
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.iterdir() if _NAME.fullmatch(path.name))


def _checked(path: Path, state: StateValues, program: RunProgram) -> StateValues:
    wanted = {variable.name: variable.leaf for variable in program.state}
    for name, leaf in wanted.items():
        if name not in state:
            raise ModelFileError(f"{path} is of another run: it has no '{name}'")
        if state[name].shape != leaf.shape or state[name].dtype != leaf.dtype:
            raise ModelFileError(
                f"{path} is of another run: '{name}' is {state[name].dtype} {state[name].shape}, "
                f"this run needs {leaf.dtype} {leaf.shape}"
            )
    return {name: state[name] for name in wanted}
