"""Baselines: what they predict, within which budget, and how they fail."""

from __future__ import annotations

import subprocess
import sys
import warnings
from ast import literal_eval
from itertools import islice
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from threadpoolctl import threadpool_limits

from pellucid.errors import DataError, OptionError
from pellucid.evaluation import boosting_baseline, linear_baseline
from pellucid.evaluation.aim import Aim, log_losses
from pellucid.evaluation.baselines import Baseline, Views, fit_baselines
from pellucid.evaluation.boosting_baseline import boosting_cost
from pellucid.evaluation.budget import Cost, Plan, choose_rows, plan
from pellucid.evaluation.linear_baseline import linear_cost
from pellucid.evaluation.metrics import score
from tests.evaluation.predictions import Array

CLASSES, NUMBERS = "classification", "regression"
SIZES = {"train": 400, "validation": 150, "test": 200}


def rows_of(task: str, classes: int = 3, seed: int = 0) -> tuple[Views, dict[str, Array]]:
    """Rows on which the first two columns act together, and the third is a category."""
    draw = np.random.default_rng(seed)
    linear, tree, truth = {}, {}, {}
    for part, rows in SIZES.items():
        numbers = draw.normal(size=(rows, 2))
        category = draw.integers(0, 4, rows)
        drive = 3 * numbers[:, 0] * numbers[:, 1] + numbers[:, 0] + (category == 2)
        if task == CLASSES:
            edges = np.linspace(-1, 1, classes - 1)
            truth[part] = np.searchsorted(edges, drive).astype(np.int32)
        else:
            truth[part] = 100.0 + 10.0 * drive
        linear[part] = np.concatenate([numbers, np.eye(4)[category]], axis=1)
        raw = np.concatenate([numbers, category[:, None]], axis=1)
        raw[draw.random(rows) < 0.05, 0] = np.nan
        tree[part] = raw
    return Views(linear, tree, np.array([False, False, True])), truth


def test_the_constant_knows_the_training_targets_only() -> None:
    views, truth = rows_of(CLASSES)
    found = fit_baselines(CLASSES, 3, views, truth, parts=("test",))["constant"]
    wanted = np.bincount(truth["train"], minlength=3) / 400
    np.testing.assert_allclose(found.predictions["test"], np.tile(wanted, (200, 1)))
    assert (found.rows, found.of, found.note) == (400, 400, None)
    views, truth = rows_of(NUMBERS)
    found = fit_baselines(NUMBERS, 0, views, truth)["constant"]
    np.testing.assert_allclose(found.predictions["test"], truth["train"].mean())


def test_the_linear_model_is_that_of_scikit_learn() -> None:
    views, truth = rows_of(CLASSES)
    found = fit_baselines(CLASSES, 3, views, truth, parts=("validation", "test"))["linear"]
    logistic = LogisticRegression(max_iter=200).fit(views.linear["train"], truth["train"])
    assert set(found.predictions) == {"validation", "test"}
    for part, read in found.predictions.items():
        np.testing.assert_allclose(read, logistic.predict_proba(views.linear[part]), atol=1e-12)
    views, truth = rows_of(NUMBERS)
    found = fit_baselines(NUMBERS, 0, views, truth)["linear"]
    ridge = Ridge().fit(views.linear["train"], truth["train"])
    np.testing.assert_allclose(found.predictions["test"], ridge.predict(views.linear["test"]))


@pytest.mark.parametrize("task", [CLASSES, NUMBERS])
def test_boosting_finds_what_a_linear_model_cannot(task: str) -> None:
    views, truth = rows_of(task)
    found = fit_baselines(task, 3 if task == CLASSES else 0, views, truth)
    main = "log_loss" if task == CLASSES else "rmse"
    losses = []
    for baseline in found.values():
        value = score(task, "y", truth["test"], baseline.predictions["test"])[main]
        assert value is not None
        losses.append(value)
    assert losses[2] < 0.85 * losses[1] < losses[0]


def test_test_rows_are_only_predicted() -> None:
    views, truth = rows_of(CLASSES)
    first = fit_baselines(CLASSES, 3, views, truth)
    other = dict(truth, test=truth["test"][::-1].copy())
    for name, baseline in fit_baselines(CLASSES, 3, views, other).items():
        np.testing.assert_array_equal(baseline.predictions["test"], first[name].predictions["test"])


