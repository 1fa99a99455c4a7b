"""The whole way from what a person has to the arrays that a network is trained on.

table -> rows with a target -> split -> kinds of columns, target and encoding, learned from the
training rows -> arrays, with everything needed to do the same to new rows and to say what was
found.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pellucid.data.any_target import AnyTarget, infer_target
from pellucid.data.categories import spelled_alike, spellings
from pellucid.data.encoding import Encoding
from pellucid.data.equal_columns import equal_columns
from pellucid.data.files import is_database
from pellucid.data.fingerprint import fingerprint
from pellucid.data.kinds import Kind, Understood
from pellucid.data.leakage import find_leaks
from pellucid.data.memory import Memory
from pellucid.data.preparing import Preparing
from pellucid.data.reading import Reading
from pellucid.data.row_shuffle import reordered_rows
from pellucid.data.sentinels import sentinel_notes
from pellucid.data.sources import TableLike, load_table
from pellucid.data.splitting import check_fraction, draw
from pellucid.data.storage import Storage
from pellucid.data.table import Table, did_you_mean, name_list
from pellucid.data.target import CLASSIFICATION
from pellucid.data.understanding import understand
from pellucid.data.worded_numbers import as_numbers
from pellucid.errors import DataError
from pellucid.language import Sentence

__all__ = ["PARTS", "Prepared", "Preparing", "prepare"]

PARTS = ("train", "validation", "test")

CHOSEN = "auto"
"""The validation part whose size is chosen from the number of rows."""

MANY_ROWS, SHARE_OF_MANY, SHARE_OF_FEW = 10_000, 0.1, 0.2
"""From so many rows on, validation takes a smaller share of the rows that are not for the test."""

BLOCKED_BYTES = 2**28
"""From so large on, encoded training rows are taken by blocks of neighbours: a file that is read
row by row is quick only as long as any machine keeps it in its cache. Rows in memory are taken
likewise, so that the order does not tell where they lay."""

BLOCK_BYTES = 2**19
"""The size of a block, which is read at one stretch."""

Part: TypeAlias = float | TableLike


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
    told = preparing or Preparing()
    memory = memory or Memory()
    reading = told.read_with(reading or Reading())
    given = {"validation": _part(validation, "validation"), "test": _part(test, "test")}
    # A query is for the databases among the files, wherever there is one.
    elsewhere = not is_database(data) and any(map(is_database, given.values()))
    own = replace(reading, query=None) if elsewhere else reading
    table, named = load_table(data, target, own, memory)
    if named is None:
        raise DataError(_which_target(table))
    told.check_names(table, named)
    targets = {named} if isinstance(named, str) else set(named)
    table, reading = as_numbers(table, reading, {*targets, *told.set_apart})
    storages = table.storages
    table = table.drop(told.drop)
    known = infer_target(table, named, told.task, told.log, told.positive)
    whole = _with_target(table, known)
    notes = [*_of_no_column(table, reading), *table.notes, *_without_target(table, whole, known)]
    if isinstance(given["validation"], str) and given["validation"] == CHOSEN:
        given["validation"] = _validation_share(len(whole), given["test"])
    fractions = {name: part if isinstance(part, float) else 0.0 for name, part in given.items()}
    known.require_shared_classes(whole)
    labels = known.encode_rows(whole) if known.task == CLASSIFICATION else None
    try:
        split = told.splitting.apply(whole, **fractions, seed=told.seed, stratify=labels)
    except DataError as error:
        # What does not name the table itself gets its name.
        message = str(error)
        named_already = message.startswith(table.source)
        raise DataError(message if named_already else f"{table.source}: {message}") from None
    tables = {name: whole.take(rows) for name, rows in split.parts().items()}
    headerless = table.understood.get("header") is False
    header = False if headerless else reading.header
    notations = {c.name: c.notation for c in table.columns if c.notation is not None}
    reading = replace(reading, notations=notations)
    same = replace(reading, header=header, storages={**table.storages})
    separate = False
    for name, part in given.items():
        if not isinstance(part, float):
            separate = True
            asked = same if is_database(part) else replace(same, query=None)
            other, _ = load_table(part, None, asked, memory)
            tables[name] = _with_target(other, known)
            if not len(tables[name]):
                raise DataError(f"{other.source}: no row has a {known.name!r} to compare with")
            given_apart = Sentence("data.split_given", {"part": name})
            notes += [given_apart, *other.notes, *_without_target(other, tables[name], known)]
    train = tables["train"]
    try:
        learned = infer_target(train, named, known.task, told.log, told.positive)
    except DataError:
        # All rows together had different values.
        raise DataError(
            f"{table.source}: too few rows: of {len(whole)} that have a target, "
            f"{len(train)} for training, and these have only one value of {known.name!r}"
        ) from None
    targets = set(learned.names)
    aside = {*targets, *told.set_aside}
    features = train.drop(aside)
    used = {name: entry for name, entry in told.told.items() if name not in aside}
    understood = understand(features, targets, used, told.time_column)
    encoding = Encoding.fit(features, understood, scaling=told.scaling, embedding=told.embedding)
    truths = {name: learned.encode_rows(tables[name]) for name in PARTS}
    leaks = find_leaks(tables, learned, understood, None if separate else told.splitting)
    encoded = {name: encoding.transform(tables[name], memory) for name in PARTS}
    marks = fingerprint(
        tables.values(), learned.names, {n: t.row_numbers for n, t in tables.items()}
    )
    block = _block(encoded["train"])
    if block > 1:
        # Those who stay neighbours must be neighbours by chance.
        order = np.argsort(draw(len(train), told.seed), kind="stable")
        encoded["train"] = reordered_rows(encoded["train"], order, memory)
        tables["train"], truths["train"] = train.take(order), truths["train"][order]
    return Prepared(
        tables=tables,
        features=encoded,
        truths=truths,
        rows={name: len(tables[name]) for name in PARTS},
        encoding=encoding,
        target=learned,
        understood=understood,
        kept=tuple(told.keep),
        reading=reading,
        fractions=fractions,
        source=table.source,
        file=table.understood,
        split=split.sentence if any(fractions.values()) else Sentence("data.split_own"),
        split_by=told.splitting.column,
        fingerprint=marks,
        notes=(
            *notes,
            *split.notes,
            *learned.notes(truths["train"], told.task),
            *_spelled_alike(train, learned),
            *encoding.notes,
            *sentinel_notes(train, _quantities(train, learned, understood), reading.decimal),
            *equal_columns(train, encoding.storages),
            *leaks,
        ),
        block=block,
        _schema=_schema(storages, learned, understood, told),
    )


def _block(features: npt.NDArray[np.float32]) -> int:
    """How many neighbouring rows stay together in an epoch: decided by the size of the rows alone.

    An odd number, which has no divisor in common with the usual batch sizes: batches differ.
    """
    return BLOCK_BYTES // features[:1].nbytes | 1 if features.nbytes > BLOCKED_BYTES else 1


def _with_target(table: Table, target: AnyTarget) -> Table:
    present = target.present_rows(table)
    return table if present.all() else table.take(present)


def _without_target(table: Table, kept: Table, target: AnyTarget) -> list[Sentence]:
    count = len(table) - len(kept)
    if not count:
        return []
    key = "data.target_missing_one" if count == 1 else "data.target_missing"
    return [Sentence(key, {"source": table.source, "count": count, "target": target.name})]


def _of_no_column(table: Table, reading: Reading) -> list[Sentence]:
    """What is to be said of missing values of columns that are not there."""
    notes = []
    for text in (value for value in reading.missing if isinstance(value, str)):
        name, equals, _ = text.partition("=")
        if name and equals and not any(text.startswith(f"{each}=") for each in table.names):
            hint = did_you_mean(name, table.names)
            values = {"text": shlex.quote(text), "source": table.source}
            notes.append(Sentence("data.missing_no_column", {**values, "name": name, "hint": hint}))
    return notes


def _quantities(train: Table, target: AnyTarget, understood: Mapping[str, Understood]) -> list[str]:
    """The columns that are taken for quantities, the targets among them."""
    targets = target.names if target.task != CLASSIFICATION else ()
    features = [name for name, entry in understood.items() if entry.kind is Kind.NUMBER]
    return [name for name in (*features, *targets) if train[name].storage is Storage.NUMBER]


def _spelled_alike(train: Table, target: AnyTarget) -> list[Sentence]:
    columns = [train[name] for name in target.names if target.task == CLASSIFICATION]
    words = [column for column in columns if column.storage is Storage.WORDS]
    notes = [spelled_alike(column.name, spellings(column)) for column in words]
    return [note for note in notes if note is not None]


def _which_target(table: Table) -> str:
    last = table.names[-1]
    return (
        f"{table.source}: which column is to be predicted? Its columns are "
        f"{name_list(table.names)}; the last is {last!r}: --target {shlex.quote(last)}"
    )


def _validation_share(rows: int, test: Part) -> float:
    left = 1.0 - test if isinstance(test, float) else 1.0
    return left * (SHARE_OF_MANY if rows >= MANY_ROWS else SHARE_OF_FEW)


def _part(part: Part | None, name: str) -> Part:
    """A fraction as a float, also of text such as '0.2'; any other table as it is."""
    if part is None:
        return 0.0
    if isinstance(part, str) and part == CHOSEN and name == "validation":
        return CHOSEN
    if isinstance(part, str) and not os.path.exists(part):
        try:
            part = float(part)
        except ValueError:
            return part
    if isinstance(part, int | float | np.integer | np.floating):
        check_fraction(name, float(part))
        return float(part)
    return part


def _schema(
    storages: Mapping[str, Storage],
    target: AnyTarget,
    understood: Mapping[str, Understood],
    told: Preparing,
) -> list[dict[str, str]]:
    roles = dict.fromkeys(target.names, "target") | dict.fromkeys(told.keep, "kept")
    roles |= dict.fromkeys(told.drop, "dropped")
    roles |= {} if told.group_column is None else {told.group_column: "group"}
    columns = []
    for name, storage in storages.items():
        entry = understood.get(name)
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
