"""`pellucid show`: what a run's folder holds."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("show")
@click.argument("folder", metavar="DIR")
def command(folder: str) -> None:
    """Show the network, the data and the verdict of the run in DIR."""
    from rich.console import Console

    from pellucid.cli.speaker import verdict_table
    from pellucid.errors import FolderError, OptionError
    from pellucid.fitting.folder import DATA, RESULT, RunFolder
    from pellucid.fitting.model import load_model
    from pellucid.language import Sentence
    from pellucid.layers.summary import summarize

    run = RunFolder(Path(folder))
    if not run.holds_run:
        raise FolderError(f"{folder} holds no run of pellucid")
    data = run.read_json(DATA)
    console = Console(highlight=False)
    counts = ", ".join(f"{count} {part}" for part, count in data["rows"].items() if count)
    console.print(f"{data['source']}: predict {data['target']}, {counts} rows", markup=False)
    if not run.is_finished:
        console.print("this run is not finished: pellucid fit with --resume goes on with it")
        return
    result = run.read_json(RESULT)
    console.print()
    try:
        model = load_model(run.require_model())
        console.print(str(summarize(model.network, (model.encoding.width,))), markup=False)
    except OptionError:
        console.print("the network has layers of its maker's own, which are not in the folder")
    console.print()
    console.print(
        f"{result['epochs']} epochs, the best was {result['best_epoch']} by {result['monitor']}; "
        f"learning rate {result['learning_rate']:g}, seed {result['seed']}"
    )
    for name, judged in result["verdict"].items():
        console.print(verdict_table(judged, name))
        console.print(str(Sentence.from_description(judged["sentence"])), markup=False)
