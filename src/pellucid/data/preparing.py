"""What the user says of how a table is to be prepared, and whether the columns fit that.

Receives options as the room `data` has them; refuses, in the options' names, what cannot be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from pellucid.data.kinds import Kind, Told
from pellucid.data.reading import Reading
from pellucid.data.scaling_choice import AUTO
from pellucid.data.split_choice import GROUP, TIME, Splitting
from pellucid.data.storage import Storage
from pellucid.data.table import Table, did_you_mean
from pellucid.errors import OptionError

__all__ = ["Preparing"]

STORAGES: Mapping[Kind, Storage] = MappingProxyType(
    {
        Kind.NUMBER: Storage.NUMBER,
        Kind.DATE: Storage.TIME,
        Kind.CATEGORY: Storage.WORDS,
        Kind.ORDERED: Storage.WORDS,
        Kind.IDENTIFIER: Storage.WORDS,
        Kind.TEXT: Storage.WORDS,
    }
)
"""How a file's column is held that is told to be of a kind."""


@dataclass(frozen=True)
class Preparing:
    """What the user says of how a table is to be prepared.

    Attributes:
        task: 'classification' or 'regression'; found out from the target if None.
        log: 'log' or 'log1p' for quantities whose logarithm is learned.
        positive: which of two classes is looked for; the rarer one if None.
        told: what columns are taken for, where their look is not to decide.
        drop: columns that are not used at all.
        keep: columns that are not used, but are carried to the predictions.
        splitting: how rows are dealt out.
        scaling: of numbers: 'auto', 'standard', 'robust' or 'quantile'.
        embedding: whether columns of many categories become codes for an embedding.
        seed: of the split.
    """

    task: str | None = None
    log: str | None = None
    positive: str | None = None
    told: Mapping[str, Told] = field(default_factory=dict)
    drop: Sequence[str] = ()
    keep: Sequence[str] = ()
    splitting: Splitting = field(default_factory=Splitting)
    scaling: str = AUTO
    embedding: bool = True
    seed: int = 0

    @property
    def group_column(self) -> str | None:
        """The column that says the groups: it names rows, and is no feature; a time may be one."""
        return self.splitting.column if self.splitting.way == GROUP else None

    @property
    def time_column(self) -> str | None:
        """The column that says the time by which rows are split."""
        return self.splitting.column if self.splitting.way == TIME else None

    @property
    def set_aside(self) -> frozenset[str]:
        """The columns that are carried along but are no features."""
        return frozenset((*self.keep, *((self.group_column,) if self.group_column else ())))

    @property
    def set_apart(self) -> frozenset[str]:
        """The columns whose values are taken as they are written: told, kept, or to split by."""
        column = self.splitting.column
        return frozenset(
            (*self.told, *self.drop, *self.keep, *(() if column is None else (column,)))
        )

    def read_with(self, reading: Reading) -> Reading:
        """Return how files are read so that columns are held as their kinds need."""
        kinds = {name: told.kind for name, told in self.told.items()}
        storages = {name: STORAGES[kind] for name, kind in kinds.items() if kind in STORAGES}
        storages = {**storages, **reading.storages}
        numbers = [name for name, kind in kinds.items() if kind is Kind.NUMBER]
        bounds = (*reading.bounds, *numbers)
        return replace(reading, storages=storages, drop=tuple(self.drop), bounds=bounds)

    def check_names(self, table: Table, named: str | Sequence[str]) -> None:
        """OptionError where a column is not there, or has two parts; `named` are the targets."""
        targets = {named} if isinstance(named, str) else set(named)
        for option, names in (("drop", self.drop), ("keep", self.keep)):
            for name in names:
                if name not in table:
                    raise OptionError(
                        f"--{option} {name}: {table.source} has no such column"
                        f"{did_you_mean(name, table.names)}. {table.names_in_words}"
                    )
                if name in targets:
                    raise OptionError(f"--{option} {name}: this column is the target")
        column = self.splitting.column
        table.require_usable([*self.keep, *([] if column is None else [column])])
        for name in self.keep:
            if name == "prediction" or name.startswith(("prediction_", "probability_")):
                raise OptionError(
                    f"--keep {name}: a column of predictions will have that name; rename this one"
                )
        both = [name for name in self.drop if name in self.keep]
        if both:
            raise OptionError(f"the column {both[0]!r} cannot be dropped and kept")
        if column is not None and column in (*self.drop, *targets):
            what = "the target" if column in targets else "dropped (--keep only leaves it unused)"
            raise OptionError(f"--split {self.splitting}: the column {column!r} is {what}")
        for name in self.told:
            if name in targets:
                raise OptionError(
                    f"--column {name}: this column is the target; --task classification or "
                    "--task regression says what it is taken for"
                )
            if name in self.drop:
                raise OptionError(f"--column {name}: this column is dropped")
