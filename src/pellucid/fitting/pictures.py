"""The pictures in a run's folder: curves with the stopping point, the network, and its graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.atomic import replacing
from pellucid.fitting.folder import RunFolder
from pellucid.graph.node import Node
from pellucid.graph.picture import draw_graph
from pellucid.layers.summary import Summary
from pellucid.report.curves import draw_curves
from pellucid.report.network import draw_network

SUFFIXES = (".png", ".svg")


def draw_run(
    folder: RunFolder,
    result: Mapping[str, Any],
    epochs: Mapping[str, list[float]],
    summary: Summary,
    prediction: Node,
) -> None:
    """Draw the pictures of a finished run into its folder, as PNG and SVG.

    Args:
        folder: of the run.
        result: the verdict.
        epochs: the scalars of each epoch.
        summary: of the network.
        prediction: the node of the network's output for one row.
    """
    target = result["target"]
    layers = [
        (row.path, row.kind, row.output_shape[1:], row.parameters, row.flops)
        for row in summary.rows
    ]
    for suffix in SUFFIXES:
        with replacing(folder.path / f"curves{suffix}") as path:
            draw_curves(
                path,
                epochs,
                best_epoch=result["best_epoch"] or None,
                stopped_epoch=result["epochs"],
                monitor=result["monitor"],
                title=f"predicting {target}",
            )
        with replacing(folder.path / f"network{suffix}") as path:
            draw_network(path, layers, title=f"the network that predicts {target}")
        with replacing(folder.path / f"graph{suffix}") as path:
            draw_graph(prediction, path, title=f"the graph of one prediction of {target}")
