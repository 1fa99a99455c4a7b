"""How long to train where the user leaves it open, and on fewer rows than there are."""

from __future__ import annotations

import pytest

from pellucid.data.target import CLASSIFICATION, REGRESSION
from pellucid.fitting.configuration import Configuration
from pellucid.fitting.lengths import default_batch_size, for_fewer_rows, with_lengths


@pytest.mark.parametrize("task", [CLASSIFICATION, REGRESSION])
@pytest.mark.parametrize(("rows", "fewer"), [(400, 50), (4000, 500), (100_000, 12_500)])
def test_open_lengths_are_those_of_the_fewer_rows(rows: int, fewer: int, task: str) -> None:
    options = with_lengths(Configuration(), rows, task)
    assert for_fewer_rows(options, rows, fewer, task) == with_lengths(Configuration(), fewer, task)


def test_patience_grows_with_the_epochs_and_no_patience_stays_none() -> None:
    chosen = Configuration(batch_size=16, epochs=1, patience=0)
    assert for_fewer_rows(chosen, 4000, 500, REGRESSION).patience == 0
    chosen = Configuration(batch_size=16, epochs=10, patience=4)
    found = for_fewer_rows(chosen, 100_000, 100, REGRESSION)
    usual = [with_lengths(Configuration(), rows, REGRESSION) for rows in (100_000, 100)]
    epochs, patience = ([getattr(u, name) for u in usual] for name in ("epochs", "patience"))
    assert found.epochs == round(10 * epochs[1] / epochs[0])
    assert found.patience == round(4 * patience[1] / patience[0])


def test_a_batch_is_never_larger_than_the_rows() -> None:
    chosen = Configuration(batch_size=4000, epochs=10, patience=5)
    assert for_fewer_rows(chosen, 4000, 300, REGRESSION).batch_size == 300
    assert [default_batch_size(rows) for rows in (1, 5, 640, 10**6)] == [1, 5, 16, 256]
