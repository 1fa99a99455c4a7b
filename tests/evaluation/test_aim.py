"""What predictions are for: losses, metrics and constants, against scikit-learn and SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from pellucid.data.log_scale import LogScale
from pellucid.errors import OptionError
from pellucid.evaluation.aim import Aim, aim_for, class_balance
from pellucid.evaluation.baselines import Baseline, Views, fit_baselines
from pellucid.evaluation.judgement import verdict
from pellucid.evaluation.metrics import AIMED, METRICS, score, scores_of
from pellucid.language import Sentence, say

CLASSES, NUMBERS = "classification", "regression"
Array = np.ndarray[Any, Any]
LOG, LOG1P = LogScale("log"), LogScale("log1p")


def _numbers(seed: int = 0) -> tuple[Array, Array]:
    draw = np.random.default_rng(seed)
    truth = np.exp(draw.normal(size=80))
    return truth, truth * np.exp(0.3 * draw.normal(size=80))


def test_losses_of_rows() -> None:
    draw = np.random.default_rng(0)
    read, truth = draw.dirichlet([1, 1, 1], 50), draw.integers(0, 3, 50)
    aim = aim_for(read)
    wanted = metrics.log_loss(truth, read, labels=[0, 1, 2])
    assert aim.row_losses(truth, read).mean() == pytest.approx(wanted, rel=1e-12)
    least = aim.row_losses(np.array([0]), np.array([[0.0, 1.0]]))
    assert least[0] == pytest.approx(52 * np.log(2))
    assert Aim(NUMBERS).row_losses(np.array([1.0, 2.0]), np.array([3.0, 2.0])).tolist() == [4, 0]
    wrong = Aim(CLASSES, "decisions").row_losses(truth, read)
    assert wrong.mean() == pytest.approx(metrics.zero_one_loss(truth, read.argmax(1)))


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_a_quantile_is_judged_by_the_pinball_loss(level: float) -> None:
    truth, read = _numbers()
    aim = Aim(NUMBERS, "quantile", level)
    found = score(aim, "x", truth, read)
    wanted = metrics.mean_pinball_loss(truth, read, alpha=level)
    assert found == {
        "pinball": pytest.approx(wanted, rel=1e-12),
        "quantile_coverage": pytest.approx((truth <= read).mean()),
    }
    assert aim.row_losses(truth, read).mean() == pytest.approx(wanted, rel=1e-12)
    assert aim.main == aim.measure == "pinball"
    # The best constant is the quantile: any other costs more.
    costs = [aim.row_losses(truth, np.full(80, at)).mean() for at in np.linspace(0, 6, 200)]
    best = aim.row_losses(truth, np.full(80, float(aim.constant(truth, 0)))).mean()
    assert best <= min(costs) + 1e-12


@pytest.mark.parametrize("log", [LogScale("none"), LOG, LOG1P])
def test_a_distribution_is_judged_by_its_density_and_coverage(log: LogScale) -> None:
    truth, mean = _numbers(1)
    spread = np.random.default_rng(2).uniform(0.2, 0.6, 80)
    aim = Aim(NUMBERS, "distribution", log=log)
    found = score(aim, "x", truth, np.stack([mean, spread], axis=1))
    centre = log.apply(mean)
    if log.name == "none":
        density = stats.norm(centre, spread).logpdf(truth)
    else:
        shift = 0.0 if log.name == "log" else -1.0
        density = stats.lognorm(spread, loc=shift, scale=np.exp(centre)).logpdf(truth)
    assert found["nll"] == pytest.approx(-density.mean(), rel=1e-10)
    low, high = stats.norm(centre, spread).interval(0.9)
    inside = (low <= log.apply(truth)) & (log.apply(truth) <= high)
    assert found["interval_coverage"] == pytest.approx(inside.mean())
    assert found["mae"] == pytest.approx(np.abs(truth - mean).mean())


def test_logarithms_are_judged_by_their_errors() -> None:
    truth, read = _numbers(3)
    found = score(Aim(NUMBERS, log=LOG1P), "x", truth, read)
    wanted = metrics.root_mean_squared_log_error(truth, read)
    assert found["rmsle"] == pytest.approx(wanted, rel=1e-12)
    aim = Aim(NUMBERS, log=LOG1P)
    assert aim.in_units(float(aim.row_losses(truth, read).mean())) == pytest.approx(wanted)
    # A median or quantile is the same on any scale.
    assert Aim(NUMBERS, "median", log=LOG).metrics == Aim(NUMBERS, "median").metrics


def test_balanced_classes_count_the_same() -> None:
    draw = np.random.default_rng(4)
    truth, read = draw.choice(3, 200, p=[0.8, 0.15, 0.05]), draw.dirichlet([1, 1, 1], 200)
    aim = Aim(CLASSES, balanced=True)
    weights = class_balance(truth)
    wanted = metrics.log_loss(truth, read, sample_weight=weights, labels=[0, 1, 2])
    assert score(aim, "x", truth, read)["balanced_log_loss"] == pytest.approx(wanted, rel=1e-12)
    mean = (aim.row_losses(truth, read) * aim.row_weights(truth)).mean()
    assert mean == pytest.approx(wanted, rel=1e-12)
    assert aim.constant(np.array([0, 0, 2]), 3).tolist() == [0.5, 0.0, 0.5]
    assert aim.share == "balanced_accuracy"


def test_decisions_have_no_metrics_of_probabilities() -> None:
    aim = Aim(CLASSES, "decisions")
    assert aim.main == "accuracy"
    assert not {"log_loss", "brier", "calibration_error"} & {*aim.metrics}


def test_an_aim_suits_its_task() -> None:
    with pytest.raises(OptionError, match=r"the task must be one of .*, but it is 'ranking'"):
        Aim("ranking")
    with pytest.raises(OptionError, match=r"the aim of regression must be .*, got 'decisions'"):
        Aim(NUMBERS, "decisions")


@pytest.mark.parametrize(
    "aim",
    [
        Aim(NUMBERS, "quantile", 0.8),
        Aim(NUMBERS, "distribution", log=LOG),
        Aim(NUMBERS, log=LOG1P),
        Aim(CLASSES, balanced=True),
    ],
)
def test_resampling_and_influences_of_every_metric(aim: Aim) -> None:
    draw = np.random.default_rng(5)
    truth, read = _numbers(6)
    if aim.kind == "distribution":
        read = np.stack([read, draw.uniform(0.2, 0.5, 80)], axis=1)
    if aim.classifies:
        truth, read = draw.choice(3, 80, p=[0.7, 0.2, 0.1]), draw.dirichlet([1, 1, 1], 80)
    scores = scores_of(aim, "x", truth, read)
    rows = draw.integers(0, 80, 80)
    counts = np.bincount(rows, minlength=80)[None]
    resampled, wanted = scores.resampled(counts), score(aim, "x", truth[rows], read[rows])
    step = 1e-5
    up, down = (scores.resampled(1.0 + sign * step * np.eye(80)) for sign in (1.0, -1.0))
    influences = scores.influences()
    for name in set(aim.metrics) - {"calibration_error"}:
        assert resampled[name][0] == pytest.approx(wanted[name], rel=1e-9), name
        if name != "median_error":
            slopes = (up[name] - down[name]) / (2 * step)
            np.testing.assert_allclose(influences[name] / 80, slopes, atol=1e-7, err_msg=name)


def _views(rows: int, seed: int) -> tuple[Views, dict[str, Array], dict[str, Array]]:
    draw = np.random.default_rng(seed)
    sizes = {"train": rows, "validation": rows // 4, "test": rows // 2}
    x = {part: draw.normal(size=(size, 3)) for part, size in sizes.items()}
    noise = {part: draw.normal(size=size) for part, size in sizes.items()}
    return Views(x, x, np.zeros(3, bool)), x, noise


def test_baselines_learn_the_quantile_that_is_asked_for() -> None:
    views, x, noise = _views(2000, 7)
    truth = {part: x[part][:, 0] * 3.0 + noise[part] for part in x}
    found = fit_baselines(Aim(NUMBERS, "quantile", 0.9), 0, views, truth)
    assert found["constant"].predictions["test"][0] == np.quantile(truth["train"], 0.9)
    for name in ("constant", "linear", "boosting"):
        below = (truth["test"] <= found[name].predictions["test"]).mean()
        # 0.9 of 1000 rows, within four standard errors, and what training errors are too small by.
        assert 0.84 <= below <= 0.94, name
    pinball = {
        name: metrics.mean_pinball_loss(truth["test"], one.predictions["test"], alpha=0.9)
        for name, one in found.items()
    }
    assert pinball["linear"] < pinball["boosting"] < pinball["constant"]
    assert found["linear"].note is not None


def test_baselines_of_a_distribution_know_how_far_they_are_off() -> None:
    views, x, noise = _views(2000, 8)
    truth = {part: np.exp(x[part][:, 0] + 0.5 * noise[part]) for part in x}
    found = fit_baselines(Aim(NUMBERS, "distribution", log=LOG), 0, views, truth)
    linear = found["linear"].predictions["test"]
    np.testing.assert_allclose(np.log(linear[:, 0]), x["test"][:, 0], atol=0.1)
    np.testing.assert_allclose(linear[:, 1], 0.5, atol=0.03)
    assert found["constant"].predictions["test"][0, 1] == pytest.approx(
        np.log(truth["train"]).std()
    )
    assert 0.45 < found["boosting"].predictions["test"][0, 1] < 0.65


def test_baselines_of_balanced_classes_are_balanced() -> None:
    views, x, noise = _views(2000, 9)
    truth = {part: (x[part][:, 0] + noise[part] > 2.0).astype(int) for part in x}
    found = fit_baselines(Aim(CLASSES, balanced=True), 2, views, truth)
    usual = fit_baselines(CLASSES, 2, views, truth)
    assert found["constant"].predictions["test"][0].tolist() == [0.5, 0.5]
    for name in ("linear", "boosting"):
        recalls = [
            metrics.balanced_accuracy_score(truth["test"], one[name].predictions["test"].argmax(1))
            for one in (found, usual)
        ]
        assert recalls[0] > recalls[1] + 0.1, name


def _said(aim: Aim, truth: Array, read: Array, **more: Any) -> tuple[dict[str, Any], str]:
    found = verdict(aim, "x", truth, read, {}, **more)
    return found, say(Sentence.from_description(found["sentence"]))


def test_the_verdict_on_a_quantile_speaks_of_it() -> None:
    truth, read = _numbers(10)
    found, said = _said(Aim(NUMBERS, "quantile", 0.9), truth, read)
    assert (found["main"], found["leading"]) == ("pinball", ["pinball", "quantile_coverage"])
    assert METRICS["quantile_coverage"].better == AIMED
    assert f"{100 * (truth <= read).mean():.1f} % of the true values are at most" in said
    assert "to be the 90 % quantile" in said


def test_what_is_aimed_at_is_not_compared() -> None:
    views, x, noise = _views(400, 11)
    aim = Aim(NUMBERS, "quantile", 0.9)
    truth = {part: x[part][:, 0] + noise[part] for part in x}
    baselines = fit_baselines(aim, 0, views, truth, names=("constant",))
    found = verdict(aim, "x", truth["test"], truth["test"] + 1.0, baselines)
    judged = {name: one["baselines"]["constant"] for name, one in found["metrics"].items()}
    assert judged["quantile_coverage"]["judgement"] is None
    assert judged["pinball"]["judgement"] in ("better", "worse", "cannot tell")
    assert "always saying the 90 % quantile" in say(Sentence.from_description(found["sentence"]))


def test_the_verdict_on_balanced_classes_and_on_decisions() -> None:
    draw = np.random.default_rng(12)
    truth, read = draw.choice(2, 300, p=[0.9, 0.1]), draw.dirichlet([1, 1], 300)
    found, said = _said(Aim(CLASSES, balanced=True), truth, read, positive_label="b")
    assert found["leading"] == ["balanced_accuracy", "balanced_log_loss"]
    share = metrics.balanced_accuracy_score(truth, read.argmax(1))
    assert f"right in {100 * share:.1f} % of a class's rows" in said
    found, said = _said(Aim(CLASSES, "decisions"), truth, read, positive_label="b")
    assert found["leading"] == ["accuracy"]
    assert "log loss" not in said


def test_a_rare_class_leads() -> None:
    draw = np.random.default_rng(13)
    truth = (np.arange(1000) % 100 == 0).astype(int)
    chance = np.where(truth == 1, draw.uniform(0.2, 0.6, 1000), draw.uniform(0.0, 0.4, 1000))
    read = np.stack([1 - chance, chance], axis=1)
    found, said = _said(Aim(CLASSES), truth, read, positive_label="fraud")
    assert found["leading"] == ["average_precision", "log_loss"]
    wanted = metrics.average_precision_score(truth, chance)
    assert "10 of them 'fraud', the network finds these with an average precision of " in said
    assert f"{100 * wanted:.1f} %" in said
    assert "where guessing has 1.0 %" in said
    # Where classes are not rare, accuracy leads as before.
    found, said = _said(Aim(CLASSES), np.arange(1000) % 2, read, positive_label="fraud")
    assert found["leading"] == ["accuracy", "log_loss"]
    assert "is right in" in said


def test_metrics_that_rest_on_a_few_rows_of_a_class_are_not_judged() -> None:
    draw = np.random.default_rng(14)
    for count, judged in ((3, {"cannot tell"}), (40, {"worse"})):
        truth = (np.arange(600) < count).astype(int)
        chance = draw.uniform(size=600)
        blind = np.stack([1 - chance, chance], axis=1)
        best = np.eye(2)[truth] * 0.8 + 0.1
        baselines = {"linear": Baseline({"test": best}, None, 600, 600, 0.0)}
        found = verdict(Aim(CLASSES), "x", truth, blind, baselines, positive_label="yes")
        ranked = {
            found["metrics"][name]["baselines"]["linear"]["judgement"]
            for name in ("auc", "average_precision", "balanced_accuracy")
        }
        assert ranked == judged
        assert found["metrics"]["log_loss"]["baselines"]["linear"]["judgement"] == "worse"
