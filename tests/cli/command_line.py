"""Running the command line as a user does: in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def pellucid(
    *arguments: str, folder: Path, code: int = 0, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run `pellucid` in a folder, and require its exit code and that there is no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "pellucid", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr
    return done


def contents(folder: Path) -> set[str]:
    """Return the paths of everything in a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
