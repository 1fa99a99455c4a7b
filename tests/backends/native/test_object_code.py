"""From text to functions that run: arithmetic as it is written, errors as BackendError."""

from __future__ import annotations

import ctypes
import gc
import math
import platform
import struct
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from pellucid.backends.native import object_code
from pellucid.backends.native.machine import Machine, host_machine
from pellucid.backends.native.object_code import Library, build, build_all
from pellucid.errors import BackendError

MACHINE = host_machine()
IS_X86 = platform.machine().lower() in ("x86_64", "amd64")
LINUX = sys.platform == "linux"

PRODUCT_AND_SUM = """
declare <4 x double> @llvm.fma.v4f64(<4 x double>, <4 x double>, <4 x double>)
define void @run(ptr %p) nounwind {
  %a = load <4 x double>, ptr %p, align 8
  %pb = getelementptr i8, ptr %p, i64 32
  %b = load <4 x double>, ptr %pb, align 8
  %pc = getelementptr i8, ptr %p, i64 64
  %c = load <4 x double>, ptr %pc, align 8
  %product = fmul FLAG <4 x double> %a, %b
  %plain = fadd FLAG <4 x double> %product, %c
  store <4 x double> %plain, ptr %p, align 8
  %fused = call <4 x double> @llvm.fma.v4f64(<4 x double> %a, <4 x double> %b, <4 x double> %c)
  store <4 x double> %fused, ptr %pb, align 8
  ret void
}
"""


def product_and_sum(flag: str, machine: Machine) -> tuple[list[float], list[float]]:
    """Return a b + c rounded twice and rounded once, as native code computes them."""
    library = Library([build(PRODUCT_AND_SUM.replace("FLAG", flag), machine)], machine)
    buffer = np.array([*A, *B, *C])
    library.function("run", 1)(buffer.ctypes.data)
    return buffer[:4].tolist(), buffer[4:8].tolist()


# Products whose last bits decide the sum.
A = [1 + 2.0**-30, 1 - 2.0**-30, 3.0000000001, 0.1]
B = [1 + 2.0**-30, 1 + 2.0**-30, 1 / 3, 10.0]
C = [-1.0, -1.0, -1.0, -1.0]
TWICE = [a * b + c for a, b, c in zip(A, B, C, strict=True)]
ONCE = [float(Fraction(a) * Fraction(b) + Fraction(c)) for a, b, c in zip(A, B, C, strict=True)]


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_nothing_is_fused_that_is_not_written_so(
    level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_code, "LEVEL", level)
    assert all(once != twice for once, twice in zip(ONCE, TWICE, strict=True))
    assert product_and_sum("", MACHINE) == (TWICE, ONCE)


@pytest.mark.skipif(not MACHINE.has_fma, reason="the processor cannot fuse")
def test_the_check_would_see_a_fusion() -> None:
    assert product_and_sum("contract", MACHINE) == (ONCE, ONCE)


@pytest.mark.skipif(not IS_X86, reason="other processors have fused multiply-add")
def test_a_processor_without_fused_instructions_computes_the_same() -> None:
    plain = Machine("x86-64", "", lanes=4, registers=16, has_fma=False)
    assert product_and_sum("", plain) == (TWICE, ONCE)


def library_of(text: str) -> Library:
    return Library([build(text, MACHINE)], MACHINE)


def test_functions_of_the_c_library_are_found() -> None:
    text = """
    declare float @expf(float)
    declare double @fmod(double, double)
    declare ptr @memcpy(ptr, ptr, i64)
    define void @run(ptr %floats, ptr %doubles, i64 %bytes) nounwind {
      %x = load float, ptr %floats
      %e = call float @expf(float %x)
      store float %e, ptr %floats
      %y = load double, ptr %doubles
      %r = call double @fmod(double %y, double 3.0)
      store double %r, ptr %doubles
      %second = getelementptr i8, ptr %doubles, i64 8
      %q = call ptr @memcpy(ptr %second, ptr %doubles, i64 %bytes)
      ret void
    }
    """
    floats, doubles = np.array([1.0], np.float32), np.array([10.5, 7.0, 7.0])
    library_of(text).function("run", 3)(floats.ctypes.data, doubles.ctypes.data, 8)
    assert floats[0] == pytest.approx(math.e, rel=1e-6)
    assert doubles.tolist() == [1.5, 1.5, 7.0]