def test_validation_rows_tell_boosting_when_to_stop() -> None:
    views, truth = rows_of(CLASSES)
    stopped = fit_baselines(CLASSES, 3, views, truth)["boosting"].predictions["test"]
    del truth["validation"]
    whole = fit_baselines(CLASSES, 3, views, truth)["boosting"].predictions["test"]
    # 100 rounds on 400 rows are far too many.
    losses = [score(CLASSES, "y", truth["test"], read)["log_loss"] for read in (stopped, whole)]
    assert losses[0] is not None
    assert losses[1] is not None
    assert losses[0] < losses[1]


@pytest.mark.parametrize("task", [CLASSES, NUMBERS])
def test_boosting_ends_with_the_round_that_is_best_on_validation_rows(
    task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boosting_baseline, "SETTINGS", boosting_baseline.SETTINGS[:1])
    views, truth = rows_of(task)
    found = fit_baselines(task, 3, views, truth, names=("boosting",))["boosting"]
    kind = HistGradientBoostingClassifier if task == CLASSES else HistGradientBoostingRegressor
    told = {"categorical_features": views.categorical, "early_stopping": False, "random_state": 0}
    with threadpool_limits(1):
        model = kind(max_iter=200, **told).fit(views.tree["train"], truth["train"])
        stages = model.staged_predict_proba if task == CLASSES else model.staged_predict
        lost = log_losses if task == CLASSES else lambda truth, read: np.square(read - truth)
        watched = [
            lost(truth["validation"], read).mean() for read in stages(views.tree["validation"])
        ]
        # scikit-learn goes on until ten rounds in a row are no better than the one before them.
        last = next(n for n in range(10, 200) if min(watched[n - 9 : n + 1]) >= watched[n - 10])
        best = next(islice(stages(views.tree["test"]), int(np.argmin(watched[: last + 1])), None))
    np.testing.assert_allclose(found.predictions["test"], best, rtol=1e-6)


@pytest.mark.parametrize("seed", range(2))
def test_boosting_is_sane_where_a_class_is_rare(seed: int) -> None:
    draw = np.random.default_rng(seed)
    features, truth = {}, {}
    for part, rows in {"train": 30_000, "validation": 5000, "test": 30_000}.items():
        features[part] = draw.normal(size=(rows, 6))
        odds = np.exp(-7.5 + 1.5 * features[part][:, 0] + features[part][:, 1])
        truth[part] = (draw.random(rows) < odds / (1.0 + odds)).astype(np.int32)
    views = Views(features, features, np.zeros(6, bool))
    found = fit_baselines(CLASSES, 2, views, truth)
    losses = {
        name: log_losses(truth["test"], baseline.predictions["test"]).mean()
        for name, baseline in found.items()
    }
    assert losses["boosting"] < 0.95 * losses["constant"]
    assert losses["linear"] < losses["boosting"]


def test_boosting_has_smaller_leaves_where_validation_rows_ask_for_them() -> None:
    draw = np.random.default_rng(3)
    levels = draw.normal(size=16)
    features = {part: draw.uniform(0, 16, size=(rows, 1)) for part, rows in SIZES.items()}
    features["train"] = features["train"][:160]
    # Each step has about ten training rows, half of what a leaf has by default.
    truth = {part: levels[rows[:, 0].astype(int)] for part, rows in features.items()}
    views = Views(features, features, np.zeros(1, bool))
    found = fit_baselines(NUMBERS, 0, views, truth, names=("boosting",))["boosting"]
    with threadpool_limits(1):
        default = HistGradientBoostingRegressor(max_iter=400, early_stopping=False)
        default.fit(features["train"], truth["train"])
        errors = [
            float(np.square(read - truth["test"]).mean())
            for read in (found.predictions["test"], default.predict(features["test"]))
        ]
    assert errors[0] < 0.5 * errors[1]


def test_another_setting_must_be_better_by_more_than_its_standard_error() -> None:
    spread = np.array([1.0, -1.0] * 50)
    error = spread.std(ddof=1) / 10
    assert boosting_baseline._is_better(spread - 1.01 * error)
    assert not boosting_baseline._is_better(spread - 0.99 * error)
    assert not boosting_baseline._is_better(np.zeros(5))
    assert not boosting_baseline._is_better(np.array([-1.0]))


