"""`pellucid program`: what it prints, and what it says of bad input."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.command_line import contents, quickly

PLAIN = ("--number-embedding", "none", "--validation", "0.2", "--dropout", "0")
SMALL = ("program", "iris", "--hidden", "5", "--activation", "relu", "--batch-size", "9", *PLAIN)


def test_the_program_of_a_fit_is_printed(tmp_path: Path) -> None:
    text = quickly(*SMALL, "--lanes", "4", folder=tmp_path).stdout
    titles = re.findall(r"^(\w.*): \d+ kernels in \d+ levels", text, re.MULTILINE)
    assert titles == ["step of 9 rows", "evaluation of 30 rows of validation", "end of an epoch"]
    assert "contraction, rows 9 x hidden_1 5, over features 4\n" in text
    assert "hidden_1 = relu(features @ hidden_1.weight + hidden_1.bias)\n" in text
    assert re.search(r"threads +1\n +vectors +4 lanes of float32", text)
    assert re.search(r"machine code +[\d.]+ kB in \d+ objects?, made in [\d.]+ s\n", text)
    assert "where the time goes" not in text
    assert contents(tmp_path) == set()


def test_options_shape_the_program(tmp_path: Path) -> None:
    (tmp_path / "options.toml").write_text('batch_size = 8\nbackend = "reference"\n')
    text = quickly(
        *("program", "iris", "--config", "options.toml", "--hidden", "none", "--optimizer", "sgd"),
        *PLAIN,
        *("--activation", "tanh", "--validation", "0", "--brief"),
        folder=tmp_path,
    ).stdout
    assert "step of 8 rows: " in text
    assert "short step of 8 rows" not in text
    assert "rows 8 x output 3, over features 4: output" in text
    assert "evaluation" not in text
    assert " reads " not in text


def test_the_time_of_every_kernel_is_printed(tmp_path: Path) -> None:
    text = quickly(*SMALL, "--times", "--epochs", "2", folder=tmp_path).stdout
    before, _, times = text.partition("where the time goes")
    kernels = re.findall(r"^ +\d+  (\S.*)$", before, re.MULTILINE)
    assert len(kernels) > 8
    for kernel in kernels:
        assert f"  {kernel}: " in times
    shares = [float(share) for share in re.findall(r"us +([\d.]+) %$", times, re.MULTILINE)]
    assert sum(shares) == pytest.approx(100, abs=0.5)
    assert contents(tmp_path) == set()


CASES = [
    (["program"], "name the DATA"),
    (["program", "nowhere.csv"], r"nowhere\.csv"),
    (["program", "irsi"], "iris"),
    (["program", "iris", "--lanes", "5"], "'5' is not one of"),
    (["program", "iris", "--backend", "native"], "No such option"),
    (["program", "iris", "--activation", "rellu"], "relu"),
    (["program", "iris", "--hidden", "8,x"], "--hidden must be numbers of units"),
    (["program", "iris", "--batch-size", "1000"], r"batch_size must be at most the \d+ training"),
    (["program", "iris", "--threads", "-1"], "threads must be"),
]


@pytest.mark.parametrize(("arguments", "message"), CASES, ids=[" ".join(case[0]) for case in CASES])
def test_what_is_wrong_is_named(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = quickly(*arguments, folder=tmp_path, code=2)
    assert re.search(message, done.stderr.replace("\n", " ")), done.stderr
    assert contents(tmp_path) == set()
