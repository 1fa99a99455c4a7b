"""A picture of the page: drawn once, given as SVG inside the page and as PNG beside it.

Receives a `Picture`, which knows its size in points and how to paint itself; gives the markup of an
inline SVG, whose text is text and whose colours are the page's variables, and the bytes of a PNG,
which carries its title and key itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pellucid.drawing import INK, POINTS, SOFT_INK, style, text_width
from pellucid.report.svg import inline
from pellucid.report.words import fitted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL = 340.0
"""The width of a picture, in points: that of a phone."""

_DOTS = 200
_QUICK: Any = {"pil_kwargs": {"compress_level": 3}}
_MARGIN = 10.0
_TITLE, _KEY = 11.5, 9.5
_ROW = 17.0
_SWATCH = 16.0


class Key(NamedTuple):
    """What a colour stands for; the form is line, dashed, dotted, dot or box."""

    label: str
    colour: str
    form: str = "line"


@dataclass(frozen=True)
class Canvas:
    """What a picture paints itself on: a figure whose lower part is the picture."""

    figure: Figure
    width: float
    height: float

    def axes(self, left: float, bottom: float, right: float, top: float) -> Axes:
        """Return axes with these margins, in points, to the edges of the picture."""
        across, up = self.figure.get_size_inches() * POINTS
        axes = self.figure.add_axes(
            (
                left / across,
                bottom / up,
                (self.width - left - right) / across,
                (self.height - bottom - top) / up,
            )
        )
        axes.patch.set_visible(False)
        axes.tick_params(length=0, pad=4)
        return axes

    def write(self, x: float, y: float, text: str, size: float, side: str = "left") -> None:
        """Write a line of text, in points from the top left corner of the picture."""
        across, up = self.figure.get_size_inches() * POINTS
        place = (x / across, (self.height - y) / up)
        self.figure.text(*place, text, fontsize=size, color=SOFT_INK, ha=side, va="baseline")

    def sheet(self) -> Axes:
        """Return bare axes over the whole picture, in points from its top left corner."""
        axes = self.axes(0, 0, 0, 0)
        axes.set_axis_off()
        axes.set(xlim=(0, self.width), ylim=(self.height, 0))
        return axes


@dataclass(frozen=True)
class Picture:
    """A picture of finished numbers.

    Attributes:
        name: of its files.
        title: a line above it.
        alternative: what it shows, for those who cannot see it.
        width: points.
        height: points.
        paint: draws it.
        numbers: what it shows, as plain JSON.
        keys: what its colours stand for.
        note: what one should know to read it, or nothing.
        largest: how many times its own size it may be shown.
    """

    name: str
    title: str
    alternative: str
    width: float
    height: float
    paint: Callable[[Canvas], None]
    numbers: Any
    keys: Sequence[Key] = ()
    note: str = ""
    largest: float = field(default=1.35)


def svg(picture: Picture, prefix: str) -> str:
    """Return a picture as markup; every id in it begins with `prefix`."""
    with style():
        import matplotlib

        matplotlib.rcParams["svg.fonttype"] = "none"
        figure = _figure(picture.width, picture.height)
        figure.patch.set_visible(False)
        picture.paint(Canvas(figure, picture.width, picture.height))
        content = BytesIO()
        figure.savefig(content, format="svg", metadata={"Date": None})
    widest = picture.width * picture.largest
    return inline(content.getvalue(), prefix, picture.alternative, widest)


def png(picture: Picture) -> bytes:
    """Return a picture as the bytes of a PNG, with its title and key above it."""
    rows = _key_rows(picture)
    head = 2 * _MARGIN + _ROW * (1 + len(rows))
    with style():
        figure = _figure(picture.width + 2 * _MARGIN, picture.height + head)
        _paint_head(figure, picture, rows)
        picture.paint(Canvas(figure, picture.width, picture.height))
        content = BytesIO()
        figure.savefig(content, format="png", dpi=_DOTS, metadata={"Software": None}, **_QUICK)
    return content.getvalue()


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width / POINTS, height / POINTS))


def _key_rows(picture: Picture) -> list[list[tuple[float, Key]]]:
    """Return the key's entries with their places, row by row."""
    rows: list[list[tuple[float, Key]]] = []
    x = picture.width
    for key in picture.keys:
        needed = _SWATCH + text_width(_short(key, picture), _KEY) + 18
        if x + needed > picture.width and x > _MARGIN:
            rows.append([])
            x = _MARGIN
        rows[-1].append((x, key))
        x += needed
    return rows


def _short(key: Key, picture: Picture) -> str:
    return fitted(key.label, picture.width - 3 * _SWATCH, _KEY)


def _paint_head(figure: Figure, picture: Picture, rows: list[list[tuple[float, Key]]]) -> None:
    from matplotlib.lines import Line2D

    across, up = figure.get_size_inches() * POINTS
    y = up - _MARGIN - _ROW / 2
    title = fitted(picture.title, 0.9 * (across - 2 * _MARGIN), _TITLE)
    figure.text(
        _MARGIN / across, y / up, title, fontsize=_TITLE, fontweight="bold", color=INK, va="center"
    )
    styles: dict[str, Literal["--", ":"]] = {"dashed": "--", "dotted": ":"}
    for row in rows:
        y -= _ROW
        for x, key in row:
            dots = key.form in ("dot", "box")
            figure.add_artist(
                Line2D(
                    [(x + 5) / across] if dots else [x / across, (x + 11) / across],
                    [y / up] if dots else [y / up, y / up],
                    color=key.colour,
                    linestyle=styles.get(key.form, "-"),
                    marker={"dot": "o", "box": "s"}.get(key.form, ""),
                    markersize=6,
                )
            )
            figure.text(
                (x + _SWATCH) / across,
                y / up,
                _short(key, picture),
                fontsize=_KEY,
                color=SOFT_INK,
                va="center",
            )
