"""Options of tables from the command line: columns, targets, splits, and how files are written."""

from __future__ import annotations

import csv
import itertools
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pellucid
from pellucid.fitting.model import load_model
from tests.cli.command_line import quickly
from tests.cli.people import people, some, write, write_databases

QUICK = (*("--epochs", "2", "--hidden", "4", "--validation", "0.2", "--no-report"),)
SCALINGS = ("auto", "standard", "robust", "quantile")
PEOPLE = people()
Fit = Callable[..., "Fitted"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables")
    write(path / "people.csv", PEOPLE)
    write(path / "later.csv", people(30, seed=2))
    write_databases(path, PEOPLE)
    return path


class Fitted:
    """What a fit left in its folder."""

    def __init__(self, path: Path, said: str) -> None:
        self.path, self.said = path, said
        self.result: dict[str, Any] = json.loads((path / "result.json").read_text())
        self.data: dict[str, Any] = json.loads((path / "data.json").read_text())
        self.options = tomllib.loads((path / "config.toml").read_text())
        self.columns = {column["name"]: column for column in self.data["columns"]}
        self.encoded = load_model(path / "model.safetensors").encoding.names

    def predictions(self, data: str, *options: str) -> list[dict[str, str]]:
        text = quickly("predict", str(self.path), data, *options, folder=self.path.parents[1])
        return list(csv.DictReader(text.stdout.splitlines()))


@pytest.fixture
def fit(folder: Path, request: pytest.FixtureRequest) -> Fit:
    test = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)
    numbers = itertools.count()

    def run(data: str, *options: str) -> Fitted:
        name = f"{test}-{next(numbers)}"
        without = () if "--baseline" in options else ("--baseline", "none")
        arguments = ("fit", data, *QUICK, *without, *options, "--out", f"runs/{name}")
        return Fitted(folder / "runs" / name, quickly(*arguments, folder=folder).stdout)

    return run


def test_several_targets(fit: Fit) -> None:
    run = fit("people.csv", "--target", "pay", "--target", "age", "--target-scale", "log1p")
    assert run.result["target"] == ["pay", "age"]
    assert {"rmse.pay", "rmse.age", "r2.pay"} <= run.result["metrics"]["test"].keys()
    assert run.result["verdict"].keys() == {"pay", "age"}
    assert run.options["target"] == ["pay", "age"]
    predicted = run.predictions("later.csv")
    assert list(predicted[0]) == ["prediction_pay", "prediction_age"]
    assert len(predicted) == 30
    scores = json.loads(
        quickly("evaluate", str(run.path), "later.csv", "--json", folder=run.path.parents[1]).stdout
    )
    assert scores["rows"] == 30
    pairs = zip(predicted, people(30, seed=2), strict=True)
    errors = [float(said["prediction_age"]) - row["age"] for said, row in pairs]
    assert scores["metrics"]["rmse.age"] == pytest.approx(np.sqrt(np.mean(np.square(errors))))
    shown = quickly("show", str(run.path), folder=run.path.parents[1]).stdout
    assert "predict pay, age" in shown
    assert run.said.count("median error") == shown.count("median error") == 2


@pytest.mark.parametrize("scale", ["log", "log1p"])
def test_a_logarithm_of_the_target(scale: str, fit: Fit) -> None:
    run = fit("people.csv", "--target", "pay", "--target-scale", scale, "--epochs", "40")
    assert f"learned on the scale {scale}" in run.said
    assert all(float(row["prediction"]) > 0 for row in run.predictions("later.csv"))
    assert run.result["metrics"]["test"]["r2"] > 0.5


@pytest.mark.parametrize(
    ("told", "kind", "encoded"),
    [
        ("area=number", "number", {"area"}),
        ("area=category", "category", {"area=10", "area=20", "area=30"}),
        ("grade=ordered:low<mid<high", "ordered", {"grade"}),
        ("grade=category", "category", {"grade=low", "grade=mid", "grade=high"}),
        ("flag=boolean", "boolean", {"flag=yes"}),
        ("area=identifier", "identifier", set()),
        ("grade=text", "text", set()),
        ("id=number", "number", {"id"}),
    ],
)
def test_what_a_column_is_taken_for(told: str, kind: str, encoded: set[str], fit: Fit) -> None:
    run = fit("people.csv", "--target", "pay", "--column", told)
    name, _, what = told.partition("=")
    assert run.columns[name]["kind"] == kind
    assert run.columns[name]["role"] == ("feature" if encoded else "left out")
    assert {each for each in run.encoded if each.startswith(name)} == encoded
    assert run.options["columns"] == {name: what}
    assert len(run.predictions("later.csv")) == 30


