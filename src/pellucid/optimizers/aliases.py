"""The optimizers of the literature, composed of transformations, with their papers' defaults.

In the formulas g is the gradient, w a parameter, t the number of the update from 1. Each takes
the options of `Common` as well: clipping of the gradient before anything else, decoupled weight
decay, and a bound on weights after the update.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict, Unpack

from pellucid.optimizers.adaptive import ScaleByAdadelta, ScaleByAdagrad, ScaleByRMSProp
from pellucid.optimizers.averages import ScaleByLion, Trace
from pellucid.optimizers.base import Transformation
from pellucid.optimizers.chain import Chain, ScaleByRate
from pellucid.optimizers.clipping import ClipByGlobalNorm, ClipByNorm, ClipByValue
from pellucid.optimizers.constraint import MaxNorm
from pellucid.optimizers.decay import AddDecayedWeights
from pellucid.optimizers.moments import ScaleByAdam, ScaleByAdaMax, ScaleByNadam
from pellucid.optimizers.optimizer import Optimizer


class Common(TypedDict, total=False):
    """What every optimizer takes; None and 0 mean without.

    Attributes:
        clip_value: bound on each element of the gradient (`ClipByValue`).
        clip_norm: bound on the norm of each parameter's gradient (`ClipByNorm`), applied next.
        clip_global_norm: bound on the norm of the whole gradient (`ClipByGlobalNorm`), applied
            last.
        weight_decay: strength of decoupled weight decay (`AddDecayedWeights`).
        max_norm: bound on the norm of each unit's incoming weights (`MaxNorm`).
    """

    clip_value: float | None
    clip_norm: float | None
    clip_global_norm: float | None
    weight_decay: float
    max_norm: float | None


def compose(
    rate: float,
    *scaling: Transformation,
    clip_value: float | None = None,
    clip_norm: float | None = None,
    clip_global_norm: float | None = None,
    weight_decay: float = 0.0,
    max_norm: float | None = None,
) -> Optimizer:
    """Return clipping, scaling, weight decay and the rate as an optimizer.

    Args:
        rate: the default learning rate.
        scaling: what makes the optimizer what it is; nothing for plain descent.
        clip_value: see `Common`, as for the others.
        clip_norm: likewise.
        clip_global_norm: likewise.
        weight_decay: likewise.
        max_norm: likewise.

    Raises:
        OptionError: a number is out of its range.

    Example:
        >>> compose(0.1, clip_value=1.0).transformation.transformations
        (ClipByValue(limit=1.0), ScaleByRate())
    """
    parts: list[Transformation] = []
    if clip_value is not None:
        parts.append(ClipByValue(clip_value))
    if clip_norm is not None:
        parts.append(ClipByNorm(clip_norm))
    if clip_global_norm is not None:
        parts.append(ClipByGlobalNorm(clip_global_norm))
    parts += scaling
    if weight_decay != 0.0:
        parts.append(AddDecayedWeights(weight_decay))
    parts.append(ScaleByRate())
    constraint = None if max_norm is None else MaxNorm(max_norm)
    return Optimizer(Chain(tuple(parts)), constraint, rate)


def sgd(rate: float = 0.01, **common: Unpack[Common]) -> Optimizer:
    """Return (stochastic) gradient descent: w <- w - rate g.

    Source: Robbins, Monro, "A stochastic approximation method", 1951.

    Example:
        >>> sgd(0.1).rate
        0.1
    """
    return compose(rate, **common)


def momentum(rate: float = 0.01, momentum: float = 0.9, **common: Unpack[Common]) -> Optimizer:
    """Return descent with momentum: v <- momentum v + g;  w <- w - rate v.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.

    Example:
        >>> momentum(0.1, 0.8).transformation.transformations[0]
        Trace(momentum=0.8, nesterov=False)
    """
    return compose(rate, Trace(momentum), **common)


def nesterov(rate: float = 0.01, momentum: float = 0.9, **common: Unpack[Common]) -> Optimizer:
    """Return Nesterov's momentum: v <- momentum v + g;  w <- w - rate (g + momentum v).

    Source: Nesterov, "A method for solving the convex programming problem with convergence rate
    O(1/k^2)", 1983, in the form of Sutskever et al., ICML 2013, seen from the point looked ahead
    to.

    Example:
        >>> nesterov(0.1).transformation.transformations[0]
        Trace(momentum=0.9, nesterov=True)
    """
    return compose(rate, Trace(momentum, nesterov=True), **common)


def adagrad(
    rate: float = 0.01, epsilon: float = 1e-10, initial: float = 0.0, **common: Unpack[Common]
) -> Optimizer:
    """Return Adagrad: s <- s + g^2;  w <- w - rate g / (sqrt(s) + epsilon).

    Source: Duchi, Hazan, Singer, JMLR 2011. The paper leaves rate and epsilon open.

    Example:
        >>> adagrad(0.1).transformation.transformations[0]
        ScaleByAdagrad(epsilon=1e-10, initial=0.0)
    """
    return compose(rate, ScaleByAdagrad(epsilon, initial), **common)


def adadelta(
    rate: float = 1.0, decay: float = 0.95, epsilon: float = 1e-6, **common: Unpack[Common]
) -> Optimizer:
    """Return Adadelta: s <- decay s + (1 - decay) g^2;  d = g sqrt(x + eps) / sqrt(s + eps).

    Then x <- decay x + (1 - decay) d^2;  w <- w - rate d. The paper has no rate, which is 1.

    Source: Zeiler, 2012.

    Example:
        >>> adadelta().rate
        1.0
    """
    return compose(rate, ScaleByAdadelta(decay, epsilon), **common)


def rmsprop(
    rate: float = 0.001, decay: float = 0.9, epsilon: float = 1e-8, **common: Unpack[Common]
) -> Optimizer:
    """Return RMSProp: s <- decay s + (1 - decay) g^2;  w <- w - rate g / (sqrt(s) + epsilon).

    Source: Tieleman, Hinton, lecture 6.5, 2012, with the epsilon that libraries add.

    Example:
        >>> rmsprop().transformation.transformations[0]
        ScaleByRMSProp(decay=0.9, epsilon=1e-08)
    """
    return compose(rate, ScaleByRMSProp(decay, epsilon), **common)


def adam(
    rate: float = 0.001,
    first_decay: float = 0.9,
    second_decay: float = 0.999,
    epsilon: float = 1e-8,
    **common: Unpack[Common],
) -> Optimizer:
    """Return Adam: m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2.

    Then w <- w - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).

    Source: Kingma, Ba, ICLR 2015, algorithm 1.

    Example:
        >>> adam(clip_norm=1.0).configuration()["transformation"]["transformations"][0]
        {'transformation': 'clip_by_norm', 'limit': 1.0}
    """
    return compose(rate, ScaleByAdam(first_decay, second_decay, epsilon), **common)


def adamax(
    rate: float = 0.002,
    first_decay: float = 0.9,
    second_decay: float = 0.999,
    epsilon: float = 1e-8,
    **common: Unpack[Common],
) -> Optimizer:
    """Return AdaMax: m <- b1 m + (1 - b1) g;  u <- max(b2 u, |g| + epsilon).

    Then w <- w - rate (m / (1 - b1^t)) / u.

    Source: Kingma, Ba, ICLR 2015, algorithm 2, with the epsilon that libraries add.

    Example:
        >>> adamax().rate
        0.002
    """
    return compose(rate, ScaleByAdaMax(first_decay, second_decay, epsilon), **common)


def nadam(
    rate: float = 0.002,
    first_decay: float = 0.9,
    second_decay: float = 0.999,
    epsilon: float = 1e-8,
    **common: Unpack[Common],
) -> Optimizer:
    """Return Nadam: Adam with b1 m / (1 - b1^(t+1)) + (1 - b1) g / (1 - b1^t) for m / (1 - b1^t).

    Source: Dozat, ICLR workshop 2016, with a constant b1 (see `ScaleByNadam`).

    Example:
        >>> nadam().rate
        0.002
    """
    return compose(rate, ScaleByNadam(first_decay, second_decay, epsilon), **common)


def adamw(
    rate: float = 0.001,
    first_decay: float = 0.9,
    second_decay: float = 0.999,
    epsilon: float = 1e-8,
    **common: Unpack[Common],
) -> Optimizer:
    """Return Adam with decoupled weight decay, 0.01 unless said otherwise.

    w <- w - rate (adam's step + weight_decay w), where w is no bias (see `AddDecayedWeights`).

    Source: Loshchilov, Hutter, ICLR 2019, algorithm 2.

    Example:
        >>> adamw().transformation.transformations[1]
        AddDecayedWeights(weight_decay=0.01, all_parameters=False)
    """
    common.setdefault("weight_decay", 0.01)
    return adam(rate, first_decay, second_decay, epsilon, **common)


def lion(
    rate: float = 1e-4,
    first_decay: float = 0.9,
    second_decay: float = 0.99,
    **common: Unpack[Common],
) -> Optimizer:
    """Return Lion: w <- w - rate sign(b1 m + (1 - b1) g);  m <- b2 m + (1 - b2) g.

    Source: Chen et al., NeurIPS 2023, algorithm 2.

    Example:
        >>> lion().rate
        0.0001
    """
    return compose(rate, ScaleByLion(first_decay, second_decay), **common)


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    alias.__name__: alias
    for alias in (
        sgd,
        momentum,
        nesterov,
        adagrad,
        adadelta,
        rmsprop,
        adam,
        adamax,
        nadam,
        adamw,
        lion,
    )
}
"""Every optimizer of the literature by name."""
