"""The whole way: nothing learned from rows outside training, nothing lost, clear complaints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid.data import prepared as prepared_module
from pellucid.data.builtin import BUILTIN
from pellucid.data.encoding import Encoding
from pellucid.data.kinds import parse_told
from pellucid.data.memory import Memory
from pellucid.data.prepared import PARTS, Prepared, Preparing, prepare
from pellucid.data.reading import Reading
from pellucid.data.sources import load_table
from pellucid.data.split_choice import parse_splitting
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


def row_numbers(prepared: Prepared) -> dict[str, Any]:
    return {part: table.row_numbers for part, table in prepared.tables.items()}


def said(prepared: Prepared) -> tuple[str, ...]:
    return tuple(map(str, prepared.notes))


@pytest.mark.parametrize("name", BUILTIN)
def test_every_built_in_set(name: str) -> None:
    prepared = prepare(name)
    assert prepared.target.task == BUILTIN[name].task
    assert prepared.target.name == BUILTIN[name].target
    assert prepared.source == name
    classes = prepared.target.task == "classification"
    for part in PARTS:
        features, truth = prepared.features[part], prepared.truths[part]
        assert features.shape == (prepared.rows[part], prepared.encoding.width)
        assert features.dtype == np.float32
        assert features.flags.c_contiguous
        assert np.isfinite(features).all()
        assert truth.shape == (prepared.rows[part],)
        assert truth.dtype == (np.int32 if classes else np.float64)
        assert len(prepared.tables[part]) == prepared.rows[part]


def test_everything_is_learned_from_the_training_rows() -> None:
    data = frame()
    prepared = prepare(data, "price", preparing=Preparing(seed=11, scaling="standard"))
    rows = {part: numbers - 1 for part, numbers in row_numbers(prepared).items()}
    train = data.iloc[rows["train"]]
    for part in PARTS:
        own = data.iloc[rows[part]]
        expected = (own["size"] - train["size"].mean()) / train["size"].std(ddof=0)
        np.testing.assert_allclose(prepared.features[part][:, 0], expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(prepared.features[part][:, 1], own["colour"] == "green")
        np.testing.assert_array_equal(prepared.truths[part], own["price"])
        standard = (own["price"] - train["price"].mean()) / train["price"].std(ddof=0)
        np.testing.assert_allclose(prepared.target.standardise(prepared.truths[part]), standard)
    everything = np.concatenate([rows[part] for part in PARTS])
    np.testing.assert_array_equal(np.sort(everything), np.arange(40))


def test_a_function_of_data_options_and_seed() -> None:
    first, again = prepare(frame(), "price"), prepare(frame(), "price")
    assert first.fingerprint == again.fingerprint
    for part in PARTS:
        np.testing.assert_array_equal(first.features[part], again.features[part])
    others = [
        prepare(frame(), "price", preparing=Preparing(seed=1)),
        prepare(frame(), "size"),
        prepare(frame(), "price", test=0.3),
        prepare(frame(41), "price"),
    ]
    assert len({first.fingerprint, *(other.fingerprint for other in others)}) == 5


def test_the_description_is_json_and_enough_to_predict() -> None:
    prepared = prepare(frame(), "price")
    text = json.dumps([prepared.encoding.description(), prepared.target.description()])
    encoding, target = json.loads(text)
    reading = Reading(storages=Encoding.from_description(encoding).storages)
    table, _ = load_table(frame(), None, reading)
    rows = row_numbers(prepared)["test"] - 1
    np.testing.assert_array_equal(
        Encoding.from_description(encoding).transform(table)[rows], prepared.features["test"]
    )
    assert Target.from_description(target) == prepared.target
    assert json.loads(json.dumps(prepared.schema)) == [
        {"name": "size", "storage": "number", "kind": "number", "role": "feature"},
        {"name": "colour", "storage": "words", "kind": "category", "role": "feature"},
        {"name": "price", "storage": "number", "kind": "number", "role": "target"},
    ]


def test_rows_without_a_target_are_left_out_and_counted() -> None:
    data = frame()
    data.loc[[0, 5], "price"] = np.nan
    prepared = prepare(data, "price")
    assert said(prepared) == ("the data frame: 2 rows have no 'price' and cannot be used",)
    assert sum(prepared.rows.values()) == 38
    kept = np.concatenate(list(row_numbers(prepared).values()))
    np.testing.assert_array_equal(np.sort(kept), np.setdiff1d(np.arange(1, 41), [1, 6]))


def test_separate_files(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(
        "code,x,y\n"
        + "".join(f"{'a7'[i % 2]},{i * i % 7},{['no', 'yes'][i % 2]}\n" for i in range(20))
    )
    (tmp_path / "test.csv").write_text("y,x,code\nyes,3,7\n,4,7\nno,5,7\n")
    prepared = prepare(
        tmp_path / "train.csv", "y", test=str(tmp_path / "test.csv"), validation=0.25
    )
    assert prepared.rows == {"train": 15, "validation": 5, "test": 2}
    assert row_numbers(prepared)["test"].tolist() == [1, 3]
    assert prepared.truths["test"].tolist() == [1, 0]
    # '7' is one of two texts in the training file, though all the test file has are numbers.
    assert prepared.encoding.names == ("code=7", "code=a", "x")
    assert prepared.features["test"][:, :2].tolist() == [[1, 0], [1, 0]]
    assert said(prepared)[0] == "test rows from a table of their own"
    assert said(prepared)[1].endswith("test.csv: 1 row has no 'y' and cannot be used")
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
        ({"z": [1.0], "y": ["no"]}, "the mapping has no column 'x'"),
        ({"x": ["?"], "y": [None]}, "the mapping: no row has a 'y' to compare with"),
        ({"x": ["many"], "y": ["no"]}, "row 1, column 'x' is 'many', but the column is to hold"),
        ("nowhere.csv", "no file nowhere.csv, and no built-in set of that name"),
    ],
)
def test_separate_tables_that_do_not_fit(test: Any, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        prepare({"x": [1, 3, 2, 5, 4] * 2, "y": ["yes", "no"] * 5}, "y", test=test)


@pytest.mark.parametrize("nothing", [None, 0, 0.0, "0"])
def test_parts_that_are_not_wanted(nothing: Any) -> None:
    prepared = prepare(frame(), "price", validation=nothing, test=nothing)
    assert prepared.rows == {"train": 40, "validation": 0, "test": 0}
    assert prepared.features["test"].shape == (0, 3)
    assert prepared.truths["test"].shape == (0,)


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

    def notes(labels: list[int], task: str | None, **more: Any) -> tuple[str, ...]:
        columns = {"x": x, "b": x % 5, **more, "y": labels}
        return said(prepare(columns, "y", preparing=Preparing(task=task)))

    one = "the class '3' has only one training row"
    assert notes(labels, None) == (
        "the target 'y' holds 3 different whole numbers, which were taken for classes; "
        "with --task regression they are quantities",
        one,
    )
    assert notes(labels, "classification") == (one,)
    assert notes([*labels[1:], 4], "classification") == (
        "the classes '3', '4' have only one training row each",
    )
    assert notes(labels, "regression") == ()
    assert notes(labels, "regression", c=[1] * 21) == (
        "column 'c' is left out: the same value in all training rows",
    )


def test_columns_that_name_the_rows_are_left_out() -> None:
    data = frame().assign(id=np.arange(100, 140), name=[f"Mr {i}" for i in range(40)])
    prepared = prepare(data, "price")
    assert prepared.encoding.names == ("size", "colour=green", "colour=red")
    left_out = [column["name"] for column in prepared.schema if column["role"] == "left out"]
    assert left_out == ["id", "name"]
    notes = said(prepared)
    assert [note.split(":")[0] for note in notes] == [
        "column 'id' is left out",
        "column 'name' is left out",
    ]
    # Rows without a target leave a gap in the numbers, but none in what they count.
    data.loc[[3, 7], "price"] = np.nan
    assert said(prepare(data, "price"))[1:] == notes
    kept = Preparing(told={"id": parse_told("number"), "name": parse_told("category")})
    assert {"id", "name=Mr 12"} & set(prepare(data, "price", preparing=kept).encoding.names)


def test_codes_are_classes_and_categories(tmp_path: Path) -> None:
    lines = [f"{i % 3:03},{['007', '012', '100'][i % 3]},{i * i}" for i in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["area,code,x", *lines]))
    prepared = prepare(tmp_path / "t.csv", " code ")
    assert prepared.target.name == "code"
    assert prepared.target.classes == ("007", "012", "100")
    assert prepared.encoding.names == ("area=000", "area=001", "area=002", "x")
    assert [note.split(": ")[1][:28] for note in said(prepared)[:2]] == [
        "column 'area' is text becaus",
        "column 'code' is text becaus",
    ]


def test_huge_numbers_stay_finite() -> None:
    values = np.random.default_rng(0).normal(0.0, 1.0, 50) * 1e300
    prepared = prepare({"x": values, "y": values}, "y")
    for part in PARTS:
        assert np.isfinite(prepared.features[part]).all()
        truth = prepared.truths[part]
        standard = prepared.target.standardise(truth).astype(np.float32)
        assert np.isfinite(standard).all()
        np.testing.assert_allclose(prepared.target.restore(standard), truth, rtol=1e-5)


def test_adult_from_its_two_files(tmp_path: Path) -> None:
    header = ",".join([*(f"c{position}" for position in range(14)), "income"])
    for part in ("train", "test"):
        content = shared_data(f"adult/adult-{part}.csv").read_text("utf-8")
        # The labels of the test file end in a dot.
        content = content.replace("K.\n", "K\n")
        (tmp_path / f"{part}.csv").write_text(f"{header}\n{content}", "utf-8")
    prepared = prepare(tmp_path / "train.csv", "income", validation=0.2, test=tmp_path / "test.csv")
    assert prepared.rows == {"train": 26049, "validation": 6512, "test": 16281}
    assert prepared.target.classes == ("<=50K", ">50K")
    rows = pd.read_csv(tmp_path / "train.csv", skipinitialspace=True, na_values="?")
    train = rows.iloc[row_numbers(prepared)["train"] - 1].drop(columns="income")
    texts = train.select_dtypes(exclude="number")
    categories = int(texts.nunique().sum() + texts.isna().any().sum())
    assert prepared.encoding.width == 6 + categories > 100
    np.testing.assert_allclose(prepared.features["train"][:, 0].mean(), 0.0, atol=1e-5)


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


def test_columns_are_dropped_and_kept_as_told() -> None:
    data = frame().assign(name=[f"n{i % 20}" for i in range(40)], area=np.arange(40) % 3)
    preparing = Preparing(drop=("size",), keep=("name",), told={"area": parse_told("category")})
    prepared = prepare(data, "price", preparing=preparing)
    assert prepared.encoding.names == (
        *("colour=green", "colour=red"),
        *("area=0", "area=1", "area=2"),
    )
    roles = {column["name"]: column["role"] for column in prepared.schema}
    assert roles["name"] == "kept"
    assert roles["area"] == "feature"
    assert roles["size"] == "dropped"
    assert "size" not in prepared.tables["train"]
    assert prepared.kept == ("name",)
    rows = row_numbers(prepared)["test"] - 1
    assert prepared.tables["test"]["name"].texts().tolist() == data["name"].iloc[rows].tolist()


def test_levels_in_order_and_dates() -> None:
    sizes = ["small", "large", "medium"] * 10
    data = {"size": sizes, "day": [f"2024-01-{i + 1:02}" for i in range(30)], "y": np.arange(30.0)}
    told = {"size": parse_told("ordered:small<medium<large"), "day": parse_told("date")}
    prepared = prepare(data, "y", preparing=Preparing(told=told))
    position = prepared.encoding.names.index("size")
    by_size: dict[str, set[float]] = {}
    for part in PARTS:
        for text, row in zip(
            prepared.tables[part]["size"].texts(), prepared.features[part], strict=True
        ):
            by_size.setdefault(text, set()).add(float(row[position]))
    assert all(len(values) == 1 for values in by_size.values())
    ((small,), (medium,), (large,)) = (by_size[size] for size in ("small", "medium", "large"))
    assert small < medium < large
    assert {c["name"]: c["kind"] for c in prepared.schema} == {
        "size": "ordered",
        "day": "date",
        "y": "number",
    }


def test_rows_are_split_by_time_and_by_groups() -> None:
    draw = np.random.default_rng(1).permutation(40)
    data = frame().assign(step=draw, who=[f"p{i}" for i in draw % 8])
    by_time = prepare(data, "price", preparing=Preparing(splitting=parse_splitting("time:step")))
    steps = {part: by_time.tables[part]["step"].values for part in PARTS}
    assert steps["train"].max() < steps["validation"].min()
    assert steps["validation"].max() < steps["test"].min()
    assert "step" in by_time.encoding.names
    by_group = prepare(data, "price", preparing=Preparing(splitting=parse_splitting("group:who")))
    groups = [set(by_group.tables[part]["who"].texts()) for part in PARTS]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 8
    assert not [name for name in by_group.encoding.names if name.startswith("who")]
    assert {c["name"]: c["role"] for c in by_group.schema}["who"] == "group"


def test_several_targets_and_logarithms() -> None:
    data = frame()
    prepared = prepare(data, ["price", "size"], preparing=Preparing(log="log"))
    assert prepared.target.names == ("price", "size")
    assert prepared.target.task == "regression"
    assert prepared.encoding.names == ("colour=green", "colour=red")
    for part, numbers in row_numbers(prepared).items():
        own = data.iloc[numbers - 1]
        np.testing.assert_array_equal(prepared.truths[part], own[["price", "size"]])
    train = np.log(data.iloc[row_numbers(prepared)["train"] - 1][["price", "size"]].to_numpy())
    np.testing.assert_allclose(
        prepared.target.standardise(prepared.truths["train"]),
        (train - train.mean(0)) / train.std(0),
        atol=1e-12,
    )
    data.loc[3, "size"] = np.nan
    partly = prepare(data, ["price", "size"])
    assert sum(partly.rows.values()) == 39
    assert said(partly)[0].startswith("the data frame: 1 row has no 'price, size'")


def same_arrays(one: Prepared, other: Prepared) -> bool:
    return all(
        one.features[part].tobytes() == other.features[part].tobytes()
        and one.truths[part].tobytes() == other.truths[part].tobytes()
        and np.array_equal(row_numbers(one)[part], row_numbers(other)[part])
        for part in PARTS
    )


@pytest.mark.parametrize("limit", [2**28, 1000])
def test_columns_in_files_hold_the_same_in_the_same_order(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_module, "BLOCKED_BYTES", limit)
    data = frame(300)
    held = prepare(data, "price", memory=Memory(10**9))
    mapped = prepare(data, "price", memory=Memory(0))
    assert isinstance(mapped.features["train"], np.memmap)
    assert not isinstance(held.features["train"], np.memmap)
    assert mapped.fingerprint == held.fingerprint
    assert mapped.block == held.block
    assert same_arrays(mapped, held)


def test_rows_of_many_bytes_are_taken_by_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    data = frame(300)
    whole = prepare(data, "price")
    row_bytes = whole.features["train"][:1].nbytes
    monkeypatch.setattr(prepared_module, "BLOCK_BYTES", 8 * row_bytes)
    monkeypatch.setattr(prepared_module, "BLOCKED_BYTES", whole.features["train"].nbytes)
    assert same_arrays(prepare(data, "price"), whole), "a table of just that size is not large"
    monkeypatch.setattr(prepared_module, "BLOCKED_BYTES", whole.features["train"].nbytes - 1)
    large = prepare(data, "price")
    assert (whole.block, large.block) == (1, 9)
    assert (large.fingerprint, large.rows) == (whole.fingerprint, whole.rows)
    for part in PARTS:
        numbers = row_numbers(large)[part]
        order = np.argsort(numbers)
        np.testing.assert_array_equal(numbers[order], row_numbers(whole)[part])
        np.testing.assert_array_equal(large.features[part][order], whole.features[part])
        np.testing.assert_array_equal(large.truths[part][order], whole.truths[part])
    # Rows that are read by blocks must be neighbours by chance.
    assert not np.array_equal(row_numbers(large)["train"], row_numbers(whole)["train"])
    again, other = (prepare(data, "price", preparing=Preparing(seed=seed)) for seed in (0, 1))
    assert same_arrays(again, large)
    assert not same_arrays(other, large)


@pytest.mark.parametrize(
    ("preparing", "complaint"),
    [
        (Preparing(drop=("colr",)), "--drop colr: .* no such column .did you mean 'colour'"),
        (Preparing(keep=("price",)), "--keep price: this column is the target"),
        (Preparing(drop=("size",), keep=("size",)), "'size' cannot be dropped and kept"),
        (Preparing(splitting=parse_splitting("time:price")), "--split time:price: .* the target"),
        (
            Preparing(splitting=parse_splitting("group:size"), drop=("size",)),
            "--split group:size: .* is dropped",
        ),
        (
            Preparing(told={"size": parse_told("number")}, drop=("size",)),
            "--column size: this column is dropped",
        ),
    ],
)
def test_roles_that_exclude_each_other(preparing: Preparing, complaint: str) -> None:
    with pytest.raises(OptionError, match=complaint):
        prepare(frame(), "price", preparing=preparing)


def test_columns_that_are_not_there() -> None:
    for preparing in (
        Preparing(told={"colr": parse_told("category")}),
        Preparing(splitting=parse_splitting("group:colr")),
    ):
        with pytest.raises((OptionError, DataError), match=r"colr.*colour"):
            prepare(frame(), "price", preparing=preparing)


def test_dropped_columns_may_hold_anything(tmp_path: Path) -> None:
    made = frame().assign(far=[np.inf, -np.inf] * 20, lists=[[1]] * 40)
    made.drop(columns="lists").to_csv(tmp_path / "t.csv", index=False)
    made.to_parquet(tmp_path / "t.parquet")
    for source in (tmp_path / "t.csv", tmp_path / "t.parquet", made.drop(columns="lists")):
        with pytest.raises(DataError, match=r"column 'far' is -?inf"):
            prepare(source, "price")
        prepared = prepare(source, "price", preparing=Preparing(drop=("far",)))
        assert prepared.encoding.names == ("size", "colour=green", "colour=red")


def test_too_few_rows_for_two_values_in_training() -> None:
    small = {"x": [1.0, 2.0, 3.0], "y": [1.5, 2.5, 3.5]}
    with pytest.raises(
        DataError, match="too few rows: of 3 that have a target, 1 for training, an"
    ):
        prepare(small, "y")


def test_the_year_of_a_split_by_time_is_used() -> None:
    random = np.random.default_rng(5)
    steps = {"step": range(50), "x": random.normal(size=50), "y": random.normal(size=50)}
    by_time = Preparing(splitting=parse_splitting("time:step"))
    assert prepare(steps, "y", preparing=by_time).encoding.names == ("step", "x")
    assert prepare(steps, "y").encoding.names == ("x",)


def test_seconds_since_1970_are_dates_where_told(tmp_path: Path) -> None:
    made = frame().assign(at=[1_577_836_800 + 86_400 * 9 * row for row in range(40)])
    made.to_csv(tmp_path / "t.csv", index=False)
    made.to_parquet(tmp_path / "t.parquet")
    for source in (tmp_path / "t.csv", tmp_path / "t.parquet", made):
        told = Preparing(told={"at": parse_told("date")})
        prepared = prepare(source, "price", preparing=told)
        assert prepared.understood["at"].kind == "date"
        times = np.concatenate([prepared.tables[part]["at"].values for part in PARTS])
        assert sorted(times.tolist()) == made["at"].tolist()


def test_classes_that_differ_in_case_are_one() -> None:
    made = frame(60)
    made["colour"] = ["Red", "red", "red", "GREEN", "green", "green "] * 10
    prepared = prepare(made, "colour")
    assert prepared.target.classes == ("green", "red")
    (note,) = [note for note in said(prepared) if "differ only in upper" in note]
    assert "'colour'" in note
    assert "'GREEN' (" in note


def test_the_order_of_a_categorical_is_kept() -> None:
    sizes = pd.Categorical(["mid", "low", "high", None] * 10, ["low", "mid", "high"], ordered=True)
    prepared = prepare(frame().assign(step=sizes), "price")
    assert prepared.understood["step"].kind == "ordered"
    assert prepared.understood["step"].levels == ("low", "mid", "high")
    rows = load_table(frame(4).assign(step=["high", "low", "mid", "LOW"]))[0]
    place = prepared.encoding.names.index("step")
    high, low, mid, again = prepared.encoding.transform(rows)[:, place].tolist()
    assert low == again < mid < high
    free = pd.Categorical(["mid", "low"] * 20)
    assert prepare(frame().assign(step=free), "price").understood["step"].kind == "category"
