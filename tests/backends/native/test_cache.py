"""What is kept is given back whole, or not at all, whatever happens to the folder."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pellucid.backends.native import cache
from pellucid.backends.native.cache import ObjectCache, cache_key, default_folder
from pellucid.backends.native.machine import Machine, host_machine
from tests.patience import PATIENCE

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="files have other owners on POSIX")
KEY = "0" * 64
OTHER = "1" * 64
MACHINE = Machine("some", "+a,-b", lanes=8, registers=16, has_fma=True)


@pytest.fixture(autouse=True)
def _nothing_warned_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_warned", set())


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


@pytest.mark.parametrize("content", [b"", b"\x7fELF", bytes(range(256)) * 1000])
def test_what_is_put_comes_back(tmp_path: Path, content: bytes) -> None:
    kept = ObjectCache(tmp_path / "deep" / "cache")
    assert kept.get(KEY) is None
    kept.put(KEY, content)
    assert kept.get(KEY) == content
    assert ObjectCache(tmp_path / "deep" / "cache").get(KEY) == content
    assert kept.get(OTHER) is None


def test_the_last_one_stays(tmp_path: Path) -> None:
    kept = ObjectCache(tmp_path)
    kept.put(KEY, b"first")
    kept.put(KEY, b"second")
    assert kept.get(KEY) == b"second"
    assert len(files(tmp_path)) == 1


def flip(entry: bytes, place: int) -> bytes:
    changed = bytearray(entry)
    changed[place] ^= 1
    return bytes(changed)


@pytest.mark.parametrize(
    "damage",
    [
        lambda entry: b"",
        lambda entry: entry[:10],
        lambda entry: entry[:-1],
        lambda entry: entry + b"\0",
        lambda entry: flip(entry, 0),
        lambda entry: flip(entry, 30),
        lambda entry: flip(entry, -1),
        lambda entry: b"\x7fELF" + b"\0" * 500,
    ],
)
def test_a_damaged_entry_is_missing_and_goes(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    kept = ObjectCache(tmp_path)
    kept.put(KEY, b"machine code" * 50)
    (path,) = files(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    assert kept.get(KEY) is None
    assert files(tmp_path) == []
    kept.put(KEY, b"again")
    assert kept.get(KEY) == b"again"


def test_an_entry_is_good_for_its_own_key_only(tmp_path: Path) -> None:
    kept = ObjectCache(tmp_path)
    kept.put(KEY, b"machine code")
    (path,) = files(tmp_path)
    path.rename(path.with_name(path.name.replace(KEY, OTHER)))
    assert kept.get(OTHER) is None


@POSIX
def test_folder_and_files_are_the_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    before = os.umask(0o002)
    try:
        kept = ObjectCache(folder)
        kept.put(KEY, b"machine code")
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(files(folder)[0].stat().st_mode) == 0o600
    assert kept.get(KEY) == b"machine code"


@POSIX
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_refused(tmp_path: Path, mode: int) -> None:
    kept = ObjectCache(tmp_path)
    kept.put(KEY, b"machine code")
    files(tmp_path)[0].chmod(mode)
    assert kept.get(KEY) is None


@POSIX
def test_a_file_of_someone_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = ObjectCache(tmp_path)
    kept.put(KEY, b"machine code")
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    assert kept.get(KEY) is None
    monkeypatch.setattr(os, "geteuid", lambda: mine)
    assert kept.get(KEY) == b"machine code"


def test_the_oldest_used_go_first(tmp_path: Path) -> None:
    kept = ObjectCache(tmp_path, limit=10_000)
    keys = [f"{number:064d}" for number in range(9)]
    for second, key in enumerate(keys):
        kept.put(key, key.encode() * 14)  # 896 bytes and a head
        os.utime(kept._path(key), (second, second))
    assert [key for key in keys if kept.get(key) is not None] == keys
    for second, key in enumerate(keys):
        os.utime(kept._path(key), (second, second))
    assert kept.get(keys[0]) is not None  # used just now
    kept.put("a" * 64, b"x" * 2000)
    # 9 x 946 and 2050 bytes are too many, and a tenth of the folder is emptied: two entries.
    left = [key for key in keys if os.path.exists(kept._path(key))]
    assert left == [keys[0], *keys[3:]]
    assert kept.get("a" * 64) == b"x" * 2000


@pytest.mark.parametrize("seed", [0, 1])
def test_the_folder_stays_bounded(tmp_path: Path, seed: int) -> None:
    limit = 50_000
    others = [ObjectCache(tmp_path, limit) for _ in range(3)]
    for number in range(200):
        kept = others[(number * 7 + seed) % 3]
        kept.put(f"{number:064d}", bytes(100 + 37 * number * (seed + 1) % 3000))
        filled = sum(path.stat().st_size for path in files(tmp_path))
        # Each of the others may add a sixteenth before it looks again.
        assert filled <= limit + 3 * limit // 16
    assert filled > limit // 2
    assert kept.get(f"{199:064d}") is not None


def test_what_is_larger_than_all_is_not_kept(tmp_path: Path) -> None:
    kept = ObjectCache(tmp_path, limit=1000)
    kept.put(KEY, b"small")
    kept.put(OTHER, bytes(2000))
    assert kept.get(OTHER) is None
    assert kept.get(KEY) == b"small"


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x" * 5000)
    (tmp_path / "folder").mkdir()
    kept = ObjectCache(tmp_path, limit=1000)
    for number in range(20):
        kept.put(f"{number:064d}", bytes(300))
    assert (tmp_path / "mine.txt").read_text() == "x" * 5000
    assert (tmp_path / "folder").is_dir()


def test_leftovers_of_killed_processes_go_when_they_are_old(tmp_path: Path) -> None:
    kept = ObjectCache(tmp_path)
    kept.put(KEY, b"first")
    entry = files(tmp_path)[0]
    leftovers = [tmp_path / f".{KEY}.partial-{name}{entry.suffix}" for name in ("old", "new")]
    for path in leftovers:
        path.write_bytes(b"half")
    os.utime(leftovers[0], (1, 1))
    ObjectCache(tmp_path).put(OTHER, b"second")
    assert [path.exists() for path in leftovers] == [False, True]


def test_without_a_folder_everything_works_and_it_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "cache"
    with pytest.warns(RuntimeWarning, match=r"compiled code is not kept.*PELLUCID_CACHE"):
        ObjectCache(folder).put(KEY, b"machine code")
    # Warnings are errors here: the second time nothing is said.
    for kept in (ObjectCache(folder), ObjectCache(folder)):
        kept.put(KEY, b"machine code")
        kept.put(OTHER, b"machine code")
        assert kept.get(KEY) is None


def test_a_full_disk_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    kept = ObjectCache(tmp_path)
    with pytest.warns(RuntimeWarning, match="No space left"):
        kept.put(KEY, b"machine code")
    kept.put(KEY, b"machine code")
    assert files(tmp_path) == []


def test_an_entry_that_is_held_by_another_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to replace a file that is being read."""
    kept = ObjectCache(tmp_path)
    kept.put(KEY, b"machine code")

    def held(source: Path, target: Path) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(os, "replace", held)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept.put(KEY, b"machine code")
    assert kept.get(KEY) == b"machine code"


