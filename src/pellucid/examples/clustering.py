"""Clustering beside classification: groups found without labels, and classes learned with them.

k-means knows no labels. It puts k centres so that the squared distances of all points to their
nearest centre sum to as little as it can find: groups that are round and equally wide suit it, and
their number is told to it. A classifier is shown the label of each training row, and puts its
boundaries where the labels change. On three round clouds both come to nearly the same; on three
long ones k-means cuts across, though it does its work well: low distances are not the classes.

How far groups agree with classes is told by the adjusted Rand index (Hubert and Arabie, 1985): 1 if
they are the same but for their names, about 0 if they have nothing to do with each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import BLUE, FAINT, GREEN, INK, ORANGE, PAPER, VERMILLION, drawing
from pellucid.graph.node import Node, constant_node
from pellucid.layers import Dense
from pellucid.training.train import train

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASSES, EACH, TEST_EACH = 3, 60, 200
COUNTS, SHAPES = range(1, 9), ("round", "long")
EDGE = {"round": 6.5, "long": 9.0}
"""How far the drawn square of the plane reaches from the middle."""
GRID, LOSS = 201, "softmax_cross_entropy"
HUES = (BLUE, ORANGE, GREEN)


@dataclass(frozen=True, eq=False)
class Grouping:
    """What a method makes of the plane.

    Attributes:
        table: how many test rows each group (rows) has of each class (columns).
        agreement: the adjusted Rand index of groups and classes.
        plane: the group at each point of a grid over the plane, (up, across).
        centres: of k-means, (k, 2); for the classifier, the means of the classes.
        inertia: the mean squared distance of test rows to the centre of their group; for the
            classifier, to the mean of their class.
    """

    table: Array
    agreement: float
    plane: Array
    centres: Array
    inertia: float


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was found.

    Attributes:
        clusters: shape of the clouds and k to what k-means finds.
        classes: shape to what the classifier learns.
    """

    clusters: dict[tuple[str, int], Grouping]
    classes: dict[str, Grouping]


def clouds(shape: str) -> tuple[Array, Array, Array, Array]:
    """Return points (rows, 2) and classes (rows,) to learn from, then those of the test."""
    random = np.random.default_rng(2)
    labels = np.repeat(np.arange(CLASSES), EACH + TEST_EACH)
    noise = random.normal(0.0, 1.0, (len(labels), 2))
    if shape == "round":
        centres, spread = np.array([[-2.6, -1.5], [2.6, -1.5], [0.0, 2.7]]), np.eye(2) * 1.05
    else:
        centres, spread = np.array([[0.0, -2.6], [0.0, 0.0], [0.0, 2.6]]), np.diag([3.0, 0.55])
    turned = (centres[labels] + noise @ spread) @ [[0.94, 0.34], [-0.34, 0.94]]
    points = turned.astype(np.float32)
    held = np.arange(len(labels)) % (EACH + TEST_EACH) >= EACH
    return points[~held], labels[~held].astype(np.int32), points[held], labels[held]


def grid(shape: str) -> Array:
    """Return the points of a grid over the plane, (points, 2)."""
    axis = np.linspace(-EDGE[shape], EDGE[shape], GRID, dtype=np.float32)
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)


