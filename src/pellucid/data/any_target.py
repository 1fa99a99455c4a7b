"""What is to be predicted, be it one column or several: what every kind of target has to answer.

The rooms that fit and judge speak to a target in these words only, and never ask which kind it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from pellucid.data.storage import Label
from pellucid.data.table import Table
from pellucid.data.target import Target
from pellucid.data.targets import Targets
from pellucid.errors import OptionError
from pellucid.language import Sentence

__all__ = ["AnyTarget", "infer_target", "target_from"]

Array = npt.NDArray[Any]
Found = TypeVar("Found")


class AnyTarget(Protocol):
    """What is learned about what is to be predicted from training rows.

    A truth is an array of class codes, int32, or of numbers in the user's units, float64, with one
    entry for each row, or one row of numbers where several columns are predicted. A reading is what
    a network says of rows: probabilities (rows, classes), or numbers of the shape of the truth.

    A new kind of target is a class that answers all of this and its place in the two functions
    below.
    """

    @property
    def each(self) -> tuple[Target, ...]:
        """The columns, in order."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""

    @property
    def name(self) -> str:
        """The names together, for messages: "Y1, Y2"."""

    @property
    def named(self) -> str | tuple[str, ...]:
        """What the user called it: the name of a column, or several."""

    @property
    def task(self) -> str:
        """'classification' or 'regression'."""

    @property
    def classes(self) -> tuple[Label, ...]:
        """The labels in the order of their codes; empty for regression."""

    @property
    def unit(self) -> float | None:
        """How many of the user's units one standard unit is; None where no one number says it."""

    @property
    def output_index(self) -> tuple[Any, ...]:
        """The index that takes standard numbers from a network's output (rows, outputs)."""

    def present_rows(self, table: Table) -> npt.NDArray[np.bool_]:
        """A mask of shape (rows,), true where all of it has a value."""

    def require_shared_classes(self, table: Table) -> None:
        """DataError if most rows of a table, all with a target, have a class of their own."""

    def encode_rows(self, table: Table) -> Array:
        """The truth of a table's rows; DataError, naming row and value, where there is none."""

    def decode(self, encoded: Array) -> Array:
        """What `encode_rows` made, back in the user's spelling."""

    def standardise(self, values: Array) -> npt.NDArray[np.float64]:
        """Numbers in the user's units to standard units, float64 of the same shape."""

    def restore(self, standard: Array) -> npt.NDArray[np.float64]:
        """Numbers in standard units to the user's units, float64, finite."""

    def split(self, values: Array) -> tuple[Array, ...]:
        """A truth or reading as one for each column, C-contiguous."""

    def join(self, values: Sequence[Array]) -> Array:
        """A truth or reading from one for each column."""

    def by_name(self, found: Sequence[Found]) -> Found | dict[str, Found]:
        """What was found of each column: alone for one, by the names of several."""

    def as_one(self, truth: Array, read: Array) -> tuple[Array, Array]:
        """A truth and a reading as those of one column, whose errors are those of all together."""

    def in_words(self, truth: Any, read: Any) -> tuple[Any, Any, float | None]:
        """One row's truth and prediction as people read them, and the prediction's probability."""

    def notes(self, truth: Array, task: str | None) -> tuple[Sentence, ...]:
        """What the user should know; `truth` is that of the training rows, `task` as given."""

    def description(self) -> dict[str, Any]:
        """This as plain JSON."""


def infer_target(
    table: Table,
    named: str | Sequence[str],
    task: str | None = None,
    log: str | None = None,
    positive: str | None = None,
) -> AnyTarget:
    """Learn from the column of a name, or the columns of a list of names.

    `task`, `log` and `positive` decide what is not to be found out. Raises DataError and
    OptionError as `Target.infer` and `Targets.infer` do.
    """
    names = [named] if isinstance(named, str) else named
    if len(names) == 1:
        return Target.infer(table[names[0]], task, log, positive)
    if positive is not None:
        raise OptionError(f"several targets have no positive class {positive!r}")
    return Targets.infer(table, names, task, log)


def target_from(description: Any) -> AnyTarget:
    """What `description` described; ModelFileError if it describes none."""
    if isinstance(description, Mapping) and "targets" in description:
        return Targets.from_description(description)
    return Target.from_description(description)
