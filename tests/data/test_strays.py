"""Values among numbers and dates that are neither: missing where the mark is usual, else named."""

from __future__ import annotations

import math
import shlex
import tempfile
from pathlib import Path
from typing import Any

import pytest

from pellucid.data.csv_file import read_csv
from pellucid.data.prepared import Preparing, prepare
from pellucid.data.reading import Reading
from pellucid.data.storage import Storage, is_mark
from pellucid.data.strays import MOST_NAMED, Strays
from pellucid.data.table import Table
from pellucid.errors import DataError
from pellucid.language import say

LARGE, SMALL = 1 << 20, 200
"""Up to so many characters the standard library reads a file alone."""


def read(texts: list[str], small: int = LARGE, **options: Any) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_text("value;row\n" + "".join(f"{t};{i}.5\n" for i, t in enumerate(texts)))
        return read_csv(path, "t.csv", Reading(separator=";", **options), small=small)


def notes(table: Table) -> list[str]:
    assert all(say(note, "zh") for note in table.notes)
    return list(map(say, table.notes))


@pytest.mark.parametrize("small", [LARGE, SMALL])
@pytest.mark.parametrize(
    "mark", ["-", "--", ".", "N/A", "n.a.", "None", "NULL", "#DIV/0!", "<NA>", "#n/a", "-nan", "—"]
)
def test_a_usual_mark_among_numbers_is_missing_and_said(mark: str, small: int) -> None:
    texts = [mark if i % 10 == 3 else f"{i}.25" for i in range(100)]
    table = read(texts, small)
    assert table["value"].storage is Storage.NUMBER
    assert table["value"].missing().tolist() == [i % 10 == 3 for i in range(100)]
    assert table["value"].values[4] == 4.25
    assert notes(table) == [
        f"t.csv: column 'value': {mark!r} (10x) among its values count as missing"
    ]


def test_marks_among_dates_and_truths_are_missing() -> None:
    dates = read(["2020-01-02", "0000-00-00", "n/a", "2020-01-03"])["value"]
    assert dates.storage is Storage.TIME
    assert dates.missing().tolist() == [False, True, True, False]
    truths = read(["Yes", "no", "None", "YES"])["value"]
    assert truths.words == ("YES", "Yes", "no")
    assert truths.missing().tolist() == [False, False, True, False]


def test_marks_among_words_are_words() -> None:
    table = read(["None", "wood", "brick", "-", "wood"])
    assert table["value"].words == ("-", "None", "brick", "wood")
    assert table.notes == ()
    # With a stray there, the numbers are no numbers, and the marks stay words, too.
    strays = read(["-", "1", "2", "3", "abt 80"])
    assert strays["value"].words == ("-", "1", "2", "3", "abt 80")
    assert strays["value"].strays == Strays("numbers", {"abt 80": 1}, 3, 4, "row 5 (line 6)")
    assert read(["-", "1", "2"], storages={"value": "words"})["value"].words == ("-", "1", "2")
    assert read(["-", "--", "-"])["value"].words == ("-", "--")


def test_marks_where_a_column_is_told() -> None:
    numbers = read(["-", "1", "N/A"], storages={"value": "number"})["value"]
    assert numbers.missing().tolist() == [True, False, True]
    only = read(["-", "N/A"], storages={"value": "number"})["value"]
    assert only.storage is Storage.NUMBER
    assert only.missing().all()


def test_marks_do_not_hide_the_decimal_comma() -> None:
    assert read(["1,5", "-", "2,25"])["value"].values.tolist()[::2] == [1.5, 2.25]


@pytest.mark.parametrize("small", [LARGE, SMALL])
def test_all_strays_among_numbers_are_named_with_what_mends_them(small: int) -> None:
    texts = [f"{i}.5" for i in range(60)]
    texts[7] = texts[3] = texts[50] = "n/k"
    texts[5] = "abt 80"
    table = read(texts, small)
    assert table["value"].storage is Storage.WORDS
    (note,) = notes(table)
    assert (
        "text because of 'n/k' (3x), 'abt 80' (1x), first in row 4 (line 5), though 56 of" in note
    )
    options = shlex.split(note[note.index("(--missing") + 1 : -1])
    assert options == ["--missing", "n/k", "--missing", "abt 80"]
    mended = read(texts, small, missing=tuple(options[1::2]))
    assert mended["value"].storage is Storage.NUMBER
    assert mended["value"].missing().sum() == 4
    with pytest.raises(DataError, match=r"row 4 \(line 5\), column 'value' is 'n/k', but the colu"):
        read(texts, small, storages={"value": "number"})
    with pytest.raises(
        DataError, match=r"so are 'n/k' \(3x\), 'abt 80' \(1x\) in all; --missing n"
    ):
        read(texts, small, storages={"value": "number"})


