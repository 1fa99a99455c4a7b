"""Random words against the published known answers and a scalar form in plain integers."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.philox import name_to_purpose, philox, random_words
from tests.philox_scalar import philox_scalar, words

ONES = 0xFFFFFFFF
# Salmon et al., kat_vectors of Random123: counter, key, words of philox4x32 with 10 rounds.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_known_answers(
    counter: tuple[int, int, int, int], key: tuple[int, int], expected: tuple[int, ...]
) -> None:
    assert tuple(int(word) for word in philox(key, counter)) == expected
    assert philox_scalar(key, counter) == expected


def test_arrays_of_counters_are_taken_one_by_one() -> None:
    random = np.random.default_rng(3)
    counters = [random.integers(0, 2**32, 50, dtype=np.uint32) for _ in range(4)]
    got = philox((123, 2**31 + 5), (counters[0], counters[1], counters[2], counters[3]))
    for row, counter in enumerate(zip(*counters, strict=True)):
        c0, c1, c2, c3 = map(int, counter)
        expected = philox_scalar((123, 2**31 + 5), (c0, c1, c2, c3))
        assert tuple(int(word[row]) for word in got) == expected


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 17])
@pytest.mark.parametrize("step", [0, 7, 2**32, 2**40 + 3])
@pytest.mark.parametrize("seed", [0, 1, 2**32, 2**63 + 11])
def test_random_words_are_what_their_docstring_says(seed: int, step: int, count: int) -> None:
    got = random_words(seed, 9, step, count)
    assert got.dtype == np.uint32
    assert got.tolist() == words(seed, 9, step, count)


def test_seeds_purposes_and_steps_are_independent() -> None:
    count = 4000
    base = random_words(1, 2, 3, count)
    for other in (
        random_words(2, 2, 3, count),
        random_words(1 + 2**32, 2, 3, count),
        random_words(1, 3, 3, count),
        random_words(1, 2, 4, count),
        random_words(1, 2, 3 + 2**32, count),
    ):
        agreeing = np.bitwise_count(base ^ other)
        # 32 bits each agree by chance: mean 16, variance 8.
        assert abs(agreeing.mean() - 16) < 5 * np.sqrt(8 / count)
        assert abs(np.corrcoef(base, other)[0, 1]) < 5 / np.sqrt(count)


def test_names_make_purposes_of_31_bits() -> None:
    # The published FNV-1a of "" and "a", without the lowest bit.
    assert name_to_purpose("") == 0x811C9DC5 >> 1
    assert name_to_purpose("a") == 0xE40C292C >> 1
    names = [f"layer_{i}.{part}" for i in range(500) for part in ("weight", "bias")]
    purposes = {name_to_purpose(name) for name in names}
    assert len(purposes) == len(names)
    assert max(purposes) < 2**31
