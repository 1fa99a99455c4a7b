"""Tells later whether rows are among those that a network was trained on, from a small sample.

Receives the hashes of training rows; keeps the smallest, which are a random sample of the different
rows that any other table can be held against: of its rows, those with hashes as small are a random
sample too, and each of them is either in the first sample or was not trained on (Broder 1997, "On
the resemblance and containment of documents").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.descriptions import text_of
from pellucid.data.duplicates import Hashes, rows_seen_before
from pellucid.errors import ModelFileError

__all__ = ["SeenRows"]

MOST = 1000
"""So many hashes tell a share of rows to within 3 %."""
_DIGITS = 16


@dataclass(frozen=True, eq=False)
class SeenRows:
    """A sample of the rows that were trained on.

    Attributes:
        hashes: the smallest, ascending, uint64.
        reach: the largest hash that would be in the sample.
    """

    hashes: Hashes
    reach: int

    @classmethod
    def of(cls, hashes: Hashes, most: int = MOST) -> SeenRows:
        """Return the sample of rows with these hashes.

        Example:
            >>> seen = SeenRows.of(np.arange(4, dtype=np.uint64))
            >>> seen.share_of(np.array([3, 4, 5, 0], dtype=np.uint64))
            0.5
        """
        different = np.unique(hashes)
        if len(different) <= most:
            return cls(different, 2**64 - 1)
        return cls(different[:most], int(different[most - 1]))

    def share_of(self, hashes: Hashes) -> float:
        """Return which share of other rows was trained on, as far as the sample tells."""
        within: npt.NDArray[np.bool_] = hashes <= np.uint64(self.reach)
        if not within.any():
            return 0.0
        return float(rows_seen_before(self.hashes, hashes[within]).mean())

    def description(self) -> dict[str, Any]:
        """Return the sample as plain JSON."""
        digits = "".join(f"{value:0{_DIGITS}x}" for value in self.hashes.tolist())
        return {"hashes": digits, "reach": f"{self.reach:x}"}

    @classmethod
    def from_description(cls, description: Any) -> SeenRows:
        """Return the sample that was described.

        Raises:
            ModelFileError: none is described.
        """
        digits, reach = text_of(description, "hashes"), text_of(description, "reach")
        starts = range(0, len(digits), _DIGITS)
        try:
            values = [int(digits[start : start + _DIGITS], 16) for start in starts]
            return cls(np.sort(np.array(values, dtype=np.uint64)), int(reach, 16))
        except (ValueError, OverflowError):
            raise ModelFileError(f"no rows are described by {digits[:40]!r}") from None
