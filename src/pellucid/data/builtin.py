"""The data sets that have a name of their own: scikit-learn's small ones and generated ones.

None of them needs a network connection, and each knows its target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from pellucid.data import generated
from pellucid.data.generated import Columns
from pellucid.data.table import Table, did_you_mean, name_list
from pellucid.data.values import column_of
from pellucid.errors import DataError, OptionError

__all__ = ["BUILTIN", "Builtin", "list_builtin", "load_builtin"]


@dataclass(frozen=True)
class Builtin:
    """A named data set: what it is about, its target column, its task, and how to get its columns.

    `columns` takes a seed; a set that is not generated ignores it.
    """

    description: str
    target: str
    task: str
    columns: Callable[[int], Columns]


def load_builtin(name: str, seed: int = 0) -> Table:
    """The built-in set of that name; `seed` draws the generated ones.

    Raises DataError for an unknown name and OptionError for a negative seed.

    >>> load_builtin("heights").names
    ('height', 'label')
    """
    if name not in BUILTIN:
        raise DataError(
            f"there is no built-in set {name!r}{did_you_mean(name, BUILTIN)}. "
            f"The built-in sets are {name_list(BUILTIN)}"
        )
    if seed < 0:
        raise OptionError(f"the seed must be 0 or more, but it is {seed}")
    columns = BUILTIN[name].columns(seed)
    return Table([column_of(key, values, name) for key, values in columns.items()], source=name)


def list_builtin() -> dict[str, str]:
    """The name and description of each built-in set.

    >>> list_builtin()["sine"]
    'a sine wave with noise (generated; 400 rows, 1 feature)'
    """
    return {name: builtin.description for name, builtin in BUILTIN.items()}


def _from_sklearn(loader: str, target: str, **options: Any) -> Callable[[int], Columns]:
    def columns(seed: int) -> Columns:
        from sklearn import datasets

        bunch = getattr(datasets, loader)(**options)
        features = {
            str(name): bunch.data[:, index] for index, name in enumerate(bunch.feature_names)
        }
        labels = bunch.target
        names = bunch.get("target_names")
        # The digits' class names are the numbers themselves, which stay numbers.
        if names is not None and np.asarray(names).dtype.kind == "U":
            labels = np.asarray(names)[labels]
        return {**features, target: labels}

    return columns


BUILTIN: Mapping[str, Builtin] = MappingProxyType(
    {
        "iris": Builtin(
            "three species of iris by the size of their leaves (150 rows, 4 features)",
            "species",
            "classification",
            _from_sklearn("load_iris", "species"),
        ),
        "wine": Builtin(
            "three cultivars of wine by chemical analysis (178 rows, 13 features)",
            "cultivar",
            "classification",
            _from_sklearn("load_wine", "cultivar"),
        ),
        "breast-cancer": Builtin(
            "tumours, malignant or benign, by cell nuclei in an image (569 rows, 30 features)",
            "diagnosis",
            "classification",
            _from_sklearn("load_breast_cancer", "diagnosis"),
        ),
        "digits": Builtin(
            "handwritten digits of 8 x 8 grey pixels (1797 rows, 64 features)",
            "digit",
            "classification",
            _from_sklearn("load_digits", "digit"),
        ),
        "diabetes": Builtin(
            "progression of diabetes after one year (442 rows, 10 features)",
            "progression",
            "regression",
            _from_sklearn("load_diabetes", "progression", scaled=False),
        ),
        "xor": Builtin(
            "exclusive or of two noisy bits (generated; 400 rows, 2 features)",
            "xor",
            "classification",
            generated.xor,
        ),
        "circles": Builtin(
            "two circles, one inside the other (generated; 400 rows, 2 features)",
            "circle",
            "classification",
            generated.circles,
        ),
        "moons": Builtin(
            "two half moons that reach into each other (generated; 400 rows, 2 features)",
            "moon",
            "classification",
            generated.moons,
        ),
        "spirals": Builtin(
            "two spirals around each other (generated; 600 rows, 2 features)",
            "spiral",
            "classification",
            generated.spirals,
        ),
        "heights": Builtin(
            "people's heights in cm, tall from 160 cm on (generated; 300 rows, 1 feature)",
            "label",
            "classification",
            generated.heights,
        ),
        "class-pass": Builtin(
            "will I pass this class? by lectures and hours (generated; 400 rows, 2 features)",
            "result",
            "classification",
            generated.class_pass,
        ),
        "sine": Builtin(
            "a sine wave with noise (generated; 400 rows, 1 feature)",
            "y",
            "regression",
            generated.sine,
        ),
        "polynomial": Builtin(
            "a cubic polynomial with noise (generated; 400 rows, 1 feature)",
            "y",
            "regression",
            generated.polynomial,
        ),
    }
)
