"""`pellucid program`: the compiled program that a fit runs, in readable form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from pellucid.cli.options import fit_options, read_options, require_data

STYLES = {"graph": "bold", "level": "bold dim", "kernel": "cyan", "buffers": "dim", "cost": "dim"}


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Put the options of a fit on the command, but what runs it: that is the native backend."""
    return fit_options(command, ("backend",))


@click.command("program")
@click.argument("data", required=False)
@_options
@click.option("--times", is_flag=True, help="Run it, and print the time that each kernel takes.")
@click.option("--brief", is_flag=True, help="Print two lines a kernel, not what it computes.")
@click.option(
    "--lanes", type=click.Choice(["4", "8", "16"]), help="Width of vectors; the processor's own."
)
def command(data: str | None, times: bool, brief: bool, lanes: str | None, **given: Any) -> None:
    """Print the program that `pellucid fit` would run on DATA with these options.

    For each graph: the kernels level by level, what they compute, read and write, and what they
    cost. Nothing is trained, and nothing is written.
    """
    from rich.console import Console
    from rich.text import Text

    from pellucid.backends.native.describing import describe_program
    from pellucid.backends.native.machine import host_machine
    from pellucid.backends.native.timing import measure_program
    from pellucid.fitting.preparation import prepare_fit
    from pellucid.training.state import initial_state

    options = replace(read_options(given), backend="native")
    machine = host_machine(None if lanes is None else int(lanes))
    preparation = prepare_fit(require_data(data, options), options.target, options)
    recipe = preparation.recipe(preparation.learning_rate())
    program = preparation.program(recipe)
    console = Console(highlight=False)

    def say(kind: str, text: str) -> None:
        console.print(Text(text, STYLES.get(kind, "")), soft_wrap=True)

    for line in describe_program(program, machine, options.threads).lines(brief):
        say(*line)
    if times:
        say("", "")
        first = initial_state(program, recipe.seed)
        measured = measure_program(program, first, preparation.data, machine, options.threads)
        for line in measured.lines():
            say(*line)
