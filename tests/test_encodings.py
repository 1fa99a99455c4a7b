"""No text file of the package depends on the encoding that the machine's language suggests."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pellucid

SOURCES = Path(pellucid.__file__).parent
MODE = re.compile("[rwxabt+]{1,3}")


def _unsaid(source: str) -> Iterator[int]:
    """The lines where a file is opened as text without an encoding."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or any(word.arg == "encoding" for word in node.keywords):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else None
        called = node.func.id if isinstance(node.func, ast.Name) else called
        given = [*node.args, *(word.value for word in node.keywords if word.arg == "mode")]
        texts = [each.value for each in given if isinstance(each, ast.Constant)]
        modes = [text for text in texts if isinstance(text, str) and MODE.fullmatch(text)]
        builtin = called == "open" and isinstance(node.func, ast.Name)
        opens = called in ("open", "fdopen") and (builtin or bool(modes) or not given)
        unsaid = (
            (called == "read_text" and not node.args)
            or (called == "write_text" and len(node.args) < 2)
            or (opens and not any("b" in mode for mode in modes))
        )
        if unsaid:
            yield node.lineno


@pytest.mark.parametrize(
    ("code", "unsaid"),
    [
        ("path.read_text()", True),
        ("path.read_text('utf-8')", False),
        ("path.read_text(encoding='ascii')", False),
        ("path.write_text(text)", True),
        ("open(path)", True),
        ("open(path, 'a')", True),
        ("open(path, mode='rb')", False),
        ("path.open()", True),
        ("path.open('w', newline='')", True),
        ("path.open('wb')", False),
        ("fusion.open(operation)", False),
    ],
)
def test_the_search_finds_what_it_should(code: str, unsaid: bool) -> None:
    assert list(_unsaid(code)) == [1] * unsaid


def test_every_text_file_has_its_encoding() -> None:
    found = [
        f"{path.relative_to(SOURCES)}:{line}"
        for path in sorted(SOURCES.rglob("*.py"))
        for line in _unsaid(path.read_text(encoding="utf-8"))
    ]
    assert found == []


IN_ASCII = """
import locale, sys
from pathlib import Path
import numpy as np
from pellucid.backends.base import Record
from pellucid.fitting.configuration import read_configuration
from pellucid.training.history import History

assert locale.getpreferredencoding(False).lower().replace("-", "") != "utf8"
folder = Path(sys.argv[1])
assert ascii(read_configuration(folder / "config.toml").target) == ascii("\\u540d\\u5b57")
history = History(folder)
history.append(Record(0, {"\\u635f\\u5931": np.ones(3)}, 0, {"loss": np.ones(1)}))
again = History(folder)
again.cut_back(2, 1)
assert ascii(list(again.steps.columns)) == ascii(["\\u635f\\u5931"])
"""


def test_a_machine_whose_language_is_ascii(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('target = "\u540d\u5b57"\n', encoding="utf-8")
    told = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    command = [sys.executable, "-c", IN_ASCII, str(tmp_path)]
    done = subprocess.run(command, env={**os.environ, **told}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
