"""The whole way from what a person has to the arrays that a network is trained on.

table -> rows with a target -> split -> kinds of columns, target and encoding, learned from the
training rows -> arrays, with everything needed to do the same to new rows and to say what was
found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.any_target import AnyTarget, infer_target
from pellucid.data.categories import spelled_alike, spellings
from pellucid.data.encoding import Encoding
from pellucid.data.equal_columns import equal_columns
from pellucid.data.files import is_database
from pellucid.data.fingerprint import fingerprint
from pellucid.data.kinds import Kind, Understood
from pellucid.data.labelled_table import LabelledTable
from pellucid.data.leakage import find_leaks
from pellucid.data.memory import Memory
from pellucid.data.preparing import Preparing
from pellucid.data.reading import Reading
from pellucid.data.row_shuffle import reordered_rows
from pellucid.data.sentinels import sentinel_notes
from pellucid.data.sources import TableLike
from pellucid.data.splitting import Split, draw
from pellucid.data.storage import Storage
from pellucid.data.table import Table
from pellucid.data.target import CLASSIFICATION
from pellucid.data.understanding import understand
from pellucid.data.wanted_parts import CHOSEN, Part, WantedParts
from pellucid.errors import DataError
from pellucid.language import Sentence

__all__ = ["PARTS", "Prepared", "Preparing", "prepare"]

PARTS = ("train", "validation", "test")

BLOCKED_BYTES = 2**28
"""From so large on, encoded training rows are taken by blocks of neighbours: a file that is read
row by row is quick only as long as any machine keeps it in its cache. Rows in memory are taken
likewise, so that the order does not tell where they lay."""

BLOCK_BYTES = 2**19
"""The size of a block, which is read at one stretch."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Arrays for each part ('train', 'validation', 'test') and what was learned on the way.

    `tables` are the rows of each part in the user's columns, and `features` the same rows encoded,
    float32 of shape (rows, width). `truths` are int32 class codes, or float64 numbers in the user's
    units, of shape (rows,), or (rows, targets) where there are several. A part that was not wanted
    has no rows. `block` is how many neighbouring training rows an epoch takes together: more than
    1 where the rows are many bytes, and then they are in random order. `fractions` are the shares
    of the rows that were split off, `split_by` the column that decided. `notes` are sentences for
    the user.
    """

    tables: dict[str, Table]
    features: dict[str, npt.NDArray[np.float32]]
    truths: dict[str, npt.NDArray[Any]]
    rows: dict[str, int]
    encoding: Encoding
    target: AnyTarget
    understood: Mapping[str, Understood]
    kept: tuple[str, ...]
    reading: Reading
    source: str
    file: Mapping[str, Any]
    split: Sentence
    split_by: str | None
    fingerprint: str
    fractions: Mapping[str, float]
    notes: tuple[Sentence, ...]
    block: int
    _schema: list[dict[str, str]]

    @property
    def schema(self) -> list[dict[str, str]]:
        """For each of the user's columns its name, storage, kind and role, as plain JSON."""
        return self._schema


@dataclass(frozen=True, eq=False)
class _Learned:
    """What the training rows tell: of the target, of what columns are taken for, of encoding."""

    target: AnyTarget
    understood: Mapping[str, Understood]
    encoding: Encoding


def prepare(
    data: TableLike,
    target: str | int | Sequence[str] | Any | None = None,
    *,
    validation: Part | None = CHOSEN,
    test: Part | None = 0.2,
    preparing: Preparing | None = None,
    reading: Reading | None = None,
    memory: Memory | None = None,
) -> Prepared:
    """Load, split, understand and encode.

    `validation` and `test` are each a fraction of the rows of `data`, or a table of their own
    (anything `load_table` takes), or None or 0 for no such part; 'auto' for validation is a fifth
    of what the test leaves, or a tenth where there are 10 000 rows. A query is asked of every
    database among these. Only rows that have a target are used; the others are counted in `notes`.
    Raises DataError and OptionError, naming the user's file, column, row or option.

    >>> prepared = prepare("iris")
    >>> prepared.rows, prepared.target.classes
    ({'train': 96, 'validation': 24, 'test': 30}, ('setosa', 'versicolor', 'virginica'))
    """
    preparing = preparing or Preparing()
    memory = memory or Memory()
    reading = preparing.read_with(reading or Reading())
    wanted = WantedParts.of(validation, test)
    # A query is for the databases among the files, wherever there is one.
    asked = is_database(data) or not wanted.in_database
    table = LabelledTable.load(data, target, preparing, reading, memory, asked=asked)
    fractions = wanted.fractions(len(table.rows))
    split = _split(table, fractions, preparing)
    others = {name: table.read_alike(part, memory) for name, part in wanted.tables.items()}
    tables = {name: table.rows.take(rows) for name, rows in split.parts().items()}
    tables |= {name: rows for name, (rows, _) in others.items()}
    learned = _learn(tables["train"], table, preparing)
    truths = {name: learned.target.encode_rows(tables[name]) for name in PARTS}
    splitting = None if others else preparing.splitting
    leaks = find_leaks(tables, learned.target, learned.understood, splitting)
    features = {name: learned.encoding.transform(tables[name], memory) for name in PARTS}
    marks = fingerprint(
        tables.values(),
        learned.target.names,
        {name: rows.row_numbers for name, rows in tables.items()},
    )
    notes = (
        *table.notes,
        *_of_others(others),
        *split.notes,
        *learned.target.notes(truths["train"], preparing.task),
        *_of_columns(tables["train"], learned, table.reading.decimal),
        *leaks,
    )
    block = _block(features["train"])
    if block > 1:
        # Those who stay neighbours must be neighbours by chance.
        order = np.argsort(draw(len(tables["train"]), preparing.seed), kind="stable")
        features["train"] = reordered_rows(features["train"], order, memory)
        tables["train"], truths["train"] = tables["train"].take(order), truths["train"][order]
    return Prepared(
        tables=tables,
        features=features,
        truths=truths,
        rows={name: len(tables[name]) for name in PARTS},
        encoding=learned.encoding,
        target=learned.target,
        understood=learned.understood,
        kept=tuple(preparing.keep),
        reading=table.reading,
        source=table.rows.source,
        file=table.rows.understood,
        split=split.sentence if any(fractions.values()) else Sentence("data.split_own"),
        split_by=preparing.splitting.column,
        fingerprint=marks,
        fractions=fractions,
        notes=notes,
        block=block,
        _schema=_schema(table.storages, learned, preparing),
    )


