"""Impossible options of tables and of the verdict are named, and nothing is left behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.command_line import contents, pellucid, quickly
from tests.cli.people import people, some, write, write_databases

PAY = ("fit", "people.csv", "--target", "pay")
CASES = [
    ([*PAY, "--target", "likes"], "column 'likes' is '.', but regression needs finite numbers"),
    ([*PAY, "--target", "pay"], "'pay'"),
    ([*PAY, "--target", "agee"], r"no column 'agee' \(did you mean 'age'\?\)"),
    ([*PAY, "--target", "age", "--task", "classification"], "classification has one target"),
    ([*PAY, "--target", "age", "--loss", "hinge"], "hinge"),
    ([*PAY, "--target-scale", "log2"], "'log2' is not one of"),
    ([*PAY, "--target-scale", "log", "--loss", "poisson"], "target_scale must be linear"),
    (["fit", "people.csv", "--target", "likes", "--target-scale", "log"], "'likes'"),
    (
        ["fit", "people.csv", "--target", "size", "--target-scale", "log"],
        "'size' is '?-.*logarithm",
    ),
    ([*PAY, "--column", "area"], "--column must be NAME=KIND, .* got 'area'"),
    ([*PAY, "--column", "=number"], "--column must be NAME=KIND, .* got '=number'"),
    ([*PAY, "--column", "area=nmber"], r"--column area=nmber: .*did you mean 'number'\?"),
    ([*PAY, "--column", "area=number:1<2"], "--column area=number:1<2: .* only an ordered column"),
    ([*PAY, "--column", "grade=ordered:low"], "--column grade=ordered:low: .* at least two levels"),
    ([*PAY, "--column", "grade=ordered:low<low"], "'low' stands there more than once"),
    ([*PAY, "--column", "grade=ordered:low<mid"], "'grade' is 'high'.* none of the levels"),
    ([*PAY, "--column", "grade=number"], "column 'grade' is '.*', but the column is to hold num"),
    ([*PAY, "--column", "grade=date"], "column 'grade' is to hold dates"),
    ([*PAY, "--column", "grade=boolean"], "'grade' was told to be boolean"),
    ([*PAY, "--column", "graed=number"], "--column graed: .* no such column.*'grade'"),
    ([*PAY, "--column", "pay=number"], "--column pay: this column is the target"),
    ([*PAY, "--column", "area=number", "--column", "area=text"], "tells twice what 'area' is"),
    ([*PAY, "--column", "area=number", "--drop", "area"], "--column area: this column is dropped"),
    ([*PAY, "--drop", "aera"], "--drop aera: .* no such column.*'area'"),
    ([*PAY, "--drop", "pay"], "--drop pay: this column is the target"),
    ([*PAY, "--keep", "aera"], "--keep aera: .* no such column.*'area'"),
    ([*PAY, "--keep", "pay"], "--keep pay: this column is the target"),
    ([*PAY, "--keep", "id", "--drop", "id"], "'id' cannot be dropped and kept"),
    ([*PAY, "--separator", ";;"], "the separator must be one character.*';;'"),
    ([*PAY, "--separator", ""], "the separator must be one character"),
    ([*PAY, "--separator", "tab"], r"people\.csv: .* separated by commas, not by tabs"),
    ([*PAY, "--decimal", "x"], "the decimal mark must be .* 'x'"),
    ([*PAY, "--decimal", ",", "--separator", "comma"], "cannot both be the comma"),
    ([*PAY, "--encoding", "klingon"], "there is no text encoding 'klingon'"),
    (["fit", "latin.csv", "--target", "pay"], r"latin\.csv: line 2 is not UTF-8"),
    ([*PAY, "--test", "latin.csv"], r"latin\.csv: line 2 is not UTF-8"),
    ([*PAY, "--no-header"], "no column 'pay'. Its columns are 'column_1'"),
    ([*PAY, "--query", "people"], r"a query needs an SQLite or DuckDB file, but people\.csv"),
    (["fit", "people.sqlite", "--target", "pay"], r"people\.sqlite .* tables are .*'people'"),
    (["fit", "people.sqlite", "--target", "pay", "--query", "peple"], "peple"),
    (["fit", "people.duckdb", "--target", "pay", "--query", "select nosuch from people"], "nosuch"),
    (["fit", "people.duckdb", "--target", "pay", "--query", "drop table people"], "drop"),
    (["fit", "people.sqlite", "--target", "pay", "--query", " "], "the query must be the name"),
    ([*PAY, "--split", "tme:day"], r"'tme:day' is none of these \(did you mean 'time'\?\)"),
    (
        [*PAY, "--split", "time:day", "--split", "group:who"],
        r"--split is given 2 times \(time:day, group:who\): only one holds",
    ),
    ([*PAY, "--split", "group:"], "'group:' names no column"),
    ([*PAY, "--split", "time:dya"], r"no column 'dya' \(did you mean 'day'\?\)"),
    ([*PAY, "--split", "time:who"], "split by the time in column 'who'"),
    ([*PAY, "--split", "time:pay"], "--split time:pay: .* the target"),
    ([*PAY, "--split", "group:who", "--drop", "who"], "--split group:who: .* dropped"),
    ([*PAY, "--scaling", "big"], "'big' is not one of 'auto', 'standard', 'robust', 'quantile'"),
    ([*PAY, "--baseline", "magic"], "baselines must be among constant, linear, .* got 'magic'"),
    ([*PAY, "--baseline", "none", "--baseline", "linear"], "got 'none'"),
    ([*PAY, "--baseline-seconds", "-1"], "baseline_seconds must be from 0"),
    ([*PAY, "--baseline-seconds", "nan"], "baseline_seconds must be from 0"),
    ([*PAY, "--memory", "-1"], "memory must be from 0"),
    ([*PAY, "--memory", "nan"], "memory must be from 0"),
    ([*PAY, "--memory", "much"], "'much' is not a valid float"),
    ([*PAY, "--language", "fr"], "'fr' is not one of 'en', 'zh'"),
    ([*PAY, "--ensemble", "0"], "ensemble must be from 1"),
    (["predict", "run", "semi.csv", "--separator", "tab"], r"semi\.csv: .* by semicolons, not"),
    (["predict", "run", "latin.csv", "--out", "p.csv"], r"latin\.csv: line 2 is not UTF-8"),
    (["predict", "run", "people.csv", "--no-header"], "lacks the columns 'size', 'grade'"),
    (["predict", "run", "people.csv", "--query", "x"], r"a query needs an SQLite .*people\.csv"),
    (["predict", "run", "people.sqlite"], r"people\.sqlite .* tables are"),
    (["predict", "run", "people.csv", "--encoding", "klingon"], "klingon"),
    (["predict", "run", "people.csv", "--missing", "low", "--decimal", ";"], "decimal mark .* ';'"),
    (["evaluate", "run", "semi.csv", "--decimal", ",", "--separator", ","], "both be the comma"),
    (["evaluate", "run", "few.csv"], r"few\.csv has no column 'pay'"),
    (["find-rate", "people.csv", "--target", "pay", "--drop", "nosuch"], "--drop nosuch"),
    (["program", "people.csv", "--target", "pay", "--keep", "nosuch"], "--keep nosuch"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bad")
    rows = people(60)
    write(path / "people.csv", rows)
    write(path / "semi.csv", rows, separator=";", decimal=",")
    write(path / "few.csv", some(rows, "size", "grade"))
    accented = [{**row, "who": f"é{row['who']}"} for row in rows]
    write(path / "latin.csv", accented, encoding="latin-1")
    write(path / "model.csv", some(rows, "size", "grade", "pay"))
    write_databases(path, rows)
    quickly(
        *("fit", "model.csv", "--target", "pay", "--epochs", "1", "--hidden", "3", "--no-report"),
        *("--baseline", "none", "--out", "run", "--quiet"),
        folder=path,
    )
    return path


@pytest.mark.parametrize(("arguments", "message"), CASES, ids=[" ".join(case[0]) for case in CASES])
def test_what_is_wrong_is_named(arguments: list[str], message: str, folder: Path) -> None:
    before = contents(folder)
    done = quickly(*arguments, folder=folder, code=2)
    assert re.search(message, done.stderr.replace("\n", " ")), done.stderr
    assert done.stdout == ""
    assert contents(folder) == before


def test_a_process_of_its_own_ends_the_same_way(folder: Path) -> None:
    before = contents(folder)
    done = pellucid(*PAY, "--column", "grade=date", folder=folder, code=2)
    assert "column 'grade' is to hold dates" in done.stderr
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("columns = 'area'\n", "columns must be texts by name"),
        ("[columns]\narea = 3\n", "columns must be texts by name"),
        ("drop = [1]\n", "drop must be a list of texts"),
        ("target = [1]\n", "target must be a list of texts"),
        ("header = 'yes'\n", "header must be true or false"),
        ("baselines = ['magic']\n", "baselines must be among"),
        ("target_scale = 'log2'\n", "target_scale must be one of linear, log, log1p"),
        ("language = 'fr'\n", "language must be one of en, zh"),
        ("memory = 'much'\n", "memory must be a number"),
        ("learning_curve = 1\n", "learning_curve must be true or false"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(text: str, message: str, folder: Path) -> None:
    (folder / "options.toml").write_text(text)
    before = contents(folder)
    done = quickly(*PAY, "--config", "options.toml", folder=folder, code=2)
    assert message in done.stderr
    assert contents(folder) == before
