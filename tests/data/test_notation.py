"""Numbers as people write them: what is read, what stays words, and what a model remembers."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pellucid
from pellucid.data.csv_file import read_csv
from pellucid.data.notation import Notation, likely_notation
from pellucid.data.reading import Reading
from pellucid.data.sources import load_table
from pellucid.data.storage import Storage
from pellucid.data.table import Table
from pellucid.errors import DataError, OptionError
from pellucid.language import say

GROUPS = ["", ",", ".", " ", "'", "\u00a0", "\u2009", "\u202f", "\u2019"]


def read(texts: list[str], small: int = 1 << 20, separator: str = ",", **options: Any) -> Table:
    """A file of the texts in one column beside the numbers of its rows."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator)
    writer.writerow(["value", "row"])
    writer.writerows((text, f"r{row % 7}") for row, text in enumerate(texts))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_text(stream.getvalue(), "utf-8", newline="")
        reading = Reading(header=True, separator=separator, **options)
        return read_csv(path, "t.csv", reading, small=small)


def notes(table: Table) -> tuple[str, ...]:
    for note in table.notes:
        assert say(note, "zh")
    return tuple(map(str, table.notes))


@pytest.mark.parametrize(
    ("texts", "numbers", "notation"),
    [
        (["1,257.00", "-3", "12,345,678.5"], [1257, -3, 12345678.5], Notation(group=",")),
        (["1.257,00", "7,5"], [1257, 7.5], Notation(",", ".")),
        (["1 257", "3"], [1257, 3], Notation(group=" ")),
        (["1\u202f257,5", "1\u00a0000"], [1257.5, 1000], Notation(",", " ")),
        (["1'257.5", "1\u2019000"], [1257.5, 1000], Notation(group="'")),
        (["7.1%", "12 %", "-3%"], [7.1, 12, -3], Notation(unit="%")),
        (["7,1 %", "12 %"], [7.1, 12], Notation(",", unit="%")),
        (["$1,257", "-$5", "$-5", "$ 3.25"], [1257, -5, -5, 3.25], Notation(".", ",", "$")),
        (["€7", "€8,50"], [7, 8.5], Notation(",", unit="€")),
        (["7 €", "1.257,5 €"], [7, 1257.5], Notation(",", ".", "€")),
        (["US$ 3", "US$ 1,257"], [3, 1257], Notation(".", ",", "US$")),
        (["EUR 3", "EUR 7"], [3, 7], Notation(unit="EUR")),
        (["(1,257.00)", "3.00"], [-1257, 3], Notation(group=",")),
        (["($5)", "$(6)", "$7"], [-5, -6, 7], Notation(unit="$")),
        (["1.257,00-", "3,00"], [-1257, 3], Notation(",", ".")),
        (["\u22125", "+7", "\u20133.5"], [-5, 7, -3.5], Notation()),
        (["5 kg", "7.5kg"], [5, 7.5], Notation(unit="kg")),
        (["74 m2", "80 m2"], [74, 80], Notation(unit="m2")),
        (["12,50", "3,25"], [12.5, 3.25], Notation(",")),
        (["1.257.000", "3.000"], [1257000, 3000], Notation(",", ".")),
    ],
)
def test_what_is_read(texts: list[str], numbers: list[float], notation: Notation) -> None:
    table = read(texts)
    column = table["value"]
    assert column.storage is Storage.NUMBER
    np.testing.assert_array_equal(column.values, numbers)
    assert column.notation == notation
    decimal = table.understood["decimal"]
    odd = next((text for text in texts if not _is_float(text.replace(decimal, "."))), None)
    if odd is None:
        # The whole file has a decimal comma, which is shown with its separator.
        assert (notes(table), decimal) == ((), ",")
        return
    (note,) = notes(table)
    assert "column 'value' holds numbers" in note
    assert f"{odd!r} was read as " in note
    assert (f"unit {notation.unit!r}" in note) == bool(notation.unit)


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "texts",
    [
        ["5 kg", "7 lb"],
        ["$5", "€7"],
        ["$5", "7"],
        ["1,25,000", "3,000"],
        ["1,257", "1257"],
        ["1,257", "1.257,5", "3,00,0"],
        ["12,34.5", "1,000"],
        ["1,257.00", "1.257,00"],
        ["007 kg", "12 kg"],
        ["5m", "6m"],
        ["192.168.1.1", "10.0.0.1"],
        ["1,2", "1,2,3"],
        ["(5", "6)"],
        ["(1)", "(2)"],
        ["--5", "6,000"],
        ["-(5)", "6,000"],
        ["5 %%", "6 %"],
        ["$ 5 kg", "$ 6 kg"],
        ["5 to 7", "6 to 9"],
        ["Grade 1", "Grade 2"],
        ["1.2.3", "2.0.1"],
        ["10:30", "11:45"],
    ],
)
def test_what_stays_words(texts: list[str]) -> None:
    assert read(texts)["value"].storage is Storage.WORDS


