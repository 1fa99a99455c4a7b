"""`pellucid evaluate`: test a trained network on the rows of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pellucid.cli.options import backend_option, reading_options

if TYPE_CHECKING:
    from pellucid.data.reading import Reading

FEW = 0.02
"""A share of rows, below which some may well be equal to training rows by chance."""
ALL = 0.995


@click.command("evaluate")
@click.argument("folder", metavar="DIR")
@click.argument("data")
@backend_option
@reading_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(folder: str, data: str, backend: str, reading: Reading, as_json: bool) -> None:
    """Test the network in DIR on the rows of DATA that have a target.

    Says so where it was trained on these rows, or on some of them.
    """
    from rich.cells import cell_len, set_cell_size

    from pellucid.cli.remarks import remarks
    from pellucid.cli.speaker import number
    from pellucid.cli.talk import Talk
    from pellucid.fitting.folder import RunFolder
    from pellucid.fitting.model import load_model

    run = RunFolder(Path(folder))
    model = load_model(run.require_model(), backend)
    known = model.load_known_rows(data, reading)
    rows, scores = len(known), model.evaluate(known)
    seen = run.seen_rows()
    share = None if seen is None else model.share_trained_on(known, seen)
    if as_json:
        click.echo(json.dumps({"rows": rows, "metrics": scores, "trained_on": share}))
        return
    talk = Talk(run.language)
    for told in remarks(model, known, talk):
        click.echo(talk("note", note=told), err=True)
    click.echo(talk("evaluated", rows=rows, source=data))
    for name, value in scores.items():
        metric, dot, target = name.partition(".")
        called = talk.named("metric", metric) + dot + target
        shown = set_cell_size(called, max(18, cell_len(called)))
        click.echo(f"  {shown} {number(value)}")
    label = model.target.each[0].positive_label
    if label is not None:
        click.echo(talk("positive", label=label))
    if share is not None and share >= FEW:
        told = talk("trained_on_all") if share >= ALL else talk("trained_on_some", share=share)
        click.echo(talk("note", note=told))
