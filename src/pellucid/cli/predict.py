"""`pellucid predict`: predict for the rows of a file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pellucid.cli.options import backend_option, reading_options

if TYPE_CHECKING:
    from pellucid.data.reading import Reading


@click.command("predict")
@click.argument("folder", metavar="DIR")
@click.argument("data")
@backend_option
@reading_options
@click.option("--out", metavar="FILE", help="Where to write; standard output if not given.")
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
def command(
    folder: str, data: str, backend: str, reading: Reading, out: str | None, overwrite: bool
) -> None:
    """Predict for each row of DATA, in order, with the network in DIR.

    Writes a CSV file with `prediction` and, for classes, `probability_<class>`, after the columns
    that --keep named in training. DATA needs the columns of training; others, and the target, are
    passed over.
    """
    from pellucid.atomic import is_same_file, write_atomically
    from pellucid.cli.remarks import remarks
    from pellucid.cli.talk import Talk
    from pellucid.data.table import name_list
    from pellucid.errors import DataError, FolderError
    from pellucid.fitting.folder import RunFolder
    from pellucid.fitting.model import load_model

    path = None if out is None else Path(out)
    if path is not None and path.is_dir():
        raise FolderError(f"{path} is a folder: --out names the file to be written")
    if path is not None and path.exists() and not overwrite:
        raise FolderError(f"{path} exists: --overwrite replaces it")
    run = RunFolder(Path(folder))
    if is_same_file(path, data):
        raise FolderError(f"{path} is DATA itself: --out names another file")
    run.require_apart([path], "--out")
    model, talk = load_model(run.require_model(), backend), Talk(run.language)
    rows = model.load_rows(data, reading)
    predicted = model.predict(rows).columns()
    lacking = [name for name in model.kept if name not in rows]
    if lacking:
        raise DataError(
            f"{rows.source} has no column {lacking[0]!r}, which is no input of the network: --keep "
            "in training asked to carry it to the predictions. Its columns are "
            f"{name_list(rows.names)}"
        )
    kept = {name: rows[name].texts() for name in model.kept if name not in predicted}
    columns = {**kept, **predicted}
    for remark in remarks(model, rows, talk):
        click.echo(talk("note", note=remark), err=True)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(values.tolist() for values in columns.values()), strict=True))
    if path is None:
        click.echo(text.getvalue(), nl=False)
    else:
        write_atomically(path, text.getvalue())
