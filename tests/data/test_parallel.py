"""Work on several threads gives what work on one gives."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from pellucid.data import encoding as encoding_module
from pellucid.data.encoding import Encoding
from pellucid.data.parallel import each_of
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table


@pytest.mark.parametrize("together", [True, False])
def test_results_are_in_order(together: bool) -> None:
    assert each_of(range(50), lambda number: number * number, together=together) == [
        number * number for number in range(50)
    ]
    assert each_of([], str) == []


def test_the_error_of_the_first_item_is_raised() -> None:
    second = threading.Event()

    def work(item: int) -> None:
        if item == 0:
            # Where there is another thread, its error comes first.
            second.wait(0.2)
        second.set()
        raise ValueError(f"item {item}")

    with pytest.raises(ValueError, match="item 0"):
        each_of([0, 1, 2], work)


def test_encoding_by_pieces_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(8)
    numbers = random.standard_cauchy(1000)
    numbers[::7] = np.nan
    words = random.choice(["a", "b", "c"], 1000)
    table = Table(
        [Column("n", Storage.NUMBER, numbers), Column.of_texts("w", words.tolist())]
    ).take(random.permutation(1000))
    whole = Encoding.fit(table)
    expected = whole.transform(table)
    monkeypatch.setattr(encoding_module, "CHUNK", 64)
    pieces = Encoding.fit(table)
    assert pieces.description() == whole.description()
    assert pieces.transform(table).tobytes() == expected.tobytes()
