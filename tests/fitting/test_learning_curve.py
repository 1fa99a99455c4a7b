"""Training on fewer rows: which rows those are."""

from __future__ import annotations

import numpy as np

from pellucid.fitting.configuration import Configuration
from pellucid.fitting.learning_curve import _order
from pellucid.fitting.preparation import prepare_fit


def test_the_first_rows_have_one_of_each_class() -> None:
    label = [*("a" * 300), *("b" * 6), *("c" * 6), *("d" * 6)]
    table = {"x": np.random.default_rng(1).normal(size=len(label)), "y": label}
    for seed in range(3):
        options = Configuration().with_options({"seed": seed}, "the test")
        preparation = prepare_fit(table, "y", options)
        order, truth = _order(preparation), preparation.prepared.truths["train"]
        assert sorted(truth[order[:4]].tolist()) == [0, 1, 2, 3]
        assert np.array_equal(np.sort(order), np.arange(len(truth)))
        assert not np.array_equal(order, np.sort(order))
