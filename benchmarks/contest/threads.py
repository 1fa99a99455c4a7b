"""How many cores a benchmark may use, and the machine in words.

Receives a number of threads before NumPy or any contestant is loaded, since most libraries read
their environment once; gives a process that is bound to as many cores. Only the standard library is
used here.
"""

from __future__ import annotations

import atexit
import os
import platform
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
PACKAGES = (
    "pellucid",
    "numpy",
    "llvmlite",
    "torch",
    "jax",
    "jaxlib",
    "optax",
    "keras",
    "scikit-learn",
    "pytabkit",
    "onnxruntime",
)


def hold_threads(threads: int, cores: str = "") -> list[int]:
    """Bind this process, and all it starts, to `threads` cores; return their numbers.

    Cores that share one physical core are taken last. XLA, onnxruntime and OpenBLAS count the cores
    that they are bound to; the others are told by the environment.

    Args:
        threads: how many.
        cores: their numbers, separated by commas; chosen if empty.
    """
    os.environ.update(dict.fromkeys(LIMITS, str(threads)))
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
    # Warnings of TensorFlow's and XLA's C++ parts, which would tear the tables.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if not hasattr(os, "sched_setaffinity"):
        print("this system cannot bind a process to cores: the limits are the environment's only")
        return []
    allowed = sorted(os.sched_getaffinity(0))
    if cores:
        allowed = sorted({int(core) for core in cores.split(",")} & set(allowed))
    if len(allowed) < threads:
        raise SystemExit(f"{threads} threads need as many cores, and {len(allowed)} are allowed")
    chosen = sorted(allowed, key=lambda core: (_place_in_physical_core(core), core))[:threads]
    os.sched_setaffinity(0, chosen)
    return chosen


def _place_in_physical_core(core: int) -> int:
    """Return 0 for the first of the cores that share a physical one, 1 for the next."""
    path = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    try:
        spans = [span.split("-") for span in path.read_text().strip().split(",")]
    except OSError:
        return 0
    siblings = [c for span in spans for c in range(int(span[0]), int(span[-1]) + 1)]
    return siblings.index(core) if core in siblings else 0


def empty_caches() -> None:
    """Give this process, and all it starts, empty folders for what compilers keep on disk."""
    folder = tempfile.mkdtemp(prefix="contest-caches-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "user")
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(Path(folder) / "inductor")


def describe_machine(threads: int, cores: list[int]) -> dict[str, Any]:
    """Return what has to be known of the machine to compare its numbers with another's."""
    return {
        "processor": _processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "threads": threads,
        "bound_to": cores,
        "load_before": list(os.getloadavg()) if hasattr(os, "getloadavg") else [],
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    fields = dict(line.replace("\t", "").split(":", 1) for line in lines if ":" in line)
    flags = fields.get("flags", "").split()
    vectors = [name for name in ("avx2", "fma", "avx512f") if name in flags]
    named = [fields.get(key, "").strip() for key in ("model name", "cpu family", "model")]
    return f"{named[0]} (family {named[1]}, model {named[2]}; {', '.join(vectors)})"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
