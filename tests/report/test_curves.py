from __future__ import annotations

import doctest
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pellucid.errors import OptionError
from pellucid.report import curves as module
from pellucid.report.curves import draw_curves
from tests.svg import texts

LOSSES = {"train_loss": [0.9, 0.5, 0.4, 0.3], "validation_loss": [0.9, 0.6, 0.5, 0.7]}
ALL = {
    **LOSSES,
    "validation_accuracy": [0.5, 0.7, 0.8, 0.8],
    "validation_auc": [0.6, 0.8, 0.9, 0.9],
    "learning_rate": [0.1, 0.1, 0.05, 0.05],
}


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", ["curves.svg", "curves.png"])
def test_picture_is_whole_and_repeats_its_bytes(tmp_path: Path, name: str) -> None:
    contents = []
    for _ in range(2):
        draw_curves(tmp_path / name, ALL, best_epoch=3, stopped_epoch=4, monitor="validation_loss")
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
    if name.endswith("png"):
        with Image.open(tmp_path / name) as image:
            assert image.size == (1536, 640)
    else:
        ElementTree.parse(tmp_path / name)


def test_panels_labels_and_marks(tmp_path: Path) -> None:
    path = tmp_path / "curves.svg"
    draw_curves(path, ALL, best_epoch=3, stopped_epoch=4, monitor="validation_loss", title="my run")
    said = texts(path)
    for text in (
        "my run",
        "loss",
        "accuracy",
        "learning rate",
        "training",
        "validation",
        "epoch",
        "best: epoch 3",
        "stopped: epoch 4",
    ):
        assert text in said, text
    assert "auc" not in said


def test_the_monitored_metric_is_shown(tmp_path: Path) -> None:
    draw_curves(tmp_path / "c.svg", ALL, best_epoch=3, monitor="validation_auc")
    said = texts(tmp_path / "c.svg")
    assert "auc" in said
    assert "accuracy" not in said
    assert not any(text.startswith("stopped") for text in said)


def test_best_and_stopped_may_be_one_epoch(tmp_path: Path) -> None:
    draw_curves(tmp_path / "c.svg", LOSSES, best_epoch=2, stopped_epoch=2)
    assert "best and stopped: epoch 2" in texts(tmp_path / "c.svg")


def _ticks(path: Path) -> set[str]:
    return set(texts(path))


def test_scale_is_logarithmic_where_the_range_asks_for_it(tmp_path: Path) -> None:
    path = tmp_path / "c.svg"
    draw_curves(path, {"train_loss": [1.0, 0.1, 0.02]})
    assert {"1", "0.5", "0.2", "0.1", "0.05", "0.02"} <= _ticks(path)
    draw_curves(path, {"train_loss": [1.0, 0.5, 0.2]})
    assert {"0.4", "0.6", "0.8", "1.0"} <= _ticks(path)
    draw_curves(path, {"train_loss": [1.0, 0.0, 0.02]})
    assert "0.2" in _ticks(path)
    assert "0.05" not in _ticks(path)
    draw_curves(path, {"train_loss": [1e6, 1.0, 1e-2]})
    assert {"1e+06", "100", "0.01"} <= _ticks(path)


@pytest.mark.parametrize(
    "epochs",
    [
        {name: numbers[:1] for name, numbers in ALL.items()},
        {"train_loss": [0.5]},
        {"train_loss": []},
        {},
        {"train_loss": [1.0, np.nan, np.inf, 0.5], "learning_rate": [0.0, 0.0, 0.0, 0.0]},
        {"train_loss": [np.nan, np.nan], "validation_loss": [-np.inf, np.inf]},
        {"train_loss": [3.4e38, 1e-38]},
        {"train_loss": [1e300, 1e-300, 1e308]},
        {"train_loss": [-1e308, 1e308]},
        {"train_loss": [0.0, 0.0, 0.0]},
        {"train_loss": np.linspace(2, 1, 5000)},
        {"epoch": [1, 2], "seconds": [3, 4]},
    ],
    ids=str,
)
@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_odd_numbers_give_a_picture(tmp_path: Path, epochs: dict[str, Any], suffix: str) -> None:
    count = max((len(numbers) for numbers in epochs.values()), default=0)
    draw_curves(tmp_path / f"c{suffix}", epochs, best_epoch=1 if count else None)
    assert (tmp_path / f"c{suffix}").stat().st_size > 1000


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    draw_curves(tmp_path / "c.svg", {"train_loss": []})
    assert "no epoch has ended" in texts(tmp_path / "c.svg")
    draw_curves(tmp_path / "c.svg", {"train_loss": [np.nan]})
    assert "no number is finite" in texts(tmp_path / "c.svg")


def test_numbers_handed_in_stay_as_they_are(tmp_path: Path) -> None:
    numbers = np.array([1.0, np.inf])
    draw_curves(tmp_path / "c.svg", {"train_loss": numbers})
    assert numbers[1] == np.inf


def test_columns_of_different_lengths(tmp_path: Path) -> None:
    with pytest.raises(OptionError) as caught:
        draw_curves(tmp_path / "c.svg", {"train_loss": [1.0, 2.0], "learning_rate": [1.0]})
    assert str(caught.value) == (
        "curves need one number an epoch in every column, got 'train_loss' 2, 'learning_rate' 1"
    )


def test_monitor_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OptionError) as caught:
        draw_curves(tmp_path / "c.svg", LOSSES, monitor="validation_auc")
    assert str(caught.value) == (
        "monitor must be one of the columns train_loss, validation_loss, got 'validation_auc'"
    )


@pytest.mark.parametrize("epoch", [0, 5, -1])
@pytest.mark.parametrize("name", ["best_epoch", "stopped_epoch"])
def test_epoch_that_is_not_there(tmp_path: Path, name: str, epoch: int) -> None:
    marked: dict[str, Any] = {name: epoch}
    with pytest.raises(OptionError) as caught:
        draw_curves(tmp_path / "c.svg", LOSSES, **marked)
    assert str(caught.value) == (f"{name} must be between 1 and 4, the last epoch, got {epoch}")
    assert not list(tmp_path.iterdir())
