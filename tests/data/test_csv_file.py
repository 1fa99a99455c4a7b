"""CSV files: what is read, and a clear complaint for everything else."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pellucid.data.csv_file import read_csv
from pellucid.data.reading import Reading
from pellucid.data.storage import MISSING, Storage
from pellucid.data.table import Table
from pellucid.errors import DataError
from pellucid.language import say


def read(content: str | bytes, small: int = 1 << 20, **options: Any) -> Table:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_csv(path, "t.csv", Reading(**options), small=small)


def values(table: Table) -> dict[str, list[object]]:
    return {
        column.name: column.texts().tolist()
        if column.storage is Storage.WORDS
        else column.values.tolist()
        for column in table.columns
    }


def notes(table: Table) -> tuple[str, ...]:
    for note in table.notes:
        assert say(note, "zh")
    return tuple(map(str, table.notes))


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
    assert table["b"].texts().tolist() == [None, "x", None]
    assert table["c"].storage is Storage.NUMBER


def test_one_column() -> None:
    assert values(read('a\n1\n""\n3\n'))["a"][::2] == [1.0, 3.0]
    assert len(read('a\n1\n""\n3\n')) == 3


def test_columns_that_are_to_stay_text() -> None:
    table = read("a,b\n007,1\n", storages={"a": "words", "other": "number"})
    assert values(table) == {"a": ["007"], "b": [1.0]}


def test_codes_are_text_and_noted() -> None:
    table = read("code,n\n12,0\n\n007,0.5\n100,-0.5\n")
    assert values(table) == {"code": ["12", "007", "100"], "n": [0.0, 0.5, -0.5]}
    assert notes(table) == (
        "t.csv: column 'code' is text because of '007' in row 2 (line 4), "
        "which begins with a superfluous zero as codes do: each code is a category",
    )
    assert read("a\n007\n", header=True, storages={"a": "words"}).notes == ()
    assert read("a\n007\n", storages={"a": "number"})["a"].values.tolist() == [7.0]
    assert read("a\n007\nx\ny\n", header=True).notes == ()


def test_a_column_of_decimals_holds_no_codes() -> None:
    assert values(read("a\n007\n0.5\n")) == {"a": [7.0, 0.5]}


def test_the_spelling_of_numbers_is_kept() -> None:
    table = read("a,b,c\n+1,1,1.50\n-1,2,x\n")
    assert [dict(column.labels) for column in table.columns] == [{1.0: "+1"}, {}, {}]


@pytest.mark.parametrize("block", [1, 2, 3, 5])
def test_blocks_may_end_anywhere(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr("pellucid.data.text_file.BLOCK", block)
    assert values(read("\ufeffa,b\r\n1,é\r\n\r\n3,名\r\n")) == {"a": [1.0, 3.0], "b": ["é", "名"]}
    assert len(read("a,b\r1,x\r3,y\r")) == 2
    with pytest.raises(DataError, match="line 4 has 1 field"):
        read("a,b\r\n1,é\r\n\r\n3\r\n")


def test_text_that_is_not_ascii() -> None:
    assert values(read("größe,名\n1,é\n")) == {"größe": [1.0], "名": ["é"]}


def test_times() -> None:
    table = read("a,b,c\n2020-01-02,31/12/1999 10:30,x\n,01/02/2000 00:00:01,2020-01-01\n")
    assert table.storages == {"a": "time", "b": "time", "c": "words"}
    np.testing.assert_array_equal(table["a"].values, [18263 * 86400.0, np.nan])
    assert table["b"].texts().tolist() == ["1999-12-31 10:30:00", "2000-02-01 00:00:01"]


def test_times_that_nothing_decides_stay_words() -> None:
    table = read("when,n\n03/04/2020,1\n05/06/2020,2\n")
    assert table["when"].storage is Storage.WORDS
    (note,) = notes(table)
    assert "'03/04/2020' in row 1 (line 2), can be DD/MM/YYYY and MM/DD/YYYY" in note
    with pytest.raises(DataError, match=r"hold dates, but '03/04/2020' in row 1 \(line 2\) can be"):
        read("when,n\n03/04/2020,1\n05/06/2020,2\n", storages={"when": "time"})


def test_times_in_two_forms_stay_words() -> None:
    content = "when,n\n2020-01-01,1\n01.02.2020,2\n"
    table = read(content)
    assert table["when"].storage is Storage.WORDS
    (note,) = notes(table)
    assert "'01.02.2020' in row 2 (line 3), '2020-01-01' in row 1 (line 2)" in note
    with pytest.raises(DataError, match=r"row 2 \(line 3\) is '01.02.2020' \(written as DD\.MM\.Y"):
        read(content, storages={"when": "time"})
    with pytest.raises(DataError, match=r"row 1 \(line 2\) is 'x', which is written in no form"):
        read("a,b\nx,1\n", storages={"a": "time"})


def test_numbers_that_are_to_be_dates() -> None:
    table = read("a,b\n20200131,1\n20200201,2\n", storages={"a": "time"})
    assert table["a"].texts().tolist() == ["2020-01-31", "2020-02-01"]


def test_missing_values_of_ones_own() -> None:
    content = "a,b,c\n-999,x,unknown\n-999.0,-999,2\n1,-999.00,3\n"
    table = read(content, missing=("unknown", "-999"))
    np.testing.assert_array_equal(table["a"].values, [np.nan, np.nan, 1.0])
    assert table["b"].texts().tolist() == ["x", None, None]
    np.testing.assert_array_equal(table["c"].values, [np.nan, 2.0, 3.0])


def test_a_text_where_a_number_is_to_be() -> None:
    message = r"t\.csv: row 3 \(line 5\), column 'a' is 'many', but the column is to hold numbers"
    with pytest.raises(DataError, match=message):
        read("a\n1\n\n2\nmany\n", storages={"a": "number"})


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "t.csv is empty: a header line and at least one row are needed"),
        (b"\n \n\n", "t.csv is empty"),
        (b"a,b\n", r"t.csv has only a header line \(2 columns\), no rows below it"),
        (b"a\n\n", r"only a header line \(1 column\)"),
        (
            b"a,b\n1,2\n1,2,3\n",
            "line 3 has 3 fields, but the header names 2 columns: add or remove commas",
        ),
        (b"a;b\n1;2\n1;2;3\n", "line 3 has 3 fields, .* add or remove semicolons there"),
        (b"7,2\n3,4\n5\n", "line 3 has 1 field, but the first line has 2 fields"),
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
        (b"a,b\n1,caf\xe9\n", r"line 2 is not UTF-8 \(byte 0xe9\): save the file in UTF-8"),
        ("a,b\n1,é\n".encode("utf-16")[:-1], r"line 2 is not utf-16 \(byte 0x0a, where the f"),
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
    assert values(read("a\ninf\nsup\n")) == {"a": ["inf", "sup"]}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("1.5,2,x\n2.5,3,y\n", "it has '1.5' where the other rows have numbers"),
        ("39,7\n40,8\n", "it has '39' where"),
        ("2020-01-01,x\n2020-01-02,y\n", "it has '2020-01-01' where"),
        ("M,a\nF,b\nM,c\n", "its 'M' occurs in other rows too"),
        ("u,u\nv,w\n", "its 'u' occurs twice in it"),
        ("u,\nv,w\n", "one of its fields is empty"),
        ("5,7\n", "it has '5' where"),
    ],
)
def test_a_file_without_a_header(content: str, reason: str) -> None:
    table = read(content)
    (note,) = notes(table)
    assert f"the first line was taken for a row, not for a header, since {reason}" in note
    assert table.names[:2] == ("column_1", "column_2")
    assert len(table) == content.count("\n")
    assert table.understood["header"] is False
    assert len(read("x\n" * 20 + content, header=True, separator="|")) == 19 + len(table)


@pytest.mark.parametrize("content", ["1,2,3\n5,6,7\n", "a,2\n1,2\n", "2019,2020\n1,2\n"])
def test_headers_that_people_do_write_are_not_noted(content: str) -> None:
    assert read(content).notes == ()
    assert len(read(content, header=False)) == 2


def test_a_header_that_nothing_tells_from_the_rows_is_noted() -> None:
    (note,) = notes(read("a,b\nx,y\n"))
    assert "taken for a header, though nothing in it tells" in note
    assert read("a,b\nx,y\n", header=True).notes == ()
    assert read("job\n" + "cook\nsmith\n" * 10).notes == ()


@pytest.mark.parametrize(
    ("content", "separator", "decimal"),
    [
        ("a;b\n1,5;2\n2,25;3\n", ";", ","),
        ("a;b\n1.5;2,5\n2.25;3\n", ";", "."),
        ("a;b\n1,234;2\n5,678;3\n", ";", "."),
        ("a\tb\n1,x\t2\n", "\t", "."),
        ("a|b\n1|2\n", "|", "."),
        ("a b\n1  2\n 3 4 \n", " ", "."),
        ("  1.5   2\n 12.5 \t 3\n", " ", "."),
        ("a,b\n1;2,3\n", ",", "."),
        ('a,b\n"x;y",3\n"z;u",4\n', ",", "."),
        ("New York\nLos Angeles\n", ",", "."),
        ("a\n1\n", ",", "."),
    ],
)
def test_separator_and_decimal_mark_are_found(content: str, separator: str, decimal: str) -> None:
    table = read(content)
    assert (table.understood["separator"], table.understood["decimal"]) == (separator, decimal)


def test_separator_and_decimal_mark_that_are_told() -> None:
    assert values(read("a:b\n1:2\n", separator=":")) == {"a": [1.0], "b": [2.0]}
    assert values(read("a§b\n1§2\n", separator="§")) == {"a": [1.0], "b": [2.0]}
    assert values(read("a;b\n1,234;2\n", decimal=",")) == {"a": [1.234], "b": [2.0]}
    with pytest.raises(
        DataError, match=r"the header 'a;b' seems to be separated by semicolons, no"
    ):
        read("a;b\n1;2\n", separator=",")


def test_a_comma_that_may_be_a_decimal_mark_is_noted() -> None:
    content = "a;b\n" + "1.5;1\n" * 9 + "2,5;1\n"
    (note,) = notes(read(content))
    assert "because of '2,5' (1x), first in row 10 (line 11)" in note
    assert "if the comma is its decimal mark" in note


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("small", [1 << 20, 4])
def test_compressed_files(pack: Any, small: int) -> None:
    content = pack(b"a,b\n1,x\n3,y\n")
    assert values(read(content, small, header=True)) == PLAIN
    with pytest.raises(DataError, match=r"t\.csv is damaged: it is compressed with"):
        read(content[:-12], small)


def test_files_of_several_packed_parts() -> None:
    assert (
        values(read(gzip.compress(b"a,b\n1,x\n", mtime=0) + gzip.compress(b"3,y\n", mtime=0)))
        == PLAIN
    )


def test_a_bomb_is_not_unpacked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pellucid.data.text_file._BOMB_BYTES", 1 << 21)
    with pytest.raises(DataError, match="grows to more than 300 times its size"):
        read(gzip.compress(b"a\n" + b"1\n" * (1 << 22), mtime=0), 100)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "gbk", "utf-32"])
@pytest.mark.parametrize("small", [1 << 20, 4])
def test_encodings_that_are_told(encoding: str, small: int) -> None:
    text = "a,b\r\n1,é\r\n" if encoding != "gbk" else "a,b\r\n1,中\r\n"
    table = read(text.encode(encoding), small, encoding=encoding, header=True, separator=",")
    assert values(table) == {"a": [1.0], "b": [text[7]]}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_at_the_start_tells_the_encoding(encoding: str) -> None:
    assert values(read("a,b\n1,é\n".encode(encoding))) == {"a": [1.0], "b": ["é"]}


def test_a_line_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pellucid.data.text_file.LONGEST_LINE", 1 << 21)
    with pytest.raises(DataError, match="line 2 has more than 2097152 characters: is this a table"):
        read(b"a,b\n" + b"1," * (1 << 21))


def test_what_was_understood() -> None:
    assert read(gzip.compress(b"a;b\n1,5;x\n", mtime=0)).understood == {
        "format": "csv",
        "separator": ";",
        "decimal": ",",
        "header": True,
        "encoding": "utf-8",
        "compression": "gzip",
    }


def test_a_stray_text_among_numbers_is_noted() -> None:
    content = "a\n\n" + "1\n" * 9 + "many\n"
    assert notes(read(content)) == (
        "t.csv: column 'a' is text because of 'many' (1x), first in row 10 (line 12), though 9 of "
        "its 10 values are numbers; if they mean that there is no value, say so (--missing many)",
    )
    assert read(content, storages={"a": "words"}, header=True).notes == ()


FIELDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@st.composite
def tables_of_text(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    header = draw(st.lists(FIELDS.map(str.strip).filter(bool), min_size=2, max_size=4, unique=True))
    row = st.lists(FIELDS, min_size=len(header), max_size=len(header))
    return header, draw(st.lists(row, min_size=1, max_size=5))


@given(tables_of_text(), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_round_trip_through_the_standard_writer(
    table: tuple[list[str], list[list[str]]], line_end: str, mark: str
) -> None:
    header, rows = table
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator=line_end).writerows([header, *rows])
    read_back = read(
        mark + stream.getvalue(),
        separator=",",
        header=True,
        storages=dict.fromkeys(header, "words"),
    )
    assert read_back.names == tuple(header)
    for position, column in enumerate(read_back.columns):
        stripped = [row[position].strip() for row in rows]
        assert column.texts().tolist() == [None if s in MISSING else s for s in stripped]


DAMAGED = 'name,size,"a ""b"""\r\nx, 1.5,"1,\n2"\ny,NA,inf\nz,?,é\n'.encode()


@settings(max_examples=300)
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


@settings(max_examples=300)
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
        assert not (column.storage is Storage.NUMBER and np.isinf(column.values).any())


def test_a_decimal_comma_is_found_beside_words_for_no_value() -> None:
    found = read("a;b\n74,5;x\nNA;y\nn/k;z\n", missing=("n/k",))
    assert found.understood["decimal"] == ","
    assert values(found)["a"][0] == 74.5


@pytest.mark.parametrize("small", [1 << 20, 10])
@pytest.mark.parametrize("text", ["inf", "-Infinity", "1e999"])
def test_an_infinite_number_is_refused_with_the_option_that_mends_it(
    tmp_path: Path, text: str, small: int
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"a,b\n1.5,x\n{text},y\n2.5,x\n")
    with pytest.raises(DataError, match=rf"is {text}: .* no value \(--missing {text}\)"):
        read_csv(path, "t.csv", small=small)
    table = read_csv(path, "t.csv", Reading(missing=(text,)), small=small)
    assert table["a"].missing().tolist() == [False, True, False]
