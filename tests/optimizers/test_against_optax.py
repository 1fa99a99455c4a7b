"""Every optimizer, step by step, against Optax, at learning rates that change with each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import optax
import pytest

from pellucid.dtypes import DType, float32, float64
from pellucid.optimizers import (
    OPTIMIZERS,
    Optimizer,
    adadelta,
    adagrad,
    adam,
    adamax,
    adamw,
    lion,
    momentum,
    nadam,
    nesterov,
    rmsprop,
    sgd,
)
from tests.optimizers.stepping import (
    Array,
    Peer,
    Stepper,
    draw_gradients,
    draw_rates,
    first_parameters,
    optax_steps,
)

Rate = Callable[[Any], Any]


def matrices(parameters: Any) -> Any:
    """Return which parameters are decayed."""
    return jax.tree.map(lambda value: value.ndim >= 2, parameters)


def rms(rate: Rate, decay: float, epsilon: float) -> Any:
    return optax.rmsprop(rate, decay, epsilon, eps_in_sqrt=False)


# Adagrad's epsilon is inside of Optax's root, so that they agree where it vanishes.
CASES: dict[str, tuple[Optimizer, Peer]] = {
    "sgd": (sgd(), lambda rate: optax.sgd(rate)),
    "momentum": (momentum(), lambda rate: optax.sgd(rate, 0.9)),
    "momentum 0.5": (momentum(momentum=0.5), lambda rate: optax.sgd(rate, 0.5)),
    "nesterov": (nesterov(), lambda rate: optax.sgd(rate, 0.9, nesterov=True)),
    "adagrad": (adagrad(epsilon=1e-20), lambda rate: optax.adagrad(rate, 0.0, 0.0)),
    "adagrad 0.3": (adagrad(epsilon=1e-20, initial=0.3), lambda r: optax.adagrad(r, 0.3, 0.0)),
    "adadelta": (adadelta(), lambda rate: optax.adadelta(rate, 0.95, 1e-6)),
    "adadelta 0.5": (adadelta(1, 0.5, 0.1), lambda rate: optax.adadelta(rate, 0.5, 0.1)),
    "rmsprop": (rmsprop(), lambda rate: rms(rate, 0.9, 1e-8)),
    "rmsprop 0.5": (rmsprop(decay=0.5, epsilon=0.1), lambda rate: rms(rate, 0.5, 0.1)),
    "adam": (adam(), lambda rate: optax.adam(rate)),
    "adam 0.5": (adam(1, 0.5, 0.7, 0.1), lambda rate: optax.adam(rate, 0.5, 0.7, 0.1)),
    "adam 0": (adam(1, 0.0, 0.0, 0.1), lambda rate: optax.adam(rate, 0.0, 0.0, 0.1)),
    "adamax": (adamax(), lambda rate: optax.adamax(rate)),
    "adamax 0.5": (adamax(1, 0.5, 0.7, 0.1), lambda rate: optax.adamax(rate, 0.5, 0.7, 0.1)),
    "nadam": (nadam(), lambda rate: optax.nadam(rate)),
    "nadam 0.5": (nadam(1, 0.5, 0.7, 0.1), lambda rate: optax.nadam(rate, 0.5, 0.7, 0.1)),
    "adamw": (adamw(), lambda r: optax.adamw(r, weight_decay=0.01, mask=matrices)),
    "adamw 2": (
        adamw(weight_decay=2.0),
        lambda rate: optax.adamw(rate, weight_decay=2.0, mask=matrices),
    ),
    "lion": (lion(), lambda rate: optax.lion(rate, weight_decay=0.0)),
    "lion 0.5": (
        lion(1, 0.5, 0.7, weight_decay=0.3),
        lambda rate: optax.lion(rate, 0.5, 0.7, weight_decay=0.3, mask=matrices),
    ),
    "clipped value": (
        momentum(clip_value=0.2),
        lambda rate: optax.chain(optax.clip(0.2), optax.sgd(rate, 0.9)),
    ),
    "clipped global norm": (
        adam(clip_global_norm=1.5),
        lambda rate: optax.chain(optax.clip_by_global_norm(1.5), optax.adam(rate)),
    ),
    "clipped twice": (
        nesterov(clip_global_norm=1.5, clip_value=0.5),
        lambda rate: optax.chain(
            optax.clip(0.5), optax.clip_by_global_norm(1.5), optax.sgd(rate, 0.9, nesterov=True)
        ),
    ),
    "decayed": (
        rmsprop(weight_decay=0.4, clip_global_norm=3.0),
        lambda rate: optax.chain(
            optax.clip_by_global_norm(3.0),
            optax.scale_by_rms(0.9, 1e-8, eps_in_sqrt=False),
            optax.add_decayed_weights(0.4, matrices),
            optax.scale_by_learning_rate(rate),
        ),
    ),
}


def compare(ours: list[dict[str, Array]], theirs: list[dict[str, Array]], tolerance: float) -> None:
    assert len(ours) == len(theirs)
    for step, (mine, peer) in enumerate(zip(ours, theirs, strict=True)):
        assert mine.keys() == peer.keys()
        for name, value in mine.items():
            assert value.dtype == peer[name].dtype
            np.testing.assert_allclose(
                value, peer[name], rtol=tolerance, atol=tolerance, err_msg=f"{name} at {step}"
            )


@pytest.mark.parametrize(("dtype", "tolerance"), [(float64, 1e-11), (float32, 3e-5)], ids=str)
@pytest.mark.parametrize("case", CASES)
def test_every_step(case: str, dtype: DType, tolerance: float) -> None:
    optimizer, peer = CASES[case]
    scale = 1e-2 if case.startswith(("sgd", "momentum", "nesterov")) else 1.0
    speed = np.float32(20.0 if case.startswith("adadelta") else 1.0)
    parameters, rates = first_parameters(dtype), [speed * rate for rate in draw_rates()]
    gradients = [{n: g * dtype.type(scale) for n, g in gs.items()} for gs in draw_gradients(dtype)]
    stepper = Stepper(optimizer, parameters)
    ours = [stepper.advance(g, rate) for g, rate in zip(gradients, rates, strict=True)]
    compare(ours, optax_steps(peer, parameters, gradients, rates), tolerance)
    moved = min(float(abs(ours[-1][name] - first).max()) for name, first in parameters.items())
    assert moved > 100 * tolerance


def test_every_optimizer_is_compared() -> None:
    assert {case.split()[0] for case in CASES} >= set(OPTIMIZERS)


@pytest.mark.parametrize("dtype", [float64, float32], ids=str)
def test_clipping_each_norm(dtype: DType) -> None:
    # Optax clips by a global norm only: a parameter alone is its own globe.
    parameters, gradients, rates = first_parameters(dtype), draw_gradients(dtype), draw_rates()
    stepper = Stepper(adam(clip_norm=1.5), parameters)
    ours = [stepper.advance(g, rate) for g, rate in zip(gradients, rates, strict=True)]

    def peer(rate: Rate) -> Any:
        return optax.chain(optax.clip_by_global_norm(1.5), optax.adam(rate))

    for name, value in parameters.items():
        alone = [{name: gradient[name]} for gradient in gradients]
        theirs = optax_steps(peer, {name: value}, alone, rates)
        tolerance = 1e-11 if dtype == float64 else 3e-5
        compare([{name: step[name]} for step in ours], theirs, tolerance)


def test_a_wrong_decay_is_noticed() -> None:
    parameters, gradients, rates = first_parameters(float64), draw_gradients(float64), draw_rates()
    stepper = Stepper(adam(second_decay=0.9991), parameters)
    ours = [stepper.advance(g, rate) for g, rate in zip(gradients, rates, strict=True)]
    theirs = optax_steps(CASES["adam"][1], parameters, gradients, rates)
    with pytest.raises(AssertionError):
        compare(ours, theirs, 1e-6)