def test_a_date_is_found_and_told(fit: Fit) -> None:
    found = fit("people.csv", "--target", "pay").columns["day"]
    told = fit("people.csv", "--target", "pay", "--column", "day=date")
    assert found == told.columns["day"]
    assert found["kind"] == "date"
    assert len([name for name in told.encoded if name.startswith("day")]) > 1
    words = fit("people.csv", "--target", "pay", "--column", "day=category")
    assert words.columns["day"]["kind"] == "category"


def test_numbers_that_are_classes(fit: Fit) -> None:
    run = fit("people.csv", "--target", "area", "--task", "classification")
    assert run.result["task"] == "classification"
    assert run.result["classes"] == [10, 20, 30]
    assert {row["prediction"] for row in run.predictions("later.csv")} <= {"10", "20", "30"}


def test_columns_are_dropped_and_kept(fit: Fit, folder: Path) -> None:
    run = fit(
        *("people.csv", "--target", "pay", "--drop", "age", "--drop", "likes"),
        *("--keep", "id", "--keep", "who"),
    )
    assert run.columns["id"]["role"] == run.columns["who"]["role"] == "kept"
    assert not [name for name in run.encoded if name.startswith(("id", "who", "age", "likes"))]
    predicted = run.predictions("later.csv")
    assert list(predicted[0]) == ["id", "who", "prediction"]
    assert [row["id"] for row in predicted] == [f"{number:04}" for number in range(30)]
    write(folder / "fewer.csv", some(people(9, 3), "size", "grade", "day", "flag", "area", "id"))
    done = quickly("predict", str(run.path), "fewer.csv", folder=folder, code=2)
    assert "no column 'who', which is no input of the network: --keep in training" in done.stderr


def test_values_that_are_missing(fit: Fit, folder: Path) -> None:
    rows = people()
    for row in rows[::4]:
        row["size"] = -99.0
    for row in rows[::5]:
        row["grade"] = "unknown"
    write(folder / "holes.csv", rows)
    run = fit("holes.csv", "--target", "pay", "--missing", "-99", "--missing", "unknown")
    assert {"size is missing", "grade is missing"} <= set(run.encoded)
    assert run.options["missing"] == ["-99", "unknown"]
    # The model knows what meant "no value", however the number is spelled.
    one = dict(rows[1])
    predicted = []
    for size in ("-99", "-99.0", ""):
        write(folder / "one.csv", [{**one, "size": size}])
        predicted.append(run.predictions("one.csv"))
    assert predicted[0] == predicted[1] == predicted[2]
    plain = fit("holes.csv", "--target", "pay")
    assert "size is missing" not in plain.encoded


def test_a_code_for_no_value_in_one_column(fit: Fit, folder: Path) -> None:
    rows = people()
    for row in rows[::4]:
        row["size"] = -99.0
    write(folder / "coded.csv", rows)
    run = fit("coded.csv", "--target", "pay", "--missing", "size=-99")
    assert "size is missing" in run.encoded
    assert run.options["missing"] == ["size=-99"]
    again = fit("coded.csv", "--config", str(run.path / "config.toml"))
    assert again.encoded == run.encoded
    one = dict(rows[1])
    predicted = []
    for size in ("-99", ""):
        write(folder / "one.csv", [{**one, "size": size}])
        predicted.append(run.predictions("one.csv"))
    assert predicted[0] == predicted[1]


def test_what_is_odd_in_new_rows_is_said(fit: Fit, folder: Path) -> None:
    rows = people()
    write(
        folder / "train.csv",
        [{**row, "size": "k. A."} if i < 5 else row for i, row in enumerate(rows)],
    )
    run = fit("train.csv", "--target", "pay")
    assert "size" in run.encoded
    size = max(row["size"] for row in rows)
    new = [{**rows[0], "size": value} for value in ("never seen", f"> {size}", 1e6, size, 2e6)]
    write(folder / "odd.csv", new)
    for command in ("predict", "evaluate"):
        said = quickly(command, str(run.path), "odd.csv", folder=folder).stderr
        assert "column 'size' has 2 rows with a number far outside those of training" in said
        assert "'never seen' (1x) count as missing" in said
        assert f"'> {size}' (1x) are read as the numbers that bound them" in said
    write(folder / "usual.csv", rows[10:40])
    assert not quickly("predict", str(run.path), "usual.csv", folder=folder).stderr


