"""Object code that is kept on disk, so that what was built once is only linked the next time.

    entry = mark, SHA-256 of (key, content), content

An entry is a file of the user's own, named by a key that covers everything the code depends on.
It is written whole or not at all, and checked when it is read: a damaged one is removed and counts
as missing. What was not used for longest goes first when the folder is full. Without a folder that
can be written everything works, only slower.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import astuple
from functools import lru_cache
from pathlib import Path

from pellucid.atomic import TEMPORARY_SUFFIX, write_atomically
from pellucid.backends.native.machine import Machine, llvm_version
from pellucid.backends.native.object_code import LEVEL
from pellucid.errors import FolderError

_EMITTERS = ("backends/native", "primitives", "graph")
"""The folders of the package whose code decides what is written for given parts of a key."""

LIMIT = 256 * 1024 * 1024
"""The bytes that a cache may fill."""

_MARK = b"pellucid object 1\n"
_HEAD_BYTES = len(_MARK) + hashlib.sha256().digest_size
_SUFFIX = ".pellucid-object"
_HOUR = 3600.0

_warned: set[Path | None] = set()


def cache_key(machine: Machine, *parts: bytes | str) -> str:
    """Return the name of code for a machine that is made of some parts, such as a module's text.

    Raises:
        BackendError: as `llvm_version`.
    """
    digest = hashlib.sha256()
    made_by = (_emitter(), LEVEL, llvm_version(), sys.platform, *astuple(machine))
    for part in (*map(str, made_by), *parts):
        content = part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "little"))
        digest.update(content)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _emitter() -> str:
    """Return what changes whenever the code changes that writes the code: sizes and times."""
    root = Path(__file__).parents[2]
    files = sorted(file for folder in _EMITTERS for file in (root / folder).rglob("*.py"))
    files.append(root / "simplify.py")
    stats = ((file.relative_to(root).as_posix(), file.stat()) for file in files)
    return ";".join(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in stats)


def default_folder() -> Path | None:
    """Return where object code is kept: `PELLUCID_CACHE`, or the user's own folder of caches.

    None if the user has no home.
    """
    chosen = os.environ.get("PELLUCID_CACHE")
    if chosen:
        return Path(chosen)
    try:
        return _folder_of_caches() / "pellucid"
    except RuntimeError:
        return None


def _folder_of_caches() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    named = os.environ.get("XDG_CACHE_HOME", "")
    return Path(named) if os.path.isabs(named) else Path.home() / ".cache"


class ObjectCache:
    """Object code by key, in one folder that any number of processes share."""

    def __init__(self, folder: Path | None = None, limit: int = LIMIT) -> None:
        """Keep at most `limit` bytes in a folder, by default in `default_folder`."""
        self.folder = default_folder() if folder is None else folder
        self.limit = limit
        self._room = 0
        """The bytes to add before the folder is looked through again."""

    def get(self, key: str) -> bytes | None:
        """Return what was kept under a key, or None.

        A file that someone else owns or may write to is not used: what is in it will be run.
        """
        if self.folder is None:
            return None
        path = self._path(key)
        try:
            with open(path, "rb") as file:
                if not _is_ours(os.fstat(file.fileno())):
                    return None
                entry = file.read()
        except OSError:
            return None
        content = entry[_HEAD_BYTES:]
        sound = entry[:_HEAD_BYTES] == _head(key, content)
        # Another process may just have removed it, and the disk may not be ours to write to.
        with suppress(OSError):
            if sound:
                os.utime(path)
            else:
                path.unlink()
        return content if sound else None

    def put(self, key: str, content: bytes) -> None:
        """Keep something under a key, if that is possible; warn the first time that it is not."""
        head = _head(key, content)
        size = len(head) + len(content)
        if size > self.limit:
            return
        if self.folder is None:
            self._warn("this user has no home folder")
            return
        path = self._path(key)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if size > self._room:
                self._room = self._make_room(size)
            write_atomically(path, head + content)
            with suppress(OSError):  # Another process may already have made room of it.
                path.chmod(0o600)
        except (OSError, FolderError) as error:
            # A reader or a second writer of the same entry may hold it (on Windows).
            if not os.path.exists(path):
                self._warn(str(error))
            return
        self._room -= size

    def _path(self, key: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{key}{_SUFFIX}"

    def _make_room(self, size: int) -> int:
        """Remove what was not used for longest, and return how much can be added then.

        Looking through the folder takes time, so a tenth of it is emptied when it is full; yet not
        all that is free is given, as other processes add files too. Files that a killed process
        left half written go as well.
        """
        assert self.folder is not None
        entries: list[tuple[float, int, Path]] = []
        for path in self.folder.iterdir():
            try:
                status = path.stat()
            except OSError:
                continue
            if path.suffix != _SUFFIX:
                continue
            if TEMPORARY_SUFFIX not in path.stem:
                entries.append((status.st_mtime, status.st_size, path))
            elif status.st_mtime < time.time() - _HOUR:
                path.unlink(missing_ok=True)
        filled = sum(entry_size for _, entry_size, _ in entries)
        if filled + size > self.limit:
            for _, entry_size, path in sorted(entries):
                if filled + size <= self.limit - self.limit // 10:
                    break
                path.unlink(missing_ok=True)
                filled -= entry_size
        return min(self.limit - filled, max(size, self.limit // 16))

    def _warn(self, reason: str) -> None:
        if self.folder in _warned:
            return
        _warned.add(self.folder)
        warnings.warn(
            f"compiled code is not kept, so that it is compiled again each time: {reason}; "
            "set PELLUCID_CACHE to a folder that can be written",
            RuntimeWarning,
            stacklevel=3,
        )


def _head(key: str, content: bytes) -> bytes:
    return _MARK + hashlib.sha256(key.encode() + content).digest()


def _is_ours(status: os.stat_result) -> bool:
    """Tell whether a file belongs to the user alone. Windows keeps others out by the folder."""
    if sys.platform == "win32":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022
