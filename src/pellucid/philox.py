"""Counter-based random words: Philox 4x32 with ten rounds.

Receives a key of two 32-bit words and counters of four; gives four random words for each counter.
Equal input gives equal output everywhere, so that randomness is a function of seed, purpose and
position and nothing has to be drawn in order.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Words = np.ndarray[Any, np.dtype[np.uint32]]

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_MASK = 0xFFFFFFFF
ROUNDS = 10


def philox(key: tuple[int, int], counters: tuple[Any, Any, Any, Any]) -> tuple[Words, ...]:
    """Return four arrays of random words, one for each counter.

    Args:
        key: two 32-bit words.
        counters: four arrays (or integers) of uint32 that broadcast together.

    Example:
        >>> [hex(word.item()) for word in philox((0, 0), (0, 0, 0, 0))]
        ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    x0, x1, x2, x3 = (np.asarray(word, np.uint32) for word in counters)
    k0, k1 = key
    shift = np.uint64(32)
    for _ in range(ROUNDS):
        p0 = _MULTIPLIERS[0] * x0.astype(np.uint64)
        p1 = _MULTIPLIERS[1] * x2.astype(np.uint64)
        high0, low0 = (p0 >> shift).astype(np.uint32), p0.astype(np.uint32)
        high1, low1 = (p1 >> shift).astype(np.uint32), p1.astype(np.uint32)
        x0, x1, x2, x3 = high1 ^ x1 ^ np.uint32(k0), low1, high0 ^ x3 ^ np.uint32(k1), low0
        k0, k1 = (k0 + _WEYL[0]) & _MASK, (k1 + _WEYL[1]) & _MASK
    return x0, x1, x2, x3


def random_words(seed: int, purpose: int, step: int, count: int, first: int = 0) -> Words:
    """Return `count` random words of one purpose at one step from word `first`, uint32 (count,).

    Word i is word `i % 4` of the counter (i // 4, purpose, low and high word of `step`) under the
    key made of the low and the high word of `seed`.

    Example:
        >>> random_words(seed=1, purpose=2, step=3, count=3).dtype
        dtype('uint32')
        >>> int(random_words(1, 2, 3, 9)[8]) == int(random_words(1, 2, 3, 100)[8])
        True
    """
    index = np.arange(first // 4, -(-(first + count) // 4), dtype=np.uint32)
    key = (seed & _MASK, (seed >> 32) & _MASK)
    words = philox(key, (index, purpose & _MASK, step & _MASK, (step >> 32) & _MASK))
    return np.stack(words, axis=-1).reshape(-1)[first % 4 : first % 4 + count]


def name_to_purpose(name: str) -> int:
    """Return a 31-bit purpose for a name (FNV-1a), so that parameters draw independently.

    Example:
        >>> name_to_purpose("hidden_1.weight") != name_to_purpose("hidden_2.weight")
        True
    """
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & _MASK
    return value >> 1
