"""Healthy runs, of which nothing is to be said."""

from __future__ import annotations

import pytest

from pellucid.diagnosis import diagnose
from tests.diagnosis.runs import healthy


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["iris", "breast_cancer", "digits", "diabetes", "moons", "blobs"])
def test_nothing_is_found(name: str, seed: int) -> None:
    assert [str(found.sentence) for found in diagnose(healthy(name, seed))] == []
