"""Several columns that are predicted together: quantities, each with a scale of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from pellucid.data.descriptions import list_of
from pellucid.data.table import Table, name_list
from pellucid.data.target import CLASSIFICATION, REGRESSION, Target
from pellucid.errors import DataError, ModelFileError, OptionError
from pellucid.language import Sentence

__all__ = ["Targets"]

Array = npt.NDArray[Any]
Float64s = npt.NDArray[np.float64]
Found = TypeVar("Found")


@dataclass(frozen=True)
class Targets:
    """What is learned about several target columns from training rows.

    All are quantities, in the order given: arrays have the shape (rows, targets).

    >>> from pellucid.data.storage import Storage
    >>> from pellucid.data.table import Column
    >>> columns = [Column(name, Storage.NUMBER, np.array([1.0, 3.0])) for name in ("a", "b")]
    >>> targets = Targets.infer(Table(columns), ["b", "a"])
    >>> targets.encode_rows(Table(columns)).tolist()
    [[1.0, 1.0], [3.0, 3.0]]
    """

    each: tuple[Target, ...]
    """A target for each column, all of regression."""

    task = REGRESSION
    classes = ()

    @classmethod
    def infer(
        cls,
        table: Table,
        names: Sequence[str],
        task: str | None = None,
        log: str | Sequence[str | None] | None = None,
    ) -> Targets:
        """Learn from the columns of that names; `log` is for all of them, or one for each.

        Raises DataError as `Target.infer` does, and when a column holds words; OptionError for
        repeated names and for classification.
        """
        repeated = [name for name in names if list(names).count(name) > 1]
        if repeated or not names:
            raise OptionError(
                f"the target {repeated[0]!r} is named twice" if repeated else "no target is named"
            )
        if task == CLASSIFICATION:
            raise OptionError(
                f"several targets ({name_list(names)}) can be predicted together as quantities "
                "only: classification has one target"
            )
        logs = [log] * len(names) if log is None or isinstance(log, str) else list(log)
        if len(logs) != len(names):
            raise OptionError(f"there are {len(names)} targets, but {len(logs)} logarithmic scales")
        pairs = zip(names, logs, strict=True)
        return cls(tuple(Target.infer(table[name], REGRESSION, own) for name, own in pairs))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(target.name for target in self.each)

    @property
    def name(self) -> str:
        """The names together, for messages: "Y1, Y2"."""
        return ", ".join(self.names)

    @property
    def named(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.names

    @property
    def unit(self) -> None:
        """None: each column has a standard unit of its own."""
        return None

    @property
    def output_index(self) -> tuple[Any, ...]:
        """The first of the outputs, one for each column."""
        return slice(None), slice(0, len(self.each))

    @property
    def scales(self) -> Float64s:
        """The standard deviation of each target over the training rows, of shape (targets,)."""
        return np.array([target.scale for target in self.each])

    def notes(self, truth: Array, task: str | None = None) -> tuple[Sentence, ...]:
        """What the user should know of each column, as `Target.notes` says it."""
        pairs = zip(self.each, self.split(truth), strict=True)
        return tuple(note for target, own in pairs for note in target.notes(own, task))

    def present_rows(self, table: Table) -> npt.NDArray[np.bool_]:
        """A mask of shape (rows,), true where every target has a value."""
        masks = [Target.present(table[name]) for name in self.names]
        return np.logical_and.reduce(masks)

    def require_shared_classes(self, table: Table) -> None:
        """Nothing: there are no classes."""

    def encode_rows(self, table: Table) -> Float64s:
        """Numbers in the user's units, float64 of shape (rows, targets).

        Raises DataError, naming row and value, as `Target.encode` does.
        """
        columns = [target.encode(table[target.name]) for target in self.each]
        return np.stack(columns, axis=1).astype(np.float64)

    def decode(self, encoded: Array) -> Float64s:
        """What `encode_rows` made: numbers stay as they are."""
        return np.asarray(encoded, dtype=np.float64)

    def standardise(self, values: Float64s) -> Float64s:
        """Numbers in the user's units, (rows, targets), to standard units."""
        self._check(values)
        parts = [target.standardise(values[:, i]) for i, target in enumerate(self.each)]
        return np.stack(parts, axis=1)

    def restore(self, standard: Array) -> Float64s:
        """Numbers in standard units, (rows, targets), to the user's units, float64."""
        self._check(standard)
        parts = [target.restore(standard[:, i]) for i, target in enumerate(self.each)]
        return np.stack(parts, axis=1)

    def split(self, values: Array) -> tuple[Array, ...]:
        """The columns of (rows, targets), each of shape (rows,), C-contiguous."""
        return tuple(np.ascontiguousarray(column) for column in values.T)

    def join(self, values: Sequence[Array]) -> Array:
        """Columns of shape (rows,) as (rows, targets)."""
        return np.stack(values, axis=1)

    def by_name(self, found: Sequence[Found]) -> dict[str, Found]:
        """What was found of each column, by its name."""
        return dict(zip(self.names, found, strict=True))

    def as_one(self, truth: Array, read: Array) -> tuple[Array, Array]:
        """0 for a truth, and the root of a row's mean squared error in standard units."""
        scales = np.maximum(self.scales, np.finfo(np.float64).tiny)
        distance = np.sqrt(np.square((read - truth) / scales).mean(1))
        return np.zeros(len(truth)), distance

    def in_words(self, truth: Any, read: Any) -> tuple[str, str, None]:
        """One row's numbers, each after its name, to four digits."""
        true_words, predicted_words = (
            ", ".join(f"{n} {v:.4g}" for n, v in zip(self.names, some, strict=True))
            for some in (truth, read)
        )
        return true_words, predicted_words, None

    def _check(self, values: Array) -> None:
        if values.ndim != 2 or values.shape[1] != len(self.each):
            raise DataError(
                f"numbers of shape (rows, {len(self.each)}) are needed for the targets "
                f"{name_list(self.names)}, got {values.shape}"
            )

    def description(self) -> dict[str, Any]:
        """These targets as plain JSON."""
        return {"targets": [target.description() for target in self.each]}

    @classmethod
    def from_description(cls, description: Any) -> Targets:
        """The targets that `description` described; ModelFileError if it describes none."""
        each = tuple(map(Target.from_description, list_of(description, "targets", dict)))
        names = {target.name for target in each}
        if not each or len(names) != len(each) or {target.task for target in each} != {REGRESSION}:
            raise ModelFileError("the model file describes impossible targets")
        return cls(each)
