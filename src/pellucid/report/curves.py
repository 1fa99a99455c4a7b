"""Training curves: how the losses, the metric and the learning rate went, epoch by epoch.

Receives finished numbers, one an epoch; gives an SVG or PNG file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pellucid.drawing import (
    BLUE,
    GREEN,
    INK,
    PAPER,
    PURPLE,
    SOFT_INK,
    VERMILLION,
    drawing,
    shortened,
)
from pellucid.errors import OptionError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEARNING_RATE = "learning_rate"

_SPLITS = {
    "train": ("training", BLUE),
    "training": ("training", BLUE),
    "validation": ("validation", VERMILLION),
    "test": ("test", GREEN),
}
_WIDTH, _HEIGHT = 9.6, 4.0
_LOG_RATIO = 20.0
"""Positive numbers that span more than this are shown on a logarithmic scale."""
_FEW_DECADES = {True: 3e3, False: 50.0}
"""Up to such ratios, in a tall or a low panel, steps of 1, 2, 5 are labelled."""
_HEADROOM = 0.16
_LARGEST = 1e100
"""Scales have no room for more; it is marked as if it were infinite."""
_DOTTED = 25
"""Up to so many epochs are marked one by one."""


class _Curve(NamedTuple):
    """One column: which quantity, on which part of the rows, and its numbers."""

    column: str
    quantity: str
    label: str
    colour: str
    numbers: np.ndarray[Any, np.dtype[np.float64]]


class _Marks(NamedTuple):
    """What is marked on the curves; epochs are counted from 1."""

    best_epoch: int | None
    stopped_epoch: int | None
    monitor: str | None


def draw_curves(
    path: str | Path,
    epochs: Mapping[str, Any],
    *,
    best_epoch: int | None = None,
    stopped_epoch: int | None = None,
    monitor: str | None = None,
    title: str | None = None,
) -> None:
    """Draw the curves of a run.

    On the left the losses, on the right the metric and the learning rate, where there are any. The
    metric is the monitored one, or the first where the loss is monitored. Scales are logarithmic
    where numbers span more than a factor of 20. Epochs whose number is not finite, or is
    beyond 1e100, are marked at the foot.

    Args:
        path: where to; the suffix, `.svg` or `.png`, says in which form.
        epochs: column to its numbers, one an epoch: `train_loss`, `validation_loss`,
            `validation_accuracy` and the like, and `learning_rate`; other columns are left out.
        best_epoch: the epoch whose weights were kept, counted from 1.
        stopped_epoch: the epoch after which training stopped early, counted from 1.
        monitor: the column that decides which epoch is best.
        title: a line above the picture.

    Raises:
        OptionError: columns of different lengths, a monitored column or an epoch that is not there,
            or another suffix.
        FolderError: the file cannot be written.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> losses = {"train_loss": [0.9, 0.5, 0.4], "validation_loss": [0.9, 0.6, 0.7]}
        >>> draw_curves(folder / "curves.svg", losses, best_epoch=2)
    """
    curves = _curves(epochs)
    marks = _Marks(best_epoch, stopped_epoch, monitor)
    _check(epochs, marks)
    losses = [curve for curve in curves if curve.quantity == "loss"]
    metric = _metric(curves, monitor)
    metrics = [curve for curve in curves if curve.quantity == metric]
    rates = [curve for curve in curves if curve.column == LEARNING_RATE]
    with drawing(path, _WIDTH, _HEIGHT) as figure:
        left, *right = _panels(figure, bool(metrics), bool(rates))
        _draw_panel(left, losses, "loss", marks, tall=True)
        _label_marks(left, marks)
        _draw_legend(left, [*losses, *metrics])
        if metrics:
            _draw_panel(right[0], metrics, (metric or "").replace("_", " "), marks)
        if rates:
            _draw_panel(right[-1], rates, "learning rate", marks)
        for axes in [left, *right[-1:]]:
            axes.set_xlabel("epoch")
        if title is not None:
            figure.suptitle(
                shortened(title, 100), x=0.012, ha="left", fontsize=12.5, fontweight="bold"
            )


def _curves(epochs: Mapping[str, Any]) -> list[_Curve]:
    curves = []
    for column, values in epochs.items():
        numbers = np.array(values, np.float64).reshape(-1)
        numbers[~(np.abs(numbers) < _LARGEST)] = np.nan
        split, _, quantity = column.replace(".", "_").partition("_")
        if column == LEARNING_RATE:
            curves.append(_Curve(column, column, "", PURPLE, numbers))
        elif split in _SPLITS and quantity:
            label, colour = _SPLITS[split]
            curves.append(_Curve(column, quantity, label, colour, numbers))
    return curves


def _check(epochs: Mapping[str, Any], marks: _Marks) -> None:
    lengths = {column: np.size(values) for column, values in epochs.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"'{column}' {length}" for column, length in lengths.items())
        raise OptionError(f"curves need one number an epoch in every column, got {listed}")
    if marks.monitor is not None and marks.monitor not in epochs:
        raise OptionError(
            f"monitor must be one of the columns {', '.join(epochs)}, got {marks.monitor!r}"
        )
    count = max(lengths.values(), default=0)
    for name in ("best_epoch", "stopped_epoch"):
        epoch = getattr(marks, name)
        if epoch is not None and not 1 <= epoch <= count:
            raise OptionError(f"{name} must be between 1 and {count}, the last epoch, got {epoch}")


def _metric(curves: list[_Curve], monitor: str | None) -> str | None:
    """Return the quantity of the right panel, or None if there is only the loss."""
    others = [curve for curve in curves if curve.quantity not in ("loss", LEARNING_RATE)]
    for curve in others:
        if curve.column == monitor:
            return curve.quantity
    return others[0].quantity if others else None


def _panels(figure: Figure, metric: bool, rate: bool) -> list[Axes]:
    """Return the panel of losses, then those of the metric and of the learning rate."""
    if not metric and not rate:
        panels = [figure.add_subplot()]
    else:
        grid = figure.add_gridspec(2, 2, height_ratios=(2.2, 1), width_ratios=(1.15, 1))
        panels = [figure.add_subplot(grid[:, 0])]
        if metric:
            panels.append(figure.add_subplot(grid[0, 1] if rate else grid[:, 1]))
        if rate:
            panels.append(figure.add_subplot(grid[1, 1] if metric else grid[:, 1]))
    figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.06, wspace=0.03)
    return panels


def _draw_panel(
    axes: Axes, curves: list[_Curve], name: str, marks: _Marks, tall: bool = False
) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_title(name)
    for curve in curves:
        count = len(curve.numbers)
        axes.plot(
            np.arange(1, count + 1),
            curve.numbers,
            color=curve.colour,
            marker="o" if count <= _DOTTED else "",
            markersize=3.5,
        )
    numbers = np.concatenate([curve.numbers for curve in curves] or [np.zeros(0)])
    count = max((len(curve.numbers) for curve in curves), default=0)
    margin = max(0.5, 0.02 * count)
    axes.set_xlim(1 - min(margin, 0.6), max(count, 1) + margin)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    if not np.isfinite(numbers).any():
        axes.set_yticks([])
        note = "no epoch has ended" if numbers.size == 0 else "no number is finite"
        axes.text(0.5, 0.5, note, transform=axes.transAxes, ha="center", color=SOFT_INK)
    else:
        _scale(axes, numbers, tall)
    _draw_marks(axes, curves, marks)


def _draw_legend(axes: Axes, curves: list[_Curve]) -> None:
    """Name the colours, which are the same in every panel."""
    from matplotlib.lines import Line2D

    colours = {curve.label: curve.colour for curve in curves}
    if colours:
        axes.legend(
            [Line2D([], [], color=colour) for colour in colours.values()],
            list(colours),
            loc="lower right",
            bbox_to_anchor=(1.01, 0.99),
            ncols=3,
            columnspacing=1.2,
        )


def _scale(axes: Axes, numbers: np.ndarray[Any, np.dtype[np.float64]], tall: bool) -> None:
    """Choose the scale, and leave room for labels in the tall panel."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    least, most = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    if least > 1 / _LARGEST and most / least > _LOG_RATIO:
        steps = (1.0, 2.0, 5.0) if most / least < _FEW_DECADES[tall] else (1.0,)
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(10, steps))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:g}"))
    if tall:
        transform = axes.yaxis.get_transform()
        bottom, top = transform.transform(np.array(axes.get_ylim()))
        top += _HEADROOM * (top - bottom)
        axes.set_ylim(top=float(transform.inverted().transform(np.array([top]))[0]))


