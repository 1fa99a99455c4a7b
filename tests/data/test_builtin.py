"""The built-in sets: what is in them, and that the registry says the truth."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn import datasets

from pellucid.data.builtin import BUILTIN, list_builtin, load_builtin
from pellucid.data.storage import Storage
from pellucid.data.target import Target
from pellucid.errors import DataError, OptionError


def test_the_names() -> None:
    from_scikit_learn = ["iris", "wine", "breast-cancer", "digits", "diabetes"]
    points = ["xor", "circles", "moons", "spirals"]
    people_and_curves = ["heights", "class-pass", "sine", "polynomial"]
    assert list(list_builtin()) == from_scikit_learn + points + people_and_curves


@pytest.mark.parametrize("name", BUILTIN)
def test_the_registry_says_the_truth(name: str) -> None:
    table = load_builtin(name)
    builtin = BUILTIN[name]
    size = re.search(r"(\d+) rows, (\d+) features?\)", builtin.description)
    assert size is not None
    assert (len(table), len(table.names) - 1) == (int(size[1]), int(size[2]))
    assert table.names[-1] == builtin.target
    assert table.source == name
    assert Target.infer(table[builtin.target]).task == builtin.task
    assert not any(column.missing().any() for column in table.columns)
    assert all(table[other].storage is Storage.NUMBER for other in table.names[:-1])


@pytest.mark.parametrize(
    ("name", "loader"),
    [("iris", "load_iris"), ("wine", "load_wine"), ("breast-cancer", "load_breast_cancer")],
)
def test_values_and_labels_are_scikit_learns(name: str, loader: str) -> None:
    table = load_builtin(name)
    bunch = getattr(datasets, loader)()
    assert table.names[:-1] == tuple(bunch.feature_names)
    for position, column in enumerate(list(table.columns)[:-1]):
        np.testing.assert_array_equal(column.values, bunch.data[:, position])
    labels = [str(bunch.target_names[code]) for code in bunch.target]
    assert table[table.names[-1]].texts().tolist() == labels


def test_digits_and_diabetes_keep_their_numbers() -> None:
    digits = load_builtin("digits")
    assert Target.infer(digits["digit"]).classes == tuple(range(10))
    diabetes = load_builtin("diabetes")
    np.testing.assert_array_equal(diabetes["progression"].values, datasets.load_diabetes().target)
    assert 19 <= diabetes["age"].values.min() <= diabetes["age"].values.max() <= 79


def test_generated_sets_are_functions_of_the_seed() -> None:
    for name in list(BUILTIN)[5:]:
        first, again, other = (load_builtin(name, seed) for seed in (0, 0, 1))
        for column in first.names:
            np.testing.assert_array_equal(first[column].values, again[column].values)
        assert any(
            first[column].values.tolist() != other[column].values.tolist() for column in first.names
        )


def test_unknown_names_and_seeds() -> None:
    with pytest.raises(DataError, match=r"no built-in set 'iriss' \(did you mean 'iris'\?\)\. The"):
        load_builtin("iriss")
    with pytest.raises(OptionError, match="the seed must be 0 or more, but it is -1"):
        load_builtin("xor", -1)
