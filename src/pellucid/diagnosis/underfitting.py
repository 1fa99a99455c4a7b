"""Whether simpler models fit the rows better than the network, or nothing can be found in them."""

from __future__ import annotations

from typing import Any

from pellucid.diagnosis.evidence import CONSTANT, TEST, TRAIN, VALIDATION, Evidence
from pellucid.diagnosis.finding import HINT, PROBLEM, Finding, finding

BEHIND, BEHIND_ELSEWHERE = 0.15, 0.1
"""How far the network's training loss lies above a baseline's, on training rows and others alike,
and its loss on other rows above the baseline's there, in units of saying nothing. Healthy networks
came to 0.1 in the first, 0.01 beside it in the second; a linear one on XOR to 0.87."""
NO_BETTER, NOTHING_THERE = 0.98, 0.97
"""Losses in units of saying nothing: of a network, and of baselines, that found nothing."""

_RIVALS = ("linear", "boosting")


def underfitting(evidence: Evidence) -> Finding | None:
    """Tell whether a baseline does better even than the network on its own training rows.

    The baseline's loss is the greater of those on training rows and on others, so that one that
    learned its rows by heart proves nothing.
    """
    nothing = evidence.baseline_loss(CONSTANT, TRAIN)
    own, elsewhere = evidence.mean_loss(TRAIN), evidence.mean_loss(VALIDATION, TEST)
    if own is None or not nothing:
        return None
    found = []
    for name in _RIVALS:
        train = evidence.baseline_loss(name, TRAIN)
        other = evidence.baseline_loss(name, VALIDATION, TEST)
        if train is None or other is None or elsewhere is None:
            continue
        ahead = own - max(train, other)
        if ahead < BEHIND * nothing or elsewhere - other < BEHIND_ELSEWHERE * nothing:
            continue
        if evidence.is_behind(name, VALIDATION, TEST):
            found.append((ahead, name, other))
    if not found:
        return None
    _, name, other = max(found)
    values = {
        "train": evidence.shown(own),
        "nothing": evidence.shown(nothing),
        "rival": evidence.shown(other),
        "share": own / nothing,
    }
    variant = f"underfitting_{name}"
    return finding("underfitting", PROBLEM, values, variant, measure=evidence.measure)


def no_signal(evidence: Evidence) -> Finding | None:
    """Tell whether neither the network nor a baseline is better than always saying the same."""
    nothing = evidence.baseline_loss(CONSTANT, VALIDATION, TEST)
    own = evidence.mean_loss(VALIDATION, TEST)
    rivals = {
        name: loss
        for name in _RIVALS
        if (loss := evidence.baseline_loss(name, VALIDATION, TEST)) is not None
    }
    if not nothing or own is None or not rivals or own < NO_BETTER * nothing:
        return None
    least = min(rivals.values())
    if least < NOTHING_THERE * nothing:
        return None
    losses = {"other": own, "nothing": nothing, "rival": least}
    values: dict[str, Any] = {name: evidence.shown(loss) for name, loss in losses.items()}
    values["rows"] = len(evidence.losses_of(VALIDATION, TEST))
    variant = "no_signal" if len(rivals) > 1 else f"no_signal_{next(iter(rivals))}"
    return finding("no_signal", HINT, values, variant, measure=evidence.measure)
