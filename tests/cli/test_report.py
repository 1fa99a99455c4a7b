"""The report, its languages and comparisons, and what the network is compared with."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pellucid.cli.speaker import Speaker
from pellucid.fitting.model import load_model
from tests.cli.command_line import contents, pellucid, quickly
from tests.cli.people import people, write

TINY = ("--epochs", "2", "--hidden", "4", "--no-learning-curve")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report")
    write(path / "people.csv", people())
    pellucid(
        *("fit", "people.csv", "--target", "likes", "--out", "run", "--keep", "id", *TINY),
        *("--baseline", "constant", "--baseline", "linear"),
        folder=path,
    )
    quickly(
        *("fit", "people.csv", "--target", "likes", "--out", "zh", *TINY, "--seed", "1"),
        *("--baseline", "none", "--language", "zh", "--hidden", "5"),
        folder=path,
    )
    quickly(
        *("fit", "iris", "--out", "bare", *TINY, "--no-report", "--baseline", "none", "--quiet"),
        folder=path,
    )
    return path


def read(path: Path) -> dict[str, Any]:
    contents: dict[str, Any] = json.loads(path.read_text())
    return contents


def test_the_baselines_that_are_wanted(folder: Path) -> None:
    wanted = {"run": {"constant", "linear"}, "zh": set(), "bare": set()}
    for run, names in wanted.items():
        result = read(folder / run / "result.json")
        assert result["baselines"].keys() == names
        (verdict,) = result["verdict"].values()
        for metric in verdict["metrics"].values():
            assert metric["baselines"].keys() == names


def test_a_baseline_has_the_time_that_it_is_given(folder: Path) -> None:
    quickly(
        *("fit", "people.csv", "--target", "pay", "--out", "timed", *TINY, "--no-report"),
        *("--baseline", "boosting", "--baseline-seconds", "0", "--quiet"),
        folder=folder,
    )
    baselines = read(folder / "timed" / "result.json")["verdict"]["pay"]["baselines"]
    assert baselines.keys() <= {"boosting"}
    for told in baselines.values():
        assert told["rows"] <= told["of"]


def test_a_run_without_a_report_is_told_of_in_facts_and_compared(folder: Path) -> None:
    assert not contents(folder / "bare") & {"report.html", "pictures"}
    facts = read(folder / "bare" / "facts.json")
    assert read(folder / "bare" / "result.json")["diagnosis"] == facts["diagnosis"]
    assert facts["importance"] is facts["dependence"] is facts["slices"] is None
    assert facts["worst"]["rows"]
    done = quickly("compare", "run", "bare", "--out", "bare.html", folder=folder)
    assert "bare was made without a report: its facts lack the importance of columns" in done.stdout
    assert "run was made without" not in done.stdout
    assert "bare was made without a report" in (folder / "bare.html").read_text("utf-8")


def test_the_diagnosis_is_printed_without_a_report(tmp_path: Path) -> None:
    done = quickly(
        *("fit", "iris", "--out", "run", "--no-report", "--baseline", "none"),
        *("--hidden", "8", "--epochs", "20", "--learning-rate", "1e-6"),
        folder=tmp_path,
    )
    assert "problem: The learning rate 1e-6 is too low" in done.stdout
    assert "--learning-rate" in done.stdout
    assert "report.html" not in done.stdout
    done = quickly("show", "run", folder=tmp_path)
    assert "problem: The learning rate 1e-6 is too low" in " ".join(done.stdout.split())
    done = quickly("report", "run", folder=tmp_path)
    assert "note: this run was made without a report, so the page lacks" in done.stderr
    assert "Diagnosis" in (tmp_path / "run" / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "expected"),
    [((), "finding out which columns matter"), (("--no-report",), "diagnosing the run")],
)
def test_what_goes_on_after_training_is_told(
    options: tuple[str, ...], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    @contextmanager
    def working(speaker: Speaker, stage: str) -> Iterator[None]:
        told.append(speaker._talk(stage))
        yield

    monkeypatch.setattr(Speaker, "working", working)
    quickly("fit", "iris", "--out", "run", *TINY, "--baseline", "none", *options, folder=tmp_path)
    judging, explaining, writing = told
    assert judging.startswith("testing")
    assert explaining.startswith(expected)
    assert ("report" in writing) == (options == ())


def test_evaluate_says_which_rows_were_trained_on(tmp_path: Path) -> None:
    write(tmp_path / "all.csv", people(300, seed=1))
    write(tmp_path / "other.csv", people(200, seed=2))
    given = ("--target", "pay", "--no-report", "--baseline", "none", "--quiet", *TINY)
    quickly("fit", "all.csv", "--out", "run", *given, folder=tmp_path)
    lines = (tmp_path / "all.csv").read_text().splitlines()
    (tmp_path / "shuffled.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    train = read(tmp_path / "run" / "result.json")["rows"]["train"]
    model = load_model(tmp_path / "run" / "model.safetensors")
    for name in ("all.csv", "shuffled.csv"):
        done = quickly("evaluate", "run", name, folder=tmp_path)
        share = f"{train / 300:.0%}"
        assert f"note: the network was trained on {share} of these rows" in done.stdout
        told = json.loads(quickly("evaluate", "run", name, "--json", folder=tmp_path).stdout)
        assert told["trained_on"] == pytest.approx(train / 300)
        assert set(told["intervals"]) == set(told["metrics"])
        assert told["metrics"] == pytest.approx(
            model.evaluate(model.load_known_rows(str(tmp_path / name)))
        )
        for metric, (low, high) in told["intervals"].items():
            assert low <= told["metrics"][metric] <= high
        low, high = told["intervals"]["rmse"]
        lines = done.stdout.splitlines()
        assert lines[0] == f"on 300 rows of {name}, with 95 % intervals"
        assert f"({low:.3g} to {high:.3g})" in lines[1]
        assert len({line.index("(") for line in lines if line.endswith(")")}) == 1
    assert "trained on" not in quickly("evaluate", "run", "other.csv", folder=tmp_path).stdout
    quickly(
        "fit",
        "all.csv",
        "--out",
        "whole",
        *given,
        "--test",
        "0",
        "--validation",
        "0",
        folder=tmp_path,
    )
    done = quickly("evaluate", "whole", "all.csv", folder=tmp_path)
    assert "note: the network was trained on these very rows" in done.stdout


def test_a_report_can_be_made_later(tmp_path: Path) -> None:
    again = ("fit", "iris", "--out", "run", *TINY, "--baseline", "none")
    quickly(*again, "--no-report", "--quiet", folder=tmp_path)
    before = (tmp_path / "run" / "model.safetensors").read_bytes()
    done = quickly(*again, "--resume", folder=tmp_path)
    assert "open run/report.html in a browser" in done.stdout
    assert (tmp_path / "run" / "model.safetensors").read_bytes() == before
    done = quickly(*again, "--resume", folder=tmp_path)
    assert "run holds this run, finished: nothing was changed" in done.stdout


def test_a_report_in_chinese_with_notes_in_chinese(folder: Path, tmp_path: Path) -> None:
    page = (folder / "zh" / "report.html").read_text("utf-8")
    assert 'lang="zh' in page
    assert "likes" in page
    done = quickly(
        *("fit", str(folder / "people.csv"), "--target", "likes", "--language", "zh", *TINY),
        *("--baseline", "none", "--out", "run", "--no-report"),
        folder=tmp_path,
    )
    assert "说明：列 'id' 未被使用" in done.stdout
    assert "按类别分层的随机划分，种子 0" in done.stdout
    assert "left out" not in done.stdout
    assert "stratified random split" not in done.stdout


def test_a_run_in_chinese_says_nothing_in_english(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "people.csv", tmp_path)
    done = quickly(
        *("fit", "people.csv", "--target", "likes", "--language", "zh", *TINY),
        *("--baseline", "linear", "--out", "run", "--no-report", "--positive", "A"),
        folder=tmp_path,
    )
    shown = quickly("show", "run", folder=tmp_path)
    tested = quickly("evaluate", "run", "people.csv", folder=tmp_path)
    own = "native pellucid predict run DATA out predictions csv utf s ms e x id likes ROC Brier A "
    own += "numbers hidden dropout output PeriodicEmbedding Dense Dropout p"
    for said in (done.stdout, shown.stdout, tested.stdout):
        # A person's own files and names, and options, stay as they are.
        rest = re.sub(r"people\.csv|'[^']*'|--[a-z-]+( \w+[=:]\w+| size| age)?", "", said)
        english = set(re.findall("[A-Za-z]+", rest)) - set(own.split())
        assert not english, f"{english} in {said}"
    assert "平均精确率和校准误差针对类别 A" in done.stdout
    assert "平均精确率和校准误差针对类别 A" in tested.stdout


def test_the_class_looked_for_is_that_of_the_option(folder: Path) -> None:
    for option, wanted in ((["--positive", "A"], "A"), ([], None)):
        out = f"looked-{wanted}"
        quickly(
            *("fit", "people.csv", "--target", "likes", "--out", out, *TINY, *option),
            *("--baseline", "constant", "--quiet", "--no-report"),
            folder=folder,
        )
        facts = read(folder / out / "facts.json")
        counts = facts["data"]["columns"][-1]["summary"]["most_common"]
        label = wanted or min(counts, key=lambda name: counts[name])
        assert facts["data"]["positive"] == facts["verdict"]["likes"]["positive"] == label
        (roc,) = facts["curves"]["likes"]["roc"]
        (recall,) = facts["curves"]["likes"]["precision_recall"]
        assert roc["class"] == recall["class"] == label
        own = facts["verdict"]["likes"]["metrics"]["average_precision"]["network"]["value"]
        assert own == pytest.approx(recall["area"])
    done = quickly(
        *("fit", "people.csv", "--target", "likes", "--positive", "C", "--out", "none"),
        folder=folder,
        code=2,
    )
    assert "the positive class 'C' of the target 'likes' must be one of the two" in done.stderr


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_score_that_rests_on_a_leak_says_so(folder: Path, language: str) -> None:
    rows = [{**row, "taxed": 2 * row["pay"] + 1} for row in people(300, seed=3)]
    write(folder / "leak.csv", rows)
    out = f"leak-{language}"
    done = quickly(
        *("fit", "leak.csv", "--target", "pay", "--out", out, *TINY, "--language", language),
        *("--baseline", "none"),
        folder=folder,
    )
    said = {"en": "This score rests on column 'taxed'", "zh": "泄露目标的列 'taxed'"}[language]
    assert said in done.stdout
    page = (folder / out / "report.html").read_text("utf-8")
    assert said.replace("'", "&#x27;") in page.partition("<nav")[0]
    quickly(
        *("fit", "leak.csv", "--target", "pay", "--out", f"{out}-2", *TINY, "--drop", "taxed"),
        *("--baseline", "none", "--quiet", "--no-report"),
        folder=folder,
    )
    assert read(folder / f"{out}-2" / "result.json")["verdict"]["pay"]["given_away"] == []


def test_a_report_is_written_again_in_another_language(folder: Path) -> None:
    first = contents(folder / "run")
    english = (folder / "run" / "report.html").read_bytes()
    done = quickly("report", "run", "--language", "zh", folder=folder)
    assert done.stdout == "run/report.html\n"
    assert 'lang="zh' in (folder / "run" / "report.html").read_text("utf-8")
    quickly("report", "run", folder=folder)
    assert (folder / "run" / "report.html").read_bytes() == english
    assert contents(folder / "run") == first


def test_runs_are_compared(folder: Path, tmp_path: Path) -> None:
    said = quickly("compare", "run", "zh", folder=folder).stdout
    assert "run" in said
    assert "zh" in said
    # The seeds are others, and so the test rows.
    assert "tested on different rows: run; zh." in said
    # In a pipe nothing is cut off, however many columns there are.
    names = ["run", *(f"copy-{number}" for number in range(8))]
    for name in names:
        shutil.copytree(folder / "run", tmp_path / name)
    wide = quickly("compare", *names, folder=tmp_path).stdout
    assert "…" not in wide
    assert "calibration error" in wide
    assert "All runs saw the same data." in wide
    assert "log loss, less that of run" in wide
    done = quickly("compare", "run", "zh", "--out", "x.html", "--language", "zh", folder=folder)
    assert "x.html" in done.stdout
    page = (folder / "x.html").read_text("utf-8")
    assert 'lang="zh' in page
    assert "accuracy" in page or "准确率" in page
    before = (folder / "x.html").read_bytes()
    done = quickly("compare", "run", "zh", "--out", "x.html", folder=folder, code=2)
    assert "x.html exists: --overwrite replaces it" in done.stderr
    done = quickly("compare", "run", "zh", "--out", "zh", folder=folder, code=2)
    assert "zh is a folder: --out names the file to be written" in done.stderr
    assert (folder / "x.html").read_bytes() == before
    quickly("compare", "run", "zh", "--out", "x.html", "--overwrite", folder=folder)
    assert 'lang="en' in (folder / "x.html").read_text("utf-8")


def test_a_run_is_not_compared_with_itself(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(folder / "run")
    alias = str(tmp_path / "alias")
    for names in (("run", "run"), ("run", "./zh/../run", alias)):
        done = quickly("compare", *names, folder=folder, code=2)
        assert f"{', '.join(names)} are one folder: name that of another run" in done.stderr
        assert done.stdout == ""
    once = quickly("compare", "run", "zh", folder=folder).stdout
    said = quickly("compare", "run", "zh", alias, "run", folder=folder).stdout
    line = f"The folders run, {alias}, run are one and the same: its run is shown once.\n"
    assert said.replace(line, "") == once
    assert said.count(line) == 1


def test_a_comparison_never_replaces_what_is_compared(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "alias.html").symlink_to(folder / "zh" / "facts.json")
    drawn = min((folder / "run" / "pictures").glob("*.json"))
    state = max((folder / "zh" / "checkpoints").iterdir())
    kept = [path for name in ("run", "zh") for path in (folder / name).rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in kept}
    own = [folder / "run" / "model.safetensors", folder / "zh" / "test_predictions.csv"]
    for out in (*own, drawn, state, tmp_path / "alias.html"):
        arguments = ("compare", "run", "zh", "--out", str(out), "--overwrite")
        done = quickly(*arguments, folder=folder, code=2)
        assert f"{out} is {out.resolve().name} of the run in " in done.stderr
        assert "which --out replaces: name another --out" in done.stderr
    assert {path: path.read_bytes() for path in kept} == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report", "nowhere"], "nowhere holds no run"),
        (["report", "run", "--language", "fr"], "'fr' is not one of 'en', 'zh'"),
        (["report"], "Missing argument 'DIR'"),
        (["compare", "run"], "at least two folders"),
        (["compare", "run", "nowhere"], "nowhere holds no run"),
        (["compare", "run", "zh", "--out", "people.csv/x.html"], "people.csv"),
        (["compare", "run", "zh", "--language", "fr"], "'fr' is not one of 'en', 'zh'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_wrong_is_named(arguments: list[str], message: str, folder: Path) -> None:
    before = contents(folder)
    done = quickly(*arguments, folder=folder, code=2)
    assert message in done.stderr.replace("\n", " ")
    assert contents(folder) == before


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"run": 3}', '{"run": {"language": "xx"}}'])
def test_damaged_facts_are_named(damage: str, folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in ("config.toml", "model.safetensors"):
        (broken / name).write_bytes((folder / "run" / name).read_bytes())
    (broken / "facts.json").write_text(damage)
    before = contents(broken)
    done = quickly("report", str(broken), folder=folder, code=2)
    assert "facts.json is damaged" in done.stderr
    assert contents(broken) == before


def test_the_learning_curve_is_made_when_it_is_wanted(folder: Path) -> None:
    write(folder / "many.csv", people(700, seed=4))
    made = {}
    for switch in ("--learning-curve", "--no-learning-curve"):
        quickly(
            *("fit", "many.csv", "--target", "pay", "--out", switch[2:], "--epochs", "2"),
            *("--hidden", "4", "--baseline", "none", "--quiet", switch),
            folder=folder,
        )
        made[switch] = read(folder / switch[2:] / "facts.json")["learning_curve"]
    assert made["--no-learning-curve"] is None
    assert len(made["--learning-curve"]["rows"]) == 4


@pytest.mark.parametrize(
    "options",
    [
        ["--target", "pay", "--target", "age", "--loss", "gaussian-nll", "--ensemble", "2"],
        ["--target", "pay", "--split", "time:day", "--memory", "0", "--hidden", "none"],
        ["--target", "likes", "--test", "one.csv", "--validation", "one.csv"],
    ],
    ids=" ".join,
)
def test_a_report_is_made_of_whatever_was_trained(
    options: list[str], folder: Path, tmp_path: Path
) -> None:
    write(folder / "one.csv", people(1, seed=5))
    quickly(
        *("fit", "people.csv", *TINY, *options, "--baseline", "linear", "--quiet"),
        *("--out", str(tmp_path / "run")),
        folder=folder,
    )
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    for target in options[1:4:2] if options[2] == "--target" else options[1:2]:
        assert target in page
