"""Several targets at once: as each alone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid.data.target import Target
from pellucid.data.targets import Targets
from pellucid.errors import DataError, ModelFileError, OptionError
from pellucid.language import say
from tests.data.made_tables import table

RANDOM = np.random.default_rng(0)
MADE = table({"x": range(50), "b": RANDOM.lognormal(size=50), "a": RANDOM.normal(5, 2, 50)})


def test_each_is_as_alone() -> None:
    targets = Targets.infer(MADE, ["a", "b"], log=[None, "log"])
    alone = [Target.infer(MADE["a"]), Target.infer(MADE["b"], log="log")]
    assert targets.each == tuple(alone)
    assert (targets.names, targets.name, targets.task) == (("a", "b"), "a, b", "regression")
    encoded = targets.encode_rows(MADE)
    assert encoded.dtype == np.float64
    np.testing.assert_array_equal(encoded, np.stack([MADE["a"].values, MADE["b"].values], axis=1))
    standard = targets.standardise(encoded)
    for index, target in enumerate(alone):
        np.testing.assert_array_equal(standard[:, index], target.standardise(encoded[:, index]))
    np.testing.assert_allclose(targets.restore(standard), encoded, rtol=1e-12)
    np.testing.assert_allclose(targets.scales, [target.scale for target in alone])
    np.testing.assert_array_equal(targets.decode(encoded), encoded)
    assert [say(note)[:3] for note in targets.notes(encoded)] == ["'b'"]


def test_whole_numbers_are_quantities() -> None:
    made = table({"a": [1, 2, 1, 2], "b": [0, 1, 0, 1]})
    assert Targets.infer(made, ["a", "b"], log="log1p").each[1].log.name == "log1p"
    assert Targets.infer(made, ["b"]).encode_rows(made).shape == (4, 1)


def test_rows_that_have_all() -> None:
    made = table({"a": [1, None, 2, None], "b": [None, 3, 1, None]})
    fit = Targets.infer(table({"a": [1, 2], "b": [3, 4]}), ["a", "b"])
    assert fit.present_rows(made).tolist() == [False, False, True, False]
    with pytest.raises(DataError, match="row 2, column 'a' is missing: a row without target"):
        fit.encode_rows(made)


def test_description_round_trip() -> None:
    targets = Targets.infer(MADE, ["b", "a"], log=["log1p", None])
    described = json.loads(json.dumps(targets.description()))
    assert Targets.from_description(described) == targets


@pytest.mark.parametrize(
    ("names", "options", "error", "complaint"),
    [
        (["a", "a"], {}, OptionError, "the target 'a' is named twice"),
        ([], {}, OptionError, "no target is named"),
        (["a", "c"], {}, DataError, "t.csv has no column 'c'"),
        (
            ["a", "b"],
            {"task": "classification"},
            OptionError,
            r"several targets \('a', 'b'\) can be",
        ),
        (
            ["a", "b"],
            {"log": ["log"]},
            OptionError,
            "there are 2 targets, but 1 logarithmic scales",
        ),
        (["a", "b"], {"log": "log"}, DataError, "column 'a' is -?[0-9.]+, but the logarithmic sca"),
    ],
)
def test_impossible_targets(
    names: list[str], options: dict[str, Any], error: type[Exception], complaint: str
) -> None:
    made = table({"a": [1.0, -0.5], "b": [1.0, 2.0]})
    with pytest.raises(error, match=complaint):
        Targets.infer(made, names, **options)


def test_words_are_no_quantity() -> None:
    with pytest.raises(
        DataError, match="row 1, column 't' is 'x', but regression needs finite num"
    ):
        Targets.infer(table({"t": ["x", "y"], "a": [1, 2]}), ["a", "t"])


def test_numbers_of_another_shape() -> None:
    targets = Targets.infer(MADE, ["a", "b"])
    for values in (np.zeros(3), np.zeros((3, 1)), np.zeros((3, 3))):
        with pytest.raises(DataError, match=r"numbers of shape \(rows, 2\) are needed for the tar"):
            targets.standardise(values)
        with pytest.raises(DataError, match="for the targets 'a', 'b', got"):
            targets.restore(values)


@pytest.mark.parametrize("change", ["none", "twice", "classes", "damaged"])
def test_impossible_descriptions(change: str) -> None:
    good = Target.infer(MADE["a"]).description()
    classes = Target.infer(table({"t": ["x", "y"]})["t"]).description()
    described = {"none": [], "twice": [good, good], "classes": [good, classes], "damaged": [{}]}
    with pytest.raises(ModelFileError, match="model file"):
        Targets.from_description({"targets": described[change]})
