"""Numbers as people write them, in sentences and elsewhere."""

from __future__ import annotations

import pytest

from pellucid.language import Sentence, say
from pellucid.language.number import Told


@pytest.mark.parametrize(
    ("number", "form", "wanted"),
    [
        (1612.3, ".3g", "1,612"),
        (21_612.3, ".3g", "21,612"),
        (999.4, ".3g", "999"),
        (0.00002, ".2g", "2e-5"),
        (1.5e9, ".3g", "1.5e9"),
        (-1612.3, ".3g", "\N{MINUS SIGN}1,612"),
        (0.25, ".0%", "25%"),
        (3.14159, ".1f", "3.1"),
    ],
)
def test_digits_that_are_asked_for(number: float, form: str, wanted: str) -> None:
    assert format(Told(number), form) == wanted


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentences_have_no_powers_of_ten_where_people_have_none(language: str) -> None:
    values = {"rows": "9", "mean": 1612.3, "value": 2210.0, "low": 1800.0, "high": 12_600.0}
    said = say(Sentence("verdict.numbers", {**values, "comparison": ""}), language)
    assert "1,612" in said
    assert "2,210" in said
    assert "12,600" in said
    assert "e+" not in said
