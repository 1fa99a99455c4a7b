"""Options that cannot do what they say beside others are refused, with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import OptionError
from pellucid.fitting.configuration import read_configuration
from pellucid.layers import Dense
from pellucid.losses import Quantile
from pellucid.optimizers import adam
from pellucid.schedules import Cosine

NUMBERS = {"x": list(range(60)), "y": [3.0 * x + x % 7 for x in range(60)]}


@pytest.mark.parametrize(
    ("data", "options", "reason"),
    [
        (NUMBERS, {"quantile": 0.9}, r"quantile=0.9 is the level .* the loss is squared_error"),
        ("iris", {"quantile": 0.9}, "quantile=0.9 is the level .* softmax_cross_entropy"),
        ("iris", {"loss": "hinge", "label_smoothing": 0.1}, "label_smoothing=0.1 .* is hinge"),
        (NUMBERS, {"label_smoothing": 0.1}, "label_smoothing=0.1 .* is squared_error"),
        (NUMBERS, {"class_weight": "balanced"}, "class_weight='balanced' needs classes.*'y'"),
        ("iris", {"optimizer": adam(), "weight_decay": 0.1}, "weight_decay=0.1 .* complete"),
        ("iris", {"optimizer": adam(), "clip_global_norm": 1.0}, "clip_global_norm=1.0 .*complete"),
        ("iris", {"optimizer": adam(), "max_norm": 1.0}, "max_norm=1.0 .* complete"),
    ],
)
def test_options_that_cannot_apply_are_refused(
    data: Any, options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(OptionError, match=reason):
        pellucid.fit(data, "y" if data is NUMBERS else None, **options)


@pytest.mark.parametrize(
    "options",
    [
        {"loss": "quantile", "quantile": 0.9},
        {"loss": "gaussian_nll", "label_smoothing": 0.0},
        {"optimizer": adam(0.01)},
    ],
)
def test_a_run_can_be_repeated_from_its_record(tmp_path: Path, options: dict[str, Any]) -> None:
    import csv

    path = tmp_path / "numbers.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(NUMBERS)
        writer.writerows(zip(*NUMBERS.values(), strict=True))
    once = pellucid.fit(
        path, "y", out=tmp_path / "run", epochs=2, report=False, baselines=(), **options
    )
    config = tmp_path / "run" / "config.toml"
    assert read_configuration(config).label_smoothing is None or "label_smoothing" in options
    again = pellucid.fit(path, config=config, out=tmp_path / "again")
    assert again.metrics == once.metrics


def test_a_rate_beside_a_complete_schedule_is_refused() -> None:
    x, y = np.zeros((8, 2), np.float32), np.zeros((8, 1), np.float32)
    with pytest.raises(OptionError, match=r"learning_rate=0\.5 cannot be added to a schedule"):
        pellucid.train(
            Dense(1),
            *(x, y),
            loss=Quantile(0.5),
            schedule=Cosine(0.1, 10),
            learning_rate=0.5,
            epochs=1,
        )
