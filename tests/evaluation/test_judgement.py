"""The verdict: its judgements, its form as JSON, and its words in both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from pellucid.errors import NonFiniteError, OptionError
from pellucid.evaluation.baselines import Baseline
from pellucid.evaluation.intervals import Interval
from pellucid.evaluation.judgement import judgement, verdict
from pellucid.language import Sentence, say
from tests.evaluation.predictions import Array, drawn_classes, softmax, without

CLASSES, NUMBERS = "classification", "regression"


def fitted(part: str = "test", **reads: Array) -> dict[str, Baseline]:
    return {name: Baseline({part: read}, None, 10, 10, 0.1) for name, read in reads.items()}


def words(found: Mapping[str, Any], language: str = "en") -> str:
    return say(Sentence.from_description(found["sentence"]), language)


def constant(truth: Array, classes: int) -> Array:
    return np.tile(np.bincount(truth, minlength=classes) / len(truth), (len(truth), 1))


@pytest.mark.parametrize(
    ("low", "high", "better", "units", "wanted"),
    [
        (0.1, 0.2, "higher", 50, "better"),
        (0.1, 0.2, "lower", 50, "worse"),
        (-0.2, -0.1, "higher", 50, "worse"),
        (-0.2, -0.1, "lower", 50, "better"),
        (-0.1, 0.2, "lower", 50, "cannot tell"),
        (0.0, 0.2, "higher", 50, "cannot tell"),
        (0.0, 0.0, "higher", 50, "cannot tell"),
        (None, None, "higher", 50, "cannot tell"),
        (0.1, 0.2, "higher", 5, "cannot tell"),
        (0.1, 0.2, "higher", 6, "better"),
    ],
)
def test_judgements(
    low: float | None, high: float | None, better: str, units: int, wanted: str
) -> None:
    assert judgement(Interval(0.0, low, high), better, units) == wanted


def test_a_good_network_on_classes() -> None:
    truth, best = drawn_classes(400, 3, seed=1, sharp=4.0)
    read = without(best, 0.3, 2)
    found = verdict(
        CLASSES,
        "species",
        truth,
        read,
        fitted(
            constant=constant(truth, 3),
            linear=without(best, 4.0, 3),
            boosting=without(read, 0.05, 4),
        ),
    )
    json.dumps(found, allow_nan=False)
    assert (found["part"], found["rows"], found["main"]) == ("test", 400, "log_loss")
    for name, metric in found["metrics"].items():
        assert set(metric) == {"network", "better", "baselines"}
        assert set(metric["baselines"]) == {"constant", "linear", "boosting"}
        for baseline in metric["baselines"].values():
            gap = baseline["difference"]
            assert gap["value"] == pytest.approx(metric["network"]["value"] - baseline["value"])
            assert gap["low"] <= gap["value"] <= gap["high"]
        if name not in ("calibration_error",):
            assert metric["baselines"]["constant"]["judgement"] == "better", name
    assert found["baselines"]["linear"] == {"rows": 10, "of": 10, "seconds": 0.1, "note": None}
    share = 100 * float(np.mean(read.argmax(1) == truth))
    assert words(found).startswith(f"On 400 test rows the network is right in {share:.1f} % of cas")
    assert words(found).endswith(
        "it is better than a linear model and always saying the most frequent class, and "
        "cannot be told apart from gradient boosting. By log loss, which also counts how sure "
        "the network is, it compares alike."
    )
    assert "网络的正确率为" in words(found, "zh")


def test_a_good_network_on_numbers() -> None:
    draw = np.random.default_rng(1)
    truth = draw.normal(50, 10, 300)
    read = truth + draw.normal(0, 2, 300)
    found = verdict(
        NUMBERS,
        "price",
        truth,
        read,
        fitted(constant=np.full(300, 50.0), linear=truth + draw.normal(0, 5, 300)),
    )
    json.dumps(found, allow_nan=False)
    assert found["main"] == "rmse"
    rmse = found["metrics"]["rmse"]["network"]
    mae = found["metrics"]["mae"]["network"]["value"]
    assert words(found) == (
        f"On 300 test rows the network is off by {mae:.3g} on average, and by "
        f"{rmse['value']:.3g} in root mean square (95 % interval {rmse['low']:.3g} to "
        f"{rmse['high']:.3g}): it is better than a linear model and always saying the mean."
    )


def test_a_network_that_loses_is_told_so() -> None:
    draw = np.random.default_rng(2)
    truth = draw.normal(size=300)
    near, far = truth + draw.normal(0, 0.1, 300), truth + draw.normal(0, 3.0, 300)
    found = verdict(NUMBERS, "x", truth, far, fitted(constant=np.zeros(300), linear=near))
    assert words(found).endswith(
        "it is worse than a linear model and always saying the mean. Plainly: the network loses "
        "against a linear model and always saying the mean; by this measure it is of no use as it "
        "is."
    )
    middle = truth + draw.normal(0, 0.5, 300)
    found = verdict(NUMBERS, "x", truth, middle, fitted(constant=np.zeros(300), linear=near))
    assert "the network loses against a linear model; for these data the linear" in words(found)
    found = verdict(NUMBERS, "x", truth, middle, fitted(boosting=near))
    assert words(found).endswith("Plainly: the network loses against gradient boosting.")
    assert "直说" in words(found, "zh")


def test_better_worse_and_alike_are_one_sentence() -> None:
    draw = np.random.default_rng(5)
    truth = draw.normal(size=400)
    read = truth + draw.normal(0, 1, 400)
    rivals = fitted(
        constant=np.full(400, 9.0), linear=truth + draw.normal(0, 0.1, 400), boosting=read.copy()
    )
    found = verdict(NUMBERS, "x", truth, read, rivals)
    assert (
        ": it is better than always saying the mean, is worse than a linear model, and cannot be "
        "told apart from gradient boosting. Plainly"
    ) in words(found)
    assert "：它优于始终预测平均值；不如线性模型；与梯度提升分不出高下。" in words(found, "zh")


def test_a_network_that_learned_nothing_is_told_so() -> None:
    draw = np.random.default_rng(3)
    truth = draw.integers(0, 2, 200)
    read = np.full((200, 2), 0.5) + draw.normal(0, 0.01, (200, 1)) * [1, -1]
    found = verdict(CLASSES, "x", truth, read, fitted(constant=constant(truth, 2)))
    assert words(found).endswith(
        "So either the network has learned nothing, or there are too few rows to show it."
    )


@pytest.mark.parametrize("task", [CLASSES, NUMBERS])
def test_boosting_without_a_tree_is_no_model_beside_the_constant(task: str) -> None:
    truth: Array
    if task == CLASSES:
        truth, read = drawn_classes(400, 3, seed=1, sharp=4.0)
        same = constant(truth, 3)
    else:
        truth = np.random.default_rng(2).normal(size=400)
        read, same = 0.9 * truth, np.full(400, 0.1)
    for values, better in ((read, "better"), (same, "cannot tell")):
        found = verdict(task, "y", truth, values, fitted(constant=same, boosting=same))
        judged = found["metrics"][found["main"]]["baselines"]
        assert judged["boosting"]["judgement"] == judged["constant"]["judgement"] == better
        assert "always saying" in words(found)
        assert "gradient boosting" not in words(found)
        assert "梯度提升" not in words(found, "zh")
    found = verdict(task, "y", truth, same, fitted(constant=same, boosting=read))
    assert "gradient boosting" in words(found)


def test_a_network_that_is_too_sure_of_itself() -> None:
    truth, best = drawn_classes(500, 2, seed=4, sharp=1.0)
    sure = softmax(np.log(best) * 60)
    found = verdict(CLASSES, "x", truth, sure, fitted(constant=constant(truth, 2), linear=best))
    told = words(found)
    assert ", and cannot be told apart from a linear model. By log loss" in told
    assert (
        "By log loss, which also counts how sure the network is, it is worse than a linear model "
        "and always giving the frequencies of the classes. It is right more often than always "
        "saying the most frequent class, but so sure of its mistakes"
    ) in told
    assert "Plainly: the network loses against a linear model" in told


@pytest.mark.parametrize("task", [CLASSES, NUMBERS])
def test_without_test_rows_nothing_is_said_of_new_ones(task: str) -> None:
    read = np.zeros((0, 2)) if task == CLASSES else np.zeros(0)
    truth = np.zeros(0, int) if task == CLASSES else np.zeros(0)
    found = verdict(task, "x", truth, read, fitted(linear=read))
    json.dumps(found, allow_nan=False)
    assert words(found).startswith("There is no test part, so nothing can be said")
    main = found["metrics"][found["main"]]
    assert main["baselines"]["linear"]["judgement"] == "cannot tell"


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_too_few_rows_tell_nothing(rows: int) -> None:
    truth = np.arange(rows) % 2
    read = np.eye(2)[truth] * 0.98 + 0.01
    found = verdict(CLASSES, "x", truth, read, fitted(constant=np.full((rows, 2), 0.5)))
    json.dumps(found, allow_nan=False)
    told = "1 test row" if rows == 1 else f"{rows} test rows"
    assert words(found).startswith(f"With only {told} nothing can be told")
    judgements = [entry["baselines"]["constant"] for entry in found["metrics"].values()]
    assert {entry["judgement"] for entry in judgements} == {"cannot tell"}
    numbers = verdict(NUMBERS, "x", truth * 1.0, truth * 1.0, {})
    assert words(numbers).startswith(f"With only {told} nothing")


def test_few_rows_are_said_to_be_few() -> None:
    draw = np.random.default_rng(8)
    for rows, few in ((6, True), (19, True), (20, False)):
        truth = draw.normal(size=rows)
        baselines = fitted(constant=np.full(rows, 5.0))
        found = verdict(NUMBERS, "x", truth, truth + 0.1, baselines)
        assert words(found).startswith(f"On {'only ' if few else ''}{rows} test rows the network")
        assert words(found).endswith("others may tell otherwise.") == few
        assert words(found, "zh").startswith(f"在 {'仅 ' if few else ''}{rows} 行测试数据上")
    read = np.eye(2)[np.arange(60) % 2] * 0.8 + 0.1
    found = verdict(CLASSES, "x", np.arange(60) % 2, read, {}, groups=np.arange(60) // 6)
    assert words(found).startswith("On only 60 test rows in 10 groups the network is right in")
    assert "So few groups show" in words(found)


def test_groups_count_not_their_rows() -> None:
    truth, read = drawn_classes(300, 2, seed=5)
    few = verdict(CLASSES, "x", truth, read, {}, groups=np.arange(300) // 100)
    assert words(few).startswith("With only 300 test rows in 3 groups nothing can be told")
    more = verdict(CLASSES, "x", truth, read, {}, groups=np.arange(300) // 10)
    assert words(more).startswith("On 300 test rows in 30 groups the network is right in")
    assert words(more).endswith("there is nothing to compare it with.")
    assert more["groups"] == 30


def test_rows_that_training_has_seen_are_named() -> None:
    truth, read = drawn_classes(100, 2, seed=6)
    for part, told in (
        ("validation", "These rows decided when training stopped"),
        ("train", "The network was trained on these very rows"),
    ):
        baselines = fitted(part, linear=read)
        found = verdict(CLASSES, "x", truth, read, baselines, part=part)
        assert told in words(found)
        assert words(found).startswith("On 100 " + {"train": "training"}.get(part, part))
        assert set(found["metrics"]["auc"]["baselines"]) == {"linear"}


def test_a_baseline_without_predictions_keeps_its_note() -> None:
    note = Sentence("verdict.left_out", {"name": Sentence("verdict.the_linear"), "seconds": 10.0})
    truth, read = drawn_classes(100, 2, seed=7)
    found = verdict(CLASSES, "x", truth, read, {"linear": Baseline({}, note, 0, 100, 0.0)})
    assert found["metrics"]["auc"]["baselines"] == {}
    assert found["baselines"]["linear"]["note"] == note.description()


def test_an_error_beyond_all_numbers() -> None:
    largest = np.finfo(np.float64).max
    truth, read = np.full(20, largest), np.full(20, -largest)
    found = verdict(NUMBERS, "x", truth, read, fitted(constant=np.zeros(20)))
    json.dumps(found, allow_nan=False)
    assert words(found) == (
        "On 20 test rows the network's error is larger than any number that can be written."
    )


def test_what_is_impossible_is_named() -> None:
    with pytest.raises(OptionError, match="the part must be one of test, validation, train"):
        verdict(NUMBERS, "x", np.zeros(3), np.zeros(3), {}, part="all")
    with pytest.raises(NonFiniteError, match="prediction of 'x' for row 1 is not a finite"):
        verdict(NUMBERS, "x", np.zeros(3), np.full(3, np.nan), {})


@pytest.mark.parametrize("part", ["test", "validation"])
@pytest.mark.parametrize("task", [CLASSES, NUMBERS])
def test_a_score_that_rests_on_what_gives_the_target_away_says_so(task: str, part: str) -> None:
    truth, read = drawn_classes(100, 3, seed=6, sharp=3.0)
    if task == NUMBERS:
        truth, read = truth * 1.0, truth + read[:, 0]
    for columns, said, told in (
        ((), "", ""),
        (("paid",), "This score rests on column 'paid', which gives the", "列 'paid' 之上"),
        (("a", "b"), "This score rests on the columns 'a', 'b', which give", "列 'a', 'b' 之上"),
        (
            tuple("abcdefg"),
            "'e' \N{HORIZONTAL ELLIPSIS}, which",
            "'e' \N{HORIZONTAL ELLIPSIS} 之上",
        ),
    ):
        found = verdict(task, "x", truth, read, {}, part=part, given_away=columns)
        assert found["given_away"] == list(columns)
        assert said in words(found)
        assert told in words(found, "zh")
        assert ("rests" in words(found)) == bool(columns)
