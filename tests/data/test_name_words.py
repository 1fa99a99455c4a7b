"""What names of columns say."""

from __future__ import annotations

import pytest

from pellucid.data.name_words import (
    name_words,
    names_code,
    names_group,
    names_identifier,
    names_year,
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CustomerId", ("customer", "id")),
        ("customer_id", ("customer", "id")),
        ("customerid", ("customer", "id")),
        ("customerID", ("customer", "id")),
        ("IDNumber", ("id", "number")),
        ("zip code", ("zip", "code")),
        ("area.code-2", ("area", "code", "2")),
        ("编号", ("编号",)),
        ("Größe", ("größe",)),
        ("humid", ("humid",)),
        ("paid", ("paid",)),
        ("", ()),
    ],
)
def test_words(name: str, words: tuple[str, ...]) -> None:
    assert name_words(name) == words


def test_identifiers() -> None:
    assert all(map(names_identifier, ["ID", "RowNumber", "patientId", "index", "学号"]))
    assert not any(map(names_identifier, ["price", "humidity", "population", "grid", "numbers"]))


def test_codes() -> None:
    assert all(map(names_code, ["zip", "ZipCode", "area code", "PLZ", "product_type"]))
    assert not any(map(names_code, ["age", "decoded", "income", "areas"]))


def test_groups() -> None:
    assert all(map(names_group, ["patient", "Patient ID", "user", "store_id", "speaker"]))
    assert not any(map(names_group, ["patient age", "users online", "customer_rating", ""]))


def test_years() -> None:
    assert all(map(names_year, ["year", "Year Built", "build_yr", "Jahr", "年份"]))
    assert not any(map(names_year, ["years", "yearly", "age"]))
