"""Forms for classical methods: what they hold, and that scikit-learn learns from them."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from pellucid.data.kinds import parse_told
from pellucid.data.understanding import understand
from pellucid.data.views import MOST_TREE_CATEGORIES, Views
from pellucid.errors import DataError
from tests.data.made_tables import table


def test_numbers_and_words() -> None:
    made = table(
        {
            "x": [1.0, None, 3.0, 5.0],
            "t": ["b", "a", None, "b"],
            "truth": ["yes", None, "no", "no"],
            "size": ["S", "L", "M", None],
            "gone": [1, 1, 1, 1],
        }
    )
    entries = understand(made, told={"size": parse_told("ordered:S<M<L")})
    views = Views.fit(made, entries)
    numbers, categorical = views.tree_view(made)
    nan = np.nan
    np.testing.assert_array_equal(
        numbers, [[1, 0, 1, 0], [nan, 1, nan, 2], [3, nan, 0, 1], [5, 0, 0, nan]]
    )
    assert numbers.dtype == np.float64
    assert categorical.tolist() == [False, True, False, False]
    assert views.tree_sources == ("x", "t", "truth", "size")
    other = table({"size": ["XL"], "truth": ["maybe"], "t": ["new"], "x": [1e300]})
    np.testing.assert_array_equal(views.tree_view(other)[0], [[1e300, 2, nan, nan]])
    linear = views.linear_view(made)
    assert linear.shape == (4, len(views.linear_names)) == (4, 9)
    np.testing.assert_allclose(linear[:, 0], [-np.sqrt(1.5), 0, 0, np.sqrt(1.5)], rtol=1e-6)


def test_dates() -> None:
    days = [datetime(2020, 1, 1) + timedelta(days=i) for i in range(400)]
    views = Views.fit(table({"d": days}))
    numbers, _ = views.tree_view(table({"d": [datetime(2020, 1, 6, 12), None]}))
    seconds = (datetime(2020, 1, 6, 12) - datetime(1970, 1, 1)).total_seconds()
    np.testing.assert_allclose(numbers[0], [seconds, 5 / 366, 0, 0.5])
    assert np.isnan(numbers[1]).all()
    assert views.tree_sources == ("d",) * 4
    assert views.linear_view(table({"d": days})).shape == (400, 3 + 7)


@pytest.mark.parametrize("seed", range(2))
def test_scikit_learn_takes_them(seed: int) -> None:
    random = np.random.default_rng(seed)
    print("seed", seed)
    codes = random.integers(0, 400, 6000)
    values = random.normal(size=6000)
    made = table(
        {
            "code": [f"w{code}" for code in codes],
            "few": [["a", "b", None][code % 3] for code in codes],
            "x": np.where(random.random(6000) < 0.1, np.nan, values),
        }
    )
    truth = (codes % 3 == 0) ^ (values > 1.5)
    train, test = np.arange(4000), np.arange(4000, 6000)
    views = Views.fit(made.take(train))
    numbers, categorical = views.tree_view(made)
    assert np.nanmax(numbers[:, 0]) == MOST_TREE_CATEGORIES
    boosting = HistGradientBoostingClassifier(categorical_features=categorical, random_state=0)
    linear = views.linear_view(made)
    assert linear.dtype == np.float32
    # OpenMP's threads wait for each other for minutes where others use the processors.
    with threadpool_limits(1):
        boosting.fit(numbers[train], truth[train])
        assert boosting.score(numbers[test], truth[test]) > 0.95
        regression = LogisticRegression(max_iter=500).fit(linear[train], truth[train])
        assert regression.score(linear[test], truth[test]) > 0.9


def test_nothing_to_learn_from() -> None:
    with pytest.raises(DataError, match="has no column to learn from"):
        Views.fit(table({"a": [1, 1]}))
