"""A picture as numbers: grey values, three channels of colour, and sums of pixels with weights.

A grey picture is a table of numbers, one for each pixel; a colour picture has three such tables,
the amounts of red, green and blue. A network takes a row of numbers, so a picture is flattened:
one line of pixels after the other. Standardising takes from each pixel its mean over all pictures
and divides by its standard deviation; then it says not how dark a pixel is, but how unusual that is
there. And a unit's score is a weighted sum of pixels: with the weights of a template it tells how
much of the template is in the picture, and with few weights, slid over it, where an edge is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, FAINT, INK, VERMILLION, drawing
from pellucid.graph.node import Node, constant_node

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIDE, SHOWN = 8, 13
"""Pixels on a side of a digit, and which of the digits is shown: a three."""
ROWS, COLUMNS = 24, 36
PLACE = (16, 20, 0)
"""Row, column and channel of the number that is followed through the flattening."""
TEMPLATE = (3, 8)
"""A template that has what a 3 has beyond an 8."""
LEARNED_ROWS = 1000
EDGES = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]], np.float32)
"""Brightness on the right less that on the left."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was computed.

    Attributes:
        digit: the shown digit as it is kept, (8, 8), from 0 for paper to 16 for ink.
        row: the same flattened, (64,).
        mean: of each pixel over all digits, (8, 8).
        deviation: of each pixel, (8, 8); 0 where it is the same in all.
        standard: the shown digit standardised, (8, 8), 0 where the deviation is.
        colours: the colour picture, whole numbers from 0 to 255, (ROWS, COLUMNS, 3).
        flat: the same flattened, (ROWS * COLUMNS * 3,).
        template: weights of pixels, (8, 8).
        scores: digit to the weighted sums of the pictures of it that the template was not made of.
        middle: the score half way between the mean pictures of both digits.
        right: the share of these pictures on the right side of the middle.
        edges: the filter's weighted sum at each place of the brightness, (ROWS - 2, COLUMNS - 2).
    """

    digit: Array
    row: Array
    mean: Array
    deviation: Array
    standard: Array
    colours: Array
    flat: Array
    template: Array
    scores: dict[int, Array]
    middle: float
    right: float
    edges: Array


def digits() -> tuple[Array, Array]:
    """Return pictures, (rows, 8, 8), and the digits on them, (rows,)."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return data.images.astype(np.float32), data.target


def paint() -> Array:
    """Return a red house with a yellow sun over green grass: (ROWS, COLUMNS, 3)."""
    down, across = np.mgrid[:ROWS, :COLUMNS]
    picture = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    picture[:] = (120, 180, 235)
    picture[(down - 5) ** 2 + (across - 28) ** 2 <= 10] = (255, 215, 0)
    picture[down >= 18] = (70, 150, 60)
    picture[(down >= 12) & (down < 21) & (across >= 8) & (across < 22)] = (200, 45, 40)
    picture[(down >= 5) & (down < 12) & (abs(across - 14.5) <= (down - 4) * 1.25)] = (95, 60, 50)
    picture[(down >= 14) & (down < 18) & (across >= 16) & (across < 20)] = (250, 250, 250)
    picture[(down >= 15) & (down < 21) & (across >= 10) & (across < 14)] = (60, 40, 90)
    return picture


def run() -> Numbers:
    """Flatten, standardise, and weigh the pixels of both pictures."""
    pictures, labels = digits()
    colours = paint()
    x, values = constant_node(pictures), constant_node(colours.astype(np.float32))
    mean, deviation = p.mean(x, 0), p.sqrt(p.variance(x, 0))
    varies = p.greater(deviation, 0.0)
    standard = p.where(varies, (x[SHOWN] - mean) / p.where(varies, deviation, 1.0), 0.0)
    known, new = pictures[:LEARNED_ROWS], labels[LEARNED_ROWS:]
    of_known = (known[labels[:LEARNED_ROWS] == digit] for digit in TEMPLATE)
    first, second = (p.mean(constant_node(some), 0) for some in of_known)
    template = first - second
    middle = p.sum((first + second) / 2.0 * template)
    scores = p.sum(x[LEARNED_ROWS:] * template, (1, 2))
    outputs = [p.reshape(x[SHOWN], (-1,)), mean, deviation, standard, p.reshape(values, (-1,))]
    outputs += [template, scores, middle, slide(p.mean(values, 2), EDGES)]
    row, means, deviations, unusual, flat, weights, sums, limit, edges = evaluate(outputs, {})
    by_digit = {digit: sums[new == digit] for digit in TEMPLATE}
    right = np.append(by_digit[TEMPLATE[0]] > limit, by_digit[TEMPLATE[1]] < limit).mean()
    return Numbers(
        *(pictures[SHOWN], row, means, deviations, unusual, colours, flat.astype(int), weights),
        *(by_digit, limit.item(), float(right), edges),
    )


