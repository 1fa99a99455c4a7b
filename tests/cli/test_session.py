"""The command line from the first command to the last, on files of one's own."""

from __future__ import annotations

import csv
import json
import os
import random
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.cli.command_line import contents, pellucid, quickly

WITHOUT_REPORT = ("--no-report", "--baseline", "none")
TINY = ("fit", "--epochs", "1", *WITHOUT_REPORT)
CLASS_METRICS = {
    *("accuracy", "balanced_accuracy", "log_loss", "auc"),
    *("average_precision", "brier", "calibration_error"),
}
COLOURS = ("red", "green", "blue")


def write_csv(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def make_rows(count: int, seed: int) -> list[dict[str, object]]:
    """Rows whose class follows from a number and a colour, with holes in both."""
    draw = random.Random(seed)
    rows: list[dict[str, object]] = []
    for _ in range(count):
        size, colour = draw.uniform(-2, 2), draw.choice(COLOURS)
        likes = size > 0 if colour == "red" else size < 0
        rows.append(
            {
                "size": "" if draw.random() < 0.05 else round(size, 3),
                "colour": "?" if draw.random() < 0.05 else colour,
                "likes it": " Yes, very" if likes else "no",
            }
        )
    return rows


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("session")
    write_csv(folder / "train.csv", make_rows(400, seed=1))
    write_csv(folder / "new.csv", make_rows(300, seed=2))
    pellucid(
        *("fit", "train.csv", "--target", "likes it", "--out", "run", "--seed", "2"),
        *("--epochs", "60", "--hidden", "16", "--validation", "0.2", "--no-learning-curve"),
        folder=folder,
    )
    return folder


def test_the_folder_is_complete(session: Path) -> None:
    assert contents(session / "run") >= {
        "config.toml", "data.json", "model.safetensors", "result.json", "checkpoints",
        "steps.parquet", "epochs.parquet", "facts.json", "report.html", "pictures",
        "test_predictions.csv",
        "pictures/graph.png", "pictures/graph.svg", "pictures/network.png",
        "pictures/curve-loss.png", "pictures/curve-loss.json", "pictures/confusion.png",
    }  # fmt: skip
    assert not [path for path in contents(session / "run") if "partial" in path or "lock" in path]


def test_the_verdict_is_complete(session: Path) -> None:
    result = json.loads((session / "run" / "result.json").read_text())
    assert result["task"] == "classification"
    assert result["target"] == "likes it"
    assert result["rows"] == {"train": 240, "validation": 80, "test": 80}
    for part in ("train", "validation", "test"):
        assert result["metrics"][part].keys() == CLASS_METRICS
        for baseline in ("constant", "linear", "boosting"):
            assert result["baselines"][baseline][part].keys() == CLASS_METRICS
    assert result["metrics"]["test"]["accuracy"] > 0.8
    assert {
        "epochs", "best_epoch", "resumed_from_step", "seconds", "seed", "backend", "versions",
        "verdict", "diagnosis",
    } <= result.keys()  # fmt: skip


def test_every_row_is_predicted_in_order(session: Path) -> None:
    quickly("predict", "run", "new.csv", "--out", "p.csv", "--overwrite", folder=session)
    predictions, rows = read_csv(session / "p.csv"), read_csv(session / "new.csv")
    assert len(predictions) == len(rows)
    names = ["prediction", "probability_Yes, very", "probability_no"]
    assert list(predictions[0]) == names
    hits = 0
    for said, row in zip(predictions, rows, strict=True):
        chances = {name.removeprefix("probability_"): float(said[name]) for name in names[1:]}
        assert sum(chances.values()) == pytest.approx(1, abs=1e-12)
        assert said["prediction"] == max(chances, key=lambda label: chances[label])
        hits += said["prediction"] == row["likes it"].strip()
    assert hits / len(rows) > 0.8
    done = quickly("evaluate", "run", "new.csv", "--json", folder=session)
    assert json.loads(done.stdout)["metrics"]["accuracy"] == pytest.approx(hits / len(rows))


def test_columns_may_be_reordered_added_and_the_target_absent(session: Path) -> None:
    rows = read_csv(session / "new.csv")
    changed = [{"extra": "x", "colour": row["colour"], "size": row["size"]} for row in rows]
    write_csv(session / "changed.csv", changed)
    plain = quickly("predict", "run", "new.csv", folder=session).stdout
    assert quickly("predict", "run", "changed.csv", folder=session).stdout == plain
    one = [dict(changed[7])]
    write_csv(session / "one.csv", one)
    lines = quickly("predict", "run", "one.csv", folder=session).stdout.splitlines()
    assert lines == [plain.splitlines()[0], plain.splitlines()[8]]


def test_unknown_categories_are_predicted(session: Path) -> None:
    write_csv(session / "purple.csv", [{"size": 1.0, "colour": "purple"}])
    assert len(quickly("predict", "run", "purple.csv", folder=session).stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("size\n1\n", "colour"),
        ("size,colour\nlarge,red\n", "large"),
        ("", "empty"),
        ("size,colour\n1\n", "line 2"),
    ],
)
def test_unfit_rows_are_refused_at_prediction(session: Path, text: str, message: str) -> None:
    (session / "unfit.csv").write_text(text)
    done = quickly("predict", "run", "unfit.csv", "--out", "q.csv", folder=session, code=2)
    assert message in done.stderr
    assert not (session / "q.csv").exists()


