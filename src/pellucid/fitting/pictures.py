"""The picture of one prediction's graph, drawn from a trained model."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from pellucid.errors import OptionError
from pellucid.fitting.model import Model
from pellucid.graph.node import input_node
from pellucid.graph.picture import draw_graph
from pellucid.report.page import PICTURES


def draw_prediction(folder: Path, model: Model) -> None:
    """Draw the graph of one prediction beside the pictures of the report."""
    features = input_node("features", (1, model.encoding.width))
    prediction = model.objective.read(model.network(features))
    title = f"the graph of one prediction of {model.target.name}"
    for suffix in (".png", ".svg"):
        with suppress(OptionError):
            # A network may be too large for a picture; the fit is not to fail for that.
            draw_graph(prediction, folder / PICTURES / f"graph{suffix}", title=title)
