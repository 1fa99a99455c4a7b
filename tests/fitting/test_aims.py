"""Runs are judged, kept and predicted with by what they were asked for."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.evaluation.aim import Aim

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(600, 2))
NUMBERS = {
    "a": X[:, 0],
    "b": X[:, 1],
    "y": 3.0 * X[:, 0] + np.exp(0.5 * X[:, 1]) * DRAW.normal(size=600),
}
CLASSES = {
    "a": X[:, 0],
    "b": X[:, 1],
    "y": np.where(X[:, 0] + 0.5 * DRAW.normal(size=600) > 1.2, "yes", "no"),
}
QUICK: dict[str, Any] = {"epochs": 20, "report": False, "learning_curve": False, "seed": 1}


def test_a_quantile_is_kept_with_the_model(tmp_path: Path) -> None:
    run = pellucid.fit(NUMBERS, "y", loss="quantile", quantile=0.9, out=tmp_path / "run", **QUICK)
    verdict = run.result["verdict"]["y"]
    assert verdict["main"] == "pinball"
    assert run.metrics["test"]["quantile_coverage"] == pytest.approx(0.9, abs=0.08)
    facts = json.loads((tmp_path / "run" / "facts.json").read_text())
    assert facts["worst"]["rows"][0]["error"] > 0
    loaded = pellucid.load(tmp_path / "run")
    assert loaded.model.objective.aims == (Aim("regression", "quantile", 0.9),)
    known = loaded.evaluate(NUMBERS)
    assert known.keys() == {"pinball", "quantile_coverage"}
    wanted = loaded.predict(NUMBERS)
    assert known["quantile_coverage"] == pytest.approx((NUMBERS["y"] <= wanted).mean())


@pytest.mark.parametrize("options", [{}, {"ensemble": 3}])
def test_deviations_are_predicted(tmp_path: Path, options: dict[str, Any]) -> None:
    run = pellucid.fit(NUMBERS, "y", loss="gaussian_nll", out=tmp_path / "run", **QUICK, **options)
    columns = pellucid.load(tmp_path / "run").predictions(NUMBERS).columns()
    assert list(columns) == ["prediction", "standard_deviation"]
    spread = columns["standard_deviation"]
    # The noise grows with b: so do the deviations that are told, in the target's units.
    assert np.corrcoef(np.log(spread), NUMBERS["b"])[0, 1] > 0.5
    assert 0.5 < np.median(spread) < 2.0
    assert run.result["verdict"]["y"]["main"] == "nll"
    assert run.metrics["test"]["interval_coverage"] == pytest.approx(0.9, abs=0.1)
    away = (NUMBERS["y"] - columns["prediction"]) / spread
    wanted = np.mean(0.5 * away**2 + np.log(spread) + 0.5 * np.log(2 * np.pi))
    assert run.evaluate(NUMBERS)["nll"] == pytest.approx(wanted, rel=1e-9)


def test_deviations_of_logarithms_and_of_several_targets() -> None:
    several = {**NUMBERS, "z": 100.0 * NUMBERS["a"]}
    run = pellucid.fit(several, ["y", "z"], loss="gaussian_nll", **QUICK)
    columns = run.predictions(several).columns()
    assert list(columns) == [
        *("prediction_y", "prediction_z"),
        *("standard_deviation_y", "standard_deviation_z"),
    ]
    assert np.median(columns["standard_deviation_z"]) > np.median(columns["standard_deviation_y"])
    positive = {**NUMBERS, "y": np.exp(NUMBERS["y"])}
    run = pellucid.fit(positive, "y", loss="gaussian_nll", target_scale="log", **QUICK)
    assert list(run.predictions(positive).columns())[1] == "standard_deviation_of_log"
    assert "rmsle" in run.metrics["test"]


def test_balanced_classes_have_no_false_alarm(tmp_path: Path) -> None:
    run = pellucid.fit(CLASSES, "y", class_weight="balanced", out=tmp_path / "run", **QUICK)
    assert run.result["verdict"]["y"]["main"] == "balanced_log_loss"
    assert run.metrics["test"]["balanced_accuracy"] == pytest.approx(0.9, abs=0.1)
    assert not [found for found in run.result["diagnosis"] if found["name"] == "rate_too_high"]
    constant = run.result["baselines"]["constant"]["test"]
    assert constant["balanced_log_loss"] == pytest.approx(np.log(2))
    assert "balanced_log_loss" in pellucid.load(tmp_path / "run").evaluate(CLASSES)


def test_what_balanced_training_starts_from_is_counted_with_its_weights() -> None:
    from pellucid.fitting.configuration import Configuration
    from pellucid.fitting.preparation import prepare_fit

    options = Configuration(class_weight="balanced", seed=1)
    prepared = prepare_fit(CLASSES, "y", options)
    codes = prepared.prepared.truths["train"]
    assert prepared.objective.constant_loss(codes) == pytest.approx(np.log(2))
    unweighted = prepare_fit(CLASSES, "y", Configuration(seed=1)).objective
    share = codes.mean()
    wanted = -share * np.log(share) - (1 - share) * np.log(1 - share)
    assert unweighted.constant_loss(codes) == pytest.approx(wanted)


def test_scores_that_are_no_probabilities_are_judged_as_decisions(tmp_path: Path) -> None:
    run = pellucid.fit(CLASSES, "y", loss="hinge", out=tmp_path / "run", **QUICK)
    assert run.result["verdict"]["y"]["main"] == "accuracy"
    assert not {"log_loss", "brier", "calibration_error"} & run.metrics["test"].keys()
    facts = json.loads((tmp_path / "run" / "facts.json").read_text())
    assert facts["curves"]["y"]["calibration"] is None
    assert facts["options"]["loss"] == "hinge"
    (target,) = [one for one in facts["data"]["columns"] if one["role"] == "target"]
    assert target["summary"]["most_common"]


def test_test_rows_lie_beside_their_predictions(tmp_path: Path) -> None:
    run = pellucid.fit(CLASSES, "y", out=tmp_path / "run", **QUICK)
    with (tmp_path / "run" / "test_predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["row", "y", "prediction", "probability_no", "probability_yes"]
    assert len(rows) == run.result["rows"]["test"]
    right = [row["y"] == row["prediction"] for row in rows]
    assert np.mean(right) == pytest.approx(run.metrics["test"]["accuracy"])
    for row in rows:
        assert CLASSES["y"][int(row["row"]) - 1] == row["y"]
    run = pellucid.fit(NUMBERS, "y", loss="gaussian_nll", out=tmp_path / "numbers", **QUICK)
    with (tmp_path / "numbers" / "test_predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["row", "y", "prediction", "standard_deviation"]
    errors = [float(row["y"]) - float(row["prediction"]) for row in rows]
    assert np.mean(np.abs(errors)) == pytest.approx(run.metrics["test"]["mae"])


def test_the_loss_that_layers_are_probed_with_has_the_weights_of_rows(tmp_path: Path) -> None:
    rows = {name: values[:200] for name, values in CLASSES.items()}
    alone: dict[str, Any] = {"validation": 0.0, "test": 0.0, "dropout": 0.0, "label_smoothing": 0.0}
    run = pellucid.fit(rows, "y", class_weight="balanced", out=tmp_path / "run", **alone, **QUICK)
    said = run.predictions(rows)
    assert said.probabilities is not None
    codes = (rows["y"] == "yes").astype(int)
    losses = -np.log(said.probabilities[np.arange(200), codes])
    wanted = np.mean([losses[codes == code].mean() for code in (0, 1)])
    facts = json.loads((tmp_path / "run" / "facts.json").read_text())
    assert facts["layers"]["loss"] == pytest.approx(wanted, rel=1e-4)
