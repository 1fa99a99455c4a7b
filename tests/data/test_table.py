"""Tables: columns, rows that remember where they stood, and complaints."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.data.storage import Storage
from pellucid.data.table import Column, Table, did_you_mean, name_list
from pellucid.errors import DataError


def number(name: str, *values: float) -> Column:
    return Column(name, Storage.NUMBER, np.array(values, dtype=np.float64))


def text(name: str, *values: str | None) -> Column:
    return Column.of_texts(name, values)


PEOPLE = Table(
    [number("age", 30.0, np.nan, 50.0), text("job", "cook", None, "smith")], source="people.csv"
)


def test_names_storages_and_length() -> None:
    assert PEOPLE.names == ("age", "job")
    assert PEOPLE.storages == {"age": Storage.NUMBER, "job": Storage.WORDS}
    assert len(PEOPLE) == 3
    assert "age" in PEOPLE
    assert "Age" not in PEOPLE
    assert repr(PEOPLE) == "Table(people.csv: 3 rows, 2 columns)"
    assert repr(PEOPLE.take(np.array([0])).drop(["age"])) == "Table(people.csv: 1 row, 1 column)"
    assert len(Table([])) == 0


def test_missing() -> None:
    assert PEOPLE["age"].missing().tolist() == [False, True, False]
    assert PEOPLE["job"].missing().tolist() == [False, True, False]


def test_take_remembers_rows_also_when_repeated() -> None:
    taken = PEOPLE.take(np.array([2, 0])).take(np.array([False, True]))
    assert taken["age"].values.tolist() == [30.0]
    assert taken["job"].place(0) == "people.csv: row 1, column 'job'"
    assert PEOPLE.take(np.array([2, 0]))["age"].row(0) == 3
    assert PEOPLE["age"].row(2) == 3


def test_rows_of_a_column_that_is_taken() -> None:
    column = number("a", 10.0, 20.0, 30.0)
    for indices in (np.array([False, False, True]), np.array([2]), np.array([-1])):
        taken = column.take(indices)
        assert (taken.values.tolist(), taken.row(0)) == ([30.0], 3)
        assert taken.row_numbers is not None
        assert taken.row_numbers.dtype == np.int64
        assert taken.take(np.array([0, 0])).row(1) == 3
    assert PEOPLE.take(np.array([2, 1])).row_numbers.tolist() == [3, 2]


def test_drop_ignores_names_that_are_not_there() -> None:
    assert PEOPLE.drop(["age", "size"]).names == ("job",)
    assert PEOPLE.drop(["age"]).source == "people.csv"


def test_unknown_column_lists_columns_and_the_closest() -> None:
    with pytest.raises(DataError) as caught:
        PEOPLE["Agee"]
    assert str(caught.value) == (
        "people.csv has no column 'Agee' (did you mean 'age'?). Its columns are 'age', 'job'"
    )


def test_repeated_name() -> None:
    with pytest.raises(DataError, match=r"x: the column name 'a' occurs 2 times \(columns 1, 3\)"):
        Table([number("a", 1.0), number("b", 1.0), number("a", 1.0)], source="x")


def test_unequal_lengths() -> None:
    with pytest.raises(DataError, match="'a' has 1 value and 'b' has 2"):
        Table([number("a", 1.0), number("b", 1.0, 2.0)])


def test_infinite_number() -> None:
    with pytest.raises(DataError, match=r"x: row 2, column 'a' is -inf: every number must be fin"):
        Table([number("a", np.nan, -np.inf)], source="x")


def test_numbers_of_text() -> None:
    np.testing.assert_array_equal(text("a", "1", None, "2.5").numbers(), [1.0, np.nan, 2.5])
    np.testing.assert_array_equal(number("a", 1.0).numbers(), [1.0])


@pytest.mark.parametrize("wrong", ["big", "inf", "1_0"])
def test_numbers_of_text_that_spells_none(wrong: str) -> None:
    column = Table([text("a", None, "1", wrong)], source="x")["a"]
    with pytest.raises(DataError, match=f"x: row 3, column 'a' is '{wrong}', but a finite number"):
        column.numbers()


def test_times_are_no_numbers_and_have_a_spelling() -> None:
    times = Column("t", Storage.TIME, np.array([0.0, np.nan, 86400.0 * 366]))
    assert times.texts().tolist() == ["1970-01-01", None, "1971-01-02"]
    with pytest.raises(DataError, match="column 't' holds dates, but a finite number is needed"):
        times.numbers()


def test_words_and_their_counts() -> None:
    words = text("a", "y", "x", None, "y")
    assert (words.words, words.values.tolist()) == (("x", "y"), [1, 0, -1, 1])
    assert words.counts().tolist() == [1, 2]
    assert number("a", 3.0, np.nan, 0.25).as_words().words == ("0.25", "3")
    assert words.as_words() is words


def test_texts_of_numbers() -> None:
    assert number("a", 3.0, np.nan, 0.25).texts().tolist() == ["3", None, "0.25"]
    assert text("a", "x", None).texts().tolist() == ["x", None]


def test_did_you_mean_says_nothing_when_nothing_is_close() -> None:
    assert did_you_mean("zzz", ["age", "job"]) == ""
    assert did_you_mean("AGE", ["age", "job"]) == " (did you mean 'age'?)"


def test_name_list_is_shortened() -> None:
    assert name_list([str(i) for i in range(40)]).endswith("'29' and 10 more")
    assert name_list([]) == ""
