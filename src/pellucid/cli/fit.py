"""`pellucid fit`: train a network on a table and test it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pellucid.cli.options import fit_options, read_options, require_data


@click.command("fit")
@click.argument("data", required=False)
@fit_options
@click.option("--out", metavar="DIR", help="Folder of the run. [default: runs/NAME]")
@click.option("--overwrite", is_flag=True, help="Replace the run that is in the folder.")
@click.option("--resume", is_flag=True, help="Go on with the run in the folder.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def command(
    data: str | None, out: str | None, overwrite: bool, resume: bool, quiet: bool, **given: Any
) -> None:
    """Train a network on DATA and test it.

    DATA is a CSV, Parquet, Arrow, JSON, SQLite or DuckDB file, or a built-in name.
    The built-in names are iris, wine, breast-cancer, digits, diabetes, xor, circles, moons,
    spirals, heights, class-pass, sine and polynomial.
    """
    from pellucid.cli.speaker import Speaker
    from pellucid.cli.talk import Talk
    from pellucid.errors import OptionError
    from pellucid.fitting.fit import fit_table
    from pellucid.fitting.folder import RunFolder, default_folder
    from pellucid.fitting.observer import Observer

    options = read_options(given)
    talk = Talk(options.language)
    source = require_data(data, options)
    if out == "":
        raise OptionError("--out needs the name of a folder")
    path = Path(out) if out is not None else default_folder(source, resume or overwrite)
    folder = RunFolder(path)
    try:
        fit = fit_table(
            *(source, options.target, options, folder),
            overwrite=overwrite,
            resume=resume,
            observer=Observer() if quiet else Speaker(folder),
        )
    except (KeyboardInterrupt, SystemExit):
        if folder.holds_run:
            click.echo(talk("kept", folder=path), err=True)
        raise
    if fit is None and not quiet:
        click.echo(talk("unchanged", folder=path))
