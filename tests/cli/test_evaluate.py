"""Testing a network on the rows of a file, some of which belong together."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.cli.command_line import quickly

REPEATS = 9
PEOPLE = 60


def make_rows(seed: int) -> list[str]:
    draw = random.Random(seed)
    rows = []
    for person in range(PEOPLE):
        number = draw.gauss(0, 1)
        rows.append(f"p{person:03},{number:.4f},{2 * number + draw.gauss(0, 1):.4f}")
    return rows


def write(path: Path, rows: list[str], head: str = "who,x,y") -> None:
    path.write_text("\n".join([head, *rows]) + "\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evaluate")
    write(path / "train.csv", [row for row in make_rows(1) for _ in range(3)])
    once = make_rows(2)
    many = [row for row in once for _ in range(REPEATS)]
    write(path / "once.csv", once)
    write(path / "many.csv", many)
    write(path / "nameless.csv", [row.partition(",")[2] for row in many], "x,y")
    for name, language in (("run", "en"), ("zh", "zh")):
        quickly(
            *("fit", "train.csv", "--target", "y", "--split", "group:who", "--out", name),
            *("--epochs", "5", "--hidden", "4", "--no-report", "--baseline", "none", "--quiet"),
            *("--language", language),
            folder=path,
        )
    return path


def test_intervals_are_of_groups_where_training_split_by_them(folder: Path) -> None:
    once, many, nameless = (
        json.loads(quickly("evaluate", "run", f"{name}.csv", "--json", folder=folder).stdout)
        for name in ("once", "many", "nameless")
    )
    assert (once["rows"], once["groups"]) == (PEOPLE, PEOPLE)
    assert (many["rows"], many["groups"]) == (PEOPLE * REPEATS, PEOPLE)
    assert (nameless["rows"], nameless["groups"]) == (PEOPLE * REPEATS, None)
    # To see each person more often, always with the same row, tells nothing new.
    for metric in ("rmse", "mae", "r2"):
        assert many["metrics"][metric] == pytest.approx(once["metrics"][metric], rel=1e-6)
        assert many["intervals"][metric] == pytest.approx(once["intervals"][metric], rel=1e-6)
        wide, narrow = (
            high - low for low, high in (found["intervals"][metric] for found in (many, nameless))
        )
        assert 0.6 * REPEATS**0.5 < wide / narrow < 1.6 * REPEATS**0.5


def test_what_the_intervals_rest_on_is_said(folder: Path) -> None:
    done = quickly("evaluate", "run", "many.csv", folder=folder)
    first = f"on {PEOPLE * REPEATS} rows of many.csv, in {PEOPLE} groups of 'who', with 95 %"
    assert done.stdout.startswith(first)
    assert done.stderr == ""
    for more in ((), ("--json",)):
        done = quickly("evaluate", "run", "nameless.csv", *more, folder=folder)
        assert "by groups of 'who', a column that nameless.csv lacks: the int" in done.stderr
    assert (
        "区间把各行视为相互独立" in quickly("evaluate", "zh", "nameless.csv", folder=folder).stderr
    )
    said = quickly("evaluate", "zh", "many.csv", folder=folder).stdout
    assert f"'who' 的 {PEOPLE} 组" in said


def test_groups_are_of_the_run_and_not_of_the_file(folder: Path) -> None:
    quickly(
        *("fit", "train.csv", "--target", "y", "--drop", "who", "--out", "by-chance"),
        *("--epochs", "5", "--hidden", "4", "--no-report", "--baseline", "none", "--quiet"),
        folder=folder,
    )
    done = quickly("evaluate", "by-chance", "many.csv", folder=folder)
    assert done.stdout.startswith(f"on {PEOPLE * REPEATS} rows of many.csv, with 95 % intervals")
    assert "independent" not in done.stderr
