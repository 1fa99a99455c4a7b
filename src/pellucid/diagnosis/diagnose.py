"""All rules in the order of what matters, and what one finding says of another."""

from __future__ import annotations

from collections.abc import Callable

from pellucid.diagnosis.classes import balanced_probabilities, never_predicted, rare_classes
from pellucid.diagnosis.evidence import Evidence
from pellucid.diagnosis.finding import PROBLEM, Finding
from pellucid.diagnosis.generalization import more_rows, overfitting
from pellucid.diagnosis.gradient_flow import exploding_gradients, vanishing_gradients
from pellucid.diagnosis.heavy_rows import heavy_rows
from pellucid.diagnosis.learning_rate import rate_too_high, rate_too_low, unfinished
from pellucid.diagnosis.parts import one_sided, shifted_columns, small_validation
from pellucid.diagnosis.rivals import beaten
from pellucid.diagnosis.underfitting import no_signal, underfitting
from pellucid.diagnosis.units import dead_units, saturated_units

Rule = Callable[[Evidence], Finding | None]

RULES: tuple[Rule, ...] = (
    exploding_gradients,
    rate_too_high,
    rate_too_low,
    vanishing_gradients,
    saturated_units,
    dead_units,
    underfitting,
    overfitting,
    never_predicted,
    balanced_probabilities,
    shifted_columns,
    one_sided,
    beaten,
    no_signal,
    heavy_rows,
    unfinished,
    more_rows,
    small_validation,
    rare_classes,
)
"""Every rule; causes before what they cause."""

EXPLAINED: dict[str, tuple[str, ...]] = {
    "rate_too_high": ("exploding_gradients", "saturated_units"),
    "rate_too_low": ("vanishing_gradients", "saturated_units", "dead_units"),
    "unfinished": ("rate_too_low", "rate_too_high"),
    "overfitting": ("exploding_gradients", "rate_too_high", "shifted_columns", "heavy_rows"),
    "heavy_rows": ("exploding_gradients", "rate_too_high", "rate_too_low"),
    "no_signal": ("rate_too_low", "shifted_columns", "heavy_rows"),
    "beaten": (
        *("exploding_gradients", "rate_too_high", "rate_too_low", "vanishing_gradients"),
        *("saturated_units", "dead_units", "underfitting", "overfitting", "one_sided"),
    ),
    "never_predicted": ("rate_too_low", "rate_too_high", "vanishing_gradients", "dead_units"),
    "underfitting": (
        *("exploding_gradients", "rate_too_high", "rate_too_low"),
        *("vanishing_gradients", "saturated_units", "dead_units", "heavy_rows"),
    ),
}
"""Findings that are but the effect of others: of a problem, what it explains is left out."""


def diagnose(evidence: Evidence) -> list[Finding]:
    """Return what is wrong with a run, problems before hints, what matters most first.

    Example:
        >>> diagnose(Evidence(rows={"train": 30, "validation": 8}))[0].name
        'small_validation'
        >>> diagnose(Evidence())
        []
    """
    found = [result for rule in RULES if (result := rule(evidence)) is not None]
    problems = {result.name for result in found if result.level == PROBLEM}
    kept = [result for result in found if not problems & {*EXPLAINED.get(result.name, ())}]
    return sorted(kept, key=lambda result: result.level != PROBLEM)
