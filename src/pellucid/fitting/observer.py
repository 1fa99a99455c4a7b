"""Who is told what happens during a fit: nobody, unless a subclass such as the command line's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pellucid.backends.base import Control
from pellucid.graph.program import RunProgram
from pellucid.training.recipe import Recipe

if TYPE_CHECKING:
    from pellucid.fitting.fit import Fit
    from pellucid.fitting.preparation import Preparation
    from pellucid.layers.summary import Summary


class Observer:
    """Is told what happens, in this order; every method may be overridden."""

    def found(self, preparation: Preparation) -> None:
        """The data were read and encoded."""

    def built(self, summary: Summary) -> None:
        """The network was built."""

    @contextmanager
    def training(self, control: Control, recipe: Recipe, program: RunProgram) -> Iterator[None]:
        """Training goes on inside; `control` tells how far it is."""
        yield

    @contextmanager
    def working(self, stage: str) -> Iterator[None]:
        """What follows training goes on inside.

        It is "judging", then "explaining" and "drawing", or without a page "diagnosing" and
        "keeping".
        """
        yield

    def finished(self, fit: Fit) -> None:
        """Everything is done."""
