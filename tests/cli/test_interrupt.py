"""Ctrl-C while a library is being loaded ends the command in words, as at any other moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

PRESSED = """
import os, signal, sys
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    if __name__ != "__main__":
        raise ImportError("what a library says that was interrupted")
    raise
"""
COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pellucid.cli import main
loaded = main.importlib.import_module
main.importlib.import_module = lambda name: {}
sys.argv = ["pellucid", "fit", "iris"]
main.main()
"""


@pytest.mark.parametrize(
    "meanwhile",
    ["loaded('library_that_loads')", "exec(open('library_that_loads.py').read())"],
    ids=["loading", "working"],
)
def test_ctrl_c_is_told_in_a_word(meanwhile: str, tmp_path: Path) -> None:
    (tmp_path / "library_that_loads.py").write_text(PRESSED)
    done = subprocess.run(
        [sys.executable, "-c", "import sys\nsys.path.insert(0, '.')" + COMMAND.format(meanwhile)],
        cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.stderr.lstrip() == "interrupted\n"
    assert done.returncode == 130