def test_a_user_without_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("PELLUCID_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert default_folder() is None
    kept = ObjectCache()
    with pytest.warns(RuntimeWarning, match="no home folder"):
        kept.put(KEY, b"machine code")
    assert kept.get(KEY) is None


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "home/.cache/pellucid"),
        ("linux", {"XDG_CACHE_HOME": "{tmp}/xdg"}, "xdg/pellucid"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "home/.cache/pellucid"),
        ("darwin", {"XDG_CACHE_HOME": "{tmp}/xdg"}, "home/Library/Caches/pellucid"),
        ("win32", {"LOCALAPPDATA": "{tmp}/local"}, "local/pellucid"),
        ("win32", {}, "home/AppData/Local/pellucid"),
        ("linux", {"PELLUCID_CACHE": "{tmp}/here", "XDG_CACHE_HOME": "{tmp}/xdg"}, "here"),
        ("win32", {"PELLUCID_CACHE": "{tmp}/here", "LOCALAPPDATA": "{tmp}/local"}, "here"),
        ("linux", {"PELLUCID_CACHE": ""}, "home/.cache/pellucid"),
    ],
)
def test_each_system_has_its_place(
    platform: str,
    variables: dict[str, str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PELLUCID_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(tmp=tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr(sys, "platform", platform)
    assert default_folder() == tmp_path / expected


WRITER = """
import sys
from pathlib import Path
from pellucid.backends.native.cache import ObjectCache

kept = ObjectCache(Path(sys.argv[1]), limit=200_000)
mark = sys.argv[2].encode()
for turn in range(150):
    # Two keys that all write at once, and many of their own that push each other out.
    for key in ("0" * 64, f"{turn:063d}" + sys.argv[2]):
        kept.put(key, mark * 2000)
        found = kept.get(key)
        assert found is None or (len(found) == 2000 and found == found[:1] * 2000), found
"""


def test_processes_share_a_folder(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", WRITER, str(tmp_path), mark],
            stderr=subprocess.PIPE,
            text=True,
        )
        for mark in "abc"
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=PATIENCE)
        assert writer.returncode == 0, errors
    found = ObjectCache(tmp_path).get(KEY)
    assert found in (b"a" * 2000, b"b" * 2000, b"c" * 2000)
    assert not [path for path in files(tmp_path) if ".partial" in path.name]


def test_a_key_covers_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    key = cache_key(MACHINE, "text", b"bytes")
    assert len(key) == 64
    assert set(key) <= set("0123456789abcdef")
    assert cache_key(replace(MACHINE), "text", b"bytes") == key
    others = {
        cache_key(MACHINE, "textb", b"ytes"),
        cache_key(MACHINE, "text", b"bytes", b""),
        cache_key(MACHINE, b"bytes", "text"),
        cache_key(MACHINE, "text"),
        cache_key(MACHINE),
        cache_key(replace(MACHINE, cpu="other"), "text", b"bytes"),
        cache_key(replace(MACHINE, features="+a,+b"), "text", b"bytes"),
        cache_key(replace(MACHINE, lanes=4), "text", b"bytes"),
        cache_key(replace(MACHINE, registers=32), "text", b"bytes"),
        cache_key(replace(MACHINE, has_fma=False), "text", b"bytes"),
        cache_key(host_machine(), "text", b"bytes"),
    }
    monkeypatch.setattr(cache, "_emitter", lambda: "changed")
    others.add(cache_key(MACHINE, "text", b"bytes"))
    monkeypatch.undo()
    monkeypatch.setattr(cache, "llvm_version", lambda: "99.0.0")
    others.add(cache_key(MACHINE, "text", b"bytes"))
    monkeypatch.undo()
    monkeypatch.setattr(cache, "LEVEL", 3)
    others.add(cache_key(MACHINE, "text", b"bytes"))
    assert len(others - {key}) == 14


def test_a_change_of_the_writing_code_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["backends/native/deep/kernel.py", "primitives/linear.py", "graph/node.py"]
    others = ["layers/dense.py", "backends/native/notes.txt"]
    for name in (*names, *others, "simplify.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one")
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "backends" / "native" / "cache.py"))
    now = cache._emitter.__wrapped__
    seen = {now()}
    for name in (*names, "simplify.py"):
        path = tmp_path / name
        path.write_text("longer")
        seen.add(now())
        os.utime(path, (1, 1))
        seen.add(now())
    (tmp_path / "primitives" / "new.py").write_text("one")
    seen.add(now())
    assert len(seen) == 10
    for name in others:
        (tmp_path / name).write_text("longer")
    assert now() in seen