def slide(picture: Node, weights: Array) -> Node:
    """Return the weighted sum at each place where the weights fit into a picture."""
    pairs = zip(picture.shape, weights.shape, strict=True)
    height, width = (whole - part + 1 for whole, part in pairs)
    total = p.full((height, width), 0.0, "float32")
    for (down, across), weight in np.ndenumerate(weights):
        total = total + picture[down : down + height, across : across + width] * float(weight)
    return total


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    down, across, channel = PLACE
    at = (down * COLUMNS + across) * 3 + channel
    never = int((numbers.deviation == 0).sum())
    first, second = (f"{scores.mean():.0f}" for scores in numbers.scores.values())
    count = sum(map(len, numbers.scores.values()))
    most = np.unravel_index(numbers.standard.argmax(), numbers.standard.shape)
    return "\n".join(
        [
            f"A grey picture of {SIDE} rows and {SIDE} columns, from 0 (paper) to 16 (ink):",
            *("  " + "".join(f"{value:4.0f}" for value in line) for line in numbers.digit),
            f"Flattened, its {numbers.row.size} numbers stand in one row, line after line.",
            "",
            f"A colour picture has the shape {numbers.colours.shape}: rows, columns and channels.",
            f"In row {down}, column {across} it has {numbers.colours[down, across].tolist()}: red, "
            "green, blue, from 0 to 255.",
            f"Flattened, {numbers.flat.size:,} numbers: its red is number ({down} x {COLUMNS} + "
            f"{across}) x 3 + {channel} = {at:,}: {numbers.flat[at]}.",
            "",
            f"Standardised over all digits: {never} of {SIDE * SIDE} pixels never change and are "
            f"set to 0. Row {most[0]}, column {most[1]}",
            f"has the most unusual ink, {numbers.standard.max():.1f} deviations above its mean.",
            "",
            f"Template, mean {TEMPLATE[0]} less mean {TEMPLATE[1]}: the weighted sum of pixels is "
            f"{first} for a {TEMPLATE[0]} and {second} for an {TEMPLATE[1]},",
            f"in the mean of {count} pictures it was not made of; {numbers.right:.1%} lie on the "
            f"right side of {numbers.middle:.0f}.",
            f"Filter of 3 by 3 weights on brightness: {numbers.edges.min():.0f} (right side darker)"
            f" to {numbers.edges.max():.0f}.",
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the digit, its numbers, its row; the channels; the template and the filter at work."""
    with drawing(path, 12.0, 10.4) as figure:
        edges = {"left": 0.02, "right": 0.98, "top": 0.965, "bottom": 0.055}
        grid = figure.add_gridspec(
            4, 4, height_ratios=(3, 0.36, 2, 3), **edges, wspace=0.08, hspace=0.27
        )
        ink = {"cmap": "gray_r", "vmin": 0, "vmax": 16}
        top = [figure.add_subplot(grid[0, column]) for column in range(4)]
        _show(top[0], "A grey picture", numbers.digit, **ink)
        _show(top[1], "is a table of numbers", numbers.digit, **ink)
        _show(top[2], "Mean of all digits", numbers.mean, **ink)
        _show_signed(top[3], "Standardised", numbers.standard)
        _write(top[1], numbers.digit)
        _write(top[2], numbers.mean)
        _write(top[3], numbers.standard)
        strip = figure.add_subplot(grid[1, :])
        title = "Flattened: one line of pixels after the other"
        _show(strip, title, numbers.row[None], aspect="auto", **ink)
        for line in range(1, SIDE):
            strip.axvline(line * SIDE - 0.5, color=VERMILLION, linewidth=1)
        whole = figure.add_subplot(grid[2, 0])
        _show(whole, f"Colour: shape {numbers.colours.shape}", numbers.colours)
        for channel, name in enumerate(("red", "green", "blue")):
            alone = np.zeros_like(numbers.colours)
            alone[:, :, channel] = numbers.colours[:, :, channel]
            title = f"Channel {channel}: amount of {name}"
            _show(figure.add_subplot(grid[2, 1 + channel]), title, alone)
        axes = figure.add_subplot(grid[3, 0], anchor="N")
        title = f"Template: mean {TEMPLATE[0]} less mean {TEMPLATE[1]}"
        _show_signed(axes, title, numbers.template)
        _write(axes, numbers.template)
        axes = figure.add_subplot(grid[3, 1:3])
        bins = np.histogram_bin_edges(np.concatenate(list(numbers.scores.values())), 30).tolist()
        for (digit, scores), colour in zip(numbers.scores.items(), (VERMILLION, BLUE), strict=True):
            axes.hist(scores, bins, color=colour, alpha=0.6, label=f"pictures of {digit}")
        axes.axvline(numbers.middle, color=INK, linewidth=1, linestyle="--", label="middle")
        title = "Sum of pixels, weighted by the template: number of pictures"
        axes.set(title=title, xlabel="weighted sum")
        axes.tick_params(axis="y", direction="in", pad=-16)
        axes.set_ylim(0.0, 1.25 * axes.get_ylim()[1])
        axes.legend(loc="upper center", ncols=3, frameon=True, framealpha=1.0, edgecolor="none")
        last = figure.add_subplot(grid[3, 3], anchor="N")
        _show_signed(last, "Filter: brighter on the right", numbers.edges)


def _show(axes: Axes, title: str, values: Array, **style: Any) -> None:
    """Show numbers as a picture."""
    axes.imshow(values, interpolation="nearest", **style)
    axes.set(title=title, xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=FAINT)


def _show_signed(axes: Axes, title: str, values: Array) -> None:
    """Show numbers in red above 0 and in blue below."""
    reach = float(np.abs(values).max())
    _show(axes, title, values, cmap="RdBu_r", vmin=-reach, vmax=reach)


def _write(axes: Axes, values: Array) -> None:
    """Write each number on its pixel, in white where the pixel is dark."""
    form = ".0f" if (values == np.round(values)).all() else ".1f"
    for (down, across), value in np.ndenumerate(values):
        colour = "white" if abs(value) > 0.55 * np.abs(values).max() else INK
        # Adding 0 makes a negative 0 a plain one.
        text = f"{np.round(value, 1) + 0.0:{form}}"
        axes.text(across, down, text, ha="center", va="center", color=colour, size=7.5)
