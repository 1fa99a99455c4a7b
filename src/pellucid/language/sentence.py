"""A sentence as data: its key and values, to be said in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from pellucid.errors import OptionError
from pellucid.language.number import Counted, Told

ENGLISH, CHINESE = "en", "zh"
LANGUAGES = (ENGLISH, CHINESE)


@dataclass(frozen=True)
class Sentence:
    """Something to be said.

    Attributes:
        key: "<room>.<name>": the module of `texts/` and the entry in its `TEXTS`.
        values: what the text's fields stand for: plain JSON, or sentences. Numbers are formatted
            by the text, as in "{gap:.3g}".
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the sentence in English."""
        return say(self)

    def description(self) -> dict[str, Any]:
        """Return this sentence as plain JSON."""
        values = {
            name: value.description() if isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        return {"key": self.key, "values": values}

    @classmethod
    def from_description(cls, description: Any) -> Sentence:
        """Return the sentence that `description` described.

        Raises:
            OptionError: it describes none.
        """
        if not isinstance(description, Mapping) or not isinstance(description.get("key"), str):
            raise OptionError(f"no sentence is described by {description!r}")
        values = description.get("values", {})
        if not isinstance(values, Mapping):
            raise OptionError(f"no sentence is described by {description!r}")
        return cls(
            description["key"],
            {
                str(name): cls.from_description(value)
                if isinstance(value, Mapping) and "key" in value
                else value
                for name, value in values.items()
            },
        )


def say(sentence: Sentence | str, language: str = ENGLISH) -> str:
    """Return a sentence, or the text of a key without values, in a language.

    Raises:
        OptionError: there is no such language, text or value.

    Example:
        >>> say(Sentence("page.rows", {"count": 3}))
        '3 rows'
        >>> say(Sentence("page.rows", {"count": 3}), "zh")
        '3 行'
    """
    if language not in LANGUAGES:
        raise OptionError(f"language must be one of {', '.join(LANGUAGES)}, got {language!r}")
    if isinstance(sentence, str):
        sentence = Sentence(sentence)
    texts = _texts(sentence.key.partition(".")[0])
    name = sentence.key.partition(".")[2]
    if name not in texts:
        raise OptionError(f"there is no text {sentence.key!r}")
    values = {field_: _told(value, language) for field_, value in sentence.values.items()}
    try:
        return texts[name][LANGUAGES.index(language)].format(**values)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise OptionError(f"the text {sentence.key!r} lacks a fitting value: {error}") from None


def _told(value: Any, language: str) -> Any:
    if isinstance(value, Sentence):
        return say(value, language)
    if isinstance(value, int) and not isinstance(value, bool):
        return Counted(value)
    return Told(value) if isinstance(value, float) else value


def _texts(room: str) -> Mapping[str, tuple[str, str]]:
    if room not in ROOMS:
        raise OptionError(f"no texts are known of {room!r}")
    texts: Mapping[str, tuple[str, str]] = import_module(f"pellucid.language.texts.{room}").TEXTS
    return texts


ROOMS = ("data", "verdict", "diagnosis", "page", "console")
"""The rooms that speak: each has a module in `texts/`."""
