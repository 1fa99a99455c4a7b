from __future__ import annotations

import doctest
import json
import math
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pellucid import drawing
from pellucid.errors import FolderError, OptionError
from pellucid.language.number import short
from pellucid.report import axis, canvas, compare, markup, page, section, style, svg, words
from pellucid.report.page import composed, write_report
from pellucid.report.sections import columns, dependence, findings, probabilities
from tests.report import example_facts
from tests.report.page_reader import Page, complaints
from tests.report.pages import page as page_of

SECTIONS = [
    *("measured", "diagnosis", "data", "network", "training", "predictions", "probabilities"),
    *("slices", "importance", "dependence", "inside", "learning", "drift", "worst", "repeat"),
]
NEEDS = {
    "measured": "verdict",
    "inside": "layers",
    "learning": "learning_curve",
    "repeat": "run",
    "predictions": "curves",
    "probabilities": "curves",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A report with all its files, and the facts that it was made of."""
    folder = tmp_path_factory.mktemp("report")
    facts = example_facts.classification(("setosa", "versicolor", "virginica", "other", "none"))
    files = write_report(folder, facts)
    assert all(file.is_file() for file in files)
    assert sorted(file for file in folder.rglob("*") if file.is_file()) == sorted(files)
    return folder, facts


@pytest.fixture(scope="module")
def english() -> str:
    return page_of("two", "en")[0]


@pytest.fixture(scope="module")
def chinese() -> str:
    return page_of("two", "zh")[0]


@pytest.mark.parametrize(
    "module",
    [axis, canvas, compare, findings, markup, page, section, style, svg, words],
    ids=lambda module: module.__name__,
)
def test_examples(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


def test_page_is_sound_and_asks_for_nothing(english: str, chinese: str) -> None:
    assert complaints(english) == []
    assert complaints(chinese) == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ('<img src="https://x.org/a.png" alt="">', "img refers to https://x.org/a.png"),
        ("<script>1</script>", "unknown element script"),
        ('<p id="main"></p>', "id main stands twice"),
        ("<h3>deep</h3><h2></h2>", "an h2 is empty"),
        ('<svg viewBox="0 0 1 1"></svg>', "a picture has no alternative"),
        ('<p onclick="1"></p>', "p has a handler onclick"),
        ('<path clip-path="url(#nowhere)"/>', "path refers to url(#nowhere)"),
    ],
)
def test_faults_are_found(english: str, fault: str, said: str) -> None:
    assert said in complaints(english.replace("</main>", f"{fault}</main>"))


def test_both_languages_say_all_sections(english: str, chinese: str) -> None:
    here, there = Page(english).sections(), Page(chinese).sections()
    assert list(here) == list(there) == SECTIONS
    assert not any(title == there[name] for name, title in here.items())
    assert all(re.search("[\u4e00-\u9fff]", title) for title in there.values())
    assert not re.search("[\u4e00-\u9fff]", english)
    assert 'lang="zh-Hans"' in chinese


def test_contents_lead_to_every_section(english: str) -> None:
    parsed = Page(english)
    links = [link.attributes["href"] for link in parsed.all("a") if link.inside("nav")]
    assert links == [f"#{name}" for name in SECTIONS]


def test_verdict_stands_first_as_it_was_said(english: str) -> None:
    sentence = example_facts.classification()["verdict"]["income"]["sentence"]
    first = next(one for one in Page(english).all("p") if one.attributes.get("class") == "verdict")
    assert first.text.replace("\xa0", " ") == sentence
    assert english.index("On 9,770 test rows") < english.index("<nav")


def test_metrics_are_those_of_the_facts(english: str) -> None:
    facts = example_facts.classification()["verdict"]["income"]["metrics"]
    rows = [row.text for row in Page(english).all("tr")]
    row = next(row for row in rows if row.startswith("log loss"))
    network = facts["log_loss"]["network"]
    assert f"{network['value']:.3f}" in row
    assert f"{network['low']:.3f} to {network['high']:.3f}" in row
    judgements = [one["judgement"] for one in facts["log_loss"]["baselines"].values()]
    assert judgements == ["better", "better", "cannot tell"]
    assert row.count("network better") == 2
    assert row.count("cannot tell") == 1


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("how", ["missing", "null"])
def test_section_without_facts_is_left_out(
    monkeypatch: pytest.MonkeyPatch, name: str, how: str
) -> None:
    monkeypatch.setattr(section, "svg", lambda picture, prefix: "")
    facts = example_facts.classification()
    key = NEEDS.get(name, name)
    if how == "null":
        facts[key] = None
    else:
        del facts[key]
    content, _ = composed(facts)
    gone = {one for one in SECTIONS if NEEDS.get(one, one) == key}
    assert list(Page(content).sections()) == [one for one in SECTIONS if one not in gone]


def test_no_facts_at_all_give_a_page() -> None:
    content, pictures = composed({})
    assert complaints(content) == []
    assert Page(content).sections() == {}
    assert pictures == []


def test_years_have_no_separators() -> None:
    facts = example_facts.classification()
    summary = {"least": 1990.0, "median": 2004.5, "most": 2020.0}
    facts["data"]["columns"][0]["summary"] = summary
    facts["dependence"] = [
        {
            "column": "year",
            "kind": "number",
            "grid": [1990.0, 2005.0, 2020.0],
            "rows": [5, 5, 5],
            "curves": [
                {"class": None, "mean": [1.0, 2.0, 3.0], "low": [0.0] * 3, "high": [4.0] * 3}
            ],
        }
    ]
    content, _ = composed(facts)
    assert "1990" in content
    assert "2020" in content
    assert "2,020" not in content
    assert "1,990" not in content
    assert short(12345.0) == "12,345"


def test_a_calibration_error_of_nothing_is_explained() -> None:
    facts = example_facts.classification()
    (known,) = facts["curves"].values()
    for error, explained in ((0.0, True), (0.031, False)):
        known["calibration"] |= {"error": error, "low": 0.0, "high": 0.082}
        for language in ("en", "zh"):
            notes = Page(composed(facts, language)[0]).all("p")
            text = " ".join(note.text for note in notes).replace("\xa0", " ")
            assert ("0 % to 8.2 %" in text) or ("0 % 至 8.2 %" in text)
            said = "no larger than chance" in text or "偶然波动" in text
            assert said == explained


def test_the_class_looked_for_is_named_where_it_counts() -> None:
    facts = example_facts.classification()
    facts["data"]["positive"] = ">50K"
    facts["verdict"]["income"]["positive"] = ">50K"
    rows = [row.text for row in Page(composed(facts)[0]).all("tr")]
    for metric, named in (("average precision", True), ("calibration", True), ("accuracy", False)):
        (row,) = (row for row in rows if row.startswith(metric))
        assert ("; class >50K" in row) == named
    assert "The class looked for" in composed(facts)[0]


def test_errors_in_standard_units_are_said_to_be_so() -> None:
    facts = example_facts.classification()
    said = "errors are in standard deviations"
    assert said not in composed(facts)[0]
    for name in ("importance", "worst", "learning_curve"):
        changed = {**facts, name: {**facts[name], "standardised": True}}
        assert said in composed(changed)[0], name


def test_names_are_in_the_language_of_the_page() -> None:
    facts = example_facts.classification()
    facts["network"] |= {"optimizer": "sgd", "loss": "squared_error", "schedule": "cosine"}
    facts["network"]["layers"][0]["kind"] = "Dense"
    chinese = composed(facts, "zh")[0]
    for shown in ("随机梯度下降", "平方误差", "余弦下降", "全连接层"):
        assert shown in chinese
    english = composed(facts, "en")[0]
    for shown in ("sgd", "squared error", "cosine", "Dense"):
        assert shown in english


def test_missing_values_are_shares_of_the_training_rows() -> None:
    column = {"name": "a", "kind": "number", "role": "feature", "missing": 50, "distinct": 3}
    facts = {"data": {"target": "y", "rows": {"train": 200, "test": 800}, "columns": [column]}}
    content = composed(facts)[0].replace("\xa0", " ")
    assert "50<small>25 %</small>" in content
    assert "those of the 200 training rows only" in content
    assert "<h3>1 column</h3>" in content


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"measure": "rmsle", "scale": "log"}, "<dt>off by a factor of</dt><dd>6.55</dd>"),
        (
            {"measure": "rmsle", "scale": "log1p"},
            "off by a factor of, 1 added to both</dt><dd>6.55",
        ),
        ({"measure": "rmse", "scale": None}, "<dt>off by</dt><dd>1.88</dd>"),
        ({"measure": "pinball"}, "<dt>pinball loss</dt><dd>1.88</dd>"),
        ({}, "<dt>off by</dt><dd>1.88</dd>"),
    ],
)
def test_errors_of_rows_say_what_they_are_measured_in(known: dict[str, Any], said: str) -> None:
    row = {"row": 4, "truth": 11.0, "prediction": 77.49, "error": 1.88, "values": []}
    assert said in composed({"worst": {"columns": [], "rows": [row], **known}})[0]


def test_slices_keep_what_tells_them_apart_and_are_in_the_language() -> None:
    rows = [
        {"column": "a" * 40, "kind": "interval", "slice": f"1.5e-9 \u2264 {'a' * 40} < 2.5e-9"},
        {"column": "size", "kind": "missing", "slice": "size missing"},
        {"column": "shop", "kind": "others", "slice": "shop = \u2026"},
    ]
    known = [one | {"rows": 30, "value": 0.5, "low": 0.4, "high": 0.6} for one in rows]
    facts = {"slices": {"metric": "accuracy", "overall": 0.5, "rows": known}}
    english, chinese = composed(facts)[0], composed(facts, "zh")[0]
    assert "1.5e-9 \u2264 aaaaaaaa\u2026aaaaaaa &lt; 2.5e-9" in english
    for said in ("size missing", "shop: all other values"):
        assert said in english
        assert said not in chinese
    for said in ("size 缺失", "shop：其余取值"):
        assert said in chinese


def test_small_probabilities_fill_their_picture() -> None:
    one = {"mean_probability": 0.01, "frequency": 0.02, "rows": 50}
    small = one | {"frequency_low": 0.01, "frequency_high": 0.04}
    seen = probabilities._seen([small])
    assert 0.04 <= seen.high < 0.05
    assert probabilities._seen([small, small | {"frequency_high": 0.7}]) == probabilities.UNIT
    assert probabilities._seen([]) == probabilities.UNIT


@pytest.mark.parametrize(
    ("grid", "crowded"),
    [
        ([0.01, 0.1, 1.0, 10.0, 1e4], True),
        ([0.0, 0.1, 1.0, 10.0, 1e4], False),
        ([1.0, 250.0, 500.0, 750.0, 1000.0], False),
        ([1.0, 2.0, 3.0, 4.0, 50.0], False),
        ([1.0, math.nan, 3.0], False),
    ],
)
def test_columns_over_decades_have_a_logarithmic_axis(grid: list[float], crowded: bool) -> None:
    assert dependence._crowds(grid) is crowded


def test_columns_that_are_not_drawn_are_named() -> None:
    curve = {"class": None, "mean": [1.0, 2.0], "low": [0.5, 1.5], "high": [1.5, 2.5]}
    drawn = {"column": "size", "kind": "number", "grid": [1.0, 2.0], "curves": [curve]}
    alone = {"column": "holiday", "kind": "category", "grid": ["yes"], "curves": [curve]}
    day = {"name": "day", "kind": "date", "role": "feature"}
    facts = {"data": {"target": "y", "columns": [day]}, "dependence": [drawn, alone]}
    content = composed(facts)[0]
    assert "By size" in content
    assert "By holiday" not in content
    assert "Dates are not drawn, since a day stands for several things at once: day." in content
    assert "how predictions go" not in composed({"dependence": [alone]})[0].lower()


def test_each_of_several_targets_has_its_number_at_the_top() -> None:
    metric = {"better": "lower", "network": {"value": 2.0, "low": 1.0, "high": 3.0}}
    known = {"main": "rmse", "leading": ["rmse"], "metrics": {"rmse": metric}}
    head = composed({"verdict": {"a": known, "b": known}})[0].partition("<nav")[0]
    for name in ("a", "b"):
        assert f"<dt>RMSE of {name}</dt><dd><b>2.00</b>" in head


def test_a_healthy_run_is_said_to_be_one() -> None:
    content, _ = composed({"diagnosis": []})
    assert "Nothing stood out" in content


def _without_numbers(value: Any) -> Any:
    """Return facts in which every number is missing."""
    if isinstance(value, dict):
        return {name: _without_numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_without_numbers(one) for one in value]
    return None if isinstance(value, float) else value


@pytest.mark.parametrize("build", [example_facts.classification, example_facts.regression])
def test_numbers_that_are_missing_are_no_obstacle(build: Any) -> None:
    facts = build()
    for key in ("verdict", "slices", "importance", "dependence", "worst", "drift"):
        facts[key] = _without_numbers(facts[key])
    facts["training"]["epochs"] = _without_numbers(facts["training"]["epochs"])
    content, _ = composed(facts)
    assert complaints(content) == []
    assert "nan" not in re.sub(r"<[^>]*>", " ", content).lower().split()


def test_slices_of_classes_are_set_beside_rows_of_the_same_confidence() -> None:
    facts = example_facts.classification()
    facts["slices"]["rows"] *= 3
    plainly, _ = composed(facts)
    assert "on rows as sure" not in plainly
    for row in facts["slices"]["rows"]:
        row["expected"] = 0.4321
    content, _ = composed(facts)
    assert complaints(content) == []
    assert "on rows as sure" in content
    assert "43.2" in content
    assert "right less often than on other rows of which it is as sure" in content
    facts["slices"]["rows"] = [{**row, "expected": None} for row in facts["slices"]["rows"]]
    assert complaints(composed(facts)[0]) == []


def test_numbers_in_files_are_those_of_the_facts(written: tuple[Path, dict[str, Any]]) -> None:
    folder, facts = written
    curves = facts["curves"]["income"]
    epochs = facts["training"]["epochs"]
    expected = {
        "roc": curves["roc"],
        "precision-recall": curves["precision_recall"],
        "calibration": curves["calibration"],
        "confusion": curves["confusion"],
        "slices": facts["slices"],
        "importance": facts["importance"],
        "dependence-2": facts["dependence"][1],
        "weights": facts["layers"]["weights"],
        "activations": facts["layers"]["activations"],
        "gradients": facts["layers"]["gradients"],
        "learning-curve": facts["learning_curve"],
        "network": {"layers": facts["network"]["layers"]},
    }
    for name, numbers in expected.items():
        assert json.loads((folder / "pictures" / f"{name}.json").read_text("utf-8")) == numbers
    loss = json.loads((folder / "pictures" / "curve-loss.json").read_text("utf-8"))
    assert loss["epochs"] == {name: epochs[name] for name in ("train_loss", "validation_loss")}
    comparison = json.loads((folder / "pictures" / "comparison.json").read_text("utf-8"))
    assert comparison == {"metric": "log_loss", **facts["verdict"]["income"]["metrics"]["log_loss"]}


def test_every_picture_is_a_png_with_its_numbers(written: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = written
    names = {path.stem for path in (folder / "pictures").glob("*.png")}
    assert names == {path.stem for path in (folder / "pictures").glob("*.json")}
    assert len(names) == 21
    for name in names:
        with Image.open(folder / "pictures" / f"{name}.png") as image:
            image.load()
            assert 600 < image.width < 2500, name
            shades = np.asarray(image.convert("L"))
            assert shades[0].min() == shades[:, 0].min() == 255, f"{name} touches its edge"
            assert shades.min() < 120, f"{name} is empty"


def test_same_facts_give_the_same_bytes(tmp_path: Path) -> None:
    facts = example_facts.regression()
    del facts["dependence"], facts["layers"]
    contents = []
    for name in ("a", "b"):
        files = write_report(tmp_path / name, facts)
        contents.append({file.relative_to(tmp_path / name): file.read_bytes() for file in files})
    assert contents[0] == contents[1]


def test_pictures_take_their_colours_from_the_page(english: str) -> None:
    pictures = re.findall("<svg.*?</svg>", english, re.DOTALL)
    assert len(pictures) == 22
    for picture in pictures:
        assert not re.search(r"#[0-9a-fA-F]{3,6}\b(?!\))", re.sub(r'href="#[^"]*"', "", picture))
        assert "font-family" not in picture
        assert "<text" in picture
    used = set(re.findall(r"var\(--([\w-]+)\)", "".join(pictures)))
    assert used <= set(svg.COLOURS.values())
    assert "blue" in used


def test_style_sheet_has_every_colour_for_light_and_dark() -> None:
    light, _, dark = style.style_sheet().partition("prefers-color-scheme:dark")
    for name in svg.COLOURS.values():
        assert f"--{name}:#" in light
        assert f"--{name}:#" in dark


def test_several_targets_are_told_apart() -> None:
    content, names = page_of("numbers", "en")
    assert complaints(content) == []
    assert len(names) == len(set(names))
    for name in ("comparison", "scatter", "residuals", "slices", "importance"):
        assert name in names
        assert f"{name}-2" in names
    heads = [head.text for head in Page(content).all("h3")]
    assert heads.count("Target: price") == heads.count("Target: rent") == 6


def test_hostile_names_break_nothing(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        files = write_report(tmp_path, example_facts.hostile())
    content = files[0].read_text("utf-8")
    assert complaints(content) == []
    text = Page(content).all("body")[0].text
    for name in ("<script>alert(1)</script>", "身高", "$x_1^2$", "{field} %s"):
        assert name in text, name
    assert "\u202e" not in content
    assert "\x1b" not in content
    for file in files[1:]:
        if file.suffix == ".png":
            with Image.open(file) as image:
                image.load()
        else:
            json.loads(file.read_text("utf-8"))


def test_the_largest_run_gives_a_page_of_reasonable_size() -> None:
    content, pictures = composed(example_facts.large())
    assert complaints(content) == []
    assert len(content.encode()) < 2_500_000
    assert len(pictures) < 40
    folded = [one for one in Page(content).all("tr") if one.inside("details")]
    assert len(folded) > 900
    confusion = next(picture for picture in pictures if picture.name == "confusion")
    assert len(confusion.numbers["classes"]) == 100
    assert "other classes" in Page(content).all("body")[0].text
    whole = sum(map(sum, confusion.numbers["counts"]))
    assert f" {whole:,} " in confusion.alternative or str(whole) in confusion.alternative
    curve = next(picture for picture in pictures if picture.name == "curve-loss")
    assert len(curve.numbers["epochs"]["train_loss"]) == 100_000


def test_without_a_chinese_font_files_are_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "chinese_font", lambda: None)
    facts = {"importance": example_facts.classification()["importance"]}
    content, pictures = composed(facts, "zh")
    assert [picture.title for picture in pictures] == ["Importance of columns"]
    assert "未找到中文字体" in content
    assert "各列的重要性" in content
    monkeypatch.setattr(page, "chinese_font", lambda: "Some Font")
    content, pictures = composed(facts, "zh")
    assert [picture.title for picture in pictures] == ["各列的重要性"]
    assert "未找到中文字体" not in content


@pytest.mark.parametrize(
    ("used", "there", "expected"),
    [(20_000, 200_000, True), (200, 200, False), (None, None, False)],
)
def test_rows_that_were_left_out_are_told(
    used: int | None, there: int | None, expected: bool
) -> None:
    known = {**example_facts.classification()["importance"], "rows": used, "of_rows": there}
    content, _ = composed({"importance": known})
    assert ("It was measured on 20,000 of 200,000 rows." in content) == expected
    assert ("It was measured on" in content) == expected


def test_no_glyph_is_no_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(drawing, "chinese_font", lambda: None)
    facts = {"importance": example_facts.hostile()["importance"]}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(write_report(tmp_path, facts)) == 3


def test_language_that_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="language must be one of en, zh, got 'fr'"):
        write_report(tmp_path, {}, "fr")
    assert not list(tmp_path.iterdir())


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match="cannot be made"):
        write_report(tmp_path / "file" / "inner", {})


def test_sentences_are_said_in_the_language_of_the_page() -> None:
    sentence = {"key": "page.rows", "values": {"count": 31}}
    facts = {"data": {"target": "y", "split": sentence, "notes": [sentence]}}
    assert composed(facts)[0].count("31 rows") == 2
    assert composed(facts, "zh")[0].count("31 行") == 2


@pytest.mark.parametrize(
    "values",
    [
        [],
        [0.0],
        [5.0, 5.0],
        [math.nan],
        [1e-12, 2e-12],
        [1e9, 1e9 + 1],
        [-1e300, 1e300],
        [-3, 7],
        [0.001, 1000],
        [1e5, 1e5 + 1e-3],
    ],
    ids=str,
)
@pytest.mark.parametrize("log", [False, True])
def test_scales_hold_their_values_and_tell_labels_apart(values: list[float], log: bool) -> None:
    one = axis.scale(values, log=log)
    assert one.low < one.high
    assert len(one.places) == len(one.labels) >= 1
    assert len(set(one.labels)) == len(one.labels)
    assert all(one.low <= place <= one.high for place in one.places)
    finite = [value for value in values if abs(value) < 1e100]
    assert all(one.low <= value <= one.high for value in finite)


def test_thinned_curves_keep_their_extremes() -> None:
    generator = np.random.default_rng(0)
    values = generator.normal(size=100_000).tolist()
    values[77_777] = 40.0
    values[5] = math.nan
    places, kept = axis.thinned(values, 400)
    assert len(kept) <= 403
    assert max(x for x in kept if not math.isnan(x)) == 40.0
    assert min(kept[1:]) == min(x for x in values if not math.isnan(x))
    assert places == sorted(set(places))
    assert (places[0], places[-1]) == (0, 99_999)


def test_columns_that_did_not_shift_are_not_said_to() -> None:
    facts = {"drift": example_facts.classification()["drift"]}
    rows = [row.text for row in Page(composed(facts)[0]).all("tr")][1:]
    assert rows == ["agelargest gap between the shares of rows below a value0.1830.1"]
    facts["drift"] = facts["drift"][1:]
    assert Page(composed(facts)[0]).sections() == {}


@pytest.mark.parametrize(
    ("row", "standing"),
    [
        ({"differs": "worse", "low": 0.1, "high": 0.2}, "worse"),
        ({"differs": None, "low": 0.1, "high": 0.2}, ""),
        ({"low": 0.1, "high": 0.2}, "apart"),
        ({"low": 0.1, "high": 0.9}, ""),
        ({"low": None, "high": 0.2}, ""),
    ],
)
def test_slices_that_stand_out(row: dict[str, Any], standing: str) -> None:
    assert columns._standing(row, 0.5) == standing
