"""Options that cannot do what they say beside others: refused, rather than passed over in silence.

An option counts as given where it is not its default; what says "none" of it may always stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pellucid.data.target import CLASSIFICATION
from pellucid.errors import OptionError
from pellucid.fitting.configuration import NETWORK_OPTIONS, OWN, Configuration
from pellucid.fitting.objective import SMOOTHED

_DEFAULT = Configuration()
_NOTHING = (None, 0, 0.0, "none", ())
QUANTILE = "quantile"


def require_applicable(
    options: Configuration, task: str, target: str, loss: str, *, own_network: bool
) -> None:
    """Raise OptionError for an option that has no meaning beside the others.

    Args:
        options: what the user chose.
        task: "classification" or "regression".
        target: the name of what is predicted.
        loss: the name of the loss.
        own_network: whether the network is the user's own.
    """
    for name, reason in _senseless(options, task, target, loss, own_network):
        raise OptionError(f"{name}={getattr(options, name)!r} {reason}")


def without_network(options: Configuration) -> Configuration:
    """Return the options of a run whose network is the user's own: nothing builds one."""
    unset = {name: getattr(_DEFAULT, name) for name in NETWORK_OPTIONS}
    return replace(options, network=OWN, **unset)


def _senseless(
    options: Configuration, task: str, target: str, loss: str, own_network: bool
) -> Iterator[tuple[str, str]]:
    if task != CLASSIFICATION and _is_given(options, "class_weight"):
        yield "class_weight", f"needs classes, but '{target}' is a number"
    if loss != QUANTILE and _is_given(options, "quantile"):
        yield "quantile", f"is the level of the quantile loss, but the loss is {loss}"
    if loss != SMOOTHED and _is_given(options, "label_smoothing"):
        yield "label_smoothing", f"is for the loss {SMOOTHED}, but the loss is {loss}"
    if not isinstance(options.optimizer, str):
        for name in ("weight_decay", "clip_global_norm", "max_norm"):
            if _is_given(options, name):
                yield (
                    name,
                    "cannot be added to an optimizer that is complete: choose the optimizer by its "
                    "name, or give it this when it is made",
                )
    for name in NETWORK_OPTIONS if own_network else ():
        if getattr(options, name) != getattr(_DEFAULT, name):
            yield name, "builds the network, but network=.. is one of your own: build it there"


def _is_given(options: Configuration, name: str) -> bool:
    value: Any = getattr(options, name)
    return value != getattr(_DEFAULT, name) and value not in _NOTHING
