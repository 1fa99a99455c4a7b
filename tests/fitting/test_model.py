"""The model file: whole, damaged, foreign, and of another version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DataError, FolderError, ModelFileError
from pellucid.fitting.folder import RunFolder
from pellucid.fitting.model import load_model
from pellucid.interchange.tensors import read_tensors, write_tensors

WITHOUT_REPORT: dict[str, Any] = {"report": False, "baselines": ()}
Description = dict[str, Any]
Tensors = dict[str, Any]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> pellucid.Run:
    folder = tmp_path_factory.mktemp("model") / "run"
    return pellucid.fit(
        "iris", out=folder, epochs=3, hidden=(5,), normalization="batch", **WITHOUT_REPORT
    )


def test_a_loaded_model_says_the_same(run: pellucid.Run) -> None:
    assert run.folder is not None
    loaded = pellucid.load(run.folder)
    assert loaded.metrics == run.metrics
    assert loaded.predict("iris").tolist() == run.predict("iris").tolist()
    probabilities = [r.predictions("iris").probabilities for r in (loaded, run)]
    assert probabilities[0] is not None
    assert probabilities[1] is not None
    assert probabilities[0].tobytes() == probabilities[1].tobytes()
    assert loaded.evaluate("iris") == run.evaluate("iris")


def test_a_row_says_the_same_alone_and_among_others(run: pellucid.Run) -> None:
    features = np.random.default_rng(1).normal(size=(700, 4)).astype(np.float32)
    whole = run.model.read(features)
    for row in (0, 255, 256, 699):
        assert run.model.read(features[row : row + 1]).tobytes() == whole[row : row + 1].tobytes()
    assert run.model.read(features[:0]).shape == (0, 3)


def test_a_wild_run_on_logarithms_predicts_no_absurd_numbers(tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    size = random.normal(size=(60, 1)).astype(np.float32)
    prices = np.exp(2.0 * size[:, 0] + 5.0)
    run = pellucid.fit(
        size,
        prices,
        out=tmp_path / "run",
        target_scale="log",
        epochs=1,
        learning_rate=10.0,
        test=0.0,
        validation=0.0,
        **WITHOUT_REPORT,
    )
    far = np.linspace(-50.0, 50.0, 101, dtype=np.float32)[:, None]
    found = run.predict(far)
    ends = np.log([prices.min(), prices.max()]) + np.log(prices).std() * np.array([-1.0, 1.0])
    low, high = np.exp(ends)
    assert found.min() >= low * (1 - 1e-6)
    assert found.max() <= high * (1 + 1e-6)
    assert np.isclose(found, low).any() or np.isclose(found, high).any(), "the run was not wild"
    assert pellucid.load(tmp_path / "run").predict(far).tobytes() == found.tobytes()


def without(name: str) -> Callable[[Tensors, Description], None]:
    return lambda tensors, description: tensors.pop(name)


def changed(**changes: Any) -> Callable[[Tensors, Description], None]:
    return lambda tensors, description: description.update(changes)


DAMAGES = [
    (changed(kind="checkpoint"), "holds no model, but 'checkpoint'"),
    (changed(format=99), "has format 99: this version reads 2"),
    (changed(loss="squared_error"), "no loss for classification 'squared_error'"),
    (changed(network={"layer": "Rocket"}), "Rocket"),
    (changed(network={"layer": "dense", "units": -3}), "units"),
    (changed(network=[1]), "damaged"),
    (changed(target=None), "damaged"),
    (changed(encoding={"columns": 3}), "damaged"),
    (changed(missing="?"), "missing"),
    (changed(missing=[1]), "missing"),
    (changed(decimal=";"), "decimal"),
    (changed(header="no"), "header"),
    (changed(kept=[3]), "kept"),
    (changed(target={"targets": []}), "impossible targets"),
    (without("hidden_1.weight"), r"'hidden_1\.weight' is missing"),
    (
        lambda tensors, description: tensors.update({"output.bias": np.zeros(7, np.float32)}),
        r"'output\.bias' must be float32 \(3,\), got float32 \(7,\)",
    ),
]


@pytest.mark.parametrize(("damage", "message"), DAMAGES, ids=[text for _, text in DAMAGES])
def test_a_damaged_description_is_named(
    damage: Callable[[Tensors, Description], None],
    message: str,
    run: pellucid.Run,
    tmp_path: Path,
) -> None:
    assert run.folder is not None
    tensors, description = read_tensors(run.folder / "model.safetensors")
    damage(tensors, description)
    path = tmp_path / "model.safetensors"
    write_tensors(path, tensors, description)
    with pytest.raises(ModelFileError, match=message) as caught:
        load_model(path)
    assert str(path) in str(caught.value)


def test_rows_without_a_target_cannot_be_compared(run: pellucid.Run) -> None:
    names = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]
    table: dict[str, Any] = {name: [1.0, 2.0] for name in names}
    with pytest.raises(DataError, match="no row has a 'species' to compare with"):
        run.evaluate(table | {"species": [None, None]})
    with pytest.raises(DataError, match="species"):
        run.evaluate(table)


def test_files_of_a_folder_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    with pytest.raises(FolderError, match=r"result\.json cannot be read: No such file"):
        folder.read_json("result.json")
    (tmp_path / "result.json").write_text("[]")
    with pytest.raises(FolderError, match=r"result\.json is damaged: it is no table"):
        folder.read_json("result.json")
    with pytest.raises(FolderError, match="holds no run of pellucid"):
        folder.require_model()


@pytest.mark.parametrize("targets", ["y", "label", ("y", "z")])
def test_an_ensemble_predicts_the_same_after_loading(targets: Any, tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    x = random.normal(size=(80, 2))
    table = {"a": x[:, 0], "b": x[:, 1], "y": x @ [1.0, 2.0], "z": x[:, 0] ** 2}
    table["label"] = np.where(x[:, 0] > 0, "up", "down")
    names = [targets] if isinstance(targets, str) else list(targets)
    data = {name: values for name, values in table.items() if name in ("a", "b", *names)}
    wanted = targets if isinstance(targets, str) else names
    run = pellucid.fit(
        data,
        wanted,
        ensemble=3,
        epochs=2,
        hidden=(8,),
        out=tmp_path / "run",
        report=False,
        baselines=(),
    )
    loaded = pellucid.load(tmp_path / "run")
    rows = {"a": x[:, 0], "b": x[:, 1]}
    assert np.array_equal(run.predict(rows), loaded.predict(rows))
    assert list(loaded.predictions(rows).columns()) == list(run.predictions(rows).columns())
    assert loaded.evaluate(data) == run.evaluate(data)
