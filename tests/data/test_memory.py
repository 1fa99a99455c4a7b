"""How much memory is taken to be free: what the machine has, or what a control group leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from pellucid.data.memory import Memory, available_bytes, free_in_groups

SECOND = {
    "memory.max": "{limit}",
    "memory.current": "900",
    "memory.stat": "anon 1\ninactive_file 300",
}
FIRST = {
    "memory.limit_in_bytes": "{limit}",
    "memory.usage_in_bytes": "900",
    "memory.stat": "inactive_file 7\ntotal_inactive_file 300",
}


def make_group(folder: Path, files: dict[str, str], limit: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text.format(limit=limit) + "\n")


@pytest.mark.parametrize(
    ("membership", "root", "files"),
    [
        ("0::/outer/inner\n", "", SECOND),
        ("5:cpu,memory:/outer/inner\n3:pids:/else\n", "memory", FIRST),
    ],
    ids=["version 2", "version 1"],
)
def test_each_group_that_limits_leaves_what_it_does_not_use(
    membership: str, root: str, files: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "membership").write_text(membership)
    make_group(tmp_path / root / "outer", files, "5000")
    make_group(tmp_path / root / "outer" / "inner", files, "2000")
    found = free_in_groups(tmp_path / "membership", tmp_path)
    # What was not used lately of the files' cache is free.
    assert list(found) == [2000 - 900 + 300, 5000 - 900 + 300]


def test_groups_without_a_limit_or_beyond_it(tmp_path: Path) -> None:
    (tmp_path / "membership").write_text("0::/outer/inner\n")
    make_group(tmp_path / "outer", SECOND, "max")
    make_group(tmp_path / "outer" / "inner", SECOND, "500")
    assert list(free_in_groups(tmp_path / "membership", tmp_path)) == [0]


@pytest.mark.parametrize("text", ["", "0::/nowhere\n", "nonsense\n", "0::/../..\n"])
def test_what_cannot_be_read_limits_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / "membership").write_text(text)
    assert list(free_in_groups(tmp_path / "membership", tmp_path)) == []
    assert list(free_in_groups(tmp_path / "nothing", tmp_path)) == []


def test_the_budget_is_a_share_of_what_is_available() -> None:
    assert 0 < Memory().budget < available_bytes()