@pytest.mark.parametrize("aim", [Aim(NUMBERS), Aim(NUMBERS, "quantile", 0.9), Aim(CLASSES)])
def test_where_no_tree_helps_boosting_is_the_constant(aim: Aim) -> None:
    draw = np.random.default_rng(0)
    features = {part: draw.normal(size=(rows, 1)) for part, rows in SIZES.items()}
    truth = {part: rows[:, 0] for part, rows in features.items()}
    truth["validation"] = -truth["validation"]
    if aim.classifies:
        truth = {part: (values > 0.8).astype(np.int32) for part, values in truth.items()}
    views = Views(features, features, np.zeros(1, bool))
    found = fit_baselines(aim, 2, views, truth, names=("constant", "boosting"))
    assert str(found["boosting"].note) == (
        "Gradient boosting says the same of every row: on validation rows its first trees made it "
        "worse."
    )
    read = [baseline.predictions["test"] for baseline in found.values()]
    np.testing.assert_allclose(read[0], read[1], atol=1e-12)


def test_settings_share_the_rounds_of_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    cost = Cost(row_round=1e-5, round=0.0, row=0.0, memory=8.0)
    assert boosting_baseline.rounds_within(cost, Plan(1000, 100), 10.0) == 1000
    assert boosting_baseline.rounds_within(cost, Plan(1000, 100), 0.1) == 100
    assert boosting_baseline.rounds_within(cost, Plan(1000, 50), 10.0) == 50
    views, truth = rows_of(NUMBERS)
    told = []
    model = boosting_baseline._Fit.model

    def spied(self: Any, setting: Any, rate: float, rounds: int) -> Any:
        found = model(self, setting, rate, rounds)
        told.append((rounds, found.n_iter_))
        return found

    monkeypatch.setattr(boosting_baseline._Fit, "model", spied)
    validation = boosting_baseline.Validation(views.tree["validation"], truth["validation"])
    for purse in (0, 220, 10**6):
        told.clear()
        with threadpool_limits(1):
            boosting_baseline.fit_boosting(
                *(Aim(NUMBERS), 0, views.tree["train"], truth["train"], views.categorical),
                *(validation, 100, 0, purse),
            )
        left = max(purse, 100)
        for rounds, used in told:
            assert rounds == min(left, boosting_baseline.MOST_ROUNDS)
            left -= used
        tried = len(told)
        assert left < boosting_baseline.FEWEST_ROUNDS or tried == len(boosting_baseline.SETTINGS)


