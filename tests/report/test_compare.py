from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pellucid.errors import FolderError, OptionError
from pellucid.report.compare import compare_runs, comparison_table, lacking, said_of_data
from pellucid.report.matching import Difference, Matching
from pellucid.report.words import Words
from tests.report import example_facts
from tests.report.page_reader import Page, complaints


def _runs() -> list[tuple[str, dict[str, Any]]]:
    first, second = example_facts.classification(), example_facts.classification(epochs=80, seed=5)
    second["network"]["learning_rate"] = 0.01
    second["verdict"]["income"]["metrics"]["accuracy"]["network"]["value"] = 0.901
    return [("first <run>", first), ("second", second)]


def test_settings_that_differ_and_no_others() -> None:
    rows = {name: cells for name, *cells in comparison_table(_runs())}
    assert rows["run"] == ["first <run>", "second"]
    assert rows["learning rate"] == ["0.002", "0.01"]
    assert rows["epochs"] == ["48", "80"]
    assert "dropout" not in rows
    assert "seed" not in rows


def test_metrics_stand_side_by_side_with_intervals() -> None:
    rows = {
        name: [cell.replace("\xa0", " ") for cell in cells]
        for name, *cells in comparison_table(_runs())
    }
    assert rows["accuracy"] == ["85.3 % (84.6 % to 86.1 %)", "90.1 % (84.6 % to 86.1 %)"]
    assert rows["log loss"] == ["0.312 (0.303 to 0.322)"] * 2


def test_runs_on_other_targets_leave_gaps() -> None:
    runs = [("a", example_facts.classification()), ("b", example_facts.regression())]
    rows = {name: cells for name, *cells in comparison_table(runs)}
    assert rows["accuracy of income"][1] == "\N{EN DASH}"
    assert rows["RMSE of price"][0] == "\N{EN DASH}"
    assert rows["task"] == ["classification", "regression"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_is_sound(tmp_path: Path, language: str) -> None:
    path = compare_runs(_runs(), tmp_path / "new" / "compare.html", language)
    content = path.read_text("utf-8")
    assert complaints(content) == []
    assert list(Page(content).sections()) == ["metrics", "settings", "training"]
    assert content.count("<svg") == 4
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["compare.html"]


def test_what_was_made_without_a_report_is_named() -> None:
    runs = _runs()
    assert lacking(runs, Words("en")) == []
    runs[1][1]["importance"] = None
    (said,) = lacking(runs, Words("en"))
    assert "second" in said
    assert Words("en")("lacking") in said
    del runs[0][1]["importance"]
    assert len(lacking(runs, Words("zh"))) == 2


def _said(tmp_path: Path, runs: list[tuple[str, dict[str, Any]]]) -> str:
    content = compare_runs(runs, tmp_path / "c.html").read_text("utf-8")
    return Page(content).all("header")[0].text


def test_runs_on_different_data_are_told_apart(tmp_path: Path) -> None:
    runs = [(name, {"run": {"fingerprint": "a"}, "data": {"source": "a.csv"}}) for name in "xyz"]
    assert "All runs saw the same data." in _said(tmp_path, runs)
    runs[1][1]["run"]["fingerprint"] = "b"
    runs[1][1]["data"]["source"] = "b.csv"
    assert (
        "These runs saw different data: x, z (a.csv); y (b.csv). The numbers of y can be set "
        "against those of no other run, those of x, z against each other."
    ) in _said(tmp_path, runs)
    del runs[2][1]["run"]["fingerprint"]
    assert "Whether the runs saw the same data is not known." in _said(tmp_path, runs)


def _read_otherwise() -> tuple[list[tuple[str, dict[str, Any]]], Matching]:
    runs = _runs()
    for place, (_, facts) in enumerate(runs):
        facts["run"]["fingerprint"] = str(place)
    runs[1][1]["options"] = {"missing": ["-9"]}
    difference = Difference(-0.02, -0.03, -0.01, "better")
    return runs, Matching(((0, 1),), 9769, {("income", "log_loss"): {1: difference}})


def test_runs_on_the_same_test_rows_are_set_against_each_other(tmp_path: Path) -> None:
    runs, matching = _read_otherwise()
    content = compare_runs(runs, tmp_path / "c.html", matching=matching).read_text("utf-8")
    said = Page(content).all("header")[0].text
    assert "All runs were tested on the same 9,769 rows" in said
    assert "They differ in how they read the data: taken as missing." in said
    assert complaints(content) == []
    rows = {name: cells for name, *cells in comparison_table(runs, matching=matching)}
    assert rows["log loss, less that of first <run>"] == [
        "\N{EN DASH}",
        "\N{MINUS SIGN}0.0200 (\N{MINUS SIGN}0.0300 to \N{MINUS SIGN}0.0100): better",
    ]
    assert "log loss, less that of first &lt;run&gt;" in content


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "+38.8 points (\N{MINUS SIGN}1.3 to +75.0 points): better"),
        ("zh", "+38.8 个百分点（\N{MINUS SIGN}1.3 至 +75.0 个百分点）：更好"),
    ],
)
def test_differences_of_shares_are_percentage_points(
    tmp_path: Path, language: str, shown: str
) -> None:
    runs, _ = _read_otherwise()
    difference = Difference(0.3882, -0.0131, 0.75, "better")
    matching = Matching(((0, 1),), 9769, {("income", "accuracy"): {1: difference}})
    (row,) = [
        cells
        for name, *cells in comparison_table(runs, language, matching)
        if "first <run>" in name
    ]
    assert row == ["\N{EN DASH}", shown]
    content = compare_runs(runs, tmp_path / "c.html", language, matching).read_text("utf-8")
    assert f"{shown.split(' (')[0].split('（')[0]}<small>" in content


