"""What is found out about real tables: nothing is told, and each is to be read rightly."""

from __future__ import annotations

import pytest

from pellucid.data.sources import load_table
from pellucid.data.storage import Storage
from tests.shared_data import shared_data

UCI = "uci_regression_splits"

# File, rows, columns, separator, header, and numbers, times, words, missing values.
TABLES = [
    ("abalone/abalone.csv", 4177, 9, ",", False, 8, 0, 1, 0),
    ("adult/adult-test.csv", 16281, 15, ",", False, 6, 0, 9, 2203),
    ("adult/adult-train.csv", 32561, 15, ",", False, 6, 0, 9, 4262),
    ("airfoil/airfoil_self_noise.dat", 1503, 6, "\t", True, 6, 0, 0, 0),
    ("airline_passengers/airline-passengers.csv", 144, 2, ",", True, 1, 1, 0, 0),
    ("auto_mpg/mpg.csv", 398, 9, ",", True, 7, 0, 2, 6),
    ("bank_churn/Churn_Modelling.csv", 10000, 14, ",", True, 11, 0, 3, 0),
    ("beijing_pm25/pollution.csv.gz", 43824, 13, ",", True, 12, 0, 1, 2067),
    ("bike_sharing/hour.csv", 17379, 17, ",", True, 16, 1, 0, 0),
    ("boston_housing/housing.data", 506, 14, " ", False, 14, 0, 0, 0),
    ("california_housing/housing.csv", 20640, 10, ",", True, 9, 0, 1, 207),
    ("concrete/Concrete_Data.csv", 1030, 9, ",", True, 9, 0, 0, 0),
    ("covertype_15k/covertype_15k.csv.gz", 15120, 56, ",", True, 56, 0, 0, 0),
    ("credit_card_default/UCI_Credit_Card.csv", 30000, 25, ",", True, 25, 0, 0, 0),
    ("diamonds/diamonds.csv.gz", 53940, 10, ",", True, 7, 0, 3, 0),
    ("energy_efficiency/ENB2012_data.csv", 768, 10, ",", True, 10, 0, 0, 0),
    ("german_credit/german.csv", 1000, 21, ",", False, 8, 0, 13, 0),
    ("horse_colic/horse-colic.csv", 300, 28, ",", False, 25, 0, 3, 1605),
    ("iris/iris.csv", 150, 5, ",", True, 4, 0, 1, 0),
    ("letter_recognition/letter-recognition.csv", 20000, 17, ",", True, 16, 0, 1, 0),
    ("optdigits/optdigits.tra", 3823, 65, ",", True, 65, 0, 0, 0),
    ("penguins/penguins.csv", 344, 7, ",", True, 4, 0, 3, 19),
    ("phoneme/phoneme.csv", 5404, 6, ",", False, 6, 0, 0, 0),
    ("spambase/spam.data", 4601, 58, " ", False, 58, 0, 0, 0),
    ("sunspots_monthly/monthly-sunspots.csv", 2820, 2, ",", True, 1, 1, 0, 0),
    ("titanic/titanic.csv", 891, 15, ",", True, 6, 0, 9, 869),
    ("usps/zip.train.gz", 7291, 257, " ", False, 257, 0, 0, 0),
    ("wine_quality/winequality-white.csv", 4898, 12, ",", False, 12, 0, 0, 0),
    (f"{UCI}/concrete/data.txt", 1030, 9, "\t", False, 9, 0, 0, 0),
    (f"{UCI}/energy/data.txt", 768, 9, "\t", False, 9, 0, 0, 0),
    (f"{UCI}/kin8nm/data.txt.gz", 8192, 9, " ", False, 9, 0, 0, 0),
    (f"{UCI}/naval-propulsion-plant/data.txt.gz", 11934, 18, " ", False, 18, 0, 0, 0),
    (f"{UCI}/yacht/data.txt", 308, 7, " ", False, 7, 0, 0, 0),
]


@pytest.mark.parametrize(
    ("name", "rows", "width", "separator", "header", "numbers", "times", "words", "missing"),
    TABLES,
    ids=[row[0] for row in TABLES],
)
def test_a_table(
    name: str,
    rows: int,
    width: int,
    separator: str,
    header: bool,
    numbers: int,
    times: int,
    words: int,
    missing: int,
) -> None:
    table, _ = load_table(shared_data(name))
    assert (len(table), len(table.names)) == (rows, width)
    assert (table.understood["separator"], table.understood["header"]) == (separator, header)
    held = list(table.storages.values())
    assert tuple(map(held.count, Storage)) == (numbers, times, words)
    assert sum(int(column.missing().sum()) for column in table.columns) == missing


def test_the_dates_of_bike_sharing_are_day_first() -> None:
    days = load_table(shared_data("bike_sharing/hour.csv"))[0]["dteday"].texts()
    assert (days[0], days[-1]) == ("2011-01-01", "2012-12-31")


def test_blanks_around_the_words_of_adult_are_gone() -> None:
    table, target = load_table(shared_data("adult/adult-train.csv"), -1)
    assert target == "column_15"
    assert table["column_15"].words == ("<=50K", ">50K")
