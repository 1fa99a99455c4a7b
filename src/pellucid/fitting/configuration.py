"""Every option of a fit, with its default, as it stands in `config.toml`.

One dataclass is the list of options: the command line, the Python function and the file all read
it. A value of None means "chosen from the data"; what was chosen stands in the folder's
`config.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from difflib import get_close_matches
from numbers import Integral, Real
from pathlib import Path
from typing import Any, get_type_hints

from pellucid.backends import DEFAULT_BACKEND
from pellucid.errors import OptionError


@dataclass(frozen=True)
class Configuration:
    """The options of a fit.

    Attributes:
        data: the file or the built-in name.
        target: the column to be predicted.
        task: "classification" or "regression".
        validation: a share of the rows, or a file, on which training is stopped.
        test: a share of the rows, or a file, on which the network is tested in the end.
        seed: of the split, the initial weights, the order of rows and dropout.
        hidden: units of the hidden layers.
        activation: of the hidden layers.
        normalization: "none", "batch" or "layer", in the hidden layers.
        dropout: the share of hidden units that is dropped in training.
        loss: what is lowered.
        optimizer: how gradients become updates: a name, or a description as an optimizer's
            `configuration()` gives it, which says all of it, decay and clipping too.
        learning_rate: the highest rate of the schedule, or "auto" to find one.
        schedule: how the rate changes.
        batch_size: rows an update.
        epochs: how often all rows are seen, at most.
        patience: epochs without improvement before the run stops; 0 never stops.
        monitor: the scalar that decides on the best epoch.
        quantile: the level of the quantile loss.
        class_weight: "none", or "balanced" for weights inverse to the classes' frequencies.
        weight_decay: decoupled decay of the weights.
        l1: strength of the penalty on absolute weights.
        l2: strength of the penalty on squared weights.
        max_norm: the largest norm of a unit's incoming weights; 0 for none.
        clip_global_norm: the largest norm of the whole gradient; 0 for none.
        backend: what runs it.
        threads: how many; 0 lets the backend choose.
    """

    data: str | None = None
    target: str | None = None
    task: str | None = None
    validation: float | str = 0.2
    test: float | str = 0.2
    seed: int = 0
    hidden: tuple[int, ...] = (128, 64)
    activation: str = "relu"
    normalization: str = "none"
    dropout: float = 0.1
    loss: str | None = None
    quantile: float = 0.5
    optimizer: str | dict[str, Any] = "adamw"
    learning_rate: float | str | None = None
    schedule: str = "constant"
    batch_size: int | None = None
    epochs: int | None = None
    patience: int | None = None
    monitor: str | None = None
    class_weight: str = "none"
    weight_decay: float = 0.01
    l1: float = 0.0
    l2: float = 0.0
    max_norm: float = 0.0
    clip_global_norm: float = 0.0
    backend: str = DEFAULT_BACKEND
    threads: int = 0

    def __post_init__(self) -> None:
        """Refuse what is impossible, in the options' names."""
        _check_range(self)
        _check_choices(self)

    def with_options(self, options: Mapping[str, Any], source: str) -> Configuration:
        """Return a copy with some options changed.

        Raises:
            OptionError: there is no such option, or its value is of the wrong kind; `source` says
                where it stands.
        """
        hints = get_type_hints(Configuration)
        changes = {}
        for name, value in options.items():
            if name not in hints:
                close = get_close_matches(name, hints, 1)
                hint = f": did you mean {close[0]}?" if close else ""
                raise OptionError(f"{source} has an option {name!r} that does not exist{hint}")
            changes[name] = _coerced(name, value, hints[name], source)
        return replace(self, **changes)

    def to_toml(self) -> str:
        """Return the options as TOML; those that are None are left out."""
        import tomli_w

        options = {k: v for k, v in asdict(self).items() if v is not None}
        return tomli_w.dumps(options | {"hidden": list(self.hidden)})

    def differences(self, other: Configuration) -> list[str]:
        """Return a sentence for each option that another configuration has otherwise.

        Where the data lie is passed over: what they are is compared by their fingerprint. So is the
        number of threads, on which no bit depends.
        """
        names = [field.name for field in fields(self) if field.name not in ("data", "threads")]
        pairs = {name: (getattr(self, name), getattr(other, name)) for name in names}
        return [
            f"{name} was {old!r} and is now {new!r}"
            for name, (old, new) in pairs.items()
            if old != new
        ]


