from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pellucid.report.compare import compare_runs
from pellucid.report.page import composed
from tests.report import example_facts
from tests.report.browser import CHECKS, browser, opened_page, why_none
from tests.report.pages import page

pytestmark = pytest.mark.skipif(why_none() is not None, reason=str(why_none()))

WIDTHS = (360, 768, 1280)
SCHEMES = ("light", "dark")
PAGES = ("two-en", "five-zh", "numbers-en", "hostile-zh")
# The widest of the usual fonts, and the one that pictures are measured in.
FONTS = ("", "DejaVu Sans")


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    with browser() as opened:
        yield opened


def _opened(running: Any, path: Path) -> tuple[Any, list[str]]:
    """Return an open page, and the addresses that it asked for, errors and dialogs among them."""
    shown = opened_page(running, viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("pageerror", lambda error: asked.append(str(error)))
    shown.on("dialog", lambda dialog: asked.append("a dialog opened"))
    shown.goto(path.as_uri())
    return shown, asked


def _check(shown: Any, name: str) -> None:
    for font in FONTS:
        shown.evaluate("font => { document.body.style.fontFamily = font }", font)
        for width in WIDTHS:
            shown.set_viewport_size({"width": width, "height": 900})
            for scheme in SCHEMES:
                shown.emulate_media(color_scheme=scheme)
                for what, check in CHECKS.items():
                    if what == "contrast" and (font or width == 768):
                        continue
                    if what != "contrast" and scheme == "dark":
                        continue
                    found = shown.evaluate(check)
                    assert found == [], f"{name}, {width} px, {scheme}, font {font!r}: {what}"


@pytest.mark.parametrize("name", PAGES)
def test_nothing_overlaps_or_is_cut_off(running: Any, tmp_path: Path, name: str) -> None:
    path = tmp_path / "report.html"
    path.write_text(page(*name.split("-"))[0], "utf-8")
    shown, asked = _opened(running, path)
    if os.environ.get("PELLUCID_SCREENSHOTS"):
        _photograph(shown, Path(os.environ["PELLUCID_SCREENSHOTS"]), name)
    shown.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    _check(shown, name)
    assert asked == [path.as_uri()]
    shown.close()


def test_comparison_is_laid_out_well(running: Any, tmp_path: Path) -> None:
    runs = [
        (label, example_facts.classification(epochs=30 + 9 * place, seed=place))
        for place, label in enumerate(["first", "x" * 200, "第三次运行", "another"])
    ]
    path = compare_runs(runs, tmp_path / "compare.html", "zh")
    shown, asked = _opened(running, path)
    _check(shown, "comparison")
    assert asked == [path.as_uri()]
    shown.close()


def test_page_prints_in_dark_ink_on_white(running: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(page("two", "en")[0], "utf-8")
    shown, _ = _opened(running, path)
    shown.emulate_media(color_scheme="dark")
    printed = shown.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert len(printed) > 50_000
    shown.emulate_media(color_scheme="dark", media="print")
    shown.set_viewport_size({"width": 680, "height": 900})
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert shown.evaluate("document.documentElement.scrollWidth") <= 680
    wide = shown.evaluate(
        "[...document.querySelectorAll('table')].filter("
        "one => one.checkVisibility() && one.getBoundingClientRect().right > 681).length"
    )
    assert wide == 0, "a table is cut off on paper"
    folded = "[...document.querySelectorAll('details')].map(one => one.lastElementChild)"
    seen = f"{folded}.map(one => one.checkVisibility() && one.getBoundingClientRect().height > 0)"
    printed = shown.evaluate(seen)
    assert len(printed) >= 3
    assert all(printed), "what is folded on the screen is not printed"
    shown.emulate_media(media="screen")
    assert not any(shown.evaluate(seen))
    shown.close()


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ("document.querySelector('h1').style.width = '2000px'", "too wide"),
        (
            "document.querySelectorAll('svg.picture text').forEach("
            "(one, at) => { if (at < 2) { one.setAttribute('x', 50); one.setAttribute('y', 50); "
            "one.removeAttribute('transform') } })",
            "overlaps",
        ),
        ("document.querySelector('svg.picture text').setAttribute('x', -500)", "overlaps"),
        ("document.querySelector('h1').style.color = '#999'", "contrast"),
        ("document.querySelector('svg.picture text').style.fill = '#aaa'", "contrast"),
    ],
)
def test_faults_are_seen(running: Any, tmp_path: Path, fault: str, what: str) -> None:
    path = tmp_path / "report.html"
    facts = example_facts.classification()
    kept = {name: facts[name] for name in ("importance", "slices")}
    path.write_text(composed(kept)[0], "utf-8")
    shown, _ = _opened(running, path)
    assert all(shown.evaluate(check) == [] for check in CHECKS.values())
    shown.evaluate(fault)
    assert shown.evaluate(CHECKS[what]) != []
    shown.close()


def _photograph(shown: Any, folder: Path, name: str) -> None:
    """Leave screenshots for a person to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        for scheme in SCHEMES:
            shown.set_viewport_size({"width": width, "height": 900})
            shown.emulate_media(color_scheme=scheme)
            shown.screenshot(path=str(folder / f"{name}-{width}-{scheme}.png"), full_page=True)
