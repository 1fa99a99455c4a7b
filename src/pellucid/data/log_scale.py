"""A logarithmic scale for a quantity that is to be predicted, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pellucid.data.table import Column, did_you_mean, name_list
from pellucid.errors import DataError, OptionError

__all__ = ["LINEAR", "LOGARITHMS", "LogScale", "check_log"]

Float64s = npt.NDArray[np.float64]

# exp of this is just below float64's greatest number.
_MOST = 709.7


@dataclass(frozen=True)
class LogScale:
    """'log': the natural logarithm; 'log1p': that of 1 + x; 'none': x as it is.

    >>> LogScale("log1p").undo(LogScale("log1p").apply(np.array([0.0, 3.0]))).tolist()
    [0.0, 3.0]
    """

    name: str

    def check(self, column: Column, values: Float64s) -> None:
        """DataError, naming the row, if one of the column's numbers has no logarithm."""
        least = {"log": 0.0, "log1p": -1.0}.get(self.name, -np.inf)
        if (values <= least).any():
            index = int(np.argmax(values <= least))
            need = "above 0" if self.name == "log" else "above -1"
            remedy = (
                "log1p takes 0 as well"
                if self.name == "log" and values.min() > -1.0
                else "leave the logarithmic scale out"
            )
            raise DataError(
                f"{column.place(index)} is {values[index]:g}, but the logarithmic scale "
                f"{self.name!r} needs numbers {need}: {remedy}"
            )

    def apply(self, values: Float64s) -> Float64s:
        """The logarithms of values of any shape, float64."""
        if self.name == "log":
            return np.log(values)
        return np.log1p(values) if self.name == "log1p" else values

    def undo(self, logarithms: Float64s) -> Float64s:
        """The values of logarithms of any shape, float64, finite for finite ones."""
        if self.name == "log":
            return np.exp(np.minimum(logarithms, _MOST))
        return np.expm1(np.minimum(logarithms, _MOST)) if self.name == "log1p" else logarithms


LINEAR = LogScale("none")

LOGARITHMS: Mapping[str, LogScale] = MappingProxyType(
    {name: LogScale(name) for name in ("none", "log", "log1p")}
)
"""The scales by their names."""


def check_log(name: str | None) -> LogScale:
    """The scale of that name, linear for None; OptionError if there is none."""
    if name is None:
        return LINEAR
    if name not in LOGARITHMS:
        choices = ["log", "log1p"]
        raise OptionError(
            f"the logarithmic scale must be one of {name_list(choices)}, but it is {name!r}"
            f"{did_you_mean(name, choices)}"
        )
    return LOGARITHMS[name]
