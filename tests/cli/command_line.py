"""Running the command line as a user does: in a process of its own, or, quicker, in this one."""

from __future__ import annotations

import contextlib
import io
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from unittest import mock

from pellucid.cli.main import main
from tests.patience import PATIENCE

Done = subprocess.CompletedProcess[str]


def pellucid(*arguments: str, folder: Path, code: int = 0, timeout: float = PATIENCE) -> Done:
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


def quickly(*arguments: str, folder: Path, code: int = 0) -> Done:
    """Run the command's `main` in this process, to the same end; what it raises is raised."""
    out, err = io.StringIO(), io.StringIO()
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with (
            mock.patch.object(sys, "argv", ["pellucid", *arguments]),
            mock.patch.object(warnings, "showwarning", warnings.showwarning),
            contextlib.chdir(folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            main()
    except SystemExit as ended:
        done = Done(list(arguments), int(ended.code or 0), out.getvalue(), err.getvalue())
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def contents(folder: Path) -> set[str]:
    """Return the paths of everything in a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