def test_predictions_do_not_replace_a_file_unasked(session: Path) -> None:
    (session / "mine.csv").write_text("mine")
    done = quickly("predict", "run", "new.csv", "--out", "mine.csv", folder=session, code=2)
    assert "mine.csv exists: --overwrite replaces it" in done.stderr
    assert (session / "mine.csv").read_text() == "mine"
    for option in ([], ["--overwrite"]):
        done = quickly("predict", "run", "new.csv", "--out", "run", *option, folder=session, code=2)
        assert "run is a folder: --out names the file to be written" in done.stderr


def test_predictions_never_replace_what_they_are_made_from(session: Path, tmp_path: Path) -> None:
    given = (session / "new.csv").read_bytes()
    model = (session / "run" / "model.safetensors").read_bytes()
    (tmp_path / "alias.csv").symlink_to(session / "new.csv")
    (tmp_path / "hard.csv").hardlink_to(session / "new.csv")
    (tmp_path / "model").symlink_to(session / "run" / "model.safetensors")
    for out in ("new.csv", "./run/../new.csv", tmp_path / "alias.csv", tmp_path / "hard.csv"):
        arguments = ("predict", "run", "new.csv", "--out", str(out), "--overwrite")
        done = quickly(*arguments, folder=session, code=2)
        assert f"{Path(out)} is DATA itself: --out names another file" in done.stderr
    for own in ("run/model.safetensors", tmp_path / "model"):
        arguments = ("predict", "run", "new.csv", "--out", str(own), "--overwrite")
        done = quickly(*arguments, folder=session, code=2)
        assert "is model.safetensors of the run in run, which --out replaces" in done.stderr
    assert (session / "new.csv").read_bytes() == given
    assert (session / "run" / "model.safetensors").read_bytes() == model


def test_a_run_never_replaces_what_it_is_to_learn_from(session: Path) -> None:
    own = session / "run" / "test_predictions.csv"
    before = contents(session / "run"), own.read_bytes()
    again = ("--target", "prediction", "--out", "run", "--overwrite")
    done = quickly("fit", "run/test_predictions.csv", *again, folder=session, code=2)
    assert "is test_predictions.csv of the run in run, which --overwrite replaces" in done.stderr
    arguments = ("fit", "new.csv", "--test", "run/test_predictions.csv", *again)
    assert "which --overwrite replaces" in quickly(*arguments, folder=session, code=2).stderr
    assert (contents(session / "run"), own.read_bytes()) == before


