"""CSV files: what is read, and a clear complaint for everything else."""

from __future__ import annotations

import csv
import io
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pellucid.data.csv_file import read_csv
from pellucid.data.kinds import MISSING, Kind
from pellucid.data.table import Table
from pellucid.errors import DataError
from tests.shared_data import shared_data


def read(content: str | bytes) -> Table:
    return read_csv(content.encode() if isinstance(content, str) else content, "t.csv")


def values(table: Table) -> dict[str, list[object]]:
    return {column.name: column.values.tolist() for column in table.columns}


PLAIN = {"a": [1.0, 3.0], "b": ["x", "y"]}


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,x\n3,y\n",
        "a,b\n1,x\n3,y",
        "a,b\r\n1,x\r\n3,y\r\n",
        "a,b\r1,x\r3,y\r",
        "\ufeffa,b\n1,x\n3,y\n",
        '\ufeff"a","b"\n1,x\n3,y\n',
        "a,b\n1,x\n3,y\n\n\n  \n",
        "\n\na,b\n\n1,x\n3,y\n",
        " a , b \n 1 , x \n 3 , y \n",
        '"a","b"\n"1","x"\n"3","y"\n',
        'a, "b"\n1, "x"\n3, "y"\n',
    ],
)
def test_ways_to_write_one_table(content: str) -> None:
    assert values(read(content)) == PLAIN


def test_line_breaks_commas_and_quotes_within_quotes() -> None:
    table = read('a,"b, or\nnot"\n"x, y","say ""hi""\r\nthere"\n')
    assert values(table) == {"a": ["x, y"], "b, or\nnot": ['say "hi"\r\nthere']}


def test_missing_values() -> None:
    table = read("a,b,c\n1,?,\nNA,x,\n nan ,null,\n")
    np.testing.assert_array_equal(table["a"].values, [1.0, np.nan, np.nan])
    assert table["b"].values.tolist() == [None, "x", None]
    assert table["c"].kind is Kind.NUMBER


def test_one_column() -> None:
    assert values(read('a\n1\n""\n3\n'))["a"][::2] == [1.0, 3.0]
    assert len(read('a\n1\n""\n3\n')) == 3


def test_columns_that_are_to_stay_text() -> None:
    table = read_csv(b"a,b\n007,1\n", "t.csv", kinds={"a": Kind.TEXT, "other": Kind.NUMBER})
    assert values(table) == {"a": ["007"], "b": [1.0]}


def test_codes_are_text_and_noted() -> None:
    table = read("code,n\n12,0\n\n007,0.5\n100,-0.5\n")
    assert values(table) == {"code": ["12", "007", "100"], "n": [0.0, 0.5, -0.5]}
    assert table.notes == (
        "t.csv: column 'code' is text because of '007' in row 2 (line 4), "
        "which begins with a superfluous zero as codes do: each code is a category",
    )
    assert read_csv(b"a\n007\n", "t.csv", kinds={"a": Kind.TEXT}).notes == ()
    assert read_csv(b"a\n007\n", "t.csv", kinds={"a": Kind.NUMBER})["a"].values.tolist() == [7.0]
    assert read("a\n007\nx\ny\n").notes == ()


def test_the_spelling_of_numbers_is_kept() -> None:
    table = read("a,b,c\n+1,1,1.50\n-1,2,x\n")
    assert [dict(column.labels) for column in table.columns] == [{1.0: "+1"}, {}, {}]


def test_text_that_is_not_ascii() -> None:
    assert values(read("größe,名\n1,é\n")) == {"größe": [1.0], "名": ["é"]}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "t.csv is empty: a header line and at least one row are needed"),
        (b"\n \n\n", "t.csv is empty"),
        (b"a,b\n", r"t.csv has only a header line \(2 columns\), no rows below it"),
        (b"a\n\n", r"only a header line \(1 column\)"),
        (b"a,b\n1,2\n1,2,3\n", "line 3 has 3 fields, but the header names 2 columns"),
        (b"a,b\n\n1,2\n1\n", "line 4 has 1 field, but the header names 2 columns"),
        (b'a,b\n"x\ny",2\n1\n', "line 4 has 1 field, but"),
        (b'a,b\n1,2\n"1,2\n3,4\n', "a double quote in line 3 is opened and never closed"),
        (b'a,b\n1,2\n"1"x,2\n', "the double quotes in line 3 do not match: a quoted field must"),
        (b'a,b\n"1,2\n3,"4"\n', r"quotes in line 2 do not match \(noticed in line 3\)"),
        (
            b"a,b,a\n1,2,3\n",
            r"header \(line 1\) the column name 'a' occurs 2 times \(columns 1, 3\)",
        ),
        (b"\na, a \n1,2\n", r"in the header \(line 2\) the column name 'a' occurs 2 times"),
        (b",a\n1,2\n", r"column 1 of 2 has no name in the header \(line 1\)"),
        (b"a,b,\n1,2,\n", "column 3 of 3 has no name"),
        (b"a;b\n1;2\n", "the header 'a;b' seems to be separated by semicolons: separate the col"),
        (b"a\tb\n1\t2\n", "separated by tabs"),
        (b"a|b\n1|2\n", "separated by bars"),
        (b"a,b\n1,caf\xe9\n", r"line 2 is not UTF-8 \(byte 0xe9\): save the file in UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "t.csv is written in UTF-16"),
        (b"a,b\n1,\x002\n", r"not a text file \(line 2 holds a zero byte\)"),
        (b"a,x\n1,2\n\n1,-inf\n", r"row 2 \(line 4\), column 'x' is -inf: every number must be f"),
        (b"a,x\n1,1e999\n", r"row 1 \(line 2\), column 'x' is 1e999"),
        (b"a\n" + b"x" * 200_000 + b"\n", "a field that begins in line 2 has more than 131072 ch"),
    ],
)
def test_complaints(content: bytes, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint) as caught:
        read(content)
    assert str(caught.value).startswith("t.csv")


