"""What a column is taken for: its kind, found in the training rows or told by the user.

Receives what the user wrote of a column, as `--column size=ordered:small<medium<large`; gives a
`Told`. What was found of a column is an `Understood`. How values are held is their storage.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pellucid.data.table import did_you_mean, name_list
from pellucid.errors import OptionError
from pellucid.language import Sentence

__all__ = ["Kind", "Told", "Understood", "parse_told"]


class Kind(StrEnum):
    """What a column is taken for.

    >>> Kind("number").is_used, Kind.TEXT.is_used
    (True, False)
    """

    NUMBER = "number"
    """A quantity."""

    BOOLEAN = "boolean"
    """Two values, no and yes."""

    CATEGORY = "category"
    """Values without an order."""

    ORDERED = "ordered"
    """Values with an order; only where the user says so."""

    DATE = "date"
    """A date or a time."""

    IDENTIFIER = "identifier"
    """Names or numbers of the rows; left out of the network."""

    CONSTANT = "constant"
    """One value in all training rows, or none; left out of the network."""

    TEXT = "text"
    """Free text; left out of the network."""

    @property
    def is_used(self) -> bool:
        """Whether the network gets columns of this kind."""
        return self not in (Kind.IDENTIFIER, Kind.CONSTANT, Kind.TEXT)


@dataclass(frozen=True)
class Told:
    """What the user says of a column: its kind, and for an ordered one the levels, low to high."""

    kind: Kind
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understood:
    """What a column is taken for.

    `reason` says why it is left out of the network; None where it is used. `hint` points out what
    the user may know better. `levels` are the values of an ordered column from low to high, and
    of a boolean one no and yes.
    """

    name: str
    kind: Kind
    reason: Sentence | None = None
    told: bool = False
    levels: tuple[str, ...] = ()
    hint: Sentence | None = None


def parse_told(text: str) -> Told:
    """What the user wrote of a column: a kind, and after 'ordered:' its levels, low to high.

    Raises OptionError for a kind that there is not, and for fewer than two levels or equal ones.

    >>> parse_told("ordered: small < medium < large").levels
    ('small', 'medium', 'large')
    """
    word, colon, rest = text.partition(":")
    word = word.strip().lower()
    kinds = [kind.value for kind in Kind if kind is not Kind.CONSTANT]
    if word not in kinds:
        raise OptionError(
            f"a column cannot be taken for {word!r}{did_you_mean(word, kinds)}: "
            f"the kinds are {name_list(kinds)}"
        )
    if not colon:
        return Told(Kind(word))
    if word != Kind.ORDERED:
        raise OptionError(
            f"{text!r}: only an ordered column has levels, as in ordered:small<medium<large"
        )
    levels = tuple(level.strip() for level in rest.split("<"))
    if len(levels) < 2 or "" in levels:
        raise OptionError(
            f"{text!r}: at least two levels are needed, from low to high, as in "
            "ordered:small<medium<large"
        )
    folded = [level.casefold() for level in levels]
    repeated = [level for level in levels if folded.count(level.casefold()) > 1]
    if repeated:
        raise OptionError(f"{text!r}: the level {repeated[0]!r} stands there more than once")
    return Told(Kind.ORDERED, levels)