@pytest.mark.parametrize(
    ("written", "options"),
    [
        ({"separator": ";", "decimal": ","}, ["--separator", "semicolon", "--decimal", ","]),
        ({"separator": "\t"}, ["--separator", "tab"]),
        ({"separator": "|", "encoding": "utf-16"}, ["--encoding", "utf-16", "--separator", "|"]),
        ({"encoding": "latin-1"}, ["--encoding", "latin-1", "--header"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_how_a_text_file_is_written(
    written: dict[str, Any], options: list[str], fit: Fit, folder: Path
) -> None:
    rows = [{**row, "grade": row["grade"].replace("mid", "méd")} for row in PEOPLE]
    write(folder / "usual.csv", rows)
    write(folder / "other.txt", rows, **written)
    usual = fit("usual.csv", "--target", "pay", "--test", "usual.csv")
    predicted = usual.predictions("usual.csv")
    parts = ("--test", "other.txt", "--target", "pay")
    other = fit("other.txt", *parts, *options)
    assert other.data["fingerprint"] == usual.data["fingerprint"]
    assert other.encoded == usual.encoded
    assert other.predictions("other.txt", *options) == predicted
    # A model says the same of a file that is written otherwise.
    point = ["--decimal", "."]
    assert other.predictions("usual.csv", *point) == predicted
    scores = [
        quickly("evaluate", str(other.path), data, *more, "--json", folder=folder).stdout
        for data, more in (("other.txt", options), ("usual.csv", point))
    ]
    assert scores[0] == scores[1]


@pytest.mark.parametrize("encoding", ["latin-1", "gb18030", "utf-16-le"])
def test_the_encoding_of_training_is_known_later(encoding: str, fit: Fit, folder: Path) -> None:
    # One character that has other bytes in UTF-8, and is in every encoding.
    rows = [{**row, "grade": row["grade"].replace("mid", "m\u00e9d")} for row in PEOPLE]
    write(folder / "other.csv", rows, encoding=encoding)
    write(folder / "usual.csv", rows)
    run = fit("other.csv", "--target", "pay", "--encoding", encoding)
    predicted = run.predictions("other.csv")
    # UTF-8 is never taken for anything else.
    assert run.predictions("usual.csv") == predicted
    arguments = ("evaluate", str(run.path), "other.csv", "--json")
    assert json.loads(quickly(*arguments, folder=folder).stdout)["rows"] == len(rows)


def test_files_without_a_header(fit: Fit, folder: Path) -> None:
    write(folder / "bare.csv", some(PEOPLE, "size", "grade", "likes"), header=False)
    write(folder / "words.csv", some(PEOPLE, "flag", "grade", "likes"), header=False)
    write(folder / "one.csv", some(PEOPLE[:1], "flag", "grade", "likes"), header=False)
    found = fit("bare.csv", "--target", "-1")
    assert found.result["target"] == "column_3"
    assert len(found.predictions("bare.csv")) == len(PEOPLE)
    told = fit("words.csv", "--target", "column_3", "--no-header", "--test", "one.csv")
    assert told.options["header"] is False
    assert told.result["rows"]["test"] == 1
    # The model knows that there is no header, also where nothing in a file tells so.
    assert len(told.predictions("one.csv")) == 1
    assert len(told.predictions("words.csv")) == len(PEOPLE)
    write(folder / "named.csv", [{"column_1": "yes", "column_2": "low"}])
    assert len(told.predictions("named.csv", "--header")) == 1


@pytest.mark.parametrize("database", ["people.sqlite", "people.duckdb"])
def test_a_table_in_a_database(database: str, fit: Fit, folder: Path) -> None:
    options = ("--target", "pay", "--query")
    named = fit(database, *options, "people")
    assert len(named.predictions(database, "--query", "people")) == len(PEOPLE)
    done = quickly("evaluate", str(named.path), "later.csv", folder=folder)
    assert "on 30 rows" in done.stdout
    chosen = fit(database, *options, "select size, pay from people where size > 0")
    assert sum(chosen.result["rows"].values()) == sum(row["size"] > 0 for row in PEOPLE)
    assert chosen.encoded == ("size",)
    assert named.predictions("people.csv") != []


def test_rows_are_split_by_time(fit: Fit) -> None:
    run = fit("people.csv", "--target", "pay", "--split", "time:day", "--keep", "day")
    assert "split by time: validation from 'day' 2024-" in run.said
    assert run.options["split"] == "time:day"
    table = pd.read_csv(run.path.parents[1] / "people.csv")
    first = run.data["split"].split("test from ")[1][:10]
    assert run.result["rows"]["test"] == int((table["day"] >= first).sum())


def test_rows_are_split_by_groups(fit: Fit) -> None:
    run = fit("people.csv", "--target", "likes", "--split", "group:who")
    assert "split by the 20 groups of 'who'" in run.said
    assert run.columns["who"]["role"] == "group"
    # Each of the 20 groups has 6 rows.
    assert all(count % 6 == 0 for count in run.result["rows"].values())


def test_scalings_differ(fit: Fit) -> None:
    runs = [fit("people.csv", "--target", "pay", "--scaling", scaling) for scaling in SCALINGS]
    automatic, *others = (run.predictions("later.csv")[0]["prediction"] for run in runs)
    assert len(set(others)) == 3
    assert automatic in others


def test_columns_in_files_train_to_the_same_bits(fit: Fit) -> None:
    options = ("--target", "likes", "--epochs", "30", "--seed", "3")
    mapped = fit("people.csv", *options, "--memory", "0.0000001")
    held = fit("people.csv", *options)
    assert (mapped.options["memory"], "memory" in held.options) == (1e-7, False)
    assert mapped.data == held.data
    assert mapped.result["metrics"]["test"]["accuracy"] > 0.8
    files = [(run.path / "model.safetensors").read_bytes() for run in (mapped, held)]
    assert files[0] == files[1]


def test_frames_and_files_are_the_same_to_a_model(fit: Fit, folder: Path) -> None:
    frame = pd.read_csv(folder / "people.csv", dtype={"id": str}, parse_dates=["day"])
    later = pd.read_csv(folder / "later.csv", dtype={"id": str}, parse_dates=["day"])
    options: dict[str, Any] = {"epochs": 2, "hidden": (4,), "report": False, "baselines": ()}
    run = pellucid.fit(frame, "pay", out=folder / "runs" / "frame", validation=0.2, **options)
    from_frame = run.predict(later)
    np.testing.assert_array_equal(run.predict(str(folder / "later.csv")), from_frame)
    text = quickly("predict", "runs/frame", "later.csv", folder=folder).stdout
    assert [float(line) for line in text.splitlines()[1:]] == from_frame.tolist()
    fitted = fit("people.csv", "--target", "pay")
    assert (
        fitted.data["fingerprint"]
        == json.loads((folder / "runs" / "frame" / "data.json").read_text())["fingerprint"]
    )
    predicted = [float(row["prediction"]) for row in fitted.predictions("later.csv")]
    assert pellucid.load(fitted.path).predict(later).tolist() == predicted == from_frame.tolist()


def test_a_configuration_repeats_every_option(fit: Fit, folder: Path) -> None:
    rows = [{**row, "grade": row["grade"].replace("mid", "méd")} for row in PEOPLE]
    write(folder / "all.csv", rows, separator=";", decimal=",", encoding="latin-1")
    first = fit(
        *("all.csv", "--target", "pay", "--target", "age", "--target-scale", "log1p"),
        *("--column", "area=category", "--column", "grade=ordered:low<méd<high"),
        *("--drop", "likes", "--keep", "id", "--missing", "?", "--missing", "-1"),
        *("--separator", ";", "--decimal", ",", "--encoding", "latin-1", "--header"),
        *("--split", "group:who", "--scaling", "robust", "--baseline", "constant"),
        *("--baseline-seconds", "0.5", "--no-learning-curve", "--language", "zh"),
    )
    quickly(
        *("fit", "--config", str(first.path / "config.toml"), "--out", "runs/again", "--quiet"),
        folder=folder,
    )
    for name in ("model.safetensors", "config.toml"):
        repeated = (folder / "runs" / "again" / name).read_bytes()
        assert repeated == (first.path / name).read_bytes(), name
    again = Fitted(folder / "runs" / "again", "")
    # The file is named with its whole path, so that it is found from any folder.
    assert again.data | {"source": "all.csv"} == first.data
    assert (
        first.options
        | {
            "target": ["pay", "age"],
            "target_scale": "log1p",
            "columns": {"area": "category", "grade": "ordered:low<méd<high"},
            "drop": ["likes"],
            "keep": ["id"],
            "missing": ["?", "-1"],
            "separator": ";",
            "decimal": ",",
            "encoding": "latin-1",
            "header": True,
            "split": "group:who",
            "scaling": "robust",
            "baselines": ["constant"],
            "baseline_seconds": 0.5,
            "learning_curve": False,
            "report": False,
            "language": "zh",
        }
        == first.options
    )
    # What the command line says wins over the file.
    quickly(
        *("fit", "--config", str(first.path / "config.toml"), "--out", "runs/other", "--quiet"),
        *("--target", "pay", "--drop", "flag", "--baseline", "none"),
        folder=folder,
    )
    other = Fitted(folder / "runs" / "other", "")
    assert other.result["target"] == "pay"
    assert other.columns["flag"]["role"] == "dropped"
    assert other.columns["likes"]["role"] == "feature"
    assert other.result["baselines"] == {}
