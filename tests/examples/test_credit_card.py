from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, roc_auc_score

from pellucid.errors import DataError
from pellucid.examples import credit_card
from pellucid.examples.credit_card import MISSED_COST, MODELS, THRESHOLDS, Numbers
from pellucid.examples.credit_card_table import (
    FEATURES,
    FILE,
    FOLDER,
    TARGET,
    encode,
    find_file,
    generate,
    read,
)
from tests.shared_data import shared_data


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder; the working directory is the root, where no data should be."""
    monkeypatch.delenv("PELLUCID_DATA", raising=False)
    monkeypatch.chdir(tmp_path.anchor)
    assert find_file() is None
    return tmp_path


@pytest.fixture(scope="module")
def real() -> Numbers:
    return credit_card.run(shared_data(FOLDER))


def write(folder: Path, table: np.ndarray | None = None, start: str = "") -> Path:
    table = generate(300) if table is None else table
    # Another order of columns, with one that is not known.
    names = [TARGET, "ID", *reversed(FEATURES)]
    columns = {name: table[:, place] for place, name in enumerate((*FEATURES, TARGET))}
    columns["ID"] = np.arange(len(table))
    rows = np.column_stack([columns[name] for name in names])
    lines = [",".join(names), *(",".join(f"{value:.17g}" for value in row) for row in rows)]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE
    file.write_bytes((start + "\r\n".join(lines) + "\r\n").encode())
    return file


def check(numbers: Numbers) -> None:
    truth = numbers.defaults
    assert sum(numbers.rows[2:]) == len(truth)
    for name in MODELS:
        model = numbers.models[name]
        assert model.area == pytest.approx(roc_auc_score(truth, model.probabilities), abs=1e-6)
        low, high = model.beside
        difference = numbers.models["network"].area - model.area
        assert low <= difference <= high
        # Bins of equal size: the mean over them is that over the rows.
        means = model.calibration.mean(1)
        assert means == pytest.approx((model.probabilities.mean(), truth.mean()), abs=2e-3)
    said = numbers.models["network"].probabilities
    half = int(np.abs(THRESHOLDS - 0.5).argmin())
    right = accuracy_score(truth, said >= THRESHOLDS[half])
    assert numbers.decisions[3, half] == pytest.approx(right)
    costs = numbers.decisions[4]
    assert costs.min() < min(costs[half], truth.mean() * MISSED_COST, 1 - truth.mean())


def test_generated_clients(nowhere: Path) -> None:
    numbers = credit_card.run()
    assert not numbers.real
    check(numbers)
    words = credit_card.tell(numbers)
    assert words.startswith("GENERATED: 9,000 invented clients. The real table was not found")
    assert f"{FOLDER}/{FILE}" in words
    credit_card.draw(numbers, nowhere / "clients.svg")
    assert "Generated, not real, clients" in (nowhere / "clients.svg").read_text()


def test_real_clients(real: Numbers, tmp_path: Path) -> None:
    assert real.real
    assert real.rows == (20_000, 4_000, 6_000)
    check(real)
    # Published and local results of gradient boosting are near 0.78.
    areas = {name: model.area for name, model in real.models.items()}
    assert 0.76 < areas["gradient boosting"] < 0.80
    assert areas["network"] > areas["gradient boosting"] - 0.01
    assert all(model.calibration_error < 0.03 for model in real.models.values())
    assert real.defaults.mean() == pytest.approx(0.2212, abs=0.015)
    words = credit_card.tell(real)
    assert "GENERATED" not in words
    assert f"{areas['network']:.3f}" in words
    credit_card.draw(real, tmp_path / "clients.png")
    assert (tmp_path / "clients.png").read_bytes().startswith(b"\x89PNG")


def test_the_table_is_found(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = write(nowhere / "shared" / "data" / FOLDER)
    inner = nowhere / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert find_file() == beside
    named = write(nowhere / "named" / FOLDER)
    monkeypatch.setenv("PELLUCID_DATA", str(nowhere / "named"))
    assert find_file() == named
    other = write(nowhere / "other")
    assert find_file(nowhere / "other") == other
    monkeypatch.setenv("PELLUCID_DATA", str(nowhere / "empty"))
    assert find_file() == beside
    with pytest.raises(DataError, match=f"has no {FILE}, and no folder {FOLDER} with it"):
        credit_card.run(nowhere / "empty")


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_columns_are_found_by_name(tmp_path: Path, start: str) -> None:
    np.testing.assert_array_equal(read(write(tmp_path, start=start)), generate(300))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text.replace("SEX", "GENDER"), "has no column SEX"),
        (lambda text: re.sub(r",\d+\n", ",old\n", text, count=1), "line 2: .*LIMIT_BAL .*'old'"),
        (lambda text: re.sub(r",\d+\n", ",nan\n", text, count=1), "line 2: .*LIMIT_BAL .*'nan'"),
        (lambda text: re.sub(r",\d+\n", "\n", text, count=1), "LIMIT_BAL must .*, got ''"),
        (lambda text: "\n".join(text.splitlines()[:50]), "49 rows, at least 100 are needed"),
        (lambda text: text.replace("\n1,", "\n0,"), "must hold both 0 and 1"),
        (lambda text: text.replace("\n1,", "\n2,"), "must hold both 0 and 1"),
        (lambda text: "", "has no column LIMIT_BAL"),
        (lambda text: text.splitlines()[0], "0 rows, at least 100"),
        (lambda text: text.replace("LIMIT", "\xff\xfe"), "has no column LIMIT_BAL"),
    ],
)
def test_damaged_tables_are_refused(tmp_path: Path, damage: object, message: str) -> None:
    assert callable(damage)
    file = write(tmp_path)
    file.write_text(damage(file.read_text()), encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        credit_card.run(tmp_path)
    assert str(file) in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_bytes(b"\xff\xfe\x00" + file.read_bytes())
    with pytest.raises(DataError, match="cannot be read as a table: "):
        read(file)


def test_encoding_by_hand() -> None:
    client = [20_000, 1, 2, 3, 40, 2, -1, -2, 0, 0, 0, 1000, -1000, 0, 0, 0, 0, 3000, 0, 0, 0, 0, 0]
    row = encode(np.array([client], "f8"))[0]
    status = [*(2, 0, 0, 0, 0, 0), *(0, 0, 1, 0, 0, 0), *(0, 1, 0, 0, 0, 0)]
    bills = [*(np.log(2), -np.log(2), 0, 0, 0, 0), *(0.05, -0.05, 0, 0, 0, 0)]
    expected = [np.log(20_000), 40, 1, *(0, 1, 0), *(0, 0), *status, *bills]
    np.testing.assert_allclose(row, [*expected, np.log(4), 0, 0, 0, 0, 0])


def test_generated_clients_have_the_form() -> None:
    table = generate(2000)
    assert table.shape == (2000, len(FEATURES) + 1)
    by_name = dict(zip((*FEATURES, TARGET), table.T, strict=True))
    for name, allowed in {"SEX": {1, 2}, "EDUCATION": {1, 2, 3, 4}, TARGET: {0, 1}}.items():
        assert set(by_name[name]) == allowed
    assert set(by_name["PAY_0"]) <= set(range(-2, 9))
    assert by_name["LIMIT_BAL"].min() >= 10_000
    assert 0.1 < by_name[TARGET].mean() < 0.35
