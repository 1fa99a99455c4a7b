"""Philox 4x32 in plain Python integers, one counter at a time: an oracle for the vector form."""

from __future__ import annotations

import numpy as np

MASK = 0xFFFFFFFF


def philox_scalar(key: tuple[int, int], counter: tuple[int, int, int, int]) -> tuple[int, ...]:
    """Return four words (Salmon et al. 2011, section 4.3, figure 3)."""
    k0, k1 = key
    c0, c1, c2, c3 = counter
    for turn in range(10):
        if turn > 0:
            k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
        high_0, low_0 = divmod(0xD2511F53 * c0, 2**32)
        high_1, low_1 = divmod(0xCD9E8D57 * c2, 2**32)
        c0, c1, c2, c3 = high_1 ^ c1 ^ k0, low_1, high_0 ^ c3 ^ k1, low_0
    return c0, c1, c2, c3


def words(seed: int, purpose: int, step: int, count: int) -> list[int]:
    """Return the words that `random_words` promises."""
    key = (seed & MASK, (seed >> 32) & MASK)
    result: list[int] = []
    for block in range((count + 3) // 4):
        result += philox_scalar(key, (block, purpose, step & MASK, (step >> 32) & MASK))
    return result[:count]


def key_of(seed: int) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """Return the value of a key leaf for a seed."""
    return np.array([seed & MASK, (seed >> 32) & MASK], np.uint32)
