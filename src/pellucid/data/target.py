"""The column to be predicted: what task it sets, and the way from its values to numbers and back.

Classes become codes 0, 1, .. in the sorted order of their labels; a regression target stays
a number and can be standardised with what was learned from the training rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.categories import category_codes
from pellucid.data.descriptions import list_of, text_of
from pellucid.data.kinds import Kind, Label, label_text, number_label
from pellucid.data.scaling import Scaling
from pellucid.data.table import Column, did_you_mean, name_list
from pellucid.errors import DataError, ModelFileError, OptionError

__all__ = ["CLASSIFICATION", "REGRESSION", "Label", "Target"]

CLASSIFICATION = "classification"
REGRESSION = "regression"

MOST_NUMBER_CLASSES = 20
"""Whole numbers with more distinct values than this are a quantity, not classes."""


@dataclass(frozen=True)
class Target:
    """What is learned about the target column from training rows.

    `classes` are the sorted labels (empty for regression) as the user has them: `str`, `bool`
    or numbers; of a NUMBER column `int` or `float`, or `str` where a file spells a number
    otherwise than Python does ('+1'). `scaling` is None for classification.

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
            values = _finite_numbers(present, task)
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
        return cls(column.name, task, column.kind, _labels(column, distinct.tolist()), None)

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
            return _finite_numbers(column, self.task)
        keys = _keys(self.kind, self.classes)
        if self.kind is Kind.TEXT:
            values = column.texts()
            encoded = category_codes(values, keys).astype(np.int32)
        else:
            values = _finite_numbers(column, self.task)
            codes = {key: code for code, key in enumerate(keys)}
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

        Codes of shape (n,) become labels (bool, int64, float64, or an object array of `str`);
        numbers stay as they are, float64.
        """
        if self.task == REGRESSION:
            return np.asarray(encoded, dtype=np.float64)
        words = any(isinstance(label, str) for label in self.classes)
        labels = np.array(self.classes, dtype=object if words else None)
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
        classes = tuple(list_of(description, "classes", str, bool, int, float))
        scaling = None
        if task == REGRESSION:
            scaling = Scaling.from_description(description)
        sensible = (
            kind in {known.value for known in Kind}
            and (task == REGRESSION or (task == CLASSIFICATION and len(classes) > 1))
            and _are_labels(Kind(kind), classes)
        )
        if not sensible:
            raise ModelFileError(
                f"the model file describes an impossible target: task {task!r}, kind {kind!r}, "
                f"{len(classes)} classes"
            )
        return cls(text_of(description, "name"), task, Kind(kind), classes, scaling)


def _finite_numbers(column: Column, task: str | None) -> npt.NDArray[np.float64]:
    if task == REGRESSION:
        values = column.numbers(
            "regression needs finite numbers (texts are classes, for the task classification)"
        )
    else:
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


def _labels(column: Column, values: list[Any]) -> tuple[Label, ...]:
    """What the user calls each of the sorted values."""
    if column.kind is Kind.TEXT:
        labels = [column.labels.get(value, value) for value in values]
        # Numbers that were declared to be categories go from small to large.
        numbers = all(isinstance(label, int | float) for label in labels)
        return tuple(sorted(labels) if numbers else labels)
    if any(value in column.labels for value in values):
        return tuple(column.labels.get(value, str(number_label(value))) for value in values)
    return tuple(number_label(value) for value in values)


def _keys(kind: Kind, classes: tuple[Label, ...]) -> list[Any]:
    """The values that stand for the classes in a column: texts or float64 numbers."""
    return [label_text(label) if kind is Kind.TEXT else float(label) for label in classes]


def _are_labels(kind: Kind, classes: tuple[Any, ...]) -> bool:
    """Whether labels from a model file are alike, tell apart and can stand in such a column."""
    booleans = {type(label) for label in classes} == {bool}
    alike = len({type(label) is str for label in classes}) <= 1
    if (bool in map(type, classes) and (not booleans or kind is Kind.NUMBER)) or not alike:
        return False
    try:
        keys = _keys(kind, classes)
    except (ValueError, OverflowError):
        return False
    finite = kind is Kind.TEXT or bool(np.isfinite(keys).all())
    return finite and len(set(keys)) == len(keys)
