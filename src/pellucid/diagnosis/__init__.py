"""What went wrong in a run, in plain words: numbers in, findings with evidence and advice out.

Each rule is a function from `Evidence` to a `Finding` or None, in a module with its thresholds and
the reason for them. They were set on runs of small tables (iris, breast cancer, wine, digits,
diabetes, moons, blobs, noisy lines and curves; several seeds, rates from a thousandth to a thousand
times the usual one, planted faults), between what healthy runs and what faulty ones showed.
"""

from __future__ import annotations

from pellucid.diagnosis.diagnose import diagnose
from pellucid.diagnosis.evidence import Evidence, LearningCurve
from pellucid.diagnosis.finding import HINT, PROBLEM, Finding

__all__ = ["HINT", "PROBLEM", "Evidence", "Finding", "LearningCurve", "diagnose"]
