"""Lines before a table, and rows that are none: passed over or named, the same in large files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data.csv_file import read_csv
from pellucid.data.prepared import prepare
from pellucid.data.reading import Reading
from pellucid.data.storage import Storage
from pellucid.data.table import Table
from pellucid.errors import DataError, OptionError
from pellucid.language import say

LARGE, SMALL = 1 << 20, 200
ROWS = "".join(f"{i}.5,{i % 4},{('north', 'south')[i % 2]}\n" for i in range(40))
HEADER = "area,rooms,side\n"


def read(content: str, small: int = LARGE, **options: Any) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_bytes(content.encode())
        return read_csv(path, "t.csv", Reading(**options), small=small)


def notes(table: Table) -> list[str]:
    assert all(say(note, "zh") for note in table.notes)
    return list(map(say, table.notes))


def same(table: Table, other: Table) -> None:
    assert table.names == other.names
    for mine, its in zip(table.columns, other.columns, strict=True):
        assert mine.storage is its.storage
        assert mine.texts().tolist() == its.texts().tolist()


@pytest.mark.parametrize("small", [LARGE, SMALL])
@pytest.mark.parametrize(
    ("before", "lines"),
    [
        ("# exported, 2024-01-01\n# unit: EUR\n", 2),
        ("# exported\n\n", 1),
        ("Rents of the first quarter\n", 1),
        ("Rents\nby town\n\n", 3),
        ("Rents 2024,,\n", 1),
        ("Rents 2024,,\n,,\n", 2),
        ('"Rents, by town",,\n', 1),
        ("# exported\nRents 2024\n", 2),
        ("sep=,\n", 1),
        ('"sep=,"\n', 1),
        ("\nRents of 2024\n", 2),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_before_the_table_are_passed_over(
    before: str, lines: int, small: int, end: str
) -> None:
    content = (before + HEADER + ROWS).replace("\n", end)
    table = read(content, small)
    same(table, read(HEADER + ROWS))
    assert table.understood["skipped lines"] == lines
    (note,) = notes(table)
    assert "before the table" in note
    assert "--skip-lines 0" in note
    same(read(content, small, skip_lines=lines), table)


@pytest.mark.parametrize("small", [LARGE, SMALL])
def test_messages_name_the_lines_of_the_file(small: int) -> None:
    bad = "# one\n# two\n" + HEADER + ROWS + "1,2\n"
    with pytest.raises(DataError, match=r"t\.csv: line 44 has 2 fields"):
        read(bad, small)
    stray = read("# one\n# two\n" + HEADER + ROWS + "many,2,north\n", small)
    assert "'many' (1x), first in row 41 (line 44)" in notes(stray)[1]


@pytest.mark.parametrize("small", [LARGE, SMALL])
def test_what_excel_says_of_the_separator(small: int) -> None:
    # By itself the comma is the more likely separator.
    content = "a;b\n" + "".join(f"1,5;2,{i}\n" for i in range(60))
    told = read("sep=;\n" + content, small)
    assert told.names == ("a", "b")
    assert told["a"].values[0] == 1.5
    assert told.understood["separator"] == ";"


@pytest.mark.parametrize(
    "content",
    [
        "#id,b\n1,2\n3,4\n",
        "# x\n1\n2\n",
        "title\n1\n2\n",
        "name,,\n1,5,6\n2,6,7\n",
        ",,a\n1,2,3\n",
        "x,,\n1,,\n2,,\n",
        "a b c\n1 2 3\n4 5 6\n",
        "  1.5   2\n 12.5 \t 3\n",
        "12\n1,2\n3,4\n",
        "a;b;c\n1,2,3\n4,5,6\n",
        "'sep=;'\n",
        "a\n",
        "\n\n",
        "#\n",
        '":\n0",0\n,0\n1,2\n',
        'a title\n"of two\nlines",1\n2,3\n4,5\n',
    ],
)
def test_what_may_be_the_table_is_left_to_it(content: str) -> None:
    def outcome(**options: Any) -> Any:
        try:
            table = read(content, **options)
        except DataError as error:
            return str(error)
        columns = [column.texts().tolist() for column in table.columns]
        return dict(table.understood), table.names, columns

    assert outcome() == outcome(skip_lines=0)


def test_lines_to_skip_that_are_told() -> None:
    content = "a,b,c\n1,2,3\nx,y\n4,5\n6,7\n"
    with pytest.raises(DataError, match=r"line 3 has 2 fields"):
        read(content)
    assert read(content, skip_lines=2).names == ("x", "y")
    with pytest.raises(
        DataError, match=r"line 2 has 3 fields.*; if the table begins further down, -"
    ):
        read("Station: Kew\tfrom: 1990,to: 2000\n1,2,3\n1,2,3\n")
    with pytest.raises(DataError, match=r"t\.csv is empty"):
        read(content, skip_lines=99)
    for wrong in (-1, True, "2", 1.5):
        with pytest.raises(OptionError, match="skip_lines must be a whole number of lines from 0"):
            Reading(skip_lines=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("small", [LARGE, SMALL])
def test_a_header_that_is_repeated(small: int) -> None:
    table = read(HEADER + ROWS + HEADER + ROWS + " area , rooms,side\n" + ROWS, small)
    same(table, read(HEADER + ROWS * 3))
    assert table["area"].storage is Storage.NUMBER
    assert notes(table) == [
        "t.csv: the header stands again in line 42, 83, where it was passed over"
    ]
    # Without a header there is nothing to be repeated, and the name of one column is a word.
    assert len(read(HEADER + ROWS + HEADER + ROWS, small, header=False)) == 82
    assert len(read("area\nx\narea\nx\n", small)) == 3


def test_rows_that_repeat_the_first_without_a_header() -> None:
    content = "".join(f"{'xyz'[i % 3]},{'ab'[i % 2]}\n" for i in range(30))
    assert read(content).understood["header"] is False
    assert len(read(content)) == 30


def test_a_first_line_taken_for_a_row_is_said_where_a_column_is_missed(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("".join(f"{i},{i % 3}\n" for i in range(30)))
    with pytest.raises(
        DataError, match=r"no column 'rent'.*first line was taken for a row.*--head"
    ):
        prepare(path, "rent")


@pytest.mark.parametrize("small", [LARGE, SMALL])
def test_a_row_of_units_is_named(small: int, tmp_path: Path) -> None:
    content = "area,rooms,side,rent\nm2,-,,EUR\n" + "".join(
        f"{i}.5,{i % 4},north,{i * i % 89}.25\n" for i in range(40)
    )
    table = read(content, small)
    assert "row 1 (line 2) seems to name units ('m2', 'EUR'): if so" in " ".join(notes(table))
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(
        DataError, match=r"'EUR' \(1x\), first in row 1 .*seems to be a row of units"
    ):
        prepare(tmp_path / "t.csv", "rent")
    # One value that is odd may be anything.
    assert "units" not in " ".join(notes(read("a,b\nm2,1\n" + "1,2\n" * 9)))


@pytest.mark.parametrize("small", [LARGE, SMALL])
@pytest.mark.parametrize(
    "word", ["Total", "TOTAL:", "Summe", "合计", "Grand total", "Durchschnitt", "Median", "平均分"]
)
def test_a_row_of_totals_is_named(word: str, small: int) -> None:
    for row in (f"{word},80,\n", f"800,80,{word}\n"):
        (note, *_) = notes(read(HEADER + ROWS + row, small))
        assert f"row 41 (line 42) seems to hold totals ('{word}')" in note
    inside = read(HEADER + f"1,2,{word}\n" + ROWS, small)
    assert "totals" not in " ".join(notes(inside))


@pytest.mark.parametrize("small", [LARGE, SMALL])
def test_all_rows_of_totals_at_the_end_are_named(small: int) -> None:
    table = read(HEADER + ROWS + "Average,80,\nTotal,3200,\n", small)
    said = [note for note in notes(table) if "totals" in note]
    assert len(said) == 2
    assert "row 41 (line 42) seems to hold totals ('Average')" in said[0]
    assert "row 42 (line 43) seems to hold totals ('Total')" in said[1]
    # What stands above a row of the table is one itself, and so may be a Max.
    above = notes(read(HEADER + "Average,80,\n" + ROWS + "Max,1,\n", small))
    assert "totals" not in " ".join(above)


def test_rows_stay_where_they_were_without_a_preamble() -> None:
    table = read(HEADER + ROWS)
    assert table.notes == ()
    assert "skipped lines" not in table.understood
    np.testing.assert_array_equal(table["area"].values, np.arange(40) + 0.5)
