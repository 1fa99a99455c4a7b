"""A finding: what is seen in a run, with its numbers, and what to try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.language import Sentence

PROBLEM, HINT = "problem", "hint"


@dataclass(frozen=True)
class Finding:
    """Something that a person should know of a run.

    Attributes:
        name: of the rule, such as "overfitting".
        level: "problem", or "hint" where it may be harmless.
        sentence: what is seen.
        advice: what to try, in the options of the command.
        evidence: the numbers that it rests on, plain JSON.
    """

    name: str
    level: str
    sentence: Sentence
    advice: Sentence
    evidence: Mapping[str, Any]

    def description(self) -> dict[str, Any]:
        """Return the finding as plain JSON."""
        return {
            "name": self.name,
            "level": self.level,
            "sentence": self.sentence.description(),
            "advice": self.advice.description(),
            "evidence": dict(self.evidence),
        }


def finding(
    name: str,
    level: str,
    evidence: Mapping[str, Any],
    variant: str = "",
    advice: str = "",
    **words: Sentence,
) -> Finding:
    """Return a finding whose sentences take their values from the evidence.

    Args:
        name: of the rule; its texts are "diagnosis.<name>" and "diagnosis.<name>_advice".
        level: "problem" or "hint".
        evidence: plain numbers and texts.
        variant: the name of the sentence where a rule has several.
        advice: the name of the advice, likewise.
        **words: what else the sentences say, such as what a number measures.
    """
    values = dict(evidence)
    shown = {**values, **words}
    seen = Sentence(f"diagnosis.{variant or name}", shown)
    return Finding(name, level, seen, Sentence(f"diagnosis.{advice or name}_advice", shown), values)
