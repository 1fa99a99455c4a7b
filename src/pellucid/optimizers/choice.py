"""Optimizers by name, and out of configurations."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import Parameter, signature
from typing import Any

from pellucid.errors import OptionError
from pellucid.optimizers.adaptive import ScaleByAdadelta, ScaleByAdagrad, ScaleByRMSProp
from pellucid.optimizers.aliases import OPTIMIZERS, Common
from pellucid.optimizers.averages import ScaleByLion, Trace
from pellucid.optimizers.base import Transformation
from pellucid.optimizers.chain import Chain, ScaleByRate
from pellucid.optimizers.clipping import ClipByGlobalNorm, ClipByNorm, ClipByValue
from pellucid.optimizers.constraint import Constraint, MaxNorm
from pellucid.optimizers.decay import AddDecayedWeights
from pellucid.optimizers.moments import ScaleByAdam, ScaleByAdaMax, ScaleByNadam
from pellucid.optimizers.optimizer import Optimizer
from pellucid.parts import Kind, check_options, find_named, make_part, split_configuration

TRANSFORMATIONS: dict[str, type[Transformation]] = {
    kind.name: kind
    for kind in (
        ScaleByRate,
        Trace,
        ScaleByAdagrad,
        ScaleByAdadelta,
        ScaleByRMSProp,
        ScaleByAdam,
        ScaleByAdaMax,
        ScaleByNadam,
        ScaleByLion,
        AddDecayedWeights,
        ClipByValue,
        ClipByNorm,
        ClipByGlobalNorm,
        Chain,
    )
}
"""Every transformation of the package by name."""

CONSTRAINTS: dict[str, type[Constraint]] = {MaxNorm.name: MaxNorm}
"""Every constraint of the package by name."""


def optimizer_from(
    value: str | Optimizer | Mapping[str, Any],
    rate: float | None = None,
    *,
    weight_decay: float | None = None,
    clip_value: float | None = None,
    clip_norm: float | None = None,
    clip_global_norm: float | None = None,
    max_norm: float | None = None,
) -> Optimizer:
    """Return an optimizer.

    Args:
        value: one; a name of `OPTIMIZERS`; or a configuration: what `Optimizer.configuration`
            gives, or a name with its options, such as {"optimizer": "adam", "first_decay": 0.8}.
        rate: its default learning rate, in place of its own.
        weight_decay: see `Common`, as for the others; None leaves what `value` has.
        clip_value: likewise.
        clip_norm: likewise.
        clip_global_norm: likewise.
        max_norm: likewise.

    Raises:
        OptionError: there is no such optimizer or option, or an optimizer that is complete already
            was to be clipped, decayed or bounded.

    Example:
        >>> optimizer_from("adam").rate
        0.001
        >>> optimizer_from("adam", rate=0.01) == optimizer_from({"optimizer": "adam", "rate": 0.01})
        True
    """
    given: dict[str, Any] = {
        "rate": rate,
        "weight_decay": weight_decay,
        "clip_value": clip_value,
        "clip_norm": clip_norm,
        "clip_global_norm": clip_global_norm,
        "max_norm": max_norm,
    }
    given = {option: wish for option, wish in given.items() if wish is not None}
    if isinstance(value, str):
        value = {"optimizer": value}
    if isinstance(value, Optimizer):
        return _complete(value, given)
    if not isinstance(value, Mapping):
        raise OptionError(
            "an optimizer is an Optimizer, a configuration or a name "
            f"({', '.join(OPTIMIZERS)}), got {value!r}"
        )
    name, options = split_configuration("optimizer", value)
    if name == "composed":
        return _complete(_composed(options), given)
    alias = find_named("optimizer", name, OPTIMIZERS)
    options |= given
    parameters = signature(alias).parameters.values()
    own = [p.name for p in parameters if p.kind is not Parameter.VAR_KEYWORD]
    check_options(f"the optimizer {alias.__name__!r}", options, [*own, *Common.__annotations__])
    return alias(**options)


def _complete(optimizer: Optimizer, given: Mapping[str, Any]) -> Optimizer:
    rest = [option for option in given if option != "rate"]
    if rest:
        raise OptionError(
            f"{' and '.join(rest)} cannot be added to an optimizer that is complete: "
            "choose the optimizer by its name, or compose them when it is made"
        )
    rate = given.get("rate", optimizer.rate)
    return Optimizer(optimizer.transformation, optimizer.constraint, rate)


def _composed(options: Mapping[str, Any]) -> Optimizer:
    made = dict(options)
    if "transformation" in made:
        made["transformation"] = transformation_from(made["transformation"])
    if made.get("constraint") is not None:
        made["constraint"] = _part("constraint", made["constraint"], CONSTRAINTS)
    return make_part(Optimizer, "a composed optimizer", made)


def transformation_from(configuration: Mapping[str, Any]) -> Transformation:
    """Return the transformation that a configuration describes.

    Raises:
        OptionError: there is no such transformation or option.

    Example:
        >>> transformation_from({"transformation": "trace", "momentum": 0.5})
        Trace(momentum=0.5, nesterov=False)
    """
    if isinstance(configuration, Mapping) and isinstance(
        configuration.get("transformations"), list | tuple
    ):
        members = [transformation_from(member) for member in configuration["transformations"]]
        configuration = {**configuration, "transformations": tuple(members)}
    return _part("transformation", configuration, TRANSFORMATIONS)


def _part(what: str, configuration: object, known: Mapping[str, type[Kind]]) -> Kind:
    if not isinstance(configuration, Mapping):
        raise OptionError(f"the configuration of a {what} must be a mapping, got {configuration!r}")
    name, options = split_configuration(what, configuration)
    kind = find_named(what, name, known)
    return make_part(kind, f"the {what} {name!r}", options)