def cluster(shape: str, count: int) -> Grouping:
    """Find centres among the training rows without labels; sort the test rows by them."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    x, _, test, truth = clouds(shape)
    with threadpool_limits(1):
        fitted = KMeans(count, n_init=10, random_state=0).fit(x)
    centres = fitted.cluster_centers_.astype(np.float32)
    groups, distances = evaluate(list(_nearest(test, centres)), {})
    table = contingency(groups, truth, count)
    plane = evaluate(_nearest(grid(shape), centres)[0], {}).reshape(GRID, GRID)
    return Grouping(table, agreement(table), plane, centres, float(distances.mean()))


def _nearest(points: Array, centres: Array) -> tuple[Node, Node]:
    """Return the number of the nearest centre of each point, and the squared distance."""
    offsets = p.expand_dims(constant_node(points), 1) - constant_node(centres)
    distances = p.sum(p.square(offsets), 2)
    return p.argmin(distances, 1), p.min(distances, 1)


def contingency(groups: Array, classes: Array, count: int) -> Array:
    """Return how many rows each group (rows) has of each class (columns)."""
    one, other = constant_node(groups, "int32"), constant_node(classes, "int32")
    in_group, in_class = p.one_hot(one, count, "float64"), p.one_hot(other, CLASSES, "float64")
    return evaluate(p.swap_last(in_group) @ in_class, {})


def agreement(table: Array) -> float:
    """Return the adjusted Rand index: pairs of rows kept together, beyond what chance would."""
    n = constant_node(table)

    def pairs(counts: Node) -> Node:
        return p.sum(counts * (counts - 1.0)) / 2.0

    both, of_groups, of_classes = pairs(n), pairs(p.sum(n, 1)), pairs(p.sum(n, 0))
    chance = of_groups * of_classes / pairs(p.sum(n))
    most = (of_groups + of_classes) / 2.0
    return float(evaluate((both - chance) / (most - chance), {}))


def classify(shape: str) -> Grouping:
    """Learn the classes of the training rows; sort the test rows by what was learned."""
    x, y, test, truth = clouds(shape)
    trained = train(Dense(CLASSES), x, y, loss=LOSS, learning_rate=0.1, epochs=300)
    groups, plane = (trained.predict(points).argmax(1) for points in (test, grid(shape)))
    table = contingency(groups, truth, CLASSES)
    means = np.stack([x[y == label].mean(0) for label in range(CLASSES)])
    offsets = constant_node(test) - p.gather(constant_node(means), constant_node(truth))
    inertia = evaluate(p.mean(p.sum(p.square(offsets), 1)), {}).item()
    return Grouping(table, agreement(table), plane.reshape(GRID, GRID), means, inertia)


def run() -> Numbers:
    """Cluster both kinds of clouds with each k, and classify them."""
    return Numbers(
        {(shape, count): cluster(shape, count) for shape in SHAPES for count in COUNTS},
        {shape: classify(shape) for shape in SHAPES},
    )


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [
        f"{CLASSES * TEST_EACH} test rows. Adjusted Rand index of groups and classes; inertia, the "
        "mean squared",
        "distance to the centre of the group:",
        f"  {'':26}{'round clouds':>18}{'long clouds':>24}",
        f"  {'':26}{'index':>8}{'inertia':>10}{'index':>14}{'inertia':>10}",
    ]
    found = {f"k-means, k = {k}": [numbers.clusters[shape, k] for shape in SHAPES] for k in COUNTS}
    found["classifier (with labels)"] = of_classes = [numbers.classes[shape] for shape in SHAPES]
    for name, (one, other) in found.items():
        row = f"{one.agreement:8.2f}{one.inertia:10.2f}{other.agreement:14.2f}{other.inertia:10.2f}"
        lines.append(f"  {name:26}{row}")
    right = [f"{np.trace(each.table) / each.table.sum():.1%}" for each in of_classes]
    low = f"{numbers.clusters['long', CLASSES].inertia:.2f}"
    return "\n".join(
        [
            *lines,
            f"The classifier gets {right[0]} and {right[1]} of the rows right; its inertia is that "
            "of the classes",
            f"around their means. On the long clouds {CLASSES} centres of k-means reach "
            f"{low}, the classes {of_classes[1].inertia:.2f}:",
            "k-means lowers what it should, and that is not what the classes are. The inertia",
            "falls with every further centre, so being low cannot choose k; on the round clouds it",
            f"falls little beyond {CLASSES}, which is a hint.",
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw the groups of both methods on both kinds of clouds, and k-means with k wrong."""
    with drawing(path, 12.0, 11.9) as figure:
        panels = figure.subplots(3, 3)
        figure.subplots_adjust(0.015, 0.05, 0.985, 0.97, wspace=0.1, hspace=0.16)
        for row, shape in zip(panels, SHAPES, strict=False):
            _draw(row[0], shape, None, f"{shape.capitalize()} clouds: the classes")
            _draw(row[1], shape, numbers.clusters[shape, CLASSES], f"k-means, k = {CLASSES}")
            _draw(row[2], shape, numbers.classes[shape], "Classifier")
        for axes, count in zip(panels[2], (2, 5), strict=False):
            _draw(axes, "round", numbers.clusters["round", count], f"k-means, k = {count}")
        last = panels[2, 2]
        for shape, colour, mark in zip(SHAPES, (BLUE, VERMILLION), "os", strict=True):
            each = [numbers.clusters[shape, count] for count in COUNTS]
            index, label = [found.agreement for found in each], f"{shape}: index"
            last.plot(COUNTS, index, mark + "-", color=colour, label=label)
            share = [found.inertia / each[0].inertia for found in each]
            style = {"label": f"{shape}: inertia, k = 1 as 1", "fillstyle": "none"}
            last.plot(COUNTS, share, mark + "--", color=colour, **style)
        last.set(title="k-means: index and inertia by k", xlabel="k", xticks=COUNTS)
        last.set(ylim=(-0.05, 1.45), yticks=(0.0, 0.25, 0.5, 0.75, 1.0))
        last.legend(loc="upper right")


def _draw(axes: Axes, shape: str, found: Grouping | None, title: str) -> None:
    """Draw test rows by class, on grounds of the class that their group has most of."""
    if found is not None:
        across = np.linspace(-EDGE[shape], EDGE[shape], GRID)
        main_class = found.table.argmax(1)[found.plane]
        between = np.arange(CLASSES + 1) - 0.5
        axes.contourf(across, across, main_class, between, colors=HUES, alpha=0.18)
        for group in range(len(found.centres)):
            inside = (found.plane == group).astype(float)
            axes.contour(across, across, inside, [0.5], colors=INK, linewidths=0.8)
    points, truth = clouds(shape)[2:]
    for label, (colour, mark) in enumerate(zip(HUES, "osD", strict=True)):
        axes.plot(*points[truth == label].T, mark, color=colour, markersize=3, markeredgewidth=0)
    if found is not None:
        title += f": index {found.agreement:.2f}"
        axes.plot(*found.centres.T, "X", color=INK, markersize=10, markeredgecolor=PAPER)
    limits = (-EDGE[shape], EDGE[shape])
    axes.set(title=title, xlim=limits, ylim=limits, xticks=[], yticks=[], aspect="equal")
    axes.spines[:].set(visible=True, color=FAINT)
