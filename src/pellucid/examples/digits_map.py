"""A map of the digits: as pixels, and as the last hidden layer of a network sees them.

A picture of 64 pixels is a point in 64 dimensions, and so is what the last hidden layer makes of
it. To look at such points they are laid on a plane: PCA takes the two directions along which they
spread most; t-SNE moves points about until neighbours lie together, and keeps no distances between
far groups. All points shown are pictures that the network has not learned from, by other hands. How
well the digits are separated is told by numbers, in the space itself and on the map: the share of
points for whose digit the 5 nearest points vote, and the silhouette.

Sources: van der Maaten, Hinton, "Visualizing data using t-SNE", 2008; Rousseeuw, "Silhouettes",
1987.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pellucid import primitives as p
from pellucid.backends import evaluate
from pellucid.backends.base import Array
from pellucid.drawing import FAINT, drawing
from pellucid.examples.handwritten_digits import (
    CLASSES,
    digits,
    hidden_layer,
    share_right,
    train_network,
)
from pellucid.graph.node import Node, constant_node
from pellucid.training.train import Trained

NEIGHBOURS = 5
PERPLEXITY = 30.0
"""About how many neighbours of a point t-SNE heeds."""
COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9",
    "#CC79A7", "#22252A", "#8C6D31", "#9AA1AB", "#7B4FB5",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class View:
    """Points and how well the digits are separated among them.

    Attributes:
        points: (rows, dimensions).
        voted: the share of points for whose digit their nearest others vote.
        silhouette: from -1 to 1: how much nearer a point is to its own digit than to the next.
    """

    points: Array
    voted: float
    silhouette: float


@dataclass(frozen=True, eq=False)
class Numbers:
    """What was computed, on test rows only.

    Attributes:
        accuracy: of the network.
        labels: the digits, (rows,).
        views: (space, map) to points; the spaces are "pixels" and "last hidden layer", the maps
            "itself", "PCA" and "t-SNE".
        taught: space to the share of points for whose digit the nearest training rows vote.
        kept: space to the share of its variance that the two directions of PCA keep.
    """

    accuracy: float
    labels: Array
    views: dict[tuple[str, str], View]
    taught: dict[str, float]
    kept: dict[str, float]


def run() -> Numbers:
    """Train, lay the test rows of both spaces on the plane, and measure the separation."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    parts = digits()
    trained = train_network(parts)
    (known, known_labels), (pixels, labels) = parts["train"], parts["test"]
    spaces = {
        "pixels": (known, pixels),
        "last hidden layer": (last_hidden(trained, known), last_hidden(trained, pixels)),
    }
    views: dict[tuple[str, str], View] = {}
    taught, kept = {}, {}
    for space, (known, points) in spaces.items():
        tsne = TSNE(2, perplexity=PERPLEXITY, init="pca", max_iter=600, random_state=0)
        # Several threads would wait for each other on a busy machine.
        with threadpool_limits(1):
            pca = PCA(2, svd_solver="full").fit(points)
            maps = {
                "itself": points,
                "PCA": pca.transform(points),
                "t-SNE": tsne.fit_transform(points),
            }
        kept[space] = float(pca.explained_variance_ratio_.sum())
        views |= {(space, name): view(laid, labels) for name, laid in maps.items()}
        right = _voted(_distances(points, known), _one_hot(known_labels), _one_hot(labels))
        taught[space] = float(evaluate(p.mean(right), {}))
    return Numbers(share_right(trained, pixels, labels), labels, views, taught, kept)


def last_hidden(trained: Trained, pixels: Array) -> Array:
    """Return what the hidden layer gives for each picture, (rows, units)."""
    layer = hidden_layer()
    units = layer(constant_node(pixels))
    leaves = layer.parameters().items()
    return evaluate(units, {leaf: trained.parameters[f"hidden.{name}"] for name, leaf in leaves})


def view(points: Array, labels: Array) -> View:
    """Measure how well labels, (rows,), are separated among points, (rows, dimensions)."""
    truth, distances = _one_hot(labels), _distances(points, points)
    to_others = distances + np.diag(np.full(len(points), np.inf))
    measures = _voted(to_others, truth, truth), _silhouette(distances, truth)
    voted, silhouette = evaluate([p.mean(measure) for measure in measures], {})
    return View(points, voted.item(), silhouette.item())


