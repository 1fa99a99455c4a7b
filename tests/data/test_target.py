"""Targets: the task they set, and the way to codes or numbers and back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from pellucid.data.storage import Storage, number_label, parse_number
from pellucid.data.table import Column, Table
from pellucid.data.target import Target
from pellucid.errors import DataError, ModelFileError, OptionError
from pellucid.language import say
from tests.data import made_tables


def column(values: Any) -> Column:
    return made_tables.table({"y": values})["y"]


def of_numbers(values: list[Any], words: bool = False) -> Column:
    """Labels that are numbers, kept as numbers or as the words that spell them."""
    if not words:
        return column(values)
    labels = {str(number_label(value)): value for value in values}
    texts = [str(number_label(value)) for value in values]
    return Table([Column.of_texts("y", texts, labels)], source="t.csv")["y"]


def spelled(texts: list[str]) -> Column:
    """A column of numbers as a file spells them, with labels where Python spells otherwise."""
    numbers = [parse_number(text) for text in texts]
    spellings: dict[Any, set[str]] = {}
    for number, text in zip(numbers, texts, strict=True):
        spellings.setdefault(number, set()).add(text)
    labels = {
        number: next(iter(ways))
        for number, ways in spellings.items()
        if len(ways) == 1 and ways != {str(number_label(number))}
    }
    made = Column("y", Storage.NUMBER, np.array(numbers, dtype=np.float64), labels=labels)
    return Table([made], source="t.csv")["y"]


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (["b", "a", None, "b"], ("a", "b")),
        (["1", "10", "2"], ("1", "10", "2")),
        ([10, 2, 10, 2, 9, 9], (2, 9, 10)),
        ([1, 0, None], (0, 1)),
        ([-1.0, 1.0], (-1, 1)),
        ([True, False], (False, True)),
        (["True", "False"], ("False", "True")),
        (list(range(20)) * 2, tuple(range(20))),
    ],
)
def test_classes(values: list[Any], classes: tuple[Any, ...]) -> None:
    target = Target.infer(column(values))
    assert target.task == "classification"
    assert target.classes == classes
    assert [type(label) for label in target.classes] == [type(label) for label in classes]


@pytest.mark.parametrize(
    "values",
    [[0.5, 1.0, 2.0], list(range(21)) * 2, [1, 2, 3], [0.5, 1.5] * 9, [1, 2, 3, None, 3, None]],
)
def test_quantities(values: list[Any]) -> None:
    target = Target.infer(column(values))
    assert target.task == "regression"
    assert target.classes == ()


def test_the_task_can_be_given() -> None:
    assert Target.infer(column([0.5, 1.5]), "classification").classes == (0.5, 1.5)
    assert Target.infer(column([1, 2]), "regression").task == "regression"
    assert Target.infer(column(["1", "2.5"]), "regression").mean == 1.75


@pytest.mark.parametrize("labels", [["x", "z", "y"], [3, 1, 2], [0.5, -1.5, 7.0]])
def test_labels_come_back_as_they_were(labels: list[Any]) -> None:
    target = Target.infer(column(labels), "classification")
    codes = target.encode(column(labels))
    assert codes.dtype == np.int32
    assert codes.tolist() == [sorted(labels).index(label) for label in labels]
    decoded = target.decode(codes)
    assert decoded.tolist() == labels
    assert decoded.dtype == np.array(labels, dtype=object if labels[0] == "x" else None).dtype


@pytest.mark.parametrize(
    ("own", "values", "dtype"),
    [
        (column([True, False, True]), [True, False, True], np.bool_),
        (column(np.array([3, 1, 3], dtype=np.int8)), [3, 1, 3], np.int64),
        (of_numbers([2, 10, 2], words=True), [2, 10, 2], np.int64),
        (of_numbers([2.5, 10.0, 2.5], words=True), [2.5, 10.0, 2.5], np.float64),
        (of_numbers([2.5, 10.0, 2.5]), [2.5, 10.0, 2.5], np.float64),
        (column(["1", "10", "1"]), ["1", "10", "1"], object),
        (column(["True", "False", "True"]), ["True", "False", "True"], object),
    ],
)
def test_labels_keep_their_type_also_through_a_description(
    own: Column, values: list[Any], dtype: Any
) -> None:
    target = Target.infer(own, "classification")
    assert target.classes == tuple(sorted(set(values)))
    restored = Target.from_description(json.loads(json.dumps(target.description())))
    assert restored == target
    for one in (target, restored):
        assert one.encode(own).tolist() == [one.classes.index(value) for value in values]
        decoded = one.decode(one.encode(own))
        assert decoded.dtype == dtype
        assert decoded.tolist() == values


@pytest.mark.parametrize(
    ("texts", "classes"),
    [
        # Each text comes back, but for those that a class has several of.
        (["+1", "-1", "+1", "-1"], ("-1", "+1")),
        (["10.0", "2.0", "10.0"], ("2.0", "10.0")),
        (["1", "1.0", "2.0", "2.0"], ("1", "2.0")),
        (["1", "1.0", "2", "2"], (1, 2)),
        (["0.50", "1e3", "0.50"], ("0.50", "1e3")),
    ],
)
def test_classes_of_a_file_keep_their_spelling(texts: list[str], classes: tuple[Any, ...]) -> None:
    own = spelled(texts)
    target = Target.infer(own, "classification")
    assert target.classes == classes
    restored = Target.from_description(json.loads(json.dumps(target.description())))
    assert restored == target
    # Rows of an array, where the spelling is lost, are the same classes.
    np.testing.assert_array_equal(restored.encode(column(own.values)), target.encode(own))
    labels = {str(label): label for label in classes}
    decoded = restored.decode(restored.encode(own)).tolist()
    assert decoded == [labels.get(text, labels.get(text[:1])) for text in texts]


def test_classes_that_a_table_spells_a_little_otherwise() -> None:
    truths = Target.infer(column([True, False]))
    assert truths.encode(column(["TRUE", "false", "1"])).tolist() == [1, 0, 1]
    assert truths.encode(column([1, 0])).tolist() == [1, 0]
    assert Target.infer(column(["Yes", "No"])).encode(column(["yes", "NO"])).tolist() == [1, 0]
    colours = Target.infer(column(["RED", "Red", "blue", "Red"]))
    assert colours.classes == ("Red", "blue")
    assert colours.encode(column(["red", "RED", " BLUE "])).tolist() == [0, 0, 1]


def test_labels_of_another_kind_of_source() -> None:
    assert Target.infer(column([1, 2])).encode(column(["2", "1"])).tolist() == [1, 0]
    assert Target.infer(column(["1", "2"])).encode(column([2, 1])).tolist() == [1, 0]


def test_regression_keeps_the_units() -> None:
    values = np.random.default_rng(5).normal(100.0, 30.0, 50)
    target = Target.infer(column(values.tolist()))
    np.testing.assert_allclose([target.mean, target.scale], [values.mean(), values.std()])
    encoded = target.encode(column(values.tolist()))
    assert encoded.dtype == np.float64
    np.testing.assert_array_equal(target.decode(encoded), values)
    standard = target.standardise(values)
    np.testing.assert_allclose([standard.mean(), standard.std()], [0.0, 1.0], atol=1e-12)
    np.testing.assert_allclose(target.restore(standard.astype(np.float32)), values, rtol=1e-5)


def test_present() -> None:
    assert Target.present(column(["a", None, "b"])).tolist() == [True, False, True]
    assert Target.present(column([None, 1.0])).tolist() == [False, True]


@pytest.mark.parametrize(
    ("values", "task", "complaint"),
    [
        ([None, None], None, "t.csv: the target 'y' has no value in any row"),
        (["a", None, "a"], None, "t.csv: the target 'y' has only the value 'a', so there is"),
        ([3.0, 3.0], None, "has only the value 3,"),
        ([0.5], "regression", "has only the value 0.5,"),
        (
            ["1", None, "big"],
            "regression",
            r"t.csv: row 3, column 'y' is 'big', but regression needs finite numbers \(texts are",
        ),
    ],
)
def test_targets_that_teach_nothing(values: list[Any], task: str | None, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        Target.infer(column(values), task)


def test_infinite_values() -> None:
    # A table refuses them, so this column has never been in one.
    infinite = Column("y", Storage.NUMBER, np.array([1.0, np.inf]))
    with pytest.raises(DataError, match="the data: row 2, column 'y' is inf: a target must be fin"):
        Target.infer(infinite)


def test_an_unknown_task() -> None:
    with pytest.raises(OptionError, match="must be 'classification' or 'regression', but it is 'c"):
        Target.infer(column([1, 2]), "clustering")


@pytest.mark.parametrize(
    ("known", "values", "complaint"),
    [
        (
            ["<=50K", ">50K"],
            [">50K", "<=50K."],
            r"row 2, column 'y' is '<=50K.' \(did you mean '<=",
        ),
        (
            ["a", "b"],
            ["a", "zzz"],
            "row 2, column 'y' is 'zzz', a class that no training row has. T",
        ),
        ([1, 2], [3, 1], r"row 1, column 'y' is 3.*The classes are '1', '2'"),
        ([1, 2], ["1", "x"], "row 2, column 'y' is 'x', but a finite number is needed"),
        (["a", "b"], ["a", None], "row 2, column 'y' is missing: a row without target cannot"),
        ([1.5, 2.5, 3.5], [None, 1.0], "row 1, column 'y' is missing"),
        ([1.5, 2.5, 3.5], ["x"], "row 1, column 'y' is 'x', but regression needs finite numbers"),
    ],
)
def test_values_that_cannot_be_encoded(known: list[Any], values: list[Any], complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        Target.infer(column(known)).encode(column(values))


def test_classes_have_no_scale() -> None:
    target = Target.infer(column(["a", "b"]))
    with pytest.raises(OptionError, match="the target 'y' has classes, which have no scale"):
        target.standardise(np.zeros(1))


@pytest.mark.parametrize("values", [["b", "a"], [1, 2], [0.5, 0.25, 1 / 3], [1e300, 2.0, 3.0]])
@pytest.mark.parametrize("task", [None, "classification"])
def test_description_round_trip(values: list[Any], task: str | None) -> None:
    target = Target.infer(column(values), task)
    assert Target.from_description(json.loads(json.dumps(target.description()))) == target


def test_dates_are_no_target() -> None:
    with pytest.raises(DataError) as caught:
        Target.infer(column([datetime(2020, 1, 1), datetime(2020, 1, 2)]))
    assert str(caught.value) == (
        "t.csv: the target 'y' holds dates, which are neither classes nor a quantity: add a column "
        "of numbers, such as the days from a first date, and make that the target, or choose "
        "another target"
    )


@pytest.mark.parametrize(
    ("log", "function"), [("log", np.log), ("log1p", np.log1p), (None, np.asarray)]
)
def test_a_logarithmic_scale(log: str | None, function: Any) -> None:
    values = np.random.default_rng(7).lognormal(3.0, 2.0, 300)
    target = Target.infer(column(values), log=log)
    assert target.task == "regression"
    # What is encoded stays in the user's units, and so does what is restored.
    np.testing.assert_array_equal(target.encode(column(values)), values)
    standard = target.standardise(values)
    expected = (function(values) - function(values).mean()) / function(values).std()
    np.testing.assert_allclose(standard, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(target.restore(standard), values, rtol=1e-9)
    restored = Target.from_description(json.loads(json.dumps(target.description())))
    assert restored == target
    notes = [say(note)[:29] for note in target.notes(values)]
    assert notes == ["'y' is learned on the scale " + "l"] * (log is not None)


@pytest.mark.parametrize("log", ["log", "log1p"])
def test_predictions_of_logarithms_end_a_deviation_beyond_the_training_rows(log: str) -> None:
    values = np.random.default_rng(8).lognormal(2.0, 1.5, 200)
    target = Target.infer(column(values), log=log)
    learned, added = (np.log(values), 0.0) if log == "log" else (np.log1p(values), 1.0)
    margin = learned.std()
    ends = np.exp([learned.min() - margin, learned.max() + margin]) - added
    far = np.array([-np.inf, -1e6, 1e6, np.inf])
    np.testing.assert_allclose(target.restore(far), ends[[0, 0, 1, 1]], rtol=1e-9)
    # What lies within is not touched, a little beyond the training rows either.
    within = (np.array([learned.min(), learned.max()]) - learned.mean()) / margin
    within += np.array([-0.9, 0.9])
    inner = np.exp([learned.min() - 0.9 * margin, learned.max() + 0.9 * margin]) - added
    np.testing.assert_allclose(target.restore(within), inner, rtol=1e-9)
    again = Target.from_description(json.loads(json.dumps(target.description())))
    np.testing.assert_array_equal(again.restore(far), target.restore(far))
    np.testing.assert_array_equal(target.undo_log(np.array([1e6])), target.restore(far[3:]))


def test_other_predictions_have_no_end() -> None:
    target = Target.infer(column([1.5, 2.0, 7.0]))
    assert target.restore(np.array([1e6]))[0] == pytest.approx(target.mean + 1e6 * target.scale)
    assert "extent" not in target.description()


def test_a_description_of_logarithms_without_ends_has_none() -> None:
    described = Target.infer(column([1.0, 2.0, 7.0]), log="log").description()
    del described["extent"]
    target = Target.from_description(described)
    assert target.restore(np.array([9.0]))[0] == pytest.approx(
        np.exp(target.mean + 9.0 * target.scale)
    )


@pytest.mark.parametrize("log", ["log", "log1p"])
def test_far_predictions_of_logarithms_stay_finite(log: str) -> None:
    target = Target.infer(column([1.0, 1e300]), log=log)
    assert np.isfinite(target.restore(np.array([-1e6, 0.0, 1e6]))).all()


@pytest.mark.parametrize(
    ("values", "log", "complaint"),
    [
        (
            [1.0, 0.0, 2.0],
            "log",
            "t.csv: row 2, column 'y' is 0, but the logarithmic scale 'log' ne",
        ),
        ([1.0, 0.0, 2.0], "log", "needs numbers above 0: log1p takes 0 as well"),
        ([1.0, -3.0], "log", "row 2, column 'y' is -3, .*: leave the logarithmic scale out"),
        ([1.0, None, -1.0], "log1p", "row 3, column 'y' is -1, .* needs numbers above -1: leave"),
    ],
)
def test_numbers_without_logarithm(values: list[Any], log: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        Target.infer(column(values), log=log)


def test_numbers_without_logarithm_in_other_rows() -> None:
    target = Target.infer(column([1.0, 2.0, 5.0]), log="log")
    with pytest.raises(DataError, match="row 2, column 'y' is 0, but the logarithmic scale 'log'"):
        target.encode(column([1.0, 0.0]))


def test_logarithms_that_cannot_be() -> None:
    with pytest.raises(OptionError, match=r"must be one of 'log', 'log1p', but it is 'log2' \(did"):
        Target.infer(column([1.0, 2.0]), log="log2")
    with pytest.raises(OptionError, match="the target 'y' has classes, which have no logarithm"):
        Target.infer(column([1.0, 2.0]), "classification", log="log")
    with pytest.raises(DataError, match="'y' is 'a', but regression needs finite numbers"):
        Target.infer(column(["a", "b"]), log="log")


def test_classes_of_a_model_file_may_stand_in_any_order() -> None:
    described = Target.infer(column([1, 2, 3] * 5)).description() | {"classes": [3, 1, 2]}
    target = Target.from_description(described)
    assert target.encode(column([1, 2, 3])).tolist() == [1, 2, 0]
    with pytest.raises(DataError, match=r"row 1, column 'y' is 2\.5, a class that no training row"):
        target.encode(column([2.5, 9]))


GOOD = {"name": "y", "task": "classification", "storage": "words", "classes": ["a", "b"]}
SCALED = {"task": "regression", "mean": 1.0, "scale": 1.0, "log": "none"}


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"task": "clustering"},
            {"storage": "time"},
            {"storage": "text"},
            {"classes": ["a"]},
            {"classes": ["a", "a"]},
        ),
        *({"classes": ["1", 2]}, {"classes": "ab"}, {"name": 3}, {"task": None}),
        *({"classes": [True, 0]}, {"classes": [True, True]}, {"classes": [1, 1.0]}),
        *({"classes": [True, "False"]}, {"classes": [2, 10**400]}, {"classes": [1, None]}),
        *({"storage": "number"}, {"storage": "number", "classes": ["1.0", "1"]}),
        *({"storage": "number", "classes": c} for c in (["nan", "1"], [True, False], [1, 10**400])),
        *({"task": "regression"}, SCALED | {"scale": "x"}, SCALED | {"log": "magic"}),
        SCALED | {"log": None},
        *(SCALED | {"log": "log", "extent": e} for e in (None, [1.0], [2.0, 1.0], [0.0, "1"])),
    ],
)
def test_impossible_descriptions(change: dict[str, Any]) -> None:
    assert Target.from_description(GOOD).classes == ("a", "b")
    assert Target.from_description(GOOD | SCALED).scale == 1.0
    with pytest.raises(ModelFileError, match="model file"):
        Target.from_description(GOOD | change)


@pytest.mark.parametrize(
    ("values", "told", "wanted"),
    [
        (["no"] * 3 + ["yes"], None, "yes"),
        (["no"] + ["yes"] * 3, None, "no"),
        (["no", "yes"], None, "yes"),
        ([0, 0, 1], None, 1),
        ([0, 1, 1], None, 0),
        ([False, True, True], None, False),
        (["no"] * 3 + ["yes"], "no", "no"),
        ([0, 0, 1], "0", 0),
        ([False, True, True], "True", True),
        (["a", "b", "c"], None, None),
        ([0.5, 1.5, 2.5, 3.5], None, None),
    ],
)
def test_the_positive_class_is_the_one_told_or_the_rarer(
    values: list[Any], told: str | None, wanted: Any
) -> None:
    target = Target.infer(column(values), positive=told)
    assert target.positive_label == wanted
    assert type(target.positive_label) is type(wanted)
    restored = Target.from_description(json.loads(json.dumps(target.description())))
    assert restored.positive_label == wanted


@pytest.mark.parametrize(
    ("values", "told", "message"),
    [
        (["no", "yes"], "maybe", "must be one of the two classes: it has 'no', 'yes'"),
        (["a", "b", "c"], "a", "for two classes only: it has 'a', 'b', 'c'"),
        ([0.5, 1.5, 2.5], "1", "is a number, which has no positive class '1'"),
    ],
)
def test_an_impossible_positive_class(values: list[Any], told: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Target.infer(column(values), positive=told)


def test_a_target_of_an_earlier_version_has_the_second_class() -> None:
    described = Target.infer(column(["a", "b", "b"])).description()
    assert Target.from_description(described).positive_label == "a"
    del described["positive"]
    assert Target.from_description(described).positive_label == "b"
    with pytest.raises(ModelFileError):
        Target.from_description(described | {"positive": 2})
