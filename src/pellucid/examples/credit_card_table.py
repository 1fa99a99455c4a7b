"""The table of the credit-card example: found, read, or generated in the same form; and encoded.

The form is that of UCI's "default of credit card clients": 23 columns of numbers for each client
(limit, sex, education, marriage, age, and for six months the status of payment, the bill and the
payment), and whether the client defaulted in the next month.
"""

from __future__ import annotations

import csv
import os
from math import isfinite, nan
from pathlib import Path

import numpy as np

from pellucid.backends.base import Array
from pellucid.errors import DataError

FOLDER, FILE = "credit_card_default", "UCI_Credit_Card.csv"
VARIABLE = "PELLUCID_DATA"
MONTHS = (1, 2, 3, 4, 5, 6)
FEATURES = (
    *("LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE"),
    *(f"PAY_{month}" for month in (0, 2, 3, 4, 5, 6)),
    *(f"BILL_AMT{month}" for month in MONTHS),
    *(f"PAY_AMT{month}" for month in MONTHS),
)
TARGET = "default.payment.next.month"
FEWEST_ROWS = 100
GENERATED_ROWS = 9000


def find_file(folder: str | Path | None = None) -> Path | None:
    """Return where the table is, or None.

    Args:
        folder: the only place to look in. If None, the folder that the environment variable
            PELLUCID_DATA names, then `shared/data` beside the working directory or above it.

    Raises:
        DataError: a folder is given, and the table is not there.
    """
    if folder is not None:
        places = [Path(folder)]
    else:
        here = Path.cwd()
        places = [above / "shared" / "data" for above in (here, *here.parents)]
        if named := os.environ.get(VARIABLE):
            places.insert(0, Path(named))
    for place in places:
        for file in (place / FOLDER / FILE, place / FILE):
            if file.is_file():
                return file
    if folder is not None:
        raise DataError(f"'{folder}' has no {FILE}, and no folder {FOLDER} with it")
    return None


def read(file: Path) -> Array:
    """Return the features and the target of each client, (rows, 24), in the order of `FEATURES`.

    Raises:
        DataError: the file lacks a column, has something else than numbers, or too few rows.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            lines = csv.reader(text)
            header = next(lines, [])
            missing = [name for name in (*FEATURES, TARGET) if name not in header]
            if missing:
                raise DataError(f"'{file}' has no column {missing[0]}")
            places = {name: header.index(name) for name in (*FEATURES, TARGET)}
            rows = [
                _numbers(f"'{file}' line {lines.line_num}", line, places) for line in lines if line
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"'{file}' cannot be read as a table: {error}") from None
    if len(rows) < FEWEST_ROWS:
        raise DataError(f"'{file}' has {len(rows)} rows, at least {FEWEST_ROWS} are needed")
    table = np.array(rows)
    if set(np.unique(table[:, -1])) != {0.0, 1.0}:
        raise DataError(f"'{file}': the column {TARGET} must hold both 0 and 1, and nothing else")
    return table


def _numbers(where: str, line: list[str], places: dict[str, int]) -> list[float]:
    """Return the numbers of a line, which is named if it has something else."""
    values = []
    for name, place in places.items():
        cell = line[place] if place < len(line) else ""
        try:
            value = float(cell)
        except ValueError:
            value = nan
        if not isfinite(value):
            raise DataError(f"{where}: the column {name} must hold a number, got {cell!r}")
        values.append(value)
    return values


def generate(rows: int = GENERATED_ROWS) -> Array:
    """Return invented clients in the same form, (rows, 24)."""
    random = np.random.default_rng(3)
    strain = random.normal(0.0, 1.0, rows)
    limit = 10_000 * np.clip(np.exp(random.normal(2.4 - 0.3 * strain, 0.8)).round(), 1, 80)
    person = [
        random.choice([1, 2], rows, p=[0.4, 0.6]),
        random.choice([1, 2, 3, 4], rows, p=[0.35, 0.47, 0.16, 0.02]),
        random.choice([1, 2, 3], rows, p=[0.45, 0.53, 0.02]),
        np.clip(random.gamma(4.0, 4.0, rows) + 20, 21, 75).round(),
    ]
    use = 1 / (1 + np.exp(-random.normal(0.6 * strain - 0.6, 1.3)))
    wander = np.cumsum(random.normal(0.0, 0.2, (rows, 6)), axis=1)
    bills = (limit[:, None] * use[:, None] * np.exp(wander)).round()
    trouble = 0.9 * strain[:, None] + random.normal(0.0, 0.6, (rows, 6))
    status = np.digitize(trouble, [-1.5, -0.7, 1.2, 1.5, 2.4, 3.0]) - 2.0
    shares = np.clip(random.lognormal(-2.4 - 0.5 * strain[:, None], 1.0, (rows, 6)), 0, 1)
    payments = np.where(status > 1, 0.0, bills * shares).round()
    # What one column does depends on others: no sum of single columns can say it all.
    squeezed = (use > 0.6) & (shares[:, 0] < 0.05)
    score = -2.2 + 0.5 * strain + 1.0 * np.clip(status[:, 0], 0, 2) + 1.6 * squeezed
    default = random.random(rows) < 1 / (1 + np.exp(-score))
    return np.column_stack([limit, *person, status, bills, payments, default])


def encode(clients: Array) -> Array:
    """Return what a network and a linear model can use of features (rows, 23).

    Amounts go through a logarithm, codes of categories and the statuses that are no delay (-2, -1)
    get a column each, and bills are also given as shares of the limit.
    """
    limit, sex, education, marriage, age = clients[:, :5].T
    status, bills, payments = clients[:, 5:11], clients[:, 11:17], clients[:, 17:23]
    room = np.maximum(limit, 1.0)
    return np.column_stack(
        [
            np.log(room),
            age,
            sex == 1,
            *(education == code for code in (1, 2, 3)),
            *(marriage == code for code in (1, 2)),
            np.maximum(status, 0.0),
            status == -2,
            status == -1,
            np.sign(bills) * np.log1p(np.abs(bills) / 1000),
            bills / room[:, None],
            np.log1p(np.maximum(payments, 0.0) / 1000),
        ]
    )
