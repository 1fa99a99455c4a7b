"""`pellucid show`: what a run's folder holds."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("show")
@click.argument("folder", metavar="DIR")
def command(folder: str) -> None:
    """Show the network, the data and the verdict of the run in DIR."""
    from pellucid.cli.console import open_console
    from pellucid.cli.speaker import monitor, verdict_table
    from pellucid.cli.talk import Talk
    from pellucid.errors import FolderError, OptionError
    from pellucid.fitting.folder import DATA, RESULT, RunFolder
    from pellucid.fitting.model import load_model
    from pellucid.layers.summary import summarize

    run = RunFolder(Path(folder))
    if not run.holds_run:
        raise FolderError(f"{folder} holds no run of pellucid")
    data = run.read_json(DATA)
    talk = Talk(run.language)
    console = open_console(markup=False)
    parts = talk.parts(data["rows"])
    console.print(talk("shown", source=data["source"], target=data["target"], parts=parts))
    if not run.is_finished:
        console.print(talk("unfinished"))
        return
    result = run.read_json(RESULT)
    console.print()
    try:
        model = load_model(run.require_model())
        console.print(summarize(model.network, (model.encoding.width,)).text(talk.language))
    except OptionError:
        console.print(talk("own_layers"))
    console.print()
    console.print(
        talk(
            "shown_training",
            epochs=result["epochs"],
            best=result["best_epoch"],
            monitor=monitor(result["monitor"], talk),
            rate=result["learning_rate"],
            seed=result["seed"],
        )
    )
    for name, judged in result["verdict"].items():
        console.print(verdict_table(judged, name, talk))
        console.print(talk.sentence(judged["sentence"]))
    for finding in result["diagnosis"]:
        sentence = talk.sentence(finding["sentence"])
        console.print(talk("finding", level=talk(finding["level"]), sentence=sentence))
        console.print(f"  {talk.sentence(finding['advice'])}")
