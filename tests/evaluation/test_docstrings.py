"""Runs the examples in the docstrings of the room."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import pellucid.evaluation

MODULES = sorted(module.name for module in pkgutil.iter_modules(pellucid.evaluation.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(f"pellucid.evaluation.{name}")
    assert doctest.testmod(module).failed == 0
