"""The options of a fit on the command line, and how they become a `Configuration`.

What is not given is None, so that a configuration file can give it; what is given on the command
line wins over the file.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from pellucid.errors import OptionError
from pellucid.fitting.configuration import CHOICES, Configuration, read_configuration

Command = TypeVar("Command", bound=Callable[..., Any])

_DEFAULT = Configuration()


def backend_option(command: Command) -> Command:
    """Put the choice of what runs a trained network on a command."""
    option = click.option(
        "--backend", default=_DEFAULT.backend, show_default=True, help="What runs it."
    )
    return option(command)


Option = Callable[[Any], Any]


def _option(name: str, help_text: str, **settings: Any) -> tuple[str, Option]:
    """Return an option under its name; its default, which `Configuration` knows, is shown."""
    default = getattr(_DEFAULT, name)
    shown = "" if default is None else f" [default: {default}]"
    flag = f"--{name.replace('_', '-')}"
    return name, click.option(flag, name, help=help_text + shown, **settings)


def _text(name: str, help_text: str, metavar: str = "NAME") -> tuple[str, Option]:
    return _option(name, help_text, metavar=metavar)


def _choice(name: str, help_text: str) -> tuple[str, Option]:
    return _option(name, help_text, type=click.Choice(CHOICES[name]))


def _number(name: str, help_text: str, kind: type = int) -> tuple[str, Option]:
    return _option(name, help_text, type=kind, metavar="N" if kind is int else "X")


def _several(name: str, flag: str, help_text: str, metavar: str) -> tuple[str, Option]:
    """Return an option that may be given several times."""
    return name, click.option(flag, name, multiple=True, metavar=metavar, help=help_text)


def _once(name: str, help_text: str, metavar: str) -> tuple[str, Option]:
    """Return an option of which a second one would be taken for an addition to the first."""

    def only(context: Any, option: click.Parameter, given: tuple[str, ...]) -> str | None:
        if len(given) > 1:
            raise OptionError(
                f"{option.opts[0]} is given {len(given)} times ({', '.join(given)}): only one holds"
            )
        return given[0] if given else None

    return _option(name, help_text, metavar=metavar, multiple=True, callback=only)


def _switch(name: str, help_text: str) -> tuple[str, Option]:
    flag = name.replace("_", "-")
    return name, click.option(f"--{flag}/--no-{flag}", name, default=None, help=help_text)


_HIDDEN = click.option(
    "--hidden",
    metavar="N,N,..",
    help="Units of the hidden layers; 'none' for none. "
    f"[default: {','.join(map(str, _DEFAULT.hidden))}]",
)
_CONFIG = click.option(
    "--config", metavar="FILE.toml", help="Options from a file, such as a run's config.toml."
)

OPTIONS: tuple[tuple[str, Option], ...] = (
    _several("target", "--target", "The column to be predicted; several for regression.", "NAME"),
    _choice("task", "What is predicted; found out from the target."),
    _choice("target_scale", "Predict a number itself or its logarithm."),
    _text("positive", "Which of two classes is looked for; the rarer one otherwise.", "LABEL"),
    _several("columns", "--column", "What a column is taken for. [several]", "NAME=KIND"),
    _several("drop", "--drop", "A column that is not used at all. [several]", "NAME"),
    _several("keep", "--keep", "A column carried to the predictions, not used. [several]", "NAME"),
    _several(
        *("missing", "--missing"),
        "A text that means 'no value', everywhere or in one column. [several]",
        "[COLUMN=]VALUE",
    ),
    _text("separator", "What separates fields: a character, tab or space; found out.", "CHARACTER"),
    _text("decimal", "The decimal point, . or ,; found out.", "CHARACTER"),
    _switch("header", "Whether the first line names the columns; found out."),
    _number("skip_lines", "Lines before the table, such as a title; found out."),
    _text("encoding", "Encoding of a text file, such as latin-1; UTF-8 otherwise."),
    _text("query", "A table's name or a SELECT, for SQLite and DuckDB files.", "SQL"),
    _once("split", "How rows are dealt out: random, time:COLUMN or group:COLUMN.", "HOW"),
    _text("validation", "A share of the rows, or a file, to stop on.", "FILE|SHARE"),
    _text("test", "A share of the rows, or a file, to test on.", "FILE|SHARE"),
    _choice("scaling", "How numbers are scaled."),
    _number("seed", "Seed of the split, the weights, the order of rows and dropout."),
    _choice("number_embedding", "Learned functions of each number before the hidden layers."),
    ("hidden", _HIDDEN),
    _text("activation", "Nonlinearity of the hidden layers: relu, tanh, sigmoid, gelu, silu, .."),
    _choice("normalization", "Normalization in the hidden layers."),
    _number("dropout", "Share of hidden units dropped in training.", float),
    _text("loss", "What is lowered, such as hinge or huber; by the task."),
    _number("quantile", "Level of the quantile loss.", float),
    _number("label_smoothing", "Share of a label spread over all classes; by the rows.", float),
    _text("optimizer", "How gradients become updates: sgd, momentum, rmsprop, adam, lion, .."),
    _text("learning_rate", "The rate, or auto to find one; by the optimizer.", "RATE|auto"),
    _text("schedule", "How the rate changes: step, cosine, warm-up, one-cycle, plateau, .."),
    _number("batch_size", "Rows an update; chosen from the number of rows."),
    _number("epochs", "How often all rows are seen, at most; chosen from the number of updates."),
    _number("patience", "Epochs without improvement before stopping; 0 for none. Chosen likewise."),
    _number("averaging", "Share of the updates so far that weights are averaged over.", float),
    _text("monitor", "The scalar that decides on the best epoch.", "SCALAR"),
    _choice("class_weight", "Weights of the classes in the loss."),
    _number("weight_decay", "Decoupled decay of the weights.", float),
    _number("l1", "Penalty on absolute weights.", float),
    _number("l2", "Penalty on squared weights.", float),
    _number("max_norm", "Largest norm of a unit's incoming weights; 0 for none.", float),
    _number("clip_global_norm", "Largest norm of the whole gradient; 0 for none.", float),
    _number("ensemble", "Networks trained in one run; their predictions are averaged."),
    _several("baselines", "--baseline", "What it is compared with: none, constant, ..", "NAME"),
    _number("baseline_seconds", "How long each baseline may take.", float),
    _switch("learning_curve", "Whether fewer rows are tried too; decided by time."),
    _switch("report", "Whether the page is made, with its pictures, importance and slices."),
    _choice("language", "Language of the report and of what is printed."),
    _text("backend", "What runs it."),
    _number("threads", "Number of threads; 0 lets the backend choose."),
    _number("memory", "Gigabytes of memory for columns, before files hold them.", float),
    ("config", _CONFIG),
)
AFTER_THE_RATE = ("learning_rate", "schedule", "epochs", "patience", "averaging", "monitor")
"""What has no meaning before the rate is known."""


def fit_options(command: Command, leave_out: tuple[str, ...] = ()) -> Command:
    """Put the options of a fit on a command, in the order of the list."""
    for name, option in reversed(OPTIONS):
        if name not in leave_out:
            command = option(command)
    return command


def rate_options(command: Command) -> Command:
    """Put those options of a fit on a command that matter before the rate is known."""
    return fit_options(command, AFTER_THE_RATE)


READING = ("separator", "decimal", "header", "skip_lines", "encoding", "missing", "query")


def reading_options(command: Command) -> Command:
    """Put on a command how its file is to be read, which it gets as a `Reading`."""

    @functools.wraps(command)
    def wrapped(**given: Any) -> Any:
        from pellucid.data.reading import Reading

        reading = Reading(**{name: given.pop(name) for name in READING})
        return command(**given, reading=reading)

    for name, option in reversed(OPTIONS):
        if name in READING:
            wrapped = option(wrapped)
    return cast(Command, wrapped)


def read_options(given: dict[str, Any]) -> Configuration:
    """Return the configuration from what was given on the command line.

    Raises:
        OptionError: an option is impossible.
    """
    file = given.pop("config")
    base = Configuration() if file is None else read_configuration(Path(file))
    options = {name: value for name, value in given.items() if value not in (None, ())}
    if "hidden" in options:
        options["hidden"] = _units(options["hidden"])
    if len(options.get("target", ())) == 1:
        (options["target"],) = options["target"]
    if "columns" in options:
        options["columns"] = _by_name(options["columns"])
    if options.get("baselines") == ("none",):
        options["baselines"] = ()
    for part in ("validation", "test"):
        if part in options:
            options[part] = _number_or_text(options[part])
    if "learning_rate" in options:
        options["learning_rate"] = _number_or_text(options["learning_rate"])
    return base.with_options(options, "the command line")


def require_data(data: str | None, options: Configuration) -> str:
    """Return the name of the data: the argument, or what the configuration says.

    Raises:
        OptionError: neither does.
    """
    source = data if data is not None else options.data
    if source is None:
        raise OptionError("name the DATA: a CSV or Parquet file, or a built-in name such as iris")
    return source


def _units(text: str) -> list[int]:
    if text.strip().lower() in ("", "none"):
        return []
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise OptionError(
            f"--hidden must be numbers of units such as 128,64, got {text!r}"
        ) from None


def _by_name(texts: Sequence[str]) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for text in texts:
        name, equals, kind = text.rpartition("=")
        if not equals or not name:
            raise OptionError(f"--column must be NAME=KIND, such as zip=category, got {text!r}")
        if name in kinds:
            raise OptionError(f"--column tells twice what {name!r} is: {kinds[name]} and {kind}")
        kinds[name] = kind
    return kinds


def _number_or_text(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
