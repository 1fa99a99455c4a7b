"""Numbers that stand for "no value": pointed out where they are, and nowhere else."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid.data.csv_file import read_csv
from pellucid.data.files import read_table
from pellucid.data.prepared import Preparing, prepare
from pellucid.data.reading import Reading
from pellucid.data.sentinels import sentinel_notes
from pellucid.data.sources import load_table
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table
from pellucid.language import say


def options(values: Any, decimal: str | None = None) -> list[str]:
    table = Table([Column("depth", Storage.NUMBER, np.asarray(values, dtype=np.float64))])
    notes = sentinel_notes(table, ["depth"], decimal)
    assert all(say(note, "zh") for note in notes)
    return [str(note.values["option"]).removeprefix("--missing depth=") for note in notes]


def normal(rows: int, mean: float = 10.0, deviation: float = 3.0) -> list[float]:
    return list(np.random.default_rng(5).normal(mean, deviation, rows))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (normal(400) + [-999.25] * 40, ["-999.25"]),
        (normal(400) + [-999.0] * 3, ["-999"]),
        (normal(400) + [999.0, -99.0] * 8, ["999", "-99"]),
        (normal(400) + [-999.0, -99.0] * 8, ["-999", "-99"]),
        (normal(400) + [1e30] * 5, ["1e+30"]),
        (normal(400) + [-12345.5] * 9, ["-12345.5"]),
        ([0.0, 1.0, 2.0] * 50 + [9.0] * 10, ["9"]),
        ([1.0, 2.0, 3.0, 4.0, 5.0] * 50 + [9.0] * 10, ["9"]),
        ([1.0, 2.0] * 50 + [99.0] * 10, ["99"]),
        (list(np.linspace(0.0, 60.0, 300)) + [-9.0] * 9, ["-9"]),
        # One wild value does not hide the code.
        (normal(4000) + [-999.0] * 50 + [3000.0], ["-999"]),
    ],
)
def test_a_code_far_outside_is_found(values: list[float], expected: list[str]) -> None:
    assert sorted(options(values)) == sorted(expected)
    assert sorted(options([*values, np.nan])) == sorted(expected)


@pytest.mark.parametrize(
    "values",
    [
        normal(400),
        normal(400) + [-999.25] * 2,
        [*normal(400), 500.0],
        # Mostly nothing, sometimes much; a cap; two or few values.
        [0.0] * 300 + list(np.linspace(1000.0, 1100.0, 50)),
        list(np.minimum(normal(400), 12.0)),
        [0.0, 1.0] * 50,
        [1.0] * 50 + [9.0] * 50,
        [-1.0, 0.0, 1.0] * 50,
        [7.0] * 60,
        [np.nan] * 5,
        list(range(-1, 90)) * 4,
        list(np.exp(normal(1000, 0.0, 2.0))),
        [99.0, 98.0, 97.0] * 30,
        [7.0, 8.0, 9.0] * 30,
    ],
)
def test_nothing_is_said_of_other_columns(values: list[float]) -> None:
    assert options(values) == []


def test_the_option_is_in_the_decimal_mark_that_was_told() -> None:
    assert options(normal(400) + [-999.25] * 40, ",") == ["-999,25"]


def test_the_range_of_the_others_is_rounded_and_the_code_is_not() -> None:
    values = [*np.linspace(0.1 + 0.2, 1234567.891, 300), *[-99999999.125] * 9]
    table = Table([Column("depth", Storage.NUMBER, np.array(values))])
    (note,) = sentinel_notes(table, ["depth"])
    assert (note.values["low"], note.values["high"]) == ("0.3", "1234568")
    assert note.values["option"] == "--missing depth=-99999999.125"


def test_the_note_names_counts_and_the_range_and_its_option_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "wells.csv"
    lines = [f"{-999.25 if row % 10 == 4 else row % 10 + 0.5},{row % 8}.5" for row in range(500)]
    path.write_text("net depth,yield\n" + "\n".join(lines) + "\n")
    found = prepare(path, "yield", preparing=Preparing(seed=1))
    train = found.tables["train"]["net depth"].values
    (said,) = [say(note) for note in found.notes if "exactly" in say(note)]
    assert said == (
        f"column 'net depth' is exactly -999.25 in {np.count_nonzero(train < 0)} of {len(train)} "
        "training rows, far outside the others (0.5 to 9.5): if that means that there is no "
        "value, say so (--missing 'net depth=-999.25')"
    )
    told = prepare(path, "yield", reading=Reading(missing=("net depth=-999.25",)))
    assert not any("exactly" in say(note) for note in told.notes)
    assert np.isnan(told.tables["train"]["net depth"].values).any()
    target = prepare(path, "net depth")
    assert any("column 'net depth' is exactly" in say(note) for note in target.notes)


ROWS = 60


def frame() -> pd.DataFrame:
    """Two columns with the same code, and one of words."""
    numbers = [-9.0 if row % 4 == 1 else row + 0.5 for row in range(ROWS)]
    words = ["x=1" if row % 4 == 1 else "ab"[row % 2] for row in range(ROWS)]
    return pd.DataFrame({"a": numbers, "b": numbers, "c": words})


def tables(folder: Path) -> dict[str, tuple[Any, dict[str, Any]]]:
    """The same table in every form."""
    made = frame()
    made.to_csv(folder / "t.csv", index=False)
    made.to_parquet(folder / "t.parquet")
    made.to_json(folder / "t.jsonl", orient="records", lines=True)
    with sqlite3.connect(folder / "t.db") as connection:
        made.to_sql("t", connection, index=False)
    return {
        "csv": (read_table, {"path": folder / "t.csv"}),
        "large csv": (read_csv, {"path": folder / "t.csv", "source": "t.csv", "small": 100}),
        "parquet": (read_table, {"path": folder / "t.parquet"}),
        "json": (read_table, {"path": folder / "t.jsonl"}),
        "sqlite": (read_table, {"path": folder / "t.db"}),
    }


def test_missing_in_one_column_is_so_in_every_kind_of_file(tmp_path: Path) -> None:
    reading = Reading(missing=("a=-9.0", "c=b"))
    found = {
        name: read(**given, reading=reading) for name, (read, given) in tables(tmp_path).items()
    }
    found["frame"], _ = load_table(frame(), None, reading)
    for name, table in found.items():
        missing = [row % 4 == 1 for row in range(ROWS)]
        assert table["a"].missing().tolist() == missing, name
        assert not table["b"].missing().any(), name
        assert table["c"].missing().tolist() == [row % 4 == 3 for row in range(ROWS)], name


@pytest.mark.parametrize(("value", "said"), [("zzz", 1), ("-8", 1), ("-9", 0), ("-9.0", 0)])
def test_a_missing_value_that_no_row_has_is_said(value: str, said: int, tmp_path: Path) -> None:
    given = [frame(), *(each["path"] for _, each in tables(tmp_path).values())]
    for data in given:
        found = prepare(data, "c", reading=Reading(missing=(f"a={value}",)))
        texts = [say(note) for note in found.notes if "--missing" in say(note)]
        assert sum("has no such value in column 'a'" in text for text in texts) == said, data
        assert all(say(note, "zh") for note in found.notes)


def test_an_equal_sign_belongs_to_the_value_where_no_column_has_the_name(tmp_path: Path) -> None:
    tables(tmp_path)
    reading = Reading(missing=("x=1", "nome=3"))
    found = prepare(tmp_path / "t.csv", "a", reading=reading)
    assert set(found.tables["train"]["c"].words) == {"a", "b"}
    said = [say(note) for note in found.notes if "--missing" in say(note)]
    assert said[0].startswith("--missing x=1: ")
    assert "has no column 'x', so the whole text means that there is no value" in said[0]
    assert "has no column 'nome'" in said[1]