def test_arguments_keep_all_their_bits() -> None:
    text = """
    define void @run(ptr %p, i64 %a, i64 %b) nounwind {
      store i64 %a, ptr %p
      %q = getelementptr i64, ptr %p, i64 1
      store i64 %b, ptr %q
      ret void
    }
    """
    cells = np.zeros(2, np.int64)
    library_of(text).function("run", 3)(cells.ctypes.data, -1, 2**63 - 1)
    assert cells.tolist() == [-1, 2**63 - 1]


def adding(name: str, number: int) -> str:
    """Return a module with a function that adds to a cell, through a function inside."""
    return f"""
    define internal void @inner(ptr %cell) nounwind {{
      %before = load i64, ptr %cell
      %after = add i64 %before, {number}
      store i64 %after, ptr %cell
      ret void
    }}
    define void @{name}(ptr %cell) nounwind {{
      call void @inner(ptr %cell)
      ret void
    }}
    """


def test_several_objects_are_linked_together() -> None:
    # The inner functions have one name in every module, and are not confused.
    texts = [adding("one", 1), adding("ten", 10), adding("hundred", 100)]
    texts.append(
        "declare void @one(ptr)\ndeclare void @ten(ptr)\n"
        "define void @both(ptr %p) { call void @one(ptr %p)\ncall void @ten(ptr %p)\nret void }"
    )
    library = Library(build_all(texts, MACHINE), MACHINE)
    cell = np.zeros(1, np.int64)
    for name in ("both", "hundred", "one"):
        library.function(name, 1)(cell.ctypes.data)
    assert cell[0] == 112


def test_libraries_may_use_the_same_names() -> None:
    cell = np.zeros(1, np.int64)
    libraries = [library_of(adding("run", number)) for number in (1, 10)]
    for library in libraries:
        library.function("run", 1)(cell.ctypes.data)
    assert cell[0] == 11


def test_a_variable_has_an_address() -> None:
    library = library_of("@numbers = constant [3 x i32] [i32 5, i32 6, i32 7]")
    numbers = (ctypes.c_int32 * 3).from_address(library.address("numbers"))
    assert list(numbers) == [5, 6, 7]
    assert library.address("numbers") == library.address("numbers")


def test_a_function_keeps_its_library() -> None:
    function = library_of(adding("run", 3)).function("run", 1)
    gc.collect()
    for number in range(5):
        library_of(adding("run", 100 + number)).function("run", 1)
    cell = np.zeros(1, np.int64)
    function(cell.ctypes.data)
    assert cell[0] == 3


@pytest.mark.skipif(not LINUX, reason="the size of the process is read from /proc")
def test_memory_is_released_with_the_library() -> None:
    mebibytes = 16
    text = f"@room = global [{mebibytes << 20} x i8] zeroinitializer\n" + adding("run", 1)
    content = build(text, MACHINE)

    def pages() -> int:
        return int(Path("/proc/self/statm").read_text().split()[0])

    def use() -> None:
        library = Library([content], MACHINE)
        assert library.address("room")
        cell = np.zeros(1, np.int64)
        library.function("run", 1)(cell.ctypes.data)

    use()
    gc.collect()
    before = pages()
    for _ in range(20):
        use()
    gc.collect()
    grown = (pages() - before) * 4096 >> 20
    assert grown < 4 * mebibytes, f"20 libraries of {mebibytes} MiB left {grown} MiB behind"


def relocations(content: bytes) -> Iterator[tuple[str, int]]:
    """Give the kind (by number) of each place in an ELF object that is filled when it is linked.

    With each goes the name of a symbol that lies outside of the object, else "".
    """
    (table,) = struct.unpack_from("<Q", content, 40)
    size, count = struct.unpack_from("<HH", content, 58)
    # name, type, flags, address, offset, size, link, info, align, entry size
    sections = [struct.unpack_from("<IIQQQQIIQQ", content, table + i * size) for i in range(count)]
    for section in sections:
        if section[1] != 4:  # relocations with addends
            continue
        symbols = sections[section[6]]
        names = sections[symbols[6]]
        for place in range(section[4], section[4] + section[5], 24):
            _, info, _ = struct.unpack_from("<QQq", content, place)
            symbol = symbols[4] + 24 * (info >> 32)
            name, _, _, home = struct.unpack_from("<IBBH", content, symbol)
            start = names[4] + name
            text = content[start : content.index(b"\0", start)].decode()
            yield ("" if home else text), info & 0xFFFFFFFF


