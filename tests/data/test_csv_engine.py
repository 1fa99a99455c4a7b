"""Large CSV files: the engine's reading and the standard library's are the same."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.data import csv_engine
from pellucid.data.csv_file import read_csv
from pellucid.data.layout import survey
from pellucid.data.memory import Memory
from pellucid.data.reading import Reading
from pellucid.data.table import Table
from pellucid.errors import DataError
from tests.data.test_csv_file import notes, read

NUMBERS = st.one_of(
    st.integers(-20, 120).map(str),
    st.floats(-1e3, 1e3).map(repr),
    st.sampled_from(["NA", "", "?", " 7", "007", "1e3", "+1", "2.0", "1_0", "NAN", "inf", "0x1"]),
)
WORDS = st.one_of(
    st.sampled_from(["x", "y ", ' "q"', 'say "hi"', "a,b", "", "nan", "é", "名", "2020-01-01"]),
    st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=5),
)
MOMENTS = st.sampled_from(["2020-01-01", "2020-01-02 10:00:00", "03/04/2020", ""])


@st.composite
def files(draw: st.DrawFn) -> str:
    """The text of a table, written in one of many ways, and then perhaps damaged."""
    width = draw(st.integers(1, 4))
    column = st.sampled_from([NUMBERS, NUMBERS, WORDS, MOMENTS])
    columns = draw(st.lists(column, min_size=width, max_size=width))
    rows = draw(st.lists(st.tuples(*columns), min_size=1, max_size=12))
    stream = io.StringIO(newline="")
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    all_quoted = draw(st.booleans())
    if all_quoted:
        writer = csv.writer(stream, lineterminator=end, quoting=csv.QUOTE_ALL)
    else:
        writer = csv.writer(stream, lineterminator=end)
    writer.writerow([f"c{place}" for place in range(width)])
    writer.writerows(rows)
    text = stream.getvalue()
    places = st.integers(0, len(text))
    pieces = st.sampled_from([end, ",", '"', "\n", " ", "7", end + end, ',""', "\ufeff"])
    for place, piece in draw(st.lists(st.tuples(places, pieces), max_size=2)):
        text = text[:place] + piece + text[place:]
    return text


def outcome(content: str, small: int) -> tuple[Any, ...]:
    try:
        table = read(content, small, separator=",", decimal=".", header=True, skip_lines=0)
    except DataError as error:
        return (str(error),)
    texts = [column.texts().tolist() for column in table.columns]
    labels = [dict(column.labels) for column in table.columns]
    return table.names, table.storages, texts, labels, notes(table)


@settings(max_examples=50)
@given(files())
def test_both_ways_agree(content: str) -> None:
    assert outcome(content, 3) == outcome(content, 1 << 20)


def big(rows: int) -> dict[str, list[str]]:
    """Columns that the sample takes for whole numbers, decimals and moments."""
    moments = np.datetime64("2020-01-01T00:00:00") + np.arange(rows)
    return {
        "whole": [str(number - 9) for number in range(rows)],
        "decimal": [repr(number / 8 - 7.3) for number in range(rows)],
        "moment": [str(moment).replace("T", " ") for moment in moments],
        "few": ["2.0" if number % 2 else "1.0" for number in range(rows)],
        "word": [f"w{number % 7}" for number in range(rows)],
    }


def both(tmp_path: Path, columns: dict[str, list[str]], **options: Any) -> tuple[Table, Table]:
    path = tmp_path / "t.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    reading = Reading(**options)
    half = path.stat().st_size // 2
    return tuple(read_csv(path, "t.csv", reading, small=small) for small in (half, 1 << 30))  # type: ignore[return-value]


def same(first: Table, second: Table) -> None:
    assert first.names == second.names
    assert first.storages == second.storages
    for one, other in zip(first.columns, second.columns, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
        assert (one.words, dict(one.labels)) == (other.words, dict(other.labels))
    assert notes(first) == notes(second)


ROWS = 5_000


def test_planned_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[str] = []
    plan = csv_engine._plan

    def noted(*arguments: Any) -> Any:
        planned.append(plan(*arguments).way.name)
        return plan(*arguments)

    monkeypatch.setattr(csv_engine, "_plan", noted)
    engine, library = both(tmp_path, big(ROWS))
    assert planned == ["WHOLE", "TYPED", "MOMENT", "TEXT", "TEXT"]
    same(engine, library)
    assert list(engine.storages.values()) == ["number", "number", "time", "number", "words"]
    assert dict(engine["few"].labels) == {1.0: "1.0", 2.0: "2.0"}


@pytest.mark.parametrize("column", ["whole", "decimal", "moment"])
@pytest.mark.parametrize(
    "value",
    [
        *("NA", "", "?", " 12 ", "many", "007", "1e3", "+5", "1_000", "NAN", "-nan", "0x1F", "3.0"),
        *("2020-01-01", "2021-05-05 10:00:00", "2021-05-05 10:00", "-", "1,5", "\t3"),
    ],
)
def test_a_value_late_in_the_file(tmp_path: Path, column: str, value: str) -> None:
    columns = {name: texts for name, texts in big(ROWS).items() if name in (column, "word")}
    columns[column][-5] = value
    same(*both(tmp_path, columns, separator=","))


def test_a_note_names_row_and_line(tmp_path: Path) -> None:
    columns = big(ROWS)
    columns["word"][3] = "two\nlines"
    columns["decimal"][-5] = "many"
    engine, library = both(tmp_path, columns)
    same(engine, library)
    expected = f"is text because of 'many' (1x), first in row {ROWS - 4} (line {ROWS - 2})"
    assert expected in notes(engine)[0]


@pytest.mark.parametrize("value", ["inf", "-1e999"])
def test_an_infinite_number_late_in_the_file(tmp_path: Path, value: str) -> None:
    columns = big(ROWS)
    columns["decimal"][-5] = value
    message = rf"row {ROWS - 4} \(line {ROWS - 3}\), column 'decimal' is {value}: every number"
    with pytest.raises(DataError, match=message):
        both(tmp_path, columns)


def test_a_number_that_is_told(tmp_path: Path) -> None:
    columns = big(ROWS)
    same(*both(tmp_path, columns, storages={"decimal": "words", "few": "number"}))
    columns["decimal"][-5] = "many"
    with pytest.raises(DataError, match=rf"row {ROWS - 4} \(line {ROWS - 3}\).*'many', but the"):
        both(tmp_path, columns, storages={"decimal": "number"})


def test_missing_numbers(tmp_path: Path) -> None:
    columns = big(ROWS)
    columns["decimal"][7] = columns["decimal"][-5] = "-999"
    columns["whole"][-5] = columns["decimal"][-9] = "-999.0"
    engine, library = both(tmp_path, columns, missing=(-999,))
    same(engine, library)
    assert engine["decimal"].missing().sum() == 3


def test_a_decimal_comma(tmp_path: Path) -> None:
    columns = big(ROWS)
    columns["decimal"] = [text.replace(".", ",") for text in columns["decimal"]]
    columns["few"] = columns["word"]
    path = tmp_path / "t.csv"
    rows = zip(*columns.values(), strict=True)
    path.write_text("\n".join(";".join(row) for row in [tuple(columns), *rows]) + "\n")
    engine = read_csv(path, "t.csv", small=100_000)
    same(engine, read_csv(path, "t.csv", small=1 << 30))
    assert engine.storages["decimal"] == "number"
    path.write_text(path.read_text() + "1;1.5;2020-01-01 00:00:00;w;w\n")
    same(read_csv(path, "t.csv", small=100_000), read_csv(path, "t.csv", small=1 << 30))


@pytest.mark.parametrize("few", [10, 1 << 14])
def test_words_of_many_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr("pellucid.data.engine._FEW_ROWS", few)
    monkeypatch.setattr("pellucid.data.engine._MOST_ENUMERATED", 100)
    monkeypatch.setattr("pellucid.data.engine._ROWS_AT_ONCE", 1000)
    some = [f"n {number * 7919 % 10007}" for number in range(ROWS)]
    columns = {"a": some, "holes": [word if "7" in word else "" for word in some], **big(ROWS)}
    engine, library = both(tmp_path, columns)
    same(engine, library)
    assert engine["a"].words == tuple(sorted(some))
    assert engine["holes"].missing().any()


@pytest.mark.parametrize("distinct", [50, 500, 5_000])
def test_each_way_to_code_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, distinct: int
) -> None:
    monkeypatch.setattr("pellucid.data.engine._FEW_ROWS", 10)
    words = [f"é {number * 7919 % distinct}" for number in range(ROWS)]
    same(*both(tmp_path, {"word": words, "number": [str(number) for number in range(ROWS)]}))


def test_columns_beyond_the_budget_lie_in_files(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a\n" + "".join(f"{number}\n" for number in range(ROWS)))
    table = read_csv(path, "t.csv", memory=Memory(1000), small=1000)
    assert isinstance(table["a"].values, np.memmap)
    np.testing.assert_array_equal(table["a"].values, np.arange(ROWS))


PLAIN = b'a,b\n1,"x"\n2,"y ""z"","\n'


@pytest.mark.parametrize(
    "content",
    [
        *(PLAIN, PLAIN[:-1], PLAIN.replace(b"\n", b"\r\n"), b'a,b\n1,"x\n\ny"\n', b"a,b\n\n1,2\n"),
        *(b"a,\n1,2\n", b'a,"b,"\n1,2\n', b'""\n', b'"a""",b\n'),
    ],
)
@pytest.mark.parametrize("block", [3, 1 << 20])
def test_plain_files(tmp_path: Path, content: bytes, block: int) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    layout = survey(path, ",", 1 if content == b'""\n' else 2, block=block)
    assert layout is not None
    assert layout.rows == sum(map(bool, csv.reader(io.StringIO(content.decode(), newline=""))))
    assert layout.quotes == (b'"' in content)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("seed", range(5))
