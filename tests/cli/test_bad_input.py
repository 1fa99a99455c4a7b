"""What is wrong is named in the user's words, with exit code 2, and nothing is left behind."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.cli.command_line import contents, quickly

GOOD = "a,b,label\n" + "".join(f"{i},{i * i % 7},{'yes' if i % 3 else 'no'}\n" for i in range(60))

FILES = {
    "good.csv": GOOD,
    "empty.csv": "",
    "header.csv": "a,b,label\n",
    "ragged.csv": GOOD + "1,2\n",
    "wide.csv": GOOD + "1,2,yes,4\n",
    "one_value.csv": "a,label\n" + "1,yes\n" * 20,
    "all_missing.csv": "a,label\n" + "1,\n" * 20,
    "infinite.csv": "a,label\n" + "1,yes\n2,no\n" * 9 + "inf,yes\n",
    "few.csv": "a,label\n1,yes\n2,no\n",
    "binary.csv": "a,b\n\x00\x01\x02",
    "twice.csv": "a,a,label\n1,2,yes\n",
    "quote.csv": 'a,label\n1,"yes\n2,no\n',
}

CASES = [
    (["fit", "nowhere.csv", "--target", "x"], r"nowhere\.csv"),
    (["fit", "irsi"], "iris"),
    (["fit"], "DATA"),
    (["fit", "good.csv"], "'a', 'b', 'label'.*--target label"),
    (["fit", "good.csv", "--target", "lable"], "label"),
    (["fit", "empty.csv", "--target", "label"], r"empty\.csv"),
    (["fit", "header.csv", "--target", "label"], r"header\.csv"),
    (["fit", "ragged.csv", "--target", "label"], "62"),
    (["fit", "wide.csv", "--target", "label"], "62"),
    (["fit", "one_value.csv", "--target", "label"], "label.*yes"),
    (["fit", "all_missing.csv", "--target", "label"], "label"),
    (["fit", "infinite.csv", "--target", "label"], "'a'.*inf"),
    (["fit", "few.csv", "--target", "label"], r"few\.csv|rows"),
    (["fit", "binary.csv", "--target", "a"], r"binary\.csv"),
    (["fit", "twice.csv", "--target", "label"], "'a'"),
    (["fit", "quote.csv", "--target", "label"], r"quote\.csv"),
    (["fit", "iris", "--hidden", "8,x"], "--hidden must be numbers of units"),
    (["fit", "iris", "--hidden", "0"], "hidden must be numbers of units"),
    (["fit", "iris", "--dropout", "1.5"], r"dropout must be from 0 to 0\.999, got 1\.5"),
    (["fit", "iris", "--dropout", "nan"], "dropout must be from"),
    (["fit", "iris", "--learning-rate", "fast"], "learning_rate must be a number or 'auto'"),
    (["fit", "iris", "--learning-rate", "-1"], "learning_rate must be from"),
    (["fit", "iris", "--batch-size", "0"], "batch_size must be from 1"),
    (
        ["fit", "iris", "--batch-size", "1000"],
        r"batch_size must be at most the \d+ training rows, got 1000",
    ),
    (["fit", "iris", "--epochs", "0"], "epochs must be from 1"),
    (["fit", "iris", "--epochs", "many"], "many"),
    (["fit", "iris", "--activation", "rellu"], "relu"),
    (["fit", "iris", "--optimizer", "adm"], "adam"),
    (["fit", "iris", "--loss", "squared_error"], "softmax_cross_entropy"),
    (["fit", "iris", "--loss", "binary-cross-entropy"], "2 classes, 'species' has 3"),
    (["fit", "diabetes", "--class-weight", "balanced"], "'progression' is a number"),
    (["fit", "iris", "--monitor", "validation_auc"], "monitor must be one of train_loss"),
    (["fit", "iris", "--validation", "0", "--monitor", "validation_loss"], "monitor"),
    (["fit", "iris", "--validation", "1.5"], "validation"),
    (["fit", "iris", "--test", "nowhere.csv"], "nowhere"),
    (["fit", "iris", "--validation", "0.6", "--test", "0.6"], "validation|test"),
    (["fit", "iris", "--backend", "gpu"], "reference"),
    (["fit", "iris", "--task", "regression"], "'species' is 'setosa', but regression needs"),
    (["fit", "iris", "--seed", "-1"], "seed must be from 0"),
    (["fit", "iris", "--resume", "--overwrite"], "overwrite and resume exclude each other"),
    (["fit", "iris", "--config", "nowhere.toml"], r"nowhere\.toml cannot be read"),
    (["fit", "iris", "--frobnicate"], "No such option"),
    (["fit", "iris", "--out", "good.csv"], r"good\.csv is a file"),
    (["fit", "iris", "--out", "."], "is taken"),
    (["predict", "nowhere", "good.csv"], r"nowhere holds no run .* model\.safetensors"),
    (["evaluate", "nowhere", "good.csv"], r"nowhere holds no run .* model\.safetensors"),
    (["show", "nowhere"], "nowhere holds no run"),
    (["examples", "hieght"], "height"),
    (["find-rate", "nowhere.csv"], "nowhere"),
    (["frobnicate"], "No such command"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(("arguments", "message"), CASES, ids=[" ".join(case[0]) for case in CASES])
def test_what_is_wrong_is_named(arguments: list[str], message: str, folder: Path) -> None:
    before = contents(folder)
    done = quickly(*arguments, folder=folder, code=2)
    assert re.search(message, done.stderr.replace("\n", " ")), done.stderr
    assert contents(folder) == before


def test_a_file_in_the_place_of_the_runs_folder_is_named(folder: Path) -> None:
    (folder / "runs").write_text("mine")
    done = quickly("fit", "iris", folder=folder, code=2)
    assert "runs" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_named(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o500)
    done = quickly("fit", "iris", "--out", "closed/run", folder=folder, code=2)
    assert "closed" in done.stderr


def test_options_of_a_file_are_named_with_the_file(folder: Path) -> None:
    for text, message in (
        ("epoch = 3\n", "epoch' that does not exist: did you mean epochs?"),
        ("epochs = 'three'\n", "epochs must be a whole number"),
        ("epochs = \n", "is no TOML file"),
        ("hidden = ['a']\n", "hidden must be a list of numbers of units"),
    ):
        (folder / "options.toml").write_text(text)
        done = quickly("fit", "iris", "--config", "options.toml", folder=folder, code=2)
        assert message in done.stderr
        assert "options.toml" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_device_is_no_folder(folder: Path) -> None:
    for command in (["examples", "descent"], ["fit", "iris"]):
        done = quickly(*command, "--out", "/dev/full/x", folder=folder, code=2)
        assert "/dev/full" in done.stderr
