"""Finished runs set against each other on the test rows that they have in common."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import FolderError
from pellucid.fitting.folder import RunFolder
from pellucid.fitting.matching import matched
from pellucid.report.matching import Difference

DRAW = np.random.default_rng(7)
X = DRAW.normal(size=240)
ROWS = {
    "x": np.where(np.arange(240) % 9 == 0, -99.0, X),
    "code": np.arange(240) % 3,
    "who": np.array([f"p{number // 4}" for number in range(240)]),
    "y": 3.0 * X + 0.1 * DRAW.normal(size=240),
    "kind": np.where(X + 0.3 * DRAW.normal(size=240) > 0, "yes", "no"),
}
QUICK: dict[str, Any] = {"epochs": 12, "hidden": (8,), "report": False, "baselines": (), "seed": 3}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs")
    with (path / "rows.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(ROWS)
        writer.writerows(zip(*(values.tolist() for values in ROWS.values()), strict=True))
    for name, target, changes in (
        ("plain", "y", {}),
        ("told", "y", {"missing": ("-99.0", "-99"), "columns": {"code": "category"}}),
        ("short", "y", {"epochs": 1}),
        ("other", "y", {"seed": 4}),
        ("classes", "kind", {"drop": ("y",), "split": "group:who"}),
        ("classes-2", "kind", {"drop": ("y", "code"), "split": "group:who"}),
        ("untested", "y", {"test": 0}),
    ):
        options = QUICK | changes
        pellucid.fit(str(path / "rows.csv"), target, out=path / name, **options)
    return path


def of(path: Path, *names: str) -> list[RunFolder]:
    return [RunFolder(path / name) for name in names]


def table_of(path: Path) -> dict[str, list[str]]:
    with (path / "test_predictions.csv").open(newline="") as file:
        heads, *rows = csv.reader(file)
    return dict(zip(heads, map(list, zip(*rows, strict=True)), strict=True))


def rmse(path: Path) -> float:
    rows = table_of(path)
    gaps = np.array(rows["y"], float) - np.array(rows["prediction"], float)
    return float(np.sqrt(np.mean(gaps**2)))


def test_a_file_that_is_read_otherwise_has_the_same_test_rows(runs: Path) -> None:
    found = matched(of(runs, "plain", "told", "short"))
    assert found is not None
    assert (found.groups, found.rows) == (((0, 1, 2),), 48)
    (key,) = found.differences
    assert key == ("y", "rmse")
    for place, name in ((1, "told"), (2, "short")):
        one = found.differences[key][place]
        assert one.value == pytest.approx(rmse(runs / name) - rmse(runs / "plain"), rel=1e-9)
        assert one.low is not None
        assert one.high is not None
        assert one.low < one.value < one.high
    untrained = found.differences[key][2]
    assert untrained.judgement == "worse"
    assert untrained.low is not None
    assert untrained.low > 0


def test_the_order_of_runs_turns_a_difference_round(runs: Path) -> None:
    there, back = matched(of(runs, "plain", "short")), matched(of(runs, "short", "plain"))
    assert there is not None
    assert back is not None
    one, other = (found.differences["y", "rmse"][1] for found in (there, back))
    assert (one.judgement, other.judgement) == ("worse", "better")
    assert other.value == pytest.approx(-one.value)


def test_the_same_predictions_are_not_apart_at_all(runs: Path) -> None:
    for name, target in (("plain", "y"), ("classes", "kind")):
        same = matched(of(runs, name, name))
        assert same is not None
        assert len(same.differences) > 0
        for (column, _), found in same.differences.items():
            assert column == target
            assert found[1] == Difference(0.0, 0.0, 0.0, "same")


def test_other_rows_are_told_apart(runs: Path) -> None:
    found = matched(of(runs, "plain", "other", "told", "classes"))
    assert found is not None
    assert found.groups == ((0, 2), (1,), (3,))
    assert set(found.differences["y", "rmse"]) == {2}
    alone = matched(of(runs, "other", "plain", "told"))
    assert alone is not None
    assert (alone.groups, alone.differences) == (((0,), (1, 2)), {})
    assert matched(of(runs, "plain", "untested")) is None


def test_classes_are_compared_by_groups(runs: Path) -> None:
    assert list(table_of(runs / "classes")) == [
        *("row", "who", "kind", "prediction"),
        *("probability_no", "probability_yes"),
    ]
    found = matched(of(runs, "classes", "classes-2"))
    assert found is not None
    assert found.groups == ((0, 1),)
    assert set(found.differences) == {("kind", "accuracy"), ("kind", "log_loss")}
    losses = []
    for name in ("classes", "classes-2"):
        rows = table_of(runs / name)
        said = [rows[f"probability_{one}"][place] for place, one in enumerate(rows["kind"])]
        losses.append(-np.log(np.array(said, float)).mean())
    one = found.differences["kind", "log_loss"][1]
    assert one.value == pytest.approx(losses[1] - losses[0], abs=1e-9)


def test_a_damaged_file_is_named(runs: Path) -> None:
    path = runs / "other" / "test_predictions.csv"
    whole = path.read_text()
    for text in ("", "row,y,prediction\n1,2\n", whole.replace(whole.split(",")[4], "much", 1)):
        path.write_text(text)
        with pytest.raises(FolderError, match=r"test_predictions\.csv is damaged"):
            matched(of(runs, "other", "other"))
    path.write_text(whole)
