"""Finds the folder of example data sets, which is no part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


def shared_data(name: str) -> Path:
    """The path of a file below the folder; skips the test, with a reason, where it is not there.

    The folder is the one that the variable PELLUCID_DATA names, else ../shared/data beside the
    repository.
    """
    folder = Path(os.environ.get("PELLUCID_DATA", REPOSITORY.parent / "shared" / "data"))
    path = folder / name
    if not path.exists():
        pytest.skip(f"needs {name} in the folder of data sets ({folder}; set PELLUCID_DATA)")
    return path
