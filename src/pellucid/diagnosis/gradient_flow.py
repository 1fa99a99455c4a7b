"""Gradients that vanish or explode on their way from the last layer to the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.diagnosis.evidence import Evidence
from pellucid.diagnosis.finding import HINT, PROBLEM, Finding, finding

VANISHED, RECOVERED = 1e-3, 1e-2
"""The mean size of the first layer's gradients in units of the last layer's, before training and
after: from 0.02 to 10 in healthy networks, below 1e-4 in eight layers of sigmoids. Where training
brought it back it is a hint: it cost time."""
EXPLODED = 1e3
"""The norm of a layer's gradient before training: below 50 in healthy networks on standardised
columns and targets, above 1e5 where each layer makes its input larger."""


def vanishing_gradients(evidence: Evidence) -> Finding | None:
    """Tell whether hardly any gradient reaches the first layer."""
    gradients = evidence.layers["gradients"] if evidence.layers else []
    if len(gradients) < 2:
        return None
    before, after = _ratio(gradients, "norm_first"), _ratio(gradients, "norm")
    # Exactly none is the work of dead units, not of depth.
    if before is None or not 0 < before < VANISHED:
        return None
    values = {
        "first": gradients[0]["layer"],
        "last": gradients[-1]["layer"],
        "layers": len(gradients),
        "ratio": before,
        "after": after,
    }
    level = HINT if after is not None and after > RECOVERED else PROBLEM
    return finding("vanishing_gradients", level, values)


def exploding_gradients(evidence: Evidence) -> Finding | None:
    """Tell whether gradients are huge from the beginning."""
    gradients = evidence.layers["gradients"] if evidence.layers else []
    norms = [
        (float("inf") if entry["norm_first"] is None else entry["norm_first"], entry["layer"])
        for entry in gradients
    ]
    if not norms or max(norms)[0] < EXPLODED:
        return None
    norm, layer = max(norms)
    values = {"layer": layer, "norm": min(norm, 1e300)}
    return finding("exploding_gradients", PROBLEM, values)


def _ratio(gradients: list[Mapping[str, Any]], norm: str) -> float | None:
    """Return the root mean square of the first layer's gradients over that of the last one's."""
    first, last = (
        None if entry[norm] is None else entry[norm] / entry["size"] ** 0.5
        for entry in (gradients[0], gradients[-1])
    )
    return None if first is None or not last else first / last