def test_scikit_learn_is_kept_to_one_thread_from_its_first_fit_on() -> None:
    code = """
import numpy as np, threadpoolctl
from pellucid.evaluation import baselines, boosting_baseline
fit = boosting_baseline.fit_boosting
def spied(*given):
    found = threadpoolctl.threadpool_info()
    print(sorted({(one["user_api"], one["num_threads"]) for one in found}))
    return fit(*given)
boosting_baseline.fit_boosting = spied
x = np.arange(40.0)[:, None]
views = baselines.Views({"train": x}, {"train": x}, np.zeros(1, bool))
baselines.fit_baselines("regression", 0, views, {"train": x[:, 0]}, names=("boosting",), parts=())
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "('openmp', 1)" in told.stdout
    assert all(threads == 1 for _, threads in literal_eval(told.stdout))


@pytest.mark.parametrize("task", [CLASSES, NUMBERS])
def test_results_are_the_same_on_any_number_of_cores(task: str) -> None:
    views, truth = rows_of(task)
    found = []
    for cores in (1, 4):
        with threadpool_limits(cores):
            found.append(fit_baselines(task, 3, views, truth, seed=5, budget_seconds=0.4))
    for name, baseline in found[0].items():
        np.testing.assert_array_equal(
            baseline.predictions["test"], found[1][name].predictions["test"], err_msg=name
        )


def test_rows_beyond_the_budget_are_left_out_and_it_is_said() -> None:
    views, truth = rows_of(CLASSES)
    rows = {part: np.arange(20_000) % size for part, size in SIZES.items()}
    views = Views(
        {part: view[rows[part]] for part, view in views.linear.items()},
        {part: view[rows[part]] for part, view in views.tree.items()},
        views.categorical,
    )
    truth = {part: codes[rows[part]] for part, codes in truth.items()}
    found = fit_baselines(CLASSES, 3, views, truth, budget_bytes=1e6)
    for name in ("linear", "boosting"):
        baseline = found[name]
        assert 500 < baseline.rows < baseline.of == 20_000
        told = f"was fitted on {baseline.rows:,} of 20,000 rows, as many as its budget allows."
        assert told in str(baseline.note)
    for name in ("linear", "boosting"):
        left_out = fit_baselines(CLASSES, 3, views, truth, budget_seconds=1e-4)[name]
        assert left_out.predictions == {}
        assert "was left out: even a small part of the rows takes more than" in str(left_out.note)
        assert left_out.description()["rows"] == 0


def test_boosting_gets_fewer_rounds_where_classes_are_many() -> None:
    draw = np.random.default_rng(0)
    features = draw.normal(size=(600, 2))
    truth = {"train": draw.permutation(np.arange(600) % 30)}
    views = Views({"train": features}, {"train": features}, np.zeros(2, bool))
    found = fit_baselines(CLASSES, 30, views, truth, parts=(), budget_seconds=0.5)["boosting"]
    assert str(found.note) == (
        "Gradient boosting had 12 rounds instead of 100, as many as its budget allows."
    )


def test_a_model_that_has_not_come_to_rest_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_baseline, "ROUNDS", (2,))
    views, truth = rows_of(CLASSES)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit_baselines(CLASSES, 3, views, truth)["linear"]
    assert str(found.note) == "The linear model had not come to rest after 2 steps."
    assert found.predictions["test"].shape == (200, 3)


def test_a_failure_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    views, truth = rows_of(CLASSES)
    views.linear["train"][3, 1] = np.nan

    class Full:
        """Features that do not fit into memory."""

        shape = views.tree["train"].shape

        def __getitem__(self, rows: Any) -> Any:
            raise MemoryError

    full = Views(views.linear, {**views.tree, "train": Full()}, views.categorical)
    found = fit_baselines(CLASSES, 3, full, truth)
    assert "The linear model was left out, since it could not be fitted: Input X contains NaN" in (
        str(found["linear"].note)
    )
    assert str(found["boosting"].note) == (
        "Gradient boosting was left out, since it could not be fitted: MemoryError."
    )
    assert found["linear"].predictions == found["boosting"].predictions == {}
    assert found["constant"].predictions["test"].shape == (200, 3)
    assert capsys.readouterr() == ("", "")


def test_a_prediction_that_is_not_finite_is_no_baseline() -> None:
    views, truth = rows_of(NUMBERS)
    views.linear["test"][0, 0] = 1e308
    views.linear["test"][0, 1] = 1e308
    truth = {part: values * 1e5 for part, values in truth.items()}
    found = fit_baselines(NUMBERS, 0, views, truth)["linear"]
    assert found.predictions == {}
    assert "since some of its predictions are not finite numbers" in str(found.note)


def test_one_class_only_is_not_an_error() -> None:
    views, truth = rows_of(CLASSES)
    truth["train"][:] = 1
    found = fit_baselines(CLASSES, 3, views, truth)
    assert (found["constant"].predictions["test"] == [0.0, 1.0, 0.0]).all()
    assert "could not be fitted" in str(found["linear"].note)


def test_infinities_many_categories_and_unseen_classes() -> None:
    views, truth = rows_of(CLASSES)
    views.tree["train"][5, 0] = np.inf
    views.tree["test"][5, 1] = -np.inf
    views.tree["train"][:, 2] = np.arange(400)
    truth["validation"][:10] = 3
    found = fit_baselines(CLASSES, 5, views, truth)
    for name in ("linear", "boosting"):
        read = found[name].predictions["test"]
        assert found[name].note is None
        assert (read[:, 3:] == 0.0).all()
        np.testing.assert_allclose(read.sum(1), 1.0)


def test_numbers_of_any_size() -> None:
    views, truth = rows_of(NUMBERS)
    huge = {part: values * 1e300 for part, values in truth.items()}
    first = fit_baselines(NUMBERS, 0, views, truth)
    for name, baseline in fit_baselines(NUMBERS, 0, views, huge).items():
        np.testing.assert_allclose(
            baseline.predictions["test"], first[name].predictions["test"] * 1e300, rtol=1e-3
        )


def test_features_may_be_sparse() -> None:
    views, truth = rows_of(CLASSES)
    thin = Views(
        {part: sparse.csr_array(view) for part, view in views.linear.items()},
        views.tree,
        views.categorical,
    )
    found = fit_baselines(CLASSES, 3, thin, truth)["linear"]
    wanted = fit_baselines(CLASSES, 3, views, truth)["linear"]
    np.testing.assert_allclose(found.predictions["test"], wanted.predictions["test"], atol=1e-6)


def test_what_cannot_be_fitted_is_named() -> None:
    views, truth = rows_of(CLASSES)
    with pytest.raises(DataError, match="'linear' need 3 rows for the part 'train', got 400"):
        fit_baselines(CLASSES, 3, views, dict(truth, train=truth["train"][:3]))
    with pytest.raises(DataError, match="need training rows, got none"):
        fit_baselines(CLASSES, 3, views, dict(truth, train=truth["train"][:0]))


def test_the_plan_gives_up_rounds_before_too_many_rows() -> None:
    cost = Cost(row_round=1e-6, round=0.0, row=0.0, memory=100.0)
    assert plan(cost, 1000, (100, 50), 500, 10.0, 1e9) == Plan(1000, 100)
    assert plan(cost, 10**6, (100, 50), 500, 10.0, 1e9) == Plan(100_000, 100)
    assert plan(cost, 10**6, (100, 50), 500, 1.5, 1e9) == Plan(30_000, 50)
    assert plan(cost, 10**6, (100, 50), 500, 0.1, 1e9) == Plan(2000, 50)
    assert plan(cost, 10**6, (100, 50), 500, 0.01, 1e9) is None
    assert plan(cost, 10**6, (100, 50), 500, 10.0, 1e6) == Plan(10_000, 50)
    assert plan(Cost(1e-6, 1.0, 0.0, 100.0), 1000, (100, 50), 500, 10.0, 1e9) is None


def test_costs_grow_with_all_that_takes_time() -> None:
    for more in ((CLASSES, 20, 5), (CLASSES, 10, 10), (NUMBERS, 20, 0)):
        base = (more[0], 10, 5 if more[0] == CLASSES else 0)
        one, other = linear_cost(*base), linear_cost(*more)
        assert other.row_round + other.row > one.row_round + one.row
        assert other.memory > one.memory
        assert boosting_cost(*more, 0).row_round > boosting_cost(*base, 0).row_round
    assert boosting_cost(CLASSES, 10, 5, 100).round > boosting_cost(CLASSES, 10, 5, 0).round


def test_a_subsample_keeps_every_class_and_its_share() -> None:
    truth = np.repeat([0, 1, 2], [9000, 990, 10])
    rows = choose_rows(CLASSES, truth, 1000, np.random.Philox(1))
    assert np.bincount(truth[rows]).tolist() == [900, 99, 1]
    assert (np.diff(rows) > 0).all()
    again = choose_rows(CLASSES, truth, 1000, np.random.Philox(1))
    np.testing.assert_array_equal(rows, again)
    assert not np.array_equal(rows, choose_rows(CLASSES, truth, 1000, np.random.Philox(2)))
    numbers = choose_rows(NUMBERS, truth * 1.0, 1000, np.random.Philox(1))
    assert len(np.unique(numbers)) == 1000


def test_the_description_is_plain() -> None:
    described = Baseline({}, None, 3, 4, 0.12345).description()
    assert described == {"rows": 3, "of": 4, "seconds": 0.123, "note": None}


def test_only_the_wanted_baselines_are_fitted() -> None:
    features = np.zeros((4, 1))
    views = Views({"train": features}, {"train": features}, np.zeros(1, np.bool_))
    truth = {"train": np.arange(4.0)}
    found = fit_baselines("regression", 0, views, truth, names=("constant",), parts=("train",))
    assert list(found) == ["constant"]
    with pytest.raises(OptionError, match=r"baselines must be among constant, .*got 'best'"):
        fit_baselines("regression", 0, views, truth, names=("best",))
