from __future__ import annotations

import re
from importlib import import_module
from string import Formatter

import pytest

from pellucid.errors import OptionError
from pellucid.language import LANGUAGES, Sentence, say
from pellucid.language.sentence import ROOMS

CHINESE_LETTER = re.compile("[\u4e00-\u9fff]")


def _fields(text: str) -> list[tuple[str | None, str | None]]:
    return sorted({(name, form) for _, name, form, _ in Formatter().parse(text) if name}, key=str)


@pytest.mark.parametrize("room", ROOMS)
def test_every_text_stands_in_both_languages_with_the_same_values(room: str) -> None:
    texts = import_module(f"pellucid.language.texts.{room}").TEXTS
    for name, pair in texts.items():
        assert len(pair) == len(LANGUAGES)
        english, chinese = ({field for field, _ in _fields(text)} for text in pair)
        assert english == chinese, f"{room}.{name}"
        assert english or pair[0], f"{room}.{name} is empty"
        assert not CHINESE_LETTER.search(pair[0]), f"{room}.{name} has Chinese in its English"


def test_a_sentence_may_stand_inside_another_and_survives_its_description() -> None:
    inner = Sentence("page.rows", {"count": 3})
    outer = Sentence("page.rows", {"count": inner})
    assert say(outer) == "3 rows rows"
    assert Sentence.from_description(outer.description()) == outer


@pytest.mark.parametrize(
    ("sentence", "language", "message"),
    [
        (Sentence("page.rows", {"count": 1}), "fr", "language must be one of en, zh, got 'fr'"),
        (Sentence("nowhere.rows"), "en", "no texts are known of 'nowhere'"),
        (Sentence("page.nothing_of_the_kind"), "en", "there is no text"),
        (Sentence("page.rows"), "en", "'page.rows' lacks a fitting value: 'count'"),
    ],
)
def test_what_cannot_be_said_is_an_error(sentence: Sentence, language: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        say(sentence, language)


@pytest.mark.parametrize("description", [None, {}, {"key": 1}, {"key": "page.rows", "values": 3}])
def test_what_describes_no_sentence_is_refused(description: object) -> None:
    with pytest.raises(OptionError, match="no sentence is described"):
        Sentence.from_description(description)
