"""How one column becomes columns of numbers: what every way to encode has to answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from pellucid.data.storage import Storage
from pellucid.data.table import Column
from pellucid.language import Sentence

__all__ = ["ColumnEncoding"]


class ColumnEncoding(ABC):
    """What was learned about one column from the training rows.

    A new way to encode a column is a subclass and an entry in `encoding.ENCODINGS`.
    """

    word: ClassVar[str]
    """What the description calls this encoding."""

    is_quantity: bool = False
    """Whether the encoded column of the column's own name holds a quantity in standard units."""

    name: str
    """The user's name of the column."""

    storage: Storage
    """How the column's values were held: new rows are best read the same way."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names of the encoded columns."""

    @property
    def codes(self) -> int | None:
        """How many whole numbers 0, 1, .. its one encoded column may hold, for an embedding.

        None where the encoded columns are quantities.
        """
        return None

    @property
    def pools(self) -> bool:
        """Whether rare values of the training rows count as unseen ones."""
        return False

    @property
    def remark(self) -> Sentence | None:
        """What is unusual about this column, for the user; None if nothing is."""
        return None

    @property
    def becomes(self) -> Sentence | None:
        """What the network gets of this column, where its kind does not say it."""
        return None

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

    @classmethod
    @abstractmethod
    def from_description(cls, description: Any) -> ColumnEncoding:
        """The encoding that `description` described; ModelFileError if it describes none."""
