"""What the documents say is run: docstrings, READMEs, the pages of docs and the way of data."""

from __future__ import annotations

import doctest
import pkgutil
import re
import runpy
from importlib import import_module
from pathlib import Path

import click
import pytest

import pellucid
from pellucid.cli.main import COMMANDS
from pellucid.cli.main import pellucid as program
from pellucid.graph import primitive
from tests.page_runner import FLAGS, blocks, run_page

ROOT = Path(__file__).parent.parent


def page_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run_something(path: Path) -> bool:
    languages = {block.language for block in blocks(path.read_text("utf-8"))}
    return bool(languages & {"python", "console"})


MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(pellucid.__path__, "pellucid.")
    if not module.name.endswith("__main__")
)
PAGES = sorted(
    path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.relative_to(ROOT).parts
)
DOCUMENTS = [ROOT / "README.md", ROOT / "README.zh.md", ROOT / "benchmarks" / "README.md", *PAGES]
CHINESE = {
    ROOT / "README.zh.md": ROOT / "README.md",
    ROOT / "docs" / "zh" / "from-a-csv.md": ROOT / "docs" / "tutorials" / "from-a-csv.md",
}
"""Page in Chinese to the page whose code it has, which is run there."""
RUN = [path for path in DOCUMENTS if path not in CHINESE and run_something(path)]


@pytest.mark.parametrize("name", MODULES)
def test_docstrings_are_true(name: str) -> None:
    failures, _ = doctest.testmod(import_module(name), optionflags=FLAGS)
    assert failures == 0


@pytest.mark.parametrize("path", RUN, ids=page_name)
def test_documents_are_true(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # A page may add a primitive, which other tests are not to meet.
    monkeypatch.setattr(primitive, "_PRIMITIVES", dict(primitive._PRIMITIVES))
    assert "\n".join(run_page(path, tmp_path)) == ""


@pytest.mark.parametrize("path", DOCUMENTS, ids=page_name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https:)([^)#]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("chinese", CHINESE, ids=page_name)
def test_chinese_pages_have_the_same_code_and_pictures(chinese: Path) -> None:
    def shared(path: Path) -> tuple[list[str], list[str]]:
        text = path.read_text("utf-8")
        code = re.findall(r"^```.*?^```$", text, re.M | re.S)
        return code, re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)

    assert shared(chinese) == shared(CHINESE[chinese])
    assert chinese.name in CHINESE[chinese].read_text("utf-8")
    assert CHINESE[chinese].name in chinese.read_text("utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=page_name)
def test_commands_and_options_exist(path: Path) -> None:
    for block in blocks(path.read_text("utf-8")):
        for line in block.text.splitlines() if block.language in ("sh", "console") else ():
            for name, rest in re.findall(r"(?:^|[$&] )pellucid ([a-z-]+)([^#&|]*)", line):
                assert name in COMMANDS, f"{path.name}: {line}"
                command = program.get_command(click.Context(program), name)
                assert command is not None
                known = {
                    flag
                    for option in command.params
                    for flag in (*option.opts, *option.secondary_opts)
                }
                used = set(re.findall(r"(?<= )--[a-z0-9-]+", rest))
                assert used <= known, f"{path.name}: {line}"


def test_the_way_is_walked(capsys: pytest.CaptureFixture[str]) -> None:
    labels = runpy.run_path(str(ROOT / "docs" / "the_way.py"))["main"]()
    assert labels == ["setosa", "virginica"]
    printed = capsys.readouterr().out
    accuracy = re.search(r"accuracy ([\d.]+)", printed)
    assert accuracy is not None
    assert float(accuracy.group(1)) > 0.85


def test_the_readme_has_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    for marker, words in (("main", "pellucid fit"), ("test", "pytest")):
        block = re.search(rf"<!-- {marker} -->\n```sh\n(.+)\n```", text)
        assert block is not None
        assert block.group(1).startswith("python -m pip install")
        assert words in block.group(1)
