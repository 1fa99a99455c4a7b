"""What the options say of how a table is to be read and prepared, as the room `data` takes it."""

from __future__ import annotations

from pellucid.data.kinds import Told, parse_told
from pellucid.data.prepared import Preparing
from pellucid.data.reading import Reading
from pellucid.data.split_choice import parse_splitting
from pellucid.errors import OptionError
from pellucid.fitting.configuration import Configuration


def preparing_of(options: Configuration, *, embedding: bool = True) -> Preparing:
    """Return how a table is to be prepared, as options say it.

    `embedding` says whether the network can look up codes of categories.

    Raises:
        OptionError: an option says what cannot be.
    """
    return Preparing(
        task=options.task,
        positive=options.positive,
        log=None if options.target_scale == "linear" else options.target_scale,
        told={name: _told(name, text) for name, text in options.columns.items()},
        drop=options.drop,
        keep=options.keep,
        splitting=parse_splitting(options.split),
        scaling=options.scaling,
        embedding=embedding,
        seed=options.seed,
    )


def reading_of(options: Configuration) -> Reading:
    """Return how files are to be read, as options say it."""
    names = ("separator", "decimal", "header", "skip_lines", "encoding", "missing", "query")
    return Reading(**{name: getattr(options, name) for name in names})


def _told(name: str, text: str) -> Told:
    try:
        return parse_told(text)
    except OptionError as error:
        raise OptionError(f"--column {name}={text}: {error}") from None