@pytest.mark.parametrize(
    ("metric", "number", "shown"),
    [
        ("accuracy", 0.0, "0.0 points"),
        ("accuracy", -0.0004, "0.0 points"),
        ("accuracy", -0.0006, "\N{MINUS SIGN}0.1 points"),
        ("accuracy", float("nan"), "\N{EN DASH}"),
        ("rmse", 0.0, "0.00"),
        ("rmse", -45.71, "\N{MINUS SIGN}45.7"),
        ("rmse", 12345.0, "+12,345"),
        ("log_loss", None, "\N{EN DASH}"),
    ],
)
def test_differences_have_a_sign(metric: str, number: float | None, shown: str) -> None:
    assert Words("en").difference(metric, number) == shown


def test_runs_on_other_test_rows_are_told_apart(tmp_path: Path) -> None:
    runs, _ = _read_otherwise()
    apart = Matching(((0,), (1,)), 9769, {})
    content = compare_runs(runs, tmp_path / "c.html", matching=apart).read_text("utf-8")
    said = Page(content).all("header")[0].text
    # The source is not said twice where it is the same.
    assert (
        "These runs were tested on different rows: first <run>; second. Their numbers cannot be "
        "set against each other."
    ) in said


@pytest.mark.parametrize(
    ("groups", "comparable"),
    [
        (((0, 2, 3), (1,)), "The numbers of b can be set against those of no other run, those of "),
        (((0,), (1, 2), (3,)), "The numbers of a, d can be set against those of no other run, "),
        (((0, 1), (2, 3)), "Only the numbers of runs that stand together here can be set against"),
        (((0,), (1,), (2,), (3,)), "Their numbers cannot be set against each other."),
    ],
)
def test_only_runs_that_stand_alone_are_excluded(
    groups: tuple[tuple[int, ...], ...], comparable: str
) -> None:
    runs = [(name, {"run": {"fingerprint": name}}) for name in "abcd"]
    alike, said = said_of_data(runs, Words("en"), Matching(groups, 9, {}))
    assert not alike
    assert comparable in said
    assert ("cannot be set against each other" in said) == all(len(own) == 1 for own in groups)
    _, said = said_of_data(runs, Words("zh"), Matching(groups, 9, {}))
    assert ("不能直接比较" in said) == all(len(own) == 1 for own in groups)


def test_the_same_data_by_another_path_is_no_difference() -> None:
    runs = _runs()
    runs[1][1]["data"]["source"] = "/elsewhere/adult.csv"
    assert "source" not in {name for name, *_ in comparison_table(runs)}
    runs[1][1]["run"]["fingerprint"] = "another"
    assert "source" in {name for name, *_ in comparison_table(runs)}


def test_the_same_run_twice_has_no_differences(tmp_path: Path) -> None:
    facts = example_facts.regression()
    content = compare_runs([("a", facts), ("b", facts)], tmp_path / "c.html").read_text("utf-8")
    assert "The runs have the same settings." in content


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (1, "a comparison needs at least two runs, got 1"),
        (31, "a comparison shows at most 30 runs, got 31"),
    ],
)
def test_too_few_or_too_many_runs(tmp_path: Path, count: int, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        compare_runs([("a", {})] * count, tmp_path / "c.html")
    with pytest.raises(OptionError, match=message):
        comparison_table([("a", {})] * count)


def test_page_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match="cannot be made"):
        compare_runs(_runs(), tmp_path / "file" / "c.html")


def test_every_option_that_differs_is_shown(tmp_path: Path) -> None:
    runs = _runs()
    runs[0][1]["options"] = {"hidden": [64], "drop": ["zip"], "scaling": "auto", "l2": 0.0}
    runs[1][1]["options"] = {"hidden": [128, 128], "scaling": "auto", "l2": 0.01}
    rows = {name: cells for name, *cells in comparison_table(runs)}
    assert rows["hidden layers"] == ["64", "128, 128"]
    assert rows["dropped columns"] == ["zip", "\N{EN DASH}"]
    assert rows["penalty on squared weights"] == ["0", "0.01"]
    assert "scaling" not in rows
    assert "" not in rows


def test_losses_in_different_units_are_not_drawn_together(tmp_path: Path) -> None:
    facts = [example_facts.regression() for _ in range(3)]
    for one, scale in zip(facts, ("linear", "log", "linear"), strict=True):
        one["options"] = {"target_scale": scale}
    runs = [(name, one) for name, one in zip("abc", facts, strict=True)]
    content = compare_runs(runs, tmp_path / "c.html").read_text("utf-8")
    assert "count them in different units" in content
    shown = [one.text for one in Page(content).all("figure")]
    apart = [text for text in shown if "scale of the target log" in text]
    assert 0 < len(apart) < len(shown)
    del facts[1]["options"]["target_scale"]
    content = compare_runs(runs, tmp_path / "d.html").read_text("utf-8")
    assert "count them in different units" not in content
