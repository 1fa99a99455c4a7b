"""Check the float32 words of formulas on every float32 there is, and time them.

    python benchmarks/words.py [--words exp,tanh] [--step 1] [--threads 2] [--out FILE.json]

An error is counted in units in the last place of the exact result (below the normal range, of the
smallest float32), which NumPy or SciPy gives in float64. It is infinite where the result is nan or
infinite and the exact one, rounded, is not, or the other way round, and where a 0 has the wrong
sign. `power` has two arguments: it is checked on pairs of a float32 and a drawn exponent. Times are
those of one thread with its numbers in the nearest cache, the best of several rounds.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.backends.native.harness import Kernel, compile_word, errors_in_ulps

from pellucid.backends.native.machine import host_machine, llvm_version
from pellucid.dtypes import float32

Array = np.ndarray[Any, Any]

EXACT: dict[str, Callable[..., Any]] = {
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "erf": special.erf,
    "power": np.power,
}
CHUNK = 1 << 20
SEED = 1


def arguments(name: str, start: int, step: int) -> list[Array]:
    """Return the arguments of one chunk, which begins with the float32 of these bits."""
    bits = np.arange(start, min(start + CHUNK * step, 2**32), step, dtype=np.uint64)
    x = bits.astype(np.uint32).view(np.float32)
    if name != "power":
        return [x]
    generator = np.random.default_rng([SEED, start])
    with np.errstate(all="ignore"):
        y = generator.uniform(-105, 90, len(x)) / np.log(np.abs(x.astype(np.float64)))
        y = y.astype(np.float32)
    # A negative number has a power only where the exponent is whole.
    return [x, np.where(np.signbit(x), np.round(y), y)]


def check(name: str, kernel: Kernel, start: int, step: int) -> tuple[float, list[float], int]:
    """Return the largest error of a chunk, where it is, and how many results are the nearest."""
    arrays = arguments(name, start, step)
    with np.errstate(all="ignore"):
        exact = EXACT[name](*(array.astype(np.float64) for array in arrays))
        rounded = exact.astype(np.float32)
        result = kernel(*arrays)
    is_nan = np.isnan(result) & np.isnan(rounded)
    is_nearest = is_nan | ((result == rounded) & (np.signbit(result) == np.signbit(rounded)))
    # The exact number of units is dear, and asked for only where it may be more than a half.
    off = np.flatnonzero(~is_nearest)
    if not len(off):
        return 0.5, [], len(result)
    errors = errors_in_ulps(result[off], exact[off])
    worst = int(np.argmax(errors))
    place = [float(array[off[worst]]) for array in arrays]
    return float(errors[worst]), place, len(result) - len(off)


def nanoseconds(name: str, kernel: Kernel) -> float:
    """Return the time of one element."""
    generator = np.random.default_rng(SEED)
    count, rounds = 4096, 200
    arrays = [generator.uniform(0.1, 8, count).astype(np.float32) for _ in range(2)]
    taken = arrays if name == "power" else arrays[:1]
    return min(kernel.seconds(rounds, *taken) for _ in range(9)) / rounds / count * 1e9


def main() -> None:
    """Check and time the words that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--words", default=",".join(EXACT))
    parser.add_argument("--step", type=int, default=1, help="every how many'th float32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    machine = host_machine()
    words: dict[str, Any] = {}
    for name in options.words.split(","):
        count = 2 if name == "power" else 1
        lanes = (machine.lanes, 1)
        kernels = [compile_word(name, [float32] * count, float32, each) for each in lanes]
        starts = range(0, 2**32, CHUNK * options.step)
        with ThreadPoolExecutor(options.threads) as pool:
            rows = pool.map(lambda s, n=name, k=kernels[0]: check(n, k, s, options.step), starts)
            found = list(rows)
        error, place, _ = max(found)
        checked = -(-(2**32) // options.step)
        words[name] = {
            "worst_error_in_ulps": round(error, 4),
            "at": place,
            "share_nearest": round(sum(row[2] for row in found) / checked, 4),
            "checked": checked,
            **{
                f"nanoseconds_{each}_lanes": round(nanoseconds(name, kernel), 4)
                for each, kernel in zip(lanes, kernels, strict=True)
            },
        }
        print(name, words[name], flush=True)
    record = {
        "processor": machine.cpu,
        "lanes": machine.lanes,
        "llvm": llvm_version(),
        "numpy": np.__version__,
        "platform": platform.platform(),
        "words": words,
    }
    options.out.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
