"""Runs the examples in the docstrings of the special kernels."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import pellucid.backends.native.special as special

MODULES = sorted(module.name for module in pkgutil.iter_modules(special.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(f"{special.__name__}.{name}")
    assert doctest.testmod(module).failed == 0