def _split(table: LabelledTable, fractions: Mapping[str, float], preparing: Preparing) -> Split:
    """Deal the rows out, the shares of validation and test as they are wanted."""
    table.target.require_shared_classes(table.rows)
    classes = table.target.task == CLASSIFICATION
    labels = table.target.encode_rows(table.rows) if classes else None
    try:
        return preparing.splitting.apply(
            table.rows, **fractions, seed=preparing.seed, stratify=labels
        )
    except DataError as error:
        # What does not name the table itself gets its name.
        message, source = str(error), table.rows.source
        named = message.startswith(source)
        raise DataError(message if named else f"{source}: {message}") from None


def _learn(train: Table, table: LabelledTable, preparing: Preparing) -> _Learned:
    """Learn from the training rows all that validation and test rows must not tell."""
    log, positive = preparing.log, preparing.positive
    try:
        target = infer_target(train, table.target.named, table.target.task, log, positive)
    except DataError:
        # All rows together had different values.
        raise DataError(
            f"{table.rows.source}: too few rows: of {len(table.rows)} that have a target, "
            f"{len(train)} for training, and these have only one value of {table.target.name!r}"
        ) from None
    targets = set(target.names)
    aside = targets | preparing.set_aside
    features = train.drop(aside)
    used = {name: entry for name, entry in preparing.told.items() if name not in aside}
    understood = understand(features, targets, used, preparing.time_column)
    encoding = Encoding.fit(
        features, understood, scaling=preparing.scaling, embedding=preparing.embedding
    )
    return _Learned(target, understood, encoding)


def _of_others(others: Mapping[str, tuple[Table, tuple[Sentence, ...]]]) -> Iterator[Sentence]:
    """What is to be said of the parts that are tables of their own."""
    for name, (_, notes) in others.items():
        yield Sentence("data.split_given", {"part": name})
        yield from notes


def _of_columns(train: Table, learned: _Learned, decimal: str | None) -> Iterator[Sentence]:
    """What is to be said of the columns, as the training rows show them."""
    yield from _spelled_alike(train, learned.target)
    yield from learned.encoding.notes
    yield from sentinel_notes(train, _quantities(train, learned), decimal)
    yield from equal_columns(train, learned.encoding.storages)


def _block(features: npt.NDArray[np.float32]) -> int:
    """How many neighbouring rows stay together in an epoch: decided by the size of the rows alone.

    An odd number, which has no divisor in common with the usual batch sizes: batches differ.
    """
    return BLOCK_BYTES // features[:1].nbytes | 1 if features.nbytes > BLOCKED_BYTES else 1


def _quantities(train: Table, learned: _Learned) -> list[str]:
    """The columns that are taken for quantities, the targets among them."""
    targets = learned.target.names if learned.target.task != CLASSIFICATION else ()
    features = [name for name, entry in learned.understood.items() if entry.kind is Kind.NUMBER]
    return [name for name in (*features, *targets) if train[name].storage is Storage.NUMBER]


def _spelled_alike(train: Table, target: AnyTarget) -> list[Sentence]:
    columns = [train[name] for name in target.names if target.task == CLASSIFICATION]
    words = [column for column in columns if column.storage is Storage.WORDS]
    notes = [spelled_alike(column.name, spellings(column)) for column in words]
    return [note for note in notes if note is not None]


def _schema(
    storages: Mapping[str, Storage], learned: _Learned, preparing: Preparing
) -> list[dict[str, str]]:
    roles = dict.fromkeys(learned.target.names, "target") | dict.fromkeys(preparing.keep, "kept")
    roles |= dict.fromkeys(preparing.drop, "dropped")
    roles |= {} if preparing.group_column is None else {preparing.group_column: "group"}
    columns = []
    for name, storage in storages.items():
        entry = learned.understood.get(name)
        used = "left out" if entry is not None and not entry.kind.is_used else "feature"
        columns.append(
            {
                "name": name,
                "storage": storage.value,
                "kind": _target_kind(storage) if entry is None else entry.kind.value,
                "role": roles.get(name, used),
            }
        )
    return columns


def _target_kind(storage: Storage) -> str:
    if storage is Storage.NUMBER:
        return "number"
    return "category" if storage is Storage.WORDS else "date"
