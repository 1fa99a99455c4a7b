"""The column to be predicted: what task it sets, and the way from its values to numbers and back.

Classes become codes 0, 1, .. in the sorted order of their labels; a regression target stays
a number and can be standardised with what was learned from the training rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pellucid.data.descriptions import list_of, text_of
from pellucid.data.kinds import Kind, number_label
from pellucid.data.scaling import Scaling
from pellucid.data.table import Column, did_you_mean, name_list
from pellucid.errors import DataError, ModelFileError, OptionError

__all__ = ["CLASSIFICATION", "REGRESSION", "Label", "Target"]

CLASSIFICATION = "classification"
REGRESSION = "regression"

MOST_NUMBER_CLASSES = 20
"""Whole numbers with more distinct values than this are a quantity, not classes."""

Label: TypeAlias = str | int | float


@dataclass(frozen=True)
class Target:
    """What is learned about the target column from training rows.

    `classes` are the sorted labels (empty for regression): `str` of a TEXT column in the user's
    spelling, `int` or `float` of a NUMBER column. `scaling` is None for classification.

    >>> column = Column("size", Kind.TEXT, np.array(["small", "large"], dtype=object))
    >>> target = Target.infer(column)
    >>> target.task, target.classes, target.encode(column).tolist()
    ('classification', ('large', 'small'), [1, 0])
    """

    name: str
    task: str
    kind: Kind
    classes: tuple[Label, ...]
    scaling: Scaling | None

    @classmethod
    def infer(cls, column: Column, task: str | None = None) -> Target:
        """Learn from a column; missing values are passed over.

        TEXT is classification. NUMBER is classification when its values are whole numbers
        with at most 20 distinct values, of which there are two or each occurs twice on average;
        otherwise it is regression. `task` decides instead.

        Raises DataError when all values are missing or equal, or a number is infinite, or
        text is to be regressed; OptionError for an unknown task.
        """
        if task not in (None, CLASSIFICATION, REGRESSION):
            raise OptionError(
                f"the task must be {CLASSIFICATION!r} or {REGRESSION!r}, but it is {task!r}"
            )
        present = column.take(cls.present(column))
        if not len(present):
            raise DataError(
                f"{column.source}: the target {column.name!r} has no value in any row, "
                "so there is nothing to learn from"
            )
        if task == REGRESSION or column.kind is Kind.NUMBER:
            values = _finite_numbers(present)
            distinct = np.unique(values)
        else:
            distinct = np.array(sorted(set(present.values.tolist())), dtype=object)
        if len(distinct) == 1:
            only = distinct[0] if isinstance(distinct[0], str) else number_label(distinct[0])
            raise DataError(
                f"{column.source}: the target {column.name!r} has only the value {only!r}, "
                "so there is nothing to tell apart: at least two values are needed"
            )
        if task is None:
            task = _natural_task(column.kind, distinct, len(present))
        if task == REGRESSION:
            return cls(column.name, task, Kind.NUMBER, (), Scaling.fit(values))
        classes: Sequence[Label] = distinct.tolist()
        if column.kind is Kind.NUMBER:
            classes = [number_label(value) for value in distinct.tolist()]
        return cls(column.name, task, column.kind, tuple(classes), None)

    @staticmethod
    def present(column: Column) -> npt.NDArray[np.bool_]:
        """A mask of shape (rows,), true where the target has a value."""
        return ~column.missing()

    def encode(self, column: Column) -> npt.NDArray[np.int32] | npt.NDArray[np.float64]:
        """Class codes, int32, or numbers in the user's units, float64, of shape (rows,).

        Raises DataError, naming row and value, for a value that is missing, a class that was not
        among the training rows, or text where numbers are needed.
        """
        missing = column.missing()
        if missing.any():
            raise DataError(
                f"{column.place(int(np.argmax(missing)))} is missing: "
                "a row without target cannot be compared with a prediction"
            )
        if self.task == REGRESSION:
            return _finite_numbers(column)
        values = column.texts() if self.kind is Kind.TEXT else _finite_numbers(column)
        codes = {label: code for code, label in enumerate(self.classes)}
        encoded = np.array([codes.get(value, -1) for value in values.tolist()], dtype=np.int32)
        if (encoded < 0).any():
            index = int(np.argmax(encoded < 0))
            unseen = values[index] if self.kind is Kind.TEXT else number_label(values[index])
            labels = [str(label) for label in self.classes]
            raise DataError(
                f"{column.place(index)} is {unseen!r}{did_you_mean(str(unseen), labels)}, a class "
                f"that no training row has. The classes are {name_list(labels)}"
            )
        return encoded

    def decode(self, encoded: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """What `encode` made, back in the user's spelling.

        Codes of shape (n,) become labels (an object array of `str`, int64 or float64); numbers
        stay as they are, float64.
        """
        if self.task == REGRESSION:
            return np.asarray(encoded, dtype=np.float64)
        labels = np.array(self.classes, dtype=object if self.kind is Kind.TEXT else None)
        return np.asarray(labels[encoded])

    @property
    def mean(self) -> float:
        """The mean of a regression target over the training rows."""
        return self._scaling().mean

    @property
    def scale(self) -> float:
        """The standard deviation of a regression target over the training rows."""
        return self._scaling().scale

    def standardise(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Numbers in the user's units to standard units, float64."""
        return self._scaling().standardise(values)

    def restore(self, standard: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Numbers in standard units to the user's units, float64."""
        return self._scaling().restore(standard)

    def _scaling(self) -> Scaling:
        if self.scaling is None:
            raise OptionError(f"the target {self.name!r} has classes, which have no scale")
        return self.scaling

    def description(self) -> dict[str, Any]:
        """This target as plain JSON."""
        described: dict[str, Any] = {
            "name": self.name,
            "task": self.task,
            "kind": self.kind.value,
            "classes": list(self.classes),
        }
        if self.scaling is not None:
            described |= self.scaling.description()
        return described

    @classmethod
    def from_description(cls, description: Any) -> Target:
        """The target that `description` described; ModelFileError if it describes none."""
        task = text_of(description, "task")
        kind = text_of(description, "kind")
        label_types = (str,) if kind == Kind.TEXT.value else (int, float)
        classes = tuple(list_of(description, "classes", *label_types))
        scaling = None
        if task == REGRESSION:
            scaling = Scaling.from_description(description)
        sensible = (
            kind in {known.value for known in Kind}
            and (task == REGRESSION or (task == CLASSIFICATION and len(classes) > 1))
            and len(set(classes)) == len(classes)
        )
        if not sensible:
            raise ModelFileError(
                f"the model file describes an impossible target: task {task!r}, kind {kind!r}, "
                f"{len(classes)} classes"
            )
        return cls(text_of(description, "name"), task, Kind(kind), classes, scaling)


def _finite_numbers(column: Column) -> npt.NDArray[np.float64]:
    values = column.numbers()
    if np.isinf(values).any():
        index = int(np.argmax(np.isinf(values)))
        raise DataError(f"{column.place(index)} is {values[index]}: a target must be finite")
    return values


def _natural_task(kind: Kind, distinct: npt.NDArray[Any], count: int) -> str:
    if kind is Kind.TEXT:
        return CLASSIFICATION
    whole = bool((distinct == np.floor(distinct)).all())
    few = len(distinct) == 2 or (len(distinct) <= min(MOST_NUMBER_CLASSES, count / 2))
    return CLASSIFICATION if whole and few else REGRESSION
