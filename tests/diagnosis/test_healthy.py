"""Healthy runs, of which nothing is to be said."""

from __future__ import annotations

import pytest

from pellucid.diagnosis import diagnose
from tests.diagnosis.runs import Settings, evidence_of, healthy, named


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "name", ["iris", "breast_cancer", "digits", "diabetes", "moons", "blobs", "waves"]
)
def test_nothing_is_found(name: str, seed: int) -> None:
    assert [str(found.sentence) for found in diagnose(healthy(name, seed))] == []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["iris", "breast_cancer", "digits", "moons", "blobs", "waves"])
def test_nothing_is_found_in_a_cycle(name: str, seed: int) -> None:
    settings = Settings((64, 64), rate=0.004, schedule="one-cycle", seed=seed, epochs=100)
    assert [str(one.sentence) for one in diagnose(evidence_of(named(name, seed), settings))] == []
