"""Everything that `load_table` takes, and what it says about the rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from pellucid.data.reading import Reading
from pellucid.data.sources import load_table
from pellucid.data.storage import Storage
from pellucid.data.table import Table
from pellucid.errors import DataError, OptionError

COLUMNS = {"age": [30.0, None, 50.0], "job": ["cook", None, "smith"]}


@pytest.mark.parametrize("kind", ["file", "path", "pandas", "polars", "mapping", "table"])
def test_the_same_table_from_every_source(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("age,job\n30,cook\n,?\n50,smith\n")
    sources: dict[str, Any] = {
        "file": str(path),
        "path": path,
        "pandas": pd.DataFrame(COLUMNS),
        "polars": pl.DataFrame(COLUMNS),
        "mapping": COLUMNS,
        "table": load_table(path)[0],
    }
    table, target = load_table(sources[kind], "job")
    assert target == "job"
    assert load_table(sources[kind])[1] is None
    assert table.storages == {"age": Storage.NUMBER, "job": Storage.WORDS}
    np.testing.assert_array_equal(table["age"].values, [30.0, np.nan, 50.0])
    assert table["job"].texts().tolist() == ["cook", None, "smith"]


def test_a_pandas_frame_with_any_index_and_labels() -> None:
    frame = pd.DataFrame({0: [1, 2], 1: [3, 4]}, index=[7, 5])
    table, target = load_table(frame, 1)
    assert table.names == ("0", "1")
    assert target == "1"
    assert table["1"].values.tolist() == [3.0, 4.0]


@pytest.mark.parametrize("labels", [["a", "a"], [1, "1"]])
def test_a_pandas_frame_with_repeated_labels(labels: list[Any]) -> None:
    frame = pd.DataFrame(np.zeros((1, 2)), columns=labels)
    with pytest.raises(DataError, match=r"the data frame: the column name '.' occurs 2 times"):
        load_table(frame)


def test_a_polars_lazy_frame() -> None:
    with pytest.raises(DataError, match=r"LazyFrame: call \.collect\(\) on it first"):
        load_table(pl.LazyFrame({"a": [1]}))


def test_an_array_and_the_number_of_its_target() -> None:
    array = np.arange(6.0).reshape(2, 3)
    assert load_table(array)[0].names == ("x0", "x1", "x2")
    assert load_table(array, 1)[1] == "x1"
    assert load_table(array, -1)[1] == "x2"
    assert load_table(array, "x0")[1] == "x0"
    assert load_table(array, np.int64(0))[0]["x1"].values.tolist() == [1.0, 4.0]


@pytest.mark.parametrize("number", [3, -4])
def test_the_number_of_no_column(number: int) -> None:
    with pytest.raises(DataError, match=f"3 columns, so its target must be .* but it is {number}"):
        load_table(np.zeros((2, 3)), number)


@pytest.mark.parametrize("labels", [["a", "b"], np.array(["a", "b"]), pd.Series(["a", "b"])])
def test_a_target_of_its_own(labels: Any) -> None:
    for data in (np.zeros((2, 1)), pd.DataFrame({"x": [1, 2]}), {"x": [1, 2]}):
        table, target = load_table(data, labels)
        assert target == "target"
        assert table["target"].texts().tolist() == ["a", "b"]


@pytest.mark.parametrize(
    "column",
    [
        np.array([[1.5], [2.5]]),
        np.array([["a"], ["b"]]),
        pd.DataFrame({"price": [1.5, 2.5]}),
        pl.DataFrame({"price": [1.5, 2.5]}),
    ],
    ids=str,
)
def test_a_target_of_one_column(column: Any) -> None:
    table, _ = load_table(np.zeros((2, 1)), column)
    assert table["target"].texts().tolist() == list(map(str, np.asarray(column)[:, 0]))


def test_blanks_around_the_name_of_the_target(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(" age , job\n1,x\n")
    assert load_table(path, " age ")[1] == "age"
    frame = pd.DataFrame({"a": [1], "a ": [2]})
    assert load_table(frame, "a ")[1] == "a "
    assert load_table(frame, " a")[1] == "a"


def test_a_pandas_frame_with_names_of_several_levels() -> None:
    frame = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]))
    with pytest.raises(
        DataError, match=r"on several levels \(a MultiIndex\), but one name each is"
    ):
        load_table(frame)
    frame.columns = pd.Index(["_".join(map(str, names)) for names in frame.columns])
    assert load_table(frame)[0].names == ("a_x", "a_y")


def test_targets_that_do_not_fit() -> None:
    with pytest.raises(DataError, match=r"'target' needs a 1-d array .* of shape \(2, 2\)"):
        load_table(np.zeros((2, 1)), np.zeros((2, 2)))
    with pytest.raises(DataError, match="the target has 1 value, but the array has 2 rows"):
        load_table(np.zeros((2, 1)), [1.5])
    with pytest.raises(DataError, match="the target has 3 values, but the array has 2 rows"):
        load_table(np.zeros((2, 1)), [1, 2, 3])
    with pytest.raises(DataError, match="the mapping has a column 'target' already"):
        load_table({"target": [1, 2]}, [1, 2])
    with pytest.raises(DataError, match="the target: column 'target' needs a 1-d array or a list"):
        load_table(np.zeros((2, 1)), 0.5)
    with pytest.raises(DataError, match="the mapping has no column 'jbo'"):
        load_table(COLUMNS, "jbo")
    with pytest.raises(DataError, match=r"row 2, column 'target' is inf"):
        load_table(np.zeros((2, 1)), [1.0, np.inf])


@pytest.mark.parametrize(
    "array", [np.zeros(3), np.zeros((1, 2, 3)), np.zeros((2, 2), dtype=[("a", "f8")])]
)
def test_arrays_of_other_shapes(array: Any) -> None:
    with pytest.raises(DataError, match="the array needs 2 dimensions"):
        load_table(array)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (np.zeros((0, 2)), "the array has the columns 'x0', 'x1' but no rows"),
        (np.zeros((2, 0)), "the array is empty"),
        ({}, "the mapping is empty"),
        ({"a": [1], "b": []}, "'a' has 1 value and 'b' has 0"),
        (pd.DataFrame(), "the data frame is empty"),
        (pl.DataFrame({"a": []}), "the data frame has the columns 'a' but no rows"),
        (None, "a table cannot be made from a NoneType: give the path"),
        ([[1, 2]], "a table cannot be made from a list"),
    ],
)
def test_empty_and_foreign_data(data: Any, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        load_table(data)


def test_built_in_sets_know_their_target() -> None:
    table, target = load_table("heights")
    assert (table.source, target) == ("heights", "label")
    assert load_table("iris", "sepal width (cm)")[1] == "sepal width (cm)"


def test_a_file_goes_before_a_built_in_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sine").mkdir()
    assert load_table("sine")[1] == "y"
    Path("iris").write_text("a\n1\n")
    assert load_table("iris")[0].names == ("a",)


def test_neither_file_nor_built_in_set() -> None:
    with pytest.raises(DataError) as caught:
        load_table("irsi")
    assert str(caught.value).startswith(
        "there is no file irsi, and no built-in set of that name (did you mean 'iris'?). "
        "The built-in sets are 'iris', 'wine', "
    )
    with pytest.raises(DataError, match=r"^there is no file some/irsi$"):
        load_table("some/irsi")
    with pytest.raises(DataError, match=r"^there is no file irsi$"):
        load_table(Path("irsi"))


def test_what_is_told_reaches_every_source(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("code\n7\n-9\n")
    reading = Reading(missing=("-9",), storages={"code": Storage.WORDS})
    columns = {"code": [7, -9]}
    for source in (path, pd.DataFrame(columns), pl.DataFrame(columns), columns):
        table, _ = load_table(source, reading=reading)
        assert table["code"].texts().tolist() == ["7", None]
    with pytest.raises(OptionError, match="a query needs an SQLite or DuckDB file"):
        load_table(columns, reading=Reading(query="SELECT 1"))


def test_several_targets() -> None:
    array = np.arange(12.0).reshape(3, 4)
    assert load_table(array, [0, -1])[1] == ["x0", "x3"]
    assert load_table(array, ["x1", "x2"])[1] == ["x1", "x2"]
    assert load_table(COLUMNS, ["age", "job"])[1] == ["age", "job"]
    assert load_table({"a": [1, 2], "b": [3, 4]}, ["a", "b"])[1] == ["a", "b"]
    with pytest.raises(DataError, match="the targets: the column name 'x0' occurs 2 times"):
        load_table(array, [0, "x0"])
    with pytest.raises(DataError, match="has no column 'jop'"):
        load_table(COLUMNS, ["age", "jop"])


def test_numbers_of_columns_in_files(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("7.5,x\n8.5,y\n9.5,z\n")
    for target in (-1, "-1", 1, "column_2"):
        assert load_table(path, target)[1] == "column_2"
    assert load_table(path, ["column_1", -1])[1] == ["column_1", "column_2"]
    path.write_text("a,b\n8.5,y\n")
    assert load_table(path, -1)[1] == "b"
    assert load_table(path, "-2")[1] == "a"
    with pytest.raises(DataError, match="has 2 columns, so its target must be one of 0 to 1"):
        load_table(path, -3)
    with pytest.raises(DataError, match="has no column '1'"):
        load_table(path, 1)


def test_a_target_keeps_the_notes_of_the_table(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("1.5,2\n1,2\n")
    table, _ = load_table(load_table(path)[0], ["a", "b"])
    assert isinstance(table, Table)
    assert len(table.notes) == 1


def test_frames_are_found_without_importing_their_libraries() -> None:
    code = (
        "import sys, numpy\nfrom pellucid.data.sources import load_table\n"
        "load_table(numpy.zeros((2, 2)), target=[1, 2])\n"
        "print('pandas' in sys.modules, 'polars' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["False", "False"]
