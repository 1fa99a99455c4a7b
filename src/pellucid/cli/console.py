"""Where the command line prints: as wide as a terminal, and without a limit in a pipe or file."""

from __future__ import annotations

from rich.console import Console

BOUNDLESS = 10_000
"""A width, in letters, that no table reaches."""


def open_console(*, markup: bool = True) -> Console:
    """Return what prints to standard output, whose tables lose nothing where no terminal reads.

    Args:
        markup: whether texts may hold rich's own marks, such as "[bold]".
    """
    console = Console(highlight=False, markup=markup)
    if console.is_terminal:
        return console
    return Console(highlight=False, markup=markup, width=BOUNDLESS)
