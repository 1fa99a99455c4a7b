"""Every option of a fit, with its default, as it stands in `config.toml`.

One dataclass is the list of options: the command line, the Python function and the file all read
it. A value of None means "chosen from the data"; what was chosen stands in the folder's
`config.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

from pellucid.backends import DEFAULT_BACKEND
from pellucid.data.scaling_choice import AUTO, SCALINGS
from pellucid.errors import OptionError
from pellucid.evaluation.baselines import BASELINES
from pellucid.fitting.coercion import coerced
from pellucid.language import ENGLISH, LANGUAGES


@dataclass(frozen=True)
class Configuration:
    """The options of a fit.

    Attributes:
        data: the file or the built-in name.
        target: the column to be predicted; for regression there may be several.
        task: "classification" or "regression".
        target_scale: "linear", or "log" or "log1p" to learn the logarithm of a number, of 1 + it.
        positive: which of two classes is looked for, as average precision, calibration and the
            curves show it; the rarer one in the training rows if None.
        columns: what columns are taken for, by name, where the data's own look is not to decide.
        drop: columns that are not used at all.
        keep: columns that are not used, but carried to the predictions.
        missing: texts that mean "no value", beside the usual ones; "COLUMN=TEXT" in one column.
        separator: what stands between the fields of a line; found out if None.
        decimal: the decimal point, "." or ","; found out if None.
        header: whether the first line names the columns; found out if None.
        skip_lines: how many lines stand before the table; found out if None.
        encoding: of a text file; UTF-8 if None, or what its byte-order mark says.
        query: a table's name or a SELECT, for a database.
        split: "random", "time:COLUMN" or "group:COLUMN".
        validation: a share of the rows, or a file, on which training is stopped; "auto" chooses a
            share from the number of rows.
        test: a share of the rows, or a file, on which the network is tested in the end.
        scaling: of numbers, one of "auto", "standard", "robust" and "quantile".
        seed: of the split, the initial weights, the order of rows and dropout.
        network: "own" where the network was the user's, who has to hand it in again; None where it
            is built from the options that follow.
        number_embedding: "periodic" to give the network learned cosines of each number, or "none".
        hidden: units of the hidden layers.
        activation: of the hidden layers.
        normalization: "none", "batch" or "layer", in the hidden layers.
        dropout: the share of hidden units that is dropped in training; by the task if None.
        loss: what is lowered.
        label_smoothing: the share of each class that the softmax cross-entropy spreads evenly over
            all; from the number of rows if None.
        optimizer: how gradients become updates: a name, or a description as an optimizer's
            `configuration()` gives it, which says all of it, decay and clipping too.
        learning_rate: the highest rate of the schedule, or "auto" to find one.
        schedule: how the rate changes.
        batch_size: rows an update.
        epochs: how often all rows are seen, at most.
        patience: epochs without improvement before the run stops; 0 never stops.
        averaging: the share of the updates so far that weights are averaged over; 0 for none.
        monitor: the scalar that decides on the best epoch; if None the validation loss, of an
            ensemble that of the averaged prediction.
        quantile: the level of the quantile loss.
        class_weight: "none", or "balanced" for weights inverse to the classes' frequencies.
        weight_decay: decoupled decay of the weights.
        l1: strength of the penalty on absolute weights.
        l2: strength of the penalty on squared weights.
        max_norm: the largest norm of a unit's incoming weights; 0 for none.
        clip_global_norm: the largest norm of the whole gradient; 0 for none.
        ensemble: how many networks are trained in one run, whose predictions are averaged.
        baselines: what the network is compared with; all of them if None, and in memory, where
            many small networks may be trained, only the constant.
        baseline_seconds: how long each baseline may take.
        learning_curve: whether networks are trained on fewer rows too; decided by time if None.
        report: whether the page and its pictures are made, and what only they show.
        language: of the report, and of what is said on the command line.
        backend: what runs it.
        threads: how many; 0 lets the backend choose.
        memory: gigabytes that columns may take before files hold them, which changes no bit of the
            result; a quarter of what is free if None.
    """

    data: str | None = None
    target: str | tuple[str, ...] | None = None
    task: str | None = None
    target_scale: str = "linear"
    positive: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    separator: str | None = None
    decimal: str | None = None
    header: bool | None = None
    skip_lines: int | None = None
    encoding: str | None = None
    query: str | None = None
    split: str = "random"
    validation: float | str = "auto"
    test: float | str = 0.2
    scaling: str = "auto"
    seed: int = 0
    network: str | None = None
    number_embedding: str = "periodic"
    hidden: tuple[int, ...] = (128, 128)
    activation: str = "silu"
    normalization: str = "none"
    dropout: float | None = None
    loss: str | None = None
    quantile: float = 0.5
    label_smoothing: float | None = None
    optimizer: str | dict[str, Any] = "adamw"
    learning_rate: float | str | None = None
    schedule: str = "one-cycle"
    batch_size: int | None = None
    epochs: int | None = None
    patience: int | None = None
    averaging: float = 0.05
    monitor: str | None = None
    class_weight: str = "none"
    weight_decay: float = 0.01
    l1: float = 0.0
    l2: float = 0.0
    max_norm: float = 0.0
    clip_global_norm: float = 0.0
    ensemble: int = 1
    baselines: tuple[str, ...] | None = None
    baseline_seconds: float = 10.0
    learning_curve: bool | None = None
    report: bool = True
    language: str = ENGLISH
    backend: str = DEFAULT_BACKEND
    threads: int = 0
    memory: float | None = None

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
            changes[name] = coerced(name, value, hints[name], source)
        return replace(self, **changes)

    def to_toml(self) -> str:
        """Return the options as TOML.

        Those that are None are left out, and those that build a network where it was the user's.
        """
        import tomli_w

        return tomli_w.dumps(self._told())

    def settings(self) -> dict[str, Any]:
        """Return what is trained on what, as plain JSON: the options that make a difference."""
        return {name: value for name, value in self._told().items() if name not in INDIFFERENT}

    def _told(self) -> dict[str, Any]:
        passed_over = NETWORK_OPTIONS if self.network == OWN else ()
        return {
            name: value
            for name, value in asdict(self).items()
            if value is not None and name not in passed_over
        }

    def differences(self, other: Configuration) -> list[str]:
        """Return a sentence for each option that another configuration has otherwise.

        Where the data lie is passed over: what they are is compared by their fingerprint. So is
        what no weight depends on: threads, memory, and what is made of the finished run.
        """
        names = [option.name for option in fields(self) if option.name not in INDIFFERENT]
        pairs = {name: (getattr(self, name), getattr(other, name)) for name in names}
        return [
            f"{name} was {old!r} and is now {new!r}"
            for name, (old, new) in pairs.items()
            if old != new
        ]


OWN = "own"
NETWORK_OPTIONS = (
    *("number_embedding", "hidden", "activation"),
    *("normalization", "dropout", "ensemble"),
)
"""Options that build the network."""

INDIFFERENT = (
    *("data", "threads", "memory"),
    *("baselines", "baseline_seconds", "learning_curve", "report", "language"),
)
"""Options that do not change what is trained."""


def read_configuration(path: str | Path) -> Configuration:
    """Return the options that stand in a TOML file, on top of the defaults.

    Raises:
        OptionError: the file cannot be read, is no TOML, or has options that are impossible.
    """
    try:
        options = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise OptionError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(f"{path} is no TOML file: {error}") from None
    return Configuration().with_options(options, str(path))


def _check_range(options: Configuration) -> None:
    limits: list[tuple[str, Any, float, float]] = [
        ("seed", options.seed, 0, 2**64 - 1),
        ("threads", options.threads, 0, 4096),
        ("averaging", options.averaging, 0.0, 1.0),
        ("weight_decay", options.weight_decay, 0.0, 1e6),
        ("quantile", options.quantile, 1e-6, 1.0 - 1e-6),
        ("l1", options.l1, 0.0, 1e6),
        ("l2", options.l2, 0.0, 1e6),
        ("max_norm", options.max_norm, 0.0, 1e12),
        ("clip_global_norm", options.clip_global_norm, 0.0, 1e12),
        ("ensemble", options.ensemble, 1, 1000),
        ("baseline_seconds", options.baseline_seconds, 0.0, 1e6),
    ]
    chosen = (
        ("batch_size", options.batch_size, 1, 2**31 - 1),
        ("epochs", options.epochs, 1, 2**40),
        ("patience", options.patience, 0, 2**40),
        ("memory", options.memory, 0.0, 1e6),
        ("skip_lines", options.skip_lines, 0, 1_000_000),
        ("label_smoothing", options.label_smoothing, 0.0, 0.999),
        ("dropout", options.dropout, 0.0, 0.999),
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
    "network": (OWN,),
    "number_embedding": ("periodic", "none"),
    "normalization": ("none", "batch", "layer"),
    "class_weight": ("none", "balanced"),
    "target_scale": ("linear", "log", "log1p"),
    "scaling": (AUTO, *SCALINGS),
    "language": LANGUAGES,
}
"""Options that are one of a few words; others (activation, loss, ..) are checked by their rooms."""


def _check_choices(options: Configuration) -> None:
    for name, choices in CHOICES.items():
        value = getattr(options, name)
        if value is not None and value not in choices:
            raise OptionError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
    for baseline in options.baselines or ():
        if baseline not in BASELINES:
            raise OptionError(f"baselines must be among {', '.join(BASELINES)}, got {baseline!r}")
    if isinstance(options.learning_rate, str) and options.learning_rate != "auto":
        raise OptionError(
            f"learning_rate must be a number or 'auto', got {options.learning_rate!r}"
        )
