"""One-hot or embedding: how a column with many values enters a network.

There are 200 shops. One-hot coding gives each a column of its own, 1 for that shop and 0 for the
others; the layer after it then has a row of weights for each shop. An embedding gives each shop a
short vector that is learned. That is no other kind of layer: one-hot times a matrix *is* the row of
the matrix, so an embedding is a one-hot input with a narrow first matrix that is looked up and not
multiplied. What differs is its width, and so how many weights each shop has to learn of its own.

The sales are invented: each shop has a strongest month and a strength, a point in the plane that no
column tells. If the shops are alike in such a way, their learned vectors should show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, FAINT, GREEN, INK, ORANGE, PURPLE, SKY, VERMILLION, drawing
from pellucid.graph.node import Node, constant_node, input_node
from pellucid.layers import Dense, Embedding, Sequential
from pellucid.layers.base import Layer
from pellucid.layers.mode import Mode
from pellucid.losses import SquaredError
from pellucid.training.train import Trained, train

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOPS, MONTHS, UNITS = 200, 12, 32
NOISE = 0.3
ROWS_EACH = (4, 8, 16, 32)
HELD_ROWS, TEST_ROWS = 1000, 4000
SEEDS, UPDATES, BATCH = range(3), 4000, 50
WIDTHS = {"one-hot": 0, "embedding, 1 wide": 1, "embedding, 2 wide": 2, "embedding, 8 wide": 8}
SHOWN = "embedding, 2 wide"


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was measured.

    Attributes:
        lookup_difference: the largest difference of one-hot times a table and the rows looked up.
        gradient_difference: the same of the table's gradients.
        weights: method to the number of its parameters.
        errors: method to the mean squared error on test rows, (ROWS_EACH, SEEDS).
        noise_error: that of the curves that the sales were drawn from.
        vectors: rows of each shop to the vectors learned by `SHOWN` of the first seed, (SHOPS, 2).
        apart: the same to how many months apart the strongest months of a shop and of the shop
            with the nearest vector are, in the mean; 3 by chance.
    """

    lookup_difference: float
    gradient_difference: float
    weights: dict[str, int]
    errors: dict[str, Array]
    noise_error: float
    vectors: dict[int, Array]
    apart: dict[int, float]


class OneHot(Layer):
    """Gives a column of 0 and 1 for each shop, and one for each month."""

    def call(self, x: Node, mode: Mode) -> Node:
        """Return (rows, SHOPS + MONTHS) for the numbers of shop and month, (rows, 2)."""
        return p.concatenate([p.one_hot(x[:, 0], SHOPS), p.one_hot(x[:, 1], MONTHS)], 1)


def hidden_points() -> Array:
    """Return the point of each shop, (SHOPS, 2): direction is its month, length its strength."""
    random = np.random.default_rng(0)
    angle, strength = random.uniform(0, 2 * np.pi, SHOPS), random.uniform(0.5, 1.5, SHOPS)
    return (strength * np.stack([np.cos(angle), np.sin(angle)])).T


def season(x: Array) -> Array:
    """Return the sales to be expected of shop and month, (rows, 2): beyond the mean, (rows,)."""
    angle = 2 * np.pi * x[:, 1] / MONTHS
    return (hidden_points()[x[:, 0]] * np.stack([np.cos(angle), np.sin(angle)], 1)).sum(1)


def sales(rows: int, seed: int) -> tuple[Array, Array]:
    """Return shop and month, (rows, 2), each shop equally often, and the sales, (rows, 1)."""
    random = np.random.default_rng(seed)
    x = np.stack([np.arange(rows) % SHOPS, random.integers(0, MONTHS, rows)], 1).astype(np.int32)
    y = season(x) + random.normal(0.0, NOISE, rows)
    return x, y.astype(np.float32).reshape(-1, 1)


def train_network(method: str, rows_each: int, seed: int) -> Trained:
    """Train on so many rows of each shop; the weights of the best validation loss are kept."""
    first: Layer = OneHot()
    if WIDTHS[method]:
        first = Embedding([SHOPS, MONTHS], [WIDTHS[method], 2], name="embedding")
    return train(
        Sequential(first, Dense(UNITS, "relu"), Dense(1)),
        *sales(rows_each * SHOPS, 100 + seed),
        validation=sales(HELD_ROWS, 1),
        loss="squared_error",
        learning_rate=0.03,
        schedule="cosine",
        epochs=UPDATES * BATCH // (rows_each * SHOPS),
        batch_size=BATCH,
        restore_best=True,
        seed=seed,
    )


def look_up() -> tuple[float, float]:
    """Return the largest differences of multiplying and looking up: of results, of gradients."""
    random = np.random.default_rng(0)
    table = input_node("table", (SHOPS, 8))
    shops = constant_node(random.integers(0, SHOPS, 1000), "int32")
    weights = constant_node(random.normal(size=(1000, 8)), "float32")
    both = p.one_hot(shops, SHOPS) @ table, p.gather(table, shops)
    slopes = [gradients(p.sum(weights * vectors), [table])[0] for vectors in both]
    outputs = [p.max(p.abs(one - other)) for one, other in (both, slopes)]
    first, second = evaluate(outputs, {table: random.normal(size=(SHOPS, 8))})
    return first.item(), second.item()


