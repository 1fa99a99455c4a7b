"""A table of people in many files: what the tests of the command line read and predict on."""

from __future__ import annotations

import csv
import random
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

GRADES = ("low", "mid", "high")
Row = dict[str, Any]


def people(count: int = 120, seed: int = 1) -> list[Row]:
    """Rows whose pay follows from size and grade, and whose likes from size alone."""
    draw = random.Random(seed)
    rows: list[Row] = []
    for number in range(count):
        size, grade = round(draw.uniform(-2, 2), 3), draw.choice(GRADES)
        rows.append(
            {
                "id": f"{number:04}",
                "size": size,
                "grade": grade,
                "day": f"2024-{1 + number % 12:02}-{1 + number % 28:02}",
                "who": f"p{number % 20}",
                "flag": draw.choice(("yes", "no")),
                "area": draw.choice((10, 20, 30)),
                "pay": round(20 + 2 * size + 3 * (grade == "high") + draw.gauss(0, 0.1), 3),
                "age": round(40 + 5 * size + draw.gauss(0, 0.5), 2),
                "likes": "A" if size > 0 else "B",
            }
        )
    return rows


def some(rows: Sequence[Row], *names: str) -> list[Row]:
    """The rows with some of the columns only."""
    return [{name: row[name] for name in names} for row in rows]


def write(
    path: Path,
    rows: Sequence[Row],
    separator: str = ",",
    decimal: str = ".",
    encoding: str = "utf-8",
    header: bool = True,
) -> Path:
    """Write a text file."""
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=separator)
        if header:
            writer.writerow(rows[0])
        for row in rows:
            values = (
                str(v).replace(".", decimal) if isinstance(v, float) else v for v in row.values()
            )
            writer.writerow(values)
    return path


def write_databases(folder: Path, rows: Sequence[Row]) -> None:
    """Write people.sqlite and people.duckdb, each with the table `people` and another."""
    import duckdb

    create = "create table people (size double, grade text, pay double)"
    values = [(row["size"], row["grade"], row["pay"]) for row in rows]
    connection = sqlite3.connect(folder / "people.sqlite")
    with connection:
        connection.execute(create)
        connection.execute("create table other (a int)")
        connection.executemany("insert into people values (?, ?, ?)", values)
    connection.close()
    with duckdb.connect(str(folder / "people.duckdb")) as other:
        other.execute(create.replace("text", "varchar"))
        other.execute("create table other (a int)")
        other.executemany("insert into people values (?, ?, ?)", [list(row) for row in values])
