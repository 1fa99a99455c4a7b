"""Units that no longer learn: dead ones, and saturated ones."""

from __future__ import annotations

from pellucid.diagnosis.evidence import Evidence
from pellucid.diagnosis.finding import HINT, PROBLEM, Finding, finding

DEAD, DEAD_LAYER = 0.5, 0.8
"""The share of a layer's units that is dead, for a hint and for a problem. Healthy networks had up
to 0.4 (a wide one on one column, where it does no harm), those whose rate was 10 times too high 0.5
to 0.7, 100 times 0.55 to 1."""
SATURATED, SATURATED_LAYER = 0.1, 0.25
"""Likewise of saturated units: healthy networks had 0, those that began with weights 5 times a
standard normal 0.25 to 0.7."""


def dead_units(evidence: Evidence) -> Finding | None:
    """Tell whether units of a layer are inactive on every row."""
    return _worst(evidence, "dead", DEAD, DEAD_LAYER)


def saturated_units(evidence: Evidence) -> Finding | None:
    """Tell whether units of a layer are at a bound of their function on nearly every row."""
    return _worst(evidence, "saturated", SATURATED, SATURATED_LAYER)


def _worst(evidence: Evidence, kind: str, hint: float, problem: float) -> Finding | None:
    activations = evidence.layers["activations"] if evidence.layers else []
    shares = [(entry[kind], entry["layer"]) for entry in activations if entry[kind] is not None]
    if not shares:
        return None
    share, layer = max(shares, key=lambda pair: pair[0])
    if share < hint:
        return None
    level = PROBLEM if share >= problem else HINT
    return finding(f"{kind}_units", level, {"layer": layer, "share": share})
