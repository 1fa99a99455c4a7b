"""What a contestant is, and who there is.

A contestant is a library that trains a given network as its documentation recommends for speed. A
library that is not installed, or cannot express the network, is left out, and says why.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from contest.problem import Problem

TITLES = {
    "pellucid": "pellucid",
    "torch": "PyTorch",
    "compile": "torch.compile",
    "autotune": "torch.compile max",
    "jax": "JAX",
    "keras": "Keras on JAX",
    "sklearn": "scikit-learn",
}
"""Every contestant by the name that options know it by, with its name in tables."""

OURS = "pellucid"
_MODULES = {"compile": "torch", "autotune": "torch"}


class LeftOutError(Exception):
    """A contestant cannot take part; the text says why."""


class Contestant(ABC):
    """One library with one network, ready to train.

    Building one makes everything that can be made before the first step. Training starts from the
    problem's weights and goes through its orders of rows.
    """

    def __init__(self, problem: Problem, threads: int) -> None:
        """Build the network, with the problem's weights.

        Raises:
            LeftOutError: the library cannot express the network.
        """
        self.problem, self.threads = problem, threads

    @abstractmethod
    def reset(self) -> None:
        """Go back to the first weights, to an optimizer without past, and to the first epoch."""

    @abstractmethod
    def run(self, epochs: int) -> None:
        """Train for a number of epochs, to the last operation, from where training stands."""

    @abstractmethod
    def losses(self, steps: int) -> list[float]:
        """Return the losses of the first steps of the first epoch, from the first weights."""


Maker = Callable[[Problem, int], Contestant]
"""From a problem and the number of threads."""


@dataclass(frozen=True)
class Entry:
    """Someone on the list.

    Attributes:
        name: a key of `TITLES`.
        makers: of the variants by what they are called; the first is the one to take where there
            is no time to try all.
    """

    name: str
    makers: dict[str, Maker]

    @property
    def title(self) -> str:
        """The name in tables."""
        return TITLES[self.name]


def find_entries(names: list[str], backend: str) -> tuple[list[Entry], dict[str, str]]:
    """Return those that are there, and for the others why they are left out.

    Args:
        names: keys of `TITLES`.
        backend: pellucid's.
    """
    entries, missing = [], {}
    for name in names:
        if name not in TITLES:
            raise SystemExit(f"there is no contestant {name!r}: use some of {', '.join(TITLES)}")
        try:
            module = import_module(f"contest.with_{_MODULES.get(name, name)}")
            entries.append(Entry(name, module.makers(name, backend)))
        except ModuleNotFoundError as error:
            missing[name] = f"{error.name} is not installed"
        except LeftOutError as error:
            missing[name] = str(error)
    return entries, missing
