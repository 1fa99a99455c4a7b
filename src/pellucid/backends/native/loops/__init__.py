"""The code of a loop kernel: maps and reductions over one index space.

The domain is collapsed to as few axes as the reads allow (`domain`). Then there are four shapes of
code:

    map        for each outer index: for each vector along the last axis
    rows       the last axis is reduced: for each outer index, passes along the row
    columns    another axis is reduced: for each outer index and each vector of columns, passes
               along the reduced axis
    short rows the last axis is reduced and short: for each vector of rows, all elements of the
               rows in registers, each in a vector of its own

A pass ends where a reduction has to be complete before others can go on (`passes`). A reduction
adds in 16 virtual lanes and a fixed tree (`elements`), so that its bits depend on the order of the
elements alone. Threads share the longest axis that is not reduced (`walk`).
"""

from __future__ import annotations

from pellucid.backends.native.loops.writer import LoopWriter

__all__ = ["LoopWriter"]
