"""Small graphs are run with as many threads as a test says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pellucid.backends.native import executable


@pytest.fixture(scope="session", autouse=True)
def as_many_threads_as_said() -> Iterator[None]:
    """Let no graph be too small for a team."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(executable, "threads_for", lambda artifact, wanted, start=0: wanted or 1)
        yield