def _one_hot(labels: Array) -> Node:
    return p.one_hot(constant_node(labels), CLASSES, "float64")


def _distances(points: Array, others: Array) -> Node:
    """Return the distance of each point to each of the others, (points, others)."""
    x, y = constant_node(points, "float64"), constant_node(others, "float64")
    squares = p.expand_dims(p.sum(p.square(x), 1), 1) + p.sum(p.square(y), 1)
    return p.sqrt(p.maximum(squares - 2.0 * (x @ p.swap_last(y)), 0.0))


def _voted(distances: Node, known: Node, truth: Node) -> Node:
    """Return 1 for each point for whose digit the nearest vote; of a tie, the lowest digit wins."""
    _, nearest = p.top_k(-distances, NEIGHBOURS)
    votes = p.sum(p.gather(known, nearest), 1)
    return p.cast(p.equal(p.argmax(votes, 1), p.argmax(truth, 1)), "float64")


def _silhouette(distances: Node, truth: Node) -> Node:
    """Return (b - a) / max(a, b): mean distances a to one's own digit, b to the nearest other."""
    to_digits, counts = distances @ truth, p.sum(truth, 0)
    own = p.sum(to_digits * truth, 1) / (p.sum(truth * counts, 1) - 1.0)
    next_one = p.min(p.where(p.greater(truth, 0.0), np.inf, to_digits / counts), 1)
    return (next_one - own) / p.maximum(own, next_one)


def tell(numbers: Numbers) -> str:
    """Return the numbers in words."""
    lines = [
        f"{len(numbers.labels)} test rows; the network gets {numbers.accuracy:.1%} of them right.",
        "",
        f"  {'space':20}{'seen as':24}{f'{NEIGHBOURS} nearest vote right':>24}{'silhouette':>14}",
    ]
    for (space, method), found in numbers.views.items():
        seen = "2 dimensions: " + method
        if method == "itself":
            seen = f"all {found.points.shape[1]} dimensions"
        lines.append(f"  {space:20}{seen:24}{found.voted:24.1%}{found.silhouette:14.2f}")
    kept = " and ".join(f"{share:.0%} ({name})" for name, share in numbers.kept.items())
    pixels, hidden = (numbers.views[space, "itself"].silhouette for space in numbers.kept)
    before, after = numbers.taught.values()
    return "\n".join(
        [
            *lines,
            "",
            f"In the space itself the silhouette goes from {pixels:.2f} (pixels) to {hidden:.2f} "
            "(hidden layer).",
            "These votes are cast by other test rows, often by the same hand. Where training rows",
            f"vote, by other hands, {before:.1%} are right among pixels and {after:.1%} in the "
            "hidden layer.",
            f"PCA's two directions keep {kept} of the variance;",
            "much that overlaps on that map does not overlap in the space.",
        ]
    )


def draw(numbers: Numbers, path: str | Path) -> None:
    """Draw both maps of both spaces, each point as its digit."""
    with drawing(path, 12.0, 11.0) as figure:
        grid = figure.subplots(2, 2)
        figure.subplots_adjust(
            left=0.02, right=0.98, bottom=0.02, top=0.95, wspace=0.06, hspace=0.12
        )
        for row, space in zip(grid, numbers.kept, strict=True):
            for axes, method in zip(row, ("PCA", "t-SNE"), strict=True):
                found = numbers.views[space, method]
                low, high = found.points.min(0), found.points.max(0)
                edge = 0.03 * (high - low)
                limits = zip(low - edge, high + edge, strict=True)
                axes.set(**dict(zip(("xlim", "ylim"), limits, strict=True)))
                for at, label in zip(found.points, numbers.labels, strict=True):
                    style = {"color": COLOURS[label], "fontsize": 8.5, "fontweight": "bold"}
                    axes.text(*at, str(label), ha="center", va="center", **style)
                quality = f"{found.voted:.0%} of votes right, silhouette {found.silhouette:.2f}"
                axes.set_title(f"{space.capitalize()}, {method}: {quality}")
                axes.set(xticks=[], yticks=[])
                axes.spines[:].set(visible=True, color=FAINT)
                axes.grid(False)
