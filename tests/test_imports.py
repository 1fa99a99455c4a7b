"""The direction of imports, their cycles, and what `import pellucid` loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import pellucid

SOURCE = Path(pellucid.__file__).parent

# From the inside out: a room imports rooms of the lines above it, never of its own or a later one.
ROOMS = [
    "errors _version",
    "dtypes shapes atomic parts language",
    "philox drawing",
    "graph",
    "primitives",
    "autodiff",
    "simplify",
    "backends",
    "initializers schedules",
    "layers losses optimizers",
    "data",
    "evaluation",
    "interchange",
    "training",
    "inspection",
    "models",
    "diagnosis",
    "report",
    "fitting",
    "examples",
    "cli",
    "api",
]
RANK = {room: rank for rank, line in enumerate(ROOMS) for room in line.split()}
ALONE = {
    "data": {"errors", "dtypes", "atomic", "language"},
    "evaluation": {"errors", "language", "data"},
    "diagnosis": {"errors", "language"},
    "report": {"errors", "atomic", "drawing", "graph", "language"},
}
"""Rooms that know less than their place allows: data knows no graph, reports get numbers."""

# Imports against the order of modules inside a room: for types, or inside of a function. Among the
# primitives, where a derivative is made with one that is defined after it.
KNOTS = {
    ("graph.primitive", "graph.node"),
    ("graph.primitive", "graph.traversal"),
    ("primitives.movement", "primitives.reduction"),
    ("primitives.arithmetic", "primitives.exponential"),
    ("layers.mode", "layers.base"),
    ("layers.base", "layers.configuration"),
    ("fitting.observer", "fitting.fit"),
}


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


FILES = {module_name(path): path for path in sorted(SOURCE.rglob("*.py"))}


def imported(path: Path) -> Iterator[str]:
    """Give the full names of what a file imports, inside functions and for types too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            assert node.module is not None
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = inner.removeprefix("pellucid.") in FILES
                yield inner if node.module.startswith("pellucid") and is_module else node.module


@cache
def edges() -> frozenset[tuple[str, str]]:
    """Return which module of pellucid imports which, without the leading name."""
    return frozenset(
        (module, "" if name == "pellucid" else name.removeprefix("pellucid."))
        for module, path in FILES.items()
        for name in imported(path)
        if name.split(".")[0] == "pellucid"
    )


def room(module: str) -> str:
    return module.split(".")[0]


INNER = sorted(module for module in FILES if module and module != "__main__")


def test_every_room_has_a_place() -> None:
    assert {room(module) for module in INNER} <= set(RANK)


@pytest.mark.parametrize("module", INNER)
def test_imports_go_from_the_outside_in(module: str) -> None:
    for importer, target in edges():
        if importer != module or room(target) == room(module):
            continue
        assert target, f"{module} imports the face of the package"
        assert RANK[room(target)] < RANK[room(module)], f"{module} imports {target}"
        allowed = ALONE.get(room(module))
        assert allowed is None or room(target) in allowed, f"{module} imports {target}"


def cycle(graph: Iterable[tuple[str, str]]) -> list[str]:
    """Return modules of which each imports another, round in a circle; none if there is none."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for importer, target in graph:
        if importer != target:
            sorter.add(importer, target)
    try:
        sorter.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_there_is_no_cycle_of_modules() -> None:
    assert cycle(edges() - KNOTS) == []


@pytest.mark.parametrize("knot", sorted(KNOTS))
def test_every_exception_is_needed(knot: tuple[str, str]) -> None:
    assert knot in edges()
    assert cycle((edges() - KNOTS) | {knot}) != []


def test_cycles_are_found() -> None:
    assert set(cycle([("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("c", "e")])) == {*"abc"}
    assert cycle([("a", "b"), ("b", "c"), ("a", "c"), ("c", "c")]) == []


def test_training_does_no_arithmetic_on_arrays() -> None:
    paths = [path for module, path in FILES.items() if room(module) == "training"]
    for path in paths:
        assert not {name.split(".")[0] for name in imported(path)} & {"numpy", "scipy"}, path


def test_importing_the_package_loads_numpy_only() -> None:
    code = "import sys, pellucid; print(*{name.split('.')[0] for name in sys.modules})"
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(SOURCE.parent)},
    )
    bare = subprocess.run(
        [sys.executable, "-c", code.replace(", pellucid", "")],
        capture_output=True,
        text=True,
        check=True,
    )
    # What an interpreter loads before its first line, such as hooks of installed packages.
    before = set(bare.stdout.split())
    loaded = set(result.stdout.split()) - before - set(sys.stdlib_module_names)
    assert loaded <= {"numpy", "pellucid"}
