"""Writing a file so that it is there whole or not at all, whenever the process ends."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pellucid.errors import FolderError

TEMPORARY_SUFFIX = ".partial"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder; on leaving, it takes the place of `path`.

    The temporary file keeps the suffix of `path`, since libraries go by it. If the body raises, the
    temporary file is removed and `path` stays as it was.

    Raises:
        FolderError: the operating system refuses (no space, no permission, no folder).

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> with replacing(folder / "a.txt") as temporary:
        ...     _ = temporary.write_text("whole")
        >>> [p.name for p in folder.iterdir()]
        ['a.txt']
    """
    name = f".{path.stem}{TEMPORARY_SUFFIX}-{secrets.token_hex(8)}{path.suffix}"
    temporary = path.with_name(name)
    try:
        # The system takes the user's mask off these permissions. To ask for the mask is to change
        # it for a moment, in which another thread may make a file.
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        permissions = stat.S_IMODE(os.fstat(handle).st_mode)
        os.close(handle)
    except OSError as error:
        raise FolderError(f"{path} cannot be written: {error.strerror}") from None
    try:
        yield temporary
        # Some libraries write a file of their own in its place.
        os.chmod(temporary, permissions)
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise FolderError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a file whole or not at all.

    Raises:
        FolderError: as `replacing`.
    """
    data = content.encode() if isinstance(content, str) else content
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def is_same_file(first: Any, second: Any) -> bool:
    """Whether both are paths of one file that is there, through links as well.

    Example:
        >>> is_same_file(__file__, __file__), is_same_file(__file__, None)
        (True, False)
    """
    if not all(isinstance(path, str | os.PathLike) for path in (first, second)):
        return False
    try:
        return os.path.samefile(first, second)
    except (OSError, ValueError):
        return False


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files that a killed process left in a folder."""
    for path in folder.glob(f".*{TEMPORARY_SUFFIX}-*"):
        path.unlink(missing_ok=True)
