"""Words for yes and no."""

from __future__ import annotations

import pytest

from pellucid.data.truths import truth_of, truth_words


@pytest.mark.parametrize(
    "pair", [("no", "yes"), ("Nein", "Ja"), ("F", "T"), ("0", "1"), ("否", "是")]
)
def test_pairs(pair: tuple[str, str]) -> None:
    assert truth_words(pair) == truth_words(pair[::-1]) == pair
    assert [truth_of(word) for word in pair] == [False, True]


@pytest.mark.parametrize(
    "words",
    [(), ("male", "female"), ("no", "true"), ("no", "No"), ("no", "yes", "maybe"), ("1", "2")],
)
def test_other_words(words: tuple[str, ...]) -> None:
    assert truth_words(words) is None


def test_the_other_word_is_supplied() -> None:
    assert truth_words(["TRUE"]) == ("false", "TRUE")
    assert truth_of("maybe") is None
