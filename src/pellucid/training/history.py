"""The scalars of every step and epoch of a run, in memory and in a folder.

While a run goes on, each segment is appended to `steps.csv` and `epochs.csv`, before its checkpoint
is written. At a start they are cut back to the checkpoint; at the end they become Parquet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pellucid.atomic import replacing, write_atomically
from pellucid.backends.base import Array, Record
from pellucid.errors import FolderError

if TYPE_CHECKING:
    import duckdb


class Log:
    """A table that grows: one row for each step, or for each epoch, numbered from 1."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        """Start empty; `folder` is where the table is kept while it grows, if anywhere."""
        self.name = name
        self.columns: dict[str, list[float]] = {}
        self._folder = folder

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values()), []))

    @property
    def _growing(self) -> Path | None:
        return None if self._folder is None else self._folder / f"{self.name}s.csv"

    def append(self, columns: dict[str, Array]) -> None:
        """Add the rows of a segment.

        Raises:
            FolderError: rows were kept before that have other columns, such as those of a run that
                was begun by another version.
        """
        if self.columns and list(self.columns) != list(columns):
            raise FolderError(
                f"{self._growing or self.name} has the columns {', '.join(self.columns)}, this run "
                f"records {', '.join(columns)}: it cannot be gone on with, --overwrite begins anew"
            )
        first = self.rows + 1
        added = {name: values.tolist() for name, values in columns.items()}
        for name, values in added.items():
            self.columns.setdefault(name, []).extend(values)
        if self._growing is not None:
            lines = list(_lines(first, added))
            header = [",".join([self.name, *added])] if not self._growing.exists() else []
            _append(self._growing, [*header, *lines])

    def cut_back(self, rows: int) -> None:
        """Read the first `rows` rows from the folder and drop what follows, torn lines included.

        Raises:
            FolderError: the folder does not have these rows.
        """
        path = self._growing
        if path is None:
            return
        if not path.exists() and path.with_suffix(".parquet").exists():
            self._reopen(path)
        lines = _held(path)[: rows + 1] if path.exists() and rows else []
        if lines:
            names, values = lines[0].split(",")[1:], [line.split(",") for line in lines[1:]]
            self.columns = dict(zip(names, _read(path, names, values), strict=True))
        if self.rows < rows:
            raise FolderError(
                f"{path} has {self.rows} rows, the checkpoint needs {rows}: the run cannot be gone "
                "on with, --overwrite begins anew"
            )
        if lines:
            write_atomically(path, "".join(f"{line}\n" for line in lines))
        else:
            path.unlink(missing_ok=True)

    def _reopen(self, path: Path) -> None:
        """Make the growing file again from Parquet."""
        import duckdb

        source = path.with_suffix(".parquet")
        with replacing(path) as temporary, duckdb.connect() as connection:
            query = f"copy (from read_parquet($1)) to '{_quoted(temporary)}' (format csv, header)"
            _execute(connection, query, source)

    def finish(self) -> None:
        """Write the growing file as Parquet, beside it."""
        import duckdb

        path = self._growing
        if path is None or not path.exists():
            return
        with replacing(path.with_suffix(".parquet")) as temporary, duckdb.connect() as connection:
            read = "read_csv($1, header = true, all_varchar = true, delim = ',')"
            casts = ", ".join(_cast(name) for name in (self.name, *self.columns))
            query = f"copy (select {casts} from {read}) to '{_quoted(temporary)}' (format parquet)"
            _execute(connection, query, path)

    def discard(self) -> None:
        """Remove the growing file, once nothing needs it any more."""
        if self._growing is not None:
            self._growing.unlink(missing_ok=True)


class History:
    """The record of a run: a row for each step and a row for each epoch."""

    def __init__(self, folder: Path | None = None) -> None:
        """Start empty."""
        self.steps = Log("step", folder)
        self.epochs = Log("epoch", folder)

    def append(self, record: Record) -> None:
        """Add the rows of a segment."""
        self.steps.append(record.steps)
        self.epochs.append(record.epochs)

    def cut_back(self, steps: int, epochs: int) -> None:
        """Go back to a checkpoint."""
        self.steps.cut_back(steps)
        self.epochs.cut_back(epochs)

    def finish(self) -> None:
        """Write the tables as Parquet."""
        self.steps.finish()
        self.epochs.finish()

    def discard(self) -> None:
        """Remove the growing files, once the run is finished."""
        self.steps.discard()
        self.epochs.discard()


def _held(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise FolderError(f"{path} is damaged ({error}): --overwrite begins anew") from None


def _read(path: Path, names: list[str], rows: list[list[str]]) -> list[list[float]]:
    """Return the columns of rows whose first cell is their number, counted from 1."""
    for number, row in enumerate(rows, 1):
        if len(row) != len(names) + 1 or row[0] != str(number):
            raise FolderError(f"{path} is damaged in line {number + 1}: --overwrite begins anew")
    try:
        return [[float(row[position]) for row in rows] for position in range(1, len(names) + 1)]
    except ValueError as error:
        raise FolderError(f"{path} is damaged ({error}): --overwrite begins anew") from None


def _lines(first: int, columns: dict[str, list[float]]) -> Iterator[str]:
    for number, row in enumerate(zip(*columns.values(), strict=True), first):
        yield ",".join([str(number), *map(repr, row)])


def _append(path: Path, lines: list[str]) -> None:
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise FolderError(f"{path} cannot be written: {error.strerror}") from None


def _cast(name: str) -> str:
    kind = "bigint" if name in ("step", "epoch") else "double"
    escaped = name.replace('"', '""')
    return f'cast("{escaped}" as {kind}) as "{escaped}"'


def _execute(connection: duckdb.DuckDBPyConnection, query: str, source: Path) -> None:
    """Run a query over a file, with DuckDB's errors as ours."""
    import duckdb

    try:
        connection.execute(query, [str(source)])
    except duckdb.Error as error:
        raise FolderError(f"{source} cannot be converted: {error}") from None


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
