"""Training on arrays."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.backends.reference import ReferenceBackend
from pellucid.errors import DataError, OptionError, ShapeError
from pellucid.layers import BatchNorm, Dense, Dropout, Sequential
from pellucid.losses import SquaredError
from pellucid.optimizers import sgd
from pellucid.schedules import Constant
from pellucid.training.rate_finder import find_rate
from pellucid.training.recipe import Recipe
from pellucid.training.train import Trained, train

X = np.linspace(-1, 1, 40, dtype=np.float32).reshape(-1, 1)
Y = (2 * X - 0.5).astype(np.float32)


def line(**options: object) -> Trained:
    settings = {"loss": "squared_error", "optimizer": "sgd", "learning_rate": 0.1, "epochs": 3}
    return train(Dense(1, name="line"), X, Y, **(settings | options))  # type: ignore[arg-type]


def test_least_squares_are_found() -> None:
    trained = line(epochs=200)
    (weight, bias) = trained.parameters.values()
    design = np.hstack([X, np.ones_like(X)]).astype(np.float64)
    wanted = np.linalg.lstsq(design, Y.astype(np.float64), rcond=None)[0]
    np.testing.assert_allclose([weight[0, 0], bias[0]], wanted[:, 0], atol=1e-4)
    np.testing.assert_allclose(trained.predict(X), Y, atol=1e-4)


@pytest.mark.parametrize(("batch_size", "updates"), [(None, 3), (1, 120), (7, 18), (40, 3)])
def test_updates_are_counted(batch_size: int | None, updates: int) -> None:
    trained = line(batch_size=batch_size)
    assert trained.updates == updates
    assert len(trained.steps["loss"]) == updates
    assert len(trained.epochs["train_loss"]) == 3


def test_ten_thousand_rows_in_batches_of_a_hundred_are_a_hundred_updates() -> None:
    x = np.zeros((10_000, 1), np.float32)
    trained = train(Dense(1), x, x, loss="squared_error", epochs=1, batch_size=100)
    assert trained.updates == 100


def test_a_run_is_a_function_of_data_options_and_seed() -> None:
    def run(seed: int) -> bytes:
        network = Sequential(Dense(4, "tanh"), Dropout(0.5), Dense(1))
        trained = train(network, X, Y, loss="squared_error", epochs=5, batch_size=7, seed=seed)
        return b"".join(value.tobytes() for value in trained.parameters.values())

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_watched_scalars_are_those_before_the_update() -> None:
    trained = line(watch=lambda leaves: {"w": leaves["weight"][0, 0], "b": leaves["bias"][0]})
    assert trained.steps["w"][0] == trained.initial["weight"][0, 0]
    assert trained.steps["b"][0] == 0.0
    slope = np.mean(2 * (X * trained.steps["w"][0] - Y) * X)
    np.testing.assert_allclose(
        trained.steps["w"][1], trained.steps["w"][0] - 0.1 * slope, rtol=1e-5
    )


def test_initial_values_are_taken() -> None:
    trained = line(initial={"weight": [[2.0]], "bias": [-0.5]})
    np.testing.assert_allclose(trained.steps["loss"], [0, 0, 0], atol=1e-12)


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(OptionError, match="no parameter 'wieght': it has weight, bias"):
        line(initial={"wieght": [[2.0]]})
    with pytest.raises(ShapeError, match=r"'line\.weight' \(1, 1\) cannot start .* \(3,\)"):
        line(initial={"weight": [1.0, 2.0, 3.0]})
    with pytest.raises(DataError, match="features have 40 rows, the target has 39"):
        train(Dense(1), X, Y[:39], loss="squared_error")
    for features, message in (
        (np.array(1.0, np.float32), r"must be an array of rows, got shape \(\)"),
        (np.zeros((0, 1), np.float32), r"must be an array of rows, got shape \(0, 1\)"),
        ([[1.0], [2.0, 3.0]], "got rows of unequal length"),
        ([["a"], ["b"]], "must be an array of numbers, got elements of type"),
    ):
        with pytest.raises(DataError, match=f"the training features {message}|{message}"):
            train(Dense(1), features, Y, loss="squared_error")
    with pytest.raises(ShapeError, match=r"\(40, 1\).*\(40,\)"):
        train(Dense(1), X, Y[:, 0], loss="squared_error")
    with pytest.raises(OptionError, match="batch_size must be from 1 to the 40"):
        line(batch_size=41)
    for name in ("epochs", "patience"):
        with pytest.raises(OptionError, match=f"{name} must be at least 1"):
            line(**{name: 0})
    with pytest.raises(OptionError, match="l1 must be a number of at least 0, got -1"):
        line(l1=-1.0)
    with pytest.raises(OptionError, match="seed must be from 0"):
        line(seed=-1)


def test_penalties_pull_to_zero() -> None:
    plain, ridge = (line(epochs=300, l2=strength).parameters["weight"] for strength in (0.0, 0.5))
    # The minimum of mean (2x - 0.5 - wx - b)^2 + l2/2 w^2, with the mean of x^2 as m.
    m = float(np.mean(X.astype(np.float64) ** 2))
    np.testing.assert_allclose(plain, 2.0, atol=1e-4)
    np.testing.assert_allclose(ridge, 2.0 * m / (m + 0.25), atol=1e-4)


@pytest.mark.parametrize("averaging", [-0.1, 1.1, float("nan")])
def test_an_impossible_share_of_averaging_is_named(averaging: float) -> None:
    with pytest.raises(OptionError, match="averaging must be from 0 to 1, got"):
        Recipe(SquaredError(), sgd(), Constant(0.1), 1, 8, averaging=averaging)


def test_the_rate_finder_finds_what_descends() -> None:
    # The bias's curvature is 2, so that rates above 1 diverge on noisy rows: the suggestion is
    # a tenth of a rate that still descends.
    noise = np.random.default_rng(3).normal(size=Y.shape).astype(np.float32)
    recipe = Recipe(SquaredError(), sgd(), Constant(0.1), epochs=1, batch_size=8)
    data = {"train": {"features": X, "target": Y + noise}}
    search = find_rate(Dense(1), recipe, data, ReferenceBackend())
    assert 0.003 < search.suggestion <= 0.1
    assert len(search.rates) == len(search.losses)
    assert (np.diff(search.rates) > 0).all()
    assert search.rates[0] == pytest.approx(1e-6, rel=1e-3)


def test_lists_are_taken() -> None:
    trained = train(Dense(1), X.tolist(), Y.tolist(), loss="squared_error", epochs=2)
    same = train(Dense(1), X, Y, loss="squared_error", epochs=2)
    assert trained.parameters["weight"].dtype == np.float32
    assert trained.parameters["weight"].tobytes() == same.parameters["weight"].tobytes()
    assert trained.predict(X.tolist()).tobytes() == same.predict(X).tobytes()


def test_weighted_rows_pull_harder() -> None:
    # Half of the rows say 0 and half say 1; the best constant is the weighted mean.
    x = np.zeros((10, 1), np.float32)
    y = np.repeat(np.array([0, 1], np.float32), 5).reshape(-1, 1)
    weights = np.repeat(np.array([1, 3], np.float32), 5)
    trained = train(
        *(Dense(1), x, y),
        loss="squared_error", optimizer="sgd", learning_rate=0.2, epochs=100, weights=weights,
        validation=(x, y),
    )  # fmt: skip
    np.testing.assert_allclose(trained.parameters["bias"], [0.75], atol=1e-5)
    np.testing.assert_allclose(trained.epochs["validation_loss"][-1], 0.3125, atol=1e-5)


def test_one_can_go_on_from_a_trained_network() -> None:
    network = Sequential(Dense(4), BatchNorm(), Dense(1))
    first = train(network, X, Y, loss="squared_error", epochs=3)
    again = train(network, X, Y, loss="squared_error", epochs=1, initial=first.parameters)
    for name, value in first.parameters.items():
        assert again.initial[name].tobytes() == value.tobytes()
