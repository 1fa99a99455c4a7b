"""Everything that changes in training changes inside the backend's `run`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pellucid.backends import BACKENDS
from pellucid.fitting.configuration import Configuration
from pellucid.fitting.fit import Fit, run_fit
from pellucid.fitting.folder import RunFolder
from pellucid.fitting.preparation import prepare_fit
from pellucid.training.state import initial_state
from tests.recording_backend import RecordingBackend, same_bits

OPTIONS = {
    "seed": 3,
    "hidden": (8, 6),
    "normalization": "batch",
    "dropout": 0.2,
    "schedule": "plateau",
    "patience": 50,
    "backend": "recording",
}


def record(
    monkeypatch: pytest.MonkeyPatch, epochs: int, folder: Path | None = None
) -> tuple[RecordingBackend, Fit, dict[str, np.ndarray]]:
    backend = RecordingBackend()
    monkeypatch.setitem(BACKENDS, "recording", lambda threads: backend)
    options = Configuration().with_options(OPTIONS | {"epochs": epochs}, "the test")
    preparation = prepare_fit("iris", None, options)
    fit = run_fit(preparation, None if folder is None else RunFolder(folder))
    program = preparation.program(preparation.recipe(fit.result["learning_rate"]))
    return backend, fit, initial_state(program, 3)


def test_state_changes_inside_run_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    backend, fit, first = record(monkeypatch, epochs=12, folder=tmp_path / "run")
    (executable,) = backend.executables
    assert same_bits(executable.calls[0][0], first)
    for (_, after), (before, _) in zip(executable.calls, executable.calls[1:], strict=False):
        assert same_bits(after, before)
    last = executable.calls[-1][1]
    for name, value in fit.model.values.items():
        assert value.tobytes() == last[f"best.{name}"].tobytes()
    assert int(last["epoch"]) == fit.result["epochs"] == 12
    assert int(last["stopping.best_epoch"]) == fit.result["best_epoch"]


def test_every_kind_of_state_changes_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    backend, _, first = record(monkeypatch, epochs=12)
    ((_, last),) = backend.executables[0].calls
    kinds = {
        "a weight": "hidden_1.weight",
        "an optimizer's slot": next(n for n in first if "second_moment/hidden_1" in n),
        "a running statistic": next(n for n in first if n.endswith("mean") and "best" not in n),
        "the step": "step",
        "the epoch": "epoch",
        "the stopping counter's best value": "stopping.best",
        "the best weights": "best.hidden_1.weight",
    }
    for kind, name in kinds.items():
        assert first[name].tobytes() != last[name].tobytes(), kind


def test_the_number_of_calls_does_not_grow_with_the_number_of_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    for epochs in (1, 10, 60):
        backend, fit, _ = record(monkeypatch, epochs)
        assert fit.result["epochs"] == epochs
        calls.append(len(backend.executables[0].calls))
    assert calls == [1, 1, 1]


def test_early_stopping_needs_no_call_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIONS, "patience", 2)
    backend, fit, _ = record(monkeypatch, epochs=500)
    assert fit.result["stopped_early"]
    assert fit.result["epochs"] == fit.result["best_epoch"] + 2
    assert len(backend.executables[0].calls) == 1