def _draw_marks(axes: Axes, curves: list[_Curve], marks: _Marks) -> None:
    for epoch, style in ((marks.stopped_epoch, ":"), (marks.best_epoch, "--")):
        if epoch is not None:
            axes.axvline(epoch, color=SOFT_INK, linestyle=style, linewidth=1.1, zorder=1)
    for number, curve in enumerate(curves):
        if curve.column == marks.monitor and marks.best_epoch is not None:
            axes.plot(
                [marks.best_epoch],
                [curve.numbers[marks.best_epoch - 1]],
                marker="o",
                markersize=8,
                markerfacecolor=PAPER,
                markeredgecolor=curve.colour,
                markeredgewidth=2,
                zorder=4,
            )
        lost = np.flatnonzero(np.isnan(curve.numbers)) + 1
        if len(lost):
            axes.plot(
                lost,
                np.full(len(lost), 0.03 + 0.03 * number),
                transform=axes.get_xaxis_transform(),
                linestyle="",
                marker="x",
                markersize=5,
                color=curve.colour,
            )


def _label_marks(axes: Axes, marks: _Marks) -> None:
    """Say what the marked epochs are, on the side of the line that has more room."""
    labels: list[tuple[int, str]] = []
    if marks.best_epoch is not None and marks.best_epoch == marks.stopped_epoch:
        labels.append((marks.best_epoch, f"best and stopped: epoch {marks.best_epoch}"))
    else:
        if marks.best_epoch is not None:
            labels.append((marks.best_epoch, f"best: epoch {marks.best_epoch}"))
        if marks.stopped_epoch is not None:
            labels.append((marks.stopped_epoch, f"stopped: epoch {marks.stopped_epoch}"))
    least, most = axes.get_xlim()
    for row, (epoch, label) in enumerate(labels):
        on_left = epoch > (least + most) / 2
        axes.annotate(
            label,
            (epoch, 0.97 - 0.075 * row),
            xycoords=axes.get_xaxis_transform(),
            xytext=(-5 if on_left else 5, 0),
            textcoords="offset points",
            ha="right" if on_left else "left",
            va="top",
            fontsize=8.5,
            color=INK,
            bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
        )
