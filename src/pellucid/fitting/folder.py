"""The folder of a run: what lies where, who may write in it, and whether it can be gone on with.

    config.toml          the options: repeats the run
    data.json            what the data and the network were: names, kinds, rows, fingerprints
    steps.csv            the record while the run goes on, also epochs.csv;
    steps.parquet        in the end it is Parquet, also epochs.parquet
    checkpoints/         the last two states
    model.safetensors    the best network, complete for prediction
    test_predictions.csv the test rows one by one: number, kept columns, truth, prediction
    facts.json           all that is known of the run: what the report shows
    report.html          the report, if wanted; pictures/ has its pictures, with their numbers
    result.json          the verdict; written last, so that its presence means "finished"

Whoever writes in the folder holds its lock, from before the first look until after the last file.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pellucid.atomic import is_same_file, remove_leftovers, write_atomically
from pellucid.data.seen_rows import SeenRows
from pellucid.errors import FolderError, OptionError, PellucidError
from pellucid.fitting.configuration import Configuration, read_configuration
from pellucid.language import ENGLISH, LANGUAGES
from pellucid.report.page import PAGE, PICTURES
from pellucid.training.checkpoint import FOLDER as CHECKPOINTS
from pellucid.training.checkpoint import Checkpoints

CONFIGURATION, DATA, TESTED = "config.toml", "data.json", "test_predictions.csv"
MODEL, RESULT, FACTS = "model.safetensors", "result.json", "facts.json"
_OWN = (
    CONFIGURATION,
    DATA,
    MODEL,
    RESULT,
    FACTS,
    TESTED,
    PAGE,
    *(f"{table}.{suffix}" for table in ("steps", "epochs") for suffix in ("csv", "parquet")),
)
_OWN_PICTURES = (".png", ".svg", ".json")

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)
"""What systems say of a lock, where files or folders of a disk can have none."""


class RunFolder:
    """A folder that holds, or will hold, one run."""

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is made or read yet."""
        self.path = path

    @property
    def model(self) -> Path:
        """The file of the best network."""
        return self.path / MODEL

    def require_model(self) -> Path:
        """Return the file of the best network.

        Raises:
            FolderError: there is none, since the run is not finished or was never begun.
        """
        if not self.model.is_file():
            if self.holds_run:
                raise FolderError(
                    f"{self.path} holds a run that is not finished, and so no model yet: the same "
                    "`pellucid fit` with --resume goes on with it"
                )
            raise FolderError(f"{self.path} holds no run of pellucid: there is no {MODEL}")
        return self.model

    @property
    def holds_run(self) -> bool:
        """Whether a run was begun here."""
        return (self.path / CONFIGURATION).is_file()

    @property
    def is_finished(self) -> bool:
        """Whether the run here has come to its end."""
        return (self.path / RESULT).is_file() and self.model.is_file()

    @property
    def language(self) -> str:
        """The language that the run here was made in."""
        try:
            return read_configuration(self.path / CONFIGURATION).language
        except PellucidError:
            return ENGLISH

    def seen_rows(self) -> SeenRows | None:
        """Return the sample of the rows that were trained on, where the folder tells."""
        try:
            return SeenRows.from_description(self.read_json(DATA).get("trained_on"))
        except PellucidError:
            return None

    def group_column(self) -> str | None:
        """Return the column by whose groups rows were split, where the folder tells of one."""
        try:
            columns = self.read_json(DATA).get("columns")
        except FolderError:
            return None
        listed = columns if isinstance(columns, list) else []
        tables = [column for column in listed if isinstance(column, dict)]
        names = [column.get("name") for column in tables if column.get("role") == "group"]
        return next((name for name in names if isinstance(name, str)), None)

    def is_told(self, *, report: bool) -> bool:
        """Whether there are the facts of a finished run, and the report that shows them all."""
        try:
            facts = self.read_facts()
        except FolderError:
            return False
        has_report = facts.get("importance") is not None and (self.path / PAGE).is_file()
        return has_report or not report

    def require_usable(self, *, overwrite: bool, resume: bool) -> None:
        """Raise an error, before anything is written, if the run may not use the folder.

        Raises:
            FolderError: the folder is taken, is a file, or cannot be written.
            OptionError: both ways of using a run that is there are asked for.
        """
        path = self.path
        if overwrite and resume:
            raise OptionError("overwrite and resume exclude each other")
        if path.exists() and not path.is_dir():
            raise FolderError(f"{path} is a file: a run needs a folder")
        if path.is_dir() and not self.holds_run and any(self._foreign()):
            raise FolderError(
                f"{path} is taken: it holds files that are not pellucid's, such as "
                f"'{next(self._foreign()).name}'. Name another folder with --out"
            )
        if self.holds_run and not (overwrite or resume):
            state = "a finished run" if self.is_finished else "a run that was begun"
            raise FolderError(
                f"{path} holds {state}: --resume goes on with it, --overwrite begins anew, "
                "or name another folder with --out"
            )
        existing = next(parent for parent in (path, *path.absolute().parents) if parent.exists())
        if not existing.is_dir():
            raise FolderError(f"{path} cannot be made: {existing} is a file")
        if not os.access(existing, os.W_OK | os.X_OK):
            raise FolderError(f"{path} cannot be written: no permission in {existing}")

    def require_apart(self, inputs: Iterable[Any], what: str) -> None:
        """Raise FolderError if one of the inputs is a file that `what` replaces in the folder.

        Inputs that are no paths are passed over.
        """
        named = [self.path / name for name in _OWN]
        files = [*named, *self._checkpoints(), *self._pictures()]
        for given in inputs:
            own = next((path for path in files if is_same_file(given, path)), None)
            if own is not None:
                raise FolderError(
                    f"{given} is {own.name} of the run in {self.path}, which {what} replaces: name "
                    "another --out"
                )

    def begin(self, options: Configuration, data: dict[str, Any], *, afresh: bool) -> None:
        """Write what the run is; `afresh` removes what an earlier run left."""
        remove_leftovers(self.path)
        if afresh:
            self._remove_run()
        write_atomically(self.path / DATA, json.dumps(data, indent=1) + "\n")
        write_atomically(self.path / CONFIGURATION, options.to_toml())

    def require_same(self, options: Configuration, data: dict[str, Any]) -> None:
        """Raise OptionError, naming each difference, unless the run here is the one asked for."""
        held = read_configuration(self.path / CONFIGURATION)
        differences = held.differences(options) + _data_differences(self.read_json(DATA), data)
        if differences:
            raise OptionError(
                f"{self.path} holds another run, so --resume cannot go on with it: "
                f"{'; '.join(differences)}. Use --overwrite to begin anew, or another --out"
            )

    def learning_rate(self) -> float:
        """Return the rate that the run here was begun with; it may have been found.

        Raises:
            FolderError: the folder does not tell it.
        """
        rate = self.read_json(DATA).get("learning_rate")
        if not isinstance(rate, float):
            raise FolderError(f"{self.path / DATA} is damaged: it has no learning_rate")
        return rate

    def read_json(self, name: str) -> dict[str, Any]:
        """Return the contents of one of the folder's JSON files.

        Raises:
            FolderError: it is missing or damaged.
        """
        path = self.path / name
        try:
            contents = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise FolderError(f"{path} cannot be read: {error.strerror}") from None
        except ValueError:
            raise FolderError(f"{path} is damaged: it is no JSON") from None
        if not isinstance(contents, dict):
            raise FolderError(f"{path} is damaged: it is no table")
        return contents

    def read_facts(self) -> dict[str, Any]:
        """Return all that is known of the finished run here.

        Raises:
            FolderError: there is no finished run, or its facts are missing or damaged.
        """
        self.require_model()
        if not (self.path / FACTS).is_file():
            raise FolderError(
                f"{self.path} holds a run without {FACTS}: the same `pellucid fit` with --resume "
                "makes it"
            )
        facts = self.read_json(FACTS)
        run, data = facts.get("run"), facts.get("data")
        if not (isinstance(run, dict) and isinstance(data, dict)):
            raise FolderError(f"{self.path / FACTS} is damaged: it does not tell the run and data")
        if run.get("language") not in LANGUAGES:
            raise FolderError(f"{self.path / FACTS} is damaged: its language is not known")
        return facts

    def write_json(self, name: str, contents: dict[str, Any]) -> None:
        """Write one of the folder's JSON files."""
        text = json.dumps(contents, indent=1, allow_nan=False)
        write_atomically(self.path / name, text + "\n")

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Make the folder if need be, and keep other processes out of it.

        The lock ends with the process. If the body raises and nothing worth keeping was written,
        what this made is removed again.

        Raises:
            FolderError: the folder cannot be made, or another process is running in it.
        """
        made = [path for path in (self.path, *self.path.parents) if not path.exists()]
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FolderError(f"{self.path} cannot be made: {error.strerror}") from None
        with _lock(self.path):
            try:
                yield
            except BaseException:
                if made and not (self._checkpoints() or self.model.exists()):
                    self._remove(made)
                raise

    def _remove(self, made: list[Path]) -> None:
        self._remove_run()
        with suppress(OSError):
            for path in made:
                path.rmdir()

    def _foreign(self) -> Iterator[Path]:
        own = {*_OWN, CHECKPOINTS, PICTURES}
        for path in sorted(self.path.iterdir()):
            if path.name not in own and ".partial-" not in path.name:
                yield path

    def _remove_run(self) -> None:
        # The verdict goes first: what is left of a half removed run must not look finished.
        for name in (RESULT, *_OWN):
            (self.path / name).unlink(missing_ok=True)
        for path in (*self._checkpoints(), *self._pictures()):
            path.unlink()
        for inner in (self.path / CHECKPOINTS, self.path / PICTURES):
            if inner.is_dir():
                remove_leftovers(inner)
                with suppress(OSError):
                    inner.rmdir()
        remove_leftovers(self.path)

    def _checkpoints(self) -> list[Path]:
        return Checkpoints(self.path / CHECKPOINTS).paths()

    def _pictures(self) -> list[Path]:
        files = _files(self.path / PICTURES)
        return [path for path in files if path.suffix in _OWN_PICTURES]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def _data_differences(held: dict[str, Any], now: dict[str, Any]) -> list[str]:
    found = []
    if held.get("fingerprint") != now["fingerprint"]:
        before = [column["name"] for column in held.get("columns", [])]
        after = [column["name"] for column in now["columns"]]
        if before != after:
            columns = f"{', '.join(before)} and now has {', '.join(after)}"
            found.append(f"the data had the columns {columns}")
        elif held.get("rows") != now["rows"]:
            found.append(f"the data had {held.get('rows')} rows and now has {now['rows']}")
        else:
            found.append("the values in the data are others than they were")
    if held.get("network") != now["network"]:
        found.append("the network is another one")
    return found


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder: on the folder itself, so that there is no file to be removed.

    Some systems and network disks have no locks: there a folder is not kept from a second process.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK):
                raise FolderError(f"{folder}: another process is training here") from None
            if error.errno not in _NO_LOCKS:
                raise FolderError(f"{folder} cannot be locked: {error.strerror}") from None
        yield
    finally:
        os.close(handle)


def default_folder(source: str, existing: bool) -> Path:
    """Return the folder for a run on a file or built-in name, when none is named: runs/NAME.

    If it is taken, runs/NAME-2 and so on: the first free one, or with `existing` the last taken.
    """
    base = Path("runs") / (Path(source).name.split(".")[0] or "run")
    paths = [base, *(base.with_name(f"{base.name}-{number}") for number in range(2, 10_000))]
    free = next((i for i, path in enumerate(paths) if not path.exists()), len(paths) - 1)
    return paths[max(free - 1, 0) if existing else free]
