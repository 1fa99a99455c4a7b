"""`pellucid report`: write the report of a finished run again."""

from __future__ import annotations

from pathlib import Path

import click

from pellucid.fitting.configuration import CHOICES


@click.command("report")
@click.argument("folder", metavar="DIR")
@click.option("--language", type=click.Choice(CHOICES["language"]), help="English or Chinese.")
def command(folder: str, language: str | None) -> None:
    """Write report.html and its pictures in DIR again, perhaps in another language."""
    from pellucid.cli.talk import Talk
    from pellucid.fitting.folder import RunFolder
    from pellucid.report.compare import lacks_parts
    from pellucid.report.page import write_report
    from pellucid.report.words import Words

    run = RunFolder(Path(folder))
    facts = run.read_facts()
    with run.claimed():
        page, *_ = write_report(run.path, facts, language or facts["run"]["language"])
    click.echo(page)
    if lacks_parts(facts):
        talk = Talk(run.language)
        sentence = talk("report_lacks", parts=Words(talk.language)("lacking"))
        click.echo(talk("note", note=sentence), err=True)