def test_inf_among_texts_is_a_text() -> None:
    assert read("a\ninf\nsup\n")["a"].values.tolist() == ["inf", "sup"]


@pytest.mark.parametrize("content", ["1.5,2,x\n2.5,3,y\n", "39,7\n40,8\n"])
def test_a_header_that_looks_like_a_row_is_noted(content: str) -> None:
    (note,) = read(content).notes
    assert "If the file has no header line, add one" in note


@pytest.mark.parametrize("content", ["1,2,3\n5,6,7\n", "a,2\n1,2\n", "a\nx\n", "2019,2020\n1,2\n"])
def test_headers_that_people_do_write_are_not_noted(content: str) -> None:
    assert read(content).notes == () or content.startswith("a,2")


def test_a_stray_text_among_numbers_is_noted() -> None:
    content = "a\n\n" + "1\n" * 9 + "many\n"
    assert read(content).notes == (
        "t.csv: column 'a' is text because of 'many' in row 10 (line 12), "
        "though nearly all its values are numbers",
    )
    assert read_csv(content.encode(), "t.csv", kinds={"a": Kind.TEXT}).notes == ()


FIELDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@st.composite
def tables_of_text(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    header = draw(st.lists(FIELDS.map(str.strip).filter(bool), min_size=2, max_size=4, unique=True))
    row = st.lists(FIELDS, min_size=len(header), max_size=len(header))
    return header, draw(st.lists(row, min_size=1, max_size=5))


@settings(deadline=None)
@given(tables_of_text(), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_round_trip_through_the_standard_writer(
    table: tuple[list[str], list[list[str]]], line_end: str, mark: str
) -> None:
    header, rows = table
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator=line_end).writerows([header, *rows])
    read_back = read_csv(
        (mark + stream.getvalue()).encode(), "t.csv", kinds=dict.fromkeys(header, Kind.TEXT)
    )
    assert read_back.names == tuple(header)
    for position, column in enumerate(read_back.columns):
        stripped = [row[position].strip() for row in rows]
        assert column.values.tolist() == [None if s in MISSING else s for s in stripped]


DAMAGED = 'name,size,"a ""b"""\r\nx, 1.5,"1,\n2"\ny,NA,inf\nz,?,é\n'.encode()


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.tuples(st.integers(0, len(DAMAGED)), st.integers(0, 3), st.binary(max_size=4)),
        max_size=6,
    )
)
@example([(0, 0, b"\xff\xfe")])
@example([(20, 0, b'"')])
def test_damaged_files_give_a_table_or_a_data_error(edits: list[tuple[int, int, bytes]]) -> None:
    content = DAMAGED.replace(b"inf", b"7")
    for place, removed, inserted in edits:
        content = content[:place] + inserted + content[place + removed :]
    _table_or_complaint(content)


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.binary(max_size=80), st.text('a1,"\n\r .;\t?', max_size=40).map(str.encode)))
def test_junk_gives_a_table_or_a_data_error(content: bytes) -> None:
    _table_or_complaint(content)


def _table_or_complaint(content: bytes) -> None:
    try:
        table = read(content)
    except DataError:
        return
    assert len(table) > 0
    for column in table.columns:
        assert len(column) == len(table)
        assert column.name == column.name.strip() != ""
        assert not (column.kind is Kind.NUMBER and np.isinf(column.values).any())


def test_adult_is_read_quickly_and_whole() -> None:
    names = [f"c{position}" for position in range(14)]
    content = shared_data("adult/adult-train.csv").read_bytes()
    header = ",".join([*names, "income"]).encode()
    start = time.perf_counter()
    table = read_csv(header + b"\n" + content, "adult.csv")
    elapsed = time.perf_counter() - start
    assert len(table) == 32561
    assert [column.kind for column in table.columns].count(Kind.TEXT) == 9
    assert sum(int(column.missing().sum()) for column in table.columns) == 4262
    assert set(table["income"].values.tolist()) == {"<=50K", ">50K"}
    assert elapsed < 5.0
