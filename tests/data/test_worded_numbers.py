"""Columns of numbers with a few words or bounds among them: numbers, said, and read so again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data.kinds import Kind, parse_told
from pellucid.data.prepared import Prepared, Preparing, prepare
from pellucid.data.reading import Reading
from pellucid.data.split_choice import parse_splitting
from pellucid.data.storage import Storage
from pellucid.data.strays import bounded
from pellucid.errors import DataError
from pellucid.language import say

ROWS = 200


def write(path: Path, texts: list[str], name: str = "size") -> Path:
    """Write a column of texts beside numbers that depend on its row."""
    lines = [f"{name};other;price", *(f"{t};{i % 7},5;{i % 11},25" for i, t in enumerate(texts))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def numbers(words: dict[int, str]) -> list[str]:
    """Decimal numbers with a comma, and words in some rows."""
    return [words.get(row, f"{row * 1.5 + 0.25:.2f}".replace(".", ",")) for row in range(ROWS)]


def prepared_from(path: Path, reading: Reading | None = None, **options: Any) -> Prepared:
    return prepare(path, "price", preparing=Preparing(**options), reading=reading)


def all_values(prepared: Prepared, name: str) -> np.ndarray[Any, Any]:
    """The values of a column in the order of the file."""
    parts = [table for table in prepared.tables.values() if len(table)]
    rows = np.concatenate([table.row_numbers for table in parts])
    values = np.concatenate([table[name].values for table in parts])
    return values[np.argsort(rows)]


@pytest.mark.parametrize("share", [10, 20])
def test_nine_numbers_in_ten_are_a_column_of_numbers(tmp_path: Path, share: int) -> None:
    words = dict.fromkeys(range(3, ROWS, ROWS // share), "不详") | {3: "siehe Akte"}
    found = prepared_from(write(tmp_path / "t.csv", numbers(words)))
    assert found.understood["size"].kind is Kind.NUMBER
    expected = [np.nan if row in words else row * 1.5 + 0.25 for row in range(ROWS)]
    np.testing.assert_array_equal(all_values(found, "size"), np.round(expected, 2))
    said = [say(note) for note in found.notes if "'size'" in say(note)]
    assert said[0].removeprefix(f"{tmp_path / 't.csv'}: ") == (
        f"column 'size' is numbers in {ROWS - share} of its {ROWS} values, and "
        f"'不详' ({share - 1}x), 'siehe Akte' (1x) count as missing; if the column holds names, "
        "train with --column size=category"
    )
    assert not any("is text" in text for text in said)
    assert found.reading.worded == ("size",)


def test_more_words_than_one_in_ten_are_words_unless_they_say_no_value(tmp_path: Path) -> None:
    rows = range(3, ROWS, 9)
    for word, kind in (("teuer", Kind.IDENTIFIER), ("k. A.", Kind.NUMBER), ("未知", Kind.NUMBER)):
        path = write(tmp_path / "t.csv", numbers(dict.fromkeys(rows, word)))
        assert prepared_from(path).understood["size"].kind is kind, word


def test_many_different_words_are_no_words_for_missing(tmp_path: Path) -> None:
    codes = {row: f"A{row}" for row in range(0, ROWS, 18)}
    assert len(codes) == 12
    found = prepared_from(write(tmp_path / "t.csv", numbers(codes)))
    assert found.tables["train"]["size"].storage is Storage.WORDS
    # Two numbers, and more words than these: names of kinds.
    few = [{0: "a", 1: "b", 2: "c"}.get(row, str(row % 2 + 3)) for row in range(ROWS)]
    assert prepared_from(write(tmp_path / "t.csv", few)).understood["size"].kind is Kind.CATEGORY


def test_a_category_keeps_its_word_for_unknown(tmp_path: Path) -> None:
    texts = [("ja", "nein", "unbekannt")[row % 3] for row in range(ROWS)]
    found = prepared_from(write(tmp_path / "t.csv", texts))
    assert set(found.tables["train"]["size"].words) == {"ja", "nein", "unbekannt"}


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("<0,6", 0.6),
        ("> 100", 100.0),
        ("<=1,5", 1.5),
        ("≥ 7", 7.0),
        ("\uff1c0,6", 0.6),
        ("<-2", -2.0),
    ],
)
def test_a_bound_is_read_as_its_number(tmp_path: Path, word: str, number: float) -> None:
    words = dict.fromkeys(range(0, ROWS, 3), word)
    found = prepared_from(write(tmp_path / "t.csv", numbers(words)))
    values = all_values(found, "size")
    assert (values[::3] == number).all()
    assert values[1] == 1.75
    said = [say(note) for note in found.notes if "bound" in say(note)]
    assert len(said) == 1
    assert f"{word!r} ({len(words)}x) are read as the numbers" in said[0]
    assert not any("was read as" in say(note) for note in found.notes)


def test_what_is_a_bound() -> None:
    for word in ("<", "<none>", "< see note", "a<5", "<<5", ""):
        assert bounded(word) is None, word


def test_a_column_that_is_told_kept_or_split_by_stays_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", numbers({3: "<0,6", 5: "siehe Akte"}))
    told = prepared_from(path, told={"size": parse_told("category")})
    assert told.understood["size"].kind is Kind.CATEGORY
    kept = prepared_from(path, keep=["size"])
    assert kept.tables["test"]["size"].storage is Storage.WORDS
    grouped = prepared_from(path, splitting=parse_splitting("group:size"))
    assert grouped.tables["test"]["size"].storage is Storage.WORDS
    with pytest.raises(DataError, match="'siehe Akte', but the column is to hold numbers"):
        prepared_from(path, told={"size": parse_told("number")})
    bound = write(tmp_path / "t.csv", numbers({3: "<0,6"}))
    number = prepared_from(bound, told={"size": parse_told("number")})
    assert all_values(number, "size")[3] == 0.6


def test_a_target_with_words_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", numbers({3: "<0,6", 5: "siehe Akte"}))
    with pytest.raises(DataError, match="the target 'size' holds text"):
        prepare(path, "size")


def test_numbers_with_the_other_decimal_mark_are_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    texts = ["1,5" if row % 20 == 0 else f"{row}.5" for row in range(ROWS)]
    rows = [f"{text};{row}.5;{row % 9}" for row, text in enumerate(texts)]
    path.write_text("size;other;price\n" + "\n".join(rows) + "\n")
    found = prepared_from(path)
    assert found.tables["train"]["size"].storage is Storage.WORDS
    assert any("if the comma is its decimal mark" in say(note) for note in found.notes)


def test_a_file_of_its_own_is_read_in_the_same_way(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", numbers({3: "<0,6", 5: "k. A."}))
    other = write(tmp_path / "new.csv", numbers({0: "never seen", 1: "> 900"}))
    found = prepare(path, "price", test=other)
    values = found.tables["test"]["size"].values
    assert np.isnan(values[0])
    assert values[1] == 900.0
    again = Reading.from_description(found.reading.description())
    assert again.worded == again.bounds == ("size",)


def test_the_number_of_a_bound_is_no_code_for_missing(tmp_path: Path) -> None:
    tens = {row: str(row % 20 + 1) for row in range(ROWS)}
    far = dict.fromkeys(range(0, ROWS, 7), ">200")
    spelled = dict.fromkeys(range(0, ROWS, 7), "200")
    for words, said in ((far, 0), (spelled, 1)):
        found = prepared_from(write(tmp_path / "t.csv", numbers({**tens, **words})))
        assert all_values(found, "size")[7] == 200.0
        assert sum("is exactly 200" in say(note) for note in found.notes) == said


LABORATORY = ["<LOD", "< LOQ", "LOD", "n.d.", "ND", "BDL", "Not detected", "未检出"]


@pytest.mark.parametrize("word", LABORATORY)
@pytest.mark.parametrize("tenth", [2, 6])
def test_what_was_too_little_to_measure_is_missing(tmp_path: Path, word: str, tenth: int) -> None:
    words = {row: word for row in range(ROWS) if row % 10 < tenth}
    bounds = {row: "<0,5" for row in range(ROWS) if row % 10 == 9}
    found = prepared_from(write(tmp_path / "t.csv", numbers({**words, **bounds})))
    values = all_values(found, "size")
    assert np.flatnonzero(np.isnan(values)).tolist() == list(words)
    assert (values[list(bounds)] == 0.5).all()
    said = [say(note) for note in found.notes if "'size'" in say(note)]
    assert any(f"{word!r} ({len(words)}x) count as missing" in text for text in said)
    assert not any("--missing" in text for text in said)


def test_known_words_take_nothing_from_the_share_of_others(tmp_path: Path) -> None:
    known = {row: "<LOD" for row in range(ROWS) if row % 3 == 1}
    path = write(tmp_path / "t.csv", numbers({**known, 0: "see note", 3: "<0,5"}))
    assert prepared_from(path).understood["size"].kind is Kind.NUMBER


def test_classes_beside_what_was_not_detected_are_a_category(tmp_path: Path) -> None:
    texts = [("nd", "nd", "detected", "nd", "++", "5", "nd")[row % 7] for row in range(ROWS)]
    found = prepared_from(write(tmp_path / "t.csv", texts))
    assert set(found.tables["train"]["size"].words) == {"nd", "detected", "++", "5"}


def test_a_bound_is_never_offered_as_missing(tmp_path: Path) -> None:
    bound = write(tmp_path / "t.csv", numbers({3: "<0,6"}))
    both = write(tmp_path / "b.csv", numbers({3: "<0,6", 5: "siehe Akte"}))
    for path, options in ((bound, 0), (both, 1)):
        kept = prepared_from(path, keep=["size"])
        (said,) = [say(note) for note in kept.notes if "'size'" in say(note)]
        assert "is text because of '<0,6' (1x)" in said
        assert said.count("--missing") == options
        with pytest.raises(DataError, match="the target 'size' holds text") as refused:
            prepare(path, "size")
        assert str(refused.value).count("--missing") == options
        assert str(refused.value).count(". If ") == 1
    unit = write(tmp_path / "u.csv", numbers({3: "<0,6 (see note)"}))
    with pytest.raises(DataError, match=r"correct it or leave it empty \(missing\)$"):
        prepared_from(unit, told={"size": parse_told("number")})