@pytest.mark.skipif(not (LINUX and IS_X86), reason="reads ELF objects of x86-64")
def test_calls_reach_any_distance() -> None:
    text = """
    declare float @expf(float)
    define void @run(ptr %p) nounwind {
      %x = load float, ptr %p
      %y = fadd float %x, 0x3FF19999A0000000
      %e = call float @expf(float %y)
      store float %e, ptr %p
      ret void
    }
    """
    found = list(relocations(build(text, MACHINE)))
    absolute_64 = 1  # R_X86_64_64
    assert ("expf", absolute_64) in found
    assert all(kind == absolute_64 for name, kind in found if name)


def test_equal_texts_give_equal_bytes() -> None:
    assert build(adding("run", 1), MACHINE) == build(adding("run", 1), MACHINE)
    assert build(adding("run", 1), MACHINE) != build(adding("run", 2), MACHINE)


@pytest.mark.parametrize("threads", [0, 1, 2, 5, 40])
def test_modules_are_built_side_by_side(threads: int) -> None:
    texts = [adding("run" + "x" * (7 * i % 5), i) for i in range(12)]
    assert build_all(texts, MACHINE, threads) == [build(text, MACHINE) for text in texts]


def test_no_modules_are_no_objects() -> None:
    assert build_all([], MACHINE) == []


def test_an_error_in_one_of_several_modules_is_told() -> None:
    with pytest.raises(BackendError, match="nonsense"):
        build_all([adding("run", 1), "nonsense", adding("run", 2)], MACHINE, threads=3)


def test_code_is_made_without_a_handle_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    text = adding("run", 1)
    expected = build(text, MACHINE)

    def refuse(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    assert build(text, MACHINE) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("define void @run() { ret i32 0 }", "doesn't match function result type"),
        (
            "define void @run(i32 %x) { %y = add i32 %z, 1\n%z = add i32 %x, 1\nret void }",
            "does not dominate",
        ),
        ("define void @run() { call void @elsewhere()\nret void }", "undefined value '@elsewhere'"),
    ],
)
def test_text_that_is_wrong_is_refused(text: str, message: str) -> None:
    with pytest.raises(BackendError, match=f"(?s)cannot make code of a module.*{message}"):
        build(text, MACHINE)


def test_an_unknown_name_is_told() -> None:
    library = library_of(adding("run", 1))
    with pytest.raises(BackendError, match="'walk' cannot be linked: Symbols not found"):
        library.address("walk")


def test_a_name_that_nothing_defines_is_told() -> None:
    text = (
        "declare void @no_such_name()\ndefine void @run() { call void @no_such_name()\nret void }"
    )
    library = library_of(text)
    with pytest.raises(BackendError, match="'run' cannot be linked"):
        library.function("run", 0)


def test_a_name_defined_twice_is_told() -> None:
    content = build(adding("run", 1), MACHINE)
    with pytest.raises(BackendError, match=r"cannot be linked: .*[Dd]uplicate definition.*'run'"):
        Library([content, content], MACHINE)


@pytest.mark.parametrize("keep", [0, 4, 500])
def test_what_is_no_object_code_is_refused(keep: int) -> None:
    with pytest.raises(BackendError, match="object code cannot be linked"):
        Library([build(adding("run", 1), MACHINE)[:keep]], MACHINE)


def test_an_interruption_waits_for_what_is_being_built(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end = threading.Semaphore(0), threading.Event()
    ended: list[str] = []

    def slow_build(text: str, machine: Machine) -> bytes:
        begun.release()
        may_end.wait()
        ended.append(text)
        return b""

    interruptions = 0

    def interrupted_wait(futures: list[Future[bytes]]) -> None:
        nonlocal interruptions
        interruptions += 1
        if interruptions == 1:
            # Both threads are at work, and nothing has ended.
            begun.acquire()
            begun.acquire()
        if interruptions <= 2:
            raise KeyboardInterrupt
        may_end.set()
        wait(futures)

    monkeypatch.setattr(object_code, "build", slow_build)
    monkeypatch.setattr(object_code, "wait", interrupted_wait)
    try:
        with pytest.raises(KeyboardInterrupt):
            object_code.build_all(["a", "b", "c", "d"], host_machine(), 2)
        assert sorted(ended) == ["a", "b"]
    finally:
        may_end.set()
