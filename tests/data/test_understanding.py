"""What columns are taken for: found in the values, or told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from pellucid.data.kinds import Kind, Understood, parse_told
from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table
from pellucid.data.understanding import notes_about, understand
from pellucid.errors import DataError, OptionError
from pellucid.language import say
from tests.data.made_tables import column, pandas_table, table
from tests.shared_data import shared_data

RANDOM = np.random.default_rng(0)


def found(values: Iterable[Any], name: str = "a") -> Understood:
    """What a column is taken for beside another that is sure to be used."""
    made = column(name, values)
    other = Column("other", Storage.NUMBER, np.random.default_rng(1).normal(size=len(made)))
    return understand(Table([made, other]))[name]


NAMES = [f"Mr {i}" for i in range(100)]
REMARKS = [f"it came late and the box was open {i}" for i in range(100)]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0.5, 1.5, None], Kind.NUMBER),
        (RANDOM.permutation(1000), Kind.NUMBER),
        ([0, 1, None, 1], Kind.BOOLEAN),
        ([0, 1, 2], Kind.NUMBER),
        ([1, 2, 1], Kind.NUMBER),
        ([True, False], Kind.BOOLEAN),
        (["Yes", "no", None], Kind.BOOLEAN),
        (["ja", "nein"], Kind.BOOLEAN),
        (["f", "t", "f"], Kind.BOOLEAN),
        (["yes", "no", "perhaps"], Kind.CATEGORY),
        (["male", "female"], Kind.CATEGORY),
        ([datetime(2020, 1, 1), datetime(2020, 1, 2)], Kind.DATE),
        (NAMES, Kind.IDENTIFIER),
        (NAMES[:9], Kind.CATEGORY),
        ([*NAMES[:90], *["Mr 0"] * 10], Kind.IDENTIFIER),
        ([*NAMES[:89], *["Mr 0"] * 11], Kind.IDENTIFIER),
        ([*NAMES[:60], *["Mr 0"] * 40], Kind.CATEGORY),
        ([*NAMES[:10], *[None] * 90], Kind.IDENTIFIER),
        ([*NAMES, *NAMES], Kind.CATEGORY),
        (REMARKS, Kind.TEXT),
        ([*REMARKS, *REMARKS], Kind.CATEGORY),
        ([5.0, 5.0], Kind.CONSTANT),
        (["x", "x"], Kind.CONSTANT),
        ([None, None], Kind.CONSTANT),
        ([datetime(2020, 1, 1)] * 2, Kind.CONSTANT),
        # That it is missing says something.
        ([5.0, None], Kind.NUMBER),
        (["x", None], Kind.CATEGORY),
        (["yes", None], Kind.CATEGORY),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_values_say(values: Any, kind: Kind) -> None:
    entry = found(values)
    assert entry.kind is kind
    assert (entry.reason is None) == kind.is_used
    assert not entry.told


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (range(-5, 5), Kind.IDENTIFIER),
        (range(10), Kind.IDENTIFIER),
        (range(9), Kind.NUMBER),
        (range(10, 0, -1), Kind.NUMBER),
        (range(0, 20, 2), Kind.NUMBER),
        (np.arange(10) + 0.5, Kind.NUMBER),
        ([*range(10), 11], Kind.NUMBER),
        ([*range(10), None], Kind.NUMBER),
        ([None, *range(10)], Kind.NUMBER),
    ],
    ids=str,
)
def test_numbers_that_count_the_rows(values: Any, kind: Kind) -> None:
    assert found(values).kind is kind


def test_gaps_that_the_rows_have_too_are_none() -> None:
    whole = table({"n": range(100, 140), "x": RANDOM.normal(size=40)})
    assert understand(whole.take(np.arange(40) % 3 > 0))["n"].kind is Kind.IDENTIFIER
    assert understand(whole.take(np.arange(40)[::-1]))["n"].kind is Kind.IDENTIFIER


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("CustomerId", RANDOM.permutation(50), Kind.IDENTIFIER),
        ("customer", RANDOM.permutation(50), Kind.NUMBER),
        ("CustomerId", [*RANDOM.permutation(50), 3], Kind.NUMBER),
        ("CustomerId", RANDOM.normal(size=50), Kind.NUMBER),
        ("CustomerId", RANDOM.permutation(9), Kind.NUMBER),
        ("price", RANDOM.permutation(50) * 1000, Kind.NUMBER),
        ("refractive index", 1 + RANDOM.random(50), Kind.NUMBER),
    ],
)
def test_numbers_that_are_named_identifiers(name: str, values: Any, kind: Kind) -> None:
    assert found(values, name).kind is kind


def test_a_lone_counter_is_kept() -> None:
    # A curve over 0, 1, .. has nothing else to learn from.
    assert understand(table({"x": range(20), "y": range(20)}), ["y"])["x"].kind is Kind.NUMBER
    both = understand(table({"x": range(20), "c": [1] * 20}))
    assert [entry.kind for entry in both.values()] == [Kind.NUMBER, Kind.CONSTANT]
    told = understand(table({"x": range(20)}), told={"x": parse_told("identifier")})
    assert told["x"].kind is Kind.IDENTIFIER


def rows(values: Iterable[int]) -> list[int]:
    """Each value in fifty rows, so that a few of them are few."""
    return [value for value in values for _ in range(50)]


@pytest.mark.parametrize(
    ("name", "values", "hinted"),
    [
        ("zip", [10115, 20095, 80331], True),
        ("zip", [10115, 20095], False),
        ("zip", [0.5, 1.5, 2.5], False),
        ("store_id", [*range(100), 3], True),
        ("a", rows([408, 415, 510, 917]), True),
        ("a", rows([400, 500, 600]), False),
        ("a", rows([100, 150, 225]), False),
        ("a", rows([1999, 2000, 2001, 2002]), False),
        ("a", rows([3, 17, 99]), False),
        ("a", rows([13, 47, 92, 11]), False),
        ("a", rows(RANDOM.choice(900, 60, replace=False) + 100), False),
        ("a", [408, 415, 510, 917], False),
        ("area", [-408, 415, 510], False),
    ],
    ids=lambda value: str(value)[:30],
)
def test_numbers_that_may_be_codes_are_pointed_out(name: str, values: Any, hinted: bool) -> None:
    entry = found(values, name)
    assert entry.kind is Kind.NUMBER
    assert (entry.hint is not None) == hinted


def test_codes_by_their_leading_zeros() -> None:
    made = Column(
        "a", Storage.NUMBER, np.array([7.0, 12.0, 100.0]), labels={7.0: "007", 12.0: "012"}
    )
    entry = understand(Table([made]))["a"]
    assert say(entry.hint or "").startswith("column 'a' holds whole numbers that may be codes; if")
    assert say(entry.hint or "").endswith("write --column a=category")


def test_only_the_rows_that_are_given_count() -> None:
    whole = table({"t": ["x", "x", "y"], "n": [1, 1, 2], "b": ["yes", "no", "maybe"]})
    few = understand(whole.take(np.array([0, 1])))
    assert [entry.kind for entry in few.values()] == [Kind.CONSTANT, Kind.CONSTANT, Kind.BOOLEAN]


def told(values: Iterable[Any], text: str) -> Understood:
    return understand(table({"a": values}), told={"a": parse_told(text)})["a"]


@pytest.mark.parametrize(
    ("values", "text", "kind", "levels"),
    [
        (["1", " 2.5 ", None], "number", "number", ()),
        ([3, 1, 2], "category", "category", ()),
        (["b", "a"], "boolean", "boolean", ("a", "b")),
        ([2, 1, 2], "boolean", "boolean", ("1", "2")),
        (["yes", None], "boolean", "boolean", ("no", "yes")),
        ([30, 10, 20], "ordered", "ordered", ("10", "20", "30")),
        (["Low", "high", None], "ordered:low<high", "ordered", ("low", "high")),
        ([3, 1], "ordered:3<1", "ordered", ("3", "1")),
        ([datetime(2020, 1, 1), None], "date", "date", ()),
        (range(20), "number", "number", ()),
        (NAMES, "category", "category", ()),
        ([1, 2], "identifier", "identifier", ()),
        ([7, 7], "text", "text", ()),
        ([7, 7], "number", "constant", ()),
        ([None, None], "date", "constant", ()),
    ],
    ids=str,
)
def test_what_is_told(values: Any, text: str, kind: str, levels: tuple[str, ...]) -> None:
    entry = told(values, text)
    assert (entry.kind, entry.levels, entry.told) == (kind, levels, True)
    assert (entry.reason is not None) == (kind == "constant")


@pytest.mark.parametrize(
    ("values", "text", "error", "complaint"),
    [
        (
            ["1", "many"],
            "number",
            DataError,
            "t.csv: row 2, column 'a' is 'many', but it was told to",
        ),
        (
            [datetime(2020, 1, 1)],
            "number",
            DataError,
            "holds dates, but it was told to be a number",
        ),
        (["1", "2", "3"], "boolean", DataError, "which needs two values, but has 3: '1', '2', '3'"),
        (["x", None], "boolean", DataError, "which needs two values, but has 1: 'x'"),
        (
            [None, "soon"],
            "date",
            DataError,
            "row 2, column 'a' is 'soon', but the column was told to",
        ),
        (
            [5, 6],
            "date",
            DataError,
            "row 1, column 'a' is '5', but the column was told to be a date",
        ),
        (
            ["low", "high", "mid"],
            "ordered",
            OptionError,
            r"it has 'high', 'low', 'mid', so write .* --column 'a=ordered:high<low<mid'",
        ),
        (
            ["low", "hihg", None],
            "ordered:low<high",
            DataError,
            r"row 2, column 'a' is 'hihg' \(did you mean 'high'\?\), which is none of the levels",
        ),
    ],
    ids=str,
)
def test_what_cannot_be(values: Any, text: str, error: type[Exception], complaint: str) -> None:
    with pytest.raises(error, match=complaint):
        told(values, text)


def test_levels_that_do_not_occur() -> None:
    hint = told(["low", "high"], "ordered:low<mid<high").hint
    assert say(hint or "") == (
        "no row has the value 'mid' that was told of column 'a': its values are 'high', 'low'"
    )
    # A row that is not for training has it.
    whole = table({"a": ["low", "high", "mid"]}).take(np.array([0, 1]))
    asked = {"a": parse_told("ordered:low<mid<high")}
    assert understand(whole, told=asked)["a"].hint is None


def test_columns_that_cannot_be_told() -> None:
    made = table({"price": [1, 2], "size": [1, 2]})
    with pytest.raises(OptionError) as caught:
        understand(made, told={"prize": parse_told("number")})
    assert str(caught.value) == (
        "--column prize: t.csv has no such column (did you mean 'price'?). "
        "Its columns are 'price', 'size'"
    )
    with pytest.raises(OptionError, match="--column price: this column is the target; --task clas"):
        understand(made, ["price"], {"price": parse_told("number")})


def test_notes_are_said_once_for_each_reason() -> None:
    made = table(
        {
            "a": [5] * 20,
            "b": [None] * 20,
            "t": ["x"] * 20,
            "id": range(20),
            "name": NAMES[:20],
            "said": REMARKS[:20],
            "zip": RANDOM.integers(1, 9, 20),
            "my no": [3, *RANDOM.permutation(100)[:19] + 10],
            "gone": [1, 2] * 10,
        }
    )
    entries = understand(made, told={"gone": parse_told("identifier")})
    notes = notes_about(entries.values())
    assert [say(note).split(": ")[0] for note in notes] == [
        "columns 'a', 't' are left out",
        "column 'b' is left out",
        "column 'id' is left out",
        "column 'name' is left out",
        "column 'said' is left out",
        "column 'my no' is left out",
        "column 'zip' holds whole numbers that may be codes; if their order means nothing, "
        "write --column zip=category",
    ]
    assert "(--column 'my no'=number keeps it)" in say(notes[5])
    assert all("列" in say(note, "zh") for note in notes)


def test_every_column_that_is_left_out_is_named_with_what_keeps_it() -> None:
    words = {name: [f"{name}{row}" for row in range(40)] for name in ("code", "my name")}
    many = {f"w{place}": words["code"] for place in range(12)}
    for columns, options in (
        (words, "--column code=category --column 'my name'=category"),
        (many, " ".join(f"--column w{place}=category" for place in range(10))),
    ):
        (note,) = notes_about(understand(table(columns)).values())
        assert f"({options} keeps it)" in say(note)
        assert f"（{options} " in say(note, "zh")


def test_times_of_one_year() -> None:
    times = [datetime(2020, 1, 1) + timedelta(days=i) for i in range(30)]
    assert found(times).kind is Kind.DATE


@pytest.mark.parametrize(
    ("path", "options", "left_out"),
    [
        ("bank_churn/Churn_Modelling.csv", {}, {"RowNumber", "CustomerId"}),
        ("credit_card_default/UCI_Credit_Card.csv", {}, {"ID"}),
        ("covertype_15k/covertype_15k.csv.gz", {}, {"Id", "Soil_Type7", "Soil_Type15"}),
        ("bike_sharing/hour.csv", {}, {"instant"}),
        ("auto_mpg/mpg.csv", {}, {"name"}),
        ("titanic/titanic.csv", {}, set()),
        ("california_housing/housing.csv", {}, set()),
        ("penguins/penguins.csv", {}, set()),
        ("diamonds/diamonds.csv.gz", {}, set()),
        ("adult/adult-train.csv", {"header": False}, set()),
        ("german_credit/german.csv", {"header": False}, set()),
        ("horse_colic/horse-colic.csv", {"header": False}, set()),
        ("abalone/abalone.csv", {"header": False}, set()),
    ],
)
def test_real_tables(path: str, options: dict[str, Any], left_out: set[str]) -> None:
    entries = understand(pandas_table(shared_data(path), **options), ["Cover_Type"])
    assert {name for name, entry in entries.items() if not entry.kind.is_used} == left_out
    hints = [entry.hint.key for entry in entries.values() if entry.hint is not None]
    assert set(hints) <= {"data.column_spellings"}


@pytest.mark.parametrize(
    ("name", "first", "kind"),
    [
        ("year", 1990, Kind.NUMBER),
        ("season", 1990, Kind.NUMBER),
        ("Jahr", 1001, Kind.NUMBER),
        ("id", 1990, Kind.IDENTIFIER),
        ("season", 1, Kind.IDENTIFIER),
        ("season", 2190, Kind.IDENTIFIER),
    ],
)
def test_years_that_count_up_are_years(name: str, first: int, kind: Kind) -> None:
    values = range(first, first + 30)
    assert understand(table({name: values, "x": [0.5, 1.5] * 15}))[name].kind is kind


def test_the_time_of_the_split_is_no_identifier() -> None:
    made = table({"step": range(30), "x": [0.5, 1.5] * 15})
    assert understand(made)["step"].kind is Kind.IDENTIFIER
    assert understand(made, time="step")["step"].kind is Kind.NUMBER


def test_truths_in_several_spellings() -> None:
    entry = found(["Yes", "yes", "NO", "no", "no", "yes", None])
    assert (entry.kind, entry.levels) == (Kind.BOOLEAN, ("no", "yes"))
    assert entry.hint is not None
    assert say(entry.hint).endswith("the same: 'no' (2x), 'NO' (1x); 'yes' (2x), 'Yes' (1x)")
    assert told(["Up", "up", "Up", "down"], "boolean").levels == ("Up", "down")
    assert told(["b", "B", "c"], "category").hint is not None
    assert found(["b", "a", "c"]).hint is None
