"""What the user says of how a table is to be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pellucid.data.reading import Reading
from pellucid.data.storage import Storage
from pellucid.errors import OptionError


def test_nothing_said_is_nothing_decided() -> None:
    reading = Reading()
    assert (reading.separator, reading.decimal, reading.header, reading.encoding) == (None,) * 4
    assert reading.is_missing("NA")
    assert not reading.is_missing("-999")


@pytest.mark.parametrize(
    ("word", "character"),
    [("tab", "\t"), ("\\t", "\t"), ("space", " "), ("comma", ","), ("bar", "|"), (";", ";")],
)
def test_separators_that_are_hard_to_type_have_words(word: str, character: str) -> None:
    assert Reading(separator=word).separator == character


def test_missing_values_as_texts_and_numbers() -> None:
    reading = Reading(missing=("-999", "none", 7, 0.5))
    for text in ("-999", "-999.0", "none", "7", "7.00", "0.5", "NA", ""):
        assert reading.is_missing(text), text
    for text in ("-99", "None", "007", "70"):
        assert not reading.is_missing(text), text
    assert sorted(reading.missing_numbers) == [-999.0, 0.5, 7.0]
    assert Reading(missing=("-9,5",), decimal=",").is_missing("-9,50", ",")


def test_round_trip_through_json() -> None:
    reading = Reading("tab", ",", False, "Latin-1", ("-", -1.5), "SELECT 1", {"a": Storage.WORDS})
    described = json.loads(json.dumps(reading.description()))
    assert Reading.from_description(described) == reading
    assert Reading.from_description({}) == Reading()
    assert reading.encoding == "iso8859-1"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"separator": "ab"}, "the separator must be one character .* but it is 'ab'"),
        ({"separator": '"'}, "the separator must be one character"),
        ({"separator": "\n"}, "the separator must be one character"),
        ({"separator": 3}, "but it is 3"),
        ({"decimal": "·"}, "the decimal mark must be '.' or ',', but it is '·'"),
        ({"decimal": ",", "separator": ","}, "cannot both be the comma"),
        ({"header": "yes"}, "header must be true or false, but it is 'yes'"),
        ({"encoding": "klingon"}, "there is no text encoding 'klingon'; utf-8, latin-1"),
        ({"encoding": "zlib"}, "there is no text encoding 'zlib'"),
        ({"encoding": "undefined"}, "there is no text encoding 'undefined'"),
        ({"encoding": 8}, "there is no text encoding 8"),
        ({"missing": "NA"}, "missing must be a list of texts and numbers, but it is 'NA'"),
        ({"missing": [True]}, "a missing value must be a text or a number, but one is True"),
        ({"missing": [float("nan")]}, "but one is nan"),
        ({"query": " "}, "the query must be the name of a table or a SELECT, but it is ' '"),
        ({"query": 1}, "but it is 1"),
        ({"storages": {"a": "cat"}}, "for names of columns one of number, time, words, but they"),
        ({"storages": 5}, "but they are 5"),
    ],
)
def test_complaints(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(OptionError, match=complaint):
        Reading(**options)


@pytest.mark.parametrize("description", [None, [], {"sep": ","}, "text", {"missing": 5}])
def test_what_describes_no_reading(description: Any) -> None:
    with pytest.raises(OptionError):
        Reading.from_description(description)
