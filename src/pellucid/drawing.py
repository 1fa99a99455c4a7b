"""What all pictures share: colours, type, sizes, and how a file comes to be.

Receives a path and a size; gives a matplotlib figure to draw on, and writes it whole or not at all.
Only matplotlib's object interface is used: pyplot, the user's own settings and a display are left
alone. The same drawing gives the same bytes.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import east_asian_width

from pellucid.atomic import replacing
from pellucid.errors import OptionError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".svg", ".png")

# Okabe and Ito's colours, told apart with every common kind of colour blindness.
BLUE, SKY, GREEN, ORANGE = "#0072B2", "#56B4E9", "#009E73", "#E69F00"
VERMILLION, PURPLE = "#D55E00", "#CC79A7"
INK, SOFT_INK, LINE, FAINT, PAPER = "#22252A", "#666C75", "#9AA1AB", "#E4E7EB", "#FFFFFF"

# Light grounds for text, in the same order of hues.
PALE_SKY, PALE_ORANGE, PALE_GREEN = "#DCEFFB", "#FCEBC8", "#D3EFE5"
PALE_GREY, PALE_PURPLE, PALE_VERMILLION = "#ECEEF1", "#F5E1EC", "#FADFCE"

FONT = "DejaVu Sans"
CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans CJK TC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "STHeiti",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Arial Unicode MS",
)
"""Fonts that have Chinese letters, the first that is installed is taken."""
POINTS = 72.0
"""Points an inch."""

_FILE_NAMES = ("notosanscjk", "sourcehansans", "msyh", "wqy", "stheiti", "droidsansfallback")

_PADDING = 8.0
_NARROWEST = 58.0
_LINE_HEIGHT = 13.5
_ROUNDING = 5.0

_DOTS = 160
_LARGEST_SIDE = 60_000
_LARGEST_AREA = 60_000_000
_FEWEST_DOTS = 60

# Which settings there are differs between versions of matplotlib, and so do their types.
_STYLE: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": LINE,
    "axes.grid": True,
    "axes.labelcolor": SOFT_INK,
    "axes.labelsize": 9.5,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "figure.facecolor": PAPER,
    "font.family": FONT,
    "font.size": 9.5,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "path.simplify": False,
    "svg.hashsalt": "pellucid",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": LINE,
    "xtick.labelcolor": SOFT_INK,
    "xtick.labelsize": 8.5,
    "ytick.color": LINE,
    "ytick.labelcolor": SOFT_INK,
    "ytick.labelsize": 8.5,
}


def checked_path(path: str | Path) -> Path:
    """Return a picture's path.

    Raises:
        OptionError: its suffix is not one that pictures are written in.

    Example:
        >>> checked_path("curves.svg").name
        'curves.svg'
    """
    checked = Path(path)
    if checked.suffix.lower() not in SUFFIXES:
        raise OptionError(
            f"cannot draw '{path}': a picture's name ends in {' or '.join(SUFFIXES)}, "
            f"got {checked.suffix or 'no suffix'!r}"
        )
    return checked


@contextmanager
def drawing(path: str | Path, width: float, height: float) -> Iterator[Figure]:
    """Give a figure to draw on, and write it to `path` when the block ends.

    The picture is written under another name and then renamed; where anything fails, nothing is
    left behind and an older picture stays.

    Args:
        path: a name that ends in `.svg` or `.png`.
        width: inches.
        height: inches.

    Raises:
        OptionError: the suffix is another, or a PNG of that size could not be read.
        FolderError: the file cannot be written.

    Example:
        >>> import tempfile
        >>> with drawing(Path(tempfile.mkdtemp()) / "line.svg", 4, 3) as figure:
        ...     _ = figure.add_subplot().plot([1, 4, 9])
    """
    target = checked_path(path)
    form = target.suffix.lower()[1:]
    dots = _dots(target, width, height) if form == "png" else POINTS
    with style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height))
        yield figure
        with replacing(target) as unfinished:
            metadata = {"Date": None} if form == "svg" else {}
            figure.savefig(unfinished, format=form, dpi=dots, metadata=metadata)


@contextmanager
def style() -> Iterator[None]:
    """Give matplotlib the look of pellucid's pictures while the block lasts.

    Figures are made, drawn and saved in the block. A name may hold letters that no font has: they
    are drawn as boxes, without a warning.
    """
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings(), _no_talk_of_weights():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        chinese = chinese_font()
        if chinese is not None:
            matplotlib.rcParams["font.family"] = [FONT, chinese]
        yield


@contextmanager
def _no_talk_of_weights() -> Iterator[None]:
    """Keep matplotlib from logging that a font has no bold letters."""
    logger = logging.getLogger("matplotlib.font_manager")

    def loud(record: logging.LogRecord) -> bool:
        return "font weight" not in record.getMessage()

    logger.addFilter(loud)
    try:
        yield
    finally:
        logger.removeFilter(loud)


@lru_cache(maxsize=1)
def chinese_font() -> str | None:
    """Return the name of an installed font with Chinese letters, or None.

    What matplotlib remembers of the fonts may be older than an installed font, so files are
    looked at where it remembers none.
    """
    from matplotlib.font_manager import findSystemFonts, fontManager

    def known() -> str | None:
        names = {entry.name for entry in fontManager.ttflist}
        return next((name for name in CHINESE_FONTS if name in names), None)

    if (name := known()) is not None:
        return name
    squeezed = [name.lower().replace(" ", "") for name in CHINESE_FONTS]
    files = {Path(file).stem.lower().replace("-", ""): file for file in findSystemFonts()}
    for stem, file in sorted(files.items()):
        if stem.startswith((*squeezed, *_FILE_NAMES)):
            # A file that cannot be read as a font is passed over.
            with suppress(OSError, RuntimeError, ValueError):
                fontManager.addfont(file)
    return known()


def _dots(target: Path, width: float, height: float) -> float:
    """Return the dots an inch: fewer for a picture that would become too large."""
    side = _LARGEST_SIDE / max(width, height)
    area = (_LARGEST_AREA / (width * height)) ** 0.5
    dots = min(_DOTS, side, area)
    if dots < _FEWEST_DOTS:
        raise OptionError(
            f"'{target}' would be {width:.0f} by {height:.0f} inches, too large for dots that can "
            "be read: draw it as .svg"
        )
    return dots


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return how many points wide a line of text is. Chinese letters are as wide as they are high.

    Example:
        >>> text_width("wide", 10) > text_width("wi", 10) > 0
        True
        >>> text_width("\N{CJK UNIFIED IDEOGRAPH-5BBD}", 10)
        10.0
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    wide = float(sum(east_asian_width(letter) in "WF" for letter in text) * size)
    if wide:
        text = "".join(letter for letter in text if east_asian_width(letter) not in "WF")
    if not text:
        return wide
    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        width, _, _ = text_to_path.get_text_width_height_descent(text, font, False)
    return wide + float(width)


def shortened(text: str, longest: int = 28) -> str:
    """Return a name on one line and of bounded length, its middle left out if need be.

    Example:
        >>> shortened("a name of more letters than there is room for", 20)
        'a name of…room for'
    """
    line = " ".join(text.split())
    line = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line
    )
    if len(line) <= longest:
        return line
    kept = longest - 1
    return f"{line[: kept - kept // 2].rstrip()}…{line[-(kept // 2) :].lstrip()}"


class Look(NamedTuple):
    """Ground and border of a box."""

    ground: str
    border: str


class TextLine(NamedTuple):
    """A line of text in a box; the size is in points."""

    text: str
    colour: str = INK
    size: float = 8.5
    bold: bool = False


def box_size(lines: Sequence[TextLine]) -> tuple[float, float]:
    """Return the width and height, in points, of a box that holds the lines.

    Example:
        >>> box_size([TextLine("x"), TextLine("3")])
        (58.0, 35.0)
    """
    widest = max(text_width(line.text, line.size, line.bold) for line in lines)
    return max(_NARROWEST, widest + 2 * _PADDING), _LINE_HEIGHT * len(lines) + _PADDING


def points_axes(figure: Figure) -> Axes:
    """Return axes over the whole figure, measured in points from its top left corner."""
    width, height = figure.get_size_inches() * POINTS
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, width), ylim=(height, 0))
    return axes


def draw_box(
    axes: Axes,
    lines: Sequence[TextLine],
    size: tuple[float, float],
    centre: tuple[float, float],
    look: Look,
) -> None:
    """Draw a box with its lines of text, in points."""
    x, y = centre
    draw_frame(axes, (x - size[0] / 2, y - size[1] / 2), size, look)
    first = y - _LINE_HEIGHT * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        axes.text(
            x,
            first + number * _LINE_HEIGHT,
            line.text,
            fontsize=line.size,
            fontweight="bold" if line.bold else "normal",
            color=line.colour,
            ha="center",
            va="center_baseline",
        )


def draw_frame(
    axes: Axes,
    corner: tuple[float, float],
    size: tuple[float, float],
    look: Look,
    rounding: float = _ROUNDING,
) -> None:
    """Draw a rounded rectangle, in points, from its top left corner."""
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(
        FancyBboxPatch(
            corner,
            *size,
            boxstyle=f"round,pad=0,rounding_size={rounding}",
            facecolor=look.ground,
            edgecolor=look.border,
            linewidth=1.1,
        )
    )


def arrow_head(x: float, y: float) -> list[tuple[float, float]]:
    """Return the corners of an arrow's head that points right, to (x, y)."""
    return [(x, y), (x - 6, y - 2.6), (x - 6, y + 2.6)]
