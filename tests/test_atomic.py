"""A file is there whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pellucid.atomic import remove_leftovers, replacing, write_atomically
from pellucid.errors import FolderError


def test_the_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, "one")
    write_atomically(path, b"two")
    assert path.read_text() == "two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, "old")

    def write_half() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with (
        pytest.raises(FolderError, match=r"a\.txt cannot be written: No space left"),
        replacing(path),
    ):
        raise OSError(28, os.strerror(28))
    assert list(tmp_path.iterdir()) == []


def test_the_usual_permissions_are_given(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    path = tmp_path / "a.txt"
    write_atomically(path, "")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="only there is such a mask")
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_permissions_follow_the_mask_which_is_never_touched(
    mask: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(mask)
    try:
        with monkeypatch.context() as patched:
            patched.delattr(os, "umask")
            write_atomically(tmp_path / "a.txt", "")
            with replacing(tmp_path / "b.txt") as temporary:
                temporary.unlink()
                temporary.touch(0o600)
    finally:
        os.umask(before)
    for name in ("a.txt", "b.txt"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o666 & ~mask


def test_leftovers_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.txt") as temporary:
        kept = temporary.with_name(temporary.name + "x")
        temporary.rename(kept)
        temporary.write_text("whole")
    other = tmp_path / "mine.partial"
    other.write_text("")
    remove_leftovers(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "mine.partial"]
