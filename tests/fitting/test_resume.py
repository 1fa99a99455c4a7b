"""A run that is interrupted, however, ends with the bits of one that was not."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data import prepared
from pellucid.errors import FolderError, OptionError
from pellucid.fitting.configuration import Configuration
from pellucid.fitting.fit import Fit, fit_table, run_fit
from pellucid.fitting.folder import RESULT, RunFolder
from pellucid.fitting.preparation import Preparation, prepare_fit
from pellucid.graph.node import Node, constant_node
from pellucid.interchange.tensors import read_tensors
from pellucid.layers import Dense, Layer, Mode, Sequential
from tests.patience import PATIENCE
from tests.recording_backend import State, same_bits
from tests.segments import pause_every

ROOT = Path(__file__).parents[2]

OPTIONS = {
    "seed": 5,
    "hidden": (16, 8),
    "normalization": "batch",
    "dropout": 0.3,
    "schedule": "plateau",
    "patience": 100,
    "epochs": 30,
    "batch_size": 7,
    "activation": "relu",
    "learning_rate": 0.002,
    "report": False,
    "baselines": (),
    "backend": "reference",
}
ARGUMENTS = [
    *("fit", "wine", "--seed", "5", "--hidden", "16,8", "--normalization", "batch"),
    *("--dropout", "0.3", "--schedule", "plateau", "--patience", "100", "--epochs", "30"),
    *("--batch-size", "7", "--activation", "relu", "--learning-rate", "0.002", "--no-report"),
    *("--baseline", "none", "--backend", "reference"),
]
NATIVE: dict[str, Any] = {"backend": "native"}

INTERRUPTED = """
import os, signal

import pytest

import pellucid.fitting.fit as fit
from pellucid.backends import reference
from pellucid.cli.main import main
from pellucid.training import run
from tests.segments import pause_every

owner, name, turn, number = {owner}, "{name}", {turn}, {number}
real, turns = getattr(owner, name), []

def interrupted(*arguments):
    turns.append(name)
    if len(turns) == turn:
        os.kill(os.getpid(), number)
    return real(*arguments)

setattr(owner, name, interrupted)
pause_every(100, pytest.MonkeyPatch())
# A shell that starts a process in the background lets it ignore this signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""
IN_A_STEP = ("reference._PlannedStep", "__call__", 250)
"""While a segment runs, after the first checkpoints."""
BEFORE_A_CHECKPOINT = ("run.Checkpoints", "write", 2)
"""When the record goes on beyond the last checkpoint."""


def fit(folder: Path, resume: bool = False, **changes: object) -> Fit:
    options = Configuration().with_options(OPTIONS | changes, "the test")
    run = RunFolder(folder)
    run.require_usable(overwrite=False, resume=resume)
    return run_fit(prepare_fit("wine", None, options), run, resume=resume)


def small(**changes: object) -> Configuration:
    options = {"epochs": 2, "report": False, "baselines": (), **changes}
    return Configuration().with_options(options, "the test")


def last_state(folder: Path) -> State:
    path = sorted((folder / "checkpoints").glob("step-*.safetensors"))[-1]
    return read_tensors(path)[0]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as patch:
        pause_every(100, patch)
        fit(folder)
    return folder


def assert_same_run(folder: Path, whole: Path) -> None:
    assert same_bits(last_state(folder), last_state(whole))
    assert same_bits(
        read_tensors(folder / "model.safetensors")[0], read_tensors(whole / "model.safetensors")[0]
    )
    for table in ("steps", "epochs"):
        assert rows(folder, table) == rows(whole, table)


def rows(folder: Path, table: str) -> list[tuple[object, ...]]:
    import duckdb

    with duckdb.connect() as connection:
        return connection.execute(f"from '{folder / table}.parquet'").fetchall()


