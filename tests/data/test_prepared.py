"""The whole way: nothing learned from rows outside training, nothing lost, clear complaints."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid.data.builtin import BUILTIN
from pellucid.data.encoding import Encoding
from pellucid.data.prepared import PARTS, prepare
from pellucid.data.sources import load_table
from pellucid.data.target import Target
from pellucid.errors import DataError, OptionError
from tests.shared_data import shared_data


def frame(rows: int = 40) -> pd.DataFrame:
    random = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "size": random.normal(10.0, 2.0, rows),
            "colour": random.choice(["red", "green"], rows),
            "price": random.normal(100.0, 20.0, rows),
        }
    )


@pytest.mark.parametrize("name", BUILTIN)
def test_every_built_in_set(name: str) -> None:
    prepared = prepare(name)
    assert prepared.target.task == BUILTIN[name].task
    assert prepared.target_name == BUILTIN[name].target
    assert prepared.source == name
    classes = prepared.target.task == "classification"
    for part in PARTS:
        features, targets = prepared.features[part], prepared.targets[part]
        assert features.shape == (prepared.rows[part], prepared.encoding.width)
        assert features.dtype == np.float32
        assert features.flags.c_contiguous
        assert np.isfinite(features).all()
        assert targets.shape == (prepared.rows[part],)
        assert targets.dtype == (np.int32 if classes else np.float32)
        assert prepared.raw_targets[part].dtype == (np.int32 if classes else np.float64)


def test_everything_is_learned_from_the_training_rows() -> None:
    data = frame()
    prepared = prepare(data, "price", seed=11)
    rows = {part: prepared.row_numbers[part] - 1 for part in PARTS}
    train = data.iloc[rows["train"]]
    for part in PARTS:
        own = data.iloc[rows[part]]
        expected = (own["size"] - train["size"].mean()) / train["size"].std(ddof=0)
        np.testing.assert_allclose(prepared.features[part][:, 0], expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(prepared.features[part][:, 1], own["colour"] == "green")
        np.testing.assert_array_equal(prepared.raw_targets[part], own["price"])
        np.testing.assert_allclose(
            prepared.targets[part] * train["price"].std(ddof=0) + train["price"].mean(),
            own["price"],
            rtol=1e-5,
        )
    everything = np.concatenate([rows[part] for part in PARTS])
    np.testing.assert_array_equal(np.sort(everything), np.arange(40))


def test_a_function_of_data_options_and_seed() -> None:
    first, again = prepare(frame(), "price"), prepare(frame(), "price")
    assert first.fingerprint == again.fingerprint
    for part in PARTS:
        np.testing.assert_array_equal(first.features[part], again.features[part])
    others = [
        prepare(frame(), "price", seed=1),
        prepare(frame(), "size"),
        prepare(frame(), "price", test=0.3),
        prepare(frame(41), "price"),
    ]
    assert len({first.fingerprint, *(other.fingerprint for other in others)}) == 5


def test_the_description_is_json_and_enough_to_predict() -> None:
    prepared = prepare(frame(), "price")
    text = json.dumps([prepared.encoding.description(), prepared.target.description()])
    encoding, target = json.loads(text)
    table, _ = load_table(frame(), kinds=Encoding.from_description(encoding).kinds)
    rows = prepared.row_numbers["test"] - 1
    np.testing.assert_array_equal(
        Encoding.from_description(encoding).transform(table)[rows], prepared.features["test"]
    )
    assert Target.from_description(target) == prepared.target
    assert json.loads(json.dumps(prepared.schema)) == [
        {"name": "size", "kind": "number", "role": "feature"},
        {"name": "colour", "kind": "text", "role": "feature"},
        {"name": "price", "kind": "number", "role": "target"},
    ]


def test_rows_without_a_target_are_left_out_and_counted() -> None:
    data = frame()
    data.loc[[0, 5], "price"] = np.nan
    prepared = prepare(data, "price")
    assert prepared.notes == ("the data frame: 2 rows have no 'price' and cannot be used",)
    assert sum(prepared.rows.values()) == 38
    kept = np.concatenate(list(prepared.row_numbers.values()))
    np.testing.assert_array_equal(np.sort(kept), np.setdiff1d(np.arange(1, 41), [1, 6]))


def test_separate_files(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(
        "code,x,y\n" + "".join(f"{'a7'[i % 2]},{i},{['no', 'yes'][i % 2]}\n" for i in range(20))
    )
    (tmp_path / "test.csv").write_text("y,x,code\nyes,3,7\n,4,7\nno,5,7\n")
    prepared = prepare(
        tmp_path / "train.csv", "y", test=str(tmp_path / "test.csv"), validation=0.25
    )
    assert prepared.rows == {"train": 15, "validation": 5, "test": 2}
    assert prepared.row_numbers["test"].tolist() == [1, 3]
    assert prepared.raw_targets["test"].tolist() == [1, 0]
    # '7' is one of two texts in the training file, though all the test file has are numbers.
    assert prepared.encoding.names == ("code=7", "code=a", "x")
    assert prepared.features["test"][:, :2].tolist() == [[1, 0], [1, 0]]
    assert "test.csv: 1 row has no 'y' and cannot be used" in prepared.notes[0]
    tables = prepare(frame(), "price", test=frame(7), validation=load_table(frame(9))[0])
    assert tables.rows == {"train": 40, "validation": 9, "test": 7}
    changed = frame(7)
    changed.loc[0, "size"] += 1.0
    other = prepare(frame(), "price", test=changed, validation=frame(9))
    assert other.fingerprint != tables.fingerprint


def test_a_class_that_only_a_separate_file_has(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("x,y\n1,\n2,no\n3,maybe\n")
    with pytest.raises(DataError, match=r"test.csv: row 3, column 'y' is 'maybe', a class that no"):
        prepare({"x": range(10), "y": ["yes", "no"] * 5}, "y", test=tmp_path / "test.csv")


@pytest.mark.parametrize(
    ("test", "complaint"),
    [
        ({"x": [1.0]}, "the mapping has no column 'y'"),
        ({"z": [1.0], "y": ["no"]}, "the mapping lacks the column 'x'"),
        ({"x": ["?"], "y": [None]}, "the mapping: no row has a 'y' to compare with"),
        ({"x": ["many"], "y": ["no"]}, "row 1, column 'x' is 'many', but a finite number"),
        ("nowhere.csv", "no file nowhere.csv, and no built-in set of that name"),
    ],
)
def test_separate_tables_that_do_not_fit(test: Any, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        prepare({"x": range(10), "y": ["yes", "no"] * 5}, "y", test=test)


@pytest.mark.parametrize("nothing", [None, 0, 0.0, "0"])
def test_parts_that_are_not_wanted(nothing: Any) -> None:
    prepared = prepare(frame(), "price", validation=nothing, test=nothing)
    assert prepared.rows == {"train": 40, "validation": 0, "test": 0}
    assert prepared.features["test"].shape == (0, 3)
    assert prepared.targets["test"].shape == (0,)


def test_fractions_may_be_written_as_text() -> None:
    assert prepare(frame(), "price", test="0.5").rows["test"] == 20


@pytest.mark.parametrize("fraction", [1.5, "1.5", 1, -0.1])
def test_impossible_fractions(fraction: Any) -> None:
    with pytest.raises(OptionError, match="validation must be a fraction of the rows from 0 to be"):
        prepare(frame(), "price", validation=fraction)


def test_which_target() -> None:
    data = frame().rename(columns={"price": "the price"})
    with pytest.raises(DataError) as caught:
        prepare(data)
    assert str(caught.value) == (
        "the data frame: which column is to be predicted? Its columns are 'size', 'colour', "
        "'the price'; the last is 'the price': --target 'the price'"
    )


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"y": [1, 2, 3, 4]}, "the mapping has no column to learn from besides the target"),
        ({"x": [1, 2], "y": ["a", "b"]}, "the mapping: too few rows to split: 2 rows of 2 classes"),
        ({"x": [1, 2], "y": [0.5, 1.5]}, "the mapping: too few rows to split: 2 rows, but at le"),
        ({"x": [1, 2], "y": [None, None]}, "the target 'y' has no value in any row"),
        ({"x": [1, 2], "y": ["a", "a"]}, "the target 'y' has only the value 'a'"),
    ],
)
def test_data_that_cannot_be_used(data: Any, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        prepare(data, "y")


def test_notes_about_classes() -> None:
    labels = [1] * 10 + [2] * 10 + [3]
    x = np.arange(21) ** 2
    prepared = prepare({"x": x, "y": labels}, "y")
    assert prepared.notes == (
        "the target 'y' holds 3 different whole numbers, which were taken for classes; "
        "with task regression they are quantities",
        "the class '3' has only one training row",
    )
    assert prepare({"x": x, "y": labels}, "y", task="classification").notes == (
        "the class '3' has only one training row",
    )
    assert prepare({"x": x, "y": [*labels[1:], 4]}, "y", task="classification").notes == (
        "the classes '3', '4' have only one training row each",
    )
    assert prepare({"x": x, "y": labels}, "y", task="regression").notes == ()
    constant = prepare({"x": x, "c": [1] * 21, "y": labels}, "y", task="regression")
    assert constant.notes == ("column 'c' has the same value in all training rows",)


def test_notes_about_columns_that_name_the_rows() -> None:
    data = frame().assign(id=np.arange(100, 140), name=[f"Mr {i}" for i in range(40)])
    notes = (
        "column 'id' has numbers that count up by one from row to row: if they only number the "
        "rows, they are of no use for new ones",
        "column 'name' has a different text in nearly every training row, as names and "
        "identifiers do: such texts are of no use for new rows",
    )
    assert prepare(data, "price").notes == notes
    # Rows without a target leave a gap in the numbers, but none in what they count.
    data.loc[[3, 7], "price"] = np.nan
    assert prepare(data, "price").notes[1:] == notes
    assert prepare(data.iloc[::-1], "size").notes == notes[1:]


def test_codes_are_classes_and_categories(tmp_path: Path) -> None:
    lines = [f"{i % 3:03},{['007', '012', '100'][i % 3]},{i * i}" for i in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["area,code,x", *lines]))
    prepared = prepare(tmp_path / "t.csv", " code ")
    assert prepared.target_name == "code"
    assert prepared.target.classes == ("007", "012", "100")
    assert prepared.encoding.names == ("area=000", "area=001", "area=002", "x")
    assert [note.split(": ")[1][:28] for note in prepared.notes] == [
        "column 'area' is text becaus",
        "column 'code' is text becaus",
    ]


def test_huge_numbers_stay_finite() -> None:
    values = np.random.default_rng(0).normal(0.0, 1.0, 50) * 1e300
    prepared = prepare({"x": values, "y": values}, "y")
    for part in PARTS:
        assert np.isfinite(prepared.features[part]).all()
        assert np.isfinite(prepared.targets[part]).all()
    np.testing.assert_allclose(
        prepared.target.restore(prepared.targets["train"]), prepared.raw_targets["train"], rtol=1e-5
    )


def test_adult_from_its_two_files(tmp_path: Path) -> None:
    header = ",".join([*(f"c{position}" for position in range(14)), "income"])
    for part in ("train", "test"):
        content = shared_data(f"adult/adult-{part}.csv").read_text("utf-8")
        # The labels of the test file end in a dot.
        content = content.replace("K.\n", "K\n")
        (tmp_path / f"{part}.csv").write_text(f"{header}\n{content}", "utf-8")
    start = time.perf_counter()
    prepared = prepare(tmp_path / "train.csv", "income", test=tmp_path / "test.csv")
    elapsed = time.perf_counter() - start
    assert prepared.rows == {"train": 26049, "validation": 6512, "test": 16281}
    assert prepared.target.classes == ("<=50K", ">50K")
    rows = pd.read_csv(tmp_path / "train.csv", skipinitialspace=True, na_values="?")
    train = rows.iloc[prepared.row_numbers["train"] - 1].drop(columns="income")
    texts = train.select_dtypes(exclude="number")
    categories = int(texts.nunique().sum() + texts.isna().any().sum())
    assert prepared.encoding.width == 6 + categories > 100
    np.testing.assert_allclose(prepared.features["train"][:, 0].mean(), 0.0, atol=1e-5)
    assert elapsed < 10.0


def test_the_hints_of_a_california_file() -> None:
    path = shared_data("california_housing/housing.csv")
    prepared = prepare(path, "median_house_value")
    assert prepared.target.task == "regression"
    assert "total_bedrooms is missing" in prepared.encoding.names
    assert sum(prepared.rows.values()) == 20640
    marked = sum(
        prepared.features[part][:, prepared.encoding.names.index("total_bedrooms is missing")].sum()
        for part in PARTS
    )
    assert marked == 207