def test_a_first_run_never_replaces_what_it_is_to_learn_from(tmp_path: Path) -> None:
    rows = make_rows(60, seed=3)
    (tmp_path / "data.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    before = (tmp_path / "data.json").read_bytes()
    arguments = (*TINY, "data.json", "--target", "likes it", "--out", ".")
    for more in ((), ("--resume",)):
        done = quickly(*arguments, *more, folder=tmp_path, code=2)
        assert "data.json is data.json of the run in ., which --out replaces" in done.stderr
    assert contents(tmp_path) == {"data.json"}
    assert (tmp_path / "data.json").read_bytes() == before


def test_a_damaged_model_is_refused(session: Path, tmp_path: Path) -> None:
    whole = (session / "run" / "model.safetensors").read_bytes()
    broken = tmp_path / "broken"
    broken.mkdir()
    for content in (whole[: len(whole) // 2], b"GIF89a" + whole, whole[8:], b""):
        (broken / "model.safetensors").write_bytes(content)
        done = quickly("predict", str(broken), "new.csv", folder=session, code=2)
        assert "model.safetensors" in done.stderr


def test_the_configuration_repeats_the_run(session: Path) -> None:
    quickly(
        *("fit", "--config", "run/config.toml", "--out", "again", "--quiet", *WITHOUT_REPORT),
        folder=session,
    )
    models = [(session / run / "model.safetensors").read_bytes() for run in ("run", "again")]
    assert models[0] == models[1]
    options = [
        tomllib.loads((session / run / "config.toml").read_text()) for run in ("run", "again")
    ]
    assert options[0] | {"report": False, "baselines": []} == options[1]


def test_the_command_line_wins_over_the_file(session: Path) -> None:
    quickly(
        *("fit", "train.csv", "--config", "run/config.toml", "--epochs", "2", "--out", "short"),
        *WITHOUT_REPORT,
        folder=session,
    )
    assert json.loads((session / "short" / "result.json").read_text())["epochs"] == 2


def test_show_tells_what_is_there(session: Path) -> None:
    shown = quickly("show", "run", folder=session).stdout
    for words in ("predict likes it", "hidden_1", "240 train", "accuracy", "constant", "boosting"):
        assert words in shown


def test_quiet_is_quiet(session: Path) -> None:
    done = pellucid(*TINY, "xor", "--quiet", "--out", "q", folder=session)
    assert done.stdout == done.stderr == ""


def test_separate_files_validate_and_test(session: Path) -> None:
    quickly(
        *("fit", "train.csv", "--target", "likes it", "--out", "parts", "--epochs", "3"),
        *("--validation", "0.1", "--test", "new.csv", *WITHOUT_REPORT),
        folder=session,
    )
    result = json.loads((session / "parts" / "result.json").read_text())
    assert result["rows"] == {"train": 360, "validation": 40, "test": 300}


def test_the_default_folder_is_numbered(tmp_path: Path) -> None:
    for folder in ("runs/xor", "runs/xor-2", "runs/xor-3"):
        done = quickly(*TINY, "xor", folder=tmp_path)
        assert f"everything is in {folder};" in done.stdout
    done = quickly(*TINY, "xor", "--resume", folder=tmp_path)
    assert "runs/xor-3 holds this run, finished" in done.stdout


def test_a_rate_is_found(session: Path) -> None:
    said = quickly("find-rate", "iris", folder=session).stdout
    rate = float(said.rsplit(maxsplit=1)[-1])
    assert 1e-5 < rate < 1
    assert "learning rate" in said


@pytest.mark.parametrize("name", ["iris", "wine", "breast-cancer", "digits", "diabetes", "xor",
                                  "circles", "moons", "spirals", "heights", "class-pass", "sine",
                                  "polynomial"])  # fmt: skip
def test_every_built_in_set_is_fitted(name: str, tmp_path: Path) -> None:
    quickly("fit", name, "--epochs", "2", "--out", "run", *WITHOUT_REPORT, folder=tmp_path)
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["epochs"] == 2


@pytest.mark.parametrize(
    "options",
    [
        ["--loss", "binary-cross-entropy", "--class-weight", "balanced"],
        ["--loss", "hinge", "--hidden", "none", "--learning-rate", "0.05"],
        ["--normalization", "batch", "--activation", "gelu", "--l1", "1e-4"],
        ["--normalization", "layer", "--optimizer", "lion", "--l2", "1e-4", "--max-norm", "2"],
        ["--learning-rate", "auto", "--schedule", "one-cycle", "--clip-global-norm", "1"],
        ["--optimizer", "sgd", "--learning-rate", "0.1", "--schedule", "cosine", "--threads", "1"],
        ["--validation", "0", "--patience", "0"],
        ["--test", "0", "--batch-size", "100"],
    ],
    ids=" ".join,
)
def test_options_train(options: list[str], tmp_path: Path) -> None:
    quickly(
        *("fit", "moons", "--epochs", "15", "--out", "run", *WITHOUT_REPORT, *options),
        folder=tmp_path,
    )
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["metrics"]["train"]["accuracy"] > 0.7


@pytest.mark.parametrize("loss", ["absolute-error", "huber", "gaussian-nll"])
def test_regression_losses_train(loss: str, tmp_path: Path) -> None:
    quickly(
        *("fit", "sine", "--epochs", "60", "--loss", loss, "--out", "run", *WITHOUT_REPORT),
        folder=tmp_path,
    )
    metrics = json.loads((tmp_path / "run" / "result.json").read_text())["metrics"]["test"]
    more = {"nll", "interval_coverage"} if loss == "gaussian-nll" else set()
    assert metrics.keys() == {"rmse", "mae", "r2", "median_error"} | more
    assert metrics["r2"] > 0.5


def test_counts_train_with_the_poisson_loss(tmp_path: Path) -> None:
    draw = random.Random(4)
    rows = [{"x": x / 50, "n": sum(draw.random() < x / 300 for _ in range(60))} for x in range(300)]
    write_csv(tmp_path / "counts.csv", [dict(row) for row in rows])
    quickly(
        *("fit", "counts.csv", "--target", "n", "--task", "regression", "--loss", "poisson"),
        *("--out", "run", "--epochs", "40", "--monitor", "validation_loss"),
        *WITHOUT_REPORT,
        folder=tmp_path,
    )
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["metrics"]["test"]["r2"] > 0.8


def test_a_run_that_diverges_says_where_and_keeps_good_weights(tmp_path: Path) -> None:
    done = quickly(
        *("fit", "diabetes", "--optimizer", "sgd", "--learning-rate", "1e6", "--out", "run"),
        folder=tmp_path,
        code=2,
    )
    assert "training stopped in epoch 1, step" in done.stderr
    assert "became" in done.stderr
    assert "are kept in run/model.safetensors" in done.stderr
    predicted = quickly("predict", "run", "diabetes", folder=tmp_path).stdout
    assert "nan" not in predicted
    assert "inf" not in predicted
    assert not (tmp_path / "run" / "result.json").exists()


def test_version_and_help_are_quick(tmp_path: Path) -> None:
    assert pellucid("--version", folder=tmp_path).stdout.startswith("pellucid 0.")
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "pellucid", "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    modules = {line.rsplit("|", 1)[-1].strip() for line in loaded.stderr.splitlines()}
    assert not modules & {"sklearn", "scipy", "duckdb", "matplotlib", "rich", "pellucid.backends"}
    assert "fit" in loaded.stdout


def test_a_terminal_gets_a_bar(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pellucid", *TINY, "iris", "--epochs", "30", "--patience", "0"],
        cwd=tmp_path, stdout=child, stderr=child, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(child)
    shown = b""
    while True:
        try:
            part = os.read(parent, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(parent)
    assert process.wait() == 0
    assert "━".encode() in shown
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "epoch 30" in text, text
    assert re.search(r"train [\d.]+ validation [\d.]+ accuracy [\d.]+", text), text
