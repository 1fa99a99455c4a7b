"""`pellucid evaluate`: test a trained network on the rows of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pellucid.cli.options import backend_option, reading_options

if TYPE_CHECKING:
    from pellucid.data.reading import Reading


@click.command("evaluate")
@click.argument("folder", metavar="DIR")
@click.argument("data")
@backend_option
@reading_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(folder: str, data: str, backend: str, reading: Reading, as_json: bool) -> None:
    """Test the network in DIR on the rows of DATA that have a target."""
    from pellucid.cli.speaker import number
    from pellucid.fitting.folder import RunFolder
    from pellucid.fitting.model import load_model

    rows, scores = load_model(RunFolder(Path(folder)).require_model(), backend).evaluate(
        data, reading
    )
    if as_json:
        click.echo(json.dumps({"rows": rows, "metrics": scores}))
        return
    click.echo(f"on {rows} rows of {data}")
    for name, value in scores.items():
        click.echo(f"  {name:18} {number(value)}")
