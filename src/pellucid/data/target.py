"""The column to be predicted: what task it sets, and the way from its values to numbers and back.

Classes become codes 0, 1, .. in the sorted order of their labels; a regression target stays
a number and can be standardised with what was learned from the training rows, on a logarithmic
scale where that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from pellucid.data.categories import category_codes, spellings
from pellucid.data.descriptions import list_of, numbers_of, storage_of, text_of
from pellucid.data.log_scale import LINEAR, LOGARITHMS, LogScale, check_log
from pellucid.data.scaling import Scaling
from pellucid.data.storage import Label, Storage, label_text, number_label, parse_number
from pellucid.data.strays import TIMES, Strays
from pellucid.data.table import Column, Table, did_you_mean, name_list, said_names
from pellucid.errors import DataError, ModelFileError, OptionError
from pellucid.language import Sentence

__all__ = ["CLASSIFICATION", "REGRESSION", "Label", "Target"]

CLASSIFICATION = "classification"
REGRESSION = "regression"

Found = TypeVar("Found")

FEWEST_ROWS = 10
"""Fewer rows may well be of a class each."""

MOST_NUMBER_CLASSES = 20
"""Whole numbers with more distinct values than this are a quantity, not classes."""


@dataclass(frozen=True)
class Target:
    """What is learned about one target column from training rows.

    `classes` are the sorted labels (empty for regression) as the user has them: `str`, `bool`
    or numbers; of a column of numbers `int` or `float`, or `str` where a file spells a number
    otherwise than Python does ('+1'). `scaling` is None for classification; with a logarithm it
    is that of the logarithms, and `extent` is the least and the greatest of them. `positive` is the
    code of the one of two classes that is looked for, which average precision and calibration are
    about.

    >>> column = Column.of_texts("size", ["small", "large"])
    >>> target = Target.infer(column)
    >>> target.task, target.classes, target.encode(column).tolist()
    ('classification', ('large', 'small'), [1, 0])
    """

    name: str
    task: str
    storage: Storage
    classes: tuple[Label, ...]
    scaling: Scaling | None
    log: LogScale = LINEAR
    positive: int = 1
    extent: tuple[float, float] | None = None

    @classmethod
    def infer(
        cls,
        column: Column,
        task: str | None = None,
        log: str | None = None,
        positive: str | None = None,
    ) -> Target:
        """Learn from a column; missing values are passed over.

        Words are classification. Numbers are classification when they are whole, with at most 20
        distinct values, of which there are two or each occurs twice on average; otherwise they
        are regression. `task` decides instead. With `log`, 'log' or 'log1p', the network learns
        the logarithm of a quantity (of 1 + it), which makes the task regression. `positive` is
        the label of the one of two classes that is looked for; without it that is the rarer one,
        the second of equals.

        Raises DataError when all values are missing or equal, or are dates or of a type that cannot
        be used, or most are numbers and the others text, or a number is infinite or has no
        logarithm, or words are to be regressed; OptionError for an unknown task or logarithm, the
        logarithm of classes, or a positive class that is none of two.
        """
        if task not in (None, CLASSIFICATION, REGRESSION):
            raise OptionError(
                f"the task must be {CLASSIFICATION!r} or {REGRESSION!r}, but it is {task!r}"
            )
        column.require_usable()
        scale = check_log(log)
        if log is not None and task == CLASSIFICATION:
            raise OptionError(
                f"the target {column.name!r} has classes, which have no logarithm: "
                "a logarithmic scale is for regression"
            )
        if column.storage is Storage.TIME:
            raise DataError(_dates(column))
        if column.strays is not None and task != CLASSIFICATION:
            raise DataError(_strays(column, column.strays))
        present = column.take(cls.present(column))
        if not len(present):
            raise DataError(
                f"{column.source}: the target {column.name!r} has no value in any row, "
                "so there is nothing to learn from"
            )
        if log is not None:
            task = REGRESSION
        if task == REGRESSION or column.storage is Storage.NUMBER:
            values = _finite_numbers(present, task)
            distinct: list[Any] = np.unique(values).tolist()
        else:
            distinct = sorted(spellings(present))
        if len(distinct) == 1:
            only = distinct[0] if isinstance(distinct[0], str) else number_label(distinct[0])
            raise DataError(
                f"{column.source}: the target {column.name!r} has only the value {only!r}, "
                "so there is nothing to tell apart: at least two values are needed"
            )
        if task is None:
            task = _natural_task(column.storage, distinct, len(present))
        if task == REGRESSION:
            if positive is not None:
                raise OptionError(
                    f"the target {column.name!r} is a number, which has no positive class "
                    f"{positive!r}"
                )
            scale.check(present, values)
            learned = scale.apply(values)
            extent = None if scale == LINEAR else (float(learned.min()), float(learned.max()))
            scaling = Scaling.fit(learned)
            return cls(column.name, task, Storage.NUMBER, (), scaling, scale, extent=extent)
        target = cls(column.name, task, column.storage, _labels(column, distinct), None)
        return replace(target, positive=target._positive(present, positive))

    @property
    def each(self) -> tuple[Target, ...]:
        """This target alone, as `Targets.each` gives several."""
        return (self,)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the column, likewise."""
        return (self.name,)

    @property
    def named(self) -> str:
        """The name of the column."""
        return self.name

    @property
    def unit(self) -> float | None:
        """How many of the user's units one standard unit is; None for classes and logarithms."""
        return None if self.scaling is None or self.log != LINEAR else self.scaling.scale

    @property
    def output_index(self) -> tuple[Any, ...]:
        """The first of the outputs, as an array (rows,)."""
        return slice(None), 0

    def present_rows(self, table: Table) -> npt.NDArray[np.bool_]:
        """A mask of shape (rows,), true where the target has a value."""
        return self.present(table[self.name])

    def encode_rows(self, table: Table) -> npt.NDArray[Any]:
        """What `encode` gives for the column of a table."""
        return self.encode(table[self.name])

    @staticmethod
    def present(column: Column) -> npt.NDArray[np.bool_]:
        """A mask of shape (rows,), true where the target has a value."""
        return ~column.missing()

    def encode(self, column: Column) -> npt.NDArray[np.int32] | npt.NDArray[np.float64]:
        """Class codes, int32, or numbers in the user's units, float64, of shape (rows,).

        Raises DataError, naming row and value, for a value that is missing, a class that was not
        among the training rows, words where numbers are needed, or a number without logarithm.
        """
        missing = column.missing()
        if missing.any():
            raise DataError(
                f"{column.place(int(np.argmax(missing)))} is missing: "
                "a row without target cannot be compared with a prediction"
            )
        if self.task == REGRESSION:
            values = _finite_numbers(column, self.task)
            self.log.check(column, values)
            return values
        encoded = self._codes(column)
        if (encoded < 0).any():
            index = int(np.argmax(encoded < 0))
            unseen = column.take(np.array([index])).texts()[0]
            shown = unseen if self.storage is Storage.WORDS else number_label(float(unseen))
            labels = [str(label) for label in self.classes]
            raise DataError(
                f"{column.place(index)} is {shown!r}{did_you_mean(unseen, labels)}, a class "
                f"that no training row has. The classes are {name_list(labels)}"
            )
        return encoded

    def _codes(self, column: Column) -> npt.NDArray[np.int32]:
        """The code of each value's class, -1 where it is none."""
        keys = _keys(self.storage, self.classes)
        if self.storage is Storage.WORDS:
            return category_codes(column, keys).astype(np.int32)
        values = _finite_numbers(column, self.task)
        order = np.argsort(np.array(keys, dtype=np.float64), kind="stable")
        ascending = np.array(keys, dtype=np.float64)[order]
        places = np.minimum(np.searchsorted(ascending, values), len(keys) - 1)
        return np.where(ascending[places] == values, order[places], -1).astype(np.int32)

    @property
    def positive_label(self) -> Label | None:
        """Which of two classes is looked for; None where there are not two."""
        return self.classes[self.positive] if len(self.classes) == 2 else None

    def _positive(self, present: Column, told: str | None) -> int:
        """The code of the class that is told, or else of the rarer one."""
        if told is not None:
            labels = [label_text(label) for label in self.classes]
            if told not in labels or len(labels) != 2:
                few = "one of the two classes" if len(labels) == 2 else "for two classes only"
                raise OptionError(
                    f"the positive class {told!r} of the target {self.name!r} must be {few}: "
                    f"it has {name_list(labels)}"
                )
            return labels.index(told)
        if len(self.classes) != 2:
            return 1
        first, second = np.bincount(self._codes(present), minlength=2)
        return 0 if first < second else 1

    def decode(self, encoded: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """What `encode` made, back in the user's spelling.

        Codes of shape (n,) become labels (bool, int64, float64, or an object array of `str`);
        numbers stay as they are, float64.
        """
        if self.task == REGRESSION:
            return np.asarray(encoded, dtype=np.float64)
        # NumPy has no type of its own for texts and for whole numbers of any size.
        objects = any(isinstance(label, str) or abs(label) >= 2**63 for label in self.classes)
        labels = np.array(self.classes, dtype=object if objects else None)
        return np.asarray(labels[encoded])

    @property
    def mean(self) -> float:
        """The mean of a regression target over the training rows, of logarithms if any."""
        return self._scaling().mean

    @property
    def scale(self) -> float:
        """The standard deviation of a regression target likewise."""
        return self._scaling().scale

    def standardise(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Numbers in the user's units to standard units, float64."""
        return self._scaling().standardise(self.log.apply(values))

    def restore(self, standard: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Numbers in standard units to the user's units, float64, finite."""
        return self.undo_log(self._scaling().restore(standard))

    def undo_log(self, learned: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Numbers on the scale that is learned to the user's units, float64.

        Logarithms go no farther beyond those of the training rows than the standard deviation of
        these: what is a little too far on a logarithmic scale is absurd on the user's.
        """
        if self.extent is not None:
            low, high = self.extent
            learned = np.clip(learned, low - self.scale, high + self.scale)
        return self.log.undo(learned)

    def split(self, values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], ...]:
        """A truth or reading as it is, which is that of the one column."""
        return (values,)

    def join(self, values: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """What `split` gave, alone again."""
        (alone,) = values
        return alone

    def by_name(self, found: Sequence[Found]) -> Found:
        """What was found of the one column."""
        (alone,) = found
        return alone

    def as_one(
        self, truth: npt.NDArray[Any], read: npt.NDArray[Any]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """A truth and a reading as they are."""
        return truth, read

    def in_words(self, truth: Any, read: Any) -> tuple[Any, Any, float | None]:
        """One row's labels and the probability of the predicted one; or its numbers, and None."""
        if self.task == REGRESSION:
            return float(truth), float(read), None
        guess = int(read.argmax())
        return str(self.classes[truth]), str(self.classes[guess]), float(read[guess])

    def require_shared_classes(self, table: Table) -> None:
        """DataError if more than half of the rows are the only ones of their class.

        What is learned of a class then cannot be tested on another row of it.
        """
        if self.task != CLASSIFICATION or len(table) < FEWEST_ROWS:
            return
        counts = np.bincount(self.encode_rows(table))
        alone = int(np.count_nonzero(counts == 1))
        if 2 * alone <= len(table):
            return
        remedy = (
            "if they are quantities, --task regression"
            if all(parse_number(label_text(label)) is not None for label in self.classes)
            else "if they are quantities, some are written in a way that is not understood "
            "(--decimal and --missing may say how); if they name the rows, choose another target"
        )
        raise DataError(
            f"{table.source}: the target {self.name!r} has {len(counts)} classes in {len(table)} "
            f"rows, and {alone} rows are the only ones of their class, such as "
            f"{name_list([str(label) for label in self.classes], 3)}: classes need several rows "
            f"each; {remedy}"
        )

    def notes(self, truth: npt.NDArray[Any], task: str | None = None) -> tuple[Sentence, ...]:
        """What the user should know: of a logarithm, of whole numbers taken for classes, ...

        Args:
            truth: the codes or numbers of the training rows, (rows,).
            task: the task that the user named; None where it was found out.
        """
        if self.task == CLASSIFICATION:
            return tuple(self._notes_on_classes(truth, task))
        if self.log == LINEAR:
            return ()
        return (Sentence("data.target_log", {"column": self.name, "log": self.log.name}),)

    def _notes_on_classes(self, codes: npt.NDArray[Any], task: str | None) -> Iterator[Sentence]:
        if task is None and self.storage is Storage.NUMBER and len(self.classes) > 2:
            values = {"target": self.name, "count": len(self.classes)}
            yield Sentence("data.target_whole_numbers", values)
        counts = np.bincount(codes, minlength=len(self.classes))
        pairs = zip(self.classes, counts, strict=True)
        alone = [str(label) for label, count in pairs if count == 1]
        if alone:
            key = "data.target_single_row" if len(alone) == 1 else "data.target_single_rows"
            yield Sentence(key, {"classes": said_names(alone, 5)})

    def _scaling(self) -> Scaling:
        if self.scaling is None:
            raise OptionError(f"the target {self.name!r} has classes, which have no scale")
        return self.scaling

    def description(self) -> dict[str, Any]:
        """This target as plain JSON."""
        described: dict[str, Any] = {
            "name": self.name,
            "task": self.task,
            "storage": self.storage.value,
            "classes": list(self.classes),
        }
        if self.positive_label is not None:
            described["positive"] = self.positive
        if self.scaling is not None:
            described |= {**self.scaling.description(), "log": self.log.name}
        if self.extent is not None:
            described["extent"] = list(self.extent)
        return described

    @classmethod
    def from_description(cls, description: Any) -> Target:
        """The target that `description` described; ModelFileError if it describes none."""
        task = text_of(description, "task")
        storage = storage_of(description)
        classes = tuple(list_of(description, "classes", str, bool, int, float))
        positive = description.get("positive", 1)
        scaling, log, extent = None, LINEAR, None
        if task == REGRESSION:
            scaling = Scaling.from_description(description)
            name = text_of(description, "log")
            log = LOGARITHMS.get(name, LogScale(name))
            # A file that was written before there were ends predicts as it did.
            if log != LINEAR and "extent" in description:
                extent = _extent_of(description)
        sensible = (
            storage is not Storage.TIME
            and (task == REGRESSION or (task == CLASSIFICATION and len(classes) > 1))
            and log in LOGARITHMS.values()
            and _are_labels(storage, classes)
            and positive in (0, 1)
        )
        if not sensible:
            raise ModelFileError(
                f"the model file describes an impossible target: task {task!r}, held as "
                f"{storage.value}, {len(classes)} classes, logarithm {log.name!r}"
            )
        name = text_of(description, "name")
        return cls(name, task, storage, classes, scaling, log, int(positive), extent)


def _extent_of(description: Any) -> tuple[float, float]:
    """The least and the greatest logarithm; ModelFileError if these cannot be."""
    ends = numbers_of(description, "extent")
    if len(ends) != 2 or ends[0] > ends[1]:
        raise ModelFileError(
            f"the model file describes a target whose logarithms extend over {ends}: "
            "the least and the greatest are needed"
        )
    return ends[0], ends[1]


def _dates(column: Column) -> str:
    return (
        f"{column.source}: the target {column.name!r} holds dates, which are neither classes nor "
        "a quantity: add a column of numbers, such as the days from a first date, and make that "
        "the target, or choose another target"
    )


def _strays(column: Column, strays: Strays) -> str:
    if strays.among == TIMES:
        return _dates(column)
    of = strays.fitting + strays.rows
    mend = strays.options and f"If the text means that there is no value: {strays.options}; if"
    return (
        f"{column.source}: the target {column.name!r} holds text, {strays.listed}, first in "
        f"{strays.place}, though {strays.fitting} of its {of} values are numbers. "
        f"{mend or 'If'} all values are names of classes: --task classification; otherwise correct "
        "the file"
    )


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


def _natural_task(storage: Storage, distinct: list[Any], count: int) -> str:
    if storage is Storage.WORDS:
        return CLASSIFICATION
    are_integers = all(value.is_integer() for value in distinct)
    few = len(distinct) == 2 or (len(distinct) <= min(MOST_NUMBER_CLASSES, count / 2))
    return CLASSIFICATION if are_integers and few else REGRESSION


def _labels(column: Column, values: list[Any]) -> tuple[Label, ...]:
    """What the user calls each of the sorted values."""
    if column.storage is Storage.WORDS:
        labels = [column.labels.get(value, value) for value in values]
        # Numbers that were declared to be categories go from small to large.
        numbers = all(isinstance(label, int | float) for label in labels)
        return tuple(sorted(labels) if numbers else labels)
    if any(value in column.labels for value in values):
        return tuple(column.labels.get(value, str(number_label(value))) for value in values)
    return tuple(number_label(value) for value in values)


def _keys(storage: Storage, classes: tuple[Label, ...]) -> list[Any]:
    """The values that stand for the classes in a column: words or float64 numbers."""
    words = storage is Storage.WORDS
    return [label_text(label) if words else float(label) for label in classes]


def _are_labels(storage: Storage, classes: tuple[Any, ...]) -> bool:
    """Whether labels from a model file are alike, tell apart and can stand in such a column."""
    booleans = {type(label) for label in classes} == {bool}
    alike = len({type(label) is str for label in classes}) <= 1
    words = storage is Storage.WORDS
    if (bool in map(type, classes) and (not booleans or not words)) or not alike:
        return False
    try:
        keys = _keys(storage, classes)
    except (ValueError, OverflowError):
        return False
    finite = words or bool(np.isfinite(keys).all())
    return finite and len(set(keys)) == len(keys)