def test_strays_are_named_from_half_of_the_values_on() -> None:
    half = ["n/k", "abt 80"] * 10
    assert read([*half, *(f"{i}.5" for i in range(20))])["value"].strays is None
    assert read([*half, *(f"{i}.5" for i in range(21))])["value"].strays is not None
    # Codes are words, whatever stands beside them.
    assert read(["01067", "01099", "unknown"])["value"].strays is None


def test_impossible_dates_are_named() -> None:
    texts = [f"{1 + i % 28}.02.2020" for i in range(40)]
    texts[6], texts[9] = "31.02.2020", "soon"
    table = read(texts)
    (note,) = notes(table)
    assert (
        "because of '31.02.2020' (1x), 'soon' (1x), first in row 7 (line 8), though 38 of" in note
    )
    assert "--missing 31.02.2020 --missing soon" in note
    assert read(texts, missing=("31.02.2020", "soon"))["value"].storage is Storage.TIME
    # The first row that is bad, not the first in the order of the alphabet.
    message = (
        r"row 1 \(line 2\) is '1.02.2020' \(written as DD.MM.YYYY\) and row 7 \(line 8\) is '31"
    )
    with pytest.raises(DataError, match=message):
        read(texts, storages={"value": "time"})
    with pytest.raises(DataError, match=r"row 1 \(line 2\) is 'zz', which is written in no form"):
        read(["zz", "aa"], storages={"value": "time"})


def test_many_strays_are_shortened() -> None:
    strays = Strays("numbers", {f"w{i}": 1 for i in range(MOST_NAMED + 3)}, 99, 0, "row 1")
    assert strays.listed.endswith("'w9' (1x), .. (3 more)")
    assert strays.options.count("--missing") == MOST_NAMED
    assert Strays("numbers", {"it's": 1}, 9, 0, "row 1").options == """--missing 'it'"'"'s'"""


def test_a_target_of_numbers_and_text_is_refused_with_the_remedies(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rents = ["n/k" if i % 3 == 1 else str(400 + i * i % 97 + i / 4) for i in range(90)]
    path.write_text("area,rent\n" + "".join(f"{i * i % 31},{r}\n" for i, r in enumerate(rents)))
    with pytest.raises(DataError) as caught:
        prepare(path, "rent")
    said = str(caught.value)
    assert "'rent' holds text, 'n/k' (30x), first in row 2 (line 3), though 60 of its 90" in said
    assert "--missing n/k" in said
    assert "--task classification" in said
    mended = prepare(path, "rent", reading=Reading(missing=("n/k",)))
    assert sum(mended.rows.values()) == 60
    assert mended.target.task == "regression"
    with pytest.raises(DataError, match="'n/k'"):
        prepare(path, "rent", preparing=Preparing(task="regression"))


def test_classes_of_numbers_and_text_where_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,y\n" + "".join(f"{i * i % 31},{i % 4 or '0 or less'}\n" for i in range(80)))
    with pytest.raises(DataError, match="'0 or less'"):
        prepare(path, "y")
    prepared = prepare(path, "y", preparing=Preparing(task="classification"))
    assert prepared.target.classes == ("0 or less", "1", "2", "3")


@pytest.mark.parametrize(
    "values", [[str(i + 0.5) for i in range(60)], [f"w{i}" for i in range(60)]]
)
def test_a_class_for_each_row_is_refused(values: list[str], tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,y\n" + "".join(f"{i * i % 31},{v}\n" for i, v in enumerate(values)))
    with pytest.raises(DataError, match="60 classes in 60 rows, and 60 rows are the only ones of"):
        prepare(path, "y", preparing=Preparing(task="classification"))
    pairs = [values[i // 2] for i in range(60)]
    path.write_text("x,y\n" + "".join(f"{i * i % 31},{v}\n" for i, v in enumerate(pairs)))
    assert len(prepare(path, "y", preparing=Preparing(task="classification")).target.classes) == 30


@pytest.mark.parametrize("text", ["", "nothing", "0", "n/k", "unknown", "yes"])
def test_what_is_no_mark(text: str) -> None:
    assert not is_mark(text)


def test_a_number_next_to_marks_keeps_its_spelling() -> None:
    column = read(["+1", "-", "2.0"])["value"]
    assert column.labels == {1.0: "+1", 2.0: "2.0"}
    assert math.isnan(column.values[1])
