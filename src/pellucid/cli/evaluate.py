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
    """Test the network in DIR on the rows of DATA that have a target, with 95 % intervals.

    Where training split rows by groups, and DATA has their column, the intervals are of groups.
    Says so where it was trained on these rows, or on some of them.
    """
    import numpy as np
    from rich.cells import cell_len, set_cell_size

    from pellucid.cli.remarks import remarks
    from pellucid.cli.speaker import number
    from pellucid.cli.talk import Talk
    from pellucid.fitting.folder import RunFolder
    from pellucid.fitting.model import load_model
    from pellucid.language.number import Told
    from pellucid.report.words import Words

    run = RunFolder(Path(folder))
    model = load_model(run.require_model(), backend)
    tested = model.load_known_rows(data, reading)
    column = run.group_column()
    owners = None if column is None or column not in tested else tested[column].as_words().values
    rows, scores = len(tested), model.intervals(tested, owners)
    groups = None if owners is None else len(np.unique(owners))
    talk = Talk(run.language)
    if column is not None and owners is None:
        note = talk("evaluated_without_groups", column=column, source=data)
        click.echo(talk("note", note=note), err=True)
    seen = run.seen_rows()
    share = None if seen is None else model.share_trained_on(tested, seen)
    if as_json:
        values = {name: score.value for name, score in scores.items()}
        intervals = {name: [score.low, score.high] for name, score in scores.items()}
        found = {
            "rows": rows,
            "groups": groups,
            "metrics": values,
            "intervals": intervals,
            "trained_on": share,
        }
        click.echo(json.dumps(found))
        return
    for remark in remarks(model, tested, talk):
        click.echo(talk("note", note=remark), err=True)
    if groups is None:
        click.echo(talk("evaluated", rows=rows, source=data))
    else:
        counts = {"rows": rows, "groups": groups}
        click.echo(talk("evaluated_in_groups", source=data, column=column, **counts))
    shown = {}
    for name, score in scores.items():
        metric, dot, target = name.partition(".")
        shown[talk.named("metric", metric) + dot + target] = score
    width = max(18, *map(cell_len, shown))
    for called, score in shown.items():
        line = f"  {set_cell_size(called, width)} {number(score.value)}"
        if score.low is not None and score.high is not None:
            ends = {"low": f"{Told(score.low):.3g}", "high": f"{Told(score.high):.3g}"}
            line = f"{line:{width + 12}} ({Words(talk.language)('range', **ends)})"
        click.echo(line)
    label = model.target.each[0].positive_label
    if label is not None:
        click.echo(talk("positive", label=label))
    if share is not None and share >= FEW:
        sentence = talk("trained_on_all") if share >= ALL else talk("trained_on_some", share=share)
        click.echo(talk("note", note=sentence))
