"""The machine that code is made for: its processor, as LLVM names it, and how wide its vectors are.

`host_machine` looks at the processor that runs. Equal machines run equal code, so a `Machine` is
part of the name under which object code is kept. llvmlite is imported here and in `object_code`
alone, and only when code is made.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.errors import BackendError

OLDEST_LLVM = 20
"""The first version of LLVM whose text needs no switch for pointers without a type."""
OLDEST_LLVMLITE = "0.45"
"""The first version of llvmlite with that LLVM."""

LANES = (4, 8, 16)


@dataclass(frozen=True)
class Machine:
    """What the code generator knows about a processor.

    Attributes:
        cpu: its name in LLVM.
        features: its instruction sets in LLVM's spelling, `+avx2,-sse4a`.
        lanes: the elements of float32 in one vector: 4, 8 or 16.
        registers: the number of vector registers.
        has_fma: whether a fused multiply-add is one instruction.
    """

    cpu: str
    features: str
    lanes: int
    registers: int
    has_fma: bool


def load_llvm() -> Any:
    """Return llvmlite's binding of LLVM, ready to make code for this machine.

    Raises:
        BackendError: llvmlite is missing, too old, or does not work here.
    """
    try:
        binding: Any = importlib.import_module("llvmlite.binding")
        version: tuple[int, ...] = binding.llvm_version_info
    except Exception as error:
        raise BackendError(
            f"the native backend needs llvmlite, which cannot be imported ({error}); {_REMEDY}"
        ) from error
    if version[0] < OLDEST_LLVM:
        raise BackendError(
            f"the native backend needs LLVM {OLDEST_LLVM} or later, but the llvmlite that is "
            f"installed brings {version[0]}; {_REMEDY}"
        )
    try:
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
    except Exception as error:
        raise BackendError(
            f"llvmlite cannot make code for this processor ({error}); use the reference backend "
            "(on the command line: --backend reference)"
        ) from error
    return binding


_REMEDY = (
    f"install it (pip install 'llvmlite>={OLDEST_LLVMLITE}') or use the reference backend "
    "(on the command line: --backend reference)"
)


def llvm_version() -> str:
    """Return the version of the LLVM that makes the code.

    Raises:
        BackendError: as `load_llvm`.
    """
    return ".".join(str(part) for part in load_llvm().llvm_version_info)


def host_machine(lanes: int | None = None) -> Machine:
    """Return the machine that runs this program.

    Args:
        lanes: another width of vectors than the processor's own, to compare the results of both.

    Raises:
        BackendError: as `load_llvm`, or there is no code of that width.
    """
    binding = load_llvm()
    features: Mapping[str, bool] = binding.get_host_cpu_features()
    triple: str = binding.get_default_triple()
    return describe_machine(triple, binding.get_host_cpu_name(), features, lanes)


def require_lanes(lanes: int | None) -> None:
    """Raise BackendError unless there is code of that width; None is the processor's own."""
    if lanes is not None and lanes not in LANES:
        raise BackendError(f"vectors have 4, 8 or 16 lanes, not {lanes}")


def describe_machine(
    triple: str, cpu: str, features: Mapping[str, bool], lanes: int | None = None
) -> Machine:
    """Return the machine of a target triple, a processor's name and its instruction sets.

    Raises:
        BackendError: there is no code of that width.

    Example:
        >>> describe_machine("x86_64-linux", "haswell", {"avx2": True, "fma": True}).lanes
        8
    """
    require_lanes(lanes)
    is_x86 = triple.startswith(("x86_64", "amd64", "i386", "i686"))
    has_avx512 = all(features.get(f"avx512{part}", False) for part in ("f", "vl", "dq", "bw"))
    has_fma = not is_x86 or features.get("fma", False)
    if has_avx512:
        widest = 16
    elif features.get("avx2", False) and has_fma:
        widest = 8
    else:
        widest = 4
    is_arm64 = triple.startswith(("aarch64", "arm64"))
    return Machine(
        cpu=cpu,
        features=",".join(f"{'+' if features[name] else '-'}{name}" for name in sorted(features)),
        lanes=widest if lanes is None else lanes,
        registers=32 if has_avx512 or is_arm64 else 16,
        has_fma=has_fma,
    )