def run() -> Numbers:
    """Compare looking up with multiplying, and train each method on few and on many rows."""
    x, y = sales(TEST_ROWS, 2)
    weights, errors, vectors, apart = {}, {}, {}, {}
    for method in WIDTHS:
        each = np.zeros((len(ROWS_EACH), len(SEEDS)))
        for (place, seed), _ in np.ndenumerate(each):
            trained = train_network(method, ROWS_EACH[place], seed)
            each[place, seed] = _squared_error(trained.predict(x), y)
            if method == SHOWN and seed == 0:
                table = trained.parameters["embedding.tables_1"]
                vectors[ROWS_EACH[place]] = table
                apart[ROWS_EACH[place]] = months_apart(table)
        weights[method] = sum(value.size for value in trained.parameters.values())
        errors[method] = each
    noise_error = _squared_error(season(x).astype(np.float32).reshape(-1, 1), y)
    return Numbers(*look_up(), weights, errors, noise_error, vectors, apart)


def _squared_error(said: Array, truth: Array) -> float:
    return evaluate(SquaredError()(constant_node(said), constant_node(truth)), {}).item()


def strongest_months() -> Array:
    """Return the month in which each shop sells most, from 0 to 12, (SHOPS,)."""
    points = hidden_points()
    return np.arctan2(points[:, 1], points[:, 0]) % (2 * np.pi) * MONTHS / (2 * np.pi)


def months_apart(vectors: Array) -> float:
    """Return how far, in the mean, the strongest months of shops with nearest vectors are apart."""
    x = constant_node(vectors)
    distances = p.sum(p.square(p.expand_dims(x, 1) - x), 2)
    nearest = p.argmin(distances + np.diag(np.full(SHOPS, np.inf, np.float32)), 1)
    month = constant_node(strongest_months())
    apart = p.abs(p.gather(month, nearest) - month)
    return evaluate(p.mean(p.minimum(apart, MONTHS - apart)), {}).item()


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [
        f"One-hot times a table and the rows looked up differ by {numbers.lookup_difference:g}; "
        f"the table's gradients by {numbers.gradient_difference:.0e}.",
        "",
        f"Mean squared test error and half its range over {len(SEEDS)} seeds, by rows of each of "
        f"{SHOPS} shops:",
        f"  {'':20}{'weights':>9}" + "".join(f"{rows:>12}" for rows in ROWS_EACH),
    ]
    for method, each in numbers.errors.items():
        cells = "".join(f"{row.mean():8.2f} ±{np.ptp(row) / 2:.2f}"[-12:] for row in each)
        lines.append(f"  {method:20}{numbers.weights[method]:9,}{cells}")
    apart = ", ".join(f"{months:.1f} ({rows})" for rows, months in numbers.apart.items())
    return "\n".join(
        [
            *lines,
            f"  the curves that the sales were drawn from: {numbers.noise_error:.3f}",
            "",
            "No column tells a shop's strongest month. A shop and the one whose vector, 2 wide, is",
            f"nearest are so many months apart (rows each): {apart};",
            "3 by chance. In the picture like months have like colours; strong shops are large.",
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the errors, the shops' hidden points, and the vectors learned from few and many rows."""
    with drawing(path, 11.0, 9.6) as figure:
        grid = figure.subplots(2, 2)
        figure.subplots_adjust(0.07, 0.05, 0.98, 0.96, wspace=0.16, hspace=0.25)
        errors = grid[0, 0]
        looks = zip((VERMILLION, SKY, BLUE, GREEN), "osD^", strict=True)
        for (method, each), (colour, mark) in zip(numbers.errors.items(), looks, strict=True):
            label = f"{method}: {numbers.weights[method]:,} weights"
            errors.plot(ROWS_EACH, each.mean(1), mark + "-", color=colour, label=label)
            style = {"color": colour, "alpha": 0.15, "linewidth": 0}
            errors.fill_between(ROWS_EACH, each.min(1), each.max(1), **style)
        errors.axhline(numbers.noise_error, color=INK, linestyle="--", linewidth=1, label="noise")
        errors.set(title="Test error, range over seeds", xscale="log", yscale="log")
        errors.set(xlabel="rows of each shop (log scale)", ylabel="mean squared error (log scale)")
        errors.set_xticks(ROWS_EACH, [str(rows) for rows in ROWS_EACH])
        errors.set_yticks((0.1, 0.2, 0.5, 1.0), ("0.1", "0.2", "0.5", "1"))
        errors.set_ylim(0.08, 1.4)
        errors.minorticks_off()
        errors.legend(loc="upper right")
        _draw_shops(grid[0, 1], hidden_points(), "The shops as they are: month and strength")
        for axes, rows in zip(grid[1], (ROWS_EACH[1], ROWS_EACH[-1]), strict=True):
            title = f"From {rows} rows each: neighbours {numbers.apart[rows]:.1f} months apart"
            _draw_shops(axes, numbers.vectors[rows], title)


def _draw_shops(axes: Axes, points: Array, title: str) -> None:
    """Draw shops, in the colour of their month, larger the stronger they are."""
    from matplotlib.colors import LinearSegmentedColormap

    hues = LinearSegmentedColormap.from_list("", [BLUE, GREEN, ORANGE, VERMILLION, PURPLE, BLUE])
    sizes = 40 * (hidden_points() ** 2).sum(1)
    across, up = points.T
    axes.scatter(across, up, s=sizes, c=strongest_months(), cmap=hues, vmin=0, vmax=MONTHS)
    axes.set(title=title, xlabel="first number", ylabel="second number")
    axes.spines[:].set(visible=True, color=FAINT)
