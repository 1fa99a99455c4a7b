"""How one column becomes columns of numbers: what every kind of column has to answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from pellucid.data.kinds import Kind
from pellucid.data.table import Column

__all__ = ["ColumnEncoding"]


class ColumnEncoding(ABC):
    """What was learned about one column from the training rows.

    A new way to encode a column is a subclass and an entry in `encoding.ENCODINGS`.
    """

    word: ClassVar[str]
    """What the description calls this encoding."""

    kind: ClassVar[Kind]
    """The kind of column that it encodes."""

    name: str
    """The user's name of the column."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names of the encoded columns."""

    @property
    @abstractmethod
    def remark(self) -> str | None:
        """What is unusual about this column, the end of a sentence that begins with its name."""

    @abstractmethod
    def write(self, column: Column, output: npt.NDArray[np.float32]) -> None:
        """Encode a column of the same name into `output`, float32 zeros of (rows, names).

        Raises DataError, naming row and value, for values that cannot be encoded.
        """

    @abstractmethod
    def unseen(self, column: Column) -> int:
        """How many values of a column of the same name are unlike any that was learned from."""

    @abstractmethod
    def description(self) -> dict[str, Any]:
        """This encoding as plain JSON."""
