"""`pellucid examples`: run the examples of the course."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("examples")
@click.argument("name", required=False)
@click.option("--out", metavar="DIR", default="pellucid-examples", help="Where pictures go.")
def command(name: str | None, out: str) -> None:
    """List the examples, or run one: its numbers are printed and its picture is drawn.

    NAME is an example's name, or 'all'.
    """
    from pellucid.errors import FolderError
    from pellucid.examples import EXAMPLES, example, show

    if name is None:
        for known, what in EXAMPLES.items():
            click.echo(f"{known:16} {what}")
        click.echo("\nrun one with: pellucid examples NAME")
        return
    names = list(EXAMPLES) if name == "all" else [name]
    for chosen in names:
        example(chosen)
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(f"{folder} cannot be made: {error.strerror}") from None
    for chosen in names:
        words, picture = show(chosen, folder)
        click.echo(words)
        click.echo(f"picture: {picture}\n")
