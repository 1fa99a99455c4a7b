"""From LLVM's text to functions that can be called.

    text -> build -> object code -> Library -> NativeFunction

`build` parses, verifies and generates code; it runs none of LLVM's passes over the text, which is
written as it should run. A fused multiply-add comes of an explicit `llvm.fma` only. `Library`
links object code into this process. What LLVM says is wrong becomes a `BackendError`.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from pellucid.backends.native.machine import Machine, load_llvm
from pellucid.backends.native.team import available_threads
from pellucid.errors import BackendError

LEVEL = 1
"""How much the code generator tries, from 0 to 3.

The code of level 0 keeps every value in memory and takes two to three times as long to run; levels
2 and 3 take a tenth longer to build and run within a hundredth of level 1.
"""


def build(text: str, machine: Machine) -> bytes:
    """Return the object code of one module. Equal texts give equal bytes.

    Raises:
        BackendError: the text is not LLVM's language, or no code can be made of it.
    """
    binding = load_llvm()
    try:
        with (
            binding.create_context() as context,
            _target(binding, machine) as target,
            binding.parse_assembly(text, context) as module,
        ):
            module.triple = target.triple
            module.data_layout = str(target.target_data)
            module.verify()
            return _emit(binding, target, module)
    except RuntimeError as error:
        raise BackendError(f"LLVM cannot make code of a module: {error}") from error


def build_all(texts: Sequence[str], machine: Machine, threads: int = 0) -> list[bytes]:
    """Return the object code of several modules, made by threads side by side.

    Args:
        texts: the modules.
        machine: what they are for.
        threads: how many threads; 0 means as many as can run at once.

    Raises:
        BackendError: as `build`.
    """
    threads = min(threads or available_threads(), len(texts))
    if threads <= 1:
        return [build(text, machine) for text in texts]
    longest_first = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    pool = ThreadPoolExecutor(threads)
    futures = {i: pool.submit(build, texts[i], machine) for i in longest_first}
    interruption: BaseException | None = None
    for future in futures.values():
        # LLVM must be left before the process may end: an interruption waits for what has begun.
        while not future.done():
            try:
                wait([future])
            except BaseException as error:
                interruption = interruption or error
                pool.shutdown(wait=False, cancel_futures=True)
    if interruption is not None:
        raise interruption
    pool.shutdown()
    return [futures[i].result() for i in range(len(texts))]


def _emit(binding: Any, target: Any, module: Any) -> bytes:
    """Return the object code of a module that no other thread knows.

    llvmlite lets one thread at a time into LLVM. Modules of different contexts need no such order,
    and making code takes nine tenths of the time; so it is called through a handle of our own.
    """
    ffi = binding.ffi
    try:
        emit = ctypes.CDLL(ffi.lib._name).LLVMPY_TargetMachineEmitToMemory
    except (AttributeError, OSError):
        return bytes(target.emit_object(module))
    emit.argtypes = [
        ffi.LLVMTargetMachineRef,
        ffi.LLVMModuleRef,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_char_p),
    ]
    emit.restype = ffi.LLVMMemoryBufferRef
    with ffi.OutputString() as message:
        buffer = emit(target, module, 1, message)
        if not buffer:
            raise RuntimeError(str(message))
    try:
        size: int = ffi.lib.LLVMPY_GetBufferSize(buffer)
        return ctypes.string_at(ffi.lib.LLVMPY_GetBufferStart(buffer), size)
    finally:
        ffi.lib.LLVMPY_DisposeMemoryBuffer(buffer)


class NativeFunction:
    """A function in machine code that takes whole numbers and addresses and returns nothing.

    Other threads of Python run while it does. It keeps its library alive.

    Attributes:
        address: where its code begins.
    """

    def __init__(self, library: Library, address: int, arguments: int) -> None:
        """Wrap the code at an address."""
        self.address = address
        self._library = library
        self._call = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * arguments)(address)

    def __call__(self, *arguments: int) -> None:
        """Run it."""
        self._call(*arguments)


class Library:
    """Object code that is linked into this process, for as long as the library lives.

    Names that the objects do not define are looked for in the others and then in the process: the
    functions of C's library.
    """

    def __init__(self, objects: Sequence[bytes], machine: Machine) -> None:
        """Link.

        Raises:
            BackendError: it is no object code for this machine, or a name is defined twice.
        """
        binding = load_llvm()
        builder = binding.JITLibraryBuilder().add_current_process()
        for content in objects:
            builder.add_object_img(content)
        try:
            with _target(binding, machine) as target:
                self._linker = binding.create_lljit_compiler(target, suppress_errors=True)
            self._code = builder.link(self._linker, _NAME)
        except RuntimeError as error:
            raise BackendError(f"object code cannot be linked: {error}") from error
        # Closing what one look-up gives would unload everything, so all of them are kept.
        self._found: dict[str, Any] = {}
        release = weakref.finalize(self, _release, self._found, self._code, self._linker)
        release.atexit = False

    def address(self, name: str) -> int:
        """Return where a function or variable begins.

        Raises:
            BackendError: there is none of that name, or it needs names that nothing defines.
        """
        if name not in self._found:
            try:
                self._found[name] = self._linker.lookup(_NAME, name)
            except RuntimeError as error:
                raise BackendError(f"'{name}' cannot be linked: {error}") from error
        return int(self._found[name][name])

    def function(self, name: str, arguments: int) -> NativeFunction:
        """Return a function that takes that many whole numbers or addresses.

        Raises:
            BackendError: as `address`.
        """
        return NativeFunction(self, self.address(name), arguments)


_NAME = "pellucid"


def _target(binding: Any, machine: Machine) -> Any:
    """Return LLVM's code generator for a machine.

    The large code model reaches every address: libm may lie more than 2 GiB from linked code.
    """
    return binding.Target.from_default_triple().create_target_machine(
        cpu=machine.cpu,
        features=machine.features,
        opt=LEVEL,
        reloc="default",
        codemodel="jitdefault",
        jit=True,
    )


def _release(found: dict[str, Any], code: Any, linker: Any) -> None:
    for tracker in found.values():
        tracker.close()
    code.close()
    linker.close()
