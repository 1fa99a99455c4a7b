"""The scalars of every step and epoch of a run, in memory and in a folder.

While a run goes on, each segment is appended to `steps.csv` and `epochs.csv`, before its checkpoint
is written. On resuming they are cut back to the checkpoint; at the end they become Parquet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pellucid.atomic import replacing, write_atomically
from pellucid.backends.base import Array, Record
from pellucid.errors import FolderError


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
        """Add the rows of a segment."""
        first = self.rows + 1
        added = {name: values.tolist() for name, values in columns.items()}
        for name, values in added.items():
            self.columns.setdefault(name, []).extend(values)
        if self._growing is not None:
            lines = list(_lines(first, added))
            header = [",".join([self.name, *added])] if not self._growing.exists() else []
            _append(self._growing, [*header, *lines])

    def cut_back(self, rows: int) -> None:
        """Read the first `rows` rows from the folder and drop what follows, torn lines included."""
        path = self._growing
        if path is None or not path.exists():
            return
        lines = path.read_text().splitlines()[: rows + 1]
        names = lines[0].split(",")[1:] if lines else []
        values = [line.split(",")[1:] for line in lines[1:]]
        if len(values) < rows:
            raise FolderError(f"{path} has {len(values)} rows, the checkpoint needs {rows}")
        self.columns = {
            name: [float(row[position]) for row in values] for position, name in enumerate(names)
        }
        write_atomically(path, "".join(f"{line}\n" for line in lines))

    def finish(self) -> None:
        """Turn the growing file into Parquet."""
        import duckdb

        path = self._growing
        if path is None or not path.exists():
            return
        with replacing(path.with_suffix(".parquet")) as temporary, duckdb.connect() as connection:
            read = "read_csv($source, header = true, all_varchar = true)"
            names = connection.execute(
                f"select * from {read} limit 0", {"source": str(path)}
            ).description
            casts = ", ".join(_cast(column[0]) for column in names or [])
            connection.execute(
                f"copy (select {casts} from {read}) to '{_quoted(temporary)}' (format parquet)",
                {"source": str(path)},
            )
        path.unlink()


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


def _lines(first: int, columns: dict[str, list[float]]) -> Iterator[str]:
    for number, row in enumerate(zip(*columns.values(), strict=True), first):
        yield ",".join([str(number), *map(repr, row)])


def _append(path: Path, lines: list[str]) -> None:
    try:
        with open(path, "a") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise FolderError(f"{path} cannot be written: {error.strerror}") from None


def _cast(name: str) -> str:
    kind = "bigint" if name in ("step", "epoch") else "double"
    escaped = name.replace('"', '""')
    return f'cast("{escaped}" as {kind}) as "{escaped}"'


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
