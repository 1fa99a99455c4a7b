"""Bootstrap intervals: against closed forms, by coverage, where samples are small, and the seed."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid.evaluation.bootstrap as module
from pellucid.errors import OptionError, ShapeError
from pellucid.evaluation.aim import Aim
from pellucid.evaluation.bootstrap import bootstrap
from pellucid.evaluation.intervals import Interval, wilson_interval
from pellucid.evaluation.metrics import metrics_for, score, scores_of
from tests.evaluation.predictions import Array, drawn_classes, without

CLASSES, NUMBERS = "classification", "regression"


def two_models(
    rows: int, classes: int, seed: int, sharp: float = 2.0
) -> tuple[Array, dict[str, Array]]:
    truth, read = drawn_classes(rows, classes, seed, sharp=sharp)
    return truth, {"network": without(read, 0.3, seed + 1), "linear": without(read, 0.6, seed + 2)}


def ends(interval: Interval) -> tuple[float, float]:
    assert interval.low is not None
    assert interval.high is not None
    return interval.low, interval.high


def width(interval: Interval) -> float:
    low, high = ends(interval)
    return high - low


def test_a_mean_has_the_interval_of_theory() -> None:
    draw = np.random.default_rng(0)
    truth = np.zeros(400)
    read = draw.normal(size=400)
    other = read + draw.normal(size=400) * 0.1
    found = bootstrap(NUMBERS, "x", truth, {"network": read, "linear": other}, resamples=4000)
    for interval, rows in (
        (found.metrics["mae"]["network"], np.abs(read)),
        (found.differences["mae"]["linear"], np.abs(read) - np.abs(other)),
    ):
        half = 1.96 * rows.std() / np.sqrt(400)
        assert interval.value == pytest.approx(rows.mean())
        # The studentized bootstrap goes with the skewness (Hall 1988); the difference has none.
        skewness = float((((rows - rows.mean()) / rows.std()) ** 3).mean())
        middle = rows.mean() + half / 1.96 * skewness / 20.0 * (2 * 1.96**2 + 1) / 6.0
        wanted = [middle - half, middle + half]
        np.testing.assert_allclose(ends(interval), wanted, atol=0.08 * half)


def test_a_difference_is_paired() -> None:
    draw = np.random.default_rng(1)
    truth = draw.normal(size=300)
    read = truth + draw.normal(size=300)
    found = bootstrap(NUMBERS, "x", truth, {"network": read, "linear": read * 1.001})
    alone, paired = found.metrics["rmse"]["network"], found.differences["rmse"]["linear"]
    assert width(paired) < width(alone) / 100


@pytest.mark.parametrize(("task", "count"), [(CLASSES, 3), (CLASSES, 2), (NUMBERS, 3)])
def test_resampled_metrics_are_those_of_the_rows_drawn(task: str, count: int) -> None:
    truth, reads = two_models(40, count, seed=3)
    read = reads["network"]
    if task == NUMBERS:
        truth, read = truth * 1.5, read[:, 0]
    drawn = np.random.default_rng(4).integers(0, 40, (10, 40))
    counts = np.stack([np.bincount(rows, minlength=40) for rows in drawn])
    scores = scores_of(task, "x", truth, read, positive=0)
    for place, rows in enumerate(drawn):
        wanted = score(task, "x", truth[rows], read[rows], positive=0)
        resampled = scores.resampled(counts)
        for name in wanted:
            if name != "calibration_error":
                assert resampled[name][place] == pytest.approx(wanted[name], rel=1e-9), name


@pytest.mark.parametrize(("task", "count"), [(CLASSES, 3), (CLASSES, 2), (NUMBERS, 3)])
def test_influences_are_derivatives_by_the_weights(task: str, count: int) -> None:
    truth, reads = two_models(60, count, seed=5)
    read = reads["network"]
    if task == NUMBERS:
        truth, read = truth * 1.5, read[:, 0]
    scores = scores_of(task, "x", truth, read, positive=0)
    step = 1e-5
    up = scores.resampled(1.0 + step * np.eye(60))
    down = scores.resampled(1.0 - step * np.eye(60))
    for name, influence in scores.influences().items():
        assert influence.mean() == pytest.approx(0.0, abs=1e-9)
        # A median jumps; the tests of intervals have it.
        if name != "median_error":
            slopes = (up[name] - down[name]) / (2 * step)
            np.testing.assert_allclose(influence / 60, slopes, atol=1e-7, err_msg=name)


@pytest.mark.parametrize("task", [CLASSES, NUMBERS])
def test_many_rows_have_the_intervals_that_all_resamples_give(
    task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth, reads = two_models(3000, 3, seed=6, sharp=1.0)
    if task == NUMBERS:
        draw = np.random.default_rng(7)
        truth = draw.normal(size=3000)
        reads = {name: truth + draw.standard_t(5, 3000) for name in reads}
    exact = bootstrap(task, "x", truth, reads)
    monkeypatch.setattr(module, "MOST_WORK", 0)
    monkeypatch.setattr(module, "MOST_UNITS", 1000)
    linear = bootstrap(task, "x", truth, reads)
    assert (exact.exact, linear.exact) == (True, False)
    for metric in metrics_for(task):
        for one, other in (
            (exact.metrics[metric.name]["network"], linear.metrics[metric.name]["network"]),
            (exact.differences[metric.name]["linear"], linear.differences[metric.name]["linear"]),
        ):
            share = 0.5 if metric.name in ("median_error", "calibration_error") else 0.2
            np.testing.assert_allclose(
                ends(other), ends(one), atol=share * width(one), err_msg=metric.name
            )


@pytest.mark.parametrize("exact", [True, False])
def test_the_intervals_of_two_classes_are_those_of_the_positive_one(
    exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth, reads = two_models(400, 2, seed=9)
    truth = np.where(np.arange(400) < 300, 0, truth)
    if not exact:
        monkeypatch.setattr(module, "MOST_WORK", 0)
    found = bootstrap(CLASSES, "x", truth, reads, positive=0, seed=1)
    turned = {name: read[:, ::-1].copy() for name, read in reads.items()}
    mirrored = bootstrap(CLASSES, "x", 1 - truth, turned, seed=1)
    other = bootstrap(CLASSES, "x", truth, reads, seed=1)
    for metric in ("average_precision", "auc", "calibration_error"):
        for one, same in (
            (found.metrics[metric]["network"], mirrored.metrics[metric]["network"]),
            (found.differences[metric]["linear"], mirrored.differences[metric]["linear"]),
        ):
            np.testing.assert_allclose(ends(one), ends(same), rtol=1e-9, atol=1e-12)
    precisions = (each.metrics["average_precision"]["network"] for each in (found, other))
    assert max(ends(next(precisions))) > min(ends(next(precisions)))


@pytest.mark.parametrize("rows", [2, 5, 12, 30])
def test_few_rows_all_right_claim_no_certainty(rows: int) -> None:
    truth = np.arange(rows) % 2
    sure = np.eye(2)[truth] * 0.98 + 0.01
    reads = {"network": sure, "linear": sure.copy(), "constant": np.full((rows, 2), 0.5)}
    found = bootstrap(CLASSES, "label", truth, reads, seed=rows)
    upper = 1.0 - 0.025 ** (1 / rows)  # the error that Clopper and Pearson allow
    for name in ("accuracy", "balanced_accuracy", "auc", "average_precision"):
        interval = found.metrics[name]["network"]
        assert interval.value == 1.0
        if rows == 2 and name in ("auc", "average_precision"):
            # Most resamples lack one of the two classes.
            assert interval.low is None
            continue
        assert interval.high == 1.0
        assert interval.low is not None
        assert interval.low < 1.0 - 0.4 * upper, name
        gap = found.differences[name]["linear"]
        assert gap.value == 0.0
        low, high = ends(gap)
        assert low < -0.4 * upper, name
        assert high > 0.4 * upper, name
    for name in ("log_loss", "brier"):
        interval = found.metrics[name]["network"]
        assert interval.high is not None
        assert interval.value is not None
        assert interval.high > 3 * interval.value, name


def test_with_two_or_three_rows_nothing_beats_a_constant() -> None:
    for rows in (2, 3):
        truth = np.arange(rows) % 2
        reads = {"network": np.eye(2)[truth] * 0.8 + 0.1, "constant": np.full((rows, 2), 0.5)}
        found = bootstrap(CLASSES, "label", truth, reads)
        gap = found.differences["log_loss"]["constant"]
        assert gap.high is not None
        assert gap.high > 0.0


@pytest.mark.parametrize("rows", [25, 120])
def test_intervals_cover_the_truth(rows: int) -> None:
    truth, reads = two_models(100_000, 2, seed=100, sharp=3.0)
    values = {model: score(CLASSES, "x", truth, read) for model, read in reads.items()}
    runs = 100
    covered: dict[str, int] = {}
    for run in range(runs):
        some = slice(run * rows, (run + 1) * rows)
        sample = {model: read[some] for model, read in reads.items()}
        found = bootstrap(CLASSES, "x", truth[some], sample, seed=run, resamples=200)
        for name in found.metrics:
            wanted = values["network"][name]
            interval = found.metrics[name]["network"]
            less = values["linear"][name]
            assert wanted is not None
            assert less is not None
            low, high = ends(interval)
            covered[name] = covered.get(name, 0) + (low <= wanted <= high)
            low, high = ends(found.differences[name]["linear"])
            inside = low <= wanted - less <= high
            covered[f"{name} less"] = covered.get(f"{name} less", 0) + inside
    # 95 % would be 88 or more in all but 1 of 300 such tests.
    assert min(covered.values()) >= 0.88 * runs, covered


def test_rows_of_one_group_tell_less() -> None:
    """Each row ten times over is worth as much as once."""
    truth, reads = two_models(60, 2, seed=8)
    alone = bootstrap(CLASSES, "x", truth, reads)
    groups = np.repeat([f"patient {number}" for number in range(60)], 10)
    often = {model: np.repeat(read, 10, axis=0) for model, read in reads.items()}
    grouped = bootstrap(CLASSES, "x", np.repeat(truth, 10), often, groups=groups)
    careless = bootstrap(CLASSES, "x", np.repeat(truth, 10), often)
    assert (grouped.rows, grouped.units) == (600, 60)
    for name in ("accuracy", "log_loss", "auc", "brier"):
        for one, other, narrow in (
            (
                alone.metrics[name]["network"],
                grouped.metrics[name]["network"],
                careless.metrics[name]["network"],
            ),
            (
                alone.differences[name]["linear"],
                grouped.differences[name]["linear"],
                careless.differences[name]["linear"],
            ),
        ):
            np.testing.assert_allclose(ends(other), ends(one), atol=0.12 * width(one), err_msg=name)
            assert width(narrow) < 0.5 * width(one), name


def test_the_seed_decides() -> None:
    truth, reads = two_models(50, 3, seed=9)
    one = bootstrap(CLASSES, "x", truth, reads, seed=1)
    assert one.metrics == bootstrap(CLASSES, "x", truth, reads, seed=1).metrics
    other = bootstrap(CLASSES, "x", truth, reads, seed=2)
    assert one.metrics["log_loss"] != other.metrics["log_loss"]
    assert one.metrics["accuracy"] == other.metrics["accuracy"]


def test_each_row_is_drawn_as_often_as_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 700)
    generator = np.random.Philox(3)
    counts = np.concatenate(list(module._counts(generator, 20_000, 7, 20, 27)))
    assert counts.shape == (20_000, 27)
    assert (counts.sum(1) == 7).all()
    share = counts.mean(0)
    np.testing.assert_allclose(share[:7], 7 / 8, atol=0.03)
    np.testing.assert_allclose(share[7:], 7 / 8 / 20, atol=0.01)


def test_what_cannot_be_drawn_has_no_interval() -> None:
    one = bootstrap(NUMBERS, "x", np.ones(1), {"network": np.zeros(1)})
    assert (one.metrics["mae"]["network"].value, one.metrics["mae"]["network"].low) == (1.0, None)
    none = bootstrap(NUMBERS, "x", np.ones(0), {"network": np.zeros(0), "linear": np.zeros(0)})
    assert none.metrics["mae"]["network"].value is None
    assert none.differences["mae"]["linear"].value is None
    single = bootstrap(
        CLASSES, "x", np.zeros(4, int), {"network": np.full((4, 2), 0.5)}, groups=np.zeros(4)
    )
    assert single.metrics["log_loss"]["network"].low is None
    assert single.metrics["accuracy"]["network"].low == pytest.approx(0.2065, abs=1e-3)


def test_impossible_arguments_are_named() -> None:
    read = {"network": np.zeros(2)}
    with pytest.raises(OptionError, match="at least 100 resamples, got 5"):
        bootstrap(NUMBERS, "x", np.zeros(2), read, resamples=5)
    with pytest.raises(OptionError, match="seed must be at least 0, got -1"):
        bootstrap(NUMBERS, "x", np.zeros(2), read, seed=-1)
    with pytest.raises(OptionError, match="at least one model, got none"):
        bootstrap(NUMBERS, "x", np.zeros(2), {})
    with pytest.raises(ShapeError, match=r"one value for each of the 2 rows, got \(3,\)"):
        bootstrap(NUMBERS, "x", np.zeros(2), read, groups=np.zeros(3))


def rare_class(rows: int, draw: np.random.Generator) -> tuple[Array, dict[str, Array]]:
    """Return a class of one row in forty, and a network a little better than its frequency."""
    log_odds = 1.5 * draw.normal(size=rows) - 5.4
    truth = (draw.random(rows) < 1.0 / (1.0 + np.exp(-log_odds))).astype(int)
    chance = 1.0 / (1.0 + np.exp(-log_odds - 0.7 * draw.normal(size=rows)))
    read = np.stack([1.0 - chance, chance], axis=1)
    return truth, {"network": read, "constant": np.tile([0.9785, 0.0215], (rows, 1))}


def test_a_network_is_not_worse_for_rare_rows_that_were_not_drawn() -> None:
    draw = np.random.default_rng(3)
    truth, reads = rare_class(400_000, draw)
    values = {model: score(CLASSES, "x", truth, read) for model, read in reads.items()}
    losses = ("log_loss", "brier")
    for name in losses:
        assert (values["network"][name] or 0.0) < (values["constant"][name] or 0.0), name
    worse = dict.fromkeys(losses, 0)
    runs = 60
    for run in range(runs):
        truth, reads = rare_class(100, draw)
        found = bootstrap(CLASSES, "x", truth, reads, seed=run, resamples=100)
        for name in losses:
            low = found.differences[name]["constant"].low
            worse[name] += low is not None and low > 0.0
    # Percentiles alone say so of half of the runs by the Brier score.
    assert max(worse.values()) <= 0.05 * runs, worse


def test_a_class_of_which_nothing_is_hit_may_be_hit_sometimes() -> None:
    draw = np.random.default_rng(4)
    truth, reads = rare_class(400_000, draw)
    wanted = score(CLASSES, "x", truth, reads["network"])["balanced_accuracy"]
    assert wanted is not None
    covered, runs = 0, 30
    for run in range(runs):
        truth, reads = rare_class(1000, draw)
        found = bootstrap(CLASSES, "x", truth, reads, seed=run, resamples=100)
        low, high = ends(found.metrics["balanced_accuracy"]["network"])
        covered += low <= wanted <= high
    # Percentiles hold it in one of five, since most resamples have no hit either.
    assert covered >= 0.85 * runs, covered


@pytest.mark.parametrize("groups", [None, np.repeat(np.arange(40), 10)])
def test_balanced_accuracy_of_equal_classes_has_the_interval_of_accuracy(
    groups: Array | None,
) -> None:
    draw = np.random.default_rng(5)
    truth = np.arange(400) % 2
    chance = np.clip(0.35 + 0.3 * truth + 0.2 * draw.normal(size=400), 0.01, 0.99)
    if groups is not None:
        chance = np.repeat(chance[::10], 10)
        truth = np.repeat(np.arange(40) % 2, 10)
    other = np.clip(chance + 0.1 * draw.normal(size=400), 0.01, 0.99)
    reads = {
        "network": np.stack([1 - chance, chance], 1),
        "linear": np.stack([1 - other, other], 1),
    }
    found = bootstrap(CLASSES, "x", truth, reads, groups=groups)
    for of in (
        {name: each["network"] for name, each in found.metrics.items()},
        {name: each["linear"] for name, each in found.differences.items()},
    ):
        one, same = of["balanced_accuracy"], of["accuracy"]
        np.testing.assert_allclose(ends(one), ends(same), atol=0.1 * width(same))


def test_a_ranking_is_as_uncertain_as_the_rarer_class_makes_it() -> None:
    draw = np.random.default_rng(6)
    chance = draw.uniform(size=2000)
    widths = []
    for rows in (2000, 1000, 4):
        truth = (np.arange(2000) < rows / 2).astype(int)
        read = np.stack([1.0 - chance, chance], axis=1)
        found = bootstrap(CLASSES, "x", truth, {"network": read}, resamples=400)
        assert found.rarer == min(rows // 2, 2000 - rows // 2)
        widths.append(width(found.metrics["auc"]["network"]))
    assert widths[0] < widths[1] < 0.5 * widths[2]
    single = (np.arange(2000) < 1).astype(int)
    found = bootstrap(CLASSES, "x", single, {"network": read}, resamples=100)
    assert found.metrics["auc"]["network"].low is None


def test_shares_of_numbers_claim_no_certainty() -> None:
    truth = np.linspace(0.0, 1.0, 20)
    found = bootstrap(Aim(NUMBERS, "quantile", 0.9), "x", truth, {"network": truth + 1.0})
    low, _ = wilson_interval(20, 20)
    share = found.metrics["quantile_coverage"]["network"]
    assert share.low == pytest.approx(float(low))
    assert share.high == 1.0


@pytest.mark.parametrize("groups", [2, 3, 8])
def test_rows_of_few_groups_tell_as_much_as_the_spread_of_the_groups_allows(groups: int) -> None:
    # For groups of equal size the variance of the mean is that of their means, by theory.
    draw = np.random.default_rng(groups)
    owners = np.repeat(np.arange(groups), 50)
    values = draw.normal(size=50 * groups) + draw.normal(size=groups)[owners]
    means = values.reshape(groups, 50).mean(1)
    worth = module._worth(values, owners, groups)
    assert worth == pytest.approx(values.var() / (means.var(ddof=1) / groups))
    assert 1.0 < worth < len(values)
    assert module._worth(values, np.arange(len(values)), len(values)) == len(values)
