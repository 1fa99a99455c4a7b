from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from pellucid import diagnosis
from pellucid.data.kinds import Kind
from pellucid.data.prepared import PARTS
from pellucid.errors import OptionError
from pellucid.evaluation.baselines import BASELINES
from pellucid.evaluation.metrics import METRICS
from pellucid.language import LANGUAGES, Sentence, say
from pellucid.language.sentence import ROOMS
from pellucid.layers import LAYERS
from pellucid.losses import LOSSES
from pellucid.optimizers import OPTIMIZERS
from pellucid.schedules import SCHEDULES

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
    outer = Sentence("verdict.and", {"first": inner, "second": Sentence("page.rows", {"count": 1})})
    assert say(outer) == "3 rows and 1 row"
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


NAMED: dict[str, Iterable[str]] = {
    "optimizer": OPTIMIZERS,
    "loss": LOSSES,
    "schedule": SCHEDULES,
    "layer_kind": [layer.__name__ for layer in LAYERS.values()],
    "metric": METRICS,
    "baseline": BASELINES,
    "part": PARTS,
    "kind": [kind.value for kind in Kind],
}
"""Closed lists of names that a person reads, by the group of their texts."""


@pytest.mark.parametrize("group", NAMED)
def test_every_name_of_a_closed_list_has_its_words(group: str) -> None:
    for name in NAMED[group]:
        assert say(f"page.{group}_{name}", "zh")
        assert say(f"page.{group}_{name}", "en")


def test_every_number_of_a_finding_has_its_words() -> None:
    """All keys of evidence that rules write down, as they stand in their source."""
    keys = set()
    for path in Path(diagnosis.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Dict) and path.stem not in ("diagnose", "finding"):
                keys |= {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
    assert {"moved", "gap", "rival"} <= keys
    for key in keys:
        assert say(f"page.evidence_{key}", "zh") != say(f"page.evidence_{key}", "en")


def test_long_lists_of_names_end_in_the_language() -> None:
    sentence = Sentence("data.and_more", {"shown": "'a', 'b'", "count": 18})
    assert say(sentence) == "'a', 'b' and 18 more"
    assert say(sentence, "zh") == "'a', 'b' 以及另外 18 个"
