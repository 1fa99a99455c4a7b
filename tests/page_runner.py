"""Running a page: its Python and its commands, one after the other, in one folder.

A fenced block of `python` is a doctest, or plain code that runs without an error. In a block of
`console` each line that starts with `$ ` is really run by bash (`> ` goes on with it), and what it
prints on both channels is compared with what the page shows: `...` stands for anything, and the
amount of white space does not count. A command ends with 0, or with 2 if the page shows an
`Error:`. Names live on from one block to the next. Blocks of other languages are not run.
"""

from __future__ import annotations

import contextlib
import doctest
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from tests.patience import PATIENCE

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
FENCE = re.compile(r"^(?P<fence>```+)(?P<language>\w+)\n(?P<text>.*?)^(?P=fence)$", re.M | re.S)


class Block(NamedTuple):
    """A fenced block: its language, its text, and the line of the page it begins on."""

    language: str
    text: str
    line: int


class Command(NamedTuple):
    """A command, and what the page says it prints."""

    command: str
    shown: str


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page in order."""
    return [
        Block(found["language"], found["text"], page.count("\n", 0, found.start("text")) + 1)
        for found in FENCE.finditer(page)
    ]


def commands(text: str) -> list[Command]:
    """Return the commands of a console block."""
    found: list[Command] = []
    for line in text.splitlines():
        last = found[-1] if found else Command("", "")
        if line.startswith("$ "):
            found.append(Command(line[2:], ""))
        elif line.startswith("> ") and not last.shown:
            found[-1] = Command(f"{last.command}\n{line[2:]}", "")
        else:
            assert found, f"a console block begins with a command, not with {line!r}"
            found[-1] = Command(last.command, f"{last.shown}{line}\n")
    return found


def run_page(path: Path, folder: Path) -> list[str]:
    """Run everything on a page in a folder, and return what was not as the page says."""
    names: dict[str, Any] = {"__name__": "__main__"}
    failures: list[str] = []
    for block in blocks(path.read_text("utf-8")):
        where = f"{path.name}, line {block.line}"
        if block.language == "python" and ">>>" in block.text:
            _run_examples(block, where, names, failures)
        elif block.language == "python":
            exec(compile(block.text, where, "exec"), names)
        elif block.language == "console":
            for command in commands(block.text):
                _run_command(command, where, folder, failures)
    return failures


def _run_examples(block: Block, where: str, names: dict[str, Any], failures: list[str]) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, names, where, where, block.line - 1)
    test.globs = names
    doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(
        test, out=failures.append, clear_globs=False
    )


def _run_command(command: Command, where: str, folder: Path, failures: list[str]) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        ["bash", "-c", command.command],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        check=False,
    )
    printed = done.stdout.decode("utf-8").replace("\r", "\n")
    code = 2 if "Error:" in command.shown else 0
    if done.returncode != code:
        failures.append(f"{where}: {command.command} ended with {done.returncode}:\n{printed}")
    elif not doctest.OutputChecker().check_output(command.shown, printed, FLAGS):
        failures.append(
            f"{where}: {command.command}\nis said to print\n{command.shown}\nand prints\n{printed}"
        )


if __name__ == "__main__":
    # python -m tests.page_runner PAGE ..: says where pages are no longer true, to renew them.
    for argument in sys.argv[1:]:
        page = Path(argument).resolve()
        with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
            print("\n".join(run_page(page, Path(name))) or f"{page.name} is true")
