"""Whether contestants train the same network: their losses over the first steps, without dropout.

The measure is the median of all. The first loss has seen no update, so that only rounding may part
it; later ones drift apart, as those of any two libraries do.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping

STEPS = 6
FIRST_TOLERANCE = 1e-4
LATER_TOLERANCE = 1e-3


def deviations(losses: Mapping[str, list[float]]) -> dict[str, float]:
    """Return by how much each contestant deviates, 1 being the most that is tolerated.

    Args:
        losses: of the first steps by contestant.
    """
    if not losses:
        return {}
    medians = [statistics.median(step) for step in zip(*losses.values(), strict=True)]
    tolerances = [FIRST_TOLERANCE] + [LATER_TOLERANCE] * (len(medians) - 1)
    return {
        name: max(
            abs(loss - median) / (tolerance * max(abs(median), 1e-3))
            if loss == loss
            else float("inf")
            for loss, median, tolerance in zip(own, medians, tolerances, strict=True)
        )
        for name, own in losses.items()
    }
