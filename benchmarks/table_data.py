"""The tables that `tables.py` judges on: files of the folder of data sets as pandas frames.

What gives the target away, and what only numbers the rows, is left out here, as the folder's
README.md says it. Nothing else is prepared: missing values stay missing, texts stay texts.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
ADULT = (
    "age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,"
    "sex,capital_gain,capital_loss,hours_per_week,native_country,income"
)


@dataclass(frozen=True)
class Source:
    """Where a table is, and what is predicted in it.

    Attributes:
        read: from the folder of data sets to the frame.
        target: the column that is predicted.
        classes: whether it holds classes; numbers otherwise.
        drop: columns that are left out.
    """

    read: Callable[[Path], pd.DataFrame]
    target: str
    classes: bool
    drop: tuple[str, ...] = ()


def data_folder() -> Path:
    """Return the folder of the data sets: PELLUCID_DATA, else ../shared/data."""
    return Path(os.environ.get("PELLUCID_DATA", ROOT.parent / "shared" / "data"))


def _file(path: str, **options: Any) -> Callable[[Path], pd.DataFrame]:
    return lambda folder: _named(pd.read_csv(folder / path, **options))


def _plain(path: str, **options: Any) -> Callable[[Path], pd.DataFrame]:
    return _file(path, header=None, **options)


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    if isinstance(frame.columns[0], int | np.integer):
        frame.columns = [f"column {number}" for number in range(1, frame.shape[1] + 1)]
    return frame


def _adult(folder: Path) -> pd.DataFrame:
    options: dict[str, Any] = {
        "header": None,
        "names": ADULT.split(","),
        "skipinitialspace": True,
        "na_values": "?",
    }
    first = pd.read_csv(folder / "adult/adult-train.csv", **options)
    second = pd.read_csv(folder / "adult/adult-test.csv", **options)
    frame = pd.concat([first, second], ignore_index=True)
    frame["income"] = frame["income"].str.rstrip(".")
    return frame


def _split(name: str) -> Callable[[Path], pd.DataFrame]:
    def read(folder: Path) -> pd.DataFrame:
        place = folder / "uci_regression_splits" / name
        path = next(p for p in (place / "data.txt", place / "data.txt.gz") if p.exists())
        frame = _named(pd.read_csv(path, sep=r"\s+", header=None))
        features = np.loadtxt(place / "index_features.txt").astype(int)
        target = int(np.loadtxt(place / "index_target.txt"))
        chosen = frame.iloc[:, [*features, target]].copy()
        chosen.columns = [*(f"x{i}" for i in range(1, len(features) + 1)), "y"]
        return chosen

    return read


SOURCES: dict[str, Source] = {
    "abalone": Source(_plain("abalone/abalone.csv"), "column 9", False),
    "adult": Source(_adult, "income", True),
    "airfoil": Source(_file("airfoil/airfoil_self_noise.dat", sep="\t"), "TARGET", False),
    "auto_mpg": Source(_file("auto_mpg/mpg.csv"), "mpg", False, ("name",)),
    "bank_churn": Source(
        _file("bank_churn/Churn_Modelling.csv"),
        "Exited",
        True,
        ("RowNumber", "CustomerId", "Surname"),
    ),
    "bike_sharing": Source(
        _file("bike_sharing/hour.csv"),
        "cnt",
        False,
        ("instant", "dteday", "casual", "registered"),
    ),
    "boston": Source(_split("bostonHousing"), "y", False),
    "california": Source(_file("california_housing/housing.csv"), "median_house_value", False),
    "concrete": Source(_split("concrete"), "y", False),
    "covertype": Source(_file("covertype_15k/covertype_15k.csv.gz"), "Cover_Type", True, ("Id",)),
    "credit_card": Source(
        _file("credit_card_default/UCI_Credit_Card.csv"),
        "default.payment.next.month",
        True,
        ("ID",),
    ),
    "diamonds": Source(_file("diamonds/diamonds.csv.gz"), "price", False),
    "energy": Source(_file("energy_efficiency/ENB2012_data.csv"), "Y1", False, ("Y2",)),
    "german_credit": Source(_plain("german_credit/german.csv"), "column 21", True),
    "horse_colic": Source(
        _plain("horse_colic/horse-colic.csv", na_values="?"), "column 24", True, ("column 3",)
    ),
    "iris": Source(_file("iris/iris.csv"), "species", True),
    "kin8nm": Source(_split("kin8nm"), "y", False),
    "letter": Source(_file("letter_recognition/letter-recognition.csv"), "Letter", True),
    "naval": Source(_split("naval-propulsion-plant"), "y", False),
    "penguins": Source(_file("penguins/penguins.csv"), "species", True),
    "phoneme": Source(_plain("phoneme/phoneme.csv"), "column 6", True),
    "power": Source(_split("power-plant"), "y", False),
    "protein": Source(_split("protein-tertiary-structure"), "y", False),
    "spambase": Source(_plain("spambase/spam.data", sep=" "), "column 58", True),
    "titanic": Source(
        _file("titanic/titanic.csv"),
        "survived",
        True,
        ("alive", "class", "who", "adult_male", "embark_town", "alone"),
    ),
    "wine_red": Source(_plain("wine_quality/winequality-red.csv"), "column 12", False),
    "wine_white": Source(_plain("wine_quality/winequality-white.csv"), "column 12", False),
    "yacht": Source(_split("yacht"), "y", False),
}
"""Every table by name."""


def load(name: str) -> tuple[pd.DataFrame, str, bool]:
    """Return a table: its frame, the name of its target, and whether that holds classes."""
    source = SOURCES[name]
    frame = source.read(data_folder()).drop(columns=list(source.drop))
    frame = frame[frame[source.target].notna()].reset_index(drop=True)
    if source.classes:
        frame[source.target] = frame[source.target].astype(str)
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            texts = frame[column].astype(object)
            frame[column] = texts.where(texts.notna(), None)
    return frame, source.target, source.classes
