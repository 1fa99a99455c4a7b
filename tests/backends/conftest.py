"""Compiled code is kept in a folder of the tests' own, which is empty at first.

Workers that run tests side by side share it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from pellucid.backends.native import executable


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let every test compile, whatever is in the user's cache, and leave that as it is."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PELLUCID_CACHE", str(folder / "compiled"))
        # Small graphs are to run with as many threads as a test says.
        patch.setattr(executable, "threads_for", lambda artifact, wanted, start=0: wanted or 1)
        yield
