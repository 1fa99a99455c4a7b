"""What importing the room loads, and what it may import at all."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pellucid.data

FOLDER = Path(pellucid.data.__file__).parent
INSIDE = ("pellucid.data", "pellucid.errors", "pellucid.dtypes", "pellucid.language")
OUTSIDE = {"numpy", "duckdb", "sklearn", *sys.stdlib_module_names}


def test_importing_the_room_loads_no_heavy_library() -> None:
    heavy = ["duckdb", "sklearn", "scipy", "pandas", "polars", "pyarrow", "matplotlib", "rich"]
    code = f"import sys, pellucid.data; print([m for m in {heavy!r} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(FOLDER.parents[1])},
    )
    assert result.stdout.strip() == "[]"


def test_the_room_imports_only_inner_rooms() -> None:
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path.name} has a relative import"
                names = [node.module or ""]
            for name in names:
                inner = name.startswith(INSIDE)
                assert inner or name.split(".")[0] in OUTSIDE, f"{path.name} imports {name}"
