"""The whole way from what a person has to the arrays that a network is trained on.

table -> rows with a target -> split -> target and encoding, learned from the training rows ->
arrays, with everything needed to do the same to new rows and to say what was found.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pellucid.data.encoding import Encoding
from pellucid.data.fingerprint import fingerprint
from pellucid.data.kinds import Kind
from pellucid.data.sources import TableLike, load_table
from pellucid.data.splitting import check_fraction, split
from pellucid.data.table import Table, counted, name_list
from pellucid.data.target import CLASSIFICATION, Target
from pellucid.errors import DataError

__all__ = ["PARTS", "Prepared", "prepare"]

PARTS = ("train", "validation", "test")

Part: TypeAlias = float | TableLike


@dataclass(frozen=True, eq=False)
class Prepared:
    """Arrays for each part ('train', 'validation', 'test') and what was learned on the way.

    `features` are float32 of shape (rows, width). `targets` are int32 class codes, or float32
    numbers in standard units, of shape (rows,); `raw_targets` the codes or the float64 numbers
    in the user's units. `row_numbers` say in which row of its source, counted from 1, each row
    stands. A part that was not wanted has no rows. `notes` are sentences for the user.
    """

    features: dict[str, npt.NDArray[np.float32]]
    targets: dict[str, npt.NDArray[Any]]
    raw_targets: dict[str, npt.NDArray[Any]]
    row_numbers: dict[str, npt.NDArray[np.int64]]
    rows: dict[str, int]
    encoding: Encoding
    target: Target
    target_name: str
    source: str
    schema: list[dict[str, str]]
    fingerprint: str
    notes: tuple[str, ...]


def prepare(
    data: TableLike,
    target: str | int | Any | None = None,
    *,
    task: str | None = None,
    validation: Part | None = 0.2,
    test: Part | None = 0.2,
    seed: int = 0,
) -> Prepared:
    """Load, split and encode.

    `validation` and `test` are each a fraction of the rows of `data`, or a table of their own
    (anything `load_table` takes), or None or 0 for no such part. Only rows that have a target are
    used; the others are counted in `notes`. Raises DataError and OptionError, naming the
    user's file, column, row or option.

    >>> prepared = prepare("iris")
    >>> prepared.rows, prepared.target.classes
    ({'train': 90, 'validation': 30, 'test': 30}, ('setosa', 'versicolor', 'virginica'))
    """
    table, target_name = load_table(data, target)
    if target_name is None:
        raise DataError(_which_target(table))
    given = {"validation": _part(validation, "validation"), "test": _part(test, "test")}
    whole = _with_target(table, target_name)
    notes = [*table.notes, *_dropped(table, whole, target_name)]
    inferred = Target.infer(table[target_name], task)
    labels = inferred.encode(whole[target_name]) if inferred.task == CLASSIFICATION else None
    fractions = {name: part if isinstance(part, float) else 0.0 for name, part in given.items()}
    try:
        split_rows = split(len(whole), **fractions, seed=seed, stratify=labels)
    except DataError as error:
        raise DataError(f"{table.source}: {error}") from None
    tables = {name: whole.take(rows) for name, rows in split_rows.parts().items()}
    for name, part in given.items():
        if not isinstance(part, float):
            separate, _ = load_table(part, kinds=table.kinds)
            tables[name] = _with_target(separate, target_name)
            if not len(tables[name]):
                raise DataError(f"{separate.source}: no row has a {target_name!r} to compare with")
            notes += [*separate.notes, *_dropped(separate, tables[name], target_name)]
    learned = Target.infer(tables["train"][target_name], inferred.task)
    features_table = tables["train"].drop([target_name])
    encoding = Encoding.fit(features_table)
    raw = {name: learned.encode(tables[name][target_name]) for name in PARTS}
    row_numbers = {name: _row_numbers(tables[name]) for name in PARTS}
    return Prepared(
        features={name: encoding.transform(tables[name]) for name in PARTS},
        targets={name: _network_target(learned, raw[name]) for name in PARTS},
        raw_targets=dict(raw),
        row_numbers=row_numbers,
        rows={name: len(tables[name]) for name in PARTS},
        encoding=encoding,
        target=learned,
        target_name=target_name,
        source=table.source,
        schema=_schema(table, target_name),
        fingerprint=fingerprint(tables.values(), target_name, row_numbers),
        notes=(*notes, *_target_notes(learned, raw["train"], task), *encoding.notes),
    )


def _which_target(table: Table) -> str:
    last = table.names[-1]
    return (
        f"{table.source}: which column is to be predicted? Its columns are "
        f"{name_list(table.names)}; the last is {last!r}: --target {shlex.quote(last)}"
    )


def _part(part: Part | None, name: str) -> Part:
    """A fraction as a float, also of text such as '0.2'; any other table as it is."""
    if part is None:
        return 0.0
    if isinstance(part, str) and not os.path.exists(part):
        try:
            part = float(part)
        except ValueError:
            return part
    if isinstance(part, int | float | np.integer | np.floating):
        check_fraction(name, float(part))
        return float(part)
    return part


def _with_target(table: Table, target_name: str) -> Table:
    present = Target.present(table[target_name])
    return table if present.all() else table.take(present)


def _dropped(table: Table, kept: Table, target_name: str) -> list[str]:
    count = len(table) - len(kept)
    if not count:
        return []
    rows = f"{counted(count, 'row')} {'has' if count == 1 else 'have'}"
    return [f"{table.source}: {rows} no {target_name!r} and cannot be used"]


def _row_numbers(table: Table) -> npt.NDArray[np.int64]:
    numbers = table.columns[0].row_numbers
    return np.arange(1, len(table) + 1, dtype=np.int64) if numbers is None else numbers


def _network_target(target: Target, raw: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if target.task == CLASSIFICATION:
        return raw
    return target.standardise(raw).astype(np.float32)


def _schema(table: Table, target_name: str) -> list[dict[str, str]]:
    return [
        {
            "name": column.name,
            "kind": column.kind.value,
            "role": "target" if column.name == target_name else "feature",
        }
        for column in table.columns
    ]


def _target_notes(target: Target, codes: npt.NDArray[Any], task: str | None) -> list[str]:
    if target.task != CLASSIFICATION:
        return []
    notes = []
    if task is None and target.kind is Kind.NUMBER and len(target.classes) > 2:
        notes.append(
            f"the target {target.name!r} holds {len(target.classes)} different whole numbers, "
            "which were taken for classes; with task regression they are quantities"
        )
    counts = np.bincount(codes, minlength=len(target.classes))
    alone = [str(label) for label, count in zip(target.classes, counts, strict=True) if count == 1]
    if alone:
        names = name_list(alone, 5)
        notes.append(
            f"the class {names} has only one training row"
            if len(alone) == 1
            else f"the classes {names} have only one training row each"
        )
    return notes
