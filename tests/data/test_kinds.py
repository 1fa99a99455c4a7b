"""Kinds of columns: which texts are numbers, and which are missing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.kinds import (
    MISSING,
    Kind,
    clean_texts,
    first_code,
    label_text,
    number_label,
    number_labels,
    parse_numbers,
    parse_texts,
    stray_text,
)


@pytest.mark.parametrize("text", sorted(MISSING))
def test_missing_texts_with_and_without_blanks(text: str) -> None:
    assert clean_texts([text, f" {text}\t"]).tolist() == [None, None]


@pytest.mark.parametrize("text", ["N/A", "none", "None", "-", "??", "NULL", "0"])
def test_other_texts_are_values(text: str) -> None:
    assert clean_texts([text]).tolist() == [text]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("1", 1.0), ("-1.5", -1.5), ("+2", 2.0), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0)),
        *(("1E-3", 0.001), ("00.5", 0.5), ("-0", -0.0), ("1e-400", 0.0), ("1e400", math.inf)),
        *(("inf", math.inf), ("-Infinity", -math.inf), ("0.1", 0.1)),
    ],
)
def test_numbers(text: str, number: float) -> None:
    kind, values = parse_texts([text, " " + text + " "])
    assert kind is Kind.NUMBER
    assert values.dtype == np.float64
    assert values.tolist() == [number, number]


@pytest.mark.parametrize(
    "text",
    ["1,5", "1_000", "1 000", "0x1F", "1e", "e5", "+-1", "1.2.3", "\u0661\u0662", "5%", "1-2", "-"],
)
def test_texts_that_only_look_like_numbers(text: str) -> None:
    kind, values = parse_texts(["1", text])
    assert kind is Kind.TEXT
    assert values.tolist() == ["1", text]


def test_a_column_without_values_is_number() -> None:
    kind, values = parse_texts(["", "NA"])
    assert kind is Kind.NUMBER
    assert np.isnan(values).all()


@pytest.mark.parametrize("code", ["007", "-012", "+01", "00", "000"])
def test_a_superfluous_zero_makes_a_column_of_codes(code: str) -> None:
    kind, values = parse_texts(["12", f" {code} ", "?", "3"])
    assert kind is Kind.TEXT
    assert values.tolist() == ["12", code, None, "3"]
    assert first_code(values) == 1
    kind, values = parse_texts(["12", code], Kind.NUMBER)
    assert kind is Kind.NUMBER
    assert values.tolist() == [12.0, float(code)]


@pytest.mark.parametrize("text", ["0", "-0", "0.5", "-0.5", "00.5", "0e1", "1e05", "100", "0.00"])
def test_other_zeros_are_numbers(text: str) -> None:
    assert parse_texts([text, "12"])[0] is Kind.NUMBER
    assert first_code(clean_texts([text, None])) is None


def test_spellings_of_numbers() -> None:
    assert number_labels(["1", "-3", "0.5", "?", None]) == {}
    assert number_labels(["+1", "-1", "1e3", " 0.50", "NA"]) == {1.0: "+1", 1e3: "1e3", 0.5: "0.50"}
    assert number_labels(["1.0", "1", "2.0", "2.0"]) == {2.0: "2.0"}
    assert number_labels(["0", "-0"]) == {}
    assert len(number_labels([f"{i}.0" for i in range(1000)])) == 1000
    assert number_labels([f"{i}.0" for i in range(1001)]) == {}


def test_a_given_kind_keeps_digits_as_text_but_does_not_force_numbers() -> None:
    assert parse_texts(["007", "?"], Kind.TEXT)[1].tolist() == ["007", None]
    assert parse_texts(["007", "x"], Kind.NUMBER)[0] is Kind.TEXT


def test_missing_values_can_be_named() -> None:
    kind, values = parse_texts(["-999", "3"], missing={"-999"})
    assert kind is Kind.NUMBER
    np.testing.assert_array_equal(values, [np.nan, 3.0])


@pytest.mark.parametrize(
    ("texts", "stray"),
    [
        (["1"] * 9 + ["x"], 9),
        (["", *["1"] * 18, "x", "y"], 19),
        (["1"] * 8 + ["x"], None),
        (["1"] * 10, None),
        (["?"] * 9 + ["x"], None),
        ([], None),
    ],
)
def test_stray_texts(texts: list[str], stray: int | None) -> None:
    assert stray_text(clean_texts(texts)) == stray


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_what_python_prints_is_read_back_exactly(numbers: list[float]) -> None:
    parsed = parse_numbers(clean_texts([repr(number) for number in numbers]))
    assert parsed is not None
    assert parsed.tobytes() == np.array(numbers).tobytes()


@given(st.text(max_size=6))
def test_only_what_float_accepts_is_a_number(text: str) -> None:
    parsed = parse_numbers(np.array([text], dtype=object))
    if parsed is not None:
        assert parsed[0] == float(text)
        assert text.isascii()
        assert "_" not in text


@pytest.mark.parametrize(
    ("number", "label"), [(3.0, "3"), (-1.0, "-1"), (0.5, "0.5"), (1e3, "1000")]
)
def test_number_labels(number: float, label: str) -> None:
    assert str(number_label(number)) == label


def test_words_of_labels() -> None:
    assert [label_text(label) for label in (True, False, 3, 3.0, 0.5, "x")] == [
        *("True", "False", "3", "3", "0.5", "x"),
    ]
