"""What a fit leaves beside its verdict: strict JSON of everything, and the page that shows it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.fitting.plain import plain
from pellucid.language import Sentence, say

ROWS = 160
COLUMNS = ("size, m", "<colour>", "day", "name", "kept id")


def table(seed: int = 3) -> dict[str, Any]:
    """Columns of every kind, holes in two of them, and names that markup would take amiss."""
    draw = np.random.default_rng(seed)
    size = draw.normal(size=ROWS)
    colour = draw.choice(["red", "green", "blue"], ROWS)
    label = np.where(size + (colour == "red") > 0, "good & cheap", "bad")
    return {
        "size, m": np.where(draw.random(ROWS) < 0.1, np.nan, size),
        "<colour>": [None if draw.random() < 0.1 else str(word) for word in colour],
        "day": np.datetime64("2024-01-01") + draw.integers(0, 300, ROWS),
        "name": [f"N{i}" for i in draw.permutation(ROWS)],
        "kept id": [f"{i:04}" for i in range(ROWS)],
        "y & z": label,
        "Y1": 3 * size + 10,
        "Y2": np.exp(size),
    }


def strict(path: Path) -> Any:
    def refuse(text: str) -> None:
        raise AssertionError(f"{path} has {text}, which is no JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


def fitted(folder: Path, target: Any, left_out: tuple[str, ...], **options: Any) -> Path:
    columns = {name: values for name, values in table().items() if name not in left_out}
    pellucid.fit(
        *(columns, target),
        out=folder,
        epochs=3,
        hidden=(8,),
        keep=("kept id",),
        learning_curve=False,
        baseline_seconds=2.0,
        **options,
    )
    return folder


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classes") / "run"
    return fitted(folder, "y & z", ("Y1", "Y2"), language="zh")


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("numbers") / "run"
    return fitted(folder, ["Y1", "Y2"], ("y & z",), baselines=("constant", "linear"))


def sentences(part: Any) -> Iterator[Sentence]:
    """Every sentence in the facts, wherever it stands."""
    if isinstance(part, dict):
        if "key" in part and isinstance(part["key"], str):
            yield Sentence.from_description(part)
        else:
            for inner in part.values():
                yield from sentences(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from sentences(inner)


def test_every_part_is_there(classes: Path, numbers: Path) -> None:
    for folder in (classes, numbers):
        facts = strict(folder / "facts.json")
        assert facts.keys() == {
            "run", "data", "network", "training", "verdict", "diagnosis", "curves", "slices",
            "importance", "dependence", "layers", "worst", "learning_curve", "drift", "options",
        }  # fmt: skip
        assert facts["learning_curve"] is None
        strict(folder / "result.json")
        strict(folder / "data.json")
        for path in (folder / "pictures").glob("*.json"):
            strict(path)


def test_every_sentence_can_be_said_in_both_languages(classes: Path, numbers: Path) -> None:
    for folder in (classes, numbers):
        found = list(sentences(strict(folder / "facts.json")))
        assert len(found) >= 3
        for sentence in found:
            assert say(sentence, "en") != say(sentence, "zh")


def test_the_data_are_told_as_they_are(classes: Path) -> None:
    data = strict(classes / "facts.json")["data"]
    assert data["target"] == "y & z"
    assert data["classes"] == ["bad", "good & cheap"]
    assert sum(data["rows"].values()) == ROWS
    columns = {column["name"]: column for column in data["columns"]}
    assert tuple(columns) == (*COLUMNS, "y & z")
    assert [columns[name]["role"] for name in columns] == [
        *("feature", "feature", "feature", "left out", "kept", "target"),
    ]
    assert columns["name"]["reason"] is not None
    becomes = say(Sentence.from_description(columns["day"]["reason"]))
    assert becomes == "becomes a trend, the weekday"
    assert columns["<colour>"]["distinct"] == 3
    assert columns["<colour>"]["missing"] > 0
    least, most = (columns["day"]["summary"][end] for end in ("least", "most"))
    assert "2024-01" <= least < most < "2024-12"
    sizes = [columns["size, m"]["summary"][name] for name in ("least", "median", "most")]
    assert sizes == sorted(sizes)


def test_the_verdict_agrees_with_the_metrics(classes: Path, numbers: Path) -> None:
    for folder, targets in ((classes, ["y & z"]), (numbers, ["Y1", "Y2"])):
        result, facts = strict(folder / "result.json"), strict(folder / "facts.json")
        assert list(facts["verdict"]) == list(facts["curves"]) == targets
        assert result["verdict"] == facts["verdict"]
        assert result["diagnosis"] == facts["diagnosis"]
        for target, verdict in facts["verdict"].items():
            suffix = f".{target}" if len(targets) > 1 else ""
            for name, found in verdict["metrics"].items():
                own = result["metrics"]["test"][name + suffix]
                assert found["network"]["value"] == pytest.approx(own, rel=1e-12)
                for baseline, other in found["baselines"].items():
                    value = result["baselines"][baseline]["test"][name + suffix]
                    assert other["value"] == pytest.approx(value, rel=1e-12)


def test_importance_names_what_was_planted(classes: Path) -> None:
    facts = strict(classes / "facts.json")
    importance = facts["importance"]["columns"]
    assert {entry["column"] for entry in importance} == {"size, m", "<colour>", "day"}
    assert len(facts["worst"]["rows"]) > 3
    known = table()
    for row in facts["worst"]["rows"]:
        assert row["truth"] == known["y & z"][row["row"] - 1]


def test_rows_are_known_again_by_the_columns_that_were_kept(classes: Path) -> None:
    facts, known = strict(classes / "facts.json"), table()
    assert facts["worst"]["columns"][0] == "kept id"
    for row in facts["worst"]["rows"]:
        assert row["values"][0] == known["kept id"][row["row"] - 1]
    with (classes / "test_predictions.csv").open(newline="") as file:
        tested = list(csv.DictReader(file))
    assert list(tested[0])[:3] == ["row", "kept id", "y & z"]
    for line in tested:
        assert line["kept id"] == known["kept id"][int(line["row"]) - 1]


def test_the_page_is_in_the_language_and_names_the_target(classes: Path, numbers: Path) -> None:
    page = (classes / "report.html").read_text("utf-8")
    assert 'lang="zh' in page
    assert "y &amp; z" in page
    assert "&lt;colour&gt;" in page
    assert "<colour>" not in page
    english = (numbers / "report.html").read_text("utf-8")
    assert 'lang="en' in english
    for target in ("Y1", "Y2"):
        assert target in english


def test_the_folder_has_nothing_but_what_it_should(classes: Path) -> None:
    assert {path.name for path in classes.iterdir()} == {
        "config.toml", "data.json", "model.safetensors", "result.json", "facts.json",
        "test_predictions.csv",
        "report.html", "pictures", "checkpoints", "steps.parquet", "epochs.parquet",
    }  # fmt: skip
    pictures = {path.name for path in (classes / "pictures").iterdir()}
    assert pictures >= {"graph.png", "graph.svg", "curve-loss.png", "curve-loss.json", "roc.png"}


def test_a_run_without_a_test_part_is_judged_on_what_there_is(tmp_path: Path) -> None:
    for changes, part in (({"test": 0}, "validation"), ({"test": 0, "validation": 0}, "train")):
        folder = fitted(tmp_path / part, "y & z", ("Y1", "Y2"), baselines=(), **changes)
        facts = strict(folder / "facts.json")
        assert facts["verdict"]["y & z"]["part"] == part
        assert facts["importance"]["part"] == part
        assert "y &amp; z" in (folder / "report.html").read_text("utf-8")


def test_classes_that_are_never_said_are_counted_among_the_tested_rows(tmp_path: Path) -> None:
    label = ["b", *"aaaaaaa"] * 50
    columns = {"x": np.random.default_rng(5).normal(size=len(label)), "y": label}
    folder = tmp_path / "run"
    pellucid.fit(columns, "y", out=folder, epochs=40, hidden=(4,), baselines=())
    facts = strict(folder / "facts.json")
    counts = np.array(facts["curves"]["y"]["confusion"]["counts"])
    assert counts.sum(0)[1] == 0
    found = {finding["name"]: finding["sentence"]["values"] for finding in facts["diagnosis"]}
    told = {name: found["never_predicted"][name] for name in ("classes", "rows", "of")}
    assert told == {"classes": "b", "rows": counts.sum(1)[1], "of": 80}


def test_a_learning_curve_has_the_runs_own_error_at_its_end(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    x = draw.normal(size=700)
    columns = {"x": x, "y": np.sin(2 * x) + 0.1 * draw.normal(size=700)}
    pellucid.fit(*(columns, "y"), out=tmp_path / "run", epochs=4, baselines=(), learning_curve=True)
    facts = strict(tmp_path / "run" / "facts.json")
    curve, train = facts["learning_curve"], facts["data"]["rows"]["train"]
    assert curve["metric"] == "rmse"
    assert curve["rows"] == [train // 8, train // 4, train // 2, train]
    for part in ("train", "test"):
        rmse = strict(tmp_path / "run" / "result.json")["metrics"][part]["rmse"]
        assert curve[part][-1] == pytest.approx(rmse, rel=1e-9)
    for low, value, high in zip(curve["low"], curve["test"], curve["high"], strict=True):
        assert low < value < high


def test_what_is_not_plain_is_refused() -> None:
    assert plain({1: [np.int32(3), np.bool_(True), -np.inf, (None, "a")]}) == {
        "1": [3, True, None, [None, "a"]]
    }
    with pytest.raises(TypeError, match="Sentence is no plain JSON"):
        plain([Sentence("data.split_own")])


@pytest.mark.parametrize("options", [{"l2": 0.1}, {"dropout": 0.9}])
def test_penalties_and_dropout_are_no_sign_of_the_rate(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    draw = np.random.default_rng(3)
    columns = {f"x{number}": draw.normal(size=300) for number in range(6)}
    columns["y"] = columns["x0"] * columns["x1"] + columns["x2"]
    run = pellucid.fit(columns, "y", out=tmp_path / "run", report=False, baselines=(), **options)
    assert "rate_too_high" not in [found["name"] for found in run.result["diagnosis"]]
    wild: dict[str, Any] = {**options, "learning_rate": 1.0, "schedule": "constant"}
    run = pellucid.fit(columns, "y", out=tmp_path / "wild", report=False, baselines=(), **wild)
    assert "rate_too_high" in [found["name"] for found in run.result["diagnosis"]]


def test_a_value_that_rows_lack_is_named_where_they_carry_the_loss(tmp_path: Path) -> None:
    draw = np.random.default_rng(4)
    columns: dict[str, Any] = {name: draw.normal(size=800) for name in ("strong", "weak")}
    columns["job"] = draw.choice(["cook", "smith"], 800).tolist()
    columns["y"] = 10.0 * columns["strong"] + columns["weak"] + 0.05 * draw.normal(size=800)
    columns["strong"] = np.where(draw.random(800) < 0.04, np.nan, columns["strong"])
    run = pellucid.fit(columns, "y", out=tmp_path / "run", report=False, baselines=())
    found = {each["name"]: each for each in run.result["diagnosis"]}["heavy_rows"]
    assert found["sentence"]["key"] == "diagnosis.heavy_rows_missing"
    assert found["evidence"]["column"] == "strong"