def test_layouts_of_drawn_tables(tmp_path: Path, end: str, seed: int) -> None:
    # Fields of many lengths, so that quotes, separators and line ends lie at every place of a word.
    drawn = random.Random(seed)
    letters = ["x", "y", "é", ",", '"', end]
    weights = [40, 40, 5, 3 * (seed % 2), 2, seed % 3]
    fields = [
        "".join(drawn.choices(letters, weights, k=drawn.randint(1, 90))) for _ in range(3_000)
    ]
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
        zip(*[iter(fields)] * 3, strict=True)
    )
    content = stream.getvalue()
    path = tmp_path / "t.csv"
    path.write_bytes(content.encode())
    longest = max(
        3 * 3 + sum(len(field.replace('"', '""').encode()) for field in fields[at : at + 3])
        for at in range(0, len(fields), 3)
    )
    for block in (1, 1000, 1 << 20):
        layout = survey(path, ",", 3, block=block)
        assert layout is not None
        assert layout.rows == 1_000
        assert layout.breaks == any(end in field for field in fields)
        assert longest <= layout.longest < longest + 128
        assert survey(path, ",", 4, block=block) is None
    # A quote where none belongs: within a field that has no other.
    place = next(
        at for at in range(len(content) // 2, len(content)) if content[at - 1 : at + 1] == "xy"
    )
    path.write_bytes(f'{content[:place]}"{content[place:]}'.encode())
    assert survey(path, ",", 3) is None


def test_lines_longer_than_any_field_may_be(tmp_path: Path) -> None:
    width = 9_000
    path = tmp_path / "t.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([f"column {place}" for place in range(width)])
        writer.writerows([[f"{row}.{place:020}" for place in range(width)] for row in range(3)])
    assert path.stat().st_size / 4 > csv.field_size_limit()
    layout = survey(path, ",", width)
    assert layout is not None
    assert layout.rows == 4
    same(*(read_csv(path, "t.csv", small=small) for small in (1000, 1 << 30)))


@pytest.mark.parametrize(
    "content",
    [
        *(
            b"a,b\n1,2,\n",
            b"a,b\n1,2,NA\n",
            b'a,b\n"1,",2,NA\n',
            b'a,b\n1,2,""\n',
            b'a,b\n1, "x"\n',
            b'a,b\n1,x"y\n',
            b'a,b\n1,"x" \n',
            b'a,b\n1,"x\n',
        ),
        *(b"a,b\r1,2\r", b"a,b\r\n1,2\n", b"a,b\n1,\0\n", b"a,b\n1,\xff\n", b"\na,b\n1,2\n"),
        *(b"a,b\n1," + b"x" * 200_000 + b"\n", b'a,b\n1,"' + b"x\n" * 100_000 + b'"\n'),
    ],
)
@pytest.mark.parametrize("block", [3, 1 << 20])
def test_files_that_are_not_plain(tmp_path: Path, content: bytes, block: int) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    assert survey(path, ",", 2, block=block) is None


def test_no_temporary_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    columns = {**big(ROWS), "odd": [' "q"'] * ROWS}
    both(tmp_path, columns)
    assert list(folder.iterdir()) == []

    def interrupted(*_: object) -> None:
        assert list(folder.iterdir()) != []
        raise KeyboardInterrupt

    monkeypatch.setattr(csv_engine, "fetch_numbers", interrupted)
    with pytest.raises(KeyboardInterrupt):
        both(tmp_path, columns)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("last", ["", '""', "NA", "?", "5"])
def test_a_field_too_many_is_a_complaint(last: str) -> None:
    content = "a,b\n1,2\n" + f"3,4,{last}\n"
    with pytest.raises(DataError, match="line 3 has 3 fields, but the header names 2 columns"):
        read(content, 3, separator=",", header=True)


def test_rows_stay_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Numbers with holes are asked for the words of missing values. DuckDB reads by several threads
    # what is larger than one of its buffers.
    path = tmp_path / "t.csv"
    rows = 60_000
    wide = "x" * 300
    with path.open("w", encoding="utf-8") as file:
        file.write("row,hole,wide\n")
        file.writelines(f"{row},{row if row % 9 else ''},{wide}\n" for row in range(rows))
    plans: list[str] = []
    scan = csv_engine._scan

    def explained(connection: Any, *given: Any) -> bool:
        class Explaining:
            def execute(self, query: str) -> Any:
                if query.startswith("CREATE"):
                    plans.extend(
                        row[1] for row in connection.execute(f"EXPLAIN {query}").fetchall()
                    )
                return connection.execute(query)

        return scan(cast(Any, Explaining()), *given)

    monkeypatch.setattr(csv_engine, "_scan", explained)
    table = read_csv(path, "t.csv")
    np.testing.assert_array_equal(table["row"].values, np.arange(rows))
    # The order may be right by chance, but a join keeps none.
    assert plans
    assert not any("join" in plan.lower() for plan in plans)