def test_what_could_be_numbers_is_said() -> None:
    table = read(["1,2", "1,3", "2,3"])
    assert table["value"].storage is Storage.WORDS
    (note,) = notes(table)
    assert "'1,2' in row 1 (line 2)" in note
    assert "--column value=number" in note
    told = read(["1,2", "1,3", "2,3"], storages={"value": "number"})
    assert told["value"].values.tolist() == [1.2, 1.3, 2.3]


def test_the_decimal_mark_of_the_file_decides_what_a_column_leaves_open(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a;b;c\n1,234;2,5;x\n5,678;3;y\n", "utf-8")
    comma, _ = load_table(path)
    assert comma["a"].values.tolist() == [1.234, 5.678]
    assert comma["a"].notation == Notation(",")
    assert not comma.notes
    path.write_text("a;b;c\n1,234;2.5;x\n5,678;3;y\n", "utf-8")
    point, _ = load_table(path)
    assert point["a"].values.tolist() == [1234, 5678]
    assert "'1,234' was read as 1234" in notes(point)[0]
    path.write_text("a;b;c\n1.257,00;2.500;x\n3,00;3.000;y\n", "utf-8")
    grouped, _ = load_table(path)
    assert grouped.understood["decimal"] == ","
    assert grouped["a"].values.tolist() == [1257, 3]
    assert grouped["b"].values.tolist() == [2500, 3000]


def test_a_decimal_mark_that_was_told_is_the_only_one() -> None:
    assert read(["12,50", "3,25"], decimal=".")["value"].storage is Storage.WORDS
    table = read(["12,50", "3,25"], separator=";", decimal=",")
    assert table["value"].values.tolist() == [12.5, 3.25]


@pytest.mark.parametrize("small", [1 << 20, 200])
def test_a_late_row_that_does_not_fit(small: int) -> None:
    texts = [f"${n},{n % 1000:03}.50" for n in range(1, 999)] * 2 + ["n/k"]
    table = read(texts, small)
    assert table["value"].storage is Storage.WORDS
    (note,) = notes(table)
    assert "is text because of 'n/k' (1x), first in row 1997 (line 1998)" in note
    assert "(--missing n/k)" in note
    with pytest.raises(DataError, match=r"row 1997 \(line 1998\), column 'value' is 'n/k', but"):
        read(texts, small, storages={"value": "number"})
    mended = read(texts, small, missing=("n/k",))
    assert mended["value"].values[:2].tolist() == [1001.5, 2002.5]
    assert mended["value"].missing().sum() == 1


def test_numbers_that_mean_no_value() -> None:
    table = read(["$1,257", "$-999", "$5"], missing=("-999",))
    np.testing.assert_array_equal(table["value"].values, [1257, np.nan, 5])


def _written(number: float, digits: int, notation: Notation, group: str, form: int) -> str:
    """A number as `format` writes it, and its marks exchanged."""
    text = f"{abs(number):,.{digits}f}"
    text = text.replace(",", "_").replace(".", notation.decimal).replace("_", group)
    unit = notation.unit
    before = bool(unit) and not unit[0].isalpha() and unit != "%" and form % 2 == 0
    below = number < 0 and float(f"{number:.{digits}f}") != 0
    minus = ["-", "\u2212", "-", ""][form % 4] if below else ""
    if before:
        text = f"{minus}{unit}{text}"
    else:
        text = f"{minus}{text} {unit}" if unit else f"{minus}{text}"
    return f"({text})" if below and not minus else text


@settings(max_examples=150)
@given(
    st.sampled_from([(".", ","), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'")]),
    st.sampled_from(["", "%", "$", "€", "US$", "kg"]),
    st.integers(0, 3),
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=12),
    st.integers(0, 3),
    st.data(),
)
def test_what_python_writes_is_read_back(
    marks: tuple[str, str], unit: str, digits: int, numbers: list[float], form: int, data: Any
) -> None:
    notation = Notation(*marks, unit)
    spellings = [group for group in GROUPS if _alike(group, notation.group)]
    texts = [
        _written(number, digits, notation, data.draw(st.sampled_from(spellings)), form)
        for number in numbers
    ]
    expected = [float(f"{number:.{digits}f}") for number in numbers]
    assert [notation.read(text) for text in texts] == expected
    assert [notation.read_loosely(text) for text in texts] == expected
    pattern = notation.pattern()
    found = duckdb.execute(
        "SELECT bool_and(regexp_full_match(unnest, ?)) FROM unnest(?::VARCHAR[])", [pattern, texts]
    ).fetchall()
    assert found == [(True,)]
    likely = likely_notation(texts, (notation.decimal,), told=True)
    assert likely is not None
    assert [likely.read(text) for text in texts] == expected


def _alike(group: str, wanted: str) -> bool:
    if wanted == " ":
        return group.isspace()
    return group in "'\u2019" and bool(group) if wanted == "'" else group == wanted


def test_large_files_are_read_as_small_ones() -> None:
    random = np.random.default_rng(3)
    print("seed 3")
    numbers = random.normal(0, 5000, 3000).round(2)
    notation = Notation(",", ".", "€")
    texts = [_written(number, 2, notation, ".", form % 4) for form, number in enumerate(numbers)]
    small = read(texts, separator=";")
    large = read(texts, 20_000, separator=";")
    for table in (small, large):
        assert table["value"].notation == notation
        np.testing.assert_array_equal(table["value"].values, numbers)
    assert notes(small) == notes(large)
    # The scanner takes what the sample does not show for a doubt, and all texts decide.
    few = [f"${n / 100}" for n in range(101, 2500)] + ["$1,257.5"]
    late = read(few, 20_000)
    assert late["value"].notation == Notation(".", ",", "$")
    assert late["value"].values[[0, -1]].tolist() == [1.01, 1257.5]


def test_what_was_stored_is_read_again() -> None:
    notations = {"value": Notation(",", ".")}
    options: dict[str, Any] = {"storages": {"value": "number"}, "notations": notations}
    assert read(["1.257", "3.000"], **options)["value"].values.tolist() == [1257, 3000]
    assert read(["1.257", "3000"], **options)["value"].values.tolist() == [1257, 3000]
    # A point that cannot stand between thousands shows plain numbers.
    assert read(["1.257", "3.5"], **options)["value"].values.tolist() == [1.257, 3.5]
    assert read(["1,257.5", "3"], **options)["value"].values.tolist() == [1257.5, 3]
    dollars: dict[str, Any] = {**options, "notations": {"value": Notation(".", ",", "$")}}
    assert read(["$1,257", "12"], **dollars)["value"].values.tolist() == [1257, 12]
    with pytest.raises(DataError, match=r"row 1 \(line 2\), column 'value' is '€5', but the col"):
        read(["€5", "€6"], **dollars)


@pytest.mark.parametrize("small", [1 << 20, 20_000])
def test_large_files_are_read_as_what_was_stored(small: int) -> None:
    notations = {"value": Notation(",", ".", "€")}
    options: dict[str, Any] = {"storages": {"value": "number"}, "notations": notations}
    thousands = [f"{n}.{n % 1000:03}" for n in range(1, 1000)] * 2
    table = read(thousands, small, **options)
    assert table["value"].values.tolist() == [float(text.replace(".", "")) for text in thousands]
    plain = [f"{n / 100}" for n in range(1001, 4000)]
    assert read(plain, small, **options)["value"].values.tolist() == [float(t) for t in plain]


def test_frames_and_their_texts() -> None:
    frame = pd.DataFrame({"price": ["$1,257", "$3"], "code": ["12", "15"]})
    table, _ = load_table(frame)
    assert table["price"].values.tolist() == [1257, 3]
    # Texts that spell numbers plainly are texts where the source has a type for numbers.
    assert table["code"].storage is Storage.WORDS
    declared = frame.astype({"price": "category"})
    assert load_table(declared)[0]["price"].storage is Storage.WORDS


def test_a_network_reads_later_files_in_the_same_way(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    area = random.uniform(30, 200, 80)
    price = 25 * area
    path = tmp_path / "t.csv"

    def write(number: Any, unit: str) -> None:
        lines = [f"{number(a)};{number(p)}{unit}" for a, p in zip(area, price, strict=True)]
        path.write_text("\n".join(["area;price", *lines, ""]), "utf-8")

    def german(number: float) -> str:
        return f"{number:,.1f}".replace(",", "_").replace(".", ",").replace("_", ".")

    write(german, " €")
    run = pellucid.fit(
        str(path), "price", epochs=2, baselines=(), learning_curve=False, out=tmp_path / "run"
    )
    assert run.result["task"] == "regression"
    expected = run.predict(str(path))
    write(lambda number: f"{number:.1f}", "")
    assert run.predict(str(path)).tolist() == expected.tolist()
    loaded = pellucid.load(tmp_path / "run")
    write(german, " €")
    assert loaded.predict(str(path)).tolist() == expected.tolist()
    assert loaded.evaluate(str(path)) == run.evaluate(str(path))
    # One row leaves its marks open: they are what they were in training.
    path.write_text("area;price\n1.234;1\n", "utf-8")
    one = loaded.predict(str(path))
    assert one.tolist() == loaded.predict({"area": [1234.0]}).tolist()


@pytest.mark.parametrize(
    "description",
    [
        None,
        {},
        {"decimal": ".", "group": ","},
        {"decimal": ".", "group": ".", "unit": ""},
        {"decimal": "x", "group": "", "unit": ""},
        {"decimal": ".", "group": "#", "unit": ""},
        {"decimal": ".", "group": "", "unit": 3},
        {"decimal": [], "group": "", "unit": ""},
    ],
)
def test_descriptions_of_no_notation(description: Any) -> None:
    with pytest.raises(OptionError, match=r"no notation of numbers|cannot be written as"):
        Notation.from_description(description)


def test_descriptions() -> None:
    reading = Reading(notations={"a": Notation(",", ".", "€")})
    assert Reading.from_description(reading.description()) == reading
    with pytest.raises(OptionError, match="no notations of numbers are described by 3"):
        Reading.from_description({"notations": 3})


@given(st.lists(st.text("0123456789.,' -+()$€%kg\u2212\u202f", max_size=9), max_size=6))
def test_no_text_is_misread_quietly(texts: list[str]) -> None:
    for decimals in ((".", ","), (",", ".")):
        notation = likely_notation(texts, decimals)
        if notation is None:
            continue
        for text in texts:
            number = notation.read(text)
            bare = text.replace(notation.unit, "") if notation.unit else text
            digits = [letter for letter in bare if letter.isdigit()]
            # Whatever the marks mean, all digits of the text are those of the number, in order.
            if number is not None:
                assert "".join(digits).strip("0") == f"{abs(number):.12f}".replace(".", "").strip(
                    "0"
                )