def interrupted(
    stage: tuple[str, str, int], number: signal.Signals, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run a command that sends itself a signal in place of the n-th call of a function."""
    owner, name, turn = stage
    program = INTERRUPTED.format(owner=owner, name=name, turn=turn, number=int(number))
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=ROOT,
    )  # fmt: skip


def assert_interrupted(
    done: subprocess.CompletedProcess[str], number: signal.Signals, run: Path
) -> None:
    codes = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -signal.SIGKILL}
    assert done.returncode == codes[number], done.stderr
    assert "Traceback" not in done.stderr
    if number != signal.SIGKILL:
        assert "the same command with --resume goes on" in done.stderr
    assert not (run / RESULT).exists()


@pytest.mark.parametrize(
    ("stage", "number"),
    [
        (IN_A_STEP, signal.SIGINT),
        (IN_A_STEP, signal.SIGTERM),
        (BEFORE_A_CHECKPOINT, signal.SIGKILL),
    ],
)
def test_a_stopped_run_goes_on_to_the_same_bits(
    stage: tuple[str, str, int], number: signal.Signals, tmp_path: Path, whole: Path
) -> None:
    folder = tmp_path / "run"
    done = interrupted(stage, number, *ARGUMENTS, "--out", str(folder), "--quiet")
    assert_interrupted(done, number, folder)
    with pytest.raises(FolderError, match="not finished, and so no model yet"):
        RunFolder(folder).require_model()
    resumed = fit(folder, resume=True)
    step = resumed.result["resumed_from_step"]
    assert step is not None
    assert 0 < step < int(last_state(whole)["step"])
    assert_same_run(folder, whole)


def test_resume_without_a_folder_starts_afresh(tmp_path: Path, whole: Path) -> None:
    resumed = fit(tmp_path / "run", resume=True)
    assert resumed.result["resumed_from_step"] is None
    assert_same_run(tmp_path / "run", whole)


def test_resume_of_a_finished_run_changes_nothing(whole: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*")}
    done = subprocess.run(
        [sys.executable, "-m", "pellucid", *ARGUMENTS, "--out", str(whole), "--resume"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "finished: nothing was changed" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*")} == before


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"batch_size": 8}, "batch_size was 7 and is now 8"),
        ({"seed": 6}, "seed was 5 and is now 6"),
        ({"hidden": (16,)}, r"hidden was \(16, 8\) and is now \(16,\)"),
    ],
)
def test_resume_with_other_options_names_the_difference(
    changes: dict[str, object], difference: str, whole: Path
) -> None:
    with pytest.raises(OptionError, match=difference):
        fit(whole, resume=True, **changes)


def test_resume_with_other_data_names_the_difference(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    lines = ["x,y", *(f"{i},{i % 2}" for i in range(40))]
    options = small(target="y")
    folder = RunFolder(tmp_path / "run")

    def run(resume: bool) -> None:
        run_fit(prepare_fit(str(data), "y", options), folder, resume=resume)

    data.write_text("\n".join(lines))
    run(resume=False)
    data.write_text("\n".join([*lines[:-1], "40,1"]))
    with pytest.raises(OptionError, match="the values in the data are others"):
        run(resume=True)
    data.write_text("\n".join([*lines, "40,1"]))
    with pytest.raises(OptionError, match="rows"):
        run(resume=True)
    data.write_text("\n".join(line.replace("x", "z") for line in lines))
    with pytest.raises(OptionError, match=r"had the columns x, y and now has z, y"):
        run(resume=True)


def test_a_taken_folder_is_refused(tmp_path: Path, whole: Path) -> None:
    with pytest.raises(FolderError, match=r"holds a finished run: --resume .* --overwrite"):
        RunFolder(whole).require_usable(overwrite=False, resume=False)
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "thesis.txt").write_text("mine")
    for overwrite in (False, True):
        with pytest.raises(FolderError, match=r"is taken: .* 'thesis\.txt'"):
            RunFolder(taken).require_usable(overwrite=overwrite, resume=False)
    with pytest.raises(FolderError, match="is a file"):
        RunFolder(taken / "thesis.txt").require_usable(overwrite=False, resume=False)


def test_overwrite_keeps_what_is_not_pellucids(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    fit(folder, epochs=1)
    (folder / "notes.txt").write_text("mine")
    run = RunFolder(folder)
    run.require_usable(overwrite=True, resume=False)
    options = Configuration().with_options(OPTIONS | {"epochs": 2}, "the test")
    done = run_fit(prepare_fit("wine", None, options), run, overwrite=True)
    assert done.result["epochs"] == 2
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="the lock needs fcntl")
def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    fit(folder, epochs=1)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    options = Configuration().with_options(OPTIONS | {"epochs": 2}, "the test")
    run = RunFolder(folder)
    with (
        RunFolder(folder).claimed(),
        pytest.raises(FolderError, match="another process is training here"),
    ):
        run_fit(prepare_fit("wine", None, options), run, overwrite=True)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.skipif(os.name != "posix", reason="the lock needs fcntl")
def test_only_a_held_lock_is_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def refuse(number: int) -> Callable[..., None]:
        def flock(*arguments: Any) -> None:
            raise OSError(number, os.strerror(number))

        return flock

    for number in (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL):
        monkeypatch.setattr(fcntl, "flock", refuse(number))
        with RunFolder(tmp_path / "run").claimed():
            (tmp_path / "run" / "data.json").write_text("{}")
    for number in (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK):
        monkeypatch.setattr(fcntl, "flock", refuse(number))
        refused = pytest.raises(FolderError, match="run: another process is training here")
        with refused, RunFolder(tmp_path / "run").claimed():
            pass
    monkeypatch.setattr(fcntl, "flock", refuse(errno.EIO))
    refused = pytest.raises(FolderError, match=f"run cannot be locked: {os.strerror(errno.EIO)}")
    with refused, RunFolder(tmp_path / "run").claimed():
        pass


def test_a_run_that_was_killed_before_its_verdict_is_finished(tmp_path: Path, whole: Path) -> None:
    for lost in (["result.json"], ["result.json", "model.safetensors"]):
        folder = tmp_path / lost[-1]
        shutil.copytree(whole, folder)
        for name in lost:
            (folder / name).unlink()
        resumed = fit(folder, resume=True)
        assert resumed.result["epochs"] == OPTIONS["epochs"]
        assert_same_run(folder, whole)


def test_a_native_run_that_was_killed_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    whole, folder = tmp_path / "whole", tmp_path / "run"
    fit(whole, **NATIVE)
    more = [word for name, value in NATIVE.items() for word in (f"--{name}", str(value))]
    arguments = [*ARGUMENTS, "--out", str(folder), "--quiet", *more]
    done = interrupted(BEFORE_A_CHECKPOINT, signal.SIGKILL, *arguments)
    assert_interrupted(done, signal.SIGKILL, folder)
    assert fit(folder, resume=True, **NATIVE).result["resumed_from_step"] is not None
    assert_same_run(folder, whole)


def test_a_damaged_checkpoint_is_passed_over(tmp_path: Path, whole: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    (folder / "result.json").unlink()
    before, newest = sorted((folder / "checkpoints").iterdir())
    content = bytearray(newest.read_bytes())
    content[-3] ^= 0x40
    newest.write_bytes(content)
    resumed = fit(folder, resume=True)
    assert before.name == f"step-{resumed.result['resumed_from_step']:012d}.safetensors"
    assert_same_run(folder, whole)


def test_resume_with_another_network_names_it(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    options = small()

    def run(activation: str, resume: bool) -> None:
        network = Sequential(Dense(8, activation), Dense(3))
        run_fit(prepare_fit("iris", None, options, network), folder, resume=resume)

    run("relu", resume=False)
    with pytest.raises(OptionError, match="the network is another one"):
        run("tanh", resume=True)


class Scaled(Layer):
    """A layer that differs in nothing but a constant."""

    def __init__(self, factors: list[float]) -> None:
        self.factors = constant_node(np.array(factors, np.float32))

    def call(self, x: Node, mode: Mode) -> Node:
        return x * self.factors


def test_resume_with_other_constants_names_it(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    options = small()

    def run(factors: list[float], resume: bool) -> None:
        network = Sequential(Scaled(factors), Dense(3))
        run_fit(prepare_fit("iris", None, options, network), folder, resume=resume)

    run([1, 2, 3, 4], resume=False)
    with pytest.raises(OptionError, match="the network is another one"):
        run([9, 2, 3, 4], resume=True)


def test_a_found_rate_is_kept_for_the_resumed_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    first = fit(folder, learning_rate="auto", epochs=3, schedule="constant")
    (folder / "result.json").unlink()
    monkeypatch.delattr(Preparation, "learning_rate")
    again = fit(folder, resume=True, learning_rate="auto", epochs=3, schedule="constant")
    assert again.result["learning_rate"] == first.result["learning_rate"]


def test_a_run_that_fails_before_its_first_checkpoint_leaves_nothing(tmp_path: Path) -> None:
    options = Configuration().with_options(OPTIONS | {"monitor": "validation_rmse"}, "the test")
    run = RunFolder(tmp_path / "a" / "b")
    with pytest.raises(OptionError, match="monitor must be one of"):
        run_fit(prepare_fit("wine", None, options), run)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "data.json",
            '"learning_rate"',
            '"rate"',
            r"data\.json is damaged: it has no learning_rate",
        ),
        ("data.json", "{", "", r"data\.json is damaged: it is no JSON"),
        ("config.toml", "epochs", "epoch s", r"config\.toml is no TOML file"),
    ],
)
def test_a_damaged_folder_is_named(
    name: str, old: str, new: str, message: str, tmp_path: Path, whole: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    (folder / "result.json").unlink()
    path = folder / name
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises((FolderError, OptionError), match=message):
        fit(folder, resume=True)


@pytest.mark.parametrize(
    ("stage", "number"),
    [
        ("judge", signal.SIGTERM),
        ("write_report", signal.SIGINT),
        ("write_report", signal.SIGKILL),
        ("draw_prediction", signal.SIGTERM),
    ],
)
def test_a_run_that_was_stopped_after_training_is_finished(
    stage: str, number: signal.Signals, tmp_path: Path
) -> None:
    arguments = [
        *("fit", "iris", "--epochs", "2", "--hidden", "4", "--baseline", "none"),
        *("--no-learning-curve", "--quiet", "--out", str(tmp_path / "run")),
    ]
    done = interrupted(("fit", stage, 1), number, *arguments)
    assert_interrupted(done, number, tmp_path / "run")
    run = RunFolder(tmp_path / "run")
    assert not run.is_finished
    changes = {"hidden": (4,), "learning_curve": False, "report": True}
    options = small(**changes)
    resumed = run_fit(prepare_fit("iris", None, options), run, resume=True)
    plain = run_fit(prepare_fit("iris", None, options))
    assert same_bits(dict(resumed.model.values), dict(plain.model.values))
    assert run.is_finished
    assert run.is_told(report=True)
    assert run.read_json(RESULT)["metrics"] == plain.result["metrics"]
    assert not [path.name for path in tmp_path.rglob("*") if "partial" in path.name]


def test_a_finished_run_gets_the_report_that_it_lacks(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    first = fit_table("iris", None, small(), folder)
    assert first is not None
    assert first.facts["importance"] is None
    assert folder.is_told(report=False)
    assert not folder.is_told(report=True)
    assert fit_table("iris", None, small(), folder, resume=True) is None
    wanted = small(report=True, learning_curve=False)
    second = fit_table("iris", None, wanted, folder, resume=True)
    assert second is not None
    assert same_bits(dict(first.model.values), dict(second.model.values))
    assert folder.is_told(report=True)
    assert folder.read_facts()["importance"]["columns"]
    assert rows(folder.path, "steps")
    assert fit_table("iris", None, wanted, folder, resume=True) is None


def test_a_finished_run_gets_the_facts_that_it_lacks(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    assert fit_table("iris", None, small(), folder) is not None
    facts = folder.read_facts()
    (folder.path / "facts.json").unlink()
    with pytest.raises(FolderError, match=r"a run without facts\.json: .* --resume makes it"):
        folder.read_facts()
    assert fit_table("iris", None, small(), folder, resume=True) is not None
    again = folder.read_facts()
    assert again["diagnosis"] == facts["diagnosis"]
    assert again["verdict"] == facts["verdict"]


def test_a_run_goes_on_to_the_same_bits_wherever_its_columns_lie(tmp_path: Path) -> None:
    whole, folder = tmp_path / "whole", tmp_path / "run"
    assert fit(whole).result["metrics"]["test"]["accuracy"] > 0.9
    arguments = [*ARGUMENTS, "--out", str(folder), "--quiet", "--memory", "0"]
    assert_interrupted(interrupted(IN_A_STEP, signal.SIGINT, *arguments), signal.SIGINT, folder)
    fit(folder, resume=True)
    assert_same_run(folder, whole)


def test_rows_by_blocks_train_to_the_same_bits_wherever_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, mapped, plain = (tmp_path / name for name in ("held", "mapped", "plain"))
    fit(plain)
    monkeypatch.setattr(prepared, "BLOCKED_BYTES", 0)
    monkeypatch.setattr(prepared, "BLOCK_BYTES", 512)
    assert fit(held).result["metrics"]["test"]["accuracy"] > 0.9
    fit(mapped, memory=0.0)
    assert_same_run(mapped, held)
    assert not same_bits(last_state(held), last_state(plain)), "the order of rows was the usual one"


def test_what_no_weight_depends_on_may_change(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    fit(folder, epochs=1)
    (folder / "result.json").unlink()
    changes = {"baselines": ("constant",), "baseline_seconds": 1.0, "language": "zh", "threads": 1}
    assert fit(folder, resume=True, epochs=1, **changes).result["baselines"].keys() == {"constant"}
