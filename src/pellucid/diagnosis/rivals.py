"""Baselines that the network loses against, beyond chance."""

from __future__ import annotations

from pellucid.diagnosis.evidence import Evidence
from pellucid.diagnosis.finding import PROBLEM, Finding, finding
from pellucid.language import Sentence

SIMPLEST = ("constant", "linear", "boosting")
"""What to try depends on the simplest model that does better."""


def beaten(evidence: Evidence) -> Finding | None:
    """Tell whether a baseline is better by the metric that the verdict goes by."""
    if not evidence.beaten:
        return None
    worst = min(evidence.beaten, key=lambda lost: SIMPLEST.index(str(lost["baseline"])))
    name = str(worst["baseline"])
    values = {key: worst[key] for key in ("target", "baseline", "metric", "network", "rival")}
    values["count"] = len({lost["baseline"] for lost in evidence.beaten})
    return finding(
        "beaten",
        PROBLEM,
        values,
        advice=f"beaten_{name}",
        model=Sentence(f"diagnosis.model_{name}"),
        called=Sentence(f"page.metric_{worst['metric']}"),
    )
