"""The pictures in a run's folder: curves with the stopping point, the network, and its graph."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pellucid.errors import OptionError
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
    target, epoch_count = result["target"], result["epochs"] or None
    layers = [
        (row.path, row.kind, (row.output_shape or ())[1:], row.parameters, row.flops)
        for row in summary.rows
    ]
    for suffix in SUFFIXES:
        if epochs:
            draw_curves(
                folder.path / f"curves{suffix}",
                epochs,
                best_epoch=result["best_epoch"] or None,
                stopped_epoch=epoch_count,
                monitor=result["monitor"],
                title=f"predicting {target}",
            )
        with suppress(OptionError):
            # A network may be too large for a picture; the fit is not to fail for that.
            draw_network(
                folder.path / f"network{suffix}",
                layers,
                input_shape=summary.input_shape[1:],
                title=f"the network that predicts {target}",
            )
            draw_graph(
                prediction,
                folder.path / f"graph{suffix}",
                title=f"the graph of one prediction of {target}",
            )
