"""Ordered categories: against scikit-learn's ordinal codes, standardised."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

from pellucid.data.encoding import Encoding
from pellucid.data.kinds import parse_told
from pellucid.data.ordered_encoding import OrderedEncoding
from pellucid.data.table import Table
from pellucid.data.understanding import understand
from pellucid.errors import ModelFileError
from tests.data.made_tables import table

LEVELS = ["small", "medium", "large"]


def fit(made: Table, told: str) -> Encoding:
    return Encoding.fit(made, understand(made, told={"s": parse_told(told)}))


def test_agrees_with_scikit_learn() -> None:
    random = np.random.default_rng(0)
    train, rows = (random.choice(LEVELS, size).tolist() for size in (100, 20))
    pipeline = make_pipeline(OrdinalEncoder(categories=[LEVELS]), StandardScaler())
    pipeline.fit(np.array(train, dtype=object)[:, None])
    encoding = fit(table({"s": train}), "ordered:small<medium<large")
    assert encoding.names == ("s",)
    np.testing.assert_allclose(
        encoding.transform(table({"s": rows})),
        pipeline.transform(np.array(rows, dtype=object)[:, None]),
        rtol=1e-6,
    )


def test_what_is_no_level_is_missing_and_counted() -> None:
    encoding = fit(table({"s": ["small", "large", None]}), "ordered:small<medium<large")
    assert encoding.names == ("s", "s is missing")
    rows = table({"s": [None, "huge", "Medium", "large"]})
    assert encoding.transform(rows).tolist() == [[0, 1], [0, 1], [0, 0], [1, 0]]
    assert encoding.unseen(rows) == {"s": 1}


def test_numbers_in_order() -> None:
    encoding = fit(table({"s": [10, 1000, 30]}), "ordered")
    places = encoding.transform(table({"s": [10, 30, 1000, 31]}))[:, 0]
    np.testing.assert_allclose(places, [-np.sqrt(1.5), 0, np.sqrt(1.5), 0], rtol=1e-6)
    # A file may spell them as words.
    again = encoding.transform(table({"s": ["10", "30", "1000", "x"]}))[:, 0]
    np.testing.assert_array_equal(again, places)


@pytest.mark.parametrize("change", [{"levels": []}, {"scale": -1.0}, {"storage": 3}])
def test_impossible_descriptions(change: dict[str, Any]) -> None:
    encoding = fit(table({"s": ["small", "large"]}), "ordered:small<large")
    good = encoding.columns[0].description()
    assert OrderedEncoding.from_description(good) == encoding.columns[0]
    with pytest.raises(ModelFileError, match="model file"):
        OrderedEncoding.from_description(good | change)
