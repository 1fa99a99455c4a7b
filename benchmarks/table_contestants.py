"""Who takes part in `tables.py`: each fits a frame at its defaults and predicts another.

Receives training and test rows as frames, with missing values and texts as they are; gives class
probabilities or numbers. What a peer cannot take (missing values, texts) is prepared as its
documentation does: numbers imputed and standardised, categories one-hot. All of it counts as its
time. Libraries are loaded when a contestant is first called, by a warm-up that is not timed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Array = np.ndarray[Any, Any]

Contestant = Callable[["pd.DataFrame", "Array", "pd.DataFrame", "Array | None", int], "Array"]
"""From training features, their targets (class numbers, or floats), test features, the numbers of
the classes (None for numbers), and a seed to probabilities (rows, classes), or numbers (rows,)."""


def pellucid_with(options: dict[str, Any]) -> Contestant:
    """Return pellucid through its public function, with options beside its defaults."""

    def predict(
        train: pd.DataFrame, y: Array, test: pd.DataFrame, classes: Array | None, seed: int
    ) -> Array:
        import numpy as np

        import pellucid

        name = "what is predicted"
        labels = y if classes is None else np.array([f"class {k}" for k in y])
        rows = train.assign(**{name: labels})
        task = "regression" if classes is None else "classification"
        run = pellucid.fit(rows, name, test=0.0, task=task, seed=seed, **options)
        found = run.predictions(test)
        if classes is None:
            return np.asarray(found.values, float)
        assert found.probabilities is not None
        order = [found.classes.index(f"class {k}") for k in classes]
        return found.probabilities[:, order]

    return predict


def scikit_learn(kind: str) -> Contestant:
    """Return a contestant of scikit-learn's: "mlp", "hgb" or "linear"."""

    def predict(
        train: pd.DataFrame, y: Array, test: pd.DataFrame, classes: Array | None, seed: int
    ) -> Array:
        model = _estimator(kind, train, classes is not None, seed)
        with warnings.catch_warnings():
            # Default settings reach their number of iterations, which they may.
            warnings.simplefilter("ignore")
            model.fit(train, y)
            found: Array = model.predict(test) if classes is None else model.predict_proba(test)
        return found

    return predict


def _estimator(kind: str, train: pd.DataFrame, classify: bool, seed: int) -> Any:
    from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

    texts = [name for name in train.columns if train[name].dtype == object]
    numbers = [name for name in train.columns if name not in texts]
    if kind == "hgb":
        codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=float("nan"))
        kinds = ColumnTransformer([("texts", codes, texts)], remainder="passthrough")
        boosting = HistGradientBoostingClassifier if classify else HistGradientBoostingRegressor
        return make_pipeline(
            kinds, boosting(categorical_features=list(range(len(texts))), random_state=seed)
        )
    standard = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encoding = ColumnTransformer([("numbers", standard, numbers), ("texts", one_hot, texts)])
    if kind == "linear":
        return make_pipeline(encoding, LogisticRegression(max_iter=1000) if classify else Ridge())
    if classify:
        return make_pipeline(encoding, MLPClassifier(random_state=seed))
    network = TransformedTargetRegressor(
        MLPRegressor(random_state=seed), transformer=StandardScaler()
    )
    return make_pipeline(encoding, network)


def pytabkit(kind: str, threads: int) -> Contestant:
    """Return RealMLP ("realmlp") or TabM ("tabm") at their defaults, as pytabkit has them."""

    def predict(
        train: pd.DataFrame, y: Array, test: pd.DataFrame, classes: Array | None, seed: int
    ) -> Array:
        import logging

        import numpy as np
        import pytabkit
        import torch

        torch.set_num_threads(threads)
        logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
        ready, ready_test = _without_missing(train, test)
        task = "Regressor" if classes is None else "Classifier"
        name = {"realmlp": "RealMLP_TD", "tabm": "TabM_D"}[kind]
        model = getattr(pytabkit, f"{name}_{task}")(
            device="cpu", random_state=seed, n_threads=threads
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(ready, y)
            found = (
                model.predict(ready_test) if classes is None else model.predict_proba(ready_test)
            )
        return np.asarray(found, float)

    return predict


def _without_missing(train: pd.DataFrame, test: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return frames with medians for missing numbers beside a mark, and texts as categories."""
    train, test = train.copy(), test.copy()
    for name in list(train.columns):
        for frame in (train, test):
            if frame[name].dtype == object:
                frame[name] = frame[name].fillna("missing").astype("category")
        if train[name].dtype.name != "category" and train[name].isna().any():
            middle = train[name].median()
            for frame in (train, test):
                frame[f"{name} is missing"] = frame[name].isna().astype(float)
                frame[name] = frame[name].fillna(middle)
        elif train[name].dtype.name != "category":
            test[name] = test[name].fillna(train[name].median())
    return train, test


def find_contestants(names: list[str], variants: list[str], threads: int) -> dict[str, Contestant]:
    """Return who takes part by name; says who is not installed.

    Args:
        names: of "pellucid", "mlp", "hgb", "linear", "realmlp" and "tabm".
        variants: options of further pellucids, such as "members=8,dropout=0.2".
        threads: for each.
    """
    everyone = {
        "pellucid": pellucid_with({}),
        **{kind: scikit_learn(kind) for kind in ("mlp", "hgb", "linear")},
        **{kind: pytabkit(kind, threads) for kind in ("realmlp", "tabm")},
    }
    found = {}
    for name in names:
        if name not in everyone:
            raise SystemExit(f"there is no contestant {name!r}: use some of {', '.join(everyone)}")
        if name in ("realmlp", "tabm") and find_spec("pytabkit") is None:
            print(f"{name} is left out: pytabkit is not installed")
        else:
            found[name] = everyone[name]
    for variant in variants:
        found[f"pellucid {variant}"] = pellucid_with(_options(variant))
    return found


def _options(text: str) -> dict[str, Any]:
    """Return "members=8,activation=relu" as {"members": 8, "activation": "relu"}."""
    import ast

    options: dict[str, Any] = {}
    for pair in text.split(","):
        name, _, value = pair.partition("=")
        try:
            options[name.strip()] = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError):
            options[name.strip()] = value.strip()
    return options
