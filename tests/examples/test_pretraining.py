from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pellucid.dtypes import float32
from pellucid.examples import pretraining
from pellucid.graph.order import RowOrder
from pellucid.initializers import initializer_from

Doubles = NDArray[np.float64]
SMALL, PRETRAINED, SUITED, RELU = pretraining.STARTS


@pytest.fixture(scope="module")
def numbers() -> pretraining.Numbers:
    return pretraining.run()


def _sigmoid(x: Doubles) -> Doubles:
    return 1 / (1 + np.exp(-x))


def _forward(values: Any, x: Any, relu: bool = False) -> list[Doubles]:
    """Return the input, the four hidden layers and the scores, in float64."""
    signals = [x.astype(np.float64)]
    for name in ("hidden_1", "hidden_2", "hidden_3", "hidden_4", "output"):
        score = signals[-1] @ values[f"{name}.weight"].astype(np.float64) + values[f"{name}.bias"]
        hidden = np.maximum(score, 0) if relu else _sigmoid(score)
        signals.append(score if name == "output" else hidden)
    return signals


@pytest.mark.parametrize(
    ("name", "optimizer"), [(SMALL, "adam"), (PRETRAINED, "momentum"), (RELU, "momentum")]
)
def test_errors_are_those_of_numpy(numbers: pretraining.Numbers, name: str, optimizer: str) -> None:
    start = pretraining.STARTS[name]
    trained = pretraining.train_labelled(start, optimizer, rows=200, seed=2)
    assert trained.updates == pretraining.UPDATES
    _, _, x, y = pretraining.digits(2)
    says = _forward(trained.parameters, x, name == RELU)[-1].argmax(axis=1)
    assert len(x) == 797
    # One row may lie on a border.
    assert numbers.errors[optimizer, name][1, 2] == pytest.approx((says != y).mean(), abs=0.002)


@pytest.mark.parametrize("name", [SMALL, PRETRAINED, SUITED, RELU])
def test_first_gradients_are_backpropagated_by_hand(
    numbers: pretraining.Numbers, name: str
) -> None:
    trained = pretraining.train_labelled(pretraining.STARTS[name], "adam", rows=800, seed=0)
    x, y, _, _ = pretraining.digits(0)
    signals = _forward(trained.initial, x, name == RELU)
    spread = np.exp(signals[-1] - signals[-1].max(axis=1, keepdims=True))
    delta = (spread / spread.sum(axis=1, keepdims=True) - np.eye(10)[y]) / len(x)
    sizes: list[float] = []
    for layer, weight in ((4, "output"), (3, "hidden_4"), (2, "hidden_3"), (1, "hidden_2")):
        delta = delta @ trained.initial[f"{weight}.weight"].astype(np.float64).T
        value = signals[layer]
        delta *= (value > 0) if name == RELU else value * (1 - value)
        sizes.insert(0, float(np.abs(signals[layer - 1].T @ delta).mean()))
    np.testing.assert_allclose(np.array(numbers.slopes[name]), np.array(sizes), rtol=1e-3)


@pytest.mark.parametrize("number", [1, 3])
def test_a_coder_is_adam_by_hand(numbers: pretraining.Numbers, number: int) -> None:
    below, _ = pretraining.pretrain(0)
    inputs = pretraining.digits(0)[0].astype(np.float64)
    for layer in range(1, number):
        weight, bias = (below[f"hidden_{layer}.{name}"] for name in ("weight", "bias"))
        inputs = _sigmoid(inputs @ weight + bias)
    hidden = f"hidden_{number}"
    values: dict[str, Doubles] = {}
    for layer_name, initializer in (
        (hidden, pretraining.SMALL),
        ("decoder", initializer_from("glorot_uniform")),
    ):
        name = f"{layer_name}.weight"
        values[name] = initializer((64, 64), float32, 0, name).astype(np.float64)
        values[f"{layer_name}.bias"] = np.zeros(64)
    m, v = ({name: np.zeros_like(value) for name, value in values.items()} for _ in range(2))
    losses, order = [], RowOrder(1000, 50, seed=0)
    for k in range(1, 21):
        rows = inputs[order.batch_rows(k - 1)]
        codes = _sigmoid(rows @ values[f"{hidden}.weight"] + values[f"{hidden}.bias"])
        wrong = codes @ values["decoder.weight"] + values["decoder.bias"] - rows
        losses.append((wrong**2).mean())
        delta = 2 * wrong / wrong.size
        inner = delta @ values["decoder.weight"].T * codes * (1 - codes)
        slopes = {f"{hidden}.weight": rows.T @ inner, f"{hidden}.bias": inner.sum(axis=0)}
        slopes |= {"decoder.weight": codes.T @ delta, "decoder.bias": delta.sum(axis=0)}
        for name, slope in slopes.items():
            m[name] = 0.9 * m[name] + 0.1 * slope
            v[name] = 0.999 * v[name] + 0.001 * slope**2
            step = m[name] / (1 - 0.9**k) / (np.sqrt(v[name] / (1 - 0.999**k)) + 1e-8)
            values[name] = values[name] - 0.005 * step
    assert numbers.codings[number - 1][0] == pytest.approx(np.mean(losses), rel=2e-3)


