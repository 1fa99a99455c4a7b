"""What is asked of every kind of target: one column of classes or numbers, and several columns."""

from __future__ import annotations

import inspect
import json
from typing import Any

import numpy as np
import pytest

from pellucid.data.any_target import AnyTarget, infer_target, target_from
from pellucid.data.target import Target
from pellucid.data.targets import Targets
from pellucid.errors import OptionError
from pellucid.language import say
from tests.data.made_tables import table

RANDOM = np.random.default_rng(11)
MADE = table(
    {
        "word": RANDOM.choice(["no", "yes", "perhaps"], 40),
        "small": RANDOM.normal(3.0, 0.5, 40),
        "large": RANDOM.lognormal(4.0, 1.0, 40),
    }
)
KINDS = {
    "classes": infer_target(MADE, "word"),
    "numbers": infer_target(MADE, "small"),
    "logarithms": infer_target(MADE, "large", log="log"),
    "several": infer_target(MADE, ["large", "small"]),
}
READ = {"classes": RANDOM.dirichlet([1.0, 1.0, 1.0], 40)}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def read_of(kind: str, truth: Any) -> Any:
    return READ.get(kind, truth * 1.5)


def test_answers_everything(kind: str) -> None:
    asked = [name for name, _ in inspect.getmembers(AnyTarget) if name[0] != "_"]
    assert len(asked) > 15
    assert [name for name in asked if not hasattr(KINDS[kind], name)] == []


def test_is_found_again_by_its_description(kind: str) -> None:
    target = KINDS[kind]
    assert target_from(json.loads(json.dumps(target.description()))) == target


def test_splits_into_columns_of_its_own(kind: str) -> None:
    target = KINDS[kind]
    truth = target.encode_rows(MADE)
    parts = target.split(truth)
    for one, part in zip(target.each, parts, strict=True):
        np.testing.assert_array_equal(part, one.encode(MADE[one.name]))
        assert part.flags.c_contiguous
    np.testing.assert_array_equal(target.join(parts), truth)
    read = read_of(kind, truth)
    np.testing.assert_array_equal(target.join(target.split(read)), read)


def test_standard_numbers_come_from_outputs_as_truths_are_shaped() -> None:
    outputs = RANDOM.normal(size=(40, 5))
    for kind in ("numbers", "logarithms", "several"):
        target = KINDS[kind]
        standard = outputs[target.output_index]
        assert standard.shape == target.encode_rows(MADE).shape
        for position, part in enumerate(target.split(standard)):
            np.testing.assert_array_equal(part, outputs[:, position])


def test_a_unit_is_told_where_one_number_says_it() -> None:
    values = MADE["small"].values
    units = {kind: target.unit for kind, target in KINDS.items()}
    assert units.pop("numbers") == pytest.approx(values.std(), rel=1e-12)
    assert set(units.values()) == {None}


def test_names() -> None:
    one, several = KINDS["numbers"], KINDS["several"]
    assert (one.named, one.names, one.by_name([5])) == ("small", ("small",), 5)
    assert (several.named, several.name) == (("large", "small"), "large, small")
    assert several.by_name([5, 6]) == {"large": 5, "small": 6}


def test_as_one_keeps_one_column(kind: str) -> None:
    target = KINDS[kind]
    truth = target.encode_rows(MADE)
    read = read_of(kind, truth)
    as_one = target.as_one(truth, read)
    if len(target.each) == 1:
        assert as_one[0] is truth
        assert as_one[1] is read
        return
    errors = [
        (read[:, i] - truth[:, i]) / MADE[name].values.std() for i, name in enumerate(target.names)
    ]
    assert not as_one[0].any()
    np.testing.assert_allclose(as_one[1] ** 2, (errors[0] ** 2 + errors[1] ** 2) / 2, rtol=1e-12)


def test_a_row_in_words() -> None:
    assert KINDS["classes"].in_words(0, np.array([0.2, 0.1, 0.7])) == ("no", "yes", 0.7)
    assert KINDS["numbers"].in_words(np.float64(2.5), np.float64(3.0)) == (2.5, 3.0, None)
    told = KINDS["several"].in_words(np.array([1234.56, 2.0]), np.array([0.00001, -1.0]))
    assert told == ("large 1235, small 2", "large 1e-05, small -1", None)
    json.dumps([told, KINDS["classes"].in_words(np.int32(1), np.array([0.2, 0.1, 0.7]))])


def test_notes_of_classes() -> None:
    made = table({"level": [1, 1, 2, 2, 3, 3]})
    target = infer_target(made, "level")
    (whole,) = target.notes(np.array([0, 0, 1, 1, 2, 2]), None)
    assert "'level'" in say(whole)
    assert target.notes(np.array([0, 0, 1, 1, 2, 2]), "classification") == ()
    (alone,) = target.notes(np.array([0, 0, 1, 1, 2]), "classification")
    assert "3" in say(alone)


def test_a_list_of_one_name_is_that_column() -> None:
    assert isinstance(infer_target(MADE, ["word"]), Target)
    assert infer_target(MADE, ["small"]) == KINDS["numbers"]
    assert isinstance(KINDS["several"], Targets)
    with pytest.raises(OptionError, match="no target is named"):
        infer_target(MADE, [])
