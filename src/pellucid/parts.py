"""Parts made of plain options: checked, described as plain JSON, found by name and made again.

A part is a frozen dataclass with a name, such as an initializer or a schedule. Receives what a user
wrote, a name or a mapping from a configuration file; gives the part, or an error that lists what
there is and proposes the closest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from difflib import get_close_matches
from math import isfinite
from numbers import Integral, Real
from types import UnionType
from typing import Any, NoReturn, TypeVar, cast

import numpy as np

from pellucid.errors import OptionError

Kind = TypeVar("Kind")


def require_number(
    part: object,
    *options: str,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
) -> None:
    """Make options of a part finite floats, or refuse them; for use in `__post_init__`.

    Raises:
        OptionError: one is no finite number, or outside the range.
    """
    for option in options:
        value = getattr(part, option)
        number = isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)
        if not (
            number
            and (above is None or value > above)
            and (at_least is None or value >= at_least)
            and (below is None or value < below)
            and (at_most is None or value <= at_most)
        ):
            bounds = {"above": above, "of at least": at_least, "below": below, "at most": at_most}
            given = " and ".join(f"{word} {b:g}" for word, b in bounds.items() if b is not None)
            wanted = f"a number {given}" if given else "a finite number"
            _refuse(part, option, wanted, value)
        object.__setattr__(part, option, float(value))


def require_whole(part: object, *options: str, at_least: int) -> None:
    """Make options of a part whole numbers of at least some size, or refuse them.

    Raises:
        OptionError: one is no whole number, or too small.
    """
    for option in options:
        value = getattr(part, option)
        whole = whole_numbers([value], at_least)
        if whole is None:
            _refuse(part, option, f"a whole number of at least {at_least}", value)
        object.__setattr__(part, option, whole[0])


def require_kind(part: object, option: str, kind: type | UnionType, wanted: str) -> None:
    """Refuse an option that is not of a Python type.

    Raises:
        OptionError: it is not.
    """
    value = getattr(part, option)
    if not isinstance(value, kind):
        _refuse(part, option, wanted, value)


def whole_numbers(values: object, at_least: int) -> list[int] | None:
    """Return a list, tuple or array of whole numbers as a list; None if it is none of these.

    Example:
        >>> whole_numbers((2, 0), at_least=0), whole_numbers((2, 0), at_least=1)
        ([2, 0], None)
    """
    if isinstance(values, np.ndarray) and values.ndim == 1:
        values = list(values)
    if not isinstance(values, Sequence) or isinstance(values, str):
        return None
    for value in values:
        if not isinstance(value, Integral) or isinstance(value, bool) or value < at_least:
            return None
    return [int(value) for value in values]


def _refuse(part: object, option: str, wanted: str, value: object) -> NoReturn:
    raise OptionError(f"{type(part).__name__} needs {option} to be {wanted}, got {value!r}")


def options_of(part: Any) -> dict[str, Any]:
    """Return the options that a part was made with, as plain JSON.

    Parts among them are described by their own `configuration`.
    """
    return {field.name: _plain(getattr(part, field.name)) for field in fields(part)}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | float | str | None) else value.configuration()


def find_named(what: str, name: object, known: Mapping[str, Kind]) -> Kind:
    """Return what `name` stands for; upper case, and "-" for "_", make no difference.

    Args:
        what: the kind of thing, for the message, such as "optimizer".
        name: what the user wrote.
        known: everything there is.

    Raises:
        OptionError: there is none of that name; lists those there are, the closest one first.

    Example:
        >>> find_named("number", "One", {"one": 1, "two": 2})
        1
    """
    spelled = {_same(key): key for key in known}
    wanted = _same(name) if isinstance(name, str) else ""
    if wanted in spelled:
        return known[spelled[wanted]]
    close = get_close_matches(wanted, spelled, n=1)
    hint = f"did you mean {spelled[close[0]]!r}? Use" if close else "use"
    raise OptionError(f"there is no {what} {name!r}: {hint} one of {', '.join(known)}")


def named_as(what: str, name: object, known: Mapping[str, Any]) -> str:
    """Return how a name is spelled in a table, as `find_named` finds it.

    Raises:
        OptionError: there is none of that name.

    Example:
        >>> named_as("number", "ONE", {"one": 1})
        'one'
    """
    find_named(what, name, known)
    return next(key for key in known if _same(key) == _same(str(name)))


def _same(name: str) -> str:
    return name.strip().lower().replace("-", "_")


def split_configuration(what: str, configuration: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the name in a configuration, and the options beside it.

    Raises:
        OptionError: it has no name.

    Example:
        >>> split_configuration("schedule", {"schedule": "step", "rate": 0.1})
        ('step', {'rate': 0.1})
    """
    if what not in configuration:
        raise OptionError(
            f"the configuration of the {what} needs {what!r}, its name, got {dict(configuration)!r}"
        )
    options = {key: value for key, value in configuration.items() if key != what}
    return configuration[what], options


def make_part(kind: type[Kind], title: str, options: Mapping[str, Any]) -> Kind:
    """Return the part of that kind with those options.

    Raises:
        OptionError: an option is unknown, or one without a default is missing.
    """
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    check_options(title, options, known)
    for name, field in known.items():
        without_default = field.default is MISSING and field.default_factory is MISSING
        if without_default and name not in options:
            raise OptionError(f"{title} needs the option {name!r}")
    return kind(**options)


def check_options(title: str, options: Iterable[str], known: Iterable[str]) -> None:
    """Refuse options that are not known.

    Raises:
        OptionError: one is not; lists those there are.
    """
    names = list(known)
    for option in options:
        if option not in names:
            rest = f"its options are {', '.join(names)}" if names else "it has none"
            raise OptionError(f"{title} has no option {option!r}: {rest}")


def part_from(what: str, value: object, base: type, known: Mapping[str, type[Kind]]) -> Kind:
    """Return a part from what a user wrote: the part itself, its name, or its configuration.

    Args:
        what: the kind of thing, for messages and as the key of the name, such as "loss".
        value: what the user wrote.
        base: the class of the parts.
        known: every part by name.

    Raises:
        OptionError: there is no such part or option.
    """
    if isinstance(value, base):
        return cast(Kind, value)
    if isinstance(value, str):
        value = {what: value}
    if not isinstance(value, Mapping):
        article = "an" if what[0] in "aeiou" else "a"
        raise OptionError(
            f"{article} {what} is {article} {base.__name__}, a configuration or a name "
            f"({', '.join(known)}), got {value!r}"
        )
    name, options = split_configuration(what, value)
    spelled = named_as(what, name, known)
    return make_part(known[spelled], f"the {what} {spelled!r}", options)