def read_configuration(path: str | Path) -> Configuration:
    """Return the options that stand in a TOML file, on top of the defaults.

    Raises:
        OptionError: the file cannot be read, is no TOML, or has options that are impossible.
    """
    try:
        options = tomllib.loads(Path(path).read_text())
    except OSError as error:
        raise OptionError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(f"{path} is no TOML file: {error}") from None
    return Configuration().with_options(options, str(path))


def _coerced(name: str, value: Any, hint: Any, source: str) -> Any:
    if name == "hidden":
        value = (value,) if isinstance(value, int) else value
        if isinstance(value, list | tuple) and all(
            isinstance(units, Integral) and not isinstance(units, bool) for units in value
        ):
            return tuple(int(units) for units in value)
        raise OptionError(f"{source}: hidden must be a list of numbers of units, got {value!r}")
    if name == "optimizer" and not isinstance(value, str):
        return _described_optimizer(value, source)
    kinds = [kind for kind in (float, int, str) if kind in _members(hint)]
    if isinstance(value, Integral) and not isinstance(value, bool):
        value = int(value) if int in kinds else float(value)
    elif isinstance(value, Real) and not isinstance(value, bool):
        value = float(value)
    if value is None and type(None) in _members(hint):
        return None
    if type(value) not in kinds:
        names = {float: "a number", int: "a whole number", str: "a text"}
        wanted = " or ".join(names[kind] for kind in kinds)
        raise OptionError(f"{source}: {name} must be {wanted}, got {value!r}")
    return value


def _described_optimizer(value: Any, source: str) -> dict[str, Any]:
    """Return the description of an optimizer without what is None, which TOML cannot say."""
    from pellucid.optimizers import Optimizer

    described = value.configuration() if isinstance(value, Optimizer) else value
    if not isinstance(described, Mapping):
        raise OptionError(f"{source}: optimizer must be a name or an optimizer, got {value!r}")
    return {key: part for key, part in described.items() if part is not None}


def _members(hint: Any) -> tuple[Any, ...]:
    return getattr(hint, "__args__", None) or (hint,)


def _check_range(options: Configuration) -> None:
    limits: list[tuple[str, Any, float, float]] = [
        ("dropout", options.dropout, 0.0, 0.999),
        ("seed", options.seed, 0, 2**64 - 1),
        ("threads", options.threads, 0, 4096),
        ("weight_decay", options.weight_decay, 0.0, 1e6),
        ("quantile", options.quantile, 1e-6, 1.0 - 1e-6),
        ("l1", options.l1, 0.0, 1e6),
        ("l2", options.l2, 0.0, 1e6),
        ("max_norm", options.max_norm, 0.0, 1e12),
        ("clip_global_norm", options.clip_global_norm, 0.0, 1e12),
    ]
    chosen = (
        ("batch_size", options.batch_size, 1, 2**31 - 1),
        ("epochs", options.epochs, 1, 2**40),
        ("patience", options.patience, 0, 2**40),
    )
    limits += [limit for limit in chosen if limit[1] is not None]
    if isinstance(options.learning_rate, float):
        limits.append(("learning_rate", options.learning_rate, 1e-30, 1e6))
    for name, value, low, high in limits:
        if not low <= value <= high:
            raise OptionError(f"{name} must be from {low:g} to {high:g}, got {value!r}")
    for units in options.hidden:
        if not 1 <= units <= 1_000_000:
            raise OptionError(f"hidden must be numbers of units from 1 to 1000000, got {units!r}")


CHOICES: dict[str, tuple[str, ...]] = {
    "task": ("classification", "regression"),
    "normalization": ("none", "batch", "layer"),
    "class_weight": ("none", "balanced"),
}
"""Options that are one of a few words; others (activation, loss, ..) are checked by their rooms."""


def _check_choices(options: Configuration) -> None:
    for name, choices in CHOICES.items():
        value = getattr(options, name)
        if value is not None and value not in choices:
            raise OptionError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
    if isinstance(options.learning_rate, str) and options.learning_rate != "auto":
        raise OptionError(
            f"learning_rate must be a number or 'auto', got {options.learning_rate!r}"
        )
