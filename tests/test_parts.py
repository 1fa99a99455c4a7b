"""Tests of checking, describing and finding parts made of plain options."""

from __future__ import annotations

import doctest
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from pellucid import parts
from pellucid.errors import OptionError
from pellucid.parts import (
    find_named,
    make_part,
    options_of,
    require_kind,
    require_number,
    require_whole,
    split_configuration,
)


@dataclass(frozen=True)
class Kettle:
    """A part to test with."""

    litres: Any
    cups: Any = 2
    label: Any = "blue"

    def __post_init__(self) -> None:
        require_number(self, "litres", above=0.0, at_most=3.0)
        require_whole(self, "cups", at_least=1)
        require_kind(self, "label", str | None, "a text or None")


def test_examples() -> None:
    assert doctest.testmod(parts).failed == 0


def test_numbers_become_plain_python() -> None:
    kettle = Kettle(np.float32(1.5), np.int64(3))
    assert (type(kettle.litres), type(kettle.cups)) == (float, int)
    assert options_of(kettle) == {"litres": 1.5, "cups": 3, "label": "blue"}
    assert type(Kettle(1).litres) is float


@pytest.mark.parametrize("value", [0, 3.5, -1.0, float("nan"), float("inf"), "1", None, True])
def test_numbers_out_of_range(value: object) -> None:
    with pytest.raises(OptionError) as caught:
        Kettle(value)
    wanted = f"Kettle needs litres to be a number above 0 and at most 3, got {value!r}"
    assert str(caught.value) == wanted


@pytest.mark.parametrize("value", [0, 2.0, "2", None, True])
def test_whole_numbers_out_of_range(value: object) -> None:
    with pytest.raises(OptionError) as caught:
        Kettle(1, value)
    wanted = f"Kettle needs cups to be a whole number of at least 1, got {value!r}"
    assert str(caught.value) == wanted


def test_other_kinds() -> None:
    with pytest.raises(OptionError, match=r"^Kettle needs label to be a text or None, got 3$"):
        Kettle(1, 2, 3)


def test_names_are_found_however_they_are_spelled() -> None:
    known = {"one-cycle": 1, "he_normal": 2}
    assert find_named("thing", "One_Cycle", known) == 1
    assert find_named("thing", " he-normal", known) == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("adm", "there is no optimizer 'adm': did you mean 'adam'? Use one of adam, sgd"),
        ("xyz", "there is no optimizer 'xyz': use one of adam, sgd"),
        (3, "there is no optimizer 3: use one of adam, sgd"),
        ("", "there is no optimizer '': use one of adam, sgd"),
    ],
)
def test_names_that_are_not_known(name: object, text: str) -> None:
    with pytest.raises(OptionError) as caught:
        find_named("optimizer", name, {"adam": 1, "sgd": 2})
    assert str(caught.value) == text


def test_a_configuration_without_a_name() -> None:
    with pytest.raises(OptionError) as caught:
        split_configuration("kettle", {"litres": 1})
    text = "the configuration of the kettle needs 'kettle', its name, got {'litres': 1}"
    assert str(caught.value) == text


def test_a_part_is_made_of_its_options() -> None:
    assert make_part(Kettle, "the kettle", {"litres": 1, "cups": 4}) == Kettle(1, 4)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"litre": 1},
            "the kettle has no option 'litre': its options are litres, cups, label",
        ),
        ({"cups": 1}, "the kettle needs the option 'litres'"),
    ],
)
def test_options_that_do_not_fit(options: dict[str, Any], text: str) -> None:
    with pytest.raises(OptionError) as caught:
        make_part(Kettle, "the kettle", options)
    assert str(caught.value) == text


def test_a_part_without_options() -> None:
    @dataclass(frozen=True)
    class Bare:
        """A part that has none."""

    with pytest.raises(OptionError, match=r"^the bare one has no option 'x': it has none$"):
        make_part(Bare, "the bare one", {"x": 1})
