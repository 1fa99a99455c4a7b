"""How an array is read: a place, and a stride for each axis, in elements of a contiguous buffer.

    view = shape, strides, offset

Transposing, slicing, flipping, broadcasting and most reshaping change the view and move nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from pellucid.graph.node import Node
from pellucid.shapes import Shape

VIEWS = frozenset({"reshape", "transpose", "broadcast", "slice", "flip"})
"""The primitives that only change how an array is read."""


@dataclass(frozen=True)
class View:
    """Where the element at an index lies: offset + the sum of index times stride.

    Example:
        >>> contiguous((2, 3)).transposed((1, 0))
        View(shape=(3, 2), strides=(1, 3), offset=0)
    """

    shape: Shape
    strides: tuple[int, ...]
    offset: int = 0

    @property
    def is_contiguous(self) -> bool:
        """Whether it reads a whole buffer in its own order; strides of length 1 do not count."""
        if self.offset:
            return False
        expected = 1
        for length, stride in zip(reversed(self.shape), reversed(self.strides), strict=True):
            if length != 1:
                if stride != expected:
                    return False
                expected *= length
        return True

    @property
    def has_lines(self) -> bool:
        """Whether one of the last two axes is of neighbours, or of one element."""
        return 1 in self.shape[-2:] or 1 in self.strides[-2:]

    def transposed(self, axes: Sequence[int]) -> View:
        """Return the view with its axes in another order."""
        return View(
            tuple(self.shape[axis] for axis in axes),
            tuple(self.strides[axis] for axis in axes),
            self.offset,
        )

    def broadcast(self, shape: Shape) -> View:
        """Return the view repeated along axes of length 1 and along new leading axes."""
        new = len(shape) - len(self.shape)
        strides = [0] * new
        for length, stride, wanted in zip(self.shape, self.strides, shape[new:], strict=True):
            strides.append(0 if length == 1 and wanted != 1 else stride)
        return View(shape, tuple(strides), self.offset)

    def sliced(self, starts: Shape, stops: Shape, steps: Shape) -> View:
        """Return the part from `starts` up to `stops` in `steps`."""
        lengths = (
            -(-(stop - start) // step)
            for start, stop, step in zip(starts, stops, steps, strict=True)
        )
        return View(
            tuple(lengths),
            tuple(stride * step for stride, step in zip(self.strides, steps, strict=True)),
            self.offset + sum(s * start for s, start in zip(self.strides, starts, strict=True)),
        )

    def flipped(self, axes: Sequence[int]) -> View:
        """Return the view with some axes reversed."""
        strides, offset = list(self.strides), self.offset
        for axis in axes:
            offset += max(0, self.shape[axis] - 1) * strides[axis]
            strides[axis] = -strides[axis]
        return View(self.shape, tuple(strides), offset)

    def reshaped(self, shape: Shape) -> View | None:
        """Return the same elements under another shape, or None where strides cannot say it."""
        if shape == self.shape:
            return self
        if prod(shape) == 0:
            return View(shape, (0,) * len(shape), self.offset)
        old = [(n, s) for n, s in zip(self.shape, self.strides, strict=True) if n != 1]
        strides = [0] * len(shape)
        new = [axis for axis, length in enumerate(shape) if length != 1]
        i = j = 0
        while i < len(old) and j < len(new):
            first_old, first_new = i, j
            n_old, n_new = old[i][0], shape[new[j]]
            while n_old != n_new:
                if n_old < n_new:
                    i += 1
                    n_old *= old[i][0]
                else:
                    j += 1
                    n_new *= shape[new[j]]
            for k in range(first_old, i):
                if old[k][1] != old[k + 1][1] * old[k + 1][0]:
                    return None
            stride = old[i][1]
            for k in range(j, first_new - 1, -1):
                strides[new[k]] = stride
                stride *= shape[new[k]]
            i += 1
            j += 1
        return View(shape, tuple(strides), self.offset)


def contiguous(shape: Shape) -> View:
    """Return the view that reads a whole buffer row by row."""
    strides, stride = [], 1
    for length in reversed(shape):
        strides.append(stride)
        stride *= length
    return View(shape, tuple(reversed(strides)))


def through(node: Node, view: View) -> View | None:
    """Return how a node of `VIEWS` reads a buffer that its input reads by `view`.

    None stands for a reshape that strides cannot express: the input has to be copied.
    """
    name, attributes = node.primitive.name, node.attributes
    if name == "reshape":
        return view.reshaped(node.shape)
    if name == "transpose":
        return view.transposed(attributes["axes"])
    if name == "broadcast":
        return view.broadcast(node.shape)
    if name == "slice":
        return view.sliced(attributes["starts"], attributes["stops"], attributes["steps"])
    return view.flipped(attributes["axes"])


def common_refinement(a: Shape, b: Shape) -> Shape | None:
    """Return the coarsest shape of which both are made by joining neighbouring axes.

    None where there is none. Axes of length 1 are left out.

    Example:
        >>> common_refinement((6, 4), (2, 3, 4)), common_refinement((6, 4), (4, 6))
        ((2, 3, 4), None)
    """
    left, right = [n for n in a if n != 1], [n for n in b if n != 1]
    result: list[int] = []
    while left and right:
        n, m = left.pop(0), right.pop(0)
        small, large = min(n, m), max(n, m)
        if small == 0 or large % small:
            return None
        result.append(small)
        if n > m:
            left.insert(0, n // m)
        elif m > n:
            right.insert(0, m // n)
    # What remains can only be ones, as the sizes are equal.
    return tuple(result)


def collapse(
    shape: Shape, strides: Sequence[Sequence[int]], separate: Sequence[bool]
) -> tuple[list[int], list[bool], list[list[int]]]:
    """Return a shape with as few axes as all the strides allow.

    Args:
        shape: of the index space.
        strides: for each array, its stride along each axis.
        separate: for each axis its class; only axes of one class are joined.

    Returns:
        the lengths, the classes, and for each array its strides.
    """
    lengths: list[int] = []
    classes: list[bool] = []
    kept: list[list[int]] = [[] for _ in strides]
    for axis, length in enumerate(shape):
        if length == 1:
            continue
        joined = bool(lengths) and classes[-1] == separate[axis]
        if joined:
            for old, own in zip(kept, strides, strict=True):
                if old[-1] != own[axis] * length:
                    joined = False
                    break
        if joined:
            lengths[-1] *= length
            for old, own in zip(kept, strides, strict=True):
                old[-1] = own[axis]
        else:
            lengths.append(length)
            classes.append(separate[axis])
            for old, own in zip(kept, strides, strict=True):
                old.append(own[axis])
    return lengths, classes, kept
