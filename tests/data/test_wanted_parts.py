"""What is wanted for validation and for the test: fractions, tables, or what the rows suggest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid.data.wanted_parts import WantedParts
from pellucid.errors import OptionError

FRAME = pd.DataFrame({"x": [1.0, 2.0]})


@pytest.mark.parametrize("nothing", [None, 0, 0.0, "0"])
def test_no_part(nothing: Any) -> None:
    wanted = WantedParts.of(nothing, nothing)
    assert wanted.fractions(rows=100) == {"validation": 0.0, "test": 0.0}
    assert wanted.tables == {}


@pytest.mark.parametrize("fraction", [0.25, "0.25", np.float32(0.25)])
def test_a_fraction_however_it_is_written(fraction: Any) -> None:
    fractions = WantedParts.of(fraction, fraction).fractions(rows=100)
    assert fractions == {"validation": 0.25, "test": 0.25}
    assert {type(value) for value in fractions.values()} == {float}


@pytest.mark.parametrize(
    ("rows", "test", "share"),
    [(9_999, 0.5, 0.1), (10_000, 0.5, 0.05), (9_999, None, 0.2), (10_000, FRAME, 0.1)],
)
def test_validation_takes_a_share_of_what_the_test_leaves(
    rows: int, test: Any, share: float
) -> None:
    wanted = WantedParts.of("auto", test)
    assert wanted.fractions(rows)["validation"] == share
    assert "validation" not in wanted.tables


def test_tables_of_their_own() -> None:
    wanted = WantedParts.of(FRAME, "there_is_no_such_file.csv")
    assert wanted.fractions(rows=100) == {"validation": 0.0, "test": 0.0}
    assert list(wanted.tables) == ["validation", "test"]
    assert wanted.tables["validation"] is FRAME
    assert wanted.tables["test"] == "there_is_no_such_file.csv"


def test_a_file_goes_before_a_fraction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("0.5").write_text("x\n1\n", encoding="utf-8")
    Path("auto").write_text("x\n1\n", encoding="utf-8")
    wanted = WantedParts.of("auto", "0.5")
    assert wanted.tables == {"test": "0.5"}
    assert WantedParts.of(0.1, "auto").tables == {"test": "auto"}


def test_databases_are_known(tmp_path: Path) -> None:
    database, words = tmp_path / "a.db", tmp_path / "a.csv"
    database.write_bytes(b"SQLite format 3\0")
    words.write_text("x\n1\n", encoding="utf-8")
    assert WantedParts.of("auto", database).in_database
    assert WantedParts.of(database, words).in_database
    assert not WantedParts.of(words, 0.2).in_database


@pytest.mark.parametrize("fraction", [1.0, -0.1, float("nan"), "1.5", True])
@pytest.mark.parametrize("part", ["validation", "test"])
def test_impossible_fractions(part: str, fraction: Any) -> None:
    given: dict[str, Any] = {"validation": 0.1, "test": 0.1, part: fraction}
    with pytest.raises(OptionError, match=f"^{part} must be a fraction of the rows from 0 to"):
        WantedParts.of(**given)
