"""What the documents say is run: docstrings, README, docs and the way of data."""

from __future__ import annotations

import doctest
import pkgutil
import re
import runpy
from importlib import import_module
from pathlib import Path

import pytest

import pellucid
from pellucid.cli.main import COMMANDS

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(pellucid.__path__, "pellucid.")
    if not module.name.endswith("__main__")
)
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@pytest.mark.parametrize("name", MODULES)
def test_docstrings_are_true(name: str) -> None:
    failures, _ = doctest.testmod(import_module(name), optionflags=FLAGS)
    assert failures == 0


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_documents_are_true(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    failures, _ = doctest.testfile(
        str(path), module_relative=False, optionflags=FLAGS, encoding="utf-8"
    )
    assert failures == 0


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_the_way_is_walked(capsys: pytest.CaptureFixture[str]) -> None:
    labels = runpy.run_path(str(ROOT / "docs" / "the_way.py"))["main"]()
    assert labels == ["setosa", "virginica"]
    printed = capsys.readouterr().out
    accuracy = re.search(r"accuracy ([\d.]+)", printed)
    assert accuracy is not None
    assert float(accuracy.group(1)) > 0.85


def test_the_readme_speaks_of_commands_that_exist() -> None:
    used = set(re.findall(r"^pellucid ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert used
    assert used <= set(COMMANDS)


def test_the_readme_has_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    for marker, words in (("main", "pellucid fit"), ("test", "pytest")):
        block = re.search(rf"<!-- {marker} -->\n```sh\n(.+)\n```", text)
        assert block is not None
        assert block.group(1).startswith("python -m pip install")
        assert words in block.group(1)
