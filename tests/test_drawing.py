from __future__ import annotations

import doctest
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image

from pellucid import drawing as module
from pellucid.drawing import checked_path, drawing, shortened, text_width
from pellucid.errors import FolderError, OptionError


def _draw(path: Path, width: float = 3, height: float = 2, text: str = "a $x_1$ b") -> None:
    with drawing(path, width, height) as figure:
        figure.text(0.5, 0.5, text)


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


def test_png_has_the_size_asked_for(tmp_path: Path) -> None:
    _draw(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (480, 320)
        assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_svg_is_xml_with_the_text_as_it_stands(tmp_path: Path) -> None:
    _draw(tmp_path / "a.SVG")
    assert ElementTree.parse(tmp_path / "a.SVG").getroot().get("width") == "216pt"
    assert "<!-- a $x_1$ b -->" in (tmp_path / "a.SVG").read_text()


@pytest.mark.parametrize("name", ["a.svg", "a.png"])
def test_same_drawing_gives_same_bytes(tmp_path: Path, name: str) -> None:
    contents = []
    for _ in range(2):
        _draw(tmp_path / name)
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
    assert b"<dc:date>" not in contents[0]


def test_letters_without_a_glyph_give_no_warning(tmp_path: Path) -> None:
    _draw(tmp_path / "a.png", text="\u8eab\u9577")
    assert text_width("\u8eab\u9577", 10) > 0


@pytest.mark.parametrize(
    ("name", "got"), [("curves.pdf", "'.pdf'"), ("curves", "'no suffix'"), (".png", "'no suffix'")]
)
def test_other_suffix_is_an_error(name: str, got: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked_path(name)
    assert str(caught.value) == (
        f"cannot draw '{name}': a picture's name ends in .svg or .png, got {got}"
    )


def test_picture_too_large_for_dots(tmp_path: Path) -> None:
    path = tmp_path / "wall.png"
    with pytest.raises(OptionError) as caught:
        _draw(path, 2000, 3)
    assert str(caught.value) == (
        f"'{path}' would be 2000 by 3 inches, too large for dots that can be read: draw it as .svg"
    )
    assert not list(tmp_path.iterdir())


def test_large_picture_has_fewer_dots(tmp_path: Path) -> None:
    _draw(tmp_path / "tall.png", 1, 500)
    with Image.open(tmp_path / "tall.png") as image:
        assert image.size == (120, 60_000)


def test_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "none" / "a.png"
    with pytest.raises(FolderError, match=r"a\.png cannot be written: No such file or directory"):
        _draw(path)


def test_failure_keeps_the_older_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    _draw(path)
    before = path.read_bytes()
    with pytest.raises(ZeroDivisionError), drawing(path, 3, 2):
        _ = 1 / 0
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_names_are_cut_in_the_middle() -> None:
    assert shortened("short") == "short"
    assert shortened("two\nlines \x07") == "two lines \N{REPLACEMENT CHARACTER}"
    cut = shortened("x" * 20 + "y" * 20, 11)
    assert cut == "xxxxx…yyyyy"


def test_user_settings_neither_matter_nor_change(tmp_path: Path) -> None:
    import matplotlib

    _draw(tmp_path / "a.svg")
    with matplotlib.rc_context({"font.size": 31.0, "text.color": "#123456"}):
        _draw(tmp_path / "b.svg")
        assert matplotlib.rcParams["font.size"] == 31.0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_loads_matplotlib_late_and_pyplot_never(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from pellucid import primitives as p
from pellucid.graph.node import input_node
from pellucid.graph.picture import draw_graph
from pellucid.report.page import write_report
print("matplotlib" in sys.modules, "grandalf" in sys.modules)
draw_graph(p.exp(input_node("x", ())), {str(tmp_path / "a.svg")!r})
layers = [dict(path="a", kind="Dense", shape=[1], parameters=2, flops=3)]
write_report(Path({str(tmp_path)!r}), {{"network": {{"layers": layers}}}})
print("matplotlib" in sys.modules, "matplotlib.pyplot" in sys.modules)
"""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["False", "False", "True", "False"]
    assert result.stderr == ""
