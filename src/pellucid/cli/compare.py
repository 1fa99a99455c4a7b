"""`pellucid compare`: set finished runs side by side."""

from __future__ import annotations

from pathlib import Path

import click

from pellucid.fitting.configuration import CHOICES


@click.command("compare")
@click.argument("folders", metavar="DIR DIR ..", nargs=-1, required=True)
@click.option("--out", metavar="FILE.html", help="Write a page with curves, too.")
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
@click.option("--language", type=click.Choice(CHOICES["language"]), default="en", help="Of both.")
def command(folders: tuple[str, ...], out: str | None, overwrite: bool, language: str) -> None:
    """Show how the runs in the folders differ: their settings, and how good they are."""
    from rich.table import Table

    from pellucid.atomic import is_same_file
    from pellucid.cli.console import open_console
    from pellucid.errors import FolderError, OptionError
    from pellucid.fitting.folder import RunFolder
    from pellucid.fitting.matching import matched
    from pellucid.report.compare import compare_runs, comparison_table, lacking, said_of_data
    from pellucid.report.words import Words

    if len(folders) < 2:
        raise OptionError("name at least two folders of finished runs to compare")
    if out is not None and Path(out).is_dir():
        raise FolderError(f"{out} is a folder: --out names the file to be written")
    if out is not None and Path(out).exists() and not overwrite:
        raise FolderError(f"{out} exists: --overwrite replaces it")
    words = Words(language)
    same: dict[str, list[str]] = {}
    for name in folders:
        first = next((first for first in same if is_same_file(first, name)), name)
        same.setdefault(first, []).append(name)
    if len(same) < 2:
        raise OptionError(
            f"{', '.join(folders)} are one folder: name that of another run to compare it with"
        )
    found = [RunFolder(Path(folder)) for folder in same]
    for run in found:
        run.require_apart([out], "--out")
    runs = [(name, run.read_facts()) for name, run in zip(same, found, strict=True)]
    matching = matched(found)
    heading, *rows = comparison_table(runs, language, matching)
    table = Table()
    for name in heading:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console = open_console(markup=False)
    console.print(table)
    _, about_data = said_of_data(runs, words, matching)
    console.print(about_data, soft_wrap=True)
    for names in same.values():
        if len(names) > 1:
            console.print(words("compare_once", names=words("and").join(names)), soft_wrap=True)
    for line in lacking(runs, words):
        console.print(line, soft_wrap=True)
    if out is not None:
        click.echo(compare_runs(runs, Path(out), language, matching))