def test_the_network_starts_from_the_coders(numbers: pretraining.Numbers) -> None:
    values, losses = pretraining.pretrain(0)
    start = pretraining.STARTS[PRETRAINED]
    initial = pretraining.train_labelled(start, "adam", rows=50, seed=0).initial
    for name, value in values.items():
        np.testing.assert_array_equal(initial[name], value)
    assert sorted(set(initial) - set(values)) == ["output.bias", "output.weight"]
    assert losses == numbers.codings
    for each in losses:
        assert each[-1] < 0.5 * each[0]
    # The last coder is better than giving the mean of its inputs.
    inputs = _forward(initial, pretraining.digits(0)[0])[3]
    assert losses[-1][-1] < 0.5 * inputs.var(axis=0).mean()


def test_pretraining_sees_no_labels_and_no_test_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = pretraining.pretrain.__wrapped__
    x, y, x_test, y_test = pretraining.digits(0)
    hidden = (x, np.zeros_like(y), np.zeros_like(x_test), np.zeros_like(y_test))
    monkeypatch.setattr(pretraining, "digits", lambda seed: hidden)
    for name, value in fresh(0)[0].items():
        np.testing.assert_array_equal(value, pretraining.pretrain(0)[0][name])


def test_relus_do_as_well_as_those_of_scikit_learn(numbers: pretraining.Numbers) -> None:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    x, y, x_test, y_test = pretraining.digits(0)
    peer = MLPClassifier(
        (64,) * 4,
        alpha=0.0,
        batch_size=25,
        learning_rate_init=0.003,
        max_iter=31,
        n_iter_no_change=100,
        random_state=0,
    )
    with pytest.warns(ConvergenceWarning):
        peer.fit(x[:800], y[:800])
    theirs = (peer.predict(x_test) != y_test).mean()
    assert numbers.errors["adam", RELU][2].mean() == pytest.approx(theirs, abs=0.02)


def test_pretraining_helps_small_weights_and_is_not_needed(numbers: pretraining.Numbers) -> None:
    mean = {case: errors.mean(axis=1) for case, errors in numbers.errors.items()}
    assert (mean["momentum", SMALL] > 0.85).all()
    assert (mean["momentum", PRETRAINED] < 0.5).all()
    for optimizer in pretraining.OPTIMIZERS:
        gain = mean[optimizer, SMALL] - mean[optimizer, PRETRAINED]
        assert (gain[:2] > 0).all()
        for other in (SUITED, RELU):
            assert (mean[optimizer, other] < mean[optimizer, PRETRAINED]).all()
    gains = [mean[o, SMALL] - mean[o, PRETRAINED] for o in ("momentum", "adam")]
    assert (gains[0] > 4 * gains[1]).all()
    spreads = [numbers.errors["adam", name][2].std(ddof=1) for name in (SMALL, PRETRAINED)]
    assert abs(gains[1][2]) < max(spreads)


def test_gradients_vanish_from_small_weights(numbers: pretraining.Numbers) -> None:
    shrunk = {name: sizes[0] / sizes[-1] for name, sizes in numbers.slopes.items()}
    assert shrunk[SMALL] < 0.01 < 5 * shrunk[SMALL] < shrunk[PRETRAINED] < shrunk[SUITED]
    assert shrunk[RELU] > 1


def test_it_tells_and_draws(numbers: pretraining.Numbers, tmp_path: Path) -> None:
    lines = pretraining.tell(numbers).splitlines()
    for name in pretraining.STARTS:
        rows = [line for line in lines if line.startswith(f"  {name} ")]
        for row, optimizer in zip(rows, pretraining.OPTIMIZERS, strict=False):
            errors = numbers.errors[optimizer, name]
            assert row.split("%")[0].split()[-1] == f"{100 * errors[0].mean():.1f}"
    pretraining.draw(numbers, tmp_path / "pretraining.png")
    assert (tmp_path / "pretraining.png").read_bytes().startswith(b"\x89PNG")
