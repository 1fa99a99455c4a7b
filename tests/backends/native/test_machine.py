"""What the code generator is told about processors, and what is said where there is none."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from pellucid.backends.native.machine import (
    LANES,
    describe_machine,
    host_machine,
    llvm_version,
    load_llvm,
)
from pellucid.errors import BackendError

AVX512 = ("avx512f", "avx512vl", "avx512dq", "avx512bw")


@pytest.mark.parametrize(
    ("triple", "features", "lanes", "registers", "has_fma"),
    [
        ("x86_64-unknown-linux-gnu", (*AVX512, "avx2", "fma"), 16, 32, True),
        ("x86_64-unknown-linux-gnu", (*AVX512[:3], "avx2", "fma"), 8, 16, True),
        ("x86_64-pc-windows-msvc", ("avx2", "fma"), 8, 16, True),
        ("x86_64-apple-darwin", ("avx2",), 4, 16, False),
        ("x86_64-unknown-linux-gnu", ("avx", "fma"), 4, 16, True),
        ("x86_64-unknown-linux-gnu", (), 4, 16, False),
        ("aarch64-unknown-linux-gnu", ("neon",), 4, 32, True),
        ("arm64-apple-darwin24", (), 4, 32, True),
        ("powerpc64le-unknown-linux-gnu", ("vsx",), 4, 16, True),
    ],
)
def test_vectors_are_as_wide_as_the_processor_has_them(
    triple: str, features: tuple[str, ...], lanes: int, registers: int, has_fma: bool
) -> None:
    machine = describe_machine(triple, "some", dict.fromkeys(features, True))
    assert (machine.lanes, machine.registers, machine.has_fma) == (lanes, registers, has_fma)


def test_a_feature_that_is_off_does_not_count() -> None:
    features = dict.fromkeys((*AVX512, "avx2", "fma"), True)
    machine = describe_machine("x86_64-linux", "some", {**features, "avx512vl": False})
    assert (machine.lanes, machine.registers) == (8, 16)
    assert machine.features == "+avx2,+avx512bw,+avx512dq,+avx512f,-avx512vl,+fma"


def test_the_host_is_described() -> None:
    machine = host_machine()
    binding = load_llvm()
    assert machine.cpu == binding.get_host_cpu_name()
    assert machine.features == binding.get_host_cpu_features().flatten()
    assert machine.lanes in LANES
    assert host_machine() == machine
    assert llvm_version().split(".")[0].isdecimal()


@pytest.mark.parametrize("lanes", LANES)
def test_another_width_leaves_the_rest(lanes: int) -> None:
    machine, host = host_machine(lanes), host_machine()
    assert machine.lanes == lanes
    assert (machine.cpu, machine.features) == (host.cpu, host.features)
    assert (machine.registers, machine.has_fma) == (host.registers, host.has_fma)


@pytest.mark.parametrize("lanes", [0, 1, 2, 32])
def test_there_are_three_widths(lanes: int) -> None:
    with pytest.raises(BackendError, match=f"4, 8 or 16 lanes, not {lanes}"):
        host_machine(lanes)


def test_without_llvmlite_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    with pytest.raises(BackendError, match=r"(?s)needs llvmlite.*pip install.*--backend reference"):
        host_machine()


def test_a_broken_llvmlite_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is imported has no version: a package that is half removed, or another of its name.
    monkeypatch.setitem(sys.modules, "llvmlite.binding", SimpleNamespace())
    with pytest.raises(BackendError, match=r"cannot be imported.*--backend reference"):
        load_llvm()


def test_an_old_llvmlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    old: Any = SimpleNamespace(llvm_version_info=(15, 0, 7))
    monkeypatch.setitem(sys.modules, "llvmlite.binding", old)
    with pytest.raises(BackendError, match=r"LLVM 20 or later.*brings 15; install it.*0\.45"):
        load_llvm()


def test_a_processor_without_code_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise RuntimeError("no target")

    stranger: Any = SimpleNamespace(llvm_version_info=(22, 1, 0), initialize_native_target=refuse)
    monkeypatch.setitem(sys.modules, "llvmlite.binding", stranger)
    with pytest.raises(BackendError, match=r"no target.*--backend reference"):
        load_llvm()


def test_importing_these_modules_does_not_import_llvmlite() -> None:
    names = ("machine", "object_code", "cache", "team")
    imports = "; ".join(f"import pellucid.backends.native.{name}" for name in names)
    code = f"import sys; {imports}; print(sum(m.startswith('llvmlite') for m in sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "0\n"
