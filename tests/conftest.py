"""What is the same for every test on every machine: its surroundings, and Hypothesis's examples.

With `PELLUCID_FUZZ=N` the examples are others at each call, and tests that multiply their number
by it try N times as many.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "pellucid",
    deadline=None,
    derandomize="PELLUCID_FUZZ" not in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("pellucid")

SHAPES_OUTPUT = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")


@pytest.fixture(scope="session", autouse=True)
def own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep compiled code in a folder that is empty at first, and print as to a plain file.

    Workers that run tests side by side share the folder; the user's own is left as it is.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PELLUCID_CACHE", str(folder / "compiled"))
        for name in SHAPES_OUTPUT:
            patch.delenv(name, raising=False)
        yield
