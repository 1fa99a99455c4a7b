from __future__ import annotations

import logging
import warnings
from pathlib import Path

import pytest

from pellucid import drawing
from pellucid.drawing import chinese_font, style, text_width


def test_chinese_letters_are_as_wide_as_high() -> None:
    assert text_width("宽度", 10) == 20.0
    assert text_width("ab宽", 10) == pytest.approx(text_width("ab", 10) + 10)


def test_a_font_that_is_found_has_chinese_letters() -> None:
    name = chinese_font()
    if name is None:
        pytest.skip("no Chinese font is installed")
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(family=name)))
    assert font.get_char_index(ord("网")) != 0


@pytest.mark.parametrize("installed", [True, False])
def test_neither_glyphs_nor_weights_are_talked_of(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    installed: bool,
) -> None:
    if not installed:
        monkeypatch.setattr(drawing, "chinese_font", lambda: None)
    caplog.set_level(logging.WARNING)
    with warnings.catch_warnings(), style():
        warnings.filterwarnings("error", message="Tight")
        from matplotlib.figure import Figure

        figure = Figure()
        figure.text(0.1, 0.5, "网络 \u1e8d\U0001f642", fontweight="bold")
        figure.savefig(tmp_path / "a.png")
    assert caplog.text == ""
